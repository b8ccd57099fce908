//! The recorded conversation with the real server, held again with ours: every answer is the recorded one
//! but for the differences that `docs/API.md` lists, and each of those occurs.

mod differences;
mod recording;
mod settings;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use self::differences::Difference;
use self::recording::{Recorded, Row};
use crate::crypto;
use crate::response::Response;
use crate::server::{SECRET, SERVERS, TestServer};
use crate::site::Site;

/// The members that ours has and the recorded server has not.
const EXTRA_MEMBERS: [&str; 2] = ["etag", "needs_reentry"];

#[test]
fn every_recorded_answer_is_ours_but_for_the_listed_differences() {
    let fresh = TestServer::builder(Site::new()).open_to_everyone().start();
    let acp =
        json!({"agent_settings": {"schema_version": 3, "agent_kind": "acp", "acp_server": "claude-code"}});
    let acp = TestServer::builder(Site::with_document(acp.to_string())).open_to_everyone().start();

    let listed = differences::read("## Differences from the recorded server");
    let rows = recording::read("transcripts/per-server.jsonl");
    let mut replay = Replay { tags: BTreeMap::new(), recorded: Recorded::default(), complaints: Vec::new() };
    for row in rows.iter().filter(|row| matches!(row.number, 1..=157 | 160)) {
        replay.row(row, listed.get(&row.number), &fresh);
    }
    for row in rows.iter().filter(|row| matches!(row.number, 170..=176)) {
        replay.row(row, listed.get(&row.number), &acp);
    }
    let unknown = listed.keys().filter(|number| !matches!(number, 1..=157 | 160 | 170..=176));
    replay.complaints.extend(unknown.map(|number| format!("row {number} is listed but never replayed")));
    assert!(replay.complaints.is_empty(), "{}", replay.complaints.join("\n"));
}

struct Replay {
    /// Recorded tags, and ours of the row where each was first seen.
    tags: BTreeMap<String, String>,
    recorded: Recorded,
    complaints: Vec<String>,
}

impl Replay {
    fn row(&mut self, row: &Row, listed: Option<&Difference>, server: &TestServer) {
        let answer = self.ask(row, server);
        if let (Some(theirs), Some(ours)) = (&row.etag, answer.header("etag")) {
            self.tags.entry(theirs.clone()).or_insert_with(|| ours.to_owned());
        }
        let difference = difference(row, &answer);
        let row_text = format!("row {} ({} {})", row.number, row.method, row.path);
        match (&difference, listed) {
            (Some(found), None) => self.complaints.push(format!("{row_text}: {found}")),
            (None, Some(_)) => self.complaints.push(format!("{row_text}: listed, but the answers are alike")),
            (Some(found), Some(listed)) if listed.status != answer.status => {
                self.complaints.push(format!("{row_text}: listed with {}, but {found}", listed.status));
            }
            _ => {}
        }
        self.recorded.follow(row);
        let is_refused_by_both = row.status >= 400 && answer.status >= 400;
        if difference.is_some() && row.is_write() && !is_refused_by_both {
            self.recorded.restore(row, server);
        }
    }

    fn ask(&self, row: &Row, server: &TestServer) -> Response {
        ask(row, server, |name, value| match name {
            "If-Match" | "If-None-Match" => self.translated(value),
            _ => value.to_owned(),
        })
    }

    /// The header value with every recorded tag replaced by ours, whether it is in quotes or not.
    fn translated(&self, value: &str) -> String {
        let mut value = value.to_owned();
        for (theirs, ours) in &self.tags {
            value = value.replace(theirs.trim_matches('"'), ours.trim_matches('"'));
        }
        value
    }
}

/// Sends what was sent to the recorded server, header values translated.
fn ask(row: &Row, server: &TestServer, translated: impl Fn(&str, &str) -> String) -> Response {
    let mut request = server.request(&row.method, &row.path).anonymous();
    for (name, value) in &row.headers {
        request = request.header(name, translated(name, value));
    }
    match &row.body {
        Some(body) => request.bytes(body).send(),
        None => request.send(),
    }
}

/// How our answer differs from the recorded one, if it does.
fn difference(row: &Row, answer: &Response) -> Option<String> {
    if answer.status != row.status {
        return Some(format!("recorded {}, ours {} {}", row.status, answer.status, answer.text()));
    }
    if row.response.is_empty() {
        return None;
    }
    let theirs: Value = serde_json::from_str(&row.response).expect("recorded bodies are JSON");
    let ours = answer.json();
    if row.status >= 400 {
        return different_detail(&theirs, &ours);
    }
    let (theirs, ours) = (crypto::opened(SECRET, &theirs), crypto::opened(SECRET, &without_extras(ours)));
    (theirs != ours).then(|| format!("recorded {theirs}, ours {ours}"))
}

/// How a problem differs from a recorded one, if it does.
fn different_detail(theirs: &Value, ours: &Value) -> Option<String> {
    // Structured details are pydantic's; ours has `errors` instead.
    let alike = !theirs["detail"].is_string() || theirs["detail"] == ours["detail"];
    (!alike).then(|| format!("recorded {}, ours {}", theirs["detail"], ours["detail"]))
}

fn without_extras(mut body: Value) -> Value {
    if let Some(members) = body.as_object_mut() {
        members.retain(|name, _| !EXTRA_MEMBERS.contains(&name.as_str()));
    }
    body
}

#[test]
fn the_replay_starts_where_the_recording_did() {
    let server = TestServer::builder(Site::new()).open_to_everyone().start();
    assert_eq!(server.get(SERVERS).anonymous().send().expect(200).json(), json!({"servers": []}));
    assert_eq!(server.document(), None, "reading made a document");
}
