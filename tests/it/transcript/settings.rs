//! The recorded conversation with the released server's settings routes, held again with ours: the same statuses
//! and the same servers, but for the differences that `docs/API.md` lists, and each of those occurs.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::differences::{self, Difference};
use super::recording::{self, Row};
use super::{ask, different_detail};
use crate::crypto;
use crate::response::Response;
use crate::server::{SECRET, TestServer};
use crate::site::Site;

/// What OpenHands shows in the place of a secret.
const MASK: &str = "**********";

/// The members of every answer that shows the settings.
const MEMBERS: [&str; 7] = [
    "agent_settings",
    "conversation_settings",
    "llm_api_key_is_set",
    "active_profile",
    "active_agent_profile_id",
    "active_meta_profile",
    "misc_settings",
];

/// The first row of the second part, which the recording begins with other servers.
const SECOND_PART: u32 = 137;

#[test]
fn every_recorded_answer_of_the_settings_is_ours_but_for_the_listed_differences() {
    let listed = differences::read("## Differences on OpenHands' settings routes");
    let rows = recording::read("transcripts/merged.jsonl");
    let fresh = TestServer::builder(Site::new()).in_openhands_folder().open_to_everyone().start();
    let mut replay = Replay { servers: Map::new(), complaints: Vec::new() };
    for row in rows.iter().filter(|row| row.number < SECOND_PART) {
        replay.row(row, listed.get(&row.number), &fresh);
    }

    let first = rows.iter().find(|row| row.number == SECOND_PART).expect("the second part was recorded");
    // What the first row itself creates is not there yet.
    replay.servers = shown(&first.response).expect("it shows servers");
    replay.servers.remove("bad name");
    replay.servers = filled(&replay.servers);
    let seeded = Site::with_document(document(&replay.servers).to_string());
    let seeded = TestServer::builder(seeded).open_to_everyone().start();
    for row in rows.iter().filter(|row| row.number >= SECOND_PART) {
        replay.row(row, listed.get(&row.number), &seeded);
    }
    let unknown = listed.keys().filter(|number| !rows.iter().any(|row| row.number == **number));
    replay.complaints.extend(unknown.map(|number| format!("row {number} is listed but never replayed")));
    assert!(replay.complaints.is_empty(), "{}", replay.complaints.join("\n"));
}

struct Replay {
    /// The servers of the recorded server, in plaintext.
    servers: Map<String, Value>,
    complaints: Vec<String>,
}

/// How an answer is not the recorded one.
enum Mismatch {
    /// In its status or its detail.
    Answer(String),
    /// In what it says of some servers.
    Servers(BTreeMap<String, String>),
}

impl Replay {
    fn row(&mut self, row: &Row, listed: Option<&Difference>, server: &TestServer) {
        let answer = ask(row, server, |_, value| value.to_owned());
        let mismatch = mismatch(row, &answer);
        let row_text = format!("row {} ({} {:.60})", row.number, row.method, row.path);
        let complaint = match (&mismatch, listed) {
            (None, None) => None,
            (None, Some(_)) => Some("listed, but the answers are alike".to_owned()),
            (Some(mismatch), None) => Some(mismatch.description()),
            (Some(mismatch), Some(listed)) if listed.status != answer.status => {
                Some(format!("listed with {}, but {}", listed.status, mismatch.description()))
            }
            (Some(Mismatch::Answer(_)), Some(_)) => None,
            (Some(Mismatch::Servers(servers)), Some(listed)) => servers
                .iter()
                .find(|(name, _)| !listed.ours.contains(&format!("`{name}`")))
                .map(|(name, how)| format!("listed, but not that `{name}` differs: {how}")),
        };
        self.complaints.extend(complaint.map(|complaint| format!("{row_text}: {complaint}")));
        self.follow(row);
        if mismatch.is_some() && row.is_write() {
            let mut there = server.document().map_or_else(|| document(&Map::new()), |_| server.json());
            there["agent_settings"]["mcp_config"] = Value::Object(self.servers.clone());
            server.write(format!("{there:#}"));
        }
    }

    /// Does what the recorded server did: its answers show every server but for the secrets, which the
    /// request has or which were there before.
    fn follow(&mut self, row: &Row) {
        let Some(shown) = shown(&row.response) else { return };
        let sent = Value::Object(row.sent());
        let named = |name: &str| row.is_write() && row.path.ends_with(&format!("/{name}"));
        let nothing = Value::Null;
        self.servers = shown
            .iter()
            .map(|(name, server)| {
                let sent = if named(name) { &sent } else { &nothing };
                let before = self.servers.get(name).unwrap_or(&nothing);
                (name.clone(), unmasked(server, sent, before))
            })
            .collect();
    }
}

impl Mismatch {
    fn description(&self) -> String {
        match self {
            Self::Answer(how) => how.clone(),
            Self::Servers(servers) => {
                servers.iter().map(|(name, how)| format!("`{name}`: {how}")).collect::<Vec<_>>().join("; ")
            }
        }
    }
}

/// How our answer differs from the recorded one, if it does.
fn mismatch(row: &Row, answer: &Response) -> Option<Mismatch> {
    if answer.status != row.status {
        let how = format!("recorded {}, ours {} {}", row.status, answer.status, answer.text());
        return Some(Mismatch::Answer(how));
    }
    if row.response.is_empty() {
        return None;
    }
    let ours = answer.json();
    let Some(theirs) = shown(&row.response) else {
        let theirs = serde_json::from_str(&row.response).expect("recorded bodies are JSON");
        return different_detail(&theirs, &ours).map(Mismatch::Answer);
    };
    let missing = MEMBERS.iter().find(|name| !ours.as_object().is_some_and(|ours| ours.contains_key(**name)));
    if let Some(missing) = missing {
        return Some(Mismatch::Answer(format!("there is no `{missing}`")));
    }
    let ours = shown(&answer.text()).unwrap_or_default();
    let names = theirs.keys().chain(ours.keys());
    let differing: BTreeMap<String, String> = names
        .filter(|name| theirs.get(*name) != ours.get(*name))
        .map(|name| {
            let side = |servers: &Map<String, Value>| {
                servers.get(name).map_or_else(|| "nothing".to_owned(), Value::to_string)
            };
            (name.clone(), format!("recorded {}, ours {}", side(&theirs), side(&ours)))
        })
        .collect();
    (!differing.is_empty()).then_some(Mismatch::Servers(differing))
}

/// The servers that an answer shows, tokens opened.
fn shown(answer: &str) -> Option<Map<String, Value>> {
    let answer: Value = serde_json::from_str(answer).ok()?;
    let servers = crypto::opened(SECRET, answer.get("agent_settings")?.get("mcp_config")?);
    servers.as_object().cloned()
}

fn unmasked(shown: &Value, sent: &Value, before: &Value) -> Value {
    match shown {
        Value::String(mask) if mask == MASK => match sent {
            Value::String(sent) if sent != MASK => json!(crypto::open(SECRET, sent).as_ref().unwrap_or(sent)),
            _ => before.clone(),
        },
        Value::Object(members) => {
            let member = |name: &str, member| unmasked(member, &sent[name], &before[name]);
            members.iter().map(|(name, value)| (name.clone(), member(name, value))).collect()
        }
        other => other.clone(),
    }
}

/// The same with a secret in the place of each mask: the recording has only the masks.
fn filled(servers: &Map<String, Value>) -> Map<String, Value> {
    let text = Value::Object(servers.clone()).to_string().replace(MASK, "a-secret-of-then");
    serde_json::from_str(&text).expect("a text was replaced by another")
}

/// A document of the released server's layout.
fn document(servers: &Map<String, Value>) -> Value {
    json!({
        "schema_version": 6,
        "agent_settings": {"schema_version": 9, "agent_kind": "openhands", "mcp_config": servers},
    })
}
