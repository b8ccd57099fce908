//! Recognises a write that is sent again because its answer was lost (law L8), by its effect: applied to
//! the state that its `If-Match` names, it gives exactly the current state.

use super::server_write::Operation;
use super::state_context::{State, StateContext};
use super::tag_cache::CachedState;
use super::update_request::Update;

/// Whether this write has been done already: `state` is the judged one, opened.
pub(super) fn is_retry(
    update: &Update,
    rules: &StateContext<'_>,
    state: &State,
    judged: &CachedState,
) -> bool {
    let Update { write, change: sent, .. } = update;
    // A caller who may not see secrets could test guesses otherwise. Who sends again what they have sent, to
    // the letter, learns nothing.
    if !rules.may_reveal && judged.server.author.as_ref() != Some(&update.author(rules.ring)) {
        return false;
    }
    let key = &write.key;
    let gives_current = |before: Option<&State>| {
        let before = before.and_then(|before| before.config.as_ref().ok());
        rules.gives(key, &state.tag, sent, before)
    };
    // A whole configuration without masks says by itself what it gives.
    if matches!(sent.operation, Operation::Replace(_)) && gives_current(None) {
        return true;
    }
    let if_match = &write.precondition.if_match;
    let named = judged
        .past()
        .iter()
        .map(|server| rules.state(key, server))
        .filter(|before| if_match.names_strongly(&before.tag));
    // States of one tag are equal, so that no more of them need to be tried than there are tags.
    named.take(if_match.named()).any(|before| gives_current(Some(&before)))
}

#[cfg(test)]
mod tests {
    use crate::service::ServiceError;
    use crate::service::samples::{If, Site, revealer, word, writer};

    const BEFORE: &str = r#"{"x":{"command":"a","env":{"A":"sealed s","B":"sealed t"},"description":"old"}}"#;

    #[test]
    fn a_write_whose_answer_was_lost_succeeds_again_with_the_same_tag() {
        for body in [
            r#"{"command":"b"}"#,
            r#"{"command":"a","env":{"A":"new","B":"[REDACTED]"}}"#,
            r#"{"command":"a","env":{"A":"s"}}"#,
        ] {
            let site = Site::with(BEFORE);
            let tag = site.tag();
            let first = site.put(body, If::matches(&tag), &revealer()).unwrap();
            let stored = site.text();
            let again = site.put(body, If::matches(&tag), &revealer()).unwrap();
            assert_eq!((again.before, again.body), (first.after.clone(), first.body), "{body}");
            assert_eq!(again.after, first.after);
            assert_eq!(site.text(), stored, "{body}");
        }
        for patch in [
            r#"{"description":"new"}"#,
            r#"{"env":{"A":null,"B":"[REDACTED]"}}"#,
            r#"{"tools":{"a":{"b":1}}}"#,
        ] {
            let site = Site::with(BEFORE);
            let tag = site.tag();
            let first = site.patch(patch, If::matches(&tag), &revealer()).unwrap();
            let again = site.patch(patch, If::matches(&tag), &revealer()).unwrap();
            assert_eq!(again.after, first.after, "{patch}");
        }
    }

    #[test]
    fn what_only_looks_like_a_retry_fails() {
        let new = r#"{"description":"new"}"#;
        let site = Site::with(BEFORE);
        let old = site.tag();
        site.patch(new, If::matches(&old), &revealer()).unwrap();
        let now = site.tag();
        let weak = format!("W/{old}");
        let both = format!("{old}, \"another\"");
        for (what, outcome, expected) in [
            (
                "a patch that changes nothing, on no state that there was",
                site.patch("{}", If::matches("\"none\""), &revealer()),
                "failed",
            ),
            (
                "a patch that changes nothing on the newer state only",
                site.patch(r#"{"command":"a"}"#, If::matches(&old), &revealer()),
                "failed",
            ),
            (
                "a patch of another effect",
                site.patch(r#"{"description":"newer"}"#, If::matches(&old), &revealer()),
                "failed",
            ),
            (
                "a put of another effect",
                site.put(r#"{"command":"z"}"#, If::matches(&old), &revealer()),
                "failed",
            ),
            (
                "the same under `If-None-Match` too",
                site.patch(new, If { matches: &old, none_match: "\"z\"" }, &revealer()),
                "failed",
            ),
            (
                "the same under `If-None-Match: *`",
                site.patch(new, If { matches: "", none_match: "*" }, &revealer()),
                "failed",
            ),
            (
                "the same under the new tag as `If-None-Match`",
                site.patch(new, If { matches: "", none_match: &now }, &revealer()),
                "failed",
            ),
            ("the same under a weak tag", site.patch(new, If::matches(&weak), &revealer()), "failed"),
            ("a delete", site.delete(If::matches(&old), &revealer()), "failed"),
            ("the same among other tags", site.patch(new, If::matches(&both), &revealer()), "unchanged"),
            ("the same again", site.patch(new, If::matches(&old), &revealer()), "unchanged"),
        ] {
            assert_eq!(word(&outcome), expected, "{what}");
        }
    }

    #[test]
    fn an_edit_in_between_makes_it_none() {
        let site = Site::with(BEFORE);
        let old = site.tag();
        let new = r#"{"description":"new"}"#;
        site.patch(new, If::matches(&old), &revealer()).unwrap();
        site.patch(r#"{"icon":"i"}"#, If::default(), &revealer()).unwrap();
        assert_eq!(word(&site.patch(new, If::matches(&old), &revealer())), "failed");
        // Taken back, the state is the one that the first write gave.
        site.patch(r#"{"icon":null}"#, If::default(), &revealer()).unwrap();
        assert_eq!(word(&site.patch(new, If::matches(&old), &revealer())), "unchanged");
    }

    #[test]
    fn sixteen_states_are_remembered() {
        for (states, expected) in [(16, "unchanged"), (17, "failed")] {
            let site = Site::with(r#"{"x":{"command":"a","icon":"0"}}"#);
            let old = site.tag();
            for state in 1..states {
                site.patch(&format!(r#"{{"icon":"{state}"}}"#), If::default(), &revealer()).unwrap();
            }
            let last = r#"{"icon":"last"}"#;
            site.patch(last, If::default(), &revealer()).unwrap();
            assert_eq!(word(&site.patch(last, If::matches(&old), &revealer())), expected, "{states} states");
            // A whole configuration without masks says by itself what it gives.
            let whole = site.put(r#"{"command":"a","icon":"last"}"#, If::matches(&old), &revealer());
            assert_eq!(word(&whole), "unchanged");
        }
    }

    #[test]
    fn a_restart_forgets_but_for_whole_configurations() {
        let site = Site::with(BEFORE);
        let old = site.tag();
        site.put(r#"{"command":"b","env":{"A":"n"}}"#, If::matches(&old), &revealer()).unwrap();
        let restarted = Site::on(&site.text());
        let again = |body| word(&restarted.put(body, If::matches(&old), &revealer()));
        assert_eq!(again(r#"{"command":"b","env":{"A":"n"}}"#), "unchanged");
        assert_eq!(again(r#"{"command":"b","env":{"A":"[REDACTED]"}}"#), "failed");
        assert_eq!(word(&restarted.patch(r#"{"command":"b"}"#, If::matches(&old), &revealer())), "failed");
    }

    #[test]
    fn without_reveal_only_the_callers_own_writes_are_recognised() {
        let body = r#"{"command":"a","env":{"A":"guess"}}"#;
        let site = Site::with(BEFORE);
        let old = site.tag();
        site.put(body, If::matches(&old), &writer("one")).unwrap();
        assert_eq!(word(&site.put(body, If::matches(&old), &writer("one"))), "unchanged");
        assert_eq!(word(&site.put(body, If::matches(&old), &writer("two"))), "failed");
        assert_eq!(word(&site.put(body, If::matches(&old), &revealer())), "unchanged");
        // What another process wrote is nobody's.
        let restarted = Site::on(&site.text());
        assert_eq!(word(&restarted.put(body, If::matches(&old), &writer("one"))), "failed");
    }

    #[test]
    fn what_the_view_named_shows_can_be_sent_again_beside_a_kept_secret() {
        let site = Site::with(r#"{"x":{"command":"a","env":{"TZ":"sealed UTC","A":"sealed s"}}}"#);
        let old = site.tag();
        let body = r#"{"command":"a","description":"new","env":{"TZ":"UTC","A":"[REDACTED]"}}"#;
        assert_eq!(word(&site.put(body, If::matches(&old), &writer("one"))), "changed");
        assert_eq!(word(&site.put(body, If::matches(&old), &writer("one"))), "unchanged");
        assert_eq!(word(&site.put(body, If::matches(&old), &writer("two"))), "failed");
    }

    #[test]
    fn nothing_is_a_retry_where_nothing_is() {
        let site = Site::with(BEFORE);
        let old = site.tag();
        let body = r#"{"command":"b"}"#;
        site.put(body, If::matches(&old), &revealer()).unwrap();
        site.delete(If::default(), &revealer()).unwrap();
        let outcome = site.put(body, If::matches(&old), &revealer());
        assert!(
            matches!(outcome, Err(ServiceError::PreconditionFailed(conflict)) if conflict.current_tag.is_none())
        );
        assert_eq!(word(&site.patch("{}", If::matches(&old), &revealer())), "unknown");
        // A server that comes again under its name has its name's past.
        site.put(body, If { matches: "", none_match: "*" }, &revealer()).unwrap();
        assert_eq!(word(&site.put(body, If::matches(&old), &revealer())), "unchanged");
    }
}
