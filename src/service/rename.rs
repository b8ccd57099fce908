//! Renaming a server: one atomic step. Its value stays byte for byte what and where it was, secrets and what
//! can't be read included; so there is nothing to validate but the name, and what it makes of the size of the
//! answer. A repetition is not recognised: the server is no longer there.

use bytes::Bytes;

use crate::model::{Edit, ServerName};
use crate::projection::{unreadable_server_tag, unreadable_state_digest};
use crate::secrets::Exposure;
use crate::store::{Current, OriginNote};

use super::commit::{Step, WriteContext};
use super::effect::Effect;
use super::new_name::NewName;
use super::permit::permitted;
use super::read_model::body;
use super::state_context::{State, StateContext};
use super::update::LARGEST_SHOWN;
use super::{Service, ServiceError, Write, Written};

impl Service {
    /// Gives a server another name. The answer has no body where the server can't be read.
    pub async fn rename(&self, write: Write, to: ServerName) -> Result<Written, ServiceError> {
        self.give_name(write, to, decide).await
    }

    /// What [`Service::rename`] would come to.
    pub async fn try_rename(&self, write: Write, to: ServerName) -> Result<Written, ServiceError> {
        self.try_give_name(write, to, decide).await
    }
}

fn decide(
    current: &Current<'_>,
    request: &NewName,
    context: &WriteContext,
) -> Result<Step<Written>, ServiceError> {
    let NewName { write, to, shows_tag } = request;
    let (facts, keys) = (current.facts(), context.keys_for(current));
    let rules = StateContext::of(current, &keys, context, &write.caller);
    let (server, State { tag: before, config }) = permitted(current, write, &rules, context.options)?;
    let (from, to) = (&write.key, to.key());
    let is_same = from == to;
    if !is_same && current.server(to).is_some() {
        return Err(ServiceError::NewNameTaken);
    }
    if !facts.can_hold(to, server.config.as_ref().ok()) {
        return Err(ServiceError::UnusableNewName);
    }
    let (after, state) = match &config {
        Ok(config) => rules.identify(to, config),
        Err(_) => {
            let tag = unreadable_server_tag(keys.ring.etag_key(), to, &server.text);
            (tag, unreadable_state_digest(to, &server.text))
        }
    };
    let shown_as = |name, tag| Some(body(name, config.as_ref().ok()?, tag, Exposure::Redacted));
    let size = |shown: &Option<Bytes>| shown.as_ref().map_or(0, Bytes::len);
    let whole = shown_as(to, Some(&after));
    // One that another process made too large may keep its size, and get no larger.
    if LARGEST_SHOWN < size(&whole) && size(&shown_as(from, Some(&before))) < size(&whole) {
        return Err(ServiceError::ResultTooLarge);
    }
    let (after, body) = if *shows_tag { (Some(after), whole) } else { (None, shown_as(to, None)) };
    let written = Written { is_created: false, before: Some(before), after, is_verbatim: false, body };
    Ok(match is_same {
        true => Step::Keep(written),
        false => {
            let rename = Edit::Rename { from: from.clone(), to: to.clone() };
            let at = context.destinations().map(|destinations| destinations.at_state(&config));
            let (from, to) = (from.clone(), to.clone());
            let origin = at.map(|at| OriginNote::Renamed { from, to, at });
            Step::Edit(vec![Effect::makes(state, rename).with_origin(origin)], written)
        }
    })
}

#[cfg(test)]
mod tests {
    use crate::json::to_compact;
    use crate::model::samples::object;
    use crate::service::ServiceError;
    use crate::service::samples::{If, Site, revealer, wait, word, writer};

    const BEFORE: &str =
        r#"{"w":{"command":"w"},"x":{"command":"a","env":{"A":"sealed s"}},"y":{"url":"http://h"}}"#;

    #[test]
    fn the_value_and_its_place_stay() {
        let site = Site::with(BEFORE);
        let (before, tag) = (site.text(), site.tag());
        let renamed = site.rename("new", If::matches(&tag), &writer("w")).unwrap();
        assert_eq!(site.text(), before.replace(r#""x":"#, r#""new":"#));
        assert_ne!(renamed.after, renamed.before);
        assert_eq!(word(&site.rename("new", If::default(), &writer("w"))), "unknown");
    }

    #[test]
    fn of_several_faults_the_first_is_reported() {
        let stale = If::matches("\"stale\"");
        let none_match = If { matches: "", none_match: "*" };
        let site = Site::with(BEFORE);
        for (to, condition, expected) in [
            ("y", stale, "failed"),
            ("new", none_match, "failed"),
            ("y", If::default(), "taken"),
            ("x", stale, "failed"),
            ("x", If::default(), "unchanged"),
        ] {
            assert_eq!(word(&site.rename(to, condition, &revealer())), expected, "{to}");
            assert_eq!(word(&site.try_rename(to, condition, &revealer())), expected, "{to}");
        }
        let strict = Site::start(Some(&site.text()), Some("ours"), true);
        assert_eq!(word(&strict.rename("y", If::default(), &revealer())), "required");
        let absent = Site::with(r#"{"y":{}}"#);
        assert_eq!(word(&absent.rename("y", stale, &revealer())), "unknown");
    }

    #[test]
    fn a_layout_that_cannot_hold_the_name_is_not_given_it() {
        for (version, expected) in [("", "changed"), (r#""schema_version":3,"#, "unusable")] {
            // Without `mcpServers` below version 5 the map is flat; ours is written wrapped.
            let map = if version.is_empty() {
                r#"{"mcpServers":{"x":{"command":"a"}}}"#
            } else {
                r#"{"x":{"command":"a"}}"#
            };
            let site = Site::on(&format!(r#"{{"agent_settings":{{{version}"mcp_config":{map}}}}}"#));
            let before = site.text();
            assert_eq!(word(&site.rename("mcpServers", If::default(), &revealer())), expected, "{version}");
            assert_eq!(site.text() == before, expected == "unusable");
        }
    }

    #[test]
    fn what_cannot_be_read_can_be_renamed() {
        let site = Site::on(r#"{"agent_settings":{"mcp_config":{"mcpServers":{"x": [1, "\ud800"] }}}}"#);
        let (before, tag) = (site.text(), site.tag());
        assert_eq!(word(&site.rename("new", If::matches("\"stale\""), &revealer())), "failed");
        let renamed = site.rename("new", If::matches(&tag), &revealer()).unwrap();
        assert_eq!(site.text(), before.replace(r#""x""#, r#""new""#));
        assert!(renamed.body.is_none() && renamed.after.is_some());
    }

    #[test]
    fn the_pasts_of_two_names_are_two() {
        let site = Site::with(BEFORE);
        let old = site.tag();
        let body = r#"{"command":"b"}"#;
        site.put(body, If::matches(&old), &revealer()).unwrap();
        let now = site.tag();
        site.rename("new", If::matches(&now), &revealer()).unwrap();
        // Neither tag names a state of the other name, and the past of the old one recognises nothing.
        for tag in [&old, &now] {
            let outcome = site.rename("newer", If::matches(tag), &revealer());
            assert_eq!(word(&outcome), "unknown");
            let again = site.put(body, If::matches(tag), &revealer());
            assert!(
                matches!(&again, Err(ServiceError::PreconditionFailed(conflict)) if conflict.current_tag.is_none()),
                "{again:?}"
            );
        }
        let text = to_compact(&object(r#"{"command":"b"}"#).into());
        assert!(site.text().contains(&format!(r#""new":{text}"#)), "{}", site.text());
        // The name that came free can be had again, with its own past.
        site.put(body, If { matches: "", none_match: "*" }, &revealer()).unwrap();
        assert_eq!(site.tag(), now);
    }

    #[test]
    fn a_longer_name_makes_no_answer_larger_than_a_write_may() {
        let largest = super::LARGEST_SHOWN;
        let shown = |site: &Site, name: &str| {
            let key = crate::model::SettingsKey::new(name);
            let projected = wait(site.service.load()).unwrap();
            projected.exposed(&key, crate::secrets::Exposure::Redacted).unwrap().len()
        };
        let small = shown(&Site::with(r#"{"x":{"command":"a","description":""}}"#), "x");
        for (over, to, expected) in [
            (-1, "xy", "changed"),
            (0, "xy", "too large"),
            // As another process may leave it.
            (9, "y", "changed"),
            (9, "xy", "too large"),
        ] {
            let length = largest.checked_add_signed(over).unwrap() - small;
            let site =
                Site::with(&format!(r#"{{"x":{{"command":"a","description":"{}"}}}}"#, "d".repeat(length)));
            assert_eq!(word(&site.try_rename(to, If::default(), &revealer())), expected, "{over} {to}");
            assert_eq!(word(&site.rename(to, If::default(), &writer("w"))), expected, "{over} {to}");
        }
    }

    #[test]
    fn a_dry_run_renames_nothing() {
        let site = Site::with(BEFORE);
        let before = site.text();
        let tried = site.try_rename("new", If::default(), &revealer()).unwrap();
        assert_eq!(site.try_rename("new", If::default(), &writer("w")).unwrap().after, None);
        assert_eq!(site.text(), before);
        let renamed = site.rename("new", If::default(), &revealer()).unwrap();
        assert_eq!((tried.after, tried.body), (renamed.after, renamed.body));
    }
}
