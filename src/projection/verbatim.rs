//! Whether a configuration is exactly what a client sent: then the client can go on with what it has
//! under the new tag (RFC 9110 §9.3.4). No mask restored, nothing dropped, converted, respelled or moved.

use crate::json::{Json, Object};
use crate::model::config::{Members, Node, SecretValue};

/// Whether the plaintext view of a configuration would be this object.
pub fn is_verbatim(config: &Members, sent: &Object) -> bool {
    // One of two that are both at their end is not the longer one.
    let (mut own, mut sent) = (config.iter(), sent.iter());
    loop {
        match (own.next(), sent.next()) {
            (None, None) => return true,
            (Some((own, node)), Some((name, value))) if own == name && is_node_as_sent(node, value) => {}
            _ => return false,
        }
    }
}

fn is_node_as_sent(node: &Node, sent: &Json) -> bool {
    match (node, sent) {
        (Node::Null, Json::Null) => true,
        (Node::Bool(own), Json::Bool(sent)) => own == sent,
        (Node::Number(own), Json::Number(sent)) => own == sent,
        (Node::Text(own), Json::String(sent)) => own == sent,
        (Node::Url(url), Json::String(sent)) => url.text.expose() == sent.as_str(),
        (Node::Secret(secret), sent) => match (&secret.value, sent) {
            (SecretValue::Text(own), Json::String(sent)) => own.expose() == sent.as_str(),
            (SecretValue::Number(own), Json::Number(sent)) => own == sent,
            (SecretValue::Bool(own), Json::Bool(sent)) => own == sent,
            _ => false,
        },
        (Node::Array(own), Json::Array(sent)) => {
            own.len() == sent.len() && own.iter().zip(sent).all(|(own, sent)| is_node_as_sent(own, sent))
        }
        (Node::Object(own), Json::Object(sent)) => is_verbatim(own, sent),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::samples::{config, object};
    use crate::projection::view;
    use crate::secrets::Exposure;

    #[test]
    fn only_the_same_letters_are_what_was_sent() {
        let stored = r#"{"command":"a","env":{"A":"sealed s","N":5,"B":true},"url":"http://u:p@h","n":[1.0,null],"o":{}}"#;
        let sent =
            r#"{"command":"a","env":{"A":"s","N":5,"B":true},"url":"http://u:p@h","n":[1.0,null],"o":{}}"#;
        assert!(is_verbatim(&config(stored), &object(sent)));
        for (part, other) in [
            (r#""A":"s""#, r#""A":"[REDACTED]""#),
            (r#""A":"s""#, r#""A":"t""#),
            (r#""N":5"#, r#""N":5.0"#),
            (r#""B":true"#, r#""B":false"#),
            ("u:p@h", "**********@h"),
            ("1.0", "1"),
            ("1.0,null", "1.0"),
            ("[1.0,null]", "{}"),
            (r#""o":{}"#, r#""o":{"p":1}"#),
            (r#","o":{}"#, ""),
            (r#""o":{}"#, r#""o":{},"p":null"#),
            (r#""command":"a","env":{"#, r#""env":{"#),
        ] {
            let other = sent.replace(part, other);
            assert!(!is_verbatim(&config(stored), &object(&other)), "{other}");
        }
        let moved =
            r#"{"env":{"A":"s","N":5,"B":true},"command":"a","url":"http://u:p@h","n":[1.0,null],"o":{}}"#;
        assert!(!is_verbatim(&config(stored), &object(moved)));
        assert!(!is_verbatim(
            &config(r#"{"env":{"A":"foreign s"}}"#),
            &object(r#"{"env":{"A":"foreign s"}}"#)
        ));
    }

    #[test]
    fn what_was_sent_is_the_plaintext_view() {
        for stored in ["{}", r#"{"env":{"A":"sealed s","E":""},"auth":"oauth","tools":{"a":[{"b":null}]}}"#] {
            let config = config(stored);
            assert!(is_verbatim(&config, &view(&config, Exposure::Plaintext)), "{stored}");
        }
    }
}
