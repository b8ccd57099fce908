//! What running the servers needs, made of the configuration: how programs are started, and where the values of
//! references come from. It does not know what runs.

use std::env::{self, temp_dir};
use std::io;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::Arc;
use std::thread::available_parallelism;

use crate::config::{Running, VaultToken};
use crate::instances::{
    self, HttpClient, ProcessSettings, Processes, ReferenceSettings, References, Settings, Tools,
};
use crate::model::reference::ReferenceRules;
use crate::secrets::Plaintext;

/// What is chosen about running servers.
pub(super) fn settings(running: &Running) -> Settings {
    let cores = available_parallelism().map_or(1, usize::from);
    Settings { is_off: running.is_off, most: running.max_instances, cores }
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
    http: HttpClient,
    work: PathBuf,
) -> impl FnOnce() -> io::Result<Tools> + Send + 'static {
    let rules = Arc::new(reference_rules(running));
    let vault_token = running.vault_token.as_ref().map(|token| match token {
        VaultToken::Text(text) => instances::VaultToken::Text(Plaintext::new(text.clone())),
        VaultToken::File(path) => instances::VaultToken::File(path.clone()),
    });
    let references = ReferenceSettings { rules, vault_address: running.vault_address.clone(), vault_token };
    let child = (running.child_env.clone(), running.child_path.clone(), running.has_pid_namespace);
    move || {
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
