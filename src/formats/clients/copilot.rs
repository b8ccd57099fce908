//! GitHub Copilot: `mcp-config.json` of its command line, and the text field of its coding agent.

use crate::formats::client::{Client, Timeout, USUAL};
use crate::formats::format::Format;
use crate::formats::references::Form;

pub(super) static CLIENT: Client = Client {
    format: Format::Copilot,
    timeout: Timeout::Unknown("timeout"),
    forms: &[Form::BracesWithDefault, Form::Bare],
    ..USUAL
};
