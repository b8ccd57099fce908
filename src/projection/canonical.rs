//! The canonical form of a configuration (DESIGN §3): equal exactly where two states are equal.
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
        let mut sorted: Vec<(&str, &Node)> =
            members.iter().filter(|(name, node)| !level.is_nothing(name, node)).collect();
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
                other => self.node(other, level),
            }
        }
        self.out.push('}');
    }

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
                    self.node(element, level.below());
                }
                self.out.push(']');
            }
            Node::Object(members) => self.object(members, level.below()),
        }
    }

    fn secret(&mut self, secret: &Secret) {
        match &secret.value {
            SecretValue::Text(plaintext) => write_string(&mut self.out, plaintext.expose()),
            SecretValue::Number(number) => self.out.push_str(&exactly(number)),
            SecretValue::Bool(value) => self.out.push_str(if *value { "true" } else { "false" }),
            SecretValue::Unreadable => {
                // A control character stands nowhere in canonical JSON, so nothing readable looks like this.
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
