//! Approvals (DESIGN §13.3): what would be executed, shown to whom may approve it; the approval of exactly that; and its
//! withdrawal. It does not start anything.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;

use crate::api::{
    ApprovalReason, ApprovedBy, LaunchApproval, LaunchCommand, LaunchValue, LaunchVariable, StoredConfig,
};
use crate::json::{Json, Object};
use crate::model::code_names::decides_code;
use crate::model::config::Config;
use crate::model::launch::{Launch, Value};
use crate::model::reference::has_reference;
use crate::model::{Kind, SettingsKey};
use crate::projection::{launch_id, view};
use crate::secrets::{Exposure, Scope};
use crate::state::{
    AT_HEALTH_CHECK, Approval, Change, Kept, LocatedPath, Premise, Remembered, Run, StateKey, ToolDigests,
    Unapproved, UnixTime,
};

use super::access::Caller;
use super::runnable::{Approvable, HEALTH_CHECK};
use super::{ReadModel, Runnable, Service, ServiceError};

/// How long a reader waits for what was remembered.
const PATIENCE: Duration = Duration::from_secs(2);

/// What is known of a server and its run at one moment.
struct Known {
    model: Arc<ReadModel>,
    runnable: Arc<Runnable>,
    remembered: Arc<Remembered>,
    key: StateKey,
    /// Whether what is remembered can be trusted.
    can_approve: bool,
}

impl Known {
    fn run(&self, name: &SettingsKey) -> Option<&Run> {
        self.remembered.runs.get(name).map(|run| &**run)
    }

    /// Where the command of the present launch was found, if a runner has looked.
    fn located(&self, name: &SettingsKey) -> Option<&LocatedPath> {
        let launch = self.runnable.launch.as_ref().ok()?;
        self.run(name).filter(|run| run.launch == *launch)?.located.as_ref()
    }

    /// The opaque id of what would be executed; none where nothing can be.
    fn id(&self, name: &SettingsKey) -> Option<String> {
        let launch = self.runnable.launch.as_ref().ok()?;
        let located = self.located(name).map(|located| (&*located.path, &*located.real_path));
        Some(launch_id(self.key.expose(), launch, located))
    }
}

impl Service {
    /// What would be executed for this server, and whether that is approved. Values are shown as far as `exposure` says;
    /// that the caller may see them is for the caller of this to check.
    ///
    /// # Errors
    ///
    /// Where there is no server of this name, or the settings or what was remembered can't be read.
    pub async fn approval(
        &self,
        name: &SettingsKey,
        exposure: Exposure,
    ) -> Result<LaunchApproval, ServiceError> {
        // What this process has noted by now is stored, so that it is judged with it.
        timeout(PATIENCE, self.state.write(Vec::new())).await.ok();
        let known = self.known(name).await?;
        Ok(shown(&known, name, exposure))
    }

    /// Approves what has this id, if it is what would be executed.
    ///
    /// # Errors
    ///
    /// [`ServiceError::LaunchChanged`] where something else would be, and where it could not be stored.
    pub async fn approve(&self, name: &SettingsKey, id: &str, caller: &Caller) -> Result<(), ServiceError> {
        let known = self.known(name).await?;
        if !caller.scopes.allow(Scope::Run) {
            return Err(ServiceError::ScopeNeeded(Scope::Run));
        }
        if known.id(name).as_deref() != Some(id) {
            return Err(ServiceError::LaunchChanged);
        }
        if !self.state.can_approve() {
            return Err(ServiceError::StateUnavailable);
        }
        let config = known.model.opened_config(name);
        let approvable = config.and_then(|config| Approvable::of(&config, known.model.dialect(), &known.key));
        let Approvable { launch, members } = approvable.ok_or(ServiceError::LaunchChanged)?;
        let (by, at) = (caller.name.to_string(), UnixTime::now());
        let approval = Approval { launch, located: known.located(name).cloned(), by, at, members };
        let change =
            Change::Approve { name: name.clone(), approval: approval.clone(), premise: Premise::Located };
        if self.state.write(vec![change]).await == Kept::Pending {
            return Err(ServiceError::StateOutcomeUnknown);
        }
        // What is stored has judged it.
        let remembered = self.state.peek().unwrap_or_default();
        let stored = remembered.runs.get(name).and_then(|run| run.approval.as_ref());
        if stored == Some(&approval) { Ok(()) } else { Err(ServiceError::LaunchChanged) }
    }

    /// Accepts these tools of a server.
    ///
    /// # Errors
    ///
    /// Where it could not be stored.
    pub async fn accept_tools(
        &self,
        name: &SettingsKey,
        tools: Arc<ToolDigests>,
    ) -> Result<(), ServiceError> {
        match self.state.write(vec![Change::AcceptTools { name: name.clone(), tools }]).await {
            Kept::Pending => Err(ServiceError::StateOutcomeUnknown),
            Kept::Stored | Kept::InMemory => Ok(()),
        }
    }

    /// Withdraws what is approved of this name. It is withdrawn here when this returns, whatever it returns.
    ///
    /// # Errors
    ///
    /// Where nothing is known of the name, and where it could not be stored.
    pub async fn withdraw(&self, name: &SettingsKey) -> Result<(), ServiceError> {
        let withdrawn = self.state.write(vec![Change::Withdraw { name: name.clone() }]);
        if withdrawn.await == Kept::Pending {
            return Err(ServiceError::StateOutcomeUnknown);
        }
        let is_remembered = self.state.peek().is_some_and(|remembered| remembered.runs.contains_key(name));
        if is_remembered || self.newest().await?.item(name).is_some() {
            return Ok(());
        }
        Err(ServiceError::UnknownServer)
    }

    /// Waits until it is stored that what this caller has removed is not approved any more.
    pub(super) async fn settle_withdrawal(&self, caller: &Caller) -> Result<(), ServiceError> {
        if caller.scopes.allow(Scope::Run) && self.state.write(Vec::new()).await == Kept::Pending {
            return Err(ServiceError::StateOutcomeUnknown);
        }
        Ok(())
    }

    /// What is remembered.
    pub(super) async fn remembered(&self) -> Result<Arc<Remembered>, ServiceError> {
        timeout(PATIENCE, self.state.opened()).await.map_err(|_| ServiceError::StateUnavailable)
    }

    /// Waits until what other processes have stored by now is remembered here.
    ///
    /// # Errors
    ///
    /// Where that is not known.
    pub async fn refreshed(&self) -> Result<(), ServiceError> {
        self.remembered().await?;
        match self.state.write(Vec::new()).await {
            Kept::Pending => Err(ServiceError::StateUnavailable),
            Kept::Stored | Kept::InMemory => Ok(()),
        }
    }

    async fn known(&self, name: &SettingsKey) -> Result<Known, ServiceError> {
        let remembered = self.remembered().await?;
        let key = self.state.state_key().ok_or(ServiceError::StateUnavailable)?;
        let model = self.newest().await?;
        if !model.has_collection() {
            return Err(ServiceError::NoMcpServers);
        }
        let runnable = model.runnable(name, &key).ok_or(ServiceError::UnknownServer)?;
        let can_approve = self.state.can_approve();
        Ok(Known { model, runnable, remembered, key, can_approve })
    }
}

fn shown(known: &Known, name: &SettingsKey, exposure: Exposure) -> LaunchApproval {
    let Known { runnable, model, .. } = known;
    let run = known.run(name);
    let approved = match (&runnable.launch, run) {
        (Err(_), _) => Err(ApprovalReason::NotLaunchable),
        (Ok(_), None) => Err(ApprovalReason::NoApproval),
        (Ok(launch), Some(run)) => {
            // Where nobody has looked for the command yet it counts as where it was.
            let before = run.approval.as_ref().and_then(|approval| approval.located.as_ref());
            run.approval_of(launch, known.located(name).or(before)).map_err(reason)
        }
    };
    let approved = if known.can_approve { approved } else { Err(ApprovalReason::NoApproval) };
    let mut shown = LaunchApproval {
        name: name.as_str().to_owned(),
        etag: runnable.etag.clone(),
        launch: known.id(name),
        fault: runnable.launch.as_ref().err().cloned(),
        needs_approval: runnable.needs_approval,
        approved: approved.is_ok(),
        reason: approved.err(),
        last: run
            .and_then(|run| run.approval.as_ref())
            .map(|approval| ApprovedBy { by: approval.by.clone(), at: approval.at.seconds() }),
        kind: Kind::Unknown,
        command: None,
        args: Vec::new(),
        cwd: None,
        env: Vec::new(),
        url: None,
        headers: Vec::new(),
        transport: None,
        auth: None,
        health_check: None,
        refused: Vec::new(),
    };
    let Some(config) = model.opened_config(name) else { return shown };
    let Ok(launch) = Launch::of(&config) else { return shown };
    Shower { known, name, exposure, config: &config }.fill(&mut shown, &launch);
    shown
}

fn reason(unapproved: Unapproved) -> ApprovalReason {
    match unapproved {
        Unapproved::NoApproval => ApprovalReason::NoApproval,
        Unapproved::LaunchChanged => ApprovalReason::LaunchChanged,
        Unapproved::PathChanged => ApprovalReason::PathChanged,
    }
}

/// Shows the members of one launch.
struct Shower<'a> {
    known: &'a Known,
    name: &'a SettingsKey,
    exposure: Exposure,
    config: &'a Config,
}

impl Shower<'_> {
    fn fill(&self, shown: &mut LaunchApproval, launch: &Launch<'_>) {
        let members =
            Approvable::of(self.config, self.known.model.dialect(), &self.known.key).map(|own| own.members);
        let members = members.unwrap_or_default();
        let before = self.known.run(self.name).and_then(|run| run.approval.as_ref());
        // Where nothing was approved, nothing is said to have changed.
        let is_changed =
            |pointer: &str| before.is_some_and(|before| before.members.get(pointer) != members.get(pointer));
        let visible = view(self.config, self.exposure);
        let of_map =
            |map: &str, name: &str| crate::json::Pointer::root().member(map).member(name).as_str().to_owned();
        match launch {
            Launch::Stdio { command, args, env, cwd } => {
                shown.kind = Kind::Stdio;
                let located = self.known.located(self.name);
                shown.command = Some(LaunchCommand {
                    command: (*command).to_owned(),
                    path: located.map(|located| located.path.clone()),
                    real_path: located.map(|located| located.real_path.clone()),
                    changed: is_changed("/command"),
                });
                shown.args = args
                    .iter()
                    .enumerate()
                    .map(|(index, value)| LaunchValue {
                        value: clear(value),
                        changed: is_changed(&format!("/args/{index}")),
                    })
                    .collect();
                shown.cwd =
                    cwd.map(|cwd| LaunchValue { value: Some(cwd.to_owned()), changed: is_changed("/cwd") });
                shown.env = env
                    .iter()
                    .map(|(name, value)| {
                        let (decides_code, pointer) = (decides_code(name), of_map("env", name));
                        if decides_code && clear(value).is_some_and(|text| has_reference(&text)) {
                            shown.refused.push(crate::json::Pointer::root().member("env").member(name));
                        }
                        let is_shown = decides_code || self.exposure == Exposure::Plaintext;
                        LaunchVariable {
                            name: (*name).to_owned(),
                            value: clear(value).filter(|_| is_shown),
                            changed: is_changed(&pointer),
                            decides_code,
                        }
                    })
                    .collect();
            }
            Launch::Remote { headers, transport, auth, .. } => {
                shown.kind = Kind::Remote;
                let url = visible.get("url").and_then(Json::as_str).map(str::to_owned);
                shown.url = Some(LaunchValue { value: url, changed: is_changed("/url") });
                shown.headers = headers
                    .iter()
                    .map(|(name, value)| LaunchVariable {
                        name: (*name).to_owned(),
                        value: clear(value).filter(|_| self.exposure == Exposure::Plaintext),
                        changed: is_changed(&of_map("headers", name)),
                        decides_code: false,
                    })
                    .collect();
                shown.transport = Some(LaunchValue {
                    value: Some(transport.as_str().to_owned()),
                    changed: is_changed("/transport"),
                });
                shown.auth = (!auth.is_empty()).then(|| self.auth(&visible));
            }
        }
        let check = self.known.runnable.health_check.as_ref().and_then(|_| visible.get(HEALTH_CHECK));
        shown.health_check = check.map(|check| LaunchValue {
            value: Some(crate::json::to_compact(check)),
            changed: is_changed(AT_HEALTH_CHECK),
        });
    }

    /// How the client proves who it is, without what OAuth has obtained.
    fn auth(&self, visible: &Object) -> StoredConfig<'static> {
        let mut both = Object::new();
        for name in ["auth", "authentication"] {
            let Some(member) = visible.get(name) else { continue };
            let mut member = member.clone();
            if let Json::Object(object) = &mut member {
                object.remove("state");
            }
            both.insert(name, member);
        }
        StoredConfig::new(&both.into())
    }
}

fn clear(value: &Value<'_>) -> Option<String> {
    value.text().map(str::to_owned)
}
