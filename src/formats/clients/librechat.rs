//! LibreChat: `mcpServers` at the root of `librechat.yaml`. A member of the same name under `interface` says who may use
//! servers.

use crate::formats::client::{Begun, Client, FileSyntax, Oauth, Scopes, Timeout, USUAL, UrlAlone, read_time};
use crate::formats::draft::{Draft, Refusal};
use crate::formats::format::Format;
use crate::formats::located::Located;
use crate::formats::plain::{ANY, Plain};
use crate::formats::references::{Form, ReferenceKind};
use crate::formats::scopes::ScopesShape;
use crate::formats::source::Source;
use crate::formats::words;
use crate::formats::writing::Writing;
use crate::json::{Json, Object, Pointer};

pub(super) static CLIENT: Client = Client {
    format: Format::Librechat,
    locate,
    cwd: &[],
    transports: [Some("stdio"), Some("streamable-http"), Some("sse")],
    url_alone: UrlAlone::Sse,
    timeout: Timeout::Milliseconds("timeout"),
    icon: Some("iconPath"),
    oauth: Some(Oauth {
        member: "oauth",
        id: "client_id",
        secret: Some("client_secret"),
        scopes: Scopes::inside("scope", ScopesShape::Text),
    }),
    plain: &[
        Plain::words(&[KEY, "source"], &["admin", "user"]),
        Plain::words(&[KEY, "authorization_type"], &["basic", "bearer", "custom"]),
        Plain::text(&[KEY, "custom_header"]),
        Plain::text(&["customUserVars", ANY, "title"]),
        Plain::text(&["customUserVars", ANY, "description"]),
        Plain::url(&["oauth", "authorization_url"]),
        Plain::url(&["oauth", "token_url"]),
    ],
    keeps_auth: Some(keep_key),
    forms: &[Form::Braces, Form::Mustache(ReferenceKind::User)],
    before,
    after,
    write,
    syntax: FileSyntax::Yaml,
    ..USUAL
};

const KEY: &str = "apiKey";

fn locate(source: &Source) -> Located {
    Located::of(source, |found, name, value, at| match name {
        "mcpServers" => found.add_map(&at, value, words::SAME_NAME, &[]),
        "version" => {}
        "interface" => {
            if value.as_object().is_some_and(|interface| interface.contains("mcpServers")) {
                found.ignored.push((at.member("mcpServers"), "who may use servers; no servers"));
            }
        }
        _ => found.ignored.push((at, words::OWN_OF_CLIENT)),
    })
}

fn before(draft: &mut Draft<'_>) -> Result<Begun, Refusal> {
    read_time(draft, "sseReadTimeout", "sse_read_timeout", -3)?;
    Ok(Begun::Server)
}

/// The key that it sends is ours to send; who enters it is not.
fn after(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let Some(Json::Object(mut key)) = draft.take(KEY) else { return Ok(()) };
    let at = draft.member(KEY);
    let text = |key: &Object, name: &str| key.get(name).and_then(Json::as_str).map(str::to_owned);
    let value = text(&key, "key");
    let header = text(&key, "custom_header");
    let auth = match (text(&key, "authorization_type").as_deref(), value) {
        (_, None) => None,
        (Some("custom"), Some(value)) => header.map(|header| {
            key.remove("custom_header");
            draft.comes_from(
                Pointer::root().member("auth").member("headers").member(&header),
                at.member("key"),
            );
            let headers = Object::from_iter([(header, Json::string(value))]);
            [("strategy", Json::string("header")), ("headers", headers.into())]
        }),
        (Some("bearer") | None, Some(value)) => {
            Some([("strategy", Json::string("bearer")), ("value", Json::string(value))])
        }
        // What it sends then is not documented well enough to be said in our words.
        (Some(_), Some(_)) => None,
    };
    match auth {
        Some(auth) if !draft.has_header("authorization") => {
            key.remove("key");
            draft.set("auth", Object::from_iter(auth).into(), KEY);
        }
        Some(_) => draft.note(KEY, words::NOT_BESIDE_AUTHORIZATION),
        None => draft.note(KEY, words::KEPT),
    }
    draft.bag.insert(KEY, key.into());
    Ok(())
}

/// Writes a bearer token or a header back as a key.
fn keep_key(writing: &mut Writing<'_>, auth: &Object) -> bool {
    let Some(Json::Object(kept)) = writing.bag.get(KEY).cloned() else { return false };
    let text = |name| auth.get(name).and_then(Json::as_str);
    let at = Pointer::root().member("auth");
    let mut key = kept;
    match (text("strategy"), key.get("authorization_type").and_then(Json::as_str)) {
        (Some("bearer"), None | Some("bearer")) => {
            let Some(value) = auth.get("value") else { return false };
            key.insert("key", writing.in_their_forms(&at.member("value"), value.clone()));
        }
        (Some("header"), Some("custom")) => {
            let headers = auth.get("headers").and_then(Json::as_object).filter(|headers| headers.len() == 1);
            let Some((header, value)) = headers.and_then(|headers| headers.iter().next()) else {
                return false;
            };
            key.insert("custom_header", Json::string(header));
            let at = at.member("headers").member(header);
            key.insert("key", writing.in_their_forms(&at, value.clone()));
        }
        _ => return false,
    }
    writing.bag.insert(KEY, key.into());
    true
}

fn write(writing: &mut Writing<'_>) {
    writing.write_time("sse_read_timeout", "sseReadTimeout", 3);
    if writing.entry.contains("command") && !writing.entry.contains("args") {
        writing.entry.insert("args", Json::Array(Vec::new()));
    }
}
