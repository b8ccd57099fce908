//! What a write should make of a server, worked out a second time and plainly: secrets in the clear, masks and
//! tokens looked up, RFC 7396 as its text says. It shares no code with the service but the reading of JSON.

use mcp_settings::json::{Json, Object};

use crate::client::Who;
use crate::client_edits::{Place, Step, child};
use crate::samples::Layout;
use crate::tokens;

/// A mask or token that means nothing.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Refused;

/// A stored server in the clear. What no key opens is represented by its token.
pub(crate) fn in_the_clear(stored: &Json, layout: Layout) -> Json {
    mapped(stored, &mut Vec::new(), &mut |place, text| {
        let Some(is_sealed) = secrecy(place, text, layout) else { return text.to_owned() };
        match tokens::opened(text) {
            Some(plaintext) => plaintext,
            None if is_sealed && text.starts_with("gAAAAA") => format!("unreadable {text}"),
            None => text.to_owned(),
        }
    })
}

/// The server that a request asks for, in the clear, given the stored one.
pub(crate) fn wanted(
    body: &Object,
    is_patch: bool,
    who: Who,
    stored: &Json,
    layout: Layout,
) -> Result<Json, Refused> {
    let before = &in_the_clear(stored, layout);
    let sent = match layout.is_open() {
        true => body.clone(),
        false => in_closed_words(body, is_patch, before),
    };
    let sent = Json::from(sent);
    let mut is_refused = false;
    let body = mapped(&sent, &mut Vec::new(), &mut |place, text| {
        let own = |server| place.iter().try_fold(server, child);
        let is_own_token = own(stored).and_then(Json::as_str) == Some(text);
        match read(text, place, own(before), is_own_token, who, layout) {
            Ok(text) => text,
            Err(Refused) => {
                is_refused = true;
                text.to_owned()
            }
        }
    });
    let body = unmasked_scalars(&body, before);
    if is_refused || !keeps_arrays(&sent, &body, before, &mut Vec::new(), who, layout) {
        return Err(Refused);
    }
    let Json::Object(body) = body else { unreachable!("a body is an object") };
    Ok(match is_patch {
        true => merged(Some(&without_opposite(before, &body)), &body.into()),
        false => without_nulls(&body).into(),
    })
}

/// A patch that says whether the server is used takes away what says the opposite.
fn without_opposite(before: &Json, patch: &Object) -> Json {
    let Json::Object(before) = before else { return before.clone() };
    let mut left = before.clone();
    for (sent, other) in [("enabled", "disabled"), ("disabled", "enabled")] {
        if patch.get(sent).is_some_and(|value| !value.is_null()) && !patch.contains(other) {
            left.remove(other);
        }
    }
    left.into()
}

/// A string at `auth`, where the document has none: a strategy, which replaces all that was there.
fn in_closed_words(body: &Object, is_patch: bool, before: &Json) -> Object {
    let own = before.get("auth");
    let Some(text) = body.get("auth").and_then(Json::as_str).filter(|_| own.and_then(Json::as_str).is_none())
    else {
        return body.clone();
    };
    let own = own.and_then(Json::as_object);
    let strategy = if text == "oauth" { "oauth2" } else { "bearer" };
    let mut auth = Object::new();
    if is_patch
        && !(text == "oauth" && own.is_some_and(|own| own.get("strategy") == Some(&Json::string("oauth2"))))
    {
        auth = own.into_iter().flat_map(Object::names).map(|name| (name, Json::Null)).collect();
    }
    auth.insert("strategy", Json::string(strategy));
    if strategy == "bearer" {
        auth.insert("value", Json::string(text));
    }
    let mut body = body.clone();
    body.insert("auth", auth.into());
    body
}

/// A mask in an array means something only if nothing else in the array changes; and a caller who may not see
/// secrets must not learn from that whether a guess beside it was right.
fn keeps_arrays(sent: &Json, meant: &Json, own: &Json, here: &mut Place, who: Who, layout: Layout) -> bool {
    let below = |step: Step, here: &mut Place| {
        let (Some(sent), Some(meant)) = (child(sent, &step), child(meant, &step)) else { return true };
        let own = child(own, &step).cloned().unwrap_or(Json::Null);
        here.push(step);
        let keeps = keeps_arrays(sent, meant, &own, here, who, layout);
        here.pop();
        keeps
    };
    match sent {
        Json::Object(object) => object.names().all(|name| below(Step::Member(name.to_owned()), here)),
        Json::Array(elements) => {
            let is_kept = elements.len() == own.as_array().map_or(0, <[Json]>::len) && meant == own;
            let secrets = secrets_of(sent, here, layout);
            // What looks like a mask may be the stored secret, sent by a caller who sees it.
            let is_stored = |(place, secret): &(Place, String)| {
                let own = place.iter().try_fold(own, |value, step| child(value, step)).and_then(Json::as_str);
                who == Who::Revealer && own == Some(secret)
            };
            let has_mask = secrets.iter().any(|secret| is_mask(&secret.1) && !is_stored(secret));
            let has_guess = who == Who::Writer
                && secrets.iter().any(|(_, secret)| !is_mask(secret) && tokens::opened(secret).is_none());
            (!has_mask || (is_kept && !has_guess))
                && (0..elements.len()).all(|index| below(Step::Element(index), here))
        }
        _ => true,
    }
}

/// The strings that were sent in secret places, with their places below this one.
fn secrets_of(sent: &Json, here: &Place, layout: Layout) -> Vec<(Place, String)> {
    let mut found = Vec::new();
    mapped(sent, &mut here.clone(), &mut |place, text| {
        if secrecy(place, text, layout).is_some() && !text.is_empty() {
            found.push((place[here.len()..].to_vec(), text.to_owned()));
        }
        text.to_owned()
    });
    found
}

/// RFC 7396 §2, word by word.
fn merged(target: Option<&Json>, patch: &Json) -> Json {
    let Json::Object(patch) = patch else { return patch.clone() };
    let mut result = target.and_then(Json::as_object).cloned().unwrap_or_default();
    for (name, value) in patch.iter() {
        if value.is_null() {
            result.remove(name);
        } else {
            let value = merged(result.get(name), value);
            result.insert(name, value);
        }
    }
    result.into()
}

/// A top-level null says what absence says.
pub(crate) fn without_nulls(server: &Object) -> Object {
    let kept = server.iter().filter(|(_, value)| !value.is_null());
    kept.map(|(name, value)| (name, value.clone())).collect()
}

fn read(
    text: &str,
    place: &Place,
    own: Option<&Json>,
    is_own_token: bool,
    who: Who,
    layout: Layout,
) -> Result<String, Refused> {
    if place == &[Step::Member("url".to_owned())] {
        return unmasked_url(text, own.and_then(Json::as_str));
    }
    if secrecy(place, text, layout).is_none() || text.is_empty() {
        return Ok(text.to_owned());
    }
    let kept = own.and_then(Json::as_str);
    if text == "***" && who == Who::Writer {
        return Err(Refused);
    }
    if kept == Some(text) && who == Who::Revealer {
        return Ok(text.to_owned());
    }
    if is_mask(text) {
        return match own {
            // Whether it was masked at all: an empty one is shown as it is.
            Some(Json::String(own)) if own.as_str().is_empty() => Err(Refused),
            Some(Json::String(own)) if secrecy(place, own.as_str(), layout).is_none() => Err(Refused),
            Some(Json::String(own)) => Ok(own.as_str().to_owned()),
            // Put right by `unmasked_scalars`.
            Some(Json::Number(_) | Json::Bool(_)) if place.len() > 1 => Ok(MASKED_SCALAR.to_owned()),
            _ => Err(Refused),
        };
    }
    if text.starts_with("gAAAAA") {
        let is_own = kept.is_some_and(|kept| kept.strip_prefix("unreadable ") == Some(text));
        return match tokens::opened(text) {
            Some(plaintext) if who == Who::Revealer || is_own_token => Ok(plaintext),
            Some(_) => Err(Refused),
            None if is_own => Ok(format!("unreadable {text}")),
            None => Err(Refused),
        };
    }
    Ok(text.to_owned())
}

const MASKED_SCALAR: &str = "\u{1}a mask of a number or Boolean";

fn unmasked_scalars(sent: &Json, own: &Json) -> Json {
    match sent {
        Json::String(text) if text.as_str() == MASKED_SCALAR => own.clone(),
        Json::Object(object) => {
            let member = |(name, value): (&str, &Json)| {
                let own = own.get(name).unwrap_or(&Json::Null);
                (name.to_owned(), unmasked_scalars(value, own))
            };
            object.iter().map(member).collect::<Object>().into()
        }
        Json::Array(elements) => {
            let own = |index: usize| own.as_array().and_then(|own| own.get(index)).unwrap_or(&Json::Null);
            let element = |(index, value)| unmasked_scalars(value, own(index));
            Json::Array(elements.iter().enumerate().map(element).collect())
        }
        scalar => scalar.clone(),
    }
}

fn is_mask(text: &str) -> bool {
    matches!(text, "[REDACTED]" | "<redacted>" | "[redacted]" | "***")
        || (text.len() >= 10 && text.trim_matches('*').is_empty())
}

/// The samples edit URLs only as a whole, so that masks are where they were or everywhere.
fn unmasked_url(sent: &str, own: Option<&str>) -> Result<String, Refused> {
    const MASKED: [(&str, &str); 4] = [
        ("https://**********@h.example:8443/mcp?x=1", "https://u:p@h.example:8443/mcp?x=1"),
        (
            "HTTPS://**********@H.example/?api_key=**********&x=%20&API_KEY=**********#frag",
            "HTTPS://tok@H.example/?api_key=k1&x=%20&API_KEY=k2#frag",
        ),
        ("http://h.example?token=**********", "http://h.example?token=%F0%9F%98%80"),
        ("unparseable?secret=**********", "unparseable?secret=1"),
    ];
    let odd =
        ("https://**********@h.example/a?api_key=**********&x=1", "https://u:p@h.example/a?api_key=k&x=1");
    if is_mask(sent) {
        return Err(Refused);
    }
    match MASKED.iter().chain([&odd]).find(|(masked, _)| *masked == sent) {
        None => Ok(sent.to_owned()),
        Some((_, plain)) if own == Some(*plain) => Ok((*plain).to_owned()),
        Some(_) => Err(Refused),
    }
}

/// Whether a string at this place is secret, and if so, whether this layout encrypts it (DESIGN §5.1). Only for
/// the places that samples have.
pub(crate) fn secrecy(place: &[Step], text: &str, layout: Layout) -> Option<bool> {
    let names: Vec<&str> = place
        .iter()
        .map(|step| match step {
            Step::Member(name) => name.as_str(),
            Step::Element(_) => "[]",
        })
        .collect();
    let everywhere = Some(layout == Layout::Own);
    let not_in_v3 = Some(layout != Layout::WrappedV3);
    match *names {
        ["env" | "headers", "[]"] => everywhere,
        ["env" | "headers", _] => Some(true),
        ["env" | "headers", ..] if names.len() > 1 => everywhere,
        ["env" | "headers"] => everywhere,
        ["auth"] => everywhere.filter(|_| text != "oauth"),
        ["auth", "value"] | ["auth", "headers", _] => not_in_v3,
        ["auth", "value" | "headers", ..] | ["auth", "state", "tokens"] => everywhere,
        ["auth", "authentication", "client_secret"] => not_in_v3,
        ["auth", "state", "tokens", "access_token"] => not_in_v3,
        ["auth", "authentication", "client_secret", ..] | ["auth", "state", "tokens", "access_token", ..] => {
            everywhere
        }
        ["authentication", "client_secret", ..] => everywhere,
        ["apiKeys", ..] | ["deep", "password", ..] => everywhere,
        _ => None,
    }
}

pub(crate) fn mapped(value: &Json, here: &mut Place, map: &mut impl FnMut(&Place, &str) -> String) -> Json {
    match value {
        Json::String(text) => Json::string(map(here, text.as_str())),
        Json::Object(object) => {
            let mut result = Object::new();
            for (name, value) in object.iter() {
                here.push(Step::Member(name.to_owned()));
                result.insert(name, mapped(value, here, map));
                here.pop();
            }
            result.into()
        }
        Json::Array(elements) => {
            let mut result = Vec::new();
            for (index, value) in elements.iter().enumerate() {
                here.push(Step::Element(index));
                result.push(mapped(value, here, map));
                here.pop();
            }
            Json::Array(result)
        }
        scalar => scalar.clone(),
    }
}
