//! Changes in JSON with comments and trailing commas, by the places that the scanner finds in what is left without them.
//! It does not know what a text is about.

use crate::formats::syntax::jsonc::{Code, code};
use crate::json::{Json, Style, first_byte, line_indent, scan_array, scan_object, write_string};

use super::NotInPlace;
use super::brackets::{Bracketed, Manner};
use super::edit::Edit;
use super::splices::Splices;

/// Changes the value that a text holds.
pub(super) fn splice(splices: &mut Splices<'_>, edit: &Edit<'_>) -> Result<(), NotInPlace> {
    let code = code(splices.text());
    let Some((start, b'{')) = first_byte(&code.text) else {
        return Err(NotInPlace::Shape("the braces around the file are missing"));
    };
    Splicing { code: &code, splices }.value(start, edit, &Style::indented());
    Ok(())
}

struct Splicing<'s, 't> {
    code: &'s Code,
    splices: &'s mut Splices<'t>,
}

/// The places of the values in a list, with the list.
struct Found {
    list: Bracketed,
    values: Vec<usize>,
    style: Option<Style>,
}

impl Splicing<'_, '_> {
    /// Changes what is in the list that begins here.
    fn value(&mut self, start: usize, edit: &Edit<'_>, around: &Style) {
        let Edit::Inside { items, added } = edit else { return };
        let indent = line_indent(self.splices.text(), start);
        let found = self.find(start, indent);
        let style = found.style.unwrap_or_else(|| around.clone());
        for (at, edit) in items.iter().enumerate() {
            let item = found.list.items[at].clone();
            let indent = self.splices.indent(item.start).unwrap_or(indent);
            match edit {
                Edit::Keep | Edit::Remove => {}
                Edit::Replace(value) => {
                    let text = written(value, &style, indent);
                    self.splices.replace(found.values[at]..item.end, text);
                }
                Edit::Inside { .. } => self.value(found.values[at], edit, &style),
            }
        }
        let manner = Manner {
            before_first: style.before_first(indent),
            after_last: style.after_last(indent),
            after_comma: style.after_comma().to_owned(),
        };
        let inner = match found.list.indent(self.splices) {
            Some(indent) => indent,
            None => manner.before_first.trim_start_matches(['\r', '\n']),
        };
        // As its neighbour is written.
        let neighbour = found.values.last().and_then(|start| self.find_style(*start, inner));
        let neighbour = neighbour.as_ref().unwrap_or(&style);
        let added: Vec<String> = added
            .iter()
            .map(|(name, value)| {
                let mut text = String::new();
                if let Some(name) = name {
                    write_string(&mut text, name);
                    text.push_str(style.colon());
                }
                let style = if matches!(value, Json::Object(_)) { neighbour } else { &style };
                text + &written(value, style, inner)
            })
            .collect();
        found.list.splice(self.splices, &self.code.text, items, &added, &manner);
    }

    /// The list that begins here; the strict reader has read it.
    fn find(&self, start: usize, indent: &str) -> Found {
        const READ: &str = "the strict reader has read it";
        let text = &self.code.text;
        let (places, close, style) = if text[start..].starts_with('{') {
            let raw = scan_object(text, start).expect(READ);
            let style = Style::of(text, &raw, indent);
            let places = raw
                .members
                .into_iter()
                .map(|member| (member.key.start..member.value.end, member.value.start));
            (places.collect::<Vec<_>>(), raw.close, style)
        } else {
            let raw = scan_array(text, start).expect(READ);
            let places = raw.elements.into_iter().map(|element| (element.clone(), element.start));
            (places.collect(), raw.close, None)
        };
        let starts = places.iter().skip(1).map(|(item, _)| item.start).chain([close]);
        let commas =
            places.iter().zip(starts).map(|((item, _), next)| self.code.comma(item.end..next)).collect();
        let (items, values) = places.into_iter().unzip();
        Found { list: Bracketed { start: start + 1, close, items, commas }, values, style }
    }

    /// The style of the object that begins here.
    fn find_style(&self, start: usize, indent: &str) -> Option<Style> {
        let raw = scan_object(&self.code.text, start).ok()?;
        Style::of(&self.code.text, &raw, indent)
    }
}

fn written(value: &Json, style: &Style, indent: &str) -> String {
    let mut text = String::new();
    style.write(&mut text, value, indent);
    text
}
