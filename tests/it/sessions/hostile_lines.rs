//! Programs that break the protocol over their standard streams: each fault has its kind, and what can be tolerated is.

use std::time::{Duration, Instant};

use mcp_settings::instances::{Fault, FaultKind, Session};

use super::servers::{Program, refused, script, soon, start, within};

async fn run(mode: &str) -> Program {
    start(script("protocol.py", &[mode]), soon()).await.expect("it initializes")
}

async fn not_started(mode: &str, milliseconds: u64) -> Fault {
    refused(start(script("protocol.py", &[mode]), within(milliseconds)).await.map(|_| ()))
}

async fn works(session: &Session) {
    let list = session.list_tools(soon()).await.expect("it lists");
    assert_eq!(list.items[0].key, "t");
    let answer = session.call_tool("t", b"{}", soon()).await.expect("it answers");
    assert_eq!(answer.is_error, None);
}

#[tokio::test]
async fn a_silent_server_times_out() {
    assert_eq!(not_started("silent", 500).await.kind, FaultKind::Timeout);
}

#[tokio::test]
async fn junk_among_the_messages_is_ignored_and_counted() {
    let program = run("junk").await;
    works(&program.session).await;
    assert!(program.session.junk() >= 12, "{}", program.session.junk());
}

#[tokio::test]
async fn a_line_that_is_too_long_ends_the_session_with_or_without_its_end() {
    for mode in ["huge", "unended"] {
        let program = run(mode).await;
        assert_eq!(refused(program.session.list_tools(soon()).await).kind, FaultKind::TooLarge, "{mode}");
        assert_eq!(program.session.closed().await.kind, FaultKind::TooLarge, "{mode}");
    }
}

#[tokio::test]
async fn an_endless_list_is_too_large_and_a_cursor_that_comes_again_ends_it() {
    let program = run("cursor").await;
    assert_eq!(refused(program.session.list_tools(soon()).await).kind, FaultKind::TooLarge);
    program.session.ping(soon()).await.expect("the session lives on");
    let program = run("same").await;
    assert_eq!(program.session.list_tools(soon()).await.expect("it lists").items.len(), 2);
}

#[tokio::test]
async fn c4_errors_are_in_the_words_of_the_server() {
    let fault = not_started("refuse", 20_000).await;
    assert_eq!((fault.kind, fault.message.as_str()), (FaultKind::JsonRpc, "token is required"));
    let program = run("error").await;
    let fault = refused(program.session.call_tool("t", b"{}", soon()).await);
    assert_eq!((fault.kind, fault.message.as_str()), (FaultKind::JsonRpc, "token is required"));
    let program = run("failed").await;
    let answer = program.session.call_tool("t", b"{}", soon()).await.expect("an answer all the same");
    assert_eq!(answer.is_error.as_deref(), Some("token is required"));
}

#[tokio::test]
async fn an_unknown_version_is_a_fault_of_the_protocol() {
    assert_eq!(not_started("old", 20_000).await.kind, FaultKind::Protocol);
}

#[tokio::test]
async fn c5_a_slow_server_times_out_at_the_deadline() {
    let program = run("slow").await;
    let begun = Instant::now();
    assert_eq!(refused(program.session.list_tools(within(300)).await).kind, FaultKind::Timeout);
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a_server_that_exits_in_a_call_ends_it_at_once() {
    let program = run("leave").await;
    let fault = refused(program.session.call_tool("t", b"{}", soon()).await);
    assert_eq!(fault.kind, FaultKind::Exited);
}

#[tokio::test]
async fn a_server_that_asks_first_gets_its_replies() {
    works(&run("ask").await.session).await;
}

#[tokio::test]
async fn a_server_that_closed_its_input_is_found_out() {
    let program = run("deaf").await;
    let deadline = soon();
    // What it is sent before it has closed its input is never answered.
    while refused(program.session.ping(within(100)).await).kind != FaultKind::Exited {
        assert!(Instant::now() < deadline, "it is not found out");
    }
}

#[tokio::test]
async fn a_server_that_does_not_read_blocks_nobody_beyond_the_deadline() {
    let program = run("slow").await;
    let session = &program.session;
    let waiting = session.list_tools(soon());
    let params = format!("[\"{}\"]", "x".repeat(1 << 20));
    let requests = (0..100).map(|_| session.request("m", Some(params.as_bytes()), within(1_000)));
    let all = futures_util::future::join_all(requests);
    let begun = Instant::now();
    tokio::select! {
        _ = waiting => panic!("it is slow"),
        outcomes = all => for outcome in outcomes {
            assert_eq!(refused(outcome).kind, FaultKind::Timeout);
        },
    }
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
}
