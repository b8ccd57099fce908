//! What is shown of the settings outside the servers, as OpenHands' answers name it. The servers have a place in
//! it, which is left for others to fill.

use crate::json::{Json, Object, Path, Pointer};
use crate::model::config::Node;
use crate::model::mask::SETTINGS_MASK;
use crate::model::settings::{ActivePointer, MCP_CONFIG, Section, Settings};
use crate::secrets::Exposure;

use super::view::{collect_unreadable, view_masked};

/// One view of the settings outside the servers.
#[derive(Debug)]
pub struct SettingsView {
    /// `agent_settings` with an empty [`MCP_CONFIG`] in its place.
    pub agent_settings: Object,
    /// `conversation_settings`
    pub conversation_settings: Object,
    /// `misc_settings`
    pub misc_settings: Object,
    /// Whether the language model has a key.
    pub llm_api_key_is_set: bool,
    /// Each [`ActivePointer`] in their order: a string or null.
    pub active: [Json; 3],
    /// The places in the document of the secrets that no key opens. They are masked in every view but the
    /// encrypted one, so check this before the plaintext view is shown.
    pub unreadable: Vec<Pointer>,
}

impl SettingsView {
    /// The view of the settings for this exposure.
    pub fn new(settings: &Settings, exposure: Exposure) -> Self {
        let shown = |section| view_masked(settings.section(section), exposure, SETTINGS_MASK);
        let mut agent_settings = shown(Section::Agent);
        agent_settings.insert(MCP_CONFIG, Object::new().into());
        let mut unreadable = Vec::new();
        for section in Section::ALL {
            collect_unreadable(
                settings.section(section),
                &Path::Root.member(section.name()),
                &mut unreadable,
            );
        }
        let active = |pointer| settings.active(pointer).map_or(Json::Null, Json::string);
        Self {
            agent_settings,
            conversation_settings: shown(Section::Conversation),
            misc_settings: shown(Section::Misc),
            llm_api_key_is_set: settings.has_llm_key() && !is_acp(settings),
            active: ActivePointer::ALL.map(active),
            unreadable,
        }
    }
}

/// An agent of this kind has no language model of its own.
fn is_acp(settings: &Settings) -> bool {
    matches!(settings.agent.get("agent_kind"), Some(Node::Text(kind)) if kind.as_str() == "acp")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::to_compact;
    use crate::model::Sealing;
    use crate::model::samples::{object, ring};

    const ROOT: &str = r#"{"agent_settings":{"agent_kind":"openhands","llm":{"model":"m","api_key":"sealed k","aws_session_token":null},"mcp_config":{"x":{"env":{"A":"sealed s"}}},"agent_context":{"secrets":{"S":"sealed t","O":{"kind":"StaticSecret","value":"clear"}}},"verification":{"critic_api_key":"foreign c"}},"conversation_settings":{"max_iterations":5e1},"misc_settings":{"hotkey":"ctrl"},"active_profile":"p"}"#;

    fn shown(exposure: Exposure) -> SettingsView {
        let settings = Settings::open(&object(ROOT), Sealing::Listed, ring()).unwrap();
        SettingsView::new(&settings, exposure)
    }

    #[test]
    fn the_redacted_view_masks_each_secret_and_leaves_the_place_of_the_servers() {
        let view = shown(Exposure::Redacted);
        assert_eq!(
            to_compact(&view.agent_settings.into()),
            r#"{"agent_kind":"openhands","llm":{"model":"m","api_key":"**********","aws_session_token":null},"mcp_config":{},"agent_context":{"secrets":{"S":"**********","O":{"kind":"StaticSecret","value":"**********"}}},"verification":{"critic_api_key":"**********"}}"#
        );
        assert_eq!(to_compact(&view.conversation_settings.into()), r#"{"max_iterations":5e1}"#);
        assert_eq!(to_compact(&view.misc_settings.into()), r#"{"hotkey":"ctrl"}"#);
        assert_eq!(view.active, [Json::string("p"), Json::Null, Json::Null]);
        assert!(view.llm_api_key_is_set);
    }

    #[test]
    fn the_encrypted_view_shows_what_is_stored() {
        let stored = object(ROOT);
        let settings = Settings::open(&stored, Sealing::Listed, ring()).unwrap();
        let mut view = SettingsView::new(&settings, Exposure::Encrypted);
        let agent = stored.get("agent_settings").and_then(Json::as_object).unwrap();
        view.agent_settings.insert(MCP_CONFIG, agent.get(MCP_CONFIG).unwrap().clone());
        assert_eq!(view.agent_settings, *agent);
    }

    #[test]
    fn the_plaintext_view_shows_secrets_and_lists_those_that_it_cannot_show() {
        let view = shown(Exposure::Plaintext);
        let text = to_compact(&view.agent_settings.into());
        assert!(text.contains(r#""api_key":"k""#) && text.contains(r#""S":"t""#), "{text}");
        assert!(text.contains(r#""critic_api_key":"**********""#), "{text}");
        let unreadable: Vec<_> = view.unreadable.iter().map(Pointer::as_str).collect();
        assert_eq!(unreadable, ["/agent_settings/verification/critic_api_key"]);
    }
}
