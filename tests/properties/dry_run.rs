//! Dry runs: they answer as the write would and leave no trace; and to a caller without `reveal` they
//! answer alike whatever the secrets are.

use std::cell::Cell;

use mcp_settings::json::{Json, Object, Rules, parse, to_compact};
use mcp_settings::secrets::Exposure;
use mcp_settings::service::{ServerWrite, ServiceError, Written};
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::TestRunner;

use crate::client::{Client, Who, config_of};
use crate::client_edits::{ClientEdit, any_client_edit};
use crate::oracle::{mapped, secrecy};
use crate::samples::{Sample, any_sample};
use crate::tokens;

const CASES: u32 = 700;

fn any_case() -> impl Strategy<Value = (Sample, Index, ClientEdit)> {
    any_sample().prop_flat_map(|sample| {
        let layout = sample.layout;
        (Just(sample), any::<Index>(), any_client_edit(layout))
    })
}

fn runner() -> TestRunner {
    TestRunner::new(ProptestConfig {
        failure_persistence: None,
        max_shrink_iters: 300,
        ..ProptestConfig::with_cases(CASES)
    })
}

fn sent(client_edit: &ClientEdit, body: &Object) -> ServerWrite {
    if client_edit.is_patch { ServerWrite::merge(body.clone()) } else { ServerWrite::replace(body.clone()) }
}

/// Everything that a caller sees, and the name of the error; what an error holds is compared by its text.
fn visible(outcome: &Result<Written, ServiceError>) -> String {
    match outcome {
        Ok(written) => {
            let body = String::from_utf8(written.body.clone().unwrap_or_default().to_vec());
            format!("{} {:?} {body:?}", written.is_created, written.after)
        }
        Err(error) => format!("{error:?}"),
    }
}

#[test]
fn a_dry_run_answers_as_the_write_would_and_leaves_no_trace() {
    let accepted = Cell::new(0);
    let outcome = runner().run(&any_case(), |(sample, index, client_edit)| {
        let text = sample.text();
        let client = Client::of(&text);
        let (name, _) = &sample.servers[index.index(sample.servers.len())];
        let Ok(view) = client.get(name, client_edit.exposure) else { return Ok(()) };
        let body = client_edit.body(&view);
        let dry = client.try_update(name, sent(&client_edit, &body), client_edit.who);
        prop_assert_eq!(client.text(), text);
        let real = client.update(name, sent(&client_edit, &body), client_edit.who);
        let shown = || format!("{client_edit:?}\nsent {}", to_compact(&body.clone().into()));
        match (client_edit.who, &dry, &real) {
            (Who::Writer, Ok(dry), Ok(real)) => {
                prop_assert_eq!(&dry.after, &None);
                let config = |written: &Written| {
                    let config = config_of(written.body.as_deref().unwrap_or_default());
                    serde_json::from_str::<serde_json::Value>(&to_compact(&config.into())).ok()
                };
                // One that changes nothing shows the state in the order in which it is stored, with what
                // says nothing left as it was: members that only one of them has say no more than absence.
                if dry.before != real.after {
                    prop_assert_eq!(config(dry), config(real), "{}", shown());
                }
                accepted.set(accepted.get() + 1);
            }
            _ => {
                prop_assert_eq!(visible(&dry), visible(&real), "{}", shown());
                accepted.set(accepted.get() + u32::from(dry.is_ok()));
            }
        }
        Ok(())
    });
    outcome.unwrap();
    assert!(CASES / 4 < accepted.get(), "only {} of {CASES} were accepted", accepted.get());
}

#[test]
fn a_dry_run_is_no_oracle() {
    let accepted = Cell::new(0);
    let outcome = runner().run(&any_case(), |(sample, index, client_edit)| {
        let at = index.index(sample.servers.len());
        let other = with_other_secrets(&sample, at);
        let (one, two) = (Client::of(&sample.text()), Client::of(&other.text()));
        let name = &sample.servers[at].0;
        // A guesser may know everything, and still must not learn whether it is so.
        let Ok(view) = one.get(name, Exposure::Plaintext) else { return Ok(()) };
        let body = client_edit.body(&view);
        if to_compact(&body.clone().into()).contains("gAAAAA") {
            return Ok(());
        }
        let ask = |client: &Client| visible(&client.try_update(name, sent(&client_edit, &body), Who::Writer));
        let (one, two) = (ask(&one), ask(&two));
        prop_assert_eq!(&one, &two, "{:?}\nsent {}", client_edit, to_compact(&body.into()));
        accepted.set(accepted.get() + u32::from(!one.contains("Error")));
        Ok(())
    });
    outcome.unwrap();
    assert!(CASES / 20 < accepted.get(), "only {} of {CASES} were accepted", accepted.get());
}

/// The same document, but for what every secret string of one server is.
fn with_other_secrets(sample: &Sample, at: usize) -> Sample {
    let mut other = sample.clone();
    let value = &mut other.servers[at].1;
    *value = mapped(value, &mut Vec::new(), &mut |place, text| {
        let is_secret = !text.is_empty() && secrecy(place, text, sample.layout).is_some();
        match tokens::opened(text) {
            _ if !is_secret => text.to_owned(),
            Some(_) => tokens::seal("entirely another"),
            None if text.starts_with("gAAAAA") => text.to_owned(),
            None => "entirely another".to_owned(),
        }
    });
    debug_assert!(
        parse(&to_compact(value), &Rules::STORED).is_ok_and(|value| matches!(value, Json::Object(_)))
    );
    other
}
