//! One server on its way into a client's words: what of it is written, what is still to be written, and what can't be. It
//! does not know which members a client has.

use crate::json::{Json, Object, Pointer};

use super::number::moved;
use super::references::{Form, member_from_ours, member_into_ours, sole_variable};
use super::texts::each_text;
use super::words::{self, Words};

/// A server that is to be written for another client, in our words.
#[derive(Clone, Copy, Debug)]
pub struct Server<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its configuration, in clear.
    pub config: &'a Object,
    /// Its bags, by client: what only that client understands.
    pub bags: &'a Object,
}

/// What of a server a format can't hold, or not in the same way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// The server's name.
    pub server: String,
    /// Where in its configuration; all of it, where the pointer is empty.
    pub pointer: Pointer,
    /// What becomes of it.
    pub about: Words,
}

/// A server that is being written.
pub(in crate::formats) struct Writing<'a> {
    /// The name that it will have there.
    pub(in crate::formats) name: &'a str,
    pub(in crate::formats) entry: Object,
    /// The members of its configuration that are not written yet.
    pub(in crate::formats) config: Object,
    /// The members of the bag that are not written yet.
    pub(in crate::formats) bag: Object,
    pub(in crate::formats) losses: Vec<(Pointer, Words)>,
    /// Whether it is switched off outside its entry.
    pub(in crate::formats) is_off: bool,
    /// The client's forms of references, and the members of a configuration in which it replaces them.
    pub(in crate::formats) forms: &'static [Form],
    pub(in crate::formats) replaced: &'static [&'static str],
    /// Texts with references as the client wrote them, by their places.
    pub(in crate::formats) written: Object,
}

const REPLACES_NONE: &str = "this client replaces no reference there";
const MISTAKEN: &str = "this client will take a part of it for a reference";

impl Writing<'_> {
    /// Reports what becomes of a member of the configuration; of all of it, if the name is empty.
    pub(in crate::formats) fn lose(&mut self, member: &str, about: impl Into<Words>) {
        let pointer = if member.is_empty() { Pointer::root() } else { Pointer::root().member(member) };
        self.losses.push((pointer, about.into()));
    }

    /// Takes a member of the bag if it is `true`.
    pub(in crate::formats) fn take_mark(&mut self, name: &str) -> bool {
        self.bag.remove(name) == Some(Json::Bool(true))
    }

    /// Changes an object of the configuration, and drops it where nothing is left.
    pub(in crate::formats) fn change_map(&mut self, name: &str, change: impl FnOnce(&mut Object)) {
        if let Some(Json::Object(mut map)) = self.config.get(name).cloned() {
            let was_empty = map.is_empty();
            change(&mut map);
            if map.is_empty() && !was_empty {
                self.config.remove(name);
            } else {
                self.config.insert(name, map.into());
            }
        }
    }

    /// Takes the variables that hold what the client's own variable of the same name does, and gives their names.
    pub(in crate::formats) fn take_own_variables(&mut self) -> Vec<String> {
        let is_own =
            |(name, value): &(String, Json)| value.as_str().and_then(sole_variable).as_ref() == Some(name);
        let mut names = Vec::new();
        self.change_map("env", |env| {
            let (own, rest): (Vec<_>, Vec<_>) = std::mem::take(env).into_iter().partition(is_own);
            names.extend(own.into_iter().map(|(name, _)| name));
            *env = rest.into_iter().collect();
        });
        names
    }

    /// A value of the configuration with its references in the client's forms. Those that it does not have are reported, so
    /// this is asked of what is written, and once.
    pub(in crate::formats) fn in_their_forms(&mut self, at: &Pointer, value: Json) -> Json {
        let member = at.steps().next().unwrap_or_default().into_owned();
        let is_replaced = self.replaced.contains(&member.as_str());
        let forms = if is_replaced { self.forms } else { &[] };
        let mut losses = Vec::new();
        let value = each_text(value, at, &mut |place, text| {
            if !self.written.is_empty()
                && let Some(Json::String(own)) = self.written.get(place.pointer().as_str())
                && member_into_ours(&member, own.as_str(), forms) == text
            {
                return own.as_str().to_owned();
            }
            let written = member_from_ours(&member, text, forms);
            if written.is_lost && !is_replaced && !self.forms.is_empty() {
                losses.push((place.pointer(), Words::from(REPLACES_NONE)));
                return member_from_ours(&member, text, self.forms).text;
            } else if written.is_lost {
                losses.push((place.pointer(), Words::from(words::NO_REFERENCE)));
            } else if written.is_mistaken {
                losses.push((place.pointer(), Words::from(MISTAKEN)));
            }
            written.text
        });
        self.losses.extend(losses);
        value
    }

    /// Writes a time in the client's unit; it stays where that would be too long.
    pub(in crate::formats) fn write_time(&mut self, ours: &str, theirs: &str, places: i64) {
        let Some(Json::Number(seconds)) = self.config.get(ours) else { return };
        if let Some(moved) = moved(seconds, places) {
            self.config.remove(ours);
            self.entry.insert(theirs, Json::Number(moved));
        }
    }

    /// Writes a member of the bag under its name in the client's words.
    pub(in crate::formats) fn rename_kept(&mut self, from: &str, to: &str) {
        if let Some(value) = self.bag.remove(from) {
            self.entry.insert(to, value);
        }
    }

    /// Moves a member of the entry behind all others under another name.
    pub(in crate::formats) fn rename(&mut self, from: &str, to: &str) {
        if let Some(value) = self.entry.remove(from) {
            self.entry.insert(to, value);
        }
    }
}
