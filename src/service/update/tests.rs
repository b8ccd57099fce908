//! The order of checks of DESIGN §3, and what a write answers.

use crate::json::{Json, to_compact};
use crate::model::samples::object;
use crate::service::ServiceError;
use crate::service::samples::{If, Site, revealer, word, writer};

const SERVERS: &str =
    r#"{"x":{"command":"a","env":{"A":"sealed s","B":"foreign b"}},"y":{"env":{"K":"sealed k"}}}"#;

/// Wrong in every way that is found late: not valid, with a mask for nothing, with a secret that is bound.
const ALL_WRONG: &str = r#"{"command":"","env":{"A":"[REDACTED]","Z":"[REDACTED]"}}"#;
/// Valid, with a mask for nothing, and with a secret that is bound.
const NO_SUCH_MASK: &str = r#"{"command":"b","env":{"A":"[REDACTED]","Z":"[REDACTED]"}}"#;
/// Valid, and with a secret that is bound, and a new one.
const BOUND: &str = r#"{"command":"b","env":{"A":"[REDACTED]","Z":"z"}}"#;

#[test]
fn of_several_faults_the_first_in_the_order_is_reported() {
    let stale = If::matches("\"stale\"");
    let site = |servers: &str, key: &str, require: bool| {
        let servers = to_compact(&object(servers).into());
        let document = format!(r#"{{"agent_settings":{{"mcp_config":{{"mcpServers":{servers}}}}}}}"#);
        Site::start(Some(&document), Some(key), require)
    };
    let document = |head: &str| Site::on(&format!(r#"{{"agent_settings":{{{head},"mcp_config":{{}}}}}}"#));

    assert_eq!(word(&Site::on("{").put(ALL_WRONG, stale, &revealer())), "store");
    assert_eq!(word(&document(r#""schema_version":10"#).put(ALL_WRONG, stale, &revealer())), "read-only");
    assert_eq!(word(&document(r#""agent_kind":"acp""#).put(ALL_WRONG, stale, &revealer())), "no servers");
    assert_eq!(word(&document(r#""agent_kind":"acp""#).delete(stale, &revealer())), "no servers");
    let empty = site("{}", "ours", true);
    assert_eq!(word(&empty.patch(ALL_WRONG, stale, &revealer())), "unknown");
    assert_eq!(word(&empty.delete(stale, &revealer())), "unknown");
    assert_eq!(word(&empty.put(ALL_WRONG, If::default(), &revealer())), "required");
    assert_eq!(word(&empty.put(ALL_WRONG, stale, &revealer())), "failed");
    assert_eq!(word(&empty.put(ALL_WRONG, If::matches("*"), &revealer())), "failed");
    let full = site(SERVERS, "ours", true);
    for outcome in [
        full.put(ALL_WRONG, If::default(), &revealer()),
        full.patch(ALL_WRONG, If::default(), &revealer()),
        full.delete(If::default(), &revealer()),
    ] {
        assert_eq!(word(&outcome), "required");
    }
    let full = site(SERVERS, "ours", false);
    assert_eq!(word(&full.patch(ALL_WRONG, stale, &revealer())), "failed");
    assert_eq!(word(&full.delete(stale, &revealer())), "failed");
    for (body, expected) in [(ALL_WRONG, "invalid"), (NO_SUCH_MASK, "refused"), (BOUND, "bound")] {
        assert_eq!(word(&full.put(body, If::default(), &revealer())), expected, "{body}");
        assert_eq!(word(&full.patch(body, If::default(), &revealer())), expected, "{body}");
    }
    let locked_out = site(SERVERS, "another", false);
    assert_eq!(word(&locked_out.put(BOUND, If::default(), &revealer())), "bound");
    assert_eq!(
        word(&locked_out.put(r#"{"command":"b","env":{"Z":"z"}}"#, If::default(), &revealer())),
        "wrong key"
    );
    assert_eq!(full.text().matches("\"b\"").count(), 0, "nothing of this was stored");
}

#[test]
fn a_write_answers_with_the_stored_state_redacted() {
    let site = Site::with(SERVERS);
    let before = site.tag();
    let written = site.patch(r#"{"env":{"A":"new"},"url":null}"#, If::default(), &revealer()).unwrap();
    assert_eq!(written.before.unwrap().as_str(), before);
    let after = site.tag();
    assert_eq!(written.after.unwrap().as_str(), after);
    let expected = format!(
        r#"{{"name":"x","config":{{"command":"a","env":{{"A":"[REDACTED]","B":"[REDACTED]"}}}},"etag":{},"needs_reentry":["/env/B"]}}"#,
        to_compact(&Json::string(after))
    );
    assert_eq!(written.body.unwrap(), expected);
}

#[test]
fn a_failed_precondition_has_what_a_client_needs_to_merge() {
    let site = Site::with(SERVERS);
    let Err(ServiceError::PreconditionFailed(conflict)) =
        site.patch(r#"{"command":"b","env":{"A":"s"},"icon":"i"}"#, If::matches("\"old\""), &writer("w"))
    else {
        panic!("the tag is stale");
    };
    assert_eq!(conflict.current_tag.unwrap().as_str(), site.tag());
    let shown = r#"{"command":"a","env":{"A":"[REDACTED]","B":"[REDACTED]"}}"#;
    assert_eq!(to_compact(&conflict.current.unwrap()), shown);
    let changed: Vec<_> = conflict.changed.unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(changed, ["/command", "/env/A", "/icon"]);
}

#[test]
fn a_server_that_cannot_be_read_can_be_replaced_and_deleted_and_not_patched() {
    for malformed in ["5", "[]", r#"{"a":1,"a":2}"#, r#"{"a":"\ud800"}"#] {
        let document =
            format!(r#"{{"agent_settings":{{"mcp_config":{{"mcpServers":{{"x":{malformed}}}}}}}}}"#);
        let site = Site::on(&document);
        let tag = site.tag();
        assert_eq!(word(&site.patch("{}", If::default(), &revealer())), "malformed");
        assert_eq!(word(&site.patch("{}", If::matches("\"stale\""), &revealer())), "failed");
        assert_eq!(
            word(&site.put(r#"{"command":"a","env":{"A":"[REDACTED]"}}"#, If::matches(&tag), &revealer())),
            "refused"
        );
        assert_eq!(site.text(), document);
        assert_eq!(word(&site.put(r#"{"command":"a"}"#, If::matches(&tag), &revealer())), "changed");
        assert_eq!(site.text(), document.replace(malformed, r#"{"command":"a"}"#));

        let site = Site::on(&document);
        assert_eq!(word(&site.delete(If::matches("\"stale\""), &revealer())), "failed");
        assert_eq!(word(&site.delete(If::matches(&tag), &revealer())), "deleted");
    }
}

#[test]
fn the_limits_hold_for_the_result_too() {
    let deep = |levels: usize| format!("{}1{}", "{\"a\":".repeat(levels), "}".repeat(levels));
    let site = Site::with(&format!(r#"{{"x":{{"command":"a","n":{}}}}}"#, deep(510)));
    // An existing value is left alone, however deep; it is walked on small stacks of threads.
    assert_eq!(word(&site.patch(r#"{"icon":"i"}"#, If::default(), &revealer())), "changed");
    assert_eq!(word(&site.patch(r#"{"n":{"b":1}}"#, If::default(), &revealer())), "beyond");
    assert_eq!(word(&site.patch(&format!(r#"{{"m":{}}}"#, deep(63)), If::default(), &revealer())), "changed");
    assert_eq!(word(&site.patch(&format!(r#"{{"l":{}}}"#, deep(64)), If::default(), &revealer())), "beyond");
    let half = format!(r#""{}""#, "x".repeat(600_000));
    assert_eq!(word(&site.patch(&format!(r#"{{"p":{half}}}"#), If::default(), &revealer())), "changed");
    assert_eq!(word(&site.patch(&format!(r#"{{"q":{half}}}"#), If::default(), &revealer())), "too large");
}

#[test]
fn a_guess_is_refused_whether_it_is_right_or_wrong() {
    // Each body is sent with the stored secret and with another one; the answers must be alike.
    let servers = r#"{"x":{"command":"a","args":[],"url":"https://u:s@h/?api_key=s","env":{"A":"sealed s","B":"sealed t","PIN":7,"E":""},"keys":["sealed s","sealed t"],"auth":["s",1]}}"#;
    for (template, right, wrong) in [
        (r#"{"env":{"A":"GUESS"}}"#, "s", "g"),
        (r#"{"env":{"A":"GUESS","B":"[REDACTED]"}}"#, "s", "g"),
        (r#"{"env":{"A":"GUESS","B":"[REDACTED]","PIN":"[REDACTED]","C":null}}"#, "s", "g"),
        (r#"{"env":{"PIN":GUESS}}"#, "7", "8"),
        (r#"{"keys":["GUESS","[REDACTED]"]}"#, "s", "g"),
        (r#"{"keys":["GUESS","t"]}"#, "s", "g"),
        (r#"{"url":"https://u:GUESS@h/?api_key=**********"}"#, "s", "g"),
        (r#"{"url":"https://**********@h/?api_key=GUESS"}"#, "s", "g"),
        (r#"{"auth":["GUESS",1]}"#, "s", "g"),
        (r#"{"command":"b","env":{"A":"GUESS"}}"#, "s", "g"),
    ] {
        let outcome = |guess: &str| {
            let site = Site::with(servers);
            let answer = site.patch(&template.replace("GUESS", guess), If::default(), &writer("w"));
            answer.map(|written| word(&Ok(written))).map_err(|error| format!("{error:?}"))
        };
        let (right, wrong) = (outcome(right), outcome(wrong));
        assert!(right.is_err(), "{template}: a kept secret is beside the guess, so nothing is stored");
        assert_eq!(right, wrong, "{template}");
    }
}

#[test]
fn many_members_below_a_long_name_cost_no_more_than_many_members() {
    // Where every step of a walk copied its pointer, each of these took minutes, the store's lock held.
    let members: Vec<String> = (0..40_000).map(|index| format!("\"{index}\":null")).collect();
    let (name, members) = ("n".repeat(500_000), members.join(","));
    let (numbers, nulls) = (members.replace("null", "1"), members);
    let body = |members: &str| format!(r#"{{"command":"a","tools":{{"{name}":{{{members}}}}}}}"#);
    let site = Site::with(r#"{"x":{"command":"a","env":{"A":"sealed s"}}}"#);
    let begun = std::time::Instant::now();
    assert_eq!(word(&site.put(&body(&nulls), If::default(), &revealer())), "invalid");
    assert_eq!(word(&site.patch(&body(&numbers), If::default(), &writer("w"))), "changed");
    let Err(ServiceError::PreconditionFailed(conflict)) =
        site.patch(&body(&nulls), If::matches("\"stale\""), &writer("w"))
    else {
        panic!("the tag is stale");
    };
    assert_eq!(conflict.changed.map(|changed| changed.len()), Some(1));
    assert!(begun.elapsed().as_secs() < 60, "it took {:?}", begun.elapsed());
}
