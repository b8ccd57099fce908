//! The schemas of bodies say what is taken: what they allow is stored, and what they don't is refused. Each case
//! is a legal configuration with one member set to something else.

use jsonschema::Validator;
use serde_json::{Value, json};

use super::checked_in;
use crate::server::{TestServer, item};
use crate::site::Site;

/// What each member is set to.
fn values() -> Vec<Value> {
    let words = ["", " ", "x", "stdio", "http", "shttp", "oauth", "a b", "https://h/\\"];
    let words = words.into_iter().map(Value::from);
    let others = [
        json!(null),
        json!(true),
        json!(0),
        json!(-1),
        json!(1.5),
        json!([]),
        json!(["x"]),
        json!([1]),
        json!([null]),
        json!({}),
        json!({ "A": "x" }),
        json!({ "A": "" }),
        json!({ "A": 1 }),
        json!({ "A": null }),
        json!({ "A": [{ "B": null }] }),
        json!({ "Authorization": "x" }),
    ];
    words.chain(others).collect()
}

/// Strategies, each with a member of its own that is right or wrong, and with one that no strategy has.
fn strategies() -> Vec<Value> {
    let own = [
        ("none", json!([{}])),
        ("odd", json!([{}])),
        ("api_key", json!([{}, { "value": "v" }, { "value": " " }, { "value": null }, { "header_name": 1 }])),
        ("bearer", json!([{}, { "value": "v" }, { "value": " " }, { "value": 1 }])),
        ("basic", json!([{}, { "username": "u" }, { "username": 1 }, { "username": "u", "password": {} }])),
        ("header", json!([{}, { "headers": { "A": "x" } }, { "headers": { "A": 1 } }, { "headers": null }])),
        (
            "oauth2",
            json!([
                {},
                { "authentication": { "type": "oauth", "scopes": ["a"], "client_secret": "s" } },
                { "authentication": { "type": "other" } },
                { "authentication": { "type": "oauth", "scopes": 1 } },
                { "authentication": { "type": "oauth", "client_auth_method": "none" } },
                { "authentication": { "type": "oauth", "client_auth_method": "other" } },
                { "authentication": { "type": "oauth", "more": 1 } },
                { "authentication": { "type": "oauth", "additional_client_metadata": { "A": [null] } } },
                { "state": { "tokens": { "access_token": "t", "more": 1 }, "token_expires_at": 1.5 } },
                { "state": { "tokens": { "refresh_token": "t" } } },
                { "state": { "tokens": { "access_token": "t", "more": { "A": null } } } },
                { "state": { "client_info": { "client_secret": 1 } } },
                { "state": { "client_info": { "more": [] } } },
                { "state": { "more": 1 } },
            ]),
        ),
    ];
    let more = [json!({}), json!({ "more": "x" }), json!({ "more": [null] })];
    let mut strategies = Vec::new();
    for (strategy, members) in own {
        for members in members.as_array().expect("a list") {
            for more in &more {
                let mut auth = json!({ "strategy": strategy });
                for members in [members, more] {
                    members
                        .as_object()
                        .into_iter()
                        .flatten()
                        .for_each(|(name, value)| auth[name] = value.clone());
                }
                strategies.push(auth);
            }
        }
    }
    strategies
}

/// Bodies that differ from a legal one in one member.
fn bodies(members: &[String]) -> Vec<Value> {
    let is_branch_of_own =
        |name: &&String| ["command", "url", "transport", "type", "auth", "headers"].contains(&name.as_str());
    let remote = json!({ "url": "https://h/" });
    let both = json!({ "command": "x", "url": "https://h/", "auth": { "strategy": "bearer", "value": "t" } });
    let all = members.iter().map(|name| (json!({ "command": "x" }), name));
    let some = [&remote, &both]
        .into_iter()
        .flat_map(|base| members.iter().filter(is_branch_of_own).map(move |name| (base.clone(), name)));
    let mut bodies = vec![json!({})];
    for (base, name) in all.chain(some) {
        bodies.extend(values().into_iter().map(|value| with(&base, name, value)));
    }
    bodies.extend(strategies().into_iter().map(|value| with(&remote, "auth", value)));
    bodies
}

fn with(base: &Value, name: &str, value: Value) -> Value {
    let mut body = base.clone();
    body[name] = value;
    body
}

/// The schema of a request's body, and the members that it names with one that it does not.
fn schema(method: &str, path: &str) -> (Validator, Vec<String>) {
    let document = checked_in();
    let body = &document["paths"][path][method]["requestBody"]["content"]["application/json"]["schema"];
    let name =
        body["$ref"].as_str().and_then(|reference| reference.rsplit('/').next()).expect("it has a name");
    let members = document["components"]["schemas"][name]["properties"].as_object().expect("it has members");
    let members = members.keys().cloned().chain(["more".to_owned()]).collect();
    let schema = json!({ "$ref": body["$ref"], "components": document["components"] });
    (jsonschema::validator_for(&schema).expect("it is legal"), members)
}

/// The bodies on which the service and the schema of its document disagree.
fn disagreements(server: &TestServer, method: &str, path: &str) -> Vec<String> {
    let (validator, members) = schema(method, path);
    let target = path.replace("{name}", "a").replace("{settings_key}", "a");
    let mut found = Vec::new();
    for body in bodies(&members) {
        let status = server.request(&method.to_ascii_uppercase(), &target).json(&body).send().status;
        if (status < 300) != validator.is_valid(&body) {
            found.push(format!("{status} {body}"));
        }
        if status < 300 {
            server.delete(item("a")).send().expect(204);
        }
    }
    found
}

#[test]
fn a_server_is_stored_where_its_schema_allows_it_and_refused_where_it_does_not() {
    let server = TestServer::start();
    let found = disagreements(&server, "put", "/api/settings/mcp-servers/{name}");
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn a_server_in_openhands_words_is_created_where_its_schema_allows_it_and_refused_where_it_does_not() {
    let server = TestServer::builder(Site::new()).in_openhands_folder().start();
    let mut found = disagreements(&server, "post", "/api/settings/mcp/{settings_key}");
    // A member that is null counts as absent, whatever its name; a schema that says so helps nobody.
    found.retain(|found| !found.contains("\"more\":null"));
    assert!(found.is_empty(), "{found:#?}");
}
