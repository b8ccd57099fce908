//! L4: a tag is a function of the name and the plaintext state, and of a key.

use mcp_settings::json::{Json, Object, to_compact};
use proptest::prelude::*;
use proptest::sample::Index;

use crate::client::Client;
use crate::client_edits::{Edit, Place, Step, changed, child, collect};
use crate::oracle::secrecy;
use crate::samples::{Layout, Sample, any_sample, any_server, json};
use crate::spelling::{Manner, any_manner, reversed};
use crate::tokens;

fn tags(sample: &Sample) -> Vec<Option<String>> {
    let client = Client::of(&sample.text());
    sample.servers.iter().map(|(name, _)| client.tag(name)).collect()
}

fn with_servers(sample: &Sample, map: impl Fn(&Json) -> Json) -> Sample {
    let servers = sample.servers.iter().map(|(name, server)| (name.clone(), map(server))).collect();
    Sample { servers, ..sample.clone() }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, max_shrink_iters: 300, ..ProptestConfig::with_cases(2_000) })]

    #[test]
    fn one_state_has_one_tag_however_it_is_written(sample in any_sample(), manner in any_manner()) {
        let expected = tags(&sample);
        prop_assert!(expected.iter().all(Option::is_some));
        prop_assert_eq!(tags(&sample), expected.clone(), "opened again");
        prop_assert_eq!(tags(&Sample { manner, ..sample.clone() }), expected.clone(), "respelled");
        prop_assert_eq!(tags(&with_servers(&sample, reversed)), expected.clone(), "members in another order");
        prop_assert_eq!(tags(&with_servers(&sample, encrypted_again)), expected.clone(), "encrypted again");
    }

    #[test]
    fn each_changed_leaf_changes_the_tag(sample in any_sample(), index in any::<Index>()) {
        let at = index.index(sample.servers.len());
        let (name, server) = &sample.servers[at];
        let tag = Client::of(&sample.text()).tag(name);
        let mut places = Vec::new();
        collect(server, &mut Vec::new(), &mut places);
        for place in &places {
            let value = place.iter().try_fold(server, child).unwrap();
            let Some(other) = another(value, place, sample.layout) else { continue };
            // Beside `disabled` it says nothing.
            let is_overruled = matches!(server.get("disabled"), Some(Json::Bool(_)));
            if is_overruled && *place == [Step::Member("enabled".to_owned())] {
                continue;
            }
            let mut altered = sample.clone();
            altered.servers[at].1 = changed(server, place, &Edit::Set(other));
            prop_assert_ne!(Client::of(&altered.text()).tag(name), tag.clone(), "{:?} of {}", place, to_compact(server));
        }
    }

    #[test]
    fn a_tag_is_bound_to_the_name_and_to_the_keys(sample in any_sample()) {
        let (name, server) = &sample.servers[0];
        let client = Client::of(&sample.text());
        let tag = client.tag(name);
        let other_keys = Client::with_keys(&sample.text(), tokens::keys_with(Some("another")));
        prop_assert_ne!(other_keys.tag(name), tag.clone());
        let twin = Sample { servers: vec![(name.clone(), server.clone()), ("twin".into(), server.clone())], ..sample.clone() };
        let twins = tags(&twin);
        prop_assert_eq!(&twins[0], &tag);
        prop_assert_ne!(&twins[1], &tag);
    }

    #[test]
    fn a_resave_by_openhands_changes_no_tag(server in any_server(Layout::FlatV9), manner in any_manner()) {
        let before = Sample { layout: Layout::FlatV9, servers: vec![("a".into(), server.clone().into())], manner };
        let after = Sample {
            servers: vec![("a".into(), resaved(&server))],
            manner: Manner::Indented,
            ..before.clone()
        };
        prop_assert_eq!(tags(&before), tags(&after), "{}", to_compact(&server.into()));
    }
}

/// Every value that we can open encrypted again, by the newest key.
fn encrypted_again(value: &Json) -> Json {
    match value {
        Json::String(text) => tokens::opened(text.as_str())
            .map_or_else(|| value.clone(), |plaintext| Json::string(tokens::seal(&plaintext))),
        Json::Array(elements) => Json::Array(elements.iter().map(encrypted_again).collect()),
        Json::Object(object) => {
            object.iter().map(|(name, value)| (name, encrypted_again(value))).collect::<Object>().into()
        }
        scalar => scalar.clone(),
    }
}

/// A value that says something else in the place of this scalar.
fn another(value: &Json, place: &Place, layout: Layout) -> Option<Json> {
    match value {
        Json::Null => Some(json("1")),
        Json::Bool(value) => Some(Json::Bool(!value)),
        Json::Number(_) => Some(json("77")),
        Json::String(text) => {
            let is_readable = !text.as_str().starts_with("gAAAAA") || tokens::opened(text.as_str()).is_some();
            let is_sealed = secrecy(place, text.as_str(), layout) == Some(true);
            let clear = Json::string(format!("{}x", plain_text(text.as_str(), place, layout)));
            Some(if is_readable || !is_sealed { clear } else { Json::string(tokens::OWN[0].text.as_str()) })
        }
        Json::Array(_) | Json::Object(_) => None,
    }
}

fn plain_text(text: &str, place: &Place, layout: Layout) -> String {
    match secrecy(place, text, layout).and_then(|_| tokens::opened(text)) {
        // It must not look like a token that nobody can open.
        Some(plaintext) => plaintext.trim_start_matches("gAAAAA").to_owned(),
        None => text.to_owned(),
    }
}

/// What OpenHands 1.58.0 makes of a server that it takes (OPENHANDS §5.1): its own order of
/// members, nulls and `{}` left out, `enabled` written out, timeouts as floats, all encrypted again.
fn resaved(server: &Object) -> Json {
    const ORDER: [&str; 14] = [
        "url",
        "transport",
        "command",
        "args",
        "env",
        "cwd",
        "description",
        "icon",
        "timeout",
        "sse_read_timeout",
        "keep_alive",
        "headers",
        "auth",
        "enabled",
    ];
    let mut saved = Object::new();
    for name in ORDER {
        let value = match (name, server.get(name)) {
            ("enabled", None) => Some(Json::Bool(true)),
            ("timeout" | "sse_read_timeout", Some(Json::Number(number))) => Some(float(number.as_f64())),
            (_, value) => value.and_then(saved_value),
        };
        if let Some(value) = value {
            saved.insert(name, value);
        }
    }
    encrypted_again(&saved.into())
}

fn saved_value(value: &Json) -> Option<Json> {
    match value {
        Json::Null => None,
        Json::Object(object) => {
            let member = |(name, value): (&str, &Json)| {
                let value = match value {
                    Json::Number(number) if name == "token_expires_at" => Some(float(number.as_f64())),
                    value => saved_value(value),
                };
                Some((name.to_owned(), value?))
            };
            let kept: Object = object.iter().filter_map(member).collect();
            (!kept.is_empty()).then(|| kept.into())
        }
        other => Some(other.clone()),
    }
}

/// As Python prints a float.
fn float(value: f64) -> Json {
    json(&format!("{value:?}").replace("e", "e+"))
}
