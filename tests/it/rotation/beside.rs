//! A rotation while a service writes: neither undoes what the other did.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use serde_json::json;

use super::{NEW, report, rotate, service, site};
use crate::crypto::{self, tokens};
use crate::server::{SECRET, eventually, item};

#[test]
fn a_rotation_and_writers_beside_it_lose_nothing_of_each_other() {
    let server = service(site("settings/v1.58.0.json"));
    let github = server.plaintext("github")["env"].clone();
    let is_over = AtomicBool::new(false);
    let (server, is_over) = (&server, &is_over);
    thread::scope(|scope| {
        let writers: Vec<_> = (0..3)
            .map(|writer| {
                scope.spawn(move || {
                    let name = format!("writer-{writer}");
                    let mut tag = server.seed(&name, &json!({"command": "x", "env": {"N": "0"}}));
                    let mut count = 0;
                    // One tag after the other: were a rotation to change one, the next write would be 412.
                    while count == 0 || !is_over.load(Ordering::SeqCst) {
                        count += 1;
                        let patch = json!({"env": {"N": count.to_string()}});
                        tag = server.patch(item(&name)).if_match(&tag).json(&patch).send().expect(200).etag();
                    }
                    (name, count)
                })
            })
            .collect();
        let written = |name: &str| server.get(item(name)).send().status == 200;
        eventually("all write", || (0..3).all(|writer| written(&format!("writer-{writer}"))));
        let first = report(&rotate(server, &[NEW, SECRET]));
        assert_ne!(first, "encrypted again: 0\n");
        // An operator who rotates again and again, and back: each time everything is encrypted again.
        for round in 0..10 {
            let keys = if round % 2 == 0 { [SECRET, NEW] } else { [NEW, SECRET] };
            assert_ne!(report(&rotate(server, &keys)), "encrypted again: 0\n", "round {round}");
        }
        is_over.store(true, Ordering::SeqCst);
        for writer in writers {
            let (name, count) = writer.join().expect("a writer does not panic");
            assert_eq!(server.plaintext(&name)["env"]["N"], json!(count.to_string()));
        }
    });
    assert_eq!(server.plaintext("github")["env"], github);
    report(&rotate(server, &[NEW, SECRET]));
    let left = tokens(&server.json());
    assert!(left.iter().all(|token| crypto::open(NEW, token).is_some()));
}
