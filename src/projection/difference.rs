//! Where a request and the current state differ, as JSON Pointers, so that a client can merge without
//! another GET (DESIGN §3). For a caller who may not see secrets it tells nothing about them.

use crate::json::{Json, Object, Path, Pointer};
use crate::model::Dialect;
use crate::model::config::{Config, Members, Node, Secret, SecretValue};
use crate::model::findings::Findings;
use crate::model::mask::is_mask;
use crate::model::state::{Level, is_same_number};
use crate::model::url_parts;

/// What a request asks for.
#[derive(Clone, Copy, Debug)]
pub enum Request<'a> {
    /// To replace the configuration by this one.
    Replace(&'a Object),
    /// To merge this patch into it.
    MergePatch(&'a Object),
}

/// The pointers at which the request and the current state differ, in the order of the request. Too many
/// to tell are told as one: the whole differs.
pub fn changed(request: Request<'_>, current: &Config, dialect: Dialect, may_reveal: bool) -> Vec<Pointer> {
    let mut finder = Finder { may_reveal, found: Findings::new() };
    let level = Level::top(current, dialect);
    match request {
        Request::Replace(body) => finder.replace(body, current, level, &Path::Root),
        Request::MergePatch(patch) => finder.merge(patch, current, level, &Path::Root),
    }
    if finder.found.is_full() { vec![Pointer::root()] } else { finder.found.into_vec() }
}

struct Finder {
    may_reveal: bool,
    found: Findings<Pointer>,
}

impl Finder {
    fn replace(&mut self, sent: &Object, current: &Members, level: Level, path: &Path<'_>) {
        for (name, value) in sent.iter() {
            self.member(name, value, something(current, name, level), level, path);
        }
        for (name, node) in current.iter() {
            if !sent.contains(name) && !level.is_nothing(name, node) {
                self.found.note(&path.member(name), |pointer| pointer);
            }
        }
    }

    fn merge(&mut self, patch: &Object, current: &Members, level: Level, path: &Path<'_>) {
        for (name, value) in patch.iter() {
            match (value, something(current, name, level)) {
                (Json::Null, None) => {}
                (Json::Null, Some(_)) => self.found.note(&path.member(name), |pointer| pointer),
                (Json::Object(patch), Some(Node::Object(own))) => {
                    self.merge(patch, own, level.below(), &path.member(name));
                }
                (Json::Object(patch), None) => {
                    self.member(name, &without_nulls(patch).into(), None, level, path);
                }
                (other, own) => self.member(name, other, own, level, path),
            }
        }
    }

    /// Compares what was sent for a member with what it has now, if that says anything.
    fn member(&mut self, name: &str, sent: &Json, own: Option<&Node>, level: Level, path: &Path<'_>) {
        let path = path.member(name);
        let is_equal = match (sent, own) {
            (Json::Object(sent), Some(Node::Object(own))) => {
                return self.replace(sent, own, level.below(), &path);
            }
            (Json::Number(_), Some(own @ Node::Number(_))) => level.is_same(name, &plain(sent), own),
            (sent, Some(own)) => self.is_equal(sent, own, level),
            (sent, None) => level.is_nothing(name, &plain(sent)),
        };
        if !is_equal {
            self.found.note(&path, |pointer| pointer);
        }
    }

    fn is_equal(&self, sent: &Json, own: &Node, level: Level) -> bool {
        match (sent, own) {
            (Json::Null, Node::Null) => true,
            (Json::Bool(sent), Node::Bool(own)) => sent == own,
            (Json::Number(sent), Node::Number(own)) => is_same_number(sent, own),
            (Json::String(sent), Node::Text(own)) => sent == own,
            (Json::String(sent), Node::Url(url)) => self.is_same_url(sent.as_str(), url.text.expose()),
            (sent, Node::Secret(secret)) => self.is_same_secret(sent, secret),
            (Json::Array(sent), Node::Array(own)) => {
                sent.len() == own.len()
                    && sent.iter().zip(own).all(|(sent, own)| self.is_equal(sent, own, level.below()))
            }
            (Json::Object(sent), Node::Object(own)) => {
                let mut inner = Self { may_reveal: self.may_reveal, found: Findings::new() };
                inner.replace(sent, own, level.below(), &Path::Root);
                inner.found.is_empty()
            }
            _ => false,
        }
    }

    fn is_same_secret(&self, sent: &Json, secret: &Secret) -> bool {
        if sent.as_str().is_some_and(is_mask) {
            return true;
        }
        self.may_reveal
            && match (sent, &secret.value) {
                (Json::String(sent), SecretValue::Text(plaintext)) => sent.as_str() == plaintext.expose(),
                (Json::Number(sent), SecretValue::Number(own)) => is_same_number(sent, own),
                (Json::Bool(sent), SecretValue::Bool(own)) => sent == own,
                _ => false,
            }
    }

    fn is_same_url(&self, sent: &str, current: &str) -> bool {
        match url_parts::restore(sent, Some(current)) {
            // A secret part sent in the clear is a guess that must not be confirmed.
            Ok(restored) if self.may_reveal || !restored.is_sent => restored.url == current,
            _ => false,
        }
    }
}

/// A member that says more than its absence.
fn something<'a>(members: &'a Members, name: &str, level: Level) -> Option<&'a Node> {
    members.get(name).filter(|node| !level.is_nothing(name, node))
}

/// What a merge patch makes where nothing is (RFC 7396 §2).
fn without_nulls(patch: &Object) -> Object {
    let value = |value: &Json| match value {
        Json::Object(patch) => without_nulls(patch).into(),
        other => other.clone(),
    };
    let set = patch.iter().filter(|(_, value)| !value.is_null());
    set.map(|(name, member)| (name, value(member))).collect()
}

/// What was sent, for rules that don't mind secrets.
fn plain(sent: &Json) -> Node {
    match sent {
        Json::Null => Node::Null,
        Json::Bool(value) => Node::Bool(*value),
        Json::Number(number) => Node::Number(number.clone()),
        Json::String(text) => Node::Text(text.clone()),
        Json::Array(elements) => Node::Array(elements.iter().map(plain).collect()),
        Json::Object(object) => {
            Node::Object(object.iter().map(|(name, value)| (name.to_owned(), plain(value))).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;
    use crate::model::samples::{config, object};

    fn told(pointers: Vec<Pointer>) -> String {
        pointers.iter().map(Pointer::as_str).collect::<Vec<_>>().join(" ")
    }

    fn of_put(body: &str, current: &str, may_reveal: bool) -> String {
        told(changed(Request::Replace(&object(body)), &config(current), Dialect::Open, may_reveal))
    }

    fn of_patch(patch: &str, current: &str, may_reveal: bool) -> String {
        told(changed(Request::MergePatch(&object(patch)), &config(current), Dialect::Open, may_reveal))
    }

    const CURRENT: &str = r#"{"command":"x","args":["a"],"env":{"A":"sealed s","P":8080},"url":"https://u:p@h/?api_key=k","n":{"a":1,"b":[1.0,{"c":null}]},"keys":["sealed t"]}"#;

    #[test]
    fn a_put_differs_where_it_says_something_else_and_where_it_says_nothing() {
        let table = [
            (CURRENT, "", "/env/A /env/P /url /keys"),
            (
                &CURRENT
                    .replace("sealed s", "[REDACTED]")
                    .replace("8080", "\"<redacted>\"")
                    .replace("u:p", "**********")
                    .replace("=k", "=**********")
                    .replace("sealed t", "**********"),
                "",
                "",
            ),
            (r#"{"command":"y"}"#, "/command /args /env /url /n /keys", "/command /args /env /url /n /keys"),
            (&CURRENT.replace("\"x\"", "null"), "/command", "/command /env/A /env/P /url /keys"),
            (&CURRENT.replace("1.0", "1.00"), "", "/env/A /env/P /url /keys"),
            (&CURRENT.replace("1.0", "1"), "/n/b", "/env/A /env/P /url /n/b /keys"),
            (&CURRENT.replace("\"a\":1,", ""), "/n/a", "/env/A /env/P /url /n/a /keys"),
            (&CURRENT.replace("sealed s", "other"), "/env/A", "/env/A /env/P /url /keys"),
            (
                &CURRENT.replace("{\"command\"", "{\"new/~\":1,\"command\""),
                "/new~1~0",
                "/new~1~0 /env/A /env/P /url /keys",
            ),
            (
                &CURRENT.replace(
                    "{\"command\"",
                    "{\"headers\":{},\"enabled\":true,\"transport\":\"stdio\",\"z\":null,\"command\"",
                ),
                "",
                "/env/A /env/P /url /keys",
            ),
        ];
        for (body, revealer, writer) in table {
            // The revealer sends what the plaintext view shows.
            assert_eq!(of_put(&body.replace("sealed ", ""), CURRENT, true), revealer, "{body}");
            assert_eq!(of_put(&body.replace("sealed ", ""), CURRENT, false), writer, "{body}");
        }
        assert_eq!(
            of_put(
                r#"{"command":"x"}"#,
                r#"{"command":"x","env":{},"args":[],"enabled":true,"icon":null}"#,
                true
            ),
            ""
        );
    }

    #[test]
    fn a_patch_differs_where_it_would_change_something() {
        for (patch, expected) in [
            ("{}", ""),
            (r#"{"command":"x","absent":null,"n":{"a":1,"absent":null}}"#, ""),
            (r#"{"command":null,"env":{"A":null},"n":{"b":null}}"#, "/command /env/A /n/b"),
            (r#"{"env":{"A":"s","P":8080},"url":"https://u:p@h/?api_key=k"}"#, ""),
            (r#"{"env":{"A":"guess","P":8081}}"#, "/env/A /env/P"),
            (r#"{"args":["a"],"keys":["[REDACTED]"]}"#, ""),
            (r#"{"args":["a","b"],"keys":["[REDACTED]","new"]}"#, "/args /keys"),
            (r#"{"new":{"a":{"b":1},"c":2}}"#, "/new"),
            (r#"{"new":{"a":null}}"#, "/new"),
            (r#"{"headers":{"a":null},"enabled":true,"transport":"stdio"}"#, ""),
            (r#"{"command":{"a":1}}"#, "/command"),
            (r#"{"n":1}"#, "/n"),
        ] {
            assert_eq!(of_patch(patch, CURRENT, true), expected, "{patch}");
        }
        assert_eq!(
            of_patch(
                r#"{"env":{"A":"s","P":8080},"url":"https://u:p@h/?api_key=k","keys":["t"]}"#,
                CURRENT,
                false
            ),
            "/env/A /env/P /url /keys"
        );
        assert_eq!(
            of_patch(
                r#"{"env":{"A":"[REDACTED]"},"url":"https://**********@h/?api_key=%2A%2A%2A%2A%2A%2A%2A%2A%2A%2A"}"#,
                CURRENT,
                false
            ),
            ""
        );
    }

    #[test]
    fn in_the_closed_dialect_what_upstream_drops_or_respells_is_no_difference() {
        let current = config(r#"{"command":"x","timeout":30.0,"enabled":true,"icon":null}"#);
        let sent = object(r#"{"command":"x","timeout":30,"auth":{},"env":{"A":null}}"#);
        assert_eq!(told(changed(Request::Replace(&sent), &current, Dialect::Closed, true)), "");
        assert_eq!(told(changed(Request::MergePatch(&sent), &current, Dialect::Closed, true)), "");
        assert_eq!(
            told(changed(Request::Replace(&sent), &current, Dialect::Open, true)),
            "/timeout /auth /env"
        );
    }

    #[test]
    fn too_many_differences_are_told_as_one() {
        let members: Vec<String> = (0..100).map(|index| format!("\"{index}\":1")).collect();
        let patch = format!("{{{}}}", members.join(","));
        assert_eq!(of_patch(&patch, "{}", true), "");
        assert_eq!(
            changed(Request::MergePatch(&object(&patch)), &config("{}"), Dialect::Open, true),
            [Pointer::root()]
        );
        let fewer = format!("{{{}}}", members[..99].join(","));
        assert_eq!(of_patch(&fewer, "{}", true).split(' ').count(), 99);
    }

    /// A server with these secrets, and a body that may guess them.
    fn with_secrets(secrets: &[String]) -> String {
        let [a, b, c, d, e] = secrets else { unreachable!("five secrets are made") };
        format!(
            r#"{{"command":"x","env":{{"A":"sealed {a}"}},"url":"https://u:{b}@h/?api_key={c}","auth":{{"value":"{d}"}},"keys":[{{"k":"{e}"}}]}}"#
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(500) })]

        #[test]
        fn whoever_may_not_see_secrets_is_told_the_same_whatever_they_are(
            one in proptest::collection::vec("[a-c]{1,2}", 5),
            two in proptest::collection::vec("[a-c]{1,2}", 5),
            guess in proptest::collection::vec(prop_oneof![3 => "[a-c]{1,2}", 1 => Just("**********".to_owned())], 5),
            command in select(vec!["x", "y"]),
        ) {
            let body = object(&with_secrets(&guess).replace("sealed ", "").replace("\"x\"", &format!("\"{command}\"")));
            let states = [one, two].map(|secrets| config(&with_secrets(&secrets)));
            for request in [Request::Replace(&body), Request::MergePatch(&body)] {
                let [first, second] = states.each_ref().map(|state| changed(request, state, Dialect::Open, false));
                prop_assert_eq!(first, second);
            }
        }
    }
}
