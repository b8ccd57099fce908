//! Resolves a configuration: each of its values in the order of the launch, and the first that fails ends it. An error
//! says which place, and never what is there.

use std::path::Path as FilePath;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::credentials::{Form, Part, credentials};
use super::failure::{detailed, failed};
use super::file::read_below;
use super::settings::ReferenceSettings;
use super::url::{self, Component, Userinfo};
use super::vault::Vault;
use crate::blocking;
use crate::instances::fault::Fault;
use crate::instances::launch::{Program, Remote, Resolved, ResolvedLaunch};
use crate::json::{Path, Pointer};
use crate::model::code_names::decides_code;
use crate::model::config::{Config, Members, Node, Secret, SecretValue};
use crate::model::launch::{Launch, NotLaunchable, Transport, Value};
use crate::model::reference::{NotTemplate, Piece, Reference, Source, Template, has_reference};
use crate::model::url_parts::authority;
use crate::secrets::Plaintext;

/// Resolves references. Cheap to share.
#[derive(Clone)]
pub struct References {
    settings: Arc<ReferenceSettings>,
    environment: Arc<Environment>,
}

type Environment = dyn Fn(&str) -> Option<String> + Send + Sync;

impl References {
    /// Resolves with these settings, and with the variables that this returns.
    pub fn new(
        settings: ReferenceSettings,
        environment: impl Fn(&str) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        Self { settings: Arc::new(settings), environment: Arc::new(environment) }
    }

    /// What a configuration starts or connects to, in the clear. Everything is read before anything is returned, and
    /// the first failure is the fault. Must be called on a runtime with IO and time where Vault is used.
    pub async fn resolve(&self, config: &Config) -> Result<Resolved, Fault> {
        let launch = Launch::of(config).map_err(not_launchable)?;
        let mut resolving = Resolving { references: self, vault: Vault::default(), secrets: Vec::new() };
        resolving.collect_secrets(config, &Path::Root);
        let launch = match launch {
            Launch::Stdio { command, args, env, cwd } => {
                ResolvedLaunch::Program(resolving.program(command, args, env, cwd, config).await?)
            }
            Launch::Remote { url, headers, transport, auth: _ } => {
                ResolvedLaunch::Remote(resolving.remote(url, headers, transport, config).await?)
            }
        };
        Ok(Resolved { launch, secrets: resolving.secrets })
    }
}

/// One launch on its way.
struct Resolving<'r> {
    references: &'r References,
    vault: Vault,
    /// Every secret that was seen.
    secrets: Vec<Plaintext>,
}

/// Where a value is, and how much may be said of it.
struct Place {
    at: Pointer,
    is_secret: bool,
}

impl Resolving<'_> {
    async fn program(
        &mut self,
        command: &str,
        args: Vec<Value<'_>>,
        env: Vec<(&str, Value<'_>)>,
        cwd: Option<&str>,
        config: &Config,
    ) -> Result<Program, Fault> {
        if has_reference(command) {
            return Err(failed("command", "a reference is not resolved here"));
        }
        let mut resolved_env = Vec::with_capacity(env.len());
        for (name, value) in env {
            let place = Place::of(config, "env", name);
            // Who approves it is to see which code it chooses.
            if decides_code(name) && matches!(&value, Value::Clear(text) if has_reference(text)) {
                return Err(failed(
                    &place.at,
                    "the variable decides which code runs, so that no reference is resolved in it",
                ));
            }
            let value = self.value(&place, &value).await?;
            resolved_env.push((name.to_owned(), without_nul(value, &place)?));
        }
        let mut resolved_args = Vec::with_capacity(args.len());
        for (index, value) in args.iter().enumerate() {
            let place = Place { at: Path::Root.member("args").element(index).pointer(), is_secret: false };
            let value = self.value(&place, value).await?;
            resolved_args.push(without_nul(value, &place)?);
        }
        let cwd = match cwd {
            None => None,
            Some(cwd) => {
                let place = Place { at: Path::Root.member("cwd").pointer(), is_secret: false };
                let cwd = self.text(&place, cwd).await?;
                Some(without_nul(cwd, &place)?.expose().to_owned())
            }
        };
        Ok(Program { command: command.to_owned(), args: resolved_args, env: resolved_env, cwd })
    }

    async fn remote(
        &mut self,
        url: &str,
        headers: Vec<(&str, Value<'_>)>,
        transport: Transport,
        config: &Config,
    ) -> Result<Remote, Fault> {
        let (url, userinfo) = self.url(url).await?;
        let mut resolved = Vec::with_capacity(headers.len());
        for (name, value) in headers {
            let place = Place::of(config, "headers", name);
            let value = self.value(&place, &value).await?;
            resolved.push((name.to_owned(), one_line(value, &place)?));
        }
        let is_set = |headers: &[(String, Plaintext)], name: &str| {
            headers.iter().any(|(own, _)| own.eq_ignore_ascii_case(name))
        };
        for credential in credentials(config, now())? {
            if is_set(&resolved, &credential.header) {
                return Err(failed("auth", "it sets a header that is set already"));
            }
            let value = self.credential(credential.value).await?;
            resolved.push((credential.header, value));
        }
        if let Some(Userinfo { user, password }) = userinfo
            && !is_set(&resolved, "Authorization")
        {
            resolved.push(("Authorization".to_owned(), self.basic(&user, &password)));
        }
        Ok(Remote { url, headers: resolved, transport })
    }

    /// The URL without its userinfo, and that.
    async fn url(&mut self, text: &str) -> Result<(Plaintext, Option<Userinfo>), Fault> {
        let what = "url";
        if has_reference(authority(text)) {
            return Err(failed(what, "a reference in scheme, host, port or userinfo is not resolved"));
        }
        let place = Place { at: Path::Root.member("url").pointer(), is_secret: true };
        let template = self.template(&place, text)?;
        let mut resolved = Zeroizing::new(String::with_capacity(2 * text.len()));
        let mut component = Component::Path;
        for piece in template.pieces() {
            match piece {
                Piece::Text(text) => {
                    component = component.behind(text);
                    resolved.push_str(text);
                }
                Piece::Reference(reference) => {
                    let value = self.reference(&place, &template, reference).await?;
                    let encoded = Plaintext::new(component.encode(value.expose()));
                    resolved.push_str(encoded.expose());
                    self.secrets.push(encoded);
                }
            }
        }
        self.secrets.extend(url::secrets(&resolved).into_iter().map(Plaintext::new));
        let split = url::split(&resolved).ok_or_else(|| failed(what, "it is not a URL with a host"))?;
        Ok((Plaintext::new(split.url), split.userinfo))
    }

    async fn credential(&mut self, form: Form<'_>) -> Result<Plaintext, Fault> {
        match form {
            Form::After(word, part) => {
                let place = Place { at: part.at.clone(), is_secret: true };
                let value = self.part(&part, &place).await?;
                after(word, &value, &place)
            }
            Form::Verbatim(word, part) => {
                let place = Place { at: part.at.clone(), is_secret: true };
                // Every secret of the configuration is collected already.
                let value = match part.node {
                    Node::Secret(Secret { value: SecretValue::Text(text), .. }) => text.clone(),
                    Node::Secret(Secret { value: SecretValue::Unreadable, .. }) => {
                        return Err(unreadable(&place));
                    }
                    _ => return Err(failed(&place.at, "it is not a string")),
                };
                after(word, &value, &place)
            }
            Form::Basic(user, password) => {
                // A user is shown, so that more may be said of it.
                let user = self.part(&user, &Place { at: user.at.clone(), is_secret: false }).await?;
                let place = Place { at: password.at.clone(), is_secret: true };
                let password = self.part(&password, &place).await?;
                Ok(self.basic(user.expose(), password.expose()))
            }
        }
    }

    /// RFC 7617 §2
    fn basic(&mut self, user: &str, password: &str) -> Plaintext {
        let pair = Zeroizing::new(format!("{user}:{password}"));
        let encoded = Plaintext::new(STANDARD.encode(pair.as_bytes()));
        let value = Plaintext::new(format!("Basic {}", encoded.expose()));
        self.secrets.extend([encoded, Plaintext::new(user.to_owned()), Plaintext::new(password.to_owned())]);
        value
    }

    async fn part(&mut self, part: &Part<'_>, place: &Place) -> Result<Plaintext, Fault> {
        match part.node {
            Node::Null => Ok(Plaintext::new(String::new())),
            Node::Text(text) => self.text(place, text.as_str()).await,
            Node::Secret(secret) => match &secret.value {
                SecretValue::Text(text) => self.text(place, text.expose()).await,
                SecretValue::Unreadable => Err(unreadable(place)),
                SecretValue::Number(_) | SecretValue::Bool(_) => Err(failed(&place.at, "it is not a string")),
            },
            Node::Bool(_) | Node::Number(_) | Node::Url(_) | Node::Array(_) | Node::Object(_) => {
                Err(failed(&place.at, "it is not a string"))
            }
        }
    }

    async fn value(&mut self, place: &Place, value: &Value<'_>) -> Result<Plaintext, Fault> {
        match value {
            Value::Clear(text) => self.text(place, text).await,
            Value::Unreadable => Err(unreadable(place)),
        }
    }

    /// A text with each reference in it resolved. One without any is taken as it is, be it empty.
    async fn text(&mut self, place: &Place, text: &str) -> Result<Plaintext, Fault> {
        let template = self.template(place, text)?;
        let mut resolved = Zeroizing::new(String::with_capacity(2 * text.len()));
        for piece in template.pieces() {
            match piece {
                Piece::Text(text) => resolved.push_str(text),
                Piece::Reference(reference) => {
                    resolved.push_str(self.reference(place, &template, reference).await?.expose());
                }
            }
        }
        let resolved = Plaintext::new(resolved.to_string());
        if place.is_secret {
            self.secrets.push(resolved.clone());
        }
        Ok(resolved)
    }

    fn template<'t>(&self, place: &Place, text: &'t str) -> Result<Template<'t>, Fault> {
        Template::parse(text).map_err(|error| not_a_template(place, error))
    }

    async fn reference(
        &mut self,
        place: &Place,
        template: &Template<'_>,
        reference: &Reference<'_>,
    ) -> Result<Plaintext, Fault> {
        let References { settings, environment } = self.references;
        let source = &reference.source;
        let is_allowed = settings.rules.allows(source);
        // What only looks like a reference may be a part of a secret, and is not repeated.
        let what = match is_allowed || !place.is_secret || template.is_only_references() {
            true => source.to_string(),
            false => format!("a reference in {}", place.at),
        };
        let because = |why: &str| failed(&what, why);
        let allowing = match source {
            Source::Environment { .. } => "MCP_SETTINGS_ENV_REFERENCES",
            Source::File(_) => "MCP_SETTINGS_FILE_REFERENCES",
            Source::Vault { .. } => "MCP_SETTINGS_VAULT_REFERENCES",
        };
        let not_allowed = || because(&format!("is not allowed by {allowing}"));
        if !is_allowed {
            return Err(not_allowed());
        }
        let found = match source {
            Source::Environment { name, .. } => match (environment(name), reference.default) {
                (Some(value), None) => Plaintext::new(value),
                (Some(value), Some(_)) if !value.is_empty() => Plaintext::new(value),
                // It is in the configuration, so that it is a secret only where its place is one.
                (_, Some(default)) => return Ok(Plaintext::new(default.to_owned())),
                (None, None) => return Err(because("is not set")),
            },
            Source::File(path) => {
                let (folder, path) = settings.rules.folder_of(path).ok_or_else(not_allowed)?;
                let (folder, path) = (folder.to_owned(), path.to_owned());
                let read = blocking::run(move || read_below(FilePath::new(&folder), &path)).await;
                read.map_err(|unread| detailed(because(unread.why), unread.error))?
            }
            Source::Vault { mount, path, key } => {
                let read = self.vault.value(settings, mount, path, key).await;
                read.map_err(|unread| detailed(because(&unread.why), unread.detail))?
            }
        };
        self.secrets.push(found.clone());
        Ok(found)
    }

    /// Every secret of the configuration, started with it or not: what comes back may hold any of them.
    fn collect_secrets(&mut self, members: &Members, path: &Path<'_>) {
        members.iter().for_each(|(name, node)| self.collect_secrets_in(node, &path.member(name)));
    }

    fn collect_secrets_in(&mut self, node: &Node, path: &Path<'_>) {
        match node {
            Node::Secret(secret) => match &secret.value {
                SecretValue::Text(text) => self.secrets.push(text.clone()),
                SecretValue::Number(number) => {
                    self.secrets.push(Plaintext::new(number.spelling().to_owned()))
                }
                SecretValue::Bool(_) | SecretValue::Unreadable => {}
            },
            Node::Url(url) => {
                self.secrets.extend(url::secrets(url.text.expose()).into_iter().map(Plaintext::new));
            }
            Node::Object(members) => self.collect_secrets(members, path),
            Node::Array(elements) => {
                for (index, element) in elements.iter().enumerate() {
                    self.collect_secrets_in(element, &path.element(index));
                }
            }
            Node::Null | Node::Bool(_) | Node::Number(_) | Node::Text(_) => {}
        }
    }
}

/// A credential behind a word.
fn after(word: &str, value: &Plaintext, place: &Place) -> Result<Plaintext, Fault> {
    if value.expose().is_empty() {
        return Err(failed(&place.at, "the credential is empty"));
    }
    one_line(Plaintext::new(format!("{word}{}", value.expose())), place)
}

impl Place {
    /// An entry of `env` or `headers`.
    fn of(config: &Config, member: &str, name: &str) -> Self {
        let node = config.get(member).and_then(Node::as_object).and_then(|entries| entries.get(name));
        let at = Path::Root.member(member).member(name).pointer();
        Self { at, is_secret: matches!(node, Some(Node::Secret(_))) }
    }
}

fn unreadable(place: &Place) -> Fault {
    failed(&place.at, "no key opens the stored value")
}

fn not_launchable(NotLaunchable(pointer): NotLaunchable) -> Fault {
    failed(pointer, "it is missing, or not what it must be")
}

/// The words of other clients' forms. At the place of a secret no other word is repeated: it may be a part of it.
const FORMS_OF_OTHERS: [&str; 8] =
    ["command", "config", "cred", "input", "keychain", "op", "secret", "secrets"];

fn not_a_template(place: &Place, error: NotTemplate<'_>) -> Fault {
    let at = |what: &str| format!("{what} in {}", place.at);
    match error {
        NotTemplate::Unclosed => failed(at("a reference"), "it does not end: `$${` is a literal `${`"),
        NotTemplate::Broken(form) => {
            failed(at(&format!("a reference `${{{form}:…}}`")), "it is not complete")
        }
        NotTemplate::Unknown(Some(word)) if !place.is_secret || FORMS_OF_OTHERS.contains(&word) => {
            failed(at(&format!("a reference `${{{word}:…}}`")), UNKNOWN_FORM)
        }
        NotTemplate::Unknown(_) => failed(at("a reference"), UNKNOWN_FORM),
    }
}

const UNKNOWN_FORM: &str = "it is of no form that this service has, which are `${NAME}`, `${env:NAME}`, `${file:PATH}` \
     and `${vault:MOUNT/PATH#KEY}`";

fn without_nul(value: Plaintext, place: &Place) -> Result<Plaintext, Fault> {
    match value.expose().contains('\0') {
        true => Err(failed(&place.at, "the value holds a NUL, which no program can be given")),
        false => Ok(value),
    }
}

/// What a value brings along must not begin another header.
fn one_line(value: Plaintext, place: &Place) -> Result<Plaintext, Fault> {
    match value.expose().contains(|character: char| character.is_control() && character != '\t') {
        true => Err(failed(&place.at, "the value holds a line break or another control character")),
        false => Ok(value),
    }
}

fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64())
}
