//! The golden data of the client in Python, what messages show, and whether every row of the checklist has a test.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use serde_json::Value;

use super::conformance::Environment;
use super::environment::{BACKEND, BACKEND_URL};
use super::*;

/// A file that was made by the client in Python.
pub(super) fn golden(name: &str) -> Value {
    serde_json::from_str(&fixture(name)).unwrap()
}

pub(super) fn fixture(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/registry");
    fs::read_to_string(folder.join(name)).unwrap()
}

fn setup(pairs: &[(&str, &str)]) -> Setup {
    let environment = Environment::default();
    pairs.iter().for_each(|(name, value)| environment.set(name, value));
    Setup { agent_root: "/nowhere".into(), read_paths: Vec::new(), variables: environment.variables() }
}

#[test]
fn n_01_n_06_n_08_names_are_judged_as_the_client_does_but_for_a_final_line_break() {
    for row in golden("atomic_names.json").as_array().unwrap() {
        let name = row["name"].as_str().unwrap();
        let outcome = RegistryName::parse(name).map_err(|error| error.message().to_owned());
        match row["message"].as_str() {
            Some(message) => assert_eq!(outcome, Err(message.to_owned())),
            None if name == "trail\n" => assert_eq!(
                outcome,
                Err("MCP server name 'trail\\n' contains invalid characters. Allowed: [a-zA-Z0-9_.+@-]"
                    .into())
            ),
            None => assert!(outcome.is_ok(), "{name}"),
        }
    }
}

#[test]
fn e_01_e_04_e_06_e_07_values_are_resolved_as_the_client_does() {
    for row in golden("atomic_env.json").as_array().unwrap() {
        let mut spec = ServerSpec::new("srv", "npx");
        let value = row["env_value"].as_str().unwrap();
        spec.env.insert("KEY".to_owned(), value.to_owned());
        let outcome = resolve(spec, &setup(&[("HOME_DIR", "/home/x")]).variables);
        match (outcome, row["ok"].as_str()) {
            (Ok(spec), Some(expected)) => assert_eq!(spec.env["KEY"], expected, "{value}"),
            (Err(error), None) => {
                assert_eq!(error.kind(), RegistryErrorKind::ConnectFailed, "{value}");
                assert_eq!(error.message(), row["message"].as_str().unwrap(), "{value}");
            }
            (outcome, expected) => panic!("{value}: {outcome:?}, expected {expected:?}"),
        }
    }
    let mut spec = ServerSpec::new("srv", "npx");
    spec.env.insert("KEY".to_owned(), "$EMPTY".to_owned());
    assert_eq!(resolve(spec, &setup(&[("EMPTY", "")]).variables).unwrap().env["KEY"], "");
}

#[test]
fn a_literal_that_begins_like_a_reference_is_in_no_message() {
    let secret = "ghp_16C7e42F292c6912E7710c838347Ae178B4a";
    let mut spec = ServerSpec::new("srv", "npx");
    spec.env.insert("KEY".to_owned(), format!("${secret}"));
    let error = resolve(spec, &setup(&[]).variables).unwrap_err();
    assert!(!error.message().contains(secret), "{error}");
    assert_eq!(shown_value(&format!("${secret}")), "[REDACTED]");
    assert_eq!((shown_value("$NAME"), shown_value("literal"), shown_value("")), ("$NAME", "[REDACTED]", ""));
}

#[test]
fn r_01_r_02_r_03_r_04_texts_are_redacted_as_the_client_does_but_for_a_password_with_a_slash() {
    for row in golden("atomic_redact.json").as_array().unwrap() {
        let (text, expected) = (row["in"].as_str().unwrap(), row["out"].as_str().unwrap());
        let expected = if text == "u:p/w@h" { "[redacted-connection-string]" } else { expected };
        assert_eq!(redact(text), expected, "{text}");
    }
    let long = redact(&"a".repeat(50));
    assert!(long.len() <= 35 && long.ends_with("..."), "{long}");
}

#[test]
fn only_the_urls_of_a_message_are_redacted() {
    let message = "could not reach 'https://user:pass@host/api' as u:p/w@h: try again, or see (http://h)";
    let expected =
        "could not reach 'https://... as [redacted-connection-string] try again, or see (http://...";
    assert_eq!(redact_message(message), expected);
}

#[test]
fn r_05_a_secret_in_the_place_of_an_id_is_not_shown() {
    let token = "ghp_16C7e42F292c6912E7710c838347Ae178B4a";
    for (value, shown) in
        [("https://user:secret@host", "https://..."), (token, "[redacted]"), ("zork", "zork")]
    {
        let error = Backends::default().by_environment(&setup(&[(BACKEND, value)])).err().unwrap();
        assert_eq!(error.kind(), RegistryErrorKind::NotRegistered);
        assert!(error.message().contains(shown), "{error}");
        assert!(!error.message().contains("user") && !error.message().contains("secret"), "{error}");
        assert!(error.message().contains("Known: ['filesystem', 'http']."), "{error}");
        assert!(!error.message().contains(token), "{error}");
        let error = Backends::default().get(value).err().unwrap();
        assert!(error.message().contains("Available: ['filesystem', 'http']."), "{error}");
        assert!(!error.message().contains("secret"), "{error}");
    }
}

#[test]
fn the_environment_chooses_the_back_end() {
    let id = |pairs: &[(&str, &str)]| {
        Backends::default().by_environment(&setup(pairs)).map(|made| made.backend_id())
    };
    assert_eq!(id(&[]), Ok("filesystem"));
    assert_eq!(id(&[(BACKEND, "  ")]), Ok("filesystem"));
    assert_eq!(id(&[(BACKEND, " FileSystem ")]), Ok("filesystem"));
    assert_eq!(id(&[(BACKEND, "HTTP"), (BACKEND_URL, "https://h")]), Ok("http"));
    let error = id(&[(BACKEND, "http")]).unwrap_err();
    assert_eq!(error.kind(), RegistryErrorKind::NotRegistered);
    assert!(error.message().contains(BACKEND_URL) && error.message().contains("agent_scope"), "{error}");
    let error = id(&[(BACKEND, "http"), (BACKEND_URL, "http://elsewhere.example")]).unwrap_err();
    assert_eq!(error.kind(), RegistryErrorKind::Invalid);
    let store: Constructor = Box::new(|setup| {
        Ok(Arc::new(McpMd::new("/ours", ReadPaths::default(), Arc::clone(&setup.variables))))
    });
    let backends = Backends::default().with("store", store);
    assert_eq!(backends.ids(), ["filesystem", "http", "store"]);
    assert!(backends.by_environment(&setup(&[(BACKEND, "store")])).is_ok());
}

#[test]
fn a_name_is_quoted_as_python_quotes_it() {
    for (text, expected) in [
        ("a", "'a'"),
        ("it's", "\"it's\""),
        ("it's \"x\"", "'it\\'s \"x\"'"),
        ("\u{1b}\u{7f}\u{a0}\u{2028}é", "'\\x1b\\x7f\\xa0\\u2028é'"),
        ("tab\tline\r\n", "'tab\\tline\\r\\n'"),
    ] {
        assert_eq!(quoted(text), expected);
    }
    assert_eq!(quoted_list(["a", "b"]), "['a', 'b']");
}

#[test]
fn a_spec_prints_no_value() {
    let mut spec = ServerSpec::new("n", "npx");
    spec.env.insert("KEY".to_owned(), "hunter2".to_owned());
    let shown = format!("{spec:?}");
    assert!(shown.contains("env: <1 entries; redacted>") && !shown.contains("hunter2"), "{shown}");
}

/// The rows of the contract's checklist. W-06 is the pool of a program that starts servers: it asks `AllowedCommands`.
const ROWS: [(&str, &[u8]); 16] = [
    ("n", &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
    ("c2", &[1, 2, 3, 4]),
    ("c3", &[1, 2, 3, 4]),
    ("r", &[1, 2, 3, 4, 5, 6]),
    ("i", &[1, 2, 3]),
    ("s", &[1, 2, 3]),
    ("t", &[1, 2, 3, 4, 5, 6, 7]),
    ("e", &[1, 2, 3, 4, 5, 6, 7, 8, 9]),
    ("l", &[1, 2, 3, 4, 5]),
    ("a", &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]),
    ("v", &[1, 2, 3, 4, 5, 6, 7]),
    ("p", &[1, 2, 3, 4, 5, 6]),
    ("w", &[1, 2, 3, 4, 5, 6]),
    (
        "h",
        &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27],
    ),
    ("g", &[1, 2, 3, 4, 5]),
    ("k", &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]),
];

#[test]
fn every_row_of_the_checklist_has_a_test_that_is_named_by_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut named = BTreeSet::new();
    for folder in ["src/registry", "tests/it/registry"] {
        collect(&root.join(folder), &mut named);
    }
    for (letter, numbers) in ROWS {
        for number in numbers {
            let row = format!("{letter}_{number:02}");
            assert!(named.contains(&row), "the row {row} has no test");
        }
    }
}

/// The rows that a folder names: in the names of its tests, `fn n_01_n_02_…`, and as `N-01` in what its tests and the
/// claims of the suite say of themselves.
fn collect(folder: &Path, named: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, named);
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        for (index, line) in lines.iter().enumerate() {
            let rows =
                match line.trim_start_matches("pub(super) ").trim_start_matches("async ").strip_prefix("fn ")
                {
                    Some(name) => name.to_owned(),
                    None if line.starts_with("///") && !line.contains("`") => {
                        line.to_lowercase().replace('-', "_")
                    }
                    None => continue,
                };
            let is_test = |line: &&str| line.starts_with("#[test]") || line.starts_with("#[tokio::test");
            let is_claim = path.components().any(|part| part.as_os_str() == "conformance");
            if !is_claim && !index.checked_sub(1).is_some_and(|before| is_test(&lines[before])) {
                continue;
            }
            let words: Vec<&str> = rows.split(['_', '(', ',', ' ']).collect();
            let pairs = words.windows(2).filter(|pair| pair[1].len() == 2 && pair[1].parse::<u8>().is_ok());
            named.extend(pairs.map(|pair| format!("{}_{}", pair[0], pair[1])));
        }
    }
}
