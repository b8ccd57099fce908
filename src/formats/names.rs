//! Names for servers that come without one, with one that is not legal, or with one that another has.

use std::collections::HashMap;

use crate::json::{Json, Object};
use crate::model::ServerName;

/// What is offered where nothing says more.
pub(in crate::formats) const ANY: &str = "server";

/// A legal name as near to this text as can be: the text itself, if it is one.
pub(in crate::formats) fn legal_name(text: &str) -> String {
    if text.parse::<ServerName>().is_ok() {
        return text.to_owned();
    }
    let mut name = String::new();
    for character in text.trim().chars() {
        match ServerName::may_hold(character) {
            true => name.push(character),
            false if name.ends_with('-') => {}
            false => name.push('-'),
        }
    }
    let name = name.trim_matches('-');
    let name = &name[..name.len().min(ServerName::LONGEST)];
    if name.parse::<ServerName>().is_ok() { name.to_owned() } else { ANY.to_owned() }
}

/// Whether a server of this name may be the one that a client knows by the other: it has the name that was offered for it.
/// A copy has not, nor has a server that was given a name of its own.
pub(in crate::formats) fn may_be_of(name: &str, original: &str) -> bool {
    let wanted = legal_name(original);
    let is_numbered = |(base, number): (&str, &str)| {
        let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        is_number && (base == wanted || (name.len() == ServerName::LONGEST && wanted.starts_with(base)))
    };
    name == wanted || name.rsplit_once('-').is_some_and(is_numbered)
}

/// The names that were given.
#[derive(Default)]
pub(in crate::formats) struct Taken {
    /// For each name how many have asked for it.
    names: HashMap<String, usize>,
}

impl Taken {
    /// Gives this name, if it is free.
    pub(in crate::formats) fn keep(&mut self, name: &str) -> bool {
        let is_free = !self.names.contains_key(name);
        if is_free {
            self.names.insert(name.to_owned(), 1);
        }
        is_free
    }

    /// This name, or the first of name-2, name-3 … that is free.
    pub(in crate::formats) fn give(&mut self, name: &str) -> String {
        if self.keep(name) {
            return name.to_owned();
        }
        let mut number = self.names[name];
        loop {
            number += 1;
            let suffix = format!("-{number}");
            let end = name.floor_char_boundary(ServerName::LONGEST - suffix.len());
            let candidate = format!("{}{suffix}", &name[..end]);
            if !self.names.contains_key(&candidate) {
                self.names.insert(name.to_owned(), number);
                self.names.insert(candidate.clone(), 1);
                return candidate;
            }
        }
    }
}

/// Flags of the usual launchers that take a value.
const FLAGS_WITH_VALUE: [&str; 27] = [
    "-p",
    "--package",
    "--from",
    "--with",
    "--python",
    "-c",
    "--call",
    "--directory",
    "--project",
    "-e",
    "--env",
    "-v",
    "--volume",
    "--mount",
    "--name",
    "--network",
    "--env-file",
    "-w",
    "--workdir",
    "-u",
    "--user",
    "--entrypoint",
    "--add-host",
    "-l",
    "--label",
    "--platform",
    "--pull",
];

/// Words that come before what is run, by launcher.
const LAUNCHERS: [(&str, &[&str]); 18] = [
    ("npx", &[]),
    ("bunx", &[]),
    ("uvx", &[]),
    ("pipx", &["run"]),
    ("pnpm", &["dlx", "exec"]),
    ("yarn", &["dlx"]),
    ("npm", &["exec", "x"]),
    ("bun", &["x", "run"]),
    ("uv", &["run", "tool"]),
    ("docker", &["run", "container"]),
    ("podman", &["run", "container"]),
    ("node", &[]),
    ("deno", &["run"]),
    ("python", &[]),
    ("python3", &[]),
    ("dnx", &[]),
    ("java", &[]),
    ("cmd", &["/c", "/C", "npx"]),
];

/// The words that come before what a program runs, where it is one that runs others.
pub(in crate::formats) fn launcher_verbs(command: &str) -> Option<&'static [&'static str]> {
    let name = base_name(command);
    LAUNCHERS.iter().find(|(launcher, _)| *launcher == name).map(|(_, verbs)| *verbs)
}

/// What a server might be called: after its package, image or script, or its host.
pub(in crate::formats) fn name_for(config: &Object) -> String {
    let text = |name| config.get(name).and_then(Json::as_str);
    if let Some(command) = text("command") {
        let args = config.get("args").and_then(Json::as_array).unwrap_or_default();
        let words: Vec<&str> = args.iter().filter_map(Json::as_str).collect();
        return legal_name(program_name(command, &words));
    }
    let host = text("url").and_then(|url| url::Url::parse(url).ok()?.host_str().map(str::to_owned));
    host.map_or_else(|| ANY.to_owned(), |host| legal_name(host_name(&host)))
}

fn program_name<'a>(command: &'a str, args: &[&'a str]) -> &'a str {
    let launcher = base_name(command);
    let Some(verbs) = launcher_verbs(command) else { return launcher };
    if launcher.starts_with("python")
        && let Some(module) = args.iter().position(|word| *word == "-m").and_then(|at| args.get(at + 1))
    {
        return package_name(module);
    }
    let mut words = args.iter();
    while let Some(word) = words.next() {
        if FLAGS_WITH_VALUE.contains(word) {
            words.next();
        } else if !word.starts_with('-') && !verbs.contains(word) {
            return package_name(word);
        }
    }
    launcher
}

/// Of `@scope/server-name@1.2` the name; of a path the most telling part of it.
fn package_name(word: &str) -> &str {
    let bare = match word.rfind('@') {
        Some(at) if 0 < at && !word[at..].contains('/') => &word[..at],
        _ => word,
    };
    let bare = match bare.rfind(':') {
        Some(at) if !bare[at..].contains('/') => &bare[..at],
        _ => bare,
    };
    let telling = bare.split(['/', '\\']).map(bare_name).rfind(|part| !part.is_empty());
    telling.unwrap_or(ANY)
}

/// A part of a package's name or path without what every server's has.
fn bare_name(part: &str) -> &str {
    const ENDS: [&str; 8] = [".js", ".mjs", ".cjs", ".ts", ".py", ".jar", ".exe", ".sh"];
    const AROUND: [&str; 4] = ["mcp-server", "mcp_server", "server", "mcp"];
    const NOTHING: [&str; 9] = ["index", "main", "build", "dist", "src", "bin", "latest", ".", ".."];
    let mut name = part.trim_start_matches('@');
    name = ENDS.iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
    for word in AROUND {
        if let Some(rest) = name.strip_prefix(word).and_then(|rest| rest.strip_prefix(['-', '_'])) {
            name = rest;
            break;
        }
    }
    for word in AROUND {
        if let Some(rest) = name.strip_suffix(word).and_then(|rest| rest.strip_suffix(['-', '_'])) {
            name = rest;
            break;
        }
    }
    if NOTHING.contains(&name) || AROUND.contains(&name) { "" } else { name }
}

/// The last part of a path.
pub(in crate::formats) fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// The same without the end that programs have on Windows.
pub(in crate::formats) fn base_name(path: &str) -> &str {
    let name = file_name(path);
    [".exe", ".cmd"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name)
}

/// Of `mcp.example.com` the `example`.
fn host_name(host: &str) -> &str {
    const COMMON: [&str; 6] = ["www", "mcp", "api", "server", "co", "com"];
    let labels: Vec<&str> = host.split('.').collect();
    let is_address = host.starts_with('[') || host.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if labels.len() < 2 || is_address {
        return host;
    }
    let names = &labels[..labels.len() - 1];
    names.iter().rfind(|label| !COMMON.contains(label)).unwrap_or(&names[0])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{Rules, parse};

    #[test]
    fn a_name_may_be_of_what_it_was_offered_for_only() {
        for (name, original, expected) in [
            ("Field-Notes", "Field Notes", true),
            ("Field-Notes-2", "Field Notes", true),
            ("Field-Notes-copy", "Field Notes", false),
            ("Field-Notes-", "Field Notes", false),
            ("notes", "Field Notes", false),
            ("search-12", "search", true),
            ("sea-2", "search", false),
        ] {
            assert_eq!(may_be_of(name, original), expected, "{name} {original}");
        }
    }

    #[test]
    fn a_name_that_is_not_legal_gets_the_nearest_one() {
        for (text, name) in [
            ("Field Notes", "Field-Notes"),
            ("github.com/acme/board", "github.com-acme-board"),
            ("two (beta)", "two-beta"),
            ("@scope/name", "@scope-name"),
            ("c++ docs", "c++-docs"),
            ("-b", "-b"),
            ("a-", "a-"),
            ("--", "--"),
            ("-a b-", "a-b"),
            ("Büro", "B-ro"),
            ("..", "server"),
            ("日本", "server"),
            ("", "server"),
        ] {
            assert_eq!(legal_name(text), name);
        }
        assert_eq!(legal_name(&"a".repeat(500)).len(), 128);
    }

    #[test]
    fn a_name_is_given_once() {
        let mut taken = Taken::default();
        let given = ["a", "a-2", "a", "a", "b", "a-2"].map(|name| taken.give(name));
        assert_eq!(given, ["a", "a-2", "a-3", "a-4", "b", "a-2-2"]);
        let long = "x".repeat(128);
        taken.give(&long);
        let second = taken.give(&long);
        assert_eq!(second, format!("{}-2", "x".repeat(126)));
        assert!(may_be_of(&second, &long));
    }

    #[test]
    fn a_server_without_a_name_is_called_after_what_it_is() {
        for (config, name) in [
            (r#"{"command":"npx","args":["-y","@acme/server-files@1.2"]}"#, "files"),
            (r#"{"command":"uvx","args":["--from","x","mcp-server-git"]}"#, "git"),
            (
                r#"{"command":"docker","args":["run","-i","--rm","-e","A","ghcr.io/acme/notes-mcp:2"]}"#,
                "notes",
            ),
            (r#"{"command":"python","args":["-m","mcp_weather"]}"#, "weather"),
            (r#"{"command":"node","args":["/opt/board/dist/index.js"]}"#, "board"),
            (r#"{"command":"C:\\Tools\\acme.exe"}"#, "acme"),
            (r#"{"url":"https://mcp.acme.example/mcp"}"#, "acme"),
            (r#"{"url":"http://127.0.0.1:8000/"}"#, "127.0.0.1"),
            (r#"{}"#, "server"),
        ] {
            let Ok(Json::Object(config)) = parse(config, &Rules::BODY) else { panic!() };
            assert_eq!(name_for(&config), name);
        }
    }
}
