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
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Precondition {
    /// `If-Match`
    pub if_match: Condition,
    /// `If-None-Match`
    pub if_none_match: Condition,
}

/// A header's value is none that RFC 9110 §13.1 allows.
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
        let mut candidates = Vec::new();
        let mut has_any = false;
        let mut is_sent = false;
        for line in lines {
            is_sent = true;
            let line = trim(line);
            if line == b"*" {
                has_any |= true;
                candidates.push(None);
            } else {
                parse_list(line, &mut candidates)?;
            }
        }
        match (is_sent, has_any, candidates.len()) {
            (false, ..) => Ok(Self::Absent),
            (true, true, 1) => Ok(Self::Any),
            // `*` beside anything else, or nothing but white space and commas.
            (true, true, _) | (true, false, 0) => Err(MalformedCondition),
            (true, false, _) => Ok(Self::OneOf(candidates.into_iter().flatten().collect())),
        }
    }

    /// Whether the header was not sent.
    pub fn is_absent(&self) -> bool {
        *self == Self::Absent
    }

    /// Whether a list names this tag, compared strongly (RFC 9110 §8.8.3.2).
    pub fn names_strongly(&self, tag: &EntityTag) -> bool {
        self.candidates().iter().any(|candidate| !candidate.is_weak && candidate.opaque == tag.opaque())
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
fn parse_list(mut rest: &[u8], candidates: &mut Vec<Option<Candidate>>) -> Result<(), MalformedCondition> {
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
        candidates.push(Some(candidate));
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
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;
    use crate::model::SettingsKey;
    use crate::projection::server_tag;
    use crate::secrets::EtagKey;

    fn read(lines: &[&str]) -> Result<Condition, MalformedCondition> {
        Condition::parse(lines.iter().map(|line| line.as_bytes()))
    }

    fn strong(opaque: &str) -> Candidate {
        Candidate { is_weak: false, opaque: opaque.as_bytes().to_vec() }
    }

    fn weak(opaque: &str) -> Candidate {
        Candidate { is_weak: true, ..strong(opaque) }
    }

    #[test]
    fn what_the_grammar_allows_is_read() {
        let table: Vec<(&[&str], Condition)> = vec![
            (&[], Condition::Absent),
            (&["*"], Condition::Any),
            (&[" \t*\t "], Condition::Any),
            (&[r#""a""#], Condition::OneOf(vec![strong("a")])),
            (&[r#""""#], Condition::OneOf(vec![strong("")])),
            (&[r#"W/"a""#], Condition::OneOf(vec![weak("a")])),
            (&[r#""a", W/"b" ,"c""#], Condition::OneOf(vec![strong("a"), weak("b"), strong("c")])),
            (&[r#""a","b""#], Condition::OneOf(vec![strong("a"), strong("b")])),
            (&[r#""a,b""#], Condition::OneOf(vec![strong("a,b")])),
            (&[r#""*""#], Condition::OneOf(vec![strong("*")])),
            (&[r#", ,"a",, ,"b" ,"#], Condition::OneOf(vec![strong("a"), strong("b")])),
            (&[r#""a""#, r#""b""#], Condition::OneOf(vec![strong("a"), strong("b")])),
            (&["", r#""a""#], Condition::OneOf(vec![strong("a")])),
            (&[r#""ü!#~""#], Condition::OneOf(vec![strong("ü!#~")])),
            (&[r#""W/""#], Condition::OneOf(vec![strong("W/")])),
        ];
        for (lines, expected) in table {
            assert_eq!(read(lines), Ok(expected), "{lines:?}");
        }
        assert_eq!(
            Condition::parse([&b"\"\x80\xff\""[..]]),
            Ok(Condition::OneOf(vec![Candidate { is_weak: false, opaque: vec![0x80, 0xff] }]))
        );
    }

    #[test]
    fn what_it_does_not_allow_is_malformed_and_never_absent() {
        let table: &[&[&str]] = &[
            &[""],
            &[" \t"],
            &[","],
            &[", ,"],
            &["", ""],
            &["abc"],
            &[r#""abc"#],
            &[r#"abc""#],
            &[r#""a"b""#],
            &[r#""a" "b""#],
            &[r#""a";"b""#],
            &[r#"w/"a""#],
            &[r#"W/ "a""#],
            &[r#"W"a""#],
            &["W/"],
            &["W/*"],
            &[r#""a b""#],
            &["\"a\tb\""],
            &["\"a\u{7f}\""],
            &["\"\0\""],
            &[r#""a", bad"#],
            &[r#""a", *"#],
            &[r#"*, "a""#],
            &["*", r#""a""#],
            &[r#""a""#, "*"],
            &["*", "*"],
            &["*, *"],
            &["**"],
            &["*,"],
            &["'a'"],
            &["\u{a0}\"a\""],
        ];
        for lines in table {
            assert_eq!(read(lines), Err(MalformedCondition), "{lines:?}");
        }
    }

    fn tag(state: &str) -> EntityTag {
        server_tag(&KEY, &SettingsKey::new("x"), state)
    }

    static KEY: std::sync::LazyLock<EtagKey> = std::sync::LazyLock::new(EtagKey::random);

    fn condition(text: &str) -> Condition {
        match text {
            "" => Condition::Absent,
            text => read(&[text]).expect("the test writes it well"),
        }
    }

    #[test]
    fn if_match_is_judged_first_and_each_by_its_own_comparison() {
        use Verdict::{Holds, IfMatchAnyFailed, IfMatchFailed, IfNoneMatchAnyFailed, IfNoneMatchFailed};
        let (now, old) = (tag("now").to_string(), tag("old").to_string());
        let (weak_now, list) = (format!("W/{now}"), format!("{old}, {now}"));
        let table: &[(&str, &str, Verdict, Verdict)] = &[
            // If-Match, If-None-Match, the verdict where the state is there, and where it is not.
            ("", "", Holds, Holds),
            ("*", "", Holds, IfMatchAnyFailed),
            (&now, "", Holds, IfMatchFailed),
            (&old, "", IfMatchFailed, IfMatchFailed),
            (&list, "", Holds, IfMatchFailed),
            (&weak_now, "", IfMatchFailed, IfMatchFailed),
            ("", "*", IfNoneMatchAnyFailed, Holds),
            ("", &now, IfNoneMatchFailed, Holds),
            ("", &old, Holds, Holds),
            ("", &list, IfNoneMatchFailed, Holds),
            ("", &weak_now, IfNoneMatchFailed, Holds),
            ("*", "*", IfNoneMatchAnyFailed, IfMatchAnyFailed),
            (&now, &now, IfNoneMatchFailed, IfMatchFailed),
            (&now, &old, Holds, IfMatchFailed),
            (&old, &now, IfMatchFailed, IfMatchFailed),
            (&old, "*", IfMatchFailed, IfMatchFailed),
        ];
        for (if_match, if_none_match, there, absent) in table {
            let precondition =
                Precondition { if_match: condition(if_match), if_none_match: condition(if_none_match) };
            let case = format!("If-Match: {if_match}, If-None-Match: {if_none_match}");
            assert_eq!(precondition.judge(Some(&tag("now"))), *there, "{case}");
            assert_eq!(precondition.judge(None), *absent, "{case}");
            assert_eq!(precondition.is_absent(), if_match.is_empty() && if_none_match.is_empty());
        }
    }

    #[test]
    fn a_prefix_of_the_tag_is_not_the_tag() {
        let now = tag("now");
        let inner = now.as_str().trim_matches('"');
        for other in [
            format!("\"{}\"", &inner[..31]),
            format!("\"{inner}0\""),
            format!("\"{}\"", inner.to_uppercase()),
        ] {
            assert!(!condition(&other).names_strongly(&now), "{other}");
        }
        assert!(condition(now.as_str()).names_strongly(&now));
    }

    fn any_candidate() -> impl Strategy<Value = Candidate> {
        let byte = prop_oneof![Just(0x21), 0x23..=0x7e_u8, 0x80..=0xff_u8, Just(b','), Just(b'*')];
        (any::<bool>(), vec(byte, 0..6)).prop_map(|(is_weak, opaque)| Candidate { is_weak, opaque })
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1_000) })]

        #[test]
        fn any_bytes_are_read_or_malformed_and_absent_is_only_what_was_not_sent(
            lines in vec(prop_oneof![
                vec(any::<u8>(), 0..20),
                vec(select(b"\"W/*, \tab\x80".to_vec()), 0..12),
            ], 0..3),
        ) {
            let read = Condition::parse(lines.iter().map(Vec::as_slice));
            prop_assert_eq!(read == Ok(Condition::Absent), lines.is_empty());
            if let Ok(Condition::OneOf(candidates)) = read {
                prop_assert!(!candidates.is_empty());
            }
        }

        #[test]
        fn a_printed_list_is_read_as_what_it_was(
            lines in vec(vec((any_candidate(), select(vec![",", " , ", ",\t,", ",,  "])), 1..4), 1..3),
        ) {
            let mut expected = Vec::new();
            let mut printed = Vec::new();
            for line in &lines {
                let mut text = Vec::new();
                for (candidate, separator) in line {
                    text.extend_from_slice(if candidate.is_weak { b"W/\"" } else { b"\"" });
                    text.extend_from_slice(&candidate.opaque);
                    text.push(b'"');
                    text.extend_from_slice(separator.as_bytes());
                    expected.push(candidate.clone());
                }
                printed.push(text);
            }
            prop_assert_eq!(Condition::parse(printed.iter().map(Vec::as_slice)), Ok(Condition::OneOf(expected)));
        }
    }
}
