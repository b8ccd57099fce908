//! Servers as files declare them, for `diff` and `apply`: one file, or a folder with several. All are read before anything
//! is compared, and one that can't be read refuses all.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::json::{Json, Object, Rules, parse};

use super::failure::Failure;
use super::input::{Input, not_json, read_file};

/// The configuration of each declared server, by name.
pub(super) type Declared = BTreeMap<String, Object>;

/// Reads what a file declares, or stdin for `-`, or each `.json` file of a folder.
pub(super) fn read(path: &Path) -> Result<Declared, Failure> {
    if path == Path::new("-") {
        let input = Input::of(path.to_owned());
        let (_, value) = input.read_json()?;
        return Ok(servers_of(value, None, &input.name())?.into_iter().collect());
    }
    let failed = |error| Failure::new(format!("could not read `{}`", path.display())).because(error);
    let metadata = fs::metadata(path).map_err(failed)?;
    let mut files = vec![path.to_owned()];
    if metadata.is_dir() {
        let entries = fs::read_dir(path).and_then(Iterator::collect::<Result<Vec<_>, _>>).map_err(failed)?;
        let is_declaration = |path: &PathBuf| {
            let is_hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
            path.extension().is_some_and(|end| end == "json") && !is_hidden
        };
        files = entries.into_iter().map(|entry| entry.path()).filter(is_declaration).collect();
        files.sort();
        if files.is_empty() {
            return Err(Failure::new(format!(
                "`{}` has no `.json` file that declares servers",
                path.display()
            )));
        }
        // A pipe would be waited for.
        if let Some(other) = files.iter().find(|file| fs::metadata(file).is_ok_and(|kind| !kind.is_file())) {
            return Err(Failure::new(format!("`{}` is not a file", other.display())));
        }
    }
    let mut declared = Declared::new();
    let mut places: BTreeMap<String, PathBuf> = BTreeMap::new();
    for file in files {
        for (name, config) in read_one(&file)? {
            if let Some(other) = places.insert(name.clone(), file.clone()) {
                let what =
                    format!("`{name}` is declared in `{}` and in `{}`", other.display(), file.display());
                return Err(Failure::new(what));
            }
            declared.insert(name, config);
        }
    }
    Ok(declared)
}

fn read_one(path: &Path) -> Result<Vec<(String, Object)>, Failure> {
    let text = read_file(path)?;
    let name = path.display().to_string();
    let value = parse(&text, &Rules::BODY).map_err(|fault| not_json(&name, &text, &fault))?;
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    servers_of(value, Some(&stem), &name)
}

/// The servers of a text with this name.
fn servers_of(value: Json, stem: Option<&str>, name: &str) -> Result<Vec<(String, Object)>, Failure> {
    servers(value, stem).map_err(|(pointer, why)| {
        let place = if pointer.is_empty() { String::new() } else { format!("{pointer}: ") };
        Failure::new(format!("{name}: {place}{why}"))
    })
}

/// The servers of a text: a map in `mcpServers`, the list that `list --output json` prints, one server as `get --output
/// json` prints it, or one configuration, which has the name of its file.
fn servers(value: Json, stem: Option<&str>) -> Result<Vec<(String, Object)>, (String, &'static str)> {
    const NO_OBJECT: &str = "it must be an object";
    const UNKNOWN: &str = "it must have `mcpServers`, `servers`, `name` with `config`, `command` or `url`";
    let Json::Object(file) = value else { return Err((String::new(), NO_OBJECT)) };
    match (file.get("mcpServers"), file.get("servers"), file.get("config")) {
        (Some(Json::Object(map)), ..) => {
            let entry = |(name, config): (&str, &Json)| match config {
                Json::Object(config) => Ok((name.to_owned(), config.clone())),
                _ => Err((format!("/mcpServers/{name}"), NO_OBJECT)),
            };
            map.iter().map(entry).collect()
        }
        (Some(_), ..) => Err(("/mcpServers".to_owned(), NO_OBJECT)),
        (None, Some(Json::Array(list)), _) => {
            let entry = |(index, entry): (usize, &Json)| {
                let wrong = || (format!("/servers/{index}"), "it must have `name` and `config`");
                named(entry.as_object().ok_or_else(wrong)?).ok_or_else(wrong)
            };
            list.iter().enumerate().map(entry).collect()
        }
        (None, _, Some(_)) => {
            named(&file).map(|server| vec![server]).ok_or_else(|| ("/config".to_owned(), UNKNOWN))
        }
        (None, None, None) if file.contains("command") || file.contains("url") => {
            let name = stem.ok_or_else(|| (String::new(), "it does not say the name of the server"))?;
            Ok(vec![(name.to_owned(), file)])
        }
        _ => Err((String::new(), UNKNOWN)),
    }
}

fn named(entry: &Object) -> Option<(String, Object)> {
    let name = entry.get("name")?.as_str()?;
    Some((name.to_owned(), entry.get("config")?.as_object()?.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Result<Vec<String>, String> {
        let read = servers(parse(text, &Rules::BODY).unwrap(), Some("stem"));
        let place = |(pointer, why): (String, &str)| format!("{pointer} {why}");
        read.map(|servers| servers.into_iter().map(|(name, _)| name).collect()).map_err(place)
    }

    #[test]
    fn each_form_is_read() {
        let names = |text: &str| names(text).unwrap().join(" ");
        assert_eq!(names(r#"{"mcpServers":{"a":{"command":"x"},"b":{"url":"https://b.example"}}}"#), "a b");
        assert_eq!(
            names(r#"{"servers":[{"name":"a","config":{"command":"x"},"etag":"1"}],"etag":"2"}"#),
            "a"
        );
        assert_eq!(names(r#"{"name":"a","config":{"command":"x"}}"#), "a");
        assert_eq!(names(r#"{"command":"x"}"#), "stem");
        assert_eq!(names(r#"{"mcpServers":{}}"#), "");
    }

    #[test]
    fn what_is_something_else_is_refused_with_its_place() {
        for (text, expected) in [
            ("[]", " it must be an object"),
            ("{}", " it must have `mcpServers`"),
            (r#"{"mcpServers":[]}"#, "/mcpServers it must be"),
            (r#"{"mcpServers":{"a":1}}"#, "/mcpServers/a it must be"),
            (r#"{"servers":[{"name":"a"}]}"#, "/servers/0 it must have"),
        ] {
            let refused = names(text).unwrap_err();
            assert!(refused.starts_with(expected), "{text}: {refused}");
        }
    }
}
