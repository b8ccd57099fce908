//! What a document promises: the table of DESIGN §6.1 row by row, the recorded files, the splicing law.

mod fixtures;
mod laws;
mod outside;
mod style;
mod table;

use super::{Document, NewDocument};
use crate::json::{Object, Rules, parse};
use crate::model::{Edit, SettingsKey};

fn read(text: &str) -> Document {
    Document::read(text.as_bytes(), NewDocument::Own, None)
        .unwrap_or_else(|reason| panic!("{reason}: {text}"))
}

fn text(document: &Document) -> String {
    String::from_utf8(document.render()).expect("a document is UTF-8")
}

fn names(document: &Document) -> Vec<&str> {
    document.servers().map(|(key, _)| key.as_str()).collect()
}

fn config(text: &str) -> Object {
    match parse(text, &Rules::STORED) {
        Ok(crate::json::Json::Object(object)) => object,
        other => panic!("{other:?}: {text}"),
    }
}

fn put(key: &str, value: &str) -> Edit {
    Edit::Put { key: SettingsKey::new(key), config: config(value) }
}

fn remove(key: &str) -> Edit {
    Edit::Remove { key: SettingsKey::new(key) }
}

fn rename(from: &str, to: &str) -> Edit {
    Edit::Rename { from: SettingsKey::new(from), to: SettingsKey::new(to) }
}

fn after(before: &str, edits: &[Edit]) -> String {
    let mut document = read(before);
    for edit in edits {
        document.apply(edit, None);
    }
    text(&document)
}
