//! Any text, in any format of another client: it is read or refused with a place in it, its servers have legal names of
//! their own, and what is written again in the same format means the same. Put into the text it changes no byte.

#![no_main]

use std::collections::HashSet;

use libfuzzer_sys::fuzz_target;
use mcp_settings::formats::{
    Entry, Export, Format, Hint, Import, Others, Server, Stored, export, import, in_place,
};
use mcp_settings::json::{Json, Object, to_compact};
use mcp_settings::model::ServerName;

/// Names of files that say of which client they are, or leave it open.
const FILES: [&str; 8] = [
    ".mcp.json",
    "mcp.json",
    "settings.json",
    "config.toml",
    "config.yaml",
    "opencode.jsonc",
    "lines.txt",
    "x",
];

fuzz_target!(|bytes: &str| {
    let mut characters = bytes.chars();
    let (Some(first), Some(second)) = (characters.next(), characters.next()) else { return };
    let text = characters.as_str();
    let formats: Vec<Format> = Format::all().collect();
    // The capital letters name a format, the small ones a file, all else nothing.
    let format = formats.get((first as usize).wrapping_sub('A' as usize)).copied();
    let file = FILES.get((first as usize).wrapping_sub('a' as usize)).copied();
    let target = formats[second as usize % formats.len()];
    let found = match import(text, Hint { format, file }) {
        Ok(found) => found,
        Err(error) => {
            assert!(error.position.line <= line_count(text), "{error}");
            return;
        }
    };
    check(&found, text);
    let stored: Vec<Stored> = found.servers.iter().map(Entry::to_stored).collect();
    if let Some(written) = written(target, &found, &stored) {
        let again = read_again(target, written.text.as_str());
        let is_complete = again.servers.len() + again.refused.len() >= found.servers.len();
        assert!(is_complete, "{target}\n{}", written.text.as_str());
    }
    let is_own = found.servers.iter().all(|entry| entry.client == found.format);
    if let Some(written) =
        written(found.format, &found, &stored).filter(|_| is_own && found.format != Format::Links)
    {
        let again = read_again(found.format, written.text.as_str());
        let configs = |import: &Import| -> Vec<String> { import.servers.iter().map(meaning).collect() };
        let (before, after) = (configs(&found), configs(&again));
        check_in_place(&found, &stored, text, &written);
        for config in &before {
            assert!(
                after.contains(config),
                "{}: {config}\n{after:?}\n{}",
                found.format,
                written.text.as_str()
            );
        }
    }
});

/// What was written in a format, read in it.
fn read_again(format: Format, text: &str) -> Import {
    let again = import(text, Hint { format: Some(format), file: None });
    again.unwrap_or_else(|error| panic!("{format}: {error}\n{text}"))
}

/// An export of a text's own servers leaves it as it is; one with a changed server is refused, or read again as it is meant.
fn check_in_place(found: &Import, stored: &[Stored], text: &str, own: &Export) {
    for others in [Others::Keep, Others::Remove] {
        if let Ok(same) = in_place(found.format, text, own.text.as_str(), others) {
            assert!(same.as_str() == text || found.servers.is_empty(), "{}\n{}", found.format, same.as_str());
        }
    }
    let mut changed = stored.to_vec();
    let Some(first) = changed.first_mut() else { return };
    let member = if first.config.contains("url") { "url" } else { "command" };
    first.config.insert(member, Json::string("https://changed.example/mcp"));
    let Some(exported) = written(found.format, found, &changed) else { return };
    if let Ok(result) = in_place(found.format, text, exported.text.as_str(), Others::Keep) {
        let again = read_again(found.format, result.as_str());
        assert!(again.servers.len() >= found.servers.len(), "{}\n{}", found.format, result.as_str());
    }
}

/// The most lines that a text has, whatever breaks one: to YAML a carriage return alone does.
fn line_count(text: &str) -> usize {
    text.bytes().filter(|byte| matches!(byte, b'\n' | b'\r')).count() + 2
}

fn check(found: &Import, text: &str) {
    let mut names = HashSet::new();
    for entry in &found.servers {
        assert!(entry.name.parse::<ServerName>().is_ok(), "{}", entry.name);
        assert!(names.insert(entry.name.as_str()), "{} twice", entry.name);
        assert!(entry.config.contains("command") != entry.config.contains("url"));
    }
    let places = found.servers.iter().map(|entry| &entry.place);
    let places = places.chain(found.notes.iter().map(|note| &note.place));
    for place in places.chain(found.refused.iter().map(|refused| &refused.place)) {
        assert!(place.position.line <= line_count(text), "{place:?}");
    }
}

fn written(format: Format, found: &Import, stored: &[Stored]) -> Option<Export> {
    let bags = found.servers.iter().zip(stored);
    let bags: Vec<Object> = bags
        .map(|(entry, stored)| Object::from_iter([(entry.client.bag(), Json::Object(stored.bag.clone()))]))
        .collect();
    let servers = found.servers.iter().zip(stored).zip(&bags);
    let servers: Vec<Server<'_>> = servers
        .map(|((entry, stored), bags)| Server { name: &entry.name, config: &stored.config, bags })
        .collect();
    export(format, &servers).ok()
}

/// What a configuration says; a list of arguments that has none says nothing.
fn meaning(entry: &Entry) -> String {
    let mut config = entry.to_stored().config;
    if config.get("args").and_then(Json::as_array).is_some_and(<[Json]>::is_empty) {
        config.remove("args");
    }
    sorted(&config.into())
}

/// A value with the members of its objects in one order, and numbers by their nearest double.
fn sorted(value: &Json) -> String {
    match value {
        Json::Object(object) => {
            let mut members: Vec<(&str, String)> =
                object.iter().map(|(name, value)| (name, sorted(value))).collect();
            members.sort_unstable();
            format!("{members:?}")
        }
        Json::Array(elements) => format!("{:?}", elements.iter().map(sorted).collect::<Vec<_>>()),
        Json::Number(number) => number.as_f64().to_string(),
        scalar => to_compact(scalar),
    }
}
