//! Law L2 over odd documents: an edit changes its own member's bytes and no others.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

use super::*;
use crate::json::samples::{any_json, any_members, any_object, any_space, any_string};
use crate::json::{Json, RawObject, scan_object, to_compact};

/// A document, and which members lead to its map.
#[derive(Clone, Debug)]
pub(super) struct Sample {
    pub(super) text: String,
    path: Vec<&'static str>,
}

/// A layer around the map: members before and after the one that leads on, and white space.
fn layer(name: &'static str, inner: BoxedStrategy<String>, fixed: &'static str) -> BoxedStrategy<String> {
    let junk = || any_members(any_json());
    (junk(), inner, junk(), vec(any_space(), 5), any::<bool>())
        .prop_map(move |(before, inner, after, space, is_pretty)| {
            let space: Vec<&str> = if is_pretty { vec!["\n  ", "", " ", "", "\n"] } else { space };
            let known: Vec<_> = before.iter().map(|(own, _)| own.clone()).collect();
            let mut members: Vec<(String, String)> = before;
            if !fixed.is_empty() {
                members.push((fixed.to_owned(), "9".to_owned()));
            }
            members.push((format!("\"{name}\""), inner));
            members.extend(after.into_iter().filter(|(own, _)| !known.contains(own)));
            object_text(&members, &space)
        })
        .boxed()
}

fn object_text(members: &[(String, String)], space: &[&str]) -> String {
    let items: Vec<_> = members
        .iter()
        .map(|(name, value)| format!("{}{name}{}:{}{value}{}", space[0], space[1], space[2], space[3]))
        .collect();
    format!("{{{}{}}}", items.join(","), space[4])
}

fn map() -> BoxedStrategy<String> {
    let value = prop_oneof![6 => any_object(), 1 => any_json()];
    let servers = proptest::collection::btree_map(any_string(), value, 0..5);
    (servers, vec(any_space(), 5))
        .prop_map(|(servers, space)| object_text(&servers.into_iter().collect::<Vec<_>>(), &space))
        .boxed()
}

pub(super) fn sample() -> impl Strategy<Value = Sample> {
    let wrapped = layer("agent_settings", layer("mcp_config", layer("mcpServers", map(), ""), ""), "")
        .prop_map(|text| Sample { text, path: vec!["agent_settings", "mcp_config", "mcpServers"] });
    let flat = layer("agent_settings", layer("mcp_config", map(), "\"schema_version\""), "")
        .prop_map(|text| Sample { text, path: vec!["agent_settings", "mcp_config"] });
    prop_oneof![wrapped, flat]
}

/// What to do, once it is known which servers there are.
#[derive(Clone, Debug)]
enum Plan {
    Put(Index, Change),
    Create(String, String),
    Remove(Index),
    Rename(Index, String),
}

/// How a configuration differs from the one before.
#[derive(Clone, Debug)]
enum Change {
    Replace(String),
    Set(String, String),
    Nest(Index, String, String),
    Drop(Index),
    Reverse,
    Same,
}

fn plan() -> impl Strategy<Value = Plan> {
    let name = "[a-z\"\\\\é]{1,4}";
    let change = prop_oneof![
        any_object().prop_map(Change::Replace),
        (name, any_json()).prop_map(|(name, value)| Change::Set(name, value)),
        (any::<Index>(), name, any_json()).prop_map(|(at, name, value)| Change::Nest(at, name, value)),
        any::<Index>().prop_map(Change::Drop),
        Just(Change::Reverse),
        Just(Change::Same),
    ];
    prop_oneof![
        4 => (any::<Index>(), change).prop_map(|(at, change)| Plan::Put(at, change)),
        2 => (name, any_object()).prop_map(|(name, value)| Plan::Create(name, value)),
        1 => any::<Index>().prop_map(Plan::Remove),
        1 => (any::<Index>(), name).prop_map(|(at, name)| Plan::Rename(at, name)),
    ]
}

fn value(text: &str) -> Json {
    crate::json::parse(text, &Rules::STORED).expect("samples are JSON")
}

fn changed(old: Option<&Object>, change: &Change) -> Object {
    let mut new = old.cloned().unwrap_or_default();
    let names: Vec<String> = new.names().map(str::to_owned).collect();
    match change {
        Change::Replace(text) => return config(text),
        Change::Set(name, text) => new.insert(name.clone(), value(text)),
        Change::Nest(at, name, text) if !names.is_empty() => {
            let chosen = &names[at.index(names.len())];
            let nested = match new.get(chosen) {
                Some(Json::Object(inner)) => {
                    let mut inner = inner.clone();
                    inner.insert(name.clone(), value(text));
                    Json::Object(inner)
                }
                Some(Json::Array(elements)) => Json::Array([elements.clone(), vec![value(text)]].concat()),
                _ => value(text),
            };
            new.insert(chosen.clone(), nested);
        }
        Change::Drop(at) if !names.is_empty() => drop(new.remove(&names[at.index(names.len())])),
        Change::Reverse => return new.into_iter().collect::<Vec<_>>().into_iter().rev().collect(),
        Change::Nest(..) | Change::Drop(_) | Change::Same => {}
    }
    new
}

/// Finds the map without the code under test.
fn find_map(sample: &Sample, text: &str) -> RawObject {
    let mut object = scan_object(text, 0).expect("documents are objects");
    for name in &sample.path {
        let member = object.members.iter().find(|member| member.name == *name).expect("the path is there");
        object = scan_object(text, member.value.start).expect("the path leads through objects");
    }
    object
}

/// Equal subtrees of objects have equal bytes.
fn assert_donated(old_text: &str, old: &Object, new_text: &str, new: &Object) {
    let (old_raw, new_raw) = (scan_object(old_text, 0).unwrap(), scan_object(new_text, 0).unwrap());
    for member in &new_raw.members {
        let Some(donor) = old_raw.members.iter().find(|donor| donor.name == member.name) else { continue };
        let (old_slice, new_slice) = (&old_text[donor.value.clone()], &new_text[member.value.clone()]);
        assert_eq!(&old_text[donor.key.clone()], &new_text[member.key.clone()]);
        match (old.get(&member.name).unwrap(), new.get(&member.name).unwrap()) {
            (was, is) if was == is => assert_eq!(old_slice, new_slice),
            (Json::Object(was), Json::Object(is)) => assert_donated(old_slice, was, new_slice, is),
            _ => {}
        }
    }
}

/// Applies the edit, and holds the bytes around it and what it left against the text before.
fn hold_the_law(sample: &Sample, document: &mut Document, plan: &Plan) {
    let before = text(document);
    let map = find_map(sample, &before);
    let servers: Vec<String> = map.members.iter().map(|member| member.name.clone()).collect();
    let chosen = |at: &Index| (!servers.is_empty()).then(|| at.index(servers.len()));
    let edit = match plan {
        Plan::Put(at, change) => chosen(at).map(|at| {
            let server = document.server(&SettingsKey::new(&servers[at])).unwrap();
            let config = changed(server.config.as_ref().ok(), change);
            (at, Edit::Put { key: SettingsKey::new(&servers[at]), config })
        }),
        Plan::Create(name, value) => (!servers.contains(name)).then(|| (servers.len(), put(name, value))),
        Plan::Remove(at) => chosen(at).map(|at| (at, remove(&servers[at]))),
        Plan::Rename(at, to) => {
            chosen(at).filter(|_| !servers.contains(to)).map(|at| (at, rename(&servers[at], to)))
        }
    };
    let Some((at, edit)) = edit else { return };
    let was = document.clone();
    document.apply(&edit, None);
    let after = text(document);
    assert_eq!(text(&was), before, "a clone does not change");

    // What the edited document says of itself is what a reader finds in its text.
    let again = read(&after);
    let listed = |document: &Document| -> Vec<_> {
        document
            .servers()
            .map(|(key, server)| (key.clone(), server.text.clone(), server.config.clone()))
            .collect()
    };
    assert_eq!(listed(document), listed(&again));
    assert_eq!(document.layout(), again.layout());
    for (key, server) in again.servers() {
        assert_eq!(document.server(key).map(|own| &own.text), Some(&server.text));
    }

    let kept_around = |start: usize, end: usize| {
        assert!(after.starts_with(&before[..start]), "{before}\n{after}");
        assert!(after.ends_with(&before[end..]), "{before}\n{after}");
        let inserted = after.len() - start - (before.len() - end);
        after[start..start + inserted].to_owned()
    };
    match &edit {
        Edit::Put { key, config } => {
            assert_eq!(again.server(key).unwrap().config.as_ref(), Ok(config));
            if let Some(member) = map.members.get(at) {
                let own = kept_around(member.value.start, member.value.end);
                let old_text = &before[member.value.clone()];
                match &was.server(key).unwrap().config {
                    Ok(old) if old == config => assert_eq!(after, before),
                    Ok(old) => assert_donated(old_text, old, &own, config),
                    Err(_) => {}
                }
            } else if let Some(last) = map.members.last() {
                let new = kept_around(last.value.end, last.value.end);
                assert!(new.starts_with(','), "{new}");
                let mut gone = document.clone();
                gone.apply(&Edit::Remove { key: key.clone() }, None);
                assert_eq!(text(&gone), before);
            } else {
                kept_around(map.open + 1, map.close);
            }
        }
        Edit::Remove { key } => {
            assert!(again.server(key).is_none());
            let member = &map.members[at];
            let gone = match (at.checked_sub(1), map.members.get(at + 1)) {
                (Some(previous), _) => map.members[previous].value.end..member.value.end,
                (None, Some(next)) => member.key.start..next.key.start,
                (None, None) => map.open + 1..map.close,
            };
            assert_eq!(kept_around(gone.start, gone.end), "");
        }
        Edit::Rename { to, .. } => {
            let member = &map.members[at];
            assert_eq!(value(&kept_around(member.key.start, member.key.end)), Json::string(to.as_str()));
        }
        Edit::Outside { .. } | Edit::Reseal { .. } => unreachable!("no plan makes one"),
    }
}

proptest! {
    #[test]
    fn an_edit_changes_its_own_member_and_nothing_else(sample in sample(), plans in vec(plan(), 1..6)) {
        let mut document = read(&sample.text);
        prop_assert_eq!(text(&document), sample.text.clone());
        for plan in &plans {
            hold_the_law(&sample, &mut document, plan);
        }
    }

    #[test]
    fn no_bytes_make_reading_panic(bytes in vec(any::<u8>(), 0..60)) {
        let _ = Document::read(&bytes, NewDocument::Own, None);
    }

    #[test]
    fn a_text_that_can_be_read_is_given_back(text in any_json()) {
        for wrapped in [text.clone(), format!("{{\"agent_settings\":{text}}}")] {
            if let Ok(document) = Document::read(wrapped.as_bytes(), NewDocument::Own, None) {
                prop_assert_eq!(document.render(), wrapped.into_bytes());
            }
        }
    }

    #[test]
    fn a_created_value_is_what_was_put(sample in sample(), new in any_object()) {
        let mut document = read(&sample.text);
        document.apply(&put("brand new", &new), None);
        let server = document.server(&SettingsKey::new("brand new")).unwrap();
        prop_assert_eq!(to_compact(&value(&server.text)), to_compact(&Json::Object(config(&new))));
    }
}
