//! The released OpenHands agent-server and our binary, alive on one folder, each through its own API; and a real Llama
//! Stack, called by our client. Run by `make interop`, which installs both: `OPENHANDS_PYTHON` names the interpreter
//! that has the one, `LLAMA_STACK` the program of the other.

#![expect(clippy::print_stdout, reason = "the figures are what is asked for")]

#[path = "../it/api_types.rs"]
mod api_types;
#[path = "../properties/constraints.rs"]
mod constraints;
#[path = "../it/crypto.rs"]
#[expect(dead_code, reason = "the harness of `tests/it` has more than is needed here")]
mod crypto;
#[path = "../it/launch.rs"]
#[expect(dead_code, reason = "the harness of `tests/it` has more than is needed here")]
mod launch;
#[path = "../it/response.rs"]
#[expect(dead_code, reason = "the harness of `tests/it` has more than is needed here")]
mod response;
#[path = "../it/server.rs"]
#[expect(dead_code, unused_imports, reason = "the harness of `tests/it` has more than is needed here")]
mod server;
#[path = "../it/site.rs"]
#[expect(dead_code, reason = "the harness of `tests/it` has more than is needed here")]
mod site;
#[path = "../it/wire.rs"]
#[expect(dead_code, reason = "the harness of `tests/it` has more than is needed here")]
mod wire;

#[path = "../it/downstream/gateway.rs"]
#[expect(dead_code, reason = "the harness of `tests/it` has more than is needed here")]
mod gateway;

mod agent_server;
mod conformance;
mod exchange;
mod ledger;
mod llama_stack;
mod odd_configurations;
mod outside;
mod pair;
mod resave;
mod samples;
mod traffic;

use std::time::Instant;

use crate::pair::Pair;

type Case = fn(&Pair);

/// What is tried, in this order: each case goes on from the file that the one before left.
const CASES: [(&str, Case); 11] = [
    (
        "the real server reads a file that is all ours",
        exchange::the_real_server_reads_a_file_that_is_all_ours,
    ),
    ("a resave by the real server changes no tag", resave::a_resave_by_the_real_server_changes_no_tag),
    ("we read all that the real server wrote", exchange::we_read_all_that_the_real_server_wrote),
    ("each edits what the other wrote", exchange::each_edits_what_the_other_wrote),
    ("a stale tag overwrites nothing of theirs", exchange::a_stale_tag_overwrites_nothing_of_theirs),
    (
        "of 200 writes by each API at once, none is lost",
        traffic::of_200_writes_by_each_api_at_once_none_is_lost,
    ),
    (
        "the real server reads what ours translates",
        odd_configurations::the_real_server_reads_what_ours_translates,
    ),
    (
        "whatever the real server accepts ours keeps",
        odd_configurations::whatever_the_real_server_accepts_ours_keeps,
    ),
    (
        "whatever ours accepts the real server keeps",
        odd_configurations::whatever_ours_accepts_the_real_server_keeps,
    ),
    ("both take the same patches of the settings outside the servers", outside::both_take_the_same_patches),
    ("no patch that ours takes costs the file", outside::no_patch_that_ours_takes_costs_the_file),
];

/// One test, because the real server takes 20 seconds to start.
#[test]
fn the_released_agent_server_and_ours_work_on_one_folder() {
    let pair = Pair::start();
    for (claim, case) in CASES
        .into_iter()
        .filter(|(claim, _)| std::env::var("ONLY").map_or(true, |only| claim.contains(&only)))
    {
        let start = Instant::now();
        case(&pair);
        println!("ok    {claim} ({:.1} s)", start.elapsed().as_secs_f64());
    }
    pair.theirs.expect_no_complaint();
}
