//! OpenHands: the lists of its old `config.toml`, and `mcp.json` of its command line.

use super::plain;
use crate::formats::client::{Begun, Client, FileSyntax, Off, Shared, Timeout, USUAL};
use crate::formats::draft::{Draft, Refusal};
use crate::formats::format::Format;
use crate::formats::located::Located;
use crate::formats::plain::Plain;
use crate::formats::source::Source;
use crate::formats::words;
use crate::formats::writing::Writing;
use crate::json::{Json, Object, Pointer};

pub(super) static CLI: Client = Client {
    format: Format::OpenhandsCli,
    types: &["transport", "type"],
    plain: &[
        Plain::words(&["auth"], &["oauth"]),
        Plain::words(&["auth", "strategy"], &["bearer", "header", "basic", "oauth2", "none"]),
        Plain::text(&["auth", "authentication", "client_id"]),
        Plain::text(&["auth", "authentication", "scopes"]),
        Plain::words(&["auth", "authentication", "type"], &["oauth"]),
    ],
    timeout: Timeout::Unknown("timeout"),
    off: Off::Enabled,
    icon: Some("icon"),
    // Its members are those of our open dialect.
    after: plain::take_ours,
    keeps_auth: Some(plain::keep_auth),
    write: plain::write_ours,
    ..USUAL
};

pub(super) static TOML: Client = Client {
    format: Format::OpenhandsToml,
    locate,
    types: &[],
    transports: [None, None, None],
    cwd: &[],
    headers: None,
    timeout: Timeout::Seconds("timeout"),
    before,
    after,
    begin: |writing| {
        let is_remote = writing.config.contains("url");
        let transport = writing.config.get("transport").and_then(Json::as_str);
        // The list says it.
        if transport
            .is_some_and(|own| LISTS.iter().any(|(_, said)| *said == own) && (own == "stdio") != is_remote)
        {
            writing.config.remove("transport");
        }
    },
    keeps_auth: Some(|writing, auth| {
        let is_bearer = auth.get("strategy").and_then(Json::as_str) == Some("bearer");
        let Some(key) = auth.get("value").filter(|_| is_bearer) else { return false };
        let key = writing.in_their_forms(&Pointer::root().member("auth").member("value"), key.clone());
        writing.entry.insert("api_key", key);
        true
    }),
    write,
    file,
    syntax: FileSyntax::Toml,
    ..USUAL
};

/// The lists with the transport that their members have.
const LISTS: [(&str, &str); 3] =
    [("stdio_servers", "stdio"), ("shttp_servers", "http"), ("sse_servers", "sse")];

/// The members that hold the lists, also in a settings document in JSON.
const HOLDERS: [&str; 2] = ["mcp", "mcp_config"];

/// Whether a document has the lists.
pub(in crate::formats) fn has_lists(root: &Object) -> bool {
    let mut held = HOLDERS.iter().filter_map(|name| root.get(name)?.as_object());
    held.any(|held| {
        LISTS.iter().any(|(list, _)| held.get(list).is_some_and(|list| list.as_array().is_some()))
    })
}

fn locate(source: &Source) -> Located {
    Located::of(source, |found, name, value, at| match (name, value) {
        (name, Json::Object(mcp)) if HOLDERS.contains(&name) => {
            for (name, value) in mcp.iter() {
                let at = at.member(name);
                match LISTS.iter().any(|(list, _)| *list == name) {
                    true => found.add_list(&at, value),
                    false => found.ignored.push((at, words::OWN_OF_CLIENT)),
                }
            }
        }
        (_, Json::Object(_)) => found.ignored.push((at, words::OWN_OF_CLIENT)),
        _ => {}
    })
}

/// The list that an entry is in.
fn list_of(draft: &Draft<'_>) -> &'static str {
    let list =
        draft.at.split_last().and_then(|(list, _)| list.split_last().map(|(_, name)| name.into_owned()));
    let list = list.unwrap_or_default();
    LISTS.iter().find(|(name, _)| *name == list).map_or("", |(_, transport)| *transport)
}

fn before(draft: &mut Draft<'_>) -> Result<Begun, Refusal> {
    let transport = list_of(draft);
    if !transport.is_empty() {
        draft.set("transport", Json::string(transport), "");
    }
    Ok(Begun::Server)
}

fn after(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    if let Some(key) = draft.take_text("api_key")? {
        let auth = [("strategy", Json::string("bearer")), ("value", Json::String(key))];
        draft.set("auth", Object::from_iter(auth).into(), "api_key");
    } else if draft.rest.get("auth") == Some(&Json::string("oauth")) {
        draft.rest.remove("auth");
        draft.set("auth", Json::string("oauth"), "auth");
    }
    Ok(())
}

fn write(writing: &mut Writing<'_>) {
    match writing.config.get("auth").cloned() {
        Some(Json::String(word)) if word.as_str() == "oauth" => {
            writing.config.remove("auth");
            writing.entry.insert("auth", Json::String(word));
        }
        _ => {}
    }
    let is_remote = writing.entry.contains("url");
    if is_remote {
        writing.lose("", "this client's entry has no name");
    } else {
        let entry = std::mem::take(&mut writing.entry);
        writing.entry.insert("name", Json::string(writing.name));
        entry.into_iter().for_each(|(name, value)| writing.entry.insert(name, value));
    }
}

fn file(entries: Vec<(String, Object)>, shared: &Shared) -> Object {
    let mut lists = LISTS.map(|(name, _)| (name, Vec::new()));
    for ((_, entry), transport) in entries.into_iter().zip(&shared.transports) {
        let list = match transport.as_deref() {
            _ if entry.contains("command") => 0,
            Some("sse") => 2,
            _ => 1,
        };
        lists[list].1.push(Json::Object(entry));
    }
    let lists = lists.into_iter().filter(|(_, list)| !list.is_empty());
    let mcp: Object = lists.map(|(name, list)| (name, Json::Array(list))).collect();
    Object::from_iter([("mcp", Json::Object(mcp))])
}
