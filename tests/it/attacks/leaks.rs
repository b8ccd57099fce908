//! What can be learned of a secret that a running server has, where the server does all it can to tell it: in none of its
//! usual forms does it get into an answer, an event, the log or a file of the state.

use std::fs;
use std::path::Path;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::lab::{BOTH, CALLER, Lab, OPERATOR, REVEALER, USER, builder, call, instance, opened, put};
use super::listener::{Listener, Seen, answer};
use crate::response::Response;
use crate::server::{READER, TestServer, WRITER, eventually};
use crate::site::Site;
use crate::wire::{Connection, Request};

const ENV: &str = "c4nary/env+Kq7wXz\"\u{e9}";
const RESOLVED: &str = "c4nary/ref+Vb2mNp=&";
const HEADER: &str = "c4naryHeaderJh5sLd";
const TOKEN: &str = "c4naryTokenTr8fGe";
const USERINFO: &str = "c4naryUserinfoWq3xZa";
const QUERY: &str = "c4naryQueryPo9iUy";

const CANARIES: [&str; 6] = [ENV, RESOLVED, HEADER, TOKEN, USERINFO, QUERY];

/// A server over stdio that shows its secrets wherever it can.
const TELLTALE: &str = r#"
import base64, json, os, sys, urllib.parse
secrets = [os.environ["K"], os.environ["R"]]
forms = []
for secret in secrets:
    data = secret.encode()
    forms += [secret, base64.b64encode(data).decode(), data.hex(), urllib.parse.quote(secret, safe=""),
              base64.b64encode(b"u:" + data).decode(), json.dumps(secret), base64.urlsafe_b64encode(b"x" + data).decode()]
text = " ".join(forms)
for form in forms:
    print("stderr says", form, file=sys.stderr, flush=True)
def out(message):
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()
for line in sys.stdin:
    message = json.loads(line)
    method, id = message["method"], message.get("id")
    if id is None:
        continue
    if method == "initialize" and sys.argv[1] == "refuse":
        out({"jsonrpc": "2.0", "id": id, "error": {"code": -32000, "message": text, "data": text}})
    elif method == "initialize":
        out({"jsonrpc": "2.0", "id": id, "result": {"protocolVersion": "2025-11-25", "capabilities": {"tools": {}},
             "serverInfo": {"name": forms[0] + forms[7], "version": forms[1] + " " + forms[9], "title": text}, "instructions": text}})
    elif method == "tools/list":
        out({"jsonrpc": "2.0", "id": id, "error": {"code": -32000, "message": text}})
    elif method == "tools/call" and message["params"]["name"] == "bad":
        out({"jsonrpc": "2.0", "id": id, "result": {"content": [{"type": "text", "text": text}], "isError": True}})
    elif method == "tools/call" and message["params"]["name"] == "leave":
        sys.stderr.write(text + "\n")
        sys.exit(3)
    else:
        out({"jsonrpc": "2.0", "id": id, "error": {"code": -32000, "message": text, "data": {"secret": text}}})
"#;

/// All the forms in which a secret is looked for.
fn forms(secret: &str) -> Vec<String> {
    let bytes = secret.as_bytes();
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut forms = vec![
        secret.to_owned(),
        hex.to_uppercase(),
        hex,
        utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string(),
        json!(secret).to_string().trim_matches('"').to_owned(),
        STANDARD.encode(bytes),
    ];
    for before in 0..3 {
        let padded = [&b"xx"[..before], bytes].concat();
        for text in [STANDARD_NO_PAD.encode(&padded), URL_SAFE_NO_PAD.encode(&padded)] {
            let (start, end) = ((before * 8).div_ceil(6), padded.len() * 8 / 6);
            forms.push(text[start..end].to_owned());
        }
    }
    forms
}

#[track_caller]
fn assert_without_secrets(what: &str, bytes: &[u8]) {
    for secret in CANARIES {
        for form in forms(secret) {
            let found = memchr::memmem::find(bytes, form.as_bytes());
            if let Some(at) = found {
                let shown =
                    String::from_utf8_lossy(&bytes[at.saturating_sub(200)..bytes.len().min(at + 100)]);
                panic!("{what} has {secret:?} as {form:?}: …{shown}…");
            }
        }
    }
}

/// What is only for those who may start programs.
#[track_caller]
fn assert_without_details(what: &str, body: &Value) {
    match body {
        Value::Object(members) => {
            let is_fault = members.contains_key("kind") && members.contains_key("message");
            let detail = members.get("detail").filter(|detail| is_fault && !detail.is_null());
            assert!(detail.is_none(), "{what}: {body}");
            members.values().for_each(|member| assert_without_details(what, member));
        }
        Value::Array(elements) => elements.iter().for_each(|element| assert_without_details(what, element)),
        _ => {}
    }
}

fn files_below(folder: &Path, found: &mut Vec<(String, Vec<u8>)>) {
    for entry in fs::read_dir(folder).expect("it is there").map_while(Result::ok) {
        let path = entry.path();
        if path.is_dir() {
            files_below(&path, found);
        } else if let Ok(bytes) = fs::read(&path) {
            found.push((path.display().to_string(), bytes));
        }
    }
}

#[track_caller]
fn assert_state_without_secrets(site: &Site) {
    let mut files = Vec::new();
    files_below(&site.state(), &mut files);
    assert!(files.iter().any(|(path, _)| path.ends_with("state.db")), "where is the state?");
    for (path, bytes) in files {
        assert_without_secrets(&path, &bytes);
    }
}

/// An MCP server over HTTP that says in every answer what it was sent.
fn echo(seen: &Seen) -> String {
    let message = seen.json();
    let id = &message["id"];
    let text = seen.head.replace(['\r', '\n'], " ");
    match message["method"].as_str() {
        Some("initialize") => answer(&json!({"jsonrpc": "2.0", "id": id, "result": {
            "protocolVersion": "2025-11-25", "capabilities": {"tools": {}},
            "serverInfo": {"name": text, "version": text}}})),
        Some("tools/call") if message["params"]["name"] == "status" => {
            format!(
                "HTTP/1.1 500 {text}\r\nX-Echo: {text}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{text}",
                text.len()
            )
        }
        Some("tools/call") if message["params"]["name"] == "redirect" => {
            format!(
                "HTTP/1.1 302 X\r\nLocation: /{}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
                text.replace(' ', "")
            )
        }
        Some("tools/call") if message["params"]["name"] == "type" => format!(
            "HTTP/1.1 200 OK\r\nContent-Type: text/{}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{text}",
            text.replace([' ', '/', ':'], ""),
            text.len()
        ),
        Some(_) => answer(&json!({"jsonrpc": "2.0", "id": id, "error": {"code": -32000, "message": text}})),
        None => "HTTP/1.1 405 X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_owned(),
    }
}

/// Everything that anybody is shown, and the caller.
struct Shown(Vec<(String, Vec<u8>)>);

impl Shown {
    fn send(&mut self, who: &str, request: Request) -> Response {
        let what = format!(
            "the answer to {} {who}",
            String::from_utf8_lossy(&request.head()).lines().next().unwrap_or("")
        );
        let answer = request.send();
        let is_json = answer.header("content-type").is_some_and(|kind| kind.contains("json"));
        if who != "operator" && is_json {
            assert_without_details(&what, &answer.json());
        }
        self.0.push((what, format!("{}{}", answer.head_text(), answer.text()).into_bytes()));
        answer
    }

    /// All views of an instance, by every caller.
    fn look(&mut self, server: &TestServer, name: &str) {
        let callers = [
            ("reader", READER),
            ("caller", CALLER),
            ("user", USER),
            ("revealer", REVEALER),
            ("operator", OPERATOR),
        ];
        for (who, key) in callers {
            self.send(who, server.get("/api/instances").key(key));
            self.send(who, server.get(instance(name, "")).key(key));
            self.send(who, server.get(instance(name, "/log")).key(key));
        }
    }
}

#[test]
fn nothing_is_learned_of_the_secrets_of_a_running_server() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = builder(Site::new()).env("MCP_SECRET_R", RESOLVED).start();
    let lab = Lab { server: opened(server), folder };
    let server = &lab.server;
    let mut stream = Connection::open(server.address()).expect("it listens");
    stream.begin(&server.events()).expect("a stream");
    let mut shown = Shown(Vec::new());

    let script = lab.folder().join("telltale.py");
    fs::write(&script, TELLTALE).expect("our own folder");
    let env = json!({"K": ENV, "R": "${MCP_SECRET_R}"});
    for (name, mode) in [("stdio", "serve"), ("refuses", "refuse")] {
        put(server, name, BOTH, &json!({"command": "python3", "args": [script, mode], "env": env}));
    }
    let listener = Listener::start(echo);
    let with_userinfo = format!("http://user:{USERINFO}@{}/mcp?api_key={QUERY}", listener.address);
    put(
        server,
        "remote",
        BOTH,
        &json!({"url": with_userinfo, "headers": {"X-Key": HEADER, "X-R": "${MCP_SECRET_R}"}}),
    );
    let token = json!({"strategy": "bearer", "value": TOKEN});
    put(
        server,
        "token",
        BOTH,
        &json!({"url": format!("{}/${{MCP_SECRET_R}}", listener.url()), "auth": token}),
    );
    let no_place = format!("http://user:{USERINFO}@127.0.0.1:9/mcp/${{MCP_SECRET_R}}?api_key={QUERY}");
    put(server, "closed", BOTH, &json!({"url": no_place, "headers": {"X-Key": HEADER}}));
    let forbidden = format!("http://169.254.169.254/mcp/${{MCP_SECRET_R}}?api_key={QUERY}");
    put(server, "forbidden", BOTH, &json!({"url": forbidden, "headers": {"X-Key": HEADER}}));
    put(
        server,
        "unresolved",
        BOTH,
        &json!({"command": "python3", "env": {"K": format!("{HEADER}${{NOT_ALLOWED}}{TOKEN}")}}),
    );
    put(server, "nowhere", BOTH, &json!({"command": "/nowhere/at/all", "env": env}));
    put(
        server,
        "no-folder",
        BOTH,
        &json!({"command": "python3", "cwd": "/nowhere/${MCP_SECRET_R}", "env": env}),
    );

    let names =
        ["stdio", "refuses", "remote", "token", "closed", "forbidden", "unresolved", "nowhere", "no-folder"];
    for name in names {
        for tool in ["t", "status", "redirect", "type"] {
            let arguments = json!({"arguments": {}});
            let target = instance(name, &format!("/tools/{tool}/call"));
            shown.send("user", server.post(target).key(USER).json(&arguments));
        }
        shown.send("writer", server.post(instance(name, "/probe")).key(WRITER));
        shown.look(server, name);
    }
    // A result goes to the caller as it came; what is kept of it does not have the secret.
    let answer = call(server, "stdio", USER, "bad").expect(200);
    assert!(
        answer.json()["result"]["content"][0]["text"]
            .as_str()
            .is_some_and(|text| text.contains(ENV) && text.contains(RESOLVED))
    );
    let view = server.get(instance("stdio", "")).key(READER).send().expect(200).json();
    assert_eq!(view["state"], "running", "{view}");
    assert!(view["server"]["name"].as_str().is_some_and(|name| name.contains("***")), "{view}");
    shown.look(server, "stdio");
    shown.send("user", server.post(instance("stdio", "/tools/leave/call")).key(USER).json(&json!({})));
    eventually("it has ended", || server.get(instance("stdio", "")).send().json()["state"] != "running");
    shown.look(server, "stdio");
    for secret in [USERINFO, QUERY, HEADER, TOKEN] {
        let sent = listener.received();
        let is_sent = forms(secret).iter().any(|form| sent.contains(form));
        assert!(is_sent, "{secret} was never sent: {sent}");
    }

    let mut events = Vec::new();
    stream.wait_at_most(Duration::from_millis(1_200)).expect("it is open");
    while let Ok(Some(chunk)) = stream.chunk() {
        events.extend(chunk);
        if 1 << 20 < events.len() {
            break;
        }
    }
    assert!(String::from_utf8_lossy(&events).contains("event: instances"), "no event came");
    assert_without_secrets("the stream of events", &events);
    for (what, bytes) in &shown.0 {
        assert_without_secrets(what, bytes);
    }
    let site = server.site();
    assert_state_without_secrets(&site);
    assert_without_secrets("the log", server.log().as_bytes());
    let stopped = lab.server.stop();
    assert_without_secrets("the log", stopped.stderr.as_bytes());
    assert_without_secrets("the output", stopped.stdout.as_bytes());
    assert_state_without_secrets(&site);
}
