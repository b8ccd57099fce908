//! Lines out of the pieces in which a program writes them. It knows neither files nor secrets.

/// How long a line gets. Bytes; the rest is dropped.
pub(super) const LONGEST: usize = 64 << 10;

/// Lines, piece by piece.
#[derive(Default)]
pub(super) struct Lines {
    /// The line that is not complete.
    partial: Vec<u8>,
    is_cut: bool,
}

/// A line without its end.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// Its text; what is not UTF-8 is replaced.
    pub(super) text: String,
    /// Whether its rest was dropped.
    pub(super) is_cut: bool,
}

impl Lines {
    /// Takes the next piece, and hands over each line that is complete now.
    pub(super) fn take(&mut self, mut piece: &[u8], mut with: impl FnMut(Line)) {
        // A carriage return ends a line too: bars of progress have no other end.
        while let Some(end) = piece.iter().position(|byte| b"\r\n".contains(byte)) {
            self.append(&piece[..end]);
            with(self.line());
            piece = &piece[end + 1..];
        }
        self.append(piece);
    }

    /// The line that was not completed, if there is one.
    pub(super) fn rest(&mut self) -> Option<Line> {
        (!self.partial.is_empty()).then(|| self.line())
    }

    fn append(&mut self, bytes: &[u8]) {
        let room = LONGEST - self.partial.len();
        self.is_cut |= room < bytes.len();
        self.partial.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }

    fn line(&mut self) -> Line {
        let text = String::from_utf8_lossy(&self.partial).into_owned();
        self.partial.clear();
        Line { text, is_cut: std::mem::take(&mut self.is_cut) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(pieces: &[&[u8]]) -> Vec<(String, bool)> {
        let mut lines = Lines::default();
        let mut found = Vec::new();
        for piece in pieces {
            lines.take(piece, |line| found.push((line.text, line.is_cut)));
        }
        found.extend(lines.rest().map(|line| (line.text, line.is_cut)));
        found
    }

    #[test]
    fn a_line_is_whole_however_it_was_written() {
        let expected = [("one", false), ("twö", false), ("three", false)];
        let expected: Vec<_> = expected.iter().map(|(text, cut)| ((*text).to_owned(), *cut)).collect();
        let text = "one\ntwö\rthree".as_bytes();
        for size in 1..text.len() {
            assert_eq!(lines(&text.chunks(size).collect::<Vec<_>>()), expected, "{size}");
        }
    }

    #[test]
    fn a_line_is_cut_and_the_next_one_is_not() {
        let long = vec![b'x'; LONGEST + 1];
        let found = lines(&[&long, b"yz\nnext\n"]);
        assert_eq!(found[0].0.len(), LONGEST);
        assert!(found[0].1 && found[1] == ("next".to_owned(), false) && found.len() == 2);
        assert!(!lines(&[&long[1..], b"\n"])[0].1);
    }
}
