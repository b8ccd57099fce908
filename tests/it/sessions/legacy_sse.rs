//! The older transport: only an address of the same origin gets messages, and a POST that is never answered blocks
//! nothing.

use std::sync::{Arc, Mutex};

use mcp_settings::instances::{FaultKind, Session};
use mcp_settings::model::launch::Transport;

use super::servers::{client, connect, refused, remote, soon, within};
use super::web::{Reply, Web, usual};

fn endpoint(address: &str) -> Reply {
    Reply::OpenEvents(vec![format!("event: endpoint\ndata: {address}\n\n")])
}

#[tokio::test]
async fn an_address_of_another_origin_gets_no_message() {
    let elsewhere = Web::serve(usual).await;
    for target in [elsewhere.url(), format!("//{}/x", elsewhere.address), "https://127.0.0.1/x".to_owned()] {
        let web = Web::serve(move |_| endpoint(&target)).await;
        let fault = refused(connect(&web.url(), Transport::Sse).await);
        assert_eq!(fault.kind, FaultKind::Policy, "{}", fault.message);
        assert_eq!(web.requests().len(), 1);
    }
    assert_eq!(elsewhere.connections(), 0);
}

#[tokio::test]
async fn a_stream_that_names_no_address_times_out_or_ends() {
    for (reply, kind) in [
        ((|| Reply::OpenEvents(Vec::new())) as fn() -> Reply, FaultKind::Timeout),
        (|| Reply::Comments, FaultKind::Timeout),
        (|| Reply::Nothing, FaultKind::Timeout),
        (|| Reply::Events(vec!["data: x\n\n".to_owned()]), FaultKind::Connect),
        (|| Reply::status(401), FaultKind::Auth),
        (|| Reply::status(404), FaultKind::HttpStatus),
        (
            || Reply::Whole(200, vec![("content-type", "text/html".to_owned())], Vec::new()),
            FaultKind::Protocol,
        ),
    ] {
        let web = Web::serve(move |_| reply()).await;
        let remote = remote(&web.url(), Transport::Sse);
        let fault = refused(Session::to_remote(&remote, &client(), None, within(300)).await);
        assert_eq!(fault.kind, kind, "{}", fault.message);
    }
}

#[tokio::test]
async fn a_refused_post_is_a_fault_and_an_unanswered_one_times_out() {
    for (status, kind) in [(401, FaultKind::Auth), (500, FaultKind::HttpStatus)] {
        let web = Web::serve(move |request| match request.method.as_str() {
            "GET" => endpoint("/message?sessionId=1"),
            _ => Reply::status(status),
        })
        .await;
        assert_eq!(refused(connect(&web.url(), Transport::Sse).await).kind, kind);
    }
    let web = Web::serve(|request| match request.method.as_str() {
        "GET" => endpoint("/message"),
        _ => Reply::Nothing,
    })
    .await;
    let remote = remote(&web.url(), Transport::Sse);
    let fault = refused(Session::to_remote(&remote, &client(), None, within(300)).await);
    assert_eq!(fault.kind, FaultKind::Timeout);
}

#[tokio::test]
async fn automatic_falls_back_on_three_statuses_and_an_explicit_choice_never() {
    for (status, falls_back) in
        [(400, true), (404, true), (405, true), (401, false), (500, false), (403, false)]
    {
        let methods = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&methods);
        let web = Web::serve(move |request| {
            seen.lock().expect("no holder panics").push(request.method.clone());
            Reply::status(status)
        })
        .await;
        let fault = refused(connect(&web.url(), Transport::Automatic).await);
        let expected: &[&str] = if falls_back { &["POST", "GET"] } else { &["POST"] };
        assert_eq!(*methods.lock().expect("no holder panics"), expected, "{status}");
        assert!(fault.message.contains(&status.to_string()), "{}", fault.message);
        methods.lock().expect("no holder panics").clear();
        refused(connect(&web.url(), Transport::StreamableHttp).await);
        assert_eq!(*methods.lock().expect("no holder panics"), ["POST"], "{status}");
    }
}

#[tokio::test]
async fn the_end_of_the_stream_is_the_end_of_the_session() {
    let web = Web::serve(|request| match request.method.as_str() {
        "GET" => Reply::Events(vec!["event: endpoint\ndata: /m\n\n".to_owned()]),
        _ => usual(request),
    })
    .await;
    let fault =
        refused(Session::to_remote(&remote(&web.url(), Transport::Sse), &client(), None, soon()).await);
    assert_eq!(fault.kind, FaultKind::Connect, "{}", fault.message);
}
