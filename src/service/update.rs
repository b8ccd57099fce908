//! Replacing and patching a server: check, merge, judge, seal, in the order of DESIGN §3, inside the
//! store's exclusive section.

use std::sync::Arc;

use crate::json::{Json, to_compact};
use crate::model::config::{self, Config};
use crate::model::{Access, Author, Edit, ServerName};
use crate::projection::{EntityTag, Verdict};
use crate::secrets::{Exposure, KeyRing};
use crate::state::Present;
use crate::store::{Current, Facts, Names, OriginNote};

use super::commit::{Step, UseCase, WriteContext};
use super::effect::Effect;
use super::key_rules::{BatchKeys, must_seal};
use super::precondition_failed::FailedWrite;
use super::read_model::body;
use super::server_write::{Operation, ServerWrite};
use super::state_context::{State, StateContext};
use super::update_request::Update;
use super::{Service, ServiceError, Write, Written};

/// The largest answer that shows a written server. Bytes. Measured redacted, so that it reveals nothing of a
/// kept secret.
pub(super) const LARGEST_SHOWN: usize = 1 << 20;

/// The largest text of a stored server. Bytes. Masks are short, so the answer does not bound it; a body of
/// the largest size that is nearly all one secret must fit, and encryption makes that longer by a third.
pub(super) const LARGEST_STORED: usize = 3 << 19;

impl Update {
    /// The use-case, in the name of this author.
    pub(super) fn by(self, author: Author) -> UseCase<Written> {
        let (names, update) = (Names::these([self.write.key.clone()]), Arc::new(self));
        UseCase::new(names, Some(author), move |current, context| {
            decide(current, &update, context, &context.keys_for(current))
        })
    }
}

impl Service {
    /// Replaces or patches a server.
    pub async fn update(&self, write: Write, change: ServerWrite) -> Result<Written, ServiceError> {
        let update = Update::new(write, change);
        let author = update.author(&self.writes.keys.ring());
        self.run(update.by(author)).await
    }
}

/// What becomes of an update on this state.
pub(super) fn decide(
    current: &Current<'_>,
    update: &Arc<Update>,
    context: &WriteContext,
    keys: &BatchKeys,
) -> Result<Step<Written>, ServiceError> {
    let Update { write, change: sent, dry_run, origin: _, may_approve } = &**update;
    let (facts, ring) = (current.facts(), &keys.ring);
    check_access(&facts)?;
    let plain_names = Some(&*context.plain_names);
    let rules = StateContext { plain_names, ..StateContext::of(current, keys, context, &write.caller) };
    let key = &write.key;
    let server = current.server(key);
    match (&sent.operation, server) {
        (_, None) if sent.is_patch() => return Err(ServiceError::UnknownServer),
        (Operation::Create(_), Some(_)) => return Err(ServiceError::NameTaken),
        // A file may hold servers of other names; nobody makes new ones.
        (_, None) => drop(key.as_str().parse::<ServerName>()?),
        _ => {}
    }
    if context.options.require_preconditions && write.precondition.is_absent() {
        return Err(ServiceError::PreconditionRequired);
    }
    let mut opened = None;
    let judged = server.map(|server| {
        let open = || opened.insert(rules.state(key, server)).tag.clone();
        context.tag_cache.of(key, server, ring, rules.layout, open)
    });
    let verdict = write.precondition.judge(judged.as_ref().map(|judged| &judged.tag));
    if verdict != Verdict::Holds {
        let (update, plain_names) = (Arc::clone(update), Arc::clone(&context.plain_names));
        let references = Arc::clone(&context.references);
        let failed = FailedWrite { update, verdict, judged, plain_names, references };
        if failed.may_be_retry()
            && let Some(judged) = &failed.judged
            && !judged.take_past(current)
        {
            return Ok(Step::NeedPast);
        }
        return Ok(Step::Later(Box::new(|| failed.outcome())));
    }
    let state = opened.or_else(|| server.map(|server| rules.state(key, server)));
    let (before_tag, before) = match state {
        None => (None, None),
        Some(State { tag, config: Ok(config) }) => (Some(tag), Some(config)),
        Some(State { config: Err(fault), .. }) if sent.is_patch() => {
            return Err(ServiceError::MalformedServer(fault));
        }
        Some(State { tag, config: Err(_) }) => (Some(tag), None),
    };
    let after = rules.apply(sent, before.as_ref())?;
    let (after_tag, after_state) = rules.identify(key, &after);
    let unchanged = before.as_ref().filter(|_| before_tag.as_ref() == Some(&after_tag));
    // A caller who may not see secrets could learn from what fails, what costs nothing and what a dry run
    // answers that a secret which they sent is the stored one. So whatever may become of a new one is judged.
    let is_guess = !rules.may_reveal && after.iter().any(|(_, node)| node.has_sent_secret());
    if let (Some(own), false) = (unchanged, is_guess) {
        return Ok(Step::Keep(Written::unchanged(key, own, after_tag, update)));
    }
    if must_seal(&after)
        && let Some(reason) = keys.lacking(&facts)
    {
        return Ok(Step::NeedKey(reason));
    }
    let approver = context.approver(&write.caller).filter(|_| *may_approve && dry_run.is_none());
    let run = approver.and_then(|approver| approver.of_write(&rules, key, sent, before.as_ref(), &after));
    let origin = origin_note(context, update, server.map(|_| before.as_ref()), &after);
    let tags = (before_tag, after_tag.clone());
    let bags = server.is_none().then(|| context.without_leftovers(key)).flatten();
    let (put, written) = seal_and_edit(facts, ring, update, after, tags)?;
    let effect = Effect::makes(after_state, put).with_run(run).with_origin(origin).with_bags(bags);
    Ok(match unchanged {
        Some(own) if dry_run.is_none() => {
            let answer = Written::unchanged(key, own, after_tag, update);
            Step::Rewrite { effects: Vec::new(), judged: vec![effect], answer }
        }
        _ => Step::Edit(vec![effect], written),
    })
}

/// Whether the document's servers may be written at all.
pub(super) fn check_access(facts: &Facts<'_>) -> Result<(), ServiceError> {
    match facts.access() {
        Access::Writable => Ok(()),
        Access::ReadOnly(reason) => Err(ServiceError::ReadOnly(reason)),
        Access::NoCollection => Err(ServiceError::NoMcpServers),
    }
}

fn seal_and_edit(
    facts: Facts<'_>,
    ring: &KeyRing,
    update: &Update,
    after: Config,
    (before_tag, after_tag): (Option<EntityTag>, EntityTag),
) -> Result<(Edit, Written), ServiceError> {
    let key = &update.write.key;
    let stored = config::to_stored(&after, ring).map_err(|config::NoKey| ServiceError::KeyMissing)?;
    if !facts.can_hold(key, Some(&stored)) {
        return Err(ServiceError::UnusableName);
    }
    let shown = body(key, &after, Some(&after_tag), Exposure::Redacted);
    if LARGEST_SHOWN < shown.len() || LARGEST_STORED < to_compact(&Json::Object(stored.clone())).len() {
        return Err(ServiceError::ResultTooLarge);
    }
    let shown_tag = update.shown_tag(&after_tag);
    let shown = if shown_tag.is_some() { shown } else { body(key, &after, None, Exposure::Redacted) };
    let written = Written {
        is_created: before_tag.is_none(),
        before: before_tag,
        body: Some(shown),
        is_verbatim: update.is_verbatim(&after),
        after: shown_tag.cloned(),
    };
    Ok((Edit::Put { key: key.clone(), config: stored }, written))
}

/// What the write means for what is known of where the server came from. `before` is what was there, if it can be read.
fn origin_note(
    context: &WriteContext,
    update: &Update,
    before: Option<Option<&Config>>,
    after: &Config,
) -> Option<OriginNote> {
    let destinations = context.destinations()?;
    let (name, destination) = (update.write.key.clone(), destinations.of(after)?);
    match before {
        None => Some(OriginNote::New { name, destination, origin: update.origin.clone() }),
        Some(before) => {
            let before = destinations.at(before);
            (before != Present::At(destination)).then_some(OriginNote::Led {
                name,
                before,
                after: destination,
            })
        }
    }
}

#[cfg(test)]
mod tests;
