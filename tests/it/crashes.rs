//! `kill -9`, at any moment: every write that was answered is there, and of the others each is there whole
//! or not at all (law L5).

mod first_start;
mod state;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use serde_json::{Value, json};

use crate::crypto;
use crate::server::{ADMIN, SECRET, TestServer, eventually, item};
use crate::site::Site;
use crate::wire::{Connection, Request};

const KILLS: usize = 200;
const WRITERS: usize = 4;

/// What a writer knows of its server: the numbers of the writes whose state it may have now.
#[derive(Clone, Debug)]
struct Known {
    /// Of the newest write that was answered.
    answered: usize,
    /// Of the one that was not.
    sent: Option<usize>,
}

/// The write whose state a server is in after this one; zero where there is no server. Every fifth write
/// deletes it, the next one creates it again.
fn number_of_state(number: usize) -> usize {
    if number.is_multiple_of(5) { 0 } else { number }
}

/// A write that shows in three places, one of them encrypted.
fn write(server: &TestServer, name: &str, number: usize) -> Request {
    let text = number.to_string();
    let request = |method| Request::new(server.address(), method, &item(name)).key(ADMIN);
    let body = json!({"args": [text], "description": text, "env": {"N": text}});
    match number % 5 {
        0 => request("DELETE"),
        1 => {
            let mut config = body;
            config["command"] = json!("x");
            request("PUT").json(&config)
        }
        _ => request("PATCH").json(&body),
    }
}

/// The number of the write whose state the document has; panics if it has half of one.
fn stored(document: &Value, name: &str) -> usize {
    let Some(server) = document["agent_settings"]["mcp_config"].get(name) else { return 0 };
    let server = crypto::opened(SECRET, server);
    let texts = [&server["args"][0], &server["description"], &server["env"]["N"]];
    assert!(texts.iter().all(|text| *text == texts[0]), "half a write: {server}");
    let number = texts[0].as_str().and_then(|text| text.parse().ok());
    number.unwrap_or_else(|| panic!("no state that a writer made: {server}"))
}

/// Writes until the service goes away, counting the answers.
fn write_on(server: &TestServer, name: &str, known: &mut Known, answers: &AtomicUsize) {
    let Ok(mut connection) = Connection::open(server.address()) else { return };
    let mut number = known.answered;
    loop {
        number += 1;
        known.sent = Some(number);
        let Ok(answer) = connection.send(write(server, name, number)) else { return };
        assert!((200..300).contains(&answer.status), "{}: {}", answer.status, answer.text());
        *known = Known { answered: number, sent: None };
        answers.fetch_add(1, Ordering::SeqCst);
    }
}

#[test]
fn after_two_hundred_kills_every_answered_write_is_there_and_no_other_is_half_there() {
    let site = Arc::new(Site::with_fixture("settings/v1.58.0.json"));
    let others = without_ours(site.json());
    let names: Vec<_> = (0..WRITERS).map(|writer| format!("writer-{writer}")).collect();
    let mut known = vec![Known { answered: 0, sent: None }; WRITERS];
    let (mut unanswered, mut done) = (0, 0);
    for kill in 0..KILLS {
        let server = TestServer::builder(Arc::clone(&site)).env("MCP_SETTINGS_LOG", "error").start();
        let answers = AtomicUsize::new(0);
        thread::scope(|scope| {
            for (known, name) in known.iter_mut().zip(&names) {
                let (server, answers) = (&server, &answers);
                scope.spawn(move || write_on(server, name, known, answers));
            }
            // Some kills hit the first commit, some a later one; where in it is chance.
            let enough = kill % 16;
            eventually("enough is answered", || enough <= answers.load(Ordering::SeqCst));
            kill_now(&server);
        });
        server.crash();
        let document = site.json();
        assert_eq!(without_ours(document.clone()), others, "kill {kill}: something else changed");
        for (known, name) in known.iter_mut().zip(&names) {
            let found = stored(&document, name);
            let is_done = known.sent.is_some_and(|sent| number_of_state(sent) == found);
            let is_answered = number_of_state(known.answered) == found;
            assert!(is_done || is_answered, "kill {kill}: {name} is at {found}, not as {known:?}");
            if let Some(sent) = known.sent {
                unanswered += 1;
                done += usize::from(is_done && !is_answered);
                if is_done {
                    known.answered = sent;
                }
            }
        }
        let drafts = site.files().into_iter().filter(|(name, ..)| name.ends_with(".tmp")).count();
        assert!(drafts <= 1, "kill {kill}: {drafts} drafts lie about");
    }
    let server = TestServer::builder(Arc::clone(&site)).start();
    server.put(item("last")).json(&json!({"command": "x"})).send().expect(201);
    let names: BTreeSet<_> = site.files().into_iter().map(|(name, ..)| name).collect();
    assert_eq!(
        names,
        BTreeSet::from([".mcp-settings.etag-key", ".settings.lock", "settings.json"].map(str::to_owned))
    );
    assert!(KILLS <= unanswered, "only {unanswered} writes were cut off");
    #[expect(clippy::print_stdout, reason = "how much was tried")]
    {
        println!("{KILLS} kills cut off {unanswered} writes, of which {done} were done all the same");
    }
}

/// The document without what the writers write.
fn without_ours(mut document: Value) -> Value {
    if let Some(servers) = document["agent_settings"]["mcp_config"].as_object_mut() {
        servers.retain(|name, _| !name.starts_with("writer-"));
    }
    document
}

/// Sends the signal and does not wait.
fn kill_now(server: &TestServer) {
    let status = std::process::Command::new("kill").args(["-KILL", &server.pid().to_string()]).status();
    assert!(status.is_ok_and(|status| status.success()), "the service is gone already");
}
