//! What a text and the choices for it say before anything is known of the document: which configuration each entry is,
//! under which name it would be stored, and which values are still to be entered.

use std::collections::HashSet;

use indexmap::IndexMap;

use crate::formats::{self, Entry, Format, Hint, Ignored, MOST_SERVERS, Note, Refused, Stored};
use crate::json::{Json, Object, Pointer};
use crate::model::secret_table::EXTENSIONS;
use crate::model::validate::Violation;
use crate::model::{Dialect, SettingsKey};
use crate::projection::Precondition;

use super::request::{ChosenAction, ImportChoice, ImportRequest};
use crate::service::ServiceError;
use crate::service::error::TextFault;

/// A text with the choices for it.
pub(super) struct Plan {
    pub(super) format: Format,
    pub(super) also_fits: Vec<Format>,
    pub(super) entries: Vec<PlannedEntry>,
    pub(super) refused: Vec<Refused>,
    pub(super) ignored: Vec<Ignored>,
    pub(super) notes: Vec<Note>,
    pub(super) skips_refused: bool,
    pub(super) shows_values: bool,
}

/// A server of a text with the choice for it.
pub(super) struct PlannedEntry {
    /// Its place among the servers of the text.
    pub(super) index: usize,
    /// Its inputs are those that are still to be entered.
    pub(super) entry: Entry,
    pub(super) stored: Stored,
    pub(super) choice: ImportChoice,
    /// The name that is offered for it.
    pub(super) key: SettingsKey,
    /// The name under which it is stored.
    pub(super) target: SettingsKey,
    /// Whether its launch is approved by name.
    pub(super) is_approved: bool,
    /// Whether another entry is stored under the same name.
    pub(super) is_double: bool,
}

impl Plan {
    /// Reads the text, and puts in what was entered.
    pub(super) fn of(request: ImportRequest) -> Result<Self, ServiceError> {
        let ImportRequest { text, format, file, mut choices, approved, skips_refused, shows_values } =
            request;
        let found = formats::import(text.as_str(), Hint { format, file: file.as_deref() })?;
        let formats::Import { format, also_fits, servers, refused, ignored, notes } = found;
        if MOST_SERVERS < servers.len() {
            let pointer = Pointer::root().member("text");
            let message = format!("it has more than {MOST_SERVERS} servers: import a part of them").into();
            let fault = TextFault { violation: Violation { pointer, message }, position: None };
            return Err(ServiceError::ImportRefused(vec![fault]));
        }
        let to_approve: HashSet<&str> = approved.iter().map(String::as_str).collect();
        by_offered_names(&mut choices, &servers);
        let mut misfits = Vec::new();
        let mut entries = Vec::with_capacity(servers.len());
        for (index, mut entry) in servers.into_iter().enumerate() {
            let choice = choices.shift_remove(&entry.name).unwrap_or_default();
            for (id, value) in &choice.inputs {
                if !entry.enter(id, value.as_str()) {
                    let message = "the server has no input of this id".into();
                    misfits.push(Violation { pointer: at_input(&entry.name, id), message });
                }
            }
            let key = SettingsKey::new(&entry.name);
            let target = match &choice.action {
                Some(ChosenAction::Rename(name)) => name.key().clone(),
                _ => key.clone(),
            };
            let is_approved = to_approve.contains(target.as_str());
            let stored = entry.to_stored();
            let is_double = false;
            entries.push(PlannedEntry { index, entry, stored, choice, key, target, is_approved, is_double });
        }
        let unknown = |pointer| Violation { pointer, message: "the text has no such server".into() };
        misfits.extend(choices.keys().map(|name| unknown(at_choice(name))));
        let targets: HashSet<&str> = entries.iter().map(|entry| entry.target.as_str()).collect();
        let is_unknown = |name: &String| !targets.contains(name.as_str());
        let approve = Pointer::root().member("approve");
        let strangers = approved.iter().enumerate().filter(|(_, name)| is_unknown(name));
        misfits.extend(strangers.map(|(index, _)| unknown(approve.element(index))));
        if !misfits.is_empty() {
            return Err(ServiceError::MisfitOfText(misfits));
        }
        mark_doubles(&mut entries);
        Ok(Self { format, also_fits, entries, refused, ignored, notes, skips_refused, shows_values })
    }

    /// Every name that the import may look at or write.
    pub(super) fn names(&self) -> impl Iterator<Item = SettingsKey> {
        self.entries.iter().flat_map(|entry| [entry.key.clone(), entry.target.clone()])
    }

    /// The entries that can't become servers, as faults.
    pub(super) fn refused_faults(&self) -> Vec<TextFault> {
        let at = Pointer::root().member("refused");
        let refused = self.refused.iter().enumerate().filter(|_| !self.skips_refused);
        let fault = |(index, refused): (usize, &Refused)| TextFault {
            violation: Violation { pointer: at.element(index), message: refused.why.clone() },
            position: Some(refused.place.position),
        };
        refused.map(fault).collect()
    }
}

/// Puts a choice that was made by the name in the text under the name that is offered for it, where only one entry has it.
fn by_offered_names(choices: &mut IndexMap<String, ImportChoice>, servers: &[Entry]) {
    let offered: HashSet<&str> = servers.iter().map(|entry| entry.name.as_str()).collect();
    let strangers: Vec<String> =
        choices.keys().filter(|name| !offered.contains(name.as_str())).cloned().collect();
    for name in strangers {
        let mut meant = servers.iter().filter(|entry| entry.original_name.as_deref() == Some(&name));
        if let (Some(entry), None) = (meant.next(), meant.next())
            && !choices.contains_key(&entry.name)
            && let Some(choice) = choices.shift_remove(&name)
        {
            choices.insert(entry.name.clone(), choice);
        }
    }
}

impl PlannedEntry {
    /// Whether it is left out.
    pub(super) fn is_skipped(&self) -> bool {
        self.choice.action == Some(ChosenAction::Skip)
    }

    /// What its choice asks of what is stored under its name.
    pub(super) fn precondition(&self) -> Precondition {
        Precondition { if_match: self.choice.if_match.clone(), ..Precondition::default() }
    }

    /// The configuration as a document of this dialect has it. A closed one has no member for the bag.
    pub(super) fn config(&self, dialect: Dialect) -> Object {
        let Stored { config, bag } = &self.stored;
        let mut config = config.clone();
        if dialect == Dialect::Open && !bag.is_empty() {
            config.insert(EXTENSIONS, self.bags().into());
        }
        config
    }

    /// The bag, under the name of its client.
    pub(super) fn bags(&self) -> Object {
        Object::from_iter([(self.entry.client.bag(), Json::Object(self.stored.bag.clone()))])
    }

    /// The values that are still to be entered, as faults.
    pub(super) fn missing_inputs(&self) -> impl Iterator<Item = Violation> {
        self.entry.inputs.iter().map(|input| Violation {
            pointer: at_input(&self.entry.name, &input.id),
            message: "a value has to be entered".into(),
        })
    }

    /// The place of its choice in a request.
    pub(super) fn at_choice(&self) -> Pointer {
        at_choice(&self.entry.name)
    }

    /// The place of its configuration in an answer.
    pub(super) fn at_config(&self) -> Pointer {
        Pointer::root().member("servers").element(self.index).member("config")
    }
}

fn at_choice(name: &str) -> Pointer {
    Pointer::root().member("choices").member(name)
}

fn at_input(name: &str, id: &str) -> Pointer {
    at_choice(name).member("inputs").member(id)
}

/// Marks the second and every further entry that would be stored under one name.
fn mark_doubles(entries: &mut [PlannedEntry]) {
    let mut taken = HashSet::new();
    // An entry that keeps its name comes before one that is given it.
    let (kept, renamed): (Vec<_>, Vec<_>) =
        entries.iter_mut().filter(|entry| !entry.is_skipped()).partition(|entry| entry.key == entry.target);
    for entry in kept.into_iter().chain(renamed) {
        entry.is_double = !taken.insert(entry.target.clone());
    }
}
