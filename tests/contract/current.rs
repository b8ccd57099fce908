//! The checked-in document is the one that the route table makes. `make openapi` writes it.

use crate::document;

/// Set by `make openapi`.
const UPDATE: &str = "UPDATE_OPENAPI";

#[test]
fn the_checked_in_document_is_current() {
    let mut current =
        serde_json::to_string_pretty(&mcp_settings::http::openapi_document::openapi_document()).unwrap();
    current.push('\n');
    let path = document::path("mcp-settings.json");
    if std::env::var_os(UPDATE).is_some() {
        std::fs::write(&path, &current).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap();
    assert!(
        found == current,
        "openapi/mcp-settings.json is not current: run `make openapi` and review the difference"
    );
}
