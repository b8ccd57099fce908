//! Which tools are offered, and called: those that the run policy allows, and where tools are pinned only as they were
//! accepted.

use serde_json::json;

use super::lister::{Lister, described, probed_by_a_tool};
use super::{accept, refreshed, tool, tools};
use crate::instances::{call, set_policy, start_runner_on, stop, text_of};
use crate::server::TestServer;

#[track_caller]
fn choose(server: &TestServer, rules: serde_json::Value) {
    let mut policy = probed_by_a_tool();
    policy["tools"] = rules;
    set_policy(server, "a", &policy);
}

/// Whether it is offered, and held back.
#[track_caller]
fn is(server: &TestServer, name: &str, offered: bool, held_back: bool) {
    let listing = tools(server, "a");
    let own = tool(&listing, name);
    assert_eq!((&own["offered"], &own["held_back"]), (&json!(offered), &json!(held_back)), "{own}");
    match offered {
        true => drop(text_of(call(server, "a", name))),
        false => drop(call(server, "a", name).send().expect_problem(403, "tool-not-allowed")),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_pinned_is_held_back_until_it_is_accepted_as_it_is_now() {
    let lister = Lister::of(&["same", "other"]).await;
    let server = lister.served();
    choose(&server, json!({"pinned": true}));
    refreshed(&server, "a");
    is(&server, "same", true, false);
    is(&server, "other", true, false);
    lister.offer(vec![described("same", "x"), described("other", "y"), described("new", "x")]);
    let listing = refreshed(&server, "a");
    is(&server, "same", true, false);
    is(&server, "other", false, true);
    is(&server, "new", false, true);
    // A tool that nobody listed is not called either.
    call(&server, "a", "hidden").send().expect_problem(403, "tool-not-allowed");
    let called: Vec<String> = lister.web.requests().into_iter().map(|request| request.body).collect();
    assert!(!called.iter().any(|body| body.contains("\"new\"") || body.contains("hidden")), "{called:?}");
    // It holds over a restart.
    let site = server.site();
    stop(server);
    let server = start_runner_on(site);
    for (name, status) in [("same", 200), ("other", 403), ("new", 403)] {
        call(&server, "a", name).send().expect(status);
    }
    accept(&server, "a", &listing["fingerprint"]).send().expect(200);
    for name in ["same", "other", "new"] {
        is(&server, name, true, false);
    }
    // What was accepted in between is no longer.
    lister.offer(vec![described("other", "x")]);
    refreshed(&server, "a");
    is(&server, "other", false, true);
    choose(&server, json!({}));
    is(&server, "other", true, false);
    stop(server);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_allowed_and_denied_is_shown_as_offered_or_not() {
    let lister = Lister::of(&["one", "two"]).await;
    let server = lister.served();
    for (rules, one, two) in [
        (json!({}), true, true),
        (json!({"allow": ["one"]}), true, false),
        (json!({"deny": ["one"]}), false, true),
        (json!({"allow": ["one"], "deny": ["one"]}), false, false),
        (json!({"allow": []}), false, false),
    ] {
        choose(&server, rules);
        is(&server, "one", one, false);
        is(&server, "two", two, false);
    }
    stop(server);
}

/// Its list is asked for by the call where it is not known.
#[tokio::test(flavor = "multi_thread")]
async fn a_pinned_server_whose_tools_cannot_be_listed_serves_none() {
    let lister = Lister::of(&["one"]).await;
    let server = lister.served();
    choose(&server, json!({"pinned": true}));
    lister.be(super::lister::Mood::Failing);
    let before = lister.web.count("tools/call");
    let problem = call(&server, "a", "one").send().expect_problem(502, "server-fault").json();
    assert_eq!(
        (&problem["fault"]["message"], lister.web.count("tools/call")),
        (&json!("out of order"), before)
    );
    stop(server);
}
