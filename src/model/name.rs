//! The name of a server as clients may use it. The rule of docs/API.md (DESIGN §1); names in a file may break it.

use std::fmt;
use std::str::FromStr;

use super::SettingsKey;

/// A server's name: 1 to 128 of `A-Z a-z 0-9 _ . @ : + -`, but not `.` or `..`, which URL normalisation eats.
///
/// ```
/// use mcp_settings::model::ServerName;
///
/// let name: ServerName = "@scope:search-1".parse()?;
/// assert_eq!(name.as_str(), "@scope:search-1");
///
/// // A name is one segment of a URL's path.
/// assert!("search/1".parse::<ServerName>().is_err());
/// assert!("..".parse::<ServerName>().is_err());
/// # Ok::<(), mcp_settings::model::InvalidName>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ServerName(SettingsKey);

/// The text is no server name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "Invalid MCP server name. Use 1-128 characters from [A-Za-z0-9_.@:+-]. Slashes are not allowed because the name is a single URL path segment."
)]
pub struct InvalidName;

impl FromStr for ServerName {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let is_name = (1..=Self::LONGEST).contains(&text.len())
            && text.chars().all(Self::may_hold)
            && text != "."
            && text != "..";
        if is_name { Ok(Self(SettingsKey::new(text))) } else { Err(InvalidName) }
    }
}

impl ServerName {
    /// The longest name. Bytes.
    pub const LONGEST: usize = 128;

    /// Whether a name may hold this character.
    pub fn may_hold(character: char) -> bool {
        character.is_ascii_alphanumeric() || "_.@:+-".contains(character)
    }

    /// The name of the server in the document.
    pub fn key(&self) -> &SettingsKey {
        &self.0
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl fmt::Display for ServerName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_rule() {
        let longest = "a".repeat(128);
        for good in ["a", "a.b", "@scope:x-1_2", "a+b", "+", "...", longest.as_str()] {
            let name = good.parse::<ServerName>().unwrap();
            assert_eq!((name.as_str(), name.to_string().as_str()), (good, good));
        }
        let too_long = "a".repeat(129);
        for bad in ["", ".", "..", "a b", "a/b", "é", "a\n", "a\0", too_long.as_str()] {
            assert_eq!(bad.parse::<ServerName>(), Err(InvalidName), "{bad:?}");
        }
    }
}
