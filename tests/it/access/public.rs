//! Under which address clients reach the service: the base path, in requests and in every URL of an answer, and the link
//! that is printed.

use serde_json::json;

use crate::response::Response;
use crate::server::{SERVERS, SETTINGS, TestServer, item, settings_item};
use crate::site::Site;

const BASE: &str = "/team/mcp-settings";

fn under_base() -> TestServer {
    TestServer::builder(Site::new()).env("MCP_SETTINGS_BASE_PATH", BASE).start()
}

fn based(path: &str) -> String {
    format!("{BASE}{path}")
}

#[test]
fn every_path_is_answered_with_the_base_path_and_without() {
    let server = under_base();
    let tag = server.seed("a", &json!({"command": "x"}));
    for path in
        ["/", "/app.js", "/health", "/ready", "/openapi.json", "/problems/not-found", SERVERS, SETTINGS]
    {
        let with = server.get(path).below(BASE).send().expect(200);
        let without = server.get(path).send().expect(200);
        assert_eq!(with.body, without.body, "{path}");
    }
    server.put(item("a")).below(BASE).if_match(&tag).json(&json!({"command": "y"})).send().expect(200);
    server.get(item("a%20b")).below(BASE).send().expect_problem(400, "invalid-name");
    server.get(item("a") + "?x=1").below(BASE).send().expect_problem(400, "invalid-query");
    server.get(item("a")).below(BASE).anonymous().send().expect(401);
    server.delete(settings_item("a%2Fb")).below(BASE).send().expect_problem(404, "unknown-server");
    for outside in ["/team", "/team/", "/team/mcp-settingsx/health", "/TEAM/mcp-settings/health", "/x/health"]
    {
        server.get(outside).send().expect_problem(404, "not-found");
    }
    server.get(based("/health")).below(BASE).send().expect_problem(404, "not-found");
    server.get("/health").below(BASE).header("Host", "evil.example").send().expect(200);
    server
        .get(SERVERS)
        .below(BASE)
        .header("Host", "evil.example")
        .send()
        .expect_problem(403, "forbidden-host");
    server
        .get(SERVERS)
        .below(BASE)
        .header("Origin", "http://evil.example")
        .send()
        .expect_problem(403, "forbidden-origin");
}

#[test]
fn every_url_of_an_answer_has_the_base_path() {
    let server = under_base();
    let header = |answer: Response, name: &str| answer.header(name).expect("a URL").to_owned();
    let config = json!({"command": "x"});
    // Whether the proxy has taken the base path away or not.
    for (prefix, name) in [(BASE, "a"), ("", "b")] {
        let created = server.put(item(name)).below(prefix).json(&config).send().expect(201);
        assert_eq!(header(created, "location"), based(&item(name)));
        let theirs =
            server.post(settings_item(&format!("{name}2"))).below(prefix).json(&config).send().expect(201);
        assert_eq!(header(theirs, "location"), based(&item(&format!("{name}2"))));
        let renamed =
            server.post(item(name) + "/rename").below(prefix).json(&json!({"to": format!("{name}3")})).send();
        assert_eq!(header(renamed.expect(200), "content-location"), based(&item(&format!("{name}3"))));
        let listed = server.get(SERVERS.to_owned() + "?limit=1").below(prefix).send().expect(200);
        let next = header(listed, "link");
        assert!(next.starts_with(&format!("<{}?limit=1&after=", based(SERVERS))), "{next}");
        let patch = json!({"agent_settings_diff": {"mcp_config": {}}});
        let patched = server.patch(SETTINGS).below(prefix).json(&patch).send().expect(200);
        assert_eq!(header(patched, "link"), format!("<{}>; rel=\"successor-version\"", based(SERVERS)));
        let slash = server.get(SERVERS.to_owned() + "/?limit=1").below(prefix).send().expect(307);
        assert_eq!(header(slash, "location"), based(SERVERS) + "?limit=1");
    }
    let bare = server.get("?x=1").below(BASE).anonymous().send().expect(307);
    assert_eq!(header(bare, "location"), format!("{BASE}/?x=1"));
    assert_eq!(server.get("/openapi.json").send().json()["servers"], json!([{"url": BASE}]));
    // A problem's type is a name, the same everywhere.
    assert_eq!(server.get("/nowhere").below(BASE).send().expect(404).json()["type"], "/problems/not-found");
}

#[test]
fn the_page_asks_for_its_files_beside_itself() {
    let server = under_base();
    let page = server.get("/").below(BASE).anonymous().send().expect(200).text();
    let parts = page.split('"').filter(|part| part.starts_with('/') || part.contains("://"));
    assert_eq!(parts.collect::<Vec<_>>(), Vec::<&str>::new(), "these lead out: {page}");
}

#[test]
fn an_address_that_cannot_be_used_stops_the_start() {
    for (name, value, other) in [
        ("MCP_SETTINGS_BASE_PATH", "mcp", None),
        ("MCP_SETTINGS_BASE_PATH", "/a b", None),
        ("MCP_SETTINGS_BASE_PATH", "/api", None),
        ("MCP_SETTINGS_PUBLIC_URL", "settings.example", None),
        ("MCP_SETTINGS_PUBLIC_URL", "https://user:canary@settings.example/", None),
        ("MCP_SETTINGS_BASE_PATH", "/a", Some(("MCP_SETTINGS_PUBLIC_URL", "https://settings.example/b"))),
    ] {
        let mut builder = TestServer::builder(Site::new()).env(name, value);
        if let Some((name, value)) = other {
            builder = builder.env(name, value);
        }
        let Err(refusal) = builder.try_start() else { panic!("{name}={value} was taken") };
        assert_eq!(refusal.code, Some(1), "{refusal:?}");
        assert!(refusal.stderr.contains(name) && !refusal.stderr.contains("canary"), "{refusal:?}");
    }
}

#[test]
fn the_printed_link_leads_to_where_a_browser_reaches_the_page() {
    let (url, base) = ("MCP_SETTINGS_PUBLIC_URL", "MCP_SETTINGS_BASE_PATH");
    let (origins, hosts) = ("MCP_SETTINGS_ALLOWED_ORIGINS", "MCP_SETTINGS_ALLOWED_HOSTS");
    type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a str);
    let cases: [Case<'_>; 6] = [
        ("127.0.0.1:0", &[], "http://127.0.0.1:PORT/#"),
        ("127.0.0.1:0", &[(base, "/m/")], "http://127.0.0.1:PORT/m/#"),
        ("0.0.0.0:0", &[(hosts, "box.example,other")], "http://box.example:PORT/#"),
        ("127.0.0.1:0", &[(hosts, "box.example")], "http://box.example/#"),
        ("0.0.0.0:0", &[(hosts, "box"), (origins, "https://o.example,https://p")], "https://o.example/#"),
        (
            "127.0.0.1:0",
            &[(url, "https://u.example/m"), (origins, "https://o.example")],
            "https://u.example/m/#",
        ),
    ];
    for (listen, settings, expected) in cases {
        let mut builder = TestServer::builder(Site::new()).listen(listen);
        for (name, value) in settings {
            builder = builder.env(name, *value);
        }
        let server = builder.start();
        let expected = expected.replace("PORT", &server.address().port().to_string());
        let link = server.link();
        assert!(link.starts_with(&format!("{expected}code=")), "{settings:?}: {link}");
    }
}

#[test]
fn the_printed_link_of_a_wildcard_address_is_answered() {
    let server = TestServer::builder(Site::new())
        .listen("0.0.0.0:0")
        .env("MCP_SETTINGS_ALLOWED_HOSTS", "localhost")
        .start();
    let link = server.link();
    let host = link.strip_prefix("http://").and_then(|rest| rest.split('/').next()).expect("a host");
    server.get("/").anonymous().header("Host", host).send().expect(200);
    let exchange = server.post("/api/session").anonymous().header("Host", host);
    let exchange = exchange.header("Origin", format!("http://{host}")).json(&json!({"code": server.code()}));
    exchange.send().expect(200);
}
