//! `mcp-settings openapi`: the OpenAPI document of the API, as this version serves it.

use std::process::ExitCode;

use crate::http::openapi_document::openapi_document;

use super::failure::Failure;
use super::terminal::print;

pub(super) fn run() -> Result<ExitCode, Failure> {
    let text = serde_json::to_string_pretty(&openapi_document());
    let text = text.map_err(|error| Failure::new("could not write the document").because(error))?;
    print(&(text + "\n"))?;
    Ok(ExitCode::SUCCESS)
}
