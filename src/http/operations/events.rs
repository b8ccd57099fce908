//! `/api/settings/events`.

use schemars::JsonSchema;
use serde_json::{Value, json};

use crate::api::{DocumentChange, InstanceStatuses, Opened, ServerChange, ServerOrigins};
use crate::http::problem_kind::ProblemKind::*;
use crate::openapi::{Body, Response, Shape};

use super::problems::problems;
use super::{Description, about, example, fields};

const ID: &str = "5f3a9c01d2e4b687-41";

/// `GET /api/settings/events`
pub(in crate::http) fn follow() -> Description {
    let problems = problems(&[
        DocumentUnreadable,
        DocumentVanished,
        StoreUnavailable,
        StoreBusy,
        EventsGone,
        TooManyStreams,
        StreamShareTaken,
    ]);
    let stream = Response {
        status: 200,
        description: "The stream. It ends when the service stops, after an hour, and for a reader who is too slow; `Last-Event-ID` goes on.",
        headers: Vec::new(),
        bodies: vec![Body {
            media_type: "text/event-stream",
            shape: events(),
            examples: vec![example("events", "A server is changed", Value::from(shown()))],
        }],
    };
    Description {
        id: "follow_changes",
        summary: "Follow the changes",
        description: "Server-sent events: which servers differ, where, and who changed them; never a value. Open the stream first, then list the servers: the first event, `opened`, carries the tag that the list has then. For each name the old tag of an event is always the new tag of the last one; quick changes may come as one. With `Last-Event-ID` the stream begins with what was missed since that event; if that is no longer kept, the response is 410: list again. A comment comes every 15 seconds when nothing else does. Needs the scope `read`.",
        parameters: vec![fields::last_event_id()],
        successes: vec![stream],
        problems,
        ..about("events")
    }
}

/// Text; what it says when it is read as an event stream.
fn events() -> Shape {
    let began = "Always the first event: where the reader begins.";
    let used = "The document may be used in another way, became unreadable, or can be read again.";
    let all = vec![
        event::<Opened>("OpenedEvent", "opened", began),
        event::<ServerChange>("ServerEvent", "server", "A server differs from what it was before."),
        event::<DocumentChange>("DocumentEvent", "document", used),
        statuses(),
        origins(),
    ];
    Shape::text_of("text/event-stream", all)
}

/// The states of instances.
fn statuses() -> Shape {
    let description = "The states of all instances after `opened`, then the newest of those that differ, at most once a second. It has no `id`, and is not repeated after a disconnect.";
    placeless::<InstanceStatuses<'_>>("InstancesEvent", "instances", description)
}

/// Where servers came from.
fn origins() -> Shape {
    let description = "Where servers came from that were not configured here: all of it, as soon as there are such servers, and whenever it changes, at most once a second. It has no `id`, and is not repeated after a disconnect.";
    placeless::<ServerOrigins>("OriginsEvent", "origins", description)
}

/// One event without an `id`.
fn placeless<Data: JsonSchema>(
    component: &'static str,
    event: &'static str,
    description: &'static str,
) -> Shape {
    Shape::named(component, move |generator| {
        let data = generator.subschema_for::<Data>();
        json!({
            "description": description,
            "type": "object",
            "properties": { "event": { "type": "string", "const": event }, "data": data },
            "additionalProperties": true,
            "required": ["event", "data"],
        })
    })
}

/// One event as it is sent: its `id`, its name, and what its `data` says.
fn event<Data: JsonSchema>(component: &'static str, event: &'static str, description: &'static str) -> Shape {
    Shape::named(component, move |generator| {
        let data = generator.subschema_for::<Data>();
        json!({
            "description": description,
            "type": "object",
            "properties": {
                "id": fields::event_id().schema(generator),
                "event": { "type": "string", "const": event },
                "data": data,
            },
            "additionalProperties": true,
            "required": ["id", "event", "data"],
        })
    })
}

fn shown() -> String {
    let (before, after) = ("\"5d7e1b9c20f34a68b1d2c3e4f5061728\"", "\"0c8f6a1d93b24e57a6f0b1c2d3e4f506\"");
    let collection = "\"91b7d3f5e8a04c26b5d6e7f8091a2b3c\"";
    let changed = json!({
        "name": "issues", "change": "changed", "old_etag": before, "new_etag": after, "members": ["/env/API_KEY"],
        "by": "ci", "at_ms": 1_795_219_200_000_u64, "collection_etag": collection, "more": 0,
    });
    format!("id: {ID}\nevent: server\ndata: {changed}\n\n")
}
