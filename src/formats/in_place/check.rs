//! The proof that a changed file is what was meant, read again by the strict reader. That all else in it has kept its bytes is
//! proven where pieces are replaced.

use crate::formats::source::{Source, Syntax};
use crate::json::{Json, Object};

use super::NotInPlace;
use super::places::is_empty;
use super::wanted::Wanted;

/// Whether a result says what was wanted.
pub(super) fn is_meant(result: &Source, own: &Source, wanted: &Wanted) -> Result<(), NotInPlace> {
    let ways = || wanted.places.iter().map(|place| place.own.as_slice());
    // A table of TOML that has lost its last member may be gone with it.
    let is_same = match result.syntax {
        Syntax::Toml => {
            without_empty(&result.root, ways()).has_value_of(&without_empty(&wanted.root, ways()))
        }
        _ => result.root.has_value_of(&wanted.root),
    };
    if !is_same {
        return Err(NotInPlace::Unproven("another value"));
    }
    // The tables of TOML have no order.
    if result.syntax != Syntax::Toml && !is_in_order(&own.root, &result.root) {
        return Err(NotInPlace::Unproven("another order"));
    }
    if !wanted.is_in(result) {
        return Err(NotInPlace::Unproven("a server would mean something else there"));
    }
    Ok(())
}

/// A value without empty maps and lists at these places.
fn without_empty<'w>(root: &Json, ways: impl Iterator<Item = &'w [String]>) -> Json {
    let mut root = root.clone();
    if let Json::Object(root) = &mut root {
        ways.for_each(|way| drop_empty(root, way));
    }
    root
}

fn drop_empty(object: &mut Object, way: &[String]) {
    let Some((step, rest)) = way.split_first() else { return };
    let Some(mut value) = object.get(step).cloned() else { return };
    if let (Json::Object(inner), false) = (&mut value, rest.is_empty()) {
        drop_empty(inner, rest);
    }
    match is_empty(&value) {
        true => drop(object.remove(step)),
        false => object.insert(step, value),
    }
}

/// Whether members that both have are in one order.
fn is_in_order(own: &Json, result: &Json) -> bool {
    let (Json::Object(own), Json::Object(result)) = (own, result) else { return true };
    let common = |one: &Object, other: &Object| -> Vec<String> {
        one.names().filter(|name| other.contains(name)).map(str::to_owned).collect()
    };
    common(own, result) == common(result, own)
        && own.iter().all(|(name, own)| result.get(name).is_none_or(|result| is_in_order(own, result)))
}
