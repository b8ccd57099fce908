//! Whether a server could be started here, as far as its configuration says. Nothing is started.

use std::path::Path;

use rustix::fs::{Access, access};

use super::quoting::quoted;
use super::resolution::{Variables, referenced};
use super::spec::{STDIO, ServerSpec, Validation};

/// Checks a server with its references as they are written.
pub fn validate_spec(spec: &ServerSpec, variables: &Variables) -> Validation {
    let mut validation = Validation::default();
    if !spec.command.is_empty() && !is_found(&spec.command, variables) {
        let command = quoted(&spec.command);
        let warning = format!("command {command} not found on PATH; may be available at agent run time.");
        validation.warnings.push(warning);
    }
    if spec.transport != STDIO {
        let transport = quoted(&spec.transport);
        let error = format!("transport {transport} is not recognized. Only 'stdio' is supported in v1.");
        validation.errors.push(error);
    }
    for (key, value) in &spec.env {
        let Some(name) = referenced(value).filter(|name| variables(name).is_none()) else { continue };
        let warning = format!(
            "env var ${name} (for '{key}') not set in current process; must be set at agent run time."
        );
        validation.warnings.push(warning);
    }
    validation
}

/// Whether a command is a program: by its path where it has one, else in the folders of `PATH`.
fn is_found(command: &str, variables: &Variables) -> bool {
    if command.contains('/') {
        return is_program(Path::new(command));
    }
    let path = variables("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| is_program(&folder.join(command)))
}

fn is_program(path: &Path) -> bool {
    path.is_file() && access(path, Access::EXEC_OK).is_ok()
}
