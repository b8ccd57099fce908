//! Between the words of a document and those of OpenHands' settings routes: `type` and `transport`, a string `auth`
//! beside `authentication` and a strategy, numbers and floats. What a patch leaves alone keeps the words that it had.

use crate::json::{Json, Number, Object, Text};
use crate::model::Dialect;
use crate::model::config::{Config, Members, Node, Secret, SecretValue};
use crate::model::enablement::{self, DISABLED, ENABLED};

use super::strategy_members;

/// The mode word. Beside an `auth` of this value there is an `authentication`.
const OAUTH: &str = "oauth";

/// The members that are floats to OpenHands.
const FLOATS: [&str; 3] = ["timeout", "sse_read_timeout", "token_expires_at"];

/// The configuration in OpenHands' words. Members that those don't have stay as they are.
pub fn reword(config: &Config) -> Config {
    let is_folded = is_folded(config);
    let is_disabled = enablement::disabled(config);
    let mut words = Members::default();
    for (name, node) in config.iter() {
        match name {
            "type" | "transport" => words.insert("transport".to_owned(), transport(config, node)),
            "auth" => words.insert(name.to_owned(), reword_auth(node, config)),
            "authentication" if is_folded => {}
            ENABLED | DISABLED if is_disabled.is_some() => {
                words.insert(ENABLED.to_owned(), Node::Bool(is_disabled == Some(false)));
            }
            _ => words.insert(name.to_owned(), reword_number(name, node)),
        }
    }
    words
}

/// The stored configuration as a patch in OpenHands' words meets it: with another strategy than the stored
/// one, only those members of `auth` are left that both have.
pub fn for_patch(config: &Config, patch: &Object) -> Config {
    let mut words = reword(config);
    let sent = patch.get("auth").and_then(Json::as_object).and_then(|auth| auth.get("strategy")?.as_str());
    let stored = words.get("auth").and_then(Node::as_object);
    if let (Some(sent), Some(stored)) = (sent, stored)
        && stored.text("strategy") != Some(sent)
        && let Some(shared) = strategy_members(sent)
    {
        let mut left = stored.clone();
        left.retain(|name| name == "strategy" || shared.contains(&name));
        words.insert("auth".to_owned(), Node::Object(left));
    }
    words
}

/// What a patch made of [`for_patch`], in the words that the document had before, where they can say it. For a caller
/// without `reveal` a secret that was sent is a change, be it the stored one or not (see [`Node::is_left`]).
pub fn restore(after: Config, before: &Config, dialect: Dialect, may_reveal: bool) -> Config {
    let words = reword(before);
    let mut restored = Members::default();
    for (name, node) in after.iter() {
        let is_unchanged = words.get(name).is_some_and(|own| node.is_left(own, may_reveal));
        match (name, before.get("auth")) {
            ("transport", _) if is_unchanged && before.get("type").is_some() => {
                let own = before.iter().filter(|(name, _)| matches!(*name, "type" | "transport"));
                own.for_each(|(name, node)| restored.insert(name.to_owned(), node.clone()));
            }
            (ENABLED, _) if is_unchanged && enablement::disabled(before).is_some() => {
                let own = before.iter().filter(|(name, _)| matches!(*name, ENABLED | DISABLED));
                own.for_each(|(name, node)| restored.insert(name.to_owned(), node.clone()));
            }
            ("auth", Some(Node::Text(_) | Node::Secret(_))) if is_unchanged || dialect == Dialect::Open => {
                restore_auth(&mut restored, node, before);
            }
            _ => restored.insert(name.to_owned(), restore_numbers(name, node, before.get(name))),
        }
    }
    restored
}

/// What either of `type` and `transport` says: `transport`, where both are there.
fn transport(config: &Config, node: &Node) -> Node {
    match config.get("transport").filter(|own| !matches!(own, Node::Null)) {
        Some(own) => own.clone(),
        None => match config.text("type").unwrap_or_default() {
            "shttp" => Node::Text(Text::new("http".to_owned())),
            _ => config.get("type").unwrap_or(node).clone(),
        },
    }
}

/// Whether `authentication` belongs to the mode word at `auth`.
fn is_folded(config: &Config) -> bool {
    config.text("auth") == Some(OAUTH) && matches!(config.get("authentication"), Some(Node::Object(_)))
}

fn reword_auth(auth: &Node, config: &Config) -> Node {
    let word = |text: &str| Node::Text(Text::new(text.to_owned()));
    let mut words = Members::default();
    match auth {
        Node::Text(text) if text.as_str() == OAUTH => {
            words.insert("strategy".to_owned(), word("oauth2"));
            if let Some(Node::Object(own)) = config.get("authentication") {
                let mut authentication = Members::default();
                authentication.insert("type".to_owned(), word(OAUTH));
                own.iter().for_each(|(name, node)| authentication.insert(name.to_owned(), node.clone()));
                words.insert("authentication".to_owned(), Node::Object(authentication));
            }
        }
        Node::Secret(_) => {
            words.insert("strategy".to_owned(), word("bearer"));
            words.insert("value".to_owned(), auth.clone());
        }
        // A strategy, which may hold `state.token_expires_at`.
        Node::Object(own) => {
            let member = |(name, node): (&str, &Node)| {
                let state = node.as_object().filter(|_| name == "state");
                let reworded = state.map(|state| {
                    let members = state.iter();
                    members.map(|(name, node)| (name.to_owned(), reword_number(name, node))).collect()
                });
                (name.to_owned(), reworded.map_or_else(|| node.clone(), Node::Object))
            };
            words = own.iter().map(member).collect();
        }
        other => return other.clone(),
    }
    Node::Object(words)
}

/// Numbers that OpenHands keeps as floats, as it spells them.
fn reword_number(name: &str, node: &Node) -> Node {
    match node {
        Node::Number(number) if FLOATS.contains(&name) => {
            Node::Number(Number::from_f64(number.as_f64()).unwrap_or_else(|| number.clone()))
        }
        other => other.clone(),
    }
}

/// The value, with the floats in it spelled as they were where they are the same.
fn restore_numbers(name: &str, node: &Node, before: Option<&Node>) -> Node {
    match (node, before) {
        (Node::Object(after), Some(Node::Object(before))) => {
            let restored = |(name, node): (&str, &Node)| {
                (name.to_owned(), restore_numbers(name, node, before.get(name)))
            };
            Node::Object(after.iter().map(restored).collect())
        }
        (Node::Number(_), Some(own)) if reword_number(name, own).is_same(&reword_number(name, node)) => {
            own.clone()
        }
        _ => node.clone(),
    }
}

/// Puts `auth` back as the string that it was, where it says no more than a string can.
fn restore_auth(restored: &mut Config, auth: &Node, before: &Config) {
    let members = auth.as_object();
    let has_only = |names: [&str; 2]| {
        members.is_some_and(|members| members.iter().all(|(name, _)| names.contains(&name)))
    };
    let member = |name: &str| members.and_then(|members| members.get(name));
    match members.and_then(|members| members.text("strategy")) {
        Some("bearer") if has_only(["strategy", "value"]) => match member("value") {
            Some(value @ Node::Secret(secret)) if !is_mode_word(secret) => {
                return restored.insert("auth".to_owned(), value.clone());
            }
            _ => {}
        },
        Some("oauth2") if has_only(["strategy", "authentication"]) => match member("authentication") {
            None => return restored.insert("auth".to_owned(), Node::Text(Text::new(OAUTH.to_owned()))),
            Some(Node::Object(authentication)) => {
                let own = before.get("authentication").and_then(Node::as_object);
                let mut authentication = authentication.clone();
                // It was added to say the same in OpenHands' words.
                let has_type = own.is_some_and(|own| own.get("type").is_some());
                authentication.retain(|name| has_type || name != "type");
                restored.insert("auth".to_owned(), Node::Text(Text::new(OAUTH.to_owned())));
                return restored.insert("authentication".to_owned(), Node::Object(authentication));
            }
            Some(_) => {}
        },
        _ => {}
    }
    restored.insert("auth".to_owned(), auth.clone());
}

/// Whether this secret, as a string at `auth`, would be read as the mode word.
fn is_mode_word(secret: &Secret) -> bool {
    matches!(&secret.value, SecretValue::Text(plaintext) if plaintext.expose() == OAUTH)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Sealing;
    use crate::model::merge::{Reading, merge_patch};
    use crate::model::reference::NO_REFERENCES;
    use crate::model::samples::{config, object, plain_text, ring};

    /// What a patch in OpenHands' words makes of a stored server.
    fn patched(stored: &str, patch: &str, dialect: Dialect) -> String {
        let (before, patch) = (config(stored), object(patch));
        let reading = Reading {
            sealing: Sealing::EverySecret,
            ring: ring(),
            may_reveal: true,
            references: &NO_REFERENCES,
        };
        let merged = merge_patch(patch.clone(), &for_patch(&before, &patch), &reading);
        assert_eq!(merged.refusals, [], "{stored}");
        plain_text(&restore(merged.config, &before, dialect, true))
    }

    const BEARER: &str = r#"{"url":"u","auth":"sealed t"}"#;
    const OAUTH: &str =
        r#"{"auth":"oauth","url":"u","authentication":{"client_id":"c","client_secret":"sealed s"}}"#;

    #[test]
    fn what_a_patch_leaves_alone_keeps_its_words() {
        for (stored, patch, expected) in [
            (BEARER, r#"{"icon":"i"}"#, r#"{"url":"u","auth":"kept t","icon":"i"}"#),
            (
                BEARER,
                r#"{"auth":{"strategy":"bearer","value":"**********"}}"#,
                r#"{"url":"u","auth":"kept t"}"#,
            ),
            (BEARER, r#"{"auth":{"strategy":"bearer","value":"t"}}"#, r#"{"url":"u","auth":"sent t"}"#),
            (BEARER, r#"{"auth":{"strategy":"bearer"}}"#, r#"{"url":"u","auth":"kept t"}"#),
            (
                OAUTH,
                r#"{"auth":{"strategy":"oauth2","authentication":{"type":"oauth"}}}"#,
                r#"{"auth":"oauth","authentication":{"client_id":"c","client_secret":"kept s"},"url":"u"}"#,
            ),
            (r#"{"type":"shttp","url":"u"}"#, r#"{"transport":"http"}"#, r#"{"type":"shttp","url":"u"}"#),
            (
                r#"{"type":"sse","transport":"http","url":"u"}"#,
                r#"{"transport":"http"}"#,
                r#"{"type":"sse","transport":"http","url":"u"}"#,
            ),
            (
                r#"{"transport":null,"type":"sse"}"#,
                r#"{"icon":"i"}"#,
                r#"{"transport":null,"type":"sse","icon":"i"}"#,
            ),
            (r#"{"disabled":true,"icon":"i"}"#, r#"{"icon":"j"}"#, r#"{"disabled":true,"icon":"j"}"#),
            (r#"{"disabled":true}"#, r#"{"enabled":false}"#, r#"{"disabled":true}"#),
            (r#"{"disabled":true}"#, r#"{"enabled":true}"#, r#"{"enabled":true}"#),
            (r#"{"disabled":true}"#, r#"{"enabled":null}"#, "{}"),
            (
                r#"{"enabled":true,"disabled":true}"#,
                r#"{"icon":"i"}"#,
                r#"{"enabled":true,"disabled":true,"icon":"i"}"#,
            ),
            (r#"{"auth":"oauth","authentication":1}"#, "{}", r#"{"auth":"oauth","authentication":1}"#),
            (r#"{"timeout":30,"icon":"i"}"#, r#"{"timeout":30.0}"#, r#"{"timeout":30,"icon":"i"}"#),
            (r#"{"apiKey":"sealed k","url":"u"}"#, r#"{"url":"v"}"#, r#"{"apiKey":"kept k","url":"v"}"#),
        ] {
            for dialect in [Dialect::Open, Dialect::Closed] {
                assert_eq!(patched(stored, patch, dialect), expected, "{stored} {patch}");
            }
        }
    }

    #[test]
    fn what_a_patch_changes_stays_a_string_where_the_document_and_a_string_can_say_it() {
        let bearer = r#"{"auth":{"strategy":"bearer","value":"n"}}"#;
        for (stored, patch, dialect, expected) in [
            (BEARER, bearer, Dialect::Open, r#"{"url":"u","auth":"new n"}"#),
            (BEARER, bearer, Dialect::Closed, r#"{"url":"u","auth":{"strategy":"bearer","value":"new n"}}"#),
            (
                BEARER,
                r#"{"auth":{"strategy":"bearer","value":"oauth"}}"#,
                Dialect::Open,
                r#"{"url":"u","auth":{"strategy":"bearer","value":"new oauth"}}"#,
            ),
            (
                BEARER,
                r#"{"auth":{"strategy":"api_key","header_name":"H"}}"#,
                Dialect::Open,
                r#"{"url":"u","auth":{"strategy":"api_key","value":"kept t","header_name":"H"}}"#,
            ),
            (
                OAUTH,
                r#"{"auth":{"authentication":{"client_secret":"n"}}}"#,
                Dialect::Open,
                r#"{"auth":"oauth","authentication":{"client_id":"c","client_secret":"new n"},"url":"u"}"#,
            ),
            (
                OAUTH,
                r#"{"auth":{"state":{"token_expires_at":1}}}"#,
                Dialect::Open,
                r#"{"auth":{"strategy":"oauth2","authentication":{"type":"oauth","client_id":"c","client_secret":"kept s"},"state":{"token_expires_at":1}},"url":"u"}"#,
            ),
            (OAUTH, r#"{"auth":null}"#, Dialect::Open, r#"{"url":"u"}"#),
            (
                r#"{"type":"sse","url":"u"}"#,
                r#"{"transport":"http"}"#,
                Dialect::Open,
                r#"{"transport":"http","url":"u"}"#,
            ),
            (r#"{"type":"sse","url":"u"}"#, r#"{"transport":null}"#, Dialect::Open, r#"{"url":"u"}"#),
        ] {
            assert_eq!(patched(stored, patch, dialect), expected, "{stored} {patch}");
        }
    }

    #[test]
    fn another_strategy_takes_over_what_it_shares_and_drops_the_rest() {
        let auth = |auth: &str| format!(r#"{{"auth":{auth}}}"#);
        for (stored, patch, expected) in [
            (
                r#"{"strategy":"basic","username":"n","password":"sealed p"}"#,
                r#"{"strategy":"bearer","value":"v"}"#,
                r#"{"strategy":"bearer","value":"new v"}"#,
            ),
            (
                r#"{"strategy":"api_key","value":"sealed v","header_name":"H"}"#,
                r#"{"strategy":"bearer"}"#,
                r#"{"strategy":"bearer","value":"kept v"}"#,
            ),
            (
                r#"{"strategy":"header","headers":{"A":"sealed a"}}"#,
                r#"{"strategy":"header","headers":{"B":"b"}}"#,
                r#"{"strategy":"header","headers":{"A":"kept a","B":"new b"}}"#,
            ),
            (
                r#"{"strategy":"bearer","value":"sealed v"}"#,
                r#"{"strategy":"odd"}"#,
                r#"{"strategy":"odd","value":"kept v"}"#,
            ),
        ] {
            assert_eq!(patched(&auth(stored), &auth(patch), Dialect::Closed), auth(expected), "{stored}");
        }
    }
}
