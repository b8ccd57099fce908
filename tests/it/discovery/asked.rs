//! When a server is asked for its lists, and when what it said before is the answer (F1 to F6).

use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::lister::{Lister, Mood, described};
use super::{accept, asked_again, names, refreshed, timed, tools, tools_of};
use crate::instances::{ALL, call, place, probe, put, start, stop, text_of};
use crate::server::{READER, WRITER, eventually, item};
use crate::wire::Connection;

/// How long a server may take to list something.
const LISTING: Duration = Duration::from_secs(10);

/// For how long a failure counts.
const NEGATIVE: Duration = Duration::from_secs(10);

/// What is at once, on a machine that is busy.
const AT_ONCE: Duration = Duration::from_secs(1);

#[tokio::test(flavor = "multi_thread")]
async fn f1_a_second_read_asks_nothing() {
    let lister = Lister::of(&["a", "b"]).await;
    let server = lister.served();
    let answer = tools_of(&server, "a").send().expect(200);
    assert_eq!(answer.header("age"), Some("0"));
    let first = answer.json();
    assert_eq!((names(&first), lister.asked()), (vec!["a".to_owned(), "b".to_owned()], 1));
    assert_eq!(
        (&first["stale"], &first["fault"], &first["drift"]),
        (&json!(false), &Value::Null, &Value::Null)
    );
    assert_eq!(first["fingerprint"], first["accepted"]);
    lister.offer(Vec::new());
    for _ in 0..3 {
        assert_eq!(tools(&server, "a"), first);
    }
    assert_eq!(lister.asked(), 1);
    // Each list is cached by itself.
    for (path, method) in [("resources", "resources/list"), ("prompts", "prompts/list")] {
        for _ in 0..2 {
            server.get(format!("{}/{path}", place("a"))).key(READER).send().expect(200);
        }
        assert_eq!(lister.web.count(method), 1, "{method}");
    }
    stop(server);
}

#[tokio::test(flavor = "multi_thread")]
async fn f1_a_refresh_asks_again_and_needs_write() {
    let lister = Lister::of(&["a"]).await;
    let server = lister.served();
    tools(&server, "a");
    let refused = asked_again(&server, "a").key(READER).send().expect_problem(403, "insufficient-scope");
    assert_eq!((&refused.json()["required_scope"], lister.asked()), (&json!("write"), 1));
    lister.offer(vec![described("b", "x")]);
    assert_eq!((names(&refreshed(&server, "a")), lister.asked()), (vec!["b".to_owned()], 2));
    assert_eq!((names(&tools(&server, "a")), lister.asked()), (vec!["b".to_owned()], 2));
    stop(server);
}

#[tokio::test(flavor = "multi_thread")]
async fn f1_after_a_failure_nothing_is_asked_for_ten_seconds() {
    let lister = Lister::of(&["a"]).await;
    let server = lister.served();
    lister.be(Mood::Failing);
    let fault = |request: crate::wire::Request| {
        request.send().expect_problem(502, "server-fault").json()["fault"].take()
    };
    let first = fault(tools_of(&server, "a"));
    assert_eq!(first, json!({"kind": "json_rpc", "message": "out of order"}));
    let failed = Instant::now();
    lister.be(Mood::Well);
    while failed.elapsed() < NEGATIVE - AT_ONCE {
        assert_eq!(fault(tools_of(&server, "a")), first);
        // However it is wanted.
        assert_eq!(fault(asked_again(&server, "a")), first);
        assert_eq!(lister.asked(), 1);
        thread::sleep(Duration::from_millis(300));
    }
    thread::sleep((NEGATIVE + Duration::from_millis(100)).saturating_sub(failed.elapsed()));
    assert_eq!((names(&tools(&server, "a")), lister.asked()), (vec!["a".to_owned()], 2));
    stop(server);
}

#[tokio::test(flavor = "multi_thread")]
async fn f2_a_hanging_server_stalls_the_first_read_only_and_its_list_is_shown_as_old() {
    let lister = Lister::of(&["a"]).await;
    let server = lister.served();
    let before = tools(&server, "a");
    lister.be(Mood::Silent);
    let (first, took) = timed(asked_again(&server, "a"));
    assert!(LISTING <= took && took < LISTING + 3 * AT_ONCE, "{took:?}");
    for (answer, took) in
        [(first, Duration::ZERO), timed(tools_of(&server, "a")), timed(asked_again(&server, "a"))]
    {
        assert!(took < AT_ONCE, "{took:?}");
        let listing = answer.expect(200).json();
        assert_eq!((&listing["tools"], &listing["at_ms"]), (&before["tools"], &before["at_ms"]));
        assert_eq!((&listing["stale"], &listing["fault"]["kind"]), (&json!(true), &json!("timeout")));
    }
    assert_eq!(lister.asked(), 2);
    stop(server);
}

#[tokio::test(flavor = "multi_thread")]
async fn f2_so_does_one_that_never_listed_anything() {
    let lister = Lister::of(&[]).await;
    let server = lister.served();
    lister.be(Mood::Silent);
    let (first, took) = timed(tools_of(&server, "a"));
    assert!(LISTING <= took, "{took:?}");
    let (second, took) = timed(tools_of(&server, "a"));
    assert!(took < AT_ONCE, "{took:?}");
    for answer in [first, second] {
        let problem = answer.expect_problem(504, "server-fault").json();
        assert_eq!(problem["fault"]["kind"], "timeout", "{problem}");
    }
    assert_eq!(lister.asked(), 1);
    stop(server);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_never_listed_and_cannot_be_is_the_servers_fault() {
    for (mood, status) in [(Mood::Failing, 502), (Mood::Silent, 504)] {
        let lister = Lister::of(&[]).await;
        let server = lister.served();
        lister.be(mood);
        let read = |list: &str| server.get(format!("{}/{list}", place("a"))).key(READER);
        // All at once, since a silent one takes its time.
        thread::scope(|scope| {
            for request in [read("resources"), read("prompts"), accept(&server, "a", &json!("0"))] {
                scope.spawn(|| request.send().expect_problem(status, "server-fault"));
            }
        });
        stop(server);
    }
}

/// What is read at once after a change is never the old list as if it were the new one's.
#[tokio::test(flavor = "multi_thread")]
async fn f3_an_edit_invalidates() {
    let (old, new) = (Lister::of(&["old"]).await, Lister::of(&["new"]).await);
    let server = old.served();
    for (from, to, name, known) in [(&old, &new, "new", "old"), (&new, &old, "old", "new")] {
        assert_eq!(tools(&server, "a")["stale"], false);
        let generation = tools(&server, "a")["generation"].clone();
        let asked = from.asked();
        server.put(item("a")).key(ALL).json(&to.config()).send().expect(200);
        let listing = tools(&server, "a");
        assert_eq!((&names(&listing)[..], &listing["stale"]), (&[known.to_owned()][..], &json!(true)));
        text_of(call(&server, "a", "x"));
        let listing = tools(&server, "a");
        assert_eq!((&names(&listing)[..], &listing["stale"]), (&[name.to_owned()][..], &json!(false)));
        assert_ne!(listing["generation"], generation);
        assert_eq!(from.asked(), asked, "the old one is not asked");
    }
    stop(server);
}

#[tokio::test(flavor = "multi_thread")]
async fn f3_a_removal_invalidates() {
    let (old, new) = (Lister::of(&["old"]).await, Lister::of(&["new"]).await);
    let server = old.served();
    tools(&server, "a");
    for key in [ALL, WRITER] {
        server.delete(item("a")).key(key).send().expect(204);
        tools_of(&server, "a").send().expect_problem(404, "unknown-server");
        put(&server, "a", &new.config());
        tools_of(&server, "a").send().expect_problem(404, "no-list");
        text_of(call(&server, "a", "x"));
        assert_eq!(names(&tools(&server, "a")), ["new"]);
        server.delete(item("a")).key(key).send().expect(204);
        put(&server, "a", &old.config());
        text_of(call(&server, "a", "x"));
        assert_eq!(names(&tools(&server, "a")), ["old"]);
    }
    // The same again is the same server, of which a list may be known, and no more.
    server.delete(item("a")).key(ALL).send().expect(204);
    put(&server, "a", &old.config());
    let answer = tools_of(&server, "a").send();
    assert!(answer.status == 404 || names(&answer.json()) == ["old"], "{}", answer.text());
    stop(server);
}

#[tokio::test(flavor = "multi_thread")]
async fn f3_a_rename_invalidates() {
    let (one, two) = (Lister::of(&["one"]).await, Lister::of(&["two"]).await);
    let server = one.served();
    two.run(&server, "b");
    assert_eq!(
        (names(&tools(&server, "a")), names(&tools(&server, "b"))),
        (vec!["one".to_owned()], vec!["two".to_owned()])
    );
    let rename = |from: &str, to: &str| {
        let request = server.post(format!("{}/rename", item(from))).key(ALL).json(&json!({"to": to}));
        request.send().expect(200);
    };
    rename("a", "c");
    rename("b", "a");
    for (name, tool) in [("a", "two"), ("c", "one")] {
        assert_eq!(names(&tools(&server, name)), [tool], "at once");
        eventually("it is asked under its new name", || tools(&server, name)["stale"] == false);
        assert_eq!(names(&tools(&server, name)), [tool]);
    }
    tools_of(&server, "b").send().expect_problem(404, "unknown-server");
    assert_eq!((one.web.count("initialize"), two.web.count("initialize")), (1, 1), "they go on");
    stop(server);
}

#[tokio::test(flavor = "multi_thread")]
async fn f3_a_server_that_says_that_its_tools_changed_is_asked_again() {
    let lister = Lister::of(&["a"]).await;
    let server = lister.served();
    tools(&server, "a");
    lister.offer(vec![described("b", "x")]);
    assert_eq!(names(&tools(&server, "a")), ["a"], "it has not said so yet");
    text_of(call(&server, "a", "announce"));
    assert_eq!((names(&tools(&server, "a")), lister.asked()), (vec!["b".to_owned()], 2));
    assert_eq!((names(&tools(&server, "a")), lister.asked()), (vec!["b".to_owned()], 2));
    stop(server);
}

#[tokio::test(flavor = "multi_thread")]
async fn f4_twenty_parallel_reads_ask_once() {
    let lister = Lister::of(&["a"]).await;
    let server = lister.served();
    lister.be(Mood::Slow(AT_ONCE));
    thread::scope(|scope| {
        let reads: Vec<_> = (0..20).map(|_| scope.spawn(|| tools(&server, "a"))).collect();
        for read in reads {
            let listing = read.join().expect("it was answered");
            assert_eq!((&names(&listing)[..], &listing["stale"]), (&["a".to_owned()][..], &json!(false)));
        }
    });
    assert_eq!(lister.asked(), 1);
    stop(server);
}

/// One whose reader has gone is answered for all others.
#[tokio::test(flavor = "multi_thread")]
async fn f4_a_reader_that_goes_away_takes_nothing_from_the_others() {
    let lister = Lister::of(&["a"]).await;
    let server = lister.served();
    lister.be(Mood::Slow(AT_ONCE));
    let mut gone = Connection::open(server.address()).expect("it listens");
    gone.wait_at_most(Duration::from_millis(200)).expect("it is open");
    assert!(gone.send(tools_of(&server, "a")).is_err(), "it was answered already");
    drop(gone);
    assert_eq!((names(&tools(&server, "a")), lister.asked()), (vec!["a".to_owned()], 1));
    stop(server);
}

#[tokio::test(flavor = "multi_thread")]
async fn f5_one_hanging_server_does_not_delay_the_others() {
    let (hanging, other) = (Lister::of(&["h"]).await, Lister::of(&["o"]).await);
    let server = hanging.served();
    for name in ["b", "c", "d"] {
        other.run(&server, name);
    }
    hanging.be(Mood::Silent);
    thread::scope(|scope| {
        let stalled = scope.spawn(|| timed(tools_of(&server, "a")));
        eventually("it hangs", || hanging.asked() == 1);
        for name in ["b", "c", "d"] {
            let (answer, took) = timed(tools_of(&server, name));
            assert_eq!(names(&answer.expect(200).json()), ["o"]);
            assert!(took < AT_ONCE, "{took:?}");
        }
        let (list, took) = timed(server.get("/api/instances").key(READER));
        assert!(took < AT_ONCE, "{took:?}");
        list.expect(200);
        assert!(!stalled.is_finished(), "it did not hang");
        stalled.join().expect("it was answered").0.expect_problem(504, "server-fault");
    });
    stop(server);
}

#[tokio::test(flavor = "multi_thread")]
async fn f6_a_probe_never_reads_what_is_cached() {
    let lister = Lister::of(&["a"]).await;
    let server = start();
    put(&server, "a", &lister.config());
    text_of(call(&server, "a", "x"));
    assert_eq!(names(&tools(&server, "a")), ["a"]);
    // The first comes by itself within five seconds.
    probe(&server, "a");
    lister.be(Mood::Failing);
    let before = lister.asked();
    let reading = probe(&server, "a");
    assert_eq!((&reading["ok"], &reading["fault"]["kind"]), (&json!(false), &json!("json_rpc")), "{reading}");
    assert_eq!(lister.asked(), before + 1);
    assert_eq!(names(&tools(&server, "a")), ["a"], "what is cached is shown still");
    stop(server);
}

#[tokio::test(flavor = "multi_thread")]
async fn f6_a_default_probe_that_went_well_fills_the_cache() {
    let lister = Lister::of(&["a"]).await;
    let server = start();
    put(&server, "a", &lister.config());
    text_of(call(&server, "a", "x"));
    assert_eq!(probe(&server, "a")["ok"], true);
    let asked = lister.asked();
    assert_eq!((names(&tools(&server, "a")), lister.asked()), (vec!["a".to_owned()], asked));
    lister.offer(vec![described("b", "x")]);
    assert_eq!(names(&tools(&server, "a")), ["a"]);
    assert_eq!(probe(&server, "a")["ok"], true);
    let asked = lister.asked();
    assert_eq!((names(&tools(&server, "a")), lister.asked()), (vec!["b".to_owned()], asked));
    // So does a failure that is cached.
    lister.be(Mood::Failing);
    assert_eq!(refreshed(&server, "a")["fault"]["kind"], "json_rpc");
    lister.be(Mood::Well);
    assert_eq!(probe(&server, "a")["ok"], true);
    let listing = tools(&server, "a");
    assert_eq!((&listing["fault"], &listing["stale"]), (&Value::Null, &json!(false)));
    stop(server);
}
