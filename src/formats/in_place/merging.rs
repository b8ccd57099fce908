//! The exported servers put into the value of a file, place by place. Which of them mean something else there, it does
//! not know.

use std::collections::{HashMap, HashSet};

use crate::json::{Json, Object, Pointer};

use super::edit::{MOST, identity};
use super::merge::{Expected, merged};
use super::places::{Kind, Place, at, is_empty, put};
use super::{NotInPlace, Others};

/// An export on its way into a file.
pub(super) struct Merging<'m> {
    /// What an export of the file would be.
    base: &'m Object,
    /// What of each server of the file every client would be given.
    ours: &'m HashMap<Pointer, Json>,
    exported: &'m Object,
    others: Others,
    /// The exported servers that replace those of the file as a whole.
    whole: &'m HashSet<Pointer>,
    /// Whether an exported server means what one of the file does.
    is_same: &'m dyn Fn(&Pointer, &Pointer) -> bool,
    pub(super) pairs: Vec<Pair>,
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
        whole: &'m HashSet<Pointer>,
        is_same: &'m dyn Fn(&Pointer, &Pointer) -> bool,
    ) -> Self {
        Self { base, ours, exported, others, whole, is_same, pairs: Vec::new() }
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
                    let value = self.server(Some((value, to.clone())), base, theirs, from, to);
                    result.insert(name, value);
                }
                (Some(_), None) if self.others == Others::Remove => {}
                (_, None) => result.insert(name, value.clone()),
            }
        }
        for (name, theirs) in theirs.iter().filter(|(name, _)| !own.contains(name)) {
            let value = self.server(None, None, theirs, from.member(name), to.member(name));
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
        let mut is_used = [vec![false; base.len()], vec![false; theirs.len()]];
        let mut result = Vec::new();
        for (at, value) in own.iter().enumerate() {
            let (id, own) = (known_by(value), to.element(at));
            let [base_at, their_at] = [base, theirs];
            let base = first(base_at, &mut is_used[0], id).map(|at| &base_at[at]);
            match first(their_at, &mut is_used[1], id) {
                Some(at) => {
                    let to = to.element(result.len());
                    let value = self.server(Some((value, own)), base, &their_at[at], from.element(at), to);
                    result.push(value);
                }
                None if base.is_some() && self.is_gone(id, place, all)? => {}
                None => result.push(value.clone()),
            }
        }
        if is_used[0].contains(&false) {
            return Err(ELSEWHERE);
        }
        for (at, theirs) in theirs.iter().enumerate().filter(|(at, _)| !is_used[1][*at]) {
            let to = to.element(result.len());
            let value = self.server(None, None, theirs, from.element(at), to);
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
        own: Option<(&Json, Pointer)>,
        base: Option<&Json>,
        theirs: &Json,
        from: Pointer,
        to: Pointer,
    ) -> Json {
        let (value, is_kept) = match (own, base) {
            (Some((own, at)), Some(base)) if !self.whole.contains(&from) => {
                match base.has_value_of(theirs) || (self.is_same)(&from, &at) {
                    true => (own.clone(), true),
                    false => (merged(own, Expected { base, ours: self.ours.get(&at) }, theirs), false),
                }
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

/// The first element that is known by this and was not used yet.
fn first(list: &[Json], is_used: &mut [bool], id: Option<&str>) -> Option<usize> {
    let at = (0..list.len()).find(|at| !is_used[*at] && known_by(&list[*at]) == id)?;
    is_used[at] = true;
    Some(at)
}

/// Those of the file stay as they are: other servers may ask for them too.
fn inputs(own: &[Json], theirs: &[Json]) -> Vec<Json> {
    let has = |input: &&Json| own.iter().any(|own| identity(own) == identity(input));
    own.iter().chain(theirs.iter().filter(|input| !has(input))).cloned().collect()
}
