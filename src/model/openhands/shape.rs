//! What OpenHands' clients are shown of a server: `MCPServer`, its members in its order. Everything else stays in
//! the document and is not shown.

use crate::model::Dialect;
use crate::model::config::{Config, Members, Node};
use crate::model::state::Level;

use super::{reword, strategy_members};

/// The members of a server, in the order in which they are shown.
pub const MEMBERS: [&str; 14] = [
    "url",
    "transport",
    "command",
    "args",
    "env",
    "cwd",
    "description",
    "icon",
    "timeout",
    "sse_read_timeout",
    "keep_alive",
    "headers",
    "auth",
    "enabled",
];

/// The members of `auth.authentication`.
const AUTHENTICATION: [&str; 8] = [
    "type",
    "client_auth_method",
    "scopes",
    "client_name",
    "client_metadata_url",
    "client_id",
    "client_secret",
    "additional_client_metadata",
];

/// The members of `auth.state`.
const STATE: [&str; 3] = ["tokens", "client_info", "token_expires_at"];

/// The configuration as an `MCPServer`: `enabled` always there, nulls and empty objects left out.
pub fn shape(config: &Config) -> Config {
    let words = reword(config);
    let level = Level::top(&words, Dialect::Closed);
    let shown = |name: &str| match (name, words.get(name)) {
        ("enabled", None | Some(Node::Null)) => Some(Node::Bool(true)),
        ("auth", Some(node)) => node.as_object().map(|auth| shape_auth(auth, level.below(name))),
        (_, node) => node.map(|node| filled(node, level.below(name))),
    };
    pick(&MEMBERS, level, shown)
}

fn shape_auth(auth: &Members, level: Level) -> Node {
    let strategy = auth.text("strategy").unwrap_or_default();
    let shown = |name: &str| {
        let node = auth.get(name)?;
        let inner = level.below(name);
        Some(match (name, node.as_object()) {
            ("authentication", Some(members)) => Node::Object(pick_filled(&AUTHENTICATION, members, inner)),
            ("state", Some(members)) => Node::Object(pick_filled(&STATE, members, inner)),
            _ => filled(node, inner),
        })
    };
    let own = strategy_members(strategy).unwrap_or_default();
    Node::Object(pick(&[&["strategy"], own].concat(), level, shown))
}

/// The members of these names that are there and say something.
fn pick(names: &[&str], level: Level, mut shown: impl FnMut(&str) -> Option<Node>) -> Members {
    let members = names.iter().filter_map(|name| Some(((*name).to_owned(), shown(name)?)));
    members.filter(|(name, node)| !level.below(name).is_hollow(node)).collect()
}

fn pick_filled(names: &[&str], members: &Members, level: Level) -> Members {
    pick(names, level, |name| members.get(name).map(|node| filled(node, level.below(name))))
}

/// The value without the members in it that say nothing; the rules are those for its members.
fn filled(node: &Node, level: Level) -> Node {
    let Node::Object(members) = node else { return node.clone() };
    let said = level.all_said(members);
    Node::Object(said.map(|(name, node)| (name.to_owned(), filled(node, level.below(name)))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::to_compact;
    use crate::model::mask::{SETTINGS_MASK, is_mask};
    use crate::model::samples::config;

    /// The shape in text, secrets in the clear.
    fn shown(server: &str) -> String {
        let config = crate::model::config::to_stored(&shape(&config(server)), crate::model::samples::ring());
        to_compact(&config.expect("no new secret").into())
    }

    #[test]
    fn a_server_is_shown_as_openhands_shows_it() {
        for (stored, expected) in [
            ("{}", r#"{"enabled":true}"#),
            (r#"{"enabled":null,"icon":null,"env":{},"args":[]}"#, r#"{"args":[],"enabled":true}"#),
            (
                r#"{"env":{"A":"s","B":null},"timeout":30,"command":"x","keep_alive":false,"enabled":false}"#,
                r#"{"command":"x","env":{"A":"s"},"timeout":30.0,"keep_alive":false,"enabled":false}"#,
            ),
            (
                r#"{"sse_read_timeout":1.5,"timeout":1e400,"url":"u"}"#,
                r#"{"url":"u","timeout":1e400,"sse_read_timeout":1.5,"enabled":true}"#,
            ),
            (r#"{"type":"shttp","url":"u"}"#, r#"{"url":"u","transport":"http","enabled":true}"#),
            (
                r#"{"type":"sse","url":"u","transport":"http"}"#,
                r#"{"url":"u","transport":"http","enabled":true}"#,
            ),
            (
                r#"{"auth":"t","url":"u"}"#,
                r#"{"url":"u","auth":{"strategy":"bearer","value":"t"},"enabled":true}"#,
            ),
            (r#"{"auth":"","url":"u"}"#, r#"{"url":"u","enabled":true}"#),
            (r#"{"auth":"oauth"}"#, r#"{"auth":{"strategy":"oauth2"},"enabled":true}"#),
            (
                r#"{"authentication":{"client_secret":"s","more":1,"client_id":"c"},"auth":"oauth"}"#,
                r#"{"auth":{"strategy":"oauth2","authentication":{"type":"oauth","client_id":"c","client_secret":"s"}},"enabled":true}"#,
            ),
            (r#"{"authentication":{"client_id":"c"},"url":"u"}"#, r#"{"url":"u","enabled":true}"#),
            (
                r#"{"tools":{"a":{}},"apiKey":"k","include_tags":["t"],"command":"x"}"#,
                r#"{"command":"x","enabled":true}"#,
            ),
        ] {
            assert_eq!(shown(stored), expected, "{stored}");
        }
    }

    #[test]
    fn of_a_strategy_its_own_members_are_shown_in_its_order() {
        for (auth, expected) in [
            (
                r#"{"header_name":"H","value":"v","strategy":"api_key","password":"p"}"#,
                r#"{"strategy":"api_key","value":"v","header_name":"H"}"#,
            ),
            (r#"{"strategy":"bearer","value":null}"#, r#"{"strategy":"bearer"}"#),
            (
                r#"{"strategy":"header","headers":{"A":"s"},"value":"v"}"#,
                r#"{"strategy":"header","headers":{"A":"s"}}"#,
            ),
            (r#"{"strategy":"none","value":"v"}"#, r#"{"strategy":"none"}"#),
            (r#"{"strategy":"odd","value":"v"}"#, r#"{"strategy":"odd"}"#),
            (
                r#"{"strategy":"oauth2","state":{"token_expires_at":5,"client_info":{"client_id":"c"},"tokens":{"access_token":"t","scope":null},"more":1},"authentication":{"scopes":["a"],"type":"oauth"}}"#,
                r#"{"strategy":"oauth2","authentication":{"type":"oauth","scopes":["a"]},"state":{"tokens":{"access_token":"t"},"client_info":{"client_id":"c"},"token_expires_at":5.0}}"#,
            ),
            (
                r#"{"strategy":"oauth2","state":{"tokens":{"access_token":"t","x":{"a":null,"b":{}},"y":{}}}}"#,
                r#"{"strategy":"oauth2","state":{"tokens":{"access_token":"t","x":{"a":null,"b":{}}}}}"#,
            ),
            (
                r#"{"strategy":"oauth2","authentication":{},"state":{"tokens":{}}}"#,
                r#"{"strategy":"oauth2"}"#,
            ),
        ] {
            let expected = format!(r#"{{"auth":{expected},"enabled":true}}"#);
            assert_eq!(shown(&format!(r#"{{"auth":{auth}}}"#)), expected, "{auth}");
        }
    }

    #[test]
    fn the_mask_that_is_shown_is_one_that_is_taken_back() {
        assert!(is_mask(SETTINGS_MASK));
    }
}
