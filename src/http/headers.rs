//! Conditional headers and the exposure header of a request, parsed strictly: what can't be parsed is 400,
//! never absent. And which coding it takes, where what can't be parsed asks for nothing.

use actix_web::http::header::{self, HeaderMap, HeaderName};

use crate::events::Position;
use crate::projection::{Condition, Precondition};
use crate::secrets::Exposure;

use super::problem::Problem;
use super::problem_kind::ProblemKind;

/// The header that asks for secrets.
pub(super) const EXPOSE_SECRETS: HeaderName = HeaderName::from_static("x-expose-secrets");

/// The header that names the types of a patch (RFC 5789 §3.1).
pub(super) const ACCEPT_PATCH: HeaderName = HeaderName::from_static("accept-patch");

/// The header that says where in a stream a reader was cut off.
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// The conditional headers. In `If-None-Match` of a write `"*"` is refused: a client that quotes it wants to create and
/// would replace, since no state has this tag. (RFC 9110 §8.8.3 would allow it.)
pub(super) fn precondition(headers: &HeaderMap, is_write: bool) -> Result<Precondition, Problem> {
    let parse = |name: HeaderName| {
        let lines = headers.get_all(&name).map(|value| value.as_bytes());
        Condition::parse(lines).map_err(|error| {
            let detail = format!("The header {} can't be parsed: {error}.", title_case(&name));
            Problem::of_header(title_case(&name), detail)
        })
    };
    let precondition =
        Precondition { if_match: parse(header::IF_MATCH)?, if_none_match: parse(header::IF_NONE_MATCH)? };
    if is_write && precondition.if_none_match.quotes_any() {
        let detail = "The header If-None-Match has `*` in quotes, which is the tag of no state. To create only, send `*` without quotes.";
        return Err(Problem::of_header("If-None-Match", detail));
    }
    Ok(precondition)
}

/// Refuses expectations that this service does not know (RFC 9110 §10.1.1).
pub(super) fn expectation(headers: &HeaderMap) -> Result<(), Problem> {
    let mut expected =
        headers.get_all(header::EXPECT).flat_map(|line| line.as_bytes().split(|byte| *byte == b','));
    let is_known = |word: &[u8]| word.is_empty() || word.eq_ignore_ascii_case(b"100-continue");
    if expected.all(|word| is_known(word.trim_ascii())) {
        return Ok(());
    }
    Err(Problem::new(
        ProblemKind::ExpectationFailed,
        "The header Expect asks for something that this service does not do: it knows `100-continue` only.",
    ))
}

/// How much of the secrets is asked for. `named` is a word of the single server's own resource only: the header is
/// OpenHands' elsewhere.
pub(super) fn exposure(headers: &HeaderMap, knows_named: bool) -> Result<Exposure, Problem> {
    let mut lines = headers.get_all(EXPOSE_SECRETS);
    let Some(value) = lines.next() else { return Ok(Exposure::Redacted) };
    let parsed = value.to_str().ok().and_then(Exposure::parse).filter(|_| lines.next().is_none());
    parsed.filter(|exposure| knows_named || *exposure != Exposure::Named).ok_or_else(|| {
        let detail = match knows_named {
            true => {
                "Invalid X-Expose-Secrets header value. Valid values are: 'named', 'encrypted', 'plaintext'."
            }
            false => "Invalid X-Expose-Secrets header value. Valid values are: 'encrypted', 'plaintext'.",
        };
        Problem::of_header("X-Expose-Secrets", detail)
    })
}

/// Whether the client takes gzip (RFC 9110 §12.5.3).
pub(super) fn takes_gzip(headers: &HeaderMap) -> bool {
    let lines = headers.get_all(header::ACCEPT_ENCODING).filter_map(|line| line.to_str().ok());
    let weights = lines.flat_map(|line| line.split(',')).map(|element| {
        let (coding, parameters) = element.split_once(';').unwrap_or((element, ""));
        let weight = parameters.trim().trim_start_matches(['q', 'Q']).trim_start_matches('=');
        let is_taken = parameters.trim().is_empty() || weight.parse::<f32>().is_ok_and(|weight| weight > 0.0);
        (coding.trim(), is_taken)
    });
    // A coding that is named goes before `*`.
    let (mut named, mut any) = (None, false);
    for (coding, is_taken) in weights {
        match coding {
            _ if coding.eq_ignore_ascii_case("gzip") || coding.eq_ignore_ascii_case("x-gzip") => {
                named = Some(is_taken);
            }
            "*" => any = is_taken,
            _ => {}
        }
    }
    named.unwrap_or(any)
}

/// Where in the stream of changes the reader was.
pub(super) fn last_event_id(headers: &HeaderMap) -> Result<Option<Position>, Problem> {
    let mut lines = headers.get_all(LAST_EVENT_ID);
    let Some(value) = lines.next() else { return Ok(None) };
    let parsed = value.to_str().ok().and_then(|text| text.parse().ok()).filter(|_| lines.next().is_none());
    parsed.map(Some).ok_or_else(|| {
        let detail =
            "The header Last-Event-ID can't be parsed: send the `id` of an event as it was received.";
        Problem::of_header("Last-Event-ID", detail)
    })
}

fn title_case(name: &HeaderName) -> &'static str {
    match *name {
        header::IF_MATCH => "If-Match",
        _ => "If-None-Match",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_taken_where_it_is_asked_for() {
        for (lines, expected) in [
            (&[][..], false),
            (&[""], false),
            (&["gzip"], true),
            (&["br, GZIP;q=0.5"], true),
            (&["br", "gzip"], true),
            (&["x-gzip"], true),
            (&["*"], true),
            (&["*;q=0"], false),
            (&["gzip;q=0, *"], false),
            (&["*;q=0, gzip ; q=1.0"], true),
            (&["gzip;q=0.000"], false),
            (&["gzip;q=much"], false),
            (&["gzipped, br"], false),
        ] {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(header::ACCEPT_ENCODING, line.parse().unwrap());
            }
            assert_eq!(takes_gzip(&headers), expected, "{lines:?}");
        }
    }
}
