//! Events as text: `id`, `event`, and one line of JSON as `data`. It refuses to know when they are sent.

use actix_web::http::Method;

use crate::events::{Event, Kind, Opened, Position, ServerChange};
use crate::json::{Json, Number, Object, to_compact};
use crate::model::{Access, SettingsKey};
use crate::projection::EntityTag;
use crate::service::{Differing, ServiceError};

use super::document_access::DocumentAccess;
use super::error_mapping;

/// What a reader is told first; where it begins while the document can't be used, that too.
pub(super) fn opened(at: &Position, opened: &Opened) -> String {
    let recent = opened.recent.iter().map(|(key, recent)| {
        let row =
            [("name", name(key)), ("at_ms", number(recent.at_ms)), ("by", optional(recent.by.as_deref()))];
        Json::Object(row.into_iter().collect())
    });
    let recent = Json::Array(recent.collect());
    let access = DocumentAccess::of(&opened.access);
    let data = [
        ("etag", tag(&opened.tag)),
        ("access", Json::string(access.state)),
        ("reason", access.reason()),
        ("recent", recent),
    ];
    let first = text(at, "opened", data.into_iter().collect());
    let trouble = opened.trouble.as_ref().map(|error| text(at, "document", document(Err(error))));
    first + &trouble.unwrap_or_default()
}

/// An event, as a reader is told it who may see secrets or may not.
pub(super) fn entry(at: &Position, event: &Event, may_reveal: bool) -> String {
    match event {
        Event::Server(change) => text(at, "server", server(change, may_reveal)),
        Event::Access(state) => text(at, "document", document(state.as_ref())),
    }
}

/// JSON has no line ends outside its strings, and none in them: one line of `data` is enough.
fn text(at: &Position, event: &str, data: Object) -> String {
    format!("id: {at}\nevent: {event}\ndata: {}\n\n", to_compact(&data.into()))
}

fn server(change: &ServerChange, may_reveal: bool) -> Object {
    let kind = match change.kind {
        Kind::Created => "created",
        Kind::Changed => "changed",
        Kind::Removed => "removed",
    };
    let Differing { places, each_secret } = &change.members;
    let members = each_secret.as_ref().filter(|_| may_reveal).unwrap_or(places);
    let members = members.iter().map(|pointer| Json::string(pointer.as_str())).collect();
    let told = [
        ("name", name(&change.name)),
        ("change", Json::string(kind)),
        ("old_etag", change.old.as_ref().map_or(Json::Null, tag)),
        ("new_etag", change.new.as_ref().map_or(Json::Null, tag)),
        ("members", Json::Array(members)),
        ("by", optional(change.by.as_deref())),
        ("at_ms", number(change.at_ms)),
        ("collection_etag", tag(&change.collection)),
        ("more", number(change.more as u64)),
    ];
    let renamed = [("renamed_from", &change.renamed_from), ("renamed_to", &change.renamed_to)];
    let renamed = renamed.into_iter().filter_map(|(member, key)| Some((member, name(key.as_ref()?))));
    told.into_iter().chain(renamed).collect()
}

/// The problem is the one that a read is answered.
fn document(state: Result<&Access, &ServiceError>) -> Object {
    let (access, problem) = match state {
        Ok(access) => (DocumentAccess::of(access), Json::Null),
        Err(error) => {
            let problem = error_mapping::problem(error.clone(), &Method::GET, "");
            let name = Json::string(format!("/problems/{}", problem.slug()));
            (DocumentAccess::unreadable(&problem), name)
        }
    };
    let told = [("access", Json::string(access.state)), ("reason", access.reason()), ("problem", problem)];
    told.into_iter().collect()
}

fn name(key: &SettingsKey) -> Json {
    Json::string(key.as_str())
}

fn tag(tag: &EntityTag) -> Json {
    Json::string(tag.as_str())
}

fn number(value: u64) -> Json {
    Json::Number(Number::from_u64(value))
}

fn optional(text: Option<&str>) -> Json {
    text.map_or(Json::Null, Json::string)
}
