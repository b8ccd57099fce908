//! Files of clients without a sample, what says of which client a file is, and entries that are refused.

use super::*;

fn read_as(format: Format, text: &str) -> Import {
    import(text, Hint { format: Some(format), file: None }).unwrap()
}

fn configs(import: &Import) -> Vec<String> {
    import
        .servers
        .iter()
        .map(|entry| format!("{} {}", entry.name, to_compact(&entry.config.clone().into())))
        .collect()
}

#[test]
fn a_file_is_known_by_its_name_and_by_what_only_one_client_has() {
    let plain = r#"{"mcpServers":{"a":{"command":"x"}}}"#;
    for (file, text, format) in [
        (Some("/home/kim/.cursor/mcp.json"), plain, Format::Cursor),
        (Some("C:\\Users\\kim\\.lmstudio\\mcp.json"), plain, Format::LmStudio),
        (Some(".roo/mcp.json"), plain, Format::Roo),
        (Some(".junie/mcp/mcp.json"), plain, Format::Junie),
        (Some("project/.mcp.json"), plain, Format::ClaudeCode),
        (Some("claude_desktop_config.json"), plain, Format::ClaudeDesktop),
        (Some("mcp-config.json"), plain, Format::Copilot),
        (Some(".kiro/settings/mcp.json"), plain, Format::Kiro),
        (Some(".gemini/settings.json"), plain, Format::Gemini),
        (Some("mcp.json"), plain, Format::Plain),
        (Some("not-mcp.json"), plain, Format::Plain),
        (None, plain, Format::Plain),
        (None, r#"{"mcpServers":{"a":{"serverUrl":"https://x/"}}}"#, Format::Windsurf),
        (None, r#"{"mcpServers":{"a":{"httpUrl":"https://x/"}}}"#, Format::Gemini),
        (None, r#"{"mcpServers":{"a":{"type":"streamableHttp","url":"https://x/"}}}"#, Format::Cline),
        (None, r#"{"mcpServers":{"a":{"type":"local","command":"x","tools":["*"]}}}"#, Format::Copilot),
        (None, r#"{"servers":{"a":{"command":"x"}}}"#, Format::Vscode),
        (None, r#"{"context_servers":{"a":{"command":"x"}}}"#, Format::Zed),
        (None, r#"{"mcp":{"a":{"type":"local","command":["x"]}}}"#, Format::Opencode),
        (None, r#"{"projects":{"/x":{"mcpServers":{}}}}"#, Format::ClaudeHome),
        (None, "[mcp_servers.a]\ncommand = \"x\"", Format::Codex),
        (None, "[mcp]\nsse_servers = []", Format::OpenhandsToml),
        (None, "extensions:\n  a: {type: stdio, cmd: x}", Format::Goose),
        (None, "mcpServers:\n  a: {command: x}", Format::Librechat),
        (None, "mcpServers:\n- {name: a, command: x}", Format::Continue),
    ] {
        let found = import(text, Hint { format: None, file }).unwrap();
        assert_eq!(found.format, format, "{file:?} {text} {:?}", found.also_fits);
    }
    let open = import(plain, Hint { format: None, file: Some("mcp.json") }).unwrap();
    assert!(open.also_fits.contains(&Format::Cursor) && open.also_fits.contains(&Format::LmStudio));
    assert!(!open.also_fits.contains(&Format::Windsurf));
    assert!(!import(plain, Hint::default()).unwrap().also_fits.is_empty());
}

#[test]
fn clients_without_a_sample_have_their_own_words() {
    for (format, text, expected) in [
        (
            Format::AmazonQ,
            r#"{"mcpServers":{"a":{"command":"x","timeout":2500,"disabled":true,"env":{"K":"${env:V}"}}}}"#,
            r#"a {"command":"x","env":{"K":"${env:V}"},"timeout":2.5,"enabled":false}"#,
        ),
        (
            Format::Kiro,
            r#"{"mcpServers":{"a":{"url":"https://h/","oauth":{"clientId":"c"},"oauthScopes":["s"],"autoApprove":["*"]}}}"#,
            r#"a {"url":"https://h/","auth":{"strategy":"oauth2","authentication":{"type":"oauth","client_id":"c","scopes":["s"]}}}"#,
        ),
        (
            Format::Warp,
            r#"{"mcp_servers":{"a":{"command":"x","working_directory":"/srv","env":{"K":"{{KEY}}"}}}}"#,
            r#"a {"command":"x","env":{"K":"{{KEY}}"},"cwd":"/srv"}"#,
        ),
        (
            Format::OpenhandsCli,
            r#"{"mcpServers":{"a":{"transport":"http","url":"https://h/","enabled":false,"timeout":5}}}"#,
            r#"a {"url":"https://h/","transport":"http","enabled":false}"#,
        ),
        (Format::LmStudio, r#"{"mcpServers":{"a":{"url":"https://h/"}}}"#, r#"a {"url":"https://h/"}"#),
        (
            Format::Junie,
            r#"{"mcpServers":{"a":{"command":"x","args":[]}}}"#,
            r#"a {"command":"x","args":[]}"#,
        ),
        (
            Format::OpenhandsToml,
            "[mcp]\nshttp_servers = [{ url = \"https://h.example/\", api_key = \"k\", timeout = 5 }]",
            r#"h {"url":"https://h.example/","auth":{"strategy":"bearer","value":"k"},"transport":"http","timeout":5}"#,
        ),
        (
            Format::Plain,
            r#"[{"name":"a","cmd":"x","environment":{"K":1}},"no"]"#,
            r#"a {"command":"x","env":{"K":"1"}}"#,
        ),
        (
            Format::Plain,
            r#"{"command":["x","y"],"disabled":true}"#,
            r#"x {"command":"x","args":["y"],"enabled":false}"#,
        ),
        (Format::Plain, r#""a": {"httpUrl": "https://h/"},"#, r#"a {"url":"https://h/","transport":"http"}"#),
        (
            Format::Plain,
            r#"{"agent_settings":1,"mcp":{"servers":{"a":{"uri":"https://h/"}}}}"#,
            r#"a {"url":"https://h/"}"#,
        ),
    ] {
        let import = read_as(format, text);
        assert_eq!(configs(&import), [expected], "{format} {:?}", import.refused);
    }
    let warp = read_as(Format::Warp, r#"{"mcp_servers":{"a":{"command":"x","env":{"K":"{{KEY}}"}}}}"#);
    assert_eq!(warp.servers[0].inputs[0].id, "KEY");
}

#[test]
fn an_entry_that_is_wrong_is_refused_at_its_place() {
    for (format, text, at, line, why) in [
        (
            Format::Cursor,
            "{\"mcpServers\":{\n\"a\":{\n\"command\":1}}}",
            "/mcpServers/a/command",
            3,
            words::MUST_BE_TEXT,
        ),
        (Format::Cursor, "{\"mcpServers\":{\n\"a\":[]}}", "/mcpServers/a", 2, words::NOT_AN_OBJECT),
        (
            Format::Cursor,
            "{\"mcpServers\":\n[]}",
            "/mcpServers",
            1,
            "must be an object with the servers by name",
        ),
        (Format::Cursor, "{\"mcpServers\":{\"a\":{}}}", "/mcpServers/a", 1, words::NEITHER),
        (
            Format::Cursor,
            "{\"mcpServers\":{\"a\":{\"type\":\"stdio\",\"url\":\"https://h/\"}}}",
            "/mcpServers/a/type",
            1,
            words::TYPE_IS_WRONG,
        ),
        (
            Format::Cursor,
            "{\"mcpServers\":{\"a\":{\"type\":\"ftp\",\"url\":\"https://h/\"}}}",
            "/mcpServers/a/type",
            1,
            words::UNKNOWN_TRANSPORT,
        ),
        (
            Format::Cursor,
            "{\"mcpServers\":{\"a\":{\"url\":\"WSS://h/\"}}}",
            "/mcpServers/a",
            1,
            words::WEB_SOCKET,
        ),
        (
            Format::Cursor,
            "{\"mcpServers\":{\"a\":{\"command\":\"x\",\"args\":[\n{}]}}}",
            "/mcpServers/a/args/0",
            2,
            words::MUST_BE_TEXTS,
        ),
        (
            Format::Cursor,
            "{\"mcpServers\":{\"a\":{\"command\":\"x\",\"env\":{\n\"K\":[]}}}}",
            "/mcpServers/a/env/K",
            2,
            words::MUST_BE_MAP,
        ),
        (
            Format::Cline,
            "{\"mcpServers\":{\"a\":{\"command\":\"x\",\"disabled\":\"true\"}}}",
            "/mcpServers/a/disabled",
            1,
            words::MUST_BE_BOOL,
        ),
        (
            Format::Gemini,
            "{\"mcpServers\":{\"a\":{\"command\":\"x\",\"timeout\":\"5\"}}}",
            "/mcpServers/a/timeout",
            1,
            words::MUST_BE_NUMBER,
        ),
        (
            Format::Gemini,
            "{\"mcpServers\":{\"a\":{\"command\":\"x\",\"timeout\":-5}}}",
            "/mcpServers/a/timeout",
            1,
            words::MUST_BE_NUMBER,
        ),
        (
            Format::Roo,
            "{\"mcpServers\":{\"a\":{\"command\":\"x\",\"timeout\":4000}}}",
            "/mcpServers/a/timeout",
            1,
            "this client takes 1 to 3600 seconds",
        ),
        (
            Format::Windsurf,
            "{\"mcpServers\":{\"a\":{\"serverUrl\":\"https://h/\",\"url\":\"https://i/\"}}}",
            "/mcpServers/a/url",
            1,
            "another address than the one beside it",
        ),
        (
            Format::AmazonQ,
            "{\"mcpServers\":{\"a\":{\"url\":\"https://h/\"}}}",
            "/mcpServers/a",
            1,
            "this client wants a type beside a url; choose one",
        ),
        (
            Format::Codex,
            "[mcp_servers.a]\ncommand = \"x\"\nbearer_token_env_var = \"T\"",
            "[mcp_servers.a] bearer_token_env_var",
            3,
            "this client does not take it beside the other members",
        ),
        (
            Format::Codex,
            "[mcp_servers.a]\ncommand = \"x\"\nenv = { K = 1979-05-27 }",
            "[mcp_servers.a] env.K",
            3,
            "a date: write it as a text, in quotes",
        ),
        (
            Format::Goose,
            "extensions:\n  a:\n    type: stdio\n    cmd: !!str x",
            "extensions.a.cmd",
            4,
            "a tag: write the value itself",
        ),
        (
            Format::Librechat,
            "mcpServers:\n  a: &m {command: x}\n  b:\n    <<: *m",
            "mcpServers.b",
            3,
            "a merge key (<<): write the members themselves",
        ),
        (
            Format::Opencode,
            "{\"mcp\":{\"a\":{\"command\":[\"x\"]}}}",
            "/mcp/a",
            1,
            "this client wants a type: local or remote",
        ),
        (
            Format::Opencode,
            "{\"mcp\":{\"a\":{\"type\":\"local\",\"command\":[]}}}",
            "/mcp/a/command",
            1,
            "must begin with the program",
        ),
    ] {
        let import = read_as(format, text);
        assert_eq!(import.refused.len(), 1, "{text}: {:?} {:?}", import.refused, configs(&import));
        let refused = &import.refused[0];
        assert_eq!(
            (refused.place.at.as_str(), refused.place.position.line, refused.why.as_ref()),
            (at, line, why),
            "{text}"
        );
    }
}

#[test]
fn what_only_looks_like_servers_is_said_to_be_what_it_is() {
    for (text, at, word) in [
        (
            r#"{"manifest_version":"0.2","server":{"type":"node","mcp_config":{"command":"node"}}}"#,
            "",
            "bundle",
        ),
        ("registry:\n  a:\n    image: acme/a\n    type: server\n", "registry", "catalog"),
    ] {
        let found = import(text, Hint::default()).unwrap();
        assert_eq!((found.servers.len(), found.refused.len()), (0, 1), "{text}");
        assert!(
            found.refused[0].place.at == at && found.refused[0].why.contains(word),
            "{:?}",
            found.refused
        );
    }
    for (text, count) in [
        (r#"{"mcpServers":{}}"#, 1),
        (r#"{"mcpServers":null}"#, 1),
        (r#"{"users":[{"password":"CANARY"}],"settings":{"a":{"b":1}}}"#, 2),
    ] {
        let found = import(text, Hint::default()).unwrap();
        assert_eq!((found.servers.len(), found.refused.len(), found.ignored.len()), (0, 0, count), "{text}");
        assert!(!format!("{found:?}").contains("CANARY"));
    }
}

#[test]
fn a_map_of_another_client_in_the_same_text_is_said_to_be_one() {
    for text in [
        r#"{"mcp.servers":{"a":{"command":"x"}},"mcpServers":{"b":{"command":"y"}},"servers":{"c":{"command":"z"}},"lsp":{"d":{"command":"w"}}}"#,
        r#"{"context_servers":{"a":{"command":"x"}},"mcpServers":{"b":{"command":"y"}},"mcp":{"servers":{"c":{"command":"z"}}},"agent_servers":{"d":{"command":"w"}}}"#,
    ] {
        let found = import(text, Hint::default()).unwrap();
        assert_eq!(found.servers.len(), 1, "{text}");
        let said = |what: &&crate::formats::Ignored| what.what.contains("another client");
        assert_eq!((found.ignored.iter().filter(said).count(), found.ignored.len()), (2, 3), "{found:?}");
    }
}

#[test]
fn a_file_with_an_error_imports_nothing_and_says_where() {
    for (file, text, line, column) in [
        (
            "mcp.json",
            "{\"mcpServers\":{\n  \"a\": {\"command\": \"x\"},\n  \"a\": {\"command\": \"CANARY\"}}}",
            3,
            3,
        ),
        ("config.toml", "[mcp_servers.a]\ncommand = CANARY\n", 2, 11),
        ("config.yaml", "mcpServers:\n  a: {command: x}\n  a: {command: CANARY}\n", 3, 3),
        ("config.yaml", "mcpServers:\n- name: a\n  args: [@CANARY/x]\n", 3, 10),
        ("config.yaml", "mcpServers:\n- name: a\n  command: \"CANARY\\0\"\n", 3, 3),
        ("config.toml", "[mcp_servers.a]\ncommand = \"CANARY\\u0000\"\n", 2, 1),
        ("lines.txt", "npx -y x\nnpx \0\n", 2, 5),
    ] {
        let error = import(text, Hint { format: None, file: Some(file) }).unwrap_err();
        assert_eq!((error.position.line, error.position.column), (line, column), "{text}: {error}");
        assert!(!format!("{error} {error:?}").contains("CANARY"));
    }
}

#[test]
fn what_has_to_be_entered_is_asked_for_and_put_in_its_place() {
    let text = r#"{"inputs":[{"id":"k","type":"promptString","password":true,"description":"Key"}],
        "servers":{"a":{"type":"http","url":"https://h/","headers":{"Authorization":"Bearer ${input:k}","X":"${input:k}"}},
        "b":{"command":"x","env":{"T":"<your-token>"}}}}"#;
    let mut import = read_as(Format::Vscode, text);
    let entry = &mut import.servers[0];
    let input = &entry.inputs[0];
    assert_eq!((input.id.as_str(), input.is_secret, input.description.as_deref()), ("k", true, Some("Key")));
    assert_eq!(input.pointers.len(), 2);
    assert!(entry.enter("k", "CANARY") && !entry.enter("k", "again"));
    let config = to_compact(&entry.config.clone().into());
    assert!(config.contains(r#""Authorization":"Bearer CANARY","X":"CANARY""#), "{config}");
    assert!(entry.references.is_empty());
    let other = &mut import.servers[1];
    assert_eq!(other.inputs[0].id, "/env/T");
    assert!(other.enter("/env/T", "v"));
    assert!(to_compact(&other.config.clone().into()).contains(r#""T":"v""#));
}

#[test]
fn references_are_translated_between_clients() {
    let text = r#"{"mcpServers":{"a":{"url":"https://h/","headers":{"A":"Bearer ${env:T}","B":"${T}"}}}}"#;
    let import = read_as(Format::Cursor, text);
    let stored = import.servers[0].to_stored();
    let config = to_compact(&stored.config.clone().into());
    assert!(config.contains(r#""A":"Bearer ${T}","B":"$${T}""#), "{config}");
    let bags = Object::from_iter([("cursor", Json::Object(stored.bag))]);
    let server = Server { name: "a", config: &stored.config, bags: &bags };
    for (format, expected, lost) in [
        (Format::ClaudeCode, r#""A": "Bearer ${T}""#, vec!["/headers/B"]),
        (Format::Opencode, r#""A": "Bearer {env:T}""#, vec![]),
        (Format::Cursor, r#""A": "Bearer ${env:T}""#, vec![]),
        (Format::Vscode, r#""B": "${T}""#, vec![]),
        (Format::ClaudeDesktop, r#""A": "Bearer ${T}""#, vec!["/headers/A"]),
    ] {
        let written = export(format, &[server]).unwrap();
        assert!(written.text.as_str().contains(expected), "{format}: {}", written.text.as_str());
        let losses: Vec<_> = written.losses.iter().map(|loss| loss.pointer.as_str()).collect();
        assert_eq!(losses, lost, "{format}: {:?}", written.losses);
    }
    let codex = export(Format::Codex, &[server]).unwrap();
    assert!(codex.text.as_str().contains("http_headers = { A = \"Bearer ${T}\""), "{}", codex.text.as_str());
}

#[test]
fn a_permission_of_one_client_is_not_written_for_another() {
    let import = read_as(Format::Cline, r#"{"mcpServers":{"a":{"command":"x","autoApprove":["*"]}}}"#);
    let stored = import.servers[0].to_stored();
    let bags = Object::from_iter([("cline", Json::Object(stored.bag))]);
    for format in Format::all() {
        let Ok(written) = export(format, &[Server { name: "a", config: &stored.config, bags: &bags }]) else {
            continue;
        };
        let is_there = written.text.as_str().contains("autoApprove");
        assert_eq!(is_there, format == Format::Cline, "{format}");
        let is_reported = written.losses.iter().any(|loss| loss.about.contains("cline"));
        assert_eq!(is_reported, format != Format::Cline, "{format}");
    }
}

#[test]
fn a_legal_name_stays_and_no_other_one_takes_it() {
    let file = |names: &[&str]| {
        let entries = names.iter().map(|name| format!(r#""{name}":{{"command":"x"}}"#)).collect::<Vec<_>>();
        read_as(Format::Cursor, &format!(r#"{{"mcpServers":{{{}}}}}"#, entries.join(",")))
    };
    let notes = |import: &Import| -> Vec<(String, String)> {
        let of = |note: &Note| (note.server.clone().unwrap_or_default(), note.about.clone().into_owned());
        import.notes.iter().map(of).collect()
    };
    let names =
        |import: &Import| -> Vec<String> { import.servers.iter().map(|own| own.name.clone()).collect() };
    let own = file(&["-b", "a-", "-", "--"]);
    assert_eq!((names(&own), notes(&own)), (["-b", "a-", "-", "--"].map(str::to_owned).into(), vec![]));
    let found = file(&["a b", "a-b", "a-b-2", "a/b"]);
    assert_eq!(names(&found), ["a-b-3", "a-b", "a-b-2", "a-b-4"]);
    assert_eq!(found.servers[0].original_name.as_deref(), Some("a b"));
    // What has no letter that we take is not the same name twice.
    let found = file(&["名前", "😀", "server"]);
    assert_eq!(names(&found), ["server-2", "server-3", "server"]);
    let pair = |name: &str| (name.to_owned(), words::ANOTHER_NAME.to_owned());
    assert_eq!(notes(&found), [pair("server-2"), pair("server-3")]);
}

#[test]
fn the_command_line_of_openhands_has_the_members_of_our_open_dialect() {
    let entry = r#"{"transport":"http","url":"https://h.example","auth":"token-abc","tools":{"t":{"tags":["a"]}},"include_tags":["a"],"exclude_tags":["b"],"keep_alive":false,"sse_read_timeout":30,"icon":"https://h.example/i.png"}"#;
    let text = format!(r#"{{"mcpServers":{{"a":{entry}}}}}"#);
    let hint = Hint { format: None, file: Some(".openhands/mcp.json") };
    let found = import(&text, hint).unwrap();
    let server = &found.servers[0];
    for name in ["auth", "tools", "include_tags", "exclude_tags", "keep_alive", "sse_read_timeout", "icon"] {
        assert!(server.config.contains(name) && !server.bag.contains(name), "{name}");
    }
    let server = Server { name: "a", config: &server.config, bags: &Object::new() };
    let written = export(Format::OpenhandsCli, &[server]).unwrap();
    assert_eq!(written.losses, []);
    assert!(import(written.text.as_str(), hint).unwrap().servers[0].config == found.servers[0].config);
    let strategy = r#"{"strategy":"bearer","value":"t"}"#;
    let found = import(&text.replace(r#""token-abc""#, strategy), hint).unwrap();
    assert_eq!(to_compact(found.servers[0].config.get("auth").unwrap()), strategy);
    let line = "openhands mcp add n --transport http --auth oauth https://h.example/mcp";
    let found = import(line, Hint::default()).unwrap();
    assert_eq!(found.servers[0].config.get("auth").and_then(Json::as_str), Some("oauth"));
}

#[test]
fn a_file_of_kiro_without_its_own_name_is_not_read_as_one_of_its_kin() {
    let config = r#"{"url":"https://h.example/mcp","auth":{"strategy":"oauth2","authentication":{"type":"oauth","client_id":"c","scopes":["a"]}}}"#;
    let Ok(Json::Object(config)) = parse(config, &Rules::BODY) else { panic!() };
    let server = Server { name: "a", config: &config, bags: &Object::new() };
    let written = export(Format::Kiro, &[server]).unwrap();
    let found = import(written.text.as_str(), Hint { format: None, file: Some("mcp.json") }).unwrap();
    assert_eq!((found.servers.len(), found.refused.len()), (1, 0), "{}", written.text.as_str());
}

#[test]
fn the_list_of_the_old_openhands_file_says_the_transport() {
    for config in [
        r#"{"url":"https://h.example/sse","transport":"sse"}"#,
        r#"{"url":"https://h.example/mcp","transport":"http"}"#,
        r#"{"command":"x","transport":"stdio"}"#,
    ] {
        let Ok(Json::Object(config)) = parse(config, &Rules::BODY) else { panic!() };
        let server = Server { name: "a", config: &config, bags: &Object::new() };
        let written = export(Format::OpenhandsToml, &[server]).unwrap();
        let at: Vec<&str> = written.losses.iter().map(|loss| loss.pointer.as_str()).collect();
        assert!(!at.contains(&"/transport"), "{at:?}");
        let again = read_as(Format::OpenhandsToml, written.text.as_str());
        assert_eq!(again.servers[0].config.get("transport"), config.get("transport"));
    }
}

#[test]
fn what_a_project_switches_off_is_said() {
    let text = r#"{"mcpServers":{"a":{"command":"x"}},"projects":{"/p":{"disabledMcpServers":["a"]},"/q":{"disabledMcpServers":[]}}}"#;
    let found = read_as(Format::ClaudeHome, text);
    let ignored: Vec<(&str, &str)> =
        found.ignored.iter().map(|own| (own.place.at.as_str(), own.what.as_ref())).collect();
    let what = "servers that are switched off in this project";
    assert_eq!(ignored, [("/projects/~1p/disabledMcpServers", what)]);
}
