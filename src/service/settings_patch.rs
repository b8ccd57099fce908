//! `PATCH` of the whole settings: sections, pointers and any number of servers in one commit. Each server goes
//! through the same decision as a write of its own; what is outside them is merged, judged and sealed here.

use std::sync::Arc;

use crate::json::{Json, Object, Pointer, Rules, check_limits, to_compact};
use crate::model::config::{self, NoKey};
use crate::model::mask::SETTINGS_MASK;
use crate::model::merge::{Reading, without_nulls};
use crate::model::reference::NO_REFERENCES;
use crate::model::settings::{ActivePointer, MCP_CONFIG, Section, Settings, SettingsPatch, WRAPPER, check};
use crate::model::state::touched_members;
use crate::model::validate::Violation;
use crate::model::{Access, Dialect, Edit, Layout, Sealing, SettingsKey};
use crate::projection::view_masked;
use crate::secrets::{Exposure, KeyRing};
use crate::store::{Current, Facts, Names};

use super::access::Caller;
use super::commit::{Step, UseCase, WriteContext};
use super::delete::removal;
use super::effect::Effect;
use super::key_rules::must_seal;
use super::settings::{Settled, WrittenServer};
use super::settings_answer::outside;
use super::state_context::StateContext;
use super::update::{self, LARGEST_SHOWN, LARGEST_STORED, check_access};
use super::update_request::Update;
use super::{Operation, ServerWrite, Service, ServiceError, Words, Write, Written};

/// Who sends which patch.
struct Request {
    patch: SettingsPatch,
    caller: Caller,
}

impl Service {
    /// Patches the settings. A change outside the servers needs permission; that is the
    /// caller's to check.
    pub async fn patch_settings(
        &self,
        caller: Caller,
        patch: SettingsPatch,
    ) -> Result<Settled, ServiceError> {
        let names = Names::these(patch.server_names().map(SettingsKey::new)).and_outside();
        let author = Some(caller.author.clone());
        let request = Request { patch, caller: caller.clone() };
        let case = UseCase::new(names, author, move |current, context| request.decide(current, context));
        let (servers, state) = self.commit(self.writes.lenient(), case).await?;
        if servers.iter().any(|server| server.after.is_none()) {
            self.settle_withdrawal(&caller).await?;
        }
        Ok(self.settled(Written::of_many(), servers, state).await)
    }
}

/// The servers that a patch names, in the words in which it does.
struct Servers<'a> {
    map: Option<&'a Object>,
    /// The place of the map in the request.
    place: Pointer,
    is_wrapped: bool,
}

impl Request {
    fn decide(
        &self,
        current: &Current<'_>,
        context: &WriteContext,
    ) -> Result<Step<Vec<WrittenServer>>, ServiceError> {
        let (facts, keys) = (current.facts(), context.keys_for(current));
        if let Some(reason) = facts.read_only() {
            return Err(ServiceError::ReadOnly(reason));
        }
        let layout = facts.layout();
        let before = outside(current.outside(), layout.sealing, &keys.ring)?;
        let mut effects = Vec::new();
        let (mut must_write, mut written) = (false, Vec::new());
        // What a patch of which no secret was guessed right would do.
        let mut judged = Vec::new();
        let servers = self.servers(&facts)?;
        for (name, value) in servers.map.into_iter().flat_map(Object::iter) {
            let mut note = |Written { before, after, .. }| {
                written.push(WrittenServer { key: SettingsKey::new(name), before, after });
            };
            match self.decide_server(current, context, &servers, name, value)? {
                Step::Edit(more, one) => {
                    judged.extend(more.iter().cloned());
                    effects.extend(more);
                    note(one);
                }
                Step::Rewrite { judged: more, answer, .. } => {
                    must_write = true;
                    judged.extend(more);
                    note(answer);
                }
                Step::NeedKey(reason) => return Ok(Step::NeedKey(reason)),
                Step::NeedPast => return Ok(Step::NeedPast),
                Step::Keep(_) | Step::Later(_) => {}
                Step::Refuse(reason) => return Err(reason),
            }
        }
        if self.patch.is_about_outside() {
            let settings = self.patched(&before, layout, &keys.ring)?;
            if must_seal(&settings.agent)
                && !settings.agent.is_same(&before.agent)
                && let Some(reason) = keys.lacking(&facts)
            {
                return Ok(Step::NeedKey(reason));
            }
            let outside = outside_edits(&before, &settings, &keys.ring)?;
            // Servers that are about to be hidden can be written before that, and not after.
            let is_first = !switches_variant(layout, &outside);
            for effects in [&mut judged, &mut effects] {
                let at = if is_first { 0 } else { effects.len() };
                effects.splice(at..at, outside.iter().cloned().map(Effect::from));
            }
        }
        Ok(match (effects.is_empty(), must_write) {
            (_, true) => Step::Rewrite { effects, judged, answer: written },
            (false, false) => Step::Edit(effects, written),
            (true, false) => Step::Keep(written),
        })
    }

    /// Finds the servers in the patch. In a document that has them in `mcp_config.mcpServers` they may be sent
    /// there, in its words, or in `mcp_config` itself, in OpenHands'.
    fn servers(&self, facts: &Facts<'_>) -> Result<Servers<'_>, ServiceError> {
        let place = Pointer::root().member(Section::Agent.diff_name()).member(MCP_CONFIG);
        let invalid = |pointer: Pointer, message: &'static str| {
            Err(ServiceError::InvalidSettings(vec![Violation { pointer, message: message.into() }]))
        };
        // Null means all servers; a client that means them can name them.
        let emptied = |place: Pointer| match facts.is_empty() {
            true => Ok(Servers { map: None, place, is_wrapped: false }),
            false => Err(ServiceError::UnnamedLoss(vec![place])),
        };
        let map = match &self.patch.servers {
            None => return Ok(Servers { map: None, place, is_wrapped: false }),
            Some(Json::Null) => return emptied(place),
            Some(Json::Object(map)) => map,
            Some(_) => return invalid(place, "must be an object"),
        };
        let is_open = facts.layout().dialect == Dialect::Open;
        let wrapped = map.get(WRAPPER).filter(|inner| is_open && !is_server_patch(inner));
        let Some(inner) = wrapped else { return Ok(Servers { map: Some(map), place, is_wrapped: false }) };
        if let Some(other) = map.names().find(|name| *name != WRAPPER) {
            return invalid(place.member(other), "nothing can be changed beside `mcpServers`");
        }
        let place = place.member(WRAPPER);
        match inner {
            Json::Null => emptied(place),
            Json::Object(map) => Ok(Servers { map: Some(map), place, is_wrapped: true }),
            _ => invalid(place, "must be an object"),
        }
    }

    fn decide_server(
        &self,
        current: &Current<'_>,
        context: &WriteContext,
        servers: &Servers<'_>,
        name: &str,
        value: &Json,
    ) -> Result<Step<Written>, ServiceError> {
        let place = servers.place.member(name);
        let key = SettingsKey::new(name);
        check_access(&current.facts())?;
        let keys = context.keys_for(current);
        let server = current.server(&key);
        let is_there = server.is_some();
        let patch = match value {
            Json::Null => {
                let Some(server) = server else { return Ok(Step::Keep(Written::of_many())) };
                let rules = StateContext::of(current, &keys, context, &self.caller);
                let state = rules.state(&key, server);
                let (remove, written) = removal(&Write::unconditional(key, &self.caller), state, context);
                return Ok(Step::Edit(vec![remove], written));
            }
            Json::Object(patch) => patch.clone(),
            _ => {
                let message = "must be an object, or null";
                return Err(ServiceError::InvalidSettings(vec![Violation {
                    pointer: place,
                    message: message.into(),
                }]));
            }
        };
        let change = match (is_there, servers.is_wrapped) {
            (true, true) => ServerWrite::merge(patch),
            (true, false) => Operation::Merge(patch).in_words(Words::OpenHands),
            (false, true) => ServerWrite::replace(without_nulls(&patch)),
            (false, false) => Operation::Create(without_nulls(&patch)).in_words(Words::OpenHands),
        };
        let write = Write::unconditional(key, &self.caller);
        let update = Arc::new(Update::new(write, change));
        update::decide(current, &update, context, &keys).map_err(|error| error.of_one_at(&place))
    }

    /// The settings as the patch makes them, if it may.
    fn patched(&self, before: &Settings, layout: &Layout, ring: &KeyRing) -> Result<Settings, ServiceError> {
        // Outside the servers nothing is resolved.
        let (may_reveal, references) = (self.caller.may_reveal(), &NO_REFERENCES);
        let reading = Reading { sealing: layout.sealing, ring, may_reveal, references };
        let patched = self.patch.apply(before, &reading);
        check_size(before, &patched.settings)?;
        let violations = check(before, &patched.settings, layout.dialect);
        if !violations.is_empty() {
            return Err(ServiceError::InvalidSettings(violations));
        }
        let losses = self.patch.unnamed_losses(before);
        if !losses.is_empty() {
            return Err(ServiceError::UnnamedLoss(losses));
        }
        if !patched.refusals.is_empty() {
            return Err(ServiceError::Refused(patched.refusals));
        }
        Ok(patched.settings)
    }
}

/// Whether this is sent for a server that is named as the map is: the map's own values are servers.
fn is_server_patch(value: &Json) -> bool {
    let is_server = |value: &Json| matches!(value, Json::Object(_) | Json::Null);
    value.as_object().is_some_and(|members| !members.iter().all(|(_, value)| is_server(value)))
}

/// A merge can break a limit that its parts keep. What the write leaves alone is not judged.
fn check_size(before: &Settings, after: &Settings) -> Result<(), ServiceError> {
    for section in Section::ALL {
        let (old, new) = (before.section(section), after.section(section));
        let touched: Vec<&str> = touched_members(Some(old), new, true).map(|(name, _)| name).collect();
        let shown: Object = view_masked(new, Exposure::Redacted, SETTINGS_MASK)
            .into_iter()
            .filter(|(name, _)| touched.contains(&name.as_str()))
            .collect();
        let shown = shown.into();
        check_limits(&shown, &Rules::BODY).map_err(|fault| {
            ServiceError::BeyondLimits(fault).of_one_at(&Pointer::root().member(section.diff_name()))
        })?;
        if LARGEST_SHOWN < to_compact(&shown).len() {
            return Err(ServiceError::ResultTooLarge);
        }
    }
    Ok(())
}

/// What is to be written for settings to become others. What stays the same is not touched.
fn outside_edits(before: &Settings, after: &Settings, ring: &KeyRing) -> Result<Vec<Edit>, ServiceError> {
    let mut edits = Vec::new();
    let changed = Section::ALL.into_iter().filter(|section| {
        let (before, after) = (before.section(*section), after.section(*section));
        !after.is_same(before)
    });
    for section in changed {
        let stored =
            config::to_stored(after.section(section), ring).map_err(|NoKey| ServiceError::KeyMissing)?;
        let value = Json::from(stored);
        if LARGEST_STORED < to_compact(&value).len() {
            return Err(ServiceError::ResultTooLarge);
        }
        edits.push(Edit::Outside { member: section.name().to_owned(), value });
    }
    let cleared =
        ActivePointer::ALL.into_iter().filter(|pointer| before.active(*pointer) != after.active(*pointer));
    edits.extend(
        cleared.map(|pointer| Edit::Outside { member: pointer.name().to_owned(), value: Json::Null }),
    );
    Ok(edits)
}

/// Whether these edits hide or show all servers.
fn switches_variant(layout: &Layout, edits: &[Edit]) -> bool {
    let is_acp = |value: &Json| value.get("agent_kind").and_then(Json::as_str) == Some("acp");
    let was_hidden = layout.access == Access::NoCollection;
    layout.sealing != Sealing::Listed
        && edits.iter().any(|edit| match edit {
            Edit::Outside { member, value } if member == Section::Agent.name() => is_acp(value) != was_hidden,
            _ => false,
        })
}
