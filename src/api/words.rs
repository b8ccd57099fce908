//! Values of other rooms as they are in bodies: each a string of its own, spelled by its room.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Value, json};

use super::instance_words::{FaultKind, HealthStatus, InstanceEventKind, InstanceState, UnapprovedReason};
use crate::formats::{Format, ReferenceKind};
use crate::json::Pointer;
use crate::model::Kind;
use crate::model::suspect::Reason;
use crate::projection::EntityTag;
use crate::secrets::Scope;

/// A type with `as_str`, its name in the OpenAPI document, how it is read, and its schema.
macro_rules! string {
    ($type:ty, $name:literal, $read:expr, $is_inline:literal, $schema:expr) => {
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                $read(&text).ok_or_else(|| D::Error::custom(concat!("not a value of ", $name)))
            }
        }

        impl JsonSchema for $type {
            fn inline_schema() -> bool {
                $is_inline
            }

            fn schema_name() -> Cow<'static, str> {
                $name.into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                $schema
            }
        }
    };
}

/// The same for a type that has few values, all of them listed.
macro_rules! word {
    ($type:ty, $name:literal, $all:expr, $is_inline:literal, $description:literal) => {
        string!(
            $type,
            $name,
            |text: &str| $all.into_iter().find(|word| word.as_str() == text),
            $is_inline,
            json_schema!({
                "description": $description,
                "type": "string",
                "enum": $all.map(|word| word.as_str()),
            })
        );
    };
}

string!(
    EntityTag,
    "EntityTag",
    EntityTag::parse,
    false,
    json_schema!({
        "description": "Names a state of a server, quotes included. It is the same in every view.",
        "type": "string",
        "pattern": r#"^"[0-9a-f]{32}"$"#,
    })
);

string!(
    Pointer,
    "JsonPointer",
    |text: &str| Pointer::parse(text).ok(),
    false,
    json_schema!({ "description": "A JSON Pointer (RFC 6901).", "type": "string", "pattern": "^(/.*)?$" })
);

string!(
    Format,
    "ClientFormat",
    |text: &str| text.parse().ok(),
    false,
    json_schema!({
        "description": "A form in which a client has servers: its file, its links, or the command lines that add them.",
        "type": "string",
        "enum": Format::all().map(Format::as_str).collect::<Vec<_>>(),
    })
);

word!(
    ReferenceKind,
    "ReferenceKind",
    ReferenceKind::ALL,
    true,
    "What a reference leads to: a variable (`env-windows`: written `%NAME%`), a value that the client asks for, a file, an entry of a key ring, a secret that the client's vendor keeps, what the client knows of its user, what it defines itself, or a variable of a template."
);

word!(
    Scope,
    "Scope",
    Scope::ALL,
    false,
    "What a key allows. `write`, `reveal` and `run` include `read`; `admin` includes all but `run`."
);

word!(
    Kind,
    "TransportKind",
    Kind::ALL,
    true,
    "Whether a server is started here, answers elsewhere, or can't be read."
);

word!(
    Reason,
    "FindingReason",
    Reason::ALL,
    true,
    "Why: a telling name comes before it, it has the form of a token, a URL has userinfo or a parameter of a telling name, or a segment of a URL's path has the form of a token."
);

word!(
    FaultKind,
    "FaultKind",
    FaultKind::ALL,
    true,
    "What kind of fault: a reference that can't be resolved, a rule of this service, a program that can't be started, a server that can't be reached, no answer in time, credentials, an unforeseen HTTP status, a program that ended, what is not MCP, a JSON-RPC error, a tool that failed, or an answer that is too large."
);

word!(
    InstanceState,
    "InstanceState",
    InstanceState::ALL,
    true,
    "Where an instance is. `disabled`: its configuration says so. `unapproved`: what it would start is not approved. `idle`: it could run, and nobody needs it. `starting`, `running`, `stopping`: as they say. `error`: the last attempt to start it failed."
);

word!(
    HealthStatus,
    "HealthStatus",
    HealthStatus::ALL,
    true,
    "How healthy. `unknown` is no fault. `degraded`: fewer failures in a row than the threshold. `auth_required`: the server wants other credentials."
);

word!(
    InstanceEventKind,
    "InstanceEventKind",
    InstanceEventKind::ALL,
    true,
    "A probe, a call that failed, a start, or an end that was not asked for."
);

word!(
    UnapprovedReason,
    "UnapprovedReason",
    UnapprovedReason::ALL,
    true,
    "There is no approval, another launch was approved, the command is another file now, or this service runs nothing."
);

/// The schema of an enum that is derived here, as one list of its words: without it each word whose variant is
/// documented is a schema of its own.
pub(super) fn list(schema: &mut Schema) {
    if let Some(Value::Array(words)) = schema.remove("oneOf") {
        let words: Vec<Value> = words.into_iter().map(|mut word| word["const"].take()).collect();
        schema.insert("type".to_owned(), json!("string"));
        schema.insert("enum".to_owned(), Value::Array(words));
    }
}
