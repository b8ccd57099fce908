//! Whether a value is a server as OpenHands' closed dialect knows it (contract §5.1). It decides what a
//! member named `mcpServers` is, a server or a map of servers, so it guesses nothing and repairs nothing.

use crate::json::{Json, Object};

/// Whether the value has only known members, each of its type, and keeps the rules between them.
pub fn is_server_value(server: &Object) -> bool {
    server.iter().all(|(name, value)| is_member(name, value)) && keeps_the_rules(server)
}

fn is_member(name: &str, value: &Json) -> bool {
    match name {
        "enabled" => value.as_bool().is_some(),
        _ if value.is_null() => is_known(name),
        "url" | "command" => value.as_str().is_some_and(|text| !text.is_empty()),
        "transport" => {
            matches!(value.as_str(), Some("stdio" | "http" | "streamable-http" | "sse"))
        }
        "args" => is_list_of_strings(value),
        "env" | "headers" => is_map_of_strings(value),
        "cwd" | "description" | "icon" => value.as_str().is_some(),
        "timeout" | "sse_read_timeout" => matches!(value, Json::Number(_)),
        "keep_alive" => value.as_bool().is_some(),
        "auth" => value.as_object().is_some_and(is_auth),
        _ => false,
    }
}

fn is_known(name: &str) -> bool {
    matches!(
        name,
        "url" | "transport" | "command" | "args" | "env" | "cwd" | "description" | "icon" | "timeout"
    ) || matches!(name, "sse_read_timeout" | "keep_alive" | "headers" | "auth")
}

fn keeps_the_rules(server: &Object) -> bool {
    let has = |name: &str| server.get(name).is_some_and(|value| !value.is_null());
    let has_destination = match server.get("transport").and_then(Json::as_str) {
        Some("stdio") => has("command"),
        Some(_) => has("url"),
        None => true,
    };
    let headers = server.get("headers").and_then(Json::as_object);
    let has_authorization =
        headers.is_some_and(|headers| headers.names().any(|name| name.eq_ignore_ascii_case("authorization")));
    has_destination && !(has("auth") && has_authorization)
}

fn is_auth(auth: &Object) -> bool {
    let optional = |name: &str| is_absent_or(auth, name, |value| value.as_str().is_some());
    match auth.get("strategy").and_then(Json::as_str) {
        Some("none") => true,
        Some("api_key") => optional("value") && optional("header_name"),
        Some("bearer") => optional("value"),
        Some("basic") => {
            auth.get("username").is_some_and(|name| name.as_str().is_some()) && optional("password")
        }
        Some("header") => auth.get("headers").is_none_or(is_map_of_strings),
        Some("oauth2") => {
            is_absent_or(auth, "authentication", |value| value.as_object().is_some_and(is_authentication))
                && is_absent_or(auth, "state", |value| value.as_object().is_some_and(is_oauth_state))
        }
        _ => false,
    }
}

fn is_authentication(authentication: &Object) -> bool {
    authentication.get("type").and_then(Json::as_str) == Some("oauth")
        && authentication.iter().all(|(name, value)| match name {
            "type" => true,
            "client_auth_method" => {
                value.is_null()
                    || matches!(
                        value.as_str(),
                        Some("none" | "client_secret_post" | "client_secret_basic" | "private_key_jwt")
                    )
            }
            "scopes" => value.is_null() || value.as_str().is_some() || is_list_of_strings(value),
            "client_name" | "client_metadata_url" | "client_id" | "client_secret" => {
                value.is_null() || value.as_str().is_some()
            }
            "additional_client_metadata" => value.is_null() || value.as_object().is_some(),
            _ => false,
        })
}

fn is_oauth_state(state: &Object) -> bool {
    is_absent_or(state, "tokens", |value| {
        value.as_object().is_some_and(|tokens| {
            let optional = |name: &str| is_absent_or(tokens, name, |value| value.as_str().is_some());
            optional("access_token") && optional("refresh_token")
        })
    }) && is_absent_or(state, "client_info", |value| {
        value
            .as_object()
            .is_some_and(|info| is_absent_or(info, "client_secret", |value| value.as_str().is_some()))
    }) && is_absent_or(state, "token_expires_at", |value| matches!(value, Json::Number(_)))
}

fn is_absent_or(object: &Object, name: &str, is_right: impl Fn(&Json) -> bool) -> bool {
    object.get(name).is_none_or(|value| value.is_null() || is_right(value))
}

fn is_list_of_strings(value: &Json) -> bool {
    value.as_array().is_some_and(|elements| elements.iter().all(|element| element.as_str().is_some()))
}

fn is_map_of_strings(value: &Json) -> bool {
    value.as_object().is_some_and(|object| object.iter().all(|(_, value)| value.as_str().is_some()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{Rules, parse};

    fn judge(text: &str) -> bool {
        is_server_value(parse(text, &Rules::BODY).unwrap().as_object().unwrap())
    }

    #[test]
    fn what_openhands_takes_for_a_server_is_one() {
        for text in [
            "{}",
            r#"{"command":"x","args":["-y"],"env":{"A":"b"},"cwd":null,"timeout":30.0,"enabled":false}"#,
            r#"{"url":"https://x","transport":"sse","headers":{"X":"y"},"keep_alive":true,"icon":"i"}"#,
            r#"{"url":"u","command":"c"}"#,
            r#"{"url":"u","auth":{"strategy":"none","more":1}}"#,
            r#"{"url":"u","auth":{"strategy":"api_key","value":"v","header_name":null}}"#,
            r#"{"url":"u","auth":{"strategy":"basic","username":""}}"#,
            r#"{"url":"u","auth":{"strategy":"header","headers":{"Authorization":"x"}}}"#,
            r#"{"auth":{"strategy":"oauth2","authentication":{"type":"oauth","scopes":["a"]},"state":{"tokens":{"access_token":"t","n":1},"token_expires_at":1.5}}}"#,
        ] {
            assert!(judge(text), "{text}");
        }
    }

    #[test]
    fn what_openhands_would_refuse_is_no_server() {
        for text in [
            r#"{"a":{"command":"x"}}"#,
            r#"{"command":""}"#,
            r#"{"command":1}"#,
            r#"{"enabled":null}"#,
            r#"{"args":"x"}"#,
            r#"{"args":[1]}"#,
            r#"{"env":{"A":1}}"#,
            r#"{"timeout":"30"}"#,
            r#"{"type":"stdio","command":"x"}"#,
            r#"{"tools":null}"#,
            r#"{"transport":"shttp","url":"u"}"#,
            r#"{"transport":"stdio","url":"u"}"#,
            r#"{"transport":"http","command":"c","url":null}"#,
            r#"{"url":"u","auth":"t"}"#,
            r#"{"url":"u","auth":{"value":"t"}}"#,
            r#"{"url":"u","auth":{"strategy":"header","headers":null}}"#,
            r#"{"url":"u","auth":{"strategy":"oauth2","authentication":{"type":"oauth","more":1}}}"#,
            r#"{"url":"u","auth":{"strategy":"oauth2","authentication":{}}}"#,
            r#"{"url":"u","auth":{"strategy":"bearer"},"headers":{"aUthorization":"x"}}"#,
            r#"{"auth":{"strategy":"oauth2","state":{"tokens":[]}}}"#,
            r#"{"auth":{"strategy":"oauth2","state":{"tokens":{"access_token":1}}}}"#,
            r#"{"auth":{"strategy":"oauth2","state":{"tokens":{"access_token":"t","refresh_token":1}}}}"#,
            r#"{"auth":{"strategy":"oauth2","state":{"tokens":{},"client_info":{"client_secret":1}}}}"#,
            r#"{"auth":{"strategy":"oauth2","state":{"client_info":{},"token_expires_at":"1"}}}"#,
            r#"{"auth":{"strategy":"oauth2","authentication":{"type":"oauth"},"state":7}}"#,
        ] {
            assert!(!judge(text), "{text}");
        }
    }
}
