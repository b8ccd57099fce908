//! A server of ours that reproduces the wire of Vault's KV version 2, as far as one read goes: `GET
//! /v1/MOUNT/data/PATH` with `X-Vault-Token`, its bodies and its statuses. It is not Vault, and keeps nothing.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// The token that it takes.
pub(super) const TOKEN: &str = "hvs.canary-token";

pub(super) struct FakeVault {
    address: SocketAddr,
    /// The request lines that came.
    requests: Arc<Mutex<Vec<String>>>,
}

impl FakeVault {
    pub(super) fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let seen = Arc::clone(&seen);
                thread::spawn(move || answer(stream.unwrap(), &seen));
            }
        });
        Self { address, requests }
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(super) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

fn answer(mut stream: TcpStream, seen: &Mutex<Vec<String>>) {
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
    let Some(Ok(first)) = lines.next() else { return };
    let mut token = String::new();
    for line in lines.map_while(Result::ok).take_while(|line| !line.is_empty()) {
        if let Some((name, value)) = line.split_once(": ")
            && name.eq_ignore_ascii_case("x-vault-token")
        {
            token = value.to_owned();
        }
    }
    let path =
        first.strip_prefix("GET ").and_then(|rest| rest.split(' ').next()).unwrap_or_default().to_owned();
    seen.lock().unwrap().push(first);
    let (status, body) = respond(&path, &token);
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\nlocation: http://evil.example/\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    // Who has given up waiting has closed the connection.
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes()));
}

fn respond(path: &str, token: &str) -> (&'static str, String) {
    let errors = |text: &str| format!(r#"{{"errors":["{text}"]}}"#);
    if token != TOKEN {
        return ("403 Forbidden", errors("permission denied"));
    }
    let found = r#"{"request_id":"5ed1","lease_id":"","renewable":false,"lease_duration":0,"data":{"data":DATA,"metadata":{"created_time":"2026-11-01T10:00:00Z","custom_metadata":null,"deletion_time":"","destroyed":false,"version":3}},"wrap_info":null,"warnings":null,"auth":null,"mount_type":"kv"}"#;
    match path {
        "/v1/kv/data/mcp/github" => (
            "200 OK",
            found.replace("DATA", r#"{"token":"canary-vault","other":"canary-other","port":8080,"empty":""}"#),
        ),
        "/v1/kv/data/mcp/a%20b%3F" => ("200 OK", found.replace("DATA", r#"{"token":"canary-odd"}"#)),
        "/v1/kv/data/mcp/deleted" => (
            "404 Not Found",
            r#"{"data":{"data":null,"metadata":{"deletion_time":"2026-11-02T10:00:00Z","destroyed":false,"version":1}}}"#
                .to_owned(),
        ),
        "/v1/kv/data/mcp/forbidden" => ("403 Forbidden", errors("1 error occurred: permission denied")),
        "/v1/kv/data/mcp/sealed" => ("503 Service Unavailable", errors("Vault is sealed")),
        "/v1/kv/data/mcp/moved" => ("307 Temporary Redirect", String::new()),
        "/v1/kv/data/mcp/broken" => ("500 Internal Server Error", errors("canary-error")),
        "/v1/kv/data/mcp/page" => ("200 OK", "<html>canary-page</html>".to_owned()),
        "/v1/kv/data/mcp/old" => ("200 OK", r#"{"data":{"token":"canary-v1"}}"#.to_owned()),
        "/v1/kv/data/mcp/large" => ("200 OK", found.replace("DATA", &format!(r#"{{"token":"{}"}}"#, "x".repeat(1 << 20)))),
        "/v1/kv/data/mcp/slow" => {
            thread::sleep(Duration::from_secs(8));
            ("200 OK", found.replace("DATA", "{}"))
        }
        _ => ("404 Not Found", r#"{"errors":[]}"#.to_owned()),
    }
}
