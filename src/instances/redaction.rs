//! Takes secrets out of texts that a running server wrote, or that are about it: known values in every form in which
//! programs print them, and whatever looks like a secret. It does not know where a text comes from.

mod encodings;
mod patterns;
mod plain;

use std::ops::Range;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use memchr::memmem::Finder;
use percent_encoding::percent_decode_str;

use self::encodings::Layer;
use crate::model::suspect::is_scheme;

/// What replaces a secret. It is shorter than any value that is looked for.
const REDACTED: &str = "***";

/// How long a value is at least that is looked for. Characters: a shorter one is in texts that have nothing to do with
/// it.
const SHORTEST: usize = 6;

/// How much of a text is shown. Characters.
const SHOWN: usize = 300;

/// How many bytes a byte of a value takes at most in the forms that are looked for.
const LARGEST_FORM: usize = 12;

/// The values that must not be in a text.
#[derive(Default)]
pub struct Redactor {
    values: Vec<Finder<'static>>,
    /// Hex digits in lower case.
    hex: Vec<Finder<'static>>,
    /// What is in a text in base64 wherever the value begins in it, in the alphabet with `+` and `/`.
    base64: Vec<Finder<'static>>,
    /// How long the longest of them is. Bytes.
    longest: usize,
}

impl Redactor {
    /// Takes the values. Of one with line breaks each line is looked for too, of one that begins with the name of an
    /// HTTP scheme also the rest.
    pub fn new<'a>(secrets: impl IntoIterator<Item = &'a str>) -> Self {
        let mut values: Vec<Vec<u8>> = Vec::new();
        let mut add = |bytes: &[u8]| {
            let is_long = SHORTEST <= String::from_utf8_lossy(bytes).chars().count();
            if is_long && !values.iter().any(|known| known == bytes) {
                values.push(bytes.to_vec());
            }
        };
        for secret in secrets {
            let bare =
                secret.split_once(' ').filter(|(word, _)| is_scheme(word)).map(|(_, rest)| rest.trim());
            for value in [secret, secret.trim()].into_iter().chain(bare).chain(secret.lines().map(str::trim))
            {
                add(value.as_bytes());
                // A program may print what a URL means.
                add(&percent_decode_str(value).collect::<Vec<u8>>());
            }
        }
        let hex = |value: &[u8]| value.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let finder = |needle: &[u8]| Finder::new(needle).into_owned();
        Self {
            hex: values.iter().map(|value| finder(hex(value).as_bytes())).collect(),
            base64: values
                .iter()
                .flat_map(|value| in_base64(value))
                .map(|text| finder(text.as_bytes()))
                .collect(),
            longest: values.iter().map(Vec::len).max().unwrap_or_default(),
            values: values.iter().map(|value| finder(value)).collect(),
        }
    }

    /// The text without secrets: first the known values, in all of it, then what looks like one.
    pub fn redact(&self, text: &str) -> String {
        self.redact_beginning(text, false)
    }

    /// The same in one line of at most 300 characters, without characters that control a terminal.
    pub fn shown(&self, text: &str) -> String {
        let text = self.line(text, false);
        let end = text.char_indices().nth(SHOWN).map_or(text.len(), |(end, _)| end);
        text[..end].to_owned()
    }

    /// A line without secrets, and without characters that control a terminal. Where its rest is missing, so is as much
    /// of its end as may be the beginning of a secret.
    pub(super) fn line(&self, text: &str, is_cut: bool) -> String {
        let redacted = self.redact_beginning(text, is_cut);
        match plain::plain(&redacted) {
            // What was divided by such characters is a secret again for a reader.
            Some(plain) => self.redact(&plain),
            None => redacted,
        }
    }

    fn redact_beginning(&self, text: &str, is_cut: bool) -> String {
        let mut found = self.known(text);
        if is_cut {
            let start = text.len().saturating_sub(self.longest.saturating_mul(LARGEST_FORM));
            found.push(text.floor_char_boundary(start)..text.len());
        }
        let text = without(text, found);
        let suspects = patterns::suspects(&text);
        if suspects.is_empty() { text } else { without(&text, suspects) }
    }

    /// Where the known values are.
    fn known(&self, text: &str) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        if self.values.is_empty() {
            return found;
        }
        for layer in encodings::layers(text) {
            self.find_in(&layer, &mut found);
        }
        found
    }

    fn find_in(&self, layer: &Layer, found: &mut Vec<Range<usize>>) {
        for value in &self.values {
            let starts = value.find_iter(&layer.bytes);
            found.extend(starts.map(|start| layer.place(start..start + value.needle().len())));
        }
        let lower = layer.bytes.to_ascii_lowercase();
        for value in &self.hex {
            let starts = value.find_iter(&lower);
            found.extend(starts.map(|start| layer.place(start..start + value.needle().len())));
        }
        let standard = encodings::in_standard_alphabet(&layer.bytes);
        for value in &self.base64 {
            for start in value.find_iter(&standard) {
                // The characters beside it hold a few bits of the value.
                let run = encodings::base64_run(&standard, start..start + value.needle().len());
                found.push(layer.place(run));
            }
        }
    }
}

/// What base64 has of a value whatever is before and behind it: at its three alignments, without the characters that
/// hold bits of something else.
fn in_base64(value: &[u8]) -> [String; 3] {
    [0, 1, 2].map(|before| {
        let padded = [&[0; 2][..before], value].concat();
        let text = STANDARD_NO_PAD.encode(&padded);
        let start = (before * 8).div_ceil(6);
        let end = padded.len() * 8 / 6;
        text[start..end].to_owned()
    })
}

/// The text with a mark in the place of what was found.
fn without(text: &str, mut found: Vec<Range<usize>>) -> String {
    found.sort_unstable_by_key(|place| (place.start, place.end));
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    let mut places = found.into_iter().peekable();
    while let Some(mut place) = places.next() {
        while let Some(next) = places.next_if(|next| next.start <= place.end) {
            place.end = place.end.max(next.end);
        }
        // A form may begin or end within a character.
        out.push_str(&text[at..text.floor_char_boundary(place.start).max(at)]);
        out.push_str(REDACTED);
        at = text.ceil_char_boundary(place.end);
    }
    out.push_str(&text[at..]);
    out
}

#[cfg(test)]
mod tests;
