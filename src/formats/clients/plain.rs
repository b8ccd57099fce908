//! A text that says of no client that it is its own: one entry, a list, or a map under one of many members. The words of
//! all clients are taken where they can mean one thing only.

use std::rc::Rc;

use crate::formats::client::{Begun, Client, Off, Timeout, USUAL, transport};
use crate::formats::draft::{Draft, Refusal};
use crate::formats::located::{Located, Spotted, Step};
use crate::formats::source::Source;
use crate::formats::words;
use crate::formats::writing::Writing;
use crate::json::{Json, Object, Pointer};

pub(super) static CLIENT: Client = Client {
    locate,
    types: &["type", "transport", "transportType", "transport_type"],
    urls: &["url", "serverUrl", "httpUrl", "uri"],
    cwd: &["cwd", "workingDirectory", "working_directory"],
    timeout: Timeout::Unknown("timeout"),
    off: Off::Enabled,
    icon: Some("icon"),
    permissions: &["autoApprove", "alwaysAllow", "trust"],
    before,
    after: take_ours,
    keeps_auth: Some(keep_auth),
    write,
    ..USUAL
};

/// Members that hold servers by name.
const MAPS: [&str; 8] = [
    "mcpServers",
    "mcp.servers",
    "servers",
    "context_servers",
    "mcp_servers",
    "mcp",
    "mcp_config",
    "agent_settings",
];

/// Those of them that only a settings document of OpenHands has: its servers are in our own words.
const OF_OPENHANDS: [&str; 2] = ["mcp_config", "agent_settings"];

/// Members of a server that no other object has.
const SIGNS: [&str; 6] = ["command", "url", "serverUrl", "httpUrl", "cmd", "uri"];

/// Whether a value has what makes a server: something to start or to call.
pub(in crate::formats) fn looks_like_server(value: &Json) -> bool {
    let is_scalar = |value: &Json| matches!(value, Json::String(_) | Json::Array(_) | Json::Object(_));
    value.as_object().is_some_and(|object| {
        let sign = SIGNS.iter().find_map(|sign| object.get(sign));
        sign.is_some_and(is_scalar) && !sign.is_some_and(looks_like_server_map)
    })
}

/// An object whose member is named as a sign is, and is a server itself.
fn looks_like_server_map(value: &Json) -> bool {
    value.as_object().is_some_and(|object| {
        SIGNS.iter().any(|sign| object.get(sign).is_some_and(|value| value.as_str().is_some()))
    })
}

fn is_map(value: &Json) -> bool {
    value.as_object().is_some_and(|map| map.iter().any(|(_, value)| looks_like_server(value)))
}

/// Whether a member that is no client's own is one that holds the servers of another client.
pub(in crate::formats) fn is_other_map(at: &Pointer, value: &Json) -> bool {
    at.steps().last().is_some_and(|name| MAPS.contains(&&*name)) && (is_map(value) || holds_map(value))
}

/// Whether a value has a map of servers in a member that is named for it.
fn holds_map(value: &Json) -> bool {
    MAPS.iter().any(|name| value.get(name).is_some_and(is_map))
}

fn locate(source: &Source) -> Located {
    let mut found = Located::default();
    let root = source.root.as_object();
    let has = |name: &str| root.is_some_and(|root| root.contains(name));
    if (has("manifest_version") || has("dxt_version")) && has("server") {
        found
            .refused
            .push((Pointer::root(), "the manifest of a bundle: unpack it, and add the program in it"));
        return found;
    }
    let catalog = root.and_then(|root| root.get("registry")).and_then(Json::as_object);
    if catalog.is_some_and(|catalog| catalog.iter().any(|(_, entry)| is_of_catalog(entry))) {
        let at = Pointer::root().member("registry");
        found
            .refused
            .push((at, "a catalog of Docker: add its gateway, or an image of it with its own command"));
        return found;
    }
    locate_in(&source.root, &Pointer::root(), &mut found, 0);
    found
}

fn is_of_catalog(entry: &Json) -> bool {
    entry.as_object().is_some_and(|entry| entry.contains("image") || entry.contains("remote"))
}

/// How deep a map of servers may be.
const DEEPEST: usize = 3;

fn locate_in(value: &Json, at: &Pointer, found: &mut Located, depth: usize) {
    match value {
        Json::Array(_) => found.add_list(at, value),
        value if looks_like_server(value) => {
            let name = value.get("name").and_then(Json::as_str);
            found.entries.push(Spotted {
                holder: Rc::new(at.clone()),
                step: Step::Whole,
                name: name.map(str::to_owned),
                same_name: words::SAME_NAME,
                bag: Rc::default(),
            });
        }
        value
            if is_map(value)
                && !MAPS.iter().any(|name| value.as_object().is_some_and(|map| map.contains(name))) =>
        {
            found.add_map(at, value, words::SAME_NAME, &[]);
        }
        Json::Object(object) => {
            for (name, value) in object.iter() {
                let at = at.member(name);
                match value {
                    Json::Object(inner) if MAPS.contains(&name) => {
                        let is_outer = MAPS.iter().any(|name| inner.contains(name)) && !is_map(value);
                        if is_outer && depth < DEEPEST {
                            locate_in(value, &at, found, depth + 1);
                        } else {
                            found.add_map(&at, value, words::SAME_NAME, &[]);
                        }
                    }
                    Json::Array(_) | Json::Null if MAPS.contains(&name) => found.add_list(&at, value),
                    _ => found.ignored.push((at, words::NO_SERVERS)),
                }
            }
        }
        _ => {}
    }
}

/// Words that mean the same as ours, whatever the client.
const SYNONYMS: [(&str, &str); 6] = [
    ("cmd", "command"),
    ("environment", "env"),
    ("envs", "env"),
    ("http_headers", "headers"),
    ("isActive", "enabled"),
    ("arguments", "args"),
];

/// Whether this is a member of ours that no client has with another meaning.
fn is_ours(name: &str, value: &Json) -> bool {
    match name {
        "auth" => match value {
            Json::String(_) => true,
            Json::Object(auth) => auth.get("strategy").is_some_and(|strategy| strategy.as_str().is_some()),
            _ => false,
        },
        "authentication" | "tools" => value.as_object().is_some(),
        "include_tags" | "exclude_tags" => value.as_array().is_some(),
        "sse_read_timeout" => matches!(value, Json::Number(_)),
        "keep_alive" => matches!(value, Json::Bool(_)),
        _ => false,
    }
}

/// Whether an entry is in our own words, so that it counts time in seconds.
fn is_in_our_words(draft: &Draft<'_>) -> bool {
    let root = draft.at.steps().next();
    root.is_some_and(|root| OF_OPENHANDS.contains(&root.as_ref()))
        || draft.rest.iter().any(|(name, value)| is_ours(name, value))
}

/// Takes the members that are ours and no other client's.
pub(super) fn take_ours(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let ours = draft.rest.iter().filter(|(name, value)| is_ours(name, value));
    for name in ours.map(|(name, _)| name.to_owned()).collect::<Vec<_>>() {
        if let Some(value) = draft.take(&name) {
            draft.set(&name, value, &name);
        }
    }
    Ok(())
}

/// Writes `auth` as it is here.
pub(super) fn keep_auth(writing: &mut Writing<'_>, auth: &Object) -> bool {
    let auth = writing.in_their_forms(&Pointer::root().member("auth"), Json::Object(auth.clone()));
    writing.entry.insert("auth", auth);
    true
}

fn write(writing: &mut Writing<'_>) {
    write_ours(writing);
    if writing.entry.iter().any(|(name, value)| is_ours(name, value))
        && let Some(timeout) = writing.config.remove("timeout")
    {
        writing.entry.insert("timeout", timeout);
    }
}

/// Writes the members that are ours and no other client's.
pub(super) fn write_ours(writing: &mut Writing<'_>) {
    let ours = writing.config.iter().filter(|(name, value)| is_ours(name, value));
    for name in ours.map(|(name, _)| name.to_owned()).collect::<Vec<_>>() {
        if let Some(value) = writing.config.remove(&name) {
            let value = if name == "auth" {
                writing.in_their_forms(&Pointer::root().member("auth"), value)
            } else {
                value
            };
            writing.entry.insert(name, value);
        }
    }
}

fn before(draft: &mut Draft<'_>) -> Result<Begun, Refusal> {
    if is_in_our_words(draft)
        && let Some(timeout) = draft.take("timeout")
    {
        draft.set("timeout", timeout, "timeout");
    }
    for (theirs, ours) in SYNONYMS {
        if draft.get(theirs).is_none() {
            continue;
        }
        if draft.rest.contains(ours) {
            return draft.refuse(theirs, "another one of the same meaning is beside it");
        }
        let from = draft.member(theirs);
        draft.comes_from(Pointer::root().member(ours), from);
        let value = draft.take(theirs).unwrap_or(Json::Null);
        draft.rest.insert(ours, value);
    }
    if let Some(is_off) = draft.take_bool("disabled")? {
        if draft.rest.get("enabled").is_some_and(|enabled| *enabled != Json::Bool(!is_off)) {
            return draft.refuse("disabled", "enabled says something else");
        }
        draft.rest.insert("enabled", Json::Bool(!is_off));
    }
    for name in CLIENT.types {
        // Some write HTTP as people do.
        let word = draft.get(name).and_then(Json::as_str).map(str::to_ascii_lowercase);
        if let Some(word) = word.filter(|word| transport(word).is_ok_and(|own| own.is_some())) {
            draft.rest.insert(*name, Json::string(word));
        }
    }
    let http = draft.get("httpUrl").is_some();
    let is_typed = ["type", "transport", "transportType"].iter().any(|name| draft.rest.contains(name));
    if http && !is_typed {
        draft.rest.insert("type", Json::string("http"));
    }
    match draft.rest.get("command").cloned() {
        Some(Json::Array(list)) if !draft.rest.contains("args") => {
            let at = draft.member("command");
            let Json::Array(mut words) = draft.texts(&Json::Array(list), &at)? else {
                unreachable!("a list of texts is a list")
            };
            if words.is_empty() {
                return draft.refuse("command", "must begin with the program");
            }
            draft.rest.insert("command", words.remove(0));
            draft.rest.insert("args", Json::Array(words));
        }
        Some(Json::Object(command)) => flatten(draft, &command)?,
        _ => {}
    }
    Ok(Begun::Server)
}

fn flatten(draft: &mut Draft<'_>, command: &Object) -> Result<(), Refusal> {
    draft.rest.remove("command");
    for (theirs, value) in command.iter() {
        let ours = match theirs {
            "path" => "command",
            "args" | "env" => theirs,
            _ => {
                return draft
                    .refuse("command", "must be a text, a list, or an object with path, args and env");
            }
        };
        if draft.rest.contains(ours) {
            return draft.refuse(ours, "another one is in the command");
        }
        draft.rest.insert(ours, value.clone());
    }
    Ok(())
}
