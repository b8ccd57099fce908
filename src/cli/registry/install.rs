//! `mcp-settings registry install`: a server from the command line. Values are never printed.

use indexmap::IndexMap;

use crate::registry::{
    RegistryError, RegistryErrorKind, STDIO, ServerSpec, has_section_header, is_reference, redact_unknown,
};

use super::super::printable::printable;
use super::{Outcome, Refusal, Root, complain};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  mcp-settings registry install tickets --command npx --args -y,@example/tickets --env 'TOKEN=$TICKETS_TOKEN'"
)]
pub(super) struct Arguments {
    /// The name of the server.
    name: String,
    /// The program.
    #[arg(long)]
    command: String,
    /// Its arguments, commas between them: `--args -y,@scope/package`.
    #[arg(long, default_value = "", hide_default_value = true, allow_hyphen_values = true)]
    args: String,
    /// Its variables, commas between them: `KEY=$VARIABLE`. A literal value is stored as it is.
    #[arg(long, default_value = "", hide_default_value = true)]
    env: String,
    /// One line for people.
    #[arg(long, default_value = "", hide_default_value = true)]
    description: String,
    /// How the server is spoken to.
    #[arg(long, default_value = STDIO, value_parser = [STDIO])]
    transport: String,
    #[command(flatten)]
    root: Root,
}

impl Arguments {
    pub(super) async fn run(self) -> Result<Outcome, Refusal> {
        let spec = ServerSpec {
            args: args(&self.args),
            env: env(&self.env)?,
            name: self.name,
            command: self.command,
            transport: self.transport,
            description: self.description,
        };
        refuse_line_breaks(&spec)?;
        for (key, _) in spec.env.iter().filter(|(_, value)| !is_reference(value)) {
            complain(&format!(
                "Warning: --env {key}=<value> does not look like an env-var reference (expected $VAR_NAME). Literal values \
                 are stored unredacted in mcp.md. Use --env {key}=$SOME_VAR_NAME to store the reference instead."
            ));
        }
        self.root.open()?.install(&spec).await?;
        Ok(Outcome::good(format!("Installed MCP server '{}'.\n", spec.name)))
    }
}

fn args(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|arg| !arg.is_empty()).map(str::to_owned).collect()
}

fn env(text: &str) -> Result<IndexMap<String, String>, RegistryError> {
    let entries = text.split(',').filter(|_| !text.is_empty());
    entries.map(pair).collect()
}

fn pair(entry: &str) -> Result<(String, String), RegistryError> {
    let wrong = |why: &str| {
        let entry = redact_unknown(entry);
        Err(RegistryErrorKind::Invalid.because(format!("--env entry '{entry}' {why}")))
    };
    match entry.split_once('=') {
        None => wrong("is missing '='. Expected format: KEY=$VAR_NAME or KEY=value"),
        Some(("", _)) => {
            let message = "--env entry '=…' has an empty key. Expected format: KEY=$VAR_NAME";
            Err(RegistryErrorKind::Invalid.because(message))
        }
        Some((key, value)) => Ok((key.to_owned(), value.to_owned())),
    }
}

fn refuse_line_breaks(spec: &ServerSpec) -> Result<(), Refusal> {
    let is_broken = |text: &str| text.contains('\n');
    let refused = |what: &str| Err(Refusal(format!("{what} must not contain newline characters.")));
    if is_broken(&spec.command) {
        return refused("--command");
    }
    if let Some(index) = spec.args.iter().position(|arg| is_broken(arg)) {
        return refused(&format!("--args item at index {index}"));
    }
    if let Some((key, _)) = spec.env.iter().find(|(key, value)| is_broken(key) || is_broken(value)) {
        return refused(&format!("--env '{}' key or value", printable(key)));
    }
    if has_section_header(&spec.description) {
        let why = "--description must not contain lines starting with '## ' (H2 headers delimit server sections in mcp.md).";
        return Err(Refusal(why.to_owned()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_read_as_the_client_reads_them() {
        // K-12
        let read = |text: &str| env(text).map(|env| env.into_iter().collect::<Vec<_>>());
        let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        assert_eq!(read(""), Ok(vec![]));
        assert_eq!(read("K=$V"), Ok(vec![pair("K", "$V")]));
        assert_eq!(read("A=$X,B=$Y"), Ok(vec![pair("A", "$X"), pair("B", "$Y")]));
        assert_eq!(read("K=a=b=c"), Ok(vec![pair("K", "a=b=c")]));
        assert_eq!(read(" K = v "), Ok(vec![pair(" K ", " v ")]));
        for (text, expected) in [
            (
                "NOKEYVALUE",
                "--env entry 'NOKEYVALUE' is missing '='. Expected format: KEY=$VAR_NAME or KEY=value",
            ),
            ("K=$V,", "--env entry '' is missing '='. Expected format: KEY=$VAR_NAME or KEY=value"),
            ("=hunter2", "--env entry '=…' has an empty key. Expected format: KEY=$VAR_NAME"),
        ] {
            assert_eq!(read(text).unwrap_err().message(), expected, "{text}");
        }
    }

    #[test]
    fn arguments_are_split_at_commas() {
        // K-13
        assert!(args("").is_empty());
        assert_eq!(args("-y, @some/pkg ,,"), ["-y", "@some/pkg"]);
    }
}
