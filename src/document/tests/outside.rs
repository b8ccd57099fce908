//! Edits outside the servers: law L2 for them, and what they must not reach.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::laws::sample;
use super::*;
use crate::json::samples::any_object;
use crate::json::{Json, scan_object, to_compact};
use crate::model::{Access, Outside};

fn set(member: &str, value: &str) -> Edit {
    let value = crate::json::parse(value, &Rules::STORED).expect("the test spells JSON");
    Edit::Outside { member: member.to_owned(), value }
}

/// The texts of the members of an object, by name.
fn members(text: &str) -> Vec<(String, String)> {
    let (open, _) = crate::json::first_byte(text).unwrap();
    let object = scan_object(text, open).unwrap();
    let member = |member: crate::json::RawMember| (member.name, text[member.value].to_owned());
    object.members.into_iter().map(member).collect()
}

#[test]
fn only_what_changes_is_written_and_in_the_manner_of_its_neighbours() {
    let map = r#"{ "x":{"command":"c"} }"#;
    for (before, edit, expected) in [
        (
            "\n{ \"conversation_settings\" : {\"max\":1e2 , \"on\":true},\"agent_settings\":{\"mcp_config\":{\"mcpServers\":MAP}} }\n",
            set("conversation_settings", r#"{"max":1e2,"on":false}"#),
            "\n{ \"conversation_settings\" : {\"max\":1e2 , \"on\":false},\"agent_settings\":{\"mcp_config\":{\"mcpServers\":MAP}} }\n",
        ),
        (
            "{\n  \"agent_settings\": {\n    \"schema_version\": 9,\n    \"mcp_config\": MAP\n  }\n}",
            set("misc_settings", r#"{"a":[1]}"#),
            "{\n  \"agent_settings\": {\n    \"schema_version\": 9,\n    \"mcp_config\": MAP\n  },\n  \"misc_settings\": {\n    \"a\": [\n      1\n    ]\n  }\n}",
        ),
        (
            "{\"agent_settings\":{\"llm\":{\"a\":1,\"b\":2},\"mcp_config\":{\"other\":{},\"mcpServers\":MAP}},\"z\":0}",
            set("agent_settings", r#"{"llm":{"b":2},"mcp_config":null,"new":"n"}"#),
            "{\"agent_settings\":{\"llm\":{\"b\":2},\"mcp_config\":{\"other\":{},\"mcpServers\":MAP},\"new\":\"n\"},\"z\":0}",
        ),
        ("{\"active_profile\": \"p\"}", set("active_profile", "null"), "{\"active_profile\": null}"),
    ] {
        let before = before.replace("MAP", map);
        assert_eq!(after(&before, &[edit]), expected.replace("MAP", map));
    }
}

#[test]
fn the_servers_and_the_version_are_not_within_reach() {
    for (before, value) in [
        (r#"{"agent_settings":{"schema_version":9,"mcp_config":{"x":{}}}}"#, r#"{"schema_version":3}"#),
        (r#"{"agent_settings":{"mcp_config":{"mcpServers":{"x":{}}}}}"#, r#"{"mcp_config":{"y":{}}}"#),
        (r#"{"agent_settings":{"mcp_config":{"x":{}}}}"#, r#"{"mcp_config":null}"#),
        (r#"{"agent_settings":{"agent_kind":"acp","mcp_config":{"x":{}}}}"#, r#"{"agent_kind":"acp"}"#),
        (r#"{"agent_settings":{}}"#, r#"{"mcp_config":{"y":{}}}"#),
    ] {
        assert_eq!(after(before, &[set("agent_settings", value)]), before, "{value}");
    }
}

#[test]
fn where_there_is_no_document_or_no_agent_a_new_one_is_begun() {
    for new in [NewDocument::Own, NewDocument::OpenHands] {
        let mut document = Document::absent(new);
        document.apply(&set("agent_settings", r#"{"agent_kind":"openhands","llm":{"model":"m"}}"#), None);
        let mut expected = config(&new.text());
        let mut agent = new.agent_settings();
        agent.insert("llm", config(r#"{"model":"m"}"#).into());
        expected.insert("agent_settings", agent.into());
        assert_eq!(to_compact(&config(&text(&document)).into()), to_compact(&expected.into()));

        let mut kept = Document::read(br#"{"other":1}"#, new, None).unwrap();
        kept.apply(&set("misc_settings", r#"{"a":1}"#), None);
        assert_eq!(text(&kept), r#"{"other":1,"misc_settings":{"a":1}}"#);
        kept.apply(&set("agent_settings", r#"{"agent_kind":"acp"}"#), None);
        let mut agent = new.agent_settings();
        agent.insert("agent_kind", Json::string("acp"));
        let kept = config(&text(&kept));
        let own = kept.get("agent_settings").and_then(Json::as_object).unwrap();
        assert_eq!(to_compact(&own.clone().into()), to_compact(&agent.into()));
    }
    let mut document = Document::absent(NewDocument::Own);
    document.apply(&set("agent_settings", r#"{"agent_kind":"openhands"}"#), None);
    assert_eq!(text(&document), "", "what a new document says anyway begins none");
}

#[test]
fn servers_go_and_come_with_the_agent_variant_and_lose_nothing() {
    for map in [r#"{"mcpServers":{"x":{"command": "c"}}}"#, r#"{"x":{"command": "c"}}"#] {
        let before = format!(r#"{{"agent_settings":{{"agent_kind":"openhands","mcp_config":{map}}},"z":1}}"#);
        let mut document = read(&before);
        document.apply(&set("agent_settings", r#"{"agent_kind":"acp"}"#), None);
        assert_eq!(document.layout().access, Access::NoCollection);
        assert_eq!(names(&document), [""; 0]);
        assert_eq!(text(&document), before.replace("openhands", "acp"));
        document.apply(&set("agent_settings", r#"{"agent_kind":"openhands"}"#), None);
        assert_eq!(names(&document), ["x"]);
        assert_eq!(text(&document), before);
    }
}

#[test]
fn what_would_make_the_document_useless_is_not_done() {
    let before = r#"{"agent_settings":{"mcp_config":{"mcpServers":{}}}}"#;
    for edit in [
        set("agent_settings", r#"{"agent_kind":"other"}"#),
        set("agent_settings", r#"{"agent_kind":null}"#),
        set("agent_settings", "null"),
        set("misc_settings", "[]"),
        set("schema_version", "9"),
        set("mcpServers", "{}"),
    ] {
        assert_eq!(after(before, &[edit]), before);
    }
    let twice = r#"{"agent_settings":{"llm":{"a":1,"a":2}}}"#;
    assert_eq!(after(twice, &[set("misc_settings", "{}")]), twice);
    let newer = r#"{"schema_version":7}"#;
    assert_eq!(after(newer, &[set("misc_settings", "{}")]), newer);
}

proptest! {
    #[test]
    fn an_edit_outside_changes_its_own_member_and_nothing_else(
        sample in sample(),
        edits in vec((select(vec!["agent_settings", "conversation_settings", "misc_settings"]), any_object()), 1..4),
    ) {
        let mut document = read(&sample.text);
        for (member, value) in edits {
            let before = text(&document);
            let wanted = Json::Object(config(&value));
            let can_hold = Outside::can_hold(document.outside(), member, &wanted);
            document.apply(&Edit::Outside { member: member.to_owned(), value: wanted.clone() }, None);
            let after = text(&document);
            if !can_hold {
                prop_assert_eq!(after, before);
                continue;
            }
            let (old, new) = (members(&before), members(&after));
            let others = |all: &[(String, String)]| -> Vec<_> {
                all.iter().filter(|(name, _)| name != member).cloned().collect()
            };
            prop_assert_eq!(others(&old), others(&new));
            let own = |all: &[(String, String)]| -> Option<String> {
                all.iter().find(|(name, _)| name == member).map(|(_, value)| value.clone())
            };
            let (old, new) = (own(&old), own(&new).unwrap());
            if member == "agent_settings" {
                let find = |text: &str, name: &str| -> Option<String> {
                    members(text).into_iter().find(|(own, _)| own == name).map(|(_, value)| value)
                };
                for name in ["mcp_config", "schema_version"] {
                    prop_assert_eq!(find(&new, name), find(old.as_deref().unwrap(), name));
                }
                let stored = config(&new);
                for (name, value) in config(&value).iter() {
                    if !["mcp_config", "schema_version"].contains(&name) {
                        prop_assert_eq!(stored.get(name), Some(value));
                    }
                }
            } else {
                prop_assert_eq!(Json::Object(config(&new)), wanted);
            }
            let again = read(&after);
            prop_assert_eq!(names(&document), names(&again));
            prop_assert_eq!(document.layout(), again.layout());
        }
    }
}
