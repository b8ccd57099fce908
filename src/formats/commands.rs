//! The commands by which the programs of clients add servers, as tables: their flags, and what comes behind the name. A
//! command of a program that is not in a table is not taken apart.

use crate::json::{Json, Object, Rules, Text, parse};
use crate::model::reference::is_variable;
use crate::model::suspect::is_secret_like;

use super::format::Format;
use super::names::file_name;
use super::number::parsed;

/// What a flag says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flag {
    Transport,
    Scope,
    Env,
    /// Several pairs, separated by commas.
    EnvList,
    Header,
    ClientId,
    CallbackPort,
    ClientSecret,
    Url,
    BearerVariable,
    Timeout,
    Trust,
    Description,
    IncludeTools,
    ExcludeTools,
    Name,
    Command,
    Args,
    Disabled,
    Auth,
    /// Taken and without meaning here.
    Other,
    /// The same, without a value.
    OtherAlone,
}

impl Flag {
    fn has_value(self) -> bool {
        !matches!(self, Self::ClientSecret | Self::Trust | Self::Disabled | Self::OtherAlone)
    }
}

/// What `--` is before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dashes {
    Program,
    Arguments,
    /// There are no words but flags.
    NoWords,
}

/// How a program adds servers.
struct Adding {
    programs: &'static [&'static str],
    verbs: &'static [&'static str],
    client: Format,
    flags: &'static [(&'static [&'static str], Flag)],
    dashes: Dashes,
    /// Whether its own flags are read behind the program too.
    reads_all: bool,
}

const ADDING: [Adding; 7] = [
    Adding {
        programs: &["claude"],
        verbs: &["mcp", "add"],
        client: Format::ClaudeAdd,
        flags: &[
            (&["-t", "--transport"], Flag::Transport),
            (&["-s", "--scope"], Flag::Scope),
            (&["-e", "--env"], Flag::Env),
            (&["-H", "--header"], Flag::Header),
            (&["--client-id"], Flag::ClientId),
            (&["--client-secret"], Flag::ClientSecret),
            (&["--callback-port"], Flag::CallbackPort),
        ],
        dashes: Dashes::Program,
        reads_all: false,
    },
    Adding {
        programs: &["codex"],
        verbs: &["mcp", "add"],
        client: Format::Codex,
        flags: &[
            (&["--env"], Flag::Env),
            (&["--url"], Flag::Url),
            (&["--bearer-token-env-var"], Flag::BearerVariable),
        ],
        dashes: Dashes::Program,
        reads_all: false,
    },
    Adding {
        programs: &["gemini", "qwen"],
        verbs: &["mcp", "add"],
        client: Format::Gemini,
        flags: &[
            (&["-t", "--transport", "--type"], Flag::Transport),
            (&["-s", "--scope"], Flag::Scope),
            (&["-e", "--env"], Flag::Env),
            (&["-H", "--header"], Flag::Header),
            (&["--timeout"], Flag::Timeout),
            (&["--trust"], Flag::Trust),
            (&["--description"], Flag::Description),
            (&["--include-tools"], Flag::IncludeTools),
            (&["--exclude-tools"], Flag::ExcludeTools),
        ],
        dashes: Dashes::Program,
        reads_all: true,
    },
    Adding {
        programs: &["copilot"],
        verbs: &["mcp", "add"],
        client: Format::Copilot,
        flags: &[(&["--env"], Flag::Env)],
        dashes: Dashes::Program,
        reads_all: false,
    },
    Adding {
        programs: &["cline"],
        verbs: &["mcp", "install"],
        client: Format::Cline,
        flags: &[(&["--transport"], Flag::Transport), (&["--header"], Flag::Header)],
        dashes: Dashes::Program,
        reads_all: false,
    },
    Adding {
        programs: &["openhands"],
        verbs: &["mcp", "add"],
        client: Format::OpenhandsCli,
        flags: &[
            (&["--transport"], Flag::Transport),
            (&["--header"], Flag::Header),
            (&["--env"], Flag::Env),
            (&["--auth"], Flag::Auth),
            (&["--disabled"], Flag::Disabled),
        ],
        dashes: Dashes::Arguments,
        reads_all: false,
    },
    Adding {
        programs: &["q", "kiro-cli"],
        verbs: &["mcp", "add"],
        client: Format::AmazonQ,
        flags: &[
            (&["--name"], Flag::Name),
            (&["--command"], Flag::Command),
            (&["--args"], Flag::Args),
            (&["--env"], Flag::EnvList),
            (&["--url"], Flag::Url),
            (&["--timeout"], Flag::Timeout),
            (&["--disabled"], Flag::Disabled),
            (&["--scope"], Flag::Scope),
            (&["--agent"], Flag::Other),
            (&["--force"], Flag::OtherAlone),
        ],
        dashes: Dashes::NoWords,
        reads_all: false,
    },
];

/// What a command adds: an entry in the words of a client.
pub(in crate::formats) struct Added {
    pub(in crate::formats) client: Format,
    pub(in crate::formats) name: String,
    pub(in crate::formats) entry: Object,
    /// What the bag keeps beside what the client's words keep.
    pub(in crate::formats) bag: Vec<(&'static str, Json)>,
}

/// The mark in a bag of a secret that the program asks for.
pub(in crate::formats) const SECRET_PROMPTED: &str = "client_secret_prompted";

/// What a command is.
pub(in crate::formats) enum Command {
    Added(Added),
    /// The name and the JSON of an entry, or of several.
    AddedJson {
        client: Format,
        name: Option<String>,
        json: Text,
        bag: Vec<(&'static str, Json)>,
    },
    /// It adds nothing, and says why.
    Nothing(&'static str),
    Wrong(&'static str),
    /// Not a command of such a program.
    Other,
}

/// Programs that take JSON with the flag `--add-mcp`.
const EDITORS: [&str; 6] = ["code", "code-insiders", "codium", "cursor", "windsurf", "code.cmd"];

/// Reads a command of a client's program.
pub(in crate::formats) fn read(words: &[String]) -> Command {
    let Some(program) = words.first().map(|word| base_name(word)) else { return Command::Other };
    if let Some(at) = words.iter().position(|word| word == "--add-mcp" || word.starts_with("--add-mcp=")) {
        if !EDITORS.contains(&program) {
            return Command::Wrong("--add-mcp of a program that is not known here");
        }
        let json = words[at].strip_prefix("--add-mcp=").or_else(|| words.get(at + 1).map(String::as_str));
        let Some(json) = json else { return Command::Wrong("the JSON is missing") };
        return Command::AddedJson {
            client: Format::Vscode,
            name: None,
            json: Text::new(json.to_owned()),
            bag: Vec::new(),
        };
    }
    let verbs: Vec<&str> = words[1..].iter().map(String::as_str).take(2).collect();
    let own = ADDING.iter().find(|adding| adding.programs.contains(&program));
    match (own, verbs.as_slice()) {
        (Some(adding), verbs) if verbs == adding.verbs => adding.read(&words[3..]),
        (Some(adding), ["mcp", "add-json"]) if adding.client == Format::ClaudeAdd => add_json(&words[3..]),
        (Some(_), ["mcp", "add-from-claude-desktop"]) => Command::Nothing("adds nothing by itself"),
        (Some(_), ["mcp", ..]) => Command::Nothing(super::words::ADDS_NOTHING),
        (Some(_), _) => Command::Nothing(super::words::NO_SERVER_COMMAND),
        (None, ["mcp", "add" | "add-json" | "install"]) => {
            Command::Wrong("it adds a server to a program that is not known here")
        }
        (None, _) => Command::Other,
    }
}

fn base_name(word: &str) -> &str {
    let name = file_name(word);
    name.strip_suffix(".exe").unwrap_or(name)
}

fn add_json(words: &[String]) -> Command {
    let (mut places, mut asks_for_secret, mut scope) = (Vec::new(), false, None);
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        match word.as_str() {
            "--client-secret" => asks_for_secret = true,
            // All that follows are places.
            "--" => places.extend(rest.by_ref().cloned()),
            "-s" | "--scope" => scope = rest.next().cloned(),
            word if word.starts_with("--scope=") => scope = word.strip_prefix("--scope=").map(str::to_owned),
            word if word.starts_with('-') => return Command::Wrong("a flag that is not known here"),
            _ => places.push(word.clone()),
        }
    }
    match <[String; 2]>::try_from(places) {
        Ok([name, json]) => Command::AddedJson {
            client: Format::ClaudeAdd,
            name: Some(name),
            json: Text::new(json),
            bag: bag(scope.as_deref(), asks_for_secret),
        },
        Err(_) => Command::Wrong("a name and the JSON of one server are expected"),
    }
}

fn bag(scope: Option<&str>, asks_for_secret: bool) -> Vec<(&'static str, Json)> {
    let scope = scope.map(|scope| ("scope", Json::string(scope)));
    let prompted = asks_for_secret.then_some((SECRET_PROMPTED, Json::Bool(true)));
    scope.into_iter().chain(prompted).collect()
}

impl Adding {
    fn read(&self, words: &[String]) -> Command {
        match self.parse(words) {
            Ok(added) => Command::Added(added),
            Err(why) => Command::Wrong(why),
        }
    }

    fn flag(&self, word: &str) -> Option<Flag> {
        self.flags.iter().find(|(names, _)| names.contains(&word)).map(|(_, flag)| *flag)
    }

    fn parse(&self, words: &[String]) -> Result<Added, &'static str> {
        let mut flags: Vec<(Flag, String)> = Vec::new();
        let mut places: Vec<String> = Vec::new();
        let mut at = 0;
        while at < words.len() {
            let word = &words[at];
            at += 1;
            let is_behind_program = 2 <= places.len();
            if word == "--" {
                places.extend_from_slice(&words[at..]);
                if self.dashes == Dashes::NoWords || places.len() < 2 {
                    return Err("the name or the program is missing");
                }
                break;
            }
            let (name, inline) = match word.split_once('=') {
                Some((name, value)) if name.starts_with("--") => (name, Some(value.to_owned())),
                _ => (word.as_str(), None),
            };
            match self.flag(name) {
                Some(flag) if !flag.has_value() => flags.push((flag, String::new())),
                Some(flag) => {
                    let value = match inline {
                        Some(value) => value,
                        None => {
                            at += 1;
                            words.get(at - 1).cloned().ok_or("the value of a flag is missing")?
                        }
                    };
                    flags.push((flag, value));
                    // `--env A=1 B=2 NAME`: one flag may have several values.
                    let is_another: fn(&str) -> bool = match flag {
                        Flag::Env => is_pair,
                        Flag::Header => is_header,
                        _ => |_| false,
                    };
                    while words.get(at).is_some_and(|word| is_another(word)) {
                        flags.push((flag, words[at].clone()));
                        at += 1;
                    }
                }
                None if word.starts_with('-') && !(is_behind_program && self.reads_all) => {
                    return Err("a flag that is not known here");
                }
                None => {
                    places.push(word.clone());
                    // What is behind the program is its own, unless the client reads all of it.
                    if places.len() == 2
                        && !is_address(word)
                        && !self.reads_all
                        && self.dashes == Dashes::Program
                    {
                        places.extend(without_dashes(&words[at..]).cloned());
                        break;
                    }
                }
            }
        }
        self.assemble(places, &flags)
    }

    fn assemble(&self, places: Vec<String>, flags: &[(Flag, String)]) -> Result<Added, &'static str> {
        let value = |wanted| flags.iter().find(|(flag, _)| *flag == wanted).map(|(_, value)| value.as_str());
        let has = |wanted| value(wanted).is_some();
        let text = |text: &str| Json::string(text);
        let mut places = places.into_iter();
        let (name, target) = if self.dashes == Dashes::NoWords {
            if places.next().is_some() {
                return Err("this program takes flags only");
            }
            (value(Flag::Name).map(str::to_owned), value(Flag::Command).map(str::to_owned))
        } else {
            (places.next(), places.next())
        };
        let name = name.filter(|name| !name.is_empty()).ok_or("the name of the server is missing")?;
        if is_header(&name) || is_secret_like(&name) {
            return Err("a value where the name of the server should be");
        }
        let mut args: Vec<String> = places.collect();
        let mut entry = Object::new();
        if let Some(word) = value(Flag::Transport) {
            entry.insert(if self.client == Format::OpenhandsCli { "transport" } else { "type" }, text(word));
        }
        for (_, list) in flags.iter().filter(|(flag, _)| *flag == Flag::Args) {
            args.extend(list_of(list)?);
        }
        let url = match (value(Flag::Url), &target) {
            (Some(_), Some(_)) => return Err("a program and a url"),
            (Some(url), None) => Some(url.to_owned()),
            (None, Some(target)) if is_address(target) => Some(target.clone()),
            (None, _) => None,
        };
        match (url, target) {
            (Some(_), _) if !args.is_empty() => return Err("words behind a url"),
            (Some(url), _) => entry.insert("url", Json::string(url)),
            (None, Some(program)) => {
                entry.insert("command", Json::string(program));
                if !args.is_empty() {
                    entry.insert("args", Json::Array(args.into_iter().map(Json::string).collect()));
                }
            }
            (None, None) => return Err("the program or the url is missing"),
        }
        let mut env = Object::new();
        for (flag, pair) in flags {
            let pairs: Vec<&str> = match flag {
                Flag::Env => vec![pair.as_str()],
                Flag::EnvList => pair.split(',').collect(),
                _ => continue,
            };
            for pair in pairs {
                let (name, value) = pair.split_once('=').ok_or("a variable is written NAME=value")?;
                env.insert(name.trim(), Json::string(value));
            }
        }
        let mut headers = Object::new();
        for (_, pair) in flags.iter().filter(|(flag, _)| *flag == Flag::Header) {
            let (name, value) = pair.split_once(':').ok_or("a header is written Name: value")?;
            headers.insert(name.trim(), Json::string(value.trim()));
        }
        for (name, map) in [("env", env), ("headers", headers)] {
            if !map.is_empty() {
                entry.insert(name, map.into());
            }
        }
        for (flag, name) in
            [(Flag::Description, "description"), (Flag::BearerVariable, "bearer_token_env_var")]
        {
            if let Some(word) = value(flag) {
                entry.insert(name, text(word));
            }
        }
        for (flag, name) in [(Flag::IncludeTools, "includeTools"), (Flag::ExcludeTools, "excludeTools")] {
            if let Some(list) = value(flag) {
                entry.insert(
                    name,
                    Json::Array(list.split(',').map(|tool| Json::string(tool.trim())).collect()),
                );
            }
        }
        for (flag, name) in [(Flag::Trust, "trust"), (Flag::Disabled, "disabled")] {
            if has(flag) {
                match self.client {
                    Format::OpenhandsCli => entry.insert("enabled", Json::Bool(false)),
                    _ => entry.insert(name, Json::Bool(true)),
                }
            }
        }
        if let Some(word) = value(Flag::Auth) {
            entry.insert("auth", text(word));
        }
        if let Some(spelling) = value(Flag::Timeout) {
            entry.insert("timeout", Json::Number(parsed(spelling).ok_or("the time-out must be a number")?));
        }
        let mut oauth = Object::new();
        if let Some(id) = value(Flag::ClientId) {
            oauth.insert("clientId", text(id));
        }
        if let Some(port) = value(Flag::CallbackPort) {
            oauth.insert("callbackPort", Json::Number(parsed(port).ok_or("the port must be a number")?));
        }
        if !oauth.is_empty() {
            entry.insert("oauth", oauth.into());
        }
        let bag = bag(value(Flag::Scope), has(Flag::ClientSecret));
        Ok(Added { client: self.client, name, entry, bag })
    }
}

/// A JSON list, or texts that are separated by commas; `\,` is a comma in one.
fn list_of(text: &str) -> Result<Vec<String>, &'static str> {
    if text.starts_with('[') {
        let Ok(Json::Array(elements)) = parse(text, &Rules::BODY) else {
            return Err("the arguments are no list");
        };
        let texts: Option<Vec<String>> =
            elements.iter().map(|element| element.as_str().map(str::to_owned)).collect();
        return texts.ok_or("the arguments are no list of texts");
    }
    let mut texts = vec![String::new()];
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            '\\' if rest.peek() == Some(&',') => {
                rest.next();
                texts.last_mut().expect("there is always one").push(',');
            }
            ',' => texts.push(String::new()),
            other => texts.last_mut().expect("there is always one").push(other),
        }
    }
    Ok(texts)
}

/// `NAME=value`
pub(in crate::formats) fn is_pair(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| is_variable(name))
}

/// `Name: value`, which is neither an address nor a path.
fn is_header(word: &str) -> bool {
    let is_token = |name: &str| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    };
    word.split_once(':').is_some_and(|(name, value)| is_token(name) && !value.starts_with(['/', '\\']))
}

/// The words behind a program without the `--` that ends the flags of the program that adds it. Behind a flag that it
/// does not know it is one of the words.
fn without_dashes(words: &[String]) -> impl Iterator<Item = &String> {
    let first = words.iter().position(|word| word.starts_with('-'));
    let dashes = first.filter(|at| words[*at] == "--");
    words.iter().enumerate().filter(move |(at, _)| Some(*at) != dashes).map(|(_, word)| word)
}

pub(in crate::formats) fn is_address(word: &str) -> bool {
    ["http://", "https://", "ws://", "wss://"].iter().any(|scheme| {
        word.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
            && word.len() > scheme.len()
    })
}
