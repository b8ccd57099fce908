//! What there is to run of each server: its launch, as the digest that an approval is for, and what of its configuration
//! matters to a runner. Computed once for each state of the server. It does not know what is approved.

use std::collections::BTreeMap;

use crate::json::Pointer;
use crate::model::config::{Config, Node};
use crate::model::enablement::is_enabled;
use crate::model::launch::Launch;
use crate::model::run_policy::HealthCheck;
use crate::model::{Dialect, LaunchDigest};
use crate::projection::{
    EntityTag, canonical, launch_digest, member_digest, member_digests, needs_reentry, view,
};
use crate::secrets::Exposure;
use crate::state::{AT_HEALTH_CHECK, Present, StateKey};

use super::origins::Destinations;

/// The member of an open document that says how health is checked.
pub(super) const HEALTH_CHECK: &str = "healthCheck";

/// What there is to run of a server.
#[derive(Clone, Debug)]
pub struct Runnable {
    /// The tag of the state that it is of.
    pub etag: EntityTag,
    /// Whether it is to run at all.
    pub is_enabled: bool,
    /// What identifies its launch; or the member that is missing, has a wrong type, or can't be decrypted.
    pub launch: Result<LaunchDigest, Pointer>,
    /// Whether the launch needs an approval.
    pub needs_approval: bool,
    /// The command of a program, and the `PATH` of its own environment.
    pub command: Option<(String, Option<String>)>,
    /// How the configuration says that health is checked, and what identifies that. It counts where it is
    /// [approved](crate::state::Run::approves_member) with the launch, at `/healthCheck`.
    pub health_check: Option<(HealthCheck, [u8; 32])>,
    /// How many seconds a call may take.
    pub call_timeout: Option<u32>,
    /// Whether it is kept when nobody needs it.
    pub keeps_alive: bool,
    /// Where it leads.
    pub(super) present: Present,
}

/// What there is to run of a configuration; none where it can't be read.
pub(super) fn runnable(
    config: Option<&Config>,
    dialect: Dialect,
    tag: &EntityTag,
    key: &StateKey,
) -> Runnable {
    let mut runnable = Runnable {
        etag: tag.clone(),
        is_enabled: config.is_some_and(|config| is_enabled(config).unwrap_or(true)),
        launch: Err(Pointer::root()),
        needs_approval: true,
        command: None,
        health_check: None,
        call_timeout: None,
        keeps_alive: true,
        present: Destinations::new(key.clone()).at(config),
    };
    let Some(config) = config else { return runnable };
    let launch = Launch::of(config);
    runnable.launch = match &launch {
        Ok(launch) => launch_digest(key.expose(), launch),
        Err(not_launchable) => Err(not_launchable.0.clone()),
    };
    if let Ok(launch) = &launch {
        runnable.needs_approval = launch.needs_approval();
        runnable.command = launch.program();
    }
    runnable.health_check = health_check(config, dialect).zip(health_digest(config, dialect, key));
    runnable.call_timeout = match config.get("timeout") {
        Some(Node::Number(number)) => {
            Some(number.as_f64()).filter(|seconds| 0.0 < *seconds).map(whole_seconds)
        }
        _ => None,
    };
    runnable.keeps_alive = !matches!(config.get("keep_alive"), Some(Node::Bool(false)));
    runnable
}

/// Rounded up; a call that may take longer than a day may take a day.
fn whole_seconds(seconds: f64) -> u32 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is clamped to the range")]
    let whole = seconds.ceil().clamp(1.0, 86_400.0) as u32;
    whole
}

fn health_check(config: &Config, dialect: Dialect) -> Option<HealthCheck> {
    let is_readable = |pointer: &Pointer| !pointer.as_str().starts_with(AT_HEALTH_CHECK);
    if dialect != Dialect::Open || !needs_reentry(config).iter().all(is_readable) {
        return None;
    }
    config.get(HEALTH_CHECK)?;
    HealthCheck::of_document(view(config, Exposure::Plaintext).get(HEALTH_CHECK)?)
}

/// What identifies the health check of a configuration, if it has one.
pub(super) fn health_digest(config: &Config, dialect: Dialect, key: &StateKey) -> Option<[u8; 32]> {
    let node = config.get(HEALTH_CHECK)?;
    let alone: Config = [(HEALTH_CHECK.to_owned(), node.clone())].into_iter().collect();
    Some(member_digest(key.expose(), AT_HEALTH_CHECK, &canonical(&alone, dialect)))
}

/// A launch that could be approved, with the digests of its members and of the health check beside it.
pub(super) struct Approvable {
    pub(super) launch: LaunchDigest,
    pub(super) members: BTreeMap<String, [u8; 32]>,
}

impl Approvable {
    /// What a configuration starts, if it starts something and every secret of it is readable.
    pub(super) fn of(config: &Config, dialect: Dialect, key: &StateKey) -> Option<Self> {
        let launch = Launch::of(config).ok()?;
        let digest = launch_digest(key.expose(), &launch).ok()?;
        let mut members = member_digests(key.expose(), &launch);
        let health = health_digest(config, dialect, key);
        members.extend(health.map(|digest| (AT_HEALTH_CHECK.to_owned(), digest)));
        Some(Self { launch: digest, members })
    }
}
