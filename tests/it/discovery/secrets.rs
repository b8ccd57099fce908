//! A secret that a server repeats in its lists, in clear or encoded, is in no answer and in no file.

use std::fs;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::{names, tools};
use crate::instances::{ALL, CANARY, call, installed, place, put, script, start, stop, text_of};
use crate::server::{READER, TestServer, WRITER};

/// The secret in every form in which it can be found: in clear, as hex digits, and in base64 at each alignment.
fn forms() -> Vec<String> {
    let mut forms = vec![CANARY.to_owned(), CANARY.bytes().map(|byte| format!("{byte:02x}")).collect()];
    forms.push(forms[1].to_uppercase());
    for (shift, skip) in [(0, 0), (1, 2), (2, 3)] {
        let encoded = STANDARD.encode(format!("{}{CANARY}", &"xx"[..shift]));
        // What is decided by the secret alone.
        forms.push(encoded[skip..encoded.len() - 4].to_owned());
    }
    forms
}

#[track_caller]
fn has_none(text: &[u8], what: &str) {
    for form in forms() {
        let is_there = text.windows(form.len()).any(|part| part == form.as_bytes());
        assert!(!is_there, "{form} is in {what}: {}", String::from_utf8_lossy(text));
    }
}

#[track_caller]
fn no_file_has_one(folder: &Path) -> usize {
    let entries = fs::read_dir(folder).expect("our own folder").filter_map(Result::ok);
    let mut files = 0;
    for path in entries.map(|entry| entry.path()) {
        if path.is_dir() {
            files += no_file_has_one(&path);
        } else if let Ok(bytes) = fs::read(&path) {
            files += 1;
            has_none(&bytes, &path.display().to_string());
        }
    }
    files
}

#[track_caller]
fn no_answer_has_one(server: &TestServer) {
    let mut requests = vec![server.get("/api/instances").key(READER)];
    for path in ["", "/tools", "/resources", "/prompts"] {
        requests.push(server.get(format!("{}{path}", place("a"))).key(ALL));
    }
    requests.push(server.get(format!("{}/tools?refresh=true", place("a"))).key(WRITER));
    let config = json!({"name": "a", "call_tool": {"name": "t"}});
    requests.push(server.post("/api/instances/test").key(ALL).json(&config));
    for request in requests {
        let answer = request.send().expect(200);
        has_none(&answer.body, "an answer");
        has_none(answer.head_text().as_bytes(), "a header");
    }
}

#[test]
fn a_secret_that_is_repeated_in_a_list_is_in_no_answer_and_in_no_file() {
    let server = start();
    let config = json!({
        "command": installed("python/bin/python3"), "args": [script("echoes.py")],
        "env": {"TOKEN": "${MCP_SECRET_GOOD}"},
    });
    put(&server, "a", &config);
    text_of(call(&server, "a", "t"));
    no_answer_has_one(&server);
    let listing = tools(&server, "a");
    // What is said around it is there.
    assert_eq!(names(&listing), ["t", "named ***"]);
    assert!(listing.to_string().contains("use *** here"), "{listing}");
    let config = json!({"config": config});
    let draft = server.post("/api/instances/test").key(ALL).json(&config).send().expect(200);
    has_none(&draft.body, "an answer");
    assert!(draft.text().contains("use *** here"), "{}", draft.text());
    let site = server.site();
    stop(server);
    assert!(2 <= no_file_has_one(&site.home()), "the database and its key");
    assert!(no_file_has_one(&site.data()) != 0);
    // It was stored: the next service shows it.
    let server = crate::instances::start_on(site);
    let kept = tools(&server, "a");
    assert_eq!((&kept["tools"], &kept["stale"]), (&listing["tools"], &json!(true)));
    stop(server);
}
