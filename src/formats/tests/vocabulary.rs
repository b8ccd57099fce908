//! Entries that are made of the words of all clients, read in each format, written, and read again.

use proptest::prelude::*;

use super::round_trip::{again, exported, kept};
use super::*;
use crate::formats::client::FileSyntax;
use crate::formats::emit;

/// Members that some client has, with a value that it may have there.
const MEMBERS: [(&str, &str); 78] = [
    ("command", r#""npx""#),
    ("command", r#"["npx","-y","${A}"]"#),
    ("command", r#"{"path":"npx","args":["a"],"env":{"K":"v"}}"#),
    ("command", r#""npx -y x""#),
    ("cmd", r#""uvx""#),
    ("args", r#"["-y","$A","{env:B}","${env:C}","${D:-e}"]"#),
    ("args", "[]"),
    ("args", "[1,true]"),
    ("env", r#"{"A":"1","B":"${B}","C":"${env:C}","D":"$D"}"#),
    ("env", r#"{"N":1,"X":null}"#),
    ("env", "{}"),
    ("envs", r#"{"A":"1"}"#),
    ("environment", r#"{"A":"{env:A}","B":"{file:/run/b}"}"#),
    ("env_keys", r#"["A","TOKEN"]"#),
    ("env_vars", r#"["A",{"name":"R","source":"remote"}]"#),
    ("envFile", r#""${workspaceFolder}/.env""#),
    ("cwd", r#""/srv/${workspaceFolder}""#),
    ("working_directory", r#""data""#),
    ("url", r#""https://h.example/mcp?k=${K}""#),
    ("url", r#""https://h.example/sse""#),
    ("serverUrl", r#""https://h.example/mcp""#),
    ("httpUrl", r#""https://h.example/http""#),
    ("uri", r#""https://h.example/mcp""#),
    ("headers", r#"{"X-A":"b","Authorization":"Bearer ${T}"}"#),
    ("headers", r#"{"X-A":"${A}","X-B":"${env:B}","X-C":"{{C}}"}"#),
    ("http_headers", r#"{"X-A":"b"}"#),
    ("http_headers", r#"{"Authorization":"Bearer t"}"#),
    ("env_http_headers", r#"{"X-B":"B"}"#),
    ("bearer_token_env_var", r#""T""#),
    ("bearer_token", r#""t""#),
    ("api_key", r#""k""#),
    ("headersHelper", r#""./x""#),
    ("requestOptions", r#"{"headers":{"X-A":"b"},"verifySsl":false}"#),
    ("type", r#""stdio""#),
    ("type", r#""http""#),
    ("type", r#""sse""#),
    ("type", r#""local""#),
    ("type", r#""remote""#),
    ("type", r#""streamable-http""#),
    ("type", r#""streamableHttp""#),
    ("type", r#""streamable_http""#),
    ("transport", r#""http""#),
    ("transport", r#"{"type":"sse","url":"https://n.example/","headers":{"X":"y"},"more":1}"#),
    ("transportType", r#""http""#),
    ("timeout", "30"),
    ("timeout", "45000.0"),
    ("timeout", "1.5e3"),
    ("tool_timeout_sec", "45.50"),
    ("startup_timeout_sec", "20"),
    ("initTimeout", "15000"),
    ("sseReadTimeout", "300000"),
    ("connectionTimeout", "4000"),
    ("enabled", "false"),
    ("enabled", "true"),
    ("disabled", "true"),
    ("disabled", "false"),
    ("description", r#""about: it""#),
    ("iconPath", r#""/i.svg""#),
    ("faviconUrl", r#""https://h.example/i""#),
    ("oauth", r#"{"clientId":"c","callbackPort":1,"scopes":"a b"}"#),
    ("oauth", r#"{"client_id":"c","client_secret":"s","scope":"a"}"#),
    ("oauth", r#"{"clientId":"c","clientSecret":"s","scope":"a","redirectUri":"r"}"#),
    ("oauth", "false"),
    ("oauth", "{}"),
    ("oauthClient", r#"{"clientId":"c","clientSecret":"s","x":1}"#),
    ("auth", r#"{"CLIENT_ID":"c","CLIENT_SECRET":"s","scopes":["a"]}"#),
    ("auth", r#""oauth""#),
    ("scopes", r#"["a","b"]"#),
    ("oauthScopes", r#"["a"]"#),
    ("apiKey", r#"{"source":"admin","authorization_type":"custom","custom_header":"X-K","key":"k"}"#),
    ("apiKey", r#"{"source":"user"}"#),
    ("apiKey", r#"{"authorization_type":"bearer","key":"k"}"#),
    ("autoApprove", r#"["a"]"#),
    ("trust", "true"),
    ("tools", r#"["*"]"#),
    ("settings", r#"{"a":1}"#),
    ("source", r#""custom""#),
    ("name", r#""Other Name""#),
];

const NAMES: [&str; 4] = ["a", "b c", "x/y", "a.b"];

/// A file of a format with these entries.
fn file(format: Format, entries: &[(String, Object)]) -> String {
    let client = clients::of(format);
    let file = match format {
        Format::OpenhandsToml => {
            let list = |word: &str| -> Json {
                let own = entries.iter().filter(|(_, entry)| entry.contains(word));
                // An entry with an address has no name there.
                let entry = |(_, entry): &(String, Object)| {
                    let mut entry = entry.clone();
                    entry.remove("name").filter(|_| word == "command").into_iter().for_each(|name| {
                        entry.insert("name", name);
                    });
                    Json::Object(entry)
                };
                Json::Array(own.map(entry).collect())
            };
            let lists = Object::from_iter([("stdio_servers", list("command")), ("sse_servers", list("url"))]);
            Object::from_iter([("mcp", Json::Object(lists))])
        }
        _ => (client.file)(entries.to_vec(), &client::Shared::default()),
    };
    match client.syntax {
        FileSyntax::Json => emit::json(&file),
        FileSyntax::Toml => emit::toml(&file),
        FileSyntax::Yaml => emit::yaml(&file),
    }
}

fn file_formats() -> Vec<Format> {
    let is_file = |format: &Format| *format != Format::ServerJson && !detect::is_lines(*format);
    Format::all().filter(is_file).collect()
}

fn any_entry() -> impl Strategy<Value = Object> {
    let first = prop_oneof![Just(0_usize), Just(1), Just(4), Just(18), Just(20), Just(22)];
    let rest =
        proptest::collection::vec(proptest::sample::select((0..MEMBERS.len()).collect::<Vec<_>>()), 0..7);
    (first, rest).prop_map(|(first, rest)| {
        let mut entry = Object::new();
        for index in rest.into_iter().chain([first]) {
            let (name, value) = MEMBERS[index];
            entry.insert(name, parse(value, &Rules::BODY).unwrap());
        }
        entry
    })
}

/// A configuration but for a list of arguments that has none.
fn meaning(entry: &Entry) -> Json {
    let mut config = entry.to_stored().config;
    if config.get("args").and_then(Json::as_array).is_some_and(<[Json]>::is_empty) {
        config.remove("args");
    }
    config.into()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn entries_in_any_words_mean_the_same_when_they_are_written_again(
        entries in proptest::collection::vec(any_entry(), 1..4),
        format in proptest::sample::select(file_formats()),
    ) {
        let named: Vec<_> = NAMES.iter().map(|name| (*name).to_owned()).zip(entries).collect();
        let text = file(format, &named);
        let once = again(format, &text);
        let written = exported(format, &kept(&once));
        let twice = again(format, written.text.as_str());
        let at = format!("{format}: {text}\n{}\n{:?}", written.text.as_str(), twice.refused);
        prop_assert!(twice.refused.is_empty(), "{}", at);
        prop_assert_eq!(once.servers.len(), twice.servers.len(), "{}", at);
        for one in &once.servers {
            let is_named = format != Format::OpenhandsToml;
            let bag = |entry: &Entry| Json::Object(entry.to_stored().bag);
            let same = |other: &&Entry| {
                meaning(one).has_value_of(&meaning(other))
                    && bag(one).has_value_of(&bag(other))
                    && (!is_named || (one.name == other.name && one.original_name == other.original_name))
            };
            let all: Vec<_> = twice.servers.iter().map(|own| to_compact(&bag(own))).collect();
            let config = to_compact(&one.to_stored().config.into());
            let is_there = twice.servers.iter().any(|other| same(&other));
            prop_assert!(is_there, "{} {} {} is lost: {:?} {}", one.name, config, to_compact(&bag(one)), all, at);
        }
    }
}
