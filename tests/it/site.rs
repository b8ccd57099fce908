//! A place for a document and everything around it: the folder, the document's bytes, edits by others.
//! Several services can run on one place, one after another or at the same time.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// The folders of one test. Logs have a folder of their own, so that everything in `data` was made by the service.
pub(crate) struct Site {
    root: TempDir,
}

impl Site {
    pub(crate) fn new() -> Self {
        let site = Self { root: tempfile::tempdir().expect("a folder for the test") };
        for folder in ["data", "home", "log"] {
            fs::create_dir(site.root.path().join(folder)).expect("a new folder");
        }
        fs::set_permissions(site.data(), fs::Permissions::from_mode(0o700)).expect("our own folder");
        site
    }

    /// A place with this document.
    pub(crate) fn with_document(bytes: impl AsRef<[u8]>) -> Self {
        let site = Self::new();
        site.write(bytes);
        site
    }

    /// A place with a copy of a fixture.
    pub(crate) fn with_fixture(name: &str) -> Self {
        Self::with_document(fixture(name))
    }

    /// The document's folder.
    pub(crate) fn data(&self) -> PathBuf {
        self.root.path().join("data")
    }

    pub(crate) fn home(&self) -> PathBuf {
        self.root.path().join("home")
    }

    pub(crate) fn logs(&self) -> PathBuf {
        self.root.path().join("log")
    }

    /// The folder for the state of the settings file, which the service has made below its home.
    #[track_caller]
    pub(crate) fn state(&self) -> PathBuf {
        let base = self.home().join(".local/state/mcp-settings");
        let mut folders =
            fs::read_dir(base).expect("the service made it").map(|entry| entry.expect("ours").path());
        let folder = folders.next().expect("one for the settings file");
        assert!(folders.next().is_none(), "more than one for one settings file");
        folder
    }

    /// Changes what a service that has ended remembers.
    #[track_caller]
    pub(crate) fn change_state(&self, statements: &str) {
        let database = rusqlite::Connection::open(self.state().join("state.db")).expect("it is there");
        database.execute_batch(statements).expect("it can be changed");
    }

    pub(crate) fn document_path(&self) -> PathBuf {
        self.data().join("settings.json")
    }

    pub(crate) fn lock_path(&self) -> PathBuf {
        self.data().join(".settings.lock")
    }

    /// The document's bytes; nothing where there is no document.
    pub(crate) fn document(&self) -> Option<Vec<u8>> {
        fs::read(self.document_path()).ok()
    }

    /// The document as text.
    #[track_caller]
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.document().expect("there is a document")).expect("the document is UTF-8")
    }

    /// The document as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        let bytes = self.document().expect("there is a document");
        serde_json::from_slice(&bytes).expect("the document is JSON")
    }

    /// Replaces the document as another process would: temp file and rename, without the lock.
    pub(crate) fn write(&self, bytes: impl AsRef<[u8]>) {
        let draft = self.root.path().join("draft");
        fs::write(&draft, bytes).expect("our own folder");
        fs::set_permissions(&draft, fs::Permissions::from_mode(0o600)).expect("our own file");
        fs::rename(&draft, self.document_path()).expect("our own folder");
    }

    pub(crate) fn remove_document(&self) {
        fs::remove_file(self.document_path()).expect("there is a document");
    }

    /// Every file of the document's folder, however it is named, with its mode bits and bytes.
    pub(crate) fn files(&self) -> Vec<(String, u32, Vec<u8>)> {
        let entries = fs::read_dir(self.data()).expect("our own folder");
        let mut files: Vec<_> = entries
            .map(|entry| {
                let entry = entry.expect("our own folder");
                let mode = entry.metadata().expect("our own file").permissions().mode() & 0o7777;
                let name = entry.file_name().to_string_lossy().into_owned();
                (name, mode, fs::read(entry.path()).expect("our own file"))
            })
            .collect();
        files.sort();
        files
    }

    /// The mode bits of a file in the document's folder.
    #[track_caller]
    pub(crate) fn mode(&self, name: &str) -> u32 {
        let files = self.files();
        let found = files.iter().find(|(own, ..)| own == name);
        found.unwrap_or_else(|| panic!("no {name} in the folder")).1
    }
}

/// The bytes of a file under `tests/fixtures/openhands`.
pub(crate) fn fixture(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/openhands").join(name);
    fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
