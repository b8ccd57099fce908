//! What a document says outside its servers: text that loses nothing, read when somebody first asks. Shared
//! by all versions that differ in servers only. It refuses to know what its members mean.

use std::fmt;
use std::sync::{Arc, OnceLock};

use super::settings::{ActivePointer, Section};
use crate::json::{Fault, FaultKind, Json, Object, Rules, parse, strings, to_compact};
use crate::secrets::is_token;

/// Everything of a document but the members of its server map.
pub struct Outside {
    /// The text up to the map's `{`, that included; the whole text where there is no map.
    head: Arc<str>,
    /// The text from the map's `}` on.
    tail: Arc<str>,
    tokens: Box<[Box<str>]>,
    root: OnceLock<Result<Object, Fault>>,
}

impl Outside {
    /// Takes the two pieces of a document's text; where there is no document, those of a new one.
    pub fn new(head: &str, tail: &str) -> Self {
        let tokens = [head, tail].into_iter().flat_map(tokens).collect();
        Self { head: head.into(), tail: tail.into(), tokens, root: OnceLock::new() }
    }

    /// The text up to the map's `{`, that included; the whole text where there is no map.
    pub fn head(&self) -> &str {
        &self.head
    }

    /// The text from the map's `}` on.
    pub fn tail(&self) -> &str {
        &self.tail
    }

    /// Whether these are its pieces.
    pub fn is_of(&self, head: &str, tail: &str) -> bool {
        *self.head == *head && *self.tail == *tail
    }

    /// The strings that begin as encrypted values do (`gAAAAA…`), wherever they stand.
    pub fn tokens(&self) -> impl Iterator<Item = &str> {
        self.tokens.iter().map(AsRef::as_ref)
    }

    /// The document's root with an empty map of servers, or what keeps it from being read (a member named
    /// twice, half of a surrogate pair, …).
    pub fn root(&self) -> Result<&Object, &Fault> {
        self.root.get_or_init(|| self.read()).as_ref()
    }

    /// Whether a member of the root can be set to this: a member that this build knows, while all of the document
    /// can be read. An agent kind that nobody knows would make the document read-only for everyone.
    pub fn can_hold(&self, member: &str, value: &Json) -> bool {
        let is_pointer = ActivePointer::ALL.iter().any(|pointer| pointer.name() == member);
        let is_section = Section::ALL.iter().any(|section| section.name() == member);
        let kind = value.as_object().and_then(|section| section.get("agent_kind"));
        let is_known_kind = |kind: &Json| matches!(kind.as_str(), Some("openhands" | "llm" | "acp"));
        self.root().is_ok()
            && (is_pointer
                || (is_section
                    && value.as_object().is_some()
                    && (member != Section::Agent.name() || kind.is_none_or(is_known_kind))))
    }

    /// The same with a member set. Its text is not the document's, but it says the same; what can't be read stays
    /// as it is.
    #[must_use]
    pub fn with(&self, member: &str, value: &Json) -> Self {
        match self.root() {
            Ok(root) => {
                let mut root = root.clone();
                root.insert(member, value.clone());
                Self::new(&to_compact(&root.into()), "")
            }
            Err(_) => Self::new(&self.head, &self.tail),
        }
    }

    fn read(&self) -> Result<Object, Fault> {
        match parse(&format!("{}{}", self.head, self.tail), &Rules::STORED)? {
            Json::Object(root) => Ok(root),
            _ => Err(Fault::whole(FaultKind::NotAnObject)),
        }
    }
}

/// The text may hold secrets that stand in clear.
impl fmt::Debug for Outside {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Outside").field("tokens", &self.tokens.len()).finish_non_exhaustive()
    }
}

/// Strings that are built as encrypted values are.
fn tokens(text: &str) -> impl Iterator<Item = Box<str>> {
    strings(text).filter(|string| is_token(string)).map(Box::from)
}
