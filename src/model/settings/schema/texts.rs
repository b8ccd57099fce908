//! Bounds and shapes that several settings of OpenHands share, each with the message that says what is right.

use super::{Range, Rule};

const ENDLESS: f64 = f64::INFINITY;

const fn at_least(lowest: f64, message: &'static str) -> Range {
    Range { lowest, highest: ENDLESS, is_open: false, message }
}

pub(super) const ANY_INTEGER: Range = at_least(-ENDLESS, "must be a whole number");
pub(super) const FROM_0: Range = at_least(0.0, "must be a whole number of 0 or more");
pub(super) const FROM_1: Range = at_least(1.0, "must be a whole number of 1 or more");
pub(super) const FROM_20: Range = at_least(20.0, "must be a whole number of 20 or more");
/// The smallest context that the agent-server works with.
pub(super) const CONTEXT_WINDOW: Range = at_least(16_384.0, "must be a whole number of 16384 or more");
pub(super) const ANY_NUMBER: Range = at_least(-ENDLESS, "must be a number");
pub(super) const NOT_NEGATIVE: Range = at_least(0.0, "must be a number of 0 or more");
pub(super) const FROM_A_HUNDREDTH: Range = at_least(0.01, "must be a number of 0.01 or more");
pub(super) const POSITIVE: Range =
    Range { lowest: 0.0, highest: ENDLESS, is_open: true, message: "must be a number above 0" };
pub(super) const SHARE: Range =
    Range { lowest: 0.0, highest: 1.0, is_open: false, message: "must be a number from 0 to 1" };
pub(super) const INNER_SHARE: Range =
    Range { lowest: 0.0, highest: 1.0, is_open: true, message: "must be a number above 0 and below 1" };

pub(super) const FILLED: Rule = Rule::Length(1, usize::MAX, "must not be empty");
pub(super) const NOT_BLANK: Rule = Rule::Shape(|text| !text.trim().is_empty(), "must not be blank");
pub(super) const TEXT_OR_NULL: Rule = Rule::OrNull(&Rule::Text);
pub(super) const BOOLEAN_OR_NULL: Rule = Rule::OrNull(&Rule::Boolean);
pub(super) const TEXTS: Rule = Rule::Array(&Rule::Text);
pub(super) const TEXT_MAP: Rule = Rule::Map(&Rule::Text);

/// A path within a repository, as marketplaces and plugins name one.
pub(super) const REPOSITORY_PATH: Rule = Rule::Shape(
    |text| {
        let has_drive = text.as_bytes().get(1) == Some(&b':');
        let is_outside = text.starts_with('/') || text.split('/').any(|part| part == "..");
        !text.is_empty() && !text.contains('\\') && !has_drive && !is_outside
    },
    "must be a relative path without `..` and backslashes",
);

/// A name without folders.
pub(super) const FILE_NAME: Rule = Rule::Shape(
    |text| !text.is_empty() && !text.contains(['/', '\\']) && text != "." && text != "..",
    "must be a file name without a path",
);

/// A folder below another.
pub(super) const SUBFOLDER: Rule = Rule::Shape(
    |text| {
        let text = text.trim();
        !text.is_empty() && text != "." && !text.starts_with('/') && text.split('/').all(|part| part != "..")
    },
    "must be a relative path without `..`",
);

fn is_reference(text: &str) -> bool {
    let is_inner = |byte: u8| byte.is_ascii_alphanumeric() || b"._/-".contains(&byte);
    text.as_bytes().first().is_some_and(u8::is_ascii_alphanumeric) && text.bytes().all(is_inner)
}

/// A branch, a tag or a commit.
pub(super) const REFERENCE: Rule =
    Rule::Shape(is_reference, "must be letters, digits, `.`, `_`, `/` and `-`, a letter or digit first");

/// The same, or nothing.
pub(super) const REFERENCE_PREFIX: Rule = Rule::Shape(
    |text| text.is_empty() || is_reference(text),
    "must be empty, or letters, digits, `.`, `_`, `/` and `-`, a letter or digit first",
);

/// An amount of memory: a number and a unit.
pub(super) const MEMORY: Rule = Rule::Shape(
    |text| {
        let rest = text.trim_start_matches(|symbol: char| symbol.is_ascii_digit());
        let whole = text.len() - rest.len();
        let rest = match rest.strip_prefix('.') {
            Some(fraction) => {
                let unit = fraction.trim_start_matches(|symbol: char| symbol.is_ascii_digit());
                if unit.len() == fraction.len() {
                    return false;
                }
                unit
            }
            None => rest,
        };
        let unit = rest.strip_prefix(' ').unwrap_or(rest);
        let optional = |text: &'static str, of: &str| -> String {
            match of.chars().next() {
                Some(symbol) if text.contains(symbol) => of[symbol.len_utf8()..].to_owned(),
                _ => of.to_owned(),
            }
        };
        whole > 0 && optional("bB", &optional("iI", &optional("kKmMgGtTpP", unit))).is_empty()
    },
    "must be an amount of memory such as `512m` or `4 GiB`",
);

/// An identifier of 32 hexadecimal digits, with or without hyphens.
pub(super) const UUID: Rule = Rule::Shape(
    |text| {
        let groups: Vec<&str> = text.split('-').collect();
        let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
        let is_hex = groups.iter().all(|group| group.bytes().all(|byte| byte.is_ascii_hexdigit()));
        is_hex && (lengths == [32] || lengths == [8, 4, 4, 4, 12])
    },
    "must be a UUID",
);
