//! One entry of the list: which members it can have, and what each must be.

use std::path::Path;

use crate::model::registration::{
    AuthorizationWord, DEFAULT_PROVIDER, HeaderNamesFault, TimeoutValue, check_header_names, timeout,
};
use crate::model::static_server::{RequiredApproval, StaticAuthorization, StaticServer};
use crate::secrets::Plaintext;

use super::expansion::at_home;
use super::value::Value;
use super::{StaticServersError, Surroundings};

const MEMBERS: [&str; 7] =
    ["name", "url", "provider_id", "authorization_headers", "headers", "require_approval", "timeout"];

const LISTS: [&str; 2] = ["always", "never"];

/// Reads an entry.
pub(super) struct Entry<'a> {
    /// Its place, for errors and warnings.
    pub(super) at: &'a str,
    pub(super) around: &'a Surroundings<'a>,
    pub(super) warnings: &'a mut Vec<String>,
}

type Read<T> = Result<T, StaticServersError>;

impl Entry<'_> {
    pub(super) fn read(&mut self, entry: Value) -> Read<StaticServer> {
        let Value::Map(members) = entry else {
            return Err(StaticServersError::new(self.at, "must be a mapping"));
        };
        known(self.at, &members, &MEMBERS)?;
        let member = |name: &str| members.iter().find(|(own, _)| own == name).map(|(_, value)| value);
        let required =
            |name: &str| member(name).ok_or_else(|| StaticServersError::new(self.place(name), "is missing"));
        let name = text(&self.place("name"), required("name")?)?;
        let url = text(&self.place("url"), required("url")?)?;
        let provider_id = match member("provider_id") {
            Some(value) => text(&self.place("provider_id"), value)?,
            None => DEFAULT_PROVIDER.to_owned(),
        };
        let headers = member("headers").map(|value| self.headers(value)).transpose()?;
        let require_approval = member("require_approval").map(|value| self.approval(value)).transpose()?;
        let timeout = member("timeout").map(|value| self.timeout(value)).transpose()?;
        let authorization_headers =
            member("authorization_headers").map(|value| self.authorization(value)).transpose()?;
        Ok(StaticServer {
            name,
            url,
            provider_id,
            authorization_headers: authorization_headers.unwrap_or_default(),
            headers: headers.unwrap_or_default(),
            require_approval: require_approval.unwrap_or(RequiredApproval::Never),
            timeout: timeout.flatten(),
        })
    }

    fn place(&self, name: &str) -> String {
        format!("{}.{name}", self.at)
    }

    fn headers(&self, value: &Value) -> Read<Vec<String>> {
        let at = self.place("headers");
        let names = texts(&at, value)?;
        match check_header_names(&names) {
            Ok(()) => Ok(names),
            Err(HeaderNamesFault::Blank) => Err(StaticServersError::new(at, "must hold no blank name")),
            Err(HeaderNamesFault::Duplicate(_)) => {
                Err(StaticServersError::new(at, "must hold no name twice, in whatever case"))
            }
        }
    }

    fn approval(&self, value: &Value) -> Read<RequiredApproval> {
        let at = self.place("require_approval");
        let lists = match value {
            Value::Text(word) if word == "always" => return Ok(RequiredApproval::Always),
            Value::Text(word) if word == "never" => return Ok(RequiredApproval::Never),
            Value::Map(lists) => lists,
            _ => {
                let problem = "must be `always`, `never`, or a mapping of these to lists of tools";
                return Err(StaticServersError::new(at, problem));
            }
        };
        known(&at, lists, &LISTS)?;
        let [always, never] = LISTS.map(|name| {
            let list = lists.iter().find(|(own, _)| own == name);
            list.map_or(Ok(Vec::new()), |(_, value)| texts(&format!("{at}.{name}"), value))
        });
        let (always, never) = (always?, never?);
        if always.iter().any(|tool| never.contains(tool)) {
            return Err(StaticServersError::new(at, "must not have a tool in both lists"));
        }
        Ok(RequiredApproval::Of { always, never })
    }

    fn timeout(&self, value: &Value) -> Read<Option<u64>> {
        let spelling = match value {
            Value::Integer(number) => number.to_string(),
            Value::Float(number) => number.to_string(),
            _ => String::new(),
        };
        let value = match value {
            Value::Null => return Ok(None),
            Value::Bool(value) => TimeoutValue::Bool(*value),
            Value::Integer(_) | Value::Float(_) => TimeoutValue::Number(&spelling),
            Value::Text(text) => TimeoutValue::Text(text),
            Value::List(_) | Value::Map(_) => TimeoutValue::Other,
        };
        let problem = "must be a whole number of seconds greater than 0";
        timeout(value).map(Some).map_err(|_| StaticServersError::new(self.place("timeout"), problem))
    }

    /// What is no word is the path of a file. A header whose file can't be read is left out, as lightspeed-stack leaves
    /// it out; the path is not repeated, since a secret may have been written in its place.
    fn authorization(&mut self, value: &Value) -> Read<Vec<(String, StaticAuthorization)>> {
        let at = self.place("authorization_headers");
        let Value::Map(members) = value else { return Err(StaticServersError::new(at, "must be a mapping")) };
        let mut headers = Vec::new();
        for (name, value) in members {
            let at = format!("{at}.{name}");
            let value = text(&at, value)?;
            if let Some(word) = AuthorizationWord::of(&value) {
                headers.push((name.clone(), StaticAuthorization::Word(word)));
                continue;
            }
            match self.secret(value.trim()) {
                Ok(secret) => headers.push((name.clone(), StaticAuthorization::Secret(secret))),
                Err(problem) => self.warnings.push(format!(
                    "`{at}` is neither `client`, `kubernetes` nor `oauth`, and no file that can be read ({problem}): \
                     the header is left out"
                )),
            }
        }
        Ok(headers)
    }

    fn secret(&self, path: &str) -> Result<Plaintext, String> {
        let path = at_home(path, self.around.variable);
        let content = (self.around.secret)(Path::new(&path)).map_err(|error| error.to_string())?;
        let content = Plaintext::new(content);
        match content.expose().trim() {
            "" => Err("it is empty".to_owned()),
            trimmed => Ok(Plaintext::new(trimmed.to_owned())),
        }
    }
}

fn known(at: &str, members: &[(String, Value)], known: &[&str]) -> Read<()> {
    match members.iter().find(|(name, _)| !known.contains(&name.as_str())) {
        None => Ok(()),
        Some((name, _)) => {
            let known: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
            let problem = format!("is not known; there can be {}", known.join(", "));
            Err(StaticServersError::new(format!("{at}.{name}"), problem))
        }
    }
}

fn text(at: &str, value: &Value) -> Read<String> {
    match value {
        Value::Text(text) => Ok(text.clone()),
        _ => Err(StaticServersError::new(at, "must be a text")),
    }
}

fn texts(at: &str, value: &Value) -> Read<Vec<String>> {
    let Value::List(elements) = value else {
        return Err(StaticServersError::new(at, "must be a list of texts"));
    };
    let read = |(index, element)| text(&format!("{at}[{index}]"), element);
    elements.iter().enumerate().map(read).collect()
}
