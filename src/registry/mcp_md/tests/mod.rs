//! Tests of the back end over `mcp.md`.

mod editing;
mod operations;
mod reading;
mod starting;

use std::path::Path;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use tempfile::TempDir;

use crate::registry::conformance::{Environment, Place, holds};
use crate::registry::{RegistryBackend, ServerSpec, Variables};

use super::{FILE_NAME, McpMd, ReadPaths};

/// An agent with an `mcp.md`.
pub(super) struct Agent {
    pub(super) folder: TempDir,
    pub(super) environment: Environment,
}

impl Agent {
    pub(super) fn new() -> Self {
        Self { folder: TempDir::new().unwrap(), environment: Environment::default() }
    }

    pub(super) fn with(text: &str) -> Self {
        let agent = Self::new();
        agent.write(text);
        agent
    }

    pub(super) fn root(&self) -> &Path {
        self.folder.path()
    }

    pub(super) fn file(&self) -> std::path::PathBuf {
        self.root().join(FILE_NAME)
    }

    pub(super) fn write(&self, text: &str) {
        std::fs::write(self.file(), text).unwrap();
    }

    pub(super) fn text(&self) -> String {
        std::fs::read_to_string(self.file()).unwrap()
    }

    pub(super) fn registry(&self) -> McpMd {
        McpMd::new(self.root(), ReadPaths::default(), self.environment.variables())
    }

    /// Everything in the root, with its content.
    pub(super) fn entries(&self) -> Vec<String> {
        entries(self.root())
    }
}

fn entries(folder: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder) else { return vec!["absent".to_owned()] };
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// A root below a folder of the test.
struct Root {
    folder: Arc<TempDir>,
    name: &'static str,
}

impl Root {
    fn path(&self) -> std::path::PathBuf {
        self.folder.path().join(self.name)
    }
}

impl Place for Root {
    fn open(&self, variables: &Variables) -> Arc<dyn RegistryBackend> {
        Arc::new(McpMd::new(self.path(), ReadPaths::default(), Arc::clone(variables)))
    }

    fn seed<'a>(&'a self, specs: &'a [ServerSpec]) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            std::fs::create_dir_all(self.path()).unwrap();
            let file = self.path().join(FILE_NAME);
            let mut text = std::fs::read_to_string(&file).unwrap_or_default();
            for spec in specs {
                text.push_str(&super::render_section(spec).unwrap());
            }
            std::fs::write(file, text).unwrap();
        })
    }

    fn beside(&self) -> Box<dyn Place> {
        Box::new(Self { folder: Arc::clone(&self.folder), name: "beside" })
    }

    fn trace(&self) -> String {
        format!("{:?} {:?}", entries(self.folder.path()), entries(&self.path()))
    }

    fn cut(&self) -> bool {
        std::fs::remove_file(self.path().join(FILE_NAME)).unwrap();
        std::fs::create_dir(self.path().join(FILE_NAME)).unwrap();
        true
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_twelve_musts_hold_for_mcp_md() {
    holds(|| Box::new(Root { folder: Arc::new(TempDir::new().unwrap()), name: "agent" })).await;
}
