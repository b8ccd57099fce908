//! Cline: flat entries of its extension, and those of its command line, which nest the transport.

use crate::formats::client::{Begun, Client, Oauth, Off, Timeout, USUAL, UrlAlone, seconds};
use crate::formats::draft::{Draft, Refusal};
use crate::formats::export::is_same_time;
use crate::formats::format::Format;
use crate::formats::references::Form;
use crate::formats::words;
use crate::formats::writing::Writing;
use crate::json::{Json, Number, Object, Pointer};

/// The most that it takes, and what it takes instead of a time-out that it does not understand. Seconds.
const MOST: u64 = 3600;
const USUAL_TIMEOUT: u64 = 60;

pub(super) static CLIENT: Client = Client {
    format: Format::Cline,
    types: &["type", "transportType"],
    transports: [Some("stdio"), Some("streamableHttp"), Some("sse")],
    url_alone: UrlAlone::Sse,
    off: Off::Disabled,
    oauth: Some(Oauth { member: "oauthClient", id: "clientId", secret: Some("clientSecret"), scopes: None }),
    permissions: &["autoApprove"],
    forms: &[Form::EnvWord],
    timeout: Timeout::Seconds("timeout"),
    before,
    write,
    ..USUAL
};

/// Members of a nested transport that are those of a flat entry.
const NESTED: [&str; 7] = ["type", "command", "args", "env", "cwd", "url", "headers"];

fn before(draft: &mut Draft<'_>) -> Result<Begun, Refusal> {
    if let Some(Json::Object(transport)) = draft.rest.get("transport").cloned() {
        draft.rest.remove("transport");
        draft.bag.insert("nested", Json::Bool(true));
        let mut others = Object::new();
        for (name, value) in transport {
            if !NESTED.contains(&name.as_str()) {
                others.insert(name, value);
            } else if draft.rest.contains(&name) {
                return draft.refuse(&name, "another one is in `transport`");
            } else {
                let from = draft.member("transport").member(&name);
                draft.comes_from(Pointer::root().member(&name), from);
                draft.rest.insert(name, value);
            }
        }
        if !others.is_empty() {
            draft.bag.insert("transport", others.into());
        }
    }
    if draft.rest.remove("oauth").is_some_and(|state| !state.is_null()) {
        draft.note("oauth", words::LIVE_TOKENS);
    }
    clamp(draft);
    Ok(Begun::Server)
}

fn clamp(draft: &mut Draft<'_>) {
    let Some(own) = draft.get("timeout").cloned() else { return };
    let (used, about) = match seconds(&own, 0) {
        Some(number) if number.as_f64() > MOST as f64 => {
            (MOST, "more than this client takes: it uses 3600 s")
        }
        Some(number) if number.as_f64() < 1.0 => (USUAL_TIMEOUT, "less than this client takes: it uses 60 s"),
        Some(_) => return,
        None => (USUAL_TIMEOUT, "no number: this client uses 60 s"),
    };
    draft.note("timeout", about);
    draft.bag.insert("timeout", own);
    draft.rest.insert("timeout", Json::Number(Number::from_u64(used)));
}

fn write(writing: &mut Writing<'_>) {
    let mut is_clamped = false;
    // What was clamped comes back, unless somebody changed what it became.
    if let Some(own) = writing.bag.remove("timeout") {
        let used = writing.entry.get("timeout");
        let was = [MOST, USUAL_TIMEOUT].map(|used| Json::Number(Number::from_u64(used)));
        let is_unchanged = used.is_some_and(|used| was.iter().any(|was| is_same_time(was, 0, used)));
        if is_unchanged {
            writing.entry.insert("timeout", own);
            is_clamped = true;
        }
    }
    let is_taken = match writing.entry.get("timeout") {
        Some(Json::Number(number)) => (1.0..=MOST as f64).contains(&number.as_f64()) || is_clamped,
        _ => true,
    };
    if !is_taken {
        writing.lose("timeout", "this client takes 1 to 3600 seconds");
    }
    if !writing.take_mark("nested") {
        return;
    }
    let mut transport = Object::new();
    for name in NESTED {
        if let Some(value) = writing.entry.remove(name) {
            transport.insert(name, value);
        }
    }
    if let Some(Json::Object(others)) = writing.bag.remove("transport") {
        others.into_iter().for_each(|(name, value)| transport.insert(name, value));
    }
    let rest = std::mem::take(&mut writing.entry);
    writing.entry.insert("transport", transport.into());
    rest.into_iter().for_each(|(name, value)| writing.entry.insert(name, value));
}
