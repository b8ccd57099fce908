//! What keeps a text from being imported: it can't be read, holds what can't become a server, or asks for values; and
//! requests that make no sense. Nothing is stored then.

use serde_json::{Value, json};

use crate::client_texts::{IMPORT, import, list, of, text, try_import};
use crate::server::{READER, TestServer, WRITER, item};
use crate::site::Site;

#[test]
fn a_text_with_an_error_imports_nothing_and_says_where_it_is() {
    let server = TestServer::start();
    let good = "{ \"mcpServers\": {\n  \"a\": { \"command\": \"x\" }";
    for (file, text, line, column) in [
        ("mcp.json", format!("{good},\n  'b': {{}} }} }}"), 3, 3),
        ("mcp.json", format!("{good}\n"), 3, 1),
        ("config.toml", "[mcp_servers.a]\ncommand = \"x\n".to_owned(), 2, 13),
        ("config.yaml", "extensions:\n  a: {cmd: x\n  b: [\n".to_owned(), 3, 4),
    ] {
        for request in [import, try_import] {
            let body = json!({"text": text, "file": file});
            let refused = request(&server, &body).send().expect_problem(422, "unreadable-text");
            let error = &refused.json()["errors"][0];
            let place = (&error["pointer"], &error["line"], &error["column"]);
            assert_eq!(place, (&json!("/text"), &json!(line), &json!(column)), "{text}: {error}");
            assert!(error["message"].as_str().is_some_and(|message| !message.is_empty()));
        }
        assert_eq!(server.names(), Vec::<String>::new());
    }
}

#[test]
fn an_entry_that_cannot_become_a_server_is_refused_or_left_out_if_that_is_asked_for() {
    let server = TestServer::start();
    let text = "{ \"mcpServers\": {\n  \"a\": { \"command\": \"x\" },\n  \"b\": { \"args\": [] }\n} }";
    let tried = try_import(&server, &json!({"text": text})).send().expect(200).json();
    let refused = &tried["refused"][0];
    assert_eq!((&refused["name"], &refused["place"]["line"]), (&json!("b"), &json!(3)), "{tried}");
    let answer = import(&server, &json!({"text": text})).send().expect_problem(422, "import-refused");
    let error = &answer.json()["errors"][0];
    assert_eq!((&error["pointer"], &error["line"]), (&json!("/refused/0"), &json!(3)), "{error}");
    assert_eq!(error["message"], refused["why"]);
    assert_eq!(server.names(), Vec::<String>::new());
    let imported = import(&server, &json!({"text": text, "skip_refused": true})).send().expect(200);
    assert_eq!(list(&imported.json()["refused"]).len(), 1);
    assert_eq!(server.names(), ["a"]);
}

#[test]
fn values_that_have_to_be_entered_are_asked_for_and_put_in_their_places() {
    let server = TestServer::start();
    let text = json!({
        "inputs": [
            {"id": "key", "type": "promptString", "description": "The key", "password": true, "default": "hidden"},
            {"id": "region", "type": "pickString", "options": ["eu", "us"], "default": "eu"},
        ],
        "servers": {"a": {
            "command": "x", "args": ["--region=${input:region}"],
            "env": {"KEY": "${input:key}", "TOKEN": "<your-token>"},
        }},
    })
    .to_string();
    let tried = try_import(&server, &json!({"text": text})).send().expect(200);
    let inputs = of(&tried, "a")["inputs"].clone();
    assert_eq!(
        inputs,
        json!([
            {"id": "key", "pointers": ["/env/KEY"], "description": "The key", "is_secret": true},
            {"id": "region", "pointers": ["/args/0"], "is_secret": false, "default": "eu", "choices": ["eu", "us"]},
            {"id": "/env/TOKEN", "pointers": ["/env/TOKEN"], "is_secret": true},
        ])
    );
    let refused = import(&server, &json!({"text": text})).send().expect_problem(422, "import-refused");
    let missing = ["/choices/a/inputs/key", "/choices/a/inputs/region", "/choices/a/inputs/~1env~1TOKEN"];
    assert_eq!(refused.error_pointers(), missing);
    let some = json!({"text": text, "choices": {"a": {"inputs": {"key": "k", "region": "us"}}}});
    let refused = import(&server, &some).send().expect_problem(422, "import-refused");
    assert_eq!(refused.error_pointers(), [missing[2]]);
    assert_eq!(of(&try_import(&server, &some).send().expect(200), "a")["inputs"], json!([inputs[2]]));
    let all = json!({"key": "entered-key", "region": "us", "/env/TOKEN": "entered-token"});
    import(&server, &json!({"text": text, "choices": {"a": {"inputs": all}}})).send().expect(200);
    let stored = server.plaintext("a");
    assert_eq!(stored["args"], json!(["--region=us"]));
    assert_eq!(stored["env"], json!({"KEY": "entered-key", "TOKEN": "entered-token"}));
    // Who leaves a server out enters nothing.
    let skipped = json!({"text": text, "choices": {"a": {"action": "skip"}}});
    import(&server, &skipped).send().expect(200);
}

#[test]
fn a_request_that_makes_no_sense_is_refused_with_the_place_of_each_fault() {
    let server = TestServer::builder(Site::new()).with_run().env("MCP_SETTINGS_RUN", "off").start();
    let text = text(&json!({"a": {"command": "x"}}));
    for (body, pointers) in [
        (json!({}), &["/text"][..]),
        (json!({"text": 5}), &["/text"]),
        (json!({"text": text, "format": "word"}), &["/format"]),
        (json!({"text": text, "format": null, "file": []}), &["/format", "/file"]),
        (json!({"text": text, "force": true}), &["/force"]),
        (json!({"text": text, "skip_refused": "yes"}), &["/skip_refused"]),
        (json!({"text": text, "approve": "a"}), &["/approve"]),
        (json!({"text": text, "approve": ["a", 1]}), &["/approve/1"]),
        (json!({"text": text, "approve": ["b"]}), &["/approve/0"]),
        (json!({"text": text, "choices": []}), &["/choices"]),
        (json!({"text": text, "choices": {"b": {}}}), &["/choices/b"]),
        (json!({"text": text, "choices": {"a": "skip"}}), &["/choices/a"]),
        (json!({"text": text, "choices": {"a": {"action": "delete"}}}), &["/choices/a/action"]),
        (json!({"text": text, "choices": {"a": {"action": "rename"}}}), &["/choices/a/name"]),
        (json!({"text": text, "choices": {"a": {"action": "rename", "name": "a/b"}}}), &["/choices/a/name"]),
        (json!({"text": text, "choices": {"a": {"action": "skip", "name": "b"}}}), &["/choices/a/name"]),
        (json!({"text": text, "choices": {"a": {"if_match": "unquoted"}}}), &["/choices/a/if_match"]),
        (json!({"text": text, "choices": {"a": {"inputs": {"x": "y"}}}}), &["/choices/a/inputs/x"]),
        (json!({"text": text, "choices": {"a": {"inputs": {"x": 1}}}}), &["/choices/a/inputs/x"]),
        (json!({"text": text, "choices": {"a": {"approve": true}}}), &["/choices/a/approve"]),
    ] {
        for request in [import, try_import] {
            let answer = request(&server, &body).send().expect_problem(422, "malformed-body");
            assert_eq!(answer.error_pointers(), pointers, "{body}");
        }
    }
    assert_eq!(server.names(), Vec::<String>::new());
}

#[test]
fn no_more_servers_are_imported_at_once_than_can_be_decided_while_others_wait() {
    let server = TestServer::start();
    let many = |count: usize| {
        let servers = (0..count).map(|number| (format!("s{number}"), json!({"command": "x"})));
        json!({"text": text(&Value::Object(servers.collect()))})
    };
    for request in [import, try_import] {
        let refused = request(&server, &many(1_001)).send().expect_problem(422, "import-refused");
        assert_eq!(refused.error_pointers(), ["/text"]);
    }
    import(&server, &many(1_000)).send().expect(200);
    assert_eq!(server.names().len(), 1_000);
}

#[test]
fn a_text_may_be_sent_as_it_is_with_hints_in_the_query() {
    let server = TestServer::start();
    let text = text(&json!({"a": {"serverUrl": "https://h.example/mcp"}}));
    let send =
        |query: &str| server.post(format!("{IMPORT}?{query}")).body("text/plain; charset=utf-8", &text);
    let tried = send("dry_run=true&format=cursor&file=mcp.json").send().expect(200).json();
    assert_eq!(tried["format"], "cursor");
    assert_eq!(send("dry_run=true").send().expect(200).json()["format"], "windsurf");
    send("dry_run=false").send().expect(200);
    assert_eq!(server.plaintext("a"), json!({"url": "https://h.example/mcp"}));
    let not_utf8 = server.post(IMPORT).body("text/plain", [0xff, b'x']);
    not_utf8.send().expect_problem(422, "malformed-body");
    server.post(IMPORT).send().expect_problem(422, "malformed-body");
    let nothing = server.post(IMPORT).body("text/plain", "# nothing\n").send().expect(200).json();
    assert_eq!(nothing["servers"], json!([]));
}

#[test]
fn a_text_of_many_mebibytes_is_imported_and_one_of_more_than_16_is_not() {
    let server = TestServer::start();
    // As the file of a client that keeps what was said in it too. Quotes and line breaks take an escape each.
    let of_size = |size: usize| {
        let start = r#"{"mcpServers":{"a":{"command":"x"}},"history":""#;
        format!("{start}{}\"}}", "\\n".repeat((size - start.len() - 2) / 2))
    };
    // An unoptimized build takes its time over more.
    let text = of_size(3 << 20);
    let tried = server.post(format!("{IMPORT}?dry_run=true")).body("text/plain", text.clone()).send();
    assert_eq!(tried.expect(200).json()["servers"][0]["action"], "add");
    let body = json!({"text": text, "choices": {"a": {"action": "rename", "name": "b"}}});
    import(&server, &body).send().expect(200);
    assert_eq!(server.names(), ["b"]);
    let more = of_size((16 << 20) + 2);
    let refused = server.post(IMPORT).body("text/plain", more.clone()).send();
    let refused = refused.expect_problem(413, "body-too-large").json();
    assert_eq!(refused["detail"], "The text is larger than 16 MiB.");
    import(&server, &json!({"text": more})).send().expect_problem(413, "body-too-large");
    let refused = server.post(IMPORT).body("text/plain", "x".repeat((33 << 20) + 1)).send();
    let refused = refused.expect_problem(413, "body-too-large").json();
    assert_eq!(refused["detail"], "The body is larger than 33 MiB.");
    let many = format!(r#"{{"text":"","x":[{}1]}}"#, "1,".repeat(3 << 20));
    let refused = server.post(IMPORT).body("application/json", many).send();
    let refused = refused.expect_problem(422, "malformed-body").json();
    assert_eq!(refused["detail"], "The body has too many values.");
    // Other routes take what they took.
    let refused = server.put(item("a")).body("application/json", text).send();
    let refused = refused.expect_problem(413, "body-too-large").json();
    assert_eq!(refused["detail"], "The body is larger than 1 MiB.");
}

#[test]
fn what_no_server_may_have_is_left_out_where_that_is_asked_and_nothing_is_chosen_for_it() {
    let server = TestServer::start();
    server.seed("stored", &json!({"command": "y"}));
    let servers = json!({
        "ok": {"command": "x"}, "bad": {"command": ""}, "stored": {"command": ""},
    });
    let body = json!({"text": text(&servers), "skip_refused": true});
    let tried = try_import(&server, &body).send().expect(200);
    for name in ["bad", "stored"] {
        let own = of(&tried, name);
        assert_eq!((&own["action"], &own["needs_choice"]), (&json!("skip"), &json!(false)), "{own}");
        assert!(own["errors"][0]["pointer"].as_str().expect("a text").ends_with("/config/command"), "{own}");
    }
    let with = |member: &str, value: Value| {
        let mut body = body.clone();
        body[member] = value;
        body
    };
    let add = with("choices", json!({"bad": {"action": "add"}}));
    import(&server, &add).send().expect_problem(422, "invalid-config");
    let replace = with("choices", json!({"stored": {"action": "replace"}}));
    import(&server, &replace).send().expect_problem(422, "invalid-config");
    import(&server, &with("skip_refused", json!(false))).send().expect_problem(409, "choice-needed");
    assert_eq!(server.names(), ["stored"]);
    import(&server, &body).send().expect(200);
    assert_eq!(server.names(), ["ok", "stored"]);
    assert_eq!(server.plaintext("stored")["command"], "y");
}

#[test]
fn what_every_write_is_refused_for_an_import_is_refused_for() {
    let server = TestServer::start();
    let body = json!({"text": text(&json!({"a": {"command": "x", "env": {"A": "secret"}}}))});
    let post = || import(&server, &body);
    post().anonymous().send().expect_problem(401, "unauthorized");
    post().key(READER).send().expect_problem(403, "insufficient-scope");
    server
        .post(format!("{IMPORT}?secrets=plaintext"))
        .json(&body)
        .send()
        .expect_problem(400, "invalid-query");
    post().if_match("\"x\"").send().expect_problem(400, "invalid-header");
    post().if_none_match("*").send().expect_problem(400, "invalid-header");
    server.post(IMPORT).body("text/html", "x").send().expect_problem(415, "unsupported-media-type");
    post().header("Expect", "something").send().expect_problem(417, "expectation-failed");
    server.get(IMPORT).send().expect_problem(405, "method-not-allowed");
    let approving = json!({"text": body["text"], "approve": ["a"]});
    for request in [import, try_import] {
        let refused = request(&server, &approving).key(WRITER).send();
        let refused = refused.expect_problem(403, "insufficient-scope").json();
        assert_eq!(refused["required_scope"], "run");
    }
    assert_eq!(server.names(), Vec::<String>::new());

    server.write("garbage");
    post().send().expect_problem(409, "document-unreadable");
    server.remove_document();
    post().send().expect_problem(503, "document-vanished");
    for (document, slug) in [
        (r#"{"agent_settings":{"schema_version":10,"mcp_config":{}}}"#, "document-read-only"),
        (r#"{"agent_settings":{"schema_version":4,"agent_kind":"acp"}}"#, "no-mcp-servers"),
    ] {
        let server = TestServer::builder(Site::with_document(document)).start();
        for request in [import, try_import] {
            request(&server, &body).send().expect_problem(409, slug);
        }
    }
    let malformed = r#"{"agent_settings":{"mcp_config":{"mcpServers":{"a":[]}}}}"#;
    let server = TestServer::builder(Site::with_document(malformed)).start();
    let choose = |action: &str| {
        let choices = json!({"a": {"action": action}});
        import(&server, &json!({"text": body["text"], "choices": choices}))
    };
    assert_eq!(of(&try_import(&server, &body).send().expect(200), "a")["stored"], "differs");
    choose("merge").send().expect_problem(409, "malformed-server");
    choose("replace").send().expect(200);
    let stored: Value = server.get(item("a")).send().expect(200).json();
    assert_eq!(stored["config"]["command"], "x");
}
