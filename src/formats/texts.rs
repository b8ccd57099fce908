//! The texts in a value, and where they are.

use crate::json::{Json, Pointer};

/// A value with each of its texts changed.
pub(in crate::formats) fn each_text(
    value: Json,
    at: &Pointer,
    change: &mut impl FnMut(&Pointer, &str) -> String,
) -> Json {
    match value {
        Json::String(text) => Json::string(change(at, text.as_str())),
        Json::Array(elements) => {
            let elements = elements.into_iter().enumerate();
            Json::Array(
                elements.map(|(index, element)| each_text(element, &at.element(index), change)).collect(),
            )
        }
        Json::Object(object) => {
            let members = object.into_iter().map(|(name, value)| {
                let value = each_text(value, &at.member(&name), change);
                (name, value)
            });
            Json::Object(members.collect())
        }
        other => other,
    }
}
