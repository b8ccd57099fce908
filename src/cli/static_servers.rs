//! The servers that a file registers: read at the start, and again at each hang-up signal. Where the file is bad then,
//! the list stays as it was.

use std::env;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::signal::unix::Signal;

use crate::config::{StaticFile, Surroundings};
use crate::model::static_server::StaticServer;
use crate::service::StaticServers;

use super::environment::read_text;
use super::failure::Failure;

/// Reads the file. What is to be said aloud of it is in the log then.
pub(super) fn load(path: &Path) -> Result<Vec<StaticServer>, Failure> {
    let StaticFile { servers, warnings } = read(path)?;
    for warning in warnings {
        tracing::warn!("{warning}");
    }
    Ok(servers)
}

/// Reads the file.
pub(super) fn read(path: &Path) -> Result<StaticFile, Failure> {
    let not_usable = || Failure::new(format!("could not use `{}`, which lists servers", path.display()));
    let text = read_text(path).map_err(|error| not_usable().because(error))?;
    let variable = |name: &str| env::var(name).ok();
    let around = Surroundings { variable: &variable, secret: &read_text };
    StaticFile::parse(&text, &around).map_err(|error| not_usable().because(error))
}

/// Reads the file again at each signal, without an end.
pub(super) async fn follow(path: PathBuf, list: Arc<StaticServers>, mut hang_up: Signal) {
    while hang_up.recv().await.is_some() {
        let own = path.clone();
        // A failure is no value that threads can hand on.
        let read = tokio::task::spawn_blocking(move || load(&own).map_err(|failure| failure.line())).await;
        match read {
            Ok(Ok(servers)) => {
                let count = servers.len();
                list.replace(servers);
                tracing::info!(count, "the list of static servers was read again: {count} in it");
            }
            Ok(Err(problem)) => {
                tracing::warn!(problem, "the list of static servers stays as it was: {problem}");
            }
            Err(error) => tracing::warn!(error = %error, "the list of static servers stays as it was"),
        }
    }
}
