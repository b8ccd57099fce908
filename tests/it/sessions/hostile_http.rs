//! Servers over HTTP that misbehave: each fault has its kind, and nothing of a body or a credential is in a message.

use mcp_settings::instances::{Fault, FaultKind, Remote, Session};
use mcp_settings::model::launch::Transport;
use mcp_settings::secrets::Plaintext;
use serde_json::json;

use super::servers::{client, refused, soon, within};
use super::web::{Reply, Request, Web, event, usual};

async fn fault_of(milliseconds: u64, answer: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Fault {
    let web = Web::serve(answer).await;
    let remote = Remote {
        url: Plaintext::new(format!("http://user:pw-canary@{}/mcp?key=query-canary", web.address)),
        headers: vec![("Authorization".to_owned(), Plaintext::new("Bearer header-canary".to_owned()))],
        transport: Transport::StreamableHttp,
    };
    let fault = refused(Session::to_remote(&remote, &client(), None, within(milliseconds)).await);
    let said = format!("{} {:?}", fault.message, fault.detail);
    assert!(!said.contains("canary"), "{said}");
    fault
}

fn header(status: u16, name: &'static str, value: &str) -> Reply {
    Reply::Whole(status, vec![(name, value.to_owned())], b"sk-live-canary".to_vec())
}

#[tokio::test]
async fn each_status_has_its_kind() {
    for (status, kind) in [
        (401, FaultKind::Auth),
        (403, FaultKind::Auth),
        (400, FaultKind::HttpStatus),
        (404, FaultKind::HttpStatus),
        (429, FaultKind::HttpStatus),
        (500, FaultKind::HttpStatus),
        (503, FaultKind::HttpStatus),
        (302, FaultKind::HttpStatus),
    ] {
        let fault = fault_of(5_000, move |_| Reply::status(status)).await;
        assert_eq!(fault.kind, kind, "{status}: {}", fault.message);
        assert!(fault.message.contains(&status.to_string()), "{}", fault.message);
    }
    let challenge = |_: &Request| {
        header(401, "www-authenticate", "Bearer resource_metadata=\"https://as.example/canary\"")
    };
    assert_eq!(fault_of(5_000, challenge).await.kind, FaultKind::Auth);
    let limited = fault_of(5_000, |_| header(429, "retry-after", "30")).await;
    assert!(limited.message.contains("30 s"), "{}", limited.message);
}

#[tokio::test]
async fn a_redirect_elsewhere_is_not_followed() {
    let elsewhere = Web::serve(usual).await;
    let target = elsewhere.url();
    for status in [301, 302, 303, 307, 308] {
        let target = target.clone();
        let fault = fault_of(5_000, move |_| header(status, "location", &target)).await;
        assert_eq!(fault.kind, FaultKind::HttpStatus, "{status}");
        assert!(fault.message.contains("set the URL"), "{}", fault.message);
    }
    assert_eq!(elsewhere.connections(), 0);
    let same = |_: &Request| header(302, "location", "/other");
    assert_eq!(fault_of(5_000, same).await.kind, FaultKind::HttpStatus, "302 would change the method");
    let endless = |request: &Request| header(307, "location", &format!("{}x", request.path));
    assert_eq!(fault_of(5_000, endless).await.kind, FaultKind::HttpStatus, "one is followed, and no more");
}

#[tokio::test]
async fn one_redirect_to_the_same_origin_is_followed_with_body_and_headers() {
    for status in [307, 308] {
        let web = Web::serve(move |request| match request.path.as_str() {
            "/mcp" => header(status, "location", "/mcp/"),
            _ => usual(request),
        })
        .await;
        let remote = Remote {
            url: Plaintext::new(web.url()),
            headers: vec![("Authorization".to_owned(), Plaintext::new("Bearer x".to_owned()))],
            transport: Transport::StreamableHttp,
        };
        let session = Session::to_remote(&remote, &client(), None, soon()).await.expect("it connects");
        assert_eq!(session.list_tools(soon()).await.expect("it lists").items.len(), 1);
        let followed = web.requests().into_iter().find(|request| request.path == "/mcp/").expect("followed");
        assert_eq!(
            (followed.rpc().as_str(), followed.header("authorization")),
            ("initialize", Some("Bearer x"))
        );
    }
}

#[tokio::test]
async fn a_server_that_hangs_or_only_sends_comments_times_out() {
    assert_eq!(fault_of(300, |_| Reply::Nothing).await.kind, FaultKind::Timeout);
    assert_eq!(fault_of(300, |_| Reply::Comments).await.kind, FaultKind::Timeout);
    assert_eq!(fault_of(300, |_| Reply::OpenEvents(Vec::new())).await.kind, FaultKind::Timeout);
}

#[tokio::test]
async fn what_is_not_mcp_is_a_fault_of_the_protocol() {
    let whole = |kind: &str, body: &str| {
        let (kind, body) = (kind.to_owned(), body.to_owned());
        move |_: &Request| Reply::Whole(200, vec![("content-type", kind.clone())], body.clone().into_bytes())
    };
    for (kind, body) in [
        ("text/html", "<title>sk-live-canary</title>"),
        ("application/json", "{\"sk-live-canary"),
        ("application/json", ""),
        ("application/json", "{\"hello\":\"sk-live-canary\"}"),
        ("application/json", r#"{"jsonrpc":"2.0","id":99,"result":{"protocolVersion":"2025-11-25"}}"#),
        ("application/json", r#"{"jsonrpc":"2.0","id":1,"result":[]}"#),
        ("application/json", r#"{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"1999-01-01"}}"#),
        ("text/event-stream", "data: canary\n\n"),
    ] {
        let fault = fault_of(5_000, whole(kind, body)).await;
        assert_eq!(fault.kind, FaultKind::Protocol, "{kind} {body}: {}", fault.message);
    }
    let accepted = |_: &Request| Reply::Whole(202, Vec::new(), Vec::new());
    assert_eq!(fault_of(5_000, accepted).await.kind, FaultKind::Protocol);
    assert_eq!(fault_of(5_000, |_| Reply::Events(Vec::new())).await.kind, FaultKind::Protocol);
}

#[tokio::test]
async fn an_error_of_json_rpc_is_reported_in_the_words_of_the_server() {
    for status in [200, 400, 500] {
        let fault =
            fault_of(5_000, move |request| match Reply::error(request, -32000, "token is required") {
                Reply::Whole(_, headers, body) => Reply::Whole(status, headers, body),
                other => other,
            });
        let fault = fault.await;
        assert_eq!(
            (fault.kind, fault.message.as_str()),
            (FaultKind::JsonRpc, "token is required"),
            "{status}"
        );
    }
    let unassigned = json!({"jsonrpc": "2.0", "id": null, "error": {"code": -32700, "message": "what?"}});
    let fault = fault_of(5_000, move |_| Reply::json(&unassigned)).await;
    assert_eq!((fault.kind, fault.message.as_str()), (FaultKind::JsonRpc, "what?"));
}

#[tokio::test]
async fn a_body_or_an_event_beyond_the_bound_is_not_read_to_its_end() {
    assert_eq!(fault_of(20_000, |_| Reply::Huge(64 << 20)).await.kind, FaultKind::TooLarge);
    let announced = |_: &Request| {
        let headers = vec![("content-type", "application/json".to_owned())];
        Reply::Whole(200, headers, vec![b' '; (16 << 20) + 1])
    };
    assert_eq!(fault_of(20_000, announced).await.kind, FaultKind::TooLarge);
    let event =
        |_: &Request| Reply::Events(vec!["data: ".to_owned(), "x".repeat((16 << 20) + 1), "\n\n".to_owned()]);
    assert_eq!(fault_of(20_000, event).await.kind, FaultKind::TooLarge);
}

#[tokio::test]
async fn an_endless_list_ends() {
    let web = Web::serve(|request| match request.rpc().as_str() {
        "tools/list" => {
            let cursor = request.json()["params"]["cursor"].as_str().unwrap_or("0").len().to_string();
            let next = format!("{cursor}{}", request.json()["id"]);
            Reply::result(request, json!({"tools": [], "nextCursor": next}))
        }
        _ => usual(request),
    })
    .await;
    let remote = super::servers::remote(&web.url(), Transport::StreamableHttp);
    let session = Session::to_remote(&remote, &client(), None, soon()).await.expect("it connects");
    assert_eq!(refused(session.list_tools(soon()).await).kind, FaultKind::TooLarge);
    assert_eq!(web.count("tools/list"), 64);
}

#[tokio::test]
async fn a_server_that_is_not_there_is_a_fault_of_connecting_without_an_errno() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("it has one");
    let remote = super::servers::remote(&format!("http://{free}/mcp"), Transport::StreamableHttp);
    let fault = refused(Session::to_remote(&remote, &client(), None, soon()).await);
    assert_eq!(fault.kind, FaultKind::Connect);
    assert!(!fault.message.contains("refused") && !fault.message.contains("os error"), "{}", fault.message);
    assert!(fault.detail.is_some_and(|detail| detail.contains("refused")));
}

#[tokio::test]
async fn the_answer_in_a_stream_is_found_among_what_else_is_there() {
    let web = Web::serve(|request| match request.rpc().as_str() {
        "tools/call" => Reply::OpenEvents(vec![
            ": hello\n\n".to_owned(),
            "id: 1\ndata:\n\n".to_owned(),
            "data: junk\n\n".to_owned(),
            event(&json!({"jsonrpc": "2.0", "method": "notifications/progress", "params": {"n": 1.50}})),
            event(&json!({"jsonrpc": "2.0", "id": "ask", "method": "ping"})),
            event(&json!({"jsonrpc": "2.0", "id": 9999, "result": {}})),
            event(&json!({"jsonrpc": "2.0", "id": request.json()["id"], "result": {"content": []}})),
        ]),
        _ => usual(request),
    })
    .await;
    let remote = super::servers::remote(&web.url(), Transport::StreamableHttp);
    let session = Session::to_remote(&remote, &client(), None, soon()).await.expect("it connects");
    let mut notifications = session.notifications();
    let answer = session.call_tool("a", b"{}", soon()).await.expect("it answers");
    assert_eq!(answer.result, r#"{"content":[]}"#);
    assert_eq!(notifications.try_recv().expect("it came").params.expect("some"), r#"{"n":1.5}"#);
    let deadline = soon();
    while !web.requests().iter().any(|request| request.body == r#"{"jsonrpc":"2.0","id":"ask","result":{}}"#)
    {
        assert!(std::time::Instant::now() < deadline, "its ping is answered");
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}
