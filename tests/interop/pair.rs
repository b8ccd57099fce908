//! Both services on one folder, and the one question that all cases ask: do they see the same servers?

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use serde_json::{Map, Value};

use crate::agent_server::AgentServer;
use crate::server::{SECRET, SERVERS, SETTINGS, TestServer, item};
use crate::site::Site;

/// The agent-server and ours, alive on one folder.
pub(crate) struct Pair {
    pub(crate) theirs: AgentServer,
    pub(crate) ours: TestServer,
}

impl Pair {
    /// Both on an empty folder, ours configured by the variables that OpenHands has.
    pub(crate) fn start() -> Self {
        let site = Arc::new(Site::new());
        let ours = TestServer::builder(Arc::clone(&site))
            .in_openhands_folder()
            .without_env("MCP_SETTINGS_SECRET_KEY")
            .env("OH_SECRET_KEY", SECRET)
            .start();
        let start = Instant::now();
        let theirs = AgentServer::start(site);
        println!("ok    agent-server {} started ({:.1} s)", theirs.version(), start.elapsed().as_secs_f64());
        Self { theirs, ours }
    }

    /// The names that ours lists.
    #[track_caller]
    pub(crate) fn names(&self) -> Vec<String> {
        let list = self.ours.get(SERVERS).send().expect(200).json();
        let servers = list["servers"].as_array().expect("a list").iter();
        servers.map(|server| server["name"].as_str().expect("a name").to_owned()).collect()
    }

    /// Our tag of each server, and under the empty name that of the collection.
    #[track_caller]
    pub(crate) fn tags(&self) -> BTreeMap<String, String> {
        let tag = |name: &String| self.ours.get(item(name)).send().expect(200).etag();
        let mut tags: BTreeMap<_, _> =
            self.names().into_iter().map(|name| (name.clone(), tag(&name))).collect();
        tags.insert(String::new(), self.ours.get(SERVERS).send().expect(200).etag());
        tags
    }

    /// Every server as both see it, secrets in clear; claims that both see the same.
    #[track_caller]
    pub(crate) fn servers(&self) -> BTreeMap<String, Value> {
        let ours = self.names().into_iter().map(|name| {
            let config = normal(&self.ours.plaintext(&name));
            (name, config)
        });
        let ours: BTreeMap<_, _> = ours.collect();
        let theirs = self.theirs.servers();
        let theirs = theirs.as_object().expect("a map");
        // Asked as the real server is, ours answers as it does, to the last default.
        let settings = self.ours.get(SETTINGS).expose("plaintext").send().expect(200).json();
        let shown = &settings["agent_settings"]["mcp_config"];
        let differing = theirs.iter().filter(|(name, config)| shown[name] != **config);
        let differing: Vec<_> = differing
            .map(|(name, config)| format!("{name}: ours {}, theirs {config}", shown[name]))
            .collect();
        assert!(differing.is_empty(), "{differing:#?}");
        let theirs: BTreeMap<_, _> =
            theirs.iter().map(|(name, config)| (name.clone(), normal(config))).collect();
        let names = ours.keys().chain(theirs.keys());
        let differing: Vec<_> = names
            .filter(|name| ours.get(*name) != theirs.get(*name))
            .map(|name| format!("{name}: ours {:?}, theirs {:?}", ours.get(name), theirs.get(name)))
            .collect();
        assert!(differing.is_empty(), "{differing:#?}");
        ours
    }
}

/// The configuration without what neither side distinguishes: null, an empty object and `enabled: true` mean
/// the same as absent, and 30 the same as 30.0.
pub(crate) fn normal(config: &Value) -> Value {
    match config {
        Value::Object(members) => {
            let members = members.iter().filter(|(name, _)| *name != "enabled" || config["enabled"] != true);
            let members = members.map(|(name, member)| (name.clone(), normal(member)));
            let is_said =
                |member: &Value| !member.is_null() && member.as_object().is_none_or(|map| !map.is_empty());
            Value::Object(members.filter(|(_, member)| is_said(member)).collect::<Map<_, _>>())
        }
        Value::Array(elements) => elements.iter().map(normal).collect(),
        Value::Number(number) => number.as_f64().into(),
        other => other.clone(),
    }
}
