//! Requests that Schemathesis makes of the OpenAPI document, on the real service: what the document calls valid is
//! taken, what it calls invalid is refused, and every answer is one that it describes. `make contract` tries
//! more of them.

use std::path::Path;
use std::process::Command;

use crate::peer::interpreter;
use crate::server::{ADMIN, TestServer};
use crate::site::Site;

/// How many cases are tried at least; one short run where nothing is said.
const CASES: &str = "CASES";

/// How many requests of each kind a run makes of each operation.
const SHORT: usize = 5;
const LONG: usize = 100;

#[test]
fn every_generated_request_is_answered_as_the_document_says() {
    let cases: Option<usize> = std::env::var(CASES).ok().map(|text| text.parse().expect("CASES is a number"));
    let Some(cases) = cases else {
        try_them(1, SHORT);
        return;
    };
    let mut tried = 0;
    for seed in 1.. {
        if cases <= tried {
            break;
        }
        tried += try_them(seed, LONG);
    }
}

/// Makes requests, and returns how many.
fn try_them(seed: usize, examples: usize) -> usize {
    let server = TestServer::builder(Site::new()).with_run().env("MCP_SETTINGS_RUN", "off").start();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    // A folder of its own: Schemathesis keeps what it has found in the one it runs in.
    let output = Command::new(root.join(interpreter()))
        .args(["-m", "schemathesis.cli", "--config-file"])
        .arg(root.join("tests/contract/schemathesis.toml"))
        .arg("run")
        .arg(root.join("openapi/mcp-settings.json"))
        .args(["--url", &format!("http://{}", server.address())])
        .args(["--header", &format!("X-Session-API-Key: {ADMIN}")])
        .args(["--checks", "all", "--continue-on-failure", "--no-color"])
        // The one described `OPTIONS` is that of a catalog: it says which methods the list and its entries take, since its
        // clients look there. `tests/it/catalog` holds what it says.
        .args(["--exclude-checks", "allow_header_conformance"])
        .args(["--seed", &seed.to_string(), "--max-examples", &examples.to_string()])
        .args(["--generation-database", "none"])
        .env("SCHEMATHESIS_HOOKS", root.join("tests/contract/hooks.py"))
        .current_dir(server.site.home())
        .output()
        .expect("`make test` installs it");
    let report = String::from_utf8_lossy(&output.stdout);
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "with the seed {seed}:\n{report}{complaints}");
    generated(&report).unwrap_or_else(|| panic!("not how many were tried: {report}"))
}

/// The number in a line such as `20000 generated, 20000 passed`.
fn generated(report: &str) -> Option<usize> {
    let line = report.lines().find(|line| line.contains(" generated,"))?;
    let (before, _) = line.split_once(" generated,")?;
    before.rsplit(' ').next()?.replace(',', "").parse().ok()
}
