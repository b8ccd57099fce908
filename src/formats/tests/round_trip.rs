//! What is read and written again means the same: the samples, and configurations that are made up.

use proptest::prelude::*;

use super::*;
use crate::formats::source::Syntax;
use crate::json::Number;
use crate::model::{ServerName, is_server_value};

/// Servers as they would be stored.
pub(super) struct Kept {
    pub(super) name: String,
    pub(super) config: Object,
    pub(super) bags: Object,
}

pub(super) fn kept(import: &Import) -> Vec<Kept> {
    let entries = import.servers.iter().map(|entry| {
        let Stored { config, bag } = entry.to_stored();
        let bags = Object::from_iter([(entry.client.bag(), Json::Object(bag))]);
        Kept { name: entry.name.clone(), config, bags }
    });
    entries.collect()
}

pub(super) fn exported(format: Format, servers: &[Kept]) -> Export {
    let servers: Vec<Server<'_>> = servers
        .iter()
        .map(|kept| Server { name: &kept.name, config: &kept.config, bags: &kept.bags })
        .collect();
    export(format, &servers).unwrap()
}

pub(super) fn again(format: Format, text: &str) -> Import {
    import(text, Hint { format: Some(format), file: None })
        .unwrap_or_else(|error| panic!("{format}: {error}\n{text}"))
}

/// Formats that are not written as they are read.
const READ_ONLY: [&str; 1] = ["server-json"];

#[test]
fn a_sample_that_is_written_again_means_the_same() {
    for sample in samples() {
        if READ_ONLY.contains(&sample.folder.as_str()) {
            continue;
        }
        let first = imported(&sample);
        let written = exported(first.format, &kept(&first));
        let second = again(first.format, written.text.as_str());
        assert!(second.refused.is_empty(), "{}: {:?}", sample.folder, second.refused);
        assert_eq!(first.servers.len(), second.servers.len(), "{}: {}", sample.folder, written.text.as_str());
        for (one, other) in first.servers.iter().zip(&second.servers) {
            let at = format!("{}: {}\n{}", sample.folder, one.name, written.text.as_str());
            assert_eq!((&one.name, &one.original_name), (&other.name, &other.original_name), "{at}");
            assert!(Json::from(one.config.clone()).has_value_of(&other.config.clone().into()), "{at}");
            assert_eq!(one.references, other.references, "{at}");
            // A link has one form; where it came from is not kept.
            if first.format != Format::Links {
                let bags = [one, other].map(|entry| Json::Object(entry.to_stored().bag));
                assert!(
                    bags[0].has_value_of(&bags[1]),
                    "{at}\n{}\n{}",
                    to_compact(&bags[0]),
                    to_compact(&bags[1])
                );
            }
        }
    }
}

/// Where the client's own words differ after a round trip, and mean the same all the same.
const SAME_MEANING: [(&str, &str, &str); 7] = [
    ("cline", "/mcpServers/feed/type", "what is without a type becomes SSE"),
    ("cline", "/mcpServers/github.com~1acme~1board/disabled", "false is what is not said"),
    ("cline", "/mcpServers/nested/disabled", "false is what is not said"),
    ("cline", "/mcpServers/nested/oauth", "live tokens are not taken along"),
    ("windsurf", "/mcpServers/plain", "two words for the address"),
    ("goose", "/extensions", "true is what is not said, and null is nothing"),
    ("librechat", "/mcpServers/Sheets Prod/type", "what is without a type becomes SSE"),
];

#[test]
fn what_only_vs_code_means_by_inputs_is_kept_of_other_clients() {
    let text = r#"{"mcpServers":{"a":{"command":"x","inputs":["own"]}}}"#;
    let written = exported(Format::Cursor, &kept(&again(Format::Cursor, text)));
    assert_eq!(written.losses, []);
    assert!(written.text.as_str().contains(r#""own""#), "{}", written.text.as_str());
}

#[test]
fn an_entry_that_is_written_again_is_the_clients_own_entry() {
    let mut used = BTreeSet::new();
    let mut compared = 0;
    for sample in samples() {
        let first = imported(&sample);
        if detect::is_lines(first.format) || READ_ONLY.contains(&sample.folder.as_str()) {
            continue;
        }
        let written = exported(first.format, &kept(&first));
        let read = |text: &str, file| {
            let lines = Lines::of(text);
            read_source(&lines, 0, text, 0, Hint { format: Some(first.format), file }).unwrap().unwrap()
        };
        let (before, after) = (read(&sample.text, Some(&sample.file)), read(written.text.as_str(), None));
        assert_eq!(before.syntax, after.syntax, "{}", sample.folder);
        for entry in &first.servers {
            let pointer = &entry.place.pointer;
            let mut differing = Vec::new();
            // In a list, what is refused or no server moves the others; none of the samples has that.
            differences(before.get(pointer), after.get(pointer), pointer, &mut differing);
            compared += 1;
            for at in differing {
                let known = SAME_MEANING.iter().position(|(folder, place, _)| {
                    let place = Pointer::parse(place).unwrap();
                    *folder == sample.folder && (at == place || at.is_below(&place))
                });
                let Some(known) = known else { panic!("{}: {at}\n{}", sample.folder, written.text.as_str()) };
                used.insert(known);
            }
        }
        assert_eq!(before.syntax == Syntax::Json, written.text.as_str().starts_with('{'));
    }
    assert!(50 < compared, "{compared}");
    let unused: Vec<_> = (0..SAME_MEANING.len()).filter(|index| !used.contains(index)).collect();
    assert!(unused.is_empty(), "{unused:?}");
}

fn differences(before: Option<&Json>, after: Option<&Json>, at: &Pointer, found: &mut Vec<Pointer>) {
    match (before, after) {
        (Some(Json::Object(before)), Some(Json::Object(after))) => {
            let names: BTreeSet<&str> = before.names().chain(after.names()).collect();
            for name in names {
                differences(before.get(name), after.get(name), &at.member(name), found);
            }
        }
        (Some(before), Some(after)) if before.has_value_of(after) => {}
        _ => found.push(at.clone()),
    }
}

/// Formats of files, and links, that servers of ours are written in.
fn written_formats() -> Vec<Format> {
    Format::all().filter(|format| !matches!(format, Format::ServerJson | Format::Lines)).collect()
}

fn any_text() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        4 => Just("a"), 2 => Just("Zé9"), 1 => Just(" "), 1 => Just("\""), 1 => Just("'"), 1 => Just("\\"),
        1 => Just("\n"), 1 => Just("\t"), 1 => Just("#"), 1 => Just(": "), 1 => Just("- "), 1 => Just("{"),
        1 => Just("}"), 1 => Just("$"), 1 => Just("%"), 1 => Just("1.10"), 1 => Just("true"), 1 => Just("@"),
        1 => Just("\u{7f}"), 1 => Just("\u{85}"), 1 => Just("\u{2028}"), 1 => Just("\u{feff}"), 1 => Just("😀"),
        1 => Just("null"), 1 => Just("&x"), 1 => Just("|"), 1 => Just("<"), 1 => Just("~"), 1 => Just("$${"),
        1 => Just("${A}"), 1 => Just("${B_2:-x y}"), 1 => Just("${file:/run/s}"), 1 => Just("${vault:m/p#k}"),
        1 => Just("\u{1}"), 1 => Just("\r\n"),
    ];
    proptest::collection::vec(part, 0..5).prop_map(|parts| parts.concat())
}

fn any_map(names: &'static str) -> impl Strategy<Value = Option<Json>> {
    let member =
        prop_oneof![3 => any_text(), 1 => Just("${NAME}".to_owned()), 1 => Just("Bearer ${T}".to_owned())];
    let map = proptest::collection::btree_map(names, member, 0..4);
    proptest::option::of(map.prop_map(|map| {
        // A reference that is all of a variable of the same name is what some clients can say.
        Json::Object(
            map.into_iter()
                .map(|(name, value)| {
                    let value =
                        if value == "${NAME}" { format!("${{{}}}", name.replace('-', "_")) } else { value };
                    (name, Json::string(value))
                })
                .collect(),
        )
    }))
}

fn any_number() -> impl Strategy<Value = Json> {
    prop_oneof![
        (1_u64..4_000).prop_map(Number::from_u64),
        (1_u64..40_000).prop_map(|tenths| Number::from_f64(tenths as f64 / 10.0).unwrap()),
    ]
    .prop_map(Json::Number)
}

fn any_auth() -> impl Strategy<Value = Option<Json>> {
    let object = |text: &'static str| Some(parse(text, &Rules::BODY).unwrap());
    prop_oneof![
        4 => Just(None),
        1 => Just(object(r#"{"strategy":"bearer","value":"t 1"}"#)),
        1 => Just(object(r#"{"strategy":"header","headers":{"X-A":"b"}}"#)),
        1 => Just(object(r#"{"strategy":"basic","username":"u","password":"p"}"#)),
        1 => Just(object(r#"{"strategy":"oauth2","authentication":{"type":"oauth","client_id":"c"}}"#)),
        1 => Just(object(r#"{"strategy":"bearer","value":"${T}"}"#)),
        1 => Just(object(
            r#"{"strategy":"oauth2","authentication":{"type":"oauth","client_id":"${A}","client_secret":"$${S}","scopes":"a b"}}"#
        )),
        1 => Just(object(
            r#"{"strategy":"oauth2","authentication":{"type":"oauth","client_id":"c","client_secret":"s","scopes":["a","b"]}}"#
        )),
    ]
}

/// A configuration of ours.
pub(super) fn any_config() -> impl Strategy<Value = Object> {
    let command = prop_oneof![
        Just("npx".to_owned()),
        Just("/opt/a b/x".to_owned()),
        Just("C:\\x.exe".to_owned()),
        Just("${T}/x".to_owned()),
        Just("${folder:x}/$${y".to_owned())
    ];
    let args = proptest::option::of(proptest::collection::vec(any_text(), 0..4));
    let cwd = proptest::option::of(Just("/srv/a b"));
    let stdio = (command, args, any_map("[A-Z][A-Z_]{0,5}"), cwd, any::<bool>()).prop_map(
        |(command, args, env, cwd, is_said)| {
            let mut config = Object::from_iter([("command", Json::string(command))]);
            if let Some(args) = args {
                config.insert("args", Json::Array(args.into_iter().map(Json::string).collect()));
            }
            for (name, value) in [("env", env), ("cwd", cwd.map(Json::string))] {
                if let Some(value) = value {
                    config.insert(name, value);
                }
            }
            if is_said {
                config.insert("transport", Json::string("stdio"));
            }
            config
        },
    );
    let url = prop_oneof![
        Just("https://h.example/mcp"),
        Just("https://h.example/a?b=${Q}"),
        Just("http://127.0.0.1:1/sse")
    ];
    let word = prop_oneof![Just(None), Just(Some("http")), Just(Some("streamable-http")), Just(Some("sse"))];
    let remote =
        (url, any_map("[A-Z][a-z-]{0,5}"), word, any_auth()).prop_map(|(url, headers, word, auth)| {
            let mut config = Object::from_iter([("url", Json::string(url))]);
            for (name, value) in [("headers", headers), ("transport", word.map(Json::string)), ("auth", auth)]
            {
                if let Some(value) = value {
                    config.insert(name, value);
                }
            }
            config
        });
    let rest = (
        proptest::option::of(any_number()),
        proptest::option::of(any_number()),
        proptest::option::of(any_text()),
        proptest::option::of(Just("https://h.example/i.png")),
        proptest::option::of(any::<bool>()),
    );
    (prop_oneof![stdio, remote], rest).prop_map(
        |(mut config, (timeout, read, description, icon, enabled))| {
            for (name, value) in [
                ("timeout", timeout),
                ("sse_read_timeout", read),
                ("description", description.map(Json::string)),
                ("icon", icon.map(Json::string)),
                ("enabled", enabled.map(Json::Bool)),
            ] {
                if let Some(value) = value {
                    config.insert(name, value);
                }
            }
            config
        },
    )
}

/// The single scopes of a text or a list.
fn scopes(value: &Json) -> Vec<&str> {
    match value {
        Json::Array(elements) => elements.iter().filter_map(Json::as_str).collect(),
        value => value.as_str().unwrap_or_default().split_whitespace().collect(),
    }
}

/// Whether what came back is what was written, but for what was reported.
fn comes_back(before: &Json, after: Option<&Json>, at: &Pointer, lost: &[&Pointer]) -> Result<(), Pointer> {
    if lost.contains(&at) {
        return Ok(());
    }
    match (before, after) {
        // One text or a list, as the client has it.
        (before, Some(after))
            if at.as_str() == "/auth/authentication/scopes" && scopes(before) == scopes(after) =>
        {
            Ok(())
        }
        (Json::Object(before), Some(Json::Object(after))) => before
            .iter()
            .try_for_each(|(name, value)| comes_back(value, after.get(name), &at.member(name), lost)),
        (Json::Array(before), Some(Json::Array(after))) if before.len() == after.len() => before
            .iter()
            .enumerate()
            .try_for_each(|(index, value)| comes_back(value, after.get(index), &at.element(index), lost)),
        (Json::Array(before), None) if before.is_empty() => Ok(()),
        // Nothing in it is as if it were not there.
        (Json::Object(before), None) if before.is_empty() => Ok(()),
        (before, Some(after)) if before.has_value_of(after) => Ok(()),
        _ => Err(at.clone()),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn what_is_not_reported_as_lost_comes_back(
        configs in proptest::collection::vec(any_config(), 1..3),
        format in proptest::sample::select(written_formats()),
    ) {
        let servers: Vec<Kept> = configs
            .into_iter()
            .enumerate()
            .map(|(index, config)| Kept { name: format!("n{index}"), config, bags: Object::new() })
            .collect();
        let written = exported(format, &servers);
        let read = again(format, written.text.as_str());
        for kept in &servers {
            prop_assert!(is_server_value(&kept.config));
            let losses: Vec<&Loss> = written.losses.iter().filter(|loss| loss.server == kept.name).collect();
            let lost: Vec<&Pointer> = losses.iter().map(|loss| &loss.pointer).collect();
            let is_whole = lost.iter().any(|pointer| pointer.as_str().is_empty());
            let entry = read.servers.iter().find(|entry| entry.name == kept.name);
            let Some(entry) = entry else {
                prop_assert!(is_whole, "{format}: {} is gone: {:?}\n{}", kept.name, read.refused, written.text.as_str());
                continue;
            };
            prop_assert!(entry.name.parse::<ServerName>().is_ok());
            let stored = entry.to_stored();
            for (name, value) in kept.config.iter() {
                let at = Pointer::root().member(name);
                let says_nothing = name == "enabled" && *value == Json::Bool(true);
                // What is written as a header is in the headers then.
                let is_moved = name == "headers" && lost.iter().any(|pointer| pointer.as_str() == "/auth");
                if says_nothing || is_moved {
                    continue;
                }
                let outcome = comes_back(value, stored.config.get(name), &at, &lost);
                prop_assert!(
                    outcome.is_ok(),
                    "{format}: {} of {} became {}\n{}",
                    outcome.unwrap_err(),
                    to_compact(&kept.config.clone().into()),
                    to_compact(&stored.config.clone().into()),
                    written.text.as_str()
                );
            }
            for (name, value) in stored.config.iter() {
                let is_nothing = value.as_array().is_some_and(<[Json]>::is_empty);
                let is_new = !kept.config.contains(name) && !is_nothing && name != "transport" && name != "headers";
                prop_assert!(!is_new, "{format}: {name} is new\n{}", written.text.as_str());
            }
        }
    }

    #[test]
    fn a_second_round_changes_nothing(
        config in any_config(),
        format in proptest::sample::select(written_formats()),
    ) {
        let first = Kept { name: "n0".to_owned(), config, bags: Object::new() };
        let once = again(format, exported(format, &[first]).text.as_str());
        let text = exported(format, &kept(&once)).text;
        let twice = again(format, text.as_str());
        let compact = |import: &Import| -> Vec<String> {
            import.servers.iter().map(|entry| to_compact(&entry.config.clone().into())).collect()
        };
        prop_assert_eq!(compact(&once), compact(&twice), "{}", text.as_str());
    }
}
