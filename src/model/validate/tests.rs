//! Every rule of DESIGN §2.1 and OPENHANDS §5.1 as a row, in both dialects.

use super::*;
use crate::model::is_server_value;
use crate::model::samples::{config, object};
use Dialect::{Closed, Open};

fn wrong(before: Option<&str>, after: &str, dialect: Dialect) -> String {
    let before = before.map(config);
    let violations = validate(before.as_ref(), &config(after), dialect, true);
    let lines = violations.iter().map(|one| format!("{}: {}", one.pointer, one.message));
    lines.collect::<Vec<_>>().join("; ")
}

/// Where a new server is wrong, for both dialects.
fn wrong_at(after: &str) -> [String; 2] {
    [Open, Closed].map(|dialect| {
        let violations = validate(None, &config(after), dialect, true);
        violations.iter().map(|one| one.pointer.to_string()).collect::<Vec<_>>().join(" ")
    })
}

#[test]
fn what_is_right_is_taken() {
    let both = [
        r#"{"command":"x"}"#,
        r#"{"url":"weird://not-a"}"#,
        r#"{"command":"x","url":"http://u","args":[],"env":{},"headers":{},"cwd":"","description":"","icon":""}"#,
        r#"{"command":"x","args":["-y",""],"env":{"A":"b"},"enabled":false,"keep_alive":true}"#,
        r#"{"command":"x","timeout":0,"sse_read_timeout":30.5}"#,
        r#"{"command":"x","timeout":-0.0}"#,
        r#"{"url":"http://u","timeout":123456789012345678901234567890}"#,
        r#"{"command":"x","transport":"stdio"}"#,
        r#"{"url":"http://u","transport":"http"}"#,
        r#"{"url":"http://u","transport":"streamable-http"}"#,
        r#"{"url":"http://u","transport":"sse","command":"x"}"#,
        r#"{"url":"http://u","headers":{"Authorization":"Bearer x"}}"#,
        r#"{"url":"http://u","headers":{"X":"y"},"auth":{"strategy":"none"}}"#,
        r#"{"url":"http://u","auth":{"strategy":"api_key","value":"v","header_name":"X"}}"#,
        r#"{"url":"http://u","auth":{"strategy":"api_key"}}"#,
        r#"{"url":"http://u","auth":{"strategy":"bearer","value":"v"}}"#,
        r#"{"url":"http://u","auth":{"strategy":"basic","username":"","password":"p"}}"#,
        r#"{"url":"http://u","auth":{"strategy":"header","headers":{"Authorization":"x"}}}"#,
        r#"{"url":"http://u","auth":{"strategy":"oauth2"}}"#,
        r#"{"url":"http://u","auth":{"strategy":"oauth2","authentication":{"type":"oauth","scopes":"a","client_auth_method":"none","client_secret":"s","additional_client_metadata":{"a":[1]}}}}"#,
        r#"{"url":"http://u","auth":{"strategy":"oauth2","authentication":{"type":"oauth","scopes":["a","b"],"client_id":"c","client_name":"n","client_metadata_url":"m"}}}"#,
        r#"{"url":"http://u","auth":{"strategy":"oauth2","state":{"tokens":{"access_token":"t","refresh_token":"r","any":1},"client_info":{"client_secret":"s","any":[]},"token_expires_at":1.5}}}"#,
        r#"{"command":"x","env":{"A":"foreign s"}}"#,
    ];
    for server in both {
        assert_eq!(wrong_at(server), ["", ""], "{server}");
        assert!(is_server_value(&object(server)), "OpenHands would refuse {server}");
    }
    for server in [
        r#"{"url":"http://u","type":"shttp"}"#,
        r#"{"command":"x","type":"stdio","transport":"stdio"}"#,
        r#"{"url":"http://u","auth":"oauth","authentication":{"client_id":"c","any":1}}"#,
        r#"{"url":"http://u","auth":"a-token"}"#,
        r#"{"command":"x","tools":{"a":{"b":1}},"include_tags":["a"],"exclude_tags":[]}"#,
        r#"{"command":"x","unknown":null,"apiKey":"k","deep":{"a":[null,{"b":null}]}}"#,
        r#"{"command":"x","env":{"A":"","B":" "}}"#,
        r#"{"url":"http://u","auth":{"strategy":"none","unknown":1}}"#,
        r#"{"url":"http://u","auth":{"strategy":"oauth2","state":{"tokens":{"refresh_token":"r"}}}}"#,
    ] {
        let [open, closed] = wrong_at(server);
        assert_eq!(open, "", "{server}");
        assert_ne!(closed, "", "{server}");
    }
}

#[test]
fn what_is_wrong_is_refused_in_both_dialects() {
    for (server, at) in [
        ("{}", ""),
        (r#"{"description":"d"}"#, ""),
        (r#"{"command":""}"#, "/command"),
        (r#"{"url":""}"#, "/url"),
        (r#"{"command":1}"#, "/command"),
        (r#"{"url":["u"]}"#, "/url"),
        (r#"{"command":"x","args":"a"}"#, "/args"),
        (r#"{"command":"x","args":["a",1,true]}"#, "/args/1 /args/2"),
        (r#"{"command":"x","env":["A"]}"#, "/env"),
        (
            r#"{"command":"x","env":{"A":1,"B":true,"C":[],"D":{"a":"b"},"E":"e"}}"#,
            "/env/A /env/B /env/C /env/D",
        ),
        (r#"{"url":"http://u","headers":{"A":1.5}}"#, "/headers/A"),
        (r#"{"command":"x","env":"all"}"#, "/env"),
        (r#"{"command":"x","cwd":1}"#, "/cwd"),
        (r#"{"command":"x","description":[]}"#, "/description"),
        (r#"{"command":"x","icon":{}}"#, "/icon"),
        (r#"{"command":"x","timeout":"30"}"#, "/timeout"),
        (r#"{"command":"x","timeout":-1}"#, "/timeout"),
        (r#"{"command":"x","timeout":true}"#, "/timeout"),
        (r#"{"command":"x","timeout":1e400}"#, "/timeout"),
        (r#"{"url":"http://u","sse_read_timeout":-0.5}"#, "/sse_read_timeout"),
        (r#"{"command":"x","keep_alive":"yes"}"#, "/keep_alive"),
        (r#"{"command":"x","enabled":1}"#, "/enabled"),
        (r#"{"url":"http://u","transport":"shttp"}"#, "/transport"),
        (r#"{"url":"http://u","transport":"HTTP"}"#, "/transport"),
        (r#"{"url":"http://u","transport":1}"#, "/transport"),
        (r#"{"url":"http://u","transport":"stdio"}"#, "/transport"),
        (r#"{"command":"x","transport":"sse"}"#, "/transport"),
        (r#"{"url":"http://u","auth":{"strategy":"bearer"},"headers":{"aUTHORIZATION":"x"}}"#, "/auth"),
        (r#"{"url":"http://u","auth":1}"#, "/auth"),
        (r#"{"url":"http://u","auth":["t"]}"#, "/auth"),
        (r#"{"url":"http://u","auth":{}}"#, "/auth/strategy"),
        (r#"{"url":"http://u","auth":{"strategy":"other"}}"#, "/auth/strategy"),
        (r#"{"url":"http://u","auth":{"strategy":1}}"#, "/auth/strategy"),
        (r#"{"url":"http://u","auth":{"strategy":"basic"}}"#, "/auth/username"),
        (
            r#"{"url":"http://u","auth":{"strategy":"basic","username":1,"password":2}}"#,
            "/auth/username /auth/password",
        ),
        (r#"{"url":"http://u","auth":{"strategy":"bearer","value":1}}"#, "/auth/value"),
        (r#"{"url":"http://u","auth":{"strategy":"bearer","value":{"a":"b"}}}"#, "/auth/value"),
        (r#"{"url":"http://u","auth":{"strategy":"api_key","header_name":[]}}"#, "/auth/header_name"),
        (r#"{"url":"http://u","auth":{"strategy":"header","headers":{"A":1}}}"#, "/auth/headers/A"),
        (r#"{"url":"http://u","auth":{"strategy":"header","headers":[]}}"#, "/auth/headers"),
        (
            r#"{"url":"http://u","auth":{"strategy":"oauth2","authentication":{}}}"#,
            "/auth/authentication/type",
        ),
        (r#"{"url":"http://u","auth":{"strategy":"oauth2","authentication":[]}}"#, "/auth/authentication"),
        (
            r#"{"url":"http://u","auth":{"strategy":"oauth2","authentication":{"type":"oauth","client_auth_method":"x","scopes":[1],"client_id":2,"client_secret":3,"additional_client_metadata":4}}}"#,
            "/auth/authentication/client_auth_method /auth/authentication/scopes/0 /auth/authentication/client_id /auth/authentication/client_secret /auth/authentication/additional_client_metadata",
        ),
        (r#"{"url":"http://u","auth":{"strategy":"oauth2","state":[]}}"#, "/auth/state"),
        (
            r#"{"url":"http://u","auth":{"strategy":"oauth2","state":{"tokens":1,"client_info":{"client_secret":2},"token_expires_at":"3"}}}"#,
            "/auth/state/tokens /auth/state/client_info/client_secret /auth/state/token_expires_at",
        ),
    ] {
        let [open, closed] = wrong_at(server);
        assert_eq!(open, at, "open: {server}");
        assert_eq!(closed, at, "closed: {server}");
        // The requirement that there is a command or a URL is ours.
        assert!(
            at.is_empty()
                || at == "/timeout"
                || at == "/sse_read_timeout"
                || !is_server_value(&object(server))
        );
    }
}

#[test]
fn the_members_of_the_open_dialect_have_types_too() {
    for (server, at) in [
        (r#"{"url":"http://u","type":"websocket"}"#, "/type"),
        (r#"{"url":"http://u","type":"stdio"}"#, "/type"),
        (r#"{"command":"x","type":"shttp"}"#, "/type"),
        (r#"{"command":"x","tools":["a"]}"#, "/tools"),
        (r#"{"command":"x","include_tags":"a","exclude_tags":[1]}"#, "/include_tags /exclude_tags/0"),
        (r#"{"url":"http://u","auth":"","authentication":"a"}"#, "/auth /authentication"),
        (r#"{"url":"http://u","auth":"t","headers":{"Authorization":"x"}}"#, "/auth"),
    ] {
        assert_eq!(wrong_at(server)[0], at, "{server}");
    }
}

#[test]
fn the_closed_dialect_takes_known_members_only() {
    for (server, at) in [
        (r#"{"command":"x","unknown":1,"apiKey":"k"}"#, "/unknown /apiKey"),
        (r#"{"command":"x","type":"stdio"}"#, "/type"),
        (
            r#"{"command":"x","tools":{},"include_tags":[],"exclude_tags":[],"authentication":{}}"#,
            "/tools /include_tags /exclude_tags /authentication",
        ),
        (r#"{"url":"http://u","auth":"t"}"#, "/auth"),
        (r#"{"url":"http://u","auth":"oauth"}"#, "/auth"),
        (r#"{"url":"http://u","auth":{"strategy":"bearer","value":"v","username":"u"}}"#, "/auth/username"),
        (r#"{"url":"http://u","auth":{"strategy":"none","value":"v"}}"#, "/auth/value"),
        (
            r#"{"url":"http://u","auth":{"strategy":"oauth2","authentication":{"type":"oauth","more":1},"state":{"more":1}}}"#,
            "/auth/authentication/more /auth/state/more",
        ),
        (
            r#"{"url":"http://u","auth":{"strategy":"oauth2","state":{"tokens":{"refresh_token":"r"}}}}"#,
            "/auth/state/tokens/access_token",
        ),
        (r#"{"command":"x","env":{"A":"","B":" \t"}}"#, "/env/A /env/B"),
        (r#"{"url":"http://u","headers":{"A":""}}"#, "/headers/A"),
        (r#"{"url":"http://u","auth":{"strategy":"bearer","value":""}}"#, "/auth/value"),
        (r#"{"url":"http://u","auth":{"strategy":"basic","username":"u","password":" "}}"#, "/auth/password"),
        (r#"{"url":"http://u","auth":{"strategy":"header","headers":{"A":""}}}"#, "/auth/headers/A"),
    ] {
        assert_eq!(wrong_at(server)[1], at, "{server}");
    }
}

#[test]
fn null_below_a_known_member_is_refused_and_above_it_is_nothing() {
    for (server, at) in [
        (r#"{"command":"x","env":{"A":null}}"#, "/env/A"),
        (r#"{"command":"x","args":[null]}"#, "/args/0"),
        (r#"{"url":"http://u","auth":{"strategy":"bearer","value":null}}"#, "/auth/value"),
        (r#"{"url":"http://u","auth":{"strategy":"basic","username":null}}"#, "/auth/username"),
    ] {
        assert_eq!(wrong_at(server), [at, at], "{server}");
    }
    assert_eq!(wrong_at(r#"{"command":"x","tools":{"a":{"b":[null]}}}"#)[0], "/tools/a/b/0");
    assert_eq!(wrong_at(r#"{"command":"x","url":null,"env":null,"auth":null,"timeout":null}"#), ["", ""]);
}

#[test]
fn only_what_a_write_changes_is_judged() {
    let odd = r#"{"command":5,"env":{"A":1,"B":null,"C":"s"},"timeout":"30","tools":[],"more":1,"auth":{"strategy":"x","value":7}}"#;
    assert_eq!(wrong(Some(odd), odd, Closed), "");
    let with = |name: &str, value: &str| {
        let mut server = object(odd);
        server.insert(name, object(&format!("{{\"v\":{value}}}")).get("v").cloned().unwrap());
        crate::json::to_compact(&server.into())
    };
    for (name, value, expected) in [
        ("description", r#""new""#, ""),
        ("env", r#"{"A":1,"B":null,"C":"t"}"#, ""),
        ("env", r#"{"C":"s"}"#, ""),
        ("env", r#"{"A":2,"B":null,"C":"s"}"#, "/env/A: must be a string"),
        ("timeout", r#""31""#, "/timeout: must be a finite number of at least 0"),
        ("timeout", "31", ""),
        ("more", "1", ""),
        ("command", r#""x""#, ""),
    ] {
        assert_eq!(wrong(Some(odd), &with(name, value), Open), expected, "{name}: {value}");
    }
    assert_eq!(
        wrong(Some(odd), &with("more", "2"), Closed),
        "/more: is not a member of a server in this document: it can have url, transport, command, args, env, cwd, description, icon, timeout, sse_read_timeout, keep_alive, headers, auth, enabled"
    );
    // Without a command there must be a URL; what was so before may stay so.
    assert_eq!(wrong(Some(r#"{"cwd":"a"}"#), r#"{"cwd":"b"}"#, Open), "");
    assert_eq!(wrong(Some(r#"{"command":"x"}"#), "{}", Open), ": `command` or `url` is required");
    // Members that don't fit each other are judged when either changes.
    let unfit = r#"{"command":"x","transport":"sse"}"#;
    assert_eq!(wrong(Some(unfit), r#"{"command":"x","transport":"sse","cwd":"a"}"#, Open), "");
    assert_eq!(
        wrong(Some(unfit), r#"{"command":"y","transport":"sse"}"#, Open),
        "/transport: a remote server needs `url`"
    );
    let twice = r#"{"url":"http://u","auth":{"strategy":"none"},"headers":{"Authorization":"a"}}"#;
    assert_eq!(wrong(Some(twice), &twice.replace("\"u\"", "\"v\""), Open), "");
    assert_ne!(wrong(Some(twice), &twice.replace("\"a\"", "\"b\""), Open), "");
}

#[test]
fn another_strategy_has_all_its_members_judged() {
    let before = r#"{"url":"http://u","auth":{"strategy":"bearer","value":"v"}}"#;
    let after = r#"{"url":"http://u","auth":{"strategy":"basic","username":"n","value":"v"}}"#;
    assert_eq!(wrong(Some(before), after, Closed), "/auth/value: is not a member of this `strategy`");
    assert_eq!(wrong(Some(before), after, Open), "");
}

#[test]
fn a_guess_at_an_odd_stored_secret_is_judged_as_any_other_value() {
    // Else 200 would confirm the right number, and 422 a wrong one.
    for guess in ["1", "2"] {
        let sent = format!(r#"{{"command":"x","env":{{"PIN":{guess}}}}}"#);
        let before = config(r#"{"command":"x","env":{"PIN":1}}"#);
        let violations = validate(Some(&before), &config(&sent), Open, false);
        assert_eq!(violations.len(), 1, "{guess}");
    }
}

#[test]
fn no_message_holds_a_value() {
    let server = r#"{"command":["hunter2"],"env":{"A":["hunter2"]},"auth":{"strategy":"hunter2"},"transport":"hunter2"}"#;
    let message = wrong(None, server, Closed);
    assert!(message.contains("/env/A") && !message.contains("hunter2"), "{message}");
}

#[test]
fn a_word_that_cannot_be_is_answered_with_those_that_can() {
    for (config, expected) in [
        (
            r#"{"command":"x","transport":"pipe"}"#,
            "/transport: must be one of `stdio`, `http`, `streamable-http`, `sse`",
        ),
        (
            r#"{"command":"x","type":5}"#,
            "/type: must be one of `stdio`, `http`, `streamable-http`, `sse`, `shttp`",
        ),
        (
            r#"{"url":"http://h/","auth":{"strategy":"oauth2","authentication":{"type":"oauth","client_auth_method":"x"}}}"#,
            "/auth/authentication/client_auth_method: must be one of `none`, `client_secret_post`, `client_secret_basic`, `private_key_jwt`",
        ),
    ] {
        assert_eq!(wrong(None, config, Open), expected);
    }
}

#[test]
fn an_unknown_member_is_answered_with_those_that_there_are() {
    for name in super::super::openhands::MEMBERS {
        assert!(super::UNKNOWN_MEMBER.contains(&format!(" {name}")), "{name}");
    }
}

#[test]
fn what_clients_cannot_send_or_start_is_refused_where_it_is() {
    for (server, at) in [
        (r#"{"command":" \t"}"#, "/command"),
        (r#"{"command":"C:\temp\new"}"#, "/command"),
        (r#"{"command":"x\n"}"#, "/command"),
        (r#"{"command":"x","cwd":"C:\temp"}"#, "/cwd"),
        (r#"{"command":"x","env":{"":"v"}}"#, "/env/"),
        (r#"{"command":"x","env":{"A=B":"v"}}"#, "/env/A=B"),
        (r#"{"url":"https://h","headers":{"":"v"}}"#, "/headers/"),
        (r#"{"url":"https://h","headers":{"X Y":"v"}}"#, "/headers/X Y"),
        (r#"{"url":"https://h","headers":{"A:":"v"}}"#, "/headers/A:"),
        (r#"{"url":"https://h","headers":{"Ä":"v"}}"#, "/headers/Ä"),
        (r#"{"url":"https://h","headers":{"X-A":"v","x-a":"w"}}"#, "/headers/X-A /headers/x-a"),
        (r#"{"url":"https://h","headers":{"X":"a\r\nY: b"}}"#, "/headers/X"),
        (r#"{"url":"https://h","headers":{"X":"a\nb"}}"#, "/headers/X"),
        (r#"{"url":"https://h","headers":{"X":"ä"}}"#, "/headers/X"),
        (r#"{"url":"https://h","headers":{"X":"\u0001"}}"#, "/headers/X"),
        (r#"{"url":"https://h","auth":{"strategy":"bearer","value":"a\nb"}}"#, "/auth/value"),
        (
            r#"{"url":"https://h","auth":{"strategy":"api_key","value":"ä","header_name":"X Y"}}"#,
            "/auth/value /auth/header_name",
        ),
        (
            r#"{"url":"https://h","auth":{"strategy":"header","headers":{"X":"a\nb","B:":"c"}}}"#,
            "/auth/headers/X /auth/headers/B:",
        ),
        (r#"{"url":"x.example/mcp"}"#, "/url"),
        (r#"{"url":"localhost:3000/mcp"}"#, "/url"),
        (r#"{"url":"/mcp"}"#, "/url"),
        (r#"{"url":"${BASE}/mcp"}"#, "/url"),
        (r#"{"url":"${SCHEME}://h.example/mcp"}"#, "/url"),
        (r#"{"url":"https://${HOST}/mcp"}"#, "/url"),
        (r#"{"url":"https://h.example:${PORT}/mcp"}"#, "/url"),
        (r#"{"url":"https://u:${PASSWORD}@h.example/mcp"}"#, "/url"),
        (r#"{"url":"https:${HOST}/mcp"}"#, "/url"),
        (r#"{"url":"https://h.example$${X}/"}"#, "/url"),
    ] {
        assert_eq!(wrong_at(server), [at, at], "{server}");
    }
    for server in [
        r#"{"command":"/opt/my server/run","args":["a\tb\nc"],"env":{"MY VAR":"line\nline ä"}}"#,
        r#"{"url":"https://h","headers":{"X":"a\tb","!#$%&'*+-.^_`|9":"v"}}"#,
        r#"{"url":"https://h","auth":{"strategy":"basic","username":"ü","password":"ä\n"}}"#,
        r#"{"url":"https://h.example/${A}/$${B}?x=${env:C}#$"}"#,
        r#"{"url":"https://h.example?x=${A}"}"#,
        r#"{"url":"https://$h.example$/mcp"}"#,
        r#"{"url":"$BASE/mcp"}"#,
        r#"{"url":"{{base}}/mcp"}"#,
    ] {
        assert_eq!(wrong_at(server), ["", ""], "{server}");
    }
    assert_eq!(
        wrong(None, r#"{"url":"u:p@x.example/mcp?token=t"}"#, Open),
        "/url: has no scheme: did you mean https://x.example/mcp"
    );
}

#[test]
fn what_was_there_before_is_no_reason_to_refuse_a_change_of_something_else() {
    let odd = r#"{"command":"x\ty","cwd":"\t","env":{"A=B":"v"},"url":"x.example","headers":{"A:":"a\nb","X":"v","x":"w"}}"#;
    for (name, value) in [("icon", r#""i""#), ("description", r#""d""#), ("timeout", "5")] {
        let after = odd.replacen('{', &format!(r#"{{"{name}":{value},"#), 1);
        assert_eq!(wrong(Some(odd), &after, Open), "", "{after}");
    }
    let after = odd.replace(r#""w"}"#, r#""w","Y":"z"}"#);
    assert_eq!(wrong(Some(odd), &after, Open), "", "{after}");
    let after = odd.replace(r#""w"}"#, r#""w","X-":"z","x-":"z"}"#);
    assert_eq!(wrong(Some(odd), &after, Open).matches("/headers/").count(), 2, "{after}");
}
