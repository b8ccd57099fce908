//! A secret's two forms as types: in the clear, and encrypted. It knows no key.

use std::fmt;

use crate::json::Text;

/// A secret in the clear. Prints nothing, is zeroed when dropped; the one way out is [`Plaintext::expose`].
#[derive(Clone, PartialEq, Eq)]
pub struct Plaintext(Text);

/// A secret as the document holds it: a Fernet token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed(Box<str>);

impl Plaintext {
    /// Takes the text over.
    pub fn new(text: String) -> Self {
        Self(Text::new(text))
    }

    /// Returns the secret. The caller is responsible for where it goes.
    pub fn expose(&self) -> &str {
        self.0.as_str()
    }
}

impl From<Text> for Plaintext {
    fn from(text: Text) -> Self {
        Self(text)
    }
}

impl fmt::Debug for Plaintext {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Plaintext(..)")
    }
}

impl Sealed {
    /// Takes the text of a token, as the document has it.
    pub fn new(token: impl Into<Box<str>>) -> Self {
        Self(token.into())
    }

    /// The token's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_holds_no_plaintext() {
        assert_eq!(format!("{:?}", Some(Plaintext::new("hunter2".to_owned()))), "Some(Plaintext(..))");
    }
}
