//! Where the headers, keys and values of a TOML text are. The text was read by the strict reader before; what it means is not
//! known here.

use std::collections::HashMap;
use std::ops::Range;

use toml_parser::Source;
use toml_parser::parser::{Event, EventKind, parse_document};

use super::brackets::Bracketed;

/// A text of TOML.
pub(super) struct Layout {
    /// The text with blanks for its comments.
    pub(super) code: String,
    /// What is before the first header, and what is below each of them.
    pub(super) sections: Vec<Section>,
}

/// A header with the keys below it.
pub(super) struct Section {
    /// The way to its table; an element of a list by its index.
    pub(super) way: Vec<String>,
    /// None for what is before the first header.
    pub(super) header: Option<Range<usize>>,
    pub(super) keys: Vec<Key>,
}

/// A key with its value.
pub(super) struct Key {
    /// The whole way to the value.
    pub(super) way: Vec<String>,
    /// The key and the value.
    pub(super) range: Range<usize>,
    pub(super) node: Node,
}

/// A value.
pub(super) struct Node {
    pub(super) range: Range<usize>,
    pub(super) inner: Inner,
}

pub(super) enum Inner {
    Scalar,
    List(Bracketed, Vec<Node>),
    /// An inline table; each value with the steps of its key.
    Table(Bracketed, Vec<(Vec<String>, Node)>),
}

impl Section {
    /// The header and all keys below it.
    pub(super) fn range(&self) -> Option<Range<usize>> {
        let header = self.header.clone()?;
        Some(header.start..self.keys.last().map_or(header.end, |key| key.range.end))
    }
}

impl Layout {
    pub(super) fn of(text: &str) -> Self {
        let mark = text.len() - text.trim_start_matches('\u{feff}').len();
        let source = Source::new(&text[mark..]);
        let mut events: Vec<Event> = Vec::new();
        parse_document(&source.lex().into_vec(), &mut events, &mut ());
        let mut code = text.as_bytes().to_vec();
        for event in events.iter().filter(|event| event.kind() == EventKind::Comment) {
            code[mark + event.span().start()..mark + event.span().end()].fill(b' ');
        }
        let code = String::from_utf8(code).expect("whole comments were replaced");
        events.retain(|event| {
            !matches!(event.kind(), EventKind::Comment | EventKind::Whitespace | EventKind::Newline)
        });
        let mut reader = Reader { source, mark, events: events.into_iter().peekable() };
        Self { code, sections: reader.sections() }
    }

    /// The key of exactly this way.
    pub(super) fn key(&self, way: &[String]) -> Option<&Key> {
        self.sections.iter().flat_map(|section| &section.keys).find(|key| key.way == way)
    }
}

struct Reader<'t, I: Iterator<Item = Event>> {
    source: Source<'t>,
    mark: usize,
    events: std::iter::Peekable<I>,
}

impl<I: Iterator<Item = Event>> Reader<'_, I> {
    fn sections(&mut self) -> Vec<Section> {
        let mut sections = vec![Section { way: Vec::new(), header: None, keys: Vec::new() }];
        // How many elements each list of tables has.
        let mut lists: HashMap<Vec<String>, usize> = HashMap::new();
        while let Some(event) = self.events.peek().copied() {
            let is_element = event.kind() == EventKind::ArrayTableOpen;
            if is_element || event.kind() == EventKind::StdTableOpen {
                let start = self.range(&event).start;
                self.events.next();
                let (steps, _) = self.key();
                let end = self.events.next().map_or(start, |event| self.range(&event).end);
                let way = resolved(steps, is_element, &mut lists);
                sections.push(Section { way, header: Some(start..end), keys: Vec::new() });
                continue;
            }
            let Some((steps, range, node)) = self.key_and_value() else { break };
            let section = sections.last_mut().expect("the first section is always there");
            let way = section.way.iter().cloned().chain(steps).collect();
            section.keys.push(Key { way, range, node });
        }
        sections
    }

    fn range(&self, event: &Event) -> Range<usize> {
        self.mark + event.span().start()..self.mark + event.span().end()
    }

    /// The steps of a dotted key.
    fn key(&mut self) -> (Vec<String>, Range<usize>) {
        let mut steps = Vec::new();
        let mut range = 0..0;
        while let Some(event) =
            self.events.next_if(|event| matches!(event.kind(), EventKind::SimpleKey | EventKind::KeySep))
        {
            if event.kind() == EventKind::KeySep {
                continue;
            }
            let place = self.range(&event);
            range = if steps.is_empty() { place } else { range.start..place.end };
            let mut step = String::new();
            if let Some(raw) = self.source.get(event) {
                raw.decode_key(&mut step, &mut ());
            }
            steps.push(step);
        }
        (steps, range)
    }

    fn key_and_value(&mut self) -> Option<(Vec<String>, Range<usize>, Node)> {
        let (steps, key) = self.key();
        self.events.next_if(|event| event.kind() == EventKind::KeyValSep)?;
        let node = self.value()?;
        Some((steps, key.start..node.range.end, node))
    }

    fn value(&mut self) -> Option<Node> {
        let event = self.events.next()?;
        let opened = self.range(&event);
        match event.kind() {
            EventKind::Scalar => Some(Node { range: opened, inner: Inner::Scalar }),
            EventKind::ArrayOpen => {
                let (list, nodes) = self.list(opened.end, EventKind::ArrayClose, |reader| {
                    let node = reader.value()?;
                    Some((node.range.clone(), node))
                })?;
                Some(Node { range: opened.start..list.close + 1, inner: Inner::List(list, nodes) })
            }
            EventKind::InlineTableOpen => {
                let (list, nodes) = self.list(opened.end, EventKind::InlineTableClose, |reader| {
                    let (steps, range, node) = reader.key_and_value()?;
                    Some((range, (steps, node)))
                })?;
                Some(Node { range: opened.start..list.close + 1, inner: Inner::Table(list, nodes) })
            }
            _ => None,
        }
    }

    fn list<T>(
        &mut self,
        start: usize,
        close: EventKind,
        read: impl Fn(&mut Self) -> Option<(Range<usize>, T)>,
    ) -> Option<(Bracketed, Vec<T>)> {
        let (mut items, mut commas, mut values) = (Vec::new(), Vec::new(), Vec::new());
        loop {
            if let Some(event) = self.events.next_if(|event| event.kind() == close) {
                let close = self.range(&event).start;
                return Some((Bracketed { start, close, items, commas }, values));
            }
            let (range, value) = read(self)?;
            let comma = self.events.next_if(|event| event.kind() == EventKind::ValueSep);
            commas.push(comma.map(|event| self.range(&event).start));
            items.push(range);
            values.push(value);
        }
    }
}

/// The way to a header's table: below a list of tables it is in the last one so far.
fn resolved(steps: Vec<String>, is_element: bool, lists: &mut HashMap<Vec<String>, usize>) -> Vec<String> {
    let mut way = Vec::new();
    let last = steps.len().saturating_sub(1);
    for (at, step) in steps.into_iter().enumerate() {
        way.push(step);
        if is_element && at == last {
            let count = lists.entry(way.clone()).or_default();
            *count += 1;
            way.push((*count - 1).to_string());
        } else if let Some(count) = lists.get(&way) {
            way.push((count - 1).to_string());
        }
    }
    way
}
