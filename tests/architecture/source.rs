//! Reads source as text: the files of a folder, their code without comments and tests, and the paths in it.
//! It knows of Rust only `use` and paths.

use std::fs;
use std::path::{Path, PathBuf};

/// A path of the code, with the name that it gets where it is imported.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct CodePath {
    pub(crate) path: String,
    pub(crate) name: String,
}

pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

pub(crate) fn source_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder can be read") {
        let path = entry.expect("the folder can be read").path();
        if path.is_dir() && path.file_name().is_some_and(|name| name != "target" && name != "node_modules") {
            found.extend(source_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Whether a file of `src` is compiled for tests only.
pub(crate) fn is_test(file: &Path) -> bool {
    let test_only = ["tests", "tests.rs", "samples.rs"];
    file.iter().any(|part| test_only.iter().any(|name| part == *name))
}

/// The text of a file without its comments and its module of tests.
pub(crate) fn product_code(file: &Path) -> String {
    let text = fs::read_to_string(file).expect("source is text");
    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    code.lines().filter(|line| !line.trim_start().starts_with("//")).fold(String::new(), |mut all, line| {
        all.push_str(line);
        all.push('\n');
        all
    })
}

/// The paths behind each `crate::`, with groups expanded.
pub(crate) fn crate_paths(code: &str) -> Vec<String> {
    paths_from(code, "crate").into_iter().map(|found| found.path).collect()
}

/// The paths behind `start` and `::`, with groups expanded. A `start` inside a path is ignored.
pub(crate) fn paths_from(code: &str, start: &str) -> Vec<CodePath> {
    let prefix = format!("{start}::");
    let mut found = Vec::new();
    for (at, _) in code.match_indices(&prefix) {
        if !code[..at].chars().next_back().is_some_and(|before| is_part(before) || before == ':') {
            read_tree(&code[at + prefix.len()..], "", &mut found);
        }
    }
    found
}

/// Reads one `use` tree or path from the beginning of `text`, and returns the rest.
fn read_tree<'a>(text: &'a str, prefix: &str, found: &mut Vec<CodePath>) -> &'a str {
    let text = text.trim_start();
    let Some(mut rest) = text.strip_prefix('{') else {
        let end = text.find(|symbol: char| !is_part(symbol) && symbol != '*');
        let (name, rest) = text.split_at(end.unwrap_or(text.len()));
        let path = match (prefix, name) {
            (prefix, "self") => prefix.to_owned(),
            ("", name) => name.to_owned(),
            (prefix, name) => format!("{prefix}::{name}"),
        };
        return match rest.strip_prefix("::") {
            Some(rest) => read_tree(rest, &path, found),
            None => {
                let renamed =
                    rest.trim_start().strip_prefix("as ").and_then(|name| name.split([',', ';', '}']).next());
                let name = renamed.or(path.rsplit("::").next()).unwrap_or_default().trim().to_owned();
                found.push(CodePath { path, name });
                rest
            }
        };
    };
    loop {
        rest = rest.trim_start().trim_start_matches(',').trim_start();
        if let Some(rest) = rest.strip_prefix('}') {
            return rest;
        }
        rest = read_tree(rest, prefix, found);
        // A new name after `as` is not part of the path.
        rest = &rest[rest.find([',', '}']).unwrap_or(rest.len())..];
        if rest.is_empty() {
            return rest;
        }
    }
}

/// Whether a word is in a text, and not only as a part of a longer one.
pub(crate) fn has_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        !text[..at].chars().next_back().is_some_and(is_part)
            && !text[at + word.len()..].chars().next().is_some_and(is_part)
    })
}

fn is_part(symbol: char) -> bool {
    symbol.is_alphanumeric() || symbol == '_'
}
