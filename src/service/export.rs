//! Exporting servers in the form of another client. Unless it is asked for, no secret leaves: a reference to a variable or
//! a placeholder is written for each. What is kept for clients is shown to no one who may not see secrets.

use crate::api::{ExportLoss, ExportResult, ExportedSecrets};
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

const NOT_SHOWN: &str = "what is kept for clients is written for keys with the scope `reveal` only";
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
    /// settings can't be read.
    pub async fn export(&self, request: ExportRequest, caller: &Caller) -> Result<Exported, ServiceError> {
        let model = self.newest().await?;
        // A closed document has no member for what is kept for clients.
        let remembered = match model.dialect() {
            Dialect::Open => None,
            Dialect::Closed => self.remembered().await.ok(),
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
    let is_selected = names.is_some();
    let names = names.unwrap_or_else(|| model.items().map(|(key, _)| key.clone()).collect());
    let unknown: Vec<SettingsKey> = names.iter().filter(|name| model.item(name).is_none()).cloned().collect();
    if !unknown.is_empty() {
        return Err(ServiceError::UnknownServers(unknown));
    }
    let mut configs = Vec::with_capacity(names.len());
    let mut losses = Vec::new();
    for name in &names {
        match model.marked_config(name) {
            Ok(config) => configs.push((name, config)),
            Err(error) if is_selected => return Err(error),
            Err(_) => losses.push(loss(name, Pointer::root(), NOT_READ)),
        }
    }
    let variables = Variables::of(&configs, may_reveal);
    let mut writer = Writer { format, secrets, may_reveal, reveals: false, losses, variables, remembered };
    let mut servers = Vec::with_capacity(configs.len());
    let mut unreadable = Vec::new();
    for (name, config) in &configs {
        if secrets == ExportedSecrets::Clear {
            let at = Pointer::root().member(name.as_str());
            unreadable.extend(needs_reentry(config).iter().map(|pointer| at.followed_by(pointer)));
        }
        servers.push(writer.outgoing(name, config));
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
    let losses = writer.losses.into_iter().chain(of_format).collect();
    let result = ExportResult {
        format,
        file: format.file().map(Into::into),
        media_type: format.media_type().into(),
        text: export.text.as_str().to_owned(),
        losses,
    };
    Ok(Exported { result, names, reveals: writer.reveals })
}

/// Writes configurations for one request.
struct Writer<'a> {
    format: Format,
    secrets: ExportedSecrets,
    may_reveal: bool,
    /// Whether it has written what is masked otherwise.
    reveals: bool,
    losses: Vec<ExportLoss>,
    variables: Variables,
    remembered: &'a Remembered,
}

impl Writer<'_> {
    fn outgoing(&mut self, name: &SettingsKey, config: &Config) -> Outgoing {
        let clear = view(config, Exposure::Plaintext);
        let mut bags = bags_of(self.remembered, name);
        if let Some(Json::Object(own)) = clear.get(EXTENSIONS) {
            own.iter().for_each(|(client, bag)| bags.insert(client, bag.clone()));
        }
        if !self.may_reveal && !bags.is_empty() {
            self.losses.push(loss(name, Pointer::root().member(EXTENSIONS), NOT_SHOWN));
            bags = Object::new();
        }
        self.reveals |= !bags.is_empty();
        let mut kept_for_clients = of_clear(&bags);
        formats::mark_plain(self.format, &mut kept_for_clients);
        let at_bags = Pointer::root().member(EXTENSIONS);
        let in_bags = suspects(&kept_for_clients).into_iter().map(|own| at_bags.followed_by(&own.pointer));
        let suspects = suspects(config).into_iter().map(|own| own.pointer).chain(in_bags);
        self.losses.extend(suspects.map(|pointer| loss(name, pointer, SEEMS_SECRET)));
        let (mut config, bags) = match self.secrets {
            ExportedSecrets::Clear => (clear, bags),
            // Of the members of a bag their names say which are secret, and the client what of these is not.
            _ => (self.substitute(name, config), self.substitute_kept(name, &kept_for_clients)),
        };
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
        self.losses.extend(lost.into_iter().map(|pointer| loss(name, pointer, formats::NO_REFERENCE)));
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
        let mut substitute = |pointer: &Pointer| {
            let variable = variables.name(name, pointer);
            if is_placeholder { format!("<{variable}>") } else { reference(&variable, pointer) }
        };
        let keeps_references = self.may_reveal;
        let mut substitutes = Substitutes { keeps_references, reveals: false, substitute: &mut substitute };
        let written = substitutes.of(config);
        self.reveals |= substitutes.reveals;
        written
    }
}

fn loss(server: &SettingsKey, pointer: Pointer, about: &'static str) -> ExportLoss {
    ExportLoss { server: server.as_str().to_owned(), pointer, about: about.into() }
}
