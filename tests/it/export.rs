//! `GET /api/export`: servers in the form of another client, and which of their secrets leave.

use serde_json::{Map, Value, json};

use crate::client_texts::{EXPORT, IMPORT, Sample, exported, file, import, list, samples, text, try_import};
use crate::server::{ADMIN, READER, REVEALER, TestServer, WRITER, eventually};
use crate::site::Site;

fn start() -> TestServer {
    let server = TestServer::start();
    server.seed(
        "git-hub",
        &json!({
            "command": "npx", "args": ["-y", "x@1"], "cwd": "/srv",
            "env": {"GITHUB_TOKEN": "canary-env", "LOG": "${MCP_SECRET_LOG}", "PORT": "8080"},
        }),
    );
    server.seed(
        "web",
        &json!({
            "url": "https://u:canary-password@h.example/mcp?api_key=canary-query",
            "headers": {"Authorization": "Bearer canary-header", "X-Ref": "Bearer ${NOT_ALLOWED}"},
        }),
    );
    server
}

#[test]
fn references_are_written_for_secrets_under_the_names_of_their_places() {
    let server = start();
    let answer = server.get(format!("{EXPORT}?format=cursor")).key(READER).send().expect(200);
    answer.read::<mcp_settings::api::ExportResult>();
    assert!(!answer.text().contains("canary"), "{}", answer.text());
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let answer = answer.json();
    assert_eq!((&answer["file"], &answer["media_type"]), (&json!("mcp.json"), &json!("application/json")));
    assert_eq!(
        file(&answer)["mcpServers"],
        json!({
            "git-hub": {
                "command": "npx", "args": ["-y", "x@1"],
                "env": {
                    "GITHUB_TOKEN": "${env:GITHUB_TOKEN}", "LOG": "${env:MCP_SECRET_LOG}", "PORT": "${env:PORT}",
                },
            },
            "web": {
                "url": "https://${env:WEB_USERINFO}@h.example/mcp?api_key=${env:WEB_API_KEY}",
                "headers": {"Authorization": "${env:WEB_AUTHORIZATION}", "X-Ref": "${env:WEB_X_REF}"},
            },
        })
    );
    let variables: Vec<Value> = list(&answer["variables"])
        .iter()
        .map(|own| json!([own["name"], own["server"], own["pointer"]]))
        .collect();
    assert_eq!(
        variables,
        [
            json!(["GITHUB_TOKEN", "git-hub", "/env/GITHUB_TOKEN"]),
            json!(["PORT", "git-hub", "/env/PORT"]),
            json!(["WEB_AUTHORIZATION", "web", "/headers/Authorization"]),
            json!(["WEB_X_REF", "web", "/headers/X-Ref"]),
            json!(["WEB_USERINFO", "web", "/url/userinfo"]),
            json!(["WEB_API_KEY", "web", "/url/api_key"]),
        ]
    );
    let losses: Vec<&Value> = list(&answer["losses"]).iter().map(|loss| &loss["pointer"]).collect();
    assert!(losses.contains(&&json!("/cwd")), "{losses:?}");
    // Who may see secrets gets what the references say.
    let revealed = exported(&server, "cursor", "web", "references");
    assert_eq!(file(&revealed)["mcpServers"]["web"]["headers"]["X-Ref"], "Bearer ${env:NOT_ALLOWED}");
}

#[test]
fn placeholders_are_what_an_import_asks_for() {
    let server = start();
    let placed = exported(&server, "claude-code", "git-hub", "placeholders");
    let text = placed["text"].as_str().expect("a text");
    assert!(!text.contains("canary"), "{text}");
    assert_eq!(placed["variables"], json!([]));
    let tried = try_import(&TestServer::start(), &json!({"text": text})).send().expect(200).json();
    let asked: Vec<&Value> = list(&tried["servers"][0]["inputs"]).iter().map(|input| &input["id"]).collect();
    assert_eq!(asked, [&json!("/env/GITHUB_TOKEN"), &json!("/env/PORT")]);
}

#[test]
fn plaintext_needs_reveal_and_is_audited() {
    let server = {
        let started = start();
        let site = started.site();
        started.stop();
        TestServer::builder(site).argument("--log-format").argument("json").start()
    };
    let target = format!("{EXPORT}?format=claude-code&names=git-hub&secrets=plaintext");
    for key in [READER, WRITER] {
        let refused = server.get(&target).key(key).send().expect_problem(403, "insufficient-scope");
        assert_eq!(refused.json()["required_scope"], "reveal");
    }
    for key in [REVEALER, ADMIN] {
        let shown = server.get(&target).key(key).send().expect(200).json();
        assert_eq!(file(&shown)["mcpServers"]["git-hub"]["env"]["GITHUB_TOKEN"], "canary-env");
    }
    server.get(format!("{EXPORT}?format=cursor")).key(READER).send().expect(200);
    server.get(format!("{EXPORT}?format=cursor&names=git-hub")).key(REVEALER).send().expect(200);
    // A reference that a view masks.
    server.get(format!("{EXPORT}?format=cursor&names=web")).key(REVEALER).send().expect(200);
    eventually("all is audited", || server.audited().len() >= 5);
    let audited = server.audited();
    let said: Vec<Value> = audited
        .iter()
        .map(|event| json!([event["action"], event["exposure"], event["caller"], event["status"]]))
        .collect();
    assert_eq!(
        said,
        [
            json!(["reveal", "plaintext", "reader", 403]),
            json!(["reveal", "plaintext", "writer", 403]),
            json!(["reveal", "plaintext", "revealer", 200]),
            json!(["reveal", "plaintext", "admin", 200]),
            json!(["reveal", "plaintext", "revealer", 200]),
        ]
    );
    assert!(audited[2..4].iter().all(|event| event.to_string().contains("git-hub")), "{audited:?}");
    assert!(!server.log().contains("canary"));
}

#[test]
fn what_is_kept_for_a_client_is_not_written_for_who_may_not_see_it() {
    let server = TestServer::start();
    let entry =
        json!({"command": "x", "autoApprove": ["canary-tool"], "oauth": {"codeVerifier": "canary-verifier"}});
    let body = json!({"text": text(&json!({"a": entry})), "format": "cline"});
    import(&server, &body).send().expect(200);
    let target = format!("{EXPORT}?format=cline");
    let hidden = server.get(&target).key(READER).send().expect(200);
    assert!(!hidden.text().contains("canary"), "{}", hidden.text());
    let loss = &hidden.json()["losses"][0];
    assert_eq!((&loss["server"], &loss["pointer"]), (&json!("a"), &json!("/extensions")));
    let shown = file(&server.get(&target).send().expect(200).json());
    assert_eq!(shown["mcpServers"]["a"]["autoApprove"], json!(["canary-tool"]));
}

#[test]
fn of_what_is_kept_only_what_may_be_secret_is_replaced() {
    let server = TestServer::start();
    let librechat = concat!(
        "mcpServers:\n",
        "  web:\n    type: sse\n    url: https://h.example/\n",
        "    apiKey: {key: canary-1, source: user, authorization_type: bearer}\n",
        "    customUserVars: {SHEETS_KEY: {title: Key, description: Ask the admin}}\n",
        "  own:\n    type: sse\n    url: https://h.example/\n",
        "    apiKey: {key: canary-2, source: admin, authorization_type: basic}\n",
        "  odd:\n    type: sse\n    url: https://h.example/\n",
        "    apiKey: {key: canary-3, source: canary-4, authorization_type: custom, custom_header: X-Odd}\n",
        "    oauth: {authorization_url: 'https://a.example/', token_url: 'https://u:canary-5@a.example/'}\n",
    );
    import(&server, &json!({"text": librechat, "format": "librechat"})).send().expect(200);
    let written = |secrets: &str| {
        let answer = exported(&server, "librechat", "web,own,odd", secrets);
        let text = answer["text"].as_str().expect("a text");
        assert!(!text.contains("canary"), "{text}");
        let again = TestServer::start();
        try_import(&again, &json!({"text": text, "format": "librechat"})).send().expect(200);
        text.replace(['"', '\''], "")
    };
    for (secrets, key) in [("references", "${WEB_AUTHORIZATION}"), ("placeholders", "<WEB_AUTHORIZATION>")] {
        let text = written(secrets);
        for part in [
            &*format!("key: {key}"),
            "source: user",
            "authorization_type: bearer",
            "title: Key",
            "description: Ask the admin",
            "source: admin",
            "authorization_type: basic",
            "custom_header: X-Odd",
            "authorization_url: https://a.example/",
        ] {
            assert!(text.contains(part), "{part}\n{text}");
        }
        assert!(!text.contains("headers"), "{text}");
    }
    let codex =
        "[mcp_servers.a]\ncommand = \"x\"\n[mcp_servers.a.tools.get_token]\napproval_mode = \"prompt\"\n";
    import(&server, &json!({"text": codex, "format": "codex"})).send().expect(200);
    let written = exported(&server, "codex", "a", "references");
    assert!(written["text"].as_str().expect("a text").contains("\"prompt\""), "{written}");
    assert_eq!(written["losses"], json!([]));
    let cursor = json!({"b": {"url": "https://h.example/", "auth": {"scopes": ["read"], "CLIENT_SECRET": "canary-6"}}});
    import(&server, &json!({"text": text(&cursor), "format": "cursor"})).send().expect(200);
    let written = exported(&server, "cursor", "b", "references");
    assert_eq!(
        file(&written)["mcpServers"]["b"]["auth"],
        json!({"scopes": ["read"], "CLIENT_SECRET": "${env:B_CURSOR_AUTH_CLIENT_SECRET}"})
    );
}

#[test]
fn different_secrets_are_never_written_as_one_variable() {
    let server = TestServer::start();
    for (name, key) in [("one", "canary-1"), ("two", "canary-2"), ("three", "canary-1")] {
        server.seed(name, &json!({"command": "x", "env": {"API_KEY": key}}));
    }
    server.seed("four", &json!({"command": "x", "env": {"OWN": "canary-3"}, "args": ["${OWN}"]}));
    let written = |format: &str, secrets: &str| {
        let answer = exported(&server, format, "one,two,three,four", secrets);
        assert!(!answer.to_string().contains("canary"), "{answer}");
        answer
    };
    for (secrets, before, after) in [("references", "${", "}"), ("placeholders", "<", ">")] {
        let written = file(&written("claude-code", secrets));
        for (name, member, variable) in [
            ("one", "API_KEY", "API_KEY"),
            ("two", "API_KEY", "TWO_API_KEY"),
            ("three", "API_KEY", "API_KEY"),
            ("four", "OWN", "FOUR_OWN"),
        ] {
            let expected = format!("{before}{variable}{after}");
            assert_eq!(written["mcpServers"][name]["env"][member], json!(expected), "{name}");
        }
    }
    // It names the variable itself.
    let codex = written("codex", "references");
    let text = codex["text"].as_str().expect("a text");
    assert_eq!(text.matches("env_vars = [\"API_KEY\"]").count(), 2, "{text}");
    let is_lost = |loss: &&Value| loss["server"] == "two" && loss["pointer"] == "/env/API_KEY";
    assert_eq!(list(&codex["losses"]).iter().filter(is_lost).count(), 1, "{codex}");
}

#[test]
fn references_for_secrets_in_auth_are_in_the_form_of_the_client() {
    let server = TestServer::start();
    let identity = json!({"type": "oauth", "client_id": "c", "client_secret": "canary-1", "scopes": "a b"});
    let auth = json!({"strategy": "oauth2", "authentication": identity});
    server.seed("issues", &json!({"url": "https://h.example/", "auth": auth}));
    let name = "ISSUES_AUTH_AUTHENTICATION_CLIENT_SECRET";
    for (format, at, expected) in [
        ("cursor", "/mcpServers/issues/auth/CLIENT_SECRET", format!("${{env:{name}}}")),
        ("opencode", "/mcp/issues/oauth/clientSecret", format!("{{env:{name}}}")),
        ("cline", "/mcpServers/issues/oauthClient/clientSecret", format!("${{env:{name}}}")),
    ] {
        let answer = exported(&server, format, "issues", "references");
        assert_eq!(file(&answer).pointer(at), Some(&json!(expected)), "{answer}");
    }
    let codex = "[mcp_servers.legacy]\nurl = \"https://h.example/\"\nbearer_token = \"canary-2\"\n";
    import(&server, &json!({"text": codex, "format": "codex"})).send().expect(200);
    let answer = exported(&server, "codex", "legacy", "references");
    let text = answer["text"].as_str().expect("a text");
    assert!(text.contains("bearer_token_env_var = \"LEGACY_AUTHORIZATION\""), "{text}");
    assert!(!text.contains("bearer_token ="), "{text}");
}

#[test]
fn an_export_that_makes_no_sense_is_refused() {
    let server = start();
    for query in [
        "format=",
        "format=word",
        "format=server-json",
        "format=lines",
        "format=cursor&names=",
        "format=cursor&secrets=all",
        "format=cursor&dry_run=true",
    ] {
        server.get(format!("{EXPORT}?{query}")).send().expect_problem(400, "invalid-query");
    }
    let refused = server.get(format!("{EXPORT}?format=cursor&names=web,none,other")).send();
    let refused = refused.expect_problem(404, "unknown-server").text();
    assert!(refused.contains(r#"\"none\", \"other\""#), "{refused}");
    assert_eq!(server.get(EXPORT).send().expect(200).json()["format"], "plain");
    let get = || server.get(format!("{EXPORT}?format=cursor"));
    get().anonymous().send().expect_problem(401, "unauthorized");
    get().header("Host", "evil.example").send().expect_problem(403, "forbidden-host");
    get().header("Expect", "something").send().expect_problem(417, "expectation-failed");
    get().if_match("bad").send().expect_problem(400, "invalid-header");
    server.post(EXPORT).send().expect_problem(405, "method-not-allowed");
    server.get(format!("{EXPORT}?format=cursor&names=web")).send().expect(200);

    server.write("garbage");
    get().send().expect_problem(503, "document-unreadable");
    let acp = r#"{"agent_settings":{"schema_version":4,"agent_kind":"acp"}}"#;
    let server = TestServer::builder(Site::with_document(acp)).start();
    server.get(format!("{EXPORT}?format=cursor")).send().expect_problem(404, "no-mcp-servers");
    let malformed = r#"{"agent_settings":{"mcp_config":{"mcpServers":{"a":[],"b":{"command":"x","env":{"A":"gAAAAAB"}}}}}}"#;
    let server = TestServer::builder(Site::with_document(malformed)).start();
    let target = |rest: &str| server.get(format!("{EXPORT}?format=cursor{rest}"));
    target("&names=a").send().expect_problem(409, "malformed-server");
    let all = target("").send().expect(200).json();
    assert_eq!(file(&all)["mcpServers"]["b"]["env"]["A"], "${env:A}");
    assert_eq!(all["losses"][0]["server"], "a");
}

/// The servers as they are stored, in clear, but for what the members say without it.
fn meaning(server: &TestServer) -> Map<String, Value> {
    let of = |name: String| {
        let mut config = server.plaintext(&name);
        config.as_object_mut().expect("an object").remove("transport");
        (name, config)
    };
    server.names().into_iter().map(of).collect()
}

/// Imports what of a text asks for nothing.
#[track_caller]
fn import_all(server: &TestServer, body: &mut Value) {
    for own in list(&try_import(server, body).send().expect(200).json()["servers"]) {
        if !list(&own["inputs"]).is_empty() || own.get("errors").is_some() {
            body["choices"][own["name"].as_str().expect("a name")] = json!({"action": "skip"});
        }
    }
    server.post(IMPORT).json(body).send().expect(200);
}

#[test]
fn each_sample_means_the_same_when_it_was_imported_and_is_exported() {
    for sample in samples() {
        let Sample { folder, file, text, expected } = &sample;
        let format = expected["format"].as_str().expect("a format");
        if ["server-json", "lines"].contains(&format) {
            continue;
        }
        let server = TestServer::start();
        import_all(&server, &mut json!({"text": text, "file": file, "skip_refused": true}));
        let names = server.names().join(",");
        let written = exported(&server, format, &names, "plaintext")["text"].clone();
        let other = TestServer::start();
        import_all(&other, &mut json!({"text": written, "format": format}));
        assert_eq!(meaning(&other), meaning(&server), "{folder}:\n{written}");
        let referenced = exported(&server, format, &names, "references");
        let text = referenced["text"].as_str().expect("a text");
        // What is in an argument is shown in clear everywhere, and a loss says so.
        let is_noted =
            |loss: &Value| loss["about"].as_str().is_some_and(|about| about.contains("seems to hold"));
        let says_so = list(&referenced["losses"]).iter().any(is_noted);
        for secret in sample.secrets() {
            assert!(!text.contains(secret) || says_so, "{folder}: {secret}");
        }
    }
}
