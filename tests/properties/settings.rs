//! L2 and L3 outside the servers: a patch of the settings gives what was asked for, beside it every byte stays,
//! and sent again it changes nothing.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use mcp_settings::json::{Json, Object, RawObject, Rules, first_byte, parse, scan_object};
use mcp_settings::service::ServiceError;
use proptest::prelude::*;
use proptest::sample::select;

use crate::client::Client;
use crate::constraints::cases;
use crate::samples::{any_json, any_secret, number};
use crate::spelling::{Manner, any_manner, spell};
use crate::tokens;

/// What can be at a place, and so what it is patched with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holds {
    /// What the agent-server requires beside the others: always there.
    Required,
    Text,
    Number,
    Anything,
    /// Encrypted where the layout's index is in the list: our own, version 3, version 9.
    Secret([bool; 3]),
}

/// The places that are tried, deep enough for null to remove.
const PLACES: [(&str, Holds); 16] = [
    ("agent_settings/llm/model", Holds::Required),
    ("agent_settings/meta_profile_llms/fast/model", Holds::Required),
    ("agent_settings/llm/temperature", Holds::Number),
    ("agent_settings/llm/api_key", Holds::Secret([true, true, true])),
    ("agent_settings/llm/extra_headers/Authorization", Holds::Secret([true, false, false])),
    ("agent_settings/llm/extra_headers/Title", Holds::Secret([true, false, false])),
    ("agent_settings/meta_profile_llms/fast/aws_session_token", Holds::Secret([true, true, true])),
    ("agent_settings/agent_context/secrets/A", Holds::Secret([true, false, true])),
    ("agent_settings/verification/critic_api_key", Holds::Secret([true, false, true])),
    ("agent_settings/acp_env/MODE", Holds::Secret([true, true, true])),
    ("agent_settings/condenser/llm/api_key", Holds::Secret([true, false, false])),
    ("agent_settings/hooks/env/A", Holds::Secret([true, false, false])),
    ("agent_settings/unknown/deep/x", Holds::Anything),
    ("conversation_settings/deep/n", Holds::Number),
    ("misc_settings/a/b", Holds::Anything),
    ("misc_settings/a/api_key", Holds::Text),
];

/// The members before and behind `mcp_config`, by the layout.
const LAYOUTS: [(&str, &str); 3] = [
    ("", r#"{ "other":[1.0],"mcpServers": {"s":{"env" : {"A":"TOKEN"},"n":1e2} }}"#),
    ("\"schema_version\": 3,", r#"{"mcpServers":{"s":{"env":{"A":"TOKEN"}}} , "other":-0}"#),
    ("\"schema_version\" : 9,", r#"{ "s" :{"command":"c","env":{"A":"TOKEN"}} }"#),
];

/// What a patch does to a place.
#[derive(Clone, Debug)]
enum Act {
    Remove,
    Set(Json),
}

fn any_value(holds: Holds) -> BoxedStrategy<Json> {
    match holds {
        Holds::Required | Holds::Text => {
            select(vec!["a", "ü\"", "**********"]).prop_map(Json::string).boxed()
        }
        Holds::Number => number().boxed(),
        Holds::Anything => any_json().prop_filter("null removes", |value| !has_null(value)).boxed(),
        Holds::Secret(_) => any_secret().boxed(),
    }
}

fn has_null(value: &Json) -> bool {
    match value {
        Json::Null => true,
        Json::Array(_) => false,
        Json::Object(object) => object.iter().any(|(_, value)| has_null(value)),
        _ => false,
    }
}

fn any_state() -> impl Strategy<Value = BTreeMap<&'static str, Json>> {
    let value = |holds: Holds| match holds {
        Holds::Required => any_value(holds).prop_map(Some).boxed(),
        holds => prop::option::weighted(0.7, any_value(holds)).boxed(),
    };
    let values: Vec<_> = PLACES.iter().map(|(_, holds)| value(*holds)).collect();
    values.prop_map(|values| {
        let stored = PLACES.iter().zip(values).filter_map(|((place, _), value)| Some((*place, value?)));
        stored.collect()
    })
}

fn any_act(holds: Holds) -> BoxedStrategy<Act> {
    let value = match holds {
        Holds::Secret(_) => prop_oneof![
            3 => select(vec!["n3w-secret", "n3w-other"]).prop_map(Json::string),
            2 => select(vec!["**********", "[REDACTED]", "<redacted>"]).prop_map(Json::string),
            2 => any_secret(),
        ]
        .boxed(),
        holds => any_value(holds),
    };
    match holds {
        Holds::Required => value.prop_map(Act::Set).boxed(),
        _ => prop_oneof![1 => Just(Act::Remove), 3 => value.prop_map(Act::Set)].boxed(),
    }
}

fn any_patch() -> impl Strategy<Value = BTreeMap<&'static str, Act>> {
    let acts: Vec<_> = PLACES.iter().map(|(_, holds)| prop::option::weighted(0.3, any_act(*holds))).collect();
    acts.prop_map(|acts| {
        PLACES.iter().zip(acts).filter_map(|((place, _), act)| Some((*place, act?))).collect()
    })
}

/// Objects out of places.
fn nested<'a>(values: impl Iterator<Item = (&'a str, Json)>) -> Object {
    let mut root = Object::new();
    for (place, value) in values {
        set(&mut root, &place.split('/').collect::<Vec<_>>(), value);
    }
    root
}

fn set(object: &mut Object, steps: &[&str], value: Json) {
    let [name, rest @ ..] = steps else { return };
    if rest.is_empty() {
        return object.insert(*name, value);
    }
    let mut inner = object.get(name).and_then(Json::as_object).cloned().unwrap_or_default();
    set(&mut inner, rest, value);
    object.insert(*name, inner.into());
}

fn document(layout: usize, state: &BTreeMap<&'static str, Json>, manner: Manner) -> String {
    let (version, map) = LAYOUTS[layout];
    let map = map.replace("TOKEN", &tokens::OWN[0].text);
    let root = nested(state.iter().map(|(place, value)| (*place, value.clone())));
    let section = |name: &str| root.get(name).cloned().unwrap_or_else(|| Object::new().into());
    let agent = spell(&section("agent_settings"), manner, "  ");
    let inner = agent[1..agent.len() - 1].trim();
    let inner = if inner.is_empty() { String::new() } else { format!(" , {inner}") };
    format!(
        "{{ \"conversation_settings\": {},\n \"agent_settings\" : {{{version} \"agent_kind\":\"openhands\",\"mcp_config\": {map}{inner} }}, \"unknown\":{{\"\\u0041\":0.10}},\"misc_settings\":{} }}\n",
        spell(&section("conversation_settings"), manner, "  "),
        spell(&section("misc_settings"), manner, "  "),
    )
}

/// What a place holds in the clear; of what no key opens, its token.
fn plain(value: &Json) -> Json {
    let opened = |text: &str| tokens::opened(text).map(Json::string);
    value.as_str().and_then(opened).unwrap_or_else(|| value.clone())
}

/// What the patch must make of the state, or nothing where it can't be taken. In the clear.
fn wanted(
    state: &BTreeMap<&'static str, Json>,
    patch: &BTreeMap<&'static str, Act>,
) -> Option<BTreeMap<&'static str, Json>> {
    let mut after: BTreeMap<&'static str, Json> =
        state.iter().map(|(place, value)| (*place, plain(value))).collect();
    for (place, act) in patch {
        let holds = PLACES.iter().find(|(own, _)| own == place).map(|(_, holds)| *holds);
        let sent = match act {
            Act::Remove => {
                after.remove(place);
                continue;
            }
            Act::Set(sent) => sent.clone(),
        };
        let (Some(Holds::Secret(_)), Some(text)) = (holds, sent.as_str()) else {
            after.insert(place, merged(after.get(place), &sent));
            continue;
        };
        if ["**********", "[REDACTED]", "<redacted>", "[redacted]", "***"].contains(&text) {
            after.get(place)?;
        } else if tokens::FOREIGN.iter().any(|token| token.text == text) {
            // At a place that its layout encrypts it may come back to where it is, and nowhere else.
            if state.get(place) != Some(&sent) {
                return None;
            }
        } else {
            after.insert(place, plain(&sent));
        }
    }
    Some(after)
}

/// Whether both are one state: integers exactly, other numbers by value, members in any order.
fn is_same(one: &Json, two: &Json) -> bool {
    match (one, two) {
        (Json::Number(one), Json::Number(two)) if !one.is_integer() && !two.is_integer() => {
            one.as_f64() == two.as_f64()
        }
        (Json::Array(one), Json::Array(two)) => {
            one.len() == two.len() && one.iter().zip(two).all(|(one, two)| is_same(one, two))
        }
        (Json::Object(one), Json::Object(two)) => {
            one.len() == two.len()
                && one.iter().all(|(name, one)| two.get(name).is_some_and(|two| is_same(one, two)))
        }
        (one, two) => one == two,
    }
}

fn merged(own: Option<&Json>, sent: &Json) -> Json {
    match (own.and_then(Json::as_object), sent) {
        (own, Json::Object(sent)) => {
            let mut all = own.cloned().unwrap_or_default();
            for (name, value) in sent.iter() {
                let value = merged(all.get(name), value);
                all.insert(name, value);
            }
            all.into()
        }
        (_, sent) => sent.clone(),
    }
}

fn body(patch: &BTreeMap<&'static str, Act>) -> Object {
    let value = |act: &Act| match act {
        Act::Remove => Json::Null,
        Act::Set(value) => value.clone(),
    };
    let sections = nested(patch.iter().map(|(place, act)| (*place, value(act))));
    sections.into_iter().map(|(name, section)| (format!("{name}_diff"), section)).collect()
}

fn find<'a>(root: &'a Object, place: &str) -> Option<&'a Json> {
    let mut steps = place.split('/');
    let first = root.get(steps.next()?)?;
    steps.try_fold(first, |value, step| value.as_object()?.get(step))
}

fn read(text: &str) -> Object {
    match parse(text, &Rules::STORED) {
        Ok(Json::Object(root)) => root,
        other => panic!("{other:?}: {text}"),
    }
}

/// The text of a member of an object that begins at the first byte.
fn raw<'a>(text: &'a str, name: &str) -> &'a str {
    let (open, _) = first_byte(text).expect("it is not empty");
    let RawObject { members, .. } = scan_object(text, open).expect("it is an object");
    let member = members.into_iter().find(|member| member.name == name).expect("it is there");
    &text[member.value]
}

#[test]
fn a_patch_is_taken_exactly_where_the_agent_server_takes_it() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/openhands");
    let cases = cases();
    let right = cases.iter().filter(|case| case.is_right).count();
    assert!(right > 500 && cases.len() - right > 3_000, "{right} of {} are right", cases.len());
    let mut failures = Vec::new();
    for (is_acp, name) in [(false, "settings/v1.58.0.json"), (true, "migrations/v9-acp.out.disk.json")] {
        let before = fs::read_to_string(fixtures.join(name)).expect("the fixture is there");
        let mut client = Client::of(&before);
        for case in cases.iter().filter(|case| case.is_acp == is_acp) {
            let outcome = client.patch_settings(&read(&case.patch.to_string()));
            let is_refused = matches!(outcome, Err(ServiceError::InvalidSettings(_)));
            // These settings are not encrypted with the keys of this test, which judges the constraints alone.
            let is_taken = matches!(outcome, Ok(_) | Err(ServiceError::WrongKey));
            if is_taken != case.is_right || is_refused == case.is_right {
                failures.push(format!("{}: {:?}", case.at, outcome.as_ref().err()));
            }
            match outcome {
                Ok(_) => client = Client::of(&before),
                Err(_) => assert!(client.text() == before, "{}: something was stored", case.at),
            }
        }
    }
    assert!(failures.is_empty(), "{} of {}: {failures:#?}", failures.len(), cases.len());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, max_shrink_iters: 300, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn a_patch_gives_what_was_asked_for_and_touches_nothing_else(
        layout in 0..3_usize,
        state in any_state(),
        manner in any_manner(),
        patch in any_patch(),
    ) {
        let before = document(layout, &state, manner);
        let client = Client::of(&before);
        let outcome = client.patch_settings(&body(&patch));
        let after = client.text();
        let Some(wanted) = wanted(&state, &patch) else {
            prop_assert!(matches!(outcome, Err(ServiceError::Refused(_))), "{:?}\n{}", outcome.err(), before);
            prop_assert_eq!(after, before);
            return Ok(());
        };
        if patch.is_empty() {
            return Ok(());
        }
        prop_assert!(outcome.is_ok(), "{:?}\n{}", outcome.err(), before);

        let root = read(&after);
        for (place, holds) in PLACES {
            let now = find(&root, place);
            let is_wanted = match (now.map(plain), wanted.get(place)) {
                (Some(now), Some(wanted)) => is_same(&now, wanted),
                (now, wanted) => now.is_none() && wanted.is_none(),
            };
            prop_assert!(is_wanted, "{}\n{}\n{}", place, before, after);
            if let (Holds::Secret(sealed), Some(own), Some(now)) = (holds, state.get(place), now) {
                prop_assert!(
                    plain(own) != plain(now) || own == now,
                    "an unchanged secret was written again at {}\n{}\n{}", place, before, after
                );
                prop_assert!(!sealed[layout] || !now.as_str().is_some_and(|text| text.starts_with("n3w")));
            }
        }
        for (section, name) in [("agent_settings_diff", "agent_settings"), ("conversation_settings_diff", "conversation_settings"), ("misc_settings_diff", "misc_settings")] {
            if !body(&patch).contains(section) {
                prop_assert_eq!(raw(&after, name), raw(&before, name));
            }
        }
        prop_assert_eq!(raw(&after, "unknown"), raw(&before, "unknown"));
        let map = |text: &str| raw(raw(text, "agent_settings"), "mcp_config").to_owned();
        prop_assert_eq!(map(&after), map(&before));

        let again = client.patch_settings(&body(&patch));
        prop_assert!(again.is_ok(), "{:?}", again.err());
        prop_assert_eq!(client.text(), after, "sent again it changed something");
        prop_assert!(again.unwrap() == client.all_settings());
    }
}
