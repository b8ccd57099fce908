//! Killed before each system call of an approval and of its withdrawal: what was withdrawn is never approved again, and
//! what was approved is, once that was answered.

use std::sync::Arc;

use serde_json::json;

use super::{RUNNER, builder, opened, place, shown, word};
use crate::server::{WRITER, item};
use crate::site::Site;

const CALLS: [&str; 2] = ["pwrite64", "fdatasync"];

#[derive(Default)]
struct Answered {
    approved: bool,
    withdrawn: bool,
    is_alive: bool,
}

/// Approves and withdraws, killed as it makes this call for the nth time.
fn work_until(site: &Arc<Site>, call: &str, count: usize) -> Answered {
    let mut answered = Answered::default();
    let kill = format!("inject={call}:signal=SIGKILL:when={count}");
    let trace = site.logs().join("strace").to_string_lossy().into_owned();
    let strace = ["strace", "-D", "-f", "-qq", "-o", &trace, "-e", &kill];
    let Ok(server) = builder(Arc::clone(site)).launcher(&strace).try_start() else { return answered };
    let look = server.get(place("a")).key(RUNNER).try_send();
    let Some(look) = look.ok().filter(|answer| answer.status == 200) else { return answered };
    let id = json!({"launch": look.json()["launch"]});
    let approve = server.post(place("a")).key(RUNNER).json(&id).try_send();
    answered.approved = approve.is_ok_and(|answer| answer.status == 200);
    if answered.approved {
        let withdraw = server.delete(place("a")).key(RUNNER).try_send();
        answered.withdrawn = withdraw.is_ok_and(|answer| answer.status == 204);
    }
    answered.is_alive = server.get("/health").try_send().is_ok();
    answered
}

#[test]
fn killed_at_each_step_no_withdrawal_that_was_answered_is_lost() {
    let (mut before, mut between) = (0, 0);
    // The state is there, so that the calls are those of the approval and the withdrawal.
    let site = Arc::new(Site::new());
    let server = opened(builder(Arc::clone(&site)).start());
    server.put(item("a")).key(WRITER).json(&json!({"command": "x"})).send().expect(201);
    server.stop();
    for call in CALLS {
        for count in 1.. {
            let answered = work_until(&site, call, count);
            let server = opened(builder(Arc::clone(&site)).start());
            let found = word(&server, "a");
            let case = format!("killed at {call} {count}: {found}");
            match (answered.approved, answered.withdrawn) {
                (_, true) => assert_eq!(found, "no-approval", "{case}: a withdrawal is lost"),
                // It was asked to withdraw, which may have been stored.
                (true, false) => between += 1,
                (false, false) => before += 1,
            }
            assert_eq!(shown(&server, "a")["needs_approval"], true, "{case}");
            server.delete(place("a")).key(RUNNER).send().expect(204);
            server.stop();
            if answered.is_alive {
                break;
            }
        }
    }
    assert!(0 < before && 0 < between, "killed {before} times before and {between} between");
}
