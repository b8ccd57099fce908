//! The servers of a text, one after the other: each gets its name, its references, and what is to be said of it.

use std::collections::HashSet;

use crate::json::{Json, Object, Pointer, Text};
use crate::model::config::of_clear;
use crate::model::secret_shapes::{is_random, is_reference, looks_sealed};
use crate::model::suspect::{Reason, is_secret_like, suspects};
use crate::model::url_parts;

use super::bounds::{Budget, MOST_OTHERS, MOST_SERVERS, bytes_of};
use super::client::{Begun, Client, MEMBERS_WITH_TEXTS};
use super::clients;
use super::draft::{Draft, Refusal};
use super::format::Format;
use super::import::{Entry, Ignored, Input, Note, Refused};
use super::located::Spotted;
use super::names::{ANY, Taken, legal_name, name_for};
use super::place::Place;
use super::placeholders::Missing;
use super::references::{Found, Reference, ReferenceKind, find};
use super::source::Source;
use super::texts::{TextPlace, for_each_text};
use super::unreadable::Unreadable;
use super::words::{self, Words};

/// How many references of one server are listed, and how many notes there are of a text.
pub(in crate::formats) const MOST_REFERENCES: usize = 1_000;
const MOST_NOTES: usize = 2_000;

/// How many texts of one server are noted.
const MOST_OF_TEXTS: usize = 100;

/// What was found so far.
#[derive(Default)]
pub(in crate::formats) struct Reading {
    /// Whether no more is kept than an import takes, and one, so that it is seen that there were too many.
    is_bounded: bool,
    servers: Vec<Unnamed>,
    pub(in crate::formats) refused: Vec<Refused>,
    pub(in crate::formats) ignored: Vec<Ignored>,
    /// How many notes there are.
    notes: usize,
    /// What may still be made of the text.
    pub(in crate::formats) budget: Budget,
}

/// A server that was read. Its name is given when all have been read: what is offered for a name that is not legal takes
/// no other server's name.
struct Unnamed {
    /// With the name that it should have.
    entry: Entry,
    /// Whether it has another one in the text, which is not legal.
    is_nearest: bool,
    /// Whether the name says anything of it.
    is_telling: bool,
    same_name: &'static str,
    notes: Vec<(Place, Words)>,
}

/// The name that a server gets.
pub(in crate::formats) struct Named<'n> {
    /// The one in the text.
    pub(in crate::formats) original: Option<&'n str>,
    /// The one to be offered, where it is not the nearest legal one.
    pub(in crate::formats) offered: Option<String>,
    /// What is said where another server has it.
    pub(in crate::formats) same_name: &'static str,
}

impl Reading {
    /// One for the import of a text of so many bytes.
    pub(in crate::formats) fn bounded(length: usize) -> Self {
        Self { is_bounded: true, budget: Budget::of(length), ..Self::default() }
    }

    /// Reads all servers of a client's file.
    pub(in crate::formats) fn file(&mut self, client: &Client, source: &Source) {
        let located = (client.locate)(source);
        for (at, what) in &located.ignored {
            let is_map = source.get(at).is_some_and(|value| clients::is_other_map(at, value));
            self.ignore(source, at, if is_map { words::OTHER_MAP } else { *what });
        }
        for (at, why) in &located.refused {
            self.refuse(source, None, at, (*why).into());
        }
        for spotted in &located.entries {
            self.entry(client, source, spotted);
        }
    }

    /// Reads one entry.
    pub(in crate::formats) fn entry(&mut self, client: &Client, source: &Source, spotted: &Spotted) {
        if self.is_full() {
            return;
        }
        let name = spotted.name.as_deref();
        let place = spotted.at();
        if let Some((at, why)) = source.odd_part(&place) {
            return self.refuse(source, name, at, (*why).into());
        }
        let entry = match source.get(&place) {
            Some(Json::Object(entry)) => entry.clone(),
            // An address alone is an entry there.
            Some(Json::String(url)) if client.format == Format::OpenhandsToml => {
                Object::from_iter([("url", Json::String(url.clone()))])
            }
            _ => return self.refuse(source, name, &place, words::NOT_AN_OBJECT.into()),
        };
        let mut draft = Draft::new(source, place.clone(), entry);
        for (member, value) in spotted.bag.iter() {
            draft.bag.insert(*member, value.clone());
        }
        match draft.rest.remove("name") {
            None | Some(Json::Null) => {}
            Some(own) if own.as_str() == name => {}
            Some(own) => draft.bag.insert("entry_name", own),
        }
        let named = Named { original: name, offered: None, same_name: spotted.same_name };
        match client.read(&mut draft) {
            Err(Refusal { at, why }) => self.refuse(source, name, &at, why),
            Ok(Begun::Nothing(what)) => self.ignore(source, &place, what),
            Ok(Begun::Server) => self.add(client, draft, named),
        }
    }

    pub(in crate::formats) fn ignore(&mut self, source: &Source, at: &Pointer, what: impl Into<Words>) {
        if self.has_room() && self.may_keep(source, at, 0) {
            self.ignored.push(Ignored { place: source.place(at), what: what.into() });
        }
    }

    pub(in crate::formats) fn refuse(
        &mut self,
        source: &Source,
        name: Option<&str>,
        at: &Pointer,
        why: Words,
    ) {
        let name = name.filter(|name| may_be_repeated(name));
        if self.has_room() && self.may_keep(source, at, name.map_or(0, str::len)) {
            self.refused.push(Refused { name: name.map(str::to_owned), place: source.place(at), why });
        }
    }

    /// Takes the room for a place and so many bytes beside it.
    fn may_keep(&self, source: &Source, at: &Pointer, bytes: usize) -> bool {
        self.budget.take(2 * at.as_str().len() + bytes, || source.place(at).position)
    }

    /// Whether there are more servers already than an import takes, or more is made of them.
    pub(in crate::formats) fn is_full(&self) -> bool {
        self.is_bounded && (MOST_SERVERS < self.servers.len() || self.budget.check().is_err())
    }

    fn has_room(&self) -> bool {
        !self.is_bounded || self.refused.len() + self.ignored.len() <= MOST_OTHERS
    }

    /// That no more was made of the text than may be, and that there are no more entries beside servers than are listed.
    pub(in crate::formats) fn check(&self) -> Result<(), Unreadable> {
        self.budget.check()?;
        let last = self.refused.last().map(|refused| &refused.place);
        let last = last.or(self.ignored.last().map(|ignored| &ignored.place));
        match last.filter(|_| !self.has_room()) {
            None => Ok(()),
            Some(place) => Err(Unreadable::new(place.position, words::TOO_MANY_OTHERS)),
        }
    }

    /// Adds a server that was read.
    pub(in crate::formats) fn add(&mut self, client: &Client, mut draft: Draft<'_>, named: Named<'_>) {
        if self.is_full() {
            return;
        }
        let wanted = named.offered.clone().unwrap_or_else(|| match named.original {
            Some(name) => legal_name(name),
            None => name_for(&draft.config),
        });
        let is_nearest = named.offered.is_none() && named.original.is_some_and(|own| own != wanted);
        if is_nearest {
            draft.note("", words::ANOTHER_NAME);
        }
        let kept = [&draft.config, &draft.bag].into_iter().flat_map(Object::iter);
        let kept = kept.map(|(name, value)| name.len() + bytes_of(value)).sum::<usize>();
        if !self.may_keep(draft.source, &draft.at, kept + wanted.len() + named.original.map_or(0, str::len)) {
            return;
        }
        charge_texts(client, &draft);
        let references = references(client, &mut draft);
        let suspects = suspects(&of_clear(&draft.config));
        for suspect in &suspects {
            let about = match suspect.reason {
                Reason::UrlPath => words::PATH_MAY_BE_SECRET,
                _ if suspect
                    .pointer
                    .steps()
                    .next()
                    .is_some_and(|step| step == "args" || step == "command") =>
                {
                    words::SECRET_IN_ARGUMENT
                }
                _ => words::SECRET_IN_TEXT,
            };
            let origin = draft.origin(&suspect.pointer);
            draft.note_at(origin, about);
        }
        note_address(&mut draft, suspects.iter().any(|suspect| suspect.reason == Reason::UrlPath));
        note_folder(&mut draft);
        note_disguise(&mut draft);
        let inputs = inputs(&mut draft, &references);
        let room = MOST_NOTES.saturating_sub(self.notes);
        let notes = draft.notes.drain(..).take(room);
        let notes: Vec<_> = notes.map(|(at, about)| (draft.source.place(&at), about)).collect();
        self.notes += notes.len();
        let entry = Entry {
            name: wanted,
            original_name: named.original.map(str::to_owned),
            place: draft.source.place(&draft.at),
            client: client.format,
            config: draft.config,
            bag: draft.bag,
            references,
            inputs,
            suspects,
        };
        let is_telling = named.original == Some(ANY) || entry.name != ANY;
        self.servers.push(Unnamed { entry, is_nearest, is_telling, same_name: named.same_name, notes });
    }

    /// The servers with their names, and what is noted of them.
    pub(in crate::formats) fn named(self) -> (Vec<Entry>, Vec<Note>) {
        let mut taken = Taken::default();
        let keeps: Vec<bool> =
            self.servers.iter().map(|server| !server.is_nearest && taken.keep(&server.entry.name)).collect();
        let (mut servers, mut notes) = (Vec::with_capacity(self.servers.len()), Vec::new());
        for (server, keeps) in self.servers.into_iter().zip(keeps) {
            let Unnamed { mut entry, is_telling, same_name, notes: own, .. } = server;
            let name = if keeps { entry.name.clone() } else { taken.give(&entry.name) };
            let note = |(place, about)| Note { server: Some(name.clone()), place, about };
            notes.extend(own.into_iter().map(note));
            if name != entry.name && is_telling && notes.len() < MOST_NOTES {
                notes.push(note((entry.place.clone(), Words::from(same_name))));
            }
            entry.original_name = entry.original_name.filter(|original| *original != name);
            entry.name = name;
            servers.push(entry);
        }
        (servers, notes)
    }
}

/// Whether what is in the place of a name looks like one: it may be a secret that got there by mistake.
fn may_be_repeated(name: &str) -> bool {
    !name.contains([':', '=']) && !is_secret_like(name)
}

/// The references of a configuration; notes what the client does not replace, and what is in a file.
fn references(client: &Client, draft: &mut Draft<'_>) -> Vec<Reference> {
    let mut found = Vec::new();
    let mut notes = Vec::new();
    let mut has_room = true;
    let own_names: HashSet<Pointer> = draft.references.iter().map(|own| own.pointer.clone()).collect();
    for name in client.replaced {
        let Some(value) = draft.config.get(name) else { continue };
        let is_map = matches!(*name, "env" | "headers");
        for_each_text(value, &Pointer::root().member(name), &mut |place, text| {
            if !own_names.is_empty() && own_names.contains(&place.pointer()) {
                return;
            }
            let own = find(text, client.forms);
            let mut note = |about| {
                if notes.len() < MOST_OF_TEXTS {
                    notes.push((place.pointer(), about));
                }
            };
            if is_map && own.is_empty() && text.starts_with('$') && is_reference(text) {
                note(words::NOT_REPLACED);
            }
            // What the reader is asked for is no reference then.
            let stays = |own: &Found<'_>| !is_asked(own.kind);
            if *name == "command" && own.iter().any(stays) {
                note(words::IN_COMMAND);
            }
            for reference in own {
                if reference.kind == ReferenceKind::File {
                    note(words::FILE_NOT_READ);
                }
                if has_room && found.len() < MOST_REFERENCES {
                    let reference = Reference {
                        pointer: place.pointer(),
                        kind: reference.kind,
                        name: reference.name.to_owned(),
                        default: reference.default.map(|text| Text::new(text.to_owned())),
                    };
                    has_room = draft.has_room(reference.bytes());
                    if has_room {
                        found.push(reference);
                    }
                }
            }
        });
    }
    for (pointer, about) in notes {
        let origin = draft.origin(&pointer);
        draft.note_at(origin, about);
    }
    found.append(&mut draft.references);
    found
}

/// Takes the room for the texts that are kept as they were written, each with its place.
fn charge_texts(client: &Client, draft: &Draft<'_>) {
    for name in MEMBERS_WITH_TEXTS {
        let Some(value) = draft.config.get(name) else { continue };
        let forms = if client.replaced.contains(name) { client.forms } else { &[] };
        let mut has_room = true;
        for_each_text(value, &Pointer::root().member(name), &mut |place, text| {
            if has_room && (text.contains("${") || !find(text, forms).is_empty()) {
                has_room = draft.has_room(place.pointer().as_str().len() + text.len());
            }
        });
    }
}

/// An address whose path may be a secret in itself, or that a reference decides.
fn note_address(draft: &mut Draft<'_>, is_noted: bool) {
    let Some(url) = draft.config.get("url").and_then(Json::as_str) else { return };
    let path =
        url.split_once("://").map_or("", |(_, rest)| rest).split(['?', '#']).next().unwrap_or_default();
    let is_long = |part: &str| {
        is_random(part)
            && part.contains(|character: char| character.is_ascii_digit())
            && !part.contains(['{', '$'])
    };
    let may_be_secret = !is_noted && path.split('/').skip(1).any(is_long);
    let is_decided = url_parts::authority(url).contains('$') || url.starts_with('$');
    let at = draft.origin(&Pointer::root().member("url"));
    if may_be_secret {
        draft.note_at(at.clone(), words::PATH_MAY_BE_SECRET);
    }
    if is_decided {
        draft.note_at(at, "a reference decides who is called: put the address itself in its place");
    }
}

fn note_folder(draft: &mut Draft<'_>) {
    let is_relative = draft.config.get("cwd").and_then(Json::as_str).is_some_and(|cwd| {
        let is_drive = cwd.get(1..3).is_some_and(|rest| rest == ":\\" || rest == ":/");
        !cwd.is_empty() && !cwd.starts_with(['/', '~', '$', '{', '%', '\\']) && !is_drive
    });
    if is_relative {
        let at = draft.origin(&Pointer::root().member("cwd"));
        draft.note_at(at, words::RELATIVE);
    }
}

/// A program that does nothing but call another server.
fn note_disguise(draft: &mut Draft<'_>) {
    let args = draft.config.get("args").and_then(Json::as_array).unwrap_or_default();
    let is_bridge = |word: &str| word == "mcp-remote" || word.starts_with("mcp-remote@");
    let at = args.iter().position(|word| word.as_str().is_some_and(is_bridge));
    if let Some(index) = at {
        let at = draft.origin(&Pointer::root().member("args").element(index));
        draft.note_at(at, "a program that calls another server: its address can be configured itself");
    }
}

/// Whether the client asks for what a reference leads to, or what it leads to is its own.
fn is_asked(kind: ReferenceKind) -> bool {
    matches!(
        kind,
        ReferenceKind::Input | ReferenceKind::Secret | ReferenceKind::User | ReferenceKind::Template
    )
}

/// What has to be entered: what the client would ask for, and placeholders.
fn inputs(draft: &mut Draft<'_>, references: &[Reference]) -> Vec<Input> {
    let mut inputs = std::mem::take(&mut draft.inputs);
    for reference in references {
        if !is_asked(reference.kind) {
            continue;
        }
        match inputs.iter_mut().find(|input| input.id == reference.name) {
            Some(input) if input.pointers.contains(&reference.pointer) => {}
            Some(input) if draft.has_room(reference.pointer.as_str().len()) => {
                input.pointers.push(reference.pointer.clone());
            }
            None if draft.has_room(reference.bytes()) => inputs.push(Input {
                id: reference.name.clone(),
                pointers: vec![reference.pointer.clone()],
                description: None,
                is_secret: reference.kind == ReferenceKind::Secret,
                default: reference.default.clone(),
                choices: Vec::new(),
            }),
            _ => {}
        }
    }
    let with_references: HashSet<&Pointer> = references.iter().map(|own| &own.pointer).collect();
    let has_reference =
        |place: &TextPlace<'_>| !with_references.is_empty() && with_references.contains(&place.pointer());
    let mut found = Vec::new();
    let mut sealed = Vec::new();
    let mut has_room = true;
    for name in ["args", "env", "headers", "url", "auth"] {
        let Some(value) = draft.config.get(name) else { continue };
        for_each_text(value, &Pointer::root().member(name), &mut |place, text| {
            if looks_sealed(text) {
                if sealed.len() < MOST_OF_TEXTS {
                    sealed.push(place.pointer());
                }
            } else if has_room
                && found.len() < MOST_REFERENCES
                && let Some(Missing { about, .. }) = Missing::of(name, text)
                && (about == words::MASK || !has_reference(place))
            {
                let pointer = place.pointer();
                // It is the id too.
                has_room = draft.has_room(2 * pointer.as_str().len());
                if has_room {
                    found.push((pointer, about));
                }
            }
        });
    }
    for pointer in &sealed {
        let origin = draft.origin(pointer);
        draft.note_at(origin, words::SEALED);
    }
    for (pointer, about) in found {
        let origin = draft.origin(&pointer);
        draft.note_at(origin, about);
        inputs.push(Input {
            id: pointer.as_str().to_owned(),
            pointers: vec![pointer],
            description: None,
            is_secret: true,
            default: None,
            choices: Vec::new(),
        });
    }
    inputs
}
