//! L5: what was answered 2xx is on disk. The order of system calls is read from `strace`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::{Child, Command, Stdio};
use std::sync::Barrier;
use std::thread;

use serde_json::json;

use crate::peer::Peer;
use crate::server::{TestServer, eventually, item};
use crate::site::{Site, fixture};

/// The system calls of a running service.
struct Trace {
    child: Child,
    file: std::path::PathBuf,
}

impl Trace {
    fn of(server: &TestServer) -> Self {
        Self::with(server, &[])
    }

    /// The same, of a disk whose every sync takes so many microseconds more.
    fn of_slow_disk(server: &TestServer, microseconds: u32) -> Self {
        Self::with(server, &["-e", &format!("inject=fsync,fdatasync:delay_exit={microseconds}")])
    }

    fn with(server: &TestServer, options: &[&str]) -> Self {
        let file = server.logs().join("strace");
        let calls =
            "trace=openat,write,writev,pwrite64,fsync,fdatasync,rename,renameat,renameat2,sendto,sendmsg";
        let child = Command::new("strace")
            .args(["-f", "-y", "-s", "48", "-e", calls, "-p", &server.pid().to_string()])
            .args(options)
            .arg("-o")
            .arg(&file)
            .stderr(Stdio::null())
            .spawn()
            .expect("strace is installed");
        let threads = || fs::read_dir(format!("/proc/{}/task", server.pid())).expect("it runs");
        let is_traced = |entry: fs::DirEntry| {
            let status = fs::read_to_string(entry.path().join("status")).unwrap_or_default();
            status.lines().any(|line| line.starts_with("TracerPid:") && !line.ends_with("\t0"))
        };
        eventually("strace holds every thread", || threads().flatten().all(is_traced));
        Self { child, file }
    }

    /// Ends the trace and returns its [calls].
    fn end(mut self) -> Vec<String> {
        // On SIGINT strace lets go of the service and writes out what it has.
        let pid = self.child.id().to_string();
        let signalled = Command::new("kill").args(["-INT", &pid]).status();
        assert!(signalled.is_ok_and(|status| status.success()), "strace is gone already");
        self.child.wait().expect("it is ours");
        let text = fs::read_to_string(&self.file).expect("strace wrote its file");
        calls(&text)
    }
}

/// The calls that a trace shows: an answer where its call began, any other call where it was completed.
///
/// A call that another thread overtakes is written in two parts, and only the first says what it is of. An answer can
/// be received before `strace` sees its call return, so the end of that may be missing.
fn calls(trace: &str) -> Vec<String> {
    const BEGUN: &str = "<unfinished ...>";
    let mut begun = BTreeMap::new();
    let mut calls = Vec::new();
    for line in trace.lines() {
        let (thread, call) = line.split_once(' ').unwrap_or_default();
        let end = call.trim_start().strip_prefix("<... ").and_then(|call| call.split_once(" resumed>"));
        if let Some(call) = line.strip_suffix(BEGUN) {
            if line.contains("HTTP/1.1 ") {
                calls.push(call.to_owned());
            } else {
                begun.insert(thread, call);
            }
        } else if let Some((_, result)) = end {
            calls.extend(begun.remove(thread).map(|begun| format!("{begun}{result}")));
        } else {
            calls.push(line.to_owned());
        }
    }
    calls
}

#[test]
fn a_call_that_is_written_in_two_parts_is_one() {
    let trace = "7 fsync(3</a> <unfinished ...>\n8 rename(\"x\", \"y\") = 0\n7 <... fsync resumed>) = 0\n\
                 9 writev(5<s>, [{iov_base=\"HTTP/1.1 200 OK\"}], 1 <unfinished ...>\n8 fsync(4</b> <unfinished ...>\n";
    let expected = [
        "8 rename(\"x\", \"y\") = 0",
        "7 fsync(3</a> ) = 0",
        "9 writev(5<s>, [{iov_base=\"HTTP/1.1 200 OK\"}], 1 ",
    ];
    assert_eq!(calls(trace), expected);
}

#[test]
fn a_write_is_answered_after_file_rename_and_folder_are_on_disk() {
    let server = TestServer::builder(Site::new()).env("MCP_SETTINGS_LOG", "error").start();
    server.seed("s", &json!({"command": "x"}));
    let trace = Trace::of(&server);
    server.patch(item("s")).json(&json!({"description": "traced"})).send().expect(200);
    let lines = trace.end();

    let folder = server.data().to_string_lossy().into_owned();
    let document = server.document_path().to_string_lossy().into_owned();
    let synced = |line: &str, what: &str| line.contains("sync(") && line.contains(&format!("<{what}>"));
    let shown = lines.join("\n");
    let place = |what: &str, test: &dyn Fn(&str) -> bool| {
        lines.iter().position(|line| test(line)).unwrap_or_else(|| panic!("no {what} in\n{shown}"))
    };
    let rename = place("rename", &|line| line.contains("rename") && line.contains("settings.json\""));
    let draft =
        lines[rename].split('"').find(|part| part.contains("settings") && !part.ends_with("/settings.json"));
    let draft = draft.and_then(|path| path.rsplit('/').next()).filter(|name| *name != "settings.json");
    let draft = draft.unwrap_or_else(|| panic!("what was renamed? {}", lines[rename])).to_owned();
    let order = [
        place("draft", &|line| line.contains("openat(") && line.contains(&draft) && line.contains("O_EXCL")),
        place("write of the draft", &|line| line.contains("write") && line.contains(&format!("/{draft}>"))),
        place("fsync of the draft", &|line| synced(line, &format!("{folder}/{draft}"))),
        rename,
        place("fsync of the folder", &|line| synced(line, &folder)),
        place("answer", &|line| line.contains("HTTP/1.1 200")),
    ];
    assert!(order.is_sorted(), "{order:?} in\n{shown}");
    let opened = &lines[order[0]];
    assert!(opened.contains("0600"), "the draft can be read by others: {opened}");
    let in_place = lines.iter().any(|line| line.contains("write") && line.contains(&format!("<{document}>")));
    assert!(!in_place, "the document was written in place:\n{shown}");
}

#[test]
fn a_state_that_someone_else_wrote_is_made_durable_before_it_is_confirmed() {
    let server = TestServer::builder(Site::new()).env("MCP_SETTINGS_LOG", "error").start();
    server.seed("s", &json!({"command": "x"}));
    let theirs = server.document().expect("it is there");
    server.write(theirs);
    server.get(item("s")).send().expect(200);
    let trace = Trace::of(&server);
    server.put(item("s")).json(&json!({"command": "x"})).send().expect(200);
    let lines = trace.end();
    let shown = lines.join("\n");
    let folder = server.data().to_string_lossy().into_owned();
    let answer = lines.iter().position(|line| line.contains("HTTP/1.1 200")).expect("it was answered");
    for path in [format!("<{folder}/settings.json>"), format!("<{folder}>")] {
        let synced = lines[..answer].iter().any(|line| line.contains("sync(") && line.contains(&path));
        assert!(synced, "{path} was not synced before the answer:\n{shown}");
    }
    assert!(!lines.iter().any(|line| line.contains("rename")), "an equal state was stored:\n{shown}");
}

#[test]
fn a_burst_of_writers_shares_its_syncs() {
    let server = TestServer::builder(Site::new()).env("MCP_SETTINGS_LOG", "error").start();
    server.seed("s", &json!({"command": "x"}));
    let trace = Trace::of_slow_disk(&server, 20_000);
    let barrier = Barrier::new(64);
    thread::scope(|scope| {
        for writer in 0..64 {
            let put = server.put(item(&format!("w{writer}"))).json(&json!({"command": "x"}));
            let barrier = &barrier;
            scope.spawn(move || {
                barrier.wait();
                put.send().expect(201);
            });
        }
    });
    let lines = trace.end();
    let count = |what: &str| lines.iter().filter(|line| line.contains(what)).count();
    let renames = count("rename");
    assert!((1..=24).contains(&renames), "64 writers caused {renames} replaces");
    assert!(count("sync(") <= 3 * renames + 2, "{} syncs for {renames} replaces", count("sync("));
}

#[test]
fn a_crash_leaves_the_old_document_or_the_new_one() {
    let site = std::sync::Arc::new(Site::with_document(fixture("settings/v1.58.0.json")));
    for run in 0..5 {
        let server = TestServer::builder(std::sync::Arc::clone(&site)).start();
        let patch = server.patch(item("off"));
        let writer = thread::spawn(move || {
            let mut last = None;
            for number in 0..10_000u32 {
                match patch.clone().json(&json!({"description": format!("{run}-{number}")})).try_send() {
                    Ok(answer) if answer.status == 200 => last = Some(number),
                    _ => break,
                }
            }
            last
        });
        eventually("writes go through", || {
            let shown = server.plaintext("off")["description"].clone();
            shown.as_str().is_some_and(|text| text.starts_with(&format!("{run}-")) && !text.ends_with("-0"))
        });
        server.crash();
        let number = writer.join().expect("the writer sees the end").expect("one write was answered");
        let stored = site.json()["agent_settings"]["mcp_config"]["off"]["description"].clone();
        let possible = [json!(format!("{run}-{number}")), json!(format!("{run}-{}", number + 1))];
        assert!(possible.contains(&stored), "answered up to {number}, stored {stored}");
    }
    // The next write removes what the crashed runs left behind.
    let server = TestServer::builder(std::sync::Arc::clone(&site)).start();
    server.patch(item("off")).json(&json!({"description": "after"})).send().expect(200);
    let names: BTreeSet<_> = site.files().into_iter().map(|(name, ..)| name).collect();
    assert_eq!(
        names,
        BTreeSet::from([".mcp-settings.etag-key", ".settings.lock", "settings.json"].map(str::to_owned))
    );
}

#[test]
fn everything_accepted_is_answered_before_it_stops() {
    let server = TestServer::start();
    server.seed("s", &json!({"command": "x"}));
    let peer = Peer::holding(&server.lock_path());
    let patch = server.patch(item("s")).json(&json!({"description": "accepted"}));
    let waiting = thread::spawn(move || patch.send());
    eventually("the write waits", || {
        server.log().contains("PATCH") || waiting.is_finished() || in_flight(&server)
    });
    let site = server.site();
    let stopping = thread::spawn(move || server.stop());
    drop(peer);
    let answer = waiting.join().expect("it is answered");
    let stopped = stopping.join().expect("it stops");
    assert_eq!(stopped.code, Some(0), "{}", stopped.stderr);
    let stored = site.json()["agent_settings"]["mcp_config"]["mcpServers"]["s"]["description"].clone();
    let is_done = stored == json!("accepted");
    assert_eq!(is_done, answer.status == 200, "answered {} but stored {stored}", answer.status);
}

/// Whether a thread of the service waits for the lock, as `/proc/locks` shows it.
fn in_flight(server: &TestServer) -> bool {
    let locks = fs::read_to_string("/proc/locks").unwrap_or_default();
    let pid = format!(" {} ", server.pid());
    locks.lines().any(|line| line.contains("-> FLOCK") && line.contains(&pid))
}

#[test]
fn the_folder_holds_what_the_service_says_and_nothing_else() {
    let server = TestServer::start();
    for number in 0..5 {
        server.seed(&format!("s{number}"), &json!({"command": "x", "env": {"A": "secret"}}));
        server.put(item("refused")).json(&json!({})).send().expect(422);
    }
    let names: Vec<_> = server.files().into_iter().map(|(name, mode, _)| (name, mode)).collect();
    let expected = [".mcp-settings.etag-key", ".settings.lock", "settings.json"];
    assert_eq!(names, expected.map(|name| (name.to_owned(), 0o600)));
}
