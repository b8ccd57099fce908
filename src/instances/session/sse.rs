//! Server-sent events, piece by piece, as the HTML standard reads them. It does not know what an event is about.

use bytes::Bytes;

/// One event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Event {
    /// Its type; `message` where none is named.
    pub(super) kind: String,
    /// Its data, lines joined by line breaks.
    pub(super) data: Bytes,
}

/// An event or a line that is longer than is read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooLong;

/// Reads events out of pieces of a stream.
#[derive(Debug)]
pub(super) struct Reader {
    most: usize,
    line: Vec<u8>,
    has_carriage_return: bool,
    is_begun: bool,
    kind: String,
    data: Vec<u8>,
    has_data: bool,
}

impl Reader {
    /// A reader of events of at most so many bytes.
    pub(super) fn new(most: usize) -> Self {
        Self {
            most,
            line: Vec::new(),
            has_carriage_return: false,
            is_begun: false,
            kind: String::new(),
            data: Vec::new(),
            has_data: false,
        }
    }

    /// Takes the next piece and gives the events that it completes.
    pub(super) fn push(&mut self, piece: &[u8]) -> Result<Vec<Event>, TooLong> {
        let mut events = Vec::new();
        let mut rest = piece;
        if self.has_carriage_return && !rest.is_empty() {
            self.has_carriage_return = false;
            rest = rest.strip_prefix(b"\n").unwrap_or(rest);
        }
        while let Some(at) = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')) {
            self.extend_line(&rest[..at])?;
            let is_return = rest[at] == b'\r';
            rest = &rest[at + 1..];
            if is_return {
                if rest.is_empty() {
                    self.has_carriage_return = true;
                }
                rest = rest.strip_prefix(b"\n").unwrap_or(rest);
            }
            let line = std::mem::take(&mut self.line);
            events.extend(self.end_line(&line)?);
        }
        self.extend_line(rest)?;
        Ok(events)
    }

    fn extend_line(&mut self, piece: &[u8]) -> Result<(), TooLong> {
        if self.line.len() + piece.len() > self.most {
            return Err(TooLong);
        }
        self.line.extend_from_slice(piece);
        Ok(())
    }

    fn end_line(&mut self, line: &[u8]) -> Result<Option<Event>, TooLong> {
        let line = if self.is_begun { line } else { line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line) };
        self.is_begun = true;
        if line.is_empty() {
            return Ok(self.dispatch());
        }
        let colon = line.iter().position(|byte| *byte == b':').unwrap_or(line.len());
        let (field, value) = (&line[..colon], line.get(colon + 1..).unwrap_or_default());
        let value = value.strip_prefix(b" ").unwrap_or(value);
        match field {
            b"event" => self.kind = String::from_utf8_lossy(value).into_owned(),
            b"data" => {
                if self.data.len() + value.len() + 1 > self.most {
                    return Err(TooLong);
                }
                if self.has_data {
                    self.data.push(b'\n');
                }
                self.has_data = true;
                self.data.extend_from_slice(value);
            }
            // Comments, ids and times to wait: we never resume a stream.
            _ => {}
        }
        Ok(None)
    }

    fn dispatch(&mut self) -> Option<Event> {
        let kind = std::mem::take(&mut self.kind);
        let data = std::mem::take(&mut self.data);
        if !std::mem::take(&mut self.has_data) {
            return None;
        }
        let kind = if kind.is_empty() { "message".to_owned() } else { kind };
        Some(Event { kind, data: data.into() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn event(kind: &str, data: &str) -> Event {
        Event { kind: kind.to_owned(), data: Bytes::copy_from_slice(data.as_bytes()) }
    }

    const STREAM: &[u8] =
        b"\xef\xbb\xbf: hello\r\nevent: endpoint\r\ndata: /m?a=b\r\n\r\nid: 1\ndata:{\"a\":\ndata: 1}\n\n\
        event: x\n\ndata\n\rretry: 5\rdata: \xc3\xa9 y\r\rdata: lost";

    fn expected() -> Vec<Event> {
        vec![
            event("endpoint", "/m?a=b"),
            event("message", "{\"a\":\n1}"),
            event("message", ""),
            event("message", "é y"),
        ]
    }

    #[test]
    fn events_are_read_as_the_standard_says() {
        assert_eq!(Reader::new(100).push(STREAM).unwrap(), expected());
    }

    #[test]
    fn what_is_too_long_is_an_error_and_is_not_kept() {
        assert_eq!(Reader::new(10).push(b"data: 12345"), Err(TooLong));
        let mut reader = Reader::new(10);
        assert_eq!(reader.push(b"data: 123\ndata: 456\n"), Ok(vec![]));
        assert_eq!(reader.push(b"data: 789\n"), Err(TooLong));
        let comments = b": 1234\n".repeat(100);
        assert_eq!(Reader::new(10).push(&comments), Ok(vec![]));
    }

    proptest! {
        #[test]
        fn where_a_stream_is_cut_changes_nothing(cuts in proptest::collection::vec(0..STREAM.len(), 0..8)) {
            let mut cuts = cuts;
            cuts.sort_unstable();
            let mut reader = Reader::new(100);
            let mut events = Vec::new();
            let mut from = 0;
            for cut in cuts.into_iter().chain([STREAM.len()]) {
                events.extend(reader.push(&STREAM[from..cut]).unwrap());
                from = cut;
            }
            prop_assert_eq!(events, expected());
        }
    }
}
