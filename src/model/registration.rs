//! Where a server came from that was not configured here; what a registration says of it beside its configuration, and
//! the rules for it that a registration by API and one in a file have in common. It does not know how either is written.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

/// Who provides a server, where nothing else is said.
pub const DEFAULT_PROVIDER: &str = "model-context-protocol";

/// The largest timeout: the largest whole number that every JSON reader keeps. Seconds.
pub const LONGEST_TIMEOUT: u64 = (1 << 53) - 1;

/// Where a server came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// A program has registered it.
    Registered(Registration),
    /// It was installed through the registry.
    Catalog,
}

/// What `/v1` says of a server beside its configuration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registration {
    /// Who provides the server.
    pub provider_id: String,
    /// Where the value of each header comes from, as it was sent: an [`AuthorizationWord`], perhaps between spaces.
    pub authorization_headers: Vec<(String, String)>,
    /// Which headers of a caller are passed on.
    pub headers: Vec<String>,
    /// How long a call may take. Seconds.
    pub timeout: Option<u64>,
}

/// A value of an authorization header that is no secret: it says where the secret comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthorizationWord {
    /// From the client, with each request.
    Client,
    /// The caller's own token.
    Kubernetes,
    /// From a flow of OAuth.
    OAuth,
}

impl AuthorizationWord {
    /// The word that a value is, whatever space is around it.
    pub fn of(value: &str) -> Option<Self> {
        match value.trim() {
            "client" => Some(Self::Client),
            "kubernetes" => Some(Self::Kubernetes),
            "oauth" => Some(Self::OAuth),
            _ => None,
        }
    }
}

/// Why names of headers can't be used.
// On the wire: the wording stays.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HeaderNamesFault {
    /// One is blank.
    #[error("Header names must not be empty")]
    Blank,
    /// One comes twice; headers have no case.
    #[error("Duplicate header name (case-insensitive): '{0}'")]
    Duplicate(String),
}

/// That no name of a header is blank or comes twice.
pub fn check_header_names(names: &[String]) -> Result<(), HeaderNamesFault> {
    let mut seen = HashSet::new();
    for name in names {
        if name.trim().is_empty() {
            return Err(HeaderNamesFault::Blank);
        }
        if !seen.insert(name.to_lowercase()) {
            return Err(HeaderNamesFault::Duplicate(name.clone()));
        }
    }
    Ok(())
}

/// A value that may be a timeout.
#[derive(Clone, Copy, Debug)]
pub enum TimeoutValue<'a> {
    /// `true` or `false`, which count as 1 and 0.
    Bool(bool),
    /// A number as it is spelled.
    Number(&'a str),
    /// A text, which may spell a whole number.
    Text(&'a str),
    /// What is no timeout at all.
    Other,
}

/// Why a value is no timeout.
// On the wire: the wording stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TimeoutFault {
    /// It is of another type.
    #[error("Input should be a valid integer")]
    Type,
    /// It is a text that spells no whole number.
    #[error("Input should be a valid integer, unable to parse string as an integer")]
    Text,
    /// It is not whole.
    #[error("Input should be a valid integer, got a number with a fractional part")]
    Fraction,
    /// It is 0 or less.
    #[error("Input should be greater than 0")]
    NotPositive,
    /// It is larger than [`LONGEST_TIMEOUT`].
    #[error("Input should be less than or equal to 9007199254740991")]
    TooLong,
}

/// Reads a timeout as freely as Python's clients send it.
pub fn timeout(value: TimeoutValue<'_>) -> Result<u64, TimeoutFault> {
    match value {
        TimeoutValue::Bool(is_one) => positive(is_one.into()),
        TimeoutValue::Number(spelling) => number(spelling),
        TimeoutValue::Text(text) => whole_number(text).ok_or(TimeoutFault::Text).and_then(positive),
        TimeoutValue::Other => Err(TimeoutFault::Type),
    }
}

fn number(spelling: &str) -> Result<u64, TimeoutFault> {
    if let Some(whole) = whole_number(spelling).filter(|_| !spelling.contains(['.', 'e', 'E'])) {
        return positive(whole);
    }
    let number: f64 = spelling.parse().map_err(|_| TimeoutFault::Type)?;
    if number.fract() != 0.0 {
        return Err(TimeoutFault::Fraction);
    }
    // A cast keeps to the limits of the type, which are beyond ours.
    positive(number as i128)
}

fn positive(number: i128) -> Result<u64, TimeoutFault> {
    match u64::try_from(number) {
        Err(_) if number < 0 => Err(TimeoutFault::NotPositive),
        Ok(0) => Err(TimeoutFault::NotPositive),
        Ok(number) if number <= LONGEST_TIMEOUT => Ok(number),
        _ => Err(TimeoutFault::TooLong),
    }
}

/// The whole number that a text spells: digits after a sign, single `_` between them, and `.0` behind.
fn whole_number(text: &str) -> Option<i128> {
    let text = text.trim();
    let text = match text.split_once('.') {
        Some((whole, zeros)) if zeros.bytes().all(|byte| byte == b'0') => whole,
        _ => text,
    };
    let (is_negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let groups = || digits.split('_');
    if groups().any(|group| group.is_empty() || !group.bytes().all(|byte| byte.is_ascii_digit())) {
        return None;
    }
    let digits: String = groups().collect();
    // What is too long to be counted is beyond every limit.
    let size = digits.parse().unwrap_or(i128::MAX);
    Some(if is_negative { -size } else { size })
}

#[cfg(test)]
mod tests {
    use super::*;
    use TimeoutFault::{Fraction, NotPositive, Text, TooLong, Type};
    use TimeoutValue as V;

    #[test]
    fn a_timeout_is_read_as_freely_as_python_clients_send_it() {
        let long = "9".repeat(400);
        for (value, expected) in [
            (V::Number("30"), Ok(30)),
            (V::Number("2.0"), Ok(2)),
            (V::Number("3e1"), Ok(30)),
            (V::Number("1.5"), Err(Fraction)),
            (V::Number("0"), Err(NotPositive)),
            (V::Number("-0.0"), Err(NotPositive)),
            (V::Number("-1"), Err(NotPositive)),
            (V::Number("-1e300"), Err(NotPositive)),
            (V::Number("9007199254740991"), Ok(LONGEST_TIMEOUT)),
            (V::Number("9007199254740992"), Err(TooLong)),
            (V::Number("1e300"), Err(TooLong)),
            (V::Number(&long), Err(TooLong)),
            (V::Text("30"), Ok(30)),
            (V::Text(" +0030 "), Ok(30)),
            (V::Text("1_000"), Ok(1000)),
            (V::Text("2.0"), Ok(2)),
            (V::Text("2."), Ok(2)),
            (V::Text("-3"), Err(NotPositive)),
            (V::Text(&long), Err(TooLong)),
            (V::Text("1__0"), Err(Text)),
            (V::Text("_1"), Err(Text)),
            (V::Text("1.5"), Err(Text)),
            (V::Text("1e3"), Err(Text)),
            (V::Text("+"), Err(Text)),
            (V::Text(""), Err(Text)),
            (V::Text("soon"), Err(Text)),
            (V::Bool(true), Ok(1)),
            (V::Bool(false), Err(NotPositive)),
            (V::Other, Err(Type)),
        ] {
            assert_eq!(timeout(value), expected, "{value:?}");
        }
    }

    #[test]
    fn the_text_of_the_limit_is_the_limit() {
        assert!(TooLong.to_string().ends_with(&format!(" {LONGEST_TIMEOUT}")));
    }

    #[test]
    fn names_of_headers_are_not_blank_and_come_once_in_any_case() {
        let check = |names: &[&str]| {
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            check_header_names(&names)
        };
        assert_eq!(check(&["A", "B"]), Ok(()));
        assert_eq!(check(&["A", "B", "a"]), Err(HeaderNamesFault::Duplicate("a".to_owned())));
        for blank in ["", " ", "\t"] {
            assert_eq!(check(&["A", blank]), Err(HeaderNamesFault::Blank), "{blank:?}");
        }
    }

    #[test]
    fn a_word_is_itself_between_spaces_and_in_its_own_case_only() {
        assert_eq!(AuthorizationWord::of(" client\t"), Some(AuthorizationWord::Client));
        assert_eq!(AuthorizationWord::of("kubernetes"), Some(AuthorizationWord::Kubernetes));
        assert_eq!(AuthorizationWord::of("oauth"), Some(AuthorizationWord::OAuth));
        for other in ["Client", "OAuth", "", "Bearer client", "client kubernetes"] {
            assert_eq!(AuthorizationWord::of(other), None, "{other:?}");
        }
    }
}
