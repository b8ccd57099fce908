//! Roo Code: `mcp_settings.json` and `.roo/mcp.json`. It wants a type beside an address.

use crate::formats::client::{Begun, Client, Off, Timeout, USUAL, UrlAlone, seconds};
use crate::formats::format::Format;
use crate::formats::references::Form;

pub(super) static CLIENT: Client = Client {
    format: Format::Roo,
    transports: [Some("stdio"), Some("streamable-http"), Some("sse")],
    url_alone: UrlAlone::Refused,
    timeout: Timeout::Seconds("timeout"),
    off: Off::Disabled,
    permissions: &["alwaysAllow"],
    forms: &[Form::EnvWord, Form::Predefined(&["workspaceFolder"])],
    before: |draft| {
        let is_taken = draft.get("timeout").is_none_or(|value| {
            seconds(value, 0).is_some_and(|number| (1.0..=3600.0).contains(&number.as_f64()))
        });
        if is_taken {
            Ok(Begun::Server)
        } else {
            draft.refuse("timeout", "this client takes 1 to 3600 seconds")
        }
    },
    write: |writing| {
        let is_taken = match writing.entry.get("timeout") {
            Some(crate::json::Json::Number(number)) => (1.0..=3600.0).contains(&number.as_f64()),
            _ => true,
        };
        if !is_taken {
            writing.entry.remove("timeout");
            writing.lose("timeout", "this client takes 1 to 3600 seconds");
        }
    },
    ..USUAL
};
