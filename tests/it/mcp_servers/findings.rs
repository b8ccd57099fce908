//! Secrets in places where none is masked: reported with the server, never changed, never repeated.

use serde_json::{Value, json};

use crate::server::{READER, SERVERS, TestServer, item};

const CANARY: &str = "canary-in-an-argument";

fn pointers(answer: &Value) -> Vec<&str> {
    let findings = answer["findings"].as_array().expect("findings are an array");
    findings.iter().map(|finding| finding["pointer"].as_str().expect("a pointer")).collect()
}

#[test]
fn findings_are_in_the_item_in_the_full_list_and_in_what_a_write_answers() {
    let server = TestServer::start();
    let config = json!({
        "command": "docker",
        "args": ["run", "-e", format!("TOKEN={CANARY}"), "--pat", CANARY, "acme/x:1"],
    });
    let expected = ["/args/2", "/args/4"];
    let written = server.put(item("s")).json(&config).send().expect(201).json();
    let read = server.get(item("s")).key(READER).send().expect(200).json();
    let listed = server.get(format!("{SERVERS}?view=full")).key(READER).send().expect(200).json();
    for answer in [&written, &read, &listed["servers"][0]] {
        assert_eq!(pointers(answer), expected, "{answer}");
        assert!(!answer["findings"].to_string().contains(CANARY), "{answer}");
        assert_eq!(answer["findings"][0]["reason"], json!("telling-name"));
        assert!(answer["findings"][0]["proposal"].as_str().is_some_and(|text| !text.is_empty()));
        assert_eq!(answer["config"], config, "a finding changes nothing");
    }
    assert!(!server.log().contains(CANARY), "{}", server.log());
}

#[test]
fn a_server_without_a_suspect_has_no_findings() {
    let server = TestServer::start();
    server.seed(
        "s",
        &json!({"url": "https://u:p@h.example/mcp?token=x", "headers": {"A": "ghp_abcdefghij0123456789"}}),
    );
    let read = server.get(item("s")).send().expect(200).json();
    assert!(read.get("findings").is_none(), "{read}");
    let listed = server.get(format!("{SERVERS}?view=full")).send().expect(200).json();
    assert_eq!(listed["servers"][0]["findings"], json!([]));
}
