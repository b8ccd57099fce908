//! Copying a server under another name. The copy is the stored value as it is, encrypted secrets included: it leads
//! to the same destination, so that no caller needs to see or send the secrets.

use crate::json::{Json, to_compact};
use crate::model::run_policy::Policy;
use crate::model::{Edit, ServerName};
use crate::projection::EntityTag;
use crate::secrets::{Exposure, Scope};
use crate::store::{Current, OriginNote};

use super::commit::{Step, WriteContext};
use super::effect::Effect;
use super::new_name::NewName;
use super::permit::permitted;
use super::read_model::body;
use super::state_context::{State, StateContext};
use super::update::{LARGEST_SHOWN, LARGEST_STORED};
use super::{Service, ServiceError, Write, Written};

impl Service {
    /// Stores a copy of a server under a name that no server has.
    pub async fn copy(&self, write: Write, to: ServerName) -> Result<Written, ServiceError> {
        self.give_name(write, to, decide).await
    }

    /// What [`Service::copy`] would come to.
    pub async fn try_copy(&self, write: Write, to: ServerName) -> Result<Written, ServiceError> {
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
    let (server, State { config, .. }) = permitted(current, write, &rules, context.options)?;
    // The copy has no policy, and so offers all tools: with the same secrets, at the same place.
    let chosen = context.state.peek().and_then(|remembered| remembered.policy(&write.key));
    let loosens = chosen.is_some_and(|policy| policy.loosens_tools(&Policy::default()));
    if loosens && !write.caller.scopes.allow(Scope::Run) {
        return Err(ServiceError::ScopeNeeded(Scope::Run));
    }
    let to = to.key();
    if current.server(to).is_some() {
        return Err(ServiceError::NewNameTaken);
    }
    let config = config.map_err(ServiceError::MalformedServer)?;
    let stored = server.config.as_ref().map_err(|fault| ServiceError::MalformedServer(fault.clone()))?;
    if !facts.can_hold(to, Some(stored)) {
        return Err(ServiceError::UnusableNewName);
    }
    let (after, state) = rules.identify(to, &config);
    let shown = |tag: Option<&EntityTag>| body(to, &config, tag, Exposure::Redacted);
    let whole = shown(Some(&after));
    let stored_length = to_compact(&Json::Object(stored.clone())).len();
    if LARGEST_SHOWN < whole.len() || LARGEST_STORED < stored_length {
        return Err(ServiceError::ResultTooLarge);
    }
    let (after, answer) = if *shows_tag { (Some(after), whole) } else { (None, shown(None)) };
    let written = Written { is_created: true, before: None, after, is_verbatim: false, body: Some(answer) };
    let put = Edit::Put { key: to.clone(), config: stored.clone() };
    let approver = context.approver(&write.caller);
    let run = approver.and_then(|approver| approver.of_copy(&rules, &write.key, to, &config));
    let destination = context.destinations().and_then(|destinations| destinations.of(&config));
    let name = to.clone();
    let origin = destination.map(|destination| OriginNote::New { name, destination, origin: None });
    let bags = context.copied_bags(&write.key, to);
    let effect = Effect::makes(state, put).with_run(run).with_origin(origin).with_bags(bags);
    Ok(Step::Edit(vec![effect], written))
}

#[cfg(test)]
mod tests {
    use crate::service::samples::{If, Site, revealer, word, writer};

    const BEFORE: &str =
        r#"{"x":{"command":"a","env":{"A":"sealed s","B":"foreign b"}},"y":{"url":"http://h"}}"#;

    #[test]
    fn the_stored_value_is_copied_as_it_is() {
        let site = Site::with(BEFORE);
        let (before, tag) = (site.text(), site.tag());
        let copied = site.copy("new", If::matches(&tag), &writer("w")).unwrap();
        assert!(copied.is_created && copied.after.is_some_and(|after| after.as_str() != tag));
        let server = &before[before.find(r#""x":"#).unwrap() + 4..before.find(r#","y":"#).unwrap()];
        assert_eq!(site.text().matches(server).count(), 2, "{}", site.text());
        assert_eq!(site.tag(), tag);
    }

    #[test]
    fn of_all_that_is_wrong_the_first_is_answered() {
        let (stale, none_match) = (If::matches("\"stale\""), If { matches: "", none_match: "*" });
        let site = Site::with(BEFORE);
        for (to, condition, expected) in [
            ("y", stale, "failed"),
            ("new", none_match, "failed"),
            ("y", If::default(), "taken"),
            ("x", If::default(), "taken"),
        ] {
            assert_eq!(word(&site.copy(to, condition, &revealer())), expected, "{to}");
            assert_eq!(word(&site.try_copy(to, condition, &revealer())), expected, "{to}");
        }
        let malformed = Site::on(r#"{"agent_settings":{"mcp_config":{"mcpServers":{"x":[]}}}}"#);
        assert_eq!(word(&malformed.copy("new", If::default(), &revealer())), "malformed");
        let absent = Site::with(r#"{"y":{}}"#);
        assert_eq!(word(&absent.copy("new", stale, &revealer())), "unknown");
        let flat = r#"{"agent_settings":{"schema_version":3,"mcp_config":{"x":{"command":"a"}}}}"#;
        assert_eq!(word(&Site::on(flat).copy("mcpServers", If::default(), &revealer())), "unusable");
    }

    #[test]
    fn a_dry_run_copies_nothing() {
        let site = Site::with(BEFORE);
        let before = site.text();
        assert_eq!(site.try_copy("new", If::default(), &writer("w")).unwrap().after, None);
        let tried = site.try_copy("new", If::default(), &revealer()).unwrap();
        assert_eq!(site.text(), before);
        let copied = site.copy("new", If::default(), &revealer()).unwrap();
        assert_eq!((tried.after, tried.body), (copied.after, copied.body));
    }
}
