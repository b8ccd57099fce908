//! A place for one test: a folder of its own, failpoints that count, fail and deceive, and short words for
//! what tests do again and again.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use futures_util::FutureExt;

use crate::document::NewDocument;
use crate::json::Json;
use crate::model::{Edit, SettingsKey};
use crate::store::file::{Failpoints, FileError, FileStore, FileStoreOptions, Identity, Step};
use crate::store::{Change, Current, Decision, Names, Seen, Snapshot, Store, StoreError};

pub(super) const PATIENCE: Duration = Duration::from_secs(60);

/// A folder, a document in it, and its failpoints.
pub(super) struct Bench {
    _folder: tempfile::TempDir,
    pub(super) root: PathBuf,
    pub(super) path: PathBuf,
    pub(super) failpoints: Arc<TestSeam>,
}

impl Bench {
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        Self { _folder: folder, path: root.join("settings.json"), root, failpoints: Arc::default() }
    }

    /// With a document that has these servers.
    pub(super) fn with(servers: &[(&str, &str)]) -> Self {
        let bench = Self::new();
        bench.overwrite(servers);
        bench
    }

    pub(super) fn options(&self) -> FileStoreOptions {
        let failpoints: Arc<dyn Failpoints> = Arc::clone(&self.failpoints) as _;
        FileStoreOptions { failpoints, ..FileStoreOptions::new(&self.path, NewDocument::Own) }
    }

    pub(super) fn open(&self) -> FileStore {
        FileStore::open(self.options()).unwrap()
    }

    /// A store that nobody watches: another process, as it were.
    pub(super) fn open_other(&self) -> FileStore {
        FileStore::open(FileStoreOptions::new(&self.path, NewDocument::Own)).unwrap()
    }

    /// Writes the document in place, without a lock, as an editor does.
    pub(super) fn overwrite(&self, servers: &[(&str, &str)]) {
        fs::write(&self.path, text(servers)).unwrap();
    }

    /// Replaces the document by another file, as most programs do.
    pub(super) fn replace(&self, servers: &[(&str, &str)]) {
        let other = self.root.join("other-program.tmp");
        fs::write(&other, text(servers)).unwrap();
        fs::rename(other, &self.path).unwrap();
    }

    pub(super) fn on_disk(&self) -> Vec<u8> {
        fs::read(&self.path).unwrap()
    }

    /// The names in the folder.
    pub(super) fn names(&self) -> Vec<String> {
        names_in(&self.root)
    }
}

pub(super) fn names_in(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// A document with these servers.
pub(super) fn text(servers: &[(&str, &str)]) -> String {
    let members: Vec<_> =
        servers.iter().map(|(name, value)| format!(r#""{name}":{{"command":"{value}"}}"#)).collect();
    let map = members.join(",");
    format!(r#"{{"agent_settings":{{"agent_kind":"openhands","mcp_config":{{"mcpServers":{{{map}}}}}}}}}"#)
}

type Fault = Arc<dyn Fn(&Step<'_>) -> io::Result<()> + Send + Sync>;
type Disguise = Box<dyn Fn(Identity) -> Identity + Send>;

#[derive(Default)]
pub(super) struct TestSeam {
    steps: Mutex<Vec<(&'static str, PathBuf)>>,
    fault: Mutex<Option<Fault>>,
    disguise: Mutex<Option<Disguise>>,
    write_at_most: Mutex<Option<usize>>,
}

impl TestSeam {
    /// Calls this before every step, until [`Self::heal`].
    pub(super) fn on_step(&self, fault: impl Fn(&Step<'_>) -> io::Result<()> + Send + Sync + 'static) {
        *self.fault.lock().unwrap() = Some(Arc::new(fault));
    }

    pub(super) fn fail(&self, step: &'static str, kind: io::ErrorKind) {
        self.on_step(move |at| if at.name() == step { Err(kind.into()) } else { Ok(()) });
    }

    pub(super) fn heal(&self) {
        *self.fault.lock().unwrap() = None;
        *self.write_at_most.lock().unwrap() = None;
    }

    pub(super) fn disguise(&self, disguise: impl Fn(Identity) -> Identity + Send + 'static) {
        *self.disguise.lock().unwrap() = Some(Box::new(disguise));
    }

    pub(super) fn shorten_writes(&self, length: usize) {
        *self.write_at_most.lock().unwrap() = Some(length);
    }

    pub(super) fn forget(&self) {
        self.steps.lock().unwrap().clear();
    }

    pub(super) fn count(&self, step: &str) -> usize {
        self.steps.lock().unwrap().iter().filter(|(name, _)| *name == step).count()
    }

    /// The steps since [`Self::forget`], each with the path that it is about.
    pub(super) fn steps(&self) -> Vec<(&'static str, PathBuf)> {
        self.steps.lock().unwrap().clone()
    }
}

impl Failpoints for TestSeam {
    fn before(&self, step: &Step<'_>) -> io::Result<()> {
        let (Step::MakeDirectory { path }
        | Step::Lock { path }
        | Step::Read { path }
        | Step::Create { path }
        | Step::Write { path, .. }
        | Step::Own { path, .. }
        | Step::SyncFile { path }
        | Step::Look { path }
        | Step::Swap { from: path, .. }
        | Step::Rename { from: path, .. }
        | Step::SyncDirectory { path }
        | Step::Unlink { path }) = step;
        self.steps.lock().unwrap().push((step.name(), path.to_path_buf()));
        // Cloned out, so that a step that hangs hangs alone.
        let fault = self.fault.lock().unwrap().clone();
        fault.map_or(Ok(()), |fault| fault(step))
    }

    fn write_at_most(&self, remaining: usize) -> usize {
        self.write_at_most.lock().unwrap().unwrap_or(remaining)
    }

    fn identity(&self, real: Identity) -> Identity {
        self.disguise.lock().unwrap().as_ref().map_or(real, |disguise| disguise(real))
    }
}

pub(super) fn key(name: &str) -> SettingsKey {
    SettingsKey::new(name)
}

pub(super) fn put(name: &str, value: &str) -> Edit {
    Edit::Put { key: key(name), config: [("command", Json::string(value))].into_iter().collect() }
}

pub(super) fn change(decide: impl Fn(&Current<'_>) -> Decision + Send + Sync + 'static) -> Change {
    let deadline = Instant::now() + PATIENCE;
    Change { names: Names::everything(), author: None, deadline, decide: Box::new(decide) }
}

pub(super) fn edits(edits: Vec<Edit>) -> Change {
    change(move |_| Decision::edit(edits.clone()))
}

pub(super) fn set(name: &str, value: &str) -> Change {
    edits(vec![put(name, value)])
}

/// Commits and blocks.
pub(super) fn run(store: &FileStore, change: Change) -> Result<(), StoreError> {
    wait(store.commit(change)).map(drop)
}

/// What a store reads.
pub(super) fn seen(store: &FileStore) -> Seen {
    store.read().now_or_never().expect("without a runtime it is read in place")
}

/// The trouble of the file that a failure comes from.
pub(super) fn trouble(error: &StoreError) -> Option<&FileError> {
    error.trouble().downcast_ref()
}

/// The same of an outcome, if it is a failure.
pub(super) fn failed<T>(outcome: &Result<T, StoreError>) -> Option<&FileError> {
    outcome.as_ref().err().and_then(trouble)
}

/// The code of a failure.
pub(super) fn code<T>(outcome: &Result<T, StoreError>) -> &'static str {
    outcome.as_ref().map_or_else(StoreError::code, |_| "done")
}

/// What a server is when a change decides.
pub(super) fn current_value(current: &Current<'_>, name: &str) -> Option<String> {
    let server = current.server(&key(name))?;
    Some(server.config.as_ref().unwrap().get("command")?.as_str()?.to_owned())
}

pub(super) fn values(snapshot: &Snapshot) -> Vec<(&str, &str)> {
    let servers = snapshot.servers.iter();
    servers
        .map(|(key, server)| {
            let config = server.config.as_ref().unwrap();
            (key.as_str(), config.get("command").and_then(Json::as_str).unwrap())
        })
        .collect()
}

pub(super) fn value(snapshot: &Snapshot, name: &str) -> Option<String> {
    let servers = values(snapshot);
    servers.into_iter().find(|(own, _)| *own == name).map(|(_, value)| value.to_owned())
}

/// What a store reads, as owned pairs.
pub(super) fn read(store: &FileStore) -> Vec<(String, String)> {
    owned(&seen(store).unwrap())
}

pub(super) fn owned(snapshot: &Snapshot) -> Vec<(String, String)> {
    values(snapshot).into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

pub(super) fn pairs(servers: &[(&str, &str)]) -> Vec<(String, String)> {
    servers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// Looks again and again until it is so.
pub(super) fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "never happened: {what}");
        thread::sleep(Duration::from_millis(1));
    }
}

/// Runs a future to its end.
pub(super) fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(future)
}

/// A lock held by this process through an own file handle, which excludes as another process would.
pub(super) struct HeldLock {
    release: Option<Sender<()>>,
    holder: Option<JoinHandle<()>>,
}

impl HeldLock {
    pub(super) fn take(path: &Path) -> Self {
        let file = File::options().append(true).create(true).open(path).unwrap();
        let (held, is_held) = channel();
        let (release, is_released) = channel::<()>();
        let holder = thread::spawn(move || {
            let mut lock = fd_lock::RwLock::new(file);
            let _guard = lock.write().unwrap();
            held.send(()).unwrap();
            // Until the other end is dropped.
            is_released.recv().unwrap_err();
        });
        is_held.recv().unwrap();
        Self { release: Some(release), holder: Some(holder) }
    }
}

impl Drop for HeldLock {
    fn drop(&mut self) {
        drop(self.release.take());
        self.holder.take().unwrap().join().unwrap();
    }
}

/// Another process, in another language, that holds a lock the way OpenHands does. Released when dropped.
pub(super) struct PythonLock {
    process: Child,
    input: Option<ChildStdin>,
}

impl PythonLock {
    pub(super) fn take(path: &Path) -> Self {
        let script = "import fcntl, sys\n\
            lock = open(sys.argv[1], 'a+')\n\
            fcntl.flock(lock, fcntl.LOCK_EX)\n\
            print('held', flush=True)\n\
            sys.stdin.read()\n";
        let mut process = Command::new("python3")
            .args(["-c", script])
            .arg(path)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, "held\n");
        let input = process.stdin.take();
        Self { process, input }
    }

    /// Ends the process as a crash would.
    pub(super) fn kill(mut self) {
        self.process.kill().unwrap();
    }
}

impl Drop for PythonLock {
    fn drop(&mut self) {
        drop(self.input.take());
        self.process.wait().unwrap();
    }
}
