//! The protocol versions that are spoken, and what each wants to be said: the parameters of `initialize`, what revision
//! 2026-07-28 wants in every request, what a server says of itself. It does not know how messages travel.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;

use crate::instances::fault::{Fault, FaultKind};
use crate::json::{self, write_string};

use super::message::{RpcError, member_of, string};

/// What `initialize` offers, and what is accepted of what a server answers.
pub(super) const INITIALIZED: [&str; 4] = ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"];

/// The version that has no `initialize`: every request says who sends it.
pub(super) const DISCOVERED: &str = "2026-07-28";

/// JSON-RPC: the server has no such method.
const METHOD_NOT_FOUND: i64 = -32601;

/// MCP 2026-07-28: the server does not speak this version.
const UNSUPPORTED_VERSION: i64 = -32022;

/// What a server says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeerInfo {
    /// Its name.
    pub name: Option<String>,
    /// Its own version.
    pub version: Option<String>,
    /// The version of MCP that is spoken with it.
    pub protocol_version: String,
    /// Whether it has tools.
    pub has_tools: bool,
    /// Whether it has resources.
    pub has_resources: bool,
    /// Whether it has prompts.
    pub has_prompts: bool,
}

/// The parameters of `initialize`.
pub(super) fn initialize_params() -> String {
    format!(
        "{{\"protocolVersion\":\"{}\",\"capabilities\":{{}},\"clientInfo\":{}}}",
        INITIALIZED[0],
        client()
    )
}

fn client() -> String {
    format!("{{\"name\":\"mcp-settings\",\"version\":\"{}\"}}", env!("CARGO_PKG_VERSION"))
}

/// Whether an error of `initialize` says that the server only knows the version without it.
pub(super) fn wants_discovery(error: &RpcError) -> bool {
    matches!(error.code, METHOD_NOT_FOUND | UNSUPPORTED_VERSION)
        || error.message.to_ascii_lowercase().contains("protocol version")
}

/// Reads the result of `initialize`.
pub(super) fn initialized(result: &Bytes) -> Result<PeerInfo, Fault> {
    let words = object(result, "initialize")?;
    let member = member_of(words);
    let version = member("protocolVersion").and_then(string);
    match version {
        Some(version) if INITIALIZED.contains(&version.as_str()) => {
            Ok(peer(member("serverInfo"), member("capabilities"), version))
        }
        Some(version) => {
            let version: String = version.chars().take(40).collect();
            Err(FaultKind::Protocol
                .because(format!("the server speaks version `{version}` of MCP, which is not known here")))
        }
        None => {
            Err(FaultKind::Protocol.because("the server's answer to `initialize` has no `protocolVersion`"))
        }
    }
}

/// Reads the result of `server/discover`.
pub(super) fn discovered(result: &Bytes) -> Result<PeerInfo, Fault> {
    let words = object(result, "server/discover")?;
    let member = member_of(words);
    let versions = member("supportedVersions").map(elements).unwrap_or_default();
    if !versions.iter().any(|version| string(version).as_deref() == Some(DISCOVERED)) {
        return Err(FaultKind::Protocol.because("the server speaks no version of MCP that is known here"));
    }
    let meta = member("_meta").map(member_of);
    let in_meta = meta.as_ref().and_then(|meta| meta("io.modelcontextprotocol/serverInfo"));
    Ok(peer(in_meta.or_else(|| member("serverInfo")), member("capabilities"), DISCOVERED.to_owned()))
}

fn object<'a>(result: &'a Bytes, method: &str) -> Result<&'a str, Fault> {
    let words = std::str::from_utf8(result).ok().filter(|words| words.starts_with('{'));
    words.ok_or_else(|| {
        FaultKind::Protocol.because(format!("the server's answer to `{method}` is not an object"))
    })
}

fn peer(info: Option<&str>, capabilities: Option<&str>, protocol_version: String) -> PeerInfo {
    let of_info = |name| info.and_then(|info| member_of(info)(name).and_then(string));
    let has = |name| {
        capabilities.is_some_and(|found| member_of(found)(name).is_some_and(|value| value.starts_with('{')))
    };
    PeerInfo {
        name: of_info("name"),
        version: of_info("version"),
        protocol_version,
        has_tools: has("tools"),
        has_resources: has("resources"),
        has_prompts: has("prompts"),
    }
}

/// The elements of an array in a text that was checked.
pub(super) fn elements(words: &str) -> Vec<&str> {
    if !words.starts_with('[') {
        return Vec::new();
    }
    let array = json::scan_array(words, 0).map(|array| array.elements).unwrap_or_default();
    array.into_iter().map(|place| &words[place]).collect()
}

/// The parameters with what revision 2026-07-28 wants in every request. All that was there stays as it is.
pub(super) fn with_context(params: Option<&[u8]>) -> Vec<u8> {
    let fields = [
        ("io.modelcontextprotocol/protocolVersion", format!("\"{DISCOVERED}\"")),
        ("io.modelcontextprotocol/clientCapabilities", "{}".to_owned()),
        ("io.modelcontextprotocol/clientInfo", client()),
    ];
    let written = |is_missing: &dyn Fn(&str) -> bool| {
        let missing = fields.iter().filter(|(name, _)| is_missing(name));
        missing.map(|(name, value)| format!("\"{name}\":{value}")).collect::<Vec<_>>().join(",")
    };
    let all = written(&|_| true);
    let Some(params) = params else { return format!("{{\"_meta\":{{{all}}}}}").into_bytes() };
    let found = std::str::from_utf8(params).ok().and_then(|words| {
        let (open, _) = json::first_byte(words).filter(|(_, byte)| *byte == b'{')?;
        Some((words, json::scan_object(words, open).ok()?))
    });
    let Some((words, object)) = found else { return params.to_vec() };
    let meta = object.members.iter().find(|member| member.name == "_meta").map(|member| member.value.clone());
    let (at, insertion, is_last) = match meta {
        Some(place) if words[place.clone()].starts_with('{') => {
            let member = member_of(&words[place.clone()]);
            let is_empty = json::scan_object(words, place.start).is_ok_and(|meta| meta.members.is_empty());
            (place.start + 1, written(&|name| member(name).is_none()), is_empty)
        }
        // Not ours to judge.
        Some(_) => return params.to_vec(),
        None => (object.open + 1, format!("\"_meta\":{{{all}}}"), object.members.is_empty()),
    };
    let comma = if is_last || insertion.is_empty() { "" } else { "," };
    format!("{}{insertion}{comma}{}", &words[..at], &words[at..]).into_bytes()
}

/// The value of the header `Mcp-Name` of revision 2026-07-28: which tool, prompt or resource a request is about.
pub(super) fn name_header(method: &str, params: Option<&[u8]>) -> Option<String> {
    let member = match method {
        "tools/call" | "prompts/get" => "name",
        "resources/read" | "resources/subscribe" | "resources/unsubscribe" => "uri",
        "tasks/get" | "tasks/update" | "tasks/cancel" => "taskId",
        _ => return None,
    };
    let name = string(member_of(std::str::from_utf8(params?).ok()?)(member)?)?;
    let is_plain = name.bytes().all(|byte| (0x20..0x7f).contains(&byte))
        && name.trim() == name
        && !(name.starts_with("=?base64?") && name.ends_with("?="));
    if is_plain { Some(name) } else { Some(format!("=?base64?{}?=", STANDARD.encode(name))) }
}

/// The parameters of `notifications/cancelled`.
pub(super) fn cancelled_params(id: u64) -> String {
    let mut params = format!("{{\"requestId\":{id},\"reason\":");
    write_string(&mut params, "the client no longer waits");
    params.push('}');
    params
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(text: &str) -> Bytes {
        Bytes::copy_from_slice(text.as_bytes())
    }

    #[test]
    fn what_a_server_says_of_itself_is_read() {
        let result = r#"{"protocolVersion":"2025-06-18","capabilities":{"tools":{},"prompts":null,"x":1},
            "serverInfo":{"name":"a\u0041","version":"1","new":[]}}"#;
        let peer = initialized(&bytes(result)).unwrap();
        assert_eq!((peer.name.as_deref(), peer.version.as_deref()), (Some("aA"), Some("1")));
        assert_eq!(peer.protocol_version, "2025-06-18");
        assert!(peer.has_tools && !peer.has_prompts && !peer.has_resources);
        let bare = initialized(&bytes(r#"{"protocolVersion":"2024-11-05"}"#)).unwrap();
        assert!(bare.name.is_none() && !bare.has_tools);
    }

    #[test]
    fn a_version_that_is_not_known_is_a_fault_of_the_protocol() {
        for text in [
            r#"{"protocolVersion":"1999-01-01"}"#,
            r#"{"protocolVersion":"2026-07-28"}"#,
            r#"{"protocolVersion":1}"#,
            "{}",
            "null",
            "[]",
        ] {
            assert_eq!(initialized(&bytes(text)).unwrap_err().kind, FaultKind::Protocol, "{text}");
        }
        let other = r#"{"supportedVersions":["2027-01-01"],"capabilities":{}}"#;
        assert_eq!(discovered(&bytes(other)).unwrap_err().kind, FaultKind::Protocol);
    }

    #[test]
    fn discovery_finds_the_name_where_the_revision_puts_it() {
        let result = r#"{"supportedVersions":["2025-11-25","2026-07-28"],"capabilities":{"tools":{}},
            "_meta":{"io.modelcontextprotocol/serverInfo":{"name":"n","version":"2"}}}"#;
        let peer = discovered(&bytes(result)).unwrap();
        assert_eq!((peer.name.as_deref(), peer.protocol_version.as_str()), (Some("n"), "2026-07-28"));
        assert!(peer.has_tools);
    }

    #[test]
    fn the_context_is_added_and_nothing_else_changes() {
        const KEYS: &str = "io.modelcontextprotocol/";
        for (params, kept) in [
            (None, ""),
            (Some("{}"), ""),
            (Some(r#"{ "a":1.0 }"#), r#" "a":1.0 }"#),
            (Some(r#"{"z":1,"_meta":{"progressToken": 1e0}}"#), r#""progressToken": 1e0}}"#),
            (Some(r#"{"_meta":{ },"b":2}"#), r#" },"b":2}"#),
        ] {
            let text = String::from_utf8(with_context(params.map(str::as_bytes))).unwrap();
            json::check(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert!(text.ends_with(kept), "{text}");
            let meta = member_of(&text)("_meta").unwrap();
            for name in ["protocolVersion", "clientCapabilities", "clientInfo"] {
                assert!(member_of(meta)(&format!("{KEYS}{name}")).is_some(), "{text}");
            }
        }
        let own = r#"{"_meta":{"io.modelcontextprotocol/protocolVersion":"x"}}"#;
        let text = String::from_utf8(with_context(Some(own.as_bytes()))).unwrap();
        assert_eq!(text.matches("protocolVersion").count(), 1, "{text}");
        assert_eq!(with_context(Some(b"[1]")), b"[1]");
    }

    #[test]
    fn a_header_says_what_a_request_is_about() {
        let header = |method, params: &str| name_header(method, Some(params.as_bytes()));
        assert_eq!(header("tools/call", r#"{"name":"echo"}"#).as_deref(), Some("echo"));
        assert_eq!(header("resources/read", r#"{"uri":"a://b"}"#).as_deref(), Some("a://b"));
        assert_eq!(header("tools/call", r#"{"name":"é"}"#).as_deref(), Some("=?base64?w6k=?="));
        assert_eq!(
            header("tools/call", "{\"name\":\"a\\r\\nX: y\"}").as_deref(),
            Some("=?base64?YQ0KWDogeQ==?=")
        );
        assert_eq!(header("tools/list", "{}"), None);
    }

    #[test]
    fn only_some_errors_ask_for_the_other_version() {
        let error = |code, message: &str| RpcError { code, message: message.to_owned() };
        assert!(wants_discovery(&error(-32601, "Method not found")));
        assert!(wants_discovery(&error(-32022, "")));
        assert!(wants_discovery(&error(-32602, "Unsupported protocol version")));
        assert!(!wants_discovery(&error(-32603, "token is required")));
    }
}
