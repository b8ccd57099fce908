//! A whole service over a document in memory: `PUT` of a body, or a merge patch. Whatever comes of the write,
//! the laws hold.

#![no_main]

#[expect(dead_code, reason = "the property tests use more of it")]
#[path = "../../tests/properties/client.rs"]
mod client;
#[expect(dead_code, reason = "the JSON Patches use more of it")]
#[path = "../one_server.rs"]
mod one_server;
#[expect(dead_code, reason = "the property tests use more of it")]
#[path = "../../tests/properties/tokens.rs"]
mod tokens;

use libfuzzer_sys::fuzz_target;
use mcp_settings::json::{Json, Rules, parse};
use mcp_settings::service::ServerWrite;
use one_server::{OneServer, Secrets, put_back};

fuzz_target!(|bytes: &str| {
    let Some(server) = OneServer::read(bytes) else { return };
    let (client, before) = (server.client(), server.before());
    if matches!(before, Some(Json::Object(_))) {
        put_back(&client);
    }
    let Ok(Json::Object(sent)) = parse(server.body, &Rules::BODY) else { return };
    let secrets = Secrets::of(before.iter().chain([&Json::Object(sent.clone())]));
    let body = if server.is_other { ServerWrite::merge(sent) } else { ServerWrite::replace(sent) };
    server.write(&client, body, &secrets);
});
