//! L2 and L3 of writes that change something: exactly what was asked for, and nothing beside it.

use std::cell::Cell;
use std::collections::BTreeSet;

use mcp_settings::json::{Json, Object, Rules, parse, to_compact};
use mcp_settings::model::{SettingsKey, is_server_value};
use mcp_settings::secrets::Exposure;
use mcp_settings::service::{ServerWrite, ServiceError};
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::TestRunner;

use crate::client::{Client, Who};
use crate::client_edits::{ClientEdit, any_client_edit};
use crate::oracle::{Refused, in_the_clear, mapped, wanted, without_nulls};
use crate::samples::{Layout, Sample, any_sample, any_server};
use crate::tokens;

const CASES: u32 = 3_000;

fn any_case() -> impl Strategy<Value = (Sample, Index, ClientEdit)> {
    any_sample().prop_flat_map(|sample| {
        let layout = sample.layout;
        (Just(sample), any::<Index>(), any_client_edit(layout))
    })
}

#[test]
fn a_write_gives_what_was_asked_for_and_touches_nothing_else() {
    let (changed, refused) = (Cell::new(0), Cell::new(0));
    let mut runner = TestRunner::new(ProptestConfig {
        failure_persistence: None,
        max_shrink_iters: 300,
        ..ProptestConfig::with_cases(CASES)
    });
    runner
        .run(&any_case(), |(sample, index, client_edit)| {
            let text = sample.text();
            let client = Client::of(&text);
            let at = index.index(sample.servers.len());
            let (name, stored) = &sample.servers[at];
            let Ok(view) = client.get(name, client_edit.exposure) else { return Ok(()) };
            let body = client_edit.body(&view);
            let expected = wanted(&body, client_edit.is_patch, client_edit.who, stored, sample.layout);
            let sent = if client_edit.is_patch {
                ServerWrite::merge(body.clone())
            } else {
                ServerWrite::replace(body.clone())
            };
            let context = || {
                format!(
                    "{client_edit:?}\nsent {}\nto {}",
                    to_compact(&body.clone().into()),
                    to_compact(stored)
                )
            };

            match client.update(name, sent, client_edit.who) {
                Err(error) => {
                    prop_assert_eq!(client.text(), text);
                    prop_assert!(is_legitimate(&error, &expected), "{:?}\n{}", error, context());
                    refused.set(refused.get() + 1);
                }
                Ok(written) => {
                    prop_assert!(
                        expected.is_ok(),
                        "a mask or token without a meaning was taken\n{}",
                        context()
                    );
                    let expected = expected.unwrap();
                    let after = client.text();
                    let tag = written.after.map(|tag| tag.to_string());
                    prop_assert_eq!(&client.tag(name), &tag);
                    // The state that was asked for has this tag, however it is stored.
                    prop_assert_eq!(tag_of(&sample, at, &expected), tag.clone(), "{}", context());
                    if written.before.map(|tag| tag.to_string()) == tag {
                        prop_assert_eq!(
                            after,
                            text,
                            "a write that changes nothing stored something\n{}",
                            context()
                        );
                        return Ok(());
                    }
                    let now = spliced(&sample, at, &after)?;
                    prop_assert_eq!(
                        plain(&in_the_clear(&now, sample.layout)),
                        plain(&expected),
                        "{}",
                        context()
                    );
                    prop_assert_eq!(seen_by_serde(&after, &sample, name), plain(&now));
                    // Each secret that a caller without `reveal` sends is a new one.
                    let new_secrets =
                        if client_edit.who == Who::Writer { strings_of(&body) } else { BTreeSet::new() };
                    keeps_tokens(stored, &now, &new_secrets)?;
                    let is_taken = |server: &Json| server.as_object().is_some_and(is_server_value);
                    prop_assert!(
                        sample.layout != Layout::FlatV9 || !is_taken(stored) || is_taken(&now),
                        "OpenHands would refuse the whole file\n{}",
                        context()
                    );
                    changed.set(changed.get() + 1);
                }
            }
            Ok(())
        })
        .unwrap();
    assert!(CASES / 4 < changed.get(), "only {} of {CASES} changed anything", changed.get());
    assert!(CASES / 50 < refused.get(), "only {} of {CASES} were refused", refused.get());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, max_shrink_iters: 300, ..ProptestConfig::with_cases(500) })]

    #[test]
    fn a_new_server_comes_last_and_goes_without_a_trace(
        (sample, body) in any_sample().prop_flat_map(|sample| { let layout = sample.layout; (Just(sample), any_server(layout)) }),
    ) {
        let text = sample.text();
        let client = Client::of(&text);
        // Anyone who may see secrets may send tokens of ours; those of other keys are nobody's. A mask may have no
        // stored secret.
        let body_text = to_compact(&body.clone().into());
        // What is not ASCII can't be sent in a header.
        let is_no_header = tokens::OWN.iter().any(|own| !own.plaintext.is_ascii() && body_text.contains(&own.text));
        let is_foreign = [&tokens::FOREIGN[0].text[..40], "\"***\"", "\"[redacted]\""]
            .into_iter()
            .any(|text| body_text.contains(text));
        let written = match client.put("new", &body, Who::Revealer) {
            Ok(written) => written,
            Err(ServiceError::Invalid(violations)) => {
                let is_known = |place: &str| {
                    (place == "/url" && body_text.contains("unparseable"))
                        || (place == "/disabled" && body.contains("enabled"))
                        || ((place.starts_with("/headers/") || place.starts_with("/auth")) && is_no_header)
                };
                prop_assert!(violations.iter().all(|one| is_known(one.pointer.as_str())), "{:?} {}", violations, body_text);
                return Ok(());
            }
            Err(error) => {
                prop_assert!(is_foreign || has_foreign(&body.clone().into()), "{:?} {}", error, body_text);
                return Ok(());
            }
        };
        prop_assert!(written.is_created);
        let parts = sample.parts();
        let last = text.len() - parts.after.len();
        let with_new = client.text();
        prop_assert!(with_new.starts_with(&text[..last]) && with_new.ends_with(&parts.after));
        prop_assert!(serde_json::from_str::<serde_json::Value>(&with_new).is_ok() || with_new.contains("1e400"));
        client.delete("new").unwrap();
        prop_assert_eq!(client.text(), text);
    }

    #[test]
    fn a_renamed_server_changes_its_name_alone(
        (sample, index, to) in (any_sample(), any::<Index>(), "[A-Z][a-z0-9@:+._-]{0,8}"),
    ) {
        let text = sample.text();
        let client = Client::of(&text);
        let at = index.index(sample.servers.len());
        let name = &sample.servers[at].0;
        let view = client.get(name, Exposure::Encrypted).ok();
        let tag = client.tag(name);
        let written = client.rename(name, &to, Who::Writer).unwrap();
        let parts = sample.parts();
        let start = parts.before.len() + parts.servers[..at].iter().map(|server| server.len() + 1).sum::<usize>();
        // The name is written as a text of its own; what is before and behind it stays.
        let own = &parts.servers[at];
        let (open, close) = (own.find('"').unwrap(), own.find(':').unwrap());
        let close = own[..close].rfind('"').unwrap() + 1;
        let expected = format!("{}\"{to}\"{}", &text[..start + open], &text[start + close..]);
        prop_assert_eq!(client.text(), expected);
        prop_assert_eq!(client.get(&to, Exposure::Encrypted).ok(), view);
        prop_assert_eq!(client.tag(name), None);
        prop_assert_eq!(client.tag(&to), written.after.map(|tag| tag.to_string()));
        client.rename(&to, name, Who::Writer).unwrap();
        prop_assert_eq!(client.tag(name), tag);
    }

    #[test]
    fn a_deleted_server_takes_nothing_with_it(sample in any_sample(), index in any::<Index>()) {
        let client = Client::of(&sample.text());
        let at = index.index(sample.servers.len());
        client.delete(&sample.servers[at].0).unwrap();
        let mut rest = sample.clone();
        rest.servers.remove(at);
        let (text, parts) = (client.text(), rest.parts());
        let trimmed = parts.servers.join(",").trim().to_owned();
        prop_assert!(text.starts_with(&parts.before) && text.ends_with(parts.after.trim_start()));
        prop_assert!(text.contains(&trimmed), "{text}");
    }
}

/// The server's value after a write, everything around it found as it was.
fn spliced(sample: &Sample, at: usize, after: &str) -> Result<Json, TestCaseError> {
    let (text, parts) = (sample.text(), sample.parts());
    let member =
        parts.before.len() + parts.servers[..at].iter().map(|server| server.len() + 1).sum::<usize>();
    let colon =
        parts.servers[at].find("\": ").or_else(|| parts.servers[at].find("\" : ")).expect("it has a name");
    let start = member + colon + 3;
    let end = member + parts.servers[at].len();
    prop_assert!(after.starts_with(&text[..start]), "{text}\n{after}");
    prop_assert!(after.ends_with(&text[end..]), "{text}\n{after}");
    let own = &after[start..after.len() - (text.len() - end)];
    parse(own, &Rules::STORED).map_err(|fault| TestCaseError::fail(format!("{fault}: {own}")))
}

/// The tag that a state has which was stored by hand and in the clear.
fn tag_of(sample: &Sample, at: usize, state: &Json) -> Option<String> {
    let mut other = sample.clone();
    other.servers[at].1 = stored_in_the_clear(state);
    Client::of(&other.text()).tag(&sample.servers[at].0)
}

/// What no key opens, and what looks as if it were a token, can only be stored as a token.
fn stored_in_the_clear(state: &Json) -> Json {
    match state {
        Json::String(text) => {
            let text = text.as_str();
            let own = tokens::OWN.iter().find(|token| token.plaintext == text && text.starts_with("gAAAAA"));
            Json::string(own.map_or(text.strip_prefix("unreadable ").unwrap_or(text), |token| &token.text))
        }
        Json::Array(elements) => Json::Array(elements.iter().map(stored_in_the_clear).collect()),
        Json::Object(object) => {
            object.iter().map(|(name, value)| (name, stored_in_the_clear(value))).collect::<Object>().into()
        }
        scalar => scalar.clone(),
    }
}

/// A value as another reader has it, for comparing: members in any order.
fn plain(value: &Json) -> serde_json::Value {
    let value = match value {
        Json::Object(server) => without_nulls(server).into(),
        other => other.clone(),
    };
    let text = to_compact(&value);
    serde_json::from_str(&text).unwrap_or_else(|_| text.into())
}

fn seen_by_serde(text: &str, sample: &Sample, name: &str) -> serde_json::Value {
    let Ok(root) = serde_json::from_str::<serde_json::Value>(text) else {
        // It reads no number that no double holds; then our own reader has to do.
        let document = mcp_settings::document::Document::read(
            text.as_bytes(),
            mcp_settings::document::NewDocument::Own,
            None,
        );
        let server = document.expect("it is readable").server(&SettingsKey::new(name)).cloned();
        return plain(&server.and_then(|server| server.config.clone().ok()).expect("it is there").into());
    };
    let map = &root["agent_settings"]["mcp_config"];
    let server = if sample.layout == Layout::FlatV9 { &map[name] } else { &map["mcpServers"][name] };
    let mut server = server.clone();
    if let Some(members) = server.as_object_mut() {
        members.retain(|_, value| !value.is_null());
    }
    server
}

/// Whether each secret that is the same has the same token, except for those that count as new.
fn keeps_tokens(before: &Json, after: &Json, new_secrets: &BTreeSet<String>) -> Result<(), TestCaseError> {
    match (before, after) {
        (Json::String(before), Json::String(after)) => {
            let (before, after) = (before.as_str(), after.as_str());
            if let (Some(old), Some(new)) = (tokens::opened(before), tokens::opened(after)) {
                prop_assert!(
                    old != new || before == after || new_secrets.contains(&new),
                    "a secret that did not change was encrypted again"
                );
            }
        }
        (Json::Object(before), Json::Object(after)) => {
            for (name, before) in before.iter() {
                if let Some(after) = after.get(name) {
                    keeps_tokens(before, after, new_secrets)?;
                }
            }
        }
        (Json::Array(before), Json::Array(after)) => {
            for (before, after) in before.iter().zip(after) {
                keeps_tokens(before, after, new_secrets)?;
            }
        }
        _ => {}
    }
    Ok(())
}

fn strings_of(body: &Object) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    mapped(&body.clone().into(), &mut Vec::new(), &mut |_, text| {
        found.insert(text.to_owned());
        text.to_owned()
    });
    found
}

fn has_foreign(value: &Json) -> bool {
    match value {
        Json::String(text) => tokens::FOREIGN.iter().any(|token| token.text == text.as_str()),
        Json::Array(elements) => elements.iter().any(has_foreign),
        Json::Object(object) => object.iter().any(|(_, value)| has_foreign(value)),
        _ => false,
    }
}

fn is_legitimate(error: &ServiceError, expected: &Result<Json, Refused>) -> bool {
    match error {
        ServiceError::Invalid(violations) => !violations.is_empty(),
        ServiceError::BoundSecrets(pointers) => !pointers.is_empty(),
        ServiceError::Refused(_) => expected.is_err(),
        // An odd stored number beside what was changed.
        ServiceError::BeyondLimits(_) => true,
        _ => false,
    }
}
