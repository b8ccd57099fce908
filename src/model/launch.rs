//! What a configuration starts, or connects to: a typed view, made in one place, of the members that decide it. It
//! does not know whether it may be started, where its program is, and what answers.

use std::borrow::Cow;

use crate::json::{Path, Pointer};

use super::Kind;
use super::config::{Config, Node, SecretValue};
use super::reference::has_reference;
use super::state::exactly;

/// What a configuration starts, or connects to. Two configurations with the same launch run the same thing.
#[derive(Clone, PartialEq, Eq)]
pub enum Launch<'a> {
    /// A program, spoken to over its standard streams.
    Stdio {
        /// The program: a bare name, or a path.
        command: &'a str,
        /// Its arguments.
        args: Vec<Value<'a>>,
        /// What is set in its environment, in the order of the configuration.
        env: Vec<(&'a str, Value<'a>)>,
        /// Where it is started; nothing where the configuration does not say.
        cwd: Option<&'a str>,
    },
    /// A server that runs already.
    Remote {
        /// Where it is.
        url: &'a str,
        /// What is sent with every request, in the order of the configuration.
        headers: Vec<(&'a str, Value<'a>)>,
        /// How it is spoken to.
        transport: Transport,
        /// How the client proves who it is: each scalar of `auth`, and of the older `authentication`, by its
        /// pointer. What OAuth has obtained (`/auth/state`) is not part of it: a new token changes no launch.
        auth: Vec<(Pointer, Value<'a>)>,
    },
}

/// How a remote server is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// Not said: MCP's Streamable HTTP, and the older transport where the server does not know it.
    Automatic,
    /// MCP's Streamable HTTP, and no other.
    StreamableHttp,
    /// The older transport of MCP, over server-sent events.
    Sse,
}

/// A scalar in the clear.
#[derive(Clone, PartialEq, Eq)]
pub enum Value<'a> {
    /// Its text; of a number and of a Boolean as JSON spells it.
    Clear(Cow<'a, str>),
    /// No key opens it.
    Unreadable,
}

/// A configuration that starts nothing, and the member that is missing or has a wrong type.
#[derive(Debug, PartialEq, Eq)]
pub struct NotLaunchable(pub Pointer);

impl<'a> Launch<'a> {
    /// What this configuration starts. A document can hold what validation would refuse, so this can fail.
    pub fn of(config: &'a Config) -> Result<Self, NotLaunchable> {
        match config.kind() {
            Kind::Stdio => Ok(Self::Stdio {
                command: required(config, "command")?,
                args: args(config)?,
                env: entries(config, "env")?,
                cwd: optional(config, "cwd")?,
            }),
            Kind::Remote => Ok(Self::Remote {
                url: required(config, "url")?,
                headers: entries(config, "headers")?,
                transport: transport(config)?,
                auth: auth(config),
            }),
            Kind::Unknown => Err(wrong("command")),
        }
    }

    /// The command of a program, and the `PATH` of its own environment; none of a server that runs already.
    pub fn program(&self) -> Option<(String, Option<String>)> {
        let Self::Stdio { command, env, .. } = self else { return None };
        let path = env.iter().find(|(name, _)| *name == "PATH");
        let path = path.and_then(|(_, value)| value.text()).map(str::to_owned);
        Some(((*command).to_owned(), path))
    }

    /// Whether somebody who may run servers must have approved it: every program is code, and a reference could send one
    /// server's secret to another.
    pub fn needs_approval(&self) -> bool {
        matches!(self, Self::Stdio { .. }) || self.has_reference()
    }

    /// Whether a value of it has a reference to what the service keeps, or what would be one if it were complete. What
    /// no key opens may have one.
    pub fn has_reference(&self) -> bool {
        let in_value = |value: &Value<'_>| match value {
            Value::Clear(text) => has_reference(text),
            Value::Unreadable => true,
        };
        match self {
            Self::Stdio { command: _, args, env, cwd } => {
                args.iter().any(in_value)
                    || env.iter().any(|(_, value)| in_value(value))
                    || cwd.is_some_and(has_reference)
            }
            Self::Remote { url, headers, transport: _, auth } => {
                has_reference(url)
                    || headers.iter().any(|(_, value)| in_value(value))
                    || auth.iter().any(|(_, value)| in_value(value))
            }
        }
    }
}

fn wrong(name: &str) -> NotLaunchable {
    NotLaunchable(Path::Root.member(name).pointer())
}

fn required<'a>(config: &'a Config, name: &str) -> Result<&'a str, NotLaunchable> {
    config.text(name).filter(|text| !text.is_empty()).ok_or_else(|| wrong(name))
}

/// A member that is there; `null` is as an absent one.
fn given<'a>(config: &'a Config, name: &str) -> Option<&'a Node> {
    config.get(name).filter(|node| !matches!(node, Node::Null))
}

fn optional<'a>(config: &'a Config, name: &str) -> Result<Option<&'a str>, NotLaunchable> {
    given(config, name).map(|_| config.text(name).ok_or_else(|| wrong(name))).transpose()
}

fn args(config: &Config) -> Result<Vec<Value<'_>>, NotLaunchable> {
    match given(config, "args") {
        None => Ok(Vec::new()),
        Some(Node::Array(elements)) => {
            let element = |(index, node)| {
                let at = || NotLaunchable(Path::Root.member("args").element(index).pointer());
                Value::of(node).ok_or_else(at)
            };
            elements.iter().enumerate().map(element).collect()
        }
        Some(_) => Err(wrong("args")),
    }
}

fn entries<'a>(config: &'a Config, name: &str) -> Result<Vec<(&'a str, Value<'a>)>, NotLaunchable> {
    match given(config, name) {
        None => Ok(Vec::new()),
        Some(Node::Object(members)) => {
            let entry = |(key, node)| match Value::of(node) {
                Some(value) => Ok((key, value)),
                None => Err(NotLaunchable(Path::Root.member(name).member(key).pointer())),
            };
            members.iter().filter(|(_, node)| !matches!(node, Node::Null)).map(entry).collect()
        }
        Some(_) => Err(wrong(name)),
    }
}

/// `transport` decides where both it and `type` are there.
fn transport(config: &Config) -> Result<Transport, NotLaunchable> {
    let name = if given(config, "transport").is_some() { "transport" } else { "type" };
    match optional(config, name)? {
        None => Ok(Transport::Automatic),
        Some("http" | "streamable-http" | "shttp") => Ok(Transport::StreamableHttp),
        Some("sse") => Ok(Transport::Sse),
        Some(_) => Err(wrong(name)),
    }
}

fn auth(config: &Config) -> Vec<(Pointer, Value<'_>)> {
    let mut found = Vec::new();
    for name in ["auth", "authentication"] {
        if let Some(node) = config.get(name) {
            collect(node, &Path::Root.member(name), &mut found);
        }
    }
    found.retain(|(pointer, _)| !pointer.as_str().starts_with("/auth/state/"));
    found
}

fn collect<'a>(node: &'a Node, path: &Path<'_>, found: &mut Vec<(Pointer, Value<'a>)>) {
    match node {
        Node::Object(members) => {
            for (name, node) in members.iter() {
                collect(node, &path.member(name), found);
            }
        }
        Node::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                collect(element, &path.element(index), found);
            }
        }
        scalar => found.extend(Value::of(scalar).map(|value| (path.pointer(), value))),
    }
}

impl Transport {
    /// Its word: in digests, and for those who approve.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Automatic => "automatic",
            Self::StreamableHttp => "http",
            Self::Sse => "sse",
        }
    }
}

impl<'a> Value<'a> {
    /// Its text; none where no key opens it.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Clear(text) => Some(text),
            Self::Unreadable => None,
        }
    }

    /// The same, borrowed.
    pub fn borrowed(&self) -> Value<'_> {
        match self {
            Self::Clear(text) => Value::Clear(Cow::Borrowed(text)),
            Self::Unreadable => Value::Unreadable,
        }
    }

    /// The value of a scalar; nothing for `null`, an array and an object.
    fn of(node: &'a Node) -> Option<Self> {
        let word = |value: bool| Cow::Borrowed(if value { "true" } else { "false" });
        Some(Self::Clear(match node {
            Node::Text(text) => text.as_str().into(),
            Node::Url(url) => url.text.expose().into(),
            Node::Number(number) => exactly(number),
            Node::Bool(value) => word(*value),
            Node::Secret(secret) => match &secret.value {
                SecretValue::Text(plaintext) => plaintext.expose().into(),
                SecretValue::Number(number) => exactly(number),
                SecretValue::Bool(value) => word(*value),
                SecretValue::Unreadable => return Some(Self::Unreadable),
            },
            Node::Null | Node::Array(_) | Node::Object(_) => return None,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::samples::config;

    fn clear(text: &str) -> Value<'_> {
        Value::Clear(text.into())
    }

    fn is_same(one: &str, two: &str) -> bool {
        let (one, two) = (config(one), config(two));
        matches!((Launch::of(&one), Launch::of(&two)), (Ok(one), Ok(two)) if one == two)
    }

    #[test]
    fn a_program_has_its_arguments_its_environment_and_its_directory_in_the_clear() {
        let config = config(
            r#"{"command":"npx","args":["-y","x",1],"env":{"A":"sealed s","B":"plain","PORT":80,"C":"foreign s","D":null},
                "cwd":"/srv","description":"d"}"#,
        );
        let Ok(Launch::Stdio { command, args, env, cwd }) = Launch::of(&config) else {
            panic!("it is stdio")
        };
        assert_eq!((command, cwd), ("npx", Some("/srv")));
        assert!(args == [clear("-y"), clear("x"), clear("1")]);
        let expected =
            [("A", clear("s")), ("B", clear("plain")), ("PORT", clear("80")), ("C", Value::Unreadable)];
        assert!(env == expected);
    }

    #[test]
    fn a_url_has_its_headers_its_transport_and_its_credentials_without_what_oauth_obtained() {
        let config = config(
            r#"{"url":"https://u:p@h.example/mcp","headers":{"X":"sealed s"},"transport":"sse",
                "auth":{"strategy":"oauth2","authentication":{"client_id":"c","scopes":["a"]},"state":{"tokens":{"access_token":"sealed t"}}}}"#,
        );
        let Ok(Launch::Remote { url, headers, transport, auth }) = Launch::of(&config) else {
            panic!("it is remote")
        };
        assert_eq!((url, transport), ("https://u:p@h.example/mcp", Transport::Sse));
        assert!(headers == [("X", clear("s"))]);
        let found: Vec<&str> = auth.iter().map(|(pointer, _)| pointer.as_str()).collect();
        assert_eq!(
            found,
            ["/auth/strategy", "/auth/authentication/client_id", "/auth/authentication/scopes/0"]
        );
    }

    #[test]
    fn what_starts_nothing_names_the_member_that_is_missing_or_wrong() {
        for (text, pointer) in [
            ("{}", "/command"),
            (r#"{"command":null,"url":null}"#, "/command"),
            (r#"{"command":["a"]}"#, "/command"),
            (r#"{"command":""}"#, "/command"),
            (r#"{"command":"x","args":"a"}"#, "/args"),
            (r#"{"command":"x","args":["a",["b"]]}"#, "/args/1"),
            (r#"{"command":"x","env":{"A":{"B":"c"}}}"#, "/env/A"),
            (r#"{"command":"x","cwd":1}"#, "/cwd"),
            (r#"{"url":1}"#, "/url"),
            (r#"{"url":"https://h","headers":[]}"#, "/headers"),
            (r#"{"url":"https://h","transport":"stdio"}"#, "/transport"),
            (r#"{"url":"https://h","type":"websocket"}"#, "/type"),
        ] {
            let config = config(text);
            assert_eq!(Launch::of(&config).err().unwrap().0.as_str(), pointer, "{text}");
        }
    }

    #[test]
    fn a_launch_changes_with_what_is_run_and_with_nothing_else() {
        const REMOTE: &str = r#"{"url":"https://h/mcp","auth":{"strategy":"oauth2"}}"#;
        for (one, two) in [
            (r#"{"command":"x"}"#, r#"{"command":"x","args":[],"env":{},"cwd":null,"transport":"stdio"}"#),
            (
                r#"{"command":"x","env":{"A":"s"}}"#,
                r#"{"command":"x","env":{"A":"sealed s"},"enabled":false}"#,
            ),
            (r#"{"url":"https://h","transport":"http"}"#, r#"{"url":"https://h","type":"shttp"}"#),
            (
                r#"{"url":"https://h","type":"sse","transport":"http"}"#,
                r#"{"url":"https://h","transport":"streamable-http"}"#,
            ),
            (r#"{"url":"https://h"}"#, r#"{"url":"https://h","type":null,"transport":null}"#),
            (REMOTE, r#"{"url":"https://h/mcp","auth":{"strategy":"oauth2","state":{"tokens":{"a":"t"}}}}"#),
        ] {
            assert!(is_same(one, two), "{one} {two}");
        }
        for (one, two) in [
            (r#"{"command":"x"}"#, r#"{"command":"y"}"#),
            (r#"{"command":"x","args":["a","b"]}"#, r#"{"command":"x","args":["b","a"]}"#),
            (r#"{"command":"x","env":{"A":"s"}}"#, r#"{"command":"x","env":{"A":"t"}}"#),
            (r#"{"command":"x","cwd":"/"}"#, r#"{"command":"x"}"#),
            (r#"{"url":"https://h","transport":"sse"}"#, r#"{"url":"https://h"}"#),
            (r#"{"url":"https://h","transport":"http"}"#, r#"{"url":"https://h"}"#),
            (REMOTE, r#"{"url":"https://h/mcp","auth":{"strategy":"oauth2","client":{"state":"x"}}}"#),
            (REMOTE, r#"{"url":"https://h/mcp","auth":"oauth"}"#),
            (
                r#"{"url":"https://h","auth":"oauth","authentication":{"client_id":"a"}}"#,
                r#"{"url":"https://h","auth":"oauth","authentication":{"client_id":"b"}}"#,
            ),
        ] {
            assert!(!is_same(one, two), "{one} {two}");
        }
    }

    #[test]
    fn a_launch_says_whether_anything_in_it_is_resolved() {
        for (text, expected) in [
            (r#"{"command":"x","args":["$5","$${A}"],"env":{"A":"b"},"cwd":"/srv"}"#, false),
            (r#"{"command":"x","args":["a","--key=${A}"]}"#, true),
            (r#"{"command":"x","env":{"A":"sealed ${A}"}}"#, true),
            (r#"{"command":"x","env":{"A":"foreign a"}}"#, true),
            (r#"{"command":"x","cwd":"${A}"}"#, true),
            (r#"{"command":"x","cwd":"${input:a}"}"#, true),
            (r#"{"command":"x","description":"${A}"}"#, false),
            (r#"{"url":"https://h/mcp","headers":{"A":"sealed b"}}"#, false),
            (r#"{"url":"https://h/${A}"}"#, true),
            (r#"{"url":"https://h","headers":{"A":"Bearer ${A}"}}"#, true),
            (r#"{"url":"https://h","auth":"sealed ${A}"}"#, true),
            (r#"{"url":"https://h","auth":{"strategy":"bearer","value":"${A"}}"#, true),
        ] {
            let config = config(text);
            assert_eq!(Launch::of(&config).ok().unwrap().has_reference(), expected, "{text}");
        }
    }
}
