//! JSON-RPC messages as bytes: who a message is for is read, its params and its result are passed on as they came
//! (DESIGN §13.6). It does not know how messages travel.

use bytes::Bytes;

use crate::json::{self, Json, RawObject, Rules};

/// What a server sent.
#[derive(Debug)]
pub(super) enum Message {
    /// The response to a request of ours.
    Response {
        /// The id that we gave.
        id: u64,
        /// What came of it.
        outcome: Outcome,
    },
    /// An error for which the server did not say to what request it belongs.
    Unassigned(RpcError),
    /// A request to us.
    Request {
        /// Its id as JSON, to be sent back as it came.
        id: Bytes,
        /// What it asks for.
        method: String,
    },
    /// Something that the server reports.
    Notification {
        /// What.
        method: String,
        /// Its parameters as JSON.
        params: Option<Bytes>,
    },
}

/// A result as JSON, or an error.
pub(super) type Outcome = Result<Bytes, RpcError>;

/// The error of a response.
#[derive(Clone, Debug)]
pub(super) struct RpcError {
    /// Its number.
    pub(super) code: i64,
    /// The server's words.
    pub(super) message: String,
}

/// Not a JSON-RPC message.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NotMessage;

/// The messages in a text: one, or an array of them, which revision 2025-03-26 of MCP allows.
pub(super) fn read(text: &Bytes) -> Result<Vec<Message>, NotMessage> {
    let words = std::str::from_utf8(text).map_err(|_| NotMessage)?;
    match json::first_byte(words) {
        Some((open, b'{')) => {
            let object = json::scan_object(words, open).map_err(|_| NotMessage)?;
            is_at_end(words, object.close)?;
            Ok(vec![message(text, words, &object)?])
        }
        Some((open, b'[')) => {
            let array = json::scan_array(words, open).map_err(|_| NotMessage)?;
            is_at_end(words, array.close)?;
            let one = |place: &std::ops::Range<usize>| {
                let object = json::scan_object(words, place.start).map_err(|_| NotMessage)?;
                message(text, words, &object)
            };
            array.elements.iter().map(one).collect()
        }
        _ => Err(NotMessage),
    }
}

fn is_at_end(words: &str, close: usize) -> Result<(), NotMessage> {
    if json::first_byte(&words[close + 1..]).is_none() { Ok(()) } else { Err(NotMessage) }
}

fn message(text: &Bytes, words: &str, object: &RawObject) -> Result<Message, NotMessage> {
    // Of names that come twice the last one counts, as the usual readers have it.
    let place = |name: &str| {
        let found = object.members.iter().rev().find(|member| member.name == name)?;
        (&words[found.value.clone()] != "null").then(|| found.value.clone())
    };
    let id = place("id");
    if let Some(method) = place("method") {
        let method = string(&words[method]).ok_or(NotMessage)?;
        return Ok(match id {
            Some(id) => Message::Request { id: text.slice(id), method },
            None => Message::Notification { method, params: place("params").map(|place| text.slice(place)) },
        });
    }
    let outcome = match place("error") {
        Some(error) => Err(rpc_error(&words[error])?),
        None => {
            // A result may be `null`, unlike the other members.
            let result = object.members.iter().rev().find(|member| member.name == "result");
            Ok(text.slice(result.ok_or(NotMessage)?.value.clone()))
        }
    };
    match (id, outcome) {
        (Some(id), outcome) => {
            Ok(Message::Response { id: words[id].parse().map_err(|_| NotMessage)?, outcome })
        }
        (None, Err(error)) => Ok(Message::Unassigned(error)),
        (None, Ok(_)) => Err(NotMessage),
    }
}

fn rpc_error(words: &str) -> Result<RpcError, NotMessage> {
    if !words.starts_with('{') {
        return Err(NotMessage);
    }
    let member = member_of(words);
    let code = member("code").and_then(|code| code.parse().ok()).unwrap_or_default();
    let message = member("message").and_then(string).unwrap_or_default();
    Ok(RpcError { code, message })
}

/// Reads members of an object that was checked; of names that come twice the last.
pub(super) fn member_of<'a>(words: &'a str) -> impl Fn(&str) -> Option<&'a str> {
    let open = json::first_byte(words).filter(|(_, byte)| *byte == b'{').map(|(open, _)| open);
    let object = open.and_then(|open| json::scan_object(words, open).ok());
    move |name| {
        let members = &object.as_ref()?.members;
        members.iter().rev().find(|member| member.name == name).map(|member| &words[member.value.clone()])
    }
}

/// What a JSON string says.
pub(super) fn string(words: &str) -> Option<String> {
    match json::parse(words, &Rules::STORED) {
        Ok(Json::String(text)) => Some(text.as_str().to_owned()),
        _ => None,
    }
}

/// A request of ours.
pub(super) fn request(id: u64, method: &str, params: Option<&[u8]>) -> Bytes {
    written(&format!("{{\"jsonrpc\":\"2.0\",\"id\":{id},\"method\":"), method, params)
}

/// A notification of ours.
pub(super) fn notification(method: &str, params: Option<&[u8]>) -> Bytes {
    written("{\"jsonrpc\":\"2.0\",\"method\":", method, params)
}

fn written(head: &str, method: &str, params: Option<&[u8]>) -> Bytes {
    let mut text = head.to_owned();
    json::write_string(&mut text, method);
    let mut bytes = text.into_bytes();
    if let Some(params) = params {
        bytes.extend_from_slice(b",\"params\":");
        bytes.extend_from_slice(params);
    }
    bytes.push(b'}');
    bytes.into()
}

/// What we answer to a request of the server: we are there, and offer nothing else.
pub(super) fn reply(id: &Bytes, method: &str) -> Bytes {
    let mut bytes = b"{\"jsonrpc\":\"2.0\",\"id\":".to_vec();
    bytes.extend_from_slice(id);
    bytes.extend_from_slice(match method {
        "ping" => b",\"result\":{}}",
        _ => b",\"error\":{\"code\":-32601,\"message\":\"Method not found\"}}",
    });
    bytes.into()
}

/// The same JSON text on one line: a line break inside is white space, since strings can't hold one.
pub(super) fn on_one_line(message: Bytes) -> Bytes {
    if !message.iter().any(|byte| matches!(byte, b'\n' | b'\r')) {
        return message;
    }
    let flat: Vec<u8> =
        message.iter().map(|byte| if matches!(byte, b'\n' | b'\r') { b' ' } else { *byte }).collect();
    flat.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn one(text: &str) -> Message {
        read(&Bytes::copy_from_slice(text.as_bytes())).unwrap().remove(0)
    }

    #[test]
    fn a_result_is_given_as_the_bytes_that_came() {
        let result =
            r#"{ "n":123456789012345678901234567890, "x":1.10,"isError" : null,"new":{"b":1,"a":1e400} }"#;
        let text = format!(" {{\"jsonrpc\":\"2.0\", \"result\" : {result} ,\"id\":7}}\n");
        let Message::Response { id: 7, outcome: Ok(found) } = one(&text) else { panic!("it is a response") };
        assert_eq!(found, result);
    }

    #[test]
    fn a_message_is_what_its_members_say() {
        assert!(matches!(
            one(r#"{"id":1,"error":null,"result":null}"#),
            Message::Response { id: 1, outcome: Ok(result) } if result == "null"
        ));
        assert!(matches!(
            one(r#"{"id":1,"error":{"code":-32601,"message":"no \u0041"}}"#),
            Message::Response { id: 1, outcome: Err(RpcError { code: -32601, message }) } if message == "no A"
        ));
        assert!(matches!(
            one(r#"{"id":null,"error":{"code":-32700,"message":"m"}}"#),
            Message::Unassigned(RpcError { code: -32700, .. })
        ));
        assert!(matches!(
            one(r#"{"id":"a\n","method":"ping"}"#),
            Message::Request { id, method } if id == r#""a\n""# && method == "ping"
        ));
        assert!(matches!(
            one(r#"{"method":"notifications/x","params":{"a":1.0}}"#),
            Message::Notification { params: Some(params), .. } if params == r#"{"a":1.0}"#
        ));
        let batch = read(&Bytes::from_static(br#"[{"id":1,"result":{}},{"method":"a"}]"#)).unwrap();
        assert_eq!(batch.len(), 2);
    }

    #[test]
    fn what_is_no_message_is_no_message() {
        for text in [
            "",
            "hello",
            "[1,2,3]",
            r#"{"hello":"world"}"#,
            r#"{"id":1}"#,
            r#"{"id":"1","result":{}}"#,
            r#"{"id":-1,"result":{}}"#,
            r#"{"result":{}}"#,
            r#"{"id":1,"result":{}} x"#,
            r#"{"id":1,"result":{}"#,
            r#"{"method":1}"#,
            r#"{"id":1,"error":"no"}"#,
        ] {
            assert_eq!(read(&Bytes::copy_from_slice(text.as_bytes())).err(), Some(NotMessage), "{text}");
        }
        assert_eq!(read(&Bytes::from_static(b"{\"method\":\"\xff\"}")).err(), Some(NotMessage));
    }

    #[test]
    fn params_are_sent_as_the_bytes_that_were_given() {
        let params = br#"{ "z":1.0,"a":[1e2] }"#;
        assert_eq!(
            request(3, "tools/call", Some(params)),
            r#"{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{ "z":1.0,"a":[1e2] }}"#
        );
        assert_eq!(request(3, "a\"", None), r#"{"jsonrpc":"2.0","id":3,"method":"a\""}"#);
        assert_eq!(notification("n", None), r#"{"jsonrpc":"2.0","method":"n"}"#);
        assert_eq!(on_one_line(Bytes::from_static(b"{\"a\":\r\n1}")), "{\"a\":  1}");
    }

    #[test]
    fn a_ping_is_answered_and_what_we_do_not_offer_is_refused() {
        let id = Bytes::from_static(b"\"x\"");
        assert_eq!(reply(&id, "ping"), r#"{"jsonrpc":"2.0","id":"x","result":{}}"#);
        for method in ["roots/list", "sampling/createMessage", "elicitation/create", "new/one"] {
            let reply = reply(&id, method);
            assert!(std::str::from_utf8(&reply).unwrap().contains("-32601"), "{method}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(text in "[\\[\\]{},:\"\\\\ \n0-9.a-z-]{0,60}") {
            let _ = read(&Bytes::from(text));
        }
    }
}
