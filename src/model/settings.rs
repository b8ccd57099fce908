//! What OpenHands' settings say outside the servers, with secrets opened: the three sections and the pointers to
//! profiles. It knows which members these are, and carries all others without a look.

mod check;
mod patch;
mod schema;

pub use check::check;
pub use patch::{PatchFault, Patched, SettingsPatch, WRAPPER};

use crate::json::{Fault, FaultKind, Json, Object, Pointer};
use crate::secrets::KeyRing;

use super::Sealing;
use super::config::{Members, Node, SecretValue, open_at};
use super::secret_table::Position;

/// The member of `agent_settings` that holds the servers. It is not looked into here.
pub const MCP_CONFIG: &str = "mcp_config";

/// One of the sections of a settings document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// `agent_settings`
    Agent,
    /// `conversation_settings`
    Conversation,
    /// `misc_settings`
    Misc,
}

/// What points to a profile that is kept elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActivePointer {
    /// `active_profile`
    Profile,
    /// `active_agent_profile_id`
    AgentProfile,
    /// `active_meta_profile`
    MetaProfile,
}

/// The settings outside the servers, opened.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `agent_settings`, where [`MCP_CONFIG`] is null if it is there.
    pub agent: Members,
    /// `conversation_settings`
    pub conversation: Members,
    /// `misc_settings`
    pub misc: Members,
    pointers: [Option<String>; 3],
}

impl Section {
    /// Every section.
    pub const ALL: [Self; 3] = [Self::Agent, Self::Conversation, Self::Misc];

    /// The member of a request that patches it.
    pub fn diff_name(self) -> &'static str {
        match self {
            Self::Agent => "agent_settings_diff",
            Self::Conversation => "conversation_settings_diff",
            Self::Misc => "misc_settings_diff",
        }
    }

    /// The member of the root.
    pub fn name(self) -> &'static str {
        match self {
            Self::Agent => "agent_settings",
            Self::Conversation => "conversation_settings",
            Self::Misc => "misc_settings",
        }
    }

    /// Its position, as far as secrecy goes.
    pub fn position(self) -> Position {
        match self {
            Self::Agent => Position::AGENT_SETTINGS,
            Self::Conversation | Self::Misc => Position::PLAIN,
        }
    }

    fn open(self, root: &Object, sealing: Sealing, ring: &KeyRing) -> Result<Members, Fault> {
        match root.get(self.name()) {
            None | Some(Json::Null) => Ok(Members::default()),
            Some(Json::Object(stored)) => {
                let mut members = open_at(stored, self.position(), sealing, ring);
                if self == Self::Agent && stored.contains(MCP_CONFIG) {
                    members.insert(MCP_CONFIG.to_owned(), Node::Null);
                }
                Ok(members)
            }
            Some(_) => {
                let pointer = Pointer::root().member(self.name());
                Err(Fault { pointer, kind: FaultKind::NotAnObject })
            }
        }
    }
}

impl ActivePointer {
    /// Every pointer.
    pub const ALL: [Self; 3] = [Self::Profile, Self::AgentProfile, Self::MetaProfile];

    /// The member of the root.
    pub fn name(self) -> &'static str {
        match self {
            Self::Profile => "active_profile",
            Self::AgentProfile => "active_agent_profile_id",
            Self::MetaProfile => "active_meta_profile",
        }
    }
}

impl Settings {
    /// Opens what the root of a document says. A section that is no object is a fault; one that is absent or null
    /// is empty.
    pub fn open(root: &Object, sealing: Sealing, ring: &KeyRing) -> Result<Self, Fault> {
        let open = |section: Section| section.open(root, sealing, ring);
        let pointer =
            |pointer: ActivePointer| root.get(pointer.name()).and_then(Json::as_str).map(str::to_owned);
        Ok(Self {
            agent: open(Section::Agent)?,
            conversation: open(Section::Conversation)?,
            misc: open(Section::Misc)?,
            pointers: ActivePointer::ALL.map(pointer),
        })
    }

    /// The members of a section.
    pub fn section(&self, section: Section) -> &Members {
        match section {
            Section::Agent => &self.agent,
            Section::Conversation => &self.conversation,
            Section::Misc => &self.misc,
        }
    }

    fn section_mut(&mut self, section: Section) -> &mut Members {
        match section {
            Section::Agent => &mut self.agent,
            Section::Conversation => &mut self.conversation,
            Section::Misc => &mut self.misc,
        }
    }

    /// Where a pointer points to.
    pub fn active(&self, pointer: ActivePointer) -> Option<&str> {
        self.pointers[pointer as usize].as_deref()
    }

    /// Whether there is a key of the language model, be it one that can't be opened.
    pub fn has_llm_key(&self) -> bool {
        match self.agent.get("llm").and_then(|llm| llm.as_object()?.get("api_key")) {
            Some(Node::Secret(secret)) => match &secret.value {
                SecretValue::Text(plaintext) => !plaintext.expose().trim().is_empty(),
                SecretValue::Unreadable => true,
                SecretValue::Number(_) | SecretValue::Bool(_) => false,
            },
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::samples::{object, plain_text, ring};

    fn opened(root: &str) -> Settings {
        Settings::open(&object(root), Sealing::Listed, ring()).unwrap()
    }

    #[test]
    fn sections_are_opened_and_the_servers_left_alone() {
        let settings = opened(
            r#"{"agent_settings":{"llm":{"model":"m","api_key":"sealed k"},"mcp_config":{"x":{"env":{"A":"sealed s"}}}},"conversation_settings":{"api_key":"c"},"misc_settings":null,"active_profile":"p","active_meta_profile":null}"#,
        );
        assert_eq!(
            plain_text(&settings.agent),
            r#"{"llm":{"model":"m","api_key":"sent k"},"mcp_config":null}"#
        );
        assert_eq!(plain_text(settings.section(Section::Conversation)), r#"{"api_key":"c"}"#);
        assert!(settings.section(Section::Misc).is_empty());
        assert_eq!(ActivePointer::ALL.map(|pointer| settings.active(pointer)), [Some("p"), None, None]);
    }

    #[test]
    fn whether_the_model_has_a_key_is_shown_without_the_key() {
        for (llm, expected) in [
            (r#"{"api_key":"sealed k"}"#, true),
            (r#"{"api_key":"clear"}"#, true),
            (r#"{"api_key":"foreign k"}"#, true),
            (r#"{"api_key":"sealed  "}"#, false),
            (r#"{"api_key":""}"#, false),
            (r#"{"api_key":null}"#, false),
            (r#"{"api_key":7}"#, false),
            ("{}", false),
            ("null", false),
        ] {
            let root = format!(r#"{{"agent_settings":{{"llm":{llm}}}}}"#);
            assert_eq!(opened(&root).has_llm_key(), expected, "{llm}");
        }
    }

    #[test]
    fn a_section_that_is_no_object_is_a_fault() {
        for section in Section::ALL {
            let root = object(&format!(r#"{{"{}":[1]}}"#, section.name()));
            let fault = Settings::open(&root, Sealing::Listed, ring()).unwrap_err();
            assert_eq!(fault.to_string(), format!("`/{}`: it is not an object", section.name()));
        }
    }
}
