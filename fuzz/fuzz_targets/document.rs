//! A settings file and one edit of it: the first line says which edit, the rest is the file. What is read is
//! given back to the byte, and the edit changes its own member's bytes and no others (L2).

#![no_main]

use libfuzzer_sys::fuzz_target;
use mcp_settings::document::{Document, NewDocument};
use mcp_settings::json::{Json, Object, Rules, parse, scan_object, write_string};
use mcp_settings::model::{Access, Dialect, Edit, SettingsKey};
use serde_json::Value;

/// What the first line asks for: `put 0 {…}`, `put name {…}`, `remove 0`, `rename 0 name`. A number is the
/// place of a server.
fn edit(line: &str, document: &Document) -> Option<Edit> {
    let mut words = line.splitn(3, ' ');
    let (verb, which, rest) = (words.next()?, words.next()?, words.next());
    let keys: Vec<&SettingsKey> = document.servers().map(|(key, _)| key).collect();
    let key = match which.parse::<usize>() {
        Ok(_) if keys.is_empty() => SettingsKey::new(which),
        Ok(at) => keys[at % keys.len()].clone(),
        Err(_) => SettingsKey::new(which),
    };
    match (verb, rest) {
        ("put", Some(value)) => match parse(value, &Rules::BODY) {
            Ok(Json::Object(config)) => Some(Edit::Put { key, config }),
            _ => None,
        },
        ("remove", _) => Some(Edit::Remove { key }),
        ("rename", Some(to)) => Some(Edit::Rename { from: key, to: SettingsKey::new(to) }),
        _ => None,
    }
}

fuzz_target!(|bytes: &[u8]| {
    let end = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
    let (line, file) = (&bytes[..end], bytes.get(end + 1..).unwrap_or_default());
    for new in [NewDocument::Own, NewDocument::OpenHands] {
        let Ok(document) = Document::read(file, new, None) else { continue };
        assert_eq!(document.render(), file);
        let again = Document::read(file, new, Some(&document)).expect("it was readable");
        assert_eq!(again.render(), file);
        if let Some(edit) = std::str::from_utf8(line).ok().and_then(|line| edit(line, &document)) {
            apply(document, &edit, new);
        }
    }
});

fn apply(mut document: Document, edit: &Edit, new: NewDocument) {
    let was = document.clone();
    document.apply(edit, None);
    let (before, after) = (text(&was), text(&document));
    let context = || format!("{edit:?}\n{before}\n{after}");
    let again = Document::read(after.as_bytes(), new, None)
        .unwrap_or_else(|reason| panic!("{reason}: {}", context()));
    assert_eq!(listed(&document), listed(&again), "{}", context());
    assert_eq!(document.layout(), again.layout(), "{}", context());
    if before == after {
        return;
    }
    assert_eq!(was.layout().access, Access::Writable, "{}", context());
    let (own, other) = match edit {
        Edit::Put { key, .. } | Edit::Remove { key } => (key, key),
        Edit::Rename { from, to } => (from, to),
        Edit::Reseal { .. } | Edit::Outside { .. } => unreachable!("no line asks for it"),
    };
    let beside = |document: &Document| -> Vec<_> {
        listed(document).into_iter().filter(|(key, _)| key != own && key != other).collect()
    };
    assert_eq!(beside(&was), beside(&again), "{}", context());

    let old = was.server(own).map(|server| server.text.to_string());
    match edit {
        Edit::Put { key, config } => {
            let server = again.server(key).unwrap_or_else(|| panic!("it is gone: {}", context()));
            assert_eq!(server.config.as_ref(), Ok(config), "{}", context());
            match old {
                Some(old) => {
                    assert!(is_spliced(&before, &after, &server.text, |gone| gone == old), "{}", context())
                }
                None => {
                    let (start, end) = unchanged(&before, &after);
                    assert!(before.as_bytes()[start..end].trim_ascii().is_empty(), "{}", context());
                    if was.servers().next().is_some() {
                        document.apply(&Edit::Remove { key: key.clone() }, None);
                        assert_eq!(text(&document), before, "{}", context());
                    }
                }
            }
        }
        Edit::Remove { key } => {
            assert!(again.server(key).is_none(), "{}", context());
            let old = old.unwrap_or_else(|| panic!("nothing was there: {}", context()));
            let is_own = |gone: &str| is_one_member(gone, key.as_str(), &old);
            assert!(is_spliced(&before, &after, "", is_own), "{}", context());
        }
        Edit::Rename { from, to } => {
            assert_eq!(again.server(to).map(|server| server.text.to_string()), old, "{}", context());
            let mut new = String::new();
            write_string(&mut new, to.as_str());
            let is_name = |gone: &str| is_one_member(&format!("{gone}:0"), from.as_str(), "0");
            assert!(is_spliced(&before, &after, &new, is_name), "{}", context());
        }
        Edit::Reseal { .. } | Edit::Outside { .. } => {}
    }
    agree_beside(&before, &after, was.layout().dialect);
}

/// A reader that others keep finds the same around the servers.
fn agree_beside(before: &str, after: &str, dialect: Dialect) {
    let read = serde_json::from_str::<Value>;
    let Ok(before) = read(before) else { return };
    let after = read(after).unwrap_or_else(|error| panic!("serde_json reads it no longer: {error}\n{after}"));
    let beside = |root: &Value| {
        let mut root = root.clone();
        let settings = root.get_mut("agent_settings").and_then(Value::as_object_mut);
        let config = settings.and_then(|settings| settings.remove("mcp_config"));
        let mut around = config.filter(|_| dialect == Dialect::Open).unwrap_or_default();
        let servers = around.as_object_mut().and_then(|around| around.remove("mcpServers"));
        (root, around, servers.is_some())
    };
    let ((before_root, before_around, was_there), (after_root, after_around, is_there)) =
        (beside(&before), beside(&after));
    if before.get("agent_settings").is_some() {
        assert_eq!(before_root, after_root);
    }
    if was_there && is_there {
        assert_eq!(before_around, after_around);
    }
}

fn text(document: &Document) -> String {
    String::from_utf8(document.render()).expect("a document is UTF-8")
}

type Listed = (SettingsKey, (String, Option<Object>));

fn listed(document: &Document) -> Vec<Listed> {
    let server = |(key, server): (&SettingsKey, &std::sync::Arc<mcp_settings::model::StoredServer>)| {
        (key.clone(), (server.text.to_string(), server.config.clone().ok()))
    };
    document.servers().map(server).collect()
}

/// Whether `after` is `before` with one piece, of which `is_gone` holds, replaced by `new`.
fn is_spliced(before: &str, after: &str, new: &str, is_gone: impl Fn(&str) -> bool) -> bool {
    let Some(rest) = after.len().checked_sub(new.len()) else { return false };
    let (Some(gone), before_bytes) = (before.len().checked_sub(rest), before.as_bytes()) else {
        return false;
    };
    let first = common(before_bytes.iter(), after.as_bytes().iter());
    let last = common(before_bytes.iter().rev(), after.as_bytes().iter().rev());
    (rest.saturating_sub(last)..=first.min(rest)).any(|at| {
        before.get(at..at + gone).is_some_and(&is_gone) && after.get(at..at + new.len()) == Some(new)
    })
}

/// The bytes of `before` that have no counterpart in `after`.
fn unchanged(before: &str, after: &str) -> (usize, usize) {
    let (before, after) = (before.as_bytes(), after.as_bytes());
    let start = common(before.iter(), after.iter());
    let rest = before.len().min(after.len()) - start;
    let end = before.len() - common(before.iter().rev(), after.iter().rev()).min(rest);
    (start, end)
}

fn common<'a>(one: impl Iterator<Item = &'a u8>, two: impl Iterator<Item = &'a u8>) -> usize {
    one.zip(two).take_while(|(one, two)| one == two).count()
}

/// Whether this is one member with this value, at most one comma, and white space.
fn is_one_member(text: &str, name: &str, value: &str) -> bool {
    let blank = |character: char| matches!(character, ' ' | '\t' | '\n' | '\r');
    let text = text.trim_matches(blank);
    let text = match (text.strip_prefix(','), text.strip_suffix(',')) {
        (Some(rest), _) | (None, Some(rest)) => rest,
        (None, None) => text,
    };
    let object = format!("{{{text}}}");
    match scan_object(&object, 0).map(|found| found.members) {
        Ok(members) => match members.as_slice() {
            [member] => member.name == name && object[member.value.clone()] == *value,
            _ => false,
        },
        Err(_) => false,
    }
}
