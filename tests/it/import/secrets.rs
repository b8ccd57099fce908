//! No secret of a text is said, and nothing is learned of a stored one by importing.

use serde_json::{Value, json};

use super::CLOSED;
use crate::client_texts::{import, list, of, samples, text, try_import};
use crate::response::Response;
use crate::server::{READER, TestServer, WRITER, item};
use crate::site::Site;

/// A text with a canary wherever a secret may be.
fn canaries() -> Value {
    json!({
        "args": {
            "command": "x", "args": ["--token", "canary-argument-0123456789", "--header", "Authorization: Bearer canary-header-argument"],
        },
        "env": {"command": "x", "env": {"A": "canary-env", "B": "Bearer canary-bearer"}, "description": "ghp_canary0123456789canary0123456789"},
        "web": {
            "url": "https://user:canary-password@h.example/mcp?api_key=canary-query",
            "headers": {"X-Key": "canary-header"},
            "oauth": {"clientId": "id", "clientSecret": "canary-client-secret"}, "note": "canary-bag",
        },
    })
}

fn without_canary(answer: &Response) {
    let said = format!("{}{}", answer.head_text(), answer.text());
    assert!(!said.contains("canary"), "{said}");
}

#[test]
fn no_secret_of_a_text_is_in_an_answer_an_error_or_the_log() {
    let server = TestServer::start();
    let text = text(&canaries());
    let body = json!({"text": text, "format": "cursor"});
    let wrong = [
        json!({"text": format!("{text}}}"), "file": "mcp.json"}),
        json!({"text": text.replace("\"h.example", "\"h.example${X}"), "format": "cursor"}),
        json!({"text": text, "choices": {"env": {"inputs": {"nothing": "canary-input"}}}}),
        json!({"text": text, "choices": {"env": {"action": "canary-action"}}}),
        json!({"text": text, "choices": {"env": {"if_match": "canary-tag"}}}),
        json!({"text": text, "format": "canary-format"}),
        json!({"text": text.replace("\"command\":\"x\"", "\"command\":5"), "format": "cursor"}),
    ];
    for request in [import, try_import] {
        for body in &wrong {
            let answer = request(&server, body).send();
            without_canary(&answer);
        }
        for key in [WRITER, READER] {
            without_canary(&try_import(&server, &body).key(key).send());
        }
    }
    without_canary(&try_import(&server, &body).send().expect(200));
    without_canary(&import(&server, &body).send().expect(200));
    // What is stored now differs from what is sent then.
    let changed = text.replace("canary-env", "canary-changed").replace("canary-argument", "canary-other");
    let body = json!({"text": changed, "format": "cursor"});
    without_canary(&try_import(&server, &body).send().expect(200));
    without_canary(&import(&server, &body).send().expect_problem(409, "choice-needed"));
    let choices =
        json!({"env": {"action": "merge"}, "args": {"action": "replace"}, "web": {"action": "skip"}});
    without_canary(
        &import(&server, &json!({"text": changed, "format": "cursor", "choices": choices}))
            .send()
            .expect(200),
    );
    let shown = server.get(item("web")).send().expect(200).text();
    assert!(!shown.contains("canary"), "{shown}");
    assert!(!server.log().contains("canary"), "{}", server.log());
    let document = server.text();
    for sealed in ["canary-env", "canary-header\"", "canary-bag", "canary-client-secret"] {
        assert!(!document.contains(sealed), "{sealed} is not encrypted");
    }
}

#[test]
fn no_secret_of_a_sample_is_in_the_answer_to_its_import() {
    for sample in samples() {
        let server = TestServer::start();
        let mut body = json!({"text": sample.text, "file": sample.file, "skip_refused": true});
        let tried = try_import(&server, &body).send().expect(200);
        for own in list(&tried.json()["servers"]) {
            let name = own["name"].as_str().expect("a name");
            let inputs = list(&own["inputs"]).iter();
            let inputs: serde_json::Map<String, Value> = inputs
                .map(|input| (input["id"].as_str().expect("an id").to_owned(), json!("entered-value-1")))
                .collect();
            body["choices"][name] = json!({"inputs": inputs});
            let is_refused =
                |error: &Value| error["pointer"].as_str().is_some_and(|at| at.starts_with("/servers"));
            if list(&own["errors"]).iter().any(is_refused) {
                body["choices"][name] = json!({"action": "skip"});
            }
        }
        let imported = import(&server, &body).send().expect(200);
        let said = format!("{}{}", imported.text(), server.log());
        for secret in sample.secrets() {
            assert!(!said.contains(secret), "{}: {secret}", sample.folder);
        }
        assert!(!server.names().is_empty(), "{}", sample.folder);
    }
}

#[test]
fn without_reveal_a_right_guess_is_no_other_than_a_wrong_one() {
    let server = TestServer::start();
    server.seed("a", &json!({"command": "x", "env": {"TOKEN": "right"}, "args": ["-v"]}));
    server.seed("plain", &json!({"command": "y"}));
    let said = |guess: &str, choice: Value| {
        let own = json!({"a": {"command": "x", "args": ["-v"], "env": {"TOKEN": guess}}, "plain": {"command": "y"}});
        let body = json!({"text": text(&own), "choices": {"a": choice}});
        let tried = try_import(&server, &body).key(WRITER).send().expect(200);
        (of(&tried, "a"), of(&tried, "plain")["stored"].clone())
    };
    for choice in [json!({}), json!({"action": "replace"}), json!({"action": "merge"})] {
        let right = said("right", choice.clone());
        assert_eq!(right, said("wrong", choice.clone()), "{choice}");
        assert_eq!(right.0["stored"], "differs");
        assert_eq!(right.0.get("etag_after"), None);
        // Where nothing is secret nothing is hidden.
        assert_eq!(right.1, "same");
    }
    let guess = |guess: &str| {
        let own = json!({"a": {"command": "x", "args": ["-v"], "env": {"TOKEN": guess}}});
        import(&server, &json!({"text": text(&own)})).key(WRITER).send().status
    };
    assert_eq!((guess("right"), guess("wrong")), (409, 409));
    let shown = try_import(
        &server,
        &json!({"text": text(&json!({"a": {"command": "x", "args": ["-v"], "env": {"TOKEN": "right"}}}))}),
    );
    assert_eq!(of(&shown.send().expect(200), "a")["stored"], "same", "with `reveal` it is shown");
}

#[test]
fn a_kept_secret_is_not_moved_by_a_merge_and_none_is_restored_from_a_mask() {
    for document in ["{}", CLOSED] {
        let server = TestServer::builder(Site::with_document(document)).start();
        server.seed("a", &json!({"url": "https://h.example/mcp", "headers": {"X-Key": "stored-secret"}}));
        let merge = |entry: Value, key: &str| {
            let body = json!({"text": text(&json!({"a": entry})), "format": "gemini", "choices": {"a": {"action": "merge"}}});
            import(&server, &body).key(key).send()
        };
        let elsewhere = json!({"httpUrl": "https://evil.example/mcp"});
        for key in [WRITER, crate::server::ADMIN] {
            let refused = merge(elsewhere.clone(), key).expect_problem(422, "bound-secret");
            assert_eq!(refused.error_pointers(), ["/servers/0/config/headers/X-Key"], "{document}");
        }
        // What an export would write beside the secret.
        let slipped = json!({"httpUrl": "https://h.example/mcp", "includeTools": ["https://evil.example"]});
        merge(slipped.clone(), WRITER).expect_problem(422, "bound-secret");
        merge(slipped, crate::server::ADMIN).expect(200);
        let masked = json!({"httpUrl": "https://h.example/mcp", "headers": {"X-Key": "[REDACTED]"}});
        let refused = merge(masked, WRITER).expect_problem(422, "import-refused");
        assert_eq!(refused.error_pointers(), ["/choices/a/inputs/~1headers~1X-Key"]);
    }
}
