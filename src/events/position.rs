//! A place in the stream: the process that numbered it, and the number of the last event before it.

use std::fmt;
use std::str::FromStr;

/// How many digits the name of a process has.
const EPOCH_DIGITS: usize = 16;

/// `<epoch>-<n>`: behind the event n of the process `epoch`; behind none of them where n is 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    /// The process, in 16 hexadecimal digits.
    pub epoch: String,
    /// How many of its events came before.
    pub n: u64,
}

/// A text that is no position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an event's id is 16 hexadecimal digits, a hyphen and a number")]
pub struct MalformedPosition;

impl FromStr for Position {
    type Err = MalformedPosition;

    fn from_str(text: &str) -> Result<Self, MalformedPosition> {
        let (epoch, number) = text.split_once('-').ok_or(MalformedPosition)?;
        let is_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        let is_plain = number.bytes().all(|byte| byte.is_ascii_digit());
        let has_one_spelling = number == "0" || !number.starts_with('0');
        match number.parse() {
            Ok(n)
                if epoch.len() == EPOCH_DIGITS
                    && epoch.bytes().all(is_hex)
                    && is_plain
                    && has_one_spelling =>
            {
                Ok(Self { epoch: epoch.to_owned(), n })
            }
            _ => Err(MalformedPosition),
        }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}-{}", self.epoch, self.n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_has_one_spelling() {
        for text in ["0123456789abcdef-0", "0123456789abcdef-18446744073709551615"] {
            assert_eq!(text.parse::<Position>().map(|position| position.to_string()), Ok(text.to_owned()));
        }
        for text in [
            "",
            "-",
            "1",
            "0123456789abcdef",
            "0123456789abcdef-",
            "0123456789abcdef-01",
            "0123456789abcdef-+1",
            "0123456789abcdef--1",
            "0123456789abcdef-1 ",
            "0123456789abcdef-18446744073709551616",
            "0123456789ABCDEF-1",
            "0123456789abcde-1",
            "0123456789abcdef0-1",
            "0123456789abcdeg-1",
        ] {
            assert_eq!(text.parse::<Position>(), Err(MalformedPosition), "{text}");
        }
    }
}
