//! What a configuration is as an entry of a registry: a program with its arguments and variables, where `$NAME` as a
//! whole value refers to a variable (DESIGN §15.1). It does not know names, scopes, and who asks.

use std::fmt;

use crate::json::{Json, Object, Pointer};

use super::Kind;
use super::config::{Config, Node};
use super::enablement::is_enabled;
use super::launch::{Launch, NotLaunchable, Value};
use super::reference::{Piece, Reference, Source, Template};
use super::suspect::suspects;
use super::validate::Violation;

/// What begins a reference of ours, which a registry does not have.
const BEGIN: &str = "${";

/// What is written in place of [`BEGIN`] where a reference could be.
const ESCAPED: &str = "$${";

const IS_SECRET: &str = "is a secret, which only a key with the scope `reveal` is shown: keep it as a reference to a variable, or use such a key";
const IS_UNREADABLE: &str = "can't be decrypted";
const HAS_REFERENCE: &str = "has no form in a registry: there `$NAME` as the whole value of a variable is a reference, and nothing else is";
const IS_NOT_STARTED: &str = "is missing, or of a type that nothing is started with";
const IS_NO_NAME: &str = "begins with `$` and is not `$NAME`, with A to Z, digits and `_` in the name";
const IS_REFERENCE: &str = "must not hold `${`";

/// A program as registries describe it. References are `$NAME`.
#[derive(Clone, PartialEq, Eq)]
pub struct Descriptor {
    /// The program.
    pub command: String,
    /// Its arguments. Nothing in them is a reference.
    pub args: Vec<String>,
    /// Its variables in their order.
    pub env: Vec<(String, String)>,
    /// What it is, for people.
    pub description: String,
}

/// A server as an entry of a registry.
#[derive(Clone, Debug)]
pub struct Entry {
    /// What it is, for people.
    pub description: String,
    /// Its descriptor for the caller that asks, or all that keeps it from having one.
    pub descriptor: Result<Descriptor, Vec<Violation>>,
    /// Whether the descriptor has secrets in clear.
    pub reveals: bool,
    /// What may be wrong with it all the same.
    pub warnings: Vec<Violation>,
}

/// Without the values of the variables, which may be secret.
impl fmt::Debug for Descriptor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.env.iter().map(|(name, _)| name.as_str()).collect();
        formatter
            .debug_struct("Descriptor")
            .field("command", &self.command)
            .field("args", &self.args)
            .field("env", &names)
            .field("description", &self.description)
            .finish()
    }
}

/// Whether a registry has this server: a program that is to be used. A remote one has no command, and one entry without
/// a command would make clients refuse the whole list.
pub fn is_entry(config: &Config) -> bool {
    config.kind() == Kind::Stdio && is_enabled(config) != Some(false)
}

impl Entry {
    /// What a registry has of this configuration, which is marked for its references and plain names, for a caller that
    /// may see secrets or not; nothing of one that it does not have.
    pub fn of(config: &Config, may_reveal: bool) -> Option<Self> {
        is_entry(config).then(|| {
            let description = config.text("description").unwrap_or_default().to_owned();
            let mut reading =
                Reading { config, may_reveal, obstacles: Vec::new(), warnings: Vec::new(), reveals: false };
            let descriptor = reading.descriptor(&description);
            let Reading { mut obstacles, warnings, reveals, .. } = reading;
            let descriptor = match descriptor {
                Ok(descriptor) if obstacles.is_empty() => Ok(descriptor),
                Ok(_) => Err(obstacles),
                Err(NotLaunchable(pointer)) => {
                    obstacles.push(Violation { pointer, message: IS_NOT_STARTED.into() });
                    Err(obstacles)
                }
            };
            Self { description, reveals: reveals && descriptor.is_ok(), descriptor, warnings }
        })
    }
}

/// A configuration that is read for a caller, and what was found on the way.
struct Reading<'a> {
    config: &'a Config,
    may_reveal: bool,
    obstacles: Vec<Violation>,
    warnings: Vec<Violation>,
    reveals: bool,
}

impl Reading<'_> {
    fn descriptor(&mut self, description: &str) -> Result<Descriptor, NotLaunchable> {
        let Launch::Stdio { command, args, env, cwd } = Launch::of(self.config)? else {
            return Err(NotLaunchable(at("command")));
        };
        if command.contains(BEGIN) {
            self.stop(at("command"), HAS_REFERENCE);
        }
        let nodes = match self.config.get("args") {
            Some(Node::Array(nodes)) => &nodes[..],
            _ => &[],
        };
        let places = (0..).map(|index| (at("args").element(index), nodes.get(index)));
        let args = args.iter().zip(places);
        let args = args.map(|(value, (place, node))| self.value(place, node, value, literal)).collect();
        let nodes = self.config.get("env").and_then(Node::as_object);
        let variables = env.iter().map(|(name, value)| {
            let node = nodes.and_then(|nodes| nodes.get(name));
            ((*name).to_owned(), self.value(at("env").member(name), node, value, variable))
        });
        let env = variables.collect();
        if cwd.is_some() {
            self.warn(at("cwd"), "is not part of a descriptor: the agent chooses where it is started");
        }
        let is_shown =
            |pointer: &Pointer| pointer.as_str() == "/command" || pointer.as_str().starts_with("/args/");
        for suspect in suspects(self.config).into_iter().filter(|suspect| is_shown(&suspect.pointer)) {
            self.warn(suspect.pointer, "seems to be a secret, which every agent is shown");
        }
        let (command, description) = (command.to_owned(), description.to_owned());
        Ok(Descriptor { command, args, env, description })
    }

    /// A value in the form of a registry. A caller that may not see it learns only that it is secret, unless it is a
    /// reference: that is no secret, whatever the lists of allowed ones say, since the agent looks it up in its own
    /// environment.
    fn value(
        &mut self,
        at: Pointer,
        node: Option<&Node>,
        value: &Value<'_>,
        form: fn(&str) -> Form,
    ) -> String {
        let is_hidden = match node {
            Some(Node::Secret(secret)) => !secret.is_shown && !secret.is_reference,
            Some(other) => other.is_masked(),
            None => false,
        };
        match value.text().map(form) {
            Some(Form::Reference(reference)) => return reference,
            Some(Form::Literal(text)) if !is_hidden => return text,
            Some(Form::Literal(text)) if self.may_reveal => {
                self.reveals = true;
                self.warn(at, "is a secret in clear");
                return text;
            }
            Some(Form::Nothing) if self.may_reveal || !is_hidden => self.stop(at, HAS_REFERENCE),
            None if self.may_reveal => self.stop(at, IS_UNREADABLE),
            Some(Form::Literal(_) | Form::Nothing) | None => self.stop(at, IS_SECRET),
        }
        String::new()
    }

    fn stop(&mut self, pointer: Pointer, message: &'static str) {
        self.obstacles.push(Violation { pointer, message: message.into() });
    }

    fn warn(&mut self, pointer: Pointer, message: &'static str) {
        self.warnings.push(Violation { pointer, message: message.into() });
    }
}

impl Descriptor {
    /// The configuration that this describes, in our words.
    ///
    /// # Errors
    ///
    /// What of it has another meaning here, so that it could not be given back as it came.
    pub fn to_config(&self) -> Result<Object, Vec<Violation>> {
        let mut violations = Vec::new();
        let mut refuse =
            |pointer, message: &'static str| violations.push(Violation { pointer, message: message.into() });
        if self.command.contains(BEGIN) {
            refuse(at("command"), IS_REFERENCE);
        }
        let mut env = Object::new();
        for (name, value) in &self.env {
            let stored = match value.strip_prefix('$') {
                Some(variable) if is_name(variable) => format!("{BEGIN}{variable}}}"),
                Some(_) => {
                    refuse(at("env").member(name), IS_NO_NAME);
                    continue;
                }
                None => escaped(value),
            };
            env.insert(name.clone(), Json::string(stored));
        }
        let mut config = Object::new();
        config.insert("command", Json::string(&self.command));
        if !self.args.is_empty() {
            let args = self.args.iter().map(|argument| Json::string(escaped(argument)));
            config.insert("args", Json::Array(args.collect()));
        }
        if !self.env.is_empty() {
            config.insert("env", Json::Object(env));
        }
        if !self.description.is_empty() {
            config.insert("description", Json::string(&self.description));
        }
        if violations.is_empty() { Ok(config) } else { Err(violations) }
    }
}

/// The place of a member.
fn at(name: &str) -> Pointer {
    Pointer::root().member(name)
}

/// A text that reads as itself where references could be.
fn escaped(text: &str) -> String {
    text.replace(BEGIN, ESCAPED)
}

/// What a text is in a registry.
enum Form {
    /// A reference to a variable.
    Reference(String),
    /// This text.
    Literal(String),
    /// It can't be said there.
    Nothing,
}

/// What an argument is in a registry, where arguments have no references.
fn literal(text: &str) -> Form {
    match Template::parse(text).as_ref().map(Template::pieces) {
        Ok([]) => Form::Literal(String::new()),
        Ok([Piece::Text(text)]) => Form::Literal(text.clone()),
        Ok(_) | Err(_) => Form::Nothing,
    }
}

/// What the value of a variable is in a registry. A text that begins with `$` would be looked up there.
fn variable(text: &str) -> Form {
    let template = Template::parse(text);
    let pieces = template.as_ref().map(Template::pieces);
    if let Ok([Piece::Reference(Reference { source: Source::Environment { name, .. }, default: None })]) =
        pieces
    {
        return if is_name(name) { Form::Reference(format!("${name}")) } else { Form::Nothing };
    }
    match literal(text) {
        Form::Literal(text) if text.starts_with('$') => Form::Nothing,
        form => form,
    }
}

/// Whether a registry's reference to a variable of this name is one of ours, too.
fn is_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_uppercase() || first == '_')
        && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

#[cfg(test)]
mod tests;
