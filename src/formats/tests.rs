//! The samples of other clients' files, each as its `expected.json` says.

mod bounds;
mod documentation;
mod files;
mod in_place;
mod lines;
mod references;
mod round_trip;
mod vocabulary;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::*;
use crate::json::{Object, Pointer, Rules, parse};

/// A sample: its folder, its text, what is expected.
struct Sample {
    folder: String,
    file: String,
    text: String,
    expected: Object,
}

/// All folders, so that none is forgotten.
fn samples() -> Vec<Sample> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/clients");
    let mut samples: Vec<Sample> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .map(|path| sample(&path))
        .collect();
    samples.sort_by(|one, other| one.folder.cmp(&other.folder));
    assert!(20 <= samples.len());
    samples
}

fn sample(path: &Path) -> Sample {
    let expected = fs::read_to_string(path.join("expected.json")).unwrap();
    let Ok(Json::Object(expected)) = parse(&expected, &Rules::BODY) else { panic!("{path:?}") };
    let file = text(&expected, "file").unwrap().to_owned();
    let folder = path.file_name().unwrap().to_str().unwrap().to_owned();
    Sample { folder, text: fs::read_to_string(path.join(&file)).unwrap(), file, expected }
}

fn text<'o>(object: &'o Object, name: &str) -> Option<&'o str> {
    object.get(name).and_then(Json::as_str)
}

fn list<'o>(object: &'o Object, name: &str) -> Vec<&'o Object> {
    let elements = object.get(name).and_then(Json::as_array).unwrap_or_default();
    elements.iter().map(|element| element.as_object().unwrap()).collect()
}

/// Whether a value has at least what another one has.
fn has_at_least(value: &Json, least: &Json) -> bool {
    match (value, least) {
        (Json::Object(value), Json::Object(least)) => {
            least.iter().all(|(name, least)| value.get(name).is_some_and(|value| has_at_least(value, least)))
        }
        _ => value.has_value_of(least),
    }
}

fn imported(sample: &Sample) -> Import {
    import(&sample.text, Hint { format: None, file: Some(&sample.file) })
        .unwrap_or_else(|error| panic!("{}: {error}", sample.folder))
}

#[test]
fn each_sample_comes_out_as_it_should() {
    let mut wrong = Vec::new();
    for sample in samples() {
        let import = imported(&sample);
        let mut fail = |what: String| wrong.push(format!("{}: {what}", sample.folder));
        if Some(import.format.as_str()) != text(&sample.expected, "format") {
            fail(format!("format {} (also {:?})", import.format, import.also_fits));
        }
        let servers = list(&sample.expected, "servers");
        if servers.len() != import.servers.len() {
            fail(format!("{} servers instead of {}", import.servers.len(), servers.len()));
        }
        for (entry, expected) in import.servers.iter().zip(servers) {
            let config = Json::Object(entry.config.clone());
            if Some(entry.name.as_str()) != text(expected, "name")
                || entry.original_name.as_deref() != text(expected, "original_name")
            {
                fail(format!("name {:?} {:?}", entry.name, entry.original_name));
            }
            if !config.has_value_of(expected.get("config").unwrap()) {
                fail(format!("config of {}: {}", entry.name, to_compact(&config)));
            }
            let bag = Json::Object(entry.bag.clone());
            if !has_at_least(&bag, expected.get("bag").unwrap_or(&Json::Object(Object::new()))) {
                fail(format!("bag of {}: {}", entry.name, to_compact(&bag)));
            }
        }
        let refused: Vec<_> = import
            .refused
            .iter()
            .map(|refused| (refused.name.as_deref(), refused.place.at.as_str(), refused.why.as_ref()))
            .collect();
        let expected: Vec<_> = list(&sample.expected, "refused")
            .into_iter()
            .map(|refused| {
                (text(refused, "name"), text(refused, "at").unwrap(), text(refused, "why").unwrap())
            })
            .collect();
        if refused != expected {
            fail(format!("refused {refused:?}"));
        }
        for ignored in list(&sample.expected, "ignored") {
            let (at, what) = (text(ignored, "at").unwrap(), text(ignored, "what").unwrap());
            if !import.ignored.iter().any(|own| own.place.at == at && own.what == what) {
                fail(format!("not ignored: {at} {what}"));
            }
        }
        for note in list(&sample.expected, "notes") {
            let (server, at, about) =
                (text(note, "server"), text(note, "at").unwrap(), text(note, "about").unwrap());
            let is_there = import
                .notes
                .iter()
                .any(|own| own.server.as_deref() == server && own.place.at == at && own.about == about);
            if !is_there {
                fail(format!("not noted: {server:?} {at} {about}"));
            }
        }
        let references: BTreeSet<_> = import
            .servers
            .iter()
            .flat_map(|entry| entry.references.iter().map(|own| (entry.name.as_str(), own)))
            .map(|(server, own)| {
                let default = own.default.as_ref().map(|text| text.as_str());
                (server, own.pointer.as_str(), own.kind.as_str(), own.name.as_str(), default)
            })
            .collect();
        let expected: BTreeSet<_> = list(&sample.expected, "references")
            .into_iter()
            .map(|own| {
                let get = |name| text(own, name).unwrap();
                (get("server"), get("at"), get("kind"), get("name"), text(own, "default"))
            })
            .collect();
        if references != expected {
            fail(format!("references {references:#?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_secret_of_a_sample_is_in_what_is_said_of_it() {
    let mut count = 0;
    for sample in samples() {
        let import = imported(&sample);
        let said = format!("{import:?}");
        let secrets = sample.expected.get("secrets").and_then(Json::as_array).unwrap();
        for secret in secrets.iter().map(|secret| secret.as_str().unwrap()) {
            assert!(sample.text.contains(secret) || sample.folder == "links", "{}: {secret}", sample.folder);
            assert!(!said.contains(secret), "{}: {secret}", sample.folder);
            count += 1;
        }
        let servers: Vec<_> = import.servers.iter().map(Entry::to_stored).collect();
        assert!(!format!("{servers:?}").contains("CANARY"), "{}", sample.folder);
    }
    assert!(20 < count);
}

#[test]
fn every_place_is_where_it_says() {
    for sample in samples() {
        let import = imported(&sample);
        let lines: Vec<&str> = sample.text.lines().collect();
        let places = import.notes.iter().map(|note| &note.place);
        let places = places.chain(import.servers.iter().map(|entry| &entry.place));
        for place in places.chain(import.refused.iter().map(|refused| &refused.place)) {
            let line = lines[place.position.line - 1].trim_start_matches('\u{feff}');
            let rest: String = line.chars().skip(place.position.column - 1).collect();
            let Some((_, last)) = place.pointer.split_last() else { continue };
            let is_there = rest.trim_start_matches(['"', '[', '-', ' ']).starts_with(last.as_ref())
                || last.parse::<usize>().is_ok()
                || rest.contains(&*last);
            assert!(is_there, "{}: {} is not at {}: {rest}", sample.folder, place.at, place.position);
        }
    }
}
