//! One value out of three: what a file has, what an export of it would write, what was exported. What differs between the
//! last two is changed in the first. It does not know clients.

use crate::json::{Json, Object};

/// What a file has, changed as the export differs from what was to be expected of it.
pub(super) fn merged(own: &Json, base: &Json, theirs: &Json) -> Json {
    match (own, base, theirs) {
        _ if base.has_value_of(theirs) || own.has_value_of(theirs) => own.clone(),
        (Json::Object(own), Json::Object(base), Json::Object(theirs)) => members(own, base, theirs).into(),
        _ => theirs.clone(),
    }
}

fn members(own: &Object, base: &Object, theirs: &Object) -> Object {
    let mut result = Object::new();
    for (name, own) in own.iter() {
        match (base.get(name), theirs.get(name)) {
            (Some(base), Some(theirs)) => result.insert(name, merged(own, base, theirs)),
            (None, Some(theirs)) => result.insert(name, theirs.clone()),
            // What no export writes, such as `false` where that is what is not said.
            (None, None) => result.insert(name, own.clone()),
            (Some(_), None) => {}
        }
    }
    let is_new = |name: &str, value: &Json| {
        !own.contains(name) && !base.get(name).is_some_and(|base| base.has_value_of(value))
    };
    theirs
        .iter()
        .filter(|(name, value)| is_new(name, value))
        .for_each(|(name, value)| result.insert(name, value.clone()));
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{Rules, parse, to_compact};

    #[test]
    fn what_an_export_does_not_write_is_not_taken_away() {
        let read = |text: &str| parse(text, &Rules::BODY).unwrap();
        for (own, base, theirs, expected) in [
            (r#"{"a":1,"off":false}"#, r#"{"a":1}"#, r#"{"a":2}"#, r#"{"a":2,"off":false}"#),
            (r#"{"a":1}"#, r#"{"a":1,"on":true}"#, r#"{"a":1,"on":false}"#, r#"{"a":1,"on":false}"#),
            (r#"{"a":1}"#, r#"{"a":1,"on":true}"#, r#"{"a":2,"on":true}"#, r#"{"a":2}"#),
            (
                r#"{"e":{"X":"1","Y":"2"}}"#,
                r#"{"e":{"X":"1","Y":"2"}}"#,
                r#"{"e":{"X":"3"}}"#,
                r#"{"e":{"X":"3"}}"#,
            ),
            (r#"{"t":20.0}"#, r#"{"t":20}"#, r#"{"t":20.0,"u":1}"#, r#"{"t":20.0,"u":1}"#),
        ] {
            assert_eq!(to_compact(&merged(&read(own), &read(base), &read(theirs))), expected);
        }
    }
}
