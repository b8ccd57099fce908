//! Two editors change one server through the generated Rust client.

use std::collections::HashMap;
use std::fmt::Debug;

use mcp_settings_client::apis::configuration::Configuration;
use mcp_settings_client::apis::mcp_servers_api::{
    CopyMcpServerError, CopyMcpServerSuccess, GetMcpServerError, GetMcpServerSuccess, PatchMcpServerError,
    PatchMcpServerSuccess, RenameMcpServerSuccess, copy_mcp_server, delete_mcp_server, get_mcp_server,
    patch_mcp_server, rename_mcp_server, replace_mcp_server,
};
use mcp_settings_client::apis::{Error, ResponseContent};
use mcp_settings_client::models::{ExposeSecrets, McpServerConfig, McpServerConfigPatch, NewName};
use serde_json::json;

const NAME: &str = "issues";

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let client = Configuration {
        base_path: arguments.next().expect("the first argument is the URL"),
        bearer_access_token: arguments.next(),
        ..Configuration::default()
    };

    // Create, and only create.
    let config = McpServerConfig {
        command: Some(Some("uvx".to_owned())),
        args: Some(Some(vec!["issues-mcp".to_owned()])),
        env: Some(Some(HashMap::from([("API_KEY".to_owned(), "a-secret".to_owned())]))),
        ..McpServerConfig::default()
    };
    let created = replace_mcp_server(&client, NAME, config.clone(), None, Some("*"), None, None).await;
    assert_eq!(created.expect("it does not exist yet").status, 201);
    let again = replace_mcp_server(&client, NAME, config, None, Some("*"), None, None).await;
    assert_eq!(refusal(again).status, 412);

    // Read.
    let read = get_mcp_server(&client, NAME, None, None, None).await.expect("it is there");
    let Some(GetMcpServerSuccess::Status200(server)) = read.entity else { panic!("{read:?}") };
    assert_eq!(server.config["command"], "uvx");
    assert_eq!(server.config["env"], json!({"API_KEY": "[REDACTED]"}));

    // Two editors have read the same; the first one wins.
    let change = McpServerConfigPatch {
        description: Some(Some("Finds issues".to_owned())),
        ..McpServerConfigPatch::default()
    };
    let first = patched(patch_mcp_server(&client, NAME, change, Some(&server.etag), None, None, None).await);
    let change = McpServerConfigPatch { timeout: Some(Some(30.0)), ..McpServerConfigPatch::default() };
    let second = refusal(patch_mcp_server(&client, NAME, change.clone(), Some(&server.etag), None, None, None).await);
    let Some(PatchMcpServerError::Status412(conflict)) = second.entity else { panic!("{second:?}") };
    let current = conflict.current.expect("it shows what is there now");
    let current_etag = conflict.current_etag.expect("it shows the tag");
    assert_eq!(current_etag, first);
    assert_eq!(conflict.changed.expect("it shows what differs"), ["/timeout"]);
    assert_eq!(current["description"], "Finds issues");

    // The second one sees that nobody else changed the time-out, and tries again.
    assert!(!current.contains_key("timeout"));
    let merged = patched(patch_mcp_server(&client, NAME, change, Some(&current_etag), None, None, None).await);
    let shown = get_mcp_server(&client, NAME, None, None, Some(ExposeSecrets::Plaintext)).await;
    let shown = shown.expect("it is there").entity;
    let Some(GetMcpServerSuccess::Status200(shown)) = shown else { panic!("{shown:?}") };
    assert_eq!(shown.config["env"], json!({"API_KEY": "a-secret"}));
    assert_eq!(shown.config["description"], "Finds issues");
    assert_eq!(shown.config["timeout"].as_f64(), Some(30.0));
    assert_eq!(shown.config.len(), 5);

    // Nothing new is not sent again.
    let unchanged = get_mcp_server(&client, NAME, None, Some(&merged), None).await;
    assert_eq!(unchanged.expect("nothing is wrong").status, 304);

    // Copy, its secret included, to a name that is free; then rename the copy.
    let to = NewName::new("issues-copy".to_owned());
    let copied = copy_mcp_server(&client, NAME, to.clone(), Some(&merged), None, None, None).await;
    let copied = copied.expect("the name is free");
    assert_eq!(copied.status, 201);
    let Some(CopyMcpServerSuccess::Status201(copied)) = copied.entity else { panic!("{copied:?}") };
    let copy_etag = copied.etag.expect("only a dry run may tell none");
    assert_ne!(copy_etag, merged);
    let taken = refusal(copy_mcp_server(&client, NAME, to, None, None, None, None).await);
    let Some(CopyMcpServerError::Status409(taken)) = taken.entity else { panic!("{taken:?}") };
    assert_eq!(taken.r#type, "/problems/name-taken");
    let to = NewName::new("issues-renamed".to_owned());
    let renamed = rename_mcp_server(&client, &copied.name, to, Some(&copy_etag), None, None, None).await;
    let renamed = renamed.expect("nobody changed it").entity;
    let Some(RenameMcpServerSuccess::Status200(renamed)) = renamed else { panic!("{renamed:?}") };
    let same = get_mcp_server(&client, &renamed.name, None, None, Some(ExposeSecrets::Plaintext)).await;
    let Some(GetMcpServerSuccess::Status200(same)) = same.expect("it is there").entity else { panic!() };
    assert_eq!(same.config, shown.config);

    // What is wrong is named.
    let change = McpServerConfigPatch { timeout: Some(Some(-1.0)), ..McpServerConfigPatch::default() };
    let wrong = refusal(patch_mcp_server(&client, NAME, change, None, None, None, None).await);
    let Some(PatchMcpServerError::Status422(wrong)) = wrong.entity else { panic!("{wrong:?}") };
    assert_eq!(wrong.r#type, "/problems/invalid-config");
    let faults = wrong.errors.expect("it shows what is wrong");
    let pointers: Vec<&str> = faults.iter().map(|fault| fault.pointer.as_str()).collect();
    assert_eq!(pointers, ["/timeout"]);

    // Delete; then there is no such server.
    let deleted = delete_mcp_server(&client, NAME, Some(&merged), None, None).await;
    assert_eq!(deleted.expect("nobody changed it").status, 204);
    let missing = refusal(get_mcp_server(&client, NAME, None, None, None).await);
    let Some(GetMcpServerError::Status404(missing)) = missing.entity else { panic!("{missing:?}") };
    assert_eq!(missing.r#type, "/problems/unknown-server");
}

/// The tag of what a patch has left.
fn patched(answer: Result<ResponseContent<PatchMcpServerSuccess>, Error<PatchMcpServerError>>) -> String {
    match answer.expect("nothing is wrong").entity {
        Some(PatchMcpServerSuccess::Status200(server)) => server.etag.expect("only a dry run may tell none"),
        other => panic!("{other:?}"),
    }
}

fn refusal<S: Debug, E: Debug>(answer: Result<ResponseContent<S>, Error<E>>) -> ResponseContent<E> {
    match answer {
        Err(Error::ResponseError(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}
