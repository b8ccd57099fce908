//! Codex: tables of `config.toml`. It replaces nothing in texts: it has members for the names of variables instead.

use std::collections::HashSet;

use indexmap::IndexMap;

use crate::formats::client::{
    Begun, Client, FileSyntax, Oauth, Off, Scopes, Timeout, USUAL, UrlAlone, located, under,
};
use crate::formats::draft::{Draft, Refusal};
use crate::formats::format::Format;
use crate::formats::plain::{ANY, Plain};
use crate::formats::references::{ReferenceKind, sole_variable};
use crate::formats::scopes::ScopesShape;
use crate::formats::words;
use crate::formats::writing::Writing;
use crate::json::{Json, Object, Pointer};

pub(super) static CLIENT: Client = Client {
    format: Format::Codex,
    locate: |source| located(source, &["mcp_servers"], words::OWN_OF_CLIENT),
    types: &[],
    transports: [None, None, None],
    url_alone: UrlAlone::Http,
    headers: Some("http_headers"),
    description: None,
    timeout: Timeout::Seconds("tool_timeout_sec"),
    off: Off::Enabled,
    oauth: Some(Oauth {
        member: "oauth",
        id: "client_id",
        secret: None,
        scopes: Scopes::beside("scopes", ScopesShape::List),
    }),
    // A tool may be called `get_token`.
    plain: &[
        Plain::words(&["tools", ANY, "approval_mode"], &["auto", "prompt", "approve"]),
        Plain::text(&[ENV_HEADERS, ANY]),
    ],
    before,
    after,
    begin,
    write: |writing| {
        writing.bag.remove(TOKEN);
    },
    keeps_auth: Some(keep_token),
    file: |entries, _| under("mcp_servers", entries),
    syntax: FileSyntax::Toml,
    ..USUAL
};

const BEARER: &str = "bearer_token_env_var";
const ENV_HEADERS: &str = "env_http_headers";
const ENV_NAMES: &str = "env_vars";
const TOKEN: &str = "bearer_token";

const REFUSED_TODAY: &str = "today's client refuses it";

fn before(draft: &mut Draft<'_>) -> Result<Begun, Refusal> {
    let is_remote = draft.rest.contains("url");
    let foreign: &[&str] = if is_remote {
        &["args", "env", ENV_NAMES, "cwd"]
    } else {
        &["http_headers", ENV_HEADERS, BEARER, TOKEN]
    };
    match foreign.iter().find(|name| draft.rest.contains(name)) {
        Some(name) if draft.rest.contains("command") != is_remote => {
            draft.refuse(name, "this client does not take it beside the other members")
        }
        _ => Ok(Begun::Server),
    }
}

/// The name in an entry of the list of names.
fn name_of(entry: &Json) -> Option<&str> {
    match entry {
        Json::Object(entry) => entry.get("name").and_then(Json::as_str),
        entry => entry.as_str(),
    }
}

fn after(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    if let Some(names) = draft.take(ENV_NAMES) {
        let at = draft.member(ENV_NAMES);
        let wrong = |at| Err(Refusal { at, why: "must be a list of names".into() });
        let Json::Array(entries) = &names else { return wrong(at) };
        for (index, entry) in entries.iter().enumerate() {
            let Some(name) = name_of(entry) else { return wrong(at.element(index)) };
            let has_own =
                draft.config.get("env").and_then(Json::as_object).is_some_and(|env| env.contains(name));
            if !has_own {
                draft.add_name(("env", name), "", name, ReferenceKind::Env, at.element(index))?;
            }
        }
        draft.bag.insert(ENV_NAMES, names);
    }
    // Explicit headers go before those of variables, and those before the token.
    if let Some(headers) = draft.take(ENV_HEADERS) {
        let at = draft.member(ENV_HEADERS);
        let own = draft.config.get("headers").and_then(Json::as_object);
        let mut taken: HashSet<String> =
            own.into_iter().flat_map(Object::names).map(str::to_ascii_lowercase).collect();
        for (header, name) in draft.map(&headers, &at)? {
            if let Some(name) = name.as_str().filter(|_| taken.insert(header.to_ascii_lowercase())) {
                let from = at.member(&header);
                draft.add_name(("headers", &header), "", name, ReferenceKind::Env, from)?;
            }
        }
        draft.bag.insert(ENV_HEADERS, headers);
    }
    if let Some(name) = draft.take_text(BEARER)? {
        if !draft.has_header("authorization") {
            let from = draft.member(BEARER);
            let place = ("headers", "Authorization");
            draft.add_name(place, "Bearer ", name.as_str(), ReferenceKind::Env, from)?;
        }
        draft.bag.insert(BEARER, Json::String(name));
    }
    if let Some(token) = draft.take_text(TOKEN)? {
        draft.note(TOKEN, REFUSED_TODAY);
        draft.bag.insert(TOKEN, Json::Bool(true));
        let auth = [("strategy", Json::string("bearer")), ("value", Json::String(token))];
        draft.set("auth", Object::from_iter(auth).into(), TOKEN);
    }
    Ok(())
}

/// The variable that a text is nothing but a reference to, behind some other text.
fn variable(text: &str, before: &str) -> Option<String> {
    sole_variable(text.strip_prefix(before)?)
}

/// What is a reference is written by its name, before the texts are written.
fn begin(writing: &mut Writing<'_>) {
    let kept = match writing.bag.remove(ENV_NAMES) {
        Some(Json::Array(kept)) => kept,
        _ => Vec::new(),
    };
    let kept: IndexMap<String, Json> =
        kept.into_iter().filter_map(|entry| Some((name_of(&entry)?.to_owned(), entry))).collect();
    let own = writing.take_own_variables().into_iter();
    let mut names: Vec<Json> =
        own.map(|name| kept.get(&name).cloned().unwrap_or_else(|| Json::string(name))).collect();
    if let Some(Json::Object(env)) = writing.config.get("env") {
        // Those that an explicit value goes before.
        names.extend(kept.iter().filter(|(name, _)| env.contains(name)).map(|(_, entry)| entry.clone()));
    }
    if !names.is_empty() {
        writing.entry.insert(ENV_NAMES, Json::Array(names));
    }
    writing.bag.remove(ENV_HEADERS);
    let mut bearer = writing.bag.remove(BEARER).filter(|_| {
        writing.config.get("headers").and_then(Json::as_object).is_some_and(|headers| {
            headers.iter().any(|(name, value)| {
                name.eq_ignore_ascii_case("authorization")
                    && value.as_str().is_some_and(|text| variable(text, "Bearer ").is_none())
            })
        })
    });
    let mut headers = Object::new();
    writing.change_map("headers", |own| {
        let all: Vec<(String, Json)> =
            own.iter().map(|(name, value)| (name.to_owned(), value.clone())).collect();
        for (name, value) in all {
            let text = value.as_str().unwrap_or_default();
            if name == "Authorization"
                && let Some(variable) = variable(text, "Bearer ")
            {
                bearer = Some(Json::string(variable));
                own.remove(&name);
            } else if let Some(variable) = sole_variable(text) {
                headers.insert(name.clone(), Json::string(variable));
                own.remove(&name);
            }
        }
    });
    if let Some(bearer) = bearer {
        writing.entry.insert(BEARER, bearer);
    }
    if !headers.is_empty() {
        writing.entry.insert(ENV_HEADERS, headers.into());
    }
}

/// A token that was found inline goes back there; what is a reference now is written by its name, as today's client wants.
fn keep_token(writing: &mut Writing<'_>, auth: &Object) -> bool {
    let is_bearer = auth.get("strategy").and_then(Json::as_str) == Some("bearer");
    let Some(value) = auth.get("value").filter(|_| is_bearer) else { return false };
    if !writing.take_mark(TOKEN) {
        return false;
    }
    if let Some(name) = value.as_str().and_then(sole_variable) {
        writing.entry.insert(BEARER, Json::string(name));
        return true;
    }
    let value = writing.in_their_forms(&Pointer::root().member("auth").member("value"), value.clone());
    writing.entry.insert(TOKEN, value);
    writing.lose("", REFUSED_TODAY);
    true
}
