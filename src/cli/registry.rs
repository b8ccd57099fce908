//! `mcp-settings registry`: looks into the registry of an agent and changes it, with the words and exit codes of the
//! command of the client in Python. Which registry it is, the environment says.

mod install;
mod show;

use std::env;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Subcommand;

use crate::registry::environment::AGENT_ROOT;
use crate::registry::{
    Backends, RegistryBackend, RegistryError, RegistryErrorKind, Setup, process_variables,
};

use super::failure::Failure;
use super::log;
use super::printable::printable;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the servers: name, transport, description.
    #[command(after_help = "Example:\n  mcp-settings registry list")]
    List(Root),
    /// Show one server, its references as they are written.
    #[command(after_help = "Example:\n  mcp-settings registry show issues")]
    Show(Named),
    /// Check the configuration of one server; nothing is started.
    #[command(after_help = "Example:\n  mcp-settings registry validate issues")]
    Validate(Named),
    /// Ask again what the registry can do, and print it.
    #[command(after_help = "Example:\n  mcp-settings registry refresh-capabilities")]
    RefreshCapabilities(Root),
    /// Add a server.
    Install(install::Arguments),
    /// Remove a server; does nothing where it is absent.
    #[command(after_help = "Example:\n  mcp-settings registry uninstall issues")]
    Uninstall(Named),
}

/// Whose registry.
#[derive(Debug, clap::Args)]
struct Root {
    /// The root of the agent. Default: `ATOMIC_AGENTS_AGENT_ROOT`, else the current folder.
    #[arg(long, value_name = "PATH")]
    agent_root: Option<PathBuf>,
}

/// One server of a registry.
#[derive(Debug, clap::Args)]
struct Named {
    /// The name of the server.
    name: String,
    #[command(flatten)]
    root: Root,
}

/// What a command came to: a text for stdout, and whether it is good.
struct Outcome {
    text: String,
    is_good: bool,
}

impl Outcome {
    fn good(text: String) -> Self {
        Self { text, is_good: true }
    }
}

/// What a command failed with, as it is shown.
struct Refusal(String);

pub(super) fn run(arguments: Arguments) -> Result<ExitCode, Failure> {
    log::start_for_command();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new("could not start the runtime").because(error))?;
    match runtime.block_on(arguments.command.run()) {
        Ok(Outcome { text, is_good }) => {
            print(&text);
            Ok(if is_good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
        Err(Refusal(text)) => {
            complain(&format!("Error: {text}"));
            Ok(ExitCode::FAILURE)
        }
    }
}

impl Command {
    async fn run(self) -> Result<Outcome, Refusal> {
        match self {
            Self::List(root) => show::list(&*root.open()?).await,
            Self::Show(named) => show::show(&*named.root.open()?, &named.name).await,
            Self::Validate(named) => show::validate(&*named.root.open()?, &named.name).await,
            Self::RefreshCapabilities(root) => show::capabilities(&*root.open()?).await,
            Self::Install(arguments) => arguments.run().await,
            Self::Uninstall(named) => {
                named.root.open()?.uninstall(&named.name).await?;
                Ok(Outcome::good(format!("Uninstalled MCP server '{}' (or was not present).\n", named.name)))
            }
        }
    }
}

impl Root {
    /// The registry that the environment chooses.
    fn open(&self) -> Result<Arc<dyn RegistryBackend>, Refusal> {
        let refused = |why: String| Refusal(format!("failed to resolve MCP registry backend: {why}"));
        let agent_root = self.folder().map_err(|error| refused(error.to_string()))?;
        let setup = Setup { agent_root, read_paths: Vec::new(), variables: process_variables() };
        Backends::default().by_environment(&setup).map_err(|error| refused(error.to_string()))
    }

    fn folder(&self) -> io::Result<PathBuf> {
        let named = || env::var_os(AGENT_ROOT).filter(|root| !root.is_empty()).map(PathBuf::from);
        let folder = match self.agent_root.clone().or_else(named) {
            Some(folder) => expand(&folder),
            None => env::current_dir()?,
        };
        let absolute = std::path::absolute(folder)?;
        // A root that is not there yet is made by an installation.
        Ok(absolute.canonicalize().unwrap_or(absolute))
    }
}

/// Replaces `~` at the beginning.
fn expand(path: &Path) -> PathBuf {
    match (path.strip_prefix("~"), env::var_os("HOME")) {
        (Ok(rest), Some(home)) if !home.is_empty() => PathBuf::from(home).join(rest),
        _ => path.to_owned(),
    }
}

impl From<RegistryError> for Refusal {
    fn from(error: RegistryError) -> Self {
        let prefix = match error.kind() {
            RegistryErrorKind::ConnectFailed | RegistryErrorKind::CommandNotAllowed => {
                "env var not resolved: "
            }
            RegistryErrorKind::AlreadyInstalled => "MCP server already installed: ",
            RegistryErrorKind::DescriptorInvalid => "MCP server descriptor is invalid: ",
            RegistryErrorKind::AuthRequired => "authentication required for MCP registry backend: ",
            RegistryErrorKind::Unavailable => "MCP registry backend temporarily unavailable: ",
            RegistryErrorKind::NotInRegistry => "MCP server not found: ",
            RegistryErrorKind::NotRegistered => "MCP registry error: ",
            RegistryErrorKind::NotSupported => "operation not supported by this backend: ",
            RegistryErrorKind::Invalid => "invalid server name: ",
            RegistryErrorKind::PathTraversal => "",
        };
        Self(format!("{prefix}{}", printable(error.message())))
    }
}

#[expect(clippy::print_stdout, reason = "it is the command's data")]
fn print(text: &str) {
    print!("{text}");
}

#[expect(clippy::print_stderr, reason = "the command line's own messages go to stderr")]
fn complain(line: &str) {
    eprintln!("{line}");
}
