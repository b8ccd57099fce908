//! New text follows the manner of its neighbours, and what an edit leaves alone is not even rebuilt.

use std::sync::Arc;

use super::*;

fn wrapped(servers: &str) -> String {
    format!("{{\"agent_settings\":{{\"mcp_config\":{{\"mcpServers\":{{{servers}}}}}}}}}")
}

#[test]
fn a_new_server_is_written_as_the_last_one_is() {
    // One line each, in a document that is indented otherwise.
    let lines = "{\n  \"agent_settings\": {\n    \"mcp_config\": {\n      \"mcpServers\": {\n        \"a\": {\"command\":\"x\",\"args\":[\"y\"]}\n      }\n    }\n  }\n}";
    let expected =
        lines.replace("[\"y\"]}\n", "[\"y\"]},\n        \"b\": {\"command\":\"x\",\"args\":[\"z\"]}\n");
    assert_eq!(after(lines, &[put("b", r#"{"command":"x","args":["z"]}"#)]), expected);
}

#[test]
fn what_a_server_gains_is_indented_below_its_own_line() {
    let before = wrapped("\n   \"a\": {\n     \"command\": \"x\"\n   }\n");
    for (value, gained) in [
        (r#"{"command":"x","cwd":"/"}"#, "\"command\": \"x\",\n     \"cwd\": \"/\"\n   }"),
        (
            r#"{"command":"x","env":{"A":"1"}}"#,
            "\"command\": \"x\",\n     \"env\": {\n       \"A\": \"1\"\n     }\n   }",
        ),
    ] {
        let expected = before.replace("\"command\": \"x\"\n   }", gained);
        assert_eq!(after(&before, &[put("a", value)]), expected);
    }
    let beside = wrapped("\n   \"a\": {},\n   \"b\": {\n     \"command\": \"x\"\n   }\n");
    let expected = beside.replace("{},", "{\n     \"command\": \"y\"\n   },");
    assert_eq!(after(&beside, &[put("a", r#"{"command":"y"}"#)]), expected);
}

#[test]
fn an_edit_leaves_the_other_servers_the_same_objects() {
    for edit in [remove("a"), put("a", r#"{"x":1}"#), put("d", "{}"), rename("a", "d")] {
        let mut document = read(&wrapped(r#""a":{},"b":{},"c":{}"#));
        let of = |document: &Document, name| Arc::clone(document.server(&SettingsKey::new(name)).unwrap());
        let before = ["b", "c"].map(|name| of(&document, name));
        document.apply(&edit, None);
        let afterwards = ["b", "c"].map(|name| of(&document, name));
        assert!(before.iter().zip(&afterwards).all(|(old, new)| Arc::ptr_eq(old, new)), "{edit:?}");
    }
}

#[test]
fn a_flat_map_is_emptied_like_any_other_and_keeps_its_neighbours() {
    let flat = r#"{"agent_settings":{"mcp_config":{"a":{},"b":{"x":1}},"y":0}}"#;
    let mut document = read(flat);
    let kept = Arc::clone(document.server(&SettingsKey::new("b")).unwrap());
    document.apply(&remove("a"), None);
    assert!(Arc::ptr_eq(&kept, document.server(&SettingsKey::new("b")).unwrap()));
    assert_eq!(text(&document), flat.replace(r#""a":{},"#, ""));
}

#[test]
fn tokens_are_replaced_everywhere_but_in_the_servers_and_in_what_may_not_be_written() {
    // Built as a token of one block is.
    let token = |letter: &str| format!("gAAAAA{}A==", letter.repeat(91));
    let (old, other, new) = (token("o"), token("p"), token("n"));
    let reseal = Edit::Reseal { tokens: vec![(old.clone().into(), new.clone().into())] };
    for (kind, may_write) in [("openhands", true), ("robot", false)] {
        let before = format!(
            r#"{{"x":"{old}","z":"{other}","agent_settings":{{"agent_kind":"{kind}","mcp_config":{{"mcpServers":{{"a":{{"env":{{"A":"{old}"}}}}}}}},"llm":{{"k":"{old}"}}}}}}"#
        );
        let expected = if may_write {
            before.replacen(&old, &new, 1).replace(&format!("\"k\":\"{old}\""), &format!("\"k\":\"{new}\""))
        } else {
            before.clone()
        };
        let mut document = read(&before);
        document.apply(&reseal, None);
        assert_eq!(text(&document), expected);
        let known: Vec<&str> = document.outside().tokens().collect();
        let named = if may_write { &new } else { &old };
        assert_eq!(known, [named, &other, named]);
    }
}
