//! Real servers: initialize, list, call and close, over each transport that they have.

use std::time::Duration;

use mcp_settings::instances::{FaultKind, ListKind, Session};
use mcp_settings::model::launch::Transport;
use serde_json::Value;

use super::servers::{connect, listen, listen_on, node, python, refused, soon, start, within};

async fn text_of(session: &Session, tool: &str, arguments: &str) -> String {
    let answer = session.call_tool(tool, arguments.as_bytes(), soon()).await.expect("it answers");
    assert_eq!(answer.is_error, None);
    let result: Value = serde_json::from_slice(&answer.result).expect("JSON");
    result["content"][0]["text"].as_str().expect("a text").to_owned()
}

async fn names(session: &Session) -> Vec<String> {
    let list = session.list_tools(soon()).await.expect("it lists");
    assert_eq!(list.dropped, 0);
    list.items.into_iter().map(|item| item.key).collect()
}

/// What server-everything offers over each of its transports.
async fn everything(session: &Session) {
    let peer = session.peer();
    assert!(peer.has_tools && peer.has_resources && peer.has_prompts, "{peer:?}");
    assert!(peer.name.as_deref().is_some_and(|name| name.contains("everything")), "{peer:?}");
    session.ping(soon()).await.expect("it answers a ping");
    assert!(names(session).await.iter().any(|name| name == "echo"));
    assert!(text_of(session, "echo", r#"{"message":"h\u00e9"}"#).await.contains("hé"));
    assert!(!session.list(ListKind::Resources, soon()).await.expect("it lists").items.is_empty());
    assert!(!session.list(ListKind::ResourceTemplates, soon()).await.expect("it lists").items.is_empty());
    assert!(!session.list(ListKind::Prompts, soon()).await.expect("it lists").items.is_empty());
    let wrong = session.call_tool("echo", br#"{"message":1}"#, soon()).await;
    assert!(wrong.is_err() || wrong.is_ok_and(|answer| answer.is_error.is_some()));
}

#[tokio::test]
async fn server_everything_over_stdio() {
    let mut command = node("server-everything");
    command.arg("stdio");
    let mut program = start(command, soon()).await.expect("it starts");
    everything(&program.session).await;
    program.session.close().await;
    let ended = tokio::time::timeout(Duration::from_secs(10), program.child.wait()).await;
    assert!(ended.is_ok(), "its input is closed, so it ends");
    assert_eq!(refused(program.session.ping(soon()).await).kind, FaultKind::Connect);
}

#[tokio::test]
async fn server_everything_over_streamable_http() {
    let mut command = node("server-everything");
    command.arg("streamableHttp");
    let server = listen(command).await;
    let url = format!("http://{}/mcp", server.address);
    for transport in [Transport::StreamableHttp, Transport::Automatic] {
        let session = connect(&url, transport).await.expect("it connects");
        everything(&session).await;
        session.close().await;
    }
}

#[tokio::test]
async fn server_everything_over_the_older_sse() {
    let mut command = node("server-everything");
    command.arg("sse");
    let server = listen(command).await;
    let url = format!("http://{}/sse", server.address);
    for transport in [Transport::Sse, Transport::Automatic] {
        let session = connect(&url, transport).await.expect("it connects");
        everything(&session).await;
        session.close().await;
    }
    let fault = refused(connect(&url, Transport::StreamableHttp).await);
    assert_eq!(fault.kind, FaultKind::HttpStatus, "{}", fault.message);
}

#[tokio::test]
async fn a_call_that_times_out_is_cancelled_and_the_session_lives_on() {
    let mut command = node("server-everything");
    command.arg("stdio");
    let program = start(command, soon()).await.expect("it starts");
    let long = program.session.call_tool(
        "trigger-long-running-operation",
        br#"{"duration":20,"steps":20}"#,
        within(300),
    );
    assert_eq!(refused(long.await).kind, FaultKind::Timeout);
    assert!(text_of(&program.session, "echo", r#"{"message":"still here"}"#).await.contains("still here"));
}

#[tokio::test]
async fn a_server_that_was_restarted_gets_a_new_session_and_no_second_call() {
    let serve = || {
        let mut command = node("server-everything");
        command.arg("streamableHttp");
        command
    };
    let server = listen(serve()).await;
    let session = connect(&format!("http://{}/mcp", server.address), Transport::StreamableHttp)
        .await
        .expect("it connects");
    let port = server.address.port();
    drop(server);
    tokio::time::sleep(Duration::from_millis(200)).await;
    let _server = listen_on(serve(), port).await;
    let call = session.call_tool("echo", br#"{"message":"x"}"#, soon()).await;
    assert_eq!(refused(call).kind, FaultKind::HttpStatus);
    assert!(text_of(&session, "echo", r#"{"message":"y"}"#).await.contains('y'));
}

#[tokio::test]
async fn server_memory_over_stdio() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = node("server-memory");
    command.env("MEMORY_FILE_PATH", folder.path().join("memory.json"));
    let program = start(command, soon()).await.expect("it starts");
    assert!(names(&program.session).await.iter().any(|name| name == "read_graph"));
    assert!(text_of(&program.session, "read_graph", "{}").await.contains("entities"));
    program.session.close().await;
}

#[tokio::test]
async fn mcp_server_time_over_stdio() {
    let program = start(python("mcp-server-time"), soon()).await.expect("it starts");
    assert!(names(&program.session).await.iter().any(|name| name == "get_current_time"));
    assert!(text_of(&program.session, "get_current_time", r#"{"timezone":"Etc/UTC"}"#).await.contains("UTC"));
    let wrong = program.session.call_tool("get_current_time", br#"{"timezone":"Nowhere/At_all"}"#, soon());
    let answer = wrong.await.expect("a tool's failure is an answer");
    assert!(answer.is_error.is_some_and(|words| words.contains("Nowhere")), "in the server's words");
    program.session.close().await;
}

#[tokio::test]
async fn mcp_server_fetch_over_stdio() {
    let program = start(python("mcp-server-fetch"), soon()).await.expect("it starts");
    assert_eq!(names(&program.session).await, ["fetch"]);
    program.session.close().await;
}

#[tokio::test]
async fn a_program_that_is_no_server_exits_or_says_nothing() {
    let fault = refused(start(tokio::process::Command::new("true"), soon()).await.map(|_| ()));
    assert_eq!(fault.kind, FaultKind::Exited);
    let mut sleep = tokio::process::Command::new("sleep");
    sleep.arg("60");
    assert_eq!(refused(start(sleep, within(200)).await.map(|_| ())).kind, FaultKind::Timeout);
}
