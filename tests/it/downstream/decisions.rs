//! What `GET /api/downstream` shows, and the decisions on it.

use serde_json::json;

use super::gateway::Gateway;
use super::{DOWNSTREAM, in_front_of, register, registered, shown, state, unregister};
use crate::dynamic::with_file;
use crate::server::{READER, TestServer, eventually};

fn decide(server: &TestServer, what: &str, gateway: &Gateway, id: &str) -> crate::response::Response {
    let body = json!({"gateway": gateway.base(), "id": id});
    server.post(format!("{DOWNSTREAM}/{what}")).json(&body).send()
}

#[test]
fn without_gateways_there_is_nothing_to_show() {
    let server = TestServer::start();
    assert_eq!(server.get(DOWNSTREAM).send().expect(200).json(), json!({"gateways": []}));
    let body = json!({"gateway": "http://localhost:1", "id": "a"});
    let answer = server.post(format!("{DOWNSTREAM}/forget")).json(&body).send();
    answer.expect_problem(404, "unknown-gateway");
}

#[test]
fn what_is_unknown_is_listed_and_can_be_adopted() {
    let gateway = Gateway::start();
    gateway.put_foreign("group/x", "http://theirs");
    gateway.put_foreign("mine", "http://localhost:4000");
    let server = in_front_of(&gateway).start();
    eventually("they are seen", || shown(&server)["unknown"] == json!(["group/x", "mine"]));
    server.get(DOWNSTREAM).key(READER).send().expect(200);
    for what in ["adopt", "forget"] {
        let body = json!({"gateway": gateway.base(), "id": "mine"});
        let request = server.post(format!("{DOWNSTREAM}/{what}")).json(&body);
        request.key(READER).send().expect_problem(403, "insufficient-scope");
        decide(&server, what, &gateway, "none").expect_problem(404, "unknown-toolgroup");
        let body = json!({"gateway": gateway.base()});
        let answer = server.post(format!("{DOWNSTREAM}/{what}")).json(&body).send();
        answer.expect_problem(422, "malformed-body");
    }
    decide(&server, "adopt", &gateway, "group/x").expect_problem(400, "invalid-name");
    // A server of the name that is not registered keeps it.
    server.seed("mine", &json!({"command": "x"}));
    decide(&server, "adopt", &gateway, "mine").expect_problem(409, "name-taken");
    server.delete(crate::server::item("mine")).send().expect(204);
    decide(&server, "adopt", &gateway, "mine").expect(200);
    assert_eq!(registered(&server), ["mine"]);
    assert_eq!(state(&server, "mine").as_deref(), Some("registered"));
    decide(&server, "forget", &gateway, "mine").expect_problem(409, "still-registered");
    unregister(&server, "mine").send().expect(200);
    assert_eq!(gateway.ids(), ["group/x"]);
}

/// A gateway takes the same registration again.
#[test]
fn what_a_gateway_has_already_is_adopted_and_not_registered() {
    let gateway = Gateway::start();
    gateway.put_foreign("a", "http://theirs");
    let server = in_front_of(&gateway).start();
    assert_eq!(register(&server, "a", "http://theirs").send().status, 500);
    assert_eq!((registered(&server), gateway.ids()), (Vec::<String>::new(), vec!["a".to_owned()]));
    decide(&server, "adopt", &gateway, "a").expect(200);
    assert_eq!(registered(&server), ["a"]);
    unregister(&server, "a").send().expect(200);
    assert!(gateway.ids().is_empty());
}

#[test]
fn what_has_the_name_of_a_static_server_is_not_adopted() {
    let gateway = Gateway::start();
    gateway.put_foreign("fixed", "http://theirs");
    let file = with_file("mcp_servers:\n- {name: fixed, url: http://fixed}\n");
    let server = file.env("MCP_SETTINGS_DOWNSTREAM", gateway.base()).start();
    decide(&server, "adopt", &gateway, "fixed").expect_problem(409, "name-taken");
    assert_eq!((registered(&server), server.names()), (vec!["fixed".to_owned()], Vec::<String>::new()));
}

#[test]
fn a_registered_server_that_becomes_a_program_or_has_a_reference_holds_nothing_else_up() {
    let gateway = Gateway::start();
    let server = in_front_of(&gateway).start();
    for (name, config) in [
        ("program", json!({"command": "x"})),
        ("reference", json!({"url": "http://localhost:4000/${env:MCP_SECRET_X}"})),
    ] {
        register(&server, name, "http://localhost:4000").send().expect(201);
        server.put(crate::server::item(name)).json(&config).send().expect(200);
        let other = format!("beside-{name}");
        register(&server, &other, "http://localhost:4001").send().expect(201);
        eventually("it is taken away", || !gateway.ids().contains(&name.to_owned()));
        unregister(&server, &other).send().expect(200);
        unregister(&server, name).send().expect(200);
    }
    let refused = register(&server, "c", "http://localhost:4000/${env:MCP_SECRET_X}").send().expect(422);
    assert!(
        refused.text().contains("\"url\"") && !refused.text().contains("MCP_SECRET_X"),
        "{}",
        refused.text()
    );
    assert_eq!((registered(&server), gateway.ids()), (Vec::<String>::new(), Vec::<String>::new()));
}

#[test]
fn what_is_in_the_way_of_a_registered_server_is_replaced_once_it_is_adopted() {
    let gateway = Gateway::start();
    let server = in_front_of(&gateway).start();
    register(&server, "a", "http://localhost:4000").send().expect(201);
    gateway.forget();
    gateway.put_foreign("a", "http://theirs");
    decide(&server, "adopt", &gateway, "a").expect(200);
    let ours = ("a".to_owned(), "http://localhost:4000".to_owned());
    eventually("ours is there", || gateway.groups() == [ours.clone()]);
    eventually("it is said", || state(&server, "a").as_deref() == Some("registered"));
}

#[test]
fn a_server_that_waits_for_a_gateway_goes_once_that_is_forgotten() {
    let mut gateway = Gateway::start();
    let server = in_front_of(&gateway).start();
    register(&server, "a", "http://localhost:4000").send().expect(201);
    gateway.kill();
    unregister(&server, "a").send().expect(503);
    assert_eq!(registered(&server), ["a"]);
    decide(&server, "forget", &gateway, "a").expect(200);
    eventually("it is gone", || registered(&server).is_empty());
    gateway.restart();
    assert_eq!(gateway.ids(), ["a"], "it is left there");
}

#[test]
fn what_a_gateway_does_not_answer_is_said() {
    let mut gateway = Gateway::start();
    let server = in_front_of(&gateway).start();
    gateway.kill();
    decide(&server, "adopt", &gateway, "a").expect_problem(503, "gateway-unreachable");
    gateway.restart();
    gateway.fault(&json!([{"method": "GET", "times": 9, "do": "status", "status": 500}]));
    decide(&server, "adopt", &gateway, "a").expect_problem(502, "gateway-failed");
}
