//! Goose: `extensions` of `config.yaml`, of which only some are servers. Names of variables lead to its key ring.

use crate::formats::client::{Begun, Client, FileSyntax, Off, Timeout, USUAL, UrlAlone, located, under};
use crate::formats::draft::{Draft, Refusal};
use crate::formats::format::Format;
use crate::formats::references::ReferenceKind;
use crate::formats::words;
use crate::formats::writing::Writing;
use crate::json::Json;

pub(super) static CLIENT: Client = Client {
    format: Format::Goose,
    locate: |source| located(source, &["extensions"], words::OWN_OF_CLIENT),
    command: "cmd",
    env: "envs",
    cwd: &[],
    urls: &["uri"],
    transports: [Some("stdio"), Some("streamable_http"), Some("sse")],
    url_alone: UrlAlone::Http,
    always_typed: true,
    timeout: Timeout::Seconds("timeout"),
    off: Off::Enabled,
    before,
    after,
    begin,
    write,
    file: |entries, _| under("extensions", entries),
    syntax: FileSyntax::Yaml,
    ..USUAL
};

const KEYS: &str = "env_keys";

/// Parts of the client itself.
const BUILT_IN: [&str; 4] = ["builtin", "platform", "frontend", "inline_python"];

fn before(draft: &mut Draft<'_>) -> Result<Begun, Refusal> {
    let word = draft.rest.get("type").and_then(Json::as_str);
    if word.is_some_and(|word| BUILT_IN.contains(&word)) {
        return Ok(Begun::Nothing("built in: no server"));
    }
    if word == Some("sse") {
        draft.note("", "this client no longer speaks SSE");
    }
    Ok(Begun::Server)
}

fn after(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    if let Some(names) = draft.take(KEYS) {
        let at = draft.member(KEYS);
        let Json::Array(list) = draft.texts(&names, &at)? else { unreachable!("a list of texts is a list") };
        if !list.is_empty() {
            draft.note(KEYS, "values are in a key ring: not read");
        }
        for (index, name) in list.iter().enumerate() {
            let name = name.as_str().unwrap_or_default();
            let has_own =
                draft.config.get("env").and_then(Json::as_object).is_some_and(|env| env.contains(name));
            if !has_own {
                draft.add_name(("env", name), "", name, ReferenceKind::Keyring, at.element(index))?;
            }
        }
        draft.bag.insert(KEYS, names);
    }
    Ok(())
}

fn begin(writing: &mut Writing<'_>) {
    let kept = match writing.bag.remove(KEYS) {
        Some(Json::Array(kept)) => kept,
        _ => Vec::new(),
    };
    let mut names: Vec<Json> = writing.take_own_variables().into_iter().map(Json::string).collect();
    if let Some(Json::Object(env)) = writing.config.get("env") {
        names.extend(kept.into_iter().filter(|name| name.as_str().is_some_and(|name| env.contains(name))));
    }
    if !names.is_empty() {
        writing.entry.insert(KEYS, Json::Array(names));
    }
}

fn write(writing: &mut Writing<'_>) {
    let name = writing.bag.remove("entry_name").unwrap_or_else(|| Json::string(writing.name));
    writing.entry.insert("name", name);
    if !writing.entry.contains("enabled") {
        writing.entry.insert("enabled", Json::Bool(true));
    }
}
