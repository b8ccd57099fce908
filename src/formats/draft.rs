//! One entry of a text on its way to a server: its members are taken one by one, and what nobody takes goes to the bag.
//! It does not know which members a client has.

use crate::json::{Json, Object, Pointer, Text};
use crate::model::reference::is_variable;
use crate::model::secret_table::KNOWN_MEMBERS;

use super::import::Input;
use super::references::{Reference, ReferenceKind};
use super::source::Source;
use super::words::{self, Words};

/// How many notes one entry has at most.
const MOST: usize = 100;

/// Why an entry can't become a server, and where.
#[derive(Debug)]
pub(in crate::formats) struct Refusal {
    pub(in crate::formats) at: Pointer,
    pub(in crate::formats) why: Words,
}

/// An entry on its way.
pub(in crate::formats) struct Draft<'a> {
    pub(in crate::formats) source: &'a Source,
    /// Where the entry is in the source.
    pub(in crate::formats) at: Pointer,
    /// The members that nobody has taken yet.
    pub(in crate::formats) rest: Object,
    pub(in crate::formats) config: Object,
    pub(in crate::formats) bag: Object,
    pub(in crate::formats) notes: Vec<(Pointer, Words)>,
    /// References that the client has as a member of its own, such as a list of names.
    pub(in crate::formats) references: Vec<Reference>,
    pub(in crate::formats) inputs: Vec<Input>,
    /// Where the parts of the configuration come from.
    origins: Vec<(Pointer, Pointer)>,
    /// The list that begins with the program, behind which the arguments are.
    list: Option<Pointer>,
}

impl<'a> Draft<'a> {
    pub(in crate::formats) fn new(source: &'a Source, at: Pointer, entry: Object) -> Self {
        Self {
            source,
            at,
            rest: entry,
            config: Object::new(),
            bag: Object::new(),
            notes: Vec::new(),
            references: Vec::new(),
            inputs: Vec::new(),
            origins: Vec::new(),
            list: None,
        }
    }

    /// Takes the room for so many bytes that are made of this entry; what finds none is not kept.
    pub(in crate::formats) fn has_room(&self, bytes: usize) -> bool {
        self.source.budget.take(bytes, || self.source.place(&self.at).position)
    }

    /// Notes something of a member of the entry; of all of it, if the name is empty.
    pub(in crate::formats) fn note(&mut self, member: &str, about: impl Into<Words>) {
        let at = self.member(member);
        self.note_at(at, about);
    }

    pub(in crate::formats) fn note_at(&mut self, at: Pointer, about: impl Into<Words>) {
        let about = about.into();
        // A place is a pointer, and the same as the text's own syntax writes it.
        if self.notes.len() < MOST && self.has_room(2 * at.as_str().len() + about.len()) {
            self.notes.push((at, about));
        }
    }

    /// The pointer to a member of the entry in the source.
    pub(in crate::formats) fn member(&self, name: &str) -> Pointer {
        if name.is_empty() { self.at.clone() } else { self.at.member(name) }
    }

    pub(in crate::formats) fn refuse<T>(&self, member: &str, why: impl Into<Words>) -> Result<T, Refusal> {
        Err(Refusal { at: self.member(member), why: why.into() })
    }

    /// A member that nobody has taken yet; `null` is as if it were not there.
    pub(in crate::formats) fn get(&self, name: &str) -> Option<&Json> {
        self.rest.get(name).filter(|value| !value.is_null())
    }

    /// Takes a member; `null` is as if it were not there.
    pub(in crate::formats) fn take(&mut self, name: &str) -> Option<Json> {
        self.rest.remove(name).filter(|value| !value.is_null())
    }

    /// Takes a member that must be a text.
    pub(in crate::formats) fn take_text(&mut self, name: &str) -> Result<Option<Text>, Refusal> {
        match self.take(name) {
            None => Ok(None),
            Some(Json::String(text)) => Ok(Some(text)),
            Some(_) => self.refuse(name, words::MUST_BE_TEXT),
        }
    }

    pub(in crate::formats) fn take_bool(&mut self, name: &str) -> Result<Option<bool>, Refusal> {
        match self.take(name) {
            None => Ok(None),
            Some(Json::Bool(value)) => Ok(Some(value)),
            Some(_) => self.refuse(name, words::MUST_BE_BOOL),
        }
    }

    /// Sets a member of the configuration, which comes from a member of the entry.
    pub(in crate::formats) fn set(&mut self, ours: &str, value: Json, theirs: &str) {
        let from = self.member(theirs);
        self.set_from(ours, value, from);
    }

    pub(in crate::formats) fn set_from(&mut self, ours: &str, value: Json, from: Pointer) {
        self.origins.push((Pointer::root().member(ours), from));
        self.config.insert(ours, value);
    }

    /// Says where a part of the configuration comes from, if not from where the member around it does.
    pub(in crate::formats) fn comes_from(&mut self, ours: Pointer, from: Pointer) {
        if self.has_room(ours.as_str().len() + from.as_str().len()) {
            self.origins.push((ours, from));
        }
    }

    /// Says that the arguments come from a list that begins with the program.
    pub(in crate::formats) fn args_come_from(&mut self, list: Pointer) {
        self.list = Some(list);
    }

    /// Adds a reference.
    pub(in crate::formats) fn refer(&mut self, reference: Reference) {
        if self.has_room(reference.bytes()) {
            self.references.push(reference);
        }
    }

    /// Adds a value that has to be entered.
    pub(in crate::formats) fn ask(&mut self, input: Input) {
        if self.has_room(input.bytes()) {
            self.inputs.push(input);
        }
    }

    /// Where a part of the configuration comes from.
    pub(in crate::formats) fn origin(&self, ours: &Pointer) -> Pointer {
        if let Some(list) = &self.list
            && let [member, index] = ours.steps().collect::<Vec<_>>().as_slice()
            && member == "args"
            && let Ok(index) = index.parse::<usize>()
        {
            return list.element(index + 1);
        }
        let around = self.origins.iter().filter(|(own, _)| own == ours || ours.is_below(own));
        match around.max_by_key(|(own, _)| own.as_str().len()) {
            None => self.at.clone(),
            Some((own, from)) => {
                let inner = Pointer::parse(&ours.as_str()[own.as_str().len()..]);
                from.followed_by(&inner.unwrap_or_default())
            }
        }
    }

    /// Makes the elements of a list texts.
    pub(in crate::formats) fn texts(&mut self, value: &Json, at: &Pointer) -> Result<Json, Refusal> {
        let Json::Array(elements) = value else {
            return Err(Refusal { at: at.clone(), why: words::MUST_BE_TEXTS.into() });
        };
        let texts = elements
            .iter()
            .enumerate()
            .map(|(index, element)| self.text(element, words::MUST_BE_TEXTS, || at.element(index)));
        Ok(Json::Array(texts.collect::<Result<_, _>>()?))
    }

    /// Makes the values of an object texts.
    pub(in crate::formats) fn map(&mut self, value: &Json, at: &Pointer) -> Result<Object, Refusal> {
        let Json::Object(object) = value else {
            return Err(Refusal { at: at.clone(), why: words::MUST_BE_MAP.into() });
        };
        let texts = object
            .iter()
            .map(|(name, value)| Ok((name, self.text(value, words::MUST_BE_MAP, || at.member(name))?)));
        texts.collect()
    }

    /// Makes a scalar a text. A number is one in its own spelling.
    fn text(&mut self, value: &Json, why: &'static str, at: impl Fn() -> Pointer) -> Result<Json, Refusal> {
        let text = match value {
            Json::String(_) => return Ok(value.clone()),
            Json::Number(number) => number.spelling().to_owned(),
            Json::Bool(value) => value.to_string(),
            _ => return Err(Refusal { at: at(), why: why.into() }),
        };
        self.note_at(at(), words::AS_TEXT);
        Ok(Json::string(text))
    }

    /// Adds a value that the client has as the name of a variable, at a place of its own.
    pub(in crate::formats) fn add_name(
        &mut self,
        (map, key): (&str, &str),
        before: &str,
        name: &str,
        kind: ReferenceKind,
        from: Pointer,
    ) -> Result<(), Refusal> {
        if !is_variable(name) {
            return Err(Refusal { at: from, why: "is not the name of a variable".into() });
        }
        let mut object = match self.config.remove(map) {
            Some(Json::Object(object)) => object,
            _ => Object::new(),
        };
        object.insert(key, Json::string(format!("{before}${{{name}}}")));
        self.config.insert(map, object.into());
        let pointer = Pointer::root().member(map).member(key);
        self.comes_from(pointer.clone(), from);
        self.refer(Reference { pointer, kind, name: name.to_owned(), default: None });
        Ok(())
    }

    /// Whether the configuration has a header of this name, in any case.
    pub(in crate::formats) fn has_header(&self, name: &str) -> bool {
        let headers = self.config.get("headers").and_then(Json::as_object);
        headers.is_some_and(|headers| headers.names().any(|own| own.eq_ignore_ascii_case(name)))
    }

    /// Puts what nobody took into the bag, and the configuration into the order of the members that are known.
    pub(in crate::formats) fn finish(&mut self) {
        for (name, value) in std::mem::take(&mut self.rest) {
            self.bag.insert(name, value);
        }
        let mut config = std::mem::take(&mut self.config);
        let known = KNOWN_MEMBERS.iter();
        let ordered: Vec<_> = known.filter_map(|name| Some((*name, config.remove(name)?))).collect();
        self.config =
            ordered.into_iter().map(|(name, value)| (name.to_owned(), value)).chain(config).collect();
    }
}
