//! Pieces of a text that are replaced. Each says which part of it the change is about: of all else only white space and
//! commas may go. It does not know what the text says.

use std::ops::Range;

use crate::formats::place::Lines;

use super::NotInPlace;

/// The pieces of one text.
pub(super) struct Splices<'t> {
    text: &'t str,
    newline: &'static str,
    list: Vec<Splice>,
}

struct Splice {
    cut: Range<usize>,
    /// What the change is about. Bytes of the cut outside it are separators.
    own: Range<usize>,
    text: String,
}

const BLANKS: [char; 2] = [' ', '\t'];

impl<'t> Splices<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let first = text.find('\n').filter(|at| text[..*at].ends_with('\r'));
        Self { text, newline: if first.is_some() { "\r\n" } else { "\n" }, list: Vec::new() }
    }

    pub(super) fn text(&self) -> &'t str {
        self.text
    }

    /// The refusal of what begins at this byte, which can't be changed as it is written.
    pub(super) fn refuse<T>(&self, at: usize, why: &'static str) -> Result<T, NotInPlace> {
        Err(NotInPlace::Spelling(Lines::of(self.text).position(at), why))
    }

    pub(super) fn replace(&mut self, own: Range<usize>, text: String) {
        self.replace_all(own.clone(), own, text);
    }

    /// Replaces what a change is about, with the separators around it.
    pub(super) fn replace_all(&mut self, cut: Range<usize>, own: Range<usize>, text: String) {
        self.list.push(Splice { cut, own, text });
    }

    /// Of several insertions at one byte the first one comes first.
    pub(super) fn insert(&mut self, at: usize, text: String) {
        self.replace(at..at, text);
    }

    /// Takes a separator away.
    pub(super) fn remove_separator(&mut self, at: usize) {
        self.replace_all(at..at + 1, at..at, String::new());
    }

    /// Takes an item away with a separator behind it, and the lines that nothing else is on.
    pub(super) fn remove(&mut self, own: Range<usize>, end: usize) {
        let cut = own.start..end.max(own.end);
        let (start, next) = (self.line_start(cut.start), self.line_end(cut.end));
        let begins = self.is_blank(start..cut.start);
        let cut = if begins && self.is_blank(cut.end..next) {
            let end = self.behind_newline(next);
            let below = self.line_end(end);
            // Not two blank lines where there was one on either side.
            let is_doubled = self.is_below_blank(start) && self.is_blank(end..below);
            start..if is_doubled { self.behind_newline(below) } else { end }
        } else if begins || self.text[..cut.start].trim_end_matches(BLANKS).ends_with(['{', '[']) {
            let rest = &self.text[cut.end..next];
            cut.start..cut.end + (rest.len() - rest.trim_start_matches(BLANKS).len())
        } else {
            self.text[..cut.start].trim_end_matches(BLANKS).len()..cut.end
        };
        self.replace_all(cut, own, String::new());
    }

    /// Where the line of a byte begins; the mark at the beginning of a text is on no line.
    pub(super) fn line_start(&self, at: usize) -> usize {
        let start = self.text[..at].rfind('\n').map_or(0, |newline| newline + 1);
        if start == 0 && self.text.starts_with('\u{feff}') { '\u{feff}'.len_utf8().min(at) } else { start }
    }

    /// Where the line of a byte ends, the line break not included.
    pub(super) fn line_end(&self, at: usize) -> usize {
        let end = self.text[at..].find('\n').map_or(self.text.len(), |newline| at + newline);
        if self.text[at..end].ends_with('\r') { end - 1 } else { end }
    }

    /// The byte behind the line break that is here; this byte where no line break is.
    pub(super) fn behind_newline(&self, end: usize) -> usize {
        match self.text[end..].find('\n') {
            Some(at) if self.text[end..end + at].chars().all(|character| character == '\r') => end + at + 1,
            _ => end,
        }
    }

    /// How the line of a byte is indented; nothing where something else is before it.
    pub(super) fn indent(&self, at: usize) -> Option<&'t str> {
        let before = &self.text[self.line_start(at)..at];
        before.trim_start_matches(BLANKS).is_empty().then_some(before)
    }

    pub(super) fn is_blank(&self, range: Range<usize>) -> bool {
        self.text[range].trim_matches(BLANKS).is_empty()
    }

    /// Whether the line before the one that begins here is blank, or it is the first one.
    fn is_below_blank(&self, start: usize) -> bool {
        if self.text[..start].trim_start_matches('\u{feff}').is_empty() {
            return true;
        }
        let before = self.line_start(start.saturating_sub(1));
        before < start && self.is_blank(before..self.line_end(before))
    }

    fn is_separator(&self, range: Range<usize>) -> bool {
        let is_separator = |character: char| character.is_ascii_whitespace() || character == ',';
        self.text.get(range).is_some_and(|text| text.chars().all(is_separator))
    }

    /// The text with its pieces replaced.
    pub(super) fn apply(mut self) -> Result<String, NotInPlace> {
        self.list.sort_by_key(|splice| (splice.cut.start, splice.cut.end));
        let mut out = String::with_capacity(self.text.len());
        let mut end = 0;
        for Splice { cut, own, text } in &self.list {
            // Two cuts may both have the separators between them, and something may be inserted there.
            let is_behind = end <= own.start || (own.is_empty() && self.is_separator(own.start..end));
            let around = [cut.start..own.start, own.end..cut.end];
            if !is_behind || !around.into_iter().all(|part| self.is_separator(part)) {
                return Err(NotInPlace::Unproven("more would be changed than the servers"));
            }
            out.push_str(&self.text[end..cut.start.max(end)]);
            out.push_str(&text.replace("\r\n", "\n").replace('\n', self.newline));
            end = cut.end.max(end);
        }
        out.push_str(&self.text[end..]);
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_separators_go_beside_what_a_change_is_about() {
        let text = "{ \"a\": 1, /* b */ \"b\": 2 }";
        let cut = |cut: Range<usize>, own: Range<usize>| {
            let mut splices = Splices::new(text);
            splices.list.push(Splice { cut, own, text: String::new() });
            splices.apply()
        };
        assert_eq!(cut(2..9, 2..8).unwrap(), "{  /* b */ \"b\": 2 }");
        assert!(matches!(cut(2..17, 2..8), Err(NotInPlace::Unproven(_))));
        let mut splices = Splices::new(text);
        splices.replace(2..8, String::new());
        splices.replace(7..9, String::new());
        assert!(matches!(splices.apply(), Err(NotInPlace::Unproven(_))));
    }

    #[test]
    fn new_lines_end_as_those_of_the_text_do() {
        let mut splices = Splices::new("\u{feff}a\r\nb");
        splices.insert(4, "\nx".to_owned());
        splices.insert(4, "\r\ny".to_owned());
        assert_eq!(splices.apply().unwrap(), "\u{feff}a\r\nx\r\ny\r\nb");
    }
}
