//! Preconditions (RFC 9110 §13): parsed strictly, because a value that is dropped turns a guarded write
//! into an unguarded one; the verdict is pure.

use super::{EntityTag, OpaqueTag};

/// What one conditional header asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Condition {
    /// The header was not sent.
    #[default]
    Absent,
    /// `*`
    Any,
    /// A list of entity-tags.
    OneOf(Vec<Candidate>),
}

/// One entity-tag of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    is_weak: bool,
    opaque: OpaqueTag,
}

/// Both conditional headers of a request.
///
/// ```
/// use mcp_settings::projection::{Condition, Precondition, Verdict, public_tag};
///
/// let current = public_tag(b"the current state");
/// let guarded = |header: &str| -> Result<_, _> {
///     let if_match = Condition::parse([header.as_bytes()])?;
///     Ok(Precondition { if_match, if_none_match: Condition::Absent })
/// };
///
/// let of_current = guarded(&format!(r#""another", {current}"#))?;
/// assert_eq!(of_current.judge(Some(&current)), Verdict::Holds);
/// assert_eq!(of_current.judge(Some(&public_tag(b"a newer state"))), Verdict::IfMatchFailed);
///
/// // A weak tag never matches `If-Match`.
/// let weak = guarded(&format!("W/{current}"))?;
/// assert_eq!(weak.judge(Some(&current)), Verdict::IfMatchFailed);
///
/// // A value that is not a list of quoted tags is an error: it does not count as absent.
/// assert!(guarded("unquoted").is_err());
/// # Ok::<(), mcp_settings::projection::MalformedCondition>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Precondition {
    /// `If-Match`
    pub if_match: Condition,
    /// `If-None-Match`
    pub if_none_match: Condition,
}

/// A header's value that RFC 9110 §13.1 does not allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the value is neither `*` nor a list of quoted entity-tags")]
pub struct MalformedCondition;

/// What a precondition says about a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Go on.
    Holds,
    /// `If-Match` names none of the current state's tags.
    IfMatchFailed,
    /// `If-Match: *`, and nothing is there.
    IfMatchAnyFailed,
    /// `If-None-Match: *`, and something is there.
    IfNoneMatchAnyFailed,
    /// `If-None-Match` names the current state's tag.
    IfNoneMatchFailed,
}

impl Condition {
    /// Reads the values of all header lines of one name.
    pub fn parse<'a>(lines: impl IntoIterator<Item = &'a [u8]>) -> Result<Self, MalformedCondition> {
        let lines: Vec<&[u8]> = lines.into_iter().map(trim).collect();
        match lines.as_slice() {
            [] => return Ok(Self::Absent),
            // Beside another line, an empty one included, `*` is no list: so a proxy that joins the lines
            // changes no answer.
            [b"*"] => return Ok(Self::Any),
            _ => {}
        }
        let mut candidates = Vec::new();
        for line in lines {
            parse_list(line, &mut candidates)?;
        }
        // Nothing but white space and commas.
        if candidates.is_empty() { Err(MalformedCondition) } else { Ok(Self::OneOf(candidates)) }
    }

    /// Whether the header was not sent.
    pub fn is_absent(&self) -> bool {
        *self == Self::Absent
    }

    /// Whether a list names this tag, compared strongly (RFC 9110 §8.8.3.2).
    pub fn names_strongly(&self, tag: &EntityTag) -> bool {
        self.candidates().iter().any(|candidate| !candidate.is_weak && candidate.opaque == tag.opaque())
    }

    /// Whether a list names this tag as something on the way has altered it: made weak (nginx), or with a suffix
    /// that names a coding (`"…-gzip"`, Apache). Such a tag never matches strongly.
    pub fn names_altered(&self, tag: &EntityTag) -> bool {
        self.candidates().iter().any(|candidate| {
            let suffix = candidate.opaque.strip_prefix(tag.opaque());
            suffix.is_some_and(|suffix| match suffix.first() {
                None => candidate.is_weak,
                Some(separator) => !separator.is_ascii_alphanumeric(),
            })
        })
    }

    /// Whether a list names `*` as if it were a tag of some state.
    pub fn quotes_any(&self) -> bool {
        self.candidates().iter().any(|candidate| candidate.opaque == b"*")
    }

    /// How many tags a list names.
    pub fn named(&self) -> usize {
        self.candidates().len()
    }

    fn names_weakly(&self, tag: &EntityTag) -> bool {
        self.candidates().iter().any(|candidate| candidate.opaque == tag.opaque())
    }

    fn candidates(&self) -> &[Candidate] {
        match self {
            Self::OneOf(candidates) => candidates,
            Self::Absent | Self::Any => &[],
        }
    }
}

impl Precondition {
    /// Whether no conditional header was sent.
    pub fn is_absent(&self) -> bool {
        self.if_match.is_absent() && self.if_none_match.is_absent()
    }

    /// Judges a state-changing request against the current tag, `If-Match` first (RFC 9110 §13.2.2).
    pub fn judge(&self, current: Option<&EntityTag>) -> Verdict {
        match (&self.if_match, current) {
            (Condition::Any, None) => return Verdict::IfMatchAnyFailed,
            (Condition::OneOf(_), None) => return Verdict::IfMatchFailed,
            (condition @ Condition::OneOf(_), Some(tag)) if !condition.names_strongly(tag) => {
                return Verdict::IfMatchFailed;
            }
            _ => {}
        }
        match (&self.if_none_match, current) {
            (Condition::Any, Some(_)) => Verdict::IfNoneMatchAnyFailed,
            (condition @ Condition::OneOf(_), Some(tag)) if condition.names_weakly(tag) => {
                Verdict::IfNoneMatchFailed
            }
            _ => Verdict::Holds,
        }
    }
}

/// `#entity-tag`: elements between commas, empty ones allowed (RFC 9110 §5.6.1.2).
fn parse_list(mut rest: &[u8], candidates: &mut Vec<Candidate>) -> Result<(), MalformedCondition> {
    loop {
        rest = trim(rest);
        if let Some(after) = rest.strip_prefix(b",") {
            rest = after;
            continue;
        }
        if rest.is_empty() {
            return Ok(());
        }
        let (candidate, after) = parse_tag(rest)?;
        candidates.push(candidate);
        rest = trim(after);
        if !rest.is_empty() && !rest.starts_with(b",") {
            return Err(MalformedCondition);
        }
    }
}

/// `[ "W/" ] DQUOTE *etagc DQUOTE` (RFC 9110 §8.8.3). A comma and obs-text are legal inside.
fn parse_tag(text: &[u8]) -> Result<(Candidate, &[u8]), MalformedCondition> {
    let (is_weak, text) = match text.strip_prefix(b"W/") {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let text = text.strip_prefix(b"\"").ok_or(MalformedCondition)?;
    let end = text.iter().position(|byte| *byte == b'"').ok_or(MalformedCondition)?;
    let is_legal = |byte: &u8| *byte == 0x21 || (0x23..=0x7e).contains(byte) || 0x80 <= *byte;
    if !text[..end].iter().all(is_legal) {
        return Err(MalformedCondition);
    }
    Ok((Candidate { is_weak, opaque: text[..end].to_vec() }, &text[end + 1..]))
}

/// Takes away optional white space: spaces and tabs.
fn trim(mut text: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = text {
        text = rest;
    }
    text
}

#[cfg(test)]
mod tests;
