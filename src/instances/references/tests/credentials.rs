//! What the member `auth` and a user in the URL become.

use super::*;

#[test]
fn each_strategy_becomes_its_headers() {
    let oauth = |state: &str| {
        format!(r#"{{"strategy":"oauth2","authentication":{{"type":"oauth"}},"state":{state}}}"#)
    };
    for (auth, expected) in [
        ("null".to_owned(), vec![]),
        (r#""""#.to_owned(), vec![]),
        (r#"{"strategy":"none"}"#.to_owned(), vec![]),
        (r#""sealed ${MCP_SECRET_A}""#.to_owned(), vec![("Authorization", "Bearer canary-a")]),
        (r#"{"strategy":"bearer","value":"sealed t"}"#.to_owned(), vec![("Authorization", "Bearer t")]),
        (
            r#"{"strategy":"api_key","value":"${MCP_SECRET_A}"}"#.to_owned(),
            vec![("Authorization", "Bearer canary-a")],
        ),
        (
            r#"{"strategy":"api_key","value":"sealed t","header_name":"X-Api-Key"}"#.to_owned(),
            vec![("X-Api-Key", "t")],
        ),
        (
            r#"{"strategy":"basic","username":"u","password":"${MCP_SECRET_A}"}"#.to_owned(),
            vec![("Authorization", "Basic dTpjYW5hcnktYQ==")],
        ),
        (r#"{"strategy":"basic","username":"u"}"#.to_owned(), vec![("Authorization", "Basic dTo=")]),
        (
            r#"{"strategy":"header","headers":{"X":"sealed t","Y":"${MCP_SECRET_A}"}}"#.to_owned(),
            vec![("X", "t"), ("Y", "canary-a")],
        ),
        (r#"{"strategy":"header"}"#.to_owned(), vec![]),
        (oauth(r#"{"tokens":{"access_token":"sealed t"}}"#), vec![("Authorization", "Bearer t")]),
        // No part of what is approved, and so nothing is resolved in it.
        (
            oauth(r#"{"tokens":{"access_token":"${MCP_SECRET_A}"}}"#),
            vec![("Authorization", "Bearer ${MCP_SECRET_A}")],
        ),
        (
            oauth(r#"{"tokens":{"access_token":"sealed t"},"token_expires_at":4102444800.5}"#),
            vec![("Authorization", "Bearer t")],
        ),
    ] {
        let remote = remote(&format!(r#"{{"url":"https://h.example/mcp","auth":{auth}}}"#));
        assert_eq!(pairs(&remote.headers), expected, "{auth}");
    }
}

#[test]
fn a_server_without_a_token_that_is_good_needs_to_be_connected() {
    for (auth, expected) in [
        (r#""oauth""#, "there is no access token"),
        (r#"{"strategy":"oauth2"}"#, "there is no access token"),
        (
            r#"{"strategy":"oauth2","state":{"tokens":{"refresh_token":"sealed r"}}}"#,
            "there is no access token",
        ),
        (
            r#"{"strategy":"oauth2","state":{"tokens":{"access_token":"sealed t"},"token_expires_at":1.5}}"#,
            "its access token has expired",
        ),
    ] {
        let fault = resolve(&format!(r#"{{"url":"https://h.example/mcp","auth":{auth}}}"#)).err().unwrap();
        assert_eq!(fault.kind, FaultKind::Auth, "{auth}");
        assert_eq!(fault.message, format!("the server needs to be connected: {expected}"));
    }
}

#[test]
fn what_is_no_credential_is_a_fault() {
    let text = |auth: &str| format!(r#"{{"url":"https://h.example/mcp","auth":{auth}}}"#);
    for (auth, expected) in [
        (r#"{"strategy":"bearer"}"#, "auth: has no `value`"),
        (r#"{"strategy":"bearer","value":""}"#, "/auth/value: the credential is empty"),
        (r#"{"strategy":"bearer","value":1}"#, "/auth/value: it is not a string"),
        (r#"{"strategy":"bearer","value":"foreign canary"}"#, "/auth/value: no key opens the stored value"),
        (r#"{"strategy":"basic"}"#, "auth: has no `username`"),
        (r#"{"strategy":"header","headers":["x"]}"#, "auth: has `headers` that are not an object"),
        (r#"{"strategy":"other"}"#, "auth: has no `strategy` that this service knows"),
        ("{}", "auth: has no `strategy` that this service knows"),
        ("[1]", "auth: has a form that this service does not know"),
        (
            r#"{"strategy":"bearer","value":"${MCP_SECRET_LINES}"}"#,
            "/auth/value: the value holds a line break or another control character",
        ),
        (
            r#"{"strategy":"bearer","value":"${MCP_SECRET_NONE}"}"#,
            "environment variable MCP_SECRET_NONE: is not set",
        ),
    ] {
        assert_eq!(why(resolve(&text(auth))), expected, "{auth}");
    }
    let headers = r#"{"url":"https://h.example/mcp","headers":{"X":"${MCP_SECRET_LINES}"}}"#;
    assert!(why(resolve(headers)).starts_with("/headers/X: the value holds a line break"));
}

#[test]
fn a_header_that_is_configured_is_not_set_twice() {
    for auth in [
        r#""sealed canary""#,
        r#"{"strategy":"bearer","value":"canary"}"#,
        r#"{"strategy":"header","headers":{"AUTHORIZATION":"canary"}}"#,
    ] {
        let text = format!(r#"{{"url":"https://h/","headers":{{"authorization":"canary"}},"auth":{auth}}}"#);
        assert_eq!(why(resolve(&text)), "auth: it sets a header that is set already", "{auth}");
    }
}

#[test]
fn a_user_in_the_url_is_sent_in_the_header_unless_that_is_set() {
    let plain = remote(r#"{"url":"https://u:p%40s@h.example/mcp"}"#);
    assert_eq!(plain.url.expose(), "https://h.example/mcp");
    assert_eq!(pairs(&plain.headers), [("Authorization", "Basic dTpwQHM=")]);
    for rest in [r#""headers":{"authorization":"Bearer t"}"#, r#""auth":"t""#] {
        let other = remote(&format!(r#"{{"url":"https://u:p@h.example/mcp",{rest}}}"#));
        assert_eq!(other.url.expose(), "https://h.example/mcp");
        assert_eq!(other.headers.len(), 1, "{rest}");
        assert_eq!(other.headers[0].1.expose(), "Bearer t", "{rest}");
    }
}
