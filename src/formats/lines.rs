//! Texts of lines: addresses, install links, commands that add servers, and commands that are servers. All else
//! is refused, line by line.

use crate::json::{Json, Object, Pointer, Rules, parse};

use super::bounds::{Budget, LONGEST_LINE};
use super::client::{Begun, Client};
use super::clients;
use super::commands::{self, Added, Command, SECRET_PROMPTED, is_address, is_pair};
use super::draft::{Draft, Refusal};
use super::format::Format;
use super::links::{self, Link, NoLink};
use super::names::{base_name, file_name, launcher_verbs};
use super::place::{Position, Spot};
use super::reading::{Named, Reading};
use super::shell::{self, NotOneCommand, with_variables_first};
use super::source::{Source, Syntax};
use super::words;

/// Which kinds of lines a text has.
#[derive(Default)]
pub(in crate::formats) struct Kinds {
    links: usize,
    claude: usize,
    others: usize,
}

impl Kinds {
    /// The format that has lines of these kinds.
    pub(in crate::formats) fn format(&self) -> Format {
        match (self.links, self.claude, self.others) {
            (1.., 0, 0) => Format::Links,
            (0, 1.., 0) => Format::ClaudeAdd,
            _ => Format::Lines,
        }
    }
}

/// Whether the first line that says something is one of a kind that is read here.
pub(in crate::formats) fn looks_like(text: &str) -> bool {
    let first = shell::commands(&beginning(text)).into_iter().next();
    let Some((_, first)) = first.filter(|(_, first)| first.len() <= LONGEST_LINE) else { return false };
    if links::read(&first).is_some() || (is_address(&first) && !first.contains(char::is_whitespace)) {
        return true;
    }
    let command = with_variables_first(&first).unwrap_or(first);
    let Ok(words) = shell::words(&command) else {
        return command.split_whitespace().next().is_some_and(|word| launcher_verbs(word).is_some());
    };
    let words = without_variables(&words).1;
    let is_word =
        words.first().is_some_and(|word| !word.ends_with(':') && !word.starts_with(['[', '{', '-']));
    // A member of TOML or YAML with blanks around its sign.
    let is_member = words.get(1).is_some_and(|word| word == "=" || word == ":");
    is_word
        && !is_member
        && (!matches!(commands::read(words), Command::Other)
            || !matches!(program(words), Err(NoServer::Unknown)))
}

/// The first lines of a text: the kind of the first command is enough.
fn beginning(text: &str) -> String {
    text.lines().filter(|line| !line.trim().is_empty()).take(20).collect::<Vec<_>>().join("\n")
}

/// Reads all lines of a text; `first` is how many lines there are before it.
pub(in crate::formats) fn read(text: &str, first: usize, reading: &mut Reading) -> Kinds {
    let mut kinds = Kinds::default();
    for (line, command) in shell::commands(text) {
        if reading.is_full() {
            break;
        }
        let source = line_source(first + line + 1, reading.budget.clone());
        if LONGEST_LINE < command.len() {
            reading.refuse(&source, None, &Pointer::root(), words::TOO_LONG.into());
            continue;
        }
        read_line(&command, source, reading, &mut kinds);
    }
    kinds
}

fn line_source(line: usize, budget: Budget) -> Source {
    let spots = Spot::leaf(Position { line, column: 1 });
    Source { budget, ..Source::new(Syntax::Line, Json::Null, spots) }
}

fn read_line(command: &str, mut source: Source, reading: &mut Reading, kinds: &mut Kinds) {
    match links::read(command) {
        Some(Ok(link)) => {
            kinds.links += 1;
            return read_link(&link, source, reading);
        }
        Some(Err(NoLink { name, why })) => {
            kinds.links += 1;
            return reading.refuse(&source, name.as_deref(), &Pointer::root(), why.into());
        }
        None => {}
    }
    if is_address(command) && !command.contains(char::is_whitespace) {
        kinds.others += 1;
        let entry = Object::from_iter([("url", Json::string(command))]);
        return read_entry(clients::of(Format::Plain), &mut source, entry, None, Vec::new(), reading);
    }
    let in_one = with_variables_first(command);
    let words = match shell::words(in_one.as_deref().unwrap_or(command)) {
        Ok(words) => words,
        Err(why) => {
            kinds.others += 1;
            let why = match why {
                NotOneCommand::Open => "a quote that does not end",
                NotOneCommand::More => "more than one command, or a sign of the shell: put it in quotes",
            };
            return reading.refuse(&source, None, &Pointer::root(), why.into());
        }
    };
    let (variables, words) = without_variables(&words);
    match commands::read(words) {
        Command::Added(added) => {
            kinds.count(added.client);
            add(added, &mut source, variables, reading);
        }
        Command::AddedJson { client, name, json, bag } => {
            kinds.count(client);
            match read_json(json.as_str()) {
                Err(why) => reading.refuse(&source, name.as_deref(), &Pointer::root(), why.into()),
                Ok(object) => read_object(client, object, name, None, bag, &mut source, reading),
            }
        }
        Command::Nothing(what) => {
            kinds.count(if base(words) == "claude" { Format::ClaudeAdd } else { Format::Lines });
            reading.ignore(&source, &Pointer::root(), what);
        }
        Command::Wrong(why) => {
            kinds.count(if base(words) == "claude" { Format::ClaudeAdd } else { Format::Lines });
            reading.refuse(&source, None, &Pointer::root(), why.into());
        }
        Command::Other => {
            kinds.others += 1;
            match program(words) {
                Ok(()) => {
                    let entry = entry_of(words, variables);
                    read_entry(clients::of(Format::Plain), &mut source, entry, None, Vec::new(), reading);
                }
                Err(NoServer::Installs) => reading.ignore(&source, &Pointer::root(), words::INSTALLS),
                Err(NoServer::Unknown) => reading.refuse(
                    &source,
                    None,
                    &Pointer::root(),
                    "neither an address nor a command that is known here; write the path of a program to have it treated as one".into(),
                ),
            }
        }
    }
}

impl Kinds {
    fn count(&mut self, client: Format) {
        match client {
            Format::ClaudeAdd => self.claude += 1,
            _ => self.others += 1,
        }
    }
}

fn base(words: &[String]) -> &str {
    words.first().map_or("", |word| file_name(word))
}

/// `NAME=value` before a command, with `env` before it or without.
fn without_variables(words: &[String]) -> (Object, &[String]) {
    let start = usize::from(
        words.first().is_some_and(|word| word == "env") && words.get(1).is_some_and(|word| is_pair(word)),
    );
    let count = words[start..].iter().take_while(|word| is_pair(word)).count();
    let pairs = words[start..start + count].iter().filter_map(|word| word.split_once('='));
    let variables = pairs.map(|(name, value)| (name, Json::string(value))).collect();
    (variables, &words[start + count..])
}

fn entry_of(words: &[String], variables: Object) -> Object {
    let mut entry = Object::new();
    if let Some((program, args)) = words.split_first() {
        entry.insert("command", Json::string(program));
        if !args.is_empty() {
            entry.insert("args", Json::Array(args.iter().map(Json::string).collect()));
        }
    }
    if !variables.is_empty() {
        entry.insert("env", variables.into());
    }
    entry
}

fn add(added: Added, source: &mut Source, variables: Object, reading: &mut Reading) {
    let Added { client, name, mut entry, bag } = added;
    if !variables.is_empty() && entry.contains("command") {
        let mut env = variables;
        if let Some(Json::Object(own)) = entry.remove("env") {
            own.into_iter().for_each(|(name, value)| env.insert(name, value));
        }
        entry.insert("env", env.into());
    }
    read_entry(clients::of(client), source, entry, Some(&name), bag, reading);
}

/// Reads an entry that a line has, whose places are all the line itself.
fn read_entry(
    client: &Client,
    source: &mut Source,
    mut entry: Object,
    name: Option<&str>,
    bag: Vec<(&'static str, Json)>,
    reading: &mut Reading,
) {
    if entry.get("name").and_then(Json::as_str).is_some_and(|own| name.is_none_or(|name| name == own)) {
        let own = entry.remove("name");
        let own = own.as_ref().and_then(Json::as_str);
        return read_entry(client, source, entry, name.or(own), bag, reading);
    }
    let mut draft = Draft::new(source, Pointer::root(), entry);
    let asks_for_secret = bag.iter().any(|(name, _)| *name == SECRET_PROMPTED);
    for (member, value) in bag {
        draft.bag.insert(member, value);
    }
    let named = Named { original: name, offered: None, same_name: words::SAME_NAME };
    match client.read(&mut draft) {
        Err(Refusal { at, why }) => reading.refuse(source, name, &at, why),
        Ok(Begun::Nothing(what)) => reading.ignore(source, &Pointer::root(), what),
        Ok(Begun::Server) => {
            if asks_for_secret {
                draft.note("", words::CLIENT_SECRET);
            }
            reading.add(client, draft, named);
        }
    }
}

fn read_json(text: &str) -> Result<Object, &'static str> {
    match parse(text, &Rules::BODY) {
        Ok(Json::Object(object)) => Ok(object),
        Ok(_) => Err("its JSON is not an object"),
        Err(_) => Err("its JSON can't be read"),
    }
}

/// Reads an entry, an entry under its name, or a map of servers.
fn read_object(
    client: Format,
    object: Object,
    name: Option<String>,
    inputs: Option<Json>,
    bag: Vec<(&'static str, Json)>,
    source: &mut Source,
    reading: &mut Reading,
) {
    let table = clients::of(client);
    let value = Json::Object(object);
    let mut root = |object: &Object| {
        // What the servers of a file share is looked for at its root.
        let inputs = inputs.clone().or_else(|| object.get("inputs").cloned());
        source.root = inputs.map_or(Json::Null, |inputs| Object::from_iter([("inputs", inputs)]).into());
    };
    let Json::Object(object) = &value else { return };
    root(object);
    if clients::looks_like_server(&value) {
        return read_entry(table, source, object.clone(), name.as_deref(), bag, reading);
    }
    let held =
        ["servers", "mcpServers"].iter().find_map(|holder| object.get(holder).and_then(Json::as_object));
    let map = held.unwrap_or(object);
    if map.is_empty() || map.iter().any(|(_, value)| !clients::looks_like_server(value)) {
        return reading.refuse(source, name.as_deref(), &Pointer::root(), words::NEITHER.into());
    }
    let is_one = map.len() == 1;
    for (own, value) in map.iter() {
        let Json::Object(entry) = value else { continue };
        let name = name.as_deref().filter(|_| is_one).unwrap_or(own);
        read_entry(table, source, entry.clone(), Some(name), bag.clone(), reading);
    }
}

fn read_link(link: &Link, mut source: Source, reading: &mut Reading) {
    let object = match read_json(&link.json) {
        Ok(object) => object,
        Err(why) => return reading.refuse(&source, link.name.as_deref(), &Pointer::root(), why.into()),
    };
    let inputs = link.inputs.as_deref().and_then(|inputs| parse(inputs, &Rules::BODY).ok());
    read_object(link.client, object, link.name.clone(), inputs, Vec::new(), &mut source, reading);
}

/// Why a command is no server.
enum NoServer {
    Installs,
    Unknown,
}

/// Programs that install or fetch, and those that do one thing of many.
const INSTALLERS: [&str; 16] = [
    "brew", "apt", "apt-get", "dnf", "yum", "pacman", "choco", "winget", "scoop", "pip", "pip3", "cargo",
    "go", "git", "curl", "wget",
];

/// Words behind a launcher with which it installs or fetches.
const INSTALL_WORDS: [&str; 14] = [
    "install",
    "i",
    "ci",
    "add",
    "pull",
    "build",
    "login",
    "init",
    "update",
    "upgrade",
    "sync",
    "ensurepath",
    "create",
    "global",
];

/// Commands of a shell that people write between others.
const SHELL_WORDS: [&str; 10] = ["cd", "export", "mkdir", "cp", "mv", "rm", "echo", "source", "chmod", "set"];

/// Whether a command is a server: a program that runs others, a path, or one whose name says so.
fn program(words: &[String]) -> Result<(), NoServer> {
    let Some((program, args)) = words.split_first() else { return Err(NoServer::Unknown) };
    let is_no_program = program.starts_with(['[', '#', '-', '<', '{', '*'])
        || program.starts_with("//")
        || program.ends_with(':');
    if is_no_program || program.is_empty() {
        return Err(NoServer::Unknown);
    }
    let name = base_name(program);
    if INSTALLERS.contains(&name) || SHELL_WORDS.contains(&name) {
        return Err(NoServer::Installs);
    }
    let first = args.iter().map(String::as_str).find(|word| !word.starts_with('-'));
    if let Some(verbs) = launcher_verbs(program) {
        let installs = |word: &str| INSTALL_WORDS.contains(&word);
        let needs_verb =
            matches!(name, "pipx" | "pnpm" | "yarn" | "npm" | "bun" | "uv" | "docker" | "podman" | "deno");
        return match first {
            None => Err(NoServer::Unknown),
            Some(word) if needs_verb && installs(word) => Err(NoServer::Installs),
            Some(word) if name == "uv" && word == "tool" => match args.iter().any(|word| word == "run") {
                true => Ok(()),
                false => Err(NoServer::Installs),
            },
            Some(word) if needs_verb && !verbs.contains(&word) => Err(NoServer::Unknown),
            Some(_) if name.starts_with("python") && args.windows(2).any(|pair| pair == ["-m", "pip"]) => {
                Err(NoServer::Installs)
            }
            Some(_) => Ok(()),
        };
    }
    let is_path =
        program.contains(['/', '\\']) && !program.contains("://") && !program.contains(char::is_whitespace);
    let says_so = name.split(['-', '_', '.']).any(|part| part == "mcp" || part == "server");
    if is_path || says_so { Ok(()) } else { Err(NoServer::Unknown) }
}
