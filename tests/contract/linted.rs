//! What Redocly says of the document, by the rules that it recommends.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::document;

#[test]
fn redocly_finds_nothing_in_the_document() {
    let packages = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/node/node_modules");
    let output = Command::new(packages.join(".bin/redocly"))
        .args(["lint", "--extends", "recommended", "--format", "json"])
        .arg(document::path("mcp-settings.json"))
        // It would ask for newer versions of itself, and tell how it is used.
        .env("REDOCLY_SUPPRESS_UPDATE_NOTICE", "true")
        .env("REDOCLY_TELEMETRY", "off")
        .current_dir(env!("CARGO_TARGET_TMPDIR"))
        .output()
        .expect("`make test` installs it");
    let complaints = String::from_utf8_lossy(&output.stderr);
    let report: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("no report: {error}\n{complaints}"));
    let totals = &report["totals"];
    let found = [&totals["errors"], &totals["warnings"], &totals["ignored"]];
    assert!(found.iter().all(|count| **count == 0), "{report:#}");
}
