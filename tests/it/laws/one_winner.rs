//! L1: of all who name one state, one wins: over threads, over two services, beside a third program.

use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::peer::Peer;
use crate::server::{TestServer, item};
use crate::site::Site;
use crate::wire::Connection;

/// Changes a sibling again and again under the lock, as OpenHands writes, until its input ends; prints how
/// often.
const SIBLING: &str = "
import fcntl, json, os, select, sys, time
path, lock = sys.argv[1:]
count = 0
while not select.select([sys.stdin], [], [], 0.001)[0]:
    handle = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(handle, fcntl.LOCK_EX)
    document = json.load(open(path))
    count += 1
    document['agent_settings']['mcp_config']['mcpServers']['sibling']['description'] = str(count)
    document['agent_settings']['other'] = count
    with open(path + '.peer', 'w') as draft: json.dump(document, draft, indent=2)
    os.rename(path + '.peer', path)
    os.close(handle)
print(count)
";

/// Holds the lock 8 ms of every 10, until its input ends.
const GREEDY: &str = "
import fcntl, os, select, sys, time
handle = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT, 0o600)
print('started', flush=True)
while not select.select([sys.stdin], [], [], 0)[0]:
    fcntl.flock(handle, fcntl.LOCK_EX)
    time.sleep(0.008)
    fcntl.flock(handle, fcntl.LOCK_UN)
    time.sleep(0.002)
";

const ROUNDS: usize = 200;
const WRITERS: usize = 8;

/// Every writer sends its own value under the one tag, at the same moment; their statuses and tags.
fn round(
    writers: &mut [Connection],
    services: &[&TestServer],
    tag: &str,
    number: usize,
) -> Vec<(u16, String)> {
    let barrier = Barrier::new(writers.len());
    let barrier = &barrier;
    thread::scope(|scope| {
        let threads: Vec<_> = writers
            .iter_mut()
            .enumerate()
            .map(|(writer, connection)| {
                let value = json!({"command": "x", "env": {"VALUE": format!("{number}-{writer}")}});
                let put =
                    services[writer % services.len()].put(item("fought-over")).if_match(tag).json(&value);
                scope.spawn(move || {
                    barrier.wait();
                    let answer = connection.send(put).expect("every writer is answered");
                    (answer.status, answer.etag())
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().expect("a writer does not panic")).collect()
    })
}

#[test]
fn of_eight_writers_over_two_services_exactly_one_wins_each_round() {
    let first = TestServer::start();
    let mut tag = first.seed("fought-over", &json!({"command": "x", "env": {"VALUE": "start"}}));
    first.seed("sibling", &json!({"command": "x", "env": {"S": "sibling-secret"}}));
    let second = TestServer::builder(first.site()).start();
    let path = first.document_path().to_string_lossy().into_owned();
    let lock = first.lock_path().to_string_lossy().into_owned();
    let peer = Peer::run(SIBLING, &[&path, &lock]);
    let services = [&first, &second];
    let open = |writer: usize| Connection::open(services[writer % 2].address()).expect("it listens");
    let mut writers: Vec<_> = (0..WRITERS).map(open).collect();

    for number in 0..ROUNDS {
        let answers = round(&mut writers, &services, &tag, number);
        let mut winners = answers.iter().enumerate().filter(|(_, (status, _))| *status == 200);
        let (winner, (_, new_tag)) =
            winners.next().unwrap_or_else(|| panic!("round {number}: nobody won: {answers:?}"));
        assert!(winners.next().is_none(), "round {number}: more than one won: {answers:?}");
        let losers = answers.iter().filter(|(status, _)| *status == 412).count();
        assert_eq!(losers, WRITERS - 1, "round {number}: {answers:?}");
        for service in services {
            let value = service.plaintext("fought-over")["env"]["VALUE"].clone();
            assert_eq!(
                value,
                json!(format!("{number}-{winner}")),
                "round {number}: the winner's value is lost"
            );
        }
        new_tag.clone_into(&mut tag);
    }
    let count = peer.finish().trim().to_owned();
    assert!(count.parse::<usize>().is_ok_and(|count| count > 0), "the peer wrote nothing");
    assert_eq!(
        second.plaintext("sibling"),
        json!({
            "command": "x", "env": {"S": "sibling-secret"}, "description": count,
        })
    );
    assert_eq!(
        second.json()["agent_settings"]["other"].to_string(),
        count,
        "a sibling of the map was overwritten"
    );
}

#[test]
fn of_many_who_create_one_name_one_does() {
    let server = TestServer::start();
    for number in 0..20 {
        let name = format!("new-{number}");
        let statuses = thread::scope(|scope| {
            let threads: Vec<_> = (0..WRITERS)
                .map(|writer| {
                    let put = server.put(item(&name)).if_none_match("*");
                    let put = put.json(&json!({"command": format!("by-{writer}")}));
                    scope.spawn(move || put.send().status)
                })
                .collect();
            threads
                .into_iter()
                .map(|thread| thread.join().expect("a writer does not panic"))
                .collect::<Vec<_>>()
        });
        assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
        assert_eq!(statuses.iter().filter(|status| **status == 412).count(), WRITERS - 1, "{statuses:?}");
    }
}

#[test]
fn writers_of_different_servers_all_succeed() {
    let first = TestServer::start();
    let second = TestServer::builder(first.site()).start();
    first.seed("seed", &json!({"command": "x"}));
    let services = [&first, &second];
    thread::scope(|scope| {
        for writer in 0..WRITERS {
            let service = services[writer % 2];
            scope.spawn(move || {
                for number in 0..5 {
                    let name = format!("w{writer}-{number}");
                    service.put(item(&name)).json(&json!({"command": name})).send().expect(201);
                }
            });
        }
    });
    let document: Value = first.json();
    let servers = document["agent_settings"]["mcp_config"]["mcpServers"].as_object().expect("a map");
    assert_eq!(servers.len(), WRITERS * 5 + 1, "a create was lost");
}

/// The median time of a write.
fn median_write(server: &TestServer, label: &str) -> Duration {
    let mut connection = Connection::open(server.address()).expect("it listens");
    let mut times: Vec<_> = (0..41)
        .map(|number| {
            let patch = server.patch(item("s")).json(&json!({"description": format!("{label} {number}")}));
            let began = Instant::now();
            assert_eq!(connection.send(patch).expect("it is answered").status, 200);
            began.elapsed()
        })
        .collect();
    times.sort();
    times[times.len() / 2]
}

#[test]
fn a_greedy_peer_delays_a_write_by_less_than_30_ms() {
    let server = TestServer::builder(Site::new()).env("MCP_SETTINGS_LOG", "info").start();
    server.seed("s", &json!({"command": "x"}));
    let alone = median_write(&server, "alone");
    let mut peer = Peer::run(GREEDY, &[&server.lock_path().to_string_lossy()]);
    assert_eq!(peer.line(), "started");
    let beside = median_write(&server, "beside");
    peer.finish();
    assert!(beside < alone + Duration::from_millis(30), "{beside:?} beside a greedy peer, {alone:?} alone");
}
