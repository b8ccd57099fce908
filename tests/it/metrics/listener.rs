//! The listener for metrics alone (`MCP_SETTINGS_METRICS_LISTEN`): no key, no page, nothing else, and never dialled.

use std::net::{SocketAddr, TcpListener, TcpStream};

use serde_json::json;

use super::{METRICS, read, scrape};
use crate::response::Response;
use crate::running::{OPERATOR, builder, place, put, request, start_runner};
use crate::server::{SERVERS, TestServer};
use crate::site::Site;
use crate::wire::{Connection, Request};

const LISTEN: &str = "MCP_SETTINGS_METRICS_LISTEN";

fn listening() -> (TestServer, SocketAddr) {
    let server = start_runner(
        builder(Site::new()).env(LISTEN, "127.0.0.1:0").env("MCP_SETTINGS_ALLOWED_HOSTS", "box"),
    );
    let address = server.metrics_address();
    (server, address)
}

/// The answer of the listener, which is not the described API.
#[track_caller]
fn ask(request: &Request) -> Response {
    let mut connection = Connection::open(request.address()).expect("it listens");
    connection.write(&request.message()).expect("it reads");
    connection.answer(request.method()).expect("an answer")
}

#[test]
fn metrics_are_read_without_a_key() {
    let (server, address) = listening();
    let read_here = read(Request::new(address, "GET", METRICS));
    assert_eq!(
        read_here.metrics().keys().collect::<Vec<_>>(),
        scrape(&server).metrics().keys().collect::<Vec<_>>()
    );
    let head = ask(&Request::new(address, "HEAD", METRICS)).expect(200);
    assert!(head.body.is_empty());
    // A key changes nothing, be it right or wrong.
    for key in [OPERATOR, "wrong"] {
        read(Request::new(address, "GET", METRICS).key(key));
    }
    let of = [("method", "GET"), ("route", "/metrics"), ("status", "2xx")];
    assert!(scrape(&server).value("mcp_settings_http_requests_total", &of) >= Some(4.0));
    server.get(METRICS).anonymous().send().expect(401);
}

#[test]
fn nothing_else_is_served_there() {
    let (server, address) = listening();
    let document = server.get("/openapi.json").send().expect(200).json();
    let paths: Vec<String> = document["paths"].as_object().expect("paths").keys().cloned().collect();
    assert!(25 < paths.len(), "{paths:?}");
    let further =
        ["/app.js", "/metrics/", "//metrics", "/metrics/x", "/%6Detrics/../health", "/METRICS", "/x"];
    for path in paths.iter().map(String::as_str).filter(|path| *path != METRICS).chain(further) {
        for method in ["GET", "POST", "PUT", "DELETE", "OPTIONS"] {
            let path = path.replace(['{', '}'], "");
            let answer = ask(&Request::new(address, method, &path).key(OPERATOR));
            assert_eq!((answer.status, &*answer.problem()), (404, "not-found"), "{method} {path}");
        }
    }
    for method in ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW"] {
        let answer = ask(&Request::new(address, method, METRICS).key(OPERATOR));
        assert_eq!((answer.status, answer.header("allow")), (405, Some("GET, HEAD")), "{method}");
    }
    assert!(server.document().is_none(), "something was written");
    // What callers choose is in no series.
    for sample in scrape(&server).all("mcp_settings_http_requests_total") {
        let route = &sample.labels["route"];
        assert!(route == "-" || route == METRICS || paths.contains(route), "{sample:?}");
    }
}

#[test]
fn it_is_for_programs_and_not_for_pages() {
    let (_server, address) = listening();
    let get = || Request::new(address, "GET", METRICS);
    for host in ["127.0.0.1", "10.0.0.7:9187", "[::1]:1", "localhost:9", "box", "box:9187"] {
        ask(&get().header("Host", host)).expect(200);
    }
    for host in ["evil.example", "evil.example:9187", "127.0.0.1.evil.example"] {
        ask(&get().header("Host", host)).expect_problem(403, "forbidden-host");
    }
    for (name, value) in [
        ("Origin", "http://evil.example"),
        ("Origin", "null"),
        ("Sec-Fetch-Site", "cross-site"),
        ("Sec-Fetch-Site", "same-site"),
    ] {
        let answer = ask(&get().header(name, value)).expect_problem(403, "forbidden-origin");
        assert!(answer.header("access-control-allow-origin").is_none());
    }
    let own = format!("http://{address}");
    ask(&get().header("Origin", own)).expect_problem(403, "forbidden-origin");
}

#[test]
fn our_own_sessions_never_dial_it() {
    let (server, address) = listening();
    for (name, url) in [
        ("plain", format!("http://{address}/metrics")),
        ("named", format!("http://localhost:{}/metrics", address.port())),
        ("mapped", format!("http://[::ffff:127.0.0.1]:{}/metrics", address.port())),
    ] {
        put(&server, name, &json!({"url": url, "transport": "streamable-http"}));
        let call = request(&server, "POST", place(name, "/tools/t/call")).json(&json!({}));
        let refused = call.send().expect_problem(503, "instance-failed").json();
        assert_eq!(refused["fault"]["kind"], "policy", "{name}: {refused}");
    }
    let all = scrape(&server);
    let dialled = all.all("mcp_settings_http_requests_total");
    assert!(
        !dialled.iter().any(|sample| sample.labels["method"] == "POST" && sample.labels["route"] == METRICS)
    );
}

#[test]
fn without_the_setting_there_is_no_such_listener_and_with_it_it_ends_with_the_service() {
    let server = builder(Site::new()).start();
    server.link();
    assert!(
        !server.output.lines().iter().any(|line| line.starts_with("metrics")),
        "{:?}",
        server.output.lines()
    );
    let (server, address) = listening();
    let mut idle = Connection::open(address).expect("it listens");
    let stopped = server.stop();
    assert_eq!(stopped.code, Some(0), "{stopped:?}");
    assert!(TcpStream::connect(address).is_err());
    assert!(idle.rest().is_ok_and(|rest| rest.is_empty()));
}

#[test]
fn an_address_that_cannot_be_used_keeps_the_service_from_starting() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("there are ports");
    let address = taken.local_addr().expect("it has one").to_string();
    for (value, expected) in [("nowhere", "must be an address"), (&*address, "could not listen on")] {
        let refused = builder(Site::new()).env(LISTEN, value).try_start().err();
        let stderr = refused.expect("it does not start").stderr;
        assert!(stderr.contains(expected), "{stderr}");
        assert!(!stderr.contains("nowhere"), "{stderr}");
    }
}

#[test]
fn clients_that_are_silent_keep_out_no_other() {
    let (server, address) = listening();
    let silent: Vec<Connection> = (0..40).map(|_| Connection::open(address).expect("it listens")).collect();
    read(Request::new(address, "GET", METRICS));
    drop(silent);
    server.get(SERVERS).key(OPERATOR).send().expect(200);
}
