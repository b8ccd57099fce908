//! What `/v1` answers where a gateway is configured, by the rows of the checklist.

use serde_json::json;

use super::gateway::Gateway;
use super::{expect_refusal, in_front_of, register, registered, shown, state, unregister};
use crate::server::eventually;

const NOT_CONNECTED: &str = "Unable to connect to Llama Stack";
const NOT_REACHED: &str = "The remote service could not be reached.";

/// C-REG-03
#[test]
fn c_reg_03_a_registration_is_one_call_and_is_seen_once_it_is_accepted() {
    let gateway = Gateway::start();
    let server = in_front_of(&gateway).start();
    let answer = register(&server, "a", "http://localhost:4000").send().expect(201);
    assert!(answer.json()["message"].as_str().unwrap().contains("registered successfully"));
    assert_eq!(registered(&server), ["a"]);
    let posts = gateway.calls("POST");
    assert_eq!(posts.len(), 1, "{posts:?}");
    let body: serde_json::Value = serde_json::from_str(&posts[0].1).unwrap();
    let expected = json!({
        "toolgroup_id": "a", "provider_id": "model-context-protocol",
        "mcp_endpoint": {"uri": "http://localhost:4000"},
    });
    assert_eq!(body, expected);
    assert_eq!(state(&server, "a").as_deref(), Some("registered"));
    unregister(&server, "a").send().expect(200);
    assert!(gateway.ids().is_empty() && registered(&server).is_empty());
}

/// C-REG-01
#[test]
fn c_reg_01_a_gateway_that_cannot_be_reached_takes_nothing() {
    let mut gateway = Gateway::start();
    gateway.kill();
    let server = in_front_of(&gateway).start();
    let answer = register(&server, "a", "http://localhost:4000/canary").send();
    expect_refusal(&server, &answer, 503, NOT_CONNECTED, NOT_REACHED);
    assert!(registered(&server).is_empty());
    assert_eq!(shown(&server)["trouble"], "unreachable");
    gateway.restart();
    register(&server, "a", "http://localhost:4000").send().expect(201);
    assert_eq!(gateway.ids(), ["a"]);
    assert!(shown(&server)["trouble"].is_null());
}

/// C-REG-02
#[test]
fn c_reg_02_a_gateway_that_refuses_leaves_nothing_behind() {
    let gateway = Gateway::start();
    let server = in_front_of(&gateway).start();
    let [response, cause] =
        ["Failed to register MCP server", "Could not register the MCP server with the remote service."];
    for fault in [
        json!({"method": "POST", "do": "status", "status": 400, "detail": "canary"}),
        json!({"method": "POST", "do": "status", "status": 500, "detail": "canary"}),
        json!({"method": "POST", "do": "keep"}),
    ] {
        gateway.fault(&json!([fault]));
        let answer = register(&server, "a", "http://localhost:4000").send();
        expect_refusal(&server, &answer, 500, response, cause);
        assert!(registered(&server).is_empty(), "{fault}");
        eventually("nothing is left", || gateway.ids().is_empty());
    }
    // What somebody else has put there is in the way, and stays.
    gateway.heal();
    gateway.put_foreign("b", "http://theirs");
    let answer = register(&server, "b", "http://localhost:4000").send();
    expect_refusal(&server, &answer, 500, response, cause);
    let body = json!({"name": "c", "url": "http://localhost:4000", "provider_id": "nope"});
    let answer = server.post(super::REGISTERED).json(&body).send();
    expect_refusal(&server, &answer, 500, response, cause);
    register(&server, "d", "http://localhost:4000").send().expect(201);
    assert_eq!(gateway.ids(), ["b", "d"]);
}

/// C-DEL-07
#[test]
fn c_del_07_what_could_not_be_removed_is_still_registered() {
    let mut gateway = Gateway::start();
    let server = in_front_of(&gateway).start();
    register(&server, "a", "http://localhost:4000").send().expect(201);
    gateway.kill();
    let answer = unregister(&server, "a").send();
    expect_refusal(&server, &answer, 503, NOT_CONNECTED, NOT_REACHED);
    assert_eq!(registered(&server), ["a"]);
    assert_eq!(state(&server, "a").as_deref(), Some("removing"));
    gateway.restart();
    let body = unregister(&server, "a").send().expect(200).json();
    assert_eq!(body["deleted"], true);
    assert!(registered(&server).is_empty() && gateway.ids().is_empty());
}

/// C-DEL-08
#[test]
fn c_del_08_what_the_gateway_has_lost_is_removed() {
    let gateway = Gateway::start();
    let server = in_front_of(&gateway).start();
    register(&server, "a", "http://localhost:4000").send().expect(201);
    gateway.forget();
    let body = unregister(&server, "a").send().expect(200).json();
    assert_eq!(body["deleted"], true);
    assert!(registered(&server).is_empty());
}

/// C-DEL-09: a departure. Nothing is removed at a gateway that no row says we made.
#[test]
fn c_del_09_an_unknown_name_is_not_found_and_nothing_foreign_is_removed() {
    let gateway = Gateway::start();
    gateway.put_foreign("a", "http://theirs");
    let server = in_front_of(&gateway).start();
    let body = unregister(&server, "a").send().expect(200).json();
    assert_eq!(body, json!({"deleted": false, "name": "a", "response": "MCP server not found"}));
    assert_eq!(gateway.ids(), ["a"]);
}

/// C-DEL-10
#[test]
fn c_del_10_a_gateway_that_fails_keeps_the_server_registered() {
    let gateway = Gateway::start();
    let server = in_front_of(&gateway).start();
    register(&server, "a", "http://localhost:4000").send().expect(201);
    gateway
        .fault(&json!([{"method": "DELETE", "times": 9, "do": "status", "status": 500, "detail": "canary"}]));
    let [response, cause] =
        ["Failed to unregister MCP server", "Could not unregister the MCP server with the remote service."];
    expect_refusal(&server, &unregister(&server, "a").send(), 500, response, cause);
    assert_eq!((registered(&server), gateway.ids()), (vec!["a".to_owned()], vec!["a".to_owned()]));
    gateway.heal();
    unregister(&server, "a").send().expect(200);
    assert!(registered(&server).is_empty() && gateway.ids().is_empty());
}

#[test]
fn what_a_gateway_cannot_be_given_is_refused() {
    let gateway = Gateway::start();
    let server = in_front_of(&gateway).start();
    for (member, value) in [
        ("authorization_headers", json!({"Authorization": "client"})),
        ("headers", json!(["x-id"])),
        ("timeout", json!(30)),
    ] {
        let body = json!({"name": "a", "url": "http://localhost:4000", member: value});
        let answer = server.post(super::REGISTERED).json(&body).send().expect(422).json();
        assert_eq!(answer["detail"][0]["loc"], json!(["body", member]), "{answer}");
    }
    let body = json!({"name": "a", "url": "http://localhost:4000", "headers": [], "timeout": null});
    server.post(super::REGISTERED).json(&body).send().expect(201);
    assert!(gateway.calls("POST").len() == 1);
}

#[test]
fn a_change_through_another_route_reaches_the_gateway() {
    let gateway = Gateway::start();
    let server = in_front_of(&gateway).start();
    register(&server, "a", "http://localhost:4000").send().expect(201);
    let config = json!({"url": "http://localhost:5000"});
    server.put(crate::server::item("a")).json(&config).send().expect_success();
    let moved = ("a".to_owned(), "http://localhost:5000".to_owned());
    eventually("the gateway has the new URL", || gateway.groups() == [moved.clone()]);
    server.delete(crate::server::item("a")).send().expect_success();
    eventually("the gateway has nothing", || gateway.ids().is_empty());
}

#[test]
fn no_secret_of_a_url_is_shown_or_logged() {
    let mut gateway = Gateway::start();
    let server = in_front_of(&gateway).start();
    register(&server, "a", "http://localhost:4000/?api_key=canary-0123456789").send().expect(201);
    gateway.fault(&json!([{
        "method": "DELETE", "do": "status", "status": 500, "detail": "no http://localhost:4000/?api_key=canary-0123456789",
    }]));
    unregister(&server, "a").send().expect(500);
    gateway.kill();
    register(&server, "b", "http://localhost:4000/?api_key=canary-0123456789").send().expect(503);
    let seen = format!("{} {}", server.get(super::DOWNSTREAM).send().text(), server.log());
    assert!(!seen.contains("canary-0123456789"), "{seen}");
}
