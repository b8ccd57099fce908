//! What documentation shows and people paste: blocks in the words of any client, lines of a shell, addresses.

use super::*;

/// The servers of a text as `name: configuration`, behind them what is refused.
fn read(text: &str) -> Vec<String> {
    let import = import(text, Hint::default()).unwrap_or_else(|error| panic!("{text}: {error}"));
    let servers = import.servers.iter();
    let servers =
        servers.map(|entry| format!("{}: {}", entry.name, to_compact(&entry.config.clone().into())));
    let refused = import.refused.iter().map(|own| format!("{}: {}", own.place.position, own.why));
    servers.chain(refused).collect()
}

#[test]
fn a_block_in_the_words_of_any_client_becomes_servers_in_ours() {
    let table: &[(&str, &[&str])] = &[
        (
            r#"{"mcpServers":{"notes":{"command":"npx","args":["-y","@acme/notes-mcp"],"env":{"NOTES_DIR":"~/notes"}}}}"#,
            &[r#"notes: {"command":"npx","args":["-y","@acme/notes-mcp"],"env":{"NOTES_DIR":"~/notes"}}"#],
        ),
        (
            r#"{"mcpServers":{"tickets":{"type":"http","url":"https://tickets.example/mcp"},"local":{"type":"stdio","command":"tickets"}}}"#,
            &[
                r#"tickets: {"url":"https://tickets.example/mcp","transport":"http"}"#,
                r#"local: {"command":"tickets","transport":"stdio"}"#,
            ],
        ),
        (
            r#"{"a":{"command":"x"},"b":{"url":"https://b.example"}}"#,
            &[r#"a: {"command":"x"}"#, r#"b: {"url":"https://b.example"}"#],
        ),
        (
            "\"a\": {\"command\":\"x\"},\n\"b\": {\"command\":\"y\"},",
            &[r#"a: {"command":"x"}"#, r#"b: {"command":"y"}"#],
        ),
        (r#""mcpServers": {"a": {"command":"x"}}"#, &[r#"a: {"command":"x"}"#]),
        (r#""mcpServers": {"a": {"command":"x"}}}"#, &[r#"a: {"command":"x"}"#]),
        (
            r#"{"command":"npx","args":["-y","@acme/server-files@1.2"]}"#,
            &[r#"files: {"command":"npx","args":["-y","@acme/server-files@1.2"]}"#],
        ),
        (r#"{"name":"mine","url":"https://x.example"}"#, &[r#"mine: {"url":"https://x.example"}"#]),
        (
            r#"[{"name":"a","command":"x"},{"url":"https://mcp.b.example"}]"#,
            &[r#"a: {"command":"x"}"#, r#"b: {"url":"https://mcp.b.example"}"#],
        ),
        (
            "Add this:\n```json\n{\"mcpServers\":{\"a\":{\"command\":\"x\"}}}\n```\nor\n```sh\nnpx b\n```",
            &[r#"a: {"command":"x"}"#, r#"b: {"command":"npx","args":["b"]}"#],
        ),
        (
            r#"{"url":"https://h","type":"http","transport":"HTTP"}"#,
            &[r#"h: {"url":"https://h","transport":"http"}"#],
        ),
        (r#"{"url":"https://h","isActive":false}"#, &[r#"h: {"url":"https://h","enabled":false}"#]),
        (r#"{"command":"x","disabled":false}"#, &[r#"x: {"command":"x"}"#]),
        (
            r#"{"command":"x","disabled":true,"enabled":true}"#,
            &["line 1, column 16: enabled says something else"],
        ),
        (r#"{"command":"x","disabled":"yes"}"#, &["line 1, column 16: must be true or false"]),
    ];
    for (text, expected) in table {
        assert_eq!(read(text), *expected, "{text}");
    }
}

#[test]
fn a_server_in_our_own_words_stays_as_it_is() {
    for config in [
        r#"{"url":"https://o.example/mcp","auth":{"strategy":"bearer","value":"t"},"timeout":30}"#,
        r#"{"url":"https://o.example/mcp","auth":"oauth","authentication":{"type":"oauth"}}"#,
        r#"{"url":"https://o.example/mcp","transport":"sse","sse_read_timeout":5,"keep_alive":true}"#,
        r#"{"command":"x","icon":"i","tools":{"a":{"description":"d"}},"include_tags":["t"],"exclude_tags":[]}"#,
    ] {
        let text = format!(r#"{{"mcpServers":{{"o":{config}}}}}"#);
        let import = import(&text, Hint::default()).unwrap();
        let [entry] = import.servers.as_slice() else { panic!("{text}: {:?}", import.refused) };
        let Ok(expected) = parse(config, &Rules::BODY) else { panic!("{config}") };
        assert_eq!(Json::Object(entry.config.clone()), expected, "{text}");
        // Which of the two words for the transport was used.
        let mut kept = entry.bag.names().filter(|name| *name != "transport");
        assert_eq!(kept.next(), None, "{text}");
    }
}

#[test]
fn the_settings_documents_of_openhands_are_read_whole() {
    let o = r#"o: {"url":"https://o.example","auth":{"strategy":"bearer","value":"t"},"transport":"sse"}"#;
    let server = r#"{"url":"https://o.example","transport":"sse","auth":{"strategy":"bearer","value":"t"}}"#;
    for text in [
        format!(r#"{{"mcp_config":{{"mcpServers":{{"o":{server}}}}}}}"#),
        format!(r#"{{"agent_settings":{{"llm":{{"model":"m"}},"mcp_config":{{"o":{server}}}}}}}"#),
    ] {
        assert_eq!(read(&text), [o], "{text}");
    }
    assert_eq!(
        read(r#"{"mcp_config":{"o":{"url":"https://o.example","timeout":60}}}"#),
        [r#"o: {"url":"https://o.example","timeout":60}"#]
    );
    let lists = r#"{"sse_servers":["https://one.example/sse",{"url":"https://mcp.two.example","api_key":"k"}],"shttp_servers":[{"url":"https://three.example"}],"stdio_servers":[{"name":"four","command":"x","args":["a"]}]}"#;
    for holder in ["mcp", "mcp_config"] {
        assert_eq!(
            read(&format!(r#"{{"{holder}":{lists}}}"#)),
            [
                r#"one: {"url":"https://one.example/sse","transport":"sse"}"#,
                r#"two: {"url":"https://mcp.two.example","auth":{"strategy":"bearer","value":"k"},"transport":"sse"}"#,
                r#"three: {"url":"https://three.example","transport":"http"}"#,
                r#"four: {"command":"x","args":["a"],"transport":"stdio"}"#,
            ]
        );
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/openhands/migrations");
    let mut read = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        // They have no servers, or one that OpenHands itself takes for wrong.
        let is_without =
            ["v9-acp", "wrapped-v5-invalid", "v2-persisted.in"].iter().any(|own| name.starts_with(own));
        if is_without || !(name.ends_with(".in.json") || name.ends_with(".out.disk.json")) {
            continue;
        }
        let import =
            import(&fs::read_to_string(&path).unwrap(), Hint { format: None, file: Some("settings.json") })
                .unwrap();
        assert!(!import.servers.is_empty(), "{name}");
        assert!(import.refused.is_empty(), "{name}: {:?}", import.refused);
        read += 1;
    }
    assert!(8 <= read);
}

#[test]
fn a_name_is_offered_after_what_is_run_or_called() {
    for (text, name) in [
        ("npx -y @acme/mcp-server-github", "github"),
        ("uvx --from git+https://h.example/x mcp-server-git --repo .", "git"),
        ("TOKEN=t docker run -i --rm -e TOKEN ghcr.example/acme/weather-mcp:1", "weather"),
        ("python -m my_module", "my_module"),
        ("node /opt/things/build/index.js", "things"),
        ("npx mcp-remote https://mcp.remote.example/sse", "remote"),
        ("/usr/bin/my-server", "my-server"),
        ("https://mcp.linear.example/mcp", "linear"),
        ("http://127.0.0.1:3000/sse", "127.0.0.1"),
    ] {
        let import = import(text, Hint::default()).unwrap();
        assert_eq!(import.servers.iter().map(|entry| &*entry.name).collect::<Vec<_>>(), [name], "{text}");
    }
}

#[test]
fn one_bad_line_or_entry_never_hides_the_others() {
    assert_eq!(
        read("# first\nnpx a\n\nnpx \\\n  b\nnpx 'c\nnpx d | e\nnpx a\nhttps://f.example"),
        [
            r#"a: {"command":"npx","args":["a"]}"#,
            r#"b: {"command":"npx","args":["b"]}"#,
            r#"a-2: {"command":"npx","args":["a"]}"#,
            r#"f: {"url":"https://f.example"}"#,
            "line 6, column 1: a quote that does not end",
            "line 7, column 1: more than one command, or a sign of the shell: put it in quotes",
        ]
    );
    assert_eq!(
        read(
            r#"{"mcpServers":{"a":{"command":"x"},"bad one":{"args":"no list"},"c":5,"d":{"command":"y"}}}"#
        ),
        [
            r#"a: {"command":"x"}"#,
            r#"d: {"command":"y"}"#,
            "line 1, column 47: must be a list of texts",
            "line 1, column 65: a server is an object with a command or a url",
        ]
    );
}

#[test]
fn what_waits_for_the_readers_own_value_is_asked_for() {
    for (config, pointers) in [
        (
            r#"{"command":"x","env":{"A":"<YOUR_TOKEN>","B":"YOUR_API_KEY_HERE","C":"sk-xxxxxxxx","D":"ghp_...","E":"{{key}}","F":"[API KEY]","G":"real-2f9c"}}"#,
            &["/env/A", "/env/B", "/env/C", "/env/D", "/env/E", "/env/F"][..],
        ),
        (
            r#"{"command":"x","env":{"A":"production","B":"yours truly","C":"/home/me","D":"<","E":"heretic"}}"#,
            &[],
        ),
        (r#"{"url":"https://h/?api_key=YOUR_KEY"}"#, &["/url"]),
        (r#"{"url":"https://<your-host>/mcp"}"#, &["/url"]),
        (r#"{"url":"https://h","auth":{"strategy":"bearer","value":"<token>"}}"#, &["/auth/value"]),
        (r#"{"command":"x","args":["--key","sk-2f9c","--token","<token>","plain"]}"#, &["/args/3"]),
        (
            r#"{"command":"x","env":{"A":"[REDACTED]","B":"**********","C":"••••••"}}"#,
            &["/env/A", "/env/B", "/env/C"],
        ),
        (
            r#"{"url":"https://h","headers":{"Authorization":"Bearer [REDACTED]"}}"#,
            &["/headers/Authorization"],
        ),
        (r#"{"url":"https://h/mcp?api_key=********"}"#, &["/url"]),
    ] {
        let import = import(config, Hint::default()).unwrap();
        let inputs = import.servers[0].inputs.iter();
        assert_eq!(inputs.map(|input| &*input.id).collect::<Vec<_>>(), pointers, "{config}");
        let notes: String = import.notes.iter().map(|note| &*note.about).collect();
        assert!(!notes.contains("2f9c"), "{notes}");
    }
    let sealed = import(r#"{"command":"x","env":{"A":"gAAAAABn2f9c"}}"#, Hint::default()).unwrap();
    assert!(sealed.notes.iter().any(|note| note.about.starts_with("an encrypted value")));
    assert!(sealed.servers[0].inputs.is_empty(), "where its key is known it is of use");
}
