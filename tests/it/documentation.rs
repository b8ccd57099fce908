//! What the service tells of its API: the OpenAPI document and the schemas for editors.

use crate::server::TestServer;

const DOCUMENTS: [(&str, &str); 3] = [
    ("/openapi.json", "application/json"),
    ("/schemas/mcp-server.json", "application/schema+json"),
    ("/schemas/mcp-servers.json", "application/schema+json"),
];

#[test]
fn the_document_that_is_served_is_the_one_that_is_checked_in() {
    let server = TestServer::start();
    let served = server.get("/openapi.json").anonymous().send().expect(200).json();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi/mcp-settings.json");
    let checked_in = std::fs::read(path).expect("it is there");
    let checked_in: serde_json::Value = serde_json::from_slice(&checked_in).expect("it is JSON");
    assert!(served == checked_in, "run `make openapi`");
}

#[test]
fn a_document_needs_no_key_and_is_answered_under_conditions() {
    let server = TestServer::start();
    for (path, media_type) in DOCUMENTS {
        let ask = || server.get(path).anonymous();
        let answer = ask().send().expect(200);
        assert_eq!(answer.header("content-type"), Some(media_type), "{path}");
        let tag = answer.etag();
        let unchanged = ask().if_none_match(&tag).send().expect(304);
        assert_eq!((unchanged.etag(), unchanged.body.len()), (tag.clone(), 0), "{path}");
        ask().if_match(&tag).send().expect(200);
        let refused = ask().if_match("\"another\"").send().expect_problem(412, "precondition-failed");
        assert_eq!(refused.json()["current_etag"], tag, "{path}");
        server.request("HEAD", path).anonymous().send().expect(200);
    }
}

#[test]
fn the_schema_of_a_file_refers_to_what_it_has() {
    let server = TestServer::start();
    for (path, _) in DOCUMENTS {
        let document = server.get(path).send().expect(200).json();
        for reference in references(&document) {
            let pointer =
                reference.strip_prefix('#').unwrap_or_else(|| panic!("{path}: {reference} leads away"));
            assert!(document.pointer(pointer).is_some(), "{path}: {reference} leads nowhere");
        }
    }
}

fn references(value: &serde_json::Value) -> Vec<String> {
    match value {
        serde_json::Value::Object(members) => {
            let own = members.get("$ref").and_then(|reference| reference.as_str()).map(str::to_owned);
            own.into_iter().chain(members.values().flat_map(references)).collect()
        }
        serde_json::Value::Array(elements) => elements.iter().flat_map(references).collect(),
        _ => Vec::new(),
    }
}
