//! The texts in a value, and where they are. A place costs nothing until its pointer is made: names may be long, and a
//! value may have many texts below them.

use crate::json::{Json, Path, Pointer};

/// The place of a text.
pub(in crate::formats) struct TextPlace<'p> {
    base: &'p Pointer,
    path: &'p Path<'p>,
}

impl TextPlace<'_> {
    /// The pointer to it.
    pub(in crate::formats) fn pointer(&self) -> Pointer {
        self.base.followed_by(&self.path.pointer())
    }
}

/// Visits each text of a value.
pub(in crate::formats) fn for_each_text(
    value: &Json,
    at: &Pointer,
    visit: &mut impl FnMut(&TextPlace<'_>, &str),
) {
    visit_in(value, at, &Path::Root, visit);
}

fn visit_in(value: &Json, base: &Pointer, path: &Path<'_>, visit: &mut impl FnMut(&TextPlace<'_>, &str)) {
    match value {
        Json::String(text) => visit(&TextPlace { base, path }, text.as_str()),
        Json::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                visit_in(element, base, &path.element(index), visit);
            }
        }
        Json::Object(object) => {
            for (name, value) in object.iter() {
                visit_in(value, base, &path.member(name), visit);
            }
        }
        _ => {}
    }
}

/// A value with each of its texts changed.
pub(in crate::formats) fn each_text(
    value: Json,
    at: &Pointer,
    change: &mut impl FnMut(&TextPlace<'_>, &str) -> String,
) -> Json {
    change_in(value, at, &Path::Root, change)
}

fn change_in(
    value: Json,
    base: &Pointer,
    path: &Path<'_>,
    change: &mut impl FnMut(&TextPlace<'_>, &str) -> String,
) -> Json {
    match value {
        Json::String(text) => Json::string(change(&TextPlace { base, path }, text.as_str())),
        Json::Array(elements) => {
            let elements = elements.into_iter().enumerate();
            let changed =
                elements.map(|(index, element)| change_in(element, base, &path.element(index), change));
            Json::Array(changed.collect())
        }
        Json::Object(object) => {
            let members = object.into_iter().map(|(name, value)| {
                let value = change_in(value, base, &path.member(&name), change);
                (name, value)
            });
            Json::Object(members.collect())
        }
        other => other,
    }
}
