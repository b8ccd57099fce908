//! What a file is to mean: its own value with the exported servers in their places. Where a server of the file, changed
//! member by member, would not mean what was exported, it is written again. It does not know how values are written.

use std::collections::HashMap;

use crate::formats::client::Client;
use crate::formats::clients;
use crate::formats::export;
use crate::formats::format::Format;
use crate::formats::import::Entry;
use crate::formats::place::{Position, Spot};
use crate::formats::source::{Source, Syntax};
use crate::formats::stored::Stored;
use crate::formats::writing::Server;
use crate::json::{Json, Object, Pointer};

use super::meaning::{Meaning, meanings, servers};
use super::merging::{Known, Merging};
use super::places::{Kind, Place, at, places, put};
use super::rewrite::Rewrite;
use super::switches;
use super::{NotInPlace, Others};

/// What a file is to mean.
pub(super) struct Wanted {
    pub(super) root: Json,
    pub(super) places: Vec<Place>,
    client: &'static Client,
    /// What each exported server means, by its place in the file.
    meanings: Vec<(Pointer, Meaning)>,
}

impl Wanted {
    pub(super) fn of(
        format: Format,
        own: &Source,
        theirs: &Source,
        others: Others,
    ) -> Result<Self, NotInPlace> {
        let client = clients::of(format);
        let (Json::Object(root), Json::Object(exported)) = (&own.root, &theirs.root) else {
            return Err(NotInPlace::Shape("the file is not an object"));
        };
        let own_servers = servers(client, own);
        let stored: Vec<_> = own_servers.iter().map(|entry| (entry, entry.to_stored())).collect();
        let (base, ours) = (expected(client, &stored), ours(client, &stored));
        let (before, meant) = (meanings(&own_servers), meanings(&servers(client, theirs)));
        let is_same = |from: &Pointer, own: &Pointer| match (meant.get(from), before.get(own)) {
            (Some(meant), Some(own)) => own.is(meant),
            _ => false,
        };
        let places = places(format, root, exported)?;
        let alone = |place: &Place, name: Option<&str>, value: Object| {
            alone(client, root, &places, place, name, value)
        };
        let mut rewrites: HashMap<Pointer, Rewrite> = HashMap::new();
        loop {
            let known = Known { is_same: &is_same, is_word: &|name| client.has_word(name), alone: &alone };
            let mut merging = Merging::new(&base, &ours, exported, others, &rewrites, known);
            let mut root = root.clone();
            for place in &places {
                merging.put(&mut root, place, &places)?;
            }
            if format == Format::Gemini {
                switches::put(&mut root, &base, exported, others)?;
            }
            let pairs = merging.pairs;
            // Whether a server that is kept is on may be said beside it.
            let changed = pairs.iter().filter(|pair| !pair.is_kept || format == Format::Gemini);
            let wanted = source(own.syntax, root);
            let found = meanings(&servers(client, &wanted));
            let unlike: Vec<Pointer> = changed
                .clone()
                .filter(|pair| match (meant.get(&pair.from), found.get(&pair.to)) {
                    (Some(meant), Some(found)) => !found.is(meant),
                    // What the client itself can't read is taken as it was written.
                    (None, _) => !rewrites.contains_key(&pair.from),
                    (Some(_), None) => true,
                })
                .map(|pair| pair.from.clone())
                .collect();
            if unlike.is_empty() {
                let to: HashMap<&Pointer, &Pointer> = changed.map(|pair| (&pair.from, &pair.to)).collect();
                let meant = meant.into_iter();
                let meanings = meant.filter_map(|(from, meaning)| Some(((*to.get(&from)?).clone(), meaning)));
                return Ok(Self { root: wanted.root, places, client, meanings: meanings.collect() });
            }
            if unlike.iter().all(|from| rewrites.get(from) == Some(&Rewrite::Exactly)) {
                return Err(NotInPlace::Unproven("a server would mean something else there"));
            }
            for from in unlike {
                let next = if rewrites.contains_key(&from) { Rewrite::Exactly } else { Rewrite::WithOwn };
                rewrites.insert(from, next);
            }
        }
    }

    /// Whether the exported servers are in a file as they were meant.
    pub(super) fn is_in(&self, file: &Source) -> bool {
        let found = meanings(&servers(self.client, file));
        self.meanings.iter().all(|(at, meant)| found.get(at).is_some_and(|found| found.is(meant)))
    }
}

/// A value without places.
fn source(syntax: Syntax, root: Object) -> Source {
    Source::new(syntax, root.into(), Spot::leaf(Position::default()))
}

/// What a server means that is alone in the file, with what it may ask for.
fn alone(
    client: &Client,
    own: &Object,
    places: &[Place],
    place: &Place,
    name: Option<&str>,
    value: Object,
) -> Option<Meaning> {
    let mut root = Object::new();
    for shared in places.iter().filter(|place| place.kind == Kind::Inputs) {
        if let Ok(Some(inputs)) = at(own, &shared.own) {
            put(&mut root, &shared.own, inputs.clone());
        }
    }
    let value = match name {
        Some(name) => Object::from_iter([(name, value.into())]).into(),
        None => Json::Array(vec![value.into()]),
    };
    put(&mut root, &place.own, value);
    meanings(&servers(client, &source(Syntax::Json, root))).into_values().next()
}

/// What an export of the file's own servers would write.
fn expected(client: &Client, own: &[(&Entry, Stored)]) -> Object {
    let bags: Vec<Object> = own
        .iter()
        .map(|(_, stored)| Object::from_iter([(client.format.bag(), stored.bag.clone().into())]))
        .collect();
    let exported: Vec<Server<'_>> = own
        .iter()
        .zip(&bags)
        .map(|((entry, stored), bags)| Server { name: &entry.name, config: &stored.config, bags })
        .collect();
    export::root(client, &exported).0
}

/// What an export of each of the file's own servers would write if nothing were kept for its client, by its place.
fn ours(client: &Client, own: &[(&Entry, Stored)]) -> HashMap<Pointer, Json> {
    let bags = Object::new();
    let of_entry = |(entry, stored): &(&Entry, Stored)| {
        let server = Server { name: &entry.name, config: &stored.config, bags: &bags };
        let (entries, ..) = export::entries(client, &[server]);
        let (_, written) = entries.into_iter().next()?;
        Some((entry.place.pointer.clone(), written.into()))
    };
    own.iter().filter_map(of_entry).collect()
}
