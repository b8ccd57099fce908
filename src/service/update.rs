//! Replacing and patching a server: check, merge, judge, seal, in the order of DESIGN §3, inside the
//! store's exclusive section.

use std::collections::HashSet;
use std::sync::Arc;

use zeroize::Zeroizing;

use crate::json::{Json, Object, Rules, check_limits, to_compact};
use crate::model::config::{self, Config};
use crate::model::merge::{Merged, Refusal};
use crate::model::plain_names::PlainNames;
use crate::model::secret_binding::refused;
use crate::model::state::touched_members;
use crate::model::validate::{Violation, validate};
use crate::model::{Access, Author, Dialect, Edit, Layout, ServerName, SettingsKey, StoredServer};
use crate::projection::{
    EntityTag, Verdict, canonical, is_verbatim, server_tag, unreadable_server_tag, view,
};
use crate::secrets::{Exposure, KeyRing};
use crate::store::{Current, Facts, Names};

use super::access::Caller;
use super::commit::{Step, UseCase, WriteContext};
use super::dry_run::DryRun;
use super::key_rules::{BatchKeys, must_seal};
use super::precondition_failed::FailedWrite;
use super::read_model::body;
use super::server_write::{Operation, ServerWrite, Words};
use super::{Conflict, Service, ServiceError, Write, Written};

/// The largest answer that shows a written server. Bytes. Measured redacted, so that it tells nothing of a
/// kept secret.
pub(super) const LARGEST_SHOWN: usize = 1 << 20;

/// The largest text of a stored server. Bytes. Masks are short, so the answer does not bound it; a body of
/// the largest size that is nearly all one secret must fit, and encryption makes that longer by a third.
pub(super) const LARGEST_STORED: usize = 3 << 19;

/// A write with what it sends.
pub(super) struct Update {
    pub(super) write: Write,
    pub(super) change: ServerWrite,
    /// What is told of it, where it is only tried.
    pub(super) dry_run: Option<DryRun>,
}

impl Update {
    /// The use-case, in the name of this author.
    pub(super) fn by(self, author: Author) -> UseCase<Written> {
        let (names, update) = (Names::these([self.write.key.clone()]), Arc::new(self));
        UseCase::new(names, Some(author), move |current, context| {
            decide(current, &update, context, &context.keys_for(current))
        })
    }

    /// The tag, if its answer tells it.
    fn told<'a>(&self, tag: &'a EntityTag) -> Option<&'a EntityTag> {
        Some(tag).filter(|_| self.dry_run.is_none_or(|dry_run| dry_run.tells_tag))
    }

    /// Whether this is, to the letter, what was sent; a patch never is.
    fn is_verbatim(&self, config: &Config) -> bool {
        matches!(&self.change.operation, Operation::Replace(body) if is_verbatim(config, body))
    }

    /// Who makes this change, and which: a repetition has the same author, another body has another one.
    pub(super) fn author(&self, ring: &KeyRing) -> Author {
        let (kind, body) = self.change.marked();
        let text = Zeroizing::new(to_compact(&body));
        let mark = ring.etag_key().authenticate(&[&[0, 3, kind], text.as_bytes()]);
        let mark = mark[..16].iter().fold(0_u128, |mark, byte| (mark << 8) | u128::from(*byte));
        self.write.caller.author.with_mark(mark)
    }
}

/// What a decision depends on beside the states: fixed for one request and one set of keys.
pub(super) struct StateContext<'a> {
    pub(super) layout: &'a Layout,
    pub(super) ring: &'a KeyRing,
    pub(super) may_reveal: bool,
    /// The names whose values the view `named` shows, where a state is compared with what a request sends.
    pub(super) plain_names: Option<&'a PlainNames>,
}

/// A server as a decision sees it.
pub(super) struct State {
    pub(super) tag: EntityTag,
    /// The configuration, or why it can't be read.
    pub(super) config: Result<Config, crate::json::Fault>,
}

impl Service {
    /// Replaces or patches a server.
    pub async fn update(&self, write: Write, change: ServerWrite) -> Result<Written, ServiceError> {
        let update = Update { write, change, dry_run: None };
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
    let Update { write, change: sent, dry_run } = &**update;
    let (facts, ring) = (current.facts(), &keys.ring);
    check_access(&facts)?;
    let plain_names = Some(&*context.plain_names);
    let rules = StateContext { plain_names, ..StateContext::of(current, keys, &write.caller) };
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
        let failed = FailedWrite { update, verdict, judged, plain_names };
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
    let after_tag = rules.tag(key, &after);
    let unchanged = before.filter(|_| before_tag.as_ref() == Some(&after_tag));
    // A caller who may not see secrets could learn from what fails, what costs nothing and what a dry run
    // answers that a secret which they sent is the stored one. So whatever may become of a new one is judged.
    let is_guess = !rules.may_reveal && after.iter().any(|(_, node)| node.has_sent_secret());
    if let (Some(own), false) = (&unchanged, is_guess) {
        return Ok(Step::Keep(Written::unchanged(key, own, after_tag, update)));
    }
    if must_seal(&after)
        && let Some(reason) = keys.lacking(&facts)
    {
        return Ok(Step::NeedKey(reason));
    }
    let edit = seal_and_edit(facts, ring, update, after, before_tag, after_tag.clone())?;
    Ok(match (unchanged, edit) {
        (Some(own), Step::Edit(judged, _)) if dry_run.is_none() => {
            let answer = Written::unchanged(key, &own, after_tag, update);
            Step::Rewrite { edits: Vec::new(), judged, answer }
        }
        (_, edit) => edit,
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
    before_tag: Option<EntityTag>,
    after_tag: EntityTag,
) -> Result<Step<Written>, ServiceError> {
    let key = &update.write.key;
    let stored = config::to_stored(&after, ring).map_err(|config::NoKey| ServiceError::KeyMissing)?;
    if !facts.can_hold(key, Some(&stored)) {
        return Err(ServiceError::UnusableName);
    }
    let shown = body(key, &after, Some(&after_tag), Exposure::Redacted);
    if LARGEST_SHOWN < shown.len() || LARGEST_STORED < to_compact(&Json::Object(stored.clone())).len() {
        return Err(ServiceError::ResultTooLarge);
    }
    let told = update.told(&after_tag);
    let shown = if told.is_some() { shown } else { body(key, &after, None, Exposure::Redacted) };
    let written = Written {
        is_created: before_tag.is_none(),
        before: before_tag,
        body: Some(shown),
        is_verbatim: update.is_verbatim(&after),
        after: told.cloned(),
    };
    Ok(Step::Edit(vec![Edit::Put { key: key.clone(), config: stored }], written))
}

impl Written {
    /// What a change of several servers, or of none, has come to: of each of them nothing is told.
    pub(super) fn of_many() -> Self {
        Self { is_created: false, before: None, after: None, is_verbatim: false, body: None }
    }

    pub(super) fn unchanged(key: &SettingsKey, config: &Config, tag: EntityTag, update: &Update) -> Self {
        let told = update.told(&tag);
        let body = Some(body(key, config, told, Exposure::Redacted));
        let is_verbatim = update.is_verbatim(config);
        Self { is_created: false, after: told.cloned(), before: Some(tag), is_verbatim, body }
    }
}

impl<'a> StateContext<'a> {
    /// Without the names that are plain.
    pub(super) fn of(current: &Current<'a>, keys: &'a BatchKeys, caller: &Caller) -> Self {
        let (layout, may_reveal) = (current.facts().layout(), caller.may_reveal());
        Self { layout, ring: &keys.ring, may_reveal, plain_names: None }
    }

    /// A stored server as a decision sees it.
    pub(super) fn state(&self, key: &SettingsKey, server: &StoredServer) -> State {
        match &server.config {
            Ok(stored) => {
                let mut config = config::open(stored, self.layout.sealing, self.ring);
                if let Some(plain_names) = self.plain_names {
                    plain_names.mark(&mut config);
                }
                State { tag: self.tag(key, &config), config: Ok(config) }
            }
            Err(fault) => {
                let tag = unreadable_server_tag(self.ring.etag_key(), key, &server.text);
                State { tag, config: Err(fault.clone()) }
            }
        }
    }

    pub(super) fn tag(&self, key: &SettingsKey, config: &Config) -> EntityTag {
        server_tag(self.ring.etag_key(), key, &canonical(config, self.layout.dialect))
    }

    /// What a sent body makes of a state, if it may.
    pub(super) fn apply(&self, sent: &ServerWrite, before: Option<&Config>) -> Result<Config, ServiceError> {
        let stored = before;
        let before = sent.in_its_words(stored);
        let before = before.as_deref();
        let merged = self.merge(sent, before)?;
        self.check_limits(before, &merged.config)?;
        let dialect = match sent.words {
            Words::Own => self.layout.dialect,
            // OpenHands' words have no others than the known members, whatever the document could hold.
            Words::OpenHands => Dialect::Closed,
        };
        let mut violations = validate(before, &merged.config, dialect, self.may_reveal);
        // What stands in a refused place is not what was meant there.
        let is_refused = |violation: &Violation| {
            merged.refusals.iter().any(|Refusal { pointer, .. }| {
                violation.pointer == *pointer || violation.pointer.is_below(pointer)
            })
        };
        violations.retain(|violation| !is_refused(violation));
        if !violations.is_empty() {
            return Err(ServiceError::Invalid(violations));
        }
        if !merged.refusals.is_empty() {
            return Err(ServiceError::Refused(merged.refusals));
        }
        let bound = before.map_or_else(Vec::new, |before| {
            refused(before, &merged.config, self.layout.dialect, self.may_reveal)
        });
        if !bound.is_empty() {
            return Err(ServiceError::BoundSecrets(bound));
        }
        Ok(self.in_words_of_document(sent, merged.config, stored))
    }

    /// Whether a sent body makes this of a state, and may. The tag is compared first: whoever lost a race
    /// gets no further, and the rules cost more than the merge.
    pub(super) fn gives(
        &self,
        key: &SettingsKey,
        tag: &EntityTag,
        sent: &ServerWrite,
        before: Option<&Config>,
    ) -> bool {
        let gives_tag = |merged: Merged| {
            let config = self.in_words_of_document(sent, merged.config, before);
            merged.refusals.is_empty() && self.tag(key, &config) == *tag
        };
        let merged = self.merge(sent, sent.in_its_words(before).as_deref());
        merged.is_ok_and(gives_tag) && self.apply(sent, before).is_ok()
    }

    /// A merge can break a limit that its parts keep. What the write leaves alone is not judged.
    fn check_limits(&self, before: Option<&Config>, after: &Config) -> Result<(), ServiceError> {
        let touched: HashSet<&str> =
            touched_members(before, after, self.may_reveal).map(|(name, _)| name).collect();
        let shown: Object = view(after, Exposure::Redacted)
            .into_iter()
            .filter(|(name, _)| touched.contains(name.as_str()))
            .collect();
        check_limits(&shown.into(), &Rules::BODY).map_err(ServiceError::BeyondLimits)
    }

    /// The failed precondition with all that a client needs to merge.
    pub(super) fn conflict(
        &self,
        verdict: Verdict,
        state: State,
        sent: Option<&ServerWrite>,
    ) -> ServiceError {
        let mut conflict = Conflict { current_tag: Some(state.tag), ..Conflict::with_nothing(verdict) };
        if let Ok(config) = state.config {
            conflict.current = Some(view(&config, Exposure::Redacted).into());
            conflict.changed = sent.map(|sent| self.differences(sent, &config));
        }
        conflict.into()
    }
}

#[cfg(test)]
mod tests;
