//! Zed: `context_servers` of `settings.json`, with two older ways to write a command.

use crate::formats::client::{Begun, Client, Oauth, Off, Timeout, USUAL, located, under};
use crate::formats::draft::{Draft, Refusal};
use crate::formats::format::Format;
use crate::formats::words;
use crate::formats::writing::Writing;
use crate::json::{Json, Object, Pointer};

pub(super) static CLIENT: Client = Client {
    format: Format::Zed,
    locate: |source| located(source, &["context_servers"], words::OWN_OF_EDITOR),
    types: &[],
    transports: [None, None, None],
    cwd: &[],
    timeout: Timeout::Seconds("timeout"),
    off: Off::Enabled,
    oauth: Some(Oauth { member: "oauth", id: "client_id", secret: Some("client_secret"), scopes: None }),
    before,
    write,
    file: |entries, _| under("context_servers", entries),
    ..USUAL
};

fn before(draft: &mut Draft<'_>) -> Result<Begun, Refusal> {
    let runs = ["command", "url"].iter().any(|name| draft.get(name).is_some());
    if !runs
        && (draft.rest.contains("settings") || draft.rest.get("source") == Some(&Json::string("extension")))
    {
        return Ok(Begun::Nothing("an extension's settings: there is nothing to start"));
    }
    let Some(Json::Object(command)) = draft.rest.get("command").cloned() else { return Ok(Begun::Server) };
    draft.rest.remove("command");
    draft.bag.insert("command_object", Json::Bool(true));
    for (theirs, ours) in [("path", "command"), ("args", "args"), ("env", "env")] {
        let Some(value) = command.get(theirs).filter(|value| !value.is_null()) else { continue };
        let from = draft.member("command").member(theirs);
        if draft.rest.contains(ours) {
            return Err(Refusal { at: from, why: "another one is beside the command".into() });
        }
        draft.comes_from(Pointer::root().member(ours), from);
        draft.rest.insert(ours, value.clone());
    }
    if let Some((other, _)) = command.iter().find(|(name, _)| !["path", "args", "env"].contains(name)) {
        let at = draft.member("command").member(other);
        return Err(Refusal { at, why: "a member that a command has not".into() });
    }
    Ok(Begun::Server)
}

fn write(writing: &mut Writing<'_>) {
    if !writing.take_mark("command_object") {
        return;
    }
    let mut command = Object::new();
    for (ours, theirs) in [("command", "path"), ("args", "args"), ("env", "env")] {
        if let Some(value) = writing.entry.remove(ours) {
            command.insert(theirs, value);
        }
    }
    if !command.is_empty() {
        writing.entry.insert("command", command.into());
    }
}
