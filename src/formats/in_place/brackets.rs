//! A list between brackets, as JSON, TOML and YAML have it: items are taken out and put behind the last one, with their commas,
//! and comments stay where they are. It does not know what the items say.

use std::ops::Range;

use super::edit::Edit;
use super::splices::Splices;

/// A list in a text.
pub(super) struct Bracketed {
    /// The byte behind the opening bracket.
    pub(super) start: usize,
    /// The closing bracket.
    pub(super) close: usize,
    pub(super) items: Vec<Range<usize>>,
    /// The comma behind each item.
    pub(super) commas: Vec<Option<usize>>,
}

/// How a list without items is written, and what is between two that share a line.
pub(super) struct Manner {
    pub(super) before_first: String,
    pub(super) after_last: String,
    pub(super) after_comma: String,
}

impl Bracketed {
    /// How a line of a new item would be indented; nothing where it gets no line of its own.
    pub(super) fn indent<'t>(&self, splices: &Splices<'t>) -> Option<&'t str> {
        splices.indent(self.items.last()?.start)
    }

    /// Takes out the items that are removed, and adds others. `code` is the text with blanks for its comments.
    pub(super) fn splice(
        &self,
        splices: &mut Splices<'_>,
        code: &str,
        items: &[Edit<'_>],
        added: &[String],
        manner: &Manner,
    ) {
        let last = items.iter().rposition(|edit| *edit != Edit::Remove);
        let has_trailing_comma = self.commas.last().is_some_and(Option::is_some);
        let end = if has_trailing_comma { "," } else { "" };
        match last {
            Some(last) if !added.is_empty() => {
                let mut at = self.items[last].end;
                match self.commas[last] {
                    Some(comma) => at = comma + 1,
                    None => splices.insert(at, ",".to_owned()),
                }
                let gap = match splices.indent(self.items[last].start) {
                    Some(indent) => {
                        // Behind a comment on the line of the last item.
                        let line_end = splices.line_end(at);
                        if code[at..line_end].trim().is_empty() {
                            at += splices.text()[at..line_end].trim_end().len();
                        }
                        format!("\n{indent}")
                    }
                    None => manner.after_comma.clone(),
                };
                splices.insert(at, format!("{gap}{}{end}", added.join(&format!(",{gap}"))));
            }
            // What was the last comma between two is one too many.
            Some(last) if last + 1 < self.items.len() && !has_trailing_comma => {
                if let Some(comma) = self.commas[last] {
                    splices.remove_separator(comma);
                }
            }
            None if !added.is_empty() => {
                let between = match manner.before_first.is_empty() {
                    true => &manner.after_comma,
                    false => &manner.before_first,
                };
                let text = format!("{}{}{end}", manner.before_first, added.join(&format!(",{between}")));
                match self.is_empty(splices) {
                    true => splices.replace(self.start..self.close, format!("{text}{}", manner.after_last)),
                    false => splices.insert(self.start, text),
                }
            }
            _ => {}
        }
        for (at, item) in self.items.iter().enumerate().filter(|(at, _)| items[*at] == Edit::Remove) {
            match self.commas[at] {
                Some(comma) if splices.text()[item.end..comma].trim().is_empty() => {
                    splices.remove(item.clone(), comma + 1);
                }
                comma => {
                    splices.remove(item.clone(), item.end);
                    if let Some(comma) = comma {
                        splices.remove_separator(comma);
                    }
                }
            }
        }
    }

    /// Whether there is nothing between the brackets.
    fn is_empty(&self, splices: &Splices<'_>) -> bool {
        splices.text()[self.start..self.close].trim().is_empty()
    }
}
