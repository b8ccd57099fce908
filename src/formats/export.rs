//! Servers in our words, written in those of a client: the table of the client read the other way round. What a format
//! can't hold is reported, and what the bag kept for it comes back.

use crate::json::{Json, Object, Pointer};

use super::client::{
    Client, FileSyntax, MEMBERS_WITH_TEXTS, Off, Shared, Timeout, UrlAlone, seconds, transport,
};
use super::emit;
use super::names::may_be_of;
use super::writing::{Loss, Server, Writing};

/// Servers in the form of a client.
#[derive(Clone, Debug)]
pub struct Export {
    /// The whole file, or the lines.
    pub text: crate::json::Text,
    /// What the format can't hold, or not in the same way.
    pub losses: Vec<Loss>,
}

/// The member of a bag that has the name in the client's file.
pub(in crate::formats) const NAME: &str = "name";

/// The member of a bag that has texts with references as the client wrote them, by their places.
pub const REFERENCES: &str = "references";

const NO_MEMBER: &str = "this client has no member for it";

/// The entries of these servers with the names that they have in the client's file.
pub(in crate::formats) fn entries(
    client: &Client,
    servers: &[Server<'_>],
) -> (Vec<(String, Object)>, Shared, Vec<Loss>) {
    let mut shared = Shared::default();
    let mut entries = Vec::new();
    let mut losses = Vec::new();
    for server in servers {
        let mut bag =
            server.bags.get(client.format.bag()).and_then(Json::as_object).cloned().unwrap_or_default();
        let of_client = bag.get(NAME).and_then(Json::as_str).filter(|own| may_be_of(server.name, own));
        let name = of_client.unwrap_or(server.name).to_owned();
        shared.bags.push(bag.clone());
        let written = match bag.remove(REFERENCES) {
            Some(Json::Object(written)) => written,
            _ => Object::new(),
        };
        shared.transports.push(server.config.get("transport").and_then(Json::as_str).map(str::to_owned));
        let mut writing = Writing {
            name: &name,
            entry: Object::new(),
            config: server.config.clone(),
            bag,
            losses: Vec::new(),
            is_off: false,
            forms: client.forms,
            replaced: client.replaced,
            written,
        };
        client.write_entry(&mut writing);
        for (other, bag) in server.bags.iter().filter(|(other, _)| *other != client.format.bag()) {
            // The name and the written form of references mean nothing to another client.
            let says_more = |bag: &Object| bag.names().any(|name| name != NAME && name != REFERENCES);
            if bag.as_object().is_none_or(says_more) {
                writing.lose("", format!("what was kept for {other} is not written"));
            }
        }
        let loss = |(pointer, about)| Loss { server: server.name.to_owned(), pointer, about };
        losses.extend(writing.losses.into_iter().map(loss));
        if writing.is_off {
            shared.off.push(name.clone());
        }
        let entry = writing.entry;
        entries.push((name, entry));
    }
    (entries, shared, losses)
}

/// What a file of a client has with these servers and nothing else.
pub(in crate::formats) fn root(client: &Client, servers: &[Server<'_>]) -> (Object, Vec<Loss>) {
    let (entries, shared, losses) = entries(client, servers);
    ((client.file)(entries, &shared), losses)
}

/// A file of a client with these servers and nothing else.
pub(in crate::formats) fn file(client: &Client, servers: &[Server<'_>]) -> Export {
    let (file, losses) = root(client, servers);
    let text = match client.syntax {
        FileSyntax::Json => emit::json(&file),
        FileSyntax::Toml => emit::toml(&file),
        FileSyntax::Yaml => emit::yaml(&file),
    };
    Export { text: crate::json::Text::new(text), losses }
}

impl Client {
    fn write_entry(&self, writing: &mut Writing<'_>) {
        writing.bag.remove(NAME);
        self.write_auth(writing);
        (self.begin)(writing);
        self.write_references(writing);
        self.write_transport(writing);
        self.write_program(writing);
        for (ours, theirs) in [("url", Some(self.urls[0])), ("headers", self.headers)] {
            if let Some(theirs) = theirs
                && let Some(value) = writing.config.remove(ours)
            {
                writing.entry.insert(theirs, value);
            }
        }
        self.write_timeout(writing);
        self.write_switch(writing);
        for (ours, theirs) in [("description", self.description), ("icon", self.icon)] {
            if let Some(theirs) = theirs
                && let Some(value) = writing.config.remove(ours)
            {
                writing.entry.insert(theirs, value);
            }
        }
        (self.write)(writing);
        for (name, value) in std::mem::take(&mut writing.bag) {
            match (writing.entry.remove(&name), value) {
                (None, value) => writing.entry.insert(name, value),
                // Such as `oauth`, of which we hold a part.
                (Some(Json::Object(mut ours)), Json::Object(theirs)) => {
                    theirs.into_iter().for_each(|(inner, value)| {
                        if !ours.contains(&inner) {
                            ours.insert(inner, value);
                        }
                    });
                    writing.entry.insert(name, ours.into());
                }
                (Some(ours), _) => writing.entry.insert(name, ours),
            }
        }
        for (name, value) in std::mem::take(&mut writing.config) {
            let says_nothing = value.is_null() || (name == "enabled" && value == Json::Bool(true));
            match name.as_str() {
                _ if says_nothing => {}
                "enabled" => writing.lose(&name, "it is switched on there: this client has no member for it"),
                _ => writing.lose(&name, NO_MEMBER),
            }
        }
    }

    /// Texts that may hold references, in the client's forms. Those of `auth` are written with it.
    fn write_references(&self, writing: &mut Writing<'_>) {
        for name in MEMBERS_WITH_TEXTS.iter().filter(|name| **name != "auth") {
            let Some(value) = writing.config.get(name).cloned() else { continue };
            let value = writing.in_their_forms(&Pointer::root().member(name), value);
            writing.config.insert(*name, value);
        }
    }

    fn write_transport(&self, writing: &mut Writing<'_>) {
        let is_remote = writing.config.contains("url");
        let ours = writing.config.remove("transport");
        let ours = ours.as_ref().and_then(Json::as_str);
        for name in self.types {
            let Some(word) = writing.bag.get(name).and_then(Json::as_str) else { continue };
            if transport(word) == Ok(ours) && (ours.is_some() || is_remote) {
                let word = writing.bag.remove(name);
                writing.entry.insert(*name, word.unwrap_or(Json::Null));
                return;
            }
            writing.bag.remove(name);
        }
        let word = match ours {
            None if !is_remote => self.always_typed.then(|| self.word_for(Some("stdio"))).flatten(),
            None if self.url_alone == UrlAlone::Open && !self.always_typed => None,
            None => {
                if !(self.always_typed && self.url_alone == UrlAlone::Open) {
                    writing.lose("transport", "no transport was said: http is written");
                }
                self.word_for(Some("http"))
            }
            Some(ours) => {
                let word = self.word_for(Some(ours));
                let is_same = match word {
                    Some(word) => transport(word) == Ok(Some(ours)),
                    None => {
                        ours == "stdio" && !is_remote || ours == "http" && self.url_alone == UrlAlone::Http
                    }
                };
                let is_said = ours == "stdio" && !is_remote;
                if !is_same && !is_said {
                    writing.lose("transport", "this client has no word for it, or finds out itself");
                } else if !is_same || (word.is_none() && is_said) {
                    writing.lose("transport", "the members say it");
                }
                word
            }
        };
        if let (Some(word), Some(name)) = (word, self.types.first()) {
            writing.entry.insert(*name, Json::string(word));
        }
    }

    fn write_program(&self, writing: &mut Writing<'_>) {
        let command = writing.config.remove("command");
        let args = writing.config.remove("args");
        match (command, args) {
            (Some(command), args) if self.is_one_list => {
                let args = args.and_then(|args| args.as_array().map(<[Json]>::to_vec)).unwrap_or_default();
                writing.entry.insert(self.command, Json::Array([vec![command], args].concat()));
            }
            (command, args) => {
                for (name, value) in [(self.command, command), ("args", args)] {
                    if let Some(value) = value {
                        writing.entry.insert(name, value);
                    }
                }
            }
        }
        if let Some(env) = writing.config.remove("env") {
            writing.entry.insert(self.env, env);
        }
        if let Some(name) = self.cwd.first()
            && let Some(cwd) = writing.config.remove("cwd")
        {
            writing.entry.insert(*name, cwd);
        }
    }

    fn write_timeout(&self, writing: &mut Writing<'_>) {
        let (name, places) = match self.timeout {
            Timeout::None | Timeout::Unknown(_) => return,
            Timeout::Seconds(name) => (name, 0),
            Timeout::Milliseconds(name) => (name, 3),
        };
        writing.write_time("timeout", name, places);
    }

    fn write_switch(&self, writing: &mut Writing<'_>) {
        if writing.config.get("enabled") != Some(&Json::Bool(false)) {
            return;
        }
        match self.off {
            Off::Elsewhere => return,
            Off::Disabled => writing.entry.insert("disabled", Json::Bool(true)),
            Off::Enabled => writing.entry.insert("enabled", Json::Bool(false)),
        }
        writing.config.remove("enabled");
    }

    /// OAuth in the client's members; what is sent in a header as a header.
    fn write_auth(&self, writing: &mut Writing<'_>) {
        let Some(Json::Object(auth)) = writing.config.get("auth").cloned() else { return };
        let text = |name| auth.get(name).and_then(Json::as_str);
        let headers = match text("strategy") {
            Some("oauth2") => return self.write_oauth(writing, &auth),
            Some("none") => Object::new(),
            Some("bearer") => match text("value") {
                Some(value) => {
                    Object::from_iter([("Authorization", Json::string(format!("Bearer {value}")))])
                }
                None => return,
            },
            Some("header") => match auth.get("headers") {
                Some(Json::Object(headers)) => headers.clone(),
                _ => return,
            },
            _ => return,
        };
        writing.config.remove("auth");
        if self.keeps_auth.is_some_and(|keeps| keeps(writing, &auth)) {
            return;
        }
        let mut all = match writing.config.remove("headers") {
            Some(Json::Object(own)) => own,
            _ => Object::new(),
        };
        headers.into_iter().for_each(|(name, value)| all.insert(name, value));
        if !all.is_empty() {
            writing.config.insert("headers", all.into());
        }
        writing.lose("auth", "written as a header");
    }

    fn write_oauth(&self, writing: &mut Writing<'_>, auth: &Object) {
        let Some(oauth) = self.oauth else { return };
        let Some(Json::Object(authentication)) = auth.get("authentication") else { return };
        writing.config.remove("auth");
        let inner = Pointer::root().member("auth").member("authentication");
        let mut members = Object::new();
        let mut is_whole = auth.len() == 2;
        for (ours, value) in authentication.iter() {
            let scopes = oauth.scopes.filter(|_| ours == "scopes");
            let theirs = match ours {
                "type" => continue,
                "client_id" => Some(oauth.id),
                "client_secret" => oauth.secret,
                _ => scopes.map(|scopes| scopes.member),
            };
            let Some(theirs) = theirs else {
                is_whole = false;
                continue;
            };
            let at = inner.member(ours);
            let (value, loss) = match scopes {
                Some(scopes) => scopes.shape.of(value.clone()),
                None => (value.clone(), None),
            };
            writing.losses.extend(loss.map(|about| (at.clone(), about.into())));
            let value = writing.in_their_forms(&at, value);
            let is_beside = scopes.is_some_and(|scopes| !scopes.is_inside);
            let object = if is_beside { &mut writing.entry } else { &mut members };
            object.insert(theirs, value);
        }
        if !is_whole {
            writing.lose("auth", "this client has members for a part of it only");
        }
        if !members.is_empty() {
            writing.entry.insert(oauth.member, members.into());
        }
    }
}

/// Whether a time of the bag is the one of the configuration.
pub(in crate::formats) fn is_same_time(own: &Json, places: i64, ours: &Json) -> bool {
    matches!((seconds(own, places), ours), (Some(own), Json::Number(ours)) if own.has_value_of(ours))
}
