//! Requests in the words of the open dialect, turned into those of the closed one before they are merged
//! (DESIGN §2.2): `disabled`, `type`, a string `auth`, `auth: "oauth"` beside `authentication`.

use crate::json::{Json, Object};

use super::config::{Config, Members, Node};
use super::enablement::{DISABLED, ENABLED};

/// Which members a body may leave out: all but those it replaces, or what a merge patch leaves alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyKind {
    /// The body is the whole configuration.
    Whole,
    /// The body is a merge patch.
    MergePatch,
}

/// Rewrites a body for the closed dialect. What has no counterpart there stays, and is refused later. What the
/// document already has in these words stays too, since sending it back must change nothing.
pub fn to_closed(mut body: Object, kind: BodyKind, stored: Option<&Config>) -> Object {
    let own = |name: &str| stored.and_then(|stored| stored.get(name));
    convert_disabled(&mut body, kind, own(DISABLED));
    if own("type").is_none() {
        convert_type(&mut body);
    }
    match own("auth") {
        Some(Node::Text(_) | Node::Secret(_)) => {}
        own => convert_auth(&mut body, kind, own.and_then(Node::as_object)),
    }
    body
}

fn convert_disabled(body: &mut Object, kind: BodyKind, own: Option<&Node>) {
    let Some(Json::Bool(is_disabled)) = body.get(DISABLED).cloned() else { return };
    match body.get(ENABLED) {
        _ if matches!(own, Some(Node::Bool(own)) if *own == is_disabled) => return,
        None | Some(Json::Null) => body.insert(ENABLED, Json::Bool(!is_disabled)),
        Some(Json::Bool(is_enabled)) if *is_enabled != is_disabled => {}
        // They contradict each other: that is refused.
        Some(_) => return,
    }
    body.remove(DISABLED);
    if kind == BodyKind::MergePatch && own.is_some() {
        body.insert(DISABLED, Json::Null);
    }
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

fn convert_auth(body: &mut Object, kind: BodyKind, stored: Option<&Members>) {
    let Some(text) = body.get("auth").and_then(Json::as_str) else { return };
    let is_oauth = text == "oauth";
    let mut auth = Object::new();
    if is_oauth {
        auth.insert("strategy", Json::string("oauth2"));
        if let Some(authentication) = take_authentication(body, kind) {
            auth.insert("authentication", authentication);
        }
    } else {
        let value = body.get("auth").cloned().unwrap_or(Json::Null);
        auth.insert("strategy", Json::string("bearer"));
        auth.insert("value", value);
    }
    let says_nothing_new = is_oauth && stored.is_some_and(|own| own.text("strategy") == Some("oauth2"));
    if kind == BodyKind::MergePatch && !says_nothing_new {
        // A string replaces the whole of `auth`; as an object it would only be merged into it.
        for (name, _) in stored.into_iter().flat_map(Members::iter) {
            if !auth.contains(name) {
                auth.insert(name, Json::Null);
            }
        }
    }
    body.insert("auth", auth.into());
}

/// What the open dialect has beside `auth`. No object: it stays where it is, and is refused.
fn take_authentication(body: &mut Object, kind: BodyKind) -> Option<Json> {
    match body.get("authentication")? {
        Json::Object(given) => {
            let mut authentication = Object::new();
            authentication.insert("type", Json::string("oauth"));
            for (name, value) in given.iter() {
                authentication.insert(name, value.clone());
            }
            body.remove("authentication");
            Some(authentication.into())
        }
        // In a whole body it is the same as absent, which stays so where it is.
        Json::Null if kind == BodyKind::MergePatch => body.remove("authentication"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{Rules, parse, to_compact};
    use crate::model::Sealing;
    use crate::model::config::open;
    use crate::secrets::{EtagKey, KeyRing};

    #[test]
    fn words_of_the_open_dialect_get_their_closed_form() {
        let table = [
            (r#"{"url":"u","type":"shttp"}"#, r#"{"url":"u","transport":"http"}"#),
            (r#"{"type":"sse","transport":"sse"}"#, r#"{"transport":"sse"}"#),
            (r#"{"type":"sse","transport":"http"}"#, r#"{"type":"sse","transport":"http"}"#),
            (r#"{"disabled":true}"#, r#"{"enabled":false}"#),
            (r#"{"disabled":false,"enabled":null}"#, r#"{"enabled":true}"#),
            (r#"{"disabled":true,"enabled":false}"#, r#"{"enabled":false}"#),
            (r#"{"disabled":true,"enabled":true}"#, r#"{"disabled":true,"enabled":true}"#),
            (r#"{"disabled":"yes"}"#, r#"{"disabled":"yes"}"#),
            (r#"{"auth":"t"}"#, r#"{"auth":{"strategy":"bearer","value":"t"}}"#),
            (r#"{"auth":"oauth"}"#, r#"{"auth":{"strategy":"oauth2"}}"#),
            (
                r#"{"auth":"oauth","authentication":{"client_id":"c"}}"#,
                r#"{"auth":{"strategy":"oauth2","authentication":{"type":"oauth","client_id":"c"}}}"#,
            ),
            (r#"{"auth":{"strategy":"none"}}"#, r#"{"auth":{"strategy":"none"}}"#),
            (
                r#"{"auth":"oauth","authentication":"x"}"#,
                r#"{"auth":{"strategy":"oauth2"},"authentication":"x"}"#,
            ),
            (
                r#"{"auth":"oauth","authentication":null}"#,
                r#"{"auth":{"strategy":"oauth2"},"authentication":null}"#,
            ),
            (r#"{"type":null}"#, r#"{"transport":null}"#),
        ];
        for (sent, expected) in table {
            assert_eq!(converted(sent, BodyKind::Whole, None), expected);
        }
    }

    #[test]
    fn a_string_in_a_patch_replaces_the_whole_of_auth() {
        let bearer = r#"{"auth":{"strategy":"bearer","value":"t"}}"#;
        let basic = r#"{"auth":{"strategy":"basic","username":"u","password":"p"}}"#;
        let oauth = r#"{"auth":{"strategy":"oauth2","authentication":{"type":"oauth"},"state":{}}}"#;
        let table = [
            (bearer, r#"{"auth":"new"}"#, r#"{"auth":{"strategy":"bearer","value":"new"}}"#),
            (
                basic,
                r#"{"auth":"new"}"#,
                r#"{"auth":{"strategy":"bearer","value":"new","username":null,"password":null}}"#,
            ),
            (
                oauth,
                r#"{"auth":"new"}"#,
                r#"{"auth":{"strategy":"bearer","value":"new","authentication":null,"state":null}}"#,
            ),
            (bearer, r#"{"auth":"oauth"}"#, r#"{"auth":{"strategy":"oauth2","value":null}}"#),
            (oauth, r#"{"auth":"oauth"}"#, r#"{"auth":{"strategy":"oauth2"}}"#),
            (
                oauth,
                r#"{"auth":"oauth","authentication":{"client_id":"c"}}"#,
                r#"{"auth":{"strategy":"oauth2","authentication":{"type":"oauth","client_id":"c"}}}"#,
            ),
            (
                oauth,
                r#"{"auth":"oauth","authentication":null}"#,
                r#"{"auth":{"strategy":"oauth2","authentication":null}}"#,
            ),
            (oauth, r#"{"auth":null}"#, r#"{"auth":null}"#),
            ("{}", r#"{"auth":"new"}"#, r#"{"auth":{"strategy":"bearer","value":"new"}}"#),
        ];
        for (stored, sent, expected) in table {
            assert_eq!(converted(sent, BodyKind::MergePatch, Some(stored)), expected, "{stored}");
        }
    }

    #[test]
    fn words_that_are_in_the_document_stay_as_they_are() {
        for (stored, sent) in [
            (r#"{"type":"sse"}"#, r#"{"type":"sse"}"#),
            (r#"{"auth":"t"}"#, r#"{"auth":"[REDACTED]"}"#),
            (r#"{"auth":"oauth"}"#, r#"{"auth":"oauth","authentication":{}}"#),
        ] {
            assert_eq!(converted(sent, BodyKind::Whole, Some(stored)), sent);
        }
    }

    fn converted(sent: &str, kind: BodyKind, stored: Option<&str>) -> String {
        let object = |text: &str| match parse(text, &Rules::BODY) {
            Ok(Json::Object(object)) => object,
            _ => unreachable!("the test spells objects"),
        };
        let stored = stored.map(|stored| open(&object(stored), Sealing::Listed, &ring()));
        to_compact(&to_closed(object(sent), kind, stored.as_ref()).into())
    }

    fn ring() -> KeyRing {
        KeyRing::new(&[], None, &EtagKey::random())
    }
}
