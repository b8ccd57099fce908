//! Header lines, one a line, as a condition. A second reader, made from the grammar of RFC 9110 §8.8.3 and
//! §13.1 without looking at the first, must agree with it about everything that can be distinguished from outside.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use mcp_settings::model::SettingsKey;
use mcp_settings::projection::{Condition, EntityTag, Precondition, Verdict, server_tag};
use mcp_settings::secrets::{EtagKey, KeyRing, SecretKey};

/// Replaced by the current state's tag: the input can't know that tag.
const CURRENT: &[u8] = b"\"now\"";

static TAG: LazyLock<EntityTag> = LazyLock::new(|| {
    let key = SecretKey::new("newest").expect("it is not blank");
    let ring = KeyRing::new(&[key], None, &EtagKey::random());
    server_tag(ring.etag_key(), &SettingsKey::new("x"), "{}")
});

#[derive(Debug, PartialEq, Eq)]
enum Expected {
    Any,
    OneOf(Vec<(bool, Vec<u8>)>),
}

fuzz_target!(|bytes: &[u8]| {
    let lines: Vec<Vec<u8>> = bytes.split(|byte| *byte == b'\n').map(with_current).collect();
    let expected = expected(&lines);
    let found = Condition::parse(lines.iter().map(Vec::as_slice));
    assert_eq!(found.is_ok(), expected.is_some(), "{:?}", text(&lines));
    let (Ok(condition), Some(expected)) = (found, expected) else { return };
    assert!(!condition.is_absent(), "a header that was sent is absent: {:?}", text(&lines));

    // A proxy may join lines, and what is printed plainly says the same.
    let joined = lines.join(&b", "[..]);
    assert_eq!(Condition::parse([joined.as_slice()]), Ok(condition.clone()), "{:?}", text(&lines));
    let printed = printed(&expected);
    assert_eq!(Condition::parse([printed.as_slice()]), Ok(condition.clone()), "{:?}", text(&lines));

    let (strong, weak) = match &expected {
        Expected::Any => (true, true),
        Expected::OneOf(tags) => (
            tags.iter().any(|(is_weak, opaque)| !is_weak && opaque == TAG.opaque()),
            tags.iter().any(|(_, opaque)| opaque == TAG.opaque()),
        ),
    };
    let holds = |precondition: &Precondition, current| precondition.judge(current) == Verdict::Holds;
    let if_match = Precondition { if_match: condition.clone(), ..Precondition::default() };
    assert_eq!(holds(&if_match, Some(&TAG)), strong, "{:?}", text(&lines));
    assert!(!holds(&if_match, None), "`If-Match` holds for nothing: {:?}", text(&lines));
    let if_none_match = Precondition { if_none_match: condition, ..Precondition::default() };
    assert_eq!(holds(&if_none_match, Some(&TAG)), !weak, "{:?}", text(&lines));
    assert!(holds(&if_none_match, None), "{:?}", text(&lines));
});

fn with_current(line: &[u8]) -> Vec<u8> {
    match line.windows(CURRENT.len()).position(|window| window == CURRENT) {
        Some(at) => [&line[..at], TAG.as_str().as_bytes(), &line[at + CURRENT.len()..]].concat(),
        None => line.to_vec(),
    }
}

/// The grammar, one byte after the other.
fn expected(lines: &[Vec<u8>]) -> Option<Expected> {
    let is_star = |line: &Vec<u8>| text(std::slice::from_ref(line)).trim_matches([' ', '\t']) == "*";
    if lines.len() == 1 && is_star(&lines[0]) {
        return Some(Expected::Any);
    }
    enum At {
        Start,
        Weak,
        Quote,
        Inside(bool, Vec<u8>),
        End,
    }
    let mut tags = Vec::new();
    for line in lines {
        let mut at = At::Start;
        for byte in line {
            at = match (at, *byte) {
                (At::Start, b' ' | b'\t' | b',') | (At::End, b',') => At::Start,
                (At::Start, b'"') => At::Inside(false, Vec::new()),
                (At::Start, b'W') => At::Weak,
                (At::Weak, b'/') => At::Quote,
                (At::Quote, b'"') => At::Inside(true, Vec::new()),
                (At::Inside(is_weak, opaque), b'"') => {
                    tags.push((is_weak, opaque));
                    At::End
                }
                (At::Inside(is_weak, mut opaque), 0x21..=0x7e | 0x80..) => {
                    opaque.push(*byte);
                    At::Inside(is_weak, opaque)
                }
                (At::End, b' ' | b'\t') => At::End,
                _ => return None,
            };
        }
        if !matches!(at, At::Start | At::End) {
            return None;
        }
    }
    if tags.is_empty() { None } else { Some(Expected::OneOf(tags)) }
}

fn printed(expected: &Expected) -> Vec<u8> {
    let Expected::OneOf(tags) = expected else { return b"*".to_vec() };
    let tag = |(is_weak, opaque): &(bool, Vec<u8>)| {
        [if *is_weak { &b"W/\""[..] } else { b"\"" }, opaque, b"\""].concat()
    };
    tags.iter().map(tag).collect::<Vec<_>>().join(&b","[..])
}

fn text(lines: &[Vec<u8>]) -> String {
    String::from_utf8_lossy(&lines.join(&b'\n')).into_owned()
}
