//! Configurations of every kind that the real server has: transports, each strategy of `auth`, disabled
//! ones, texts and secrets of any script.

use serde_json::{Value, json};

/// Each kind, under a name of its own.
pub(crate) fn all() -> Vec<(&'static str, Value)> {
    let remote = |auth: Value| json!({"url": "https://mcp.example/v1", "transport": "http", "auth": auth});
    vec![
        (
            "stdio",
            json!({"transport": "stdio", "command": "npx", "args": ["-y", "server"], "env": {"TOKEN": "stdio-secret", "LOG": "debug"}}),
        ),
        (
            "stdio-full",
            json!({
                "command": "uvx", "args": [], "env": {"A": "a"}, "cwd": "sub/folder", "description": "All members",
                "icon": "all.png", "timeout": 12.5, "sse_read_timeout": 300, "keep_alive": false, "enabled": true,
            }),
        ),
        ("stdio-least", json!({"command": "x"})),
        (
            "http",
            json!({"url": "https://mcp.example/v1", "transport": "http", "headers": {"X-Token": "http-secret"}, "timeout": 30}),
        ),
        ("streamable", json!({"url": "https://mcp.example/v1", "transport": "streamable-http"})),
        (
            "sse",
            json!({"url": "https://mcp.example/sse?room=1", "transport": "sse", "sse_read_timeout": 0.25}),
        ),
        ("remote-least", json!({"url": "http://127.0.0.1:9/"})),
        (
            "both",
            json!({"command": "x", "url": "https://mcp.example/v1", "env": {"A": "a"}, "headers": {"B": "b"}}),
        ),
        ("disabled", json!({"command": "x", "env": {"A": "kept while disabled"}, "enabled": false})),
        ("Disabled.remote@2:x", json!({"url": "https://mcp.example/v1", "enabled": false})),
        (
            "unicode",
            json!({
                "command": "Ünïcödé", "args": ["ключ", "鍵", "🔑", "\u{7f}\u{1}\"\\\n"], "description": "مفتاح — ’ “",
                "env": {"ПАРОЛЬ": "пароль 🔐 密", "QUOTE": "\"\\\n\t/", "LONG": "€".repeat(3000)},
            }),
        ),
        (
            "authorization",
            json!({"url": "https://mcp.example/v1", "headers": {"Authorization": "Bearer in-a-header"}}),
        ),
        ("auth-none", remote(json!({"strategy": "none"}))),
        ("auth-api-key", remote(json!({"strategy": "api_key", "value": "api-key-secret"}))),
        (
            "auth-api-key-header",
            remote(json!({"strategy": "api_key", "value": "api-key-secret", "header_name": "X-Key"})),
        ),
        ("auth-bearer", remote(json!({"strategy": "bearer", "value": "bearer-secret"}))),
        ("auth-basic", remote(json!({"strategy": "basic", "username": "u", "password": "basic-secret"}))),
        ("auth-basic-user", remote(json!({"strategy": "basic", "username": "ü"}))),
        (
            "auth-header",
            remote(
                json!({"strategy": "header", "headers": {"Authorization": "Basic eA==", "X-B": "header-secret"}}),
            ),
        ),
        ("auth-oauth2", remote(json!({"strategy": "oauth2"}))),
        (
            "auth-oauth2-full",
            remote(json!({
                "strategy": "oauth2",
                "authentication": {
                    "type": "oauth", "client_auth_method": "client_secret_post", "scopes": ["a", "b"], "client_name": "n",
                    "client_id": "id", "client_secret": "oauth-client-secret",
                    "additional_client_metadata": {"contacts": ["x@mcp.example"], "n": 1},
                },
                "state": {
                    "tokens": {"access_token": "access-secret", "refresh_token": "refresh-secret", "token_type": "Bearer", "expires_in": 3600},
                    "client_info": {"client_id": "id", "client_secret": "info-secret", "redirect_uris": ["http://localhost:1/callback"]},
                    "token_expires_at": 1_790_000_000.5,
                },
            })),
        ),
    ]
}

/// Every secret text in these configurations.
pub(crate) fn secrets() -> Vec<String> {
    let mut secrets = Vec::new();
    for (_, config) in all() {
        let auth = &config["auth"];
        let maps = [&config["env"], &config["headers"], &auth["headers"]];
        let in_maps = maps.into_iter().filter_map(Value::as_object).flat_map(|map| map.values());
        let tokens = &auth["state"]["tokens"];
        let single = [
            &auth["value"],
            &auth["password"],
            &auth["authentication"]["client_secret"],
            &tokens["access_token"],
            &tokens["refresh_token"],
            &auth["state"]["client_info"]["client_secret"],
        ];
        secrets.extend(in_maps.chain(single).filter_map(Value::as_str).map(str::to_owned));
    }
    secrets
}
