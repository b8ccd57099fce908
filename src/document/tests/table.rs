//! The table of DESIGN §6.1.

use std::sync::Arc;

use super::*;
use crate::document::{Unreadable, Within};
use crate::model::{Access, Author, Dialect, Layout, ReadOnlyReason, Sealing};

#[test]
fn what_makes_no_sense_is_unreadable_for_its_reason() {
    use Unreadable::*;
    let duplicate = |within, name: &str| DuplicateMember { within, name: name.to_owned() };
    let bad_version = |within| BadVersion { within };
    for (text, reason) in [
        ("", Empty),
        (" \r\n", Empty),
        ("\u{feff}{}", ByteOrderMark),
        ("{\n \"é\": nope}", Syntax { line: 2, column: 8 }),
        ("{} {}", Syntax { line: 1, column: 4 }),
        ("{\"a\":\n[1,", CutOff { line: 2 }),
        ("{\"a\":\"b", CutOff { line: 1 }),
        ("[]", RootNotObject),
        ("null", RootNotObject),
        (r#"{"a":1,"\u0061":2}"#, duplicate(Within::Root, "a")),
        (r#"{"\ud800":1,"\uD800":2}"#, duplicate(Within::Root, "\\ud800")),
        (r#"{"agent_settings":{"x":1,"x":1}}"#, duplicate(Within::AgentSettings, "x")),
        (r#"{"agent_settings":{"mcp_config":{"a":{},"a":{}}}}"#, duplicate(Within::McpConfig, "a")),
        (
            r#"{"agent_settings":{"mcp_config":{"mcpServers":{"a":{},"a":{}}}}}"#,
            duplicate(Within::McpServers, "a"),
        ),
        (r#"{"schema_version":1.0}"#, bad_version(Within::Root)),
        (r#"{"schema_version":"1"}"#, bad_version(Within::Root)),
        (r#"{"schema_version":1e0,"agent_settings":{}}"#, bad_version(Within::Root)),
        (r#"{"agent_settings":{"schema_version":-1}}"#, bad_version(Within::AgentSettings)),
        (r#"{"agent_settings":{"schema_version":true}}"#, bad_version(Within::AgentSettings)),
        (r#"{"agent_settings":null}"#, NotAnObject(Within::AgentSettings)),
        (r#"{"agent_settings":[]}"#, NotAnObject(Within::AgentSettings)),
        (r#"{"agent_settings":{"mcp_config":null}}"#, NotAnObject(Within::McpConfig)),
        (r#"{"agent_settings":{"schema_version":9,"mcp_config":[]}}"#, NotAnObject(Within::McpConfig)),
        (r#"{"mcpServers":{}}"#, Bare { member: "mcpServers" }),
        (r#"{"mcp_config":{}}"#, Bare { member: "mcp_config" }),
        (r#"{"agent_kind":"acp"}"#, Bare { member: "agent_kind" }),
        (r#"{"agent_settings":{"mcp_config":{"mcpServers":null}}}"#, NotAnObject(Within::McpServers)),
        (r#"{"agent_settings":{"mcp_config":{"mcpServers":[],"a":{}}}}"#, NotAnObject(Within::McpServers)),
        (r#"{"agent_settings":{"schema_version":5,"mcp_config":{"mcpServers":{"a":{}}}}}"#, StillWrapped),
        (r#"{"agent_settings":{"schema_version":99,"mcp_config":{"mcpServers":0}}}"#, StillWrapped),
    ] {
        let read = Document::read(text.as_bytes(), NewDocument::Own, None);
        assert_eq!(read.map(|document| text.len() + names(&document).len()), Err(reason), "{text}");
    }
    let latin = Document::read(b"{\n\"\xe9\":1}", NewDocument::Own, None);
    assert_eq!(latin.err(), Some(NotUtf8 { line: 2 }));
}

#[test]
fn a_reason_says_where() {
    for (within, place) in [
        (Within::Root, "the root"),
        (Within::AgentSettings, "`agent_settings`"),
        (Within::McpConfig, "`agent_settings.mcp_config`"),
        (Within::McpServers, "`agent_settings.mcp_config.mcpServers`"),
    ] {
        let reason = Unreadable::DuplicateMember { within, name: "x".to_owned() }.to_string();
        assert!(reason.contains(place), "{reason}");
    }
}

#[test]
fn no_reason_shows_a_value() {
    for text in [r#"{"schema_version":"hunter2"}"#, r#"{"a":hunter2}"#, r#"{"agent_settings":"hunter2"}"#] {
        let reason = Document::read(text.as_bytes(), NewDocument::Own, None).unwrap_err();
        assert!(!format!("{reason} {reason:?}").contains("hunter2"));
    }
}

fn layout(dialect: Dialect, sealing: Sealing, access: Access) -> Layout {
    Layout { dialect, belongs_to_openhands: sealing != Sealing::EverySecret, sealing, access }
}

#[test]
fn the_versions_decide_where_the_servers_are_and_what_they_may_be() {
    use Access::{NoCollection, Writable};
    use Dialect::{Closed, Open};
    use Sealing::{EnvAndHeaders, EverySecret, Listed};
    const NEWER: Access = Access::ReadOnly(ReadOnlyReason::SchemaVersion);
    const NEWER_AGENT: Access = Access::ReadOnly(ReadOnlyReason::AgentSchemaVersion);
    const STRANGER: Access = Access::ReadOnly(ReadOnlyReason::AgentKind);
    let wrapped = r#""mcp_config":{"x":1,"mcpServers":{"a":{},"\u0062":7}}"#;
    let flat = r#""mcp_config":{"a":{},"b":{}}"#;
    let ab: &[&str] = &["a", "b"];
    for (root, agent, config, expected, shown) in [
        // 7: wrapped
        ("", "", wrapped, layout(Open, EverySecret, Writable), ab),
        ("", r#""schema_version":null,"#, wrapped, layout(Open, EverySecret, Writable), ab),
        ("", r#""schema_version":0,"#, wrapped, layout(Open, EnvAndHeaders, Writable), ab),
        ("", r#""schema_version":-0,"#, wrapped, layout(Open, EnvAndHeaders, Writable), ab),
        (
            r#""schema_version":6,"#,
            r#""schema_version":4,"#,
            wrapped,
            layout(Open, EnvAndHeaders, Writable),
            ab,
        ),
        // 9: empty
        ("", r#""schema_version":3,"#, "\"x\":0", layout(Open, EnvAndHeaders, Writable), &[]),
        ("", "", r#""mcp_config":{ }"#, layout(Open, EverySecret, Writable), &[]),
        // 10: flat by its content
        ("", "", flat, layout(Closed, EverySecret, Writable), ab),
        ("", r#""agent_kind":"llm","schema_version":4,"#, flat, layout(Closed, EnvAndHeaders, Writable), ab),
        // 11: flat
        ("", r#""schema_version":5,"#, flat, layout(Closed, Listed, Writable), ab),
        ("", r#""schema_version":9,"#, "\"x\":0", layout(Closed, Listed, Writable), &[]),
        (
            "",
            r#""schema_version":9,"#,
            r#""mcp_config":{"mcpServers":{"command":"x"}}"#,
            layout(Closed, Listed, Writable),
            &["mcpServers"],
        ),
        // 6: read-only
        (r#""schema_version":7,"#, "", wrapped, layout(Open, EverySecret, NEWER), ab),
        (r#""schema_version":99999999999999999999,"#, "", flat, layout(Closed, EverySecret, NEWER), ab),
        ("", r#""schema_version":10,"#, flat, layout(Closed, Listed, NEWER_AGENT), ab),
        (r#""schema_version":7,"#, r#""schema_version":10,"#, flat, layout(Closed, Listed, NEWER), ab),
        ("", r#""agent_kind":"robot","#, wrapped, layout(Open, EverySecret, STRANGER), ab),
        ("", r#""agent_kind":null,"#, "\"x\":0", layout(Open, EverySecret, STRANGER), &[]),
        // variants
        ("", r#""agent_kind":"acp","#, wrapped, layout(Open, EverySecret, NoCollection), &[]),
        (
            "",
            r#""agent_kind":"\u0061cp","schema_version":4,"#,
            flat,
            layout(Closed, EnvAndHeaders, NoCollection),
            &[],
        ),
        ("", r#""agent_kind":"acp","schema_version":5,"#, flat, layout(Closed, Listed, Writable), ab),
        (r#""schema_version":7,"#, r#""agent_kind":"acp","#, wrapped, layout(Open, EverySecret, NEWER), &[]),
    ] {
        let text = format!("{{{root}\"agent_settings\":{{{agent}{config}}}}}");
        let document = read(&text);
        assert_eq!((document.layout(), &*names(&document)), (&expected, shown), "{text}");
        assert_eq!(super::text(&document), text);
    }
}

#[test]
fn a_document_without_agent_settings_is_empty_and_writable_unless_it_is_newer() {
    for (new, expected) in [
        (NewDocument::Own, layout(Dialect::Open, Sealing::EverySecret, Access::Writable)),
        (
            NewDocument::OpenHands,
            Layout {
                belongs_to_openhands: false,
                ..layout(Dialect::Closed, Sealing::Listed, Access::Writable)
            },
        ),
    ] {
        for document in [Document::absent(new), Document::read(b"{\"x\":1}", new, None).unwrap()] {
            assert_eq!(document.layout(), &expected);
            assert_eq!(names(&document), [""; 0]);
        }
    }
    let newer = read(r#"{"schema_version":7}"#);
    assert_eq!(newer.layout().access, Access::ReadOnly(ReadOnlyReason::SchemaVersion));
}

#[test]
fn the_first_server_brings_what_is_missing() {
    let own = r#"{
  "agent_settings": {
    "agent_kind": "openhands",
    "mcp_config": {
      "mcpServers": {
        "n": {
          "command": "x"
        }
      }
    }
  }
}
"#;
    let openhands = r#"{
  "schema_version": 6,
  "agent_settings": {
    "schema_version": 9,
    "agent_kind": "openhands",
    "mcp_config": {
      "n": {
        "command": "x"
      }
    }
  }
}"#;
    for (new, expected) in [(NewDocument::Own, own), (NewDocument::OpenHands, openhands)] {
        let mut document = Document::absent(new);
        document.apply(&put("n", r#"{"command":"x"}"#), None);
        assert_eq!(text(&document), expected);
        assert_eq!(names(&document), ["n"]);
    }
    for (before, expected) in [
        (
            r#"{"x":1}"#,
            r#"{"x":1,"agent_settings":{"agent_kind":"openhands","mcp_config":{"mcpServers":{"n":{"command":"x"}}}}}"#,
        ),
        (
            "{\r\n\t\"agent_settings\": {\r\n\t\t\"llm\": 1\r\n\t}\r\n}\r\n",
            "{\r\n\t\"agent_settings\": {\r\n\t\t\"llm\": 1,\r\n\t\t\"mcp_config\": {\r\n\t\t\t\"mcpServers\": {\r\n\t\t\t\t\"n\": {\r\n\t\t\t\t\t\"command\": \"x\"\r\n\t\t\t\t}\r\n\t\t\t}\r\n\t\t}\r\n\t}\r\n}\r\n",
        ),
        (
            r#"{"agent_settings": {"mcp_config": { }, "y": [1, 2]}}"#,
            r#"{"agent_settings": {"mcp_config": {"mcpServers": {"n": {"command": "x"}}}, "y": [1, 2]}}"#,
        ),
        (
            r#"{"agent_settings": {"schema_version": 9}}"#,
            r#"{"agent_settings": {"schema_version": 9, "mcp_config": {"n": {"command": "x"}}}}"#,
        ),
        (
            r#"{"agent_settings":{"schema_version":9,"mcp_config":{}}}"#,
            r#"{"agent_settings":{"schema_version":9,"mcp_config":{"n":{"command":"x"}}}}"#,
        ),
    ] {
        assert_eq!(after(before, &[put("n", r#"{"command":"x"}"#)]), expected);
    }
}

#[test]
fn a_flat_map_below_version_5_that_is_emptied_is_begun_again_as_a_wrapped_one() {
    let before = r#"{"agent_settings":{"mcp_config":{"a":{}}}}"#;
    let mut document = read(before);
    document.apply(&remove("a"), None);
    assert_eq!(text(&document), r#"{"agent_settings":{"mcp_config":{}}}"#);
    assert_eq!(document.layout().dialect, Dialect::Open);
    document.apply(&put("b", "{}"), None);
    assert_eq!(text(&document), r#"{"agent_settings":{"mcp_config":{"mcpServers":{"b":{}}}}}"#);
}

#[test]
fn no_edit_turns_a_server_into_a_map_of_servers() {
    let flat = r#"{"agent_settings":{"mcp_config":{"a":{"x":1}}}}"#;
    let newest = r#"{"agent_settings":{"schema_version":9,"mcp_config":{"a":{"x":1}}}}"#;
    for (before, edit) in [
        (flat, put("mcpServers", "{}")),
        (flat, rename("a", "mcpServers")),
        (newest, put("mcpServers", r#"{"a":{}}"#)),
        (newest, rename("a", "mcpServers")),
    ] {
        assert_eq!(after(before, &[edit]), before);
    }
    let held = after(newest, &[put("mcpServers", r#"{"command":"x"}"#)]);
    assert_eq!(names(&read(&held)), ["a", "mcpServers"]);
}

#[test]
fn what_may_not_be_written_is_not() {
    for agent in [r#""schema_version":10,"#, r#""agent_kind":"acp","#, r#""agent_kind":"robot","#] {
        let before = format!("{{\"agent_settings\":{{{agent}\"mcp_config\":{{\"a\":{{}}}}}}}}");
        let edits = [put("b", "{}"), put("a", r#"{"x":1}"#), remove("a"), rename("a", "c")];
        assert_eq!(after(&before, &edits), before);
    }
}

#[test]
fn a_server_that_is_no_object_is_listed_and_can_be_replaced_renamed_and_removed() {
    let deep = format!("{{\"x\":{}{}}}", "[".repeat(600), "]".repeat(600));
    for value in ["7", "null", r#"{"x":"\ud800"}"#, r#"{"x":1,"\u0078":2}"#, &deep] {
        let before =
            format!("{{\"agent_settings\":{{\"mcp_config\":{{\"mcpServers\":{{\"a\":{value}}}}}}}}}");
        let document = read(&before);
        assert!(document.server(&SettingsKey::new("a")).unwrap().config.is_err(), "{value}");
        let wanted = |inside: &str| before.replace(&format!("\"a\":{value}"), inside);
        assert_eq!(after(&before, &[put("a", r#"{"y":1}"#)]), wanted(r#""a":{"y":1}"#));
        assert_eq!(after(&before, &[rename("a", "b")]), wanted(&format!("\"b\":{value}")));
        assert_eq!(after(&before, &[remove("a")]), wanted(""));
    }
}

#[test]
fn a_name_that_is_no_text_is_listed_and_can_be_removed() {
    let before = r#"{"agent_settings":{"schema_version":9,"mcp_config":{"\uD800":{"x":1},"b":{}}}}"#;
    assert_eq!(names(&read(before)), ["\\ud800", "b"]);
    let edit = put("\\ud800", r#"{"x":2}"#);
    assert_eq!(after(before, &[edit]), before.replace("\"x\":1", "\"x\":2"));
    assert_eq!(names(&read(&after(before, &[remove("\\ud800")]))), ["b"]);
}

#[test]
fn an_author_is_known_for_as_long_as_the_text_is_his() {
    let mut document = read(r#"{"agent_settings":{"mcp_config":{"mcpServers":{"a":{},"b":{"x":1}}}}}"#);
    let (anne, bert) = (Author::new("anne"), Author::new("bert"));
    document.apply(&put("c", "{}"), Some(&anne));
    document.apply(&put("b", r#"{"x":2}"#), Some(&anne));
    document.apply(&put("b", r#"{"x":2}"#), Some(&bert));
    document.apply(&rename("a", "d"), Some(&bert));
    let authors = |document: &Document| -> Vec<_> {
        document
            .servers()
            .map(|(key, server)| {
                format!("{} {}", key.as_str(), server.author.as_ref().map_or("-", Author::name))
            })
            .collect()
    };
    assert_eq!(authors(&document), ["d bert", "b anne", "c anne"]);
    let elsewhere = text(&document).replace("2", "3");
    let again = Document::read(elsewhere.as_bytes(), NewDocument::Own, Some(&document)).unwrap();
    assert_eq!(authors(&again), ["d bert", "b -", "c anne"]);
}

#[test]
fn tokens_are_those_outside_the_servers() {
    // Built as a token of one block is.
    let token = |letter: &str| format!("gAAAAA{}A==", letter.repeat(91));
    let (outside, inside) = (token("o"), token("i"));
    let document = read(&format!(
        r#"{{"x":["{outside}","gAAAAAshort"],"agent_settings":{{"mcp_config":{{"mcpServers":{{"a":{{"env":{{"A":"{inside}"}}}}}}}}}},"y":"{outside}"}}"#
    ));
    let found: Vec<&str> = document.outside().tokens().collect();
    assert_eq!(found, [&outside, &outside]);
}

#[test]
fn what_is_outside_is_read_once_for_all_versions_that_differ_in_servers() {
    let before = r#"{"a":1,"agent_settings":{"mcp_config":{"mcpServers":{"x":{"n":1}}}},"b":[2]}"#;
    let document = read(before);
    let root = r#"{"a":1,"agent_settings":{"mcp_config":{"mcpServers":{}}},"b":[2]}"#;
    assert_eq!(document.outside().root(), Ok(&config(root)));
    let mut edited = document.clone();
    edited.apply(&put("y", "{}"), None);
    let again = Document::read(&edited.render(), NewDocument::Own, Some(&document)).unwrap();
    for other in [edited, again] {
        assert!(Arc::ptr_eq(document.outside(), other.outside()));
    }
    let elsewhere =
        Document::read(before.replace("[2]", "[3]").as_bytes(), NewDocument::Own, Some(&document));
    assert!(!Arc::ptr_eq(document.outside(), elsewhere.unwrap().outside()));
}

#[test]
fn what_is_outside_may_be_nothing_all_or_unreadable() {
    let new = read(&NewDocument::Own.text());
    assert_eq!(Document::absent(NewDocument::Own).outside().root(), new.outside().root());
    let acp = r#"{"agent_settings":{"agent_kind":"acp","mcp_config":{"x":{}}}}"#;
    assert_eq!(read(acp).outside().root(), Ok(&config(acp)));
    let twice = read(r#"{"other":{"a":1,"a":2}}"#);
    assert_eq!(twice.outside().root().unwrap_err().to_string(), "`/other/a`: the name comes twice");
}

#[test]
fn debug_output_shows_names_only() {
    let document = read(r#"{"agent_settings":{"mcp_config":{"mcpServers":{"a":{"env":{"A":"hunter2"}}}}}}"#);
    let servers: Vec<_> = document.servers().collect();
    assert!(format!("{:?}", servers[0].1).contains("config"));
    for shown in [format!("{document:?}"), format!("{servers:?}")] {
        assert!(shown.contains("\"a\"") && !shown.contains("hunter2"), "{shown}");
    }
}
