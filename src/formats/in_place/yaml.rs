//! Changes in YAML: whole lines of mappings and lists over lines, items between brackets. What has an anchor or a tag is not
//! changed inside. It does not know what a text is about.

use crate::formats::emit;
use crate::json::Json;

use super::NotInPlace;
use super::brackets::Manner;
use super::edit::Edit;
use super::splices::Splices;
use super::yaml_layout::{Inner, Member, Node, read};

/// Changes the document that a text holds.
pub(super) fn splice(splices: &mut Splices<'_>, edit: &Edit<'_>) -> Result<(), NotInPlace> {
    let Some(root) = read(splices.text()) else {
        return Err(NotInPlace::Unproven("the places of its parts are not known"));
    };
    Splicing { splices }.inside(&root, edit)
}

struct Splicing<'s, 't> {
    splices: &'s mut Splices<'t>,
}

/// What is between the value and what is before it.
enum Before {
    /// The colon of a key in a line that is indented so.
    Colon(usize, String),
    /// A dash, a bracket or a comma.
    Other,
}

impl Splicing<'_, '_> {
    fn inside(&mut self, node: &Node, edit: &Edit<'_>) -> Result<(), NotInPlace> {
        let Edit::Inside { items, added } = edit else { return Ok(()) };
        match &node.inner {
            Inner::Block(members) => self.block(members, items, added),
            Inner::Dashes(elements) => self.dashes(elements, items, added),
            Inner::Flow(Some(list), nodes) => {
                for (node, edit) in nodes.iter().zip(items) {
                    self.value(node, edit, Before::Other)?;
                }
                let added: Vec<String> = added.iter().map(|(name, value)| in_flow(*name, value)).collect();
                let manner = Manner {
                    before_first: String::new(),
                    after_last: String::new(),
                    after_comma: " ".to_owned(),
                };
                // There are no comments between the items.
                let code = self.splices.text();
                list.splice(self.splices, code, items, &added, &manner);
                Ok(())
            }
            Inner::Flow(None, _) => self.splices.refuse(node.range.start, "comments between brackets"),
            Inner::Whole => self.splices.refuse(node.range.start, "an anchor, an alias or a tag"),
        }
    }

    /// Changes a value, or replaces it by another one.
    fn value(&mut self, node: &Node, edit: &Edit<'_>, before: Before) -> Result<(), NotInPlace> {
        let new = match edit {
            Edit::Keep | Edit::Remove => return Ok(()),
            Edit::Replace(value) => *value,
            Edit::Inside { items, added } => {
                // Lines of nothing would be null.
                let is_emptied = added.is_empty() && items.iter().all(|edit| *edit == Edit::Remove);
                match (&node.inner, &before) {
                    (Inner::Block(_), Before::Colon(colon, _)) if is_emptied => {
                        self.splices.insert(*colon, " {}".to_owned());
                    }
                    (Inner::Dashes(_), Before::Colon(colon, _)) if is_emptied => {
                        self.splices.insert(*colon, " []".to_owned());
                    }
                    _ => {}
                }
                return self.inside(node, edit);
            }
        };
        match before {
            Before::Colon(colon, indent) => {
                let behind = &self.splices.text()[colon..node.range.end];
                let start = colon + (behind.len() - behind.trim_start().len());
                let mut text = String::new();
                emit::yaml_value(&mut text, new, 0);
                let text = indented(text.trim_end(), &indent);
                if behind.trim_start().starts_with('#') {
                    return self.splices.refuse(start, "a comment between a key and its value");
                }
                self.splices.replace_all(colon..node.range.end, start..node.range.end, text);
            }
            Before::Other if node.range.is_empty() => {
                return self.splices.refuse(node.range.start, "nothing as a value");
            }
            Before::Other => self.splices.replace(node.range.clone(), in_flow(None, new)),
        }
        Ok(())
    }

    fn block(
        &mut self,
        members: &[Member],
        items: &[Edit<'_>],
        added: &[(Option<&str>, &Json)],
    ) -> Result<(), NotInPlace> {
        let mut indents = members.iter().filter_map(|member| self.splices.indent(member.key.start));
        let indent = match (indents.next_back(), members.first()) {
            (Some(indent), _) => indent.to_owned(),
            (None, Some(first)) => {
                let start = self.splices.line_start(first.key.start);
                " ".repeat(self.splices.text()[start..first.key.start].chars().count())
            }
            (None, None) => String::new(),
        };
        for (at, (member, edit)) in members.iter().zip(items).enumerate() {
            let colon = self.colon(member)?;
            if *edit != Edit::Remove {
                self.value(&member.node, edit, Before::Colon(colon, indent.clone()))?;
                continue;
            }
            let own = member.key.start..member.node.range.end.max(colon);
            match (self.splices.indent(own.start), members.get(at + 1)) {
                (Some(_), _) => self.splices.remove(own.clone(), own.end),
                // Behind a dash: the next one comes in its place.
                (None, Some(next)) => self.splices.replace_all(own.start..next.key.start, own, String::new()),
                (None, None) => {
                    return self.splices.refuse(own.start, "the only member on the line of a dash");
                }
            }
        }
        let mut lines = String::new();
        for (name, value) in added {
            let mut text = String::new();
            emit::yaml_text(&mut text, name.unwrap_or_default());
            text.push(':');
            emit::yaml_value(&mut text, value, 0);
            lines.push_str(&format!("\n{indent}{}", indented(text.trim_end(), &indent)));
        }
        match members.iter().zip(items).rfind(|(_, edit)| **edit != Edit::Remove) {
            Some((last, _)) => {
                let end = last.node.range.end.max(self.colon(last)?);
                self.insert_lines(end, &lines)
            }
            None => self.insert_before(members.first().map(|first| first.key.start), &lines),
        }
    }

    fn dashes(
        &mut self,
        elements: &[Node],
        items: &[Edit<'_>],
        added: &[(Option<&str>, &Json)],
    ) -> Result<(), NotInPlace> {
        let mut last = None;
        let mut first = None;
        for (element, edit) in elements.iter().zip(items) {
            let before = self.splices.text()[..element.range.start].trim_end();
            let dash = before.len().saturating_sub(1);
            let indent = self.splices.indent(dash).map(str::to_owned);
            let Some(indent) = indent.filter(|_| before.ends_with('-')) else {
                return self
                    .splices
                    .refuse(element.range.start, "an element that is not on a line of its own");
            };
            first.get_or_insert((dash, indent));
            match edit {
                Edit::Remove => {
                    let own = dash..element.range.end;
                    self.splices.remove(own.clone(), own.end);
                }
                edit => {
                    self.value(element, edit, Before::Other)?;
                    last = Some(element.range.end);
                }
            }
        }
        let indent = first.as_ref().map(|(_, indent)| indent.as_str()).unwrap_or_default();
        let mut lines = String::new();
        for (_, value) in added {
            let mut text = String::new();
            emit::yaml_value(&mut text, &Json::Array(vec![(*value).clone()]), 0);
            // A list is indented by two blanks below its key.
            lines.push_str(&indented(&text.trim_end().replace("\n  ", "\n"), indent));
        }
        match last {
            Some(end) => self.insert_lines(end, &lines),
            None => self.insert_before(first.map(|(dash, _)| dash), &lines),
        }
    }

    /// The byte behind the colon of a key.
    fn colon(&self, member: &Member) -> Result<usize, NotInPlace> {
        match member.colon {
            Some(colon) => Ok(colon),
            None => self.splices.refuse(member.key.start, "a key that is not on the line of its value"),
        }
    }

    /// Inserts lines behind the one that ends what was there, and behind its comment. That line itself may go.
    fn insert_lines(&mut self, at: usize, lines: &str) -> Result<(), NotInPlace> {
        let Some(behind) = lines.strip_prefix('\n') else { return Ok(()) };
        let end = self.splices.line_end(at);
        let rest = self.splices.text()[at..end].trim_start();
        if !rest.is_empty() && !rest.starts_with('#') {
            return self.splices.refuse(at, "something else is on its line");
        }
        match self.splices.behind_newline(end) {
            next if next == end => self.splices.insert(end, lines.to_owned()),
            next => self.splices.insert(next, format!("{behind}\n")),
        }
        Ok(())
    }

    /// Inserts lines before the first one of what is taken away as a whole.
    fn insert_before(&mut self, at: Option<usize>, lines: &str) -> Result<(), NotInPlace> {
        let (Some(at), Some(lines)) = (at, lines.strip_prefix('\n')) else { return Ok(()) };
        if self.splices.indent(at).is_none() {
            return self.splices.refuse(at, "a member on the line of a dash");
        }
        let start = self.splices.line_start(at);
        self.splices.insert(start, format!("{lines}\n"));
        Ok(())
    }
}

/// All lines but the first one indented.
fn indented(text: &str, indent: &str) -> String {
    text.replace('\n', &format!("\n{indent}"))
}

fn in_flow(name: Option<&str>, value: &Json) -> String {
    let mut text = String::new();
    if let Some(name) = name {
        emit::yaml_text(&mut text, name);
        text.push_str(": ");
    }
    emit::yaml_flow(&mut text, value);
    text
}

#[cfg(test)]
mod tests {
    use std::ops::Range;

    use super::*;

    #[test]
    fn parts_are_where_the_parser_says() {
        let text = "\u{feff}é: 1\r\nb:\r\n  - c: |\r\n      x\r\n\r\n    d: [1, {e: 2}]\r\n";
        let Some(Node { inner: Inner::Block(members), .. }) = read(text) else { panic!() };
        let at = |range: &Range<usize>| text[range.clone()].to_owned();
        assert_eq!((at(&members[0].key), at(&members[0].node.range)), ("é".to_owned(), "1".to_owned()));
        let Inner::Dashes(elements) = &members[1].node.inner else { panic!() };
        let Inner::Block(inner) = &elements[0].inner else { panic!() };
        assert_eq!((at(&inner[0].key), at(&inner[0].node.range)), ("c".to_owned(), "x".to_owned()));
        assert_eq!(at(&inner[1].node.range), "[1, {e: 2}]");
    }
}
