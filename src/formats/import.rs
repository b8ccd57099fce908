//! What an import finds in a text: servers, what can't become one, what is something else, and what the reader must know before
//! anything is stored. Values may be secrets: `Debug` prints none of them.

use crate::json::{Object, Pointer, Text};
use crate::model::suspect::Suspect;

use super::format::Format;
use super::place::Place;
use super::references::Reference;
use super::words::Words;

/// What was found in a text.
#[derive(Clone, Debug)]
pub struct Import {
    /// The format that the text was read in.
    pub format: Format,
    /// The formats that fit as well: where there are any, the reader should say which is meant.
    pub also_fits: Vec<Format>,
    /// The servers, in the order of the text.
    pub servers: Vec<Entry>,
    /// Entries that can't become servers. While one of them is chosen, nothing is to be stored.
    pub refused: Vec<Refused>,
    /// What is no server and no fault.
    pub ignored: Vec<Ignored>,
    /// What the reader must know, in the order of the servers.
    pub notes: Vec<Note>,
}

/// A server of a text.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The name that is offered where no server is stored: legal, and unique in the text.
    pub name: String,
    /// The name in the text, where that is another one.
    pub original_name: Option<String>,
    /// Where it is.
    pub place: Place,
    /// Whose words the bag is in.
    pub client: Format,
    /// The configuration in our words, its references as they are written.
    pub config: Object,
    /// What only the client understands, so that an export to it means the same. Each scalar in it may be secret.
    pub bag: Object,
    /// The references in the configuration.
    pub references: Vec<Reference>,
    /// Values that have to be entered: they are asked for, and never stored as they are.
    pub inputs: Vec<Input>,
    /// The values that seem to hold a secret where none is masked.
    pub suspects: Vec<Suspect>,
}

/// A value that has to be entered before a server can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// Its name in the text.
    pub id: String,
    /// The texts of the configuration that it is in.
    pub pointers: Vec<Pointer>,
    /// What it is for.
    pub description: Option<String>,
    /// Whether it is a secret.
    pub is_secret: bool,
    /// What is taken where nothing is entered. It may be a secret.
    pub default: Option<Text>,
    /// The values to choose from, where there are some.
    pub choices: Vec<String>,
}

impl Input {
    /// How many bytes its texts have.
    pub(in crate::formats) fn bytes(&self) -> usize {
        let pointers = self.pointers.iter().map(|pointer| pointer.as_str().len());
        let choices = self.choices.iter().map(String::len);
        let default = self.default.as_ref().map_or(0, |text| text.as_str().len());
        let description = self.description.as_ref().map_or(0, String::len);
        self.id.len() + description + default + pointers.chain(choices).sum::<usize>()
    }
}

/// An entry that can't become a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Its name in the text.
    pub name: Option<String>,
    /// Where the fault is.
    pub place: Place,
    /// What it is.
    pub why: Words,
}

/// A part of a text that is no server, and no fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ignored {
    /// Where it is.
    pub place: Place,
    /// What it is.
    pub what: Words,
}

/// Something that the reader must know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The name that is offered for the server that it is about.
    pub server: Option<String>,
    /// Where in the text.
    pub place: Place,
    /// What it is.
    pub about: Words,
}
