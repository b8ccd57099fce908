//! The commands that change nothing. What they print may come from a catalog of someone else, so that it is printed
//! without what controls a terminal.

use crate::registry::{RegistryBackend, resolve, shown_value};

use super::super::printable::printable;
use super::{Outcome, Refusal};

pub(super) async fn list(registry: &dyn RegistryBackend) -> Result<Outcome, Refusal> {
    let servers = registry.list().await?;
    if servers.is_empty() {
        return Ok(Outcome::good("No MCP servers registered.\n".to_owned()));
    }
    let rows: Vec<[String; 3]> = servers
        .iter()
        .map(|server| [&server.name, &server.transport, &server.description].map(|text| printable(text)))
        .collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let (name, transport) = (width(0), width(1));
    let line = |row: [&str; 3]| format!("{:<name$}  {:<transport$}  {}\n", row[0], row[1], row[2]);
    let header = line(["NAME", "TRANSPORT", "DESCRIPTION"]);
    let rule = "-".repeat(header.trim_end_matches('\n').chars().count());
    let mut text = format!("{header}{rule}\n");
    text.extend(rows.iter().map(|row| line([&row[0], &row[1], &row[2]])));
    Ok(Outcome::good(text))
}

pub(super) async fn show(registry: &dyn RegistryBackend, name: &str) -> Result<Outcome, Refusal> {
    let spec = registry.load_as_written(name).await?;
    // What could not be started is not shown either; the values themselves are dropped at once.
    resolve(spec.clone(), registry.variables())?;
    let mut text = String::new();
    let mut line = |label: &str, value: &str| text.extend([label, &printable(value), "\n"]);
    line("name:        ", &spec.name);
    line("command:     ", &spec.command);
    if !spec.args.is_empty() {
        line("args:        ", &spec.args.join(" "));
    }
    if !spec.env.is_empty() {
        line("env:", "");
        for (key, value) in &spec.env {
            line("  ", &format!("{key}: {}", shown_value(value)));
        }
    }
    line("transport:   ", &spec.transport);
    if !spec.description.is_empty() {
        line("description: ", &spec.description);
    }
    Ok(Outcome::good(text))
}

pub(super) async fn validate(registry: &dyn RegistryBackend, name: &str) -> Result<Outcome, Refusal> {
    let validation = registry.validate(name).await?;
    let word = if validation.is_ok() { "OK" } else { "FAIL" };
    let mut text = format!("validate '{}': {word}\n", printable(name));
    text.extend(validation.errors.iter().map(|error| format!("  ERROR:   {}\n", printable(error))));
    text.extend(validation.warnings.iter().map(|warning| format!("  WARNING: {}\n", printable(warning))));
    Ok(Outcome { text, is_good: validation.is_ok() })
}

pub(super) async fn capabilities(registry: &dyn RegistryBackend) -> Result<Outcome, Refusal> {
    let capabilities = registry.refresh_capabilities().await?;
    let word = |is_set: bool| if is_set { "True" } else { "False" };
    let lines = [
        ("backend_id:", registry.backend_id()),
        ("supports_install:", word(capabilities.supports_install)),
        ("supports_uninstall:", word(capabilities.supports_uninstall)),
        ("supports_capability_handshake:", word(capabilities.supports_capability_handshake)),
        ("supports_audit:", word(capabilities.supports_audit)),
        ("durable:", word(capabilities.durable)),
    ];
    Ok(Outcome::good(lines.map(|(label, value)| format!("{label:<31}{value}\n")).concat()))
}
