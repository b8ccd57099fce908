//! Names that no new server may have: a file may hold such servers, and here they can be reached.

use serde_json::json;

use super::{LAYOUTS, on, shown, stored};
use crate::server::{SETTINGS, eventually, item, settings_item};

/// Names that break the rule, as a path has them.
const ODD: [(&str, &str); 8] = [
    ("bad name", "bad%20name"),
    ("a/b", "a%2Fb"),
    ("é😀", "%C3%A9%F0%9F%98%80"),
    ("a\nb", "a%0Ab"),
    ("a\0b", "a%00b"),
    ("a\"b'", "a%22b%27"),
    ("a%b~1", "a%25b~1"),
    ("..", ".."),
];

#[test]
fn an_odd_name_of_a_file_can_be_patched_and_deleted() {
    for layout in LAYOUTS {
        let servers: serde_json::Map<_, _> =
            ODD.iter().map(|(name, _)| ((*name).to_owned(), json!({"command": "x"}))).collect();
        let server = on(layout, &servers.into());
        for (name, path) in ODD {
            server.patch(item(path)).json(&json!({})).send().expect(400);
            let patch = json!({"description": "d"});
            let answer = server.patch(settings_item(path)).json(&patch).send().expect(200);
            assert_eq!(answer.json()["agent_settings"]["mcp_config"][name]["description"], "d", "{name:?}");
            assert_eq!(stored(&server)[name], json!({"command": "x", "description": "d"}));
            let tag = answer.etag();
            server.patch(settings_item(path)).if_match("\"old\"").json(&patch).send().expect(412);
            let taken = server.post(settings_item(path)).json(&json!({"command": "y"})).send();
            let taken = taken.expect_problem(409, "name-taken");
            assert_eq!(taken.json()["detail"], format!("MCP server '{name}' already exists"));
            server.delete(settings_item(path)).if_match(&tag).send().expect(200);
            server.delete(settings_item(path)).send().expect_problem(404, "unknown-server");
        }
        assert_eq!(shown(&server, ""), json!({}));
    }
}

#[test]
fn no_new_server_has_an_odd_name() {
    let long = "a".repeat(129);
    for layout in LAYOUTS {
        let server = on(layout, &json!({}));
        let before = server.document();
        let config = json!({"command": "x"});
        for path in ODD.iter().map(|(_, path)| *path).chain([&*long, "%FF", "%ED%A0%80", "."]) {
            server.post(settings_item(path)).json(&config).send().expect_problem(400, "invalid-name");
        }
        for path in ["%FF", "%ED%A0%80"] {
            server.patch(settings_item(path)).json(&config).send().expect_problem(400, "invalid-name");
            server.delete(settings_item(path)).send().expect_problem(400, "invalid-name");
        }
        server.post(settings_item("")).json(&config).send().expect_problem(404, "not-found");
        server.post(settings_item("a/b")).json(&config).send().expect_problem(404, "not-found");
        let slash = server.post(settings_item("a/")).json(&config).send().expect(307);
        assert_eq!(slash.header("location"), Some(&*settings_item("a")));
        assert!(server.document() == before, "{layout}: the document changed");
    }
}

#[test]
fn a_server_that_would_be_treated_as_the_map_is_not_made() {
    let flat = on("flat", &json!({"s": {"command": "x"}}));
    flat.post(settings_item("mcpServers")).json(&json!({"command": "y"})).send().expect(201);
    flat.get(SETTINGS).send().expect(200);
    let wrapped = on("wrapped", &json!({}));
    wrapped.post(settings_item("mcpServers")).json(&json!({"command": "y"})).send().expect(201);
    assert_eq!(stored(&wrapped), json!({"mcpServers": {"command": "y"}}));
}

#[test]
fn a_write_is_audited_under_the_name_of_the_file() {
    let server = on("flat", &json!({"bad name": {"command": "x"}}));
    server.patch(settings_item("bad%20name")).json(&json!({"icon": "i"})).send().expect(200);
    server.delete(settings_item("bad%20name")).send().expect(200);
    eventually("both writes are audited", || {
        let log = server.log();
        let of = |action: &str| {
            let is_of = |line: &str| {
                line.contains(action) && line.contains("bad name") && line.contains("tag.before")
            };
            log.lines().any(is_of)
        };
        of("patch done") && of("delete done")
    });
}
