//! The lists of Gemini CLI that switch servers off beside them. It does not know the servers.

use crate::json::{Json, Object};

use super::{NotInPlace, Others};

const SWITCHES: &str = "mcp";
const SERVERS: &str = "mcpServers";

/// Members of a bag that say by which list a server is off. That it is, its configuration says.
const MARKS: [&str; 2] = ["excluded", "not_allowed"];

/// A bag without what the lists say.
pub(super) fn without_marks(bag: &mut Object) {
    MARKS.iter().for_each(|mark| drop(bag.remove(mark)));
}

/// Switches the exported servers of a file on and off. One that is off already stays so by the list that says it.
pub(super) fn put(
    root: &mut Object,
    base: &Object,
    exported: &Object,
    others: Others,
) -> Result<(), NotInPlace> {
    let mut switches = match root.get(SWITCHES) {
        None | Some(Json::Null) => Object::new(),
        Some(Json::Object(switches)) => switches.clone(),
        Some(_) => return Err(NotInPlace::Shape("`mcp` should be an object")),
    };
    let before = switches.clone();
    let off = exported.get(SWITCHES).and_then(Json::as_object).and_then(|mcp| mcp.get("excluded"));
    let off = names(off);
    let named = |root: &Object| -> Vec<String> {
        let servers = root.get(SERVERS).and_then(Json::as_object);
        servers.into_iter().flat_map(Object::names).map(str::to_owned).collect()
    };
    let exported = named(exported);
    for name in &exported {
        let is_missing = switches.get("allowed").is_some_and(|allowed| !names(Some(allowed)).contains(name));
        if off.contains(name) {
            if !is_missing {
                set(&mut switches, "excluded", name, true);
            }
        } else {
            set(&mut switches, "excluded", name, false);
            if is_missing {
                set(&mut switches, "allowed", name, true);
            }
        }
    }
    if others == Others::Remove {
        for name in named(base).iter().filter(|name| !exported.contains(name)) {
            set(&mut switches, "excluded", name, false);
        }
    }
    if switches != before {
        root.insert(SWITCHES, switches.into());
    }
    Ok(())
}

fn names(list: Option<&Json>) -> Vec<String> {
    let names = list.and_then(Json::as_array).unwrap_or_default();
    names.iter().filter_map(Json::as_str).map(str::to_owned).collect()
}

/// Puts a name into a list, or takes it out.
fn set(switches: &mut Object, list: &str, name: &str, is_in: bool) {
    let mut all = switches.get(list).and_then(Json::as_array).unwrap_or_default().to_vec();
    let has = all.iter().any(|own| own.as_str() == Some(name));
    if has == is_in {
        return;
    }
    match is_in {
        true => all.push(Json::string(name)),
        false => all.retain(|own| own.as_str() != Some(name)),
    }
    switches.insert(list, Json::Array(all));
}
