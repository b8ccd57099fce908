//! A settings file as text that loses nothing: the servers are split off, all the rest stays as it was read.
//! Pure: it refuses to know files, keys and what a server's members mean.

mod edit;
mod items;
mod locate;
mod new_document;
mod rewrite;
mod servers;
mod unreadable;

use std::fmt;
use std::sync::Arc;

pub use self::new_document::NewDocument;
pub use self::unreadable::{Unreadable, Within};

use self::locate::{Place, locate};
use self::servers::Servers;
use crate::json::{Style, strings};
use crate::model::{Layout, SettingsKey, StoredServer};

/// One version of a settings file. Cheap to clone.
#[derive(Clone)]
pub struct Document {
    new: NewDocument,
    layout: Layout,
    style: Style,
    body: Body,
    outside_tokens: Arc<[Box<str>]>,
}

/// The text.
#[derive(Clone)]
enum Body {
    /// There is no file.
    Absent,
    /// A file without a map of servers, or with one that its agent variant does not have.
    Whole(Arc<str>),
    /// A file with one: `head` ends with its `{`, `tail` begins with its `}`.
    Split { head: Arc<str>, servers: Servers, tail: Arc<str> },
}

impl Document {
    /// Reads a file. A server whose text is the same as in `previous` is shared with it, and so what is
    /// known of its author; the other servers have none.
    pub fn read(bytes: &[u8], new: NewDocument, previous: Option<&Self>) -> Result<Self, Unreadable> {
        let text =
            std::str::from_utf8(bytes).map_err(|error| Unreadable::not_utf8(bytes, error.valid_up_to()))?;
        let located = locate(text, new)?;
        let (body, outside) = match located.place {
            Place::Map(map) => {
                let servers = Servers::read(text, &map, previous.and_then(Self::split_servers));
                let (head, tail) = (&text[..=map.open], &text[map.close..]);
                (Body::Split { head: head.into(), servers, tail: tail.into() }, [head, tail])
            }
            Place::Missing { .. } | Place::Hidden => (Body::Whole(text.into()), [text, ""]),
        };
        let outside_tokens = outside.into_iter().flat_map(tokens).collect();
        Ok(Self { new, layout: located.layout, style: located.style, body, outside_tokens })
    }

    /// The document where there was never a file.
    pub fn absent(new: NewDocument) -> Self {
        Self {
            new,
            layout: new.layout(),
            style: Style::indented(),
            body: Body::Absent,
            outside_tokens: Arc::new([]),
        }
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

    /// The strings outside the servers that look like encrypted values.
    pub fn outside_tokens(&self) -> &Arc<[Box<str>]> {
        &self.outside_tokens
    }

    /// The whole text; of a document that was read and not edited, the bytes that were read. Where there
    /// was never a file there are none.
    pub fn render(&self) -> Vec<u8> {
        match &self.body {
            Body::Absent => Vec::new(),
            Body::Whole(text) => text.as_bytes().to_vec(),
            Body::Split { head, servers, tail } => {
                let mut out = String::with_capacity(head.len() + servers.text_len() + tail.len());
                out.push_str(head);
                servers.write(&mut out);
                out.push_str(tail);
                out.into_bytes()
            }
        }
    }

    fn split_servers(&self) -> Option<&Servers> {
        match &self.body {
            Body::Split { servers, .. } => Some(servers),
            Body::Absent | Body::Whole(_) => None,
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

/// Strings that look like Fernet tokens, of which the shortest has 100 characters.
fn tokens(text: &str) -> impl Iterator<Item = Box<str>> {
    strings(text).filter(|string| string.starts_with("gAAAAA") && string.len() >= 100).map(Box::from)
}

#[cfg(test)]
mod tests;
