//! How much of its secrets a view shows. A parameter of every view, never ambient.

/// How secret leaves appear in a view (DESIGN §5.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Exposure {
    /// Each masked leaf is a mask.
    #[default]
    Redacted,
    /// Each masked leaf is a mask, but for variables and headers whose names say that they are not secret.
    Named,
    /// Each sealed leaf is the token that is stored.
    Encrypted,
    /// Each leaf is in the clear.
    Plaintext,
}

impl Exposure {
    /// Reads the value of an `X-Expose-Secrets` header: trimmed, in any case, `true` meaning encrypted
    /// (OPENHANDS §1). An empty value is the default.
    pub fn parse(value: &str) -> Option<Self> {
        match value.trim().to_ascii_lowercase().as_str() {
            "" => Some(Self::Redacted),
            "named" => Some(Self::Named),
            "encrypted" | "true" => Some(Self::Encrypted),
            "plaintext" => Some(Self::Plaintext),
            _ => None,
        }
    }

    /// Whether it shows secrets: who asks for it needs the scope `reveal`, and is audited.
    pub fn reveals(self) -> bool {
        matches!(self, Self::Encrypted | Self::Plaintext)
    }

    /// The word for logs and audit events.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Redacted => "redacted",
            Self::Named => "named",
            Self::Encrypted => "encrypted",
            Self::Plaintext => "plaintext",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Exposure::{Encrypted, Named, Plaintext, Redacted};
    use super::*;

    #[test]
    fn the_header_is_read_as_openhands_reads_it() {
        for (value, expected) in [
            ("", Some(Redacted)),
            (" ", Some(Redacted)),
            ("Named", Some(Named)),
            ("encrypted", Some(Encrypted)),
            (" TRUE\t", Some(Encrypted)),
            ("Plaintext", Some(Plaintext)),
            ("redacted", None),
            ("false", None),
            ("1", None),
        ] {
            assert_eq!(Exposure::parse(value), expected, "{value:?}");
        }
        assert_eq!(
            [Redacted, Named, Encrypted, Plaintext].map(Exposure::as_str),
            ["redacted", "named", "encrypted", "plaintext"]
        );
        assert_eq!(Exposure::default(), Redacted);
    }
}
