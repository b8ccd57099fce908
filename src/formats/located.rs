//! Where a file has servers, and what in it is something else. It does not know what is in an entry.

use std::rc::Rc;

use crate::json::{Json, Object, Pointer};

use super::source::Source;
use super::words;

/// What is in a file.
#[derive(Default)]
pub(in crate::formats) struct Located {
    pub(in crate::formats) entries: Vec<Spotted>,
    pub(in crate::formats) ignored: Vec<(Pointer, &'static str)>,
    /// What should be a map or a list of servers, and is something else.
    pub(in crate::formats) refused: Vec<(Pointer, &'static str)>,
}

/// An entry as it was found. The way to it may be long, so all entries of a map share what they have in common.
pub(in crate::formats) struct Spotted {
    pub(in crate::formats) holder: Rc<Pointer>,
    pub(in crate::formats) step: Step,
    pub(in crate::formats) name: Option<String>,
    /// What is said where another entry has the name.
    pub(in crate::formats) same_name: &'static str,
    /// What the bag says of the map that it is in.
    pub(in crate::formats) bag: Rc<[(&'static str, Json)]>,
}

/// Where an entry is in what holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::formats) enum Step {
    /// It is all of it.
    Whole,
    /// A member, by its name.
    Name,
    /// An element.
    Index(usize),
}

impl Spotted {
    /// Where it is.
    pub(in crate::formats) fn at(&self) -> Pointer {
        match (self.step, &self.name) {
            (Step::Name, Some(name)) => self.holder.member(name),
            (Step::Index(index), _) => self.holder.element(index),
            (Step::Whole | Step::Name, _) => (*self.holder).clone(),
        }
    }
}

impl Located {
    /// What is in a file, by what `sort` makes of each member of its root.
    pub(in crate::formats) fn of(
        source: &Source,
        mut sort: impl FnMut(&mut Self, &str, &Json, Pointer),
    ) -> Self {
        let mut located = Self::default();
        for (name, value) in source.root.as_object().into_iter().flat_map(Object::iter) {
            sort(&mut located, name, value, Pointer::root().member(name));
        }
        located
    }

    /// Adds the servers of a map.
    pub(in crate::formats) fn add_map(
        &mut self,
        at: &Pointer,
        value: &Json,
        same_name: &'static str,
        bag: &[(&'static str, Json)],
    ) {
        match value {
            Json::Object(servers) if servers.is_empty() => self.ignored.push((at.clone(), words::NO_SERVERS)),
            Json::Null => self.ignored.push((at.clone(), words::NO_SERVERS)),
            Json::Object(servers) => {
                let (holder, bag): (_, Rc<[_]>) = (Rc::new(at.clone()), bag.into());
                self.entries.extend(servers.names().map(|name| Spotted {
                    holder: Rc::clone(&holder),
                    step: Step::Name,
                    name: Some(name.to_owned()),
                    same_name,
                    bag: Rc::clone(&bag),
                }));
            }
            _ => self.refused.push((at.clone(), "must be an object with the servers by name")),
        }
    }

    /// Adds the servers of a list, each with its name inside.
    pub(in crate::formats) fn add_list(&mut self, at: &Pointer, value: &Json) {
        match value {
            Json::Array(servers) if servers.is_empty() => self.ignored.push((at.clone(), words::NO_SERVERS)),
            Json::Null => self.ignored.push((at.clone(), words::NO_SERVERS)),
            Json::Array(servers) => {
                let (holder, bag): (_, Rc<[_]>) = (Rc::new(at.clone()), Rc::default());
                self.entries.extend(servers.iter().enumerate().map(|(index, server)| Spotted {
                    holder: Rc::clone(&holder),
                    step: Step::Index(index),
                    name: server.get("name").and_then(Json::as_str).map(str::to_owned),
                    same_name: words::SAME_NAME,
                    bag: Rc::clone(&bag),
                }));
            }
            _ => self.refused.push((at.clone(), "must be a list of servers")),
        }
    }
}
