//! The pictures of the manual can be taken, and are there. `make screenshots` takes them again.

use std::path::Path;

use serde_json::json;

use super::fixture::Fixture;
use crate::server::{ADMIN, WRITER};

/// Their folder.
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/ui");

#[test]
fn every_picture_in_light_can_be_taken_and_is_there() {
    take("light");
}

#[test]
fn every_picture_in_dark_can_be_taken_and_is_there() {
    take("dark");
}

fn take(scheme: &str) {
    // The names under which a team's keys are seen.
    let keys = json!([
        {"name": "anna", "key": ADMIN, "scopes": ["admin", "run"]},
        {"name": "nightly-sync", "key": WRITER, "scopes": ["write", "reveal"]},
    ]);
    let mut stage = Fixture::empty().env("MCP_SETTINGS_API_KEYS", &keys.to_string()).tell("scheme", scheme);
    if std::env::var_os("UPDATE_SCREENSHOTS").is_some() {
        stage = stage.tell("pictures", FOLDER);
    }
    stage.play("screenshots");
    for screen in ["list", "edit", "conflict", "import", "approval", "test", "tools", "resources"] {
        let picture = Path::new(FOLDER).join(format!("{screen}-{scheme}.png"));
        assert!(picture.is_file(), "no {}: run `make screenshots`", picture.display());
    }
}
