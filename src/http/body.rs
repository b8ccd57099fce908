//! The body of a request: its content type, its size, and the one JSON object that it must be.

use std::time::Duration;

use actix_web::http::header::{self, HeaderMap};
use actix_web::web::{BytesMut, Payload};
use futures_util::StreamExt;
use zeroize::Zeroizing;

use crate::json::{Fault, FaultKind, Json, Object, Pointer, Rules, parse};

use super::problem::{Problem, ProblemKind};

/// The largest body. Bytes.
pub(super) const LARGEST: usize = 1 << 20;

/// Whether the body is sent as one of these media types. A body in another charset or encoding can't be read.
pub(super) fn check_type(headers: &HeaderMap, accepted: &[&str]) -> Result<(), Problem> {
    let refused = || {
        let detail = format!("The body must be sent as {}.", accepted.join(" or "));
        Problem::new(ProblemKind::UnsupportedMediaType, detail).header(header::ACCEPT, accepted.join(", "))
    };
    if is_missing(headers) {
        return Ok(());
    }
    let mut lines = headers.get_all(header::CONTENT_TYPE);
    let (Some(value), None) = (lines.next(), lines.next()) else { return Err(refused()) };
    let value = value.to_str().map_err(|_| refused())?;
    let mut parts = value.split(';').map(str::trim);
    let media_type = parts.next().unwrap_or_default();
    let is_accepted = accepted.iter().any(|accepted| media_type.eq_ignore_ascii_case(accepted));
    let is_utf8 = parts.filter_map(|part| part.split_once('=')).all(|(name, value)| {
        !name.eq_ignore_ascii_case("charset") || value.trim_matches('"').eq_ignore_ascii_case("utf-8")
    });
    let is_plain = headers.get(header::CONTENT_ENCODING).is_none_or(|encoding| encoding == "identity");
    if is_accepted && is_utf8 && is_plain { Ok(()) } else { Err(refused()) }
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

/// Reads the whole body, up to the limit and within the time.
pub(super) async fn read(headers: &HeaderMap, payload: Payload) -> Result<BytesMut, Problem> {
    let late = |_| Problem::new(ProblemKind::BodyTimeout, "The body did not arrive in time.");
    tokio::time::timeout(PATIENCE, read_all(headers, payload)).await.map_err(late)?
}

async fn read_all(headers: &HeaderMap, mut payload: Payload) -> Result<BytesMut, Problem> {
    let too_large = || Problem::new(ProblemKind::BodyTooLarge, "The body is larger than 1 MiB.");
    let announced =
        headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| LARGEST < length) {
        return Err(too_large());
    }
    let mut body = BytesMut::with_capacity(announced.unwrap_or_default().min(FIRST_ROOM));
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| Problem::new(ProblemKind::MalformedBody, "The body ended early."))?;
        if LARGEST < body.len() + chunk.len() {
            return Err(too_large());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// The JSON object that a body is.
pub(super) fn object(body: BytesMut) -> Result<Object, Problem> {
    let body = Zeroizing::new(Vec::from(body));
    let text = std::str::from_utf8(&body).map_err(|error| {
        let message = format!("it is not UTF-8 at byte {}", error.valid_up_to());
        Problem::new(ProblemKind::MalformedBody, "The body is not UTF-8.")
            .errors([(&Pointer::root(), message)])
    })?;
    match parse(text, &Rules::BODY) {
        Ok(Json::Object(object)) => Ok(object),
        Ok(_) => Err(malformed(&Fault::whole(FaultKind::NotAnObject))),
        Err(fault) => Err(malformed(&fault)),
    }
}

fn malformed(fault: &Fault) -> Problem {
    let detail = match fault.kind {
        FaultKind::Empty => "The body is missing; it must be a JSON object.",
        FaultKind::NotAnObject => "The body must be a JSON object.",
        _ => "The body can't be read as a JSON object.",
    };
    Problem::new(ProblemKind::MalformedBody, detail).errors([(&fault.pointer, fault.kind.to_string())])
}
