//! What is odd but may be sent: ours translates it, refuses it, or stores it so that the real server reads
//! the same and its next save changes nothing.

use serde_json::json;

use crate::pair::Pair;
use crate::resave::resave;
use crate::server::item;

pub(crate) fn the_real_server_reads_what_ours_translates(pair: &Pair) {
    let url = "https://mcp.example/v1";
    let cases = [
        (json!({"url": url, "type": "shttp"}), json!({"url": url, "transport": "http"})),
        (json!({"command": "x", "type": "stdio"}), json!({"command": "x", "transport": "stdio"})),
        (
            json!({"url": url, "auth": "secret"}),
            json!({"url": url, "auth": {"strategy": "bearer", "value": "secret"}}),
        ),
        (json!({"url": url, "auth": "oauth"}), json!({"url": url, "auth": {"strategy": "oauth2"}})),
        (
            json!({"url": url, "auth": "oauth", "authentication": {"type": "oauth", "client_secret": "secret"}}),
            json!({"url": url, "auth": {"strategy": "oauth2", "authentication": {"type": "oauth", "client_secret": "secret"}}}),
        ),
    ];
    for (number, (sent, meant)) in cases.iter().enumerate() {
        let name = format!("translated-{number}");
        pair.ours.put(item(&name)).json(sent).send().expect(201);
        assert_eq!(pair.servers()[&name], *meant, "{sent}");
    }
}

pub(crate) fn whatever_the_real_server_accepts_ours_keeps(pair: &Pair) {
    let mut accepted = Vec::new();
    for (number, config) in configs().into_iter().enumerate() {
        let name = format!("their-odd-{number}");
        // Half a surrogate pair it stores, and then answers nothing but 500 (OPENHANDS §7).
        if !config.contains(r"\ud800") && pair.theirs.accepts(&name, &config) {
            accepted.push((name, config));
        }
    }
    pair.servers();
    for (name, config) in &accepted {
        let shown = pair.ours.get(item(name)).send().expect(200);
        let put = pair.ours.put(item(name)).if_match(shown.etag()).json(&shown.json()["config"]).send();
        // A stored NUL stays, but no request may bring one.
        match config.contains(r"\u0000") && put.status == 422 {
            true => drop(put.expect_problem(422, "malformed-body")),
            false => assert_eq!(put.expect(200).etag(), shown.etag(), "{config}"),
        }
    }
    println!("      {} odd configurations of theirs kept", accepted.len());
}

pub(crate) fn whatever_ours_accepts_the_real_server_keeps(pair: &Pair) {
    let (mut accepted, mut refused) = (0, 0);
    for (number, config) in configs().into_iter().enumerate() {
        let put = pair.ours.put(item(&format!("odd-{number}"))).body("application/json", &config);
        match put.send() {
            answer if answer.status == 422 => refused += 1,
            answer => {
                answer.expect(201);
                accepted += 1;
            }
        }
    }
    let names = names();
    for name in &names {
        pair.ours.put(item(name)).json(&json!({"command": "x"})).send().expect(201);
    }
    resave(pair, 322);
    println!(
        "      {accepted} odd configurations and {} odd names of ours kept, {refused} refused",
        names.len()
    );
}

/// Legal names that something on the way might take for something else.
fn names() -> Vec<String> {
    let odd = ["...", "-", "__proto__", "constructor", "null", "0", "a@b:c.d", "mcp_config"];
    odd.into_iter().map(str::to_owned).chain([String::from("n").repeat(128)]).collect()
}

/// One odd value at a time, in a configuration that is well but for it; as text, since some are no values.
fn configs() -> Vec<String> {
    let stdio = |member: &str| format!(r#"{{"command":"x",{member}}}"#);
    let remote = |member: &str| format!(r#"{{"url":"https://mcp.example/v1",{member}}}"#);
    let auth = |member: &str| remote(&format!(r#""auth":{member}"#));
    let texts = [
        r#""""#,
        r#"" ""#,
        r#""\t""#,
        r#""\u0000""#,
        r#""\ud800""#,
        r#""\ufeff""#,
        r#""\u2028""#,
        r#""gAAAAA""#,
        r#""**********""#,
        r#""[REDACTED]""#,
        "null",
        "1",
        "true",
        "[]",
        "{}",
    ];
    let numbers = [
        "0",
        "-0",
        "-0.0",
        "-1",
        "0.1",
        "1e0",
        "1E+2",
        "1e-400",
        "1e308",
        "1e309",
        "9007199254740993",
        "123456789012345678901234567890",
        r#""30""#,
        "true",
        "null",
        "{}",
        "[]",
    ];
    let flags = ["true", "false", "null", "0", "1", r#""yes""#, "{}"];
    let lists = ["[]", "null", r#"[""]"#, "[null]", "[1]", r#""x""#, "{}", r#"[["x"]]"#];
    let maps = [
        "{}",
        "null",
        "[]",
        r#"{"":"x"}"#,
        r#"{"A":null}"#,
        r#"{"A":{}}"#,
        r#"{"A":"x","A":"y"}"#,
        r#"{"a b\n":"x"}"#,
        r#"{"Ünïcödé":"x"}"#,
    ];
    let members = |names: &[&str], values: &[&str]| -> Vec<String> {
        names.iter().flat_map(|name| values.iter().map(move |value| format!(r#""{name}":{value}"#))).collect()
    };
    let in_stdio = [
        members(&["cwd", "description"], &texts),
        members(&["timeout"], &numbers),
        members(&["keep_alive", "enabled"], &flags),
        members(&["args"], &lists),
        members(&["env"], &maps),
        members(
            &["tools", "include_tags", "authentication", "api_key", "disabled"],
            &["null", "{}", "[]", "true"],
        ),
    ];
    let in_remote =
        [members(&["icon"], &texts), members(&["sse_read_timeout"], &numbers), members(&["headers"], &maps)];
    let secrets = texts.iter().flat_map(|text| {
        [
            stdio(&format!(r#""env":{{"A":{text}}}"#)),
            remote(&format!(r#""headers":{{"A":{text}}}"#)),
            auth(&format!(r#"{{"strategy":"bearer","value":{text}}}"#)),
            auth(&format!(r#"{{"strategy":"api_key","value":"x","header_name":{text}}}"#)),
            auth(&format!(r#"{{"strategy":"basic","username":{text},"password":"x"}}"#)),
            auth(&format!(r#"{{"strategy":"basic","username":"u","password":{text}}}"#)),
            auth(&format!(r#"{{"strategy":"header","headers":{{"A":{text}}}}}"#)),
            auth(&format!(
                r#"{{"strategy":"oauth2","authentication":{{"type":"oauth","client_secret":{text}}}}}"#
            )),
            auth(&format!(
                r#"{{"strategy":"oauth2","authentication":{{"type":"oauth","client_id":{text}}}}}"#
            )),
            auth(&format!(r#"{{"strategy":"oauth2","authentication":{{"type":"oauth","scopes":{text}}}}}"#)),
            auth(&format!(r#"{{"strategy":"oauth2","state":{{"tokens":{{"access_token":{text}}}}}}}"#)),
            auth(&format!(r#"{{"strategy":"oauth2","state":{{"tokens":{{"refresh_token":{text}}}}}}}"#)),
            auth(&format!(
                r#"{{"strategy":"oauth2","state":{{"tokens":{{"access_token":"x","scope":{text}}}}}}}"#
            )),
            auth(&format!(r#"{{"strategy":"oauth2","state":{{"client_info":{{"client_secret":{text}}}}}}}"#)),
            auth(&format!(r#"{{"strategy":"oauth2","state":{{"token_expires_at":{text}}}}}"#)),
        ]
    });
    let shapes = [
        "null",
        "{}",
        "[]",
        r#""""#,
        r#""oauth""#,
        r#"{"strategy":null}"#,
        r#"{"strategy":"none"}"#,
        r#"{"strategy":"none","value":"x"}"#,
        r#"{"strategy":"other"}"#,
        r#"{"strategy":"bearer"}"#,
        r#"{"strategy":"bearer","header_name":"X"}"#,
        r#"{"strategy":"basic"}"#,
        r#"{"strategy":"header"}"#,
        r#"{"strategy":"header","headers":null}"#,
        r#"{"strategy":"header","headers":{}}"#,
        r#"{"strategy":"oauth2","authentication":null}"#,
        r#"{"strategy":"oauth2","authentication":{}}"#,
        r#"{"strategy":"oauth2","authentication":{"type":"oauth"}}"#,
        r#"{"strategy":"oauth2","authentication":{"type":"other"}}"#,
        r#"{"strategy":"oauth2","authentication":{"type":"oauth","client_auth_method":"other"}}"#,
        r#"{"strategy":"oauth2","authentication":{"type":"oauth","scopes":[]}}"#,
        r#"{"strategy":"oauth2","authentication":{"type":"oauth","additional_client_metadata":{}}}"#,
        r#"{"strategy":"oauth2","authentication":{"type":"oauth","additional_client_metadata":{"a":null,"b":[null,{}],"c":1e2}}}"#,
        r#"{"strategy":"oauth2","state":null}"#,
        r#"{"strategy":"oauth2","state":{}}"#,
        r#"{"strategy":"oauth2","state":{"tokens":{}}}"#,
        r#"{"strategy":"oauth2","state":{"tokens":null,"client_info":{}}}"#,
        r#"{"strategy":"oauth2","state":{"other":1}}"#,
        r#"{"strategy":"oauth2","state":{"tokens":{"access_token":"x","deep":{"a":null,"b":{},"n":1.0}}}}"#,
        r#"{"strategy":"oauth2","state":{"client_info":{"a":null,"b":{},"n":9007199254740993}}}"#,
        r#"{"strategy":"oauth2","state":{"token_expires_at":1e3}}"#,
        r#"{"strategy":"oauth2","state":{"token_expires_at":0}}"#,
    ];
    let whole = [
        r#"{}"#,
        r#"{"command":""}"#,
        r#"{"url":""}"#,
        r#"{"url":"x"}"#,
        r#"{"url":"ftp://u:p@h/?token=t"}"#,
        r#"{"command":"x","url":null}"#,
        r#"{"command":"x","transport":"http"}"#,
        r#"{"url":"x","transport":"stdio"}"#,
        r#"{"command":"x","url":"y","transport":"sse"}"#,
        r#"{"command":"x","auth":{"strategy":"bearer","value":"x"}}"#,
        r#"{"command":"x","headers":{"authorization":"x"}}"#,
        r#"{"url":"x","headers":{"aUTHORIZATION":"x"},"auth":{"strategy":"none"}}"#,
        r#"{"url":"x","headers":{"aUTHORIZATION":"x"},"auth":null}"#,
    ];
    let whole = whole.into_iter().map(str::to_owned);
    let in_stdio = in_stdio.concat();
    let in_remote = in_remote.concat();
    let members =
        in_stdio.iter().map(|member| stdio(member)).chain(in_remote.iter().map(|member| remote(member)));
    members.chain(secrets).chain(shapes.map(auth)).chain(whole).collect()
}
