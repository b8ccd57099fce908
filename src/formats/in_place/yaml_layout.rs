//! Where the keys and values of a YAML document are, by the events of the parser. The text was read by the strict reader before;
//! what it means is not known here.

use std::ops::Range;

use saphyr_parser::{Event, Parser, ScalarStyle, Span, StrInput};

use super::brackets::Bracketed;

/// A value in a text.
pub(super) struct Node {
    pub(super) range: Range<usize>,
    pub(super) inner: Inner,
}

pub(super) enum Inner {
    /// A scalar, an alias, or what has an anchor or a tag.
    Whole,
    /// A mapping over lines.
    Block(Vec<Member>),
    /// A list over lines; each element begins with its dash.
    Dashes(Vec<Node>),
    /// A mapping or a list between brackets; `None` where something between the items is no comma.
    Flow(Option<Bracketed>, Vec<Node>),
}

/// A key with its value.
pub(super) struct Member {
    pub(super) key: Range<usize>,
    /// The byte behind the colon; none where the colon is not on the line of the key.
    pub(super) colon: Option<usize>,
    pub(super) node: Node,
}

/// The value that a text holds, with the places of its parts.
pub(super) fn read(text: &str) -> Option<Node> {
    let mark = text.len() - text.trim_start_matches('\u{feff}').len();
    let part = &text[mark..];
    // The parser counts characters.
    let offsets = part.char_indices().map(|(at, _)| mark + at).chain([text.len()]).collect();
    let mut reader = Reader { text, offsets, events: Parser::new_from_str(part) };
    loop {
        let (event, span) = reader.next()?;
        match event {
            Event::StreamStart | Event::DocumentStart(_) | Event::Nothing => {}
            event => return reader.value(event, span),
        }
    }
}

struct Reader<'t> {
    text: &'t str,
    offsets: Vec<usize>,
    events: Parser<'t, StrInput<'t>>,
}

impl<'t> Reader<'t> {
    fn next(&mut self) -> Option<(Event<'t>, Span)> {
        self.events.next()?.ok()
    }

    fn range(&self, span: &Span) -> Range<usize> {
        let at = |index: usize| self.offsets.get(index).copied().unwrap_or(self.text.len());
        at(span.start.index())..at(span.end.index())
    }

    /// Where a key or a value begins and ends. For the parser a quoted text and a block reach as far as the next thing that
    /// it reads, over blanks and comments.
    fn place(&self, event: &Event<'_>, span: &Span) -> Range<usize> {
        let range = self.range(span);
        let Event::Scalar(_, style, ..) = event else { return range };
        let text = &self.text[range.clone()];
        let length = match style {
            ScalarStyle::Plain => text.len(),
            ScalarStyle::Literal | ScalarStyle::Folded => text.trim_end().len(),
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => quoted(text).unwrap_or(text.len()),
        };
        range.start..range.start + length
    }

    fn value(&mut self, event: Event<'t>, span: Span) -> Option<Node> {
        let mut range = self.place(&event, &span);
        let (has_properties, mut inner) = match event {
            Event::Scalar(_, _, anchor, tag) => (0 < anchor || tag.is_some(), Inner::Whole),
            Event::Alias(_) => (true, Inner::Whole),
            Event::MappingStart(anchor, tag) => {
                let (members, close) = self.members()?;
                let inner = if self.text[range.start..].starts_with('{') {
                    let items = members
                        .iter()
                        .map(|member| member.key.start..member.node.range.end.max(member.key.end));
                    let list = self.bracketed(range.start, close, items.collect());
                    range.end = close + 1;
                    Inner::Flow(list, members.into_iter().map(|member| member.node).collect())
                } else {
                    range.end = members.last()?.node.range.end;
                    Inner::Block(members)
                };
                (0 < anchor || tag.is_some(), inner)
            }
            Event::SequenceStart(anchor, tag) => {
                let (elements, close) = self.elements()?;
                let inner = if self.text[range.start..].starts_with('[') {
                    let items = elements.iter().map(|element| element.range.clone()).collect();
                    let list = self.bracketed(range.start, close, items);
                    range.end = close + 1;
                    Inner::Flow(list, elements)
                } else {
                    range.end = elements.last()?.range.end;
                    Inner::Dashes(elements)
                };
                (0 < anchor || tag.is_some(), inner)
            }
            _ => return None,
        };
        if has_properties {
            inner = Inner::Whole;
        }
        Some(Node { range, inner })
    }

    fn members(&mut self) -> Option<(Vec<Member>, usize)> {
        let mut members = Vec::new();
        loop {
            let (event, span) = self.next()?;
            let key = self.place(&event, &span);
            if matches!(event, Event::MappingEnd) {
                return Some((members, key.start));
            }
            let (event, span) = self.next()?;
            let mut node = self.value(event, span)?;
            let behind = self.text[key.end..].trim_start_matches([' ', '\t']);
            let colon = behind.strip_prefix(':').map(|behind| self.text.len() - behind.len());
            // What is empty is behind the colon.
            if node.range.is_empty() {
                let at = colon.unwrap_or(key.end);
                node.range = at..at;
            }
            members.push(Member { key, colon, node });
        }
    }

    fn elements(&mut self) -> Option<(Vec<Node>, usize)> {
        let mut elements = Vec::new();
        loop {
            let (event, span) = self.next()?;
            if matches!(event, Event::SequenceEnd) {
                return Some((elements, self.range(&span).start));
            }
            elements.push(self.value(event, span)?);
        }
    }

    /// A list between brackets, where nothing but commas is between its items.
    fn bracketed(&self, open: usize, close: usize, items: Vec<Range<usize>>) -> Option<Bracketed> {
        let mut commas = Vec::new();
        for (at, item) in items.iter().enumerate() {
            let next = items.get(at + 1).map_or(close, |next| next.start);
            let gap = self.text.get(item.end..next)?;
            let comma = gap.find(',').map(|comma| item.end + comma);
            let is_last = at + 1 == items.len();
            let is_plain = gap.trim().is_empty() || gap.trim() == ",";
            if !is_plain || (comma.is_none() && !is_last) {
                return None;
            }
            commas.push(comma);
        }
        Some(Bracketed { start: open + 1, close, items, commas })
    }
}

/// How long the quoted text is that a text begins with.
fn quoted(text: &str) -> Option<usize> {
    let quote = *text.as_bytes().first().filter(|byte| matches!(byte, b'"' | b'\''))?;
    let mut bytes = text.bytes().enumerate().skip(1).peekable();
    while let Some((at, byte)) = bytes.next() {
        let is_double = quote == b'\'' && bytes.peek().is_some_and(|(_, next)| *next == quote);
        match byte {
            b'\\' if quote == b'"' => drop(bytes.next()),
            _ if byte == quote && is_double => drop(bytes.next()),
            _ if byte == quote => return Some(at + 1),
            _ => {}
        }
    }
    None
}
