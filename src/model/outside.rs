//! What a document says outside its servers, as sections: the members of its root, parsed. Shared by all versions that
//! differ in servers only. It does not know the text, or what the members mean.

use std::fmt;

use super::settings::{ActivePointer, Section};
use crate::json::{Fault, FaultKind, Json, Object, Rules, parse, strings};
use crate::secrets::is_token;

/// Everything of a document but its servers.
pub struct Outside {
    root: Result<Object, Fault>,
    tokens: Box<[Box<str>]>,
}

impl Outside {
    /// Reads the text of a document in which the map of servers is empty.
    pub fn read(text: &str) -> Self {
        let root = match parse(text, &Rules::STORED) {
            Ok(Json::Object(root)) => Ok(root),
            Ok(_) => Err(Fault::whole(FaultKind::NotAnObject)),
            Err(fault) => Err(fault),
        };
        Self { root, tokens: strings(text).filter(|string| is_token(string)).map(Box::from).collect() }
    }

    /// The strings that begin as encrypted values do (`gAAAAA…`), wherever they are.
    pub fn tokens(&self) -> impl Iterator<Item = &str> {
        self.tokens.iter().map(AsRef::as_ref)
    }

    /// The document's root with an empty map of servers, or what keeps it from being read (a member named
    /// twice, half of a surrogate pair, …).
    pub fn root(&self) -> Result<&Object, &Fault> {
        self.root.as_ref()
    }

    /// Whether a member of the root can be set to this: a member that this build knows, while all of the document
    /// can be read. An agent kind that nobody knows would make the document read-only for everyone.
    pub fn can_hold(&self, member: &str, value: &Json) -> bool {
        let is_pointer = ActivePointer::ALL.iter().any(|pointer| pointer.name() == member);
        let is_section = Section::ALL.iter().any(|section| section.name() == member);
        let kind = value.get("agent_kind");
        let is_known_kind = |kind: &Json| matches!(kind.as_str(), Some("openhands" | "llm" | "acp"));
        self.root.is_ok()
            && (is_pointer
                || (is_section
                    && value.as_object().is_some()
                    && (member != Section::Agent.name() || kind.is_none_or(is_known_kind))))
    }
}

/// The values may be secrets in clear.
impl fmt::Debug for Outside {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Outside").field("tokens", &self.tokens.len()).finish_non_exhaustive()
    }
}
