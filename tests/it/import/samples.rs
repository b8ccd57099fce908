//! Every sample comes out over HTTP as its `expected.json` says, with its secrets masked.

use mcp_settings::api::ImportResult;
use serde_json::{Value, json};

use crate::client_texts::{Sample, list, samples, try_import};
use crate::server::TestServer;

const MASK: &str = "[REDACTED]";

#[test]
fn each_sample_comes_out_as_it_should_and_nothing_of_it_is_stored() {
    let server = TestServer::start();
    let mut wrong = Vec::new();
    for sample in samples() {
        let answer =
            try_import(&server, &json!({"text": sample.text, "file": sample.file})).send().expect(200);
        answer.read::<ImportResult>();
        for secret in sample.secrets() {
            if answer.text().contains(secret) {
                wrong.push(format!("{}: {secret} is shown", sample.folder));
            }
        }
        let faults = compare(&sample, &answer.json());
        wrong.extend(faults.into_iter().map(|fault| format!("{}: {fault}", sample.folder)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(server.names(), Vec::<String>::new());
    assert!(!server.log().contains("CANARY"));
}

/// What of an answer is not as it is expected.
pub(crate) fn compare(Sample { expected, .. }: &Sample, found: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut equal = |what: &str, found: &Value, expected: &Value| {
        if found != expected {
            wrong.push(format!("{what}: {found} instead of {expected}"));
        }
    };
    equal("format", &found["format"], &expected["format"]);
    let names = |servers: &Value| -> Value {
        list(servers).iter().map(|server| json!([server["name"], server["original_name"]])).collect()
    };
    equal("names", &names(&found["servers"]), &names(&expected["servers"]));
    let refused: Value = list(&found["refused"])
        .iter()
        .map(|own| json!([own["name"], own["place"]["at"], own["why"]]))
        .collect();
    let expected_refused: Value =
        list(&expected["refused"]).iter().map(|own| json!([own["name"], own["at"], own["why"]])).collect();
    equal("refused", &refused, &expected_refused);
    let references = |entries: Vec<[Value; 4]>| {
        let mut entries: Vec<String> = entries.iter().map(|entry| json!(entry).to_string()).collect();
        entries.sort();
        entries.dedup();
        json!(entries)
    };
    let found_references = list(&found["servers"]).iter().flat_map(|server| {
        let of_one = list(&server["references"]).iter();
        of_one.map(|own| [&server["name"], &own["pointer"], &own["kind"], &own["name"]].map(Clone::clone))
    });
    let expected_references = list(&expected["references"])
        .iter()
        .map(|own| [&own["server"], &own["at"], &own["kind"], &own["name"]].map(Clone::clone));
    equal("references", &references(found_references.collect()), &references(expected_references.collect()));
    for own in list(&expected["ignored"]) {
        let is_own = |other: &&Value| other["place"]["at"] == own["at"] && other["what"] == own["what"];
        equal("ignored", &json!(list(&found["ignored"]).iter().any(|other| is_own(&other))), &json!(true));
    }
    for own in list(&expected["notes"]) {
        let is_own = |other: &&Value| {
            other["server"] == own["server"]
                && other["place"]["at"] == own["at"]
                && other["about"] == own["about"]
        };
        if !list(&found["notes"]).iter().any(|other| is_own(&other)) {
            wrong.push(format!("not noted: {own}"));
        }
    }
    for (server, expected) in list(&found["servers"]).iter().zip(list(&expected["servers"])) {
        if !is_masked_view("", &server["config"], &expected["config"]) {
            wrong.push(format!("config: {} instead of {}", server["config"], expected["config"]));
        }
        for member in expected["bag"].as_object().into_iter().flat_map(|bag| bag.keys()) {
            // Made for what is stored, and no member of the client's.
            if member != "name" && !list(&server["kept"]).contains(&json!(member)) {
                wrong.push(format!("{} is not kept: {}", member, server["kept"]));
            }
        }
        if server["stored"] != "new" || server["action"] != "add" {
            wrong.push(format!("not new: {server}"));
        }
    }
    wrong
}

/// Whether this shows a configuration with its secrets masked: nothing else is missing, and nothing else is there. A
/// reference may be in our form.
fn is_masked_view(member: &str, shown: &Value, config: &Value) -> bool {
    let is_secret_map = ["env", "headers"].contains(&member);
    match (shown, config) {
        (Value::Object(shown), Value::Object(config)) => {
            shown.len() == config.len()
                && config.iter().all(|(name, value)| {
                    let below = if is_secret_map { member } else { name.as_str() };
                    shown.get(name).is_some_and(|shown| is_masked_view(below, shown, value))
                })
        }
        (Value::Array(shown), Value::Array(config)) => {
            shown.len() == config.len()
                && shown.iter().zip(config).all(|(shown, value)| is_masked_view(member, shown, value))
        }
        (Value::String(shown), Value::String(config)) if is_secret_map => {
            shown == MASK || config.is_empty() || shown.contains("${MCP_SECRET_")
        }
        (Value::String(shown), Value::String(config)) => {
            shown == config
                || shown.contains(MASK)
                || shown.contains("**********")
                || config.contains(['$', '{'])
        }
        (Value::Number(shown), Value::Number(config)) => shown.as_f64() == config.as_f64(),
        _ => shown == config,
    }
}
