//! A configuration and a merge patch, one on each of the first two lines. Where nothing is secret the result is
//! that of the pseudo-code of RFC 7396 §2; where something is, the laws of a merge hold all the same.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use mcp_settings::json::{Json, Object, Rules, parse, to_compact};
use mcp_settings::model::Sealing;
use mcp_settings::model::config::{Config, Node, SecretValue, open, to_stored};
use mcp_settings::model::secret_table::{LeafKind, Position};
use mcp_settings::model::mask::is_mask;
use mcp_settings::model::merge::{Reading, merge_patch, replace};
use mcp_settings::secrets::{EtagKey, KeyRing, SecretKey};

static RING: LazyLock<KeyRing> = LazyLock::new(|| {
    let key = SecretKey::new("newest").expect("it is not blank");
    KeyRing::new(&[key], None, &EtagKey::random())
});

fuzz_target!(|text: &str| {
    let mut lines = text.splitn(3, '\n');
    let (Some(stored), Some(patch)) = (lines.next(), lines.next()) else { return };
    let (Ok(stored), Ok(patch)) = (parse(stored, &Rules::STORED), parse(patch, &Rules::BODY)) else { return };
    // Below `tools` nothing is secret, and there both may be any value.
    agrees_with_the_rfc(&under_tools(&stored), &under_tools(&patch));
    let (Json::Object(stored), Json::Object(patch)) = (stored, patch) else { return };
    if is_secretless(&stored, Position::ROOT) && is_secretless(&patch, Position::ROOT) {
        agrees_with_the_rfc(&stored, &patch);
    }
    for sealing in [Sealing::EverySecret, Sealing::EnvAndHeaders, Sealing::Listed] {
        for may_reveal in [false, true] {
            holds_the_laws(&stored, &patch, &Reading { sealing, ring: &RING, may_reveal });
        }
    }
});

fn agrees_with_the_rfc(stored: &Object, patch: &Object) {
    let reading = Reading { sealing: Sealing::EverySecret, ring: &RING, may_reveal: false };
    let merged = merge_patch(patch.clone(), &open(stored, reading.sealing, &RING), &reading);
    assert!(merged.refusals.is_empty(), "{:?}", merged.refusals);
    let found = to_stored(&merged.config, &RING).expect("there is a key");
    let expected = rfc_7396(Some(&stored.clone().into()), &patch.clone().into());
    assert_eq!(to_compact(&found.into()), to_compact(&expected));
}

fn holds_the_laws(stored: &Object, patch: &Object, reading: &Reading<'_>) {
    let before = open(stored, reading.sealing, &RING);
    let same = merge_patch(Object::new(), &before, reading);
    assert!(same.refusals.is_empty(), "an empty patch is refused: {:?}", same.refusals);
    let text = |config: &Config| to_compact(&to_stored(config, &RING).expect("there is a key").into());
    assert_eq!(text(&same.config), to_compact(&stored.clone().into()), "an empty patch changes something");

    let once = merge_patch(patch.clone(), &before, reading);
    let whole = replace(patch.clone(), Some(&before), reading);
    for merged in [&once, &whole] {
        if merged.refusals.is_empty() && !has_mask(&before) {
            assert!(!has_mask(&merged.config), "a mask became a secret");
        }
    }
    if once.refusals.is_empty() {
        let twice = merge_patch(patch.clone(), &once.config, reading);
        assert!(twice.refusals.is_empty(), "{:?}", twice.refusals);
        let (once, twice) = (Node::Object(once.config), Node::Object(twice.config));
        assert!(once.is_same(&twice), "a patch sent again changes something");
    }
}

/// RFC 7396 §2, as it is written there.
fn rfc_7396(target: Option<&Json>, patch: &Json) -> Json {
    let Json::Object(patch) = patch else { return patch.clone() };
    let mut result = target.and_then(Json::as_object).cloned().unwrap_or_default();
    for (name, value) in patch.iter() {
        if value.is_null() {
            result.remove(name);
        } else {
            let merged = rfc_7396(result.get(name), value);
            result.insert(name, merged);
        }
    }
    result.into()
}

fn under_tools(value: &Json) -> Object {
    [("tools", value.clone())].into_iter().collect()
}

fn is_secretless(object: &Object, position: Position) -> bool {
    object.iter().all(|(name, value)| is_plain(value, position.member(name)))
}

fn is_plain(value: &Json, position: Position) -> bool {
    match value {
        Json::Null => true,
        Json::Bool(_) => !position.masks_booleans(),
        Json::Number(_) => !position.masks_numbers(),
        Json::String(text) => position.string(text.as_str(), Sealing::EverySecret) == LeafKind::Plain,
        Json::Array(elements) => elements.iter().all(|element| is_plain(element, position.element())),
        Json::Object(object) => is_secretless(object, position),
    }
}

fn has_mask(config: &Config) -> bool {
    config.iter().any(|(_, node)| is_masked(node))
}

fn is_masked(node: &Node) -> bool {
    match node {
        Node::Secret(secret) => matches!(&secret.value, SecretValue::Text(text) if is_mask(text.expose())),
        Node::Array(elements) => elements.iter().any(is_masked),
        Node::Object(members) => has_mask(members),
        _ => false,
    }
}
