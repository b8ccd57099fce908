//! How two texts differ that came from one: what each side has changed, where both have, and what both together come to
//! if they have not changed the same. Pure.

use crate::json::{Json, Object, Pointer, to_compact};

/// What one member was, and what each side has made of it. `None` where it is absent.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Difference {
    pub(super) pointer: Pointer,
    before: Option<String>,
    yours: Option<String>,
    theirs: Option<String>,
}

/// All differences, and both sides' changes together.
#[derive(Debug)]
pub(super) struct ThreeWay {
    pub(super) differences: Vec<Difference>,
    /// `None` where both have changed the same member in different ways.
    pub(super) merged: Option<Json>,
}

impl Difference {
    /// Whether both sides have changed it, in different ways.
    pub(super) fn is_conflict(&self) -> bool {
        self.yours != self.theirs && self.before != self.yours && self.before != self.theirs
    }

    /// The lines that show it. What you have written is shown as it is in `redacted`, since it may hold new secrets.
    pub(super) fn lines(&self, redacted: &Json) -> Vec<String> {
        let shown = |text: &Option<String>| text.clone().unwrap_or_else(|| "(absent)".to_owned());
        let yours =
            self.yours.as_ref().map(|_| redacted.at(&self.pointer).map_or_else(String::new, to_compact));
        let place = if self.pointer.as_str().is_empty() { "the whole" } else { self.pointer.as_str() };
        let who = match (self.before == self.yours, self.before == self.theirs) {
            (true, _) => "changed by somebody else",
            (_, true) => "changed by you",
            _ if self.is_conflict() => "changed by both",
            _ => "changed by both in the same way",
        };
        vec![
            format!("{place}: {who}"),
            format!("  before: {}", shown(&self.before)),
            format!("  yours:  {}", shown(&yours)),
            format!("  theirs: {}", shown(&self.theirs)),
        ]
    }
}

/// Compares what both sides have made of `base`. Objects are compared member by member, all else as a whole.
pub(super) fn three_way(base: &Json, yours: &Json, theirs: &Json) -> ThreeWay {
    let mut differences = Vec::new();
    let merged = merge(&Pointer::root(), [Some(base), Some(yours), Some(theirs)], &mut differences);
    let has_conflict = differences.iter().any(Difference::is_conflict);
    ThreeWay { differences, merged: merged.filter(|_| !has_conflict) }
}

fn merge(
    pointer: &Pointer,
    [base, yours, theirs]: [Option<&Json>; 3],
    differences: &mut Vec<Difference>,
) -> Option<Json> {
    if base == yours && base == theirs {
        return base.cloned();
    }
    let objects =
        [base, yours, theirs].map(|side| side.map_or(Some(None), |value| value.as_object().map(Some)));
    if let [Some(base), Some(Some(yours)), Some(Some(theirs))] = objects {
        let empty = Object::new();
        let base = base.unwrap_or(&empty);
        let mut merged = Object::new();
        // In the order of what is there, what is new behind it.
        let later = yours.names().filter(|name| !theirs.contains(name));
        let gone = base.names().filter(|name| !theirs.contains(name) && !yours.contains(name));
        for name in theirs.names().chain(later).chain(gone) {
            let sides = [base.get(name), yours.get(name), theirs.get(name)];
            if let Some(value) = merge(&pointer.member(name), sides, differences) {
                merged.insert(name, value);
            }
        }
        return Some(Json::Object(merged));
    }
    let text = |side: Option<&Json>| side.map(to_compact);
    differences.push(Difference {
        pointer: pointer.clone(),
        before: text(base),
        yours: text(yours),
        theirs: text(theirs),
    });
    if base == yours { theirs.cloned() } else { yours.cloned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{Rules, parse};

    fn compare(base: &str, yours: &str, theirs: &str) -> (Vec<String>, Option<String>) {
        let [base, yours, theirs] = [base, yours, theirs].map(|text| parse(text, &Rules::BODY).unwrap());
        let ThreeWay { differences, merged } = three_way(&base, &yours, &theirs);
        let lines = differences.iter().map(|difference| difference.lines(&yours)[0].clone()).collect();
        (lines, merged.as_ref().map(to_compact))
    }

    #[test]
    fn changes_at_different_places_come_together() {
        let base = r#"{"a":1,"env":{"X":"x","Y":"y"},"gone":0}"#;
        let yours = r#"{"a":2,"env":{"X":"x","Y":"y","Z":"z"},"gone":0}"#;
        let theirs = r#"{"a":1,"env":{"X":"x2","Y":"y"}}"#;
        let (lines, merged) = compare(base, yours, theirs);
        let expected = [
            "/a: changed by you",
            "/env/X: changed by somebody else",
            "/env/Z: changed by you",
            "/gone: changed by somebody else",
        ];
        assert_eq!(lines, expected);
        assert_eq!(merged.as_deref(), Some(r#"{"a":2,"env":{"X":"x2","Y":"y","Z":"z"}}"#));
    }

    #[test]
    fn the_same_place_in_two_ways_is_a_conflict() {
        let (lines, merged) = compare(r#"{"a":1}"#, r#"{"a":2}"#, r#"{"a":3}"#);
        assert_eq!((lines, merged), (vec!["/a: changed by both".to_owned()], None));
        let (lines, merged) = compare(r#"{"a":[1]}"#, r#"{"a":[1,2]}"#, "{}");
        assert_eq!((lines, merged), (vec!["/a: changed by both".to_owned()], None));
        let (lines, merged) = compare(r#"{"a":1}"#, r#"{"a":2}"#, r#"{"a":2}"#);
        assert_eq!(lines, ["/a: changed by both in the same way"]);
        assert_eq!(merged.as_deref(), Some(r#"{"a":2}"#));
    }

    #[test]
    fn nothing_changed_is_nothing_different() {
        assert_eq!(
            compare(r#"{"a":1}"#, r#"{"a":1}"#, r#"{"a":1}"#),
            (vec![], Some(r#"{"a":1}"#.to_owned()))
        );
    }
}
