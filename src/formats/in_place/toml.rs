//! Changes in TOML: tables may be written below headers, with dotted keys or between braces, and each is changed as it is
//! written. It does not know what a table is about.

use std::ops::Range;

use crate::formats::emit;
use crate::json::{Json, Object};

use super::NotInPlace;
use super::brackets::{Bracketed, Manner};
use super::edit::Edit;
use super::splices::Splices;
use super::toml_layout::{Inner, Key, Layout, Node, Section};

/// Changes the document that a text holds.
pub(super) fn splice(splices: &mut Splices<'_>, edit: &Edit<'_>, root: &Json) -> Result<(), NotInPlace> {
    let layout = Layout::of(splices.text());
    Splicing { layout: &layout, splices, gone: Vec::new() }.spread(&[], root, edit)
}

struct Splicing<'s, 't> {
    layout: &'s Layout,
    splices: &'s mut Splices<'t>,
    /// What was taken out.
    gone: Vec<Range<usize>>,
}

impl Splicing<'_, '_> {
    /// Changes a table, or a list of tables, that may be spread over the text.
    fn spread(&mut self, way: &[String], old: &Json, edit: &Edit<'_>) -> Result<(), NotInPlace> {
        // What is kept need not be looked for.
        if *edit == Edit::Keep {
            return Ok(());
        }
        let layout = self.layout;
        match (edit, layout.key(way)) {
            (Edit::Remove, Some(key)) => {
                self.remove(key.range.clone());
                return Ok(());
            }
            (edit, Some(key)) => return self.node(&key.node, edit),
            (_, None) => {}
        }
        match edit {
            Edit::Inside { items, added } => {
                let inner: Vec<(String, &Json)> = match old {
                    Json::Object(old) => old.iter().map(|(name, old)| (name.to_owned(), old)).collect(),
                    Json::Array(old) => {
                        old.iter().enumerate().map(|(index, old)| (index.to_string(), old)).collect()
                    }
                    _ => Vec::new(),
                };
                for ((step, old), edit) in inner.into_iter().zip(items) {
                    self.spread(&below(way, step), old, edit)?;
                }
                added.iter().try_for_each(|(name, value)| self.add(way, *name, value))
            }
            _ => {
                self.remove_below(way);
                match (edit, way.split_last()) {
                    (Edit::Replace(value), Some((name, parent))) => self.add(parent, Some(name), value),
                    _ => Ok(()),
                }
            }
        }
    }

    fn remove(&mut self, own: Range<usize>) {
        self.splices.remove(own.clone(), own.end);
        self.gone.push(own);
    }

    /// Takes away all headers and keys of a table or list.
    fn remove_below(&mut self, way: &[String]) {
        let layout = self.layout;
        for section in &layout.sections {
            match section.range().filter(|_| section.way.starts_with(way)) {
                Some(range) => self.remove(range),
                None => {
                    let keys = section.keys.iter().filter(|key| key.way.starts_with(way));
                    keys.for_each(|key| self.remove(key.range.clone()));
                }
            }
        }
    }

    fn is_left(&self, at: usize) -> bool {
        !self.gone.iter().any(|gone| gone.contains(&at))
    }

    /// Adds a member to a table, or an element to a list of tables.
    fn add(&mut self, way: &[String], name: Option<&str>, value: &Json) -> Result<(), NotInPlace> {
        match (name, value) {
            (None, Json::Object(table)) => {
                self.add_block(way, element(way, table));
                Ok(())
            }
            // A list of tables.
            (Some(name), Json::Array(elements))
                if way.len() == 1
                    && !elements.is_empty()
                    && elements.iter().all(|value| value.as_object().is_some()) =>
            {
                let way_to_list = below(way, name.to_owned());
                let blocks =
                    elements.iter().filter_map(Json::as_object).map(|table| element(&way_to_list, table));
                let blocks: Vec<String> = blocks.collect();
                self.add_block(way, blocks.join("\n"));
                Ok(())
            }
            (Some(name), Json::Object(_)) if way.len() < 2 => {
                let inner = Object::from_iter([(name, value.clone())]);
                let root = match way {
                    [step] => Object::from_iter([(step, Json::Object(inner))]),
                    _ => inner,
                };
                self.add_block(way, emit::toml(&root));
                Ok(())
            }
            (Some(name), value) => self.add_key(way, name, value),
            (None, _) => self.splices.refuse(0, "a list that is not one of tables"),
        }
    }

    /// Adds headers with their keys behind the last ones of their table, or at the end.
    fn add_block(&mut self, way: &[String], block: String) {
        let layout = self.layout;
        let ends = layout.sections.iter().filter(|section| !way.is_empty() && section.way.starts_with(way));
        let end = ends.filter_map(|section| self.end_of(section)).max();
        let text = self.splices.text();
        match end {
            Some(end) => {
                let end = self.splices.line_end(end);
                self.splices.insert(end, format!("\n\n{}", block.trim_end()));
            }
            None => {
                let gap = if text.ends_with('\n') { "\n" } else { "\n\n" };
                self.splices.insert(text.len(), format!("{gap}{block}"));
            }
        }
    }

    /// Where what is left of a section ends.
    fn end_of(&self, section: &Section) -> Option<usize> {
        let header = section.header.clone().filter(|header| self.is_left(header.start))?;
        let keys = section.keys.iter().filter(|key| self.is_left(key.range.start));
        Some(keys.map(|key| key.range.end).next_back().unwrap_or(header.end))
    }

    /// Adds a key below the header of its table, or a dotted one behind another key of the table.
    fn add_key(&mut self, way: &[String], name: &str, value: &Json) -> Result<(), NotInPlace> {
        let layout = self.layout;
        let own = layout.sections.iter().rfind(|section| section.way == way && section.header.is_some());
        let found = match own.and_then(|section| Some((section, self.end_of(section)?))) {
            Some(found) => Some(found),
            None => {
                layout.sections.iter().filter(|section| way.starts_with(&section.way)).find_map(|section| {
                    let is_left_here = |key: &&Key| key.way.starts_with(way) && self.is_left(key.range.start);
                    let last = section.keys.iter().rfind(is_left_here)?;
                    Some((section, last.range.end))
                })
            }
        };
        let Some((section, end)) = found else {
            return self.splices.refuse(0, "a table without a header of its own");
        };
        let indent =
            section.keys.last().and_then(|key| self.splices.indent(key.range.start)).unwrap_or_default();
        let mut line = format!("\n{indent}");
        let below_header = below(&way[section.way.len()..], name.to_owned());
        emit::toml_member(&mut line, &below_header, value);
        let end = self.splices.line_end(end);
        self.splices.insert(end, line);
        Ok(())
    }

    /// Changes a value in its place.
    fn node(&mut self, node: &Node, edit: &Edit<'_>) -> Result<(), NotInPlace> {
        match (edit, &node.inner) {
            (Edit::Replace(value), _) => {
                let mut text = String::new();
                emit::toml_value(&mut text, value);
                self.splices.replace(node.range.clone(), text);
                Ok(())
            }
            (Edit::Inside { items, added }, Inner::List(list, nodes)) => {
                let added = added.iter().map(|(_, value)| {
                    let mut text = String::new();
                    emit::toml_value(&mut text, value);
                    text
                });
                let added: Vec<String> = added.collect();
                self.list(list, nodes.iter(), items, &added, "")
            }
            (Edit::Inside { items, added }, Inner::Table(list, members)) => {
                if members.iter().any(|(steps, _)| steps.len() != 1) {
                    return self.splices.refuse(node.range.start, "dotted keys between braces");
                }
                let added = added.iter().map(|(name, value)| member(name.unwrap_or_default(), value));
                let added: Vec<String> = added.collect();
                self.list(list, members.iter().map(|(_, node)| node), items, &added, " ")
            }
            _ => self.splices.refuse(node.range.start, "a value of another kind"),
        }
    }

    fn list<'n>(
        &mut self,
        list: &Bracketed,
        nodes: impl Iterator<Item = &'n Node>,
        items: &[Edit<'_>],
        added: &[String],
        padding: &str,
    ) -> Result<(), NotInPlace> {
        for (node, edit) in nodes.zip(items).filter(|(_, edit)| !matches!(edit, Edit::Keep | Edit::Remove)) {
            self.node(node, edit)?;
        }
        let manner = Manner {
            before_first: padding.to_owned(),
            after_last: padding.to_owned(),
            after_comma: " ".to_owned(),
        };
        list.splice(self.splices, &self.layout.code, items, added, &manner);
        Ok(())
    }
}

fn below(way: &[String], step: String) -> Vec<String> {
    way.iter().cloned().chain([step]).collect()
}

/// `name = value`
fn member(name: &str, value: &Json) -> String {
    let mut text = String::new();
    emit::toml_member(&mut text, &[name], value);
    text
}

/// An element of a list of tables.
fn element(way: &[String], table: &Object) -> String {
    let mut header = String::new();
    emit::toml_way(&mut header, way);
    let members: Vec<String> =
        table.iter().filter(|(_, value)| !value.is_null()).map(|(name, value)| member(name, value)).collect();
    format!("[[{header}]]\n{}\n", members.join("\n"))
}
