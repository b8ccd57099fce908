//! Members of a client that hold no secret although they are below a telling name, such as `apiKey.source`. With something
//! else in their place the client would not read its own file, or would read something else.

use crate::json::Text;
use crate::model::config::{Node, Secret, SecretValue};
use crate::model::url_parts::has_secret;

/// A member that holds no secret.
#[derive(Clone, Copy, Debug)]
pub(in crate::formats) struct Plain {
    /// The names on the way to it, with [`ANY`] for any name. Elements of a list are as the list is.
    pub(in crate::formats) way: &'static [&'static str],
    pub(in crate::formats) value: PlainValue,
}

/// What such a member holds. What it does not hold may be a secret in a wrong place.
#[derive(Clone, Copy, Debug)]
pub(in crate::formats) enum PlainValue {
    /// One of these words.
    Words(&'static [&'static str]),
    /// A text for people, or a name.
    Text,
    /// An address without a secret part.
    Url,
}

/// Any name on the way.
pub(in crate::formats) const ANY: &str = "*";

/// Takes what holds no secret out of the secrets.
pub(in crate::formats) fn mark(node: &mut Node, plain: &[Plain]) {
    if plain.is_empty() {
        return;
    }
    match node {
        Node::Object(members) => {
            for (name, node) in members.iter_mut() {
                let inner: Vec<Plain> = plain.iter().filter_map(|plain| plain.below(name)).collect();
                mark(node, &inner);
            }
        }
        Node::Array(elements) => elements.iter_mut().for_each(|element| mark(element, plain)),
        Node::Secret(Secret { value: SecretValue::Text(text), .. })
            if plain.iter().any(|plain| plain.way.is_empty() && plain.value.holds(text.expose())) =>
        {
            *node = Node::Text(Text::new(text.expose().to_owned()));
        }
        _ => {}
    }
}

impl Plain {
    pub(in crate::formats) const fn words(
        way: &'static [&'static str],
        words: &'static [&'static str],
    ) -> Self {
        Self { way, value: PlainValue::Words(words) }
    }

    pub(in crate::formats) const fn text(way: &'static [&'static str]) -> Self {
        Self { way, value: PlainValue::Text }
    }

    pub(in crate::formats) const fn url(way: &'static [&'static str]) -> Self {
        Self { way, value: PlainValue::Url }
    }

    fn below(self, name: &str) -> Option<Self> {
        let (first, way) = self.way.split_first()?;
        (*first == ANY || *first == name).then_some(Self { way, ..self })
    }
}

impl PlainValue {
    fn holds(self, text: &str) -> bool {
        match self {
            Self::Words(words) => words.contains(&text),
            Self::Text => true,
            Self::Url => text.contains("://") && !has_secret(text),
        }
    }
}
