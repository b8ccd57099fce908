//! The text between two brackets: items, their commas, the white space around them. One item can
//! be added, changed or taken out, and every byte of the others stays. It knows no values.

use std::ops::Range;
use std::sync::Arc;

use crate::json::{RawArray, RawMember, RawObject, Style};

/// The items of an object or an array.
#[derive(Clone)]
pub(super) struct Items<V> {
    items: Vec<Arc<Item<V>>>,
    /// The white space between the brackets where there are no items.
    blank: Arc<str>,
    /// Whether items have names: they are members, not elements.
    is_object: bool,
}

/// One item: `gap key colon value trail`. An element of an array has neither key nor colon.
#[derive(Clone)]
pub(super) struct Item<V> {
    gap: Arc<str>,
    key: Arc<str>,
    colon: Arc<str>,
    /// From which the value's text is made.
    pub(super) value: V,
    trail: Arc<str>,
}

/// The white space that an item at the end will have.
pub(super) struct Slot {
    gap: Arc<str>,
    colon: Arc<str>,
    trail: Arc<str>,
}

impl<V: Clone> Items<V> {
    pub(super) fn of_object(text: &str, raw: &RawObject, mut value: impl FnMut(&RawMember) -> V) -> Self {
        let members =
            raw.members.iter().map(|member| (member.key.clone(), member.value.clone(), value(member)));
        Self { is_object: true, ..Self::collect(text, raw.open + 1..raw.close, members) }
    }

    pub(super) fn of_array(text: &str, raw: &RawArray, mut value: impl FnMut(Range<usize>) -> V) -> Self {
        let elements =
            raw.elements.iter().map(|place| (place.start..place.start, place.clone(), value(place.clone())));
        Self::collect(text, raw.open + 1..raw.close, elements)
    }

    fn collect(
        text: &str,
        inside: Range<usize>,
        places: impl ExactSizeIterator<Item = (Range<usize>, Range<usize>, V)>,
    ) -> Self {
        let empty: Arc<str> = "".into();
        let mut items: Vec<Arc<Item<V>>> = Vec::with_capacity(places.len());
        let mut at = inside.start;
        let mut places = places.peekable();
        while let Some((key, place, value)) = places.next() {
            // Nothing where there is no key: an element's key is empty and ends where its value begins.
            let colon = &text[key.end..place.start];
            let until = places.peek().map_or(inside.end, |(next, ..)| next.start);
            let after = &text[place.end..until];
            let trail = &after[..after.find(',').unwrap_or(after.len())];
            // Most items have the white space of the one before them, and then share it.
            let share = |own: &str, field: fn(&Item<V>) -> &Arc<str>| match items.last() {
                Some(last) if **field(last) == *own => field(last).clone(),
                _ if own.is_empty() => empty.clone(),
                _ => own.into(),
            };
            let item = Item {
                gap: share(&text[at..key.start], |item| &item.gap),
                key: share(&text[key], |item| &item.key),
                colon: share(colon, |item| &item.colon),
                value,
                trail: share(trail, |item| &item.trail),
            };
            at = (place.end + trail.len() + 1).min(inside.end);
            items.push(Arc::new(item));
        }
        let blank = if items.is_empty() { text[inside].into() } else { empty };
        Self { items, blank, is_object: false }
    }

    pub(super) fn len(&self) -> usize {
        self.items.len()
    }

    pub(super) fn value(&self, at: usize) -> &V {
        &self.items[at].value
    }

    pub(super) fn values(&self) -> impl DoubleEndedIterator<Item = &V> + ExactSizeIterator {
        self.items.iter().map(|item| &item.value)
    }

    /// How the line of an item is indented; nothing if its line begins with something else.
    pub(super) fn indent(&self, at: usize) -> Option<&str> {
        line_indent(&self.items[at].gap)
    }

    pub(super) fn set_value(&mut self, at: usize, value: V) {
        Arc::make_mut(&mut self.items[at]).value = value;
    }

    pub(super) fn set_key(&mut self, at: usize, key: String) {
        Arc::make_mut(&mut self.items[at]).key = key.into();
    }

    /// The white space for one more item of a container whose line is indented by `indent`.
    pub(super) fn next_slot(&self, style: &Style, indent: &str) -> Slot {
        let Some(last) = self.items.last() else {
            return Slot {
                gap: style.before_first(indent).into(),
                colon: if self.is_object { style.colon() } else { "" }.into(),
                trail: style.after_last(indent).into(),
            };
        };
        let is_spaced_like_last = self.items.len() > 1 || last.gap.contains('\n');
        Slot {
            gap: if is_spaced_like_last { last.gap.clone() } else { style.after_comma().into() },
            colon: last.colon.clone(),
            trail: last.trail.clone(),
        }
    }

    /// Adds an item at the end: the new text is in one piece, behind the last value.
    pub(super) fn push(&mut self, slot: Slot, key: String, value: V) {
        if let Some(last) = self.items.last_mut() {
            Arc::make_mut(last).trail = "".into();
        }
        let Slot { gap, colon, trail } = slot;
        self.items.push(Arc::new(Item { gap, key: key.into(), colon, value, trail }));
    }

    /// Drops the items that are not wanted, so that what is left reads as if they had never been written:
    /// with an item goes the comma before it, with the first one the comma after it.
    pub(super) fn keep(&mut self, mut is_wanted: impl FnMut(usize, &V) -> bool) {
        let first_gap = self.items.first().map(|first| first.gap.clone());
        let mut kept: Vec<Arc<Item<V>>> = Vec::with_capacity(self.items.len());
        for (at, mut item) in std::mem::take(&mut self.items).into_iter().enumerate() {
            if !is_wanted(at, &item.value) {
                if let Some(last) = kept.last_mut() {
                    Arc::make_mut(last).trail = item.trail.clone();
                }
                continue;
            }
            if let (true, Some(first_gap)) = (kept.is_empty() && at > 0, &first_gap) {
                Arc::make_mut(&mut item).gap = first_gap.clone();
            }
            kept.push(item);
        }
        if kept.is_empty() && first_gap.is_some() {
            self.blank = "".into();
        }
        self.items = kept;
    }

    /// Puts the items in another order; the white space around them stays in its place.
    pub(super) fn reorder(&mut self, rank: impl Fn(&V) -> usize) {
        if self.values().is_sorted_by_key(&rank) {
            return;
        }
        let mut sorted = self.items.clone();
        sorted.sort_by_key(|item| rank(&item.value));
        for (item, from) in self.items.iter_mut().zip(sorted) {
            let Item { key, colon, value, .. } = (*from).clone();
            *item = Arc::new(Item { gap: item.gap.clone(), key, colon, value, trail: item.trail.clone() });
        }
    }

    /// How much [`Self::write`] appends. Known beforehand, a big text is not copied again and again while
    /// it grows.
    pub(super) fn text_len(&self, text: impl Fn(&V) -> &str) -> usize {
        let around = |item: &Item<V>| item.gap.len() + item.key.len() + item.colon.len() + item.trail.len();
        let items = self.items.iter().map(|item| around(item) + text(&item.value).len() + 1);
        items.sum::<usize>() + self.blank.len()
    }

    /// Appends all text between the brackets.
    pub(super) fn write(&self, out: &mut String, text: impl Fn(&V) -> &str) {
        if self.items.is_empty() {
            out.push_str(&self.blank);
        }
        for (at, item) in self.items.iter().enumerate() {
            if at > 0 {
                out.push(',');
            }
            out.push_str(&item.gap);
            out.push_str(&item.key);
            out.push_str(&item.colon);
            out.push_str(text(&item.value));
            out.push_str(&item.trail);
        }
    }
}

impl Slot {
    /// How the line of the item will be indented; nothing if it gets no line of its own.
    pub(super) fn indent(&self) -> Option<&str> {
        line_indent(&self.gap)
    }
}

fn line_indent(gap: &str) -> Option<&str> {
    gap.rfind('\n').map(|at| &gap[at + 1..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::scan_object;

    fn items(text: &str) -> Items<&str> {
        Items::of_object(text, &scan_object(text, 0).unwrap(), |member| &text[member.value.clone()])
    }

    fn text(items: &Items<&str>) -> String {
        let mut out = "{".to_owned();
        items.write(&mut out, |value| value);
        out + "}"
    }

    #[test]
    fn what_is_dropped_leaves_no_trace() {
        for (before, dropped, after) in [
            ("{\"a\": 1, \"b\": 2, \"c\": 3}", 0, "{\"b\": 2, \"c\": 3}"),
            ("{\"a\": 1, \"b\": 2, \"c\": 3}", 1, "{\"a\": 1, \"c\": 3}"),
            ("{\"a\": 1, \"b\": 2, \"c\": 3}", 2, "{\"a\": 1, \"b\": 2}"),
            ("{\n  \"a\": 1,\n  \"b\": 2\n}", 0, "{\n  \"b\": 2\n}"),
            ("{\n  \"a\": 1,\n  \"b\": 2\n}", 1, "{\n  \"a\": 1\n}"),
            ("{ \"a\" : 1 , \"b\" : 2 }", 1, "{ \"a\" : 1 }"),
            ("{\n  \"a\": 1\n}", 0, "{}"),
        ] {
            let mut items = items(before);
            items.keep(|at, _| at != dropped);
            assert_eq!(text(&items), after);
        }
    }

    #[test]
    fn what_is_added_follows_its_siblings() {
        let style = Style::indented();
        for (before, after) in [
            ("{}", "{\n    \"n\": 0\n  }"),
            ("{\"a\":1}", "{\"a\":1, \"n\":0}"),
            ("{\"a\":1,\"b\":2}", "{\"a\":1,\"b\":2,\"n\":0}"),
            ("{\r\n\t\"a\" : 1\r\n}", "{\r\n\t\"a\" : 1,\r\n\t\"n\" : 0\r\n}"),
        ] {
            let mut items = items(before);
            let slot = items.next_slot(&style, "  ");
            items.push(slot, "\"n\"".to_owned(), "0");
            assert_eq!(text(&items), after);
        }
    }

    #[test]
    fn an_order_is_changed_without_its_white_space() {
        let mut items = items("{\"a\": 3,\n \"b\" :1 , \"c\":2}");
        items.reorder(|value| value.parse().unwrap());
        assert_eq!(text(&items), "{\"b\" :1,\n \"c\":2 , \"a\": 3}");
    }
}
