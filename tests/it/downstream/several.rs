//! Several services on one document and one state: whichever is asked, one of them calls the gateway, and another one goes on
//! when it is gone.

use std::sync::Arc;

use super::gateway::Gateway;
use super::{register, registered, state, unregister};
use crate::server::{TestServer, eventually};
use crate::site::Site;

fn start(site: &Arc<Site>, gateway: &Gateway) -> TestServer {
    let builder = TestServer::builder(Arc::clone(site));
    builder.env("MCP_SETTINGS_DOWNSTREAM", format!("{}/v1/", gateway.base())).start()
}

#[test]
fn what_one_registers_another_removes() {
    let gateway = Gateway::start();
    let site = Arc::new(Site::new());
    let (first, second) = (start(&site, &gateway), start(&site, &gateway));
    register(&first, "a", "http://localhost:4000").send().expect(201);
    register(&second, "b", "http://localhost:4001").send().expect(201);
    eventually("both are seen", || registered(&second) == ["a", "b"]);
    register(&second, "a", "http://localhost:4000").send().expect(409);
    unregister(&second, "a").send().expect(200);
    unregister(&first, "b").send().expect(200);
    assert!(gateway.ids().is_empty());
    eventually("both see it", || registered(&first).is_empty() && registered(&second).is_empty());
}

#[test]
fn another_service_goes_on_where_one_was_killed() {
    let mut gateway = Gateway::start();
    let site = Arc::new(Site::new());
    let first = start(&site, &gateway);
    register(&first, "a", "http://localhost:4000").send().expect(201);
    let second = start(&site, &gateway);
    gateway.kill();
    unregister(&first, "a").send().expect(503);
    first.crash();
    gateway.restart();
    eventually("it is removed", || gateway.ids().is_empty() && registered(&second).is_empty());
    register(&second, "b", "http://localhost:4000").send().expect(201);
    assert_eq!(state(&second, "b").as_deref(), Some("registered"));
}

#[test]
fn a_list_of_gateways_that_cannot_be_used_keeps_the_service_from_starting() {
    for text in ["localhost:8321", "http://u:canary@localhost", "http://localhost?canary"] {
        let refusal = TestServer::builder(Site::new()).env("MCP_SETTINGS_DOWNSTREAM", text).try_start();
        let stopped = refusal.err().expect("it does not start");
        assert!(stopped.stderr.contains("MCP_SETTINGS_DOWNSTREAM"), "{}", stopped.stderr);
        assert!(!stopped.stderr.contains("canary"), "{}", stopped.stderr);
    }
}
