//! Secrets outside the servers that are known by their names: `acp_env`, unknown members, and the parts of URLs.

use serde_json::{Value, json};

use super::{agent, patch};
use crate::crypto;
use crate::secrets::texts_with;
use crate::server::{READER, SECRET, SETTINGS, TestServer};
use crate::site::Site;

/// The layouts by whether they seal `acp_env`, and whether they seal the secrets of unknown members.
const LAYOUTS: [(&str, bool); 3] =
    [("", true), (r#""schema_version": 4,"#, false), (r#""schema_version": 9,"#, false)];

fn document(version: &str) -> String {
    let sealed = crypto::seal(SECRET, "canary-sealed");
    format!(
        r#"{{ "agent_settings": {{ {version} "agent_kind": "acp", "mcp_config": {{}},
  "acp_env": {{ "CODEX_API_KEY": "{sealed}" , "MODE": "canary-clear" }},
  "acp_file_secrets": [{{"secret_name":"NAME","filename":"f.json"}}],
  "condenser": {{"max_tokens": 4096, "llm": {{"api_key":"canary-condenser", "base_url": "https://u:canary-base@h/?a=1"}}}},
  "tools": [{{"name":"t","params":{{"api_key":"canary-param","pin":4711}}}}],
  "hooks": {{"env": {{"MODE":"canary-hook"}}}},
  "verification": {{"critic_server_url":"https://h/?sig=canary-critic", "critic_mode":"all_actions"}},
  "agent_context": {{"secrets": {{"S": {{"kind":"LookupSecret","url":"https://u:canary-lookup@h/s","headers":{{"X":"canary-lookup-header"}}}}}},
    "skills":[{{"trigger":{{"keywords":["word"]}}}}]}} }} }}
"#
    )
}

fn on(version: &str) -> TestServer {
    TestServer::builder(Site::with_document(document(version))).start()
}

fn shown(server: &TestServer, key: &str) -> Value {
    server.get(SETTINGS).key(key).send().expect(200).json()["agent_settings"].take()
}

#[test]
fn a_reader_sees_no_secret_outside_the_servers_and_everything_else() {
    for (version, _) in LAYOUTS {
        let server = on(version);
        let agent = shown(&server, READER);
        assert_eq!(texts_with("canary-", &agent), Vec::<String>::new(), "{version}: {agent}");
        assert!(!agent.to_string().contains("gAAAAA") && !agent.to_string().contains("4711"), "{agent}");
        assert_eq!(agent["acp_env"], json!({"CODEX_API_KEY": "**********", "MODE": "**********"}));
        assert_eq!(agent["condenser"]["llm"]["base_url"], json!("https://**********@h/?a=1"));
        assert_eq!(agent["condenser"]["max_tokens"], json!(4096));
        assert_eq!(agent["acp_file_secrets"], json!([{"secret_name": "NAME", "filename": "f.json"}]));
        assert_eq!(agent["agent_context"]["skills"], json!([{"trigger": {"keywords": ["word"]}}]));
        assert_eq!(agent["verification"]["critic_mode"], json!("all_actions"));
        let plain = server.get(SETTINGS).expose("plaintext").send().expect(200).json();
        assert_eq!(plain["agent_settings"]["acp_env"]["CODEX_API_KEY"], json!("canary-sealed"));
        assert!(!server.log().contains("canary-"), "{}", server.log());
    }
}

#[test]
fn masks_sent_back_are_restored_and_nothing_is_written() {
    for (version, _) in LAYOUTS {
        let server = on(version);
        let before = server.document();
        let mut shown = shown(&server, READER);
        let sent = shown.as_object_mut().expect("it is an object");
        for name in ["schema_version", "agent_kind", "mcp_config"] {
            sent.remove(name);
        }
        patch(&server, &agent(shown)).expect(200);
        assert!(server.document() == before, "{version}: the document changed");
    }
}

#[test]
fn a_new_value_is_sealed_where_the_layout_seals_and_the_rest_keeps_its_bytes() {
    for (version, seals_all) in LAYOUTS {
        let server = on(version);
        let diff = json!({
            "acp_env": {"NEW": "canary-new", "MODE": "**********"},
            "hooks": {"env": {"NEW": "canary-unlisted"}},
        });
        let answer = patch(&server, &agent(diff)).expect(200);
        assert!(!answer.text().contains("canary-"), "{version}: {}", answer.text());
        let stored = server.json()["agent_settings"].take();
        let token = stored["acp_env"]["NEW"].as_str().expect("a string");
        assert_eq!(crypto::opened(SECRET, &json!(token)), json!("canary-new"), "{version}");
        assert!(token.starts_with("gAAAAA"), "{version}: {token}");
        assert_eq!(stored["acp_env"]["MODE"], json!("canary-clear"), "{version}");
        let text = stored["hooks"]["env"]["NEW"].as_str().expect("a string");
        assert_eq!(text.starts_with("gAAAAA"), seals_all, "{version}: {text}");
        assert_eq!(stored["hooks"]["env"]["MODE"], json!("canary-hook"), "{version}");
    }
}

#[test]
fn the_masked_part_of_a_url_does_not_follow_it_to_another_host() {
    let server = on("");
    let before = server.document();
    let moved = json!({"condenser": {"llm": {"base_url": "https://**********@evil/?a=1"}}});
    let refused = patch(&server, &agent(moved)).expect_problem(422, "unrestorable-mask");
    assert_eq!(refused.error_pointers(), ["/agent_settings_diff/condenser/llm/base_url"]);
    assert!(server.document() == before);
    let same = json!({"condenser": {"llm": {"base_url": "https://**********@h/v1"}}});
    patch(&server, &agent(same)).expect(200);
    let stored = server.json()["agent_settings"]["condenser"]["llm"]["base_url"].take();
    assert_eq!(stored, json!("https://u:canary-base@h/v1"));
}

#[test]
fn the_map_of_secrets_can_be_removed_by_its_name() {
    let server = on(r#""schema_version": 4,"#);
    patch(&server, &agent(json!({"acp_env": {"MODE": null}}))).expect(200);
    assert!(server.json()["agent_settings"]["acp_env"].get("MODE").is_none());
    patch(&server, &agent(json!({"acp_env": null}))).expect(200);
    assert!(server.json()["agent_settings"].get("acp_env").is_none());
}
