//! Redaction, tried on texts that hold a secret in any form and at any place.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};
use proptest::prelude::*;

use super::*;

/// What `encodeURIComponent` leaves as it is, as a set of what it does not.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'');

/// What a path escapes.
const PATH: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'<').add(b'>').add(b'?').add(b'%');

/// The forms of a secret, made by others' code.
fn forms(secret: &str, before: &str, behind: &str) -> Vec<String> {
    let json = serde_json::to_string(secret).unwrap();
    let json = json[1..json.len() - 1].to_owned();
    let ascii: String = secret.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
    let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
    let mut forms = vec![secret.to_owned(), json.clone(), json.replace('/', "\\/"), ascii];
    let twice = serde_json::to_string(&json).unwrap();
    forms.push(twice[1..twice.len() - 1].to_owned());
    for set in [COMPONENT, PATH, NON_ALPHANUMERIC] {
        let encoded = utf8_percent_encode(secret, set).to_string();
        // Forms write a blank as `+`, and so they escape every plus.
        forms.extend(encoded.contains("%2B").then(|| encoded.replace("%20", "+")));
        forms.extend([with_lower_case_digits(&encoded), encoded]);
    }
    forms.extend([hex.to_uppercase(), hex]);
    let around = format!("{before}{secret}{behind}");
    for text in [secret, &around] {
        forms.extend(
            [&STANDARD, &STANDARD_NO_PAD, &URL_SAFE, &URL_SAFE_NO_PAD].map(|engine| engine.encode(text)),
        );
    }
    let is_form = |form: &String| form.chars().count() >= SHORTEST;
    forms.into_iter().filter(is_form).collect()
}

/// `%2f` for `%2F`.
fn with_lower_case_digits(encoded: &str) -> String {
    let mut pieces = encoded.split('%');
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |text, piece| format!("{text}%{}{}", piece[..2].to_lowercase(), &piece[2..]))
}

/// Whether a text shows the secret, in clear or in a form.
fn shows(text: &str, secret: &str, form: &str) -> bool {
    text.contains(secret) || text.contains(form)
}

/// No letter of the texts around a secret is in a secret.
const AROUND: &str = "[ .,:;(){}\\[\\]<>!?\\n]{0,12}";

proptest! {
    #[test]
    fn no_form_of_a_secret_survives(
        secret in "[a-zA-Z0-9 !-/_äß😀\\\\\"'+=%\n-]{6,40}",
        before in AROUND, behind in AROUND,
        inner in ["[a-z]{0,5}", "[a-z]{0,5}"],
    ) {
        let redactor = Redactor::new([secret.as_str()]);
        for form in forms(&secret, &inner[0], &inner[1]) {
            let text = format!("{before}{form}{behind}");
            for out in [redactor.redact(&text), redactor.shown(&text), redactor.line(&text, false)] {
                prop_assert!(!shows(&out, &secret, &form), "{text:?} became {out:?}");
            }
        }
    }

    #[test]
    fn no_line_of_a_secret_survives(lines in proptest::collection::vec("[a-zA-Z0-9+/]{6,64}", 2..5)) {
        let secret = lines.join("\n");
        let redactor = Redactor::new([secret.as_str()]);
        let text = lines.iter().map(|line| format!("> {line} <")).collect::<Vec<_>>().join("\n");
        for out in [redactor.redact(&text), redactor.shown(&text)] {
            prop_assert!(lines.iter().all(|line| !out.contains(line.as_str())), "{out:?}");
        }
    }

    #[test]
    fn any_text_can_be_redacted(text in ".{0,80}", secrets in proptest::collection::vec(".{0,12}", 0..4)) {
        let redactor = Redactor::new(secrets.iter().map(String::as_str));
        let shown = redactor.shown(&text);
        prop_assert!(shown.chars().count() <= SHOWN && !shown.contains(char::is_control));
        redactor.line(&text, true);
    }
}

#[test]
fn a_secret_is_redacted_before_the_text_is_cut() {
    let secret = "correct horse battery staple";
    let redactor = Redactor::new([secret]);
    for length in SHOWN - secret.len() - 2..=SHOWN {
        let shown = redactor.shown(&format!("{}{secret}", ". ".repeat(length)[..length].to_owned()));
        assert!(!shown.contains("corr"), "{length}: {shown}");
    }
    assert_eq!(Redactor::default().shown(&"ä".repeat(400)), "ä".repeat(SHOWN));
}

#[test]
fn the_longest_secret_wins() {
    let redactor = Redactor::new(["secret-one", "secret-one-and-two"]);
    assert_eq!(redactor.redact("(secret-one-and-two)"), "(***)");
    assert_eq!(redactor.redact("(secret-one-and)"), "(***-and)");
}

#[test]
fn what_control_characters_divide_is_a_secret_too() {
    let redactor = Redactor::new(["correcthorse"]);
    for text in ["correct\u{1b}[0mhorse", "correct\0horse", "corr\u{200b}ect\u{7}horse"] {
        assert_eq!(redactor.shown(text), "***", "{text:?}");
        assert_eq!(redactor.line(text, false), "***", "{text:?}");
    }
}

#[test]
fn a_header_counts_without_the_name_of_its_scheme_and_a_url_part_as_it_is_meant() {
    let redactor = Redactor::new(["Bearer abcdefgh", "p%40ss word"]);
    assert_eq!(redactor.redact("got abcdefgh"), "got ***");
    assert_eq!(redactor.redact("got (p@ss word)"), "got (***)");
}

#[test]
fn values_of_fewer_than_six_characters_are_not_looked_for() {
    let redactor = Redactor::new(["true", "", "12345", "123456"]);
    assert_eq!(redactor.redact("true 12345 123456"), "true 12345 ***");
}

#[test]
fn c6_the_words_of_a_server_are_kept() {
    let redactor = Redactor::new(["hunter2-hunter2"]);
    assert_eq!(redactor.shown("token is required\n"), "token is required ");
    assert_eq!(redactor.shown("token hunter2-hunter2 is bad"), "token *** is bad");
}
