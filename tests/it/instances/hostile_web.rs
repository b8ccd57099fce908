//! Servers over HTTP that misbehave, through the API: the state, the kind of the fault, and what there is to do.

use serde_json::{Value, json};

use super::{CANARY, RUNNER, call, once, probe, put, set_policy, shown, start, stop, text_of};
use crate::server::READER;
use crate::sessions::web::{Reply, Request, Web, usual};

/// What is shown of a server that answers `initialize` like this.
async fn failed(transport: &str, answer: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Value {
    let web = Web::serve(answer).await;
    let server = start();
    let config = json!({
        "url": format!("{}?key=query-{CANARY}", web.url()), "transport": transport,
        "headers": {"X-Key": format!("header-{CANARY}")}, "auth": {"strategy": "bearer", "value": CANARY},
    });
    put(&server, "a", &config);
    set_policy(&server, "a", &json!({"start_timeout_seconds": 3}));
    let answer = call(&server, "a", "x").send().expect_problem(503, "instance-failed");
    let instance = once(&server, "a", "error");
    assert_eq!(answer.json()["fault"]["kind"], instance["retry"]["fault"]["kind"]);
    for text in [answer.text(), instance.to_string()] {
        assert!(!text.contains(CANARY) && !text.contains("sk-live"), "{text}");
    }
    // A caller that may not run programs sees neither an error number nor an address.
    let seen = server.get(super::place("a")).key(READER).send().expect(200).json();
    assert_eq!(seen["retry"]["fault"].get("detail"), None, "{seen}");
    stop(server);
    instance
}

#[track_caller]
fn is(instance: &Value, kind: &str, health: &str, attention: &str) {
    let found = (&instance["retry"]["fault"]["kind"], &instance["health"]["status"], &instance["attention"]);
    assert_eq!(found, (&json!(kind), &json!(health), &json!(attention)), "{instance}");
}

fn with_header(status: u16, name: &'static str, value: &str) -> Reply {
    Reply::Whole(status, vec![(name, value.to_owned())], b"sk-live-canary".to_vec())
}

#[tokio::test(flavor = "multi_thread")]
async fn refuses_its_credentials_without_and_with_a_challenge() {
    is(&failed("http", |_| Reply::status(401)).await, "auth", "auth_required", "connect");
    let challenge = |_: &Request| with_header(401, "www-authenticate", "Bearer realm=\"x\"");
    is(&failed("http", challenge).await, "auth", "auth_required", "connect");
    is(&failed("sse", |_| Reply::status(401)).await, "auth", "auth_required", "connect");
    is(&failed("http", |_| Reply::status(403)).await, "auth", "auth_required", "connect");
}

#[tokio::test(flavor = "multi_thread")]
async fn refuses_its_credentials_later() {
    let web = Web::serve(|request| match request.rpc().as_str() {
        "tools/list" => Reply::status(401),
        _ => usual(request),
    })
    .await;
    let server = start();
    put(&server, "a", &json!({"url": web.url(), "transport": "http"}));
    text_of(call(&server, "a", "x"));
    let reading = probe(&server, "a");
    assert_eq!(reading["health"]["status"], "auth_required", "{reading}");
    let instance = shown(&server, "a");
    assert_eq!((&instance["state"], &instance["attention"]), (&json!("running"), &json!("connect")));
    stop(server);
}

#[tokio::test(flavor = "multi_thread")]
async fn redirects_elsewhere() {
    let elsewhere = Web::serve(usual).await;
    for status in [302, 307] {
        let target = elsewhere.url();
        let instance = failed("http", move |_| with_header(status, "location", &target)).await;
        is(&instance, "http_status", "unhealthy", "retry");
    }
    assert_eq!(elsewhere.connections(), 0, "no credential went there");
}

#[tokio::test(flavor = "multi_thread")]
async fn names_an_endpoint_of_another_origin() {
    let elsewhere = Web::serve(usual).await;
    let event = format!("event: endpoint\ndata: http://{}/message\n\n", elsewhere.address);
    let instance = failed("sse", move |request| match request.method.as_str() {
        "GET" => Reply::OpenEvents(vec![event.clone()]),
        _ => Reply::Whole(202, Vec::new(), Vec::new()),
    })
    .await;
    is(&instance, "policy", "unhealthy", "fix");
    assert_eq!(elsewhere.connections(), 0, "no credential went there");
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_something_else_or_nothing() {
    is(&failed("http", |_| Reply::status(500)).await, "http_status", "unhealthy", "retry");
    is(&failed("http", |_| Reply::Nothing).await, "timeout", "unhealthy", "retry");
    is(&failed("http", |_| Reply::Comments).await, "timeout", "unhealthy", "retry");
    let html = |_: &Request| {
        Reply::Whole(200, vec![("content-type", "text/html".to_owned())], b"<b>sk-live-canary</b>".to_vec())
    };
    is(&failed("http", html).await, "protocol", "unhealthy", "retry");
    let refuses = |request: &Request| Reply::error(request, -32000, "token is required");
    is(&failed("http", refuses).await, "json_rpc", "unhealthy", "fix");
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_64_mb() {
    let instance = failed("http", |_| Reply::Huge(64 << 20)).await;
    is(&instance, "too_large", "unhealthy", "retry");
}

#[tokio::test(flavor = "multi_thread")]
async fn is_not_there() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("it has one");
    let server = start();
    put(&server, "a", &json!({"url": format!("http://{free}/mcp")}));
    let answer = call(&server, "a", "x").send().expect_problem(503, "instance-failed").json();
    assert_eq!(answer["fault"]["kind"], "connect");
    assert_eq!(answer["fault"].get("detail"), None, "it has the scope `use` only");
    is(&once(&server, "a", "error"), "connect", "unhealthy", "retry");
    let detail = |key: &str| {
        let instance = server.get(super::place("a")).key(key).send().expect(200).json();
        instance["retry"]["fault"].get("detail").cloned()
    };
    assert!(detail(RUNNER).is_some() && detail(READER).is_none());
    stop(server);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_is_not_dialled_is_a_fault_of_the_policy() {
    let server = start();
    put(&server, "a", &json!({"url": "http://169.254.169.254/latest/meta-data"}));
    let answer = call(&server, "a", "x").send().expect_problem(503, "instance-failed").json();
    assert_eq!(answer["fault"]["kind"], "policy", "{answer}");
    is(&once(&server, "a", "error"), "policy", "unhealthy", "fix");
    // Nor is the service itself.
    put(&server, "b", &json!({"url": format!("http://{}/mcp", server.address())}));
    let answer = call(&server, "b", "x").send().expect_problem(503, "instance-failed").json();
    assert_eq!(answer["fault"]["kind"], "policy", "{answer}");
    stop(server);
}
