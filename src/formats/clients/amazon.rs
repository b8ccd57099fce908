//! Amazon Q CLI and Kiro, which came from it.

use crate::formats::client::{Client, Oauth, Off, Scopes, Timeout, USUAL, UrlAlone};
use crate::formats::format::Format;
use crate::formats::references::Form;
use crate::formats::scopes::ScopesShape;

pub(super) static Q: Client = Client {
    format: Format::AmazonQ,
    cwd: &[],
    url_alone: UrlAlone::Refused,
    timeout: Timeout::Milliseconds("timeout"),
    off: Off::Disabled,
    forms: &[Form::EnvWord],
    replaced: &["env"],
    ..USUAL
};

pub(super) static KIRO: Client = Client {
    format: Format::Kiro,
    timeout: Timeout::Unknown("timeout"),
    off: Off::Disabled,
    oauth: Some(Oauth {
        member: "oauth",
        id: "clientId",
        secret: None,
        scopes: Scopes::beside("oauthScopes", ScopesShape::List),
    }),
    permissions: &["autoApprove"],
    forms: &[Form::Braces],
    replaced: &["env", "url", "headers"],
    ..USUAL
};
