//! Addresses that are never dialled, in all the ways in which they can be spelled. Names that resolve to them are with the
//! HTTP client, where a test has names of its own.

use serde_json::json;

use super::lab::{CALLER, Lab, OPERATOR, USER, builder, call, kind, opened, put};
use super::listener::Listener;
use crate::response::Response;
use crate::server::{READER, TestServer, item};
use crate::site::Site;

/// Addresses of metadata and of nobody, as they can be spelled.
pub(super) const NEVER: &[&str] = &[
    "http://169.254.169.254/latest/meta-data/",
    "http://169.254.169.254./",
    "http://2852039166/",
    "http://0xa9fea9fe/",
    "http://0xA9.0xFE.0xA9.0xFE/",
    "http://0251.0376.0251.0376/",
    "http://169.254.43518/",
    "http://169.16689662/",
    "http://%31%36%39.254.169.254/",
    "http://\u{ff11}\u{ff16}\u{ff19}.254.169.254/",
    "http://user@169.254.169.254/",
    "http://[::ffff:169.254.169.254]/",
    "http://[::ffff:a9fe:a9fe]/",
    "http://[0:0:0:0:0:ffff:a9fe:a9fe]/",
    "http://[64:ff9b::a9fe:a9fe]/",
    "http://[64:ff9b::169.254.169.254]/",
    "http://[2002:a9fe:a9fe::]/",
    "http://[::a9fe:a9fe]/",
    "http://[fd00:ec2::254]/",
    "http://[fe80::1]/",
    "http://169.254.170.2/",
    "http://169.254.0.1/",
    "http://0.0.0.0/",
    "http://0/",
    "http://[::]/",
    "http://255.255.255.255/",
    "http://224.0.0.1/",
    "http://240.0.0.1/",
    "http://[ff02::1]/",
    "http://[2001:0:a9fe:a9fe::]/",
];

fn connect(server: &TestServer, url: &str) -> Response {
    // Not refused when it is saved: the settings may be another program's.
    server.put(item("s")).key(USER).json(&json!({"url": url})).send().expect_success();
    call(server, "s", USER, "t")
}

#[test]
fn addresses_of_metadata_and_of_nobody_are_never_dialled() {
    let lab = Lab::new();
    for url in NEVER {
        let answer = connect(&lab.server, url);
        assert_eq!(kind(&answer), "policy", "{url}: {} {}", answer.status, answer.text());
        assert!(
            answer.json()["fault"].get("detail").is_none_or(serde_json::Value::is_null),
            "{}",
            answer.text()
        );
    }
    // The same address is said to those who may start programs, so that they can see why.
    let detail = call(&lab.server, "s", OPERATOR, "t").json()["fault"]["detail"].clone();
    assert!(detail.is_string(), "{detail}");
    let open = Listener::mcp();
    connect(&lab.server, &open.url()).expect(200);
}

#[test]
fn our_own_listener_is_not_dialled() {
    let lab = Lab::new();
    let port = lab.server.address().port();
    for host in ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1", "127.1", "0.0.0.0"] {
        let answer = connect(&lab.server, &format!("http://{host}:{port}/api/settings/mcp-servers"));
        assert_eq!(kind(&answer), "policy", "{host}: {} {}", answer.status, answer.text());
    }
}

#[test]
fn what_the_configuration_does_not_allow_is_not_dialled() {
    let listener = Listener::mcp();
    let port = listener.address.port();
    let server = opened(builder(Site::new()).env("MCP_SETTINGS_DIAL", "public").start());
    let hosts = [
        "127.0.0.1",
        "localhost",
        "LOCALHOST",
        "127.1",
        "0x7f000001",
        "017700000001",
        "2130706433",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "127.8.8.8",
        "10.0.0.1",
        "192.168.1.1",
        "172.16.0.1",
        "100.64.0.1",
        "[fd00::1]",
    ];
    for host in hosts {
        let answer = connect(&server, &format!("http://{host}:{port}/"));
        assert_eq!(kind(&answer), "policy", "{host}: {} {}", answer.status, answer.text());
    }
    assert_eq!(listener.connections(), 0);
    let server = opened(builder(Site::new()).env("MCP_SETTINGS_DIAL", "loopback").start());
    connect(&server, &listener.url()).expect(200);
}

/// What is said of an address that refuses and of one that is silent or speaks something else is its kind.
#[test]
fn nothing_but_the_kind_of_a_failed_dial_is_shown_without_run() {
    let lab = Lab::new();
    let closed = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        listener.local_addr().expect("it has one")
    };
    let banner = Listener::start(|_| "SSH-2.0-canary-banner\r\n".to_owned());
    let page = Listener::start(|_| {
        "HTTP/1.1 200 OK\r\nServer: canary-server\r\nContent-Type: text/html\r\nContent-Length: 11\r\nConnection: close\r\n\r\ncanary-body".to_owned()
    });
    let refused = Listener::start(|_| {
        "HTTP/1.1 500 canary-reason\r\nX-Canary: canary-header\r\nContent-Type: application/json\r\nContent-Length: 22\r\nConnection: close\r\n\r\n{\"error\":\"canary-body\"".to_owned()
    });
    for (name, address) in
        [("closed", closed), ("banner", banner.address), ("page", page.address), ("refused", refused.address)]
    {
        put(&lab.server, name, USER, &json!({"url": format!("http://{address}/mcp")}));
        let called = call(&lab.server, name, USER, "t");
        let shown = lab.server.get(super::lab::instance(name, "")).key(READER).send().expect(200);
        let listed = lab.server.get("/api/instances").key(CALLER).send().expect(200);
        assert!(!kind(&called).is_empty(), "{name}: {}", called.text());
        assert_eq!(called.json()["fault"].get("detail"), None, "{}", called.text());
        assert_eq!(shown.json()["retry"]["fault"].get("detail"), None, "{}", shown.text());
        for text in [called.text(), shown.text(), listed.text()] {
            for word in ["canary", "refused (", "os error", "Connection refused"] {
                assert!(!text.contains(word), "{name} shows {word}: {text}");
            }
        }
    }
}
