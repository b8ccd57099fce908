//! The secrets of an opened configuration that somebody could guess, with a right guess at each and a wrong one
//! that is like it in all that everybody may know: length, kind, whether it looks like a mask or a token.

use std::ops::Range;

use mcp_settings::json::{Json, Rules, parse};
use mcp_settings::model::config::{Members, Node, Secret, SecretValue};
use mcp_settings::model::mask::URL_MASK;
use mcp_settings::model::url_parts;

use super::seeded_rng::SeededRng;
use crate::client_edits::{Place, Step, child};
use crate::tokens;

/// A secret that can be guessed, and its place.
#[derive(Clone, Debug)]
pub(super) struct Guessable {
    pub(super) place: Place,
    value: Value,
}

#[derive(Clone, Debug)]
enum Value {
    Text(String),
    Number(String),
    Bool(bool),
    Url(String),
}

/// Two guesses at one secret.
#[derive(Clone, Debug)]
pub(super) struct Guess {
    pub(super) place: Place,
    pub(super) right: Json,
    pub(super) wrong: Json,
}

/// Every secret that has a plaintext.
pub(super) fn guessable(config: &Members) -> Vec<Guessable> {
    let mut found = Vec::new();
    collect(config, &mut Vec::new(), &mut found);
    found
}

fn collect(members: &Members, here: &mut Place, found: &mut Vec<Guessable>) {
    for (name, node) in members.iter() {
        here.push(Step::Member(name.to_owned()));
        collect_node(node, here, found);
        here.pop();
    }
}

fn collect_node(node: &Node, here: &mut Place, found: &mut Vec<Guessable>) {
    let value = match node {
        Node::Secret(Secret { value, .. }) => match value {
            SecretValue::Text(text) if is_like_others(text.expose()) => Value::Text(text.expose().to_owned()),
            SecretValue::Number(number) => Value::Number(number.spelling().to_owned()),
            SecretValue::Bool(value) => Value::Bool(*value),
            SecretValue::Text(_) | SecretValue::Unreadable => return,
        },
        Node::Url(url) if has_letters(url.text.expose()) => Value::Url(url.text.expose().to_owned()),
        Node::Object(members) => return collect(members, here, found),
        Node::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                here.push(Step::Element(index));
                collect_node(element, here, found);
                here.pop();
            }
            return;
        }
        Node::Null | Node::Bool(_) | Node::Number(_) | Node::Text(_) | Node::Url(_) => return,
    };
    found.push(Guessable { place: here.clone(), value });
}

fn has_letters(url: &str) -> bool {
    secret_parts(url).iter().any(|part| !letters(url, part).is_empty())
}

/// Whether a guess at this text is read as a secret: a mask, a mode word and white space are read as
/// what they are, whatever is stored, so that they test nothing.
fn is_like_others(text: &str) -> bool {
    let is_mask = text.contains("***") || text.contains('[') || text.contains('<');
    !is_mask && text != "oauth" && text.contains(|character: char| character.is_ascii_alphanumeric())
}

impl Guessable {
    /// Whether a view shows it, so that there is nothing to guess.
    pub(super) fn is_shown_in(&self, view: &Json) -> bool {
        self.place.iter().try_fold(view, child) == Some(&self.right())
    }

    /// The secret itself.
    pub(super) fn right(&self) -> Json {
        match &self.value {
            Value::Text(text) | Value::Url(text) => Json::string(text.as_str()),
            Value::Number(spelling) => number(spelling),
            Value::Bool(value) => Json::Bool(*value),
        }
    }

    /// The secret itself, or another one, for a request that is about something else.
    pub(super) fn sent(&self, dice: &mut SeededRng) -> Json {
        match &self.value {
            Value::Text(text) if dice.once_in(2) => Json::string(altered(text, dice)),
            _ => self.right(),
        }
    }

    /// The two guesses, sent in one of the ways in which a secret can be.
    pub(super) fn guess(&self, dice: &mut SeededRng) -> Guess {
        let guess = |right, wrong| Guess { place: self.place.clone(), right, wrong };
        match &self.value {
            Value::Text(text) => {
                let wrong = altered(text, dice);
                match dice.below(12) {
                    0 => {
                        let [right, wrong] = [text, &wrong].map(|text| Json::string(tokens::seal(text)));
                        guess(right, wrong)
                    }
                    1 => {
                        let variant = *dice.pick(&VARIANTS);
                        let [right, wrong] = [text, &wrong].map(|text| Json::string(variant(text)));
                        guess(right, wrong)
                    }
                    _ => guess(Json::string(text.as_str()), Json::string(wrong)),
                }
            }
            Value::Number(spelling) => {
                let right = match dice.below(4) {
                    // Another spelling of the same number.
                    0 if spelling.contains('.') && !spelling.contains(['e', 'E']) => format!("{spelling}0"),
                    _ => spelling.clone(),
                };
                let wrong = altered_number(&right);
                guess(number(&right), number(&wrong))
            }
            Value::Bool(value) => guess(Json::Bool(*value), Json::Bool(!value)),
            Value::Url(url) => {
                let (sent, places) = Self::sent_url(url, dice);
                let at = *dice.pick(&places);
                let mut wrong = sent.clone();
                wrong.replace_range(at..=at, other_letter(sent.as_bytes()[at]));
                let spelled = |url: &str| match at {
                    // The same letter, percent-encoded in both.
                    at if url.len().is_multiple_of(5) => {
                        format!("{}%{:02X}{}", &url[..at], url.as_bytes()[at], &url[at + 1..])
                    }
                    _ => url.to_owned(),
                };
                guess(Json::string(spelled(&sent)), Json::string(spelled(&wrong)))
            }
        }
    }

    /// The URL with some of its secret parts masked, one at least not, and the places of its letters.
    fn sent_url(url: &str, dice: &mut SeededRng) -> (String, Vec<usize>) {
        let parts = secret_parts(url);
        let candidates: Vec<_> = parts.iter().filter(|part| !letters(url, part).is_empty()).collect();
        let guessed = (*dice.pick(&candidates)).clone();
        let (mut sent, mut places, mut at) = (String::new(), Vec::new(), 0);
        for part in parts {
            sent.push_str(&url[at..part.start]);
            let start = sent.len();
            let is_masked = part != guessed && dice.once_in(2);
            sent.push_str(if is_masked { URL_MASK } else { &url[part.clone()] });
            if part == guessed {
                places = letters(&sent, &(start..sent.len()));
            }
            at = part.end;
        }
        sent.push_str(&url[at..]);
        (sent, places)
    }
}

/// The secret parts of a URL: the text in the places where its mask has asterisks.
fn secret_parts(url: &str) -> Vec<Range<usize>> {
    let masked = url_parts::mask(url);
    let literals: Vec<&str> = masked.split(URL_MASK).collect();
    let (mut parts, mut at) = (Vec::new(), literals[0].len());
    for (index, literal) in literals.iter().enumerate().skip(1) {
        let end = match literal {
            &"" if index + 1 == literals.len() => url.len(),
            literal => at + 1 + url[at + 1..].find(literal).expect("the mask keeps what is not secret"),
        };
        parts.push(at..end);
        at = end + literal.len();
    }
    parts
}

/// The places of those letters and digits of a part that encode no other character.
fn letters(url: &str, part: &Range<usize>) -> Vec<usize> {
    let bytes = url.as_bytes();
    let is_code = |at: usize| (1..=2).any(|back| at.checked_sub(back).is_some_and(|at| bytes[at] == b'%'));
    part.clone().filter(|at| bytes[*at].is_ascii_alphanumeric() && !is_code(*at)).collect()
}

/// Ways to send what is not the secret, yet could be mistaken for it.
const VARIANTS: [fn(&str) -> String; 4] = [
    |text| format!(" {text}"),
    |text| text.to_uppercase(),
    |text| text.replace('ü', "u\u{308}"),
    |text| text.replace('-', "\u{2010}"),
];

/// Another text of the same length, with one letter or digit changed behind what makes it look like a token.
fn altered(text: &str, dice: &mut SeededRng) -> String {
    let from = if text.starts_with("gAAAAA") { "gAAAAA".len() } else { 0 };
    let places: Vec<usize> =
        (from..text.len()).filter(|at| text.as_bytes()[*at].is_ascii_alphanumeric()).collect();
    let at = *dice.pick(&places);
    let mut altered = text.to_owned();
    altered.replace_range(at..=at, other_letter(text.as_bytes()[at]));
    altered
}

fn other_letter(letter: u8) -> &'static str {
    match letter {
        b'0' => "1",
        b'1'..=b'9' => "0",
        b'q' => "z",
        b'a'..=b'z' => "q",
        b'Q' => "Z",
        _ => "Q",
    }
}

fn altered_number(spelling: &str) -> String {
    let at = spelling.find(|digit: char| matches!(digit, '1'..='9')).or_else(|| spelling.find('0'));
    let at = at.expect("a number has a digit");
    let mut altered = spelling.to_owned();
    altered.replace_range(at..=at, if spelling.as_bytes()[at] == b'4' { "5" } else { "4" });
    altered
}

fn number(spelling: &str) -> Json {
    parse(spelling, &Rules::STORED).expect("it is spelled as a number")
}
