//! Exporting servers in the form of another client. Unless it is asked for, no secret leaves: a reference to a variable or
//! a placeholder is written for each. What is kept for clients is shown to no one who may not see secrets.

use std::collections::{HashMap, HashSet};
use std::mem;

use crate::api::{ExportLoss, ExportResult, ExportVariable, ExportedSecrets};
use crate::blocking;
use crate::formats::{self, Format, Server};
use crate::json::{Json, Object, Pointer};
use crate::model::config::{Config, of_clear};
use crate::model::secret_table::EXTENSIONS;
use crate::model::suspect::suspects;
use crate::model::{Dialect, SettingsKey};
use crate::projection::{Substitutes, needs_reentry, view};
use crate::secrets::Exposure;
use crate::state::Remembered;

use super::access::Caller;
use super::bags::bags_of;
use super::variables::Variables;
use super::{ReadModel, Service, ServiceError};

/// What is said where the bag of a client is left out: without it a file of the client would lose what it says.
pub const KEPT_IS_NOT_SHOWN: &str =
    "what is kept for the client is written for keys with the scope `reveal` only";
const SEEMS_SECRET: &str = "it seems to hold a secret, and is written as it is";
const NOT_READ: &str = "it can't be read as a configuration, and is not written";

/// Which servers are exported, and how.
#[derive(Clone, Debug)]
pub struct ExportRequest {
    /// In which form.
    pub format: Format,
    /// Which ones; none for all.
    pub names: Option<Vec<SettingsKey>>,
    /// What is written in the place of secrets.
    pub secrets: ExportedSecrets,
}

/// What was exported.
#[derive(Clone, Debug)]
pub struct Exported {
    /// The answer.
    pub result: ExportResult,
    /// Which servers it shows.
    pub names: Vec<SettingsKey>,
    /// Whether it shows what is masked otherwise.
    pub reveals: bool,
}

impl Service {
    /// Writes servers in the form of another client. That the caller may see plaintext is for the caller of this to check.
    ///
    /// # Errors
    ///
    /// Where a server is not there or can't be read, where no key opens a secret that is to be written, and where the
    /// settings, or what is kept for clients beside a closed document, can't be read.
    pub async fn export(&self, request: ExportRequest, caller: &Caller) -> Result<Exported, ServiceError> {
        let model = self.newest().await?;
        // A closed document has no member for what is kept for clients.
        let remembered = match model.dialect() {
            Dialect::Open => None,
            Dialect::Closed => Some(self.remembered().await?),
        };
        let may_reveal = caller.may_reveal();
        blocking::run(move || exported(&model, &remembered.unwrap_or_default(), request, may_reveal)).await
    }
}

/// A server on its way out.
struct Outgoing {
    name: String,
    config: Object,
    bags: Object,
}

/// What is to be known of it.
struct Written {
    server: Outgoing,
    /// The secrets that are to be written, and that no key opens.
    unreadable: Vec<Pointer>,
    found: Found,
}

/// What is to be said of servers that were written.
#[derive(Default)]
struct Found {
    losses: Vec<ExportLoss>,
    variables: Vec<ExportVariable>,
    /// Whether they show what is masked otherwise.
    reveals: bool,
}

fn exported(
    model: &ReadModel,
    remembered: &Remembered,
    request: ExportRequest,
    may_reveal: bool,
) -> Result<Exported, ServiceError> {
    let ExportRequest { format, names, secrets } = request;
    if !model.has_collection() {
        return Err(ServiceError::NoMcpServers);
    }
    let selected = names.map(without_repeats);
    let unknown = selected.iter().flatten().filter(|name| model.item(name).is_none());
    let unknown: Vec<SettingsKey> = unknown.cloned().collect();
    if !unknown.is_empty() {
        return Err(ServiceError::UnknownServers(unknown));
    }
    let mut configs = Vec::new();
    let mut found = Found::default();
    let is_selected = selected.as_ref().map(|names| names.iter().collect::<HashSet<_>>());
    let is_selected = |name: &SettingsKey| is_selected.as_ref().is_none_or(|names| names.contains(name));
    // All servers count where secrets get names, so that these do not depend on which servers are exported.
    let needs_all = secrets != ExportedSecrets::Clear;
    for (name, _) in model.items().filter(|(name, _)| needs_all || is_selected(name)) {
        match (model.marked_config(name), &selected) {
            (Ok(config), _) => configs.push((name, config)),
            (Err(error), Some(_)) if is_selected(name) => return Err(error),
            (Err(_), Some(_)) => {}
            (Err(_), None) => found.losses.push(loss(name, Pointer::root(), NOT_READ)),
        }
    }
    let variables = Variables::of(&configs, may_reveal);
    let mut writer = Writer { format, secrets, may_reveal, variables, remembered, found: Found::default() };
    let mut all: HashMap<&SettingsKey, Written> = HashMap::with_capacity(configs.len());
    for (name, config) in &configs {
        all.insert(name, writer.written(name, config));
    }
    let names = selected.unwrap_or_else(|| configs.iter().map(|(name, _)| (*name).clone()).collect());
    let mut servers = Vec::with_capacity(names.len());
    let mut unreadable = Vec::new();
    for written in names.iter().filter_map(|name| all.remove(name)) {
        unreadable.extend(written.unreadable);
        found.losses.extend(written.found.losses);
        found.variables.extend(written.found.variables);
        found.reveals |= written.found.reveals;
        servers.push(written.server);
    }
    if !unreadable.is_empty() {
        return Err(ServiceError::SecretUnreadable(unreadable));
    }
    let outgoing: Vec<Server<'_>> =
        servers.iter().map(|Outgoing { name, config, bags }| Server { name, config, bags }).collect();
    let export = formats::export(format, &outgoing).map_err(|formats::NotWritten| ServiceError::Undecided)?;
    let of_format = export.losses.into_iter().map(|formats::Loss { server, pointer, about }| ExportLoss {
        server,
        pointer,
        about,
    });
    let Found { mut losses, variables, reveals } = found;
    losses.extend(of_format);
    let result = ExportResult {
        format,
        file: format.file().map(Into::into),
        media_type: format.media_type().into(),
        text: export.text.as_str().to_owned(),
        losses,
        variables,
    };
    Ok(Exported { result, names, reveals })
}

/// Writes configurations for one request.
struct Writer<'a> {
    format: Format,
    secrets: ExportedSecrets,
    may_reveal: bool,
    variables: Variables,
    remembered: &'a Remembered,
    found: Found,
}

impl Writer<'_> {
    fn written(&mut self, name: &SettingsKey, config: &Config) -> Written {
        let unreadable = self.unreadable(name, config);
        let server = self.outgoing(name, config);
        Written { server, unreadable, found: mem::take(&mut self.found) }
    }

    /// What no key opens of what is written in clear: of what is kept for the client its name and its references are, too.
    fn unreadable(&self, name: &SettingsKey, config: &Config) -> Vec<Pointer> {
        let kept = Pointer::root().member(EXTENSIONS).member(self.format.bag());
        let is_written = |pointer: &Pointer| match self.secrets {
            ExportedSecrets::Clear => true,
            _ => self.may_reveal && (*pointer == kept || pointer.is_below(&kept)),
        };
        let at = Pointer::root().member(name.as_str());
        let unreadable = needs_reentry(config).into_iter().filter(is_written);
        unreadable.map(|pointer| at.followed_by(&pointer)).collect()
    }

    fn outgoing(&mut self, name: &SettingsKey, config: &Config) -> Outgoing {
        let clear = view(config, Exposure::Plaintext);
        let mut bags = bags_of(self.remembered, name);
        if let Some(Json::Object(own)) = clear.get(EXTENSIONS) {
            own.iter().for_each(|(client, bag)| bags.insert(client, bag.clone()));
        }
        // Of the bags of other clients nothing is written.
        let mut kept: Object =
            bags.remove(self.format.bag()).map(|bag| (self.format.bag(), bag)).into_iter().collect();
        if !self.may_reveal && !kept.is_empty() {
            self.found.losses.push(loss(name, Pointer::root().member(EXTENSIONS), KEPT_IS_NOT_SHOWN));
            kept = Object::new();
        }
        self.found.reveals |= !kept.is_empty();
        let mut marked = of_clear(&kept);
        formats::mark_plain(self.format, &mut marked);
        let at_bags = Pointer::root().member(EXTENSIONS);
        let in_config = suspects(config).into_iter().map(|own| own.pointer);
        let in_bag = suspects(&marked).into_iter().map(|own| at_bags.followed_by(&own.pointer));
        self.found.losses.extend(in_config.chain(in_bag).map(|pointer| loss(name, pointer, SEEMS_SECRET)));
        let (mut config, kept) = match self.secrets {
            ExportedSecrets::Clear => (clear, kept),
            // Of the members of a bag their names say which are secret, and the client what of these is not.
            _ => (self.substitute(name, config), self.substitute_kept(name, &marked)),
        };
        kept.into_iter().for_each(|(client, bag)| bags.insert(client, bag));
        config.remove(EXTENSIONS);
        Outgoing { name: name.as_str().to_owned(), config, bags }
    }

    fn substitute(&mut self, name: &SettingsKey, config: &Config) -> Object {
        // In our form: the client's is written with the rest of the configuration.
        self.replace(name, config, |variable, _| format!("${{{variable}}}"))
    }

    /// A bag is in the client's words, and so is what is put into it.
    fn substitute_kept(&mut self, name: &SettingsKey, bags: &Config) -> Object {
        let format = self.format;
        let own = Pointer::root().member(format.bag());
        // What the client wrote is not written where something else is there now.
        let replaced = own.member(formats::REFERENCES);
        let mut lost = Vec::new();
        let written = self.replace(name, bags, |variable, pointer| {
            formats::variable_of(format, variable).unwrap_or_else(|| {
                if pointer.is_below(&own) && !pointer.is_below(&replaced) {
                    lost.push(Pointer::root().member(EXTENSIONS).followed_by(pointer));
                }
                format!("${{{variable}}}")
            })
        });
        self.found.losses.extend(lost.into_iter().map(|pointer| loss(name, pointer, formats::NO_REFERENCE)));
        written
    }

    fn replace(
        &mut self,
        name: &SettingsKey,
        config: &Config,
        mut reference: impl FnMut(&str, &Pointer) -> String,
    ) -> Object {
        let is_placeholder = self.secrets == ExportedSecrets::Placeholders;
        let variables = &mut self.variables;
        let used = &mut self.found.variables;
        let mut substitute = |pointer: &Pointer| {
            let variable = variables.name(name, pointer);
            if is_placeholder {
                return format!("<{variable}>");
            }
            let reference = reference(&variable, pointer);
            let (server, pointer) = (name.as_str().to_owned(), pointer.clone());
            used.push(ExportVariable { name: variable, server, pointer });
            reference
        };
        let keeps_references = self.may_reveal;
        let mut substitutes = Substitutes { keeps_references, reveals: false, substitute: &mut substitute };
        let written = substitutes.of(config);
        self.found.reveals |= substitutes.reveals;
        written
    }
}

/// Each name once, where it comes first.
fn without_repeats(names: Vec<SettingsKey>) -> Vec<SettingsKey> {
    let mut seen = HashSet::with_capacity(names.len());
    names.into_iter().filter(|name| seen.insert(name.clone())).collect()
}

fn loss(server: &SettingsKey, pointer: Pointer, about: &'static str) -> ExportLoss {
    ExportLoss { server: server.as_str().to_owned(), pointer, about: about.into() }
}
