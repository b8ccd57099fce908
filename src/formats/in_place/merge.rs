//! One value out of what a file has, what an export of it would write, and what was exported. What differs between the
//! last two is changed in the first. It does not know clients.

use crate::json::{Json, Object};

/// What was to be expected of an export of what a file has.
#[derive(Clone, Copy)]
pub(super) struct Expected<'e> {
    /// All of it.
    pub(super) base: &'e Json,
    /// What of it every client would be given in some form: the rest is this client's own. `None` where all is.
    pub(super) ours: Option<&'e Json>,
}

/// What a file has, changed as the export differs from what was to be expected of it. What is the client's own goes only
/// with the member in which it is: that the export does not say it may be because the server came from elsewhere.
pub(super) fn merged(own: &Json, expected: Expected<'_>, theirs: &Json) -> Json {
    let Expected { base, ours } = expected;
    match (own, base, theirs) {
        _ if base.has_value_of(theirs) || own.has_value_of(theirs) => own.clone(),
        (Json::Object(own), Json::Object(base), Json::Object(theirs)) => {
            members(own, base, ours.and_then(Json::as_object), theirs).into()
        }
        _ => theirs.clone(),
    }
}

fn members(own: &Object, base: &Object, ours: Option<&Object>, theirs: &Object) -> Object {
    let mut result = Object::new();
    for (name, own) in own.iter() {
        match (base.get(name), theirs.get(name)) {
            (Some(base), Some(theirs)) => {
                let expected = Expected { base, ours: ours.and_then(|ours| ours.get(name)) };
                result.insert(name, merged(own, expected, theirs));
            }
            (None, Some(theirs)) => result.insert(name, theirs.clone()),
            // What no export writes, such as `false` where that is what is not said.
            (None, None) => result.insert(name, own.clone()),
            (Some(_), None) => {
                if ours.is_some_and(|ours| !ours.contains(name)) {
                    result.insert(name, own.clone());
                }
            }
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
            let base = read(base);
            let expected_of = Expected { base: &base, ours: Some(&base) };
            assert_eq!(to_compact(&merged(&read(own), expected_of, &read(theirs))), expected);
        }
    }

    #[test]
    fn what_is_the_clients_own_goes_only_with_what_it_is_in() {
        let read = |text: &str| parse(text, &Rules::BODY).unwrap();
        let own = read(r#"{"c":"x","e":{"X":"1"},"t":{"a":1,"b":2},"o":{"id":"1","z":2}}"#);
        let ours = read(r#"{"c":"x","e":{"X":"1"},"o":{"id":"1"}}"#);
        for (theirs, expected) in [
            (r#"{"c":"y"}"#, r#"{"c":"y","t":{"a":1,"b":2}}"#),
            (
                r#"{"c":"x","e":{},"t":{"a":3},"o":{"id":"2"}}"#,
                r#"{"c":"x","e":{},"t":{"a":3},"o":{"id":"2","z":2}}"#,
            ),
        ] {
            let expected_of = Expected { base: &own, ours: Some(&ours) };
            assert_eq!(to_compact(&merged(&own, expected_of, &read(theirs))), expected);
        }
    }
}
