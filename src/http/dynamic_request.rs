//! The body of a registration: read strictly as JSON, judged as lightspeed-stack judges it, all faults at once and in
//! the order of its fields. A fault repeats nothing that may be a secret. It knows no framework, and no state.

use serde_json::json;

use crate::api::ValidationFault;
use crate::json::{Fault, FaultKind, Json, Object, Rules, parse};
use crate::model::mask::MASK;
use crate::model::registration::{
    AuthorizationWord, DEFAULT_PROVIDER, HeaderNamesFault, LONGEST_TIMEOUT, Registration, TimeoutFault,
    TimeoutValue, check_header_names, timeout,
};
use crate::model::suspect::is_secret_like;
use crate::model::{ServerName, url_parts};

/// The most characters that a name has.
const LONGEST_NAME: usize = 128;

const FIELDS: [&str; 6] = ["name", "url", "provider_id", "authorization_headers", "headers", "timeout"];

/// A registration that can be made.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Request {
    pub(super) name: ServerName,
    pub(super) url: String,
    pub(super) registration: Registration,
}

/// Reads a body.
pub(super) fn read(body: &[u8]) -> Result<Request, Vec<ValidationFault>> {
    let object = object(body).map_err(|fault| vec![fault])?;
    let mut judge = Judge { body: &object, faults: Vec::new() };
    // In the order of the fields, which is that of the faults.
    let name = judge.required("name", name);
    let url = judge.required("url", url);
    let provider_id = judge.optional("provider_id", |value| {
        value.as_str().map(str::to_owned).ok_or_else(|| vec![not_a_string()])
    });
    let authorization_headers = judge.optional("authorization_headers", authorization_headers);
    let headers = judge.optional("headers", headers);
    let timeout = judge.optional("timeout", whole_seconds);
    judge.unknown();
    match (name, url) {
        (Some(name), Some(url)) if judge.faults.is_empty() => Ok(Request {
            name,
            url,
            registration: Registration {
                provider_id: provider_id.unwrap_or_else(|| DEFAULT_PROVIDER.to_owned()),
                authorization_headers: authorization_headers.flatten().unwrap_or_default(),
                headers: headers.flatten().unwrap_or_default(),
                timeout: timeout.flatten(),
            },
        }),
        _ => Err(judge.faults),
    }
}

/// The object that a body is. A text that Python's reader takes and ours does not (a name that comes twice, a number
/// beyond every limit) is no JSON here.
fn object(body: &[u8]) -> Result<Object, ValidationFault> {
    let missing = || ValidationFault::of_body("missing", "Field required").with_input(Some(Json::Null));
    if body.is_empty() {
        return Err(missing());
    }
    let text = std::str::from_utf8(body).map_err(|error| {
        let valid = String::from_utf8_lossy(&body[..error.valid_up_to()]);
        no_json("it is not UTF-8").at(valid.chars().count())
    })?;
    match parse(text, &Rules::BODY) {
        Ok(Json::Object(object)) => Ok(object),
        Ok(Json::Null) => Err(missing()),
        Ok(_) => Err(ValidationFault::of_body(
            "model_attributes_type",
            "Input should be a valid dictionary or object to extract fields from",
        )),
        Err(fault) => Err(not_json(text, &fault)),
    }
}

fn not_json(text: &str, fault: &Fault) -> ValidationFault {
    let found = no_json(&fault.kind.to_string());
    match fault.kind {
        FaultKind::Syntax { offset } => {
            found.at(text.get(..offset).map_or(0, |before| before.chars().count()))
        }
        FaultKind::Empty => found.at(0),
        // The grammar is kept; there is no character to point at.
        _ => fault.pointer.steps().fold(found, |found, step| found.in_member(&step)),
    }
}

fn no_json(problem: &str) -> ValidationFault {
    ValidationFault::of_body("json_invalid", "JSON decode error")
        .with_input(Some(Object::new().into()))
        .with_ctx(json!({ "error": problem }))
}

struct Judge<'a> {
    body: &'a Object,
    faults: Vec<ValidationFault>,
}

impl Judge<'_> {
    fn required<T>(
        &mut self,
        field: &str,
        read: impl Fn(&Json) -> Result<T, Vec<ValidationFault>>,
    ) -> Option<T> {
        if !self.body.contains(field) {
            let fault = ValidationFault::of_body("missing", "Field required").in_member(field);
            self.faults.push(fault.with_input(Some(whole(self.body))));
        }
        self.optional(field, read)
    }

    /// What a field says; none where it is missing or wrong.
    fn optional<T>(
        &mut self,
        field: &str,
        read: impl Fn(&Json) -> Result<T, Vec<ValidationFault>>,
    ) -> Option<T> {
        let value = self.body.get(field)?;
        let read = read(value).map_err(|faults| {
            let placed = faults.into_iter().map(|fault| placed(fault, field, value));
            self.faults.extend(placed);
        });
        read.ok()
    }

    fn unknown(&mut self) {
        for name in self.body.names().filter(|name| !FIELDS.contains(name)) {
            let fault = ValidationFault::of_body("extra_forbidden", "Extra inputs are not permitted");
            self.faults.push(fault.in_member(name));
        }
    }
}

/// A fault of a field, with its place and, where the fault is about all of the value, the value.
fn placed(mut fault: ValidationFault, field: &str, value: &Json) -> ValidationFault {
    let below = fault.loc.split_off(1);
    let is_of_all = below.is_empty();
    let mut fault = fault.in_member(field);
    fault.loc.extend(below);
    if is_of_all { fault.with_input(shown(field, value)) } else { fault }
}

fn not_a_string() -> ValidationFault {
    ValidationFault::of_body("string_type", "Input should be a valid string")
}

fn value_error(text: impl std::fmt::Display) -> ValidationFault {
    ValidationFault::of_body("value_error", format!("Value error, {text}")).with_ctx(json!({ "error": {} }))
}

fn name(value: &Json) -> Result<ServerName, Vec<ValidationFault>> {
    let text = value.as_str().ok_or_else(|| vec![not_a_string()])?;
    let fault = match text.chars().count() {
        0 => ValidationFault::of_body("string_too_short", "String should have at least 1 character")
            .with_ctx(json!({ "min_length": 1 })),
        length if LONGEST_NAME < length => {
            let text = format!("String should have at most {LONGEST_NAME} characters");
            ValidationFault::of_body("string_too_long", text).with_ctx(json!({ "max_length": LONGEST_NAME }))
        }
        _ => return text.parse().map_err(|error| vec![value_error(error)]),
    };
    Err(vec![fault])
}

fn url(value: &Json) -> Result<String, Vec<ValidationFault>> {
    let text = value.as_str().ok_or_else(|| vec![not_a_string()])?;
    match url_fault(text) {
        None => Ok(text.to_owned()),
        Some(fault) => Err(vec![value_error(fault)]),
    }
}

fn url_fault(text: &str) -> Option<&'static str> {
    if !["http://", "https://"].iter().any(|scheme| text.starts_with(scheme)) {
        return Some("URL must use http:// or https:// scheme");
    }
    if url_parts::is_ambiguous(text) {
        return Some(
            "URL must hold no white space, control characters or backslashes: clients read such URLs differently",
        );
    }
    let authority = url_parts::authority(text);
    if authority.contains('@') {
        return Some("URL must hold no user and no password: send them as a header");
    }
    // Browsers take the first segment of a path for the host of a URL without one.
    let is_whole = !authority.ends_with("//");
    let has_host = url::Url::parse(text).is_ok_and(|url| url.host_str().is_some_and(|host| !host.is_empty()));
    (!is_whole || !has_host).then_some("URL must have a host")
}

type Headers = Option<Vec<(String, String)>>;

fn authorization_headers(value: &Json) -> Result<Headers, Vec<ValidationFault>> {
    if value.is_null() {
        return Ok(None);
    }
    let not_an_object = || vec![ValidationFault::of_body("dict_type", "Input should be a valid dictionary")];
    let members = value.as_object().ok_or_else(not_an_object)?;
    let (mut headers, mut faults) = (Vec::new(), Vec::new());
    for (name, value) in members.iter() {
        match value.as_str() {
            Some(value) => headers.push((name.to_owned(), value.to_owned())),
            None => faults.push(not_a_string().in_member(name)),
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    match headers.iter().find(|(_, value)| AuthorizationWord::of(value).is_none()) {
        None => Ok(Some(headers)),
        // The value is probably a secret that was meant to be stored.
        Some((name, _)) => Err(vec![value_error(format_args!(
            "Authorization header '{name}' has unsupported value '{MASK}'. Dynamic registration only supports: client, kubernetes, oauth. File-path based secrets are only supported in static YAML config."
        ))]),
    }
}

fn headers(value: &Json) -> Result<Option<Vec<String>>, Vec<ValidationFault>> {
    if value.is_null() {
        return Ok(None);
    }
    let not_an_array = || vec![ValidationFault::of_body("list_type", "Input should be a valid list")];
    let elements = value.as_array().ok_or_else(not_an_array)?;
    let is_no_string = |(_, element): &(usize, &Json)| element.as_str().is_none();
    let faults: Vec<_> =
        elements.iter().enumerate().filter(is_no_string).map(|(index, _)| not_a_string().at(index)).collect();
    if !faults.is_empty() {
        return Err(faults);
    }
    let names: Vec<String> =
        elements.iter().filter_map(|element| element.as_str().map(str::to_owned)).collect();
    match check_header_names(&names) {
        Ok(()) => Ok(Some(names)),
        Err(HeaderNamesFault::Duplicate(name)) if !is_header_name(&name) => {
            Err(vec![value_error(HeaderNamesFault::Duplicate(MASK.to_owned()))])
        }
        Err(fault) => Err(vec![value_error(fault)]),
    }
}

fn whole_seconds(value: &Json) -> Result<Option<u64>, Vec<ValidationFault>> {
    let value = match value {
        Json::Null => return Ok(None),
        Json::Bool(value) => TimeoutValue::Bool(*value),
        Json::Number(number) => TimeoutValue::Number(number.spelling()),
        Json::String(text) => TimeoutValue::Text(text.as_str()),
        Json::Array(_) | Json::Object(_) => TimeoutValue::Other,
    };
    timeout(value).map(Some).map_err(|fault| {
        let (kind, ctx) = match fault {
            TimeoutFault::Type => ("int_type", None),
            TimeoutFault::Text => ("int_parsing", None),
            TimeoutFault::Fraction => ("int_from_float", None),
            TimeoutFault::NotPositive => ("greater_than", Some(json!({ "gt": 0 }))),
            TimeoutFault::TooLong => ("less_than_equal", Some(json!({ "le": LONGEST_TIMEOUT }))),
        };
        let found = ValidationFault::of_body(kind, fault.to_string());
        vec![ctx.into_iter().fold(found, ValidationFault::with_ctx)]
    })
}

/// What of a field's value can be repeated: nothing that may be a secret.
fn shown(field: &str, value: &Json) -> Option<Json> {
    match (field, value) {
        ("name" | "provider_id" | "timeout", Json::String(text)) if is_secret_like(text.as_str()) => None,
        ("name" | "provider_id" | "timeout", Json::String(_)) => Some(value.clone()),
        ("url", Json::String(text)) => {
            let text = text.as_str();
            let is_url = text.contains("://") && !is_secret_like(text) && !url_parts::has_secret(text);
            is_url.then(|| value.clone())
        }
        ("headers", Json::Array(names)) => {
            names.iter().all(|name| name.as_str().is_some_and(is_header_name)).then(|| value.clone())
        }
        ("authorization_headers", Json::Null) => Some(Json::Null),
        (
            "name" | "url" | "provider_id" | "headers" | "timeout",
            Json::Null | Json::Bool(_) | Json::Number(_),
        ) => Some(value.clone()),
        _ => None,
    }
}

/// The whole body, with a mask for what can't be repeated.
fn whole(body: &Object) -> Json {
    let member = |(name, value): (&str, &Json)| {
        (name.to_owned(), shown(name, value).unwrap_or_else(|| Json::string(MASK)))
    };
    Json::Object(body.iter().map(member).collect())
}

/// Whether a text is the name of a header (RFC 9110 §5.1) or blank, so that it can be repeated.
fn is_header_name(text: &str) -> bool {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~ ".contains(&byte);
    text.bytes().all(is_token) && !is_secret_like(text)
}

#[cfg(test)]
mod tests;
