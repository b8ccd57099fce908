//! The attacks by way of a test: a caller without `run` has no command run, nothing of the service read, no secret sent
//! elsewhere and no forbidden address dialled by testing it, in whatever form.

use serde_json::{Value, json};

use super::addresses::NEVER;
use super::destinations::{CANARY, elsewhere, with_secrets};
use super::lab::{
    BOTH, Lab, OPERATOR, TEST, THEIR_TEST, USER, WITHOUT_RUN, approve, builder, opened, put, tests,
};
use super::listener::{Listener, bare, usual};
use crate::response::Response;
use crate::server::{ADMIN, WRITER, item};
use crate::site::Site;
use crate::wire::{Connection, Request};

/// Sends it, and waits for as long as a test may take.
fn send(request: Request) -> Response {
    let mut connection = Connection::open(request.address()).expect("it listens");
    connection.wait_at_most(std::time::Duration::from_secs(40)).expect("it is open");
    connection.send(request).expect("an answer")
}

/// It is refused, or comes to nothing.
#[track_caller]
fn comes_to_nothing(answer: &Response, what: &str) {
    let is_refused = [403, 404, 409, 422].contains(&answer.status);
    let has_failed = answer.status == 200 && answer.json()["ok"] == false;
    assert!(is_refused || has_failed, "{what}: {} {}", answer.status, answer.text());
}

#[test]
fn no_command_runs_that_somebody_without_run_tests() {
    let lab = Lab::new();
    let (good, evil) = (lab.program("good"), lab.program("evil"));
    put(&lab.server, "good", WRITER, &json!({"command": good, "env": {"KEEP": "v"}}));
    approve(&lab.server, "good");
    put(&lab.server, "evil", WRITER, &json!({"command": evil}));
    put(&lab.server, "remote", WRITER, &json!({"url": "http://127.0.0.1:1/mcp"}));
    let folder = lab.folder().display().to_string();
    let configs = [
        json!({"command": evil}),
        json!({"command": good}),
        json!({"command": good, "env": {"KEEP": "[REDACTED]"}}),
        json!({"command": good, "args": ["x"], "env": {"KEEP": "[REDACTED]"}}),
        json!({"command": good, "env": {"KEEP": "[REDACTED]", "LD_PRELOAD": evil}}),
        json!({"command": "evil", "env": {"PATH": folder}}),
        json!({"command": "sh", "args": ["-c", evil]}),
        json!({"command": evil, "enabled": false}),
        json!({"command": evil, "type": "stdio"}),
        json!({"command": evil, "transport": "stdio", "env": {}, "cwd": null}),
        json!({"command": evil, "type": "http"}),
        json!({"command": evil, "type": "http", "url": "http://127.0.0.1:1/mcp"}),
        json!({"command": evil, "url": "http://127.0.0.1:1/mcp"}),
        json!({"command": evil, "url": null}),
        json!({"command": [evil]}),
        json!({"url": format!("stdio:{evil}")}),
        json!({"url": format!("file://{evil}")}),
    ];
    for key in WITHOUT_RUN {
        for name in [Some("good"), Some("evil"), Some("new")] {
            for config in &configs {
                for request in tests(&lab.server, key, name, Some(config)) {
                    comes_to_nothing(&send(request), &format!("{key} {name:?} {config}"));
                }
            }
        }
    }
    assert_eq!(lab.ran(), "");
    // Who may run servers has it run by each of these ways.
    for request in tests(&lab.server, OPERATOR, Some("evil"), Some(&configs[0])) {
        send(request);
    }
    assert!(lab.ran().lines().count() >= 4, "it does not run by a test at all");
    send(lab.server.post(TEST).key(OPERATOR).json(&json!({"name": "good"}))).expect(200);
    assert!(lab.ran().contains("good"), "what is approved is not started");
}

/// Each place of a remote configuration that a reference can be in.
fn with_reference(url: &str, reference: &str) -> Vec<Value> {
    vec![
        json!({"url": url, "headers": {"X": reference}}),
        json!({"url": url, "headers": {"X": format!("Bearer {reference}")}}),
        json!({"url": format!("{url}?key={reference}")}),
        json!({"url": format!("{url}/{reference}")}),
        json!({"url": url, "auth": {"strategy": "bearer", "value": reference}}),
        json!({"url": url, "auth": {"strategy": "header", "header_name": "X", "value": reference}}),
        json!({"url": url, "auth": {"strategy": "basic", "username": reference, "password": "p"}}),
        json!({"url": url, "auth": reference}),
        json!({"url": url, "auth": {"strategy": "oauth2", "state": {"access_token": reference}}}),
        json!({"url": url.replacen("http://", &format!("http://u:{reference}@"), 1)}),
    ]
}

#[test]
fn nothing_of_the_service_is_read_for_somebody_without_run() {
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), CANARY).expect("our own file");
    let folder = file.path().parent().expect("it is in one").display().to_string();
    let service =
        builder(Site::new()).env("MCP_SECRET_X", CANARY).env("MCP_SETTINGS_FILE_REFERENCES", folder);
    let server = opened(service.start());
    let listener = Listener::mcp();
    let by_file = format!("${{file:{}}}", file.path().display());
    put(&server, "s", USER, &json!({"url": listener.url()}));
    let forms =
        ["${MCP_SECRET_X}", "${env:MCP_SECRET_X}", "${MCP_SECRET_X:-d}", "${MCP_SECRET_ABSENT:-d}", &by_file];
    for reference in forms {
        for config in with_reference(&listener.url(), reference) {
            for key in WITHOUT_RUN {
                for request in tests(&server, key, Some("s"), Some(&config)) {
                    // The stored one has no reference, and may be tested.
                    send(request);
                }
            }
        }
    }
    assert!(!listener.received().contains(CANARY), "{}", listener.received());
    assert!(!listener.received().contains("MCP_SECRET"), "{}", listener.received());
    // Whether a variable is set is not said either.
    let answers = ["${MCP_SECRET_X}", "${MCP_SECRET_ABSENT}"].map(|reference| {
        let config = json!({"url": listener.url(), "headers": {"X": reference}});
        let answer = server.post(TEST).key(WRITER).json(&json!({"config": config})).send();
        let mut problem = answer.expect_problem(403, "insufficient-scope").json();
        problem
            .as_object_mut()
            .expect("an object")
            .retain(|name, _| name != "instance" && name != "request_id");
        problem
    });
    assert_eq!(answers[0], answers[1]);
    let config = json!({"url": listener.url(), "headers": {"X": "${MCP_SECRET_X}", "Y": by_file}});
    for (at, body) in [(TEST, json!({"config": config})), (THEIR_TEST, json!({"server": config}))] {
        let before = listener.received().matches(CANARY).count();
        send(server.post(at).key(BOTH).json(&body)).expect(200);
        assert!(before + 2 <= listener.received().matches(CANARY).count(), "it is read for nobody");
    }
}

#[test]
fn a_kept_secret_is_not_sent_to_another_host_by_a_test() {
    let lab = Lab::new();
    let (own, evil) = (Listener::mcp(), Listener::mcp());
    let urls = elsewhere(&own, &evil);
    for config in with_secrets(&own.url()) {
        put(&lab.server, "s", WRITER, &config);
        let masked = lab.server.get(item("s")).key(WRITER).send().expect(200).json()["config"].take();
        let encrypted = lab.server.get(item("s")).key(OPERATOR).expose("encrypted").send().expect(200).json();
        // The mask of ours, that of OpenHands, and what a file of theirs holds.
        let text = masked.to_string();
        let theirs: Value = serde_json::from_str(&text.replace("[REDACTED]", "**********")).expect("JSON");
        // Who may see secrets knows what is encrypted, and may send it anywhere.
        let (without_reveal, all) = (&[USER][..], &[USER, ADMIN][..]);
        for (draft, keys) in [(&masked, all), (&theirs, all), (&encrypted["config"], without_reveal)] {
            for url in &urls {
                let mut draft = draft.clone();
                draft["url"] = json!(url);
                for key in keys {
                    for request in tests(&lab.server, key, Some("s"), Some(&draft)) {
                        send(request);
                    }
                    let received = evil.received();
                    for form in [CANARY, "dTpjYW5hcnk", "Y2FuYXJ5LWhlYWRlci"] {
                        assert!(!received.contains(form), "{key} {draft}: {received}");
                    }
                }
            }
        }
        let before = own.received().matches(CANARY).count() + own.received().matches("dTpjYW5hcnk").count();
        send(lab.server.post(TEST).key(WRITER).json(&json!({"name": "s", "config": masked}))).expect(200);
        let after = own.received().matches(CANARY).count() + own.received().matches("dTpjYW5hcnk").count();
        assert!(before < after, "it is not sent where it belongs either: {masked}");
    }
}

#[test]
fn no_forbidden_address_is_dialled_by_a_test() {
    let lab = Lab::new();
    let port = lab.server.address().port();
    let own = ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433"]
        .map(|host| format!("http://{host}:{port}/api"));
    for url in NEVER.iter().map(|url| (*url).to_owned()).chain(own) {
        for transport in [json!(null), json!("http"), json!("sse")] {
            let config = json!({"url": url, "transport": transport});
            for (at, body) in [(TEST, json!({"config": config})), (THEIR_TEST, json!({"server": config}))] {
                let answer = send(lab.server.post(at).key(USER).json(&body));
                if answer.status == 422 {
                    continue;
                }
                let tested = answer.expect(200).json();
                let last = tested["stages"].as_array().and_then(|stages| stages.last());
                match last {
                    Some(last) => {
                        assert_eq!(
                            (&last["stage"], &last["kind"]),
                            (&json!("connect"), &json!("policy")),
                            "{url}: {tested}"
                        );
                        assert_eq!(last.get("detail"), None, "{tested}");
                    }
                    None => assert_eq!(
                        (&tested["ok"], &tested["error_kind"]),
                        (&json!(false), &json!("unknown")),
                        "{url}"
                    ),
                }
            }
        }
    }
    let listener = Listener::mcp();
    for (at, body) in [
        (TEST, json!({"config": {"url": listener.url()}})),
        (THEIR_TEST, json!({"server": {"url": listener.url()}})),
    ] {
        assert_eq!(send(lab.server.post(at).key(WRITER).json(&body)).expect(200).json()["ok"], true);
    }
}

#[test]
fn no_redirect_and_no_endpoint_of_another_place_is_followed_by_a_test() {
    let lab = Lab::new();
    let evil = Listener::mcp();
    let location = format!("Location: {}", evil.url());
    let moved = Listener::start(move |_| bare(307, &location));
    let event = format!("event: endpoint\ndata: {}\n\n", evil.url());
    let stream =
        format!("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n{event}");
    let named =
        Listener::start(move |seen| if seen.head.starts_with("GET") { stream.clone() } else { usual(seen) });
    for (url, transport) in [(moved.url(), "http"), (moved.url(), "sse"), (named.url(), "sse")] {
        let config = json!({"url": url, "transport": transport, "headers": {"X-Key": CANARY}});
        for request in tests(&lab.server, USER, None, Some(&config)) {
            assert_eq!(send(request).expect(200).json()["ok"], false, "{url}");
        }
    }
    assert!(
        moved.received().contains(CANARY) && named.received().contains(CANARY),
        "they were not reached at all"
    );
    assert_eq!(evil.connections(), 0, "{}", evil.received());
}
