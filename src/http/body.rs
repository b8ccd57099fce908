//! The body of a request: its content type, its size, and the one JSON object that it must be, or the JSON
//! Patch where its type says so.

use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::http::header::{self, HeaderMap};
use actix_web::web::{BytesMut, Payload};
use futures_util::StreamExt;
use zeroize::Zeroizing;

use crate::json::{Fault, FaultKind, Json, Object, Pointer, Rules, Text, parse};
use crate::model::json_patch;
use crate::service::ServerWrite;

use super::connection::Exchange;
use super::problem::Problem;
use super::problem_kind::ProblemKind;

/// The largest body, unless a route takes less. Bytes.
pub(super) const LARGEST: usize = 1 << 20;

/// The longest text that is imported: files of other clients hold much that is no server. Bytes.
pub(super) const LARGEST_TEXT: usize = 16 << 20;

/// The largest body of an import: in JSON most escapes take two bytes for one, and there may be choices. Bytes.
pub(super) const LARGEST_IMPORT: usize = 2 * LARGEST_TEXT + LARGEST;

/// How many values a body of JSON may have at most. One of [`LARGEST`] bytes can't have more. How many there are is
/// estimated from the signs between them, those in texts included.
const MOST_VALUES: usize = 2 << 20;

/// The media type of a JSON Patch (RFC 6902 §6).
pub(super) const JSON_PATCH: &str = "application/json-patch+json";

/// The media type of a text.
pub(super) const TEXT: &str = "text/plain";

/// As which of these media types the body is sent; none where it is missing. A body in another charset or
/// encoding can't be read.
pub(super) fn media_type(
    headers: &HeaderMap,
    accepted: &[&'static str],
) -> Result<Option<&'static str>, Problem> {
    let refused = || {
        let detail = format!("The body must be sent as {}.", accepted.join(" or "));
        Problem::new(ProblemKind::UnsupportedMediaType, detail).header(header::ACCEPT, accepted.join(", "))
    };
    if is_missing(headers) {
        return Ok(None);
    }
    let mut lines = headers.get_all(header::CONTENT_TYPE);
    let (Some(value), None) = (lines.next(), lines.next()) else { return Err(refused()) };
    let value = value.to_str().map_err(|_| refused())?;
    let mut parts = value.split(';').map(str::trim);
    let media_type = parts.next().unwrap_or_default();
    let accepted_type = accepted.iter().find(|accepted| media_type.eq_ignore_ascii_case(accepted));
    let is_utf8 = parts.filter_map(|part| part.split_once('=')).all(|(name, value)| {
        !name.eq_ignore_ascii_case("charset") || value.trim_matches('"').eq_ignore_ascii_case("utf-8")
    });
    let is_plain = headers.get(header::CONTENT_ENCODING).is_none_or(|encoding| encoding == "identity");
    match accepted_type {
        Some(media_type) if is_utf8 && is_plain => Ok(Some(media_type)),
        _ => Err(refused()),
    }
}

/// Whether there is neither a body nor a word about its type: then it is missing, not of the wrong type.
fn is_missing(headers: &HeaderMap) -> bool {
    let has_none = headers.get(header::CONTENT_LENGTH).is_none_or(|length| length == "0");
    has_none
        && !headers.contains_key(header::TRANSFER_ENCODING)
        && !headers.contains_key(header::CONTENT_TYPE)
}

/// How long a body may take to arrive.
const PATIENCE: Duration = Duration::from_secs(20);

/// How much room is made for a body before any of it has arrived. Bytes.
const FIRST_ROOM: usize = 1 << 14;

/// How large the body is that is announced, if that is said. One that is larger than this is refused.
pub(super) fn announced(headers: &HeaderMap, largest: usize) -> Result<Option<usize>, Problem> {
    let length = headers.get(header::CONTENT_LENGTH);
    let announced = length.and_then(|length| length.to_str().ok()?.trim().parse::<usize>().ok());
    if announced.is_some_and(|length| largest < length) { Err(too_large(largest)) } else { Ok(announced) }
}

/// Reads the whole body, up to this size and within the time. A client that waits to be asked for it is asked now.
pub(super) async fn read(
    request: &HttpRequest,
    payload: Payload,
    announced: Option<usize>,
    largest: usize,
) -> Result<BytesMut, Problem> {
    let exchange = request.conn_data::<Exchange>();
    if let Some(exchange) = exchange {
        exchange.want_body();
    }
    let late = |_| Problem::new(ProblemKind::BodyTimeout, "The body did not arrive in time.");
    let read = read_all(payload, announced, largest);
    let body = tokio::time::timeout(PATIENCE, read).await.map_err(late)??;
    if let Some(exchange) = exchange {
        exchange.body_read();
    }
    Ok(body)
}

fn too_large(largest: usize) -> Problem {
    Problem::new(ProblemKind::BodyTooLarge, format!("The body is larger than {}.", spelled(largest)))
}

fn spelled(bytes: usize) -> String {
    match bytes >> 20 {
        0 => format!("{} KiB", bytes >> 10),
        mebibytes => format!("{mebibytes} MiB"),
    }
}

/// That a text is not longer than is imported.
pub(super) fn check_text(text: &Text) -> Result<(), Problem> {
    if text.as_str().len() <= LARGEST_TEXT {
        return Ok(());
    }
    let detail = format!("The text is larger than {}.", spelled(LARGEST_TEXT));
    Err(Problem::new(ProblemKind::BodyTooLarge, detail))
}

async fn read_all(
    mut payload: Payload,
    announced: Option<usize>,
    largest: usize,
) -> Result<BytesMut, Problem> {
    let mut body = BytesMut::with_capacity(announced.unwrap_or_default().min(FIRST_ROOM));
    // Where a request asks for an upgrade, the payload goes on behind the body.
    while announced != Some(body.len()) {
        let Some(chunk) = payload.next().await else { break };
        let chunk = chunk.map_err(|_| Problem::new(ProblemKind::MalformedBody, "The body ended early."))?;
        if largest < body.len() + chunk.len() {
            return Err(too_large(largest));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// The object that a body is.
pub(super) fn object(body: BytesMut) -> Result<Object, Problem> {
    match value(body, "object")? {
        Json::Object(object) => Ok(object),
        _ => Err(malformed(&Fault::whole(FaultKind::NotAnObject), "object")),
    }
}

/// The patch that a body of this media type is.
pub(super) fn patch(body: BytesMut, media_type: Option<&str>) -> Result<ServerWrite, Problem> {
    if media_type != Some(JSON_PATCH) {
        return object(body).map(ServerWrite::merge);
    }
    json_patch::parse(value(body, "array of operations")?).map(ServerWrite::patch).map_err(|error| {
        let detail = "The body can't be read as a JSON Patch (RFC 6902).";
        Problem::new(ProblemKind::MalformedBody, detail).errors([(&error.pointer, error.kind.to_string())])
    })
}

/// What a body is that may be any text, or a JSON object.
pub(super) enum TextOrObject {
    /// Sent as [`TEXT`].
    Text(Text),
    /// Sent as JSON.
    Object(Object),
}

/// The text, or the object where its media type says so.
pub(super) fn text_or_object(body: BytesMut, media_type: Option<&str>) -> Result<TextOrObject, Problem> {
    if media_type != Some(TEXT) {
        return object(body).map(TextOrObject::Object);
    }
    let body = Zeroizing::new(Vec::from(body));
    utf8(&body).map(|text| TextOrObject::Text(Text::new(text.to_owned())))
}

fn value(body: BytesMut, what: &str) -> Result<Json, Problem> {
    let body = Zeroizing::new(Vec::from(body));
    if LARGEST < body.len() && MOST_VALUES < signs(&body) {
        return Err(Problem::new(ProblemKind::MalformedBody, "The body has too many values."));
    }
    parse(utf8(&body)?, &Rules::BODY).map_err(|fault| malformed(&fault, what))
}

/// How many signs there are that can begin a value of JSON or be before one.
fn signs(body: &[u8]) -> usize {
    memchr::memchr3_iter(b',', b'[', b'{', body).count()
}

fn utf8(body: &[u8]) -> Result<&str, Problem> {
    std::str::from_utf8(body).map_err(|error| {
        let message = format!("it is not UTF-8 at byte {}", error.valid_up_to());
        Problem::new(ProblemKind::MalformedBody, "The body is not UTF-8.")
            .errors([(&Pointer::root(), message)])
    })
}

fn malformed(fault: &Fault, what: &str) -> Problem {
    let detail = match fault.kind {
        FaultKind::Empty => format!("The body is missing; it must be a JSON {what}."),
        FaultKind::NotAnObject => format!("The body must be a JSON {what}."),
        _ => format!("The body can't be read as a JSON {what}."),
    };
    Problem::new(ProblemKind::MalformedBody, detail).errors([(&fault.pointer, fault.kind.to_string())])
}
/// The one member that a body may have. `form` is what the body must be, for people.
pub(super) struct OnlyMember {
    pub(super) name: &'static str,
    pub(super) form: &'static str,
}

impl OnlyMember {
    /// Its value; none where the body is empty.
    pub(super) fn of<'a>(&self, body: &'a Object) -> Result<Option<&'a Json>, Problem> {
        match body.names().find(|name| *name != self.name) {
            Some(other) => {
                Err(self.malformed(other, &format!("the body has one member only, `{}`", self.name)))
            }
            None => Ok(body.get(self.name)),
        }
    }

    /// That its value can't be used.
    pub(super) fn wrong(&self, message: &str) -> Problem {
        self.malformed(self.name, message)
    }

    fn malformed(&self, member: &str, message: &str) -> Problem {
        Problem::new(ProblemKind::MalformedBody, format!("The body must be {}.", self.form))
            .errors([(&Pointer::root().member(member), message.to_owned())])
    }
}
