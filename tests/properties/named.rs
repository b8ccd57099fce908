//! The view `named`: it shows exactly what its rule allows, and sent back by any caller it changes nothing. What is
//! shown is worked out a second time and plainly; this shares no code with the service but the reading of JSON.

use std::cell::Cell;
use std::collections::BTreeMap;

use mcp_settings::json::{Json, Object, to_compact};
use mcp_settings::secrets::Exposure;
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::TestRunner;

use crate::client::{Client, Who};
use crate::samples::{Layout, Sample, json};
use crate::spelling::any_manner;
use crate::tokens;

const CASES: u32 = 700;

/// Patterns that can be configured; none are the default ones.
const PATTERNS: [&str; 12] =
    ["MODE", "mode", "LC_*", "*", "*_LEVEL", "X-*-Id", "aCCept", "a*b*c", "**", "*x", "MO*DE", "user-agent"];

/// Names of entries, most of them near a pattern.
const NAMES: [&str; 26] = [
    "MODE",
    "mode",
    "Mode",
    "MODE2",
    "LC_",
    "LC_ALL",
    "lc_all",
    "XLC_ALL",
    "_LEVEL",
    "LOG_LEVEL",
    "log_level",
    "LEVEL",
    "X-1-Id",
    "x--ID",
    "X-Id",
    "Accept",
    "ACCEPT",
    "User-Agent",
    "abc",
    "aXbYc",
    "AxBc",
    "acb",
    "x",
    "MODDE",
    "TOKEN",
    "",
];

/// Some of the prefixes of well-known tokens.
const PREFIXES: [&str; 8] = ["ghp_", "github_pat_", "sk-", "xoxb-", "AKIA", "eyJ", "hf_", "glpat-"];

/// The patterns where none are configured, as the documentation lists them.
const DEFAULT: [&str; 13] = [
    "LOG_LEVEL",
    "NODE_ENV",
    "DEBUG",
    "TZ",
    "LANG",
    "LC_*",
    "REGION",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "PORT",
    "Accept",
    "Content-Type",
    "User-Agent",
];

/// A document with one server, and the patterns that the service is given.
#[derive(Clone, Debug)]
struct Case {
    sample: Sample,
    patterns: Option<Vec<&'static str>>,
}

fn any_case() -> impl Strategy<Value = Case> {
    let patterns = prop::option::weighted(0.8, vec(select(PATTERNS.to_vec()), 0..8));
    let layout = select(vec![Layout::Own, Layout::WrappedV3, Layout::FlatV9]);
    let map = || prop::option::weighted(0.8, btree_map(any_name(), any_value(), 0..6));
    let elsewhere = any_value();
    (layout, patterns, map(), map(), elsewhere, any_manner()).prop_map(
        |(layout, patterns, env, headers, elsewhere, manner)| {
            let entries = |entries: Option<BTreeMap<String, Json>>| -> Option<Json> {
                Some(entries?.into_iter().collect::<Object>().into())
            };
            let mut server = Object::from_iter([("command", Json::string("x"))]);
            for (name, value) in [("env", entries(env)), ("headers", entries(headers))] {
                if let Some(value) = value {
                    server.insert(name, value);
                }
            }
            if layout.is_open() {
                // Names of entries say nothing anywhere else.
                let below = Object::from_iter([("MODE", elsewhere)]);
                server.insert("http_headers", below.clone().into());
                server.insert("auth", Object::from_iter([("headers", Json::from(below))]).into());
            }
            Case {
                sample: Sample { layout, servers: vec![("s".to_owned(), server.into())], manner },
                patterns,
            }
        },
    )
}

fn any_name() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => select(NAMES.to_vec()).prop_map(str::to_owned),
        2 => select(DEFAULT.to_vec()).prop_map(str::to_owned),
        1 => select(DEFAULT.to_vec()).prop_map(str::to_uppercase),
        1 => "[A-Za-z_]{1,6}",
    ]
}

/// A value that a name may have: texts of every shape, in clear and encrypted, and what is no text.
fn any_value() -> impl Strategy<Value = Json> {
    let sealed = any_text().prop_map(|text| match text.as_str() {
        "" => Json::string(""),
        text => Json::string(tokens::seal(text)),
    });
    let other = select(vec!["null", "true", "8080", "0.5", r#"{"MODE":"x","n":1}"#, r#"["x",7]"#, "{}"]);
    prop_oneof![
        6 => any_text().prop_map(Json::string),
        4 => sealed,
        2 => other.prop_map(json),
        1 => any::<prop::sample::Index>().prop_map(|index| Json::string(index.get(&tokens::FOREIGN).text.as_str())),
    ]
}

/// One to three words of any shape with blanks, commas or semicolons between, as values have them.
fn any_text() -> impl Strategy<Value = String> {
    let separator = select(vec![" ", ",", ";", "\n", ", "]);
    prop_oneof![
        8 => any_word(),
        2 => (vec(any_word(), 2..4), separator).prop_map(|(words, separator)| words.join(separator)),
        1 => select(vec!["-----BEGIN PRIVATE KEY-----\nx", "[REDACTED]", "***", "redacted", "**********"])
            .prop_map(str::to_owned),
    ]
}

fn any_word() -> BoxedStrategy<String> {
    let known = (select(PREFIXES.to_vec()), "[a-zA-Z0-9_-]{8,16}", any::<bool>()).prop_map(
        |(prefix, rest, has_digit)| {
            let rest = if has_digit { rest } else { rest.replace(|one: char| one.is_ascii_digit(), "d") };
            format!("{prefix}{rest}")
        },
    );
    let userinfo = select(vec!["u:p@", "tok@", "u:@", "u:p,q@", "u:p q@", "", ""]);
    let behind = select(vec!["", "/", "/@scope/x", "?q=1", "?token=t1", "/a?x=1&api_key=k", "#a@b"]);
    let url = (select(vec!["http", "https", "postgres"]), userinfo, select(vec!["h", "h.ex:8"]), behind)
        .prop_map(|(scheme, userinfo, host, behind)| format!("{scheme}://{userinfo}{host}{behind}"));
    prop_oneof![
        3 => select(vec!["", "debug", "app:*", "text/html", "eu-central-1", "ghp_", "sk-learn", "u:p@h", "näh"])
            .prop_map(str::to_owned),
        2 => known,
        2 => url,
        // About the least length, and about the least entropy: as many letters, from 2 to all of them.
        2 => "[a-zA-Z0-9+/]{17,24}",
        2 => (2..20_usize, 18..40_usize).prop_map(|(letters, length)| alphabet(letters, length)),
    ]
    .boxed()
}

/// A text of this many different letters, evenly.
fn alphabet(letters: usize, length: usize) -> String {
    "abcdefghijklmnopqrstuvwxyzü".chars().take(letters).cycle().take(length).collect()
}

/// The rule, as the documentation has it: a name that matches, and a value that does not look like a secret.
fn is_shown(map: &str, name: &str, value: &Json, patterns: &[&str]) -> bool {
    let matches_any = |fold: fn(&str) -> String| {
        let name: Vec<char> = fold(name).chars().collect();
        patterns.iter().any(|pattern| matches(&fold(pattern).chars().collect::<Vec<_>>(), &name))
    };
    let is_plain = match map {
        "env" => matches_any(str::to_owned),
        "headers" => matches_any(str::to_lowercase),
        _ => false,
    };
    let is_harmless = match value {
        Json::Bool(_) | Json::Number(_) => true,
        Json::String(text) => match (text.as_str(), tokens::opened(text.as_str())) {
            (_, Some(plaintext)) => !looks_like_a_secret(&plaintext),
            (token, None) if token.starts_with("gAAAAAB") => false,
            (text, None) => !looks_like_a_secret(text),
        },
        _ => false,
    };
    is_plain && is_harmless
}

/// `*` is any characters, none too.
fn matches(pattern: &[char], name: &[char]) -> bool {
    match (pattern, name) {
        ([], name) => name.is_empty(),
        (['*', rest @ ..], _) => (0..=name.len()).any(|at| matches(rest, &name[at..])),
        ([one, rest @ ..], [other, name @ ..]) => one == other && matches(rest, name),
        _ => false,
    }
}

fn looks_like_a_secret(text: &str) -> bool {
    let words = text.split([' ', '\n', ',', ';']);
    // Userinfo may hold blanks.
    let has_userinfo = || text.split_once("://").is_some_and(|(_, rest)| rest.contains('@'));
    text.starts_with("-----BEGIN ")
        || (text.contains([' ', '\n']) && has_userinfo())
        || words.chain([text]).any(|word| is_known_token(word) || is_random(word) || has_secret_part(word))
}

/// A known prefix, and behind it ten or more characters of a token with a digit among them.
fn is_known_token(word: &str) -> bool {
    let is_token = |rest: &str| {
        10 <= rest.len()
            && rest.chars().all(|one| one.is_ascii_alphanumeric() || "_-.=+/".contains(one))
            && rest.contains(|one: char| one.is_ascii_digit())
    };
    PREFIXES.iter().any(|prefix| word.strip_prefix(prefix).is_some_and(is_token))
}

/// One token of 20 or more characters, of 3.5 or more bits each.
fn is_random(word: &str) -> bool {
    let mut counts: BTreeMap<char, f64> = BTreeMap::new();
    word.chars().for_each(|one| *counts.entry(one).or_default() += 1.0);
    let length: f64 = counts.values().sum();
    let bits: f64 = counts.values().map(|count| count / length * (length / count).log2()).sum();
    20.0 <= length && !word.contains([' ', '\n']) && 3.5 <= bits
}

/// Userinfo in a URL, or one of the telling parameters that these samples have.
fn has_secret_part(word: &str) -> bool {
    let Some((_, rest)) = word.split_once("://") else { return false };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    rest[..end].contains('@') || ["?token=", "&api_key="].iter().any(|parameter| rest.contains(parameter))
}

impl Case {
    fn client(&self) -> Client {
        let client = Client::of(&self.sample.text());
        match &self.patterns {
            None => client,
            Some(patterns) => client.with_plain_names(patterns),
        }
    }

    fn stored(&self) -> &Object {
        self.sample.servers[0].1.as_object().expect("a server is an object")
    }

    /// The named view, made of the redacted one; and how many values it shows and hides.
    fn expected(&self, redacted: &Object) -> (Object, [u32; 2]) {
        let patterns = self.patterns.as_deref().unwrap_or(&DEFAULT);
        let mut counts = [0; 2];
        let mut entry = |map: &str, name: &str, masked: &Json| {
            let stored = self.stored().get(map).and_then(|map| map.as_object()?.get(name));
            let stored = stored.filter(|_| *masked == Json::string("[REDACTED]"));
            let Some(stored) = stored else { return masked.clone() };
            let is_shown = is_shown(map, name, stored, patterns);
            counts[usize::from(is_shown)] += 1;
            match stored.as_str().and_then(tokens::opened) {
                _ if !is_shown => masked.clone(),
                Some(plaintext) => Json::string(plaintext),
                None => stored.clone(),
            }
        };
        let member = |(map, masked): (&str, &Json)| match masked {
            Json::Object(entries) => {
                let entries = entries.iter().map(|(name, masked)| (name, entry(map, name, masked)));
                (map.to_owned(), entries.collect::<Object>().into())
            }
            other => (map.to_owned(), other.clone()),
        };
        (redacted.iter().map(member).collect(), counts)
    }
}

fn runner() -> TestRunner {
    TestRunner::new(ProptestConfig {
        failure_persistence: None,
        max_shrink_iters: 300,
        ..ProptestConfig::with_cases(CASES)
    })
}

#[test]
fn the_view_shows_in_clear_exactly_what_the_rule_allows() {
    let counted = Cell::new([0; 2]);
    let outcome = runner().run(&any_case(), |case| {
        let client = case.client();
        let redacted = client.get("s", Exposure::Redacted).unwrap();
        let (expected, counts) = case.expected(&redacted);
        let [named, expected] = [client.named("s").unwrap(), expected].map(|view| to_compact(&view.into()));
        prop_assert_eq!(named, expected);
        counted.set([0, 1].map(|at| counted.get()[at] + counts[at]));
        Ok(())
    });
    outcome.unwrap();
    let [hidden, shown] = counted.get();
    assert!(CASES < hidden && CASES / 3 < shown, "only {shown} were shown and {hidden} hidden");
}

#[test]
fn the_view_sent_back_by_any_caller_changes_nothing_and_stores_nothing() {
    let counted = Cell::new(0);
    let outcome = runner().run(&any_case(), |case| {
        let (client, text) = (case.client(), case.sample.text());
        let (view, tag) = (client.named("s").unwrap(), client.tag("s"));
        counted.set(counted.get() + u32::from(view != client.get("s", Exposure::Redacted).unwrap()));
        for who in [Who::Writer, Who::Revealer] {
            for written in [client.put("s", &view, who), client.patch("s", &without_nulls(&view), who)] {
                prop_assert!(written.is_ok(), "{who:?}: {written:?} {}", to_compact(&view.clone().into()));
                prop_assert_eq!(written.unwrap().after.map(|tag| tag.to_string()), tag.clone());
            }
            prop_assert_eq!((client.text(), client.writes()), (text.clone(), 0), "{:?}", who);
        }
        Ok(())
    });
    outcome.unwrap();
    assert!(CASES / 4 < counted.get(), "only {} views showed anything", counted.get());
}

/// A null in a merge patch removes.
fn without_nulls(view: &Object) -> Object {
    let member = |(name, value): (&str, &Json)| {
        let value = value.as_object().map_or_else(|| value.clone(), |own| without_nulls(own).into());
        (name.to_owned(), value)
    };
    view.iter().filter(|(_, value)| !value.is_null()).map(member).collect()
}
