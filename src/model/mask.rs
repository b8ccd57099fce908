//! What views show in the place of a secret, and what counts as such on the way in: the one table of the
//! forms of masks. It does not know the place of a text and, for a caller without `reveal`, what is stored.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// The mask of every leaf but those inside a URL.
pub const MASK: &str = "[REDACTED]";

/// The mask inside a URL, where a bracket is not legal.
pub const URL_MASK: &str = "**********";

/// The mask of OpenHands' settings, which their clients know.
pub const SETTINGS_MASK: &str = URL_MASK;

/// The word of masks, in upper or lower case and between any punctuation.
pub const WORD: &str = "redacted";

/// The masks that make a mask of any text around them, in any case.
pub const MARKS: [&str; 2] = ["[redacted]", "<redacted>"];

/// The characters that hide others, one by one or all at once.
pub const DOTS: [char; 8] = ['*', '•', '●', '∙', '·', '⬤', '■', '█'];

/// The letter of which a whole value is a mask, in any case. Within a value it is a letter.
pub const LETTER: char = 'x';

/// How many dots or letters in a row hide something.
pub const SHORTEST_RUN: usize = 3;

/// How many asterisks in a row are never part of a secret.
pub const CERTAIN_RUN: usize = 6;

/// The masks that this and other versions of the API show, verbatim, except the asterisks.
pub const OURS: [&str; 2] = [MASK, "<redacted>"];

/// How many asterisks are a mask of ours, sent back as it was shown by this or an earlier version.
pub const OUR_RUN: usize = 10;

/// What may surround a mask that is all of a value.
pub const DECORATION: [char; 11] = ['"', '\'', '`', '[', ']', '<', '>', '(', ')', '{', '}'];

/// Spellings of brackets and dots in other notations (JSON, HTML) than that of a URL.
pub const ESCAPES: [(&str, &str); 16] = [
    ("\\u003c", "<"),
    ("\\u003e", ">"),
    ("\\u005b", "["),
    ("\\u005d", "]"),
    ("\\u002a", "*"),
    ("\\u2022", "•"),
    ("\\u25cf", "●"),
    ("\\\"", "\""),
    ("&lt;", "<"),
    ("&gt;", ">"),
    ("&quot;", "\""),
    ("&bull;", "•"),
    ("&#42;", "*"),
    ("&#91;", "["),
    ("&#93;", "]"),
    ("&#8226;", "•"),
];

/// Whether a text is exactly a mask that this or another version of the API shows.
pub fn is_mask(text: &str) -> bool {
    OURS.contains(&text) || (text.len() >= OUR_RUN && text.bytes().all(|byte| byte == b'*'))
}

/// Whether a text is nothing but a mask, whatever its form.
pub fn is_whole_mask(text: &str) -> bool {
    let is_whole = || {
        let text = unescaped(text);
        is_only_word(&text) || is_only_dots(&text)
    };
    is_mask(text) || is_whole()
}

/// Whether no secret would look like this: a mask, in whole or in part.
pub fn is_certainly_masked(text: &str) -> bool {
    match Form::of(text) {
        Form::Plain => false,
        Form::Ours | Form::Whole { .. } => true,
        Form::Part(part) => part.is_certain,
    }
}

/// What is stored where a text was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stored<'a> {
    /// No secret.
    Nothing,
    /// A secret that can be compared with.
    Text(&'a str),
    /// A secret that can't be: a number, or one that no key opens.
    Opaque,
}

/// What a text is that was sent for a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// No mask.
    Secret,
    /// A mask of what is stored.
    Mask,
    /// A mask in part, or one that may be a guess: nobody can say what it means.
    Unclear,
}

/// Reads a text that was sent for a secret. Without `reveal` what is stored makes no difference: else a
/// caller could try which beginnings and ends the stored secret has.
pub fn read(sent: &str, stored: Stored<'_>, may_reveal: bool) -> Sent {
    match (Form::of(sent), may_reveal) {
        (Form::Plain, _) => Sent::Secret,
        (Form::Ours, _) | (Form::Whole { has_run: false }, false) => Sent::Mask,
        (Form::Whole { has_run: true } | Form::Part(_), false) => Sent::Unclear,
        // A caller who sees a secret that looks like a mask may send it back.
        _ if stored == Stored::Text(sent) => Sent::Secret,
        (Form::Whole { .. }, true) => Sent::Mask,
        (Form::Part(part), true) => match stored {
            Stored::Text(secret) if part.fits(secret) => Sent::Mask,
            Stored::Nothing | Stored::Text(_) if !part.is_certain => Sent::Secret,
            _ => Sent::Unclear,
        },
    }
}

/// How much of a text is a mask.
enum Form {
    /// Nothing of it.
    Plain,
    /// All of it, exactly as we show it.
    Ours,
    /// All of it, in another form.
    Whole { has_run: bool },
    /// Some of it.
    Part(Part),
}

/// A text with masks in it.
struct Part {
    /// The texts before, between and behind the masks. Two or more.
    pieces: Vec<String>,
    /// Whether no secret would look like this.
    is_certain: bool,
}

impl Form {
    fn of(text: &str) -> Self {
        if is_mask(text) {
            return Self::Ours;
        }
        let text = unescaped(text);
        if is_only_word(&text) || is_only_dots(&text) {
            return Self::Whole { has_run: has_run(&text) };
        }
        Part::of(&text).map_or(Self::Plain, Self::Part)
    }
}

impl Part {
    fn of(text: &str) -> Option<Self> {
        let (mut pieces, mut is_certain) = (vec![String::new()], false);
        let mut rest = text;
        while let Some(at) = rest.find(begins_mask) {
            let piece = pieces.last_mut().expect("there is always a last piece");
            piece.push_str(&rest[..at]);
            rest = &rest[at..];
            let run: &str = &rest[..rest.find(|character| !is_dot(character)).unwrap_or(rest.len())];
            let count = run.chars().count();
            let mark = MARKS.iter().find(|mark| begins_with(rest, mark));
            let length = match mark {
                Some(mark) => mark.len(),
                None if SHORTEST_RUN <= count => run.len(),
                None => {
                    let length = run.len().max(rest.chars().next().map_or(0, char::len_utf8));
                    piece.push_str(&rest[..length]);
                    rest = &rest[length..];
                    continue;
                }
            };
            is_certain |= mark.is_some() || CERTAIN_RUN <= count || run.contains(|dot| dot != '*');
            pieces.push(String::new());
            rest = &rest[length..];
        }
        pieces.last_mut()?.push_str(rest);
        (pieces.len() > 1).then_some(Self { pieces, is_certain })
    }

    /// Whether a secret has these pieces, in this order, and something behind each mask.
    fn fits(&self, secret: &str) -> bool {
        let [first, between @ .., last] = self.pieces.as_slice() else { return false };
        let inner = secret.strip_prefix(first.as_str()).and_then(|rest| rest.strip_suffix(last.as_str()));
        let Some(mut rest) = inner else { return false };
        for piece in between {
            // What a mask hides is at least one character.
            let Some(hidden) = rest.chars().next() else { return false };
            let Some(at) = rest[hidden.len_utf8()..].find(piece.as_str()) else { return false };
            rest = &rest[hidden.len_utf8() + at + piece.len()..];
        }
        !rest.is_empty()
    }
}

fn is_dot(character: char) -> bool {
    DOTS.contains(&character)
}

fn begins_mask(character: char) -> bool {
    matches!(character, '[' | '<') || is_dot(character)
}

fn begins_with(text: &str, beginning: &str) -> bool {
    text.get(..beginning.len()).is_some_and(|own| own.eq_ignore_ascii_case(beginning))
}

fn has_run(text: &str) -> bool {
    text.split(|character| !is_dot(character)).any(|run| SHORTEST_RUN <= run.chars().count())
}

/// Whether the word of masks is all that a text says.
fn is_only_word(text: &str) -> bool {
    let letters = text.chars().filter(|character| character.is_alphanumeric());
    letters.map(|letter| letter.to_ascii_lowercase()).eq(WORD.chars())
}

/// Whether a text is dots, or the letter, in any decoration.
fn is_only_dots(text: &str) -> bool {
    let is_decoration = |character: char| character.is_whitespace() || DECORATION.contains(&character);
    let core = text.trim_matches(is_decoration);
    (core.chars().all(is_dot) || core.chars().all(|character| character.eq_ignore_ascii_case(&LETTER)))
        && SHORTEST_RUN <= core.chars().count()
}

/// A text without the escapes of other notations.
fn unescaped(text: &str) -> Cow<'_, str> {
    let decoded = percent_decode_str(text).decode_utf8_lossy();
    let mut rest = &*decoded;
    if !rest.contains(['\\', '&']) {
        return decoded;
    }
    let mut plain = String::with_capacity(rest.len());
    while let Some(at) = rest.find(['\\', '&']) {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        let escape = ESCAPES.iter().find(|(escape, _)| begins_with(rest, escape));
        let (escape, meant) = escape.copied().unwrap_or((&rest[..1], &rest[..1]));
        plain.push_str(meant);
        rest = &rest[escape.len()..];
    }
    plain.push_str(rest);
    Cow::Owned(plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use Sent::{Mask, Secret, Unclear};

    #[test]
    fn our_masks_are_distinguished_from_everything_else() {
        for mask in ["[REDACTED]", "<redacted>", "**********", "************"] {
            assert!(is_mask(mask));
        }
        for other in ["", "*********", "[redacted]", " [REDACTED]", "**********a", "***"] {
            assert!(!is_mask(other), "{other}");
        }
    }

    /// What a text is to a caller with `reveal`, and to one without.
    fn both(sent: &str, stored: Stored<'_>) -> (Sent, Sent) {
        (read(sent, stored, true), read(sent, stored, false))
    }

    #[test]
    fn a_text_is_a_mask_in_whole_or_in_part_or_a_secret() {
        let stored = Stored::Text("abcdefxyz");
        for (sent, revealer, writer) in [
            ("[REDACTED]", Mask, Mask),
            ("**********", Mask, Mask),
            (" [REDACTED]", Mask, Mask),
            ("[redacted]", Mask, Mask),
            ("\"<Redacted>\"", Mask, Mask),
            ("%5BREDACTED%5D", Mask, Mask),
            ("\\u003credacted\\u003E", Mask, Mask),
            ("&lt;redacted&gt;", Mask, Mask),
            ("(redacted)", Mask, Mask),
            ("redacted", Mask, Mask),
            ("xxxx", Mask, Mask),
            ("XXX", Mask, Mask),
            ("***REDACTED***", Mask, Unclear),
            ("********", Mask, Unclear),
            ("***", Mask, Unclear),
            ("•••", Mask, Unclear),
            ("\"●●●●\"", Mask, Unclear),
            ("%2A%2A%2A", Mask, Unclear),
            (" ********** ", Mask, Unclear),
            ("abc****xyz", Mask, Unclear),
            ("abc***", Mask, Unclear),
            ("•••xyz", Mask, Unclear),
            ("abc[REDACTED]", Mask, Unclear),
            ("ab***de***z", Mask, Unclear),
            ("abd****xyz", Secret, Unclear),
            ("abd******xyz", Unclear, Unclear),
            ("abd••••xyz", Unclear, Unclear),
            ("Bearer [REDACTED]", Unclear, Unclear),
            ("Bearer <redacted>", Unclear, Unclear),
            ("Bearer **********", Unclear, Unclear),
            // Nothing would be hidden.
            ("abcdefxyz****", Secret, Unclear),
            ("abcdef****xyz", Secret, Unclear),
            ("", Secret, Secret),
            ("x", Secret, Secret),
            ("xx", Secret, Secret),
            ("**", Secret, Secret),
            ("a**b**c", Secret, Secret),
            ("xxxy", Secret, Secret),
            ("my redacted notes", Secret, Secret),
            ("[redacte]", Secret, Secret),
            ("100%", Secret, Secret),
            ("é%zz\\&", Secret, Secret),
        ] {
            assert_eq!(both(sent, stored), (revealer, writer), "{sent}");
        }
    }

    #[test]
    fn what_is_stored_can_be_sent_whatever_it_looks_like_by_a_caller_who_sees_it() {
        for secret in ["********", "a***b", "xxx", "[redacted]", "•••", "Bearer [REDACTED]"] {
            assert_eq!(read(secret, Stored::Text(secret), true), Secret, "{secret}");
        }
        assert_eq!(read("[REDACTED]", Stored::Text("[REDACTED]"), true), Mask);
    }

    #[test]
    fn without_something_to_compare_with_a_part_is_a_secret_only_if_it_could_be_one() {
        for (sent, nothing, opaque) in [
            ("a***b", Secret, Unclear),
            ("a******b", Unclear, Unclear),
            ("a•••b", Unclear, Unclear),
            ("a[REDACTED]", Unclear, Unclear),
            ("***", Mask, Mask),
        ] {
            assert_eq!(read(sent, Stored::Nothing, true), nothing, "{sent}");
            assert_eq!(read(sent, Stored::Opaque, true), opaque, "{sent}");
        }
    }

    #[test]
    fn without_reveal_what_is_stored_makes_no_difference() {
        let sent =
            ["a***b", "***", "xxx", "[redacted]", "a[REDACTED]", "[REDACTED]", "**********", "s", "a%2A**b"];
        for sent in sent {
            let all =
                [Stored::Nothing, Stored::Opaque, Stored::Text(sent), Stored::Text("acb"), Stored::Text("t")];
            let read = all.map(|stored| read(sent, stored, false));
            assert!(read.iter().all(|one| *one == read[0]), "{sent} {read:?}");
        }
    }
}
