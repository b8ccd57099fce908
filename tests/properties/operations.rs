//! JSON Patches over documents with secrets: none is nothing, and whatever the operations are, no secret and
//! no mask ends up where it was not before.

use std::collections::BTreeSet;

use mcp_settings::json::{Json, Object, Pointer, Rules, parse, to_compact};
use mcp_settings::model::json_patch::{self, JsonPatch};
use mcp_settings::secrets::Exposure;
use mcp_settings::service::ServerWrite;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::client::{Client, Who};
use crate::client_edits::{Place, Step, child, collect};
use crate::oracle::in_the_clear;
use crate::samples::{Layout, any_json, any_sample};

/// One operation, not yet applied to a view: its places are found there.
#[derive(Clone, Debug)]
struct Operation {
    op: &'static str,
    path: Index,
    from: Index,
    value: Json,
}

fn any_operation() -> impl Strategy<Value = Operation> {
    let op = select(vec!["add", "remove", "replace", "move", "move", "copy", "copy", "copy"]);
    let value = prop_oneof![select(vec!["new", "[REDACTED]", ""]).prop_map(Json::string), any_json()];
    (op, any::<Index>(), any::<Index>(), value).prop_map(|(op, path, from, value)| Operation {
        op,
        path,
        from,
        value,
    })
}

fn any_who() -> impl Strategy<Value = Who> {
    prop_oneof![Just(Who::Writer), Just(Who::Revealer)]
}

/// The places of a view, some that it does not have yet, and the whole.
fn pointers(view: &Json) -> Vec<String> {
    let mut places = vec![Place::new()];
    collect(view, &mut Place::new(), &mut places);
    let pointer = |place: &Place| {
        place.iter().fold(Pointer::root(), |pointer, step| match step {
            Step::Member(name) => pointer.member(name),
            Step::Element(index) => pointer.element(*index),
        })
    };
    let mut pointers: Vec<_> = places.iter().map(|place| pointer(place).to_string()).collect();
    for new in [
        "/description",
        "/icon",
        "/x-new",
        "/env/NEW",
        "/headers/X-NEW",
        "/args/-",
        "/url",
        "/command",
        "/auth",
    ] {
        pointers.push(new.to_owned());
    }
    pointers
}

fn document(operations: &[Operation], view: &Json) -> Json {
    let pointers = pointers(view);
    let operation = |operation: &Operation| {
        let members: Object = [
            ("op", Json::string(operation.op)),
            ("path", Json::string(operation.path.get(&pointers).as_str())),
            ("from", Json::string(operation.from.get(&pointers).as_str())),
            ("value", operation.value.clone()),
        ]
        .into_iter()
        .collect();
        members.into()
    };
    Json::Array(operations.iter().map(operation).collect())
}

fn patch(document: Json) -> JsonPatch {
    json_patch::parse(document).expect("the test writes patches well")
}

/// Every scalar in a value.
fn scalars(value: &Json, found: &mut BTreeSet<String>) {
    match value {
        Json::Array(elements) => elements.iter().for_each(|element| scalars(element, found)),
        Json::Object(object) => object.iter().for_each(|(_, value)| scalars(value, found)),
        scalar => {
            found.insert(to_compact(scalar));
        }
    }
}

/// A scalar that neither was in its place before nor comes from anywhere else but a secret.
fn carried(after: &Json, before: &Json, open: &BTreeSet<String>) -> Option<String> {
    let mut places = Vec::new();
    collect(after, &mut Place::new(), &mut places);
    let at = |value: &Json, place: &Place| {
        place.iter().try_fold(value, |value, step| child(value, step)).map(to_compact)
    };
    let is_carried = |place: &&Place| {
        let own = at(after, place).expect("the place was found there");
        !own.starts_with(['[', '{']) && at(before, place).as_ref() != Some(&own) && !open.contains(&own)
    };
    places.iter().find(is_carried).map(|place| format!("{place:?}"))
}

/// The server as it is in the document, secrets in the clear.
fn clear(text: &str, layout: Layout, name: &str) -> Json {
    let mut value = &parse(text, &Rules::STORED).expect("a document is JSON");
    let path: &[&str] = match layout {
        Layout::FlatV9 => &["agent_settings", "mcp_config", name],
        Layout::Own | Layout::WrappedV3 => &["agent_settings", "mcp_config", "mcpServers", name],
    };
    for name in path {
        value = value.get(name).expect("it is there");
    }
    in_the_clear(value, layout)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, max_shrink_iters: 300, ..ProptestConfig::with_cases(2_000) })]

    #[test]
    fn no_operations_change_nothing(sample in any_sample(), who in any_who()) {
        let text = sample.text();
        let client = Client::of(&text);
        for (name, _) in &sample.servers {
            let tag = client.tag(name);
            let nothing = ServerWrite::patch(patch(Json::Array(vec![])));
            let written = client.update(name, nothing, who);
            prop_assert!(written.is_ok(), "{written:?}\n{text}");
            prop_assert_eq!(written.unwrap().after.map(|tag| tag.to_string()), tag);
            prop_assert_eq!(client.text(), &*text);
        }
    }

    #[test]
    fn operations_carry_no_secret_elsewhere(
        sample in any_sample(),
        operations in vec(any_operation(), 1..4),
        who in any_who(),
    ) {
        let text = sample.text();
        let client = Client::of(&text);
        let name = &sample.servers[0].0;
        let view: Json = client.get(name, Exposure::Redacted).unwrap().into();
        let document = document(&operations, &view);
        let document_text = to_compact(&document);
        // What everybody knows: what is shown, what is sent, and the words of the closed dialect.
        let mut open = BTreeSet::from([r#""bearer""#, r#""oauth2""#].map(str::to_owned));
        scalars(&view, &mut open);
        // Except masks, which only their sender may have stored, as a text that is not secret.
        open.retain(|text| !text.contains("[REDACTED]") && !text.contains("**********"));
        operations.iter().for_each(|operation| scalars(&operation.value, &mut open));
        match client.update(name, ServerWrite::patch(patch(document)), who) {
            Err(_) => prop_assert_eq!(client.text(), text),
            Ok(written) => {
                prop_assert_eq!(written.after.map(|tag| tag.to_string()), client.tag(name));
                let before = clear(&text, sample.layout, name);
                let after = clear(&client.text(), sample.layout, name);
                let carried = carried(&after, &before, &open);
                prop_assert_eq!(carried, None, "{} {}", document_text, text);
            }
        }
    }
}
