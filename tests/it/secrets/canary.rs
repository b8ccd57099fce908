//! A canary in every place for a secret, and one search through everything that the service lets out (L6).

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::{every_secret, texts_with};
use crate::response::Response;
use crate::server::{ADMIN, READER, REVEALER, SECRET, SERVERS, TestServer, WRITER, item};
use crate::site::Site;
use crate::wire::Request;

/// Everything that was answered to requests that did not ask for secrets.
#[derive(Default)]
struct Answers {
    texts: Vec<String>,
}

impl Answers {
    fn send(&mut self, request: Request) -> Response {
        let answer = request.send();
        self.texts.push(format!("{} {}{}", answer.status, answer.head_text(), answer.text()));
        answer
    }
}

/// Wrong requests that carry secrets: where errors are made, texts slip into them.
fn wrong_requests(server: &TestServer, name: &str, config: &Value) -> Vec<Request> {
    let text = config.to_string();
    let target = item(name);
    let json_type = "application/json";
    let mut misplaced = config.clone();
    misplaced["timeout"] = json!("canary-timeout");
    misplaced["command"] = json!({"canary-is-a-name": "canary-command"});
    misplaced["transport"] = json!("canary-transport");
    vec![
        server.put(&target).body(json_type, &text[..text.len() - 1]),
        server.put(&target).body(json_type, format!("[{text}]")),
        server.put(&target).body(
            json_type,
            format!("{},\"apiKey\":\"canary-a\",\"apiKey\":\"canary-b\"}}", &text[..text.len() - 1]),
        ),
        server.put(&target).body(json_type, format!("\"canary-string {}\"", text.len())),
        server.put(&target).body("text/canary", &text),
        server.put(&target).json(&json!({"command": "x", "env": "canary-not-an-object"})),
        server.put(&target).json(&json!({"command": "x", "env": {"A": ["canary-list"]}})),
        server.put(&target).json(&misplaced),
        server.put(&target).if_match("\"x\"").json(config),
        server.put(&target).if_none_match("*").json(config),
        server.put(&target).key(READER).json(config),
        server.put(&target).key("canary-wrong-key").json(config),
        server.put(&target).anonymous().header("Authorization", "Bearer canary-bearer-key").json(config),
        server.put(&target).anonymous().header("Authorization", "Basic canary-basic-key").json(config),
        server
            .patch(&target)
            .body("application/json-patch+json", format!("[{{\"op\":\"canary-op\",\"value\":{text}}}]")),
        server.patch(&target).body(
            "application/json-patch+json",
            format!("[{{\"op\":\"test\",\"path\":\"\",\"value\":{text}}}]"),
        ),
        server.patch(&target).body(
            "application/json-patch+json",
            format!("[{{\"op\":\"replace\",\"path\":\"/canary-name\",\"value\":{text}}}]"),
        ),
        server.patch(&target).json(&json!({"env": {"A": {"deep": "canary-in-env"}}})),
        server.patch(&target).key(WRITER).json(&json!({"url": "https://elsewhere/", "command": "elsewhere"})),
        server.get(&target).expose("canary-mode"),
        server.get(&target).if_none_match("canary-unquoted"),
        server.get(format!("{SERVERS}?limit=canary-query")),
        server.post(format!("{target}/rename")).json(&json!({"to": config, "canary-name": 1})),
        server.post("/api/session").anonymous().json(&json!({"code": "canary-code"})),
    ]
}

#[test]
fn no_secret_is_let_out_anywhere() {
    let server = TestServer::builder(Site::new()).start();
    let mut seen = Answers::default();
    let mut canaries: Vec<String> = vec![];
    for (name, config) in every_secret() {
        canaries.extend(texts_with("canary-", &config));
        seen.send(server.put(item(name)).json(&config)).expect(201);
        seen.send(server.put(item(name)).json(&config)).expect(200);
        seen.send(server.patch(item(name)).json(&json!({"description": "new"}))).expect(200);
        seen.send(server.get(item(name)));
        for request in wrong_requests(&server, name, &config) {
            let answer = seen.send(request);
            assert!(answer.status >= 400, "{name}: a wrong request went through: {}", answer.text());
        }
        // Asked for and allowed: the answer may show it, but the log must not.
        for mode in ["plaintext", "encrypted"] {
            server.get(item(name)).key(REVEALER).expose(mode).send().expect(200);
        }
    }
    for target in [SERVERS, "/", "/server_info", "/ready", "/problems/bound-secret"] {
        seen.send(server.get(target));
    }
    assert!(canaries.len() > 20, "the search would find little: {canaries:?}");

    for answer in &seen.texts {
        // A member name may be repeated (DESIGN §8); its value may not.
        let values = answer.replace("canary-is-a-name", "").replace("canary-name", "");
        assert!(!values.contains("canary-"), "an answer shows a secret: {answer}");
        assert!(!values.contains(SECRET) && !values.contains(ADMIN), "an answer shows a key: {answer}");
    }
    let site = server.site();
    for (path, text) in texts_below(&site.home()) {
        let is_leaked =
            text.contains("canary") || [SECRET, ADMIN, WRITER].iter().any(|key| text.contains(key));
        assert!(!is_leaked, "{} shows a secret: {text}", path.display());
    }
    let stopped = server.stop();
    let logs = format!("{}\n{}", stopped.stdout, stopped.stderr);
    let keys = [SECRET, ADMIN, WRITER, READER, REVEALER];
    for line in logs.lines() {
        let values = line.replace("canary-is-a-name", "").replace("canary-name", "");
        assert!(!values.contains("canary-"), "the log shows a secret: {line}");
        assert!(!keys.iter().any(|key| values.contains(key)), "the log shows a key: {line}");
    }
    for (name, _, bytes) in site.files() {
        let text = String::from_utf8_lossy(&bytes);
        // URLs are not encrypted (DESIGN §5.1): the document alone may have these.
        let in_urls = [
            "canary-user:canary-userinfo@",
            "jwt=canary-parameter",
            "api_key=canary-query",
            "sig=canary-sig",
            "session=canary-fragment",
        ];
        let text = if name == "settings.json" {
            in_urls.iter().fold(text.into_owned(), |text, url| text.replace(url, ""))
        } else {
            text.into_owned()
        };
        assert!(!text.contains("canary-"), "{name} holds a secret in clear: {text}");
    }
    let kept = texts_below(&site.home());
    let names: Vec<_> = kept.iter().filter_map(|(path, _)| path.file_name()?.to_str()).collect();
    assert!(
        names.iter().all(|name| ["run.lock", "state.db", "state.lock"].contains(name)),
        "left in its home: {names:?}"
    );
    for (path, text) in kept {
        assert!(!text.contains("canary-"), "{} holds a secret", path.display());
    }
}

/// Every file below this folder with what is in it.
fn texts_below(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("our own folder") {
        let path = entry.expect("our own folder").path();
        if path.is_dir() {
            found.extend(texts_below(&path));
        } else {
            let bytes = fs::read(&path).expect("our own file");
            found.push((path, String::from_utf8_lossy(&bytes).into_owned()));
        }
    }
    found
}

#[test]
fn a_crash_leaves_no_secret_in_a_temporary_file() {
    let site = std::sync::Arc::new(Site::new());
    for _ in 0..5 {
        let server = TestServer::builder(std::sync::Arc::clone(&site)).start();
        server
            .put(item("a"))
            .json(&json!({"command": "x", "env": {"A": "canary-crash"}}))
            .send()
            .expect_success();
        let patch = server.patch(item("a"));
        let writer = std::thread::spawn(move || {
            (0..10_000).find(|round| {
                patch.clone().json(&json!({"env": {"B": format!("canary-{round}")}})).try_send().is_err()
            })
        });
        crate::server::eventually("writes go through", || server.plaintext("a")["env"].get("B").is_some());
        server.crash();
        writer.join().expect("the writer sees the end");
        for (name, mode, bytes) in site.files() {
            assert!(!String::from_utf8_lossy(&bytes).contains("canary-"), "{name} holds a secret in clear");
            assert_eq!(mode & 0o077, 0, "{name} can be read by others: {mode:o}");
        }
        site.json();
    }
}
