//! opencode: `mcp` of `opencode.json`. Program and arguments are one list, and a reference has no `$`.

use crate::formats::client::{Begun, Client, Oauth, Off, Scopes, Timeout, USUAL, under};
use crate::formats::draft::{Draft, Refusal};
use crate::formats::format::Format;
use crate::formats::located::Located;
use crate::formats::plain::Plain;
use crate::formats::references::Form;
use crate::formats::scopes::ScopesShape;
use crate::formats::source::Source;
use crate::formats::words;

pub(super) static CLIENT: Client = Client {
    format: Format::Opencode,
    locate,
    is_one_list: true,
    description: None,
    env: "environment",
    transports: [Some("local"), Some("remote"), Some("remote")],
    always_typed: true,
    timeout: Timeout::Milliseconds("timeout"),
    off: Off::Enabled,
    oauth: Some(Oauth {
        member: "oauth",
        id: "clientId",
        secret: Some("clientSecret"),
        scopes: Scopes::inside("scope", ScopesShape::Text),
    }),
    plain: &[Plain::url(&["oauth", "authorizationEndpoint"]), Plain::url(&["oauth", "tokenEndpoint"])],
    forms: &[Form::CurlyEnv, Form::CurlyFile],
    before,
    file: |entries, _| under("mcp", entries),
    ..USUAL
};

fn locate(source: &Source) -> Located {
    Located::of(source, |found, name, value, at| match name {
        "mcp" => found.add_map(&at, value, words::SAME_NAME, &[]),
        "tools" => found.ignored.push((at, "which tools are on: the client's own")),
        "$schema" => {}
        _ => found.ignored.push((at, words::OWN_OF_CLIENT)),
    })
}

fn before(draft: &mut Draft<'_>) -> Result<Begun, Refusal> {
    if draft.rest.names().all(|name| name == "enabled") && !draft.rest.is_empty() {
        // On the wire: the wording stays.
        return Ok(Begun::Nothing("switches a server that stands elsewhere"));
    }
    if draft.get("type").is_none() {
        return draft.refuse("", "this client wants a type: local or remote");
    }
    Ok(Begun::Server)
}
