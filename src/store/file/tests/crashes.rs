//! Crashes, all of them within bounds: sequences of operations, a crash after each system call of the last one,
//! each folder that POSIX allows then, made and opened. `CRASH_DEPTH=3` runs the longer sequences too.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use super::bench::{Bench, change, edits, key, names_in, pairs, put, read, run, set, text};
use super::folder_model::{Folder, Image, Operation};
use crate::document::NewDocument;
use crate::model::Edit;
use crate::store::file::{Failpoints, FileStore, FileStoreOptions, Step};
use crate::store::{Change, Decision, StoreError, StoreErrorKind};

type Servers = Vec<(String, String)>;

const DOCUMENT: &str = "settings.json";

/// The server that another program sets while we write.
const OTHERS_SERVER: &str = "other";

/// The name under which another program writes.
const OTHER: &str = "other-program.tmp";

/// Takes down what the store does to the folder, and fails it on request.
#[derive(Default)]
struct Recorder {
    operations: Mutex<Vec<Operation>>,
    failing: Mutex<Option<&'static str>>,
    overtaking: Mutex<Option<Overtaking>>,
}

/// Another program that replaces the document right before one of these steps of ours.
struct Overtaking {
    before: &'static [&'static str],
    document: PathBuf,
    bytes: Vec<u8>,
}

impl Recorder {
    fn note(&self, operation: Operation) {
        self.operations.lock().unwrap().push(operation);
    }

    fn operations(&self) -> Vec<Operation> {
        self.operations.lock().unwrap().clone()
    }

    /// Lets the other program do its part, if this is the step that it does it before.
    fn let_others(&self, step: &Step<'_>) -> bool {
        let mut overtaking = self.overtaking.lock().unwrap();
        let Some(other) = overtaking.take_if(|other| other.before.contains(&step.name())) else {
            return false;
        };
        let draft = other.document.with_file_name(OTHER);
        fs::write(&draft, &other.bytes).unwrap();
        fs::rename(draft, other.document).unwrap();
        self.note_other(other.bytes);
        true
    }

    fn note_other(&self, bytes: Vec<u8>) {
        let (draft, document) = (PathBuf::from(OTHER), PathBuf::from(DOCUMENT));
        self.note(Operation::Create(draft.clone()));
        self.note(Operation::Write(draft.clone(), bytes));
        self.note(Operation::Rename(draft, document));
    }
}

impl Failpoints for Recorder {
    fn before(&self, step: &Step<'_>) -> io::Result<()> {
        let is_failing = *self.failing.lock().unwrap() == Some(step.name());
        let is_overtaken = self.let_others(step);
        let name = |path: &Path| PathBuf::from(path.file_name().unwrap());
        match step {
            Step::Create { path } => self.note(Operation::Create(name(path))),
            Step::Write { path, bytes } => {
                let piece = bytes[..self.write_at_most(bytes.len())].to_vec();
                self.note(Operation::Write(name(path), piece));
            }
            Step::SyncFile { path } if is_failing => self.note(Operation::FailToSyncFile(name(path))),
            Step::SyncFile { path } => self.note(Operation::SyncFile(name(path))),
            Step::Swap { from, to } => self.note(Operation::Swap(name(from), name(to))),
            // It replaces nothing, and so will not be done.
            Step::Rename { .. } if is_overtaken => {}
            Step::Rename { from, to } => self.note(Operation::Rename(name(from), name(to))),
            Step::SyncDirectory { .. } if is_failing => self.note(Operation::FailToSyncDirectory),
            Step::SyncDirectory { .. } => self.note(Operation::SyncDirectory),
            Step::Unlink { path } => self.note(Operation::Unlink(name(path))),
            Step::MakeDirectory { .. }
            | Step::Lock { .. }
            | Step::Read { .. }
            | Step::Own { .. }
            | Step::Look { .. } => {}
        }
        if is_failing { Err(io::ErrorKind::Other.into()) } else { Ok(()) }
    }

    /// Several writes for each document, so that it can be torn between them.
    fn write_at_most(&self, remaining: usize) -> usize {
        remaining.min(70)
    }
}

/// What can happen to a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Letter {
    Change,
    Create,
    Remove,
    Rename,
    /// A change that asks for what is so already.
    Keep,
    /// Another program replaces the document and syncs nothing.
    Other,
    /// The service is restarted.
    Reopen,
    /// A change whose folder can't be synced after the rename.
    ChangeUnsynced,
    /// A change that keeps everything, where the document can't be synced.
    KeepUnsynced,
    /// A change during which another program replaces the document, before the last look at it.
    Overtaken,
    /// The same, after the last look.
    OvertakenLate,
}

const LETTERS: [Letter; 11] = [
    Letter::Change,
    Letter::Create,
    Letter::Remove,
    Letter::Rename,
    Letter::Keep,
    Letter::Other,
    Letter::Reopen,
    Letter::ChangeUnsynced,
    Letter::KeepUnsynced,
    Letter::Overtaken,
    Letter::OvertakenLate,
];

/// What may be found after a crash.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Allowed {
    /// One of these documents, whole.
    These(Vec<Servers>),
    /// Another program has written last and synced nothing, and we have confirmed nothing since.
    Anything,
}

/// A run of a sequence on a real folder.
struct Scene {
    bench: Bench,
    recorder: Arc<Recorder>,
    store: FileStore,
    servers: Servers,
    allowed: Allowed,
}

impl Scene {
    fn new(start: Option<&[(&str, &str)]>) -> Self {
        let bench = start.map_or_else(Bench::new, Bench::with);
        let recorder = Arc::<Recorder>::default();
        let servers = pairs(start.unwrap_or_default());
        let allowed = Allowed::These(vec![servers.clone()]);
        let store = open(&bench.path, Arc::clone(&recorder) as _);
        Self { bench, recorder, store, servers, allowed }
    }

    /// Lets it happen. Gives what a crash may leave until it is answered.
    fn play(&mut self, letter: Letter, number: usize) -> Allowed {
        let value = number.to_string();
        let after = after(&self.servers, letter, &value);
        let before = self.allowed.clone();
        let meanwhile = match before {
            Allowed::These(mut states) if !letter.is_of_two() && letter != Letter::Other => {
                states.push(after.clone());
                Allowed::These(states)
            }
            _ => Allowed::Anything,
        };
        let outcome = match letter {
            Letter::Other => {
                self.write_as_another(&after);
                self.allowed = Allowed::Anything;
                self.servers = after;
                return meanwhile;
            }
            Letter::Reopen => {
                self.recorder.note(Operation::Restart);
                self.store = open(&self.bench.path, Arc::clone(&self.recorder) as _);
                return meanwhile;
            }
            Letter::ChangeUnsynced => self.failing("sync-directory", set("a", &value)),
            Letter::KeepUnsynced => self.failing("sync-file", change(|_| Decision::keep())),
            Letter::Overtaken => self.overtaken(&["look"], &value),
            Letter::OvertakenLate => self.overtaken(&["swap", "rename"], &value),
            _ => run(&self.store, change_of(letter, &value)),
        };
        self.servers = after;
        match outcome {
            Ok(()) => self.allowed = Allowed::These(vec![self.servers.clone()]),
            // No response said that it is done; it may be, and so may the one before it.
            Err(error) if error.kind() == StoreErrorKind::OutcomeUnknown => self.allowed = meanwhile.clone(),
            Err(error) => assert!(letter == Letter::KeepUnsynced, "{letter:?}: {error:?}"),
        }
        assert_eq!(read(&self.store), self.servers, "{letter:?}");
        meanwhile
    }

    fn failing(&self, step: &'static str, change: Change) -> Result<(), StoreError> {
        *self.recorder.failing.lock().unwrap() = Some(step);
        let outcome = run(&self.store, change);
        *self.recorder.failing.lock().unwrap() = None;
        outcome
    }

    /// Another program sets its server before one of these steps of our change.
    fn overtaken(&self, before: &'static [&'static str], value: &str) -> Result<(), StoreError> {
        let mut servers = self.servers.clone();
        servers.retain(|(name, _)| name != OTHERS_SERVER);
        servers.push((OTHERS_SERVER.to_owned(), value.to_owned()));
        let (document, bytes) = (self.bench.path.clone(), text_of(&servers));
        *self.recorder.overtaking.lock().unwrap() = Some(Overtaking { before, document, bytes });
        let outcome = run(&self.store, set("a", value));
        assert!(self.recorder.overtaking.lock().unwrap().is_none(), "nobody came between");
        outcome
    }

    fn write_as_another(&self, servers: &Servers) {
        let bytes = text_of(servers);
        let draft = self.bench.root.join(OTHER);
        fs::write(&draft, &bytes).unwrap();
        fs::rename(draft, &self.bench.path).unwrap();
        self.recorder.note_other(bytes);
    }
}

impl Letter {
    /// Whether another program writes during our change.
    fn is_of_two(self) -> bool {
        matches!(self, Self::Overtaken | Self::OvertakenLate)
    }
}

fn text_of(servers: &Servers) -> Vec<u8> {
    let servers: Vec<_> = servers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    text(&servers).into_bytes()
}

fn open(path: &Path, failpoints: Arc<dyn Failpoints>) -> FileStore {
    FileStore::open(FileStoreOptions { failpoints, ..FileStoreOptions::new(path, NewDocument::Own) }).unwrap()
}

fn change_of(letter: Letter, value: &str) -> Change {
    match letter {
        Letter::Create => edits(vec![put(&format!("new-{value}"), value)]),
        Letter::Remove => edits(vec![Edit::Remove { key: key("a") }]),
        Letter::Rename => change(|current| {
            let (from, to) = (key("a"), key("c"));
            let servers = current.servers();
            match servers.contains_key(&from) && !servers.contains_key(&to) {
                true => Decision::edit(vec![Edit::Rename { from, to }]),
                false => Decision::keep(),
            }
        }),
        Letter::Keep | Letter::KeepUnsynced => change(|_| Decision::keep()),
        Letter::Change
        | Letter::ChangeUnsynced
        | Letter::Other
        | Letter::Reopen
        | Letter::Overtaken
        | Letter::OvertakenLate => set("a", value),
    }
}

/// What the letter makes of these servers, kept sorted.
fn after(servers: &Servers, letter: Letter, value: &str) -> Servers {
    let mut servers: std::collections::BTreeMap<_, _> = servers.iter().cloned().collect();
    match letter {
        Letter::Change | Letter::Other | Letter::ChangeUnsynced => {
            servers.insert("a".to_owned(), value.to_owned());
        }
        Letter::Overtaken | Letter::OvertakenLate => {
            servers.insert(OTHERS_SERVER.to_owned(), value.to_owned());
            servers.insert("a".to_owned(), value.to_owned());
        }
        Letter::Create => {
            servers.insert(format!("new-{value}"), value.to_owned());
        }
        Letter::Remove => {
            servers.remove("a");
        }
        Letter::Rename => {
            if !servers.contains_key("c")
                && let Some(moved) = servers.remove("a")
            {
                servers.insert("c".to_owned(), moved);
            }
        }
        Letter::Keep | Letter::KeepUnsynced | Letter::Reopen => {}
    }
    servers.into_iter().collect()
}

/// The folders that crashes during and after the last letter of a sequence may leave.
fn crashes(start: Option<&[(&str, &str)]>, letters: &[Letter]) -> Vec<(Image, Allowed)> {
    let mut scene = Scene::new(start);
    let first = start.map(|servers| (PathBuf::from(DOCUMENT), text(servers).into_bytes()));
    let mut folder = Folder::new(&first.into_iter().collect());
    let Some((last, before)) = letters.split_last() else { return Vec::new() };
    for (number, letter) in before.iter().enumerate() {
        scene.play(*letter, number + 1);
    }
    let old = scene.recorder.operations();
    let meanwhile = scene.play(*last, letters.len());
    let operations = scene.recorder.operations();
    old.iter().for_each(|operation| folder.apply(operation));
    let mut found = Vec::new();
    let mut look = |folder: &Folder, allowed: &Allowed| {
        // Where anything may be found there is nothing to judge.
        if let Allowed::These(_) = allowed {
            found.extend(folder.after_crash().into_iter().map(|image| (image, allowed.clone())));
        }
    };
    for operation in &operations[old.len()..] {
        look(&folder, &meanwhile);
        folder.apply(operation);
    }
    look(&folder, &scene.allowed);
    let real = scene.bench.names().into_iter().filter(|name| name != ".settings.lock").map(PathBuf::from);
    assert!(folder.now().into_keys().eq(real), "{letters:?}: the model and the folder differ");
    found
}

/// Makes the folder, opens it, and returns what is wrong with it.
fn judge(image: &Image, allowed: &Allowed) -> Result<(), String> {
    let Allowed::These(states) = allowed else { return Ok(()) };
    let bench = Bench::new();
    for (name, bytes) in image {
        fs::write(bench.root.join(name), bytes).unwrap();
    }
    let store = bench.open_other();
    let found = match super::bench::seen(&store) {
        Ok(snapshot) => super::bench::owned(&snapshot),
        Err(error) => return Err(format!("it can't be read: {error}")),
    };
    if !states.contains(&found) {
        return Err(format!("it holds {found:?}, neither of {states:?}"));
    }
    run(&store, set("after", "1")).map_err(|error| format!("the next write fails: {error}"))?;
    let kept = [".settings.lock", OTHER, DOCUMENT];
    match names_in(&bench.root).into_iter().find(|name| !kept.contains(&name.as_str())) {
        Some(leftover) => Err(format!("{leftover} is left after the next write")),
        None => Ok(()),
    }
}

/// The same folder whatever the drafts in it are called.
fn spelled_alike(image: &Image) -> Image {
    let mut drafts = 0..;
    let spelled = |name: &PathBuf| match name.to_str() {
        Some(DOCUMENT | OTHER) => name.clone(),
        _ => PathBuf::from(format!(
            ".settings.json.mcp-settings-1-{:016}.tmp",
            drafts.next().unwrap_or_default()
        )),
    };
    let names: Vec<_> = image.keys().map(spelled).collect();
    names.into_iter().zip(image.values().cloned()).collect()
}

/// Every sequence of up to so many letters.
fn sequences(depth: usize) -> Vec<Vec<Letter>> {
    let mut all: Vec<Vec<Letter>> = vec![Vec::new()];
    let mut longest = all.clone();
    for _ in 0..depth {
        let longer =
            longest.iter().flat_map(|letters| LETTERS.map(|letter| [&letters[..], &[letter]].concat()));
        longest = longer.collect();
        all.extend(longest.clone());
    }
    all
}

#[test]
fn no_crash_leaves_anything_but_the_old_or_the_new_document() {
    let depth = std::env::var("CRASH_DEPTH").map_or(2, |depth| depth.parse().unwrap());
    let mut seen = BTreeSet::new();
    let mut crash_count = 0;
    for letters in sequences(depth) {
        for start in [None, Some(&[("a", "0")][..])] {
            for (image, allowed) in crashes(start, &letters) {
                crash_count += 1;
                let image = spelled_alike(&image);
                if !seen.insert((image.clone(), allowed.clone())) {
                    continue;
                }
                if let Err(what) = judge(&image, &allowed) {
                    panic!("from {start:?} by {letters:?}: {what}; the folder: {image:?}");
                }
            }
        }
    }
    #[expect(clippy::print_stdout, reason = "`make soak` shows how much was tried")]
    {
        println!("depth {depth}: {crash_count} crashes, {} different folders, all of them well", seen.len());
    }
    assert!(4_000 < crash_count && 1_000 < seen.len(), "only {crash_count} crashes, {} folders", seen.len());
}

#[test]
fn without_a_sync_the_same_crashes_are_found_out() {
    let mut scene = Scene::new(Some(&[("a", "0")]));
    scene.play(Letter::Change, 1);
    let operations = scene.recorder.operations();
    let first: Image = [(PathBuf::from(DOCUMENT), text(&[("a", "0")]).into_bytes())].into();
    let is_well = |left_out: fn(&Operation) -> bool| {
        let mut folder = Folder::new(&first);
        operations
            .iter()
            .filter(|operation| !left_out(operation))
            .for_each(|operation| folder.apply(operation));
        folder.after_crash().iter().all(|image| judge(image, &scene.allowed).is_ok())
    };
    assert!(is_well(|_| false));
    assert!(
        !is_well(|operation| matches!(operation, Operation::SyncFile(_))),
        "a torn document went unnoticed"
    );
    assert!(
        !is_well(|operation| matches!(operation, Operation::SyncDirectory)),
        "a lost rename went unnoticed"
    );
}
