//! The verdict of a test of a stored server is that of the next probe, for every server that there is here. Where the start
//! failed nothing runs, and the probe says so.

use std::sync::Mutex;
use std::thread;

use serde_json::{Value, json};

use super::{answer, test};
use crate::instances::real::{Listening, node};
use crate::instances::{
    checked_by, installed, once_a_second, program, put, script, set_policy, start, stop, with_env,
};
use crate::server::TestServer;
use crate::sessions::web::{Reply, Request, Web, usual};

/// A server: its name here, its configuration, its run policy, and whether it works.
type Case = (String, Value, Value, bool);

/// Ends a start that comes to nothing early.
fn hasty() -> Value {
    json!({"start_timeout_seconds": 5})
}

fn case(name: &str, config: Value, works: bool) -> Case {
    (name.replace('.', "-"), config, hasty(), works)
}

/// Tests and probes each of them, two at a time, as a caller may.
#[track_caller]
fn agree(server: &TestServer, cases: Vec<Case>) {
    let count = cases.len();
    let (cases, differing) = (Mutex::new(cases), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        let next = || {
            while let Some((name, config, policy, works)) = { cases.lock().expect("no holder panics").pop() }
            {
                put(server, &name, &config);
                set_policy(server, &name, &policy);
                let tested = answer(test(server, &json!({"name": name}))).expect(200).json();
                let probed = once_a_second(server, &name, "probe");
                let is_up = match probed.status {
                    200 => probed.json()["ok"] == true,
                    _ => {
                        assert_eq!((probed.status, &*probed.problem()), (409, "not-running"), "{name}");
                        false
                    }
                };
                if tested["ok"] != is_up || is_up != works {
                    let probed = probed.text();
                    differing.lock().expect("no holder panics").push(format!("{name}: {tested} {probed}"));
                }
            }
        };
        for worker in [scope.spawn(next), scope.spawn(next)] {
            worker.join().expect("it has ended well");
        }
    });
    let differing = differing.into_inner().expect("no holder panics");
    assert!(differing.is_empty(), "{} of {count} differ: {differing:#?}", differing.len());
}

#[test]
fn test_and_probe_agree_over_real_servers() {
    let server = start();
    let mut memory = node("server-memory", &[]);
    memory["env"] = json!({"MEMORY_FILE_PATH": server.site.home().join("memory.json")});
    let (http, sse) = (Listening::start("streamableHttp"), Listening::start("sse"));
    let fetch = json!({"command": installed("python/bin/mcp-server-fetch"), "args": ["--ignore-robots-txt"]});
    let cases = [
        ("everything", node("server-everything", &["stdio"])),
        ("memory", memory),
        ("time", json!({"command": installed("python/bin/mcp-server-time")})),
        ("fetch", fetch),
        ("everything-http", json!({"url": http.url("/mcp")})),
        ("everything-sse", json!({"url": sse.url("/sse"), "transport": "sse"})),
    ];
    agree(
        &server,
        cases.into_iter().map(|(name, config)| (name.to_owned(), config, json!({}), true)).collect(),
    );
    stop(server);
}

#[test]
fn test_and_probe_agree_over_programs_that_misbehave() {
    let server = start();
    let mut cases: Vec<Case> = Vec::new();
    for (word, works) in [
        ("plain", true),
        ("junk", true),
        ("flood", true),
        ("fork", true),
        ("daemon", true),
        ("deaf", true),
        ("bare", true),
        ("slow=1", true),
        ("cursor", true),
        ("die", false),
        ("exit", false),
        ("mute", false),
    ] {
        cases.push(case(&word.replace('=', "-"), program(&[word]), works));
    }
    for (file, works) in [
        ("closes_stdout.py", false),
        ("deaf.py", false),
        ("double_forks.py", false),
        ("exits_with_3.sh", false),
        ("floods_stderr.py", false),
        ("forks_on.py", false),
        ("grows.py", false),
        ("leaves_a_child.sh", false),
        ("reports.py", false),
        ("secret_on_stderr.sh", false),
        ("silent.py", false),
        ("three_deep.sh", false),
    ] {
        cases.push(case(file, json!({"command": script(file), "env": {"API_KEY": "v"}}), works));
    }
    // A health check of its own takes the place of the list.
    for (tool, works) in
        [("pid", true), ("whoami", false), ("refuse", false), ("hang", false), ("leave", false)]
    {
        cases.push((format!("checked-by-{tool}"), program(&[]), checked_by(tool), works));
    }
    let with_token = with_env(program(&[]), json!({"TOKEN": "v"}));
    cases.push(("checked-with-token".to_owned(), with_token, checked_by("whoami"), true));
    agree(&server, cases);
    stop(server);
}

#[test]
fn test_and_probe_agree_over_programs_that_break_the_protocol() {
    let server = start();
    let words = [
        ("plain", true),
        ("junk", true),
        ("same", true),
        ("error", true),
        ("failed", true),
        ("leave", true),
        ("ask", true),
        ("silent", false),
        ("huge", false),
        ("unended", false),
        ("cursor", true),
        ("refuse", false),
        ("old", false),
        ("slow", false),
        ("deaf", false),
    ];
    let config = |word: &str| json!({"command": "python3", "args": [script("protocol.py"), word]});
    agree(&server, words.into_iter().map(|(word, works)| case(word, config(word), works)).collect());
    stop(server);
}

#[tokio::test(flavor = "multi_thread")]
async fn test_and_probe_agree_over_servers_that_misbehave() {
    let server = start();
    let listing = |answer: fn(&Request) -> Reply| {
        Web::serve(
            move |request| if request.rpc() == "tools/list" { answer(request) } else { usual(request) },
        )
    };
    let webs = [
        ("usual", Web::serve(usual).await, true),
        ("empty", listing(|request| Reply::result(request, json!({"tools": []}))).await, true),
        ("nameless", listing(|request| Reply::result(request, json!({"tools": [{}, 1]}))).await, true),
        ("no-list", listing(|request| Reply::result(request, json!({}))).await, false),
        ("fails", listing(|request| Reply::error(request, -32000, "out of order")).await, false),
        ("refuses-later", listing(|_| Reply::status(401)).await, false),
        ("broken", listing(|_| Reply::status(500)).await, false),
        (
            "page-later",
            listing(|_| Reply::Whole(200, vec![("content-type", "text/html".to_owned())], b"x".to_vec()))
                .await,
            false,
        ),
        ("hangs", listing(|_| Reply::Nothing).await, false),
        ("comments", listing(|_| Reply::Comments).await, false),
        ("large", listing(|_| Reply::Huge(64 << 20)).await, false),
        ("refuses", Web::serve(|_| Reply::status(401)).await, false),
        (
            "moved",
            Web::serve(|_| Reply::Whole(302, vec![("location", "http://h.invalid/".to_owned())], Vec::new()))
                .await,
            false,
        ),
        ("silent", Web::serve(|_| Reply::Nothing).await, false),
    ];
    let mut cases: Vec<Case> = Vec::new();
    for (name, web, works) in &webs {
        cases.push(case(name, json!({"url": web.url(), "transport": "http"}), *works));
    }
    cases.push(case("absent", json!({"url": "http://127.0.0.1:1/mcp"}), false));
    cases.push(case("forbidden", json!({"url": "http://169.254.169.254/mcp"}), false));
    agree(&server, cases);
    stop(server);
}
