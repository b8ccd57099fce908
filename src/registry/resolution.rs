//! References to variables in `env`: a value that begins with `$` names a variable with all that follows (MUST 8).
//! There are no braces, no escapes and nothing around it. It does not know where a server came from.

use std::env;
use std::sync::Arc;

use crate::model::suspect;

use super::error::{RegistryError, RegistryErrorKind};
use super::spec::ServerSpec;

/// The environment that references are looked up in, at each call again.
pub type Variables = Arc<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// The environment of this process.
pub fn process_variables() -> Variables {
    Arc::new(variable)
}

fn variable(name: &str) -> Option<String> {
    // A name that no variable can have would be a panic elsewhere; here it is a variable that is not set.
    let is_possible = !name.is_empty() && !name.contains(['=', '\0']);
    is_possible.then(|| env::var(name).ok()).flatten()
}

/// The name of the variable that a value refers to.
pub(super) fn referenced(value: &str) -> Option<&str> {
    value.strip_prefix('$')
}

/// Whether a value is a reference.
pub fn is_reference(value: &str) -> bool {
    referenced(value).is_some()
}

/// Puts the values of the variables in place of the references. Arguments, command and description stay as they are.
///
/// # Errors
///
/// [`RegistryErrorKind::ConnectFailed`] for the first variable that is not set.
pub fn resolve(mut spec: ServerSpec, variables: &Variables) -> Result<ServerSpec, RegistryError> {
    for value in spec.env.values_mut() {
        let Some(name) = referenced(value) else { continue };
        let Some(found) = variables(name) else {
            // A literal can begin with `$` too.
            let name = if suspect::is_secret_like(name) { "..." } else { name };
            let message = format!(
                "mcp.md server '{}': env var '${name}' not set. Set {name} in the environment before running this agent.",
                spec.name
            );
            return Err(RegistryErrorKind::ConnectFailed.because(message));
        };
        *value = found;
    }
    Ok(spec)
}
