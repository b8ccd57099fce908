//! VS Code: `mcp.json` with inputs that its servers share, and the older members of `settings.json`, beside which another
//! extension has a map of its own.

use std::collections::HashSet;

use crate::formats::client::{Begun, Client, Shared, USUAL, by_name};
use crate::formats::draft::{Draft, Refusal};
use crate::formats::format::Format;
use crate::formats::import::Input;
use crate::formats::located::Located;
use crate::formats::number::parsed;
use crate::formats::references::{Form, ReferenceKind, find};
use crate::formats::source::Source;
use crate::formats::words;
use crate::formats::writing::Writing;
use crate::json::{Json, Object};

/// The most inputs that the servers of a file may share: each server looks for its own among them.
const MOST_INPUTS: usize = 1_000;

const SAME_NAME: &str = "the same name in two maps";

const FORMS: &[Form] = &[
    Form::InputWord,
    Form::EnvWord,
    Form::Predefined(&[
        "workspaceFolder",
        "workspaceFolderBasename",
        "userHome",
        "pathSeparator",
        "/",
        "file",
        "fileBasename",
        "fileDirname",
        "relativeFile",
        "cwd",
        "execPath",
        "defaultBuildTask",
        "config",
        "command",
    ]),
];

pub(super) static CLIENT: Client = Client {
    format: Format::Vscode,
    locate,
    forms: FORMS,
    description: None,
    before,
    after,
    write,
    file,
    ..USUAL
};

pub(super) static SETTINGS: Client =
    Client { format: Format::VscodeSettings, locate: locate_settings, file: settings, ..CLIENT };

/// The members of `settings.json` that are maps of servers, by their dotted names.
const MAPS: [&str; 2] = ["mcp.servers", "amp.mcpServers"];

fn locate(source: &Source) -> Located {
    Located::of(source, |found, name, value, at| match name {
        "servers" => found.add_map(&at, value, words::SAME_NAME, &[]),
        "inputs" | "$schema" => {}
        _ => found.ignored.push((at, words::OWN_OF_EDITOR)),
    })
}

fn locate_settings(source: &Source) -> Located {
    Located::of(source, |found, name, value, at| match (name, value) {
        ("mcp", Json::Object(mcp)) => {
            for (name, value) in mcp.iter() {
                match name {
                    "servers" => found.add_map(&at.member(name), value, SAME_NAME, &[]),
                    "inputs" => {}
                    _ => found.ignored.push((at.member(name), words::OWN_OF_EDITOR)),
                }
            }
        }
        (name, value) if MAPS.contains(&name) => {
            found.add_map(&at, value, SAME_NAME, &[("map", Json::string(name))]);
        }
        _ => found.ignored.push((at, words::OWN_OF_EDITOR)),
    })
}

/// A variable may be a number or `null`, which no other client has.
fn before(draft: &mut Draft<'_>) -> Result<Begun, Refusal> {
    let Some(Json::Object(env)) = draft.rest.get("env").cloned() else { return Ok(Begun::Server) };
    let names = |is_meant: fn(&Json) -> bool| -> Vec<Json> {
        env.iter().filter(|(_, value)| is_meant(value)).map(|(name, _)| Json::string(name)).collect()
    };
    let nulls = names(Json::is_null);
    for name in nulls.iter().filter_map(Json::as_str) {
        let at = draft.member("env").member(name);
        draft.note_at(at, "null: nothing of ours means that");
    }
    let numbers = names(|value| matches!(value, Json::Number(_)));
    if !nulls.is_empty() {
        let kept: Object = env.into_iter().filter(|(_, value)| !value.is_null()).collect();
        draft.rest.insert("env", kept.into());
    }
    for (member, names) in [("env_null", nulls), ("env_numbers", numbers)] {
        if !names.is_empty() {
            draft.bag.insert(member, Json::Array(names));
        }
    }
    Ok(Begun::Server)
}

/// The inputs that this server names travel with it.
fn after(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let url = draft.config.get("url").and_then(Json::as_str).unwrap_or_default();
    if url.starts_with("unix:") || url.starts_with("pipe:") {
        draft.note("url", words::FEW_CLIENTS);
    }
    let mut named = HashSet::new();
    names_in(&draft.config, &mut named);
    names_in(&draft.rest, &mut named);
    if named.is_empty() {
        return Ok(());
    }
    let root = draft.source.root.as_object();
    let lists = [root, root.and_then(|root| root.get("mcp")).and_then(Json::as_object)];
    let lists = lists.iter().flatten().filter_map(|owner| owner.get("inputs").and_then(Json::as_array));
    let all: Vec<&Object> = lists.flatten().filter_map(Json::as_object).collect();
    if MOST_INPUTS < all.len() {
        return draft.refuse("", "there are too many inputs beside it");
    }
    let mut kept = Vec::new();
    for input in all {
        let id = input.get("id").and_then(Json::as_str);
        let Some(id) = id.filter(|id| named.contains(*id)) else { continue };
        let text = |name| input.get(name).and_then(Json::as_str).map(str::to_owned);
        let options = input.get("options").and_then(Json::as_array).unwrap_or_default();
        let value = |option: &Json| match option {
            Json::Object(option) => option.get("value").and_then(Json::as_str).map(str::to_owned),
            option => option.as_str().map(str::to_owned),
        };
        draft.ask(Input {
            id: id.to_owned(),
            pointers: Vec::new(),
            description: text("description"),
            is_secret: input.get("password") == Some(&Json::Bool(true)),
            default: text("default").map(crate::json::Text::new),
            choices: options.iter().filter_map(value).collect(),
        });
        if text("type").as_deref() == Some("command") {
            draft.note("", words::SHELL_COMMAND);
        }
        kept.push(Json::Object(input.clone()));
    }
    if !kept.is_empty() {
        draft.bag.insert("inputs", Json::Array(kept));
    }
    Ok(())
}

/// The ids of the inputs that the texts of an object name.
fn names_in(object: &Object, names: &mut HashSet<String>) {
    let mut waiting: Vec<&Json> = object.iter().map(|(_, value)| value).collect();
    while let Some(value) = waiting.pop() {
        match value {
            Json::String(text) => names.extend(
                find(text.as_str(), &[Form::InputWord])
                    .into_iter()
                    .filter(|found| found.kind == ReferenceKind::Input)
                    .map(|found| found.name.to_owned()),
            ),
            Json::Array(elements) => waiting.extend(elements),
            Json::Object(object) => waiting.extend(object.iter().map(|(_, value)| value)),
            _ => {}
        }
    }
}

fn write(writing: &mut Writing<'_>) {
    writing.bag.remove("map");
    writing.bag.remove("inputs");
    let names = |list: Option<Json>| -> Vec<String> {
        let list = list.as_ref().and_then(Json::as_array).unwrap_or_default();
        list.iter().filter_map(Json::as_str).map(str::to_owned).collect()
    };
    let numbers = names(writing.bag.remove("env_numbers"));
    let nulls = names(writing.bag.remove("env_null"));
    if numbers.is_empty() && nulls.is_empty() {
        return;
    }
    let mut env = match writing.entry.remove("env") {
        Some(Json::Object(env)) => env,
        _ => Object::new(),
    };
    for name in numbers {
        if let Some(number) = env.get(&name).and_then(Json::as_str).and_then(parsed) {
            env.insert(name, Json::Number(number));
        }
    }
    for name in nulls {
        if !env.contains(&name) {
            env.insert(name, Json::Null);
        }
    }
    writing.entry.insert("env", env.into());
}

fn file(entries: Vec<(String, Object)>, shared: &Shared) -> Object {
    let mut file = Object::new();
    let inputs = inputs_of(&shared.bags);
    if !inputs.is_empty() {
        file.insert("inputs", Json::Array(inputs));
    }
    file.insert("servers", Json::Object(by_name(entries)));
    file
}

/// The inputs that travelled with the servers, each once.
fn inputs_of(bags: &[Object]) -> Vec<Json> {
    let id_of = |input: &Json| input.get("id").cloned();
    let mut inputs: Vec<Json> = Vec::new();
    for input in bags.iter().filter_map(|bag| bag.get("inputs")?.as_array()).flatten() {
        if !inputs.iter().any(|own| id_of(own) == id_of(input)) {
            inputs.push(input.clone());
        }
    }
    inputs
}

fn settings(entries: Vec<(String, Object)>, shared: &Shared) -> Object {
    let mut own = Vec::new();
    let mut others: Vec<(&str, Vec<(String, Object)>)> = MAPS.iter().map(|map| (*map, Vec::new())).collect();
    for (entry, bag) in entries.into_iter().zip(&shared.bags) {
        let map = bag.get("map").and_then(Json::as_str);
        match others.iter_mut().find(|(name, _)| Some(*name) == map) {
            Some((_, servers)) => servers.push(entry),
            None => own.push(entry),
        }
    }
    let mut settings = Object::from_iter([("mcp", Json::Object(file(own, shared)))]);
    for (name, servers) in others.into_iter().filter(|(_, servers)| !servers.is_empty()) {
        settings.insert(name, Json::Object(by_name(servers)));
    }
    settings
}
