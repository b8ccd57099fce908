//! Warp: `.mcp.json`, whose servers may be under one of several members.

use crate::formats::client::{Client, USUAL, located};
use crate::formats::format::Format;
use crate::formats::references::{Form, ReferenceKind};
use crate::formats::words;

pub(super) static CLIENT: Client = Client {
    format: Format::Warp,
    locate: |source| located(source, &["mcpServers", "servers", "mcp_servers"], words::OWN_OF_CLIENT),
    types: &[],
    transports: [None, None, None],
    cwd: &["working_directory"],
    forms: &[Form::Mustache(ReferenceKind::Template)],
    ..USUAL
};
