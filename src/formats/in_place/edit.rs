//! What is to be changed in a value so that it becomes another one: as little as can be. It does not know how values
//! are written.

use crate::json::Json;

/// How many comparisons of elements are made for one list.
pub(super) const MOST: usize = 1_000_000;

/// What becomes of a value.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Edit<'a> {
    Keep,
    Remove,
    Replace(&'a Json),
    /// Members or elements are changed.
    Inside {
        /// What becomes of those that there are, in their order.
        items: Vec<Edit<'a>>,
        /// What comes behind them; members have names.
        added: Vec<(Option<&'a str>, &'a Json)>,
    },
}

impl<'a> Edit<'a> {
    /// What makes of one value another one.
    pub(super) fn of(old: &Json, new: &'a Json) -> Self {
        match (old, new) {
            _ if old.has_value_of(new) => Self::Keep,
            (Json::Object(old), Json::Object(new)) => {
                let items = old.iter().map(|(name, old)| match new.get(name) {
                    Some(new) => Self::of(old, new),
                    None => Self::Remove,
                });
                let added = new.iter().filter(|(name, _)| !old.contains(name));
                Self::Inside {
                    items: items.collect(),
                    added: added.map(|(name, value)| (Some(name), value)).collect(),
                }
            }
            (Json::Array(old), Json::Array(elements)) => {
                Self::of_list(old, elements).unwrap_or(Self::Replace(new))
            }
            _ => Self::Replace(new),
        }
    }

    /// None where an element would have to come between two others, or where there are too many.
    fn of_list(old: &[Json], new: &'a [Json]) -> Option<Self> {
        if MOST < old.len().saturating_mul(new.len()) {
            return None;
        }
        let mut items = Vec::with_capacity(old.len());
        let (mut next_old, mut next_new) = (0, 0);
        for (at, element) in new.iter().enumerate() {
            let Some(found) = (next_old..old.len()).find(|found| is_same(&old[*found], element)) else {
                continue;
            };
            if found - next_old < at - next_new {
                return None;
            }
            items.extend(paired(&old[next_old..found], &new[next_new..at]));
            items.push(Self::of(&old[found], element));
            (next_old, next_new) = (found + 1, at + 1);
        }
        let (old, new) = (&old[next_old..], &new[next_new..]);
        items.extend(paired(old, new));
        let added = new.iter().skip(old.len()).map(|element| (None, element)).collect();
        Some(Self::Inside { items, added })
    }
}

/// Elements that are not found again become the new ones in their place, one by one.
fn paired<'a>(old: &[Json], new: &'a [Json]) -> Vec<Edit<'a>> {
    let edits = old.iter().enumerate().map(|(at, old)| match new.get(at) {
        Some(new) => Edit::of(old, new),
        None => Edit::Remove,
    });
    edits.collect()
}

/// Whether an element is another one's later form.
fn is_same(old: &Json, new: &Json) -> bool {
    old.has_value_of(new) || identity(old).is_some_and(|own| Some(own) == identity(new))
}

/// By what an element of a list is known: its name, its id, its address.
pub(super) fn identity(element: &Json) -> Option<&str> {
    match element {
        Json::Object(element) => ["name", "id", "url"].iter().find_map(|name| element.get(name)?.as_str()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{Rules, parse};

    fn read(text: &str) -> Json {
        parse(text, &Rules::BODY).unwrap()
    }

    #[test]
    fn a_list_keeps_what_it_had() {
        use Edit::{Inside, Keep, Remove, Replace};
        let (x, y) = (read("\"x\""), read("\"y\""));
        for (old, new, edit) in [
            (r#"["a","b"]"#, r#"["a","x"]"#, Inside { items: vec![Keep, Replace(&x)], added: vec![] }),
            (r#"["a","b"]"#, r#"["b"]"#, Inside { items: vec![Remove, Keep], added: vec![] }),
            (
                r#"["a"]"#,
                r#"["a","x","y"]"#,
                Inside { items: vec![Keep], added: vec![(None, &x), (None, &y)] },
            ),
            (
                r#"["a","b","c"]"#,
                r#"["a","x","c"]"#,
                Inside { items: vec![Keep, Replace(&x), Keep], added: vec![] },
            ),
        ] {
            assert_eq!(Edit::of(&read(old), &read(new)), edit, "{old} {new}");
        }
        let new = read(r#"["x","a"]"#);
        assert_eq!(Edit::of(&read(r#"["a"]"#), &new), Replace(&new));
    }

    #[test]
    fn elements_with_a_name_are_known_by_it() {
        let old = read(r#"[{"name":"a","v":1},{"name":"b","v":1}]"#);
        let new = read(r#"[{"name":"b","v":2}]"#);
        let Edit::Inside { items, added } = Edit::of(&old, &new) else { panic!() };
        assert!(matches!(items[..], [Edit::Remove, Edit::Inside { .. }]) && added.is_empty());
    }
}
