//! A server that is written again, with what its client alone has put there: which tools it may use, for instance. It does
//! not know what a member means, but asks whether the server means the same with it.

use crate::json::{Json, Object};

use super::meaning::Meaning;
use super::merge::Expected;

/// How a server of the file is written that would mean something else if it was changed member by member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rewrite {
    /// As it was exported, with the members of the file that are the client's own.
    WithOwn,
    /// As it was exported, since it would mean something else with them too.
    Exactly,
}

/// The most members that are tried one by one.
const MOST: usize = 64;

/// An exported server with those members of the file's that are the client's own and say nothing of how it is reached.
/// `is_word` says which members every server of the client may have, `read` what a server means alone.
pub(super) fn with_own(
    own: &Json,
    Expected { base, ours }: Expected<'_>,
    theirs: &Json,
    is_word: impl Fn(&str) -> bool,
    read: impl Fn(Object) -> Option<Meaning>,
) -> Json {
    let (Json::Object(own), Json::Object(base), Some(Json::Object(ours)), Json::Object(theirs)) =
        (own, base, ours, theirs)
    else {
        return theirs.clone();
    };
    let (Some(before), Some(meant)) = (read(own.clone()), read(theirs.clone())) else {
        return theirs.clone().into();
    };
    // What no export writes may be another spelling of what it writes.
    let is_known = |name: &str| base.contains(name) || !is_word(name);
    let is_own = |name: &str| !theirs.contains(name) && !ours.contains(name) && is_known(name);
    let names: Vec<&str> = own.names().filter(|name| is_own(name)).collect();
    let stays = |result: &Object, names: &[&str]| {
        let rest: Object = own.iter().filter(|(name, _)| !names.contains(name)).map(to_owned).collect();
        let added = own.iter().filter(|(name, _)| names.contains(name));
        let result: Object = result.iter().chain(added).map(to_owned).collect();
        let says_nothing = read(rest).is_some_and(|rest| rest.is_reached_as(&before));
        (says_nothing && read(result.clone()).is_some_and(|with| with.is(&meant))).then_some(result)
    };
    if let Some(result) = stays(theirs, &names) {
        return result.into();
    }
    let mut result = theirs.clone();
    for name in names.iter().filter(|_| names.len() <= MOST) {
        if let Some(with) = stays(&result, &[name]) {
            result = with;
        }
    }
    result.into()
}

fn to_owned((name, value): (&str, &Json)) -> (String, Json) {
    (name.to_owned(), value.clone())
}
