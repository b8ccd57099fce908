//! `PATCH /api/settings`: everything at once.

mod access;
mod named;
mod outside;
mod servers;

use serde_json::{Value, json};

use crate::crypto;
use crate::response::Response;
use crate::server::{SECRET, SETTINGS, TestServer};
use crate::site::Site;

/// Sends a patch of the settings.
fn patch(server: &TestServer, body: &Value) -> Response {
    server.patch(SETTINGS).json(body).send()
}

/// A document of a layout with everything that can be outside the servers, as a careful writer makes it.
fn text(layout: &str) -> String {
    let seal = |plaintext: &str| crypto::seal(SECRET, plaintext);
    let (version, map) = match layout {
        "wrapped" => ("", r#"{ "other": [1.0], "mcpServers": SERVERS }"#),
        _ => ("\"schema_version\": 9,", "SERVERS"),
    };
    let servers = format!(
        r#"{{"s" : {{ "command":"x", "env": {{"A":"{}"}}}}, "t":{{"url":"https://h/"}}}}"#,
        seal("plain-s")
    );
    let map = map.replace("SERVERS", &servers);
    format!(
        r#"{{ "agent_settings" : {{ {version} "agent_kind":"openhands",
    "llm": {{"model" : "m\u0031", "api_key": "{}", "temperature":1.50}},
    "mcp_config": {map}, "unknown": [ 1e2 ],
    "agent_context": {{"secrets": {{"T": "{}"}}, "skills":[], "disabled_skills":[]}},
    "active_meta_profile":"meta", "enable_classify_and_switch_llm_tool" : true }},
  "conversation_settings":{{"max_iterations" : 500,"security_analyzer":"llm"}},
  "misc_settings": {{"ui":{{"a":1,"b":[2]}}}},
  "active_profile":"p", "active_meta_profile" : "meta", "root_unknown":{{"k":0.10}} }}
"#,
        seal("plain-k"),
        seal("plain-t")
    )
}

fn on(layout: &str) -> TestServer {
    TestServer::builder(Site::with_document(text(layout))).start()
}

fn text_of(server: &TestServer) -> String {
    String::from_utf8(server.document().expect("there is a document")).expect("it is UTF-8")
}

/// A patch of `agent_settings`.
fn agent(diff: Value) -> Value {
    json!({"agent_settings_diff": diff})
}
