//! The canonical form of a configuration (DESIGN §4.1): equal exactly where two states are equal.
//! Not RFC 8785, which merges integers above 2^53.

use zeroize::Zeroizing;

use sha2::{Digest, Sha256};

use crate::json::write_string;
use crate::model::Dialect;
use crate::model::config::{AtRest, Config, Members, Node, Secret, SecretValue};
use crate::model::state::{Level, by_value, exactly};

/// The canonical form. It holds plaintext, and is zeroed when dropped.
pub fn canonical(config: &Config, dialect: Dialect) -> Zeroizing<String> {
    // Grown while it holds secrets, a buffer would leave copies behind; most configurations fit in this one.
    let mut writer = Writer { out: Zeroizing::new(String::with_capacity(4096)) };
    writer.object(config, Level::top(config, dialect));
    writer.out
}

struct Writer {
    out: Zeroizing<String>,
}

impl Writer {
    fn object(&mut self, members: &Members, level: Level) {
        let mut sorted: Vec<(&str, &Node)> = level.all_said(members).collect();
        // Rust orders strings by UTF-8 bytes, which is the order of code points.
        sorted.sort_unstable_by_key(|(name, _)| *name);
        self.out.push('{');
        for (index, (name, node)) in sorted.into_iter().enumerate() {
            if 0 < index {
                self.out.push(',');
            }
            write_string(&mut self.out, name);
            self.out.push(':');
            match node {
                Node::Number(number) if level.is_by_value(name) => self.out.push_str(&by_value(number)),
                other => self.node(other, level.below(name)),
            }
        }
        self.out.push('}');
    }

    /// Writes a value; the rules are those for its members.
    fn node(&mut self, node: &Node, level: Level) {
        match node {
            Node::Null => self.out.push_str("null"),
            Node::Bool(value) => self.out.push_str(if *value { "true" } else { "false" }),
            Node::Number(number) => self.out.push_str(&exactly(number)),
            Node::Text(text) => write_string(&mut self.out, text.as_str()),
            Node::Url(url) => write_string(&mut self.out, url.text.expose()),
            Node::Secret(secret) => self.secret(secret),
            Node::Array(elements) => {
                self.out.push('[');
                for (index, element) in elements.iter().enumerate() {
                    if 0 < index {
                        self.out.push(',');
                    }
                    self.node(element, level.in_element());
                }
                self.out.push(']');
            }
            Node::Object(members) => self.object(members, level),
        }
    }

    fn secret(&mut self, secret: &Secret) {
        match &secret.value {
            SecretValue::Text(plaintext) => write_string(&mut self.out, plaintext.expose()),
            SecretValue::Number(number) => self.out.push_str(&exactly(number)),
            SecretValue::Bool(value) => self.out.push_str(if *value { "true" } else { "false" }),
            SecretValue::Unreadable => {
                // Canonical JSON has no control characters, so nothing readable looks like this.
                self.out.push('\u{1}');
                if let AtRest::Sealed(token) = &secret.at_rest {
                    for byte in Sha256::digest(token.as_str().as_bytes()) {
                        self.out.push_str(&format!("{byte:02x}"));
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::{btree_map, vec};
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;
    use crate::json::{Json, Object, Rules, parse, to_compact};
    use crate::model::Sealing;
    use crate::model::config::{open, to_stored};
    use crate::model::samples::{config, ring};
    use crate::model::state::changed_members;
    use Dialect::{Closed, Open};

    fn form(text: &str, dialect: Dialect) -> String {
        canonical(&config(text), dialect).to_string()
    }

    #[test]
    fn members_are_sorted_by_code_point_at_every_level_whatever_serde_does() {
        // The feature `preserve_order` of serde_json changes what its maps do, not this.
        let text = r#"{"z":{"b":1,"B":2,"a":[{"d":1,"c":2}]},"\uffff":1,"\ud800\udc00":2,"é":3,"e":4,"":5}"#;
        let sorted = "{\"\":5,\"e\":4,\"z\":{\"B\":2,\"a\":[{\"c\":2,\"d\":1}],\"b\":1},\"é\":3,\"\u{ffff}\":1,\"\u{10000}\":2}";
        assert_eq!(form(text, Open), sorted);
        assert_eq!(form(text, Closed), sorted);
    }

    #[test]
    fn numbers_are_distinguished_exactly_where_they_say_different_things() {
        let groups: &[&[&str]] = &[
            &["1"],
            &["1.0", "1e0", "10E-1", "1.000"],
            &["30"],
            &["30.0", "3e1"],
            &["100"],
            &["1e2", "100.0", "1E+2"],
            &["0", "-0"],
            &["0.0", "-0.0", "0e5", "-0E-9", "0e-999"],
            &["9007199254740992"],
            &["9007199254740993"],
            &["9007199254740992.0", "9007199254740993.0"],
            &["18446744073709551616"],
            &["18446744073709551617"],
            &["0.1", "0.1000000000000000055511151231257827"],
            &["0.10000000000000002"],
            &["5e-324", "4.9e-324"],
            &["1e400"],
            &["1e401"],
            &["-1e400"],
            &["1e-400"],
            &["2e-400"],
            &["1e300"],
        ];
        let of = |spelling: &&str| form(&format!(r#"{{"n":{spelling}}}"#), Open);
        let mut seen: Vec<String> = Vec::new();
        for group in groups {
            let first = of(&group[0]);
            assert!(group.iter().all(|spelling| of(spelling) == first), "{group:?}");
            assert!(!seen.contains(&first), "{group:?}");
            seen.push(first);
        }
    }

    #[test]
    fn timeouts_count_by_value_in_the_closed_dialect_and_nowhere_else() {
        let expires =
            |number| format!(r#"{{"auth":{{"strategy":"oauth2","state":{{"token_expires_at":{number}}}}}}}"#);
        for (one, two, is_same_in_closed) in [
            (r#"{"timeout":30}"#.to_owned(), r#"{"timeout":30.0}"#.to_owned(), true),
            (r#"{"sse_read_timeout":0}"#.to_owned(), r#"{"sse_read_timeout":-0.0}"#.to_owned(), true),
            (expires("5"), expires("5.0"), true),
            (r#"{"timeout":30}"#.to_owned(), r#"{"timeout":31}"#.to_owned(), false),
            (r#"{"x":{"timeout":30}}"#.to_owned(), r#"{"x":{"timeout":30.0}}"#.to_owned(), false),
            (r#"{"token_expires_at":5}"#.to_owned(), r#"{"token_expires_at":5.0}"#.to_owned(), false),
        ] {
            assert_ne!(form(&one, Open), form(&two, Open), "{one}");
            assert_eq!(form(&one, Closed) == form(&two, Closed), is_same_in_closed, "{one}");
        }
    }

    #[test]
    fn what_says_no_more_than_its_absence_is_dropped() {
        let all = r#"{"command":"x","args":[],"env":{},"headers":{},"enabled":true,"transport":"stdio","icon":null,"x":null}"#;
        assert_eq!(form(all, Open), r#"{"command":"x"}"#);
        assert_eq!(form(all, Closed), r#"{"command":"x"}"#);
        for kept in [
            r#"{"enabled":false}"#,
            r#"{"transport":"stdio","url":"u"}"#,
            r#"{"command":"x","transport":"http"}"#,
            r#"{"args":[""]}"#,
            r#"{"env":{"A":""}}"#,
            r#"{"include_tags":[]}"#,
            r#"{"keep_alive":true}"#,
            r#"{"description":""}"#,
            r#"{"x":{"args":[],"enabled":true}}"#,
        ] {
            assert_eq!(form(kept, Open), kept);
            assert_eq!(form(kept, Closed), kept);
        }
        for hollow in [r#"{"x":{"a":{"b":null},"c":{}}}"#, r#"{"env":{"A":null}}"#, r#"{"tools":{}}"#] {
            assert_eq!(form(hollow, Open), hollow);
            assert_eq!(form(hollow, Closed), "{}");
        }
        assert_eq!(form(r#"{"x":{"a":{},"b":[{},null]}}"#, Closed), r#"{"x":{"b":[{},null]}}"#);
    }

    /// Recorded from the agent-server's own dumps.
    #[test]
    fn where_openhands_has_no_types_it_keeps_what_says_nothing() {
        let metadata =
            |text: &str| format!(r#"{{"authentication":{{"additional_client_metadata":{text}}}}}"#);
        let state = |part: &str, text: &str| format!(r#"{{"state":{{"{part}":{{"x":{text}}}}}}}"#);
        let kept = |text: &str| {
            let mut kept = vec![metadata(&format!(r#"{{"x":{text}}}"#))];
            kept.extend(["tokens", "client_info"].map(|part| state(part, &format!(r#"{{"x":{text}}}"#))));
            kept
        };
        for auth in ["null", "{}", r#"{"b":null}"#, "[{},null]"].into_iter().flat_map(kept) {
            assert_eq!(form(&format!(r#"{{"auth":{auth}}}"#), Closed), format!(r#"{{"auth":{auth}}}"#));
        }
        for auth in [metadata("{}"), metadata("null"), state("tokens", "{}"), state("client_info", "null")] {
            assert_eq!(form(&format!(r#"{{"auth":{auth}}}"#), Closed), "{}", "{auth}");
        }
    }

    #[test]
    fn a_secret_enters_in_the_clear_and_an_unreadable_one_as_no_readable_one_can() {
        assert_eq!(
            form(r#"{"env":{"A":"sealed \"s\n","B":"\"s\n","C":8080,"D":true}}"#, Open),
            form(r#"{"env":{"A":"\"s\n","B":"sealed \"s\n","C":8080,"D":true}}"#, Open)
        );
        let stored = r#"{"env":{"A":"foreign s"}}"#;
        let unreadable = form(stored, Open);
        assert!(
            unreadable.starts_with("{\"env\":{\"A\":\u{1}")
                && unreadable.len() == "{'env':{'A':.".len() + 64 + 2
        );
        assert_ne!(form(stored, Open), unreadable, "another token is another state");
    }

    /// Values in which many are nearly the same.
    fn any_value() -> BoxedStrategy<Json> {
        let scalar = select(vec![
            "null",
            "true",
            "false",
            "0",
            "-0",
            "0.0",
            "30",
            "30.0",
            "3e1",
            "1e400",
            "1e-400",
            r#""""#,
            r#""stdio""#,
            r#""oauth""#,
            r#""s""#,
            r#""https://u:p@h/?sig=x""#,
            r#""gAAAAA""#,
        ])
        .prop_map(|text| parse(text, &Rules::STORED).expect("it is JSON"));
        scalar
            .prop_recursive(3, 12, 3, |inner| {
                prop_oneof![
                    vec(inner.clone(), 0..3).prop_map(Json::Array),
                    any_object(inner).prop_map(Json::Object)
                ]
            })
            .boxed()
    }

    fn any_object(value: BoxedStrategy<Json>) -> impl Strategy<Value = Object> {
        let name = select(vec![
            "command",
            "url",
            "args",
            "env",
            "headers",
            "enabled",
            "disabled",
            "transport",
            "timeout",
            "auth",
            "state",
            "token_expires_at",
            "value",
            "x",
            "my_key",
            "pin",
            "max_tokens",
            "dsn",
            "http_headers",
            "env_keys",
            "apiKeyHelper",
            "server_url",
        ]);
        btree_map(name, value, 0..5).prop_map(|members| members.into_iter().collect())
    }

    /// The same members, none of them secret.
    fn plain_members(object: &Object) -> Members {
        object.iter().map(|(name, value)| (name.to_owned(), plain_node(value))).collect()
    }

    fn plain_node(value: &Json) -> Node {
        match value {
            Json::Null => Node::Null,
            Json::Bool(value) => Node::Bool(*value),
            Json::Number(number) => Node::Number(number.clone()),
            Json::String(text) => Node::Text(text.clone()),
            Json::Array(elements) => Node::Array(elements.iter().map(plain_node).collect()),
            Json::Object(object) => Node::Object(plain_members(object)),
        }
    }

    /// Marks each secret text as to be sealed.
    fn seal(node: &mut Node) {
        match node {
            Node::Secret(Secret { value: SecretValue::Text(_), at_rest, .. }) => {
                *at_rest = AtRest::ToBeSealed
            }
            Node::Array(elements) => elements.iter_mut().for_each(seal),
            Node::Object(members) => members.values_mut().for_each(seal),
            _ => {}
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

        /// So a tag does not change when a leaf becomes secret, or ceases to be, or is encrypted.
        #[test]
        fn the_form_is_that_of_the_plaintext_whatever_is_secret(value in any_object(any_value())) {
            // What looks encrypted and can't be opened has a form of its own, and that one number counts by value only
            // where it is not secret.
            let text = to_compact(&value.clone().into());
            prop_assume!(!text.contains("gAAAAA") && !text.contains("token_expires_at"));
            let plain = plain_members(&value);
            for sealing in [Sealing::EverySecret, Sealing::EnvAndHeaders, Sealing::Listed] {
                let opened = open(&value, sealing, ring());
                let mut sealed = opened.clone();
                sealed.values_mut().for_each(seal);
                let stored = to_stored(&sealed, ring()).expect("the ring has a key");
                for dialect in [Open, Closed] {
                    let expected = canonical(&plain, dialect);
                    prop_assert_eq!(canonical(&opened, dialect), expected.clone(), "{}", text);
                    prop_assert_eq!(canonical(&open(&stored, sealing, ring()), dialect), expected, "{}", text);
                }
            }
        }

        #[test]
        fn equal_forms_are_equal_states_and_nothing_else(
            one in any_object(any_value()),
            other in any_object(any_value()),
            take in vec(any::<bool>(), 5),
        ) {
            // Half of the members of one, so that many pairs are nearly the same.
            let mut two = other;
            for ((name, value), take) in one.iter().zip(take.iter().cycle()) {
                if *take {
                    two.insert(name, value.clone());
                }
            }
            for sealing in [Sealing::EverySecret, Sealing::Listed] {
                let [one, two] = [&one, &two].map(|stored| open(stored, sealing, ring()));
                for dialect in [Open, Closed] {
                    let is_same = changed_members(Some(&one), &two, dialect, true).is_empty();
                    prop_assert_eq!(is_same, canonical(&one, dialect) == canonical(&two, dialect));
                    prop_assert!(changed_members(Some(&one), &one, dialect, true).is_empty());
                }
            }
        }
    }
}
