//! The words of docs/STYLE.md: what its first table avoids is not used in the tree, lines of prose are short, and what is
//! cited is there.

use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::{documents, read, root};

/// Where words are checked, beside the documents.
const CODE: [&str; 6] = ["benches", "fuzz", "src", "tests", "ui/src", "ui/tests"];

/// What is not ours to write, or is on the wire from end to end.
const EXEMPT: [&str; 5] = [
    // Recorded from other programs.
    "tests/fixtures",
    // Made of the OpenAPI document.
    "ui/src/api/schema.d.ts",
    // Made of the tables of src/model.
    "ui/src/model/secret-tables.generated.ts",
    // Titles and meanings of problems, which clients may show.
    "src/http/problem_kind/facts.rs",
    // Names what it looks for.
    "tests/documents/words.rs",
];

/// A comment that exempts the line that it is on, or the next one.
const ON_THE_WIRE: &str = "On the wire";

/// How long a line of prose may be. Characters.
const LONGEST: usize = 100;

#[test]
fn no_avoided_word_is_used() {
    let avoided = avoided();
    assert!(avoided.len() > 30 && avoided.contains("whoever"), "the table is not where it was: {avoided:?}");
    let mut found = Vec::new();
    for path in sources() {
        let mut is_exempt = false;
        let text = read(&path);
        // Most files have none, and are done in one pass.
        if words_in(&text, &avoided).is_empty() {
            continue;
        }
        for (number, line) in text.lines().enumerate() {
            let is_marked = line.contains(ON_THE_WIRE);
            if !(is_exempt || is_marked) {
                // What Python compares with, not a word.
                let line = line.replace("is None", "");
                let words = words_in(&line, &avoided);
                found.extend(words.into_iter().map(|word| place(&path, number, word)));
            }
            is_exempt = is_marked;
        }
    }
    for path in documents() {
        for (number, line) in prose(&read(&path)) {
            let line = without_code(line);
            let words = words_in(&line, &avoided);
            found.extend(words.into_iter().map(|word| place(&path, number, word)));
        }
    }
    assert!(found.is_empty(), "docs/STYLE.md has other words for these:\n{}", found.join("\n"));
}

#[test]
fn lines_of_prose_are_short() {
    let mut long = Vec::new();
    // Made of the packages' own texts.
    for path in documents().into_iter().filter(|path| !path.ends_with("THIRD-PARTY.md")) {
        for (number, line) in prose(&read(&path)) {
            // A heading, a row of a table and an element of HTML can't be broken.
            let is_one_line = line.starts_with(['#', '|', '<']);
            if LONGEST < line.chars().count() && !is_one_line {
                long.push(place(&path, number, "is longer than 100 columns"));
            }
        }
    }
    assert!(long.is_empty(), "{}", long.join("\n"));
}

#[test]
fn what_is_cited_is_in_the_tree() {
    let cited = [("DESIGN §", sections("docs/DESIGN.md")), ("OPENHANDS §", sections("docs/OPENHANDS.md"))];
    let mut wrong = Vec::new();
    let mut count = 0;
    for path in sources().into_iter().chain(documents()) {
        for (number, line) in read(&path).lines().enumerate() {
            for foreign in ["contracts/", "DESIGN-2", "crates.md", "findings.md"] {
                if line.contains(foreign) {
                    wrong.push(place(&path, number, foreign));
                }
            }
            for (mark, sections) in &cited {
                for rest in line.split(mark).skip(1) {
                    let section: String =
                        rest.chars().take_while(|symbol| symbol.is_ascii_digit() || *symbol == '.').collect();
                    count += 1;
                    if !sections.contains(section.trim_end_matches('.')) {
                        wrong.push(place(&path, number, &format!("{mark}{section}")));
                    }
                }
            }
        }
    }
    assert!(40 < count, "only {count} citations were found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn an_avoided_word_is_found_however_it_is_written() {
    let avoided = ["told", "is none"].map(str::to_owned).into();
    let found = |line| words_in(line, &avoided).len();
    for line in
        ["It is told so.", "fn what_is_told()", "let told = 1;", "const isTold = 1", "(there is none)"]
    {
        assert_eq!(found(line), 1, "{line}");
    }
    for line in ["if value.is_none() {", "an itold", "stolid"] {
        assert_eq!(found(line), 0, "{line}");
    }
    assert_eq!(without_code("a `told` b"), "a  b");
}

/// The words on the left of the first table of docs/STYLE.md.
fn avoided() -> BTreeSet<String> {
    let text = read("docs/STYLE.md");
    let table = text.split("| avoid | write |\n").nth(1).and_then(|rest| rest.split("\n\n").next());
    let rows = table.expect("docs/STYLE.md has a table").lines().skip(1);
    rows.filter_map(|row| row.split('|').nth(1))
        .flat_map(|cell| cell.split('`').skip(1).step_by(2).map(str::to_lowercase).collect::<Vec<_>>())
        .collect()
}

/// The avoided words and phrases in a line. Names in code count by their parts; a phrase counts where blanks separate
/// it, or in the name of a function.
fn words_in<'a>(line: &str, avoided: &'a BTreeSet<String>) -> Vec<&'a str> {
    let mut plain = String::with_capacity(line.len() + 8);
    let mut last = ' ';
    for symbol in line.chars() {
        if symbol.is_uppercase() && last.is_lowercase() {
            plain.push(' ');
        }
        plain.extend(symbol.to_lowercase());
        last = symbol;
    }
    let parted = plain.replace('_', " ");
    let words: HashSet<&str> = parted.split(|symbol: char| !symbol.is_alphanumeric()).collect();
    let phrases = if line.contains("fn ") { &parted } else { &plain };
    let is_used = |avoided: &&str| {
        let first = avoided.split(' ').next().unwrap_or(avoided);
        words.contains(first) && (first == *avoided || has_phrase(phrases, avoided))
    };
    avoided.iter().map(String::as_str).filter(is_used).collect()
}

/// Whether a text has a phrase, and not as a part of longer words.
fn has_phrase(text: &str, phrase: &str) -> bool {
    text.match_indices(phrase).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + phrase.len()..].chars().next();
        !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
    })
}

/// The lines of a document outside its blocks of code, with their numbers from 0.
fn prose(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut is_code = false;
    text.lines().enumerate().filter(move |(_, line)| {
        let is_fence = line.trim_start().starts_with("```");
        is_code ^= is_fence;
        !is_code && !is_fence && !line.starts_with("    ")
    })
}

/// A line of Markdown without what is between backticks.
fn without_code(line: &str) -> String {
    line.split('`').step_by(2).collect()
}

/// The numbers of the sections of a document.
fn sections(document: &str) -> BTreeSet<String> {
    let text = read(document);
    let headings = text.lines().filter_map(|line| line.strip_prefix("##"));
    let numbers = headings.filter_map(|heading| heading.trim_start_matches('#').split_whitespace().next());
    numbers.map(|number| number.trim_end_matches('.').to_owned()).collect()
}

/// Every file of code and tests in which words are checked.
fn sources() -> Vec<PathBuf> {
    let mut sources = Vec::new();
    let mut folders: Vec<PathBuf> = CODE.iter().map(|folder| root().join(folder)).collect();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("it is there") {
            let path = entry.expect("it can be listed").path();
            let own = path.strip_prefix(root()).expect("it is in the tree");
            let is_exempt = EXEMPT.iter().any(|exempt| own.starts_with(exempt));
            if is_exempt || own.components().any(|part| part.as_os_str() == "node_modules") {
                continue;
            }
            let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_owned();
            if path.is_dir() {
                folders.push(path);
            } else if ["rs", "ts", "tsx", "mjs", "py", "css", "html", "toml"].contains(&ending.as_str()) {
                sources.push(path);
            }
        }
    }
    assert!(300 < sources.len(), "only {} files", sources.len());
    sources.sort();
    sources
}

/// A line for people, counted from 1.
fn place(path: &Path, number: usize, what: &str) -> String {
    format!("{}:{}: {what}", path.strip_prefix(root()).unwrap_or(path).display(), number + 1)
}
