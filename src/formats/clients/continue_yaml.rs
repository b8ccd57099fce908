//! Continue: a list in `config.yaml`. Headers are among the options of requests.

use crate::formats::client::{Begun, Client, FileSyntax, USUAL};
use crate::formats::draft::{Draft, Refusal};
use crate::formats::format::Format;
use crate::formats::located::Located;
use crate::formats::references::Form;
use crate::formats::source::Source;
use crate::formats::words;
use crate::formats::writing::Writing;
use crate::json::{Json, Object};

pub(super) static CLIENT: Client = Client {
    format: Format::Continue,
    locate,
    transports: [Some("stdio"), Some("streamable-http"), Some("sse")],
    icon: Some("faviconUrl"),
    forms: &[Form::Expressions],
    before,
    write,
    file: |entries, _| {
        let entries = entries.into_iter().map(|(_, entry)| Json::Object(entry)).collect();
        Object::from_iter([("mcpServers", Json::Array(entries))])
    },
    syntax: FileSyntax::Yaml,
    ..USUAL
};

const OPTIONS: &str = "requestOptions";

/// Members that say what the file is, and those of the assistant that are not settings of the client.
const HEADINGS: [&str; 4] = ["name", "version", "schema", "models"];

fn locate(source: &Source) -> Located {
    Located::of(source, |found, name, value, at| match (name, value) {
        // A block of its own may be in the form of Claude.
        ("mcpServers", Json::Object(_)) => found.add_map(&at, value, words::SAME_NAME, &[]),
        ("mcpServers", value) => found.add_list(&at, value),
        (name, _) if HEADINGS.contains(&name) => {}
        _ => found.ignored.push((at, words::OWN_OF_CLIENT)),
    })
}

fn before(draft: &mut Draft<'_>) -> Result<Begun, Refusal> {
    let Some(Json::Object(mut options)) = draft.take(OPTIONS) else { return Ok(Begun::Server) };
    let at = draft.member(OPTIONS);
    if let Some(headers) = options.remove("headers").filter(|headers| !headers.is_null()) {
        let from = at.member("headers");
        let headers = draft.map(&headers, &from)?;
        if draft.rest.contains("headers") {
            return Err(Refusal { at: from, why: "other headers than those beside it".into() });
        }
        draft.set_from("headers", headers.into(), from);
    }
    if options.get("verifySsl") == Some(&Json::Bool(false)) {
        draft.note_at(at.member("verifySsl"), words::NO_CERTIFICATES);
    }
    if !options.is_empty() {
        draft.bag.insert(OPTIONS, options.into());
    }
    Ok(Begun::Server)
}

fn write(writing: &mut Writing<'_>) {
    let mut options = match writing.bag.remove(OPTIONS) {
        Some(Json::Object(options)) => options,
        _ => Object::new(),
    };
    if let Some(headers) = writing.entry.remove("headers") {
        options.insert("headers", headers);
    }
    if !options.is_empty() {
        writing.entry.insert(OPTIONS, options.into());
    }
    let entry = std::mem::take(&mut writing.entry);
    writing.entry.insert("name", Json::string(writing.name));
    entry.into_iter().for_each(|(name, value)| writing.entry.insert(name, value));
}
