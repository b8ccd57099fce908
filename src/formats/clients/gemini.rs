//! Gemini CLI: `settings.json`. Its servers are switched off beside them, and an address may have two words.

use crate::formats::client::{Begun, Client, Oauth, Scopes, Shared, Timeout, USUAL, under};
use crate::formats::draft::{Draft, Refusal};
use crate::formats::format::Format;
use crate::formats::plain::Plain;
use crate::formats::references::Form;
use crate::formats::scopes::ScopesShape;
use crate::formats::source::Source;
use crate::formats::words;
use crate::formats::writing::Writing;
use crate::json::{Json, Object, Pointer};

pub(super) static CLIENT: Client = Client {
    format: Format::Gemini,
    locate: |source| {
        let mut found = crate::formats::client::located(source, &["mcpServers"], words::OWN_OF_CLIENT);
        found.ignored.retain(|(at, _)| at.as_str() != "/mcp");
        found
    },
    timeout: Timeout::Milliseconds("timeout"),
    oauth: Some(Oauth {
        member: "oauth",
        id: "clientId",
        secret: Some("clientSecret"),
        scopes: Scopes::inside("scopes", ScopesShape::List),
    }),
    plain: &[
        Plain::url(&["oauth", "authorizationUrl"]),
        Plain::url(&["oauth", "tokenUrl"]),
        Plain::text(&["oauth", "tokenParamName"]),
    ],
    permissions: &["trust"],
    forms: &[Form::BracesWithDefault, Form::Bare, Form::Percent],
    before,
    after,
    write,
    file,
    ..USUAL
};

/// The type beside an `httpUrl`, which the client does not look at.
const TYPE_BESIDE: &str = "type_beside";

fn before(draft: &mut Draft<'_>) -> Result<Begun, Refusal> {
    if draft.get("tcp").is_some() {
        return draft.refuse("", words::WEB_SOCKET);
    }
    let Some(url) = draft.take_text("httpUrl")? else { return Ok(Begun::Server) };
    if let Some(other) = draft.take("url") {
        draft.note("url", "httpUrl goes before it");
        draft.bag.insert("url", other);
    }
    if let Some(word) = draft.take("type") {
        draft.bag.insert(TYPE_BESIDE, word);
    }
    draft.bag.insert("httpUrl", Json::Bool(true));
    draft.rest.insert("url", Json::String(url));
    draft.rest.insert("type", Json::string("http"));
    let from = draft.member("httpUrl");
    draft.comes_from(Pointer::root().member("url"), from);
    Ok(Begun::Server)
}

/// The most names that a list beside the servers may have: each server is looked for in it.
const MOST: usize = 1_000;

/// Whether a list beside the servers names one.
fn names(source: &Source, list: &str, name: &str) -> Option<bool> {
    let mcp = source.root.as_object()?.get("mcp")?.as_object()?;
    let names = mcp.get(list)?.as_array()?;
    Some(names.len() > MOST || names.iter().any(|own| own.as_str() == Some(name)))
}

fn after(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let Some((_, name)) = draft.at.split_last() else { return Ok(()) };
    let name = name.into_owned();
    let is_excluded = names(draft.source, "excluded", &name) == Some(true);
    let is_missing = names(draft.source, "allowed", &name) == Some(false);
    for (mark, is_set) in [("excluded", is_excluded), ("not_allowed", is_missing)] {
        if is_set {
            draft.bag.insert(mark, Json::Bool(true));
            draft.set_from("enabled", Json::Bool(false), Pointer::root().member("mcp"));
        }
    }
    Ok(())
}

fn write(writing: &mut Writing<'_>) {
    writing.take_mark("excluded");
    writing.take_mark("not_allowed");
    if writing.config.get("enabled") == Some(&Json::Bool(false)) {
        writing.config.remove("enabled");
        writing.is_off = true;
    }
    let is_http = writing.entry.get("type").and_then(Json::as_str) == Some("http");
    if writing.take_mark("httpUrl") && is_http {
        writing.entry.remove("type");
        writing.rename("url", "httpUrl");
        writing.rename_kept(TYPE_BESIDE, "type");
    } else {
        writing.bag.remove(TYPE_BESIDE);
        writing.bag.remove("url");
    }
}

fn file(entries: Vec<(String, Object)>, shared: &Shared) -> Object {
    let mut file = Object::new();
    if !shared.off.is_empty() {
        let names = shared.off.iter().map(Json::string).collect();
        file.insert("mcp", Json::Object(Object::from_iter([("excluded", Json::Array(names))])));
    }
    under("mcpServers", entries).into_iter().for_each(|(name, servers)| file.insert(name, servers));
    file
}
