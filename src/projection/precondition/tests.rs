//! The grammar of RFC 9110 as tables, and the verdicts.

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
        &["*", ""],
        &[",", "*"],
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
    for other in
        [format!("\"{}\"", &inner[..31]), format!("\"{inner}0\""), format!("\"{}\"", inner.to_uppercase())]
    {
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

#[test]
fn a_tag_is_known_again_behind_what_proxies_put_around_it() {
    let tag = server_tag(&EtagKey::random(), &SettingsKey::new("n"), "{}");
    let opaque = String::from_utf8_lossy(tag.opaque()).into_owned();
    for (line, expected) in [
        (format!("W/\"{opaque}\""), true),
        (format!("\"{opaque}-gzip\""), true),
        (format!("\"other\", W/\"{opaque};br\""), true),
        (format!("\"{opaque}\""), false),
        (format!("\"{opaque}0\""), false),
        (format!("W/\"{}\"", &opaque[1..]), false),
        (format!("\"-gzip{opaque}\""), false),
    ] {
        let condition = read(&[&line]).unwrap();
        assert_eq!(condition.names_altered(&tag), expected, "{line}");
        assert!(!expected || !condition.names_strongly(&tag), "{line}");
    }
    assert!(!Condition::Any.names_altered(&tag) && !Condition::Absent.names_altered(&tag));
}
