//! What `/v1` answers: registered servers, and its errors, which are no problems of RFC 9457. The words are those of
//! lightspeed-stack (DESIGN §15). It does not know which request comes to which error.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::json::{Json, to_compact};

/// A server that was registered.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct RegisteredServer<'a> {
    /// Its name.
    pub name: Cow<'a, str>,
    /// Its URL, secrets in it masked.
    pub url: Cow<'a, str>,
    /// Who provides it.
    pub provider_id: Cow<'a, str>,
    /// That it was registered.
    pub message: Cow<'a, str>,
}

/// The servers of the file in its order, then those that were registered, in theirs.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct RegisteredServerList<'a> {
    /// The servers.
    pub servers: Vec<ListedServer<'a>>,
}

/// A server of the file, or one that was registered.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ListedServer<'a> {
    /// Its name.
    pub name: Cow<'a, str>,
    /// Its URL, secrets in it masked.
    pub url: Cow<'a, str>,
    /// Who provides it.
    pub provider_id: Cow<'a, str>,
    /// `config` for a server of the file, `api` for one that was registered.
    pub source: ServerSource,
}

/// Where a server comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
#[expect(missing_docs, reason = "words with texts are no enumeration to generators of clients")]
pub enum ServerSource {
    #[serde(rename = "config")]
    File,
    #[serde(rename = "api")]
    Registration,
}

/// Whether a registration was ended.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct UnregisteredServer<'a> {
    /// Whether there was one.
    pub deleted: bool,
    /// The name that was sent.
    pub name: Cow<'a, str>,
    /// The same for people.
    pub response: Cow<'a, str>,
}

/// The servers that ask their clients for the values of headers.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ClientOptionList<'a> {
    /// The servers.
    pub servers: Vec<ClientOptions<'a>>,
}

/// A server that asks its clients for the values of headers.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ClientOptions<'a> {
    /// Its name.
    pub name: Cow<'a, str>,
    /// The names of the headers.
    pub client_auth_headers: Vec<Cow<'a, str>>,
}

/// An error that one text says.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct TextError<'a> {
    /// What was wrong.
    pub detail: Cow<'a, str>,
}

/// An error with a short and a long text.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct CauseError<'a> {
    /// What was wrong.
    pub detail: Cause<'a>,
}

/// What was wrong.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Cause<'a> {
    /// Which error it is.
    pub response: Cow<'a, str>,
    /// What happened here.
    pub cause: Cow<'a, str>,
    /// The log has the cause under this id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub error_id: Option<String>,
}

/// A body that can't be used.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ValidationError {
    /// Everything that is wrong with it.
    pub detail: Vec<ValidationFault>,
}

/// One thing that is wrong with a body.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ValidationFault {
    /// Which fault it is.
    pub r#type: Cow<'static, str>,
    /// Where: `body`, then names of members and indices of elements, or the offset of a character.
    pub loc: Vec<LocationStep>,
    /// The same for people.
    pub msg: String,
    /// What was sent there; absent or masked where it may be a secret.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Value")]
    pub input: Option<Box<RawValue>>,
    /// What the text was made of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Map<String, Value>")]
    pub ctx: Option<Value>,
}

/// A step on the way to a fault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
#[schemars(inline)]
pub enum LocationStep {
    /// Into the member of this name.
    Name(String),
    /// Into the element of this index, or to the character of this offset.
    Index(u64),
}

impl ValidationFault {
    /// A fault in the whole body.
    pub fn of_body(kind: &'static str, msg: impl Into<String>) -> Self {
        let loc = vec![LocationStep::Name("body".to_owned())];
        Self { r#type: kind.into(), loc, msg: msg.into(), input: None, ctx: None }
    }

    /// The same in this member.
    #[must_use]
    pub fn in_member(mut self, name: &str) -> Self {
        self.loc.push(LocationStep::Name(name.to_owned()));
        self
    }

    /// The same in this element, or at this character.
    #[must_use]
    pub fn at(mut self, index: usize) -> Self {
        self.loc.push(LocationStep::Index(index as u64));
        self
    }

    /// With what was sent, which must hold no secret.
    #[must_use]
    pub fn with_input(mut self, input: Option<Json>) -> Self {
        let raw =
            |input| RawValue::from_string(to_compact(&input)).expect("what our own writer writes is JSON");
        self.input = input.map(raw);
        self
    }

    /// With what its text was made of.
    #[must_use]
    pub fn with_ctx(mut self, ctx: Value) -> Self {
        self.ctx = Some(ctx);
        self
    }
}

/// A member that is there: null is not the same as its absence.
fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(value: D) -> Result<Option<T>, D::Error> {
    T::deserialize(value).map(Some)
}
