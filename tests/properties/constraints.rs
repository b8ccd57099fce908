//! Patches at both sides of every constraint that the agent-server puts on its settings, made from its own schema
//! and, where that is silent, from what it was seen to refuse. Tried here on ours in memory, and in `tests/interop` on both over HTTP.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

/// A patch of the settings, and whether the agent-server takes it.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    /// Which constraint, for messages.
    pub(crate) at: String,
    pub(crate) patch: Value,
    pub(crate) is_right: bool,
    /// Whether it is for a document with an ACP agent.
    pub(crate) is_acp: bool,
}

impl Case {
    /// What a case is about: the same member of the same object is one rule, wherever the object is.
    fn rule(&self) -> String {
        let names: Vec<&str> = self.at.rsplitn(3, '/').collect();
        names[..names.len().min(2)].join("/")
    }
}

/// Where values are put: what is around one, outermost first.
#[derive(Clone)]
struct Place {
    names: String,
    around: Vec<Around>,
    is_acp: bool,
}

#[derive(Clone)]
enum Around {
    /// A member of an object with these other members.
    Member(String, Map<String, Value>),
    Element,
}

/// Members whose values reach for the network or a folder, and those that are judged as servers elsewhere.
const SKIPPED: [&str; 8] = [
    "schema_version",
    "agent_kind",
    "mcp_config",
    "mcp_tools",
    "custom_tokenizer",
    "agent_settings",
    // Rules join these with other members.
    "prompt_template",
    "worktree_base",
];

/// How deep objects are followed; a condenser may hold condensers.
const DEEPEST: usize = 7;

/// Every case, each rule once.
pub(crate) fn cases() -> Vec<Case> {
    let schemas: Value = serde_json::from_slice(&std::fs::read(schema_path()).expect("the fixture is there"))
        .expect("it is JSON");
    let mut cases = Vec::new();
    for (name, diff, is_acp) in [
        ("OpenHandsAgentSettings", "agent_settings_diff", false),
        ("ACPAgentSettings", "agent_settings_diff", true),
        ("ConversationSettings", "conversation_settings_diff", false),
    ] {
        let schema = &schemas[name];
        let place =
            Place { names: String::new(), around: vec![Around::Member(diff.to_owned(), Map::new())], is_acp };
        Walk { root: schema, cases: &mut cases }.object(schema, &place);
    }
    cases.extend(unwritten());
    let mut seen = BTreeSet::new();
    cases.retain(|case| seen.insert((case.is_acp, case.rule())));
    cases
}

fn schema_path() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/openhands/settings-schema.json")
}

struct Walk<'a> {
    root: &'a Value,
    cases: &'a mut Vec<Case>,
}

impl Walk<'_> {
    /// The members of an object, each on its own beside what the object requires.
    fn object(&mut self, schema: &Value, place: &Place) {
        let Some(properties) = schema["properties"].as_object() else { return };
        let is_tried = |name: &str| {
            // Of a condenser of an agent these two are bound to each other.
            let is_joined = ["max_size", "keep_first"].contains(&name) && properties.contains_key("llm");
            !SKIPPED.contains(&name) && !is_joined
        };
        for (name, property) in properties.iter().filter(|(name, _)| is_tried(name)) {
            let mut others = self.minimal(schema);
            others.remove(name);
            let mut inner = place.clone();
            inner.names = format!("{}/{name}", place.names);
            inner.around.push(Around::Member(name.clone(), others));
            self.property(property, &inner);
        }
    }

    fn property(&mut self, schema: &Value, place: &Place) {
        let mut whole = schema.clone();
        whole["$defs"] = self.root["$defs"].clone();
        let options = jsonschema::options().should_validate_formats(true);
        let validator = options.build(&whole).expect("the fixture is a schema");
        // A Boolean is treated as a number.
        let text = schema.to_string();
        let takes_numbers = text.contains("\"integer\"") || text.contains("\"number\"");
        let is_window = place.names.ends_with("/max_input_tokens");
        let windows = [16_383, 16_384].map(|tokens| json!(tokens));
        for value in candidates(schema).into_iter().chain(windows.into_iter().filter(|_| is_window)) {
            // The schema does not say what context the agent-server needs.
            let is_too_small = is_window && value.as_f64().is_some_and(|tokens| tokens < 16_384.0);
            let is_right = validator.is_valid(&value) && !is_too_small;
            let removes = value.is_null() && !place.holds_null();
            let is_coerced = (value.is_boolean() && takes_numbers) || place.takes_others();
            if !removes && (is_right || !is_coerced) {
                self.cases.push(place.case(value, is_right));
            }
        }
        self.below(schema, place);
    }

    /// What an object, array or map at this place may hold.
    fn below(&mut self, schema: &Value, place: &Place) {
        if place.around.len() > DEEPEST {
            return;
        }
        let inside = |around: Around, sign: &str| Place {
            names: format!("{}{sign}", place.names),
            around: place.around.iter().cloned().chain([around]).collect(),
            is_acp: place.is_acp,
        };
        if let Some(reference) = schema["$ref"].as_str() {
            let resolved = self.resolve(reference).clone();
            return self.below(&resolved, place);
        }
        for alternative in ["anyOf", "oneOf"].iter().filter_map(|name| schema[name].as_array()).flatten() {
            self.below(alternative, place);
        }
        if schema["properties"].is_object() {
            if place.is_in_array() {
                for name in self.minimal(schema).keys().filter(|name| is_required(schema, name)) {
                    let mut value = self.minimal(schema);
                    value.remove(name);
                    let mut case = place.case(value.into(), false);
                    case.at.push_str(&format!(" without {name}"));
                    self.cases.push(case);
                }
            }
            self.object(schema, place);
        }
        if schema["items"].is_object() {
            self.below(&schema["items"], &inside(Around::Element, "[]"));
        }
        if schema["additionalProperties"].is_object() {
            self.below(
                &schema["additionalProperties"],
                &inside(Around::Member("k".to_owned(), Map::new()), "{}"),
            );
        }
    }

    fn resolve(&self, reference: &str) -> &Value {
        let name = reference.trim_start_matches("#/$defs/");
        &self.root["$defs"][name]
    }

    /// The least that an object of this schema must have, its tag among it.
    fn minimal(&self, schema: &Value) -> Map<String, Value> {
        let Some(properties) = schema["properties"].as_object() else { return Map::new() };
        let needed = properties
            .iter()
            .filter(|(name, property)| is_required(schema, name) || property["const"].is_string());
        let mut minimal: Map<_, _> =
            needed.map(|(name, property)| (name.clone(), self.least(property))).collect();
        if properties.contains_key("usage_id") {
            // The schema of a language model does not say that it must have one.
            minimal.insert("model".to_owned(), json!("openai/m"));
        }
        minimal
    }

    fn least(&self, schema: &Value) -> Value {
        if let Some(reference) = schema["$ref"].as_str() {
            return self.minimal(self.resolve(reference)).into();
        }
        match (&schema["const"], schema["type"].as_str()) {
            (Value::String(text), _) => text.clone().into(),
            (_, Some("array")) => json!([]),
            (_, Some("object")) => json!({}),
            (_, Some("integer" | "number")) => json!(1),
            _ => json!("x"),
        }
    }
}

impl Place {
    /// Whether a null is a value here, and does not remove what was there.
    fn holds_null(&self) -> bool {
        let is_member_of_conversation = self.around.len() == 2
            && matches!(&self.around[0], Around::Member(name, _) if name == "conversation_settings_diff");
        is_member_of_conversation || self.is_in_array()
    }

    fn is_in_array(&self) -> bool {
        self.around.iter().any(|around| matches!(around, Around::Element))
    }

    /// Whether the agent-server makes what it wants of values of other kinds.
    fn takes_others(&self) -> bool {
        let coerced = [
            "skills[]/allowed_tools",
            "skills[]/metadata",
            "tools[]/params",
            "agent_context/current_datetime",
            "workspace/working_dir",
            "/reasoning_effort",
        ];
        coerced.iter().any(|name| self.names.ends_with(name))
    }

    fn case(&self, value: Value, is_right: bool) -> Case {
        let put = |inner: Value, around: &Around| match around {
            Around::Element => json!([inner]),
            Around::Member(name, others) => {
                let mut object = others.clone();
                object.insert(name.clone(), inner);
                object.into()
            }
        };
        let shown: String = value.to_string().chars().take(60).collect();
        Case {
            at: format!("{} = {shown}", self.names),
            patch: self.around.iter().rev().fold(value, put),
            is_right,
            is_acp: self.is_acp,
        }
    }
}

fn is_required(schema: &Value, name: &str) -> bool {
    schema["required"].as_array().is_some_and(|names| names.iter().any(|own| own == name))
}

/// Values at and beside the bounds of a schema, and one of each kind.
fn candidates(schema: &Value) -> Vec<Value> {
    let mut values = vec![
        json!(null),
        json!("bogus"),
        json!(5),
        json!(1.5),
        json!(-3),
        json!(true),
        json!([5]),
        json!(["x"]),
        json!({"k": "x"}),
        json!({"k": 5}),
        json!([]),
    ];
    collect(schema, &mut values);
    // An object is tried by its members, and a text where one is wanted may be anything.
    let text = schema.to_string();
    let has_model = text.contains("$ref") && !text.contains("TraceMetadataValue");
    values.retain(|value| !value.is_object() || !has_model);
    values
}

fn collect(schema: &Value, values: &mut Vec<Value>) {
    for alternative in ["anyOf", "oneOf"].iter().filter_map(|name| schema[name].as_array()).flatten() {
        collect(alternative, values);
    }
    let is_integer = schema["type"] == "integer";
    let step = if is_integer { 1.0 } else { 0.001 };
    for name in ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"] {
        if let Some(bound) = schema[name].as_f64() {
            for value in [bound - step, bound, bound + step] {
                values.push(if is_integer { json!(value as i64) } else { json!(value) });
            }
        }
    }
    if let Some(options) = schema["enum"].as_array() {
        values.extend(options.iter().cloned());
    }
    if schema["const"].is_string() {
        values.push(schema["const"].clone());
    }
    for (name, extra) in [("minLength", -1), ("minLength", 0), ("maxLength", 0), ("maxLength", 1)] {
        if let Some(length) = schema[name].as_i64() {
            values.push(json!("x".repeat(usize::try_from(length + extra).unwrap_or(0))));
        }
    }
    if schema["pattern"].is_string() {
        let texts = [
            "",
            "main",
            "release/1.0",
            "-x",
            ".x",
            "a b",
            "512m",
            "4GiB",
            "1.5 GB",
            "1.",
            "m",
            "12",
            "4 gib ",
            "1.5.2",
        ];
        values.extend(texts.map(|text| json!(text)));
    }
    if schema["format"] == "uuid" {
        values.push(json!("123e4567-e89b-12d3-a456-426614174000"));
    }
}

/// What no schema says: rules that join several members, and rules in the agent-server's code.
fn unwritten() -> Vec<Case> {
    let agent = |diff: Value| json!({"agent_settings_diff": diff});
    let conversation = |diff: Value| json!({"conversation_settings_diff": diff});
    let skill = |name: &str| json!({"name": name, "content": "c"});
    let routed = |template: &str, classes: Value| {
        let profile = json!({"classifier_model": "m", "prompt_template": template, "classes": classes});
        agent(json!({"meta_profile": profile}))
    };
    let skills = |skills: Value| agent(json!({"agent_context": {"skills": skills}}));
    let secrets = |secrets: Value| agent(json!({"agent_context": {"secrets": secrets}}));
    let market = |path: &str| {
        let market = json!({"name": "m", "source": "s", "repo_path": path});
        agent(json!({"agent_context": {"registered_marketplaces": [market]}}))
    };
    let plugin = |path: &str| conversation(json!({"plugins": [{"source": "s", "repo_path": path}]}));
    let hook = |hook: Value| conversation(json!({"hook_config": {"stop": [{"hooks": [hook]}]}}));
    let file = |name: &str, subfolder: &str| {
        let secret = json!({"secret_name": "s", "env_var": "E", "filename": name, "subdir": subfolder});
        agent(json!({"acp_file_secrets": [secret]}))
    };
    let condenser = |condenser: Value| {
        conversation(json!({"agent_definitions": [{"name": "a", "condenser": condenser}]}))
    };
    let llm = json!({"model": "openai/m"});
    let rows = [
        ("no model", agent(json!({"llm": {"model": ""}})), false, false),
        (
            "a model of a profile is required",
            agent(json!({"meta_profile_llms": {"f": {"timeout": 5}}})),
            false,
            false,
        ),
        ("a template with the text", routed("to {{ instance_text }}", json!([])), true, false),
        ("a template with the text alone", routed("{{instance_text}}", json!([])), true, false),
        ("a template without the text", routed("to {{ text }}", json!([])), false, false),
        (
            "a template beside classes",
            routed("{{ instance_text }}", json!([{"description": "d", "model": "m"}])),
            false,
            false,
        ),
        ("one skill", skills(json!([skill("a"), skill("b")])), true, false),
        ("two skills of one name", skills(json!([skill("a"), skill("a")])), false, false),
        (
            "a trigger without a kind",
            skills(json!([{"name": "a", "content": "c", "trigger": {"keywords": []}}])),
            false,
            false,
        ),
        ("a blank tool", agent(json!({"tools": [{"name": " "}]})), false, false),
        ("a tool without parameters", agent(json!({"tools": [{"name": "t", "params": null}]})), true, false),
        ("a plain secret", secrets(json!({"A": "a"})), true, false),
        ("a static secret", secrets(json!({"A": {"kind": "StaticSecret", "value": "v"}})), true, false),
        ("a secret of no kind", secrets(json!({"A": {"kind": "Other", "value": "v"}})), false, false),
        ("a looked-up secret without a URL", secrets(json!({"A": {"kind": "LookupSecret"}})), false, false),
        (
            "a looked-up secret",
            secrets(json!({"A": {"kind": "LookupSecret", "url": "https://h/"}})),
            true,
            false,
        ),
        ("a path within a marketplace", market("a/b"), true, false),
        ("a path out of a marketplace", market("a/../.."), false, false),
        ("an absolute path in a marketplace", market("/a"), false, false),
        ("an empty path in a marketplace", market(""), false, false),
        ("a backslash in a marketplace", market("a\\b"), false, false),
        ("a path within a plugin", plugin("a/b"), true, false),
        ("a path out of a plugin", plugin("../a"), false, false),
        ("an absolute path in a plugin", plugin("/a"), false, false),
        ("a hook without a command", hook(json!({"type": "command"})), false, false),
        ("a hook with a command", hook(json!({"command": "true"})), true, false),
        ("a prompt without a text", hook(json!({"type": "prompt"})), false, false),
        ("a prompt", hook(json!({"type": "prompt", "prompt": "p"})), true, false),
        (
            "a prompt with a command",
            hook(json!({"type": "prompt", "prompt": "p", "command": "c"})),
            false,
            false,
        ),
        (
            "a prompt in the background",
            hook(json!({"type": "prompt", "prompt": "p", "async": true})),
            false,
            false,
        ),
        ("an agent with a command", hook(json!({"type": "agent", "command": "c"})), false, false),
        ("an unknown event", conversation(json!({"hook_config": {"never": []}})), false, false),
        (
            "a branch without a reference",
            conversation(json!({"worktree_base": "ref", "worktree_base_ref": null})),
            false,
            false,
        ),
        (
            "a branch with a reference",
            conversation(json!({"worktree_base": "ref", "worktree_base_ref": "main"})),
            true,
            false,
        ),
        (
            "a condenser",
            condenser(json!({"kind": "LLMSummarizingCondenser", "llm": llm, "max_size": 20})),
            true,
            false,
        ),
        (
            "a condenser that keeps too much",
            condenser(
                json!({"kind": "LLMSummarizingCondenser", "llm": llm, "max_size": 20, "keep_first": 9}),
            ),
            false,
            false,
        ),
        ("a file of a secret", file("auth.json", "codex"), true, true),
        ("a path as a file of a secret", file("a/b", "codex"), false, true),
        ("a folder out of the folder", file("a", "../b"), false, true),
        ("no folder", file("a", "."), false, true),
        ("a removed member", agent(json!({"enable_sub_agents": true})), false, false),
        ("another removed member", agent(json!({"enable_switch_llm_tool": false})), false, false),
        ("a model beside an ACP agent", agent(json!({"llm": {"model": "openai/m"}})), false, true),
        ("no context of an ACP agent", agent(json!({"agent_context": null})), true, true),
    ];
    rows.map(|(at, patch, is_right, is_acp)| Case { at: at.to_owned(), patch, is_right, is_acp }).into()
}
