//! What passes through a session stays as it is: members that nobody knows, numbers, order, spelling.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use mcp_settings::instances::FaultKind;
use serde_json::json;

use super::peer::{begin, begin_with, result, usual};
use super::servers::{refused, soon, within};

const ODD: &str = r#"{ "content":[{"type":"hologram","z":1,"a":1e400}],"isError" : null,"n":123456789012345678901234567890,"x":1.10,"new":{"b":1,"a":[ ]},"s":"\u00e9\/" }"#;

#[tokio::test]
async fn a_result_and_parameters_pass_as_bytes() {
    let peer =
        begin(|_, message| vec![format!(r#"{{"result":{ODD},"jsonrpc":"2.0","id":{}}}"#, message["id"])]);
    let peer = peer.await.expect("it begins");
    let answer = peer.session.call_tool("t", ODD.as_bytes(), soon()).await.expect("it answers");
    assert_eq!(answer.result, ODD);
    let sent = peer.sees("tools/call").await;
    assert!(sent.ends_with(&format!(r#""params":{{"name":"t","arguments":{ODD}}}}}"#)), "{sent}");
    let raw = peer.session.request("new/method", Some(ODD.as_bytes()), soon()).await.expect("it answers");
    assert_eq!(raw, ODD);
    assert!(peer.sees("new/method").await.contains(&format!(r#""params":{ODD}"#)));
}

#[tokio::test]
async fn parameters_on_several_lines_stay_one_message() {
    let peer = begin(|_, message| vec![result(&message["id"], json!(true))]).await.expect("it begins");
    let pretty = "{\n  \"a\": 1,\r\n  \"b\": \"\\n\"\n}";
    peer.session.request("m", Some(pretty.as_bytes()), soon()).await.expect("it answers");
    let sent: serde_json::Value = serde_json::from_str(&peer.sees("\"m\"").await).expect("one line of JSON");
    assert_eq!(sent["params"], json!({"a": 1, "b": "\n"}));
}

#[tokio::test]
async fn what_is_not_json_is_not_sent() {
    let peer = begin(|_, message| vec![result(&message["id"], json!({}))]).await.expect("it begins");
    for arguments in ["", "{", "{}},\"method\":\"x\",\"y\":{\"z\":{}", "{} {}"] {
        let fault = refused(peer.session.call_tool("t", arguments.as_bytes(), soon()).await);
        assert_eq!(fault.kind, FaultKind::Protocol, "{arguments}");
    }
    peer.session.ping(soon()).await.expect("it answers");
    assert!(!peer.lines().iter().any(|line| line.contains("tools/call")));
}

#[tokio::test]
async fn one_odd_tool_does_not_take_the_others_away() {
    let tools = json!({"tools": [
        {"name": "good", "inputSchema": {"type": "object"}},
        {"name": "bad", "inputSchema": true},
        {"description": "no name"},
    ]});
    let peer = begin(move |_, message| vec![result(&message["id"], tools.clone())]).await.expect("it begins");
    let list = peer.session.list_tools(soon()).await.expect("it lists");
    let keys: Vec<_> = list.items.iter().map(|item| (item.key.as_str(), item.findings.len())).collect();
    assert_eq!((keys, list.dropped), (vec![("good", 0), ("bad", 1)], 1));
}

#[tokio::test]
async fn responses_in_any_order_reach_their_requests() {
    let mut kept = Vec::new();
    let peer = begin(move |_, message| {
        kept.push(result(&message["id"], message["params"].clone()));
        if kept.len() < 20 { Vec::new() } else { kept.drain(..).rev().collect() }
    });
    let session = peer.await.expect("it begins").session;
    let requests = (0..20).map(|number| {
        let session = session.clone();
        async move {
            let params = format!("[{number}]");
            assert_eq!(
                session.request("m", Some(params.as_bytes()), soon()).await.expect("it answers"),
                params
            );
        }
    });
    futures_util::future::join_all(requests).await;
}

#[tokio::test]
async fn notifications_come_in_order_and_none_after_the_response() {
    let peer = begin(|_, message| {
        let progress =
            |number| json!({"method": "notifications/progress", "params": {"n": number}}).to_string();
        (0..200).map(progress).chain([result(&message["id"], json!({}))]).collect()
    });
    let session = peer.await.expect("it begins").session;
    let mut notifications = session.notifications();
    session.request("m", None, soon()).await.expect("it answers");
    for number in 0..200 {
        let notification = notifications.try_recv().expect("it is there already");
        assert_eq!(notification.params.expect("it has some"), format!("{{\"n\":{number}}}"));
    }
}

#[tokio::test]
async fn a_response_is_not_lost_when_nobody_reads_the_notifications() {
    let peer = begin(|_, message| {
        let noise = (0..2_000).map(|_| json!({"method": "n"}).to_string());
        noise.chain([result(&message["id"], json!(1))]).collect()
    });
    let session = peer.await.expect("it begins").session;
    let _unread = session.notifications();
    assert_eq!(session.request("m", None, soon()).await.expect("it answers"), "1");
}

#[tokio::test]
async fn a_server_that_asks_is_answered_and_what_is_not_offered_is_refused() {
    let peer = begin(|_, message| match message["method"].as_str() {
        Some("go") => vec![
            json!({"jsonrpc": "2.0", "id": "p", "method": "ping"}).to_string(),
            json!({"jsonrpc": "2.0", "id": 1.5, "method": "roots/list"}).to_string(),
            json!({"jsonrpc": "2.0", "id": 7, "method": "sampling/createMessage", "params": {}}).to_string(),
            result(&message["id"], json!({})),
        ],
        _ => Vec::new(),
    });
    let peer = peer.await.expect("it begins");
    peer.session.request("go", None, soon()).await.expect("it answers");
    assert_eq!(peer.sees("\"id\":\"p\"").await, r#"{"jsonrpc":"2.0","id":"p","result":{}}"#);
    assert!(peer.sees("\"id\":1.5").await.contains("-32601"));
    assert!(peer.sees("\"id\":7,\"error\"").await.contains("-32601"));
}

#[tokio::test]
async fn a_request_that_is_dropped_or_late_is_cancelled_once_and_an_answered_one_never() {
    let answered = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&answered);
    let peer = begin(move |_, message| match message["method"].as_str() {
        Some("fast") => {
            count.fetch_add(1, Ordering::SeqCst);
            vec![result(&message["id"], json!({}))]
        }
        _ => Vec::new(),
    });
    let peer = peer.await.expect("it begins");
    peer.session.request("fast", None, soon()).await.expect("it answers");
    let late = refused(peer.session.request("late", None, within(50)).await);
    assert_eq!(late.kind, FaultKind::Timeout);
    let dropped = tokio::spawn({
        let session = peer.session.clone();
        async move { session.request("dropped", None, soon()).await }
    });
    let line = peer.sees("\"dropped\"").await;
    dropped.abort();
    let id = &serde_json::from_str::<serde_json::Value>(&line).expect("JSON")["id"];
    peer.sees(&format!("\"requestId\":{id}")).await;
    peer.session.request("fast", None, soon()).await.expect("the session lives on");
    let cancelled = peer.lines().iter().filter(|line| line.contains("notifications/cancelled")).count();
    assert_eq!((cancelled, answered.load(Ordering::SeqCst)), (2, 2));
}

#[tokio::test]
async fn a_late_answer_to_initialize_cancels_nothing() {
    let seen = begin_with(None, |_| "junk".to_owned(), |_, _| Vec::new());
    let outcome = tokio::time::timeout(std::time::Duration::from_millis(200), seen).await;
    assert!(outcome.is_err(), "it still waits");
}

#[tokio::test]
async fn the_first_message_offers_the_newest_version_and_known_versions_are_accepted() {
    for version in ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"] {
        let first = move |message: &serde_json::Value| {
            assert_eq!(message["params"]["protocolVersion"], "2025-11-25");
            result(&message["id"], json!({"protocolVersion": version, "capabilities": {}}))
        };
        let peer = begin_with(None, first, |_, _| Vec::new()).await.expect("it begins");
        assert_eq!(peer.session.peer().protocol_version, version);
        peer.sees("notifications/initialized").await;
    }
    let old = |message: &serde_json::Value| result(&message["id"], json!({"protocolVersion": "1999-01-01"}));
    let fault = refused(begin_with(None, old, |_, _| Vec::new()).await.map(|_| ()));
    assert_eq!(fault.kind, FaultKind::Protocol);
    assert!(fault.message.contains("1999-01-01"), "{}", fault.message);
}

#[tokio::test]
async fn a_server_without_initialize_is_discovered_and_gets_its_context_with_every_request() {
    let discovery =
        json!({"resultType": "complete", "supportedVersions": ["2026-07-28"], "capabilities": {"tools": {}}});
    let no_method = |message: &serde_json::Value| {
        json!({"jsonrpc": "2.0", "id": message["id"], "error": {"code": -32601, "message": "no"}}).to_string()
    };
    let answer = move |_: &str, message: &serde_json::Value| {
        let meta = &message["params"]["_meta"];
        assert_eq!(meta["io.modelcontextprotocol/protocolVersion"], "2026-07-28", "{message}");
        vec![match message["method"].as_str() {
            Some("server/discover") => result(&message["id"], discovery.clone()),
            _ => result(&message["id"], json!({"tools": []})),
        }]
    };
    let peer = begin_with(None, no_method, answer.clone()).await.expect("it begins");
    assert_eq!(peer.session.peer().protocol_version, "2026-07-28");
    peer.session.list_tools(soon()).await.expect("it lists");
    assert!(!peer.lines().iter().any(|line| line.contains("notifications/initialized")));
    // What it spoke last time comes first, and `initialize` not at all.
    let peer = begin_with(Some("2026-07-28"), no_method, answer).await.expect("it begins");
    assert!(!peer.lines().iter().any(|line| line.contains("\"initialize\"")));
}

#[tokio::test]
async fn what_a_server_spoke_last_time_may_have_changed() {
    let answer = |_: &str, message: &serde_json::Value| {
        vec![json!({"id": message["id"], "error": {"code": -32601, "message": "no"}}).to_string()]
    };
    let peer = begin_with(Some("2026-07-28"), usual, answer).await.expect("it begins");
    assert_eq!(peer.session.peer().protocol_version, "2025-11-25");
}

#[tokio::test]
async fn a_refused_initialize_is_reported_in_the_words_of_the_server() {
    let refusing = |message: &serde_json::Value| {
        json!({"id": message["id"], "error": {"code": -32000, "message": "token is required"}}).to_string()
    };
    let fault = refused(begin_with(None, refusing, |_, _| Vec::new()).await.map(|_| ()));
    assert_eq!((fault.kind, fault.message.as_str()), (FaultKind::JsonRpc, "token is required"));
}

#[tokio::test]
async fn the_end_of_the_server_ends_every_request_and_is_reported() {
    let peer = begin(|_, _| Vec::new()).await.expect("it begins");
    let waiting = tokio::spawn({
        let session = peer.session.clone();
        async move { session.request("m", None, soon()).await }
    });
    peer.sees("\"m\"").await;
    let closed = tokio::spawn({
        let session = peer.session.clone();
        async move { session.closed().await }
    });
    peer.task.abort();
    assert_eq!(refused(waiting.await.expect("it ends")).kind, FaultKind::Exited);
    assert_eq!(closed.await.expect("it ends").kind, FaultKind::Exited);
    assert_eq!(peer.session.closed().await.kind, FaultKind::Exited);
    assert_eq!(refused(peer.session.ping(soon()).await).kind, FaultKind::Exited);
}

#[tokio::test]
async fn dropping_the_session_closes_the_pipes() {
    let peer = begin(|_, _| Vec::new()).await.expect("it begins");
    drop(peer.session);
    tokio::time::timeout(std::time::Duration::from_secs(5), peer.task)
        .await
        .expect("it sees the end")
        .expect("no panic");
}
