//! What the response says if something between client and service has altered the client's tag.

use serde_json::json;

use crate::server::{SERVERS, TestServer, item, settings_item};
use crate::wire::Request;

/// What proxies make of a tag that an answer had: nginx, Apache, Caddy and others.
fn alterations(tag: &str) -> Vec<String> {
    let open = tag.strip_suffix('"').expect("a tag ends in a quote");
    let suffixed = ["-gzip", "-br", "-zstd", ";gzip", "--gzip", ":deflate"];
    let mut altered: Vec<String> = suffixed.iter().map(|suffix| format!("{open}{suffix}\"")).collect();
    altered.push(format!("W/{tag}"));
    altered.push(format!("W/{open}-gzip\""));
    altered.push(format!("\"other\", W/{tag}"));
    altered
}

#[test]
fn a_412_under_the_current_tag_altered_says_so_and_its_advice_works() {
    let server = TestServer::start();
    let patch = json!({"description": "new"});
    type Attempt<'a> = Box<dyn Fn(&TestServer) -> Request + 'a>;
    let attempts: Vec<(&str, Attempt<'_>, u16)> = vec![
        ("GET", Box::new(|server| server.get(item("a"))), 200),
        ("list", Box::new(|server| server.get(SERVERS)), 200),
        ("PUT", Box::new(|server| server.put(item("a")).json(&json!({"command": "y"}))), 200),
        ("PATCH", Box::new(|server| server.patch(item("a")).json(&patch)), 200),
        ("dry run", Box::new(|server| server.patch(item("a") + "?dry_run=true").json(&patch)), 200),
        ("rename", Box::new(|server| server.post(item("a") + "/rename").json(&json!({"to": "b"}))), 200),
        ("DELETE", Box::new(|server| server.delete(item("a"))), 204),
        ("OpenHands PATCH", Box::new(|server| server.patch(settings_item("a")).json(&patch)), 200),
        ("OpenHands DELETE", Box::new(|server| server.delete(settings_item("a"))), 200),
        ("document", Box::new(|server| server.get("/openapi.json")), 200),
        ("page", Box::new(|server| server.get("/")), 200),
    ];
    for (what, attempt, success) in attempts {
        let tag = match what {
            "list" | "document" | "page" => attempt(&server).send().expect(200).etag(),
            _ => server.seed("a", &json!({"command": "x"})),
        };
        for altered in alterations(&tag) {
            let refusal = attempt(&server).if_match(&altered).send();
            let problem = refusal.expect_problem(412, "precondition-failed").json();
            assert_eq!(problem["etag_altered"], true, "{what} {altered}: {problem}");
            assert_eq!(problem["current_etag"], tag, "{what} {altered}");
            let detail = problem["detail"].as_str().expect("a text");
            assert!(detail.contains("current_etag") && detail.contains("proxy"), "{what}: {detail}");
        }
        attempt(&server).if_match(&tag).send().expect(success);
        server.delete(item("b")).send();
    }
}

#[test]
fn another_tag_altered_is_a_stale_one() {
    let server = TestServer::start();
    let stale = server.seed("a", &json!({"command": "x"}));
    let current = server.seed("a", &json!({"command": "y"}));
    let longer = current.replacen('"', "", 1).replace('"', "0\"");
    for tag in alterations(&stale).into_iter().chain([stale, format!("\"{longer}"), "\"\"".to_owned()]) {
        let refusal =
            server.delete(item("a")).if_match(&tag).send().expect_problem(412, "precondition-failed");
        assert!(refusal.json().get("etag_altered").is_none(), "{tag}: {}", refusal.text());
    }
    let gone = server.delete(item("none")).if_match(format!("W/{current}")).send();
    assert!(gone.json().get("etag_altered").is_none(), "{}", gone.text());
}
