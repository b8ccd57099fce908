//! What of a configuration is shown, by exposure (DESIGN §5.3). The one function that decides
//! whether a secret's bytes leave.

use std::collections::HashMap;

use crate::json::{Json, Object, Path, Pointer};
use crate::model::config::{AtRest, Config, Members, Node, Secret, SecretValue};
use crate::model::mask::{MASK, URL_MASK};
use crate::model::suspect::{self, Reason};
use crate::model::url_parts;
use crate::secrets::Exposure;

/// The view of a configuration. An unreadable secret is masked in the plaintext view too; a caller that asks
/// for that view checks [`needs_reentry`] first.
pub fn view(config: &Config, exposure: Exposure) -> Object {
    view_masked(config, exposure, MASK)
}

/// The same with another mask than [`MASK`].
pub fn view_masked(members: &Members, exposure: Exposure, mask: &str) -> Object {
    members.iter().map(|(name, node)| (name, view_node(node, exposure, mask))).collect()
}

/// The redacted view with a mask also over what only seems to hold a secret, such as an argument: what nobody has
/// stored yet is shown like this. Of a URL whose path may be the secret, the host stays.
pub fn cautious_view(config: &Config) -> Object {
    let mut hidden = HashMap::new();
    suspect::for_each(config, &mut |path, reason| {
        hidden.insert(path.pointer(), reason);
    });
    let view = view(config, Exposure::Redacted);
    if hidden.is_empty() { view } else { hide_in(view, &Pointer::root(), &hidden) }
}

fn hide_in(object: Object, at: &Pointer, hidden: &HashMap<Pointer, Reason>) -> Object {
    let hide = |(name, value): (String, Json)| {
        let value = hide(value, &at.member(&name), hidden);
        (name, value)
    };
    object.into_iter().map(hide).collect()
}

fn hide(value: Json, at: &Pointer, hidden: &HashMap<Pointer, Reason>) -> Json {
    match (value, hidden.get(at)) {
        (Json::Object(object), _) => Json::Object(hide_in(object, at, hidden)),
        (Json::Array(elements), _) => {
            let elements = elements.into_iter().enumerate();
            Json::Array(elements.map(|(index, value)| hide(value, &at.element(index), hidden)).collect())
        }
        (Json::String(text), Some(reason)) => {
            let host = url_parts::authority(text.as_str());
            let has_host = *reason == Reason::UrlPath && host != text.as_str();
            Json::string(if has_host { format!("{host}/{URL_MASK}") } else { MASK.to_owned() })
        }
        (value, _) => value,
    }
}

/// The places of the secrets that no key opens: they have to be entered again.
pub fn needs_reentry(config: &Config) -> Vec<Pointer> {
    needs_reentry_below(&Path::Root, config)
}

/// The same for a configuration that is a part of the response.
pub fn needs_reentry_below(path: &Path<'_>, config: &Config) -> Vec<Pointer> {
    let mut found = Vec::new();
    collect_unreadable(config, path, &mut found);
    found
}

fn view_node(node: &Node, exposure: Exposure, mask: &str) -> Json {
    match node {
        Node::Null => Json::Null,
        Node::Bool(value) => Json::Bool(*value),
        Node::Number(number) => Json::Number(number.clone()),
        Node::Text(text) => Json::String(text.clone()),
        Node::Secret(secret) => view_secret(secret, exposure, mask),
        Node::Url(url) if !exposure.reveals() => Json::string(url_parts::mask(url.text.expose())),
        Node::Url(url) => Json::string(url.text.expose()),
        Node::Array(elements) => {
            Json::Array(elements.iter().map(|element| view_node(element, exposure, mask)).collect())
        }
        Node::Object(members) => Json::Object(view_masked(members, exposure, mask)),
    }
}

fn view_secret(secret: &Secret, exposure: Exposure, mask: &str) -> Json {
    match (exposure, &secret.at_rest, &secret.value) {
        (Exposure::Redacted | Exposure::Named, _, SecretValue::Text(reference)) if secret.is_reference => {
            Json::string(reference.expose())
        }
        (Exposure::Redacted, ..) | (Exposure::Plaintext, _, SecretValue::Unreadable) => Json::string(mask),
        (Exposure::Named, ..) if !secret.is_shown => Json::string(mask),
        (Exposure::Encrypted, AtRest::Sealed(token), _) => Json::string(token.as_str()),
        (_, _, SecretValue::Text(plaintext)) => Json::string(plaintext.expose()),
        (_, _, SecretValue::Number(number)) => Json::Number(number.clone()),
        (_, _, SecretValue::Bool(value)) => Json::Bool(*value),
        (Exposure::Named | Exposure::Encrypted, _, SecretValue::Unreadable) => Json::string(mask),
    }
}

pub(super) fn collect_unreadable(members: &Members, path: &Path<'_>, found: &mut Vec<Pointer>) {
    for (name, node) in members.iter() {
        collect_unreadable_in(node, &path.member(name), found);
    }
}

fn collect_unreadable_in(node: &Node, path: &Path<'_>, found: &mut Vec<Pointer>) {
    match node {
        Node::Secret(Secret { value: SecretValue::Unreadable, .. }) => found.push(path.pointer()),
        Node::Object(members) => collect_unreadable(members, path, found),
        Node::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                collect_unreadable_in(element, &path.element(index), found);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::to_compact;
    use crate::model::Sealing;
    use crate::model::config::open;
    use crate::model::plain_names::PlainNames;
    use crate::model::reference::ReferenceRules;
    use crate::model::samples::{config, object, ring};

    const SERVER: &str = r#"{"command":"x","args":["--token=visible"],"env":{"A":"sealed s","B":"clear","C":8080,"D":true,"E":"","F":null,"G":["a",1]},"url":"https://u:p@h/?api_key=k&x=1","auth":{"strategy":"basic","username":"u","password":"sealed p"},"my_key":{"a":["b"],"n":1},"note":"n"}"#;

    fn shown(exposure: Exposure) -> String {
        to_compact(&view(&config(SERVER), exposure).into())
    }

    #[test]
    fn the_redacted_view_masks_each_secret_leaf_and_nothing_else() {
        assert_eq!(
            shown(Exposure::Redacted),
            r#"{"command":"x","args":["--token=visible"],"env":{"A":"[REDACTED]","B":"[REDACTED]","C":"[REDACTED]","D":"[REDACTED]","E":"","F":null,"G":["[REDACTED]","[REDACTED]"]},"url":"https://**********@h/?api_key=**********&x=1","auth":{"strategy":"basic","username":"u","password":"[REDACTED]"},"my_key":{"a":["[REDACTED]"],"n":"[REDACTED]"},"note":"n"}"#
        );
    }

    #[test]
    fn the_cautious_view_also_masks_what_only_seems_to_be_a_secret_however_much_of_it_there_is() {
        let view = |text: &str| to_compact(&cautious_view(&config(text)).into());
        assert_eq!(
            view(
                r#"{"command":"x","args":["-y","--token","hunter2hunter2","a"],"url":"https://h/s/ghp_abcdefghij0123456789/mcp","env":{"A":"b"}}"#
            ),
            r#"{"command":"x","args":["-y","--token","[REDACTED]","a"],"url":"https://h/**********","env":{"A":"[REDACTED]"}}"#
        );
        let many = (0..500).map(|_| r#""--token=hunter2hunter2""#).collect::<Vec<_>>().join(",");
        assert!(!view(&format!(r#"{{"command":"x","args":[{many}]}}"#)).contains("hunter2"));
        assert!(
            !view(r#"{"command":"x","args":["https://h/s/ghp_abcdefghij0123456789 y"]}"#).contains("ghp_")
        );
    }

    #[test]
    fn the_encrypted_view_shows_the_stored_tokens_and_the_plaintext_view_what_is_in_them() {
        let stored = object(SERVER);
        let opened = open(&stored, Sealing::EverySecret, ring());
        assert_eq!(view(&opened, Exposure::Encrypted), stored);
        assert_eq!(shown(Exposure::Plaintext), SERVER.replace("sealed ", ""));
    }

    #[test]
    fn the_named_view_shows_what_its_rule_allows_and_else_what_the_redacted_one_shows() {
        let text = r#"{"env":{"PORT":8080,"DEBUG":"sealed app:*","TZ":"ghp_abcdefghij0123456789","A":"b","LANG":{"TZ":"x"}},"headers":{"ACCEPT":"*/*","X":"y"},"my_key":{"PORT":"1"},"auth":{"headers":{"Accept":"z"}},"url":"https://u:p@h/"}"#;
        let named = |plain_names: PlainNames| {
            let mut config = config(text);
            plain_names.mark(&mut config);
            view(&config, Exposure::Named)
        };
        let shown = named(PlainNames::default());
        assert_eq!(
            to_compact(&shown.into()),
            r#"{"env":{"PORT":8080,"DEBUG":"app:*","TZ":"[REDACTED]","A":"[REDACTED]","LANG":{"TZ":"[REDACTED]"}},"headers":{"ACCEPT":"*/*","X":"[REDACTED]"},"my_key":{"PORT":"[REDACTED]"},"auth":{"headers":{"Accept":"[REDACTED]"}},"url":"https://**********@h/"}"#
        );
        assert_eq!(named(PlainNames::new(Vec::new())), view(&config(text), Exposure::Redacted));
        assert_eq!(view(&config(text), Exposure::Named), view(&config(text), Exposure::Redacted), "unmarked");
    }

    #[test]
    fn a_reference_that_is_allowed_is_shown_in_every_view_and_in_the_encrypted_one_as_it_is_stored() {
        let stored = object(
            r#"{"env":{"A":"sealed ${MCP_SECRET_A}","B":"Bearer ${MCP_SECRET_B}","C":"${PATH}","D":"foreign ${MCP_SECRET_D}","E":["${MCP_SECRET_E:-x}"]}}"#,
        );
        let mut opened = open(&stored, Sealing::EverySecret, ring());
        ReferenceRules::default().mark(&mut opened);
        let shown = r#"{"env":{"A":"${MCP_SECRET_A}","B":"Bearer ${MCP_SECRET_B}","C":"[REDACTED]","D":"[REDACTED]","E":["[REDACTED]"]}}"#;
        for exposure in [Exposure::Redacted, Exposure::Named] {
            assert_eq!(to_compact(&view(&opened, exposure).into()), shown);
        }
        assert_eq!(view(&opened, Exposure::Encrypted), stored);
    }

    #[test]
    fn what_no_key_opens_is_its_token_or_a_mask_and_is_listed() {
        let stored = object(r#"{"env":{"A":"foreign s","B":"sealed t"},"keys":[{"a/b":"foreign u"}]}"#);
        let opened = open(&stored, Sealing::EverySecret, ring());
        assert_eq!(view(&opened, Exposure::Encrypted), stored);
        let masked = r#"{"env":{"A":"[REDACTED]","B":"t"},"keys":[{"a/b":"[REDACTED]"}]}"#;
        assert_eq!(to_compact(&view(&opened, Exposure::Plaintext).into()), masked);
        let listed: Vec<_> = needs_reentry(&opened).iter().map(ToString::to_string).collect();
        assert_eq!(listed, ["/env/A", "/keys/0/a~1b"]);
        assert_eq!(needs_reentry(&config(SERVER)), []);
    }

    #[test]
    fn a_token_at_a_leaf_that_the_layout_does_not_seal_is_a_token_all_the_same() {
        // Older versions sealed more. What no key opens there is treated as a text, as its reader takes it.
        let stored = object(r#"{"auth":{"value":"sealed s","password":"foreign p"}}"#);
        let opened = open(&stored, Sealing::EnvAndHeaders, ring());
        let shown = view(&opened, Exposure::Plaintext);
        let auth = shown.get("auth").and_then(Json::as_object).unwrap();
        assert_eq!(auth.get("value").and_then(Json::as_str), Some("s"));
        assert_eq!(
            auth.get("password"),
            stored.get("auth").and_then(Json::as_object).unwrap().get("password")
        );
        assert_eq!(needs_reentry(&opened), []);
        assert_eq!(view(&opened, Exposure::Encrypted), stored);
    }
}
