//! Requests that a browser makes for a page: hosts, origins, preflights, what scripts may read.

use serde_json::json;

use crate::response::Response;
use crate::server::{SERVERS, TestServer, item};
use crate::site::Site;

fn own_origin(server: &TestServer) -> String {
    format!("http://{}", server.address())
}

#[test]
fn only_our_own_hosts_are_answered() {
    let server = TestServer::start();
    let port = server.address().port();
    for host in [format!("127.0.0.1:{port}"), format!("localhost:{port}"), format!("LOCALHOST:{port}")] {
        server.get(SERVERS).header("Host", &host).send().expect(200);
    }
    let strangers = [
        "evil.example".to_owned(),
        format!("evil.example:{port}"),
        format!("127.0.0.1.evil.example:{port}"),
        format!("localhost.evil.example:{port}"),
        format!("evil-localhost:{port}"),
        format!("user@127.0.0.1:{port}"),
        "127.0.0.1:1".to_owned(),
        String::new(),
    ];
    for host in &strangers {
        let answer = server.get(SERVERS).header("Host", host).send();
        // An HTTP library may refuse what is no host at all before we see it.
        assert!(matches!(answer.status, 400 | 403), "{host:?}: {} {}", answer.status, answer.text());
        let plausible = !host.is_empty() && !host.contains('@');
        assert!(!plausible || answer.problem() == "forbidden-host", "{host:?}: {}", answer.text());
    }
    for path in ["/health", "/alive", "/ready"] {
        server.get(path).header("Host", "evil.example").send().expect(200);
    }
    for path in ["/", "/server_info", "/api/session"] {
        server.get(path).header("Host", "evil.example").send().expect_problem(403, "forbidden-host");
    }
}

#[test]
fn a_host_that_is_allowed_is_answered() {
    let site = Site::new();
    let server = TestServer::builder(site).env("MCP_SETTINGS_ALLOWED_HOSTS", "settings.example").start();
    server.get(SERVERS).header("Host", "settings.example").send().expect(200);
    server.get(SERVERS).header("Host", "other.example").send().expect_problem(403, "forbidden-host");
}

#[test]
fn only_our_own_origin_is_answered() {
    let server = TestServer::start();
    let port = server.address().port();
    server.seed("a", &json!({"command": "x"}));
    let before = server.document();
    for host in [format!("127.0.0.1:{port}"), format!("localhost:{port}")] {
        let origin = format!("http://{host}");
        let answer = server.get(SERVERS).header("Host", host).header("Origin", &origin).send().expect(200);
        assert_eq!(answer.header("access-control-allow-origin"), Some(origin.as_str()));
    }
    let strangers = [
        "null".to_owned(),
        "http://evil.example".to_owned(),
        format!("https://127.0.0.1:{}", port ^ 1),
        "http://127.0.0.1".to_owned(),
        format!("http://127.0.0.1:{}", port ^ 1),
        format!("http://127.0.0.1.evil.example:{port}"),
        format!("http://localhost.evil.example:{port}"),
        format!("http://127.0.0.1:{port}.evil.example"),
        "file://".to_owned(),
        String::new(),
    ];
    for origin in &strangers {
        let requests = [
            server.get(SERVERS),
            server.delete(item("a")),
            server.put(item("a")).json(&json!({"command": "evil"})),
        ];
        for request in requests {
            let answer = request.header("Origin", origin).send();
            assert_eq!(answer.status, 403, "{origin:?}: {}", answer.text());
            assert_eq!(answer.problem(), "forbidden-origin", "{origin:?}");
            assert!(
                answer.headers("access-control-allow-origin").is_empty(),
                "{origin:?} may read the answer"
            );
            assert!(server.document() == before, "{origin:?} changed the document");
        }
    }
}

#[test]
fn without_an_origin_sec_fetch_site_decides() {
    let server = TestServer::start();
    let site = |value: &str| server.get(SERVERS).header("Sec-Fetch-Site", value);
    for refused in ["cross-site", "same-site"] {
        site(refused).send().expect_problem(403, "forbidden-origin");
    }
    for allowed in ["same-origin", "none"] {
        site(allowed).send().expect(200);
    }
    site("cross-site").header("Origin", own_origin(&server)).send().expect(200);
}

#[test]
fn a_preflight_from_our_own_origin_allows_what_the_api_needs() {
    let server = TestServer::start();
    let origin = own_origin(&server);
    let wanted =
        "authorization, content-type, if-match, if-none-match, prefer, x-expose-secrets, x-session-api-key";
    for method in ["GET", "PUT", "PATCH", "DELETE", "POST"] {
        let answer = server
            .request("OPTIONS", item("a"))
            .anonymous()
            .header("Origin", &origin)
            .header("Access-Control-Request-Method", method)
            .header("Access-Control-Request-Headers", wanted)
            .send()
            .expect_success();
        assert_eq!(answer.header("access-control-allow-origin"), Some(origin.as_str()));
        assert!(
            answer.list("access-control-allow-methods").contains(&method.to_ascii_lowercase()),
            "{method}"
        );
        let allowed = answer.list("access-control-allow-headers");
        for header in wanted.split(", ") {
            assert!(allowed.iter().any(|own| own == header), "{header} is not allowed: {allowed:?}");
        }
    }
}

#[test]
fn a_preflight_from_elsewhere_is_refused() {
    let server = TestServer::start();
    for origin in ["http://evil.example", "null"] {
        let preflight = server.request("OPTIONS", item("a")).anonymous().header("Origin", origin);
        let answer = preflight.header("Access-Control-Request-Method", "PUT").send().expect(403);
        assert!(answer.headers("access-control-allow-origin").is_empty());
        assert!(answer.headers("access-control-allow-methods").is_empty());
    }
}

/// Every answer says how it may be kept, what it depends on, and who may embed it.
#[track_caller]
fn has_the_usual_headers(what: &str, answer: &Response, cache_control: &str) {
    let found = answer.list("cache-control");
    let wanted: Vec<_> = cache_control.split(", ").collect();
    assert_eq!(found, wanted, "{what}");
    let vary = answer.list("vary");
    for name in ["x-expose-secrets", "authorization", "x-session-api-key", "origin"] {
        assert!(vary.iter().any(|own| own == name), "{what}: Vary lacks {name}: {vary:?}");
    }
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{what}");
    assert_eq!(answer.header("cross-origin-resource-policy"), Some("same-origin"), "{what}");
    assert_eq!(answer.header("cross-origin-opener-policy"), Some("same-origin"), "{what}");
}

#[test]
fn every_answer_has_the_usual_headers() {
    let server = TestServer::start();
    let tag = server.seed("a", &json!({"command": "x", "env": {"A": "secret"}}));
    let kept = "private, no-cache";
    let cases = [
        ("list", server.get(SERVERS)),
        ("item", server.get(item("a"))),
        ("304", server.get(item("a")).if_none_match(&tag)),
        ("404", server.get(item("none"))),
        ("401", server.get(SERVERS).anonymous()),
        ("route", server.get("/nowhere")),
        ("405", server.post(SERVERS)),
        ("412", server.delete(item("a")).if_match("\"x\"")),
        ("write", server.patch(item("a")).json(&json!({"description": "d"}))),
        ("health", server.get("/health")),
        ("host", server.get(SERVERS).header("Host", "evil.example")),
    ];
    for (what, request) in cases {
        has_the_usual_headers(what, &request.send(), kept);
    }
    for mode in ["plaintext", "encrypted", "true"] {
        has_the_usual_headers(mode, &server.get(item("a")).expose(mode).send().expect(200), "no-store");
    }
}

#[test]
fn scripts_may_read_the_headers_they_need() {
    let server = TestServer::start();
    server.seed("a", &json!({"command": "x"}));
    let origin = own_origin(&server);
    for request in [server.get(item("a")), server.delete(item("a")).if_match("\"x\"")] {
        let answer = request.header("Origin", &origin).send();
        let exposed = answer.list("access-control-expose-headers");
        for header in ["etag", "location", "link", "retry-after"] {
            assert!(exposed.iter().any(|own| own == header), "{header} is hidden: {exposed:?}");
        }
    }
}

#[test]
fn the_files_of_the_page_are_for_pages_of_any_origin() {
    let server = TestServer::start();
    for path in ["/", "/app.js", "/editing.js", "/app.css", "/favicon.svg"] {
        for (name, value) in
            [("Origin", "https://settings.example"), ("Origin", "null"), ("Sec-Fetch-Site", "cross-site")]
        {
            let answer = server.get(path).anonymous().header(name, value).send().expect(200);
            assert!(answer.headers("access-control-allow-origin").is_empty(), "{value} may read {path}");
            assert_eq!(answer.header("cross-origin-resource-policy"), Some("same-origin"), "{path}");
        }
        server
            .get(path)
            .anonymous()
            .header("Host", "evil.example")
            .send()
            .expect_problem(403, "forbidden-host");
    }
    for path in ["/index.html", "/openapi.json", "/server_info", "/health", SERVERS] {
        let answer = server.get(path).header("Origin", "https://settings.example").send();
        answer.expect_problem(403, "forbidden-origin");
    }
}

#[test]
fn a_refusal_names_the_setting_and_is_logged_once_for_each_value() {
    let server = TestServer::builder(Site::new()).env("MCP_SETTINGS_LOG", "warn").start();
    let refused =
        |header: &str, value: &str| server.get(SERVERS).header(header, value).send().expect(403).json();
    for _ in 0..3 {
        for (header, value, setting) in [
            ("Host", "settings.example:8443", "MCP_SETTINGS_ALLOWED_HOSTS"),
            ("Origin", "https://settings.example", "MCP_SETTINGS_ALLOWED_ORIGINS"),
            ("Origin", "https://other.example", "MCP_SETTINGS_ALLOWED_ORIGINS"),
            ("Origin", "\"\u{202e}", "MCP_SETTINGS_ALLOWED_ORIGINS"),
            ("Sec-Fetch-Site", "cross-site", "MCP_SETTINGS_ALLOWED_ORIGINS"),
        ] {
            let detail = refused(header, value)["detail"].as_str().expect("a text").to_owned();
            assert!(detail.contains(setting) && !detail.contains(value), "{detail}");
        }
    }
    let log = server.log();
    let lines = |what: &str| log.lines().filter(|line| line.contains(what)).count();
    assert_eq!(lines("refused the"), 5, "{log}");
    assert_eq!(lines("refused the host \"settings.example:8443\""), 1, "{log}");
    assert_eq!(lines("refused the web origin \"https://settings.example\""), 1, "{log}");
    assert!(
        log.contains(r#""\"\u{202e}""#) && !log.contains('\u{202e}'),
        "a value is shown as it came: {log}"
    );

    for number in 0..200 {
        refused("Origin", &format!("https://{number}.example"));
    }
    let log = server.log();
    let lines = |what: &str| log.lines().filter(|line| line.contains(what)).count();
    assert_eq!((lines("refused the"), lines("further refused")), (64, 1), "{log}");
    refused("Origin", &format!("https://{}.example", "long".repeat(500)));
    assert!(server.log().lines().all(|line| line.len() < 1_000), "a stranger decides how long a line is");
}
