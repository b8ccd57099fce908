//! `mcp-settings get`: one server, its secrets redacted unless they are asked for.

use std::process::ExitCode;

use crate::api::McpServer;
use crate::json::Json;

use super::client::{Purpose, Request, Response, Target, run as run_on, server};
use super::failure::Failure;
use super::output::{Form, Output, json, show};
use super::printable::printable;
use super::terminal::{Tone, has_colours, toned};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  mcp-settings get issues\n  mcp-settings get issues --config-only >issues-now.json"
)]
pub(super) struct Arguments {
    /// The name of the server
    name: String,
    /// Show its secrets in clear; needs the scope `reveal`
    #[arg(long)]
    reveal: bool,
    /// Show its configuration alone, as `set` takes it
    #[arg(long = "config-only")]
    is_config_only: bool,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    target: Target,
}

pub(super) fn run(arguments: Arguments) -> Result<ExitCode, Failure> {
    let Arguments { name, reveal, is_config_only, output: Output { output: form }, target } = arguments;
    run_on(async move {
        let settings = target.open(Purpose::Look)?;
        let mut request = Request::get(server(&name));
        if reveal {
            request = request.header("X-Expose-Secrets", "plaintext");
        }
        let response = settings.expect(request).await?;
        if is_config_only {
            let body = response.value()?;
            let config = body.get("config").unwrap_or(&Json::Null);
            show(form, config, || json(config), || vec![name])?;
        } else {
            show_server(form, &response)?;
        }
        Ok(ExitCode::SUCCESS)
    })
}

/// Shows a server that was read or written.
pub(super) fn show_server(form: Form, response: &Response) -> Result<(), Failure> {
    let body = response.value()?;
    let name = body.get("name").and_then(Json::as_str).unwrap_or_default();
    let names = || vec![name.to_owned()];
    match response.read::<McpServer>() {
        Ok(server) => show(form, &body, || table(&server, &body), names),
        // A dry run may have no tag.
        Err(_) => show(form, &body, || json(&body), names),
    }
}

/// The configuration below what is known of the server.
fn table(server: &McpServer, body: &Json) -> String {
    let has_colours = has_colours();
    let mut text = String::new();
    let mut line = |label: &str, value: &str, tone: Tone| {
        let label = toned(&format!("{label:<8}"), Tone::Strong, has_colours);
        text.extend([label, toned(&printable(value), tone, has_colours), "\n".to_owned()]);
    };
    line("name", &server.name, Tone::Plain);
    line("tag", server.etag.as_str(), Tone::Plain);
    for pointer in &server.needs_reentry {
        line("lost", &format!("{}: no key opens this secret", pointer.as_str()), Tone::Bad);
    }
    for finding in &server.findings {
        line("finding", &format!("{}: {}", finding.pointer.as_str(), finding.proposal), Tone::Warning);
    }
    if let Some(config) = body.get("config") {
        text.push_str(&json(config));
    }
    text
}
