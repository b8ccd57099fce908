//! Drift: what differs from the tools that were seen first or accepted is shown, wherever somebody looks.

use std::time::Duration;

use serde_json::{Value, json};

use super::lister::{Lister, described};
use super::{accept, names, refreshed, tool, tools};
use crate::instances::{ALL, USER, call, set_policy, shown, stop, text_of};
use crate::server::{ADMIN, READER, TestServer, WRITER, eventually, item};

/// Whether the list of instances says that the tools have changed.
fn has_drifted(server: &TestServer) -> Value {
    server.get("/api/instances").key(READER).send().expect(200).json()["instances"][0]["drift"].take()
}

/// How often the events of the instance say so.
fn drifts(server: &TestServer) -> usize {
    let events = shown(server, "a")["events"].as_array().expect("events").clone();
    events.iter().filter(|event| event["kind"] == "drift").count()
}

#[tokio::test(flavor = "multi_thread")]
async fn drift_is_shown_in_the_list_the_stream_the_events_and_the_tools() {
    let lister = Lister::of(&["gone", "same", "other"]).await;
    let server = lister.served();
    let first = refreshed(&server, "a");
    let (mut stream, _) = server.follow();
    stream.wait_at_most(Duration::from_millis(1_500));
    stream.try_next().ok();
    assert_eq!(
        (&stream.instances[0]["drift"], has_drifted(&server), drifts(&server)),
        (&json!(false), json!(false), 0)
    );
    lister.offer(vec![described("other", "y"), described("new", "x"), described("same", "x")]);
    let listing = refreshed(&server, "a");
    assert_eq!(listing["drift"], json!({"added": ["new"], "removed": ["gone"], "changed": ["other"]}));
    assert_eq!(
        (&listing["accepted"], listing["fingerprint"] == first["fingerprint"]),
        (&first["fingerprint"], false)
    );
    let of = |name: &str| (tool(&listing, name)["drift"].clone(), tool(&listing, name)["offered"].clone());
    assert_eq!(of("new"), (json!("added"), json!(true)));
    assert_eq!((of("other"), of("same")), ((json!("changed"), json!(true)), (Value::Null, json!(true))));
    eventually("the list says so", || has_drifted(&server) == true);
    let (mut stream, _) = server.follow();
    stream.wait_at_most(Duration::from_millis(1_500));
    stream.try_next().ok();
    assert_eq!((&stream.instances[0]["drift"], drifts(&server)), (&json!(true), 1));
    // Listed once more, it is no other event; and as it was before, it is no drift.
    refreshed(&server, "a");
    lister.offer(["other", "same", "gone"].map(|name| described(name, "x")).to_vec());
    let listing = refreshed(&server, "a");
    assert_eq!(
        (&listing["drift"], &listing["fingerprint"]),
        (&Value::Null, &first["fingerprint"]),
        "in any order"
    );
    eventually("the list says so", || has_drifted(&server) == false);
    assert_eq!(drifts(&server), 1);
    stop(server);
}

/// The event of the stream comes to those who follow it.
#[tokio::test(flavor = "multi_thread")]
async fn drift_comes_over_the_open_stream() {
    let lister = Lister::of(&["a"]).await;
    let server = lister.served();
    refreshed(&server, "a");
    let (mut stream, _) = server.follow();
    stream.wait_at_most(Duration::from_millis(300));
    lister.offer(Vec::new());
    refreshed(&server, "a");
    eventually("it comes", || {
        stream.try_next().ok();
        stream.instances.first().is_some_and(|instance| instance["drift"] == true)
    });
    stop(server);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_shown_now_is_accepted_by_its_fingerprint_and_by_who_may_run() {
    let lister = Lister::of(&["a"]).await;
    let server = lister.served();
    let first = refreshed(&server, "a");
    lister.offer(vec![described("b", "x")]);
    let second = refreshed(&server, "a");
    lister.offer(vec![described("c", "x")]);
    let third = refreshed(&server, "a");
    for old in [&first, &second] {
        accept(&server, "a", &old["fingerprint"]).send().expect_problem(409, "tools-changed");
    }
    for key in [READER, USER, WRITER, ADMIN] {
        let refused = accept(&server, "a", &third["fingerprint"]).key(key).send();
        assert_eq!(refused.expect_problem(403, "insufficient-scope").json()["required_scope"], "run");
    }
    for body in [json!({}), json!({"fingerprint": 1}), json!({"fingerprint": null}), json!({"x": ""})] {
        let request = accept(&server, "a", &json!("")).without("Content-Type").json(&body);
        request.send().expect_problem(422, "malformed-body");
    }
    assert_eq!(tools(&server, "a")["accepted"], first["fingerprint"], "none of these has accepted anything");
    eventually("the list says so", || has_drifted(&server) == true);
    let accepted = accept(&server, "a", &third["fingerprint"]).send().expect(200).json();
    assert_eq!((&accepted["accepted"], &accepted["drift"]), (&third["fingerprint"], &Value::Null));
    assert_eq!(names(&accepted), ["c"]);
    eventually("the list says so", || has_drifted(&server) == false);
    // It is accepted already, which changes nothing.
    accept(&server, "a", &third["fingerprint"]).key(ALL).send().expect(200);
    stop(server);
}

/// Another launch is another program, whose tools are others by right; unless it was said that they must not be.
#[tokio::test(flavor = "multi_thread")]
async fn another_launch_is_compared_with_what_was_accepted_where_tools_are_pinned_only() {
    let (old, new) = (Lister::of(&["old"]).await, Lister::of(&["new"]).await);
    for is_pinned in [false, true] {
        let server = old.served();
        let mut policy = super::lister::probed_by_a_tool();
        policy["tools"] = json!({"pinned": is_pinned});
        set_policy(&server, "a", &policy);
        let first = refreshed(&server, "a");
        let accepted = accept(&server, "a", &first["fingerprint"]).send().expect(200).json();
        server.put(item("a")).key(ALL).json(&new.config()).send().expect(200);
        eventually("it is seen", || shown(&server, "a")["generation"] != accepted["generation"]);
        // The tool of the new one is held back.
        match is_pinned {
            true => drop(call(&server, "a", "new").send().expect_problem(403, "tool-not-allowed")),
            false => drop(text_of(call(&server, "a", "new"))),
        }
        let listing = tools(&server, "a");
        let drift = json!({"added": ["new"], "removed": ["old"], "changed": []});
        let (expected, drift) = match is_pinned {
            true => (&first["fingerprint"], drift),
            false => (&listing["fingerprint"], Value::Null),
        };
        assert_eq!((&listing["accepted"], &listing["drift"]), (expected, &drift), "{is_pinned}");
        eventually("the list says so", || has_drifted(&server) == is_pinned);
        stop(server);
    }
}
