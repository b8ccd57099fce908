//! A settings file as text that loses nothing: the servers are split off, all the rest stays as it was read.
//! Pure: it does not know files, keys and what a server's members mean.

mod edit;
mod items;
mod locate;
mod new_document;
mod outside_edit;
mod rewrite;
mod servers;
mod surroundings;
mod unreadable;

use std::fmt;
use std::sync::Arc;

pub use self::new_document::NewDocument;
pub use self::unreadable::{Unreadable, Within};

use self::locate::{Place, locate};
use self::servers::Servers;
use self::surroundings::Surroundings;
use crate::json::Style;
use crate::model::{Layout, Outside, SettingsKey, StoredServer};

/// One version of a settings file. Cheap to clone.
///
/// ```
/// use mcp_settings::document::{Document, NewDocument};
///
/// let text = r#"{ "schema_version": 1,
///     "agent_settings": { "mcp_config": { "mcpServers": { "notes": { "command":  "notes" } } } } }"#;
/// let document = Document::read(text.as_bytes(), NewDocument::Own, None)?;
/// let names: Vec<&str> = document.servers().map(|(key, _)| key.as_str()).collect();
/// assert_eq!(names, ["notes"]);
/// assert_eq!(document.render(), text.as_bytes(), "the blanks are the file's own");
/// # Ok::<(), mcp_settings::document::Unreadable>(())
/// ```
#[derive(Clone)]
pub struct Document {
    new: NewDocument,
    layout: Layout,
    style: Style,
    body: Body,
    around: Surroundings,
}

/// What a file has beside the text outside the servers.
#[derive(Clone)]
enum Body {
    /// There is no file.
    Absent,
    /// Nothing: it has no map of servers, or one that its agent variant does not have.
    Whole,
    /// A map of servers.
    Split(Servers),
}

impl Document {
    /// Reads a file. What has the same text as in `previous` is shared with it: servers, and with them what is
    /// known of their authors, and all that is outside them.
    pub fn read(bytes: &[u8], new: NewDocument, previous: Option<&Self>) -> Result<Self, Unreadable> {
        let text =
            std::str::from_utf8(bytes).map_err(|error| Unreadable::not_utf8(bytes, error.valid_up_to()))?;
        let located = locate(text, new)?;
        let (body, head, tail) = match located.place {
            Place::Map(map) => {
                let servers = Servers::read(text, &map, previous.and_then(Self::split_servers));
                (Body::Split(servers), &text[..=map.open], &text[map.close..])
            }
            Place::Missing { .. } | Place::Hidden => (Body::Whole, text, ""),
        };
        let around = Surroundings::new(head, tail, previous.map(|previous| &previous.around));
        Ok(Self { new, layout: located.layout, style: located.style, body, around })
    }

    /// The document where there was never a file.
    pub fn absent(new: NewDocument) -> Self {
        let text = new.text();
        let begun = Self::read(text.as_bytes(), new, None).expect("the text of a new document can be read");
        Self { layout: new.layout(), body: Body::Absent, ..begun }
    }

    /// What the versions of the document mean.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The servers in the order of the file.
    pub fn servers(&self) -> impl Iterator<Item = (&SettingsKey, &Arc<StoredServer>)> {
        self.split_servers().into_iter().flat_map(Servers::entries).map(|entry| (&entry.key, &entry.server))
    }

    /// One server.
    pub fn server(&self, key: &SettingsKey) -> Option<&Arc<StoredServer>> {
        let servers = self.split_servers()?;
        Some(&servers.entry(servers.position(key.as_str())?).server)
    }

    /// Everything but the servers; where there is no file, what a new one would say.
    pub fn outside(&self) -> &Arc<Outside> {
        self.around.outside()
    }

    /// About how many bytes [`Self::render`] gives: never fewer.
    pub fn text_len(&self) -> usize {
        let servers = self.split_servers().map_or(0, Servers::text_len);
        self.around.head().len() + servers + self.around.tail().len()
    }

    /// The whole text; of a document that was read and not edited, the bytes that were read. Empty if
    /// there was never a file.
    pub fn render(&self) -> Vec<u8> {
        if let Body::Absent = self.body {
            return Vec::new();
        }
        let (head, tail) = (self.around.head(), self.around.tail());
        let servers = self.split_servers();
        let mut out = String::with_capacity(self.text_len());
        out.push_str(head);
        if let Some(servers) = servers {
            servers.write(&mut out);
        }
        out.push_str(tail);
        out.into_bytes()
    }

    fn split_servers(&self) -> Option<&Servers> {
        match &self.body {
            Body::Split(servers) => Some(servers),
            Body::Absent | Body::Whole => None,
        }
    }
}

/// The text may hold secrets.
impl fmt::Debug for Document {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.servers().map(|(key, _)| key.as_str()).collect();
        formatter
            .debug_struct("Document")
            .field("layout", &self.layout)
            .field("servers", &names)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
