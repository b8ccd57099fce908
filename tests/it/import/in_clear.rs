//! A dry run shows the values of a text to the caller that has sent it, and nothing that is stored.

use serde_json::json;

use crate::client_texts::{import, of, text, try_import};
use crate::server::{ADMIN, TestServer, WRITER, item};

const STORED: &str = "stored-value-51c0";
const OWN: &str = "own-value-77d2";

#[test]
fn a_caller_is_shown_its_own_values_where_it_asks_for_them_and_none_that_is_stored() {
    let server = TestServer::start();
    let stored = json!({"command": "x", "env": {"TOKEN": STORED}});
    server.put(item("known")).json(&stored).send().expect(201);
    let servers = json!({
        "known": {"command": "x", "env": {"TOKEN": OWN}},
        "fresh": {"command": "y", "args": [format!("--api-key={OWN}")], "headers": null},
    });
    let text = text(&servers);
    for key in [ADMIN, WRITER] {
        let body = json!({"text": text, "in_clear": true});
        let answer = try_import(&server, &body).key(key).send().expect(200);
        let found = answer.json();
        let known = of(&answer, "known");
        assert_eq!(known["config"], servers["known"]);
        assert_eq!(of(&answer, "fresh")["config"]["args"], servers["fresh"]["args"]);
        assert!(!found.to_string().contains(STORED), "{found}");
        assert!(known["difference"].is_array() && !known["difference"].to_string().contains(OWN), "{found}");
        let masked = try_import(&server, &json!({"text": text})).key(key).send().expect(200).json();
        assert!(!masked.to_string().contains(OWN), "{masked}");
    }
    // With what is kept for the client, as it would be stored.
    let notes =
        json!({"mcpServers": {"Field Notes": {"command": "x", "envFile": "/etc/own.env"}}}).to_string();
    let body = json!({"text": notes, "format": "cursor", "in_clear": true});
    let answer = try_import(&server, &body).key(WRITER).send().expect(200);
    let kept = json!({"cursor": {"name": "Field Notes", "envFile": "/etc/own.env"}});
    assert_eq!(of(&answer, "Field-Notes")["config"]["extensions"], kept);
    let body = json!({"text": notes, "format": "cursor"});
    let masked = of(&try_import(&server, &body).send().expect(200), "Field-Notes");
    assert!(masked["config"].get("extensions").is_none(), "{masked}");
    let refused = import(&server, &json!({"text": text, "in_clear": true})).send().expect(422).json();
    assert_eq!(refused["errors"][0]["pointer"], "/in_clear", "{refused}");
    server.get(item("fresh")).send().expect(404);
    let wrong = try_import(&server, &json!({"text": text, "in_clear": "yes"})).send().expect(422).json();
    assert_eq!(wrong["errors"][0]["pointer"], "/in_clear", "{wrong}");
    assert!(!server.log().contains(OWN) && !server.log().contains(STORED));
}
