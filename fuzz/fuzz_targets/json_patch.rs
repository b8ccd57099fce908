//! A whole service over a document in memory: a JSON Patch. Whatever comes of the operations, the laws hold, and
//! no secret ends up where it was not before.

#![no_main]

#[expect(dead_code, reason = "the property tests use more of it")]
#[path = "../../tests/properties/client.rs"]
mod client;
#[path = "../one_server.rs"]
mod one_server;
#[expect(dead_code, reason = "the property tests use more of it")]
#[path = "../../tests/properties/tokens.rs"]
mod tokens;

use libfuzzer_sys::fuzz_target;
use mcp_settings::json::{Json, Rules, parse};
use mcp_settings::model::json_patch::{self, JsonPatch};
use mcp_settings::service::ServerWrite;
use one_server::{OneServer, Secrets, stored};

fuzz_target!(|bytes: &str| {
    let Some(server) = OneServer::read(bytes) else { return };
    let (client, before) = (server.client(), server.before());
    let Ok(document) = parse(server.body, &Rules::BODY) else { return };
    let mut secrets = Secrets::of(before.iter());
    secrets.publish(&document);
    let patch = match json_patch::parse(document) {
        Ok(patch) => patch,
        Err(error) => return secrets.are_absent_from(&format!("{error} {error:?}")),
    };
    assert_eq!(reread(&patch).to_json(), patch.to_json(), "a patch is not what it is written as");
    if server.is_other && matches!(before, Some(Json::Object(_))) {
        let nothing = json_patch::parse(Json::Array(vec![])).expect("it is a patch");
        let (text, tag) = (client.text(), client.tag("x"));
        server.write(&client, ServerWrite::patch(nothing), &secrets);
        assert_eq!((client.text(), client.tag("x")), (text, tag), "a patch without operations changed something");
    }
    server.write(&client, ServerWrite::patch(patch), &secrets);
    if let Some(before) = before.filter(|before| before.as_object().is_some()) {
        secrets.stay(&stored(&client), Some(&before));
    }
});

fn reread(patch: &JsonPatch) -> JsonPatch {
    json_patch::parse(patch.to_json()).expect("what is written is a patch")
}
