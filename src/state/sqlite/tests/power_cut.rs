//! A power cut at each moment: the system calls that SQLite makes, as `strace` records them, are replayed by the model of
//! what POSIX promises of a disk. Whatever it may leave is opened, and what was answered is there, sign-outs above all.
//! Of the notes on authors the newest may be missing, since no commit of them waits for the disk.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::super::SqliteState;
use super::super::opening::{self, Setup};
use super::{close, eventually};
use crate::state::authors::{AuthorRow, AuthorRows};
use crate::state::conformance::authors::{made, name};
use crate::state::conformance::runs::{approve, launch, withdraw};
use crate::state::conformance::{begin, end, opened, session, wait};
use crate::state::{AuthorNote, Change, Kept, Premise, Remembered, StateStore};
use crate::store::file::tests::folder_model::{Folder, Image, Operation};

/// Set for the process that is recorded: the folder in which it works.
const FOLDER: &str = "STATE_POWER_CUT_FOLDER";

/// Set where the folder is to be treated as one of another machine.
const IS_REMOTE: &str = "STATE_POWER_CUT_IS_REMOTE";

/// What is written to standard output when something is answered.
const ANSWERED: &str = "was-answered";

/// And when a note is in the file.
const NOTED: &str = "was-noted";

const WORK: &str = "state::sqlite::tests::power_cut::what_is_recorded";

enum Step {
    Change(Change),
    Note(AuthorNote),
}

/// What is done, one after the other. Each change is answered, and each note in the file, before the next.
fn steps() -> Vec<Step> {
    let note = |number, state, at| Step::Note(made(name(number), state, "ann", at));
    vec![
        Step::Change(begin(1)),
        note(0, 1, 1),
        note(1, 1, 2),
        Step::Change(begin(2)),
        Step::Change(end(1)),
        note(0, 2, 3),
        Step::Change(begin(3)),
        Step::Change(end(2)),
        note(2, 1, 4),
        Step::Change(approve(0, 1, None, Premise::None)),
        Step::Change(approve(1, 2, None, Premise::ApprovedOf(name(0), launch(1)))),
        Step::Change(withdraw(0)),
        Step::Change(withdraw(1)),
        note(0, 3, 5),
    ]
}

fn changes() -> Vec<Change> {
    let change = |step| match step {
        Step::Change(change) => Some(change),
        Step::Note(_) => None,
    };
    steps().into_iter().filter_map(change).collect()
}

/// What is remembered after so many changes.
fn after(count: usize) -> Remembered {
    let mut remembered = Remembered::default();
    changes()[..count].iter().for_each(|change| remembered.apply(change));
    remembered
}

/// What may be known of authors after so many answers: each note that was in the file before the last of them, and
/// any number of the next ones.
fn known_after(answers: usize, rows: &AuthorRows) -> bool {
    let found: BTreeMap<_, _> =
        rows.iter().map(|(name, AuthorRow { author, .. })| (name.clone(), author.at_ms)).collect();
    let (mut answered, mut known) = (0, BTreeMap::new());
    let mut is_allowed = answers == 0 && found == known;
    for step in steps() {
        match step {
            Step::Change(_) => answered += 1,
            Step::Note(note) => drop(known.insert(note.name, note.at_ms)),
        }
        is_allowed |= answered == answers && found == known;
    }
    is_allowed
}

/// In one call, which the harness of the tests would not make.
fn say(text: &str) {
    fs::File::options().write(true).open("/dev/stdout").unwrap().write_all(text.as_bytes()).unwrap();
}

fn setup(is_remote: bool) -> Setup {
    if is_remote { Setup { is_local: |_| false, ..Setup::OWN } } else { Setup::OWN }
}

#[test]
fn what_is_recorded() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let store = SqliteState::with_setup(folder.into(), setup(std::env::var_os(IS_REMOTE).is_some()));
    store.start().unwrap();
    opened(&store);
    for step in steps() {
        match step {
            Step::Change(change) => {
                assert_eq!(wait(store.write(vec![change])), Kept::Stored);
                say(ANSWERED);
            }
            Step::Note(note) => {
                store.note_authors(vec![note]);
                eventually("it is in the file", || store.shared.notes().is_none());
                say(NOTED);
            }
        }
    }
    close(&store);
}

/// One thing of the record.
enum Recorded {
    Operation(Operation),
    Answered,
    Noted,
}

/// Runs the steps under `strace` in a folder that is empty at first.
fn record(folder: &Path, is_remote: bool) -> Vec<Recorded> {
    let trace = folder.with_extension("strace");
    let calls = "trace=openat,write,pwrite64,ftruncate,fsync,fdatasync,unlink,rename,renameat,renameat2";
    let status = Command::new("strace")
        .args(["-f", "-y", "-xx", "-s", "1000000", "-e", calls, "-o"])
        .arg(&trace)
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", WORK, "--nocapture", "--test-threads=1"])
        .env(FOLDER, folder)
        .envs(is_remote.then_some((IS_REMOTE, "")))
        .output()
        .expect("strace is installed");
    assert!(status.status.success(), "{}", String::from_utf8_lossy(&status.stderr));
    let text = fs::read_to_string(&trace).unwrap();
    let mut open = std::collections::HashMap::new();
    let mut known = BTreeSet::new();
    let mut recorded = Vec::new();
    for line in text.lines() {
        // `PID call(…) = result`, in two parts where another thread came between.
        let Some((pid, rest)) = line.trim_start().split_once(' ') else { continue };
        let rest = rest.trim_start();
        if let Some(begun) = rest.strip_suffix(" <unfinished ...>") {
            open.insert(pid.to_owned(), begun.to_owned());
            continue;
        }
        let call = match rest.strip_prefix("<... ").and_then(|rest| rest.split_once(" resumed>")) {
            Some((_, end)) => open.remove(pid).unwrap_or_default() + end,
            None => rest.to_owned(),
        };
        recorded.extend(read(&call, folder, &mut known));
    }
    recorded
}

fn read(call: &str, folder: &Path, known: &mut BTreeSet<PathBuf>) -> Option<Recorded> {
    let (name, rest) = call.split_once('(')?;
    let (arguments, result) = rest.rsplit_once(") = ").or_else(|| rest.rsplit_once(')'))?;
    if result.trim_start_matches([' ', '=']).starts_with('-') {
        return None;
    }
    let strings: Vec<Vec<u8>> = arguments.split('"').skip(1).step_by(2).map(bytes).collect();
    let path = |bytes: &[u8]| PathBuf::from(String::from_utf8_lossy(bytes).into_owned());
    // `5</path>` is a descriptor and what it leads to.
    let file = || {
        let inner = arguments.split_once('<')?.1.split_once('>')?.0;
        Some(path(&bytes(inner)))
    };
    let last = || arguments.rsplit(',').next()?.trim().parse::<usize>().ok();
    let own = |path: PathBuf| {
        let is_own = path.parent() == Some(folder);
        // Shared memory is recreated after a crash, and the lock has no content.
        let is_content = is_own && !path.ends_with("state.db-shm") && !path.ends_with("state.lock");
        is_content.then(|| PathBuf::from(path.file_name().unwrap_or_default()))
    };
    let operation = match name {
        "write" if strings.first().is_some_and(|text| text == ANSWERED.as_bytes()) => {
            return Some(Recorded::Answered);
        }
        "write" if strings.first().is_some_and(|text| text == NOTED.as_bytes()) => {
            return Some(Recorded::Noted);
        }
        "openat" if arguments.contains("O_CREAT") => {
            let name = own(path(strings.first()?))?;
            known.insert(name.clone()).then_some(Operation::Create(name))?
        }
        "pwrite64" => Operation::WriteAt(own(file()?)?, last()?, strings.first()?.clone()),
        "ftruncate" => Operation::Truncate(own(file()?)?, last()?),
        "fsync" | "fdatasync" if file()? == folder => Operation::SyncDirectory,
        "fsync" | "fdatasync" => Operation::SyncFile(own(file()?)?),
        "unlink" => {
            let name = own(path(strings.first()?))?;
            known.remove(&name);
            Operation::Unlink(name)
        }
        "rename" | "renameat" | "renameat2" | "write" if file().and_then(own).is_some() => {
            panic!("the model does not know `{call}`")
        }
        _ => return None,
    };
    Some(Recorded::Operation(operation))
}

/// What `\x6f\x6b` means; other text is what it is.
fn bytes(text: &str) -> Vec<u8> {
    let mut parts = text.split("\\x");
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        bytes.push(u8::from_str_radix(&part[..2], 16).unwrap());
        bytes.extend_from_slice(&part.as_bytes()[2..]);
    }
    bytes
}

#[test]
fn what_was_answered_is_there_after_a_power_cut_at_any_moment() {
    let recorded = survives_each_moment(false);
    let since = recorded.rsplitn(2, |entry| matches!(entry, Recorded::Answered)).next().unwrap_or_default();
    let noted = since.split(|entry| matches!(entry, Recorded::Noted)).next().unwrap_or_default();
    let is_sync = |entry: &Recorded| {
        matches!(entry, Recorded::Operation(Operation::SyncFile(_) | Operation::SyncDirectory))
    };
    assert!(1 < noted.len() && !noted.iter().any(is_sync), "a note waits for the disk, or is not written");
}

#[test]
fn what_was_answered_is_there_without_a_log_too() {
    survives_each_moment(true);
}

fn survives_each_moment(is_remote: bool) -> Vec<Recorded> {
    // In memory where there is such a folder: what is tried here are images, and no disk.
    let place = Path::new("/dev/shm");
    let root = if place.is_dir() { tempfile::tempdir_in(place) } else { tempfile::tempdir() }.unwrap();
    let folder = root.path().canonicalize().unwrap().join("state");
    fs::create_dir(&folder).unwrap();
    let recorded = record(&folder, is_remote);
    let count = recorded.iter().filter(|entry| matches!(entry, Recorded::Answered)).count();
    assert_eq!(count, changes().len(), "the record is not whole");
    let (mut model, mut answered) = (Folder::new(&Image::new()), 0);
    let mut tried = BTreeSet::new();
    for entry in &recorded {
        match entry {
            Recorded::Answered => answered += 1,
            Recorded::Noted => {}
            Recorded::Operation(operation) => model.apply(operation),
        }
        for image in model.after_crash() {
            if tried.insert((answered, image.clone())) {
                judge(root.path(), &image, answered, is_remote);
            }
        }
    }
    // The disk itself has what the model has.
    let written = fs::read(folder.join("state.db")).unwrap();
    assert!(model.now()[Path::new("state.db")] == written, "the model is not what was written");
    assert!(100 < tried.len(), "only {} images", tried.len());
    // A disk that loses what was synced is noticed by the same look.
    let lossy = std::panic::catch_unwind(|| judge(root.path(), &Image::new(), 3, is_remote));
    assert!(lossy.is_err(), "nothing would be noticed");
    recorded
}

/// Opens what a power cut has left, after so many answers.
#[track_caller]
fn judge(root: &Path, image: &Image, answered: usize, is_remote: bool) {
    let folder = tempfile::tempdir_in(root).unwrap();
    for (name, bytes) in image {
        fs::write(folder.path().join(name), bytes).unwrap();
        let private = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        fs::set_permissions(folder.path().join(name), private).unwrap();
    }
    let opened = opening::open(folder.path(), &setup(is_remote)).unwrap();
    assert_eq!(opened.damage, None, "after {answered} answers");
    let allowed = [answered, (answered + 1).min(changes().len())];
    let found = &opened.remembered;
    assert!(allowed.map(after).contains(found), "after {answered} answers: {:?}", found.sessions.keys());
    let is_known = allowed.into_iter().any(|answers| known_after(answers, &opened.authors));
    assert!(is_known, "after {answered} answers: {:?}", opened.authors);
    // A session that was signed out never comes back.
    let is_over =
        |number: u8, ended: usize| ended <= answered && found.sessions.contains_key(&session(number).0);
    assert!(!is_over(1, 3) && !is_over(2, 5), "a sign-out is lost");
    // What was withdrawn is never approved again.
    let is_approved = |place: usize, withdrawn: usize| {
        let run = found.runs.get(&name(place));
        withdrawn <= answered && run.is_some_and(|run| run.approval.is_some())
    };
    assert!(!is_approved(0, 8) && !is_approved(1, 9), "a withdrawal is lost");
}
