//! The query of a request. Each route says which parameters it takes; an unknown, repeated or malformed one
//! is refused, because one that is ignored may have been meant to hold something back.

use percent_encoding::percent_decode_str;

use crate::json::Json;

use super::problem::{Problem, ProblemKind};

/// A parameter that a route may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Parameter {
    /// Whether a write is only tried.
    DryRun,
}

/// What a query asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Query {
    /// Whether the write is only tried.
    pub(super) is_dry_run: bool,
}

/// Why a query can't be used.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Fault {
    /// A parameter, or what stands in its place, that this route does not take.
    Unknown(String),
    /// A parameter that is given more than once.
    Repeated(Parameter),
    /// A parameter whose value it can't have.
    Malformed(Parameter),
}

impl Parameter {
    /// Its name.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::DryRun => "dry_run",
        }
    }

    /// What its value must be.
    const fn form(self) -> &'static str {
        match self {
            Self::DryRun => "`true` or `false`",
        }
    }
}

impl Query {
    /// Reads the query of a route that takes these parameters.
    pub(super) fn parse(query: Option<&str>, taken: &[Parameter]) -> Result<Self, Problem> {
        read(query.unwrap_or_default(), taken).map_err(|fault| fault.problem(taken))
    }

    fn set(&mut self, parameter: Parameter, value: &str) -> Option<()> {
        match parameter {
            Parameter::DryRun => self.is_dry_run = truth(value)?,
        }
        Some(())
    }
}

fn read(query: &str, taken: &[Parameter]) -> Result<Query, Fault> {
    let mut parsed = Query::default();
    let mut seen = Vec::new();
    // Nothing behind the question mark is no parameter, not one without a name.
    for pair in query.split('&').filter(|_| !query.is_empty()) {
        let (name, value) = pair.split_once('=').map_or((pair, None), |(name, value)| (name, Some(value)));
        let name = decode(name).unwrap_or_default();
        let parameter = taken.iter().copied().find(|parameter| parameter.name() == name);
        let parameter = parameter.ok_or(Fault::Unknown(name))?;
        if seen.contains(&parameter) {
            return Err(Fault::Repeated(parameter));
        }
        seen.push(parameter);
        let value = value.and_then(decode);
        value.and_then(|value| parsed.set(parameter, &value)).ok_or(Fault::Malformed(parameter))?;
    }
    Ok(parsed)
}

/// A name or value as it was meant: percent-encoded UTF-8, in which `+` is a space, as forms and
/// `URLSearchParams` write it.
fn decode(text: &str) -> Option<String> {
    let is_escape = |rest: &str| rest.len() >= 2 && rest.bytes().take(2).all(|byte| byte.is_ascii_hexdigit());
    if !text.split('%').skip(1).all(is_escape) {
        return None;
    }
    let text = text.replace('+', " ");
    percent_decode_str(&text).decode_utf8().ok().map(std::borrow::Cow::into_owned)
}

fn truth(text: &str) -> Option<bool> {
    match text {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

impl Fault {
    fn problem(self, taken: &[Parameter]) -> Problem {
        let (name, detail) = match &self {
            Self::Unknown(_) if taken.is_empty() => {
                (self.name(), "This route takes no query parameters.".to_owned())
            }
            Self::Unknown(_) => {
                let known: Vec<String> =
                    taken.iter().map(|parameter| format!("`{}`", parameter.name())).collect();
                let detail = format!("This route takes no such query parameter, but {}.", known.join(", "));
                (self.name(), detail)
            }
            Self::Repeated(parameter) => {
                (self.name(), format!("The query parameter `{}` is given more than once.", parameter.name()))
            }
            Self::Malformed(parameter) => (
                self.name(),
                format!("The query parameter `{}` must be {}.", parameter.name(), parameter.form()),
            ),
        };
        let problem = Problem::new(ProblemKind::InvalidQuery, detail);
        match name {
            Some(name) => problem.member("parameter", Json::string(name)),
            None => problem,
        }
    }

    /// The parameter's name, if it may be repeated: what does not look like a name may be a value that
    /// lost its name on the way.
    fn name(&self) -> Option<&str> {
        let is_plain = |name: &&str| {
            (1..=32).contains(&name.len())
                && name.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_' || byte == b'-')
        };
        match self {
            Self::Unknown(name) => Some(name.as_str()).filter(is_plain),
            Self::Repeated(parameter) | Self::Malformed(parameter) => Some(parameter.name()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DRY_RUN: &[Parameter] = &[Parameter::DryRun];

    fn unknown(name: &str) -> Fault {
        Fault::Unknown(name.to_owned())
    }

    #[test]
    fn a_dry_run_is_asked_for_by_two_words() {
        for (query, expected) in [
            ("", Ok(false)),
            ("dry_run=true", Ok(true)),
            ("dry_run=false", Ok(false)),
            ("dry%5Frun=%74rue", Ok(true)),
            ("dry_run", Err(Fault::Malformed(Parameter::DryRun))),
            ("dry_run=", Err(Fault::Malformed(Parameter::DryRun))),
            ("dry_run=True", Err(Fault::Malformed(Parameter::DryRun))),
            ("dry_run=1", Err(Fault::Malformed(Parameter::DryRun))),
            ("dry_run=true ", Err(Fault::Malformed(Parameter::DryRun))),
            ("dry_run=true%", Err(Fault::Malformed(Parameter::DryRun))),
            ("dry_run=true%0", Err(Fault::Malformed(Parameter::DryRun))),
            ("dry_run=true%zz", Err(Fault::Malformed(Parameter::DryRun))),
            ("dry_run=%ff", Err(Fault::Malformed(Parameter::DryRun))),
            ("dry_run=true&dry_run=true", Err(Fault::Repeated(Parameter::DryRun))),
            ("dry_run=true&dry%5frun=false", Err(Fault::Repeated(Parameter::DryRun))),
            ("DRY_RUN=true", Err(unknown("DRY_RUN"))),
            ("dry_run=true&force=1", Err(unknown("force"))),
            ("dry_run=true&", Err(unknown(""))),
            ("&dry_run=true", Err(unknown(""))),
            ("=true", Err(unknown(""))),
            ("dry_run=true;x", Err(Fault::Malformed(Parameter::DryRun))),
            ("%zz=true", Err(unknown(""))),
        ] {
            assert_eq!(read(query, DRY_RUN).map(|query| query.is_dry_run), expected, "{query}");
        }
        assert_eq!(read("dry_run=true", &[]), Err(unknown("dry_run")), "each route says what it takes");
    }

    #[test]
    fn what_may_be_a_value_is_not_repeated() {
        for (fault, expected) in [
            (unknown("force"), Some("force")),
            (unknown("dry-run"), Some("dry-run")),
            (unknown("sk-1234567890"), None),
            (unknown("a b"), None),
            (unknown(""), None),
            (unknown(&"x".repeat(33)), None),
            (Fault::Malformed(Parameter::DryRun), Some("dry_run")),
        ] {
            assert_eq!(fault.name(), expected, "{fault:?}");
        }
    }
}
