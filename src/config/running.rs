//! What can be configured of running the servers: whether, with which environment, from where values come, and what is
//! dialled. It does not know what the words of a list mean.

use std::path::PathBuf;

use super::error::{ConfigError, Origin};
use super::file::File;
use super::variables::{
    CHILD_ENV, CHILD_PATH, DIAL, ENV_REFERENCES, FILE_REFERENCES, HTTPS_PROXY, MAX_INSTANCES, PID_NAMESPACE,
    RUN, VAULT_ADDR, VAULT_REFERENCES, VAULT_TOKEN, VAULT_TOKEN_FILE,
};

/// How many processes run at once where nothing else is configured.
const MOST_INSTANCES: usize = 32;

/// What is configured of running the servers. A list that is not configured is `None`, and has its default where it is
/// used.
#[derive(Clone)]
pub struct Running {
    /// Whether this service runs no server.
    pub is_off: bool,
    /// How many processes run at once.
    pub max_instances: usize,
    /// Which variables of the service a program gets: names, and patterns with `*`.
    pub child_env: Option<Vec<String>>,
    /// The `PATH` in which commands are looked up, in place of the service's own and the usual folders.
    pub child_path: Option<String>,
    /// Whether each program gets a PID namespace of its own.
    pub has_pid_namespace: bool,
    /// Which addresses are dialled.
    pub dial: Option<Vec<String>>,
    /// The proxy for `https` URLs. It may hold credentials.
    pub https_proxy: Option<String>,
    /// Which variables of the service a reference may name.
    pub env_references: Option<Vec<String>>,
    /// Below which folders a reference may name files.
    pub file_references: Vec<PathBuf>,
    /// Which paths of Vault a reference may name, by their beginnings.
    pub vault_references: Vec<String>,
    /// Where Vault is.
    pub vault_address: Option<String>,
    /// The token for Vault.
    pub vault_token: Option<VaultToken>,
}

/// What is presented to Vault. It prints nothing.
#[derive(Clone, PartialEq, Eq)]
pub enum VaultToken {
    /// The token itself.
    Text(String),
    /// The file that holds it. It is read at each use, since agents renew it.
    File(PathBuf),
}

impl Running {
    pub(super) fn resolve(
        variable: &impl Fn(&str) -> Option<String>,
        file: &File,
    ) -> Result<Self, ConfigError> {
        let listed = |name: &str| variable(name).map(|text| parts(&text));
        let is_off = match variable(RUN).or_else(|| file.run.clone()).as_deref() {
            None | Some("approved") => false,
            Some("off") => true,
            Some(_) => return Err(Origin::Variable(RUN).error("must be `approved` or `off`")),
        };
        let has_pid_namespace =
            match variable(PID_NAMESPACE).or_else(|| file.pid_namespace.clone()).as_deref() {
                None | Some("off") => false,
                Some("on") => true,
                Some(_) => return Err(Origin::Variable(PID_NAMESPACE).error("must be `on` or `off`")),
            };
        let most = match variable(MAX_INSTANCES) {
            Some(text) => {
                let not_usable = |_| Origin::Variable(MAX_INSTANCES).error("must be a whole number");
                Some(text.trim().parse().map_err(not_usable)?)
            }
            None => file.max_instances,
        };
        let paths = |texts: Vec<String>| texts.into_iter().map(PathBuf::from).collect();
        let vault_token = match (variable(VAULT_TOKEN), variable(VAULT_TOKEN_FILE)) {
            (Some(_), Some(_)) => {
                return Err(
                    Origin::Variable(VAULT_TOKEN_FILE).error("must be unset where `VAULT_TOKEN` is set")
                );
            }
            (Some(text), None) => Some(VaultToken::Text(text)),
            (None, path) => path.map(|path| VaultToken::File(path.into())),
        };
        Ok(Self {
            is_off,
            max_instances: most.unwrap_or(MOST_INSTANCES),
            child_env: listed(CHILD_ENV).or_else(|| file.child_env.clone()),
            child_path: variable(CHILD_PATH).or_else(|| file.child_path.clone()),
            has_pid_namespace,
            dial: listed(DIAL).or_else(|| file.dial.clone()),
            https_proxy: variable(HTTPS_PROXY).or_else(|| file.https_proxy.clone()),
            env_references: listed(ENV_REFERENCES).or_else(|| file.env_references.clone()),
            file_references: listed(FILE_REFERENCES)
                .or_else(|| file.file_references.clone())
                .map(paths)
                .unwrap_or_default(),
            vault_references: listed(VAULT_REFERENCES)
                .or_else(|| file.vault_references.clone())
                .unwrap_or_default(),
            vault_address: variable(VAULT_ADDR),
            vault_token,
        })
    }
}

/// What is between the commas.
pub(super) fn parts(text: &str) -> Vec<String> {
    text.split(',').map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
}

impl std::fmt::Debug for VaultToken {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("VaultToken(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(variables: &[(&str, &str)], file: &str) -> Result<Running, ConfigError> {
        let find =
            |name: &str| variables.iter().find(|(own, _)| *own == name).map(|(_, value)| (*value).to_owned());
        Running::resolve(&find, &File::parse(file)?)
    }

    #[test]
    fn servers_run_once_they_are_approved_and_nothing_is_read_for_them_unless_it_is_configured() {
        let running = resolve(&[], "").unwrap();
        assert!(!running.is_off && !running.has_pid_namespace && running.max_instances == 32);
        assert!(running.child_env.is_none() && running.dial.is_none() && running.env_references.is_none());
        assert!(running.file_references.is_empty() && running.vault_references.is_empty());
    }

    #[test]
    fn a_variable_beats_the_file() {
        let file =
            "run = \"off\"\nchild_env = [\"A\"]\nmax_instances = 3\nfile_references = [\"/run/secrets\"]";
        let running = resolve(&[], file).unwrap();
        assert!(running.is_off && running.max_instances == 3 && running.child_env.unwrap() == ["A"]);
        assert_eq!(running.file_references, [PathBuf::from("/run/secrets")]);
        let given = [(RUN, "approved"), (CHILD_ENV, "B, C_*"), (MAX_INSTANCES, "5"), (PID_NAMESPACE, "on")];
        let running = resolve(&given, file).unwrap();
        assert!(!running.is_off && running.max_instances == 5 && running.has_pid_namespace);
        assert_eq!(running.child_env.unwrap(), ["B", "C_*"]);
    }

    #[test]
    fn what_is_not_a_value_is_refused_and_a_token_is_given_once() {
        for given in [
            &[(RUN, "on")][..],
            &[(PID_NAMESPACE, "yes")],
            &[(MAX_INSTANCES, "many")],
            &[(VAULT_TOKEN, "hvs.canary"), (VAULT_TOKEN_FILE, "/run/token")],
        ] {
            let error = resolve(given, "").err().map(|error| error.to_string()).unwrap_or_default();
            assert!(!error.is_empty() && !error.contains("canary"), "{given:?}: {error}");
        }
    }
}
