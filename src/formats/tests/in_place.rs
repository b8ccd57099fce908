//! Exports put into files that are there: what means the same keeps its bytes, and so does all around what is changed.

use proptest::prelude::*;

use super::round_trip::{Kept, again, any_config, exported, kept};

use super::*;
use crate::formats::{NotInPlace, Others, in_place};

/// The formats of files that are written in place.
fn formats() -> impl Iterator<Item = Format> {
    Format::all().filter(|format| in_place(*format, "", "{}", Others::Keep) != Err(NotInPlace::NotAFile))
}

fn put(format: Format, original: &str, servers: &[Kept], others: Others) -> Result<String, NotInPlace> {
    let exported = exported(format, servers).text;
    Ok(in_place(format, original, exported.as_str(), others)?.as_str().to_owned())
}

/// The samples that are files of clients.
fn files() -> Vec<(Sample, Import)> {
    let samples = samples().into_iter().map(|sample| {
        let import = imported(&sample);
        (sample, import)
    });
    samples.filter(|(_, import)| formats().any(|format| format == import.format)).collect()
}

#[test]
fn a_file_into_which_its_own_servers_are_exported_keeps_every_byte() {
    for (sample, import) in files() {
        for text in [sample.text.clone(), sample.text.replace('\n', "\r\n").replace("\r\r", "\r")] {
            let servers =
                kept(&super::super::import(&text, Hint { format: Some(import.format), file: None }).unwrap());
            for others in [Others::Keep, Others::Remove] {
                assert_eq!(
                    put(import.format, &text, &servers, others).as_deref(),
                    Ok(text.as_str()),
                    "{}",
                    sample.folder
                );
            }
            let none = put(import.format, &text, &[], Others::Keep);
            assert_eq!(none.as_deref(), Ok(text.as_str()), "{}", sample.folder);
        }
    }
}

#[test]
fn one_changed_server_changes_its_own_lines_only() {
    for (sample, import) in files() {
        for at in 0..import.servers.len() {
            let mut servers = kept(&import);
            let member = if servers[at].config.contains("url") { "url" } else { "command" };
            servers[at].config.insert(member, Json::string("https://changed.example/mcp"));
            let text = put(import.format, &sample.text, &servers, Others::Remove)
                .unwrap_or_else(|error| panic!("{} {at}: {error}", sample.folder));
            let (before, after): (Vec<&str>, Vec<&str>) =
                (sample.text.split('\n').collect(), text.split('\n').collect());
            let start = before.iter().zip(&after).take_while(|(before, after)| before == after).count();
            let end = before
                .iter()
                .rev()
                .zip(after.iter().rev())
                .take_while(|(before, after)| before == after)
                .count();
            let changed = (before.len() - end).saturating_sub(start);
            assert!((1..=6).contains(&changed), "{} {at}: {changed} lines\n{text}", sample.folder);
            let found = again(import.format, &text);
            assert_eq!(
                found.servers[at].config.get(member),
                Some(&Json::string("https://changed.example/mcp"))
            );
            assert_eq!(found.servers.len(), import.servers.len());
        }
    }
}

#[test]
fn what_only_the_client_knows_of_a_server_stays_where_the_export_does_not_say_it() {
    let codex = "[mcp_servers.a]\ncommand = \"x\" # mine\ndisabled_tools = [\"drop_all\"]\nrequired = true\n\n[mcp_servers.a.tools.write]\napproval_mode = \"prompt\"\n";
    let windsurf =
        r#"{"mcpServers": {"a": {"command": "x", "disabledTools": ["drop_all"], "env": {"A": "1"}}}}"#;
    let gemini = r#"{"mcpServers": {"a": {"command": "x", "trust": false, "excludeTools": ["drop_all"]}}}"#;
    let vscode =
        r#"{"servers": {"a": {"type": "stdio", "command": "x", "envFile": ".env", "sandboxEnabled": true}}}"#;
    let goose = "extensions:\n  a:\n    type: stdio\n    name: a\n    cmd: x\n    enabled: true\n    bundled: true # why\n";
    for (format, original) in [
        (Format::Codex, codex),
        (Format::Windsurf, windsurf),
        (Format::Gemini, gemini),
        (Format::Vscode, vscode),
        (Format::Goose, goose),
    ] {
        let mut servers = kept(&again(format, original));
        servers[0].bags = Object::new();
        assert_eq!(put(format, original, &servers, Others::Keep).as_deref(), Ok(original), "{format}");
        servers[0].config.insert("command", Json::string("z"));
        let expected = original.replace("\"x\"", "\"z\"").replace("cmd: x", "cmd: z");
        assert_eq!(put(format, original, &servers, Others::Keep), Ok(expected), "{format}");
    }
    // A list that the export has is all of that list.
    let exported = "[mcp_servers.a]\ncommand = \"x\"\ndisabled_tools = [\"write\"]\n";
    check(Format::Codex, codex, exported, Others::Keep, &codex.replace("drop_all", "write"));
}

#[test]
fn a_copy_does_not_take_the_place_of_its_original() {
    let original = r#"{"mcpServers": {"Field Notes": {"command": "x"}}}"#;
    let mut servers = kept(&again(Format::ClaudeDesktop, original));
    let Kept { name, config, bags } = &servers[0];
    assert_eq!((name.as_str(), bags.is_empty()), ("Field-Notes", false));
    let mut copy = Kept { name: "A-staging".into(), config: config.clone(), bags: bags.clone() };
    copy.config.insert("command", Json::string("staging"));
    servers.insert(0, copy);
    let expected =
        r#"{"mcpServers": {"Field Notes": {"command": "x"}, "A-staging": {"command": "staging"}}}"#;
    assert_eq!(put(Format::ClaudeDesktop, original, &servers[..1], Others::Keep).as_deref(), Ok(expected));
    assert_eq!(put(Format::ClaudeDesktop, original, &servers, Others::Keep).as_deref(), Ok(expected));
}

#[test]
fn a_place_for_servers_is_not_made_for_none() {
    let home =
        r#"{"projects": {"/shop": {"mcpServers": {"a": {"type": "stdio", "command": "x", "args": []}}}}}"#;
    for (format, original) in [
        (Format::ClaudeHome, home),
        (Format::Cursor, r#"{"other": 1}"#),
        (Format::Vscode, r#"{"other": 1}"#),
        (Format::Codex, "other = 1\n"),
        (Format::Goose, "other: 1\n"),
        (Format::OpenhandsToml, "other = 1\n"),
    ] {
        let own = again(format, original);
        for others in [Others::Keep, Others::Remove] {
            assert_eq!(put(format, original, &kept(&own), others).as_deref(), Ok(original), "{format}");
        }
    }
}

/// A file, what is exported into it, what it becomes.
fn check(format: Format, original: &str, exported: &str, others: Others, expected: &str) {
    let text =
        in_place(format, original, exported, others).unwrap_or_else(|error| panic!("{error}\n{original}"));
    assert_eq!(text.as_str(), expected, "{format}\n{original}\n{exported}");
}

#[test]
fn json_keeps_comments_commas_and_the_manner_of_its_lines() {
    use Others::{Keep, Remove};
    let export = |servers: &str| format!("{{\"mcpServers\": {{{servers}}}}}");
    let (a, b) = (r#""a": {"command": "x"}"#, r#""b": {"url": "https://b.example"}"#);
    for (original, servers, others, expected) in [
        (
            "{}",
            a.to_owned(),
            Keep,
            "{\n  \"mcpServers\": {\n    \"a\": {\n      \"command\": \"x\"\n    }\n  }\n}",
        ),
        (
            "{ \"x\": 1 } // end",
            a.to_owned(),
            Keep,
            "{ \"x\": 1, \"mcpServers\": {\"a\": {\"command\": \"x\"}} } // end",
        ),
        (
            "{\r\n\t\"mcpServers\": {\r\n\t\t// one\r\n\t\t\"a\": { \"command\": \"x\" }, // mine\r\n\t\t/* later */\r\n\t},\r\n}",
            format!("{a}, {b}"),
            Keep,
            "{\r\n\t\"mcpServers\": {\r\n\t\t// one\r\n\t\t\"a\": { \"command\": \"x\" }, // mine\r\n\t\t\"b\": {\"url\": \"https://b.example\"},\r\n\t\t/* later */\r\n\t},\r\n}",
        ),
        (
            "{\"mcpServers\": {\"a\": {\"command\":\"x\"} /* a */ }}",
            format!("{a}, {b}"),
            Keep,
            "{\"mcpServers\": {\"a\": {\"command\":\"x\"}, \"b\": {\"url\":\"https://b.example\"} /* a */ }}",
        ),
        (
            "{\"mcpServers\": {\n  \"a\": {\"command\": \"x\"},\n  \"b\": {\"command\": \"y\"} // why\n}}",
            a.to_owned(),
            Remove,
            "{\"mcpServers\": {\n  \"a\": {\"command\": \"x\"}\n  // why\n}}",
        ),
        (
            "{\"mcpServers\": {\n  \"b\": {\"command\": \"y\"},\n  \"c\": {\"command\": \"z\"},\n}}",
            a.to_owned(),
            Remove,
            "{\"mcpServers\": {\n  \"a\": {\"command\": \"x\"},\n}}",
        ),
        ("{\"mcpServers\": {\"b\": {\"command\": \"y\"}}}", String::new(), Remove, "{\"mcpServers\": {}}"),
        (
            "{\"mcpServers\": {\"a\": {\"command\": \"y\", \"args\": [\"1\", // one\n \"2\"], \"note\": null}}}",
            r#""a": {"command": "y", "args": ["1", "3", "4"], "note": null}"#.to_owned(),
            Keep,
            "{\"mcpServers\": {\"a\": {\"command\": \"y\", \"args\": [\"1\", // one\n \"3\",\n \"4\"], \"note\": null}}}",
        ),
    ] {
        check(Format::ClaudeDesktop, original, &export(&servers), others, expected);
    }
}

#[test]
fn toml_is_changed_as_each_table_is_written() {
    use Others::{Keep, Remove};
    let a = "[mcp_servers.a]\ncommand = \"x\"\n";
    for (original, exported, others, expected) in [
        ("", a.to_owned(), Keep, a.to_owned()),
        ("# mine", a.to_owned(), Keep, format!("# mine\n{a}")),
        ("model = 1 # one\n", a.to_owned(), Keep, format!("model = 1 # one\n\n{a}")),
        (
            "\u{feff}[mcp_servers.a] # first\r\ncommand = \"x\" # why\r\n\r\n[tui]\r\nx = 1\r\n",
            format!("{}cwd = \"/b\"\n\n[mcp_servers.b]\nurl = \"https://b.example\"\n", a.replace("\"x\"", "\"y\"")),
            Keep,
            "\u{feff}[mcp_servers.a] # first\r\ncommand = \"y\" # why\r\ncwd = \"/b\"\r\n\r\n[mcp_servers.b]\r\nurl = \"https://b.example\"\r\n\r\n[tui]\r\nx = 1\r\n".to_owned(),
        ),
        (
            "[mcp_servers.b]\ncommand = \"y\"\n\n[mcp_servers.b.env]\nA = \"1\"\n\n[mcp_servers.a]\ncommand = \"x\"\n\n# last\n",
            a.to_owned(),
            Remove,
            "[mcp_servers.a]\ncommand = \"x\"\n\n# last\n".to_owned(),
        ),
        (
            "[mcp_servers]\na = { command = \"x\", args = [ # none\n  \"1\", # one\n] }\nb.command = \"y\"\n",
            "[mcp_servers.a]\ncommand = \"x\"\nargs = [\"1\", \"2\"]\nenabled = false\n\n[mcp_servers.b]\ncommand = \"y\"\ncwd = \"/b\"\n".to_owned(),
            Keep,
            "[mcp_servers]\na = { command = \"x\", args = [ # none\n  \"1\", # one\n  \"2\",\n], enabled = false }\nb.command = \"y\"\nb.cwd = \"/b\"\n".to_owned(),
        ),
        (
            "mcp_servers.\"a b\".command = \"y\"\n[x]\n",
            "[mcp_servers.\"a b\"]\ncommand = \"y\"\nargs = [\"1\"]\n".to_owned(),
            Keep,
            "mcp_servers.\"a b\".command = \"y\"\nmcp_servers.\"a b\".args = [\"1\"]\n[x]\n".to_owned(),
        ),
        (
            "[mcp_servers.a]\ncommand = \"x\"\nargs = [\"1\", \"2\"]\n",
            "[mcp_servers.a]\ncommand = \"x\"\nargs = []\n".to_owned(),
            Keep,
            "[mcp_servers.a]\ncommand = \"x\"\nargs = []\n".to_owned(),
        ),
        (
            "[mcp_servers.a]\ncommand = \"x\"\nenv = { A = \"1\", B = \"2\" } # both\n",
            "[mcp_servers.a]\ncommand = \"x\"\nenv = { B = \"3\" }\n".to_owned(),
            Keep,
            "[mcp_servers.a]\ncommand = \"x\"\nenv = { B = \"3\" } # both\n".to_owned(),
        ),
    ] {
        check(Format::Codex, original, &exported, others, &expected);
    }
}

#[test]
fn the_lists_of_the_old_openhands_file_are_changed_one_by_one() {
    let original = "[core]\nx = 1\n\n[mcp]\nsse_servers = [\"https://a.example\", { url = \"https://b.example\" }] # both\n\n[[mcp.stdio_servers]]\nname = \"one\" # first\ncommand = \"x\"\n\n[[mcp.stdio_servers]]\nname = \"two\"\ncommand = \"y\"\n[mcp.stdio_servers.env]\nA = \"1\"\n";
    let exported = "[mcp]\nsse_servers = [{ url = \"https://a.example\" }]\nshttp_servers = [{ url = \"https://b.example\", api_key = \"k\" }]\nstdio_servers = [{ name = \"two\", command = \"z\", env = { A = \"2\" } }, { name = \"three\", command = \"w\" }]\n";
    let expected = "[core]\nx = 1\n\n[mcp]\nsse_servers = [\"https://a.example\"] # both\n\n[[mcp.stdio_servers]]\nname = \"two\"\ncommand = \"z\"\n[mcp.stdio_servers.env]\nA = \"2\"\n\n[[mcp.stdio_servers]]\nname = \"three\"\ncommand = \"w\"\n\n[[mcp.shttp_servers]]\nurl = \"https://b.example\"\napi_key = \"k\"\n";
    check(Format::OpenhandsToml, original, exported, Others::Remove, expected);
}

#[test]
fn yaml_is_changed_line_by_line() {
    use Others::{Keep, Remove};
    for (original, exported, others, expected) in [
        (
            "# mine\nmodel: x # one\n",
            "mcpServers:\n  a:\n    command: x\n",
            Keep,
            "# mine\nmodel: x # one\nmcpServers:\n  a:\n    command: x\n",
        ),
        (
            "mcpServers:   # none\nother: 1\n",
            "mcpServers:\n  a:\n    command: x\n",
            Keep,
            "mcpServers:\n  a:\n    command: x   # none\nother: 1\n",
        ),
        (
            "mcpServers:\r\n    # first\r\n    a:\r\n      command: x # why\r\n      args: [-y, b]   # two\r\n    # then\r\n    b: {command: y, env: {A: '1'}}\r\n# end\r\nother: 1",
            "mcpServers:\n  a:\n    command: z\n    args:\n      - -y\n      - c\n      - d\n  b:\n    command: y\n    env:\n      A: '2'\n    timeout: 5000\n  c:\n    command: v\n    args:\n      - 'yes'\n",
            Keep,
            "mcpServers:\r\n    # first\r\n    a:\r\n      command: z # why\r\n      args: [-y, c, d]   # two\r\n    # then\r\n    b: {command: y, env: {A: \"2\"}, timeout: 5000}\r\n    c:\r\n      command: v\r\n      args:\r\n        - \"yes\"\r\n# end\r\nother: 1",
        ),
        (
            "mcpServers:\n  a:\n    command: x\n  # about b\n  b:\n    command: |\n      y\n\n    args: []\n  c:\n    command: z\n",
            "mcpServers:\n  a:\n    command: x\n  c:\n    command: z\n",
            Remove,
            "mcpServers:\n  a:\n    command: x\n  # about b\n  c:\n    command: z\n",
        ),
        (
            "mcpServers:\n  # one\n  a:\n    command: x\nz: 1\n",
            "{}\n",
            Remove,
            "mcpServers: {}\n  # one\nz: 1\n",
        ),
        (
            "mcpServers:\n  # one\n  a:\n    command: x\nz: 1\n",
            "mcpServers:\n  b:\n    command: v\n",
            Remove,
            "mcpServers:\n  # one\n  b:\n    command: v\nz: 1\n",
        ),
        (
            "mcpServers:\n  a:\n    command: x\n    args:\n    - one # 1\n    -   two\n    env:\n      A: b\n",
            "mcpServers:\n  a:\n    command: x\n    args:\n      - two\n      - three\n    timeout: 1000\n",
            Keep,
            "mcpServers:\n  a:\n    command: x\n    args:\n    # 1\n    -   two\n    - three\n    timeout: 1000\n",
        ),
        (
            "mcpServers:\n  a:\n    command: \"x \\\" #\" # why\n    \"args\"  : ['it''s' , \"b\"   ] # two\n    env:\n      'A' : 'it''s'   # three\n",
            "mcpServers:\n  a:\n    command: z\n    args:\n      - c\n      - d\n    env:\n      A: e\n",
            Keep,
            "mcpServers:\n  a:\n    command: z # why\n    \"args\"  : [c , d   ] # two\n    env:\n      'A' : e   # three\n",
        ),
        (
            "mcpServers:\n  a:\n    command: x\n    args:\n      - \"one\"   # 1\n      - 'two'\n      # 3\n",
            "mcpServers:\n  a:\n    command: x\n    args:\n      - three\n",
            Keep,
            "mcpServers:\n  a:\n    command: x\n    args:\n      - three   # 1\n      # 3\n",
        ),
    ] {
        check(Format::Librechat, original, exported, others, expected);
    }
    check(
        Format::Continue,
        "name: Mine\nmcpServers:\n  - name: a # one\n    command: x\n  - name: b\n    command: y\nrules: []\n",
        "mcpServers:\n  - name: b\n    command: z\n    env:\n      K: v\n  - name: c\n    command: w\n    args:\n      - q\n",
        Others::Remove,
        "name: Mine\nmcpServers:\n  - name: b\n    command: z\n    env:\n      K: v\n  - name: c\n    command: w\n    args:\n      - q\nrules: []\n",
    );
}

#[test]
fn what_the_servers_of_a_file_share_is_merged() {
    check(
        Format::Vscode,
        "{\n  \"inputs\": [{\"id\": \"a\", \"description\": \"mine\"}],\n  \"servers\": {}\n}\n",
        r#"{"inputs": [{"id": "a", "description": "old"}, {"id": "b"}], "servers": {"s": {"command": "${input:b}"}}}"#,
        Others::Keep,
        "{\n  \"inputs\": [{\"id\": \"a\", \"description\": \"mine\"}, {\"id\": \"b\"}],\n  \"servers\": {\n    \"s\": {\n      \"command\": \"${input:b}\"\n    }\n  }\n}\n",
    );
    // The file's own inputs stay, also where a server asks for them.
    let original =
        r#"{"inputs": [{"id": "a", "description": "mine"}], "servers": {"s": {"command": "${input:a}"}}}"#;
    check(
        Format::Vscode,
        original,
        r#"{"inputs": [{"id": "a", "description": "old"}], "servers": {"s": {"command": "${input:a}", "cwd": "/s"}}}"#,
        Others::Keep,
        &original.replace("{input:a}\"", "{input:a}\", \"cwd\": \"/s\""),
    );
    let original = r#"{"mcp": {"excluded": ["a", "gone"], "allowed": ["a", "b"]}, "mcpServers": {"a": {"command": "x"}, "b": {"command": "y"}, "c": {"command": "z"}}}"#;
    check(
        Format::Gemini,
        original,
        r#"{"mcp": {"excluded": ["b", "c"]}, "mcpServers": {"a": {"command": "x"}, "b": {"command": "y"}, "c": {"command": "z"}}}"#,
        Others::Keep,
        &original.replace("[\"a\", \"gone\"]", "[\"gone\", \"b\"]"),
    );
    check(
        Format::Gemini,
        original,
        r#"{"mcp": {"excluded": ["a"]}, "mcpServers": {"a": {"command": "x"}, "c": {"command": "z"}}}"#,
        Others::Remove,
        &original
            .replace("[\"a\", \"b\"]", "[\"a\", \"b\", \"c\"]")
            .replace("\"b\": {\"command\": \"y\"}, ", ""),
    );
}

#[test]
fn what_is_no_server_stays_when_the_others_are_removed() {
    for folder in ["goose", "zed", "opencode", "librechat"] {
        let (sample, import) = files().into_iter().find(|(sample, _)| sample.folder == folder).unwrap();
        let text = put(import.format, &sample.text, &[], Others::Remove).unwrap();
        let left = again(import.format, &text);
        assert!(left.servers.is_empty() && left.refused.len() == import.refused.len(), "{folder}\n{text}");
        let ignored = |import: &Import| -> Vec<String> {
            import.ignored.iter().map(|ignored| ignored.place.at.clone()).collect()
        };
        assert_eq!(ignored(&left), ignored(&import), "{folder}\n{text}");
    }
    // Tokens that are not exported are not lost with another member of their server.
    check(
        Format::Cline,
        r#"{"mcpServers": {"a": {"url": "https://a.example", "type": "sse", "disabled": false, "oauth": {"access_token": "t"}}}}"#,
        r#"{"mcpServers": {"a": {"url": "https://b.example", "type": "sse"}}}"#,
        Others::Keep,
        r#"{"mcpServers": {"a": {"url": "https://b.example", "type": "sse", "disabled": false, "oauth": {"access_token": "t"}}}}"#,
    );
}

#[test]
fn another_spelling_of_the_same_server_changes_nothing() {
    for (format, original, exported) in [
        (
            Format::Gemini,
            r#"{"mcpServers": {"a": {"url": "https://a.example", "headers": {"X": "$KEY"}, "timeout": 1500.0}}}"#,
            r#"{"mcpServers": {"a": {"url": "https://a.example", "headers": {"X": "${KEY}"}, "timeout": 1500}}}"#,
        ),
        (
            Format::Windsurf,
            r#"{"mcpServers": {"a": {"url": "https://a.example", "disabled": false}}}"#,
            r#"{"mcpServers": {"a": {"serverUrl": "https://a.example"}}}"#,
        ),
    ] {
        check(format, original, exported, Others::Remove, original);
    }
}

#[test]
fn a_server_that_would_mean_something_else_member_by_member_is_replaced() {
    check(
        Format::Windsurf,
        r#"{"mcpServers": {"a": {"url": "https://a.example"}}}"#,
        r#"{"mcpServers": {"a": {"serverUrl": "https://b.example"}}}"#,
        Others::Keep,
        r#"{"mcpServers": {"a": {"serverUrl": "https://b.example"}}}"#,
    );
}

#[test]
fn what_is_written_in_an_odd_way_is_refused_and_not_changed() {
    let a = r#"{"mcpServers": {"a": {"command": "y"}}}"#;
    let yaml = "mcpServers:\n  a:\n    command: z\n    env:\n      A: c\n";
    for (format, original, exported, why) in [
        (Format::Links, "", "", "not that of a file"),
        (Format::ServerJson, "{}", "{}", "not that of a file"),
        (Format::Cursor, "{\"a\": CANARY}", a, "line 1, column 7"),
        (Format::Cursor, "\"mcpServers\": {}", a, "braces"),
        (Format::Cursor, "[]", a, "not an object"),
        (Format::Cursor, "{\"mcpServers\": [{\"CANARY\": 1}]}", a, "another form"),
        (
            Format::VscodeSettings,
            "{\"mcp\": 1}",
            r#"{"mcp": {"servers": {"a": {"command": "y"}}}}"#,
            "not an object",
        ),
        (Format::Plain, "{\"mcpServers\": {}, \"servers\": {}}", a, "several members"),
        (Format::Plain, r#"{"x": {"command": "x"}}"#, a, "does not write them"),
        (
            Format::Librechat,
            "mcpServers:\n  a: &x\n    command: y\n    env: {A: b}\nz: *x\n",
            yaml,
            "line 2, column 6",
        ),
        (
            Format::Librechat,
            "mcpServers:\n  a:\n    command: y\n    env: &e\n      A: b\nz: *e\n",
            yaml,
            "anchor",
        ),
        (
            Format::Librechat,
            "mcpServers:\n  a:\n    command: y\n    env: {A: # CANARY\n      b}\nz: [*e]\n",
            yaml,
            "not YAML",
        ),
    ] {
        let error = in_place(format, original, exported, Others::Keep).map(|_| ()).unwrap_err().to_string();
        assert!(error.contains(why) && !error.contains("CANARY"), "{original}\n{error}");
    }
}

/// A file as a person has it: comments between the lines, other members, line breaks of one kind.
fn decorated(format: Format, exported: &str, comments: &[bool], is_crlf: bool, has_mark: bool) -> String {
    let syntax = super::super::clients::of(format).syntax;
    let mark = if syntax == client::FileSyntax::Json { "//" } else { "#" };
    let mut text = String::new();
    if syntax == client::FileSyntax::Toml {
        text.push_str("top = [1, # one\n 2]\n");
    }
    for (at, line) in exported.lines().enumerate() {
        if comments[at % comments.len()] {
            text.push_str(&format!("  {mark} comment {at}, \"x\": {{\n"));
        }
        text.push_str(line);
        text.push('\n');
        if at == 0 && syntax == client::FileSyntax::Json {
            text.push_str("  \"other\": { \"a\": [1, /* two */ 2,] , }, // other\n");
        }
    }
    match syntax {
        client::FileSyntax::Json => {}
        client::FileSyntax::Toml => text.push_str("[other] # other\na = { b = 1 }\n"),
        client::FileSyntax::Yaml => text.push_str("other:\n- 1 # one\n-  {a: b}\n"),
    }
    let text = if is_crlf { text.replace('\n', "\r\n") } else { text };
    format!("{}{text}", if has_mark { "\u{feff}" } else { "" })
}

/// The lines of a file that are not those of some servers, without the commas at their ends.
fn lines_outside<'t>(
    format: Format,
    text: &'t str,
    import: &Import,
    is_touched: impl Fn(&str) -> bool,
) -> Vec<&'t str> {
    let mut starts: Vec<(usize, bool)> =
        import.servers.iter().map(|entry| (entry.place.position.line, is_touched(&entry.name))).collect();
    starts.sort_unstable();
    if starts.is_empty() {
        return Vec::new();
    }
    let lines = text.lines().enumerate().filter(|(at, line)| {
        let server = starts.iter().rfind(|(start, _)| *start <= at + 1);
        // Other members are behind the last server, and a map of none is written behind its name.
        let is_other = line.contains("other") || line.contains("comment") || !line.starts_with(' ');
        // The list of those that are off is before the servers of Gemini.
        !is_other && server.map_or(format != Format::Gemini, |(_, is_touched)| !is_touched)
    });
    lines.map(|(_, line)| line.trim_end().trim_end_matches(',')).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_file_is_changed_where_a_server_differs_and_nowhere_else(
        configs in proptest::collection::vec((any_config(), proptest::option::weighted(0.4, any_config()), 0..4_u8), 1..5),
        format in proptest::sample::select(formats().collect::<Vec<_>>()),
        comments in proptest::collection::vec(any::<bool>(), 1..7),
        (is_crlf, has_mark, is_removing) in any::<(bool, bool, bool)>(),
    ) {
        let server = |at: usize, config: &Object| Kept { name: format!("n{at}"), config: config.clone(), bags: Object::new() };
        // The last ones are new.
        let old: Vec<Kept> = configs.iter().enumerate().filter(|(_, (_, _, kind))| *kind != 3).map(|(at, (config, ..))| server(at, config)).collect();
        let original = decorated(format, exported(format, &old).text.as_str(), &comments, is_crlf, has_mark);
        let before = again(format, &original);
        let own = kept(&before);
        let unchanged = put(format, &original, &own, Others::Remove);
        prop_assert_eq!(unchanged.as_deref(), Ok(original.as_str()), "{}", format);

        let new: Vec<Kept> = configs
            .iter()
            .enumerate()
            .filter(|(_, (_, _, kind))| *kind != 2)
            .map(|(at, (config, changed, _))| match own.iter().find(|own| own.name == format!("n{at}")) {
                Some(own) => Kept { name: own.name.clone(), config: changed.clone().unwrap_or_else(|| own.config.clone()), bags: own.bags.clone() },
                None => server(at, config),
            })
            .collect();
        let others = if is_removing { Others::Remove } else { Others::Keep };
        let wanted = exported(format, &new).text;
        let text = match in_place(format, &original, wanted.as_str(), others) {
            Ok(text) => text.as_str().to_owned(),
            Err(error) => return Err(TestCaseError::fail(format!("{format}: {error}\n{original}\n--\n{}", wanted.as_str()))),
        };
        let after = again(format, &text);
        for entry in again(format, wanted.as_str()).servers {
            let is_meant = after.servers.iter().any(|found| {
                Json::from(found.to_stored().config).has_value_of(&entry.to_stored().config.into())
            });
            prop_assert!(is_meant, "{format}: {}\n{original}\n--\n{text}", entry.name);
        }
        prop_assert_eq!(text.contains("\r\n"), is_crlf);
        prop_assert!(!is_crlf || !text.replace("\r\n", "").contains('\n'));
        prop_assert_eq!(text.starts_with('\u{feff}'), has_mark);
        prop_assert_eq!(text.matches("other").count(), original.matches("other").count());
        // Its servers without a name are known by addresses, which are the same again and again here.
        if format != Format::OpenhandsToml {
            let is_touched = |name: &str| {
                let number = name.strip_prefix('n').and_then(|number| number.parse::<usize>().ok());
                number.is_none_or(|at| configs[at].1.is_some() || configs[at].2 == 2)
            };
            let mut lines = text.lines().map(|line| line.trim_end().trim_end_matches(','));
            for line in lines_outside(format, &original, &before, is_touched) {
                prop_assert!(lines.any(|own| own == line), "{format}: {line}\n{original}\n--\n{text}");
            }
        }
    }
}

#[test]
fn an_entry_that_cannot_be_read_is_no_server_of_its_name() {
    let file = "mcpServers:\n  - name: Data base\n    command: uvx\n    env:\n      A:\n  - name: Data base\n    command: uvx\n";
    let exported = "mcpServers:\n  - name: Data base\n    command: other\n";
    let text = in_place(Format::Continue, file, exported, Others::Keep).unwrap();
    assert_eq!(text.as_str(), file.trim_end_matches("uvx\n").to_owned() + "other\n");
    // Where it is the only one it is replaced, as in a map.
    let file = "mcpServers:\n  - name: Data base\n    command: 1\n";
    let text = in_place(Format::Continue, file, exported, Others::Keep).unwrap();
    assert_eq!(text.as_str(), exported);
}
