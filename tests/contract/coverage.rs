//! Whether the tests have seen all that the document describes. The black-box tests write down what they see;
//! `make test` asks here when all have run.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use crate::document;

/// Set when all tests have run.
const ALL_RAN: &str = "EVERY_TEST_RAN";

/// What no test sees over HTTP, by how it begins, and why.
const EXCUSED: [(&str, &str); 4] = [
    ("500 ", "a bug of ours can't be asked for"),
    ("problem internal", "a bug of ours can't be asked for"),
    ("408 ", "it comes after twenty seconds"),
    ("problem body-timeout", "it comes after twenty seconds"),
];

/// What is no bug of ours: a gateway that refuses.
const NOT_EXCUSED: [&str; 2] = ["500 POST /v1/mcp-servers", "500 DELETE /v1/mcp-servers/{name}"];

#[test]
fn every_described_status_and_problem_is_seen_by_a_test_or_excused() {
    let described = described(&document::checked_in());
    for (excused, _) in EXCUSED {
        assert!(described.iter().any(|key| key.starts_with(excused)), "`{excused}` is no longer described");
    }
    if std::env::var_os(ALL_RAN).is_none() {
        return;
    }
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("seen");
    let text = std::fs::read_to_string(path).expect("the black-box tests have run");
    let seen: BTreeSet<String> = text.lines().map(str::to_owned).collect();
    let is_excused = |key: &&String| {
        !NOT_EXCUSED.contains(&key.as_str()) && EXCUSED.iter().any(|(excused, _)| key.starts_with(excused))
    };
    let unseen: Vec<&String> = described.difference(&seen).filter(|key| !is_excused(key)).collect();
    assert!(unseen.is_empty(), "no test has seen {unseen:#?}");
    let needless: Vec<&String> = described.intersection(&seen).filter(is_excused).collect();
    assert!(needless.is_empty(), "these need no excuse any more: {needless:#?}");
}

/// `404 GET /problems/{type}` and `problem not-found`, for all there are.
fn described(document: &Value) -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    for (method, path, operation) in document::operations(document) {
        for (status, response) in operation["responses"].as_object().into_iter().flatten() {
            keys.insert(format!("{status} {method} {path}"));
            let examples = &response["content"]["application/problem+json"]["examples"];
            for name in examples.as_object().into_iter().flat_map(|examples| examples.keys()) {
                let slug = name.strip_suffix(&format!("-{status}")).unwrap_or(name);
                keys.insert(format!("problem {slug}"));
            }
        }
    }
    keys
}
