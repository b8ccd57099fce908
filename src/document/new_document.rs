//! What is written where nothing was: the two new documents of DESIGN §6.2.

use crate::json::{Json, Number, Object, Style};
use crate::model::{Access, Dialect, Layout, Sealing};

/// Which document is begun if there is no file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NewDocument {
    /// Ours: open to unknown members.
    Own,
    /// One of OpenHands' newest layout, since it reads this file too and drops what it does not know.
    OpenHands,
}

impl NewDocument {
    /// What the document will mean once it is there. It has no version before that.
    pub(super) fn layout(self) -> Layout {
        let (dialect, sealing) = match self {
            Self::Own => (Dialect::Open, Sealing::EverySecret),
            Self::OpenHands => (Dialect::Closed, Sealing::Listed),
        };
        Layout { dialect, sealing, access: Access::Writable, belongs_to_openhands: false }
    }

    /// The member `agent_settings`, its map of servers empty.
    pub(super) fn agent_settings(self) -> Object {
        let kind = ("agent_kind", Json::string("openhands"));
        let map = Json::from(Object::new());
        match self {
            Self::Own => {
                let config = Object::from_iter([("mcpServers", map)]);
                Object::from_iter([kind, ("mcp_config", config.into())])
            }
            Self::OpenHands => Object::from_iter([version(9), kind, ("mcp_config", map)]),
        }
    }

    /// The whole text, its map of servers empty.
    pub(super) fn text(self) -> String {
        let agent = ("agent_settings", Json::from(self.agent_settings()));
        let (root, end) = match self {
            Self::Own => (Object::from_iter([agent]), "\n"),
            Self::OpenHands => (Object::from_iter([version(6), agent]), ""),
        };
        let mut text = String::new();
        Style::indented().write(&mut text, &root.into(), "");
        text + end
    }
}

fn version(number: u64) -> (&'static str, Json) {
    ("schema_version", Json::Number(Number::from_u64(number)))
}
