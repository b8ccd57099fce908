//! Command lines and links: what each program's words come to, and what is refused.

use super::*;

fn read(text: &str) -> Import {
    import(text, Hint::default()).unwrap()
}

fn one(line: &str) -> (String, String) {
    let import = read(line);
    assert_eq!(import.servers.len(), 1, "{line}: {:?} {:?}", import.refused, import.ignored);
    let entry = &import.servers[0];
    (entry.name.clone(), to_compact(&entry.config.clone().into()))
}

#[test]
fn the_commands_of_other_programs_add_servers() {
    for (line, name, config) in [
        (
            "codex mcp add notes --env A=1 --env B=2 -- npx -y notes --env x",
            "notes",
            r#"{"command":"npx","args":["-y","notes","--env","x"],"env":{"A":"1","B":"2"}}"#,
        ),
        (
            "codex mcp add far --url https://far.example/mcp --bearer-token-env-var TOKEN",
            "far",
            r#"{"url":"https://far.example/mcp","headers":{"Authorization":"Bearer ${TOKEN}"},"transport":"http"}"#,
        ),
        (
            "gemini mcp add -t http -H 'X-A: b: c' far https://far.example/mcp --timeout 5000 --include-tools a,b",
            "far",
            r#"{"url":"https://far.example/mcp","headers":{"X-A":"b: c"},"transport":"http","timeout":5}"#,
        ),
        (
            "gemini mcp add files npx -e K=V=W acme-files --port 3000",
            "files",
            r#"{"command":"npx","args":["acme-files","--port","3000"],"env":{"K":"V=W"}}"#,
        ),
        (
            "q mcp add --name n --command npx --args -y,a\\,b --args '[\"c\"]' --env A=1,B=2 --timeout 1500 --disabled",
            "n",
            r#"{"command":"npx","args":["-y","a,b","c"],"env":{"A":"1","B":"2"},"timeout":1.5,"enabled":false}"#,
        ),
        (
            "openhands mcp add x --transport stdio --env A=1 python -- -m x",
            "x",
            r#"{"command":"python","args":["-m","x"],"env":{"A":"1"},"transport":"stdio"}"#,
        ),
        (
            "copilot mcp add docs --env A=1 -- uvx acme-docs",
            "docs",
            r#"{"command":"uvx","args":["acme-docs"],"env":{"A":"1"}}"#,
        ),
        (
            "cline mcp install --transport streamable-http far https://far.example/mcp",
            "far",
            r#"{"url":"https://far.example/mcp","transport":"streamable-http"}"#,
        ),
        (
            r#"code --add-mcp '{"name":"x","type":"http","url":"https://x.example/"}'"#,
            "x",
            r#"{"url":"https://x.example/","transport":"http"}"#,
        ),
        (r#"code --add-mcp "{\"servers\":{\"y\":{\"command\":\"npx\"}}}""#, "y", r#"{"command":"npx"}"#),
        (
            "claude mcp add --scope=project a -e A=1 B=2 -- node /x.js",
            "a",
            r#"{"command":"node","args":["/x.js"],"env":{"A":"1","B":"2"}}"#,
        ),
        (
            "claude mcp add bare npx -y bare -e X=1",
            "bare",
            r#"{"command":"npx","args":["-y","bare","-e","X=1"]}"#,
        ),
        ("claude mcp add bare npx -- -y bare", "bare", r#"{"command":"npx","args":["-y","bare"]}"#),
        ("claude mcp add bare npx x -- y", "bare", r#"{"command":"npx","args":["x","y"]}"#),
        ("claude mcp add bare npx -y x -- y", "bare", r#"{"command":"npx","args":["-y","x","--","y"]}"#),
        (
            "claude mcp add --transport http --header 'A: 1' 'Authorization: Bearer x' -- far https://far.example/mcp",
            "far",
            r#"{"url":"https://far.example/mcp","headers":{"A":"1","Authorization":"Bearer x"},"transport":"http"}"#,
        ),
    ] {
        assert_eq!(one(line), (name.to_owned(), config.to_owned()), "{line}");
    }
}

#[test]
fn commands_and_addresses_are_servers() {
    for (line, name, config) in [
        (
            "npx -y @acme/files-mcp@1.2 --ro",
            "files",
            r#"{"command":"npx","args":["-y","@acme/files-mcp@1.2","--ro"]}"#,
        ),
        ("A=1 B='x y' uvx acme", "acme", r#"{"command":"uvx","args":["acme"],"env":{"A":"1","B":"x y"}}"#),
        ("env A=1 uvx acme", "acme", r#"{"command":"uvx","args":["acme"],"env":{"A":"1"}}"#),
        ("$env:K=\"V w\"; npx -y x", "x", r#"{"command":"npx","args":["-y","x"],"env":{"K":"V w"}}"#),
        ("set K=V && npx -y x", "x", r#"{"command":"npx","args":["-y","x"],"env":{"K":"V"}}"#),
        ("/opt/acme/run --stdio", "run", r#"{"command":"/opt/acme/run","args":["--stdio"]}"#),
        (
            "C:\\Tools\\notes.exe --vault C:\\x",
            "notes",
            r#"{"command":"C:\\Tools\\notes.exe","args":["--vault","C:\\x"]}"#,
        ),
        ("https://mcp.acme.example/sse", "acme", r#"{"url":"https://mcp.acme.example/sse"}"#),
        ("https://mcp.acme.example/x?a=1&b=2", "acme", r#"{"url":"https://mcp.acme.example/x?a=1&b=2"}"#),
        ("https://mcp.acme.example/x # mine", "acme", r#"{"url":"https://mcp.acme.example/x"}"#),
        (
            "https://mcp.acme.example/x?a=1&b=2 # mine",
            "acme",
            r#"{"url":"https://mcp.acme.example/x?a=1&b=2"}"#,
        ),
        ("\"https://mcp.acme.example/x?a=1&b=2\"", "acme", r#"{"url":"https://mcp.acme.example/x?a=1&b=2"}"#),
        ("'https://mcp.acme.example/x'", "acme", r#"{"url":"https://mcp.acme.example/x"}"#),
        ("uv tool run acme-x", "acme-x", r#"{"command":"uv","args":["tool","run","acme-x"]}"#),
    ] {
        assert_eq!(one(line), (name.to_owned(), config.to_owned()), "{line}");
    }
}

#[test]
fn what_is_no_server_is_refused_or_ignored_and_never_guessed() {
    for line in [
        "[![Install](https://img.example/x.svg)](https://cursor.com/install-mcp?name=x)",
        "Note: this needs a key",
        "other-cli mcp add x -- npx -y x",
        "other-cli mcp add-json x '{\"command\":\"npx\"}'",
        "frob --add-mcp '{}'",
        "hello world",
        "gh auth login --web",
        "npx -y x | tee log",
        "npx -y x && npx -y y",
        "npx -y \"$(cat name)\"",
        "npx 'x",
        "claude mcp add --wrong x -- npx",
        "claude mcp add x",
        "claude mcp add x -- ",
        "claude mcp add -e NOPAIR -- npx",
        "claude mcp add x -t sse -- npx y",
        "claude mcp add x wss://x.example/",
        "claude mcp add-json x '{\"command\":'",
        "claude mcp add-json x",
        "q mcp add name npx",
        "wss://x.example/mcp",
        "docker compose up",
        "npm start",
        "cursor://anysphere.cursor-deeplink/mcp/install?name=x&config=%%%",
        "cursor://anysphere.cursor-deeplink/mcp/install?name=x",
        "vscode:extension/acme.x",
        "goose://extension?cmd=npx",
        "https://h.example/mcp --header 'X-A: b'",
        "ftp://h.example/mcp",
        "x-mcp.a=b x",
    ] {
        let import = read(line);
        assert_eq!((import.servers.len(), import.refused.len()), (0, 1), "{line}: {:?}", import.ignored);
        assert_eq!(import.refused[0].place.at, "line 1", "{line}");
    }
    for line in [
        "npm install -g acme-mcp",
        "pip install mcp-server-git",
        "docker pull acme/mcp",
        "uv tool install acme-mcp",
        "git clone https://github.com/acme/mcp-server",
        "brew install acme-mcp",
        "python -m pip install acme-mcp",
        "cd mcp-server",
        "export API_KEY=x",
        "claude mcp list",
        "claude --version",
    ] {
        let import = read(&format!("# first\n{line}\nnpx -y x"));
        assert_eq!((import.servers.len(), import.refused.len(), import.ignored.len()), (1, 0, 1), "{line}");
        assert_eq!(import.ignored[0].place.position.line, 2, "{line}");
    }
    for text in
        ["", "\u{feff}", "# all\n// in comments", "/* {\"mcpServers\": {}} */", "// {\n//   \"a\": 1\n// }\n"]
    {
        let import = read(text);
        assert!(import.servers.is_empty() && import.refused.is_empty(), "{text}");
    }
}

#[test]
fn a_secret_of_a_line_is_in_nothing_that_is_said() {
    let text = "npx -y x --token CANARY-1\nclaude mcp add-json x '{\"command\": CANARY-2'\nnpx 'CANARY-3\n\
        docker run -i -e KEY=CANARY-4 img\ncursor://anysphere.cursor-deeplink/mcp/install?name=x&config=CANARY-5\n\
        CANARY-6 | y\nclaude mcp add x --wrong=CANARY-7 -- npx\nKEY=CANARY-8 uvx y\n";
    let import = read(text);
    assert!(!format!("{import:?}").contains("CANARY"), "{import:?}");
    let about: Vec<_> =
        import.notes.iter().map(|note| (note.place.position.line, note.about.as_ref())).collect();
    assert!(
        about.contains(&(1, words::SECRET_IN_ARGUMENT)) && about.contains(&(4, words::SECRET_IN_ARGUMENT)),
        "{about:?}"
    );
}

#[test]
fn blocks_of_a_document_are_read_each_at_its_own_lines() {
    let text = "# Acme\nRun it:\n```bash\nnpx -y acme\n```\nor\n```json\n{\n  \"mcpServers\": {\n    \"acme\": {\"url\": \"https://a.example/\"}\n  }\n}\n```\n";
    let import = read(text);
    let found: Vec<_> =
        import.servers.iter().map(|entry| (entry.name.as_str(), entry.place.position.line)).collect();
    assert_eq!(found, [("acme", 4), ("acme-2", 10)]);
    let error = super::import(&text.replace("\"url\"", "url"), Hint::default()).unwrap_err();
    assert_eq!((error.position.line, error.position.column), (10, 14));
}

#[test]
fn a_name_that_looks_like_a_flag_is_written_behind_all_flags() {
    let line = "claude mcp add-json --client-secret -- -H '{\"url\":\"https://far.example/mcp\"}'";
    for line in ["claude mcp add -- -H far x", line] {
        let found = read(line);
        let stored = found.servers[0].to_stored();
        let bags = Object::from_iter([(Format::ClaudeAdd.bag(), Json::Object(stored.bag.clone()))]);
        let servers = [Server { name: "-H", config: &stored.config, bags: &bags }];
        let written = export(Format::ClaudeAdd, &servers).unwrap();
        let again = read(written.text.as_str());
        assert_eq!(again.servers.len(), 1, "{}", written.text.as_str());
        assert_eq!(again.servers[0].config, found.servers[0].config);
    }
}

#[test]
fn a_file_with_fences_in_its_comments_and_texts_is_read_whole() {
    let named = |text: &str, hint: Hint<'_>| -> Vec<String> {
        let found = import(text, hint).unwrap_or_else(|error| panic!("{error}\n{text}"));
        assert!(found.refused.is_empty(), "{text}");
        found.servers.into_iter().map(|entry| entry.name).collect()
    };
    let example = "```json\n{\"mcpServers\": {\"example\": {\"command\": \"x-mcp\"}}}\n```\n";
    let in_comment = format!("/* So:\n{example}*/\n");
    let json = r#"{"mcpServers": {"own": {"url": "https://own.example/mcp"}}}"#;
    let indented = example.replace('\n', "\n      ");
    let yaml = format!(
        "# ours\nmcpServers:\n\n  own:\n    command: own-mcp\n    serverInstructions: |\n      So:\n      {indented}\n  other:\n    command: other-mcp\n"
    );
    let toml = format!("[mcp_servers.own] # ours\ncommand = \"own-mcp\"\nargs = [\"\"\"\n{example}\"\"\"]\n");
    for (text, names) in [
        (in_comment.clone(), vec![]),
        (format!("{in_comment}{json}"), vec!["own"]),
        (format!("{in_comment}\"mcpServers\": {{\"own\": {{\"command\": \"own-mcp\"}}}}"), vec!["own"]),
        (yaml.clone(), vec!["own", "other"]),
        (toml, vec!["own"]),
    ] {
        assert_eq!(named(&text, Hint::default()), names, "{text}");
    }
    let goose = yaml.replace("mcpServers", "servers");
    assert_eq!(named(&goose, Hint { file: Some("servers.yaml"), ..Hint::default() }), ["own", "other"]);
    // An error in such a file is not one of the fence.
    let wrong = format!("{in_comment}{}", json.replace("\"}}}", "\"}}"));
    assert_eq!(import(&wrong, Hint::default()).unwrap_err().position.line, 6);
    let wrong = yaml.replace("  other:\n", "  other: [\n");
    let line = import(&wrong, Hint::default()).unwrap_err().position.line;
    assert!((12..=14).contains(&line), "{line}");
}

#[test]
fn a_document_is_read_by_its_fences_whatever_is_around_them() {
    let example = "```json\n{\"mcpServers\": {\"example\": {\"command\": \"x-mcp\"}}}\n```\n";
    for before in [
        "",
        "# Title\n",
        "{% raw %}\n",
        "[mcp](https://x.example) servers\n",
        "[mcp_servers](https://x.example)\n",
        "mcpServers:\n",
        "mcpServers:\n\n",
        "mcpServers: the map of all servers\n",
        "extensions:\nThese are\n",
        "---\ntitle: x\n---\n",
    ] {
        let text = format!("{before}{example}");
        let found = import(&text, Hint::default()).unwrap_or_else(|error| panic!("{error}\n{text}"));
        let names: Vec<&str> = found.servers.iter().map(|entry| entry.name.as_str()).collect();
        assert_eq!(names, ["example"], "{text}");
    }
    let file = Hint { file: Some("mcp.json"), ..Hint::default() };
    assert_eq!(import(example, file).unwrap().servers.len(), 1);
}

#[test]
fn a_document_that_is_cut_off_in_a_block_is_read_to_its_end() {
    let block = |name: &str| format!("```json\n{{\"mcpServers\": {{\"{name}\": {{\"command\": \"x\"}}}}}}\n");
    let text = format!("# Title\n{}```\nText\n{}", block("whole"), block("cut"));
    let found = read(&text);
    let names: Vec<_> =
        found.servers.iter().map(|entry| (entry.name.as_str(), entry.place.position.line)).collect();
    assert_eq!(names, [("whole", 3), ("cut", 7)]);
    // An example in an example is a text of the outer one.
    let outer = format!("````markdown\n{}```\n````\n{}```\n", block("inner"), block("own"));
    let names: Vec<String> = read(&outer).servers.into_iter().map(|entry| entry.name).collect();
    assert_eq!(names, ["own"]);
}

#[test]
fn a_file_without_a_name_is_read_whole_where_it_is_one_document() {
    let example = "```sh\nnpx -y example-mcp\n```\n";
    let toml = format!(
        "developer_instructions = \"\"\"\n{example}\"\"\"\nmcp_servers.own = {{ command = \"own-mcp\" }}\n"
    );
    let open =
        "developer_instructions = \"\"\"\n```sh\nnpx x\n\"\"\"\n[mcp_servers.own]\ncommand = \"own-mcp\"\n";
    let indented = example.replace('\n', "\n    ");
    let rules =
        format!("rules:\n  - |\n    So:\n    {indented}\nmcpServers:\n  - name: own\n    command: own-mcp\n");
    let open_rules =
        "rules:\n  - |\n    ```sh\n    npx x\nmcpServers:\n  - name: own\n    command: own-mcp\n";
    for (text, format) in [
        (toml.as_str(), Format::Codex),
        (open, Format::Codex),
        (rules.as_str(), Format::Continue),
        (open_rules, Format::Continue),
    ] {
        for format in [None, Some(format)] {
            let found =
                import(text, Hint { format, file: None }).unwrap_or_else(|error| panic!("{error}\n{text}"));
            let names: Vec<&str> = found.servers.iter().map(|entry| entry.name.as_str()).collect();
            assert_eq!((names, found.refused.len()), (vec!["own"], 0), "{format:?} {text}");
        }
    }
}

#[test]
fn a_line_of_toml_is_not_a_command() {
    for text in [
        "mcp_servers.a={command=\"x\"}",
        "mcp_servers.a.command=\"x\"",
        "mcp_servers.\"a\".command = \"x\"",
        "[[mcp_servers]]\nname = \"a\"\ncommand = \"x\"",
    ] {
        let found = read(text);
        let servers: Vec<_> = found
            .servers
            .iter()
            .map(|own| (own.name.as_str(), to_compact(&own.config.clone().into())))
            .collect();
        assert_eq!(servers, [("a", r#"{"command":"x"}"#.to_owned())], "{text}");
    }
    let error = import("[[mcp_servers]]\nname = a", Hint::default()).map(drop).unwrap_err();
    assert_eq!((error.position.line, error.why.as_ref()), (2, "it is not TOML"));
}

#[test]
fn what_a_shell_replaces_is_a_reference_and_what_is_quoted_from_it_is_not() {
    for (line, config) in [
        ("npx -y x --t ${TOKEN}", r#"{"command":"npx","args":["-y","x","--t","${TOKEN}"]}"#),
        ("npx -y x --t=\"$TOKEN\"", r#"{"command":"npx","args":["-y","x","--t=${TOKEN}"]}"#),
        ("npx -y x '--t=${TOKEN}' \\$A", r#"{"command":"npx","args":["-y","x","--t=$${TOKEN}","$A"]}"#),
        ("npx -y x ${A:-b}'${C}'", r#"{"command":"npx","args":["-y","x","${A:-b}$${C}"]}"#),
        (
            "docker run -e KEY=${KEY} mcp/x",
            r#"{"command":"docker","args":["run","-e","KEY=${KEY}","mcp/x"]}"#,
        ),
        ("KEY=$TOKEN npx x", r#"{"command":"npx","args":["x"],"env":{"KEY":"${TOKEN}"}}"#),
        ("$env:KEY=$env:TOKEN; npx x", r#"{"command":"npx","args":["x"],"env":{"KEY":"${TOKEN}"}}"#),
        ("$env:KEY='$env:TOKEN'; npx x", r#"{"command":"npx","args":["x"],"env":{"KEY":"$env:TOKEN"}}"#),
        ("$env:KEY=\"a\\$env:T\"; npx x", r#"{"command":"npx","args":["x"],"env":{"KEY":"a\\${T}"}}"#),
        ("set KEY=%TOKEN% && npx x %A%", r#"{"command":"npx","args":["x","${A}"],"env":{"KEY":"${TOKEN}"}}"#),
        ("set KEY=$a%TOKEN%&& npx x", r#"{"command":"npx","args":["x"],"env":{"KEY":"$a${TOKEN}"}}"#),
    ] {
        let found = read(line);
        let stored = found.servers[0].to_stored();
        assert_eq!(to_compact(&stored.config.into()), config, "{line}");
        assert_eq!(found.notes, [], "{line}");
        let count = config.replace("$${", "").matches("${").count();
        assert_eq!(found.servers[0].references.len(), count, "{line}");
    }
    for line in [
        "npx x $1 y",
        "npx x $@",
        "npx x ${A/b/c}",
        "$HOME/bin/x-mcp run",
        "codex mcp add x --env A=$B -- npx x",
        "claude mcp add x -- npx $A",
    ] {
        let found = read(line);
        let notes: Vec<_> = found.notes.iter().map(|note| note.about.as_ref()).collect();
        assert_eq!((found.servers.len(), notes.contains(&words::BY_SHELL)), (1, true), "{line} {notes:?}");
    }
    assert_eq!(read("claude mcp add x -e A=${B} -- npx '$A'").notes, []);
}

#[test]
fn a_value_in_the_place_of_a_name_is_not_repeated() {
    let secret = "Sup3rS3cretV4lue9xQ";
    for text in [
        format!("claude mcp add --transport http 'Authorization: Bearer {secret}' https://h.example/mcp"),
        format!("claude mcp add --header 'A: 1' -- 'Authorization: Bearer {secret}' https://h.example/mcp"),
        format!("claude mcp add TOKEN={secret} -- npx x"),
        format!(r#"{{"mcpServers":{{"Authorization: Bearer {secret}":5}}}}"#),
    ] {
        let found = read(&text);
        assert_eq!((found.servers.len(), found.refused.len()), (0, 1), "{text}");
        assert_eq!(found.refused[0].name, None, "{text}");
    }
    let named = read(r#"{"mcpServers":{"Field Notes/x":5}}"#);
    assert_eq!(named.refused[0].name.as_deref(), Some("Field Notes/x"));
}

#[test]
fn a_page_that_hands_a_link_on_is_one_in_any_language() {
    let config = "config=eyJjb21tYW5kIjoieCJ9";
    for page in [
        "https://cursor.com/install-mcp",
        "https://www.cursor.com/install-mcp",
        "https://cursor.com/en-US/install-mcp",
        "https://www.cursor.com/zh-Hans/install-mcp/",
        "https://lmstudio.ai/install-mcp",
    ] {
        let found = read(&format!("{page}?name=n&{config}"));
        assert_eq!(found.format, Format::Links, "{page}");
        assert_eq!(to_compact(&found.servers[0].config.clone().into()), r#"{"command":"x"}"#, "{page}");
    }
    for page in ["https://cursor.com/a/b/install-mcp", "https://x.example/install-mcp"] {
        assert_eq!(read(&format!("{page}?name=n&{config}")).format, Format::Lines, "{page}");
    }
}
