//! References in members of which clients have several forms or none: `auth`, the command, and scopes beside them.

use super::round_trip::{Kept, again, exported, kept};
use super::*;

/// What an export of one server writes, and the places of its losses.
fn written(format: Format, config: &str) -> (String, Vec<String>) {
    let Ok(Json::Object(config)) = parse(config, &Rules::BODY) else { panic!("{config}") };
    let export = exported(format, &[Kept { name: "a".to_owned(), config, bags: Object::new() }]);
    let losses = export.losses.iter().map(|loss| loss.pointer.as_str().to_owned()).collect();
    (export.text.as_str().to_owned(), losses)
}

/// What an entry of one client is for another one, with what was kept for it.
fn moved(from: Format, entry: &str, to: Format) -> (String, Vec<String>) {
    let export = exported(to, &kept(&again(from, entry)));
    let losses = export.losses.iter().map(|loss| loss.pointer.as_str().to_owned()).collect();
    (export.text.as_str().to_owned(), losses)
}

const OAUTH: &str = r#"{"url":"https://h.example/","transport":"http","auth":{"strategy":"oauth2","authentication":{"type":"oauth","client_id":"${env:ID}","client_secret":"${SECRET}"}}}"#;

#[test]
fn references_in_auth_are_written_in_the_form_of_the_client() {
    let id = "/auth/authentication/client_id";
    let secret = "/auth/authentication/client_secret";
    for (format, parts, lost) in [
        (Format::Cursor, [r#""CLIENT_ID": "${env:ID}""#, r#""CLIENT_SECRET": "${env:SECRET}""#], &[][..]),
        (Format::Cline, [r#""clientId": "${env:ID}""#, r#""clientSecret": "${env:SECRET}""#], &[]),
        (Format::Opencode, [r#""clientId": "{env:ID}""#, r#""clientSecret": "{env:SECRET}""#], &[]),
        (Format::Gemini, [r#""clientId": "${ID}""#, r#""clientSecret": "${SECRET}""#], &[]),
        (Format::Librechat, ["${ID}", "${SECRET}"], &[]),
        // They replace nothing, or nothing there.
        (Format::Zed, [r#""client_id": "${env:ID}""#, r#""client_secret": "${SECRET}""#], &[id, secret]),
        (Format::ClaudeCode, [r#""clientId": "${ID}""#, "clientId"], &[id]),
        (Format::Codex, ["client_id", "${env:ID}"], &[id]),
    ] {
        let (text, losses) = written(format, OAUTH);
        assert!(parts.iter().all(|part| text.contains(part)), "{format}: {text}");
        for pointer in [id, secret] {
            let is_lost = losses.iter().any(|own| own == pointer);
            assert_eq!(is_lost, lost.contains(&pointer), "{format}: {pointer} {losses:?}");
        }
    }
}

#[test]
fn a_token_that_codex_had_inline_is_written_by_its_name_where_it_is_a_reference() {
    let text = "[mcp_servers.a]\nurl = \"https://h.example/\"\nbearer_token = \"t\"\n";
    for (value, member, lost) in [
        ("${T}", "bearer_token_env_var = \"T\"", &[][..]),
        ("${env:T}", "bearer_token_env_var = \"T\"", &[]),
        ("${T:-x}", "bearer_token = \"${T:-x}\"", &["/auth/value", ""]),
        ("x", "bearer_token = \"x\"", &[""]),
        ("$${T}", "bearer_token = \"${T}\"", &[""]),
    ] {
        let mut servers = kept(&again(Format::Codex, text));
        let auth = [("strategy", Json::string("bearer")), ("value", Json::string(value))];
        servers[0].config.insert("auth", Object::from_iter(auth).into());
        let export = exported(Format::Codex, &servers);
        assert!(export.text.as_str().contains(member), "{value}: {}", export.text.as_str());
        let losses: Vec<&str> = export.losses.iter().map(|loss| loss.pointer.as_str()).collect();
        assert_eq!(losses, lost, "{value}");
    }
}

#[test]
fn the_longer_form_of_a_reference_is_a_name_too() {
    let (text, losses) = written(
        Format::Codex,
        r#"{"url":"https://h.example/","headers":{"Authorization":"Bearer ${env:T}","X-A":"${env:A}"}}"#,
    );
    assert!(text.contains("bearer_token_env_var = \"T\"") && text.contains("X-A = \"A\""), "{text}");
    assert!(!losses.iter().any(|own| own.starts_with("/headers")), "{losses:?}");
    for format in [Format::Codex, Format::Goose] {
        let (text, losses) = written(format, r#"{"command":"x","env":{"A":"${env:A}"}}"#);
        assert!(!text.contains("${"), "{format}: {text}");
        assert_eq!(losses, Vec::<String>::new(), "{format}");
    }
}

#[test]
fn auth_of_a_client_means_the_same_for_it_again_and_is_translated_for_another() {
    let cursor = r#"{"mcpServers":{"a":{"url":"https://h.example/","auth":{"CLIENT_ID":"${env:ID}-${X}","CLIENT_SECRET":"${env:S}"}}}}"#;
    let stored = again(Format::Cursor, cursor).servers[0].to_stored();
    let auth = to_compact(stored.config.get("auth").unwrap());
    assert!(auth.contains(r#""${ID}-$${X}""#) && auth.contains(r#""${S}""#), "{auth}");
    let (text, losses) = moved(Format::Cursor, cursor, Format::Cursor);
    assert!(text.contains("${env:ID}-${X}") && text.contains(r#""${env:S}""#), "{text}");
    assert_eq!(losses, Vec::<String>::new());
    let (text, losses) = moved(Format::Cursor, cursor, Format::Opencode);
    assert!(text.contains("{env:ID}-${X}") && text.contains(r#""{env:S}""#), "{text}");
    assert!(!losses.iter().any(|own| own.starts_with("/auth")), "{losses:?}");
    // Claude Code replaces nothing there.
    let claude =
        r#"{"mcpServers":{"a":{"type":"http","url":"https://h.example/","oauth":{"clientId":"${ID}"}}}}"#;
    let (text, losses) = moved(Format::ClaudeCode, claude, Format::ClaudeCode);
    assert!(text.contains(r#""clientId": "${ID}""#), "{text}");
    assert_eq!(losses, Vec::<String>::new());
}

#[test]
fn a_reference_in_the_command_is_translated_or_the_loss_is_known() {
    for (from, command, to, theirs, is_lost) in [
        (Format::Cursor, "${env:T}/x", Format::Windsurf, "${env:T}/x", false),
        (Format::Cursor, "${env:T}/x", Format::ClaudeCode, "${T}/x", false),
        (Format::ClaudeCode, "${T:-/opt}/x", Format::Gemini, "${T:-/opt}/x", false),
        (Format::ClaudeCode, "${T:-/opt}/x", Format::Cursor, "${T:-/opt}/x", true),
        (Format::Windsurf, "${env:T}/x", Format::Kiro, "${T}/x", true),
        (Format::Windsurf, "${env:T}/x", Format::Codex, "${T}/x", true),
        (Format::Cursor, "${workspaceFolder}/x", Format::Codex, "${workspaceFolder}/x", true),
        (Format::Cursor, "${workspaceFolder}/x", Format::ClaudeCode, "${workspaceFolder}/x", true),
        (Format::Cursor, "${workspaceFolder}/x", Format::Goose, "${workspaceFolder}/x", true),
        (Format::Cursor, "${workspaceFolder}/x", Format::Cursor, "${workspaceFolder}/x", false),
        (Format::Cursor, "${workspaceFolder}/x", Format::Vscode, "${workspaceFolder}/x", false),
        (Format::Cursor, "${workspaceFolder}/${env:T}", Format::Vscode, "${workspaceFolder}/${env:T}", false),
        (Format::Cursor, "${workspaceFolder}/${env:T}", Format::Gemini, "${workspaceFolder}/${T}", true),
        (Format::Cursor, "${T}/x", Format::Cursor, "${T}/x", false),
        (Format::Codex, "${T}/x", Format::Codex, "${T}/x", false),
        (Format::Codex, "a$${T}", Format::Zed, "a$${T}", false),
        (Format::Codex, "/opt/x", Format::Opencode, "/opt/x", false),
    ] {
        let entry = match from {
            Format::Codex => format!("[mcp_servers.a]\ncommand = \"{command}\"\n"),
            _ => format!(r#"{{"mcpServers":{{"a":{{"command":"{command}"}}}}}}"#),
        };
        let (text, losses) = moved(from, &entry, to);
        assert!(text.contains(theirs), "{from} {to}: {text}");
        assert_eq!(losses.iter().any(|own| own == "/command"), is_lost, "{from} {to}: {losses:?}");
    }
}

#[test]
fn an_import_says_that_no_reference_in_a_command_is_resolved() {
    for (format, command, is_noted) in [
        (Format::Windsurf, "${env:TOOLS}/tool", true),
        (Format::Cursor, "${workspaceFolder}/tool", true),
        (Format::Windsurf, "${TOOLS}/tool", false),
        // It is asked for.
        (Format::Vscode, "${input:tool}", false),
    ] {
        let member = if format == Format::Vscode { "servers" } else { "mcpServers" };
        let import = again(format, &format!(r#"{{"{member}":{{"a":{{"command":"{command}"}}}}}}"#));
        let notes = import.notes.iter().filter(|note| note.place.pointer.as_str().ends_with("/command"));
        assert_eq!(notes.count(), usize::from(is_noted), "{format} {command}: {:?}", import.notes);
    }
}

#[test]
fn scopes_have_the_shape_of_the_client() {
    let list =
        r#"{"mcpServers":{"a":{"url":"https://h.example/","auth":{"CLIENT_ID":"c","scopes":["a","b"]}}}}"#;
    let text = r#"{"mcp":{"a":{"type":"remote","url":"https://h.example/","oauth":{"clientId":"c","scope":"a b"}}}}"#;
    for (from, entry) in [(Format::Cursor, list), (Format::Opencode, text)] {
        for (to, member, is_text) in [
            (Format::Cursor, "scopes", false),
            (Format::Gemini, "scopes", false),
            (Format::Kiro, "oauthScopes", false),
            (Format::Opencode, "scope", true),
            (Format::ClaudeCode, "scopes", true),
        ] {
            let (written, losses) = moved(from, entry, to);
            let flat: String = written.split_whitespace().collect();
            let scopes = if is_text { r#""ab""# } else { r#"["a","b"]"# };
            assert!(flat.contains(&format!(r#""{member}":{scopes}"#)), "{from} {to}: {written}");
            assert!(!losses.iter().any(|own| own.ends_with("/scopes")), "{from} {to}: {losses:?}");
        }
        let (codex, _) = moved(from, entry, Format::Codex);
        assert!(codex.contains(r#"scopes = ["a", "b"]"#), "{codex}");
        let (librechat, _) = moved(from, entry, Format::Librechat);
        assert!(librechat.contains("scope: a b") || librechat.contains("scope: \"a b\""), "{librechat}");
    }
}
