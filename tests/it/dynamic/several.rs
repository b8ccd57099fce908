//! Registration with several services on one document, and beside other routes to it.

use serde_json::json;

use super::{REGISTERED, delete, listed, named, pairs, register};
use crate::server::{TestServer, eventually, item};

#[test]
fn what_is_registered_at_one_service_is_deleted_at_another() {
    let one = TestServer::start();
    let other = TestServer::builder(one.site()).start();
    let body = json!({"name": "a", "url": "http://h/", "provider_id": "p", "authorization_headers": {"A": "client"}});
    register(&one, &body).send().expect(201);
    eventually("the other lists it", || listed(&other) == pairs(&[("a", "api")]));
    assert_eq!(other.get(REGISTERED).send().expect(200).json()["servers"][0]["provider_id"], "p");
    register(&other, &named("a")).send().expect(409);
    assert_eq!(delete(&other, "a").send().expect(200).json()["deleted"], true);
    eventually("it is gone for the first", || listed(&one).is_empty());
    assert_eq!(delete(&one, "a").send().expect(200).json()["deleted"], false);
}

#[test]
fn a_registration_is_still_there_after_a_restart() {
    let server = TestServer::start();
    for name in ["b", "a"] {
        register(&server, &named(name)).send().expect(201);
    }
    let site = server.site();
    server.crash();
    let server = TestServer::builder(site).start();
    eventually("they are listed", || listed(&server) == pairs(&[("b", "api"), ("a", "api")]));
    assert_eq!(delete(&server, "b").send().expect(200).json()["deleted"], true);
}

#[test]
fn a_server_that_another_route_has_deleted_is_not_registered_any_more() {
    let server = TestServer::start();
    register(&server, &named("a")).send().expect(201);
    server.delete(item("a")).send().expect(204);
    assert_eq!(listed(&server), []);
    assert_eq!(delete(&server, "a").send().expect(200).json()["deleted"], false);
    // A server that takes the name is not the one that was registered.
    server.seed("a", &json!({"url": "http://localhost:5000"}));
    assert_eq!(listed(&server), []);
    assert_eq!(delete(&server, "a").send().expect(200).json()["deleted"], false);
    server.get(item("a")).send().expect(200);
}
