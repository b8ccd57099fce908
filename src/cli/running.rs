//! What running the servers needs, made of the configuration: what is dialled, how programs are started, and where the
//! values of references come from.

use std::env::{self, temp_dir};
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::Arc;
use std::thread::available_parallelism;

use crate::config::{Config, Running, VaultToken};
use crate::instances::{
    self, HttpClient, ProcessSettings, Processes, ReferenceSettings, References, Settings, Tools,
};
use crate::model::dial::DialPolicy;
use crate::model::reference::ReferenceRules;
use crate::secrets::Plaintext;

use super::Failure;

/// What is chosen about running servers.
pub(super) fn settings(running: &Running) -> Settings {
    let cores = available_parallelism().map_or(1, usize::from);
    Settings { is_off: running.is_off, most: running.max_instances, cores }
}

/// Which addresses are dialled.
pub(super) fn dial_policy(config: &Config) -> Result<DialPolicy, Failure> {
    match &config.running.dial {
        None => Ok(DialPolicy::default_for(config.listen.ip().is_loopback())),
        Some(words) => DialPolicy::parse(words).map_err(|error| {
            Failure::new("could not use `MCP_SETTINGS_DIAL`").because(io::Error::other(error))
        }),
    }
}

/// Below which folder programs get private ones: in that of the state, where there is one.
pub(super) fn work_folder(state: Option<&Path>) -> PathBuf {
    let own = || temp_dir().join(format!("mcp-settings-{}", process::id()));
    state.map_or_else(own, |state| state.join("work"))
}

/// Which references are resolved, and so shown.
pub(super) fn reference_rules(running: &Running) -> ReferenceRules {
    let folder = |folder: &PathBuf| folder.to_string_lossy().into_owned();
    let folders = running.file_references.iter().map(folder).collect();
    ReferenceRules::new(running.env_references.clone(), folders, running.vault_references.clone())
}

/// What starts need. It is made when the first may come, not at start-up.
pub(super) fn tools(
    running: &Running,
    policy: DialPolicy,
    work: PathBuf,
    listener: SocketAddr,
) -> impl FnOnce() -> io::Result<Tools> + Send + 'static {
    let rules = Arc::new(reference_rules(running));
    let vault_token = running.vault_token.as_ref().map(|token| match token {
        VaultToken::Text(text) => instances::VaultToken::Text(Plaintext::new(text.clone())),
        VaultToken::File(path) => instances::VaultToken::File(path.clone()),
    });
    let references = ReferenceSettings { rules, vault_address: running.vault_address.clone(), vault_token };
    let https_proxy = running.https_proxy.clone();
    let child = (running.child_env.clone(), running.child_path.clone(), running.has_pid_namespace);
    move || {
        let http = HttpClient::new(Arc::new(policy), vec![listener], https_proxy.as_deref())
            .map_err(|fault| io::Error::other(fault.message))?;
        let (child_env, child_path, has_pid_namespace) = child;
        let processes =
            ProcessSettings { child_env, child_path, has_pid_namespace, ..ProcessSettings::new(work)? };
        Ok(Tools {
            references: References::new(references, |name| env::var(name).ok()),
            processes: Arc::new(Processes::start(processes)?),
            http,
        })
    }
}
