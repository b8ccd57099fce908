//! `mcp-settings doctor`: what servers would be run with on this machine, without running one. It says which programs
//! would be used, and makes and changes nothing.

use std::env;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

use rustix::fs::{Access, access};

use crate::config::{Config, Flags, Running};
use crate::instances::{Limits, Namespace, Order, SearchPath, WhySkipped, own_program};
use crate::state::StateDirectory;

use super::assemble::{Resolved, Source};
use super::failure::Failure;
use super::log;
use super::report::Report;

/// The programs with which most servers are started.
const COMMANDS: [&str; 5] = ["npx", "uvx", "node", "docker", "python3"];

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  mcp-settings doctor")]
pub(super) struct Arguments {
    #[command(flatten)]
    source: Source,
}

pub(super) fn run(arguments: Arguments) -> Result<ExitCode, Failure> {
    let Resolved { config, warnings, .. } = arguments.source.resolve(Flags::default())?;
    log::targets(&config)?;
    let mut report = Report::default();
    for warning in warnings {
        report.warning("configuration", &warning);
    }
    let running = &config.running;
    match running.is_off {
        false => {
            report.ok("running", "servers whose launches are approved are run: `MCP_SETTINGS_RUN=approved`")
        }
        true => report.warning("running", "no server is run: `MCP_SETTINGS_RUN=off`"),
    }
    report.commands(running);
    report.supervisor(running);
    report.state(&config);
    report.dialling(&config);
    report.references(running);
    Ok(report.code())
}

impl Report {
    fn commands(&mut self, running: &Running) {
        let path = SearchPath::of_service(running.child_path.as_deref(), |name| env::var_os(name));
        let searched = path.to_variable();
        match path.folders() {
            [] => self.error("PATH", "no folder is searched: set `PATH`, or `MCP_SETTINGS_CHILD_PATH`"),
            _ => self.ok("PATH", &format!("`{}` is searched", searched.display())),
        }
        for skipped in path.skipped() {
            let (folder, why) = (skipped.folder.display(), &skipped.why);
            let text = format!("`{folder}` is not searched: {why}");
            match why {
                WhySkipped::Relative => self.warning("PATH", &text),
                WhySkipped::WrittenByOthers(writable) => {
                    let hint =
                        format!("{text}; run `chmod go-w {}` if nobody else should", writable.display());
                    self.warning("PATH", &hint);
                }
            }
        }
        for command in COMMANDS {
            match path.locate(command) {
                Ok(found) if found.path == found.real_path => {
                    self.ok("command", &format!("`{command}` is `{}`", found.path.display()));
                }
                Ok(found) => {
                    let (path, real) = (found.path.display(), found.real_path.display());
                    self.ok("command", &format!("`{command}` is `{path}`, which is a link to `{real}`"));
                }
                Err(_) => self.warning("command", &format!("`{command}` is not in the PATH")),
            }
        }
    }

    /// Starts ourselves under a supervisor, which is all that can be tried without running a server.
    fn supervisor(&mut self, running: &Running) {
        match starts(Namespace::Shared) {
            true => self.ok("processes", "a program can be started, and is ended with all that it starts"),
            false => self.error("processes", "no program can be started under a supervisor"),
        }
        match (starts(Namespace::New), running.has_pid_namespace) {
            (true, true) => self.ok("PID namespaces", "they work, and each program gets one"),
            (true, false) => {
                let text = "they work here; `MCP_SETTINGS_PID_NAMESPACE=on` gives each program one";
                self.ok("PID namespaces", text);
            }
            (false, false) => self.ok("PID namespaces", "they don't work here, and are not configured"),
            (false, true) => {
                let text = "they don't work here, so that no program starts: set `MCP_SETTINGS_PID_NAMESPACE=off`, \
                     or allow user namespaces";
                self.error("PID namespaces", text);
            }
        }
    }

    fn state(&mut self, config: &Config) {
        const SUBJECT: &str = "state directory";
        let Some(base) = &config.state_dir else {
            return self.error(SUBJECT, "there is no place for it: set `MCP_SETTINGS_STATE_DIR`, or `HOME`");
        };
        match StateDirectory::find(base, &config.settings) {
            Ok(Some(found)) if is_writable(found.path()) => {
                self.ok(SUBJECT, &format!("`{}` can be used", found.path().display()));
            }
            Ok(Some(found)) => {
                self.error(SUBJECT, &format!("`{}` can't be written", found.path().display()));
            }
            Ok(None) => {
                // The nearest folder that is there is the one in which it would be made.
                let parent = base.ancestors().find(|folder| folder.exists());
                match parent.filter(|folder| is_writable(folder)) {
                    Some(_) => {
                        let text =
                            format!("it is not there yet; `serve` makes it below `{}`", base.display());
                        self.ok(SUBJECT, &text);
                    }
                    None => self.error(SUBJECT, &format!("it can't be made below `{}`", base.display())),
                }
            }
            Err(error) => self.error(SUBJECT, &Failure::new("it can't be used").because(error).line()),
        }
    }

    fn dialling(&mut self, config: &Config) {
        let text = match &config.running.dial {
            Some(words) if words.is_empty() => "nothing is dialled".to_owned(),
            Some(words) => format!("`{}` are dialled", words.join(",")),
            None => "nothing is configured: `public` addresses are dialled, and `loopback` and `private` ones where \
                the service listens on loopback"
                .to_owned(),
        };
        self.ok("MCP_SETTINGS_DIAL", &text);
        if config.running.https_proxy.is_some() {
            self.ok("MCP_SETTINGS_HTTPS_PROXY", "servers with an `https` URL are reached through a proxy");
        }
    }

    fn references(&mut self, running: &Running) {
        let text = match &running.env_references {
            Some(names) if names.is_empty() => "no variable can be named".to_owned(),
            Some(names) => format!("the variables `{}` can be named", names.join(",")),
            None => "nothing is configured: the variables `MCP_SECRET_*` can be named".to_owned(),
        };
        self.ok("MCP_SETTINGS_ENV_REFERENCES", &text);
        const FILES: &str = "MCP_SETTINGS_FILE_REFERENCES";
        if running.file_references.is_empty() {
            self.ok(FILES, "no file can be named");
        }
        for folder in &running.file_references {
            let name = folder.display();
            match folder.is_dir() && access(folder, Access::READ_OK | Access::EXEC_OK).is_ok() {
                true => self.ok(FILES, &format!("files below `{name}` can be named")),
                false => self.error(FILES, &format!("`{name}` is not a folder that can be read")),
            }
        }
        const VAULT: &str = "MCP_SETTINGS_VAULT_REFERENCES";
        let prefixes = running.vault_references.join(",");
        match (&running.vault_address, &running.vault_token) {
            _ if prefixes.is_empty() => self.ok(VAULT, "nothing in Vault can be named"),
            (Some(_), Some(_)) => self.ok(VAULT, &format!("paths that begin with `{prefixes}` can be named")),
            (None, _) => self.error(VAULT, "`VAULT_ADDR` is missing"),
            (_, None) => self.error(VAULT, "`VAULT_TOKEN` or `VAULT_TOKEN_FILE` is missing"),
        }
    }
}

fn is_writable(folder: &Path) -> bool {
    access(folder, Access::WRITE_OK | Access::EXEC_OK).is_ok()
}

/// Whether our own program runs under a supervisor.
fn starts(namespace: Namespace) -> bool {
    let Ok(program) = own_program() else { return false };
    let order = Order {
        parent: std::process::id(),
        directory: None,
        limits: Limits::default(),
        namespace,
        program: program.clone(),
        args: vec!["--version".into()],
        report: None,
    };
    let mut command = Command::new(program);
    command.args(order.to_args()).env_clear();
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
