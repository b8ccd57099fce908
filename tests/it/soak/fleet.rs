//! Several services on one file: killing them, starting them again, and reading the file they share. It
//! does not know what they are asked.

use std::net::SocketAddr;
use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::history::{State, Value};
use super::plan::NAMES;
use crate::crypto;
use crate::server::{SECRET, TestServer, item};
use crate::site::{Site, fixture};

/// Real settings of OpenHands: what is not ours in it must outlive every round.
const SURROUNDINGS: &str = "settings/v1.58.0.json";

pub(super) struct Fleet {
    site: Arc<Site>,
    services: Vec<TestServer>,
    surroundings: Json,
}

impl Fleet {
    pub(super) fn start(processes: usize) -> Self {
        let site = Arc::new(Site::with_fixture(SURROUNDINGS));
        let services = (0..processes).map(|_| service(&site)).collect();
        let surroundings = serde_json::from_slice(&fixture(SURROUNDINGS)).expect("the fixture is JSON");
        Self { site, services, surroundings }
    }

    pub(super) fn len(&self) -> usize {
        self.services.len()
    }

    pub(super) fn address(&self, service: usize) -> SocketAddr {
        self.services[service].address()
    }

    /// Ends a service without warning, and waits until it is gone.
    pub(super) fn kill(&mut self, service: usize) {
        self.services.remove(service).crash();
    }

    /// Starts one in the place of a killed one.
    pub(super) fn replace(&mut self, service: usize) {
        self.services.insert(service, self::service(&self.site));
    }

    /// What a service shows of a server, secrets included, and its tag.
    pub(super) fn shown(&self, service: usize, server: usize) -> (State, Option<String>) {
        let answer = self.services[service].get(item(NAMES[server])).expose("plaintext").send();
        match answer.status {
            404 => (None, None),
            200 => {
                let config = &answer.json()["config"];
                let value = value_of(config);
                assert_eq!(config["env"]["SECRET"], json!(value.put), "the secret is another write's");
                (Some(value), Some(answer.etag()))
            }
            _ => panic!("a read was answered {}: {}", answer.status, answer.text()),
        }
    }

    /// The states in the file.
    pub(super) fn stored(&self) -> Vec<State> {
        let mut document = self.site.json();
        let map = document["agent_settings"]["mcp_config"].as_object_mut().expect("there are servers");
        let states = NAMES.map(|name| {
            let config = crypto::opened(SECRET, &map.remove(name)?);
            let value = value_of(&config);
            assert_eq!(config["env"]["SECRET"], json!(value.put), "the secret is another write's");
            Some(value)
        });
        assert!(document == self.surroundings, "something that no writer writes to has changed: {document}");
        states.to_vec()
    }

    /// The names in the folder of the document.
    pub(super) fn folder(&self) -> Vec<String> {
        self.site.files().into_iter().map(|(name, ..)| name).collect()
    }
}

fn service(site: &Arc<Site>) -> TestServer {
    // The round's writers may all wait for one lock; none of them is to be sent away for that.
    TestServer::builder(Arc::clone(site))
        .env("MCP_SETTINGS_LOG", "error")
        .env("MCP_SETTINGS_LOCK_TIMEOUT_MS", "15000")
        .start()
}

/// The configuration that a PUT of this text sends.
pub(super) fn config_of(put: &str) -> Json {
    json!({"command": "x", "args": [put], "env": {"SECRET": put}})
}

/// Which writes a configuration shows. Half of one would show here.
pub(super) fn value_of(config: &Json) -> Value {
    let text = |member: &Json| member.as_str().map(str::to_owned);
    let put = text(&config["args"][0]).unwrap_or_else(|| panic!("no state of ours: {config}"));
    Value { put, patch: text(&config["description"]) }
}
