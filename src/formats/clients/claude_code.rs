//! Claude Code: `.mcp.json` of a project, and `~/.claude.json` with a map for the user and one for each project.

use crate::formats::client::{Client, Oauth, Scopes, Shared, Timeout, USUAL, by_name, located};
use crate::formats::commands::SECRET_PROMPTED;
use crate::formats::draft::{Draft, Refusal};
use crate::formats::format::Format;
use crate::formats::located::Located;
use crate::formats::references::Form;
use crate::formats::scopes::ScopesShape;
use crate::formats::source::Source;
use crate::formats::words;
use crate::formats::writing::Writing;
use crate::json::{Json, Object};

/// The name that this client reserves.
const RESERVED: &str = "workspace";

/// The servers of other scopes that a project does not use.
const OFF: &str = "disabledMcpServers";

const SAME_NAME: &str = "the same name in two scopes";

pub(super) static CLIENT: Client = Client {
    format: Format::ClaudeCode,
    locate: |source| located(source, &["mcpServers"], words::OWN_OF_APP),
    cwd: &[],
    timeout: Timeout::Unknown("timeout"),
    oauth: Some(Oauth {
        member: "oauth",
        id: "clientId",
        secret: None,
        scopes: Scopes::inside("scopes", ScopesShape::Text),
    }),
    forms: &[Form::BracesWithDefault],
    replaced: &["command", "args", "env", "url", "headers"],
    after,
    write,
    ..USUAL
};

pub(super) static HOME: Client =
    Client { format: Format::ClaudeHome, locate: locate_home, file: home, ..CLIENT };

pub(super) static ADD: Client = Client { format: Format::ClaudeAdd, ..CLIENT };

fn after(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let (_, name) = draft.at.split_last().unwrap_or_default();
    if name == RESERVED {
        draft.note("", "this client skips this name");
    }
    Ok(())
}

fn write(writing: &mut Writing<'_>) {
    for name in ["scope", "project", SECRET_PROMPTED] {
        writing.bag.remove(name);
    }
}

fn locate_home(source: &Source) -> Located {
    Located::of(source, |found, name, value, at| match (name, value) {
        ("mcpServers", servers) => found.add_map(&at, servers, SAME_NAME, &[]),
        ("projects", Json::Object(projects)) => {
            for (path, project) in projects.iter() {
                if project.get(OFF).and_then(Json::as_array).is_some_and(|names| !names.is_empty()) {
                    found
                        .ignored
                        .push((at.member(path).member(OFF), "servers that are switched off in this project"));
                }
                let Some(servers) = project.get("mcpServers") else {
                    continue;
                };
                let bag = [("scope", Json::string("local")), ("project", Json::string(path))];
                found.add_map(&at.member(path).member("mcpServers"), servers, SAME_NAME, &bag);
            }
        }
        _ => found.ignored.push((at, words::OWN_OF_APP)),
    })
}

fn home(entries: Vec<(String, Object)>, shared: &Shared) -> Object {
    let mut own = Vec::new();
    let mut projects: Vec<(String, Vec<(String, Object)>)> = Vec::new();
    for (entry, bag) in entries.into_iter().zip(&shared.bags) {
        match bag.get("project").and_then(Json::as_str) {
            None => own.push(entry),
            Some(path) => match projects.iter_mut().find(|(own, _)| own == path) {
                Some((_, servers)) => servers.push(entry),
                None => projects.push((path.to_owned(), vec![entry])),
            },
        }
    }
    let mut file = Object::from_iter([("mcpServers", Json::Object(by_name(own)))]);
    if !projects.is_empty() {
        let projects = projects.into_iter().map(|(path, servers)| {
            (path, Json::Object(Object::from_iter([("mcpServers", Json::Object(by_name(servers)))])))
        });
        file.insert("projects", Json::Object(projects.collect()));
    }
    file
}
