//! Events as text: `id`, `event`, and one line of JSON as `data`. It does not know when they are sent.

use actix_web::http::Method;
use serde::Serialize;

use crate::api::{
    self, ChangeKind, DocumentChange, DocumentState, InstanceStatuses, RecentChange, ServerOrigins, to_bytes,
};
use crate::events::{Event, Kind, Opened, Position, ServerChange};
use crate::model::Access;
use crate::service::{Differing, ServiceError};

use super::document_access;
use super::error_mapping;

/// The first events of a stream: `opened`, and `document` while the document can't be used.
pub(super) fn opened(at: &Position, opened: &Opened) -> Vec<u8> {
    let recent = opened.recent.iter().map(|(key, recent)| RecentChange {
        name: key.as_str().into(),
        at_ms: recent.at_ms,
        by: recent.by.as_deref().map(Into::into),
    });
    let (access, reason) = document_access::of(&opened.access);
    let data = api::Opened { etag: opened.tag.clone(), access, reason, recent: recent.collect() };
    let mut first = text(at, "opened", &data);
    if let Some(error) = &opened.trouble {
        first.extend(text(at, "document", &document(Err(error))));
    }
    first
}

/// An event, for a reader that may see secrets or may not.
pub(super) fn entry(at: &Position, event: &Event, may_reveal: bool) -> Vec<u8> {
    match event {
        Event::Server(change) => text(at, "server", &server(change, may_reveal)),
        Event::Access(state) => text(at, "document", &document(state.as_ref())),
    }
}

/// The states of instances: no place in the stream, so that a reader goes on after what it has an id of.
pub(super) fn instances(statuses: &InstanceStatuses<'_>) -> Vec<u8> {
    [b"event: instances\ndata: ", &*to_bytes(statuses), b"\n\n"].concat()
}

/// Where servers came from: no place in the stream either.
pub(super) fn origins(origins: &ServerOrigins) -> Vec<u8> {
    [b"event: origins\ndata: ", &*to_bytes(origins), b"\n\n"].concat()
}

/// JSON has no line ends outside its strings, and none in them: one line of `data` is enough.
fn text(at: &Position, event: &str, data: &impl Serialize) -> Vec<u8> {
    let head = format!("id: {at}\nevent: {event}\ndata: ");
    [head.as_bytes(), &to_bytes(data), b"\n\n"].concat()
}

fn server(change: &ServerChange, may_reveal: bool) -> api::ServerChange<'_> {
    let Differing { places, each_secret } = &change.members;
    api::ServerChange {
        name: change.name.as_str().into(),
        change: match change.kind {
            Kind::Created => ChangeKind::Created,
            Kind::Changed => ChangeKind::Changed,
            Kind::Removed => ChangeKind::Removed,
        },
        old_etag: change.old.clone(),
        new_etag: change.new.clone(),
        members: each_secret.as_ref().filter(|_| may_reveal).unwrap_or(places).into(),
        by: change.by.as_deref().map(Into::into),
        at_ms: change.at_ms,
        collection_etag: change.collection.clone(),
        more: u32::try_from(change.more).unwrap_or(u32::MAX),
        renamed_from: change.renamed_from.as_ref().map(|key| key.as_str().into()),
        renamed_to: change.renamed_to.as_ref().map(|key| key.as_str().into()),
    }
}

/// The problem is the one that a read is answered.
fn document(state: Result<&Access, &ServiceError>) -> DocumentChange {
    match state {
        Ok(access) => {
            let (access, reason) = document_access::of(access);
            DocumentChange { access: access.into(), reason, problem: None }
        }
        Err(error) => {
            let problem = error_mapping::problem(error.clone(), &Method::GET, "");
            let (reason, uri) = (Some(problem.detail().to_owned()), Some(problem.kind().uri()));
            DocumentChange { access: DocumentState::Unreadable, reason, problem: uri }
        }
    }
}
