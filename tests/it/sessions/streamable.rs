//! Streamable HTTP: the session's headers, what happens when a server forgets it, and how it ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use mcp_settings::instances::{FaultKind, Session};
use mcp_settings::model::launch::Transport;
use serde_json::json;

use super::servers::{client, connect, refused, remote, soon, within};
use super::web::{Reply, Request, Web, event, usual};

/// A server with sessions: it knows only the last one that it gave out, and forgets it where the test says so.
fn with_sessions(
    given: Arc<AtomicUsize>,
    forgets: fn(&Request, usize) -> bool,
) -> impl Fn(&Request) -> Reply {
    move |request| {
        if request.rpc() == "initialize" {
            let number = given.fetch_add(1, Ordering::SeqCst) + 1;
            return match usual(request) {
                Reply::Whole(status, mut headers, body) => {
                    headers.push(("mcp-session-id", format!("s{number}")));
                    Reply::Whole(status, headers, body)
                }
                other => other,
            };
        }
        let number = given.load(Ordering::SeqCst);
        if request.header("mcp-session-id") != Some(&format!("s{number}")) || forgets(request, number) {
            return Reply::status(404);
        }
        usual(request)
    }
}

async fn eventually(what: &str, mut condition: impl FnMut() -> bool) {
    let deadline = soon();
    while !condition() {
        assert!(Instant::now() < deadline, "waited too long until {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn a_session_has_its_headers_and_is_deleted_at_the_end() {
    let web = Web::serve(with_sessions(Arc::default(), |_, _| false)).await;
    let session = connect(&web.url(), Transport::StreamableHttp).await.expect("it connects");
    session.list_tools(soon()).await.expect("it lists");
    session.close().await;
    let requests = web.requests();
    let first = &requests[0];
    assert_eq!(first.header("accept"), Some("application/json, text/event-stream"));
    assert_eq!(first.header("content-type"), Some("application/json"));
    assert_eq!(first.header("accept-encoding"), Some("identity"));
    assert!(first.header("mcp-session-id").is_none() && first.header("mcp-protocol-version").is_none());
    for request in &requests[1..] {
        assert_eq!(request.header("mcp-session-id"), Some("s1"), "{request:?}");
        assert_eq!(request.header("mcp-protocol-version"), Some("2025-11-25"), "{request:?}");
    }
    assert_eq!(requests.iter().filter(|request| request.method == "DELETE").count(), 1);
    assert_eq!(refused(session.ping(soon()).await).kind, FaultKind::Connect);
    assert_eq!(session.closed().await.kind, FaultKind::Connect);
}

#[tokio::test]
async fn a_forgotten_session_is_initialized_once_and_the_request_sent_again() {
    let web = Web::serve(with_sessions(Arc::default(), |request, number| {
        number == 1 && request.rpc() == "tools/list"
    }))
    .await;
    let session = connect(&web.url(), Transport::StreamableHttp).await.expect("it connects");
    let lists = (0..8).map(|_| session.list_tools(soon()));
    for list in futures_util::future::join_all(lists).await {
        assert_eq!(list.expect("it lists").items.len(), 1);
    }
    assert_eq!(web.count("initialize"), 2, "many requests share the new session");
}

#[tokio::test]
async fn a_call_is_never_sent_again() {
    let web = Web::serve(with_sessions(Arc::default(), |request, number| {
        number == 1 && request.rpc() == "tools/call"
    }))
    .await;
    let session = connect(&web.url(), Transport::StreamableHttp).await.expect("it connects");
    let fault = refused(session.call_tool("a", b"{}", soon()).await);
    assert_eq!(fault.kind, FaultKind::HttpStatus, "{}", fault.message);
    assert_eq!((web.count("tools/call"), web.count("initialize")), (1, 2));
    session.call_tool("a", b"{}", soon()).await.expect("the next one goes through the new session");
    assert_eq!(web.count("tools/call"), 2);
}

#[tokio::test]
async fn a_call_on_a_connection_that_breaks_is_never_sent_again() {
    let web = Web::serve(|request| match request.rpc().as_str() {
        // The connection closes before anything was answered.
        "tools/call" => Reply::Whole(0, Vec::new(), Vec::new()),
        _ => usual(request),
    })
    .await;
    let session = connect(&web.url(), Transport::StreamableHttp).await.expect("it connects");
    assert!(session.call_tool("a", b"{}", soon()).await.is_err());
    assert_eq!(web.count("tools/call"), 1);
}

#[tokio::test]
async fn a_session_that_is_always_forgotten_is_a_fault() {
    let web = Web::serve(with_sessions(Arc::default(), |request, _| request.rpc() == "tools/list")).await;
    let session = connect(&web.url(), Transport::StreamableHttp).await.expect("it connects");
    assert_eq!(refused(session.list_tools(soon()).await).kind, FaultKind::HttpStatus);
    assert_eq!((web.count("initialize"), web.count("tools/list")), (2, 2));
}

#[tokio::test]
async fn a_dropped_and_a_late_request_are_cancelled() {
    let web =
        Web::serve(|request| if request.rpc() == "slow" { Reply::Nothing } else { usual(request) }).await;
    let session = connect(&web.url(), Transport::StreamableHttp).await.expect("it connects");
    assert_eq!(refused(session.request("slow", None, within(100)).await).kind, FaultKind::Timeout);
    eventually("it is cancelled", || web.count("notifications/cancelled") == 1).await;
    let before = web.count("slow");
    let task = tokio::spawn({
        let session = session.clone();
        async move { session.request("slow", None, soon()).await }
    });
    eventually("it is sent", || web.count("slow") == before + 1).await;
    task.abort();
    eventually("it is cancelled", || web.count("notifications/cancelled") == 2).await;
}

#[tokio::test]
async fn one_slow_request_does_not_delay_another() {
    let web =
        Web::serve(|request| if request.rpc() == "slow" { Reply::Nothing } else { usual(request) }).await;
    let session = connect(&web.url(), Transport::StreamableHttp).await.expect("it connects");
    let slow = tokio::spawn({
        let session = session.clone();
        async move { session.request("slow", None, soon()).await }
    });
    eventually("it is sent", || web.count("slow") == 1).await;
    session.ping(within(5_000)).await.expect("it answers");
    slow.abort();
}

#[tokio::test]
async fn what_a_server_reports_on_its_own_arrives() {
    let web = Web::serve(|request| match request.method.as_str() {
        "GET" => Reply::OpenEvents(vec![event(&json!({"method": "notifications/tools/list_changed"}))]),
        _ => usual(request),
    })
    .await;
    let session = connect(&web.url(), Transport::StreamableHttp).await.expect("it connects");
    let mut notifications = session.notifications();
    let next = tokio::time::timeout(Duration::from_secs(10), notifications.recv()).await;
    assert_eq!(next.expect("it comes").expect("open").method, "notifications/tools/list_changed");
    let get = web.requests().into_iter().find(|request| request.method == "GET").expect("there is one");
    assert_eq!(get.header("accept"), Some("text/event-stream"));
}

#[tokio::test]
async fn a_server_may_change_its_tools() {
    let count = AtomicUsize::new(0);
    let web = Web::serve(move |request| match request.rpc().as_str() {
        "tools/list" => {
            let name = format!("t{}", count.fetch_add(1, Ordering::SeqCst));
            Reply::result(request, json!({"tools": [{"name": name, "inputSchema": {}}]}))
        }
        _ => usual(request),
    })
    .await;
    let session = connect(&web.url(), Transport::StreamableHttp).await.expect("it connects");
    for expected in ["t0", "t1"] {
        assert_eq!(
            session.list_tools(soon()).await.expect("it lists").items[0].key,
            expected,
            "nothing is kept"
        );
    }
}

#[tokio::test]
async fn a_server_of_the_newest_revision_is_found_by_its_refusal() {
    let web = Web::serve(|request| match request.rpc().as_str() {
        "initialize" => match Reply::error(request, -32022, "Unsupported protocol version") {
            Reply::Whole(_, headers, body) => Reply::Whole(400, headers, body),
            other => other,
        },
        "server/discover" => {
            Reply::result(request, json!({"supportedVersions": ["2026-07-28"], "capabilities": {}}))
        }
        _ => usual(request),
    })
    .await;
    for transport in [Transport::StreamableHttp, Transport::Automatic] {
        let session = connect(&web.url(), transport).await.expect("it connects");
        assert_eq!(session.peer().protocol_version, "2026-07-28");
        session.call_tool("é", b"{}", soon()).await.expect("it answers");
        session.close().await;
    }
    let requests = web.requests();
    let call = requests.iter().find(|request| request.rpc() == "tools/call").expect("it was sent");
    assert_eq!(call.header("mcp-protocol-version"), Some("2026-07-28"));
    assert_eq!(
        (call.header("mcp-method"), call.header("mcp-name")),
        (Some("tools/call"), Some("=?base64?w6k=?="))
    );
    assert_eq!(call.json()["params"]["_meta"]["io.modelcontextprotocol/protocolVersion"], "2026-07-28");
    assert!(
        requests.iter().all(|request| request.method == "POST"),
        "there is no session to listen to or to end"
    );
}

#[tokio::test]
async fn one_known_to_be_new_is_not_asked_to_initialize() {
    let web = Web::serve(|request| match request.rpc().as_str() {
        "server/discover" => {
            Reply::result(request, json!({"supportedVersions": ["2026-07-28"], "capabilities": {}}))
        }
        _ => usual(request),
    })
    .await;
    let remote = remote(&web.url(), Transport::StreamableHttp);
    Session::to_remote(&remote, &client(), Some("2026-07-28"), soon()).await.expect("it connects");
    assert_eq!(web.count("initialize"), 0);
}
