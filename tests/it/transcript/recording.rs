//! The recorded rows, and the state that the recorded server was in after each of them. It does not know
//! our answers.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::crypto;
use crate::server::{SECRET, SERVERS};
use crate::site::{Site, fixture};

/// One recorded request with its answer.
#[derive(Deserialize)]
pub(super) struct Row {
    #[serde(rename = "n")]
    pub(super) number: u32,
    pub(super) method: String,
    pub(super) path: String,
    pub(super) headers: BTreeMap<String, String>,
    pub(super) body: Option<String>,
    pub(super) status: u16,
    #[serde(rename = "resp_headers", deserialize_with = "etag_of")]
    pub(super) etag: Option<String>,
    #[serde(rename = "resp_body")]
    pub(super) response: String,
}

/// The servers of the recorded server, in plaintext.
#[derive(Default)]
pub(super) struct Recorded {
    servers: BTreeMap<String, Value>,
}

/// Every row of a recording, in the order in which they were recorded.
pub(super) fn read(name: &str) -> Vec<Row> {
    let text = String::from_utf8(fixture(name)).expect("the recording is UTF-8");
    text.lines().map(|line| serde_json::from_str(line).expect("a row")).collect()
}

impl Row {
    pub(super) fn is_write(&self) -> bool {
        matches!(self.method.as_str(), "POST" | "PUT" | "PATCH" | "DELETE")
    }

    /// The server that the path names.
    fn name(&self) -> &str {
        let name = self.path.strip_prefix(SERVERS).and_then(|rest| rest.strip_prefix('/'));
        name.expect("a write names a server")
    }
}

impl Recorded {
    /// Does what the recorded server did: its answers show the new configuration but for the secrets, which
    /// the request has.
    pub(super) fn follow(&mut self, row: &Row) {
        match (row.method.as_str(), row.status) {
            ("PUT" | "PATCH", 200 | 201) => {
                let answer: Value = serde_json::from_str(&row.response).expect("recorded bodies are JSON");
                let mut secrets = match self.servers.get(row.name()) {
                    Some(before) if row.method == "PATCH" => before.as_object().cloned().unwrap_or_default(),
                    _ => Map::new(),
                };
                secrets.extend(row.sent());
                let config = unredacted(&answer["config"], &Value::Object(secrets));
                self.servers.insert(row.name().to_owned(), config);
            }
            ("DELETE", 204) => {
                self.servers.remove(row.name());
            }
            _ => {}
        }
    }

    /// Gives the row's server in the document the state that it has in the recording.
    pub(super) fn restore(&self, row: &Row, site: &Site) {
        let mut document = site.json();
        let servers = &mut document["agent_settings"]["mcp_config"]["mcpServers"];
        let servers = servers.as_object_mut().expect("the document has a server map");
        match self.servers.get(row.name()) {
            Some(config) => drop(servers.insert(row.name().to_owned(), config.clone())),
            None => drop(servers.remove(row.name())),
        }
        site.write(format!("{document:#}"));
    }
}

impl Row {
    /// The members of the request's body; none where strict JSON has no word for it (`NaN`, `1e400`).
    pub(super) fn sent(&self) -> Map<String, Value> {
        let body = self.body.as_deref().unwrap_or_default();
        match serde_json::from_str(body) {
            Ok(Value::Object(members)) => members,
            _ => Map::new(),
        }
    }
}

/// The answer's configuration with the secrets of the request in the places of the masks.
fn unredacted(shown: &Value, sent: &Value) -> Value {
    match (shown, sent) {
        (Value::String(mask), Value::String(secret)) if mask == "[REDACTED]" => {
            json!(crypto::open(SECRET, secret).unwrap_or_else(|| secret.clone()))
        }
        (Value::Object(shown), sent) => {
            let members = shown.iter();
            members.map(|(name, member)| (name.clone(), unredacted(member, &sent[name.as_str()]))).collect()
        }
        (shown, _) => shown.clone(),
    }
}

fn etag_of<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(BTreeMap::<String, String>::deserialize(deserializer)?.remove("etag"))
}
