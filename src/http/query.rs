//! The query of a request. Each route says which parameters it takes; an unknown, repeated or malformed one
//! is refused, because one that is ignored may have been meant to hold something back.

use percent_encoding::percent_decode_str;

use crate::api::ExportedSecrets;
use crate::formats::Format;
use crate::model::SettingsKey;
use crate::registry::AgentScope;
use crate::service::Rows;

use super::problem::Problem;
use super::problem_kind::ProblemKind;

/// How many servers a page can have, and has where only its beginning is said.
pub(super) const LARGEST_PAGE: usize = 1_000;

/// A parameter that a route may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Parameter {
    /// Whether a write is only tried.
    DryRun,
    /// How much a listing says of each server.
    View,
    /// How many servers a page has at most.
    Limit,
    /// After which name a page begins.
    After,
    /// Whether a log is followed.
    Follow,
    /// Whether a running server is asked again.
    Refresh,
    /// Which entries of the catalog an agent has.
    AgentScope,
    /// How much a list of the catalog says.
    Expand,
    /// In which form servers are read or written.
    Format,
    /// The name of the file that a text is from.
    File,
    /// Which servers are meant.
    Names,
    /// What is written in the place of secrets.
    Secrets,
}

/// What a query asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Query {
    /// Whether the write is only tried.
    pub(super) is_dry_run: bool,
    /// How much is said of each server.
    pub(super) rows: Rows,
    /// How many servers the page has at most.
    pub(super) limit: Option<usize>,
    /// After which name the page begins, be it a server's or not.
    pub(super) after: Option<String>,
    /// Whether the log is followed.
    pub(super) is_following: bool,
    /// Whether a running server is asked again.
    pub(super) is_refreshing: bool,
    /// Which entries of the catalog an agent has.
    pub(super) scope: AgentScope,
    /// Whether a list of the catalog says what the servers are started with.
    pub(super) is_expanded: bool,
    /// In which form servers are read or written.
    pub(super) format: Option<Format>,
    /// The name of the file that the text is from.
    pub(super) file: Option<String>,
    /// Which servers are meant; none where all are.
    pub(super) names: Option<Vec<SettingsKey>>,
    /// What is written in the place of secrets.
    pub(super) secrets: ExportedSecrets,
}

/// Why a query can't be used.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Fault {
    /// A parameter, or other text in its place, that this route does not take.
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
            Self::View => "view",
            Self::Limit => "limit",
            Self::After => "after",
            Self::Follow => "follow",
            Self::Refresh => "refresh",
            Self::AgentScope => "agent_scope",
            Self::Expand => "expand",
            Self::Format => "format",
            Self::File => "file",
            Self::Names => "names",
            Self::Secrets => "secrets",
        }
    }

    /// What its value must be.
    const fn form(self) -> &'static str {
        match self {
            Self::DryRun | Self::Follow | Self::Refresh => "`true` or `false`",
            Self::View => "`summary` or `full`",
            Self::Limit => "a whole number from 1 to 1000",
            Self::After => "a name in percent-encoded UTF-8",
            Self::AgentScope => "1 to 64 of A-Z a-z 0-9 _ . @ -",
            Self::Expand => "`spec`",
            Self::Format => "the name of a format",
            Self::File => "the name or the path of a file",
            Self::Names => "names that are separated by commas",
            Self::Secrets => "`references`, `placeholders` or `plaintext`",
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
            Parameter::View => self.rows = rows(value)?,
            Parameter::Limit => self.limit = Some(limit(value)?),
            Parameter::After => self.after = Some(value.to_owned()),
            Parameter::Follow => self.is_following = truth(value)?,
            Parameter::Refresh => self.is_refreshing = truth(value)?,
            Parameter::AgentScope => self.scope = value.parse().ok()?,
            Parameter::Expand => self.is_expanded = (value == "spec").then_some(true)?,
            Parameter::Format => self.format = Some(value.parse().ok()?),
            Parameter::File => self.file = Some(value.to_owned()).filter(|file| !file.is_empty()),
            Parameter::Names => self.names = Some(names(value)?),
            Parameter::Secrets => self.secrets = secrets(value)?,
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

fn rows(text: &str) -> Option<Rows> {
    match text {
        "summary" => Some(Rows::Summary),
        "full" => Some(Rows::Full),
        _ => None,
    }
}

fn names(text: &str) -> Option<Vec<SettingsKey>> {
    let names: Vec<&str> = text.split(',').collect();
    (!names.contains(&"")).then(|| names.into_iter().map(SettingsKey::new).collect())
}

fn secrets(text: &str) -> Option<ExportedSecrets> {
    match text {
        "references" => Some(ExportedSecrets::References),
        "placeholders" => Some(ExportedSecrets::Placeholders),
        "plaintext" => Some(ExportedSecrets::Clear),
        _ => None,
    }
}

fn limit(text: &str) -> Option<usize> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|limit| is_plain && (1..=LARGEST_PAGE).contains(limit))
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
        let parameter = name.map(str::to_owned);
        Problem::new(ProblemKind::InvalidQuery, detail).with(|body| body.parameter = parameter)
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
    fn a_listing_is_asked_for_in_parts() {
        let taken = [Parameter::View, Parameter::Limit, Parameter::After];
        let query = |rows, limit, after: Option<&str>| {
            Ok(Query { rows, limit, after: after.map(str::to_owned), ..Query::default() })
        };
        for (text, expected) in [
            ("view=full", query(Rows::Full, None, None)),
            ("view=summary&limit=1", query(Rows::Summary, Some(1), None)),
            ("limit=1000&after=a", query(Rows::Summary, Some(1_000), Some("a"))),
            ("after=", query(Rows::Summary, None, Some(""))),
            ("after=a+b%2Bc%20d=%26%C3%A9&limit=2", query(Rows::Summary, Some(2), Some("a b+c d=&é"))),
            ("limit=0", Err(Fault::Malformed(Parameter::Limit))),
            ("limit=1001", Err(Fault::Malformed(Parameter::Limit))),
            ("limit=99999999999999999999999", Err(Fault::Malformed(Parameter::Limit))),
            ("limit=%2B1", Err(Fault::Malformed(Parameter::Limit))),
            ("limit=1.0", Err(Fault::Malformed(Parameter::Limit))),
            ("limit=", Err(Fault::Malformed(Parameter::Limit))),
            ("view=Full", Err(Fault::Malformed(Parameter::View))),
            ("after=%C3", Err(Fault::Malformed(Parameter::After))),
            ("after", Err(Fault::Malformed(Parameter::After))),
            ("after=a&after=a", Err(Fault::Repeated(Parameter::After))),
            ("dry_run=true", Err(unknown("dry_run"))),
        ] {
            assert_eq!(read(text, &taken), expected, "{text}");
        }
    }

    #[test]
    fn a_scope_is_one_word_and_expanding_is_another() {
        let taken = [Parameter::AgentScope, Parameter::Expand];
        for (text, expected) in [
            ("", Ok(("default", false))),
            ("agent_scope=a.b-%40c", Ok(("a.b-@c", false))),
            ("agent_scope=s&expand=spec", Ok(("s", true))),
            ("agent_scope=", Err(Fault::Malformed(Parameter::AgentScope))),
            ("agent_scope=a+b", Err(Fault::Malformed(Parameter::AgentScope))),
            ("agent_scope=a%2Bb", Err(Fault::Malformed(Parameter::AgentScope))),
            ("agent_scope=a%3Ab", Err(Fault::Malformed(Parameter::AgentScope))),
            ("agent_scope=a&agent_scope=a", Err(Fault::Repeated(Parameter::AgentScope))),
            ("expand=", Err(Fault::Malformed(Parameter::Expand))),
            ("expand=full", Err(Fault::Malformed(Parameter::Expand))),
        ] {
            let read = read(text, &taken);
            let read =
                read.as_ref().map(|query| (query.scope.as_str(), query.is_expanded)).map_err(Clone::clone);
            assert_eq!(read, expected, "{text}");
        }
    }

    #[test]
    fn an_export_names_a_format_servers_and_what_becomes_of_secrets() {
        let taken = [Parameter::Format, Parameter::File, Parameter::Names, Parameter::Secrets];
        let key = SettingsKey::new;
        let some = |format, names: &[&str], secrets| {
            let names = (!names.is_empty()).then(|| names.iter().copied().map(key).collect());
            Ok(Query { format, names, secrets, ..Query::default() })
        };
        let references = ExportedSecrets::References;
        for (text, expected) in [
            ("", some(None, &[], references)),
            ("format=cursor", some(Some(Format::Cursor), &[], references)),
            ("format=zed&names=a,b%2Cc&secrets=plaintext", {
                some(Some(Format::Zed), &["a", "b", "c"], ExportedSecrets::Clear)
            }),
            ("names=a&secrets=placeholders", some(None, &["a"], ExportedSecrets::Placeholders)),
            ("file=", Ok(Query::default())),
            ("format=Cursor", Err(Fault::Malformed(Parameter::Format))),
            ("format=", Err(Fault::Malformed(Parameter::Format))),
            ("names=", Err(Fault::Malformed(Parameter::Names))),
            ("names=a,", Err(Fault::Malformed(Parameter::Names))),
            ("secrets=true", Err(Fault::Malformed(Parameter::Secrets))),
            ("format=zed&format=zed", Err(Fault::Repeated(Parameter::Format))),
        ] {
            assert_eq!(read(text, &taken), expected, "{text}");
        }
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
