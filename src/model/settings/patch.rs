//! A patch of the settings as OpenHands' clients send it (OPENHANDS §5.2): three merge patches and
//! three pointers. It makes of opened settings what was asked for; whether that may be stored is `check`'s to say.

use crate::json::{Json, Object, Path};
use crate::model::config::{Members, Node};
use crate::model::findings::Findings;
use crate::model::merge::{Merged, Reading, Refusal, merge_patch_at};
use crate::model::validate::Violation;

use super::schema::agent::NOT_FOR_ACP;
use super::{ActivePointer, MCP_CONFIG, Section, Settings};

/// The member of [`MCP_CONFIG`] that holds the servers of an older document.
pub const WRAPPER: &str = "mcpServers";

/// What a request wants of the settings.
#[derive(Clone, Debug, Default)]
pub struct SettingsPatch {
    /// What it wants of the servers, as it was sent.
    pub servers: Option<Json>,
    /// The patch of each [`Section`] in their order, that of the agent without the servers.
    sections: [Option<Object>; 3],
    /// Which [`ActivePointer`] is to point nowhere, in their order.
    cleared: [bool; 3],
}

/// Why a request is no patch of the settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PatchFault {
    /// None of the known members is there.
    Empty,
    /// It points to a profile, and profiles are kept by others.
    Profile(ActivePointer),
    /// A member is of the wrong kind.
    Invalid(Vec<Violation>),
}

/// What a patch makes of settings.
#[derive(Clone, Debug)]
pub struct Patched {
    /// The settings.
    pub settings: Settings,
    /// The sent values that can't be taken.
    pub refusals: Vec<Refusal>,
}

impl SettingsPatch {
    /// Reads a request. Members that nobody knows are ignored, as OpenHands ignores them; null for one of the
    /// patches is the same as absent.
    pub fn read(mut body: Object) -> Result<Self, PatchFault> {
        let mut patch = Self::default();
        let mut violations = Findings::new();
        let mut refuse = |name: &str, message: &'static str| {
            violations
                .note(&Path::Root.member(name), |pointer| Violation { pointer, message: message.into() });
        };
        let mut profile = None;
        for section in Section::ALL {
            match body.remove(section.diff_name()) {
                None | Some(Json::Null) => {}
                Some(Json::Object(diff)) => patch.sections[section as usize] = Some(diff),
                Some(_) => refuse(section.diff_name(), "must be an object"),
            }
        }
        for pointer in ActivePointer::ALL {
            match body.get(pointer.name()) {
                None => {}
                Some(Json::Null) => patch.cleared[pointer as usize] = true,
                Some(Json::String(_)) => profile = profile.or(Some(pointer)),
                Some(_) => refuse(pointer.name(), "must be a string or null"),
            }
        }
        if !violations.is_empty() {
            return Err(PatchFault::Invalid(violations.into_vec()));
        }
        if let Some(pointer) = profile {
            return Err(PatchFault::Profile(pointer));
        }
        if patch.sections.iter().all(Option::is_none) && !patch.cleared.contains(&true) {
            return Err(PatchFault::Empty);
        }
        if let Some(agent) = &mut patch.sections[Section::Agent as usize] {
            patch.servers = agent.remove(MCP_CONFIG);
        }
        Ok(patch)
    }

    /// Whether it wants anything of what is outside the servers.
    pub fn is_about_outside(&self) -> bool {
        let is_some = |section: Section| match self.section(section) {
            None => false,
            Some(diff) => section != Section::Agent || !diff.is_empty(),
        };
        Section::ALL.into_iter().any(is_some) || self.cleared.contains(&true)
    }

    /// The names of all servers that it may be about, in either layout.
    pub fn server_names(&self) -> impl Iterator<Item = &str> {
        let map = self.servers.as_ref().and_then(Json::as_object);
        let wrapped = map.and_then(|map| map.get(WRAPPER)).and_then(Json::as_object);
        [map, wrapped].into_iter().flatten().flat_map(Object::names)
    }

    /// What it wants of a section.
    pub fn section(&self, section: Section) -> Option<&Object> {
        self.sections[section as usize].as_ref()
    }

    /// What it makes of the settings.
    pub fn apply(&self, before: &Settings, reading: &Reading<'_>) -> Patched {
        let mut patched = Patched { settings: before.clone(), refusals: Vec::new() };
        for section in Section::ALL {
            let Some(diff) = self.section(section) else { continue };
            let own = before.section(section);
            let path = Path::Root.member(section.diff_name());
            let (diff, nulls) = match section {
                Section::Agent => (diff.clone(), Vec::new()),
                Section::Conversation | Section::Misc => split_nulls(diff),
            };
            let Merged { mut config, refusals, .. } =
                merge_patch_at(diff, own, section.position(), &path, reading);
            nulls.into_iter().for_each(|name| config.insert(name, Node::Null));
            *patched.settings.section_mut(section) = config;
            patched.refusals.extend(refusals);
        }
        for pointer in ActivePointer::ALL.into_iter().filter(|pointer| self.cleared[*pointer as usize]) {
            patched.settings.pointers[pointer as usize] = None;
            if pointer == ActivePointer::MetaProfile {
                stop_routing(&mut patched.settings.agent);
            }
        }
        patched
    }

    /// The members of the agent's settings that this patch removes whole although they hold secrets: a client
    /// that means a secret names it, the entry of a map that it is, or the map. A switch to an ACP agent has to
    /// remove the language model, and so names it.
    pub fn unnamed_losses(&self, before: &Settings) -> Vec<crate::json::Pointer> {
        let path = Path::Root.member(Section::Agent.diff_name());
        let diff = self.section(Section::Agent);
        let is_to_acp = diff.and_then(|diff| diff.get("agent_kind")).and_then(Json::as_str) == Some("acp");
        let nulls = self
            .section(Section::Agent)
            .into_iter()
            .flat_map(Object::iter)
            .filter(|(_, value)| value.is_null());
        nulls
            .filter(|(name, _)| !Section::Agent.position().member(name).is_map_of_secrets())
            .filter(|(name, _)| !(is_to_acp && *name == NOT_FOR_ACP))
            .filter(|(name, _)| before.agent.get(name).is_some_and(holds_secret))
            .map(|(name, _)| path.member(name).pointer())
            .collect()
    }
}

/// In these sections null for a member is a value; below it removes.
fn split_nulls(diff: &Object) -> (Object, Vec<String>) {
    let (nulls, rest): (Vec<_>, Vec<_>) = diff.clone().into_iter().partition(|(_, value)| value.is_null());
    (rest.into_iter().collect(), nulls.into_iter().map(|(name, _)| name).collect())
}

/// The agent's settings hold the pointer to a meta-profile too, beside a switch: OpenHands keeps the three
/// in step.
fn stop_routing(agent: &mut Members) {
    if agent.get(ActivePointer::MetaProfile.name()).is_some() {
        agent.insert(ActivePointer::MetaProfile.name().to_owned(), Node::Null);
    }
    let switch = "enable_classify_and_switch_llm_tool";
    if let Some(Node::Bool(true)) = agent.get(switch) {
        agent.insert(switch.to_owned(), Node::Bool(false));
    }
}

fn holds_secret(node: &Node) -> bool {
    match node {
        Node::Secret(_) => true,
        Node::Array(elements) => elements.iter().any(holds_secret),
        Node::Object(members) => members.iter().any(|(_, node)| holds_secret(node)),
        Node::Null | Node::Bool(_) | Node::Number(_) | Node::Text(_) | Node::Url(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::to_compact;
    use crate::model::Sealing;
    use crate::model::reference::NO_REFERENCES;
    use crate::model::samples::{object, plain_text, ring};

    fn settings(root: &str) -> Settings {
        Settings::open(&object(root), Sealing::Listed, ring()).unwrap()
    }

    fn patch(body: &str) -> SettingsPatch {
        SettingsPatch::read(object(body)).unwrap()
    }

    fn applied(root: &str, body: &str) -> Patched {
        let reading =
            Reading { sealing: Sealing::Listed, ring: ring(), may_reveal: true, references: &NO_REFERENCES };
        patch(body).apply(&settings(root), &reading)
    }

    #[test]
    fn a_request_is_read_or_its_fault_is_reported() {
        let invalid = |at: &str, message: &'static str| {
            let pointer = crate::json::Pointer::root().member(at);
            Err(PatchFault::Invalid(vec![Violation { pointer, message: message.into() }]))
        };
        for (body, expected) in [
            ("{}", Err(PatchFault::Empty)),
            (r#"{"agent_settings":{"llm":{}}}"#, Err(PatchFault::Empty)),
            (r#"{"agent_settings_diff":null,"misc_settings_diff":null}"#, Err(PatchFault::Empty)),
            (r#"{"agent_settings_diff":{}}"#, Ok(false)),
            (r#"{"agent_settings_diff":{"mcp_config":{"x":{}}}}"#, Ok(false)),
            (r#"{"agent_settings_diff":{"mcp_config":{},"llm":{}}}"#, Ok(true)),
            (r#"{"misc_settings_diff":{}}"#, Ok(true)),
            (r#"{"active_profile":null,"unknown":1}"#, Ok(true)),
            (r#"{"active_profile":"p"}"#, Err(PatchFault::Profile(ActivePointer::Profile))),
            (r#"{"active_meta_profile":"p"}"#, Err(PatchFault::Profile(ActivePointer::MetaProfile))),
            (r#"{"active_profile":7}"#, invalid("active_profile", "must be a string or null")),
            (r#"{"misc_settings_diff":[]}"#, invalid("misc_settings_diff", "must be an object")),
        ] {
            let found = SettingsPatch::read(object(body)).map(|patch| patch.is_about_outside());
            assert_eq!(found, expected, "{body}");
        }
    }

    #[test]
    fn a_patch_is_merged_as_openhands_merges_it() {
        let root = r#"{"agent_settings":{"llm":{"model":"m","temperature":1.0,"api_key":"sealed k"},"mcp_config":{}},"conversation_settings":{"max":5,"deep":{"a":1,"b":2}},"misc_settings":{"deep":{"a":1,"b":{"c":[1,2]}}}}"#;
        let agent = |settings: &Settings| plain_text(&settings.agent);
        let conversation = |settings: &Settings| plain_text(&settings.conversation);
        let misc = |settings: &Settings| plain_text(&settings.misc);
        type Shown = fn(&Settings) -> String;
        let table: [(&str, Shown, &str); 10] = [
            // In the agent's settings null removes at every depth.
            (
                r#"{"agent_settings_diff":{"llm":{"temperature":null,"model":"n"},"new":{"a":null,"b":1}}}"#,
                agent,
                r#"{"llm":{"model":"n","api_key":"kept k"},"mcp_config":null,"new":{"b":1}}"#,
            ),
            (
                r#"{"agent_settings_diff":{"llm":{"api_key":null}}}"#,
                agent,
                r#"{"llm":{"model":"m","temperature":1.0},"mcp_config":null}"#,
            ),
            (
                r#"{"agent_settings_diff":{"llm":{"api_key":"new"}}}"#,
                agent,
                r#"{"llm":{"model":"m","temperature":1.0,"api_key":"new new"},"mcp_config":null}"#,
            ),
            (
                r#"{"agent_settings_diff":{"llm":{"api_key":"**********"}}}"#,
                agent,
                r#"{"llm":{"model":"m","temperature":1.0,"api_key":"kept k"},"mcp_config":null}"#,
            ),
            // In the others it is a value at the top and removes below.
            (
                r#"{"conversation_settings_diff":{"max":null,"deep":{"a":null}}}"#,
                conversation,
                r#"{"max":null,"deep":{"b":2}}"#,
            ),
            (
                r#"{"conversation_settings_diff":{"max":7}}"#,
                conversation,
                r#"{"max":7,"deep":{"a":1,"b":2}}"#,
            ),
            (r#"{"misc_settings_diff":{"deep":null,"x":null}}"#, misc, r#"{"deep":null,"x":null}"#),
            (r#"{"misc_settings_diff":{"deep":{"b":{"c":[3]}}}}"#, misc, r#"{"deep":{"a":1,"b":{"c":[3]}}}"#),
            (
                r#"{"misc_settings_diff":{"api_key":"**********"}}"#,
                misc,
                r#"{"deep":{"a":1,"b":{"c":[1,2]}},"api_key":"**********"}"#,
            ),
            (r#"{"misc_settings_diff":{}}"#, misc, r#"{"deep":{"a":1,"b":{"c":[1,2]}}}"#),
        ];
        for (body, shown, expected) in table {
            let Patched { settings, refusals } = applied(root, body);
            assert_eq!(shown(&settings), expected, "{body}");
            assert_eq!(refusals, [], "{body}");
        }
    }

    #[test]
    fn a_mask_with_nothing_behind_it_and_a_foreign_token_are_refused_where_they_are() {
        for (body, pointer) in [
            (
                r#"{"agent_settings_diff":{"llm":{"api_key":"[REDACTED]"}}}"#,
                "/agent_settings_diff/llm/api_key",
            ),
            (
                r#"{"agent_settings_diff":{"agent_context":{"secrets":{"A":"foreign a"}}}}"#,
                "/agent_settings_diff/agent_context/secrets/A",
            ),
        ] {
            let refusals = applied("{}", body).refusals;
            assert_eq!(
                refusals.iter().map(|refusal| refusal.pointer.as_str()).collect::<Vec<_>>(),
                [pointer]
            );
        }
    }

    #[test]
    fn a_cleared_meta_profile_is_cleared_wherever_it_is() {
        let root = r#"{"agent_settings":{"active_meta_profile":"p","enable_classify_and_switch_llm_tool":true},"active_meta_profile":"p","active_profile":"q"}"#;
        let settings = applied(root, r#"{"active_meta_profile":null}"#).settings;
        assert_eq!(ActivePointer::ALL.map(|pointer| settings.active(pointer)), [Some("q"), None, None]);
        assert_eq!(
            plain_text(&settings.agent),
            r#"{"active_meta_profile":null,"enable_classify_and_switch_llm_tool":false}"#
        );
    }

    #[test]
    fn a_member_that_holds_secrets_is_not_removed_unnamed() {
        let root = settings(
            r#"{"agent_settings":{"llm":{"api_key":"sealed k"},"agent_context":{"secrets":{"A":"sealed a"}},"meta_profile_llms":{"fast":{"api_key":"foreign f"}},"verification":{"critic_api_key":null},"condenser":{}}}"#,
        );
        for (diff, expected) in [
            (r#"{"llm":null}"#, "/agent_settings_diff/llm"),
            (r#"{"agent_context":null,"condenser":null}"#, "/agent_settings_diff/agent_context"),
            (r#"{"meta_profile_llms":null}"#, "/agent_settings_diff/meta_profile_llms"),
            (r#"{"verification":null}"#, ""),
            (r#"{"llm":{"api_key":null}}"#, ""),
            (r#"{"meta_profile_llms":{"fast":null}}"#, ""),
            (r#"{"agent_context":{"secrets":null}}"#, ""),
        ] {
            let patch = patch(&format!(r#"{{"agent_settings_diff":{diff}}}"#));
            let losses = patch.unnamed_losses(&root);
            let pointers: Vec<_> = losses.iter().map(|pointer| pointer.as_str()).collect();
            assert_eq!(pointers.join(" "), expected, "{diff}");
        }
    }

    #[test]
    fn servers_are_distinguished_from_the_rest() {
        let patch = patch(r#"{"agent_settings_diff":{"mcp_config":{"x":null},"llm":{}}}"#);
        assert_eq!(to_compact(&patch.servers.clone().unwrap()), r#"{"x":null}"#);
        assert_eq!(patch.section(Section::Agent), Some(&object(r#"{"llm":{}}"#)));
    }
}
