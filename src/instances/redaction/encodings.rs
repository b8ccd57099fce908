//! What a text means where parts of it are encoded: percent-encoded, with the escapes of JSON, or both, one in the other.
//! Each byte knows its place in the text. It does not know what is looked for.

use std::ops::Range;

/// How often one encoding is looked for in the other.
const DEPTH: usize = 2;

/// What a text means, and where each byte of that is in the text.
pub(super) struct Layer {
    pub(super) bytes: Vec<u8>,
    /// Where each byte begins, and where the last one ends.
    starts: Vec<usize>,
}

impl Layer {
    fn of(text: &str) -> Self {
        Self { bytes: text.as_bytes().to_vec(), starts: (0..=text.len()).collect() }
    }

    /// The place in the text of these bytes.
    pub(super) fn place(&self, bytes: Range<usize>) -> Range<usize> {
        self.starts[bytes.start]..self.starts[bytes.end]
    }

    /// The same with each escape decoded that `read` finds; nothing where it finds none. `read` returns what the escape
    /// at the beginning of the bytes means, and how long it is.
    fn decoded(&self, read: impl Fn(&[u8]) -> Option<(Vec<u8>, usize)>) -> Option<Self> {
        let mut decoded = Self { bytes: Vec::new(), starts: Vec::new() };
        let mut at = 0;
        let mut is_changed = false;
        while at < self.bytes.len() {
            let Some((bytes, length)) = read(&self.bytes[at..]) else {
                decoded.starts.push(self.starts[at]);
                decoded.bytes.push(self.bytes[at]);
                at += 1;
                continue;
            };
            is_changed = true;
            decoded.starts.extend(bytes.iter().map(|_| self.starts[at]));
            decoded.bytes.extend(bytes);
            at += length;
        }
        decoded.starts.push(self.starts[at]);
        is_changed.then_some(decoded)
    }
}

/// The text itself, and what it means in each encoding.
pub(super) fn layers(text: &str) -> Vec<Layer> {
    let mut layers = vec![Layer::of(text)];
    let mut begin = 0;
    for _ in 0..DEPTH {
        let end = layers.len();
        for at in begin..end {
            let layer = &layers[at];
            let has = |byte| layer.bytes.contains(&byte);
            let percent = has(b'%').then(|| layer.decoded(percent)).flatten();
            let form = (has(b'+')).then(|| layer.decoded(form)).flatten();
            let escapes = has(b'\\').then(|| layer.decoded(escape)).flatten();
            layers.extend([percent, form, escapes].into_iter().flatten());
        }
        begin = end;
    }
    layers
}

/// `%2F`
fn percent(bytes: &[u8]) -> Option<(Vec<u8>, usize)> {
    let digits = bytes.strip_prefix(b"%")?.get(..2)?;
    Some((vec![u8::try_from(hex(digits)?).ok()?], 3))
}

/// The same, and `+` for a blank.
fn form(bytes: &[u8]) -> Option<(Vec<u8>, usize)> {
    percent(bytes).or_else(|| (bytes.first() == Some(&b'+')).then(|| (vec![b' '], 1)))
}

/// `\n`, `\"`, `\u00e4`, `\ud83d\ude00`, and `\x7f`, which is no JSON but what Python prints.
fn escape(bytes: &[u8]) -> Option<(Vec<u8>, usize)> {
    let kind = *bytes.strip_prefix(b"\\")?.first()?;
    let one = |byte: u8| Some((vec![byte], 2));
    match kind {
        b'n' => one(b'\n'),
        b'r' => one(b'\r'),
        b't' => one(b'\t'),
        b'b' => one(8),
        b'f' => one(12),
        b'"' | b'\'' | b'\\' | b'/' => one(kind),
        b'x' => Some((vec![u8::try_from(hex(bytes.get(2..4)?)?).ok()?], 4)),
        b'u' => {
            let first = hex(bytes.get(2..6)?)?;
            let second = || hex(bytes.get(6..12)?.strip_prefix(b"\\u")?);
            let (code, length) = match (first, second()) {
                (0xd800..=0xdbff, Some(low @ 0xdc00..=0xdfff)) => {
                    (0x10000 + ((first - 0xd800) << 10) + (low - 0xdc00), 12)
                }
                _ => (first, 6),
            };
            let character = char::from_u32(code)?;
            Some((character.encode_utf8(&mut [0; 4]).as_bytes().to_vec(), length))
        }
        _ => None,
    }
}

fn hex(digits: &[u8]) -> Option<u32> {
    let is_hex = digits.iter().all(u8::is_ascii_hexdigit);
    u32::from_str_radix(std::str::from_utf8(digits).ok().filter(|_| is_hex)?, 16).ok()
}

/// Base64 of the alphabet for URLs in that with `+` and `/`.
pub(super) fn in_standard_alphabet(bytes: &[u8]) -> Vec<u8> {
    let standard = |byte: &u8| match byte {
        b'-' => b'+',
        b'_' => b'/',
        other => *other,
    };
    bytes.iter().map(standard).collect()
}

/// All of the base64 in which these bytes are.
pub(super) fn base64_run(bytes: &[u8], within: Range<usize>) -> Range<usize> {
    let is_part = |byte: &&u8| byte.is_ascii_alphanumeric() || b"+/=".contains(byte);
    let before = bytes[..within.start].iter().rev().take_while(is_part).count();
    let behind = bytes[within.end..].iter().take_while(is_part).count();
    within.start - before..within.end + behind
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meanings(text: &str) -> Vec<String> {
        layers(text).iter().map(|layer| String::from_utf8_lossy(&layer.bytes).into_owned()).collect()
    }

    #[test]
    fn encodings_are_found_one_in_the_other() {
        for (text, meaning) in [
            ("a%2fb%2F", "a/b/"),
            ("a%252fb", "a/b"),
            (r"a\nb\u00e4\ud83d\ude00\x41\/", "a\nbä😀A/"),
            (r#"\\\"a\\\""#, r#"\"a\""#),
            (r#"\\\"a\\\""#, r#""a""#),
            (r"a\u0025C3\u0025A4", "aä"),
            ("a+b%2Bc", "a b+c"),
        ] {
            assert!(meanings(text).iter().any(|found| found == meaning), "{text}: {:?}", meanings(text));
        }
    }

    #[test]
    fn what_is_no_encoding_stays() {
        for text in ["plain", "100 % of", "%4", "%zz", r"C:\dir\", r"\u12", r"\ud83d alone"] {
            assert!(meanings(text).iter().all(|found| found.len() >= text.len() - 2), "{text}");
            assert_eq!(meanings(text)[0], text);
        }
        assert_eq!(layers("plain").len(), 1);
    }

    #[test]
    fn a_place_is_that_of_the_encoded_text() {
        let layers = layers("x%C3%A4y");
        assert_eq!(layers[1].bytes, "xäy".as_bytes());
        assert_eq!(layers[1].place(1..3), 1..7);
        assert_eq!(layers[1].place(3..4), 7..8);
    }
}
