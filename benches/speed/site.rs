//! A folder with a settings document of so many servers, half of them local, half remote, each with an
//! encrypted secret; and the service on it inside this process. It measures nothing.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use mcp_settings::document::NewDocument;
use mcp_settings::json::{Json, Object, Rules, parse};
use mcp_settings::model::SettingsKey;
use mcp_settings::projection::Precondition;
use mcp_settings::secrets::{
    CredentialDigest, EtagKey, KeyRing, KeySources, Keys, Plaintext, Scope, SecretKey,
};
use mcp_settings::service::access::Caller;
use mcp_settings::service::{Options, ServerWrite, Service, Write as ServiceWrite};
use mcp_settings::store::file::{Failpoints, FileStore, FileStoreOptions};
use tempfile::TempDir;

use crate::Result;

/// What the documents are encrypted with.
pub(crate) const SECRET: &str = "benchmark-secret-key-0123456789abcdef";

/// How long a write of a bench may wait for its turn: for ever, as it were.
const PATIENCE: Duration = Duration::from_secs(120);

/// A folder with a document.
pub(crate) struct Site {
    folder: TempDir,
    pub(crate) servers: usize,
}

impl Site {
    /// A document with this many servers, on the disk that the build is on.
    pub(crate) fn new(servers: usize) -> Result<Self> {
        Self::under(Path::new(env!("CARGO_TARGET_TMPDIR")), servers)
    }

    /// The same in memory, where a sync costs nothing: what is left is the work of the processor. Where
    /// there is no such place, on disk.
    pub(crate) fn in_memory(servers: usize) -> Result<Self> {
        let memory = Path::new("/dev/shm");
        if memory.is_dir() { Self::under(memory, servers) } else { Self::new(servers) }
    }

    fn under(parent: &Path, servers: usize) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("speed-").tempdir_in(parent)?;
        let site = Self { folder, servers };
        fs::write(site.document(), document(servers)?)?;
        Ok(site)
    }

    pub(crate) fn document(&self) -> PathBuf {
        self.folder.path().join("settings.json")
    }

    /// Where a bare replace may write: another file in the same folder.
    pub(crate) fn beside(&self) -> PathBuf {
        self.folder.path().join("bare.json")
    }

    /// The service on the document, in this process, with somebody between it and the disk.
    pub(crate) fn service(&self, failpoints: Arc<dyn Failpoints>) -> Result<Service> {
        let sources = KeySources::without_files(SecretKey::new(SECRET), Vec::new());
        let options =
            FileStoreOptions { failpoints, ..FileStoreOptions::new(self.document(), NewDocument::Own) };
        let store = Arc::new(FileStore::open(options)?);
        let keys = Arc::new(Keys::load(sources)?);
        let options = Options { require_preconditions: false, lock_timeout: PATIENCE };
        Ok(Service::new(store, keys, options))
    }
}

/// The name of a server.
pub(crate) fn name(number: usize) -> String {
    format!("server-{number}")
}

/// What a client sends to change a server: all of it, the secret masked. Each revision is another state.
pub(crate) fn body(number: usize, revision: usize) -> String {
    config(number, &format!("revision {revision}"), "[REDACTED]").replace("\n          ", "")
}

/// A write of the service's own kind, unconditional.
pub(crate) fn write(number: usize) -> Result<ServiceWrite> {
    let caller = Caller::new("bench", [Scope::Admin].into_iter().collect(), &CredentialDigest::of("bench"));
    Ok(ServiceWrite { key: SettingsKey::new(&name(number)), precondition: Precondition::default(), caller })
}

/// The body of such a write.
pub(crate) fn whole(number: usize, revision: usize) -> Result<ServerWrite> {
    Ok(ServerWrite::replace(object(&body(number, revision))?))
}

fn object(text: &str) -> Result<Object> {
    match parse(text, &Rules::BODY) {
        Ok(Json::Object(object)) => Ok(object),
        _ => Err("the bench writes objects".into()),
    }
}

fn document(servers: usize) -> Result<String> {
    let keys: Vec<SecretKey> = SecretKey::new(SECRET).into_iter().collect();
    let ring = KeyRing::new(&keys, None, &EtagKey::random());
    let mut text = String::from(
        "{\n  \"agent_settings\": {\n    \"agent_kind\": \"openhands\",\n    \"mcp_config\": {\n      \"mcpServers\": {",
    );
    for number in 0..servers {
        let secret = Plaintext::new(format!("secret of server {number}"));
        let token = ring.seal(&secret).ok_or("the ring has a key")?;
        let comma = if number == 0 { "" } else { "," };
        let value = config(number, "as it began", token.as_str());
        write!(text, "{comma}\n        \"{}\": {value}", name(number))?;
    }
    text.push_str("\n      }\n    }\n  }\n}\n");
    Ok(text)
}

fn config(number: usize, description: &str, secret: &str) -> String {
    let members = if number.is_multiple_of(2) {
        format!(
            r#""command": "npx",
          "args": ["-y", "@example/server-filesystem", "/srv/data/{number}"],
          "env": {{"API_TOKEN": "{secret}"}},"#
        )
    } else {
        format!(
            r#""url": "https://mcp-{number}.example.com/mcp",
          "transport": "http",
          "headers": {{"Authorization": "{secret}"}},"#
        )
    };
    format!(
        "{{\n          {members}\n          \"description\": \"Server {number}, {description}\",\n          \"timeout\": 30\n        }}"
    )
}
