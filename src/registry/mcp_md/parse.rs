//! The grammar of `mcp.md`: what its text says. Nothing in it makes a text unreadable: what is malformed is reported and
//! left out.

use std::collections::BTreeSet;
use std::fmt;

use indexmap::IndexMap;

use crate::registry::quoting::quoted;
use crate::registry::spec::{STDIO, ServerSpec};

use super::lines::{Line, first_word, lines, strip};

/// The section that is not a server, compared without regard to case.
pub(super) const ALLOWED_SECTION: &str = "allowed commands";

/// What a text says.
#[derive(Clone, Debug, Default)]
pub struct Parsed {
    /// The sections of servers in the order of the text, malformed ones too.
    pub sections: Vec<Section>,
    /// The commands that the agent allows, where the text has a section for them.
    pub allowed: Option<BTreeSet<String>>,
    /// What has no effect.
    pub warnings: Vec<Warning>,
}

/// A section of a server.
#[derive(Clone, Debug)]
pub struct Section {
    /// What is in its header, which may break the rule for names.
    pub name: String,
    /// What it says; absent where it has no key `command`.
    pub spec: Option<ServerSpec>,
    /// Whether nothing comes before its header in the line.
    pub is_at_line_start: bool,
    /// Where its header begins. Bytes.
    pub(super) start: usize,
    /// Where its own lines end: the paragraph with its last field. What follows, up to the next section, is prose and
    /// comments that may belong to anything.
    pub(super) own_end: usize,
}

/// Something that has no effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Warning {
    /// A field that is not one of the five.
    UnknownField {
        /// The server.
        server: String,
        /// The field.
        key: String,
    },
    /// A section without `command`.
    NoCommand {
        /// The server.
        section: String,
    },
    /// There is a section for allowed commands, and it is empty.
    NothingAllowed,
}

impl fmt::Display for Warning {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownField { server, key } => write!(
                formatter,
                "mcp.md server {}: unknown field {} (ignored). Known fields: command, args, env, transport, \
                 description.",
                quoted(server),
                quoted(key)
            ),
            Self::NoCommand { section } => {
                write!(formatter, "mcp.md section {} has no 'command:' key -- skipping", quoted(section))
            }
            Self::NothingAllowed => formatter.write_str(
                "mcp.md has an empty '## Allowed commands' section: every command is denied, so no server starts",
            ),
        }
    }
}

impl Parsed {
    /// The servers in the order of the text.
    pub fn specs(&self) -> impl Iterator<Item = &ServerSpec> {
        self.sections.iter().filter_map(|section| section.spec.as_ref())
    }

    /// How many servers have this name.
    pub fn count(&self, name: &str) -> usize {
        self.specs().filter(|spec| spec.name == name).count()
    }

    /// Whether a section claims this name, well-formed or not: as its whole header, or as the first word of one.
    pub fn claims(&self, name: &str) -> bool {
        self.sections.iter().any(|section| section.name == name || section.claims_by_first_word(name))
    }

    /// The names of the servers, sorted.
    pub fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.specs().map(|spec| spec.name.as_str()).collect();
        names.sort_unstable();
        names
    }
}

impl Section {
    /// Whether its header begins with this name and goes on.
    pub(super) fn claims_by_first_word(&self, name: &str) -> bool {
        self.is_at_line_start && self.name != name && first_word(&self.name) == name
    }
}

/// What a line is.
enum Kind<'a> {
    Section(&'a str),
    Heading,
    Field { key: String, value: &'a str },
    Other,
}

fn kind<'a>(line: &Line<'a>) -> Kind<'a> {
    let text = strip(line.text);
    if let Some(name) = text.strip_prefix("## ") {
        return Kind::Section(strip(name));
    }
    if text.starts_with('#') {
        return Kind::Heading;
    }
    match text.split_once(':') {
        Some((key, value)) => Kind::Field { key: strip(key).to_lowercase(), value: strip(value) },
        None => Kind::Other,
    }
}

/// Reads a text. References are kept as they are written.
pub fn parse(text: &str) -> Parsed {
    let mut reader = Reader::default();
    for line in lines(text) {
        reader.take(&line);
    }
    reader.finish()
}

/// What a section said so far.
#[derive(Default)]
struct Fields {
    command: Option<String>,
    args: Vec<String>,
    env: IndexMap<String, String>,
    transport: Option<String>,
    description: Option<String>,
}

/// The section of a server that is being read.
struct Server {
    section: Section,
    fields: Fields,
    /// Whether the line before belongs to it.
    is_own: bool,
}

#[derive(Default)]
enum Open {
    #[default]
    Nothing,
    Allowed,
    Server(Box<Server>),
}

#[derive(Default)]
struct Reader {
    parsed: Parsed,
    open: Open,
}

impl Reader {
    fn take(&mut self, line: &Line<'_>) {
        match kind(line) {
            Kind::Section(name) => {
                self.close();
                self.open = if name.to_lowercase() == ALLOWED_SECTION {
                    self.parsed.allowed.get_or_insert_default();
                    Open::Allowed
                } else {
                    let section = Section {
                        name: name.to_owned(),
                        spec: None,
                        is_at_line_start: line.text.starts_with("## "),
                        start: line.start,
                        own_end: line.next,
                    };
                    Open::Server(Box::new(Server { section, fields: Fields::default(), is_own: true }))
                };
            }
            Kind::Heading => match &mut self.open {
                Open::Server(server) => server.is_own = false,
                // Fields after it belong to nobody.
                Open::Allowed => self.open = Open::Nothing,
                Open::Nothing => {}
            },
            Kind::Field { key, value } => match &mut self.open {
                Open::Server(server) => {
                    let is_known = server.fields.take(&key, value);
                    server.is_own |= is_known;
                    if server.is_own {
                        server.section.own_end = line.next;
                    }
                    if !is_known {
                        let server = server.section.name.clone();
                        self.parsed.warnings.push(Warning::UnknownField { server, key });
                    }
                }
                Open::Allowed => self.allow(line.text),
                Open::Nothing => {}
            },
            Kind::Other => match &mut self.open {
                Open::Server(server) => {
                    server.is_own &= !strip(line.text).is_empty();
                    if server.is_own {
                        server.section.own_end = line.next;
                    }
                }
                Open::Allowed => self.allow(line.text),
                Open::Nothing => {}
            },
        }
    }

    fn allow(&mut self, line: &str) {
        let name = strip(line.split('#').next().unwrap_or_default());
        if !name.is_empty() {
            self.parsed.allowed.get_or_insert_default().insert(name.to_owned());
        }
    }

    fn close(&mut self) {
        let Open::Server(server) = std::mem::take(&mut self.open) else { return };
        let Server { mut section, fields, .. } = *server;
        section.spec = fields.into_spec(&section.name);
        if section.spec.is_none() {
            self.parsed.warnings.push(Warning::NoCommand { section: section.name.clone() });
        }
        self.parsed.sections.push(section);
    }

    fn finish(mut self) -> Parsed {
        self.close();
        if self.parsed.allowed.as_ref().is_some_and(BTreeSet::is_empty) {
            self.parsed.warnings.push(Warning::NothingAllowed);
        }
        self.parsed
    }
}

impl Fields {
    /// Takes a field. Returns whether it is one of ours.
    fn take(&mut self, key: &str, value: &str) -> bool {
        let first = |place: &mut Option<String>| {
            if place.is_none() {
                *place = Some(value.to_owned());
            }
        };
        match key {
            "command" => first(&mut self.command),
            "transport" => first(&mut self.transport),
            "description" => first(&mut self.description),
            "args" => self.args.extend(list(value).map(str::to_owned)),
            "env" => {
                let pairs = list(value).filter_map(|piece| piece.split_once('='));
                self.env.extend(pairs.map(|(key, value)| (strip(key).to_owned(), strip(value).to_owned())));
            }
            _ => return false,
        }
        true
    }

    fn into_spec(self, name: &str) -> Option<ServerSpec> {
        Some(ServerSpec {
            name: name.to_owned(),
            command: self.command?,
            args: self.args,
            env: self.env,
            transport: self.transport.unwrap_or_else(|| STDIO.to_owned()),
            description: self.description.unwrap_or_default(),
        })
    }
}

/// The pieces between commas that are not empty. Nothing can be quoted.
fn list(value: &str) -> impl Iterator<Item = &str> {
    value.split(',').map(strip).filter(|piece| !piece.is_empty())
}
