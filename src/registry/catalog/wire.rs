//! What a catalog sends, checked to the last member: one bad entry makes the whole response invalid. Members that are
//! not known are ignored. It does not know how the text came here.

use std::collections::HashSet;

use indexmap::IndexMap;

use crate::json::{Json, Object, Rules, parse};
use crate::registry::error::{RegistryError, RegistryErrorKind};
use crate::registry::name::RegistryName;
use crate::registry::quoting::quoted;
use crate::registry::redact::redact_message;
use crate::registry::spec::{STDIO, ServerRef, ServerSpec, Validation};

/// How much of a name that breaks the rule is shown.
const LONGEST_SHOWN: usize = 80;

/// Which write operations a catalog says that it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Offer {
    pub(super) install: bool,
    pub(super) uninstall: bool,
    pub(super) audit: bool,
}

/// Reads responses of one catalog.
pub(super) struct Reader<'a> {
    /// How messages show where it is.
    pub(super) shown: &'a str,
}

impl Reader<'_> {
    fn invalid(&self, what: impl AsRef<str>) -> RegistryError {
        let message = format!("catalog server at {} returned {}", self.shown, what.as_ref());
        RegistryErrorKind::DescriptorInvalid.because(message)
    }

    fn json(&self, text: &str) -> Result<Json, RegistryError> {
        // The fault names at most a member.
        parse(text, &Rules::BODY)
            .map_err(|fault| self.invalid(format!("a response that is not valid JSON: {}", fault.kind)))
    }

    /// The response to `GET /capabilities`. Only Booleans count: `"false"` is not one.
    pub(super) fn offer(&self, text: &str) -> Result<Offer, RegistryError> {
        let json = self.json(text)?;
        let object = json.as_object().ok_or_else(|| self.invalid("a non-object /capabilities response"))?;
        let flag = |name: &str| match object.get(name) {
            None => Ok(false),
            Some(value) => value
                .as_bool()
                .ok_or_else(|| self.invalid(format!("a /capabilities response with non-Boolean '{name}'"))),
        };
        Ok(Offer {
            install: flag("supports_install")?,
            uninstall: flag("supports_uninstall")?,
            audit: flag("supports_audit")?,
        })
    }

    /// The response to a listing, sorted by name.
    pub(super) fn references(
        &self,
        text: &str,
        source: impl Fn(&str) -> String,
    ) -> Result<Vec<ServerRef>, RegistryError> {
        let mut references =
            self.entries(text, |object| self.reference(object, &source), |entry| &entry.name)?;
        references.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(references)
    }

    /// The response to a listing with `expand=spec`, sorted by name.
    pub(super) fn specs(&self, text: &str) -> Result<Vec<ServerSpec>, RegistryError> {
        let mut specs = self.entries(text, |object| self.spec_of(object), |entry| &entry.name)?;
        specs.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(specs)
    }

    /// The response to a request for one server.
    pub(super) fn spec(&self, text: &str, name: &str) -> Result<ServerSpec, RegistryError> {
        let json = self.json(text)?;
        let object = json.as_object().ok_or_else(|| self.invalid("a server entry that is not an object"))?;
        let spec = self.spec_of(object)?;
        if spec.name != name {
            let (other, name) = (quoted(&spec.name), quoted(name));
            return Err(
                self.invalid(format!("the server {other} where {name} was asked for; refusing response."))
            );
        }
        Ok(spec)
    }

    /// The response to a request to validate. Its texts are someone else's.
    pub(super) fn validation(&self, text: &str) -> Result<Validation, RegistryError> {
        let json = self.json(text)?;
        let object = json.as_object().ok_or_else(|| self.invalid("a non-object /validate response"))?;
        let is_ok = object
            .get("ok")
            .and_then(Json::as_bool)
            .ok_or_else(|| self.invalid("a /validate response with missing or non-Boolean 'ok' field"))?;
        let texts = |name: &str| {
            let texts = self.texts(object, name, "a /validate response where")?;
            Ok(texts.iter().map(|text| redact_message(text)).collect::<Vec<_>>())
        };
        let mut validation = Validation { errors: texts("errors")?, warnings: texts("warnings")? };
        if !is_ok && validation.is_ok() {
            let error = format!("catalog server at {} reports a failure and gives no reason", self.shown);
            validation.errors.push(error);
        }
        Ok(validation)
    }

    fn entries<T>(
        &self,
        text: &str,
        read: impl Fn(&Object) -> Result<T, RegistryError>,
        name: impl Fn(&T) -> &String,
    ) -> Result<Vec<T>, RegistryError> {
        let json = self.json(text)?;
        let object = json.as_object().ok_or_else(|| self.invalid("a non-object response"))?;
        let servers =
            object.get("servers").ok_or_else(|| self.invalid("a response that is missing 'servers'"))?;
        let servers = servers.as_array().ok_or_else(|| self.invalid("'servers' that is not a list"))?;
        let entries = servers.iter().map(|entry| {
            let object =
                entry.as_object().ok_or_else(|| self.invalid("a server entry that is not an object"))?;
            read(object)
        });
        let entries = entries.collect::<Result<Vec<T>, RegistryError>>()?;
        let mut seen = HashSet::new();
        match entries.iter().map(name).find(|name| !seen.insert(name.as_str())) {
            Some(name) => {
                Err(self.invalid(format!("two servers named {}; refusing response.", quoted(name))))
            }
            None => Ok(entries),
        }
    }

    fn reference(
        &self,
        object: &Object,
        source: &impl Fn(&str) -> String,
    ) -> Result<ServerRef, RegistryError> {
        let name = self.name(object)?;
        let version = match object.get("version") {
            None | Some(Json::Null) => None,
            Some(value) => {
                let text = value.as_str().ok_or_else(|| self.entry(&name, "'version' is not a string"))?;
                Some(text.to_owned()).filter(|text| !text.is_empty())
            }
        };
        Ok(ServerRef {
            description: self.text_or(object, &name, "description", "")?,
            transport: self.text_or(object, &name, "transport", STDIO)?,
            version,
            source: source(&name),
            name,
        })
    }

    fn spec_of(&self, object: &Object) -> Result<ServerSpec, RegistryError> {
        let name = self.name(object)?;
        let command = match object.get("command") {
            None => return Err(self.invalid("a server entry missing required field 'command'")),
            Some(value) => value.as_str().ok_or_else(|| self.entry(&name, "'command' is not a string"))?,
        };
        if command.trim().is_empty() {
            return Err(self.entry(&name, "'command' is empty"));
        }
        let args = self.texts(object, "args", &format!("a server entry {} where", quoted(&name)))?;
        let env = match object.get("env") {
            None => IndexMap::new(),
            Some(value) => self.env(value, &name)?,
        };
        Ok(ServerSpec {
            command: command.to_owned(),
            args,
            env,
            transport: self.text_or(object, &name, "transport", STDIO)?,
            description: self.text_or(object, &name, "description", "")?,
            name,
        })
    }

    fn env(&self, value: &Json, name: &str) -> Result<IndexMap<String, String>, RegistryError> {
        let wrong = || self.entry(name, "'env' is not an object of strings");
        let members = value.as_object().ok_or_else(wrong)?.iter();
        let pairs = members.map(|(key, value)| {
            let value = value.as_str().ok_or_else(wrong)?;
            Ok((key.to_owned(), value.to_owned()))
        });
        pairs.collect()
    }

    fn name(&self, object: &Object) -> Result<String, RegistryError> {
        let name = match object.get("name") {
            None => return Err(self.invalid("a server entry missing required field 'name'")),
            Some(name) => name.as_str().filter(|name| !name.is_empty()),
        };
        let name =
            name.ok_or_else(|| self.invalid("a server entry with 'name' that is not a non-empty string"))?;
        if RegistryName::parse(name).is_err() {
            let shown: String = name.chars().take(LONGEST_SHOWN).collect();
            let what = format!(
                "a server entry with non-conformant 'name' field {} (failed MUST 1 charset rule). Possible \
                 catalog-server injection; refusing response.",
                quoted(&shown)
            );
            return Err(self.invalid(what));
        }
        Ok(name.to_owned())
    }

    fn text_or(
        &self,
        object: &Object,
        name: &str,
        member: &str,
        default: &str,
    ) -> Result<String, RegistryError> {
        match object.get(member) {
            None => Ok(default.to_owned()),
            Some(value) => {
                let wrong = || self.entry(name, &format!("'{member}' is not a string"));
                value.as_str().map(str::to_owned).ok_or_else(wrong)
            }
        }
    }

    /// A list of strings; an absent one is empty.
    fn texts(&self, object: &Object, member: &str, place: &str) -> Result<Vec<String>, RegistryError> {
        let Some(value) = object.get(member) else { return Ok(Vec::new()) };
        let wrong = || self.invalid(format!("{place} '{member}' is not a list of strings"));
        let elements = value.as_array().ok_or_else(wrong)?.iter();
        elements.map(|element| element.as_str().map(str::to_owned).ok_or_else(wrong)).collect()
    }

    fn entry(&self, name: &str, what: &str) -> RegistryError {
        self.invalid(format!("a server entry {} where {what}", quoted(name)))
    }
}
