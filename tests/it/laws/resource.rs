//! The resource itself: what each method answers, and what it stores.

use serde_json::{Value, json};

use crate::server::{SERVERS, TestServer, item};
use crate::site::Site;

#[test]
fn a_list_has_five_members_each() {
    let server = TestServer::start();
    server.seed("b", &json!({"command": "x", "description": "d", "icon": "i"}));
    server.seed("a", &json!({"url": "https://h/", "transport": "sse"}));
    server.seed("c", &json!({"command": "x", "url": "https://h/"}));
    let expected = json!({"servers": [
        {"name": "a", "transport_kind": "remote", "transport": "sse", "description": null, "icon": null},
        {"name": "b", "transport_kind": "stdio", "transport": null, "description": "d", "icon": "i"},
        {"name": "c", "transport_kind": "stdio", "transport": null, "description": null, "icon": null},
    ]});
    assert_eq!(server.get(SERVERS).send().expect(200).json(), expected);
}

#[test]
fn members_are_answered_in_the_order_and_spelling_they_were_sent() {
    let server = TestServer::start();
    let sent = r#"{"zeta":1.50,"command":"x","alpha":{"b":1e2,"a":12345678901234567890123},"args":[],"enabled":true}"#;
    server.put(item("s")).body("application/json", sent).send().expect(201);
    for answer in [server.get(item("s")).send(), server.patch(item("s")).json(&json!({})).send()] {
        let text = answer.text();
        let parts = [
            "\"zeta\"",
            "1.50",
            "\"command\"",
            "\"alpha\"",
            "\"b\"",
            "1e2",
            "12345678901234567890123",
            "\"args\"",
        ];
        let places: Vec<_> = parts.iter().map(|part| text.find(part)).collect();
        assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{places:?} in {text}");
    }
}

#[test]
fn known_members_are_typed() {
    let server = TestServer::start();
    let before = server.document();
    let refused: [(Value, &str); 27] = [
        (json!({}), ""),
        (json!({"description": "d"}), ""),
        (json!({"command": ""}), "/command"),
        (json!({"command": 5}), "/command"),
        (json!({"url": ""}), "/url"),
        (json!({"url": 5}), "/url"),
        (json!({"command": "x", "args": "a"}), "/args"),
        (json!({"command": "x", "args": [1]}), "/args/0"),
        (json!({"command": "x", "env": []}), "/env"),
        (json!({"command": "x", "env": {"A": 5}}), "/env/A"),
        (json!({"url": "http://h/", "headers": {"A": true}}), "/headers/A"),
        (json!({"command": "x", "cwd": 5}), "/cwd"),
        (json!({"command": "x", "timeout": "30"}), "/timeout"),
        (json!({"command": "x", "timeout": -1}), "/timeout"),
        (json!({"command": "x", "timeout": true}), "/timeout"),
        (json!({"url": "http://h/", "sse_read_timeout": "PT30S"}), "/sse_read_timeout"),
        (json!({"command": "x", "keep_alive": 1}), "/keep_alive"),
        (json!({"command": "x", "enabled": "yes"}), "/enabled"),
        (json!({"command": "x", "description": 5}), "/description"),
        (json!({"command": "x", "icon": []}), "/icon"),
        (json!({"command": "x", "transport": "http"}), "/transport"),
        (json!({"url": "http://h/", "transport": "stdio"}), "/transport"),
        (json!({"url": "http://h/", "transport": "shttp"}), "/transport"),
        (json!({"url": "http://h/", "type": "stdio"}), "/type"),
        (json!({"command": "x", "tools": []}), "/tools"),
        (json!({"command": "x", "include_tags": [1]}), "/include_tags/0"),
        (json!({"url": "http://h/", "auth": "t", "headers": {"authorization": "x"}}), "/auth"),
    ];
    for (config, pointer) in refused {
        let answer = server.put(item("s")).json(&config).send();
        assert_eq!(answer.status, 422, "{config}: {}", answer.text());
        assert_eq!(answer.problem(), "invalid-config", "{config}");
        assert!(
            answer.error_pointers().iter().any(|own| own == pointer),
            "{config}: not {pointer}: {}",
            answer.text()
        );
        assert!(server.document() == before);
    }
    let taken = [
        json!({"command": "x", "url": "http://h/"}),
        json!({"command": "x", "timeout": 0, "sse_read_timeout": 1.5}),
        json!({"url": "http://h/", "type": "shttp"}),
        json!({"url": "http://h/", "transport": "streamable-http", "auth": "oauth", "authentication": {}}),
        json!({"command": "x", "env": null, "args": null, "description": null}),
    ];
    for config in taken {
        let answer = server.put(item("s")).json(&config).send();
        assert!(matches!(answer.status, 200 | 201), "{config}: {}", answer.text());
    }
}

#[test]
fn an_odd_stored_server_can_be_repaired_member_by_member() {
    let odd = r#"{"agent_settings":{"mcp_config":{"mcpServers":{"odd":{"command":"","timeout":"30","env":{"A":5},"args":"a"}}}}}"#;
    let server = TestServer::builder(Site::with_document(odd)).start();
    server.patch(item("odd")).json(&json!({"description": "d"})).send().expect(200);
    server.patch(item("odd")).json(&json!({"timeout": 30})).send().expect(200);
    server.patch(item("odd")).json(&json!({"timeout": "31"})).send().expect_problem(422, "invalid-config");
    server
        .patch(item("odd"))
        .json(&json!({"command": "x", "args": null, "env": {"A": "5"}}))
        .send()
        .expect(200);
    assert_eq!(
        server.plaintext("odd"),
        json!({"command": "x", "timeout": 30, "env": {"A": "5"}, "description": "d"})
    );
}

#[test]
fn every_problem_has_a_page() {
    let server = TestServer::start();
    for slug in ["not-found", "precondition-failed", "bound-secret", "store-busy", "internal"] {
        let page = server.get(format!("/problems/{slug}")).anonymous().send().expect(200);
        assert!(!page.body.is_empty());
    }
    server.get("/problems/nonsense").anonymous().send().expect_problem(404, "not-found");
}
