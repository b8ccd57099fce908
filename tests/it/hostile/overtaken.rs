//! Programs that take no lock and change the document while the service writes it, at moments that `strace` makes
//! long: both edits are there afterwards, or the writer is refused and theirs is there.

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;

use serde_json::{Value, json};

use crate::response::Response;
use crate::server::{TestServer, eventually, item};
use crate::site::Site;

/// How long a call is held. Microseconds: long enough for the other program on a busy machine.
const HELD: u32 = 600_000;

/// A service whose calls of one kind are held before they are made, or before they return.
struct Held {
    server: TestServer,
    tracer: Child,
    trace: PathBuf,
    calls: &'static str,
}

impl Held {
    /// Holds these calls; `also` is what else `strace` does to calls of the service.
    fn start(calls: &'static str, how: &str, also: &[&str]) -> Self {
        // What runs servers stores what it sees, with syncs of its own.
        let server = TestServer::builder(Site::new())
            .env("MCP_SETTINGS_LOG", "error")
            .env("MCP_SETTINGS_RUN", "off")
            .start();
        server.seed("a", &json!({"command": "x"}));
        let trace = server.logs().join("strace");
        let inject = format!("inject={calls}:{how}={HELD}:when=1");
        let tracer = Command::new("strace")
            .args(["-f", "-y", "-qq", "-e", &format!("trace={calls}"), "-e", &inject])
            .args(also)
            .args(["-p", &server.pid().to_string(), "-o"])
            .arg(&trace)
            .stderr(Stdio::null())
            .spawn()
            .expect("strace is installed");
        let threads = || fs::read_dir(format!("/proc/{}/task", server.pid())).expect("it runs");
        let is_traced = |entry: fs::DirEntry| {
            let status = fs::read_to_string(entry.path().join("status")).unwrap_or_default();
            status.lines().any(|line| line.starts_with("TracerPid:") && !line.ends_with("\t0"))
        };
        eventually("strace holds every thread", || threads().flatten().all(is_traced));
        Self { server, tracer, trace, calls }
    }

    /// Adds a server, while another program does this within the held call.
    fn add_while(&self, other: impl FnOnce(&Path)) -> Response {
        let write = self.server.put(item("ours")).json(&json!({"command": "x"}));
        let write = thread::spawn(move || write.send());
        eventually("the call is held", || {
            let text = fs::read_to_string(&self.trace).unwrap_or_default();
            // The state store makes the same calls, on files of its own.
            let is_held = |line: &str| {
                line.contains(".tmp") && self.calls.split(',').any(|call| line.contains(&format!("{call}(")))
            };
            text.lines().any(is_held)
        });
        assert!(!write.is_finished(), "the call was not held");
        other(&self.server.document_path());
        let answer = write.join().expect("it is answered");
        eventually("the call was held", || {
            fs::read_to_string(&self.trace).is_ok_and(|text| text.contains("(DELAYED)"))
        });
        answer
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        drop(self.tracer.kill());
        drop(self.tracer.wait());
    }
}

/// The document with one more server.
fn with_another(document: &Path) -> Vec<u8> {
    let mut document: Value =
        serde_json::from_slice(&fs::read(document).expect("it is there")).expect("it is JSON");
    document["agent_settings"]["mcp_config"]["mcpServers"]["theirs"] = json!({"command": "y"});
    serde_json::to_vec(&document).expect("it is JSON")
}

/// What another program does, and how our write is refused where it can't be made beside that.
type Other = (&'static str, fn(&Path), Option<(u16, &'static str)>);

const OTHERS: [Other; 4] = [
    (
        "replaces it",
        |document| {
            let draft = document.with_file_name("backup");
            fs::write(&draft, with_another(document)).expect("our own folder");
            fs::rename(draft, document).expect("our own folder");
        },
        None,
    ),
    (
        "edits it in place",
        // In one call: where the file is emptied first, the service may see that, which is the next case.
        |document| {
            let mut whole = with_another(document);
            let mut file = OpenOptions::new().write(true).open(document).expect("our own file");
            let length = file.metadata().expect("it is open").len();
            whole.resize(whole.len().max(usize::try_from(length).expect("it is small")), b' ');
            file.write_all(&whole).expect("our own file");
        },
        None,
    ),
    (
        "truncates it",
        |document| drop(OpenOptions::new().write(true).truncate(true).open(document).expect("our own file")),
        Some((409, "document-unreadable")),
    ),
    (
        "deletes it",
        |document| fs::remove_file(document).expect("our own file"),
        Some((503, "document-vanished")),
    ),
];

fn nothing_is_lost_while(calls: &'static str, how: &str, also: &[&str]) {
    for (what, other, refusal) in OTHERS {
        let held = Held::start(calls, how, also);
        let answer = held.add_while(other);
        let case = format!("{calls}, another program {what}: {} {}", answer.status, answer.text());
        let server = &held.server;
        match refusal {
            None => {
                assert_eq!(answer.status, 201, "{case}");
                let servers = &server.json()["agent_settings"]["mcp_config"]["mcpServers"];
                let names: Vec<_> = servers.as_object().expect("it is a map").keys().collect();
                assert_eq!(names, ["a", "ours", "theirs"], "{case}");
            }
            Some((status, slug)) => {
                assert_eq!((answer.status, answer.problem().as_str()), (status, slug), "{case}");
                let left =
                    File::open(server.document_path()).map(|file| file.metadata().expect("it is open").len());
                assert_eq!(left.unwrap_or(0), 0, "{case}: it was brought back");
            }
        }
        let names: Vec<_> = server.files().into_iter().map(|(name, ..)| name).collect();
        assert!(names.iter().all(|name| !name.ends_with(".tmp")), "{case}: {names:?}");
    }
}

#[test]
fn an_edit_while_the_draft_is_synced_is_not_lost() {
    nothing_is_lost_while("fsync", "delay_exit", &[]);
}

#[test]
fn an_edit_after_the_last_look_is_not_lost() {
    nothing_is_lost_while("rename,renameat,renameat2", "delay_enter", &[]);
}

#[test]
fn where_names_cannot_be_swapped_an_edit_while_the_draft_is_synced_is_not_lost_either() {
    nothing_is_lost_while("fsync", "delay_exit", &["-e", "inject=renameat2:error=EINVAL"]);
}
