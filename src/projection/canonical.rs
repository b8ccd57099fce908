//! The canonical form of a configuration (DESIGN §3): equal exactly where two states are equal.
//! Not RFC 8785, which merges integers above 2^53.

use zeroize::Zeroizing;

use sha2::{Digest, Sha256};

use crate::json::{Number, write_string};
use crate::model::config::{AtRest, Config, Members, Node, Secret, SecretValue};
use crate::model::{Dialect, Kind};

/// Members whose numbers upstream keeps as floats: it respells `30` as `30.0`, so they count by value.
const FLOATS: [&str; 3] = ["timeout", "sse_read_timeout", "token_expires_at"];

/// The canonical form. It holds plaintext, and is zeroed when dropped.
pub fn canonical(config: &Config, dialect: Dialect) -> Zeroizing<String> {
    // Grown while it holds secrets, a buffer would leave copies behind; most configurations fit in this one.
    let mut writer = Writer { out: Zeroizing::new(String::with_capacity(4096)), dialect };
    let is_stdio = config.kind() == Kind::Stdio;
    writer.object(config, |name, node| is_default(name, node, is_stdio));
    writer.out
}

/// Whether a top-level member says what its absence says (DESIGN §3).
fn is_default(name: &str, node: &Node, is_stdio: bool) -> bool {
    match (name, node) {
        (_, Node::Null) => true,
        ("args", Node::Array(elements)) => elements.is_empty(),
        ("env" | "headers", Node::Object(members)) => members.is_empty(),
        ("enabled", Node::Bool(is_enabled)) => *is_enabled,
        ("transport", Node::Text(text)) => is_stdio && text.as_str() == "stdio",
        _ => false,
    }
}

struct Writer {
    out: Zeroizing<String>,
    dialect: Dialect,
}

impl Writer {
    fn object(&mut self, members: &Members, is_dropped: impl Fn(&str, &Node) -> bool) {
        let mut sorted: Vec<(&str, &Node)> = members
            .iter()
            .filter(|(name, node)| !is_dropped(name, node) && !self.is_dropped_by_upstream(node))
            .collect();
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
                Node::Number(number) if self.dialect == Dialect::Closed && FLOATS.contains(&name) => {
                    self.float(number);
                }
                other => self.node(other),
            }
        }
        self.out.push('}');
    }

    /// Upstream's saves leave out nulls and empty objects.
    fn is_dropped_by_upstream(&self, node: &Node) -> bool {
        let is_nothing = match node {
            Node::Null => true,
            Node::Object(members) => members.iter().all(|(_, node)| self.is_dropped_by_upstream(node)),
            _ => false,
        };
        self.dialect == Dialect::Closed && is_nothing
    }

    fn node(&mut self, node: &Node) {
        match node {
            Node::Null => self.out.push_str("null"),
            Node::Bool(value) => self.out.push_str(if *value { "true" } else { "false" }),
            Node::Number(number) => self.number(number),
            Node::Text(text) => write_string(&mut self.out, text.as_str()),
            Node::Url(url) => write_string(&mut self.out, url.text.expose()),
            Node::Secret(secret) => self.secret(secret),
            Node::Array(elements) => {
                self.out.push('[');
                for (index, element) in elements.iter().enumerate() {
                    if 0 < index {
                        self.out.push(',');
                    }
                    self.node(element);
                }
                self.out.push(']');
            }
            Node::Object(members) => self.object(members, |_, _| false),
        }
    }

    fn secret(&mut self, secret: &Secret) {
        match &secret.value {
            SecretValue::Text(plaintext) => write_string(&mut self.out, plaintext.expose()),
            SecretValue::Number(number) => self.number(number),
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

    fn number(&mut self, number: &Number) {
        if !number.is_integer() {
            self.float(number);
        } else if number.spelling() == "-0" {
            self.out.push('0');
        } else {
            self.out.push_str(number.spelling());
        }
    }

    /// By value; a number that no double holds keeps its spelling, so that two such stay two states.
    fn float(&mut self, number: &Number) {
        let value = number.as_f64();
        let is_lost = !value.is_finite()
            || (value == 0.0
                && number.spelling().contains(|digit| ('1'..='9').contains(&digit))
                && !is_zero(number));
        if is_lost {
            self.out.push_str(number.spelling());
        } else {
            self.out.push_str(&format!("{:?}", if value == 0.0 { 0.0 } else { value }));
        }
    }
}

/// Whether the digits before any exponent are all zero.
fn is_zero(number: &Number) -> bool {
    let digits = number.spelling().split(['e', 'E']).next().unwrap_or_default();
    !digits.contains(|digit| ('1'..='9').contains(&digit))
}
