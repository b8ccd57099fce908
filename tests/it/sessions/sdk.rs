//! Servers made with the official SDKs, of Python and of Rust, as peers.

use std::time::Duration;

use mcp_settings::instances::{FaultKind, Session};
use mcp_settings::model::launch::Transport;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, ListToolsResult,
    PaginatedRequestParams, ServerCapabilities, ServerConfig, Tool,
};
use rmcp::service::RequestContext;
use rmcp::{ErrorData, RoleServer, ServerHandler, ServiceExt};

use super::servers::{connect, listen, refused, script, soon, start, start_with, within};

/// What the server of `tests/servers/sdk.py` offers over each of its transports.
async fn python_sdk(session: &Session) {
    assert_eq!((session.peer().name.as_deref(), session.peer().has_tools), (Some("sdk"), true));
    session.ping(soon()).await.expect("it answers in either revision");
    let list = session.list_tools(soon()).await.expect("it lists");
    let names: Vec<_> = list.items.iter().map(|item| item.key.as_str()).collect();
    assert_eq!(names, ["add", "fail", "hang"]);
    assert!(list.items.iter().all(|item| item.findings.is_empty()), "{:?}", list.items);
    assert_eq!(list.items[0].description().as_deref(), Some("Adds two numbers."));
    let sum = session.call_tool("add", br#"{"a":40,"b":2}"#, soon()).await.expect("it answers");
    assert!(std::str::from_utf8(&sum.result).expect("UTF-8").contains("42"));
    let failed = session.call_tool("fail", b"{}", soon()).await.expect("an answer all the same");
    assert!(failed.is_error.is_some(), "a tool that raises has failed");
    let hanging = session.call_tool("hang", b"{}", within(300)).await;
    assert_eq!(refused(hanging).kind, FaultKind::Timeout);
    session.call_tool("add", br#"{"a":1,"b":1}"#, soon()).await.expect("the session lives on");
}

#[tokio::test]
async fn the_python_sdk_over_stdio_in_both_revisions() {
    for (known, expected) in [(None, "2025-11-25"), (Some("2026-07-28"), "2026-07-28")] {
        let program = start_with(script("sdk.py", &["stdio"]), known, soon()).await.expect("it starts");
        assert_eq!(program.session.peer().protocol_version, expected);
        python_sdk(&program.session).await;
        program.session.close().await;
    }
}

#[tokio::test]
async fn the_python_sdk_over_streamable_http_with_streams_and_with_json() {
    for mode in ["streamable-http", "json"] {
        let server = listen(script("sdk.py", &[mode])).await;
        let url = format!("http://{}/mcp", server.address);
        let session = connect(&url, Transport::Automatic).await.expect("it connects");
        assert_eq!(session.peer().protocol_version, "2025-11-25");
        python_sdk(&session).await;
        session.close().await;
    }
}

#[tokio::test]
async fn the_python_sdk_over_streamable_http_in_the_newest_revision() {
    let server = listen(script("sdk.py", &["streamable-http"])).await;
    let remote = super::servers::remote(&format!("http://{}/mcp", server.address), Transport::StreamableHttp);
    let session = Session::to_remote(&remote, &super::servers::client(), Some("2026-07-28"), soon()).await;
    let session = session.expect("it connects");
    assert_eq!(session.peer().protocol_version, "2026-07-28");
    python_sdk(&session).await;
    session.close().await;
}

#[tokio::test]
async fn the_python_sdk_over_the_older_sse() {
    let server = listen(script("sdk.py", &["sse"])).await;
    let session =
        connect(&format!("http://{}/sse", server.address), Transport::Sse).await.expect("it connects");
    python_sdk(&session).await;
    session.close().await;
}

#[tokio::test]
async fn a_program_of_the_python_sdk_ends_when_the_session_does() {
    let mut program = start(script("sdk.py", &["stdio"]), soon()).await.expect("it starts");
    program.session.close().await;
    let ended = tokio::time::timeout(Duration::from_secs(10), program.child.wait()).await;
    assert!(ended.is_ok(), "its input is closed");
}

struct Rust;

impl ServerHandler for Rust {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
    }

    async fn list_tools(
        &self,
        _request: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        let schema = serde_json::json!({"type": "object"}).as_object().cloned().unwrap_or_default();
        Ok(ListToolsResult::with_all_items(vec![Tool::new("echo", "Echoes.", schema)]))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        _context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let text = serde_json::to_string(&request.arguments).expect("JSON");
        Ok(CallToolResult::success(vec![ContentBlock::text(text)]).into())
    }
}

#[tokio::test]
async fn the_rust_sdk_in_both_revisions() {
    for (known, expected) in [(None, "2025-11-25"), (Some("2026-07-28"), "2026-07-28")] {
        let (ours, theirs) = tokio::io::duplex(1 << 16);
        let server = tokio::spawn(async move {
            let service = Rust.serve(theirs).await.expect("it starts");
            service.waiting().await.expect("it ends")
        });
        let (stdout, stdin) = tokio::io::split(ours);
        let session = Session::over_pipes(stdout, stdin, known, soon()).await.expect("it begins");
        assert_eq!(session.peer().protocol_version, expected);
        let list = session.list_tools(soon()).await.expect("it lists");
        assert_eq!(list.items[0].key, "echo");
        let answer = session.call_tool("echo", br#"{"a":"b"}"#, soon()).await.expect("it answers");
        assert!(std::str::from_utf8(&answer.result).expect("UTF-8").contains(r#"{\"a\":\"b\"}"#));
        session.close().await;
        drop(session);
        let ended = tokio::time::timeout(Duration::from_secs(10), server).await;
        ended.expect("it sees the end").expect("it does not panic");
    }
}
