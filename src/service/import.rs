//! Importing a text of another client: read, compared with what is stored, and stored in one commit, or not at all. Each
//! entry goes through the same decision as a write of its own. What is not named is not approved.

mod entry;
mod plan;
mod request;
mod shown;

use std::sync::Arc;

use crate::api::ImportResult;
use crate::blocking;
use crate::model::validate::Violation;
use crate::secrets::Scope;
use crate::state::Change;
use crate::store::{Current, Names};

use self::entry::{Judge, Judged, NeededKey, Obstacle};
use self::plan::Plan;
pub use self::request::{ChosenAction, ImportChoice, ImportRequest};
use super::access::Caller;
use super::commit::{Step, UseCase, WriteContext};
use super::dry_run::decide_dry;
use super::error::TextFault;
use super::key_rules::BatchKeys;
use super::state_context::StateContext;
use super::update::check_access;
use super::update_request::DryRun;
use super::{Service, ServiceError, WrittenServer};

/// What an import has come to.
#[derive(Clone, Debug)]
pub struct Imported {
    /// What was found, and what has become of it.
    pub result: ImportResult,
    /// The servers that were written.
    pub written: Vec<WrittenServer>,
}

impl Service {
    /// Stores the servers of a text, all that are to be stored or none.
    ///
    /// # Errors
    ///
    /// Where the text can't be read, where an entry can't be stored as it was chosen, and where the choice for one is
    /// missing. Nothing is stored then.
    pub async fn import(&self, request: ImportRequest, caller: Caller) -> Result<Imported, ServiceError> {
        let (names, plan) = self.planned(request, &caller).await?;
        let author = Some(caller.author.clone());
        let case = UseCase::new(names, author, move |current, context| {
            let keys = context.keys_for(current);
            decide(current, context, &keys, &plan, &caller, None)
        });
        let (imported, changes) = self.run(case).await?;
        // The document has none of it to wait for.
        if !changes.is_empty() {
            self.state.write(changes).await;
        }
        Ok(imported)
    }

    /// What [`Service::import`] would come to. What would keep it from being made is in the answer.
    ///
    /// # Errors
    ///
    /// Where the text can't be read, or nothing can be written at all.
    pub async fn try_import(&self, request: ImportRequest, caller: Caller) -> Result<Imported, ServiceError> {
        let (names, plan) = self.planned(request, &caller).await?;
        let may_reveal = caller.may_reveal();
        let case = UseCase::new(names, None, move |current, context| {
            decide_dry(current, context, &|shows_tag, keys| {
                let dry_run = DryRun { shows_tag: shows_tag && may_reveal };
                decide(current, context, keys, &plan, &caller, Some(dry_run))
            })
        });
        self.look(case).await.map(|(imported, _)| imported)
    }

    /// Reads the text, which takes time.
    async fn planned(
        &self,
        request: ImportRequest,
        caller: &Caller,
    ) -> Result<(Names, Arc<Plan>), ServiceError> {
        if !request.approved.is_empty() && !caller.scopes.allow(Scope::Run) {
            return Err(ServiceError::ScopeNeeded(Scope::Run));
        }
        // What servers keep for clients may be there. Only at the start it is not known yet.
        self.remembered().await.ok();
        let plan = blocking::run(move || Plan::of(request)).await?;
        Ok((Names::these(plan.names()), Arc::new(plan)))
    }
}

fn decide(
    current: &Current<'_>,
    context: &WriteContext,
    keys: &BatchKeys,
    plan: &Plan,
    caller: &Caller,
    dry_run: Option<DryRun>,
) -> Result<Step<(Imported, Vec<Change>)>, ServiceError> {
    check_access(&current.facts())?;
    let plain_names = Some(&*context.plain_names);
    let rules = StateContext { plain_names, ..StateContext::of(current, keys, context, caller) };
    let skips_refused = plan.skips_refused;
    let judge = Judge { current, context, keys, caller, rules, dry_run, skips_refused };
    let (mut effects, mut judged_effects, mut must_write) = (Vec::new(), Vec::new(), false);
    let (mut servers, mut written, mut obstacles) = (Vec::new(), Vec::new(), Vec::new());
    let (mut changes, mut needed) = (Vec::new(), None);
    for entry in &plan.entries {
        let judged = match judge.entry(entry) {
            Ok(judged) => judged,
            // No key is made for an import that is refused on account of another entry.
            Err(NeededKey(reason)) => {
                needed.get_or_insert(reason);
                continue;
            }
        };
        servers.push(shown::server(&judge.rules, entry, &judged, plan.shows_values));
        if judged.is_left_out {
            continue;
        }
        let Judged { effects: more, judged: more_judged, must_write: must, obstacles: own, .. } = judged;
        changes.extend(judged.remembered);
        effects.extend(more);
        judged_effects.extend(more_judged);
        must_write |= must;
        obstacles.extend(own);
        written.extend(judged.written);
    }
    let dialect = current.facts().layout().dialect;
    let result = shown::result(plan, servers, dry_run.is_some(), dialect);
    let answer = (Imported { result, written }, changes);
    if dry_run.is_none() {
        refuse(plan.refused_faults(), obstacles)?;
    }
    if let Some(reason) = needed {
        return Ok(Step::NeedKey(reason));
    }
    if dry_run.is_some() {
        return Ok(Step::Keep(answer));
    }
    Ok(match (effects.is_empty(), must_write) {
        (_, true) => Step::Rewrite { effects, judged: judged_effects, answer },
        (false, false) => Step::Edit(effects, answer),
        (true, false) => Step::Keep(answer),
    })
}

/// The error of an import that can't be made. Of several kinds the first is reported, with all of that kind: what the text
/// holds and the request has to answer, what has changed meanwhile, what is to be chosen, what may not be written.
fn refuse(mut refused: Vec<TextFault>, obstacles: Vec<Obstacle>) -> Result<(), ServiceError> {
    let (mut stale, mut choices): (Vec<Violation>, Vec<Violation>) = (Vec::new(), Vec::new());
    let mut first = None;
    for obstacle in obstacles {
        match obstacle {
            Obstacle::Entry(violation) => refused.push(TextFault { violation, position: None }),
            Obstacle::Stale(violation) => stale.push(violation),
            Obstacle::Choice(violation) => choices.push(violation),
            Obstacle::Write(error) => first = first.or(Some(error)),
        }
    }
    match first {
        _ if !refused.is_empty() => Err(ServiceError::ImportRefused(refused)),
        _ if !stale.is_empty() => Err(ServiceError::StaleChoice(stale)),
        _ if !choices.is_empty() => Err(ServiceError::ChoiceNeeded(choices)),
        Some(error) => Err(error),
        None => Ok(()),
    }
}
