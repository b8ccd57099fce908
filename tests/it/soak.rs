//! One winner, for real (law L1): several services on one file, many writers, kills; every round's history
//! is checked alone. `make soak` runs it for as long as configured, `make test` for a moment.

mod chain;
mod counters;
mod fleet;
mod history;
mod plan;
mod rounds;
pub(crate) mod seeded_rng;
mod sequential;
mod writer;

use self::rounds::Size;

#[test]
fn rounds_over_processes_and_kills_have_one_winner_and_a_linearizable_history() {
    let size = Size::from_environment();
    let counters = rounds::run(&size);
    #[expect(clippy::print_stdout, reason = "the table is what `make soak` is run for")]
    {
        println!("{size}\n{counters}");
    }
}
