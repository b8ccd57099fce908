//! Where the files of a client have servers, and what the servers of a file share. It does not know how the two are put
//! together.

use crate::formats::format::Format;
use crate::json::{Json, Object};

use super::NotInPlace;

/// What is at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Servers by name.
    Map,
    /// Servers one after the other, known by a name or an address in them.
    List,
    /// What the servers ask for, each with an id.
    Inputs,
}

/// A place in a file and the one of the same meaning in an export.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) own: Vec<String>,
    pub(super) theirs: Vec<String>,
    pub(super) kind: Kind,
}

/// Members under which a file that says of no client that it is its own may have its servers.
const ANY: [&str; 5] = ["mcpServers", "servers", "context_servers", "mcp_servers", "mcp"];

/// The places of a format.
pub(super) fn places(format: Format, own: &Object, theirs: &Object) -> Result<Vec<Place>, NotInPlace> {
    let places = match format {
        Format::Vscode => vec![Place::of(&["inputs"], Kind::Inputs), Place::map(&["servers"])],
        Format::VscodeSettings => vec![
            Place::of(&["mcp", "inputs"], Kind::Inputs),
            Place::map(&["mcp", "servers"]),
            Place::map(&["mcp.servers"]),
            Place::map(&["amp.mcpServers"]),
        ],
        Format::ClaudeHome => {
            let mut places = vec![Place::map(&["mcpServers"])];
            let mut paths: Vec<&str> = Vec::new();
            for root in [own, theirs] {
                let projects = root.get("projects").and_then(Json::as_object);
                for path in projects.into_iter().flat_map(Object::names) {
                    if !paths.contains(&path) {
                        paths.push(path);
                    }
                }
            }
            places.extend(paths.iter().map(|path| Place::map(&["projects", path, "mcpServers"])));
            places
        }
        Format::Zed => vec![Place::map(&["context_servers"])],
        Format::Codex => vec![Place::map(&["mcp_servers"])],
        Format::Goose => vec![Place::map(&["extensions"])],
        Format::Opencode => vec![Place::map(&["mcp"])],
        Format::Continue => vec![Place::of(&["mcpServers"], Kind::List)],
        Format::OpenhandsToml => ["stdio_servers", "shttp_servers", "sse_servers"]
            .map(|list| Place::of(&["mcp", list], Kind::List))
            .into(),
        Format::Warp | Format::Plain => vec![one_of(own)?],
        _ => vec![Place::map(&["mcpServers"])],
    };
    Ok(places)
}

/// The one map that a file has, under whichever name.
fn one_of(own: &Object) -> Result<Place, NotInPlace> {
    let mut found = ANY.iter().filter(|name| own.contains(name));
    let place =
        Place { theirs: vec!["mcpServers".to_owned()], ..Place::map(&[found.next().unwrap_or(&ANY[0])]) };
    match found.next() {
        None => Ok(place),
        Some(_) => Err(NotInPlace::Shape("the file has servers under several members")),
    }
}

impl Place {
    fn map(way: &[&str]) -> Self {
        Self::of(way, Kind::Map)
    }

    fn of(way: &[&str], kind: Kind) -> Self {
        let way: Vec<String> = way.iter().map(|step| (*step).to_owned()).collect();
        Self { own: way.clone(), theirs: way, kind }
    }
}

/// The value at a place. `null` is as if it were not there.
pub(super) fn at<'r>(root: &'r Object, way: &[String]) -> Result<Option<&'r Json>, NotInPlace> {
    let Some((last, before)) = way.split_last() else { return Ok(None) };
    let mut object = root;
    for step in before {
        object = match object.get(step) {
            None | Some(Json::Null) => return Ok(None),
            Some(Json::Object(inner)) => inner,
            Some(_) => return Err(NotInPlace::Shape("what should hold the servers is not an object")),
        };
    }
    Ok(object.get(last).filter(|value| !value.is_null()))
}

/// Sets the value at a place, and makes the objects on the way to it.
pub(super) fn put(root: &mut Object, way: &[String], value: Json) {
    match way {
        [] => {}
        [last] => root.insert(last, value),
        [step, rest @ ..] => {
            let mut inner = match root.get(step) {
                Some(Json::Object(inner)) => inner.clone(),
                _ => Object::new(),
            };
            put(&mut inner, rest, value);
            root.insert(step, inner.into());
        }
    }
}

/// Whether a value holds no servers: a map or a list of none.
pub(super) fn is_empty(value: &Json) -> bool {
    match value {
        Json::Object(inner) => inner.is_empty(),
        Json::Array(elements) => elements.is_empty(),
        _ => false,
    }
}
