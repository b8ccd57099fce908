//! Ways to have a secret sent to another host than that for which it was given. The other host is a listener of the test,
//! and in no row does it get a connection.

use serde_json::{Value, json};

use super::lab::{Lab, REVEALER, USER, approve, builder, call, kind, opened, provoke, put};
use super::listener::{Listener, bare, usual};
use crate::server::{TestServer, WRITER, item};
use crate::site::Site;

pub(super) const CANARY: &str = "canary-header-0123456789";

/// A remote server with a secret in each place.
pub(super) fn with_secrets(url: &str) -> Vec<Value> {
    let user = url.replacen("http://", &format!("http://u:{CANARY}@"), 1);
    vec![
        json!({"url": url, "headers": {"X-Key": CANARY}}),
        json!({"url": url, "headers": {"Authorization": format!("Bearer {CANARY}")}}),
        json!({"url": url, "auth": {"strategy": "bearer", "value": CANARY}}),
        json!({"url": user}),
        json!({"url": format!("{url}?api_key={CANARY}")}),
    ]
}

/// URLs of the other host, or that look like those of the right one.
pub(super) fn elsewhere(own: &Listener, evil: &Listener) -> Vec<String> {
    vec![
        evil.url(),
        format!("http://{}@{}/mcp", own.address, evil.address),
        format!("http://{}\\@{}/mcp", evil.address, own.address),
        format!("http://{}#@{}/mcp", evil.address, own.address),
        format!("http://{}?@{}/mcp", evil.address, own.address),
        format!("http://localhost:{}/mcp", evil.address.port()),
        format!(" http://{}/mcp", evil.address),
        format!("HTTP:\\\\{}\\mcp", evil.address),
        format!("http:/{}/mcp", evil.address),
        format!("http:{}/mcp", evil.address),
        format!("ht\ttp://{}/mcp", evil.address),
        own.url().replace("http://", "https://"),
    ]
}

#[test]
fn a_kept_secret_is_not_sent_to_another_host() {
    let lab = Lab::new();
    let (own, evil) = (Listener::mcp(), Listener::mcp());
    let own_url = own.url();
    let urls = elsewhere(&own, &evil);
    for config in with_secrets(&own_url) {
        for url in &urls {
            put(&lab.server, "s", WRITER, &config);
            let mut masked = lab.server.get(item("s")).key(WRITER).send().expect(200).json()["config"].take();
            masked["url"] = json!(url);
            let replaced = json!([{"op": "replace", "path": "/url", "value": url}]).to_string();
            let writes = [
                lab.server.patch(item("s")).key(WRITER).json(&json!({"url": url})),
                lab.server.patch(item("s")).key(REVEALER).body("application/json-patch+json", replaced),
                lab.server.put(item("s")).key(USER).json(&masked),
            ];
            for (number, request) in writes.into_iter().enumerate() {
                let status = request.send().status;
                if status == 422 {
                    continue;
                }
                // It may go there where nothing is kept.
                call(&lab.server, "s", USER, "t");
                let received = evil.received();
                assert!(!received.contains(CANARY), "{number} {url} {status}: {received}");
                assert!(!received.contains("dTpjYW5hcnk"), "{number} {url} {status}: {received}");
                put(&lab.server, "s", WRITER, &config);
            }
        }
        put(&lab.server, "s", WRITER, &config);
        call(&lab.server, "s", USER, "t");
    }
    assert!(own.received().contains(CANARY), "it is not sent where it belongs either");
}

#[test]
fn what_is_kept_does_not_become_shown_by_moving_it() {
    let lab = Lab::new();
    let own = Listener::mcp();
    let config = json!({"url": own.url(), "headers": {"X-Key": CANARY}});
    for (op, to) in [
        ("move", "/description"),
        ("copy", "/description"),
        ("move", "/url"),
        ("copy", "/headers/X-Other"),
        ("copy", "/command"),
    ] {
        put(&lab.server, "s", WRITER, &config);
        let patch = json!([{"op": op, "from": "/headers/X-Key", "path": to}]).to_string();
        let request = lab.server.patch(item("s")).key(WRITER).body("application/json-patch+json", patch);
        let answer = request.send();
        assert!(!answer.text().contains(CANARY), "{op} {to}: {}", answer.text());
        let shown = lab.server.get(item("s")).key(WRITER).send().expect(200).text();
        assert!(!shown.contains(CANARY), "{op} {to}: {shown}");
    }
}

#[test]
fn an_approved_reference_is_not_sent_to_another_host() {
    let server = builder(Site::new()).env("MCP_SECRET_X", CANARY).start();
    let server = opened(server);
    let (own, evil) = (Listener::mcp(), Listener::mcp());
    let config = json!({"url": own.url(), "headers": {"Authorization": "Bearer ${MCP_SECRET_X}"}});
    put(&server, "s", WRITER, &config);
    approve(&server, "s");
    call(&server, "s", USER, "t").expect(200);
    assert!(own.received().contains(CANARY));
    server.patch(item("s")).key(WRITER).json(&json!({"url": evil.url()})).send().expect(200);
    assert_eq!(provoke(&server, "s").problem(), "not-runnable");
    put(
        &server,
        "t",
        USER,
        &json!({"url": evil.url(), "headers": {"Authorization": "Bearer ${MCP_SECRET_X}"}}),
    );
    assert_eq!(provoke(&server, "t").problem(), "not-runnable");
    assert_eq!(evil.connections(), 0);
}

#[test]
fn no_redirect_is_followed_to_another_place() {
    let lab = Lab::new();
    let evil = Listener::mcp();
    let port = evil.address.port();
    let targets = [
        evil.url(),
        format!("//{}/mcp", evil.address),
        format!("http://localhost:{port}/mcp"),
        format!("http://u:p@{}/mcp", evil.address),
        format!("\\\\{}/mcp", evil.address),
        format!("https://{}/mcp", evil.address),
    ];
    let mut number = 0;
    for status in [300, 301, 302, 303, 307, 308] {
        for target in &targets {
            let location = format!("Location: {target}");
            let own = Listener::start(move |_| bare(status, &location));
            for config in &with_secrets(&own.url())[1..2] {
                let name = format!("s{number}");
                number += 1;
                put(&lab.server, &name, USER, config);
                let answer = call(&lab.server, &name, USER, "t");
                assert_eq!(kind(&answer), "http_status", "{status} {target}: {}", answer.text());
            }
            assert!(own.received().contains(CANARY), "{status} {target}: it was not reached at all");
        }
    }
    assert_eq!(evil.connections(), 0, "{}", evil.received());
}

#[test]
fn a_legacy_stream_does_not_name_another_place_for_messages() {
    let lab = Lab::new();
    let evil = Listener::mcp();
    let places = [
        evil.url(),
        format!("//{}/messages", evil.address),
        format!("http://localhost:{}/messages", evil.address.port()),
        format!("http://u:p@{}/messages", evil.address),
    ];
    for (number, place) in places.iter().enumerate() {
        let event = format!("event: endpoint\ndata: {place}\n\n");
        let stream =
            format!("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n{event}");
        let own = Listener::start(
            move |seen| if seen.head.starts_with("GET") { stream.clone() } else { usual(seen) },
        );
        let name = format!("s{number}");
        let config = json!({"url": own.url(), "transport": "sse", "headers": {"X-Key": CANARY}});
        put(&lab.server, &name, USER, &config);
        let answer = call(&lab.server, &name, USER, "t");
        assert!(!kind(&answer).is_empty(), "{place}: {}", answer.text());
        assert!(own.received().contains(CANARY), "{place}: it was not reached at all");
    }
    assert_eq!(evil.connections(), 0, "{}", evil.received());
}

#[test]
fn a_proxy_of_the_environment_is_not_used() {
    let (own, evil) = (Listener::mcp(), Listener::mcp());
    let proxy = format!("http://{}", evil.address);
    let mut service = builder(Site::new());
    for name in ["http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
        service = service.env(name, &*proxy);
    }
    let server: TestServer = opened(service.start());
    put(&server, "a", USER, &json!({"url": own.url(), "headers": {"X-Key": CANARY}}));
    call(&server, "a", USER, "t").expect(200);
    put(
        &server,
        "b",
        USER,
        &json!({"url": own.url().replace("http:", "https:"), "headers": {"X-Key": CANARY}}),
    );
    assert!(!kind(&call(&server, "b", USER, "t")).is_empty());
    assert_eq!(evil.connections(), 0, "{}", evil.received());
}
