//! Requests in the words of the open dialect, turned into those of the closed one before they are merged
//! (DESIGN §5, dialects): `type`, a string `auth`, `auth: "oauth"` beside `authentication`.

use crate::json::{Json, Object};

use super::config::{Config, Members, Node};

/// Which members a body may leave out: all but those it replaces, or what a merge patch leaves alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyKind {
    /// The body is the whole configuration.
    Whole,
    /// The body is a merge patch.
    MergePatch,
}

/// Rewrites a body for the closed dialect. What has no counterpart there stays, and is refused later.
pub fn to_closed(mut body: Object, kind: BodyKind, stored: Option<&Config>) -> Object {
    convert_type(&mut body);
    convert_auth(&mut body, kind, stored);
    body
}

fn convert_type(body: &mut Object) {
    let Some(transport) = body.get("type").map(|value| match value.as_str() {
        Some("shttp") => Json::string("http"),
        _ => value.clone(),
    }) else {
        return;
    };
    // Two different words for one thing: `type` stays and is refused as unknown.
    if body.get("transport").is_none_or(|given| *given == transport) {
        body.remove("type");
        body.insert("transport", transport);
    }
}

fn convert_auth(body: &mut Object, kind: BodyKind, stored: Option<&Config>) {
    let Some(text) = body.get("auth").and_then(Json::as_str) else { return };
    let mut auth = Object::new();
    if text == "oauth" {
        auth.insert("strategy", Json::string("oauth2"));
        if let Some(Json::Object(given)) = body.remove("authentication") {
            let mut authentication = Object::new();
            authentication.insert("type", Json::string("oauth"));
            for (name, value) in given {
                authentication.insert(name, value);
            }
            auth.insert("authentication", authentication.into());
        }
    } else {
        let value = body.get("auth").cloned().unwrap_or(Json::Null);
        auth.insert("strategy", Json::string("bearer"));
        auth.insert("value", value);
    }
    if kind == BodyKind::MergePatch {
        // A string replaces the whole of `auth`; as an object it would only be merged into it.
        let own = stored.and_then(|stored| stored.get("auth")).and_then(Node::as_object);
        for (name, _) in own.into_iter().flat_map(Members::iter) {
            if !auth.contains(name) {
                auth.insert(name, Json::Null);
            }
        }
    }
    body.insert("auth", auth.into());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{Rules, parse, to_compact};

    #[test]
    fn words_of_the_open_dialect_get_their_closed_form() {
        let table = [
            (r#"{"url":"u","type":"shttp"}"#, r#"{"url":"u","transport":"http"}"#),
            (r#"{"type":"sse","transport":"sse"}"#, r#"{"transport":"sse"}"#),
            (r#"{"type":"sse","transport":"http"}"#, r#"{"type":"sse","transport":"http"}"#),
            (r#"{"auth":"t"}"#, r#"{"auth":{"strategy":"bearer","value":"t"}}"#),
            (r#"{"auth":"oauth"}"#, r#"{"auth":{"strategy":"oauth2"}}"#),
            (
                r#"{"auth":"oauth","authentication":{"client_id":"c"}}"#,
                r#"{"auth":{"strategy":"oauth2","authentication":{"type":"oauth","client_id":"c"}}}"#,
            ),
            (r#"{"auth":{"strategy":"none"}}"#, r#"{"auth":{"strategy":"none"}}"#),
            (r#"{"type":null}"#, r#"{"transport":null}"#),
        ];
        for (sent, expected) in table {
            let Json::Object(body) = parse(sent, &Rules::BODY).unwrap() else { unreachable!() };
            assert_eq!(to_compact(&to_closed(body, BodyKind::Whole, None).into()), expected);
        }
    }
}
