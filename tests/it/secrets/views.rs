//! The three views of a server: redacted, encrypted, in plaintext.

use serde_json::{Value, json};

use super::{every_secret, texts_with};
use crate::crypto;
use crate::server::{SECRET, SERVERS, TestServer, item};
use crate::site::Site;

#[test]
fn every_secret_is_masked_unless_asked_for() {
    let server = TestServer::start();
    for (name, config) in every_secret() {
        let secrets = texts_with("canary-", &config);
        assert!(!secrets.is_empty(), "{name} has no secret");
        let tag = server.seed(name, &config);
        let requests = [
            ("GET", server.get(item(name))),
            ("PUT", server.put(item(name)).json(&config)),
            ("PATCH", server.patch(item(name)).json(&json!({}))),
            ("list", server.get(SERVERS)),
            ("412", server.put(item(name)).if_match("\"x\"").json(&json!({"command": "other"}))),
        ];
        for (what, request) in requests {
            let answer = request.send();
            let shown = format!("{}{}", answer.head_text(), answer.text());
            assert!(!shown.contains("canary-"), "{what} of {name} shows a secret: {shown}");
        }
        let redacted = server.get(item(name)).send().expect(200).json();
        for text in texts_with("shown-", &config) {
            assert!(redacted.to_string().contains(&text), "{text} is hidden: {redacted}");
        }
        assert_eq!(server.plaintext(name), config);
        assert_eq!(server.get(item(name)).send().etag(), tag);
    }
}

#[test]
fn a_mask_has_one_spelling_and_another_inside_a_url() {
    let server = TestServer::start();
    for (name, config) in every_secret() {
        server.seed(name, &config);
    }
    let shown = |name: &str| server.get(item(name)).send().expect(200).json()["config"].clone();
    assert_eq!(shown("stdio")["env"], json!({"KEY": "[REDACTED]", "shown-env-name": "[REDACTED]"}));
    assert_eq!(
        shown("stdio")["my_Secrets"],
        json!({"a": "[REDACTED]", "b": ["[REDACTED]", {"c": "[REDACTED]"}]})
    );
    assert_eq!(shown("mode")["auth"], "oauth");
    assert_eq!(shown("text")["auth"], "[REDACTED]");
    let url = shown("remote")["url"].as_str().expect("a URL").to_owned();
    assert!(!url.contains('[') && url.contains("**********"), "{url}");
    assert!(url.contains("&page=shown-query#"), "{url}");
}

#[test]
fn the_encrypted_view_shows_the_stored_token() {
    let server = TestServer::on_fixture("settings/v1.58.0.json");
    let stored = server.json();
    for name in ["github", "svc", "basic", "hdr", "superhuman"] {
        let shown = server.get(item(name)).expose("encrypted").send().expect(200);
        assert_eq!(shown.json()["config"], stored["agent_settings"]["mcp_config"][name], "{name}");
        let again = server.get(item(name)).expose("true").send().expect(200);
        assert_eq!(again.json(), shown.json(), "{name}: a token was made for a read");
        let opened = crypto::opened(SECRET, &shown.json()["config"]);
        assert_eq!(server.plaintext(name), opened, "{name}");
    }
}

#[test]
fn every_view_has_the_same_tag_but_only_the_redacted_one_is_304() {
    let server = TestServer::start();
    let tag = server.seed("a", &json!({"command": "x", "env": {"A": "secret"}}));
    server.get(item("a")).if_none_match(&tag).send().expect(304);
    for mode in ["encrypted", "plaintext"] {
        let answer = server.get(item("a")).expose(mode).if_none_match(&tag).send().expect(200);
        assert_eq!(answer.etag(), tag);
    }
    let head = server.request("HEAD", item("a")).send().expect(200);
    assert_eq!(head.etag(), tag);
}

#[test]
fn an_odd_value_at_a_secret_place_is_masked_and_keeps_its_type() {
    let env = json!({"NUMBER": 5, "TRUE": true, "NULL": null, "EMPTY": "", "LIST": ["s", 1]});
    let document =
        json!({"agent_settings": {"mcp_config": {"mcpServers": {"odd": {"command": "x", "env": env}}}}});
    let server = TestServer::builder(Site::with_document(document.to_string())).start();
    let shown = server.get(item("odd")).send().expect(200).json()["config"]["env"].clone();
    let masked = json!({
        "NUMBER": "[REDACTED]", "TRUE": "[REDACTED]", "NULL": null, "EMPTY": "",
        "LIST": ["[REDACTED]", "[REDACTED]"],
    });
    assert_eq!(shown, masked);
    assert_eq!(server.plaintext("odd")["env"], env);

    let tag = server.get(item("odd")).send().etag();
    let before = server.document();
    server.put(item("odd")).if_match(&tag).json(&json!({"command": "x", "env": shown})).send().expect(200);
    assert!(server.document() == before, "a round trip changed an odd value");
    server.patch(item("odd")).json(&json!({"description": "repaired"})).send().expect(200);
    assert_eq!(server.plaintext("odd")["env"], env);
    let worse = server.patch(item("odd")).json(&json!({"env": {"NEW": 6}}));
    worse.send().expect_problem(422, "invalid-config");
}

#[test]
fn empty_and_null_at_a_secret_place_are_shown() {
    let server = TestServer::start();
    server.seed("a", &json!({"command": "x", "env": {"A": ""}, "api_token": null, "other_token": ""}));
    let shown: Value = server.get(item("a")).send().expect(200).json()["config"].clone();
    assert_eq!(shown["env"]["A"], "");
    assert_eq!(shown["other_token"], "");
}

#[test]
fn a_url_that_cannot_be_parsed_hides_its_credentials_too() {
    let server = TestServer::start();
    let urls = [
        "https://u:canary@h:port/",
        "https://u:canary@[::1/",
        "http:u:canary@h/",
        "//u:canary@h/",
        "https://u:can%ary@h/",
        "https://h/?API_KEY=canary&x=1",
        "https://h/?a=1&x-token=canary#f",
        "https://h/?token=canary?token=canary",
    ];
    let mut shown = Vec::new();
    for url in urls {
        let put = server.put(item("odd-url")).json(&json!({"url": url})).send();
        assert!(matches!(put.status, 200 | 201 | 422), "{url}: {} {}", put.status, put.text());
        let text = format!("{}{}", put.text(), server.get(item("odd-url")).send().text());
        if text.contains("canary") || text.contains("can%ary") {
            shown.push(url);
        }
    }
    assert!(shown.is_empty(), "credentials are shown of {shown:?}");
}
