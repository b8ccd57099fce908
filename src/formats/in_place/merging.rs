//! The exported servers put into the value of a file, place by place. Which of them mean something else there, it does
//! not know.

use std::collections::HashMap;

use crate::json::{Json, Object, Pointer};

use super::edit::{MOST, identity};
use super::meaning::Meaning;
use super::merge::{Expected, merged};
use super::places::{Kind, Place, at, is_empty, put};
use super::rewrite::{Rewrite, with_own};
use super::{NotInPlace, Others};

/// An export on its way into a file.
pub(super) struct Merging<'m> {
    /// What an export of the file would be.
    base: &'m Object,
    /// What of each server of the file every client would be given.
    ours: &'m HashMap<Pointer, Json>,
    exported: &'m Object,
    others: Others,
    /// The exported servers that are written again.
    rewrites: &'m HashMap<Pointer, Rewrite>,
    known: Known<'m>,
    pub(super) pairs: Vec<Pair>,
}

/// What a server means at a place where it is alone.
pub(super) type Alone<'m> = dyn Fn(&Place, Option<&str>, Object) -> Option<Meaning> + 'm;

/// What is known of the servers' meanings.
#[derive(Clone, Copy)]
pub(super) struct Known<'m> {
    /// Whether an exported server means what one of the file does.
    pub(super) is_same: &'m dyn Fn(&Pointer, &Pointer) -> bool,
    /// Whether a member is one that every server of the client may have.
    pub(super) is_word: &'m dyn Fn(&str) -> bool,
    /// What a server means that is alone at a place; in a map it has a name.
    pub(super) alone: &'m Alone<'m>,
}

/// An exported server in the file.
#[derive(Clone, Debug)]
pub(super) struct Pair {
    /// Where it is in the export.
    pub(super) from: Pointer,
    /// Where it is in the file.
    pub(super) to: Pointer,
    /// Whether the file has had it as it is.
    pub(super) is_kept: bool,
}

impl<'m> Merging<'m> {
    pub(super) fn new(
        base: &'m Object,
        ours: &'m HashMap<Pointer, Json>,
        exported: &'m Object,
        others: Others,
        rewrites: &'m HashMap<Pointer, Rewrite>,
        known: Known<'m>,
    ) -> Self {
        Self { base, ours, exported, others, rewrites, known, pairs: Vec::new() }
    }

    /// Changes the value of a file at one of its places.
    pub(super) fn put(&mut self, root: &mut Object, place: &Place, all: &[Place]) -> Result<(), NotInPlace> {
        let own = at(root, &place.own)?.cloned();
        let base = at(self.base, &place.theirs)?;
        let theirs = at(self.exported, &place.theirs)?;
        if theirs.is_none() && (own.is_none() || base.is_none()) {
            return Ok(());
        }
        let values = [own.as_ref(), base, theirs];
        let value = match (place.kind, &own) {
            (Kind::Map, None | Some(Json::Object(_))) => {
                self.map(place, values.map(|value| value.and_then(Json::as_object)))?.into()
            }
            (Kind::List, None | Some(Json::Array(_))) => {
                let lists = values.map(|value| value.and_then(Json::as_array).unwrap_or_default());
                Json::Array(self.list(place, lists, all)?)
            }
            (Kind::Inputs, None | Some(Json::Array(_))) => {
                let [own, _, theirs] = values.map(|value| value.and_then(Json::as_array).unwrap_or_default());
                Json::Array(inputs(own, theirs))
            }
            _ => return Err(NotInPlace::Shape("the file has its servers in another form than this export")),
        };
        // A place without servers says no more than none.
        let is_missing = own.is_none() && is_empty(&value);
        if !is_missing && own.as_ref() != Some(&value) {
            put(root, &place.own, value);
        }
        Ok(())
    }

    fn map(
        &mut self,
        place: &Place,
        [own, base, theirs]: [Option<&Object>; 3],
    ) -> Result<Object, NotInPlace> {
        let no_servers = Object::new();
        let [own, base, theirs] = [own, base, theirs].map(|map| map.unwrap_or(&no_servers));
        if !base.names().all(|name| own.contains(name)) {
            return Err(ELSEWHERE);
        }
        let (from, to) = (pointer(&place.theirs), pointer(&place.own));
        let mut result = Object::new();
        for (name, value) in own.iter() {
            match (base.get(name), theirs.get(name)) {
                (base, Some(theirs)) => {
                    let (from, to) = (from.member(name), to.member(name));
                    let own = Some((value, to.clone()));
                    let value = self.server((place, Some(name)), own, base, theirs, from, to);
                    result.insert(name, value);
                }
                (Some(_), None) if self.others == Others::Remove => {}
                (_, None) => result.insert(name, value.clone()),
            }
        }
        for (name, theirs) in theirs.iter().filter(|(name, _)| !own.contains(name)) {
            let (from, to) = (from.member(name), to.member(name));
            let value = self.server((place, Some(name)), None, None, theirs, from, to);
            result.insert(name, value);
        }
        Ok(result)
    }

    fn list(
        &mut self,
        place: &Place,
        [own, base, theirs]: [&[Json]; 3],
        all: &[Place],
    ) -> Result<Vec<Json>, NotInPlace> {
        if MOST < own.len().saturating_mul(base.len().max(theirs.len())) {
            return Err(NotInPlace::Shape("the file has too many servers"));
        }
        let (from, to) = (pointer(&place.theirs), pointer(&place.own));
        let is_read = |at: usize| self.ours.contains_key(&to.element(at));
        let Some(bases) = in_order(own, base, is_read) else { return Err(ELSEWHERE) };
        let partners = partners(own, &bases, theirs, |at, their_at| {
            (self.known.is_same)(&from.element(their_at), &to.element(at))
        });
        let mut result = Vec::new();
        for (at, value) in own.iter().enumerate() {
            let (id, own) = (known_by(value), to.element(at));
            match partners[at] {
                Some(their_at) => {
                    let (from, to) = (from.element(their_at), to.element(result.len()));
                    let own = Some((value, own));
                    let value = self.server((place, None), own, bases[at], &theirs[their_at], from, to);
                    result.push(value);
                }
                None if bases[at].is_some() && self.is_gone(id, place, all)? => {}
                None => result.push(value.clone()),
            }
        }
        for (at, theirs) in theirs.iter().enumerate().filter(|(at, _)| !partners.contains(&Some(*at))) {
            let to = to.element(result.len());
            let value = self.server((place, None), None, None, theirs, from.element(at), to);
            result.push(value);
        }
        Ok(result)
    }

    /// Whether a server that is not exported in its list goes: it may be exported in another one.
    fn is_gone(&self, id: Option<&str>, place: &Place, all: &[Place]) -> Result<bool, NotInPlace> {
        if self.others == Others::Remove {
            return Ok(true);
        }
        for other in all.iter().filter(|other| other.own != place.own) {
            let theirs = at(self.exported, &other.theirs)?.and_then(Json::as_array).unwrap_or_default();
            if id.is_some() && theirs.iter().any(|value| known_by(value) == id) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// A server as the file is to have it, from what it has, with its place, and what was to be expected of an export.
    fn server(
        &mut self,
        (place, name): (&Place, Option<&str>),
        own: Option<(&Json, Pointer)>,
        base: Option<&Json>,
        theirs: &Json,
        from: Pointer,
        to: Pointer,
    ) -> Json {
        let (value, is_kept) = match (own, base, self.rewrites.get(&from)) {
            (Some((own, at)), Some(base), None) => {
                match base.has_value_of(theirs) || (self.known.is_same)(&from, &at) {
                    true => (own.clone(), true),
                    false => (merged(own, Expected { base, ours: self.ours.get(&at) }, theirs), false),
                }
            }
            (Some((own, at)), Some(base), Some(Rewrite::WithOwn)) => {
                let expected = Expected { base, ours: self.ours.get(&at) };
                let read = |server| (self.known.alone)(place, name, server);
                (with_own(own, expected, theirs, self.known.is_word, read), false)
            }
            _ => (theirs.clone(), false),
        };
        self.pairs.push(Pair { from, to, is_kept });
        value
    }
}

const ELSEWHERE: NotInPlace = NotInPlace::Shape("the file has servers where this client does not write them");

fn pointer(way: &[String]) -> Pointer {
    way.iter().fold(Pointer::root(), |pointer, step| pointer.member(step))
}

/// An address alone is an entry of some list.
fn known_by(value: &Json) -> Option<&str> {
    value.as_str().or_else(|| identity(value))
}

/// What of a list belongs to each of these that can be read, of those with one name in their order. None where something
/// of it belongs to no one of them.
fn in_order<'b>(
    own: &[Json],
    base: &'b [Json],
    is_read: impl Fn(usize) -> bool,
) -> Option<Vec<Option<&'b Json>>> {
    let mut is_used = vec![false; base.len()];
    let mut bases = Vec::with_capacity(own.len());
    for (own_at, value) in own.iter().enumerate() {
        let fits = |at: &usize| !is_used[*at] && known_by(&base[*at]) == known_by(value);
        let at = (0..base.len()).find(fits).filter(|_| is_read(own_at));
        at.into_iter().for_each(|at| is_used[at] = true);
        bases.push(at.map(|at| &base[at]));
    }
    (!is_used.contains(&false)).then_some(bases)
}

/// Which exported server belongs to each of the file: of those with one name that one which means the same, else the one
/// that is most like it.
fn partners(
    own: &[Json],
    bases: &[Option<&Json>],
    theirs: &[Json],
    is_same: impl Fn(usize, usize) -> bool,
) -> Vec<Option<usize>> {
    let mut partners: Vec<Option<usize>> = vec![None; own.len()];
    let mut is_used = vec![false; theirs.len()];
    for at in 0..own.len() {
        let id = known_by(&own[at]);
        let fits = |their_at: &usize| known_by(&theirs[*their_at]) == id && is_same(at, *their_at);
        partners[at] = (0..theirs.len()).find(|their_at| !is_used[*their_at] && fits(their_at));
        partners[at].into_iter().for_each(|their_at| is_used[their_at] = true);
    }
    for (their_at, theirs) in theirs.iter().enumerate().filter(|(their_at, _)| !is_used[*their_at]) {
        let free =
            (0..own.len()).filter(|at| partners[*at].is_none() && known_by(&own[*at]) == known_by(theirs));
        // The first one of those that are as like; one that can't be read only where there is no other.
        let best = free.rev().max_by_key(|at| bases[*at].map(|base| likeness(base, theirs)));
        best.into_iter().for_each(|at| partners[at] = Some(their_at));
    }
    partners
}

/// How many members two values have in common.
fn likeness(one: &Json, other: &Json) -> usize {
    let (Json::Object(one), Json::Object(other)) = (one, other) else { return 0 };
    one.iter().filter(|(name, one)| other.get(name).is_some_and(|other| one.has_value_of(other))).count()
}

/// Those of the file stay as they are: other servers may ask for them too.
fn inputs(own: &[Json], theirs: &[Json]) -> Vec<Json> {
    let has = |input: &&Json| own.iter().any(|own| identity(own) == identity(input));
    own.iter().chain(theirs.iter().filter(|input| !has(input))).cloned().collect()
}
