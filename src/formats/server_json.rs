//! `server.json` of the registry: a template with several ways to run a server. Each way becomes an entry of which the
//! reader chooses one, and what has no value yet is asked for.

use crate::json::{Json, Object, Pointer, Text};

use super::client::{Client, USUAL};
use super::draft::{Draft, Refusal};
use super::format::Format;
use super::import::Input;
use super::reading::{MOST_REFERENCES, Named, Reading};
use super::references::{Reference, ReferenceKind};
use super::source::Source;
use super::words;

/// Whether a document is one.
pub(in crate::formats) fn is_one(root: &Object) -> bool {
    let own = document(root).0;
    let has_ways = ["packages", "remotes"]
        .iter()
        .any(|name| own.get(name).is_some_and(|list| list.as_array().is_some()));
    has_ways && own.get("name").is_some_and(|name| name.as_str().is_some_and(|name| name.contains('/')))
}

/// The document, which answers of a registry have one step below.
fn document(root: &Object) -> (&Object, Pointer) {
    match root.get("server") {
        Some(Json::Object(server)) if !root.contains("packages") && !root.contains("remotes") => {
            (server, Pointer::root().member("server"))
        }
        _ => (root, Pointer::root()),
    }
}

/// Reads all ways to run the server.
pub(in crate::formats) fn read(source: &Source, reading: &mut Reading) {
    let Some(root) = source.root.as_object() else { return };
    let (server, at) = document(root);
    let Some(name) = server.get("name").and_then(Json::as_str) else {
        return reading.refuse(source, None, &at, "it has no name".into());
    };
    let mut ways = Vec::new();
    for list in ["packages", "remotes"] {
        let elements = server.get(list).and_then(Json::as_array).unwrap_or_default();
        ways.extend((0..elements.len()).map(|index| (list, index, &elements[index])));
    }
    let count = ways.len();
    let lists = ["runtimeArguments", "packageArguments", "environmentVariables", "headers"];
    let is_long = |way: &&Json| {
        let way = way.as_object();
        lists
            .iter()
            .any(|name| way.and_then(|way| get(way, name)?.as_array()).is_some_and(|list| MOST < list.len()))
    };
    if MOST < count || ways.iter().any(|(_, _, way)| is_long(way)) {
        return reading.refuse(source, Some(name), &at, TOO_MANY.into());
    }
    for (order, (list, index, way)) in ways.into_iter().enumerate() {
        if reading.is_full() {
            return;
        }
        let place = at.member(list).element(index);
        let Json::Object(way) = way else {
            reading.refuse(source, Some(name), &place, "must be an object".into());
            continue;
        };
        let mut template =
            Template { draft: Draft::new(source, place.clone(), Object::new()), way, count: 0 };
        let outcome = if list == "remotes" { template.remote() } else { template.package() };
        let kind = match outcome {
            Ok(kind) => kind,
            Err(Refusal { at, why }) => {
                reading.refuse(source, Some(name), &at, why);
                continue;
            }
        };
        let mut draft = template.draft;
        if let Some(text) = server.get("description").and_then(Json::as_str) {
            draft.set_from("description", Json::string(text), at.member("description"));
        }
        if 1 < count {
            draft.note("", format!("one of {} ways: choose", number(count)));
        }
        draft.bag.insert("choice", Json::string(format!("{list}/{index}")));
        draft.finish();
        let last = super::names::legal_name(name.rsplit('/').next().unwrap_or(name));
        let offered = if order == 0 { last } else { format!("{last}-{kind}") };
        let named = Named { original: Some(name), offered: Some(offered), same_name: words::SAME_NAME };
        reading.add(&CLIENT, draft, named);
    }
}

/// A template has words of its own; what is a reference in it is said by the template.
static CLIENT: Client = Client { format: Format::ServerJson, replaced: &[], ..USUAL };

fn number(count: usize) -> String {
    const WORDS: [&str; 9] = ["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
    WORDS.get(count.wrapping_sub(2)).map_or_else(|| count.to_string(), |word| (*word).to_owned())
}

/// The longest name of a variable. Bytes.
const LONGEST: usize = 100;

/// The most inputs that a list may have.
const MOST: usize = 500;

const TOO_MANY: &str = "it has too many inputs";

struct Template<'a> {
    draft: Draft<'a>,
    way: &'a Object,
    /// How many variables it has in its texts so far.
    count: usize,
}

/// What an input of a template came to.
struct Filled<'a> {
    text: String,
    references: Vec<(String, Option<&'a str>)>,
}

impl Filled<'_> {
    fn word(word: &str) -> Self {
        Self { text: word.to_owned(), references: Vec::new() }
    }
}

impl<'a> Template<'a> {
    fn text(&self, camel: &str) -> Option<&'a str> {
        get(self.way, camel).and_then(Json::as_str)
    }

    fn list(&self, camel: &'static str) -> &'a [Json] {
        get(self.way, camel).and_then(Json::as_array).unwrap_or_default()
    }

    /// The pointer to a member, in the spelling that the document has.
    fn member(&self, camel: &str) -> Pointer {
        let snake = snake(camel);
        self.draft.member(if self.way.contains(camel) { camel } else { &snake })
    }

    fn remote(&mut self) -> Result<&'static str, Refusal> {
        let word = self.text("type").or_else(|| self.text("transportType")).unwrap_or_default();
        let transport = match word {
            "streamable-http" | "streamable" => "streamable-http",
            "http" => "http",
            "sse" => "sse",
            _ => return self.draft.refuse("", words::UNKNOWN_TRANSPORT),
        };
        let Some(url) = self.text("url") else { return self.draft.refuse("", words::NEITHER) };
        let at = self.member("url");
        let variables = get(self.way, "variables").and_then(Json::as_object);
        let filled = self.fill(url, variables, &at)?;
        self.put("url", None, filled, &at);
        self.draft.set_from("transport", Json::string(transport), self.member("type"));
        let headers = self.inputs_of("headers")?;
        self.put_map("headers", headers);
        Ok("remote")
    }

    fn package(&mut self) -> Result<&'static str, Refusal> {
        let transport = get(self.way, "transport").and_then(Json::as_object);
        let kind = transport.and_then(|transport| get(transport, "type")).and_then(Json::as_str);
        if kind.is_some_and(|kind| kind != "stdio") {
            return self.draft.refuse(
                "transport",
                "a program that is called by a url: start it yourself, and add the url",
            );
        }
        let registry = self.text("registryType").or_else(|| self.text("registryName")).unwrap_or_default();
        let Some(identifier) = self.text("identifier").or_else(|| self.text("name")) else {
            return self.draft.refuse("", "it has no identifier");
        };
        let version = self.text("version");
        let hint = self.text("runtimeHint");
        let usual = match registry {
            "npm" => "npx",
            "pypi" => "uvx",
            "oci" | "docker" => "docker",
            "nuget" => "dnx",
            "mcpb" => return self.draft.refuse("", "a bundle: it has to be unpacked first"),
            _ => return self.draft.refuse("", "a package of a kind that is not known here"),
        };
        let program = hint.unwrap_or(usual);
        let with_version = |sign: &str| match version {
            Some(version)
                if !identifier.contains(sign) || sign == "@" && identifier.rfind('@') == Some(0) =>
            {
                format!("{identifier}{sign}{version}")
            }
            _ => identifier.to_owned(),
        };
        let env = self.inputs_of("environmentVariables")?;
        self.draft.set_from("command", Json::string(program), self.member("identifier"));
        self.draft.config.insert("args", Json::Array(Vec::new()));
        match program {
            "docker" | "podman" => {
                for word in ["run", "-i", "--rm"] {
                    self.push_word(word);
                }
            }
            "npx" => self.push_word("-y"),
            _ => {}
        }
        self.arguments("runtimeArguments")?;
        if matches!(program, "docker" | "podman") {
            for (name, _, _) in &env {
                self.push_word("-e");
                self.push_word(name);
            }
            let image = identifier.rsplit('/').next().unwrap_or(identifier);
            let word = if image.contains([':', '@']) { identifier.to_owned() } else { with_version(":") };
            self.push_word(&word);
        } else {
            self.push_word(&with_version("@"));
            if program == "dnx" && !self.list("packageArguments").is_empty() {
                self.push_word("--");
            }
        }
        self.arguments("packageArguments")?;
        self.put_map("env", env);
        self.draft.set_from("transport", Json::string("stdio"), self.member("transport"));
        Ok(match usual {
            "npx" => "npm",
            other => other,
        })
    }

    fn push_word(&mut self, word: &str) {
        self.push(Filled::word(word), None);
    }

    fn push(&mut self, filled: Filled<'_>, at: Option<&Pointer>) {
        let mut args = match self.draft.config.remove("args") {
            Some(Json::Array(args)) => args,
            _ => Vec::new(),
        };
        let place = Pointer::root().member("args").element(args.len());
        args.push(Json::string(&filled.text));
        self.draft.config.insert("args", Json::Array(args));
        if let Some(at) = at {
            self.draft.comes_from(place.clone(), at.clone());
        }
        self.refer(&place, filled.references);
    }

    fn put(&mut self, member: &str, key: Option<&str>, filled: Filled<'_>, at: &Pointer) {
        let place = Pointer::root().member(member);
        let place = key.map_or_else(|| place.clone(), |key| place.member(key));
        self.draft.comes_from(place.clone(), at.clone());
        match key {
            None => self.draft.config.insert(member, Json::string(&filled.text)),
            Some(key) => {
                let mut map = match self.draft.config.remove(member) {
                    Some(Json::Object(map)) => map,
                    _ => Object::new(),
                };
                map.insert(key, Json::string(&filled.text));
                self.draft.config.insert(member, map.into());
            }
        }
        self.refer(&place, filled.references);
    }

    fn put_map(&mut self, member: &str, inputs: Vec<(String, Filled<'_>, Pointer)>) {
        for (name, filled, at) in inputs {
            self.put(member, Some(&name), filled, &at);
        }
    }

    fn refer(&mut self, place: &Pointer, references: Vec<(String, Option<&str>)>) {
        for (name, default) in references {
            self.draft.refer(Reference {
                pointer: place.clone(),
                kind: ReferenceKind::Template,
                name,
                default: default.map(|text| Text::new(text.to_owned())),
            });
        }
    }

    /// The variables or headers of a list; one that need not be there and has no value is left out.
    fn inputs_of(&mut self, camel: &'static str) -> Result<Vec<(String, Filled<'a>, Pointer)>, Refusal> {
        let mut found = Vec::new();
        let list = self.member(camel);
        for (index, input) in self.list(camel).iter().enumerate() {
            let at = list.element(index);
            let input =
                input.as_object().ok_or(Refusal { at: at.clone(), why: "must be an object".into() })?;
            let Some(name) = get(input, "name").and_then(Json::as_str) else {
                return Err(Refusal { at, why: "it has no name".into() });
            };
            if let Some(filled) = self.input(input, name, &at)? {
                found.push((name.to_owned(), filled, at));
            }
        }
        Ok(found)
    }

    fn arguments(&mut self, camel: &'static str) -> Result<(), Refusal> {
        let list = self.member(camel);
        for (index, argument) in self.list(camel).iter().enumerate() {
            let at = list.element(index);
            let argument =
                argument.as_object().ok_or(Refusal { at: at.clone(), why: "must be an object".into() })?;
            let flag = get(argument, "name").and_then(Json::as_str);
            let is_named = get(argument, "type").and_then(Json::as_str) == Some("named");
            let asked = if is_named { flag } else { get(argument, "valueHint").and_then(Json::as_str) };
            let asked = asked
                .map_or_else(|| format!("argument_{index}"), |name| name.trim_start_matches('-').to_owned());
            let is_flag_alone = is_named
                && ["value", "default", "valueHint", "isRequired", "format", "choices"]
                    .iter()
                    .all(|name| get(argument, name).is_none());
            let value = if is_flag_alone { None } else { self.input(argument, &asked, &at)? };
            match (is_named, flag) {
                (true, None) => return Err(Refusal { at, why: "a named argument has a name".into() }),
                (true, Some(flag)) if value.is_some() || is_flag_alone => {
                    self.push(Filled::word(flag), Some(&at));
                }
                _ => {}
            }
            if let Some(value) = value {
                self.push(value, Some(&at));
            }
        }
        Ok(())
    }

    /// The value of an input: fixed, offered, or asked for.
    fn input(&mut self, input: &'a Object, name: &str, at: &Pointer) -> Result<Option<Filled<'a>>, Refusal> {
        let text = |member| match get(input, member) {
            Some(Json::String(text)) => Some(text.as_str().to_owned()),
            Some(Json::Number(number)) => Some(number.spelling().to_owned()),
            Some(Json::Bool(value)) => Some(value.to_string()),
            _ => None,
        };
        let is = |member| get(input, member) == Some(&Json::Bool(true));
        let variables = get(input, "variables").and_then(Json::as_object);
        if let Some(value) = text("value").or_else(|| text("default")) {
            return self.fill(&value, variables, at).map(Some);
        }
        if !is("isRequired") {
            return Ok(None);
        }
        self.draft
            .note_at(at.clone(), if is("isSecret") { words::SECRET_NEEDED } else { words::VALUE_NEEDED });
        self.ask(input, name);
        Ok(Some(Filled { text: format!("{{{name}}}"), references: vec![(name.to_owned(), None)] }))
    }

    /// Finds the variables in a text. One that is not described stays as it is.
    fn fill(
        &mut self,
        text: &str,
        variables: Option<&'a Object>,
        at: &Pointer,
    ) -> Result<Filled<'a>, Refusal> {
        let mut references = Vec::new();
        let mut rest = text;
        while let Some(start) = rest.find('{') {
            rest = &rest[start + 1..];
            let Some(end) = rest.find(['{', '}']) else { break };
            let (name, behind) = rest.split_at(end);
            rest = behind;
            let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte));
            if !behind.starts_with('}') || name.is_empty() || name.len() > LONGEST || !is_name {
                continue;
            }
            match variables.and_then(|variables| variables.get(name)).and_then(Json::as_object) {
                None => self.draft.note_at(at.clone(), format!("{name} is not described: it stays as it is")),
                Some(variable) => {
                    let default = ["value", "default"]
                        .iter()
                        .find_map(|member| get(variable, member).and_then(Json::as_str));
                    if default.is_none() {
                        let is_secret = get(variable, "isSecret") == Some(&Json::Bool(true));
                        let about = if is_secret { words::SECRET_NEEDED } else { words::VALUE_NEEDED };
                        self.draft.note_at(at.clone(), about);
                    }
                    self.ask(variable, name);
                    if self.count == MOST_REFERENCES {
                        return Err(Refusal { at: at.clone(), why: TOO_MANY.into() });
                    }
                    self.count += 1;
                    references.push((name.to_owned(), default));
                }
            }
        }
        Ok(Filled { text: text.to_owned(), references })
    }

    fn ask(&mut self, input: &Object, id: &str) {
        if self.draft.inputs.iter().any(|own| own.id == id) {
            return;
        }
        let text = |member| get(input, member).and_then(Json::as_str).map(str::to_owned);
        let choices = get(input, "choices").and_then(Json::as_array).unwrap_or_default();
        self.draft.ask(Input {
            id: id.to_owned(),
            pointers: Vec::new(),
            description: text("description"),
            is_secret: get(input, "isSecret") == Some(&Json::Bool(true)),
            default: text("default").map(Text::new),
            choices: choices.iter().filter_map(Json::as_str).map(str::to_owned).collect(),
        });
    }
}

/// A member in the spelling of today's schema, or in that of older ones.
fn get<'o>(object: &'o Object, camel: &str) -> Option<&'o Json> {
    object.get(camel).or_else(|| object.get(&snake(camel))).filter(|value| !value.is_null())
}

fn snake(camel: &str) -> String {
    let mut snake = String::new();
    for character in camel.chars() {
        if character.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(character.to_ascii_lowercase());
    }
    snake
}
