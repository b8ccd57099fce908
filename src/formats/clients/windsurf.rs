//! Windsurf: `mcp_config.json`. Its word for an address is `serverUrl`.

use crate::formats::client::{Client, Off, USUAL};
use crate::formats::format::Format;
use crate::formats::references::Form;

pub(super) static CLIENT: Client = Client {
    format: Format::Windsurf,
    cwd: &[],
    urls: &["serverUrl", "url"],
    off: Off::Disabled,
    permissions: &["alwaysAllow"],
    forms: &[Form::EnvWord, Form::FileWord],
    ..USUAL
};
