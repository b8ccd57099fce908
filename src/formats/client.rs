//! What a client calls the members of a server, as a table, and the way from an entry in its words to a configuration. What
//! only one client does is in its own file in `clients/`.

use crate::json::{Json, Number, Object, Pointer};

use super::draft::{Draft, Refusal};
use super::format::Format;
use super::located::Located;
use super::names::Taken;
use super::number::moved;
use super::plain::Plain;
use super::references::Form;
use super::scopes::ScopesShape;
use super::source::Source;
use super::words;
use super::writing::Writing;

/// How a client writes servers.
pub(in crate::formats) struct Client {
    pub(in crate::formats) format: Format,
    /// Where the servers are in its file.
    pub(in crate::formats) locate: fn(&Source) -> Located,
    /// Whether the program and its arguments are one list.
    pub(in crate::formats) is_one_list: bool,
    pub(in crate::formats) command: &'static str,
    pub(in crate::formats) env: &'static str,
    pub(in crate::formats) cwd: &'static [&'static str],
    /// Its words for the address; the first one is written.
    pub(in crate::formats) urls: &'static [&'static str],
    pub(in crate::formats) headers: Option<&'static str>,
    /// Its words for the member that says the transport; the first one is written.
    pub(in crate::formats) types: &'static [&'static str],
    /// What is written there for `stdio`, `http` and `sse`; nothing where the members say it.
    pub(in crate::formats) transports: [Option<&'static str>; 3],
    pub(in crate::formats) url_alone: UrlAlone,
    /// Whether an entry must say its type.
    pub(in crate::formats) always_typed: bool,
    pub(in crate::formats) timeout: Timeout,
    pub(in crate::formats) off: Off,
    /// Its word for what people are shown of a server; none where its schema takes no such member.
    pub(in crate::formats) description: Option<&'static str>,
    pub(in crate::formats) icon: Option<&'static str>,
    pub(in crate::formats) oauth: Option<Oauth>,
    /// Writes an `auth` that is sent in a header in members of its own, if it can.
    pub(in crate::formats) keeps_auth: Option<fn(&mut Writing<'_>, &Object) -> bool>,
    /// What of its own members is no secret, although a name above it is telling.
    pub(in crate::formats) plain: &'static [Plain],
    /// Members that let its model do things unasked.
    pub(in crate::formats) permissions: &'static [&'static str],
    pub(in crate::formats) forms: &'static [Form],
    /// The members of a configuration in which it replaces references.
    pub(in crate::formats) replaced: &'static [&'static str],
    /// What is done before the members of the table are taken.
    pub(in crate::formats) before: fn(&mut Draft<'_>) -> Result<Begun, Refusal>,
    /// What is done after that.
    pub(in crate::formats) after: fn(&mut Draft<'_>) -> Result<(), Refusal>,
    /// What is written before the members of the table are.
    pub(in crate::formats) begin: fn(&mut Writing<'_>),
    /// What is done when an entry has been written in the words of the table.
    pub(in crate::formats) write: fn(&mut Writing<'_>),
    /// Puts the written entries into a file of their own.
    pub(in crate::formats) file: fn(Vec<(String, Object)>, &Shared) -> Object,
    pub(in crate::formats) syntax: FileSyntax,
}

/// What the entries of a file have beside them.
#[derive(Default)]
pub(in crate::formats) struct Shared {
    /// For each entry the transport that it had in our words.
    pub(in crate::formats) transports: Vec<Option<String>>,
    /// The entries that are switched off outside them.
    pub(in crate::formats) off: Vec<String>,
    /// For each entry the bag that it had.
    pub(in crate::formats) bags: Vec<Object>,
}

/// How a client's file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::formats) enum FileSyntax {
    Json,
    Toml,
    Yaml,
}

/// What a client makes of an address without a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::formats) enum UrlAlone {
    /// It finds out itself.
    Open,
    Sse,
    Http,
    Refused,
}

/// The unit of a client's time-out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::formats) enum Timeout {
    None,
    Seconds(&'static str),
    Milliseconds(&'static str),
    Unknown(&'static str),
}

/// How a client switches a server off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::formats) enum Off {
    Elsewhere,
    Disabled,
    Enabled,
}

/// Where a client has the identity for OAuth.
#[derive(Clone, Copy, Debug)]
pub(in crate::formats) struct Oauth {
    pub(in crate::formats) member: &'static str,
    pub(in crate::formats) id: &'static str,
    pub(in crate::formats) secret: Option<&'static str>,
    pub(in crate::formats) scopes: Option<Scopes>,
}

/// Where a client has the scopes, and how.
#[derive(Clone, Copy, Debug)]
pub(in crate::formats) struct Scopes {
    pub(in crate::formats) member: &'static str,
    /// Whether the member is one of [`Oauth::member`], and not of the entry.
    pub(in crate::formats) is_inside: bool,
    pub(in crate::formats) shape: ScopesShape,
}

impl Scopes {
    pub(in crate::formats) const fn inside(member: &'static str, shape: ScopesShape) -> Option<Self> {
        Some(Self { member, is_inside: true, shape })
    }

    pub(in crate::formats) const fn beside(member: &'static str, shape: ScopesShape) -> Option<Self> {
        Some(Self { member, is_inside: false, shape })
    }
}

/// What an entry turned out to be.
pub(in crate::formats) enum Begun {
    Server,
    Nothing(&'static str),
}

/// The members of a configuration that hold texts.
pub const MEMBERS_WITH_TEXTS: &[&str] = &["command", "args", "env", "cwd", "url", "headers", "auth"];

/// A client that has `mcpServers` and nothing of its own.
pub(in crate::formats) const USUAL: Client = Client {
    format: Format::Plain,
    locate: |source| located(source, &["mcpServers"], words::OWN_OF_CLIENT),
    is_one_list: false,
    command: "command",
    env: "env",
    cwd: &["cwd"],
    urls: &["url"],
    headers: Some("headers"),
    types: &["type"],
    transports: [Some("stdio"), Some("http"), Some("sse")],
    url_alone: UrlAlone::Open,
    timeout: Timeout::None,
    off: Off::Elsewhere,
    description: Some("description"),
    icon: None,
    oauth: None,
    plain: &[],
    permissions: &[],
    forms: &[],
    replaced: MEMBERS_WITH_TEXTS,
    before: |_| Ok(Begun::Server),
    after: |_| Ok(()),
    begin: |_| {},
    write: |_| {},
    always_typed: false,
    keeps_auth: None,
    file: |entries, _| under("mcpServers", entries),
    syntax: FileSyntax::Json,
};

/// A file with its servers by name under one member.
pub(in crate::formats) fn under(member: &str, entries: Vec<(String, Object)>) -> Object {
    Object::from_iter([(member, Json::Object(by_name(entries)))])
}

/// Two of one name can't be in one map: the second one gets another.
pub(in crate::formats) fn by_name(entries: Vec<(String, Object)>) -> Object {
    let mut taken = Taken::default();
    entries.into_iter().map(|(name, entry)| (taken.give(&name), Json::Object(entry))).collect()
}

/// Members of a file that say what it is, and are nobody's settings.
const HEADINGS: [&str; 6] = ["$schema", "version", "schema", "name", "inputs", "models"];

/// The servers of the first member that is there, by name; the other members of the file are ignored.
pub(in crate::formats) fn located(source: &Source, members: &[&str], others: &'static str) -> Located {
    Located::of(source, |located, name, value, at| {
        if members.contains(&name) {
            located.add_map(&at, value, words::SAME_NAME, &[]);
        } else if !HEADINGS.contains(&name) {
            located.ignored.push((at, others));
        }
    })
}

/// What a word for a transport is in our words.
pub(in crate::formats) fn transport(word: &str) -> Result<Option<&'static str>, &'static str> {
    match word {
        "stdio" | "local" => Ok(Some("stdio")),
        "streamable-http" => Ok(Some("streamable-http")),
        "http" | "shttp" | "streamableHttp" | "streamable_http" | "http-stream" => Ok(Some("http")),
        "sse" => Ok(Some("sse")),
        "remote" => Ok(None),
        "ws" | "websocket" => Err(words::WEB_SOCKET),
        _ => Err(words::UNKNOWN_TRANSPORT),
    }
}

impl Client {
    /// Whether a member is a word of the table for how a server is reached.
    pub(in crate::formats) fn has_word(&self, name: &str) -> bool {
        let words = [self.cwd, self.urls, self.types].concat();
        name == self.command || name == self.env || self.headers == Some(name) || words.contains(&name)
    }

    /// Reads an entry in this client's words.
    pub(in crate::formats) fn read(&self, draft: &mut Draft<'_>) -> Result<Begun, Refusal> {
        if let Begun::Nothing(what) = (self.before)(draft)? {
            return Ok(Begun::Nothing(what));
        }
        self.read_program(draft)?;
        self.read_address(draft)?;
        self.read_transport(draft)?;
        self.read_timeout(draft)?;
        self.read_switch(draft)?;
        for (ours, theirs) in [("description", self.description), ("icon", self.icon)] {
            if let Some(theirs) = theirs
                && let Some(text) = draft.take_text(theirs)?
            {
                draft.set(ours, Json::String(text), theirs);
            }
        }
        (self.after)(draft)?;
        self.read_oauth(draft)?;
        for name in self.permissions {
            let is_given = draft.rest.get(name).is_some_and(|value| {
                *value != Json::Bool(false) && !value.as_array().is_some_and(<[Json]>::is_empty)
            });
            if is_given {
                draft.note(name, words::PERMISSION);
            }
        }
        for (name, about) in [("envFile", words::VARIABLES_FILE), ("headersHelper", words::SHELL_COMMAND)] {
            if draft.rest.contains(name) {
                draft.note(name, about);
            }
        }
        draft.finish();
        Ok(Begun::Server)
    }

    fn read_program(&self, draft: &mut Draft<'_>) -> Result<(), Refusal> {
        let at = draft.member(self.command);
        if self.is_one_list {
            let Some(list) = draft.take(self.command) else { return self.read_environment(draft) };
            let Json::Array(mut texts) = draft.texts(&list, &at)? else {
                unreachable!("a list of texts is a list")
            };
            if texts.is_empty() {
                return draft.refuse(self.command, "must begin with the program");
            }
            let command = texts.remove(0);
            draft.set_from("command", command, at.element(0));
            draft.args_come_from(at);
            if !texts.is_empty() {
                draft.config.insert("args", Json::Array(texts));
            }
            return self.read_environment(draft);
        }
        if let Some(command) = draft.take_text(self.command)? {
            let has_args = draft.get("args").is_some();
            let is_path = command.as_str().contains(['/', '\\']);
            if !has_args && !is_path && command.as_str().trim().contains(char::is_whitespace) {
                draft.note(self.command, words::BLANKS_IN_COMMAND);
            }
            draft.set("command", Json::String(command), self.command);
        }
        if let Some(args) = draft.take("args") {
            let args = draft.texts(&args, &draft.member("args"))?;
            draft.set("args", args, "args");
        }
        self.read_environment(draft)
    }

    fn read_environment(&self, draft: &mut Draft<'_>) -> Result<(), Refusal> {
        if let Some(env) = draft.take(self.env) {
            let env = draft.map(&env, &draft.member(self.env))?;
            draft.set("env", env.into(), self.env);
        }
        for name in self.cwd {
            if let Some(cwd) = draft.take_text(name)? {
                draft.set("cwd", Json::String(cwd), name);
            }
        }
        Ok(())
    }

    fn read_address(&self, draft: &mut Draft<'_>) -> Result<(), Refusal> {
        for name in self.urls {
            let Some(url) = draft.take_text(name)? else { continue };
            match draft.config.get("url").and_then(Json::as_str) {
                Some(own) if own == url.as_str() => {}
                Some(_) => return draft.refuse(name, "another address than the one beside it"),
                None => draft.set("url", Json::String(url), name),
            }
        }
        if let Some(name) = self.headers
            && let Some(headers) = draft.take(name)
        {
            let headers = draft.map(&headers, &draft.member(name))?;
            draft.set("headers", headers.into(), name);
        }
        match (draft.config.contains("command"), draft.config.contains("url")) {
            (true, true) => draft.refuse("", words::BOTH),
            (false, false) => draft.refuse("", words::NEITHER),
            _ => Ok(()),
        }
    }

    fn read_transport(&self, draft: &mut Draft<'_>) -> Result<(), Refusal> {
        let is_remote = draft.config.contains("url");
        let mut said = None;
        let has_one = self.types.iter().any(|name| draft.get(name).is_some());
        for name in self.types {
            let Some(word) = draft.take_text(name)? else { continue };
            let ours = match transport(word.as_str()) {
                Ok(ours) => ours,
                Err(why) => return draft.refuse(if why == words::WEB_SOCKET { "" } else { name }, why),
            };
            if ours.is_some_and(|ours| (ours == "stdio") == is_remote) || (ours.is_none() && !is_remote) {
                return draft.refuse(name, words::TYPE_IS_WRONG);
            }
            if said.is_some_and(|said| said != ours) {
                return draft.refuse(name, "another type than the one beside it");
            }
            said = Some(ours);
            if *name != self.types[0] || self.word_for(ours) != Some(word.as_str()) {
                draft.bag.insert(*name, Json::String(word));
            }
            if let Some(ours) = ours {
                draft.set("transport", Json::string(ours), name);
            }
        }
        if is_remote && is_web_socket(&draft.config) {
            return draft.refuse("", words::WEB_SOCKET);
        }
        if self.always_typed && !has_one {
            return draft.refuse("", "this client wants a type");
        }
        if !is_remote || has_one || draft.config.contains("transport") {
            return Ok(());
        }
        match self.url_alone {
            UrlAlone::Open => Ok(()),
            UrlAlone::Refused => draft.refuse("", "this client wants a type beside a url; choose one"),
            UrlAlone::Http => {
                draft.set("transport", Json::string("http"), "");
                Ok(())
            }
            UrlAlone::Sse => {
                draft.set("transport", Json::string("sse"), "");
                draft.note("", words::SSE_BY_DEFAULT);
                Ok(())
            }
        }
    }

    /// The word that is written for a transport of ours.
    pub(in crate::formats) fn word_for(&self, ours: Option<&str>) -> Option<&'static str> {
        let [stdio, http, sse] = self.transports;
        match ours? {
            "stdio" => stdio,
            "sse" => sse,
            _ => http,
        }
    }

    fn read_timeout(&self, draft: &mut Draft<'_>) -> Result<(), Refusal> {
        let (name, places) = match self.timeout {
            Timeout::None => return Ok(()),
            Timeout::Seconds(name) => (name, 0),
            Timeout::Milliseconds(name) => (name, -3),
            Timeout::Unknown(name) => {
                if draft.get(name).is_some() {
                    draft.note(name, words::UNIT_UNKNOWN);
                }
                return Ok(());
            }
        };
        read_time(draft, name, "timeout", places)
    }

    fn read_switch(&self, draft: &mut Draft<'_>) -> Result<(), Refusal> {
        let (name, is_on) = match self.off {
            Off::Elsewhere => return Ok(()),
            Off::Disabled => ("disabled", draft.take_bool("disabled")? != Some(true)),
            Off::Enabled => ("enabled", draft.take_bool("enabled")? != Some(false)),
        };
        if !is_on {
            draft.set("enabled", Json::Bool(false), name);
        }
        Ok(())
    }

    fn read_oauth(&self, draft: &mut Draft<'_>) -> Result<(), Refusal> {
        let Some(oauth) = self.oauth else { return Ok(()) };
        // Without an identity there is nothing in it that our words have.
        let identity =
            draft.rest.get(oauth.member).and_then(Json::as_object).and_then(|own| own.get(oauth.id));
        if identity.and_then(Json::as_str).is_none() {
            return Ok(());
        }
        if draft.has_header("authorization") || draft.config.contains("auth") {
            draft.note(oauth.member, words::NOT_BESIDE_AUTHORIZATION);
            return Ok(());
        }
        let Some(Json::Object(mut members)) = draft.take(oauth.member) else { return Ok(()) };
        let at = draft.member(oauth.member);
        let mut authentication = Object::from_iter([("type", Json::string("oauth"))]);
        let mut take = |members: &mut Object, ours: &str, theirs: &str| match members.remove(theirs) {
            None | Some(Json::Null) => Ok(()),
            Some(Json::String(text)) => {
                authentication.insert(ours, Json::String(text));
                Ok(())
            }
            Some(list @ Json::Array(_)) if ours == "scopes" => {
                authentication.insert(ours, list);
                Ok(())
            }
            Some(_) => Err(Refusal { at: at.member(theirs), why: words::MUST_BE_TEXT.into() }),
        };
        take(&mut members, "client_id", oauth.id)?;
        if let Some(secret) = oauth.secret {
            take(&mut members, "client_secret", secret)?;
        }
        if let Some(Scopes { member, is_inside, shape }) = oauth.scopes {
            take(if is_inside { &mut members } else { &mut draft.rest }, "scopes", member)?;
            // What the client does not write so itself is taken as it would.
            if let Some(scopes) = authentication.get("scopes")
                && let (scopes, None) = shape.of(scopes.clone())
            {
                authentication.insert("scopes", scopes);
            }
        }
        if 1 < authentication.len() {
            let auth = [("strategy", Json::string("oauth2")), ("authentication", authentication.into())];
            let inner = Pointer::root().member("auth").member("authentication");
            draft.comes_from(inner.clone(), at.clone());
            for (ours, theirs) in [("client_id", Some(oauth.id)), ("client_secret", oauth.secret)] {
                if let Some(theirs) = theirs {
                    draft.comes_from(inner.member(ours), at.member(theirs));
                }
            }
            draft.set_from("auth", Object::from_iter(auth).into(), at);
        }
        if !members.is_empty() {
            draft.bag.insert(oauth.member, members.into());
        }
        Ok(())
    }
}

/// Takes a time of a client, which is ours in seconds.
pub(in crate::formats) fn read_time(
    draft: &mut Draft<'_>,
    theirs: &str,
    ours: &str,
    places: i64,
) -> Result<(), Refusal> {
    if let Some(value) = draft.take(theirs) {
        let Some(seconds) = seconds(&value, places) else {
            return draft.refuse(theirs, words::MUST_BE_NUMBER);
        };
        draft.set(ours, Json::Number(seconds), theirs);
    }
    Ok(())
}

/// A time in seconds.
pub(in crate::formats) fn seconds(value: &Json, places: i64) -> Option<Number> {
    let Json::Number(number) = value else { return None };
    moved(number, places).filter(|moved| !moved.spelling().starts_with('-') && moved.as_f64().is_finite())
}

fn is_web_socket(config: &Object) -> bool {
    let url = config.get("url").and_then(Json::as_str).unwrap_or_default();
    ["ws://", "wss://"]
        .iter()
        .any(|scheme| url.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)))
}
