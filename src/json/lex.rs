//! The tokens of JSON (RFC 8259): where a string or a number ends, and what a string says. It judges the
//! grammar only; what is allowed beyond it, `read` decides.

/// Where a text stops being JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not JSON at byte {offset}")]
pub struct SyntaxError {
    /// Byte offset of what should not be there; the length of the text where it ends too early.
    pub offset: usize,
}

/// A place in a text, moving forward only.
pub(in crate::json) struct Cursor<'a> {
    pub(in crate::json) text: &'a str,
    pub(in crate::json) at: usize,
}

impl<'a> Cursor<'a> {
    pub(in crate::json) fn new(text: &'a str, at: usize) -> Self {
        Self { text, at }
    }

    pub(in crate::json) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    pub(in crate::json) fn skip_space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.at += 1;
        }
    }

    pub(in crate::json) fn here<T>(&self) -> Result<T, SyntaxError> {
        Err(SyntaxError { offset: self.at })
    }

    pub(in crate::json) fn expect(&mut self, byte: u8) -> Result<(), SyntaxError> {
        if self.peek() != Some(byte) {
            return self.here();
        }
        self.at += 1;
        Ok(())
    }

    pub(in crate::json) fn word(&mut self, word: &str) -> Result<(), SyntaxError> {
        word.bytes().try_for_each(|byte| self.expect(byte))
    }

    /// Passes over a string and gives the text between its quotes, escapes and all.
    pub(in crate::json) fn string(&mut self) -> Result<&'a str, SyntaxError> {
        self.expect(b'"')?;
        let start = self.at;
        loop {
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => self.escape()?,
                None | Some(..0x20) => return self.here(),
                Some(_) => self.at += 1,
            }
        }
        self.at += 1;
        Ok(&self.text[start..self.at - 1])
    }

    fn escape(&mut self) -> Result<(), SyntaxError> {
        self.at += 1;
        match self.peek() {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.at += 1,
            Some(b'u') => {
                self.at += 1;
                for _ in 0..4 {
                    match self.peek() {
                        Some(digit) if digit.is_ascii_hexdigit() => self.at += 1,
                        _ => return self.here(),
                    }
                }
            }
            _ => return self.here(),
        }
        Ok(())
    }

    /// Passes over a number and gives its spelling.
    pub(in crate::json) fn number(&mut self) -> Result<&'a str, SyntaxError> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(&self.text[start..self.at])
    }

    fn digits(&mut self) -> Result<(), SyntaxError> {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
        if self.at == start { self.here() } else { Ok(()) }
    }
}

/// What a string says.
pub(in crate::json) struct Unescaped {
    /// The text; half of a surrogate pair, which no text can hold, is spelled as its escape in lower case.
    pub(in crate::json) text: String,
    /// Whether there is such a half.
    pub(in crate::json) has_lone_surrogate: bool,
}

/// Reads the inside of a string that [`Cursor::string`] has passed. The buffer never grows, so that no
/// copy of a secret is left behind.
pub(in crate::json) fn unescape(raw: &str) -> Unescaped {
    let mut text = String::with_capacity(raw.len());
    let mut has_lone_surrogate = false;
    let mut rest = raw;
    while let Some(at) = rest.find('\\') {
        text.push_str(&rest[..at]);
        let (character, length) = match rest.as_bytes().get(at + 1) {
            Some(b'u') => unicode_escape(&rest[at..]),
            Some(b'b') => (Some('\u{8}'), 2),
            Some(b'f') => (Some('\u{c}'), 2),
            Some(b'n') => (Some('\n'), 2),
            Some(b'r') => (Some('\r'), 2),
            Some(b't') => (Some('\t'), 2),
            Some(&other) => (Some(char::from(other)), 2),
            None => (None, 1),
        };
        match character {
            Some(character) => text.push(character),
            None => {
                has_lone_surrogate = true;
                text.push_str(&rest[at..at + length].to_ascii_lowercase());
            }
        }
        rest = &rest[at + length..];
    }
    text.push_str(rest);
    Unescaped { text, has_lone_surrogate }
}

/// The character of an escape `\uXXXX`, or of two that make a pair, and how long they are; none for half a pair.
fn unicode_escape(text: &str) -> (Option<char>, usize) {
    let unit = |at: usize| {
        let escape = text.get(at..at + 6)?.strip_prefix("\\u")?;
        u32::from_str_radix(escape, 16).ok()
    };
    match (unit(0), unit(6)) {
        (Some(high @ 0xD800..=0xDBFF), Some(low @ 0xDC00..=0xDFFF)) => {
            (char::from_u32(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00)), 12)
        }
        (Some(single), _) => (char::from_u32(single), 6),
        (None, _) => (None, text.len().min(6)),
    }
}
