//! What a secret may do and what may be done to it (DESIGN §5; laws L3, L6 and L7).

mod at_rest;
mod bound;
mod canary;
mod guesses;
mod keeping;
mod masks;
mod named;
mod oracle;
mod references;
mod upgrade;
mod views;

use serde_json::{Value, json};

/// Configurations that have every kind of masked leaf, in the open dialect. Each secret begins with
/// `canary-` and occurs nowhere else; each value that is shown begins with `shown-`.
pub(crate) fn every_secret() -> Vec<(&'static str, Value)> {
    vec![
        (
            "stdio",
            json!({
                "command": "shown-command", "args": ["shown-arg"], "description": "shown-description",
                "env": {"KEY": "canary-env", "shown-env-name": "canary-env-2"},
                "apiKey": "canary-unknown",
                "shown-plain": "shown-unknown",
                "my_Secrets": {"a": "canary-under", "b": ["canary-in-array", {"c": "canary-deep"}]},
                "deep": {"accessTokenOf": "canary-inner", "shown-x": "shown-inner"},
                "credentialsFile": "canary-credential", "COOKIES": ["canary-cookie"],
                "xauthorizationx": "canary-authorization", "db-password": "canary-password",
            }),
        ),
        (
            "foreign",
            json!({
                "command": "shown-foreign", "serverUrl": "https://shown-host/shown-path", "bearer": "canary-bearer-member", "pin": "canary-pin",
                "dsn": "canary-dsn", "x-auth": "canary-x-auth", "http_headers": {"shown-name": "canary-http-header"},
                "environment": {"shown-mode": "canary-environment"}, "envs": {"shown-a": "canary-envs"},
                "requestOptions": {"headers": {"shown-b": "canary-option-header"}, "shown-timeout": 7},
                "oauth": {"codeVerifier": "canary-verifier", "shown-scope": "shown-scopes"},
                "bearer_token_env_var": "shown-variable", "env_keys": ["shown-key-name"], "keywords": ["shown-word"],
                "apiKeyHelper": "shown-helper", "env_vars": ["shown-var"], "auth_type": "shown-type",
                "environmentVariables": [{"name": "shown-env-var", "value": "canary-variable"}],
            }),
        ),
        (
            "remote",
            json!({
                "url": "https://canary-user:canary-userinfo@shown-host:8443/shown-path;jwt=canary-parameter?api_key=canary-query&sig=canary-sig&page=shown-query#session=canary-fragment",
                "headers": {"X-Trace": "canary-header"},
            }),
        ),
        ("text", json!({"url": "https://h/", "auth": "canary-auth-text"})),
        (
            "mode",
            json!({
                "url": "https://h/", "auth": "oauth",
                "authentication": {"client_id": "shown-client", "client_secret": "canary-client-secret"},
            }),
        ),
        ("bearer", json!({"url": "https://h/", "auth": {"strategy": "bearer", "value": "canary-bearer"}})),
        (
            "basic",
            json!({
                "url": "https://h/", "auth": {"strategy": "basic", "username": "shown-name", "password": "canary-basic"},
            }),
        ),
        (
            "header",
            json!({"url": "https://h/", "auth": {"strategy": "header", "headers": {"X-A": "canary-auth-header"}}}),
        ),
        (
            "oauth2",
            json!({
                "url": "https://h/",
                "auth": {
                    "strategy": "oauth2",
                    "authentication": {"type": "oauth", "client_id": "shown-id", "client_secret": "canary-oauth-client"},
                    "state": {
                        "tokens": {"access_token": "canary-access", "refresh_token": "canary-refresh", "scope": "shown-scope"},
                        "client_info": {"client_secret": "canary-client-info"},
                    },
                },
            }),
        ),
    ]
}

/// Every text in the value that has this beginning. In a URL the text ends where the part ends.
pub(crate) fn texts_with(prefix: &str, value: &Value) -> Vec<String> {
    let text = value.to_string();
    let ends = |character: char| !character.is_ascii_alphanumeric() && character != '-';
    text.match_indices(prefix)
        .map(|(at, _)| text[at..].split(ends).next().expect("there is a first part").to_owned())
        .collect()
}
