//! How servers are to be run (DESIGN §13.1): read and written under conditions of their own. Some choices need more than
//! the scope to write. What they mean is for those who run servers.

use std::sync::Arc;

use crate::json::{Json, Object, Rules, parse, to_compact};
use crate::model::SettingsKey;
use crate::model::run_policy::Policy;
use crate::projection::{EntityTag, Precondition, Verdict, policy_tag};
use crate::secrets::Scope;
use crate::state::{Change, Kept, Remembered};

use super::access::Caller;
use super::{ReadModel, Service, ServiceError};

/// How often a write is tried again where another one was faster.
const TRIES: usize = 8;

/// How a server is to be run.
#[derive(Clone, Debug, PartialEq)]
pub struct PolicyState {
    /// How.
    pub policy: Policy,
    /// Whether nothing is chosen, so that this is the default.
    pub is_default: bool,
    /// The tag of the policy.
    pub etag: EntityTag,
}

/// What a write makes of a policy.
#[derive(Clone, Debug)]
pub enum PolicyWrite {
    /// This.
    Replace(Object),
    /// What a merge patch makes of what is shown (RFC 7396).
    Merge(Object),
    /// The default.
    Remove,
}

impl Remembered {
    /// The policy of this name, if one is chosen and this version of the service can read it.
    pub fn policy(&self, name: &SettingsKey) -> Option<Policy> {
        match parse(self.policies.get(name)?, &Rules::STORED) {
            Ok(Json::Object(object)) => Policy::read(&object).ok(),
            _ => None,
        }
    }
}

impl Service {
    /// How a server is to be run, as far as that is known now; the default where nothing is chosen.
    pub fn policy_now(&self, name: &SettingsKey) -> Policy {
        self.state.peek().and_then(|remembered| remembered.policy(name)).unwrap_or_default()
    }

    /// How this server is to be run.
    ///
    /// # Errors
    ///
    /// Where there is no server of this name.
    pub async fn policy(&self, name: &SettingsKey) -> Result<PolicyState, ServiceError> {
        let remembered = self.remembered().await?;
        let model = self.newest().await?;
        is_there(&model, name)?;
        Ok(state(&model, &remembered, name))
    }

    /// Writes how this server is to be run.
    ///
    /// # Errors
    ///
    /// Where there is no server of this name, a condition does not hold, the policy is not valid, the caller may not choose
    /// it, or it could not be stored.
    pub async fn write_policy(
        &self,
        name: &SettingsKey,
        write: &PolicyWrite,
        precondition: &Precondition,
        caller: &Caller,
    ) -> Result<PolicyState, ServiceError> {
        if self.writes.options.require_preconditions && precondition.is_absent() {
            return Err(ServiceError::PreconditionRequired);
        }
        for _ in 0..TRIES {
            let remembered = self.remembered().await?;
            let model = self.newest().await?;
            is_there(&model, name)?;
            let before = state(&model, &remembered, name);
            let verdict = precondition.judge(Some(&before.etag));
            if verdict != Verdict::Holds {
                return Err(ServiceError::PolicyPreconditionFailed(verdict, before.etag));
            }
            let after = write.applied_to(&before.policy)?;
            may_choose(&before.policy, after.as_ref().unwrap_or(&Policy::default()), caller)?;
            let policy = after.map(|policy| to_compact(&policy.to_json().into()));
            let expected = remembered.policies.get(name).cloned();
            let change = Change::SetPolicy { name: name.clone(), expected, policy: policy.clone() };
            let kept = self.state.write(vec![change]).await;
            let remembered = self.remembered().await?;
            if remembered.policies.get(name) != policy.as_ref() {
                continue;
            }
            if kept == Kept::Pending {
                return Err(ServiceError::StateOutcomeUnknown);
            }
            return Ok(state(&model, &remembered, name));
        }
        Err(ServiceError::StateUnavailable)
    }
}

impl PolicyWrite {
    /// The policy that it makes of this one; none for the default.
    fn applied_to(&self, before: &Policy) -> Result<Option<Policy>, ServiceError> {
        let object = match self {
            Self::Remove => return Ok(None),
            Self::Replace(object) => object.clone(),
            Self::Merge(patch) => merged(before.to_json(), patch),
        };
        Policy::read(&object).map(Some).map_err(ServiceError::InvalidPolicy)
    }
}

/// RFC 7396.
fn merged(mut target: Object, patch: &Object) -> Object {
    for (name, value) in patch.iter() {
        match value {
            Json::Null => drop(target.remove(name)),
            Json::Object(patch) => {
                let before = match target.get(name) {
                    Some(Json::Object(object)) => object.clone(),
                    _ => Object::new(),
                };
                target.insert(name, Json::Object(merged(before, patch)));
            }
            value => target.insert(name, value.clone()),
        }
    }
    target
}

fn is_there(model: &Arc<ReadModel>, name: &SettingsKey) -> Result<(), ServiceError> {
    if !model.has_collection() {
        return Err(ServiceError::NoMcpServers);
    }
    model.item(name).map(drop).ok_or(ServiceError::UnknownServer)
}

fn state(model: &ReadModel, remembered: &Remembered, name: &SettingsKey) -> PolicyState {
    let chosen = remembered.policy(name);
    let text = remembered.policies.get(name).map_or("", String::as_str);
    let etag = policy_tag(model.ring.etag_key(), name, text);
    PolicyState { is_default: chosen.is_none(), policy: chosen.unwrap_or_default(), etag }
}

/// What is newly chosen needs the scope for what it does.
fn may_choose(before: &Policy, after: &Policy, caller: &Caller) -> Result<(), ServiceError> {
    let needs = [
        (before.starts_more(after) || before.loosens_tools(after), Scope::Run),
        (before.checks_otherwise(after), Scope::Use),
    ];
    match needs.into_iter().find(|(is_needed, scope)| *is_needed && !caller.scopes.allow(*scope)) {
        Some((_, scope)) => Err(ServiceError::ScopeNeeded(scope)),
        None => Ok(()),
    }
}
