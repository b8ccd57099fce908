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
use super::references::{Form, Reference, ReferenceKind, find, of_shell, word_into_ours};
use super::shell::{self, NotOneCommand, Word, with_variables_first};
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
    if links::read(&first).is_some() || address(&first).is_some() {
        return true;
    }
    if is_dotted_member(&first) {
        return false;
    }
    let command = with_variables_first(&first).unwrap_or(first);
    let Ok(words) = shell::words(&command) else {
        return command.split_whitespace().next().is_some_and(|word| launcher_verbs(word).is_some());
    };
    let words = shell::texts(&words);
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

/// `mcp_servers.name.command = …` of TOML, with blanks around the sign or without.
fn is_dotted_member(line: &str) -> bool {
    let is_key = |key: &str| {
        key.contains('.')
            && key.chars().all(|character| character.is_ascii_alphanumeric() || "_-.\"'".contains(character))
    };
    line.split_once('=').is_some_and(|(key, _)| is_key(key.trim()))
}

/// The address that a line has and nothing else but a comment, in quotes or not.
fn address(line: &str) -> Option<String> {
    let (first, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let rest = rest.trim_start();
    if is_address(first) && (rest.is_empty() || rest.starts_with('#')) {
        return Some(first.to_owned());
    }
    let [word] = <[Word; 1]>::try_from(shell::words(line).ok()?).ok()?;
    is_address(&word.text).then_some(word.text)
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
    if let Some(address) = address(command) {
        kinds.others += 1;
        let entry = Entry::of(Object::from_iter([("url", Json::string(address))]));
        return read_entry(clients::of(Format::Plain), &mut source, entry, None, reading);
    }
    let in_one = with_variables_first(command);
    let parsed = match shell::words(in_one.as_deref().unwrap_or(command)) {
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
    let texts = shell::texts(&parsed);
    let (variables, words) = without_variables(&texts);
    match commands::read(words) {
        Command::Added(added) => {
            kinds.count(added.client);
            let forms = clients::of(added.client).forms;
            let is_replaced = parsed.iter().any(|word| is_replaced_before(word, forms));
            add(added, &mut source, variables, is_replaced, reading);
        }
        Command::AddedJson { client, name, json, bag } => {
            kinds.count(client);
            match read_json(json.as_str()) {
                Err(why) => reading.refuse(&source, name.as_deref(), &Pointer::root(), why.into()),
                Ok(object) => read_object(client, object, name, None, &bag, &mut source, reading),
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
                    let (variables, words) = parsed.split_at(parsed.len() - words.len());
                    let entry = Entry::of_command(variables, words);
                    read_entry(clients::of(Format::Plain), &mut source, entry, None, reading);
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

/// Whether a shell replaces something of a word that the client would not replace itself.
fn is_replaced_before(word: &Word, forms: &[Form]) -> bool {
    let own = find(&word.text, forms);
    word.signs.iter().any(|sign| {
        of_shell(&word.text, *sign).is_some_and(|found| !own.iter().any(|own| own.range == found.range))
    })
}

/// What a line says of a server.
#[derive(Default)]
struct Entry {
    members: Object,
    bag: Vec<(&'static str, Json)>,
    /// Its references, by their places in the members. These are in our form.
    references: Vec<Reference>,
    /// Places at which a shell puts something that is not known here.
    replaced: Vec<Pointer>,
}

impl Entry {
    fn of(members: Object) -> Self {
        Self { members, ..Self::default() }
    }

    /// That of a command that is a server. What a shell replaces in it is a reference; but not in the program, which is
    /// no template.
    fn of_command(variables: &[Word], words: &[Word]) -> Self {
        let mut entry = Self::default();
        if let Some((program, args)) = words.split_first() {
            entry.members.insert("command", Json::string(&program.text));
            if !program.signs.is_empty() {
                entry.replaced.push(Pointer::root().member("command"));
            }
            let args = args.iter().enumerate().map(|(index, word)| {
                entry.text(&word.text, &word.signs, &Pointer::root().member("args").element(index))
            });
            let args: Vec<Json> = args.collect();
            if !args.is_empty() {
                entry.members.insert("args", Json::Array(args));
            }
        }
        let mut env = Object::new();
        for word in variables {
            let Some((name, value)) = word.text.split_once('=') else { continue };
            let start = name.len() + 1;
            let signs: Vec<usize> = word.signs.iter().filter_map(|sign| sign.checked_sub(start)).collect();
            env.insert(name, entry.text(value, &signs, &Pointer::root().member("env").member(name)));
        }
        if !env.is_empty() {
            entry.members.insert("env", env.into());
        }
        entry
    }

    fn text(&mut self, text: &str, signs: &[usize], at: &Pointer) -> Json {
        if signs.is_empty() {
            return Json::string(text);
        }
        let (ours, references, is_lost) = word_into_ours(text, signs);
        if is_lost {
            self.replaced.push(at.clone());
        }
        if references.is_empty() {
            return Json::string(text);
        }
        let reference =
            |(name, default)| Reference { pointer: at.clone(), kind: ReferenceKind::Env, name, default };
        self.references.extend(references.into_iter().map(reference));
        Json::string(ours)
    }
}

fn add(added: Added, source: &mut Source, variables: Object, is_replaced: bool, reading: &mut Reading) {
    let Added { client, name, entry: mut members, bag } = added;
    if !variables.is_empty() && members.contains("command") {
        let mut env = variables;
        if let Some(Json::Object(own)) = members.remove("env") {
            own.into_iter().for_each(|(name, value)| env.insert(name, value));
        }
        members.insert("env", env.into());
    }
    let replaced = if is_replaced { vec![Pointer::root()] } else { Vec::new() };
    let entry = Entry { members, bag, replaced, references: Vec::new() };
    read_entry(clients::of(client), source, entry, Some(&name), reading);
}

/// Reads an entry that a line has, whose places are all the line itself.
fn read_entry(
    client: &Client,
    source: &mut Source,
    mut entry: Entry,
    name: Option<&str>,
    reading: &mut Reading,
) {
    let members = &mut entry.members;
    if members.get("name").and_then(Json::as_str).is_some_and(|own| name.is_none_or(|name| name == own)) {
        let own = members.remove("name");
        let own = own.as_ref().and_then(Json::as_str);
        return read_entry(client, source, entry, name.or(own), reading);
    }
    let Entry { members, bag, references, replaced } = entry;
    let mut draft = Draft::new(source, Pointer::root(), members);
    let asks_for_secret = bag.iter().any(|(name, _)| *name == SECRET_PROMPTED);
    for (member, value) in bag {
        draft.bag.insert(member, value);
    }
    references.into_iter().for_each(|reference| draft.refer(reference));
    let named = Named { original: name, offered: None, same_name: words::SAME_NAME };
    match client.read(&mut draft) {
        Err(Refusal { at, why }) => reading.refuse(source, name, &at, why),
        Ok(Begun::Nothing(what)) => reading.ignore(source, &Pointer::root(), what),
        Ok(Begun::Server) => {
            if asks_for_secret {
                draft.note("", words::CLIENT_SECRET);
            }
            replaced.into_iter().for_each(|at| draft.note_at(at, words::BY_SHELL));
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
    bag: &[(&'static str, Json)],
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
        let entry = Entry { bag: bag.to_vec(), ..Entry::of(object.clone()) };
        return read_entry(table, source, entry, name.as_deref(), reading);
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
        let entry = Entry { bag: bag.to_vec(), ..Entry::of(entry.clone()) };
        read_entry(table, source, entry, Some(name), reading);
    }
}

fn read_link(link: &Link, mut source: Source, reading: &mut Reading) {
    let object = match read_json(&link.json) {
        Ok(object) => object,
        Err(why) => return reading.refuse(&source, link.name.as_deref(), &Pointer::root(), why.into()),
    };
    let inputs = link.inputs.as_deref().and_then(|inputs| parse(inputs, &Rules::BODY).ok());
    read_object(link.client, object, link.name.clone(), inputs, &[], &mut source, reading);
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
    let is_path = program.contains(['/', '\\']) && !program.contains(char::is_whitespace);
    let is_no_program = program.starts_with(['[', '#', '-', '<', '{', '*'])
        || program.starts_with("//")
        || program.contains("://")
        || (program.contains('=') && !is_path)
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
    let says_so = name.split(['-', '_', '.']).any(|part| part == "mcp" || part == "server");
    if is_path || says_so { Ok(()) } else { Err(NoServer::Unknown) }
}
