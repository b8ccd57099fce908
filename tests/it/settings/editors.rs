//! Two editors of one server, here and on its own resource: one of them wins (L1), and a write whose answer was
//! lost can be sent again (L8).

use std::thread;

use serde_json::json;

use super::{LAYOUTS, on, shown};
use crate::server::{SERVERS, item, settings_item};
use crate::wire::Request;

#[test]
fn of_two_editors_with_one_tag_one_wins_whichever_route_they_take() {
    for layout in LAYOUTS {
        let server = on(layout, &json!({"s": {"command": "x", "env": {"A": "s"}}}));
        for (one, other) in [
            (settings_item("s"), item("s")),
            (item("s"), settings_item("s")),
            (settings_item("s"), settings_item("s")),
        ] {
            let tag = server.get(item("s")).send().etag();
            let first =
                server.patch(one).if_match(&tag).json(&json!({"description": tag})).send().expect(200);
            let lost = server.patch(&other).if_match(&tag).json(&json!({"icon": tag})).send();
            let lost = lost.expect_problem(412, "precondition-failed");
            assert_eq!(lost.json()["current_etag"], first.etag());
            assert_eq!(lost.json()["current"]["description"], tag);
            assert_eq!(lost.json()["changed"], json!(["/icon"]));
            server.patch(&other).if_match(first.etag()).json(&json!({"icon": tag})).send().expect(200);
        }
    }
}

/// The statuses that eight requests at once are answered with.
fn at_once(request: impl Fn(usize) -> Request) -> Vec<u16> {
    thread::scope(|scope| {
        let runs: Vec<_> =
            (0..8).map(&request).map(|request| scope.spawn(|| request.send().status)).collect();
        runs.into_iter().map(|run| run.join().expect("a request is answered")).collect()
    })
}

/// How often a status was answered.
fn count(statuses: &[u16], status: u16) -> usize {
    statuses.iter().filter(|own| **own == status).count()
}

#[test]
fn of_many_editors_at_once_one_wins() {
    for layout in LAYOUTS {
        let server = on(layout, &json!({"s": {"command": "x"}}));
        let tag = server.get(item("s")).send().etag();
        let statuses = at_once(|number| {
            let target = if number % 2 == 0 { settings_item("s") } else { item("s") };
            server.patch(target).if_match(&tag).json(&json!({"description": number.to_string()}))
        });
        assert_eq!((count(&statuses, 200), count(&statuses, 412)), (1, 7), "{statuses:?}");
    }
}

#[test]
fn of_many_who_create_one_name_one_does() {
    let server = on("flat", &json!({}));
    let create =
        |number: usize| server.post(settings_item("s")).json(&json!({"command": number.to_string()}));
    let statuses = at_once(create);
    assert_eq!((count(&statuses, 201), count(&statuses, 409)), (1, 7), "{statuses:?}");
    assert_eq!(server.get(SERVERS).send().json()["servers"].as_array().map(Vec::len), Some(1));
}

#[test]
fn a_patch_whose_answer_was_lost_can_be_sent_again() {
    let servers = json!({"s": {"url": "https://h/", "auth": "t", "type": "sse"}});
    for (layout, servers) in [
        ("wrapped", servers),
        ("flat", json!({"s": {"url": "https://h/", "auth": {"strategy": "bearer", "value": "t"}}})),
    ] {
        let server = on(layout, &servers);
        for patch in [
            json!({"auth": {"strategy": "bearer", "value": "new"}}),
            json!({"auth": {"strategy": "api_key", "header_name": "X"}, "transport": "http"}),
            json!({"auth": null, "description": "d"}),
        ] {
            let tag = server.get(item("s")).send().etag();
            let send = || server.patch(settings_item("s")).if_match(&tag).json(&patch).send().expect(200);
            let (first, stored) = (send(), server.document());
            let again = send();
            assert_eq!((again.etag(), again.json()), (first.etag(), first.json()), "{layout} {patch}");
            assert!(server.document() == stored, "{layout} {patch}");
        }
        assert_eq!(shown(&server, "")["s"]["description"], "d");
    }
}
