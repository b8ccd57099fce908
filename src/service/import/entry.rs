//! One server of a text on a state of the document: what is stored under its name, what becomes of it, and what keeps the
//! import from doing that.

use std::sync::Arc;

use crate::api::{DifferenceWord, ImportAction, ImportDifference, StoredWord, raw_json};
use crate::json::{Json, Object, Pointer, to_compact};
use crate::model::Dialect;
use crate::model::config::Config;
use crate::model::secret_binding::kept;
use crate::model::secret_table::EXTENSIONS;
use crate::model::validate::Violation;
use crate::projection::{Condition, EntityTag, Precondition, Verdict, cautious_view};
use crate::state::{BagChange, Change};
use crate::store::Current;

use super::plan::PlannedEntry;
use super::request::ChosenAction;
use crate::service::access::Caller;
use crate::service::bags::keep;
use crate::service::commit::{Step, WriteContext};
use crate::service::effect::Effect;
use crate::service::key_rules::BatchKeys;
use crate::service::state_context::{State, StateContext};
use crate::service::update_request::{DryRun, Update};
use crate::service::{ServerWrite, ServiceError, Write, Written, WrittenServer, update};

/// What an entry is judged by.
pub(super) struct Judge<'a> {
    pub(super) current: &'a Current<'a>,
    pub(super) context: &'a WriteContext,
    pub(super) keys: &'a BatchKeys,
    pub(super) caller: &'a Caller,
    pub(super) rules: StateContext<'a>,
    pub(super) dry_run: Option<DryRun>,
    /// Whether an entry that can't become a server is left out, where nothing is chosen for it.
    pub(super) skips_refused: bool,
}

/// What becomes of an entry.
#[derive(Default)]
pub(super) struct Judged {
    pub(super) found: Found,
    pub(super) action: Option<ImportAction>,
    pub(super) etag_after: Option<EntityTag>,
    pub(super) obstacles: Vec<Obstacle>,
    /// Whether it is left out on account of its obstacles, so that they keep nothing else from being stored.
    pub(super) is_left_out: bool,
    /// What is to be done.
    pub(super) effects: Vec<Effect>,
    /// What would be done, if no secret had been guessed right.
    pub(super) judged: Vec<Effect>,
    /// Whether something is to be written in any case.
    pub(super) must_write: bool,
    pub(super) written: Option<WrittenServer>,
    /// What is to be remembered where the configuration stays what it is.
    pub(super) remembered: Option<Change>,
}

/// What is stored under the name of an entry.
pub(super) struct Found {
    pub(super) stored: StoredWord,
    pub(super) etag: Option<EntityTag>,
    pub(super) difference: Vec<ImportDifference>,
}

/// What keeps an import from being made.
pub(super) enum Obstacle {
    /// The entry can't be stored as it is.
    Entry(Violation),
    /// What is stored is not what the choice was made for.
    Stale(Violation),
    /// What is to become of it is not said, or can't be done beside what is stored.
    Choice(Violation),
    /// The configuration may not be written.
    Write(ServiceError),
}

/// What an entry leads to: the outcome, or the reason why a key is needed first.
pub(super) type Outcome = Result<Judged, NeededKey>;

/// That a key is needed, and why the import is refused where none is found.
pub(super) struct NeededKey(pub(super) ServiceError);

impl Default for Found {
    fn default() -> Self {
        Self { stored: StoredWord::New, etag: None, difference: Vec::new() }
    }
}

impl Judged {
    /// Leaves the entry out, for these reasons.
    fn leave_out(&mut self, reasons: Vec<Obstacle>) {
        self.action = Some(ImportAction::Skip);
        self.obstacles = reasons;
        self.is_left_out = true;
    }

    /// Whether what keeps the entry from being stored is what it says itself: its values, and not what is stored, which
    /// keys there are or what the caller may do.
    fn is_no_server(&self) -> bool {
        let is_of_the_entry = |obstacle: &Obstacle| match obstacle {
            Obstacle::Write(reason) => matches!(
                reason,
                ServiceError::InvalidSettings(_)
                    | ServiceError::Refused(_)
                    | ServiceError::BeyondLimits(_)
                    | ServiceError::ResultTooLarge
            ),
            Obstacle::Entry(_) | Obstacle::Stale(_) | Obstacle::Choice(_) => false,
        };
        !self.obstacles.is_empty() && self.obstacles.iter().all(is_of_the_entry)
    }
}

impl Judge<'_> {
    /// What becomes of an entry.
    pub(super) fn entry(&self, entry: &PlannedEntry) -> Outcome {
        let server = self.current.server(&entry.key);
        let state = server.map(|server| self.rules.state(&entry.key, server));
        let mut judged = Judged { found: self.found(entry, state.as_ref()), ..Judged::default() };
        if entry.is_skipped() {
            judged.action = Some(ImportAction::Skip);
            return Ok(judged);
        }
        if entry.precondition().judge(state.as_ref().map(|state| &state.tag)) != Verdict::Holds {
            let pointer = entry.at_choice().member("if_match");
            let message = "does not name what is stored under the name now".into();
            judged.obstacles.push(Obstacle::Stale(Violation { pointer, message }));
        }
        match self.action(entry, judged.found.stored) {
            Ok(None) => return Ok(judged),
            Ok(Some(action)) => judged.action = Some(action),
            Err(violation) => {
                match self.left_out(entry) {
                    Some(reasons) => judged.leave_out(reasons),
                    None => judged.obstacles.push(Obstacle::Choice(violation)),
                }
                return Ok(judged);
            }
        }
        if entry.is_double {
            let pointer = entry.at_choice();
            let message = "another server of the text is stored under this name".into();
            judged.obstacles.push(Obstacle::Entry(Violation { pointer, message }));
        }
        judged.obstacles.extend(entry.missing_inputs().map(Obstacle::Entry));
        if judged.obstacles.is_empty() {
            self.write(&mut judged, entry)?;
        }
        if self.may_leave_out(entry) && judged.is_no_server() {
            let reasons = std::mem::take(&mut judged.obstacles);
            judged.leave_out(reasons);
        }
        Ok(judged)
    }

    /// Whether an entry is left out if it can't become a server. One of which the caller has said more is not.
    fn may_leave_out(&self, entry: &PlannedEntry) -> bool {
        self.skips_refused && entry.choice.action.is_none() && !entry.is_approved
    }

    /// Why an entry is left out for which a choice would be needed: it could not replace what is stored either.
    fn left_out(&self, entry: &PlannedEntry) -> Option<Vec<Obstacle>> {
        let mut tried = Judged { action: Some(ImportAction::Replace), ..Judged::default() };
        let is_tried = self.may_leave_out(entry) && self.write(&mut tried, entry).is_ok();
        (is_tried && tried.is_no_server()).then_some(tried.obstacles)
    }

    /// Compares an entry with what is stored under its name. A caller who may not see secrets does not learn whether one
    /// that was sent is the stored one.
    fn found(&self, entry: &PlannedEntry, state: Option<&State>) -> Found {
        let rules = &self.rules;
        let Some(State { tag, config: before }) = state else { return Found::default() };
        let differs = Found { stored: StoredWord::Differs, etag: Some(tag.clone()), difference: Vec::new() };
        let Ok(before) = before else { return differs };
        let config = entry.config(rules.layout.dialect);
        let whole = ServerWrite::replace(config.clone());
        let Ok(merged) = rules.merge(&whole, Some(before)) else { return differs };
        let is_guess = !rules.may_reveal && merged.config.iter().any(|(_, node)| node.has_sent_secret());
        let has_tag = || rules.tag(&entry.key, &merged.config) == *tag;
        if merged.refusals.is_empty() && !is_guess && has_tag() {
            return match self.difference_of_bags(entry) {
                Some(difference) => Found { difference: vec![difference], ..differs },
                None => Found { stored: StoredWord::Same, ..differs },
            };
        }
        let (sent, after) = match entry.choice.action {
            Some(ChosenAction::Merge) => {
                let patch = ServerWrite::merge(config);
                let Ok(merged) = rules.merge(&patch, Some(before)) else { return differs };
                (patch, merged.config)
            }
            _ => (whole, merged.config),
        };
        let pointers = rules.differences(&sent, before);
        Found { difference: differences(&pointers, before, &after), ..differs }
    }

    /// Whether something else is kept for the client beside a document that has no member for it.
    fn difference_of_bags(&self, entry: &PlannedEntry) -> Option<ImportDifference> {
        let client = entry.entry.client.bag();
        let own = Some(&entry.stored.bag).filter(|bag| self.is_closed() && !bag.is_empty())?;
        let known = self.context.bags_of(&entry.key);
        let change = match known.get(client) {
            Some(Json::Object(known)) if known == own => return None,
            Some(_) => DifferenceWord::Changed,
            None => DifferenceWord::Added,
        };
        let pointer = Pointer::root().member(EXTENSIONS).member(client);
        Some(ImportDifference { pointer, change, before: None, after: None })
    }

    /// Whether the document has no member for what is kept for clients.
    fn is_closed(&self) -> bool {
        self.current.facts().layout().dialect == Dialect::Closed
    }

    /// What is to be remembered that the server keeps for clients.
    fn bags(&self, entry: &PlannedEntry, action: Option<ImportAction>) -> Option<BagChange> {
        let own = Some(entry.bags()).filter(|_| !entry.stored.bag.is_empty());
        let known = self.context.bags_of(&entry.target);
        let is_merged = action == Some(ImportAction::Merge);
        if !self.is_closed() || (own.is_none() && (is_merged || known.is_empty())) {
            return None;
        }
        let mut bags = if is_merged { known } else { Object::new() };
        own.into_iter().flatten().for_each(|(client, bag)| bags.insert(client, bag));
        Some(keep(&entry.target, bags))
    }

    /// The secrets that stay beside what is kept for a client. A caller who may not see them may put nothing there: an
    /// export could send them elsewhere (law L7). A document that has a member for it is judged with that member.
    fn exposed_by_bag(&self, entry: &PlannedEntry, change: &ServerWrite) -> Vec<Pointer> {
        let rules = &self.rules;
        if rules.may_reveal || !self.is_closed() || entry.stored.bag.is_empty() {
            return Vec::new();
        }
        let Some(server) = self.current.server(&entry.target) else { return Vec::new() };
        let Ok(before) = rules.state(&entry.target, server).config else { return Vec::new() };
        rules.merge(change, Some(&before)).map_or_else(|_| Vec::new(), |merged| kept(&merged.config))
    }

    /// What becomes of an entry, if it is said.
    fn action(&self, entry: &PlannedEntry, stored: StoredWord) -> Result<Option<ImportAction>, Violation> {
        use ChosenAction::{Add, Merge, Rename, Replace, Skip};
        let violation = |pointer, message: &'static str| Violation { pointer, message: message.into() };
        Ok(match (&entry.choice.action, stored) {
            (Some(Skip), _) => Some(ImportAction::Skip),
            (Some(Rename(_)), _) if self.current.server(&entry.target).is_some() => {
                let pointer = entry.at_choice().member("name");
                return Err(violation(pointer, "another server has this name"));
            }
            (Some(Rename(_)), _) => Some(ImportAction::Rename),
            (_, StoredWord::New) => Some(ImportAction::Add),
            (_, StoredWord::Same) => None,
            (Some(Replace), StoredWord::Differs) => Some(ImportAction::Replace),
            (Some(Merge), StoredWord::Differs) => Some(ImportAction::Merge),
            (Some(Add), StoredWord::Differs) => {
                return Err(violation(entry.at_choice(), "another server has this name"));
            }
            (None, StoredWord::Differs) => {
                let message = "differs from what is stored: choose replace, merge, rename or skip";
                return Err(violation(entry.at_choice(), message));
            }
        })
    }

    /// Decides the write that an entry is.
    fn write(&self, judged: &mut Judged, entry: &PlannedEntry) -> Result<(), NeededKey> {
        let config = entry.config(self.current.facts().layout().dialect);
        let change = match judged.action {
            Some(ImportAction::Merge) => ServerWrite::merge(config),
            _ => ServerWrite::replace(config),
        };
        let exposed = self.exposed_by_bag(entry, &change);
        if !exposed.is_empty() {
            let reason = ServiceError::BoundSecrets(exposed).of_one_at(&entry.at_config());
            judged.obstacles.push(Obstacle::Write(reason));
            return Ok(());
        }
        let precondition = match judged.action {
            Some(ImportAction::Add | ImportAction::Rename) => {
                Precondition { if_none_match: Condition::Any, ..Precondition::default() }
            }
            _ => entry.precondition(),
        };
        let write = Write { key: entry.target.clone(), precondition, caller: self.caller.clone() };
        let (dry_run, may_approve) = (self.dry_run, entry.is_approved);
        let update = Arc::new(Update { dry_run, may_approve, ..Update::new(write, change) });
        let bags = self.bags(entry, judged.action);
        let is_sealed = matches!(bags, Some(BagChange::Keep { bags: Some(_), .. }));
        let written = match update::decide(self.current, &update, self.context, self.keys) {
            Ok(Step::Edit(effects, written)) => {
                let effects = effects.into_iter().map(|effect| match &bags {
                    Some(bags) => effect.with_bags(Some(bags.clone())),
                    None => effect,
                });
                judged.effects = effects.collect();
                judged.judged.clone_from(&judged.effects);
                Ok(written)
            }
            Ok(Step::Rewrite { judged: more, answer, .. }) => {
                judged.must_write = true;
                judged.judged = more;
                judged.remembered = bags.map(Change::Bags);
                Ok(answer)
            }
            Ok(Step::Keep(written)) => {
                judged.remembered = bags.map(Change::Bags);
                Ok(written)
            }
            Ok(Step::NeedKey(reason)) => return Err(NeededKey(reason)),
            Ok(Step::Refuse(reason)) | Err(reason) => Err(reason),
            // The condition holds, so that no past is asked for.
            Ok(Step::Later(_) | Step::NeedPast) => Err(ServiceError::Undecided),
        };
        // What is remembered beside the document is encrypted, whatever the configuration holds.
        if is_sealed
            && written.is_ok()
            && let Some(reason) = self.keys.lacking(&self.current.facts())
        {
            return Err(NeededKey(reason));
        }
        match written {
            Ok(Written { before, after, .. }) => {
                judged.etag_after.clone_from(&after);
                judged.written = Some(WrittenServer { key: entry.target.clone(), before, after });
            }
            Err(reason) => judged.obstacles.push(Obstacle::Write(reason.of_one_at(&entry.at_config()))),
        }
        Ok(())
    }
}

/// What differs at these places, redacted.
fn differences(pointers: &[Pointer], before: &Config, after: &Config) -> Vec<ImportDifference> {
    let (before, after) = (Json::Object(cautious_view(before)), Json::Object(cautious_view(after)));
    let difference = |pointer: &Pointer| {
        // All of it is shown elsewhere.
        let shown = |view: &Json| {
            let value = view.at(pointer).filter(|_| *pointer != Pointer::root())?;
            raw_json(to_compact(value).as_bytes())
        };
        let (before, after) = (shown(&before), shown(&after));
        let change = match (&before, &after) {
            (None, Some(_)) => DifferenceWord::Added,
            (Some(_), None) => DifferenceWord::Removed,
            _ => DifferenceWord::Changed,
        };
        ImportDifference { pointer: pointer.clone(), change, before, after }
    };
    pointers.iter().map(difference).collect()
}
