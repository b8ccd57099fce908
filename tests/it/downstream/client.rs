//! The client of toolgroups against the gateway of the tests, by the rows of the contract's section 8.

use std::time::Duration;

use mcp_settings::downstream::FailureKind::{self, AlreadyExists, Refused, Timeout, Unreachable, Unreadable};
use mcp_settings::downstream::{Base, Client, Failure, Gateway as _, ToolGroup};
use serde_json::json;

use super::gateway::Gateway;

const PROVIDER: &str = "model-context-protocol";

fn client(gateway: &Gateway) -> Client {
    Client::with_patience(Base::parse(&gateway.base()).expect("it is one"), Duration::from_secs(2))
}

fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("it can be made")
        .block_on(future)
}

fn kind<T>(result: Result<T, Failure>) -> Option<FailureKind> {
    result.err().map(|failure| failure.kind)
}

fn group(id: &str, url: Option<&str>) -> ToolGroup {
    ToolGroup {
        id: id.to_owned(),
        provider_id: PROVIDER.to_owned(),
        url: url.map(str::to_owned),
        has_args: false,
    }
}

/// C-TG-01
#[test]
fn c_tg_01_the_same_again_is_no_failure_and_another_is_in_the_way() {
    let gateway = Gateway::start();
    let client = client(&gateway);
    run(async {
        assert_eq!(kind(client.register("a", PROVIDER, "http://x/a").await), None);
        assert_eq!(kind(client.register("a", PROVIDER, "http://x/a").await), None);
        assert_eq!(kind(client.register("a", PROVIDER, "http://x/b").await), Some(AlreadyExists));
        assert_eq!(client.list().await.unwrap(), [group("a", Some("http://x/a"))]);
    });
    let body =
        r#"{"mcp_endpoint":{"uri":"http://x/a"},"provider_id":"model-context-protocol","toolgroup_id":"a"}"#;
    assert_eq!(gateway.calls("POST")[0], ("/v1/toolgroups".to_owned(), body.to_owned()));
}

/// C-TG-02
#[test]
fn c_tg_02_what_is_not_there_is_removed() {
    let gateway = Gateway::start();
    let client = client(&gateway);
    run(async {
        client.register("a", PROVIDER, "http://x/a").await.unwrap();
        for _ in 0..2 {
            assert_eq!(kind(client.unregister("a").await), None);
            assert_eq!(client.read("a").await.unwrap(), None);
        }
    });
}

/// C-TG-03
#[test]
fn c_tg_03_what_a_refused_registration_leaves_is_seen() {
    let gateway = Gateway::start();
    let client = client(&gateway);
    gateway.fault(&json!([{"method": "POST", "do": "keep"}]));
    run(async {
        assert_eq!(kind(client.register("c", PROVIDER, "http://x/c").await), Some(Refused(400)));
        assert_eq!(client.read("c").await.unwrap(), Some(group("c", None)));
        assert_eq!(kind(client.register("c", PROVIDER, "http://x/c").await), Some(AlreadyExists));
        client.unregister("c").await.unwrap();
    });
    assert!(gateway.ids().is_empty());
}

/// C-TG-04
#[test]
fn c_tg_04_an_id_may_hold_anything() {
    let gateway = Gateway::start();
    let client = client(&gateway);
    let ids = ["d/e", "@s:a.b+c", "a b%2F?#", "ü/", "builtin::rag"];
    run(async {
        for id in ids {
            client.register(id, PROVIDER, "http://x").await.unwrap();
            assert_eq!(client.read(id).await.unwrap(), Some(group(id, Some("http://x"))), "{id}");
        }
        // What no path can name is found in the list, and never removed.
        client.register("a/../b", PROVIDER, "http://x").await.unwrap();
        assert_eq!(client.read("a/../b").await.unwrap(), Some(group("a/../b", Some("http://x"))));
        assert_eq!(kind(client.unregister("a/../b").await), Some(Unreadable));
        for id in ids {
            client.unregister(id).await.unwrap();
        }
    });
    assert_eq!(gateway.ids(), ["a/../b"]);
}

#[test]
fn whatever_a_gateway_refuses_comes_to_its_status_and_to_none_of_its_words() {
    let gateway = Gateway::start();
    let client = client(&gateway);
    run(async {
        let refused = client.register("a", "nope", "http://x").await.unwrap_err();
        assert_eq!(refused.kind, Refused(400));
        for status in [401, 403, 404, 426, 500, 501, 502, 504] {
            gateway.fault(&json!([{"times": 9, "do": "status", "status": status, "detail": "canary"}]));
            let failure = client.register("a", PROVIDER, "http://x").await.unwrap_err();
            assert_eq!(failure.kind, Refused(status));
            assert!(!format!("{failure:?} {}", failure.kind).contains("canary"));
            assert_eq!(kind(client.list().await), Some(Refused(status)));
            let absent = (status == 404).then_some(());
            assert_eq!(kind(client.unregister("a").await).is_none(), absent.is_some(), "{status}");
            assert_eq!(client.read("a").await.is_ok(), absent.is_some(), "{status}");
        }
        let other = json!([{"do": "status", "status": 400, "detail": "Provider already exists elsewhere"}]);
        gateway.fault(&other);
        assert_eq!(kind(client.register("a", PROVIDER, "http://x").await), Some(AlreadyExists));
        gateway.fault(&json!([{"do": "status", "status": 409}]));
        assert_eq!(kind(client.register("a", PROVIDER, "http://x").await), Some(AlreadyExists));
    });
}

#[test]
fn every_success_is_one_whatever_it_says() {
    let gateway = Gateway::start();
    let client = client(&gateway);
    run(async {
        for status in [200, 201, 202, 204] {
            gateway.fault(&json!([{"times": 2, "do": "status", "status": status}]));
            client.register("a", PROVIDER, "http://x").await.unwrap();
            client.unregister("a").await.unwrap();
        }
        gateway.fault(&json!([{"method": "POST", "do": "junk"}]));
        client.register("a", PROVIDER, "http://x").await.unwrap();
    });
}

#[test]
fn nothing_leads_the_client_elsewhere_or_keeps_it() {
    let (gateway, mut other) = (Gateway::start(), Gateway::start());
    let client = client(&gateway);
    run(async {
        for status in [301, 302, 307, 308] {
            let location = format!("{}/v1/toolgroups", other.base());
            gateway.fault(&json!([{"times": 2, "do": "redirect", "status": status, "location": location}]));
            assert_eq!(kind(client.register("a", PROVIDER, "http://x").await), Some(Refused(status)));
            assert_eq!(kind(client.list().await), Some(Refused(status)));
        }
        gateway.fault(&json!([{"do": "junk"}]));
        assert_eq!(kind(client.list().await), Some(Unreadable));
        gateway.fault(&json!([{"do": "large"}]));
        assert_eq!(kind(client.read("a").await), Some(Unreadable));
        gateway.fault(&json!([{"do": "lose"}]));
        assert_eq!(kind(client.list().await), Some(Unreachable));
        gateway.fault(&json!([{"do": "slow", "seconds": 30}]));
        assert_eq!(kind(client.list().await), Some(Timeout));
        assert!(other.calls("POST").is_empty() && other.calls("GET").is_empty());
        let base = Base::parse(&other.base()).unwrap();
        other.kill();
        assert_eq!(kind(Client::new(base).list().await), Some(Unreachable));
    });
}

#[test]
fn a_toolgroup_with_arguments_is_not_ours() {
    let gateway = Gateway::start();
    let body = json!({
        "toolgroup_id": "f", "provider_id": PROVIDER, "mcp_endpoint": {"uri": "http://x"}, "args": {"k": 1},
    });
    assert_eq!(gateway.call("POST", "/v1/toolgroups", Some(&body)).0, 200);
    let found = run(client(&gateway).read("f")).unwrap().unwrap();
    assert!(found.has_args);
}
