//! The document is sound in itself: examples are what their schemas say, names follow one rule, nothing is
//! described that nothing uses. Validators from outside look at the rest.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Map, Value, json};

use crate::document::{checked_in, operations, path, resolve};

#[test]
fn every_example_is_what_its_schema_says() {
    let document = checked_in();
    // One schema of all, so that what they refer to is compiled once.
    let (mut schemas, mut examples) = (Map::new(), Map::new());
    let mut add = |at: String, schema: &Value, example: &Value| {
        schemas.insert(at.clone(), schema.clone());
        examples.insert(at, example.clone());
    };
    for (method, path, operation) in operations(&document) {
        for (at, content) in contents(&method, path, operation) {
            for (name, example) in content["examples"].as_object().into_iter().flatten() {
                let value = &resolve(&document, example)["value"];
                add(format!("{at} {name}"), &content["schema"], value);
            }
        }
    }
    for kind in ["headers", "parameters"] {
        for (name, field) in document["components"][kind].as_object().unwrap() {
            add(format!("{kind} {name}"), &field["schema"], &field["example"]);
        }
    }
    assert!(100 < examples.len(), "only {} examples", examples.len());
    let all = json!({ "properties": schemas, "components": document["components"] });
    let validator = jsonschema::validator_for(&all).unwrap();
    let examples = Value::Object(examples);
    let faults: Vec<String> =
        validator.iter_errors(&examples).map(|fault| format!("{}: {fault}", fault.instance_path())).collect();
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn a_validator_from_outside_finds_nothing() {
    let installed = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/python/bin/python3");
    let python = std::env::var_os("MCP_SETTINGS_TEST_PYTHON").map_or(installed, PathBuf::from);
    let mut validator = Command::new(python);
    validator.args(["-m", "openapi_spec_validator"]).arg(path("mcp-settings.json"));
    let output = validator.output().expect("python can be run");
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn a_problem_that_lacks_a_member_is_not_what_its_schema_says() {
    let document = checked_in();
    let schema =
        json!({ "$ref": "#/components/schemas/UnprocessableProblem", "components": document["components"] });
    let validator = jsonschema::validator_for(&schema).unwrap();
    let whole = &document["components"]["examples"]["bound-secret"]["value"];
    assert!(validator.is_valid(whole));
    for member in ["type", "title", "status", "detail", "errors"] {
        let mut partial = whole.clone();
        partial.as_object_mut().unwrap().remove(member);
        assert!(!validator.is_valid(&partial), "without `{member}`");
    }
}

#[test]
fn operations_are_named_by_a_verb_and_a_noun_and_each_once() {
    let document = checked_in();
    let verbs = [
        "accept",
        "adopt",
        "call",
        "copy",
        "create",
        "delete",
        "export",
        "follow",
        "forget",
        "get",
        "import",
        "install",
        "list",
        "patch",
        "probe",
        "rename",
        "replace",
        "restart",
        "test",
        "uninstall",
        "update",
        "validate",
    ];
    let mut names = BTreeSet::new();
    for (method, path, operation) in operations(&document) {
        let name = operation["operationId"].as_str().unwrap();
        let (verb, noun) = name.split_once('_').unwrap_or_else(|| panic!("{method} {path}: {name}"));
        assert!(verbs.contains(&verb) && !noun.is_empty(), "{method} {path}: {name}");
        assert!(names.insert(name), "{name} is there twice");
        for text in ["summary", "description"] {
            assert!(operation[text].as_str().is_some_and(|text| !text.is_empty()), "{name} has no {text}");
        }
    }
}

/// Go's generator makes a constant of each word, and gives two of one name no namespaces.
#[test]
fn no_word_is_in_two_named_enumerations() {
    let document = checked_in();
    let mut words = BTreeSet::new();
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        for word in schema["enum"].as_array().into_iter().flatten() {
            assert!(words.insert(word.to_string()), "{word} of {name} is a word of another too");
        }
    }
}

#[test]
fn what_needs_a_key_says_how_a_request_without_one_is_refused() {
    let document = checked_in();
    for (method, path, operation) in operations(&document) {
        let is_open = operation["security"].as_array().is_some_and(Vec::is_empty);
        let answers = |status: &str| operation["responses"].get(status).is_some();
        assert!(is_open || answers("401") && answers("403"), "{method} {path}");
    }
}

/// The bodies of an operation, with their places.
fn contents<'a>(method: &str, path: &str, operation: &'a Value) -> Vec<(String, &'a Value)> {
    let responses = operation["responses"].as_object().into_iter().flatten();
    let all = responses.map(|(status, response)| (status.as_str(), response));
    let all = all.chain([("request", &operation["requestBody"])]);
    let bodies = all.flat_map(|(what, body)| {
        let content = body["content"].as_object().into_iter().flatten();
        content.map(move |(media_type, content)| (format!("{method} {path} {what} {media_type}"), content))
    });
    bodies.collect()
}
