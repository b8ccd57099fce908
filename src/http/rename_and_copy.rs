//! `POST …/rename` and `POST …/copy`: `{"to": …}` gives the server, or a copy of it, another name. A server whose name
//! breaks the rule for names is renamed under `/api/settings/mcp/{settings_key}`.

use actix_web::HttpResponse;

use crate::json::Object;
use crate::model::{InvalidName, ServerName, SettingsKey};

use super::body::OnlyMember;
use super::endpoint::{Answer, Call};
use super::error_mapping::unusable_new_name;
use super::problem::Problem;
use super::settings;
use super::write_response::{self, Place};

/// What gets the name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Named {
    Server,
    /// A server of any stored name.
    StoredServer,
    Copy,
}

/// `POST` of a new name.
pub(super) fn rename(call: Call, name: ServerName, body: Object) -> Answer {
    Box::pin(give_name(call, name.key().clone(), body, Named::Server))
}

/// `POST` of a new name for a server of any stored name.
pub(super) fn rename_stored(call: Call, key: SettingsKey, body: Object) -> Answer {
    Box::pin(give_name(call, key, body, Named::StoredServer))
}

/// `POST` of the name of a copy.
pub(super) fn copy(call: Call, name: ServerName, body: Object) -> Answer {
    Box::pin(give_name(call, name.key().clone(), body, Named::Copy))
}

async fn give_name(
    call: Call,
    key: SettingsKey,
    body: Object,
    named: Named,
) -> Result<HttpResponse, Problem> {
    let to = new_name(&body)?;
    call.trail.new_name(&to);
    let is_stored = named == Named::StoredServer;
    let place = if is_stored || *to.key() != key { Place::Other } else { Place::Own };
    let write = call.write(key);
    let new = to.clone();
    let done = match (named, call.query.is_dry_run) {
        (Named::Copy, true) => call.service().try_copy(write, new).await,
        (Named::Copy, false) => call.service().copy(write, new).await,
        (_, true) => call.service().try_rename(write, new).await,
        (_, false) => call.service().rename(write, new).await,
    };
    let failed = |error| if is_stored { settings::failed(&call, error) } else { call.failed(error) };
    let done = done.map_err(failed)?;
    call.note(&done);
    Ok(write_response::answer(&call, done, &to, place))
}

const TO: OnlyMember = OnlyMember { name: "to", form: r#"{"to": "the new name"}"# };

fn new_name(body: &Object) -> Result<ServerName, Problem> {
    let name = TO.of(body)?.ok_or_else(|| TO.wrong("the new name is missing"))?;
    let name = name.as_str().ok_or_else(|| TO.wrong("it must be a string"))?;
    name.parse().map_err(|error: InvalidName| unusable_new_name(error.to_string()))
}
