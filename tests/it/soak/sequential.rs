//! Checks the calls of one round on one server for linearizability, with a checker that others keep and
//! use. Its cost explodes with the number of calls, so that only narrow rounds come here.

use std::time::Instant;

use stateright::semantics::{ConsistencyTester, LinearizabilityTester, SequentialSpec};

use super::history::{Answer, Ask, Call, State};

/// How many calls the checker is given at most.
pub(super) const WIDTH: usize = 8;

/// One server as a sequence of calls would find it.
#[derive(Clone, Debug)]
struct Server(State);

impl SequentialSpec for Server {
    type Op = Ask;
    type Ret = Answer;

    fn invoke(&mut self, ask: &Ask) -> Answer {
        let Some((from, to)) = ask.step() else { return Answer::Saw(self.0.clone()) };
        if self.0 == from {
            self.0 = to;
            return Answer::Done(self.0.clone());
        }
        match (ask, &self.0) {
            (Ask::Patch { .. } | Ask::Delete { .. } | Ask::Leave { .. }, None) => Answer::Absent,
            (Ask::Arrive { .. }, _) => Answer::Taken,
            (_, current) => Answer::Stale(current.clone()),
        }
    }
}

/// Whether some order of the calls, each at a moment between its start and its end, explains all answers
/// and leaves what is stored. Calls without an answer may have happened or not.
pub(super) fn is_linearizable(start: &State, calls: &[Call], stored: &State) -> bool {
    let mut tester = LinearizabilityTester::new(Server(start.clone()));
    let mut events: Vec<(Instant, Event<'_>)> = Vec::new();
    // What was refused was promised not to be done: the order of the others must do without it.
    let calls = calls.iter().filter(|call| call.answer() != Some(&Answer::Refused));
    for (number, call) in calls.enumerate() {
        events.push((call.began, Event::Began(number, &call.ask)));
        if let Some((ended, answer)) = &call.end {
            events.push((*ended, Event::Ended(number, answer)));
        }
    }
    // Of the same moment starts come first: that allows more orders, never fewer.
    events.sort_by_key(|(when, event)| (*when, matches!(event, Event::Ended(..))));
    let mut feed = || -> Result<(), String> {
        for (_, event) in &events {
            match event {
                // Each call is a client of its own; that two were one client's shows in their times.
                Event::Began(number, ask) => tester.on_invoke(*number, (*ask).clone())?,
                Event::Ended(number, answer) => tester.on_return(*number, (*answer).clone())?,
            };
        }
        tester.on_invret(usize::MAX, Ask::Read, Answer::Saw(stored.clone()))?;
        Ok(())
    };
    feed().is_ok() && tester.is_consistent()
}

enum Event<'a> {
    Began(usize, &'a Ask),
    Ended(usize, &'a Answer),
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::history::Value;
    use super::*;

    /// A call of these milliseconds.
    fn call(ask: Ask, times: (u64, u64), answer: Option<Answer>) -> Call {
        let base = *BASE;
        let at = |milliseconds| base + Duration::from_millis(milliseconds);
        Call { server: 0, ask, began: at(times.0), end: answer.map(|answer| (at(times.1), answer)) }
    }

    static BASE: std::sync::LazyLock<Instant> = std::sync::LazyLock::new(Instant::now);

    fn value(put: &str) -> State {
        Some(Value::new(put))
    }

    fn put(on: &str, put: &str) -> Ask {
        Ask::Put { on: Value::new(on), put: put.to_owned() }
    }

    fn done(put: &str) -> Option<Answer> {
        Some(Answer::Done(value(put)))
    }

    fn saw(put: &str) -> Option<Answer> {
        Some(Answer::Saw(value(put)))
    }

    #[test]
    fn an_order_within_the_times_is_found() {
        let calls = [
            call(put("a", "b"), (0, 10), done("b")),
            call(put("b", "c"), (5, 10), done("c")),
            call(Ask::Read, (0, 10), saw("a")),
            call(put("c", "d"), (6, 0), None),
        ];
        assert!(is_linearizable(&value("a"), &calls, &value("c")));
        assert!(is_linearizable(&value("a"), &calls, &value("d")));
    }

    #[test]
    fn an_order_against_the_times_is_refused() {
        let late_reader = [call(put("a", "b"), (0, 5), done("b")), call(Ask::Read, (6, 9), saw("a"))];
        assert!(!is_linearizable(&value("a"), &late_reader, &value("b")));
        let refused_for_the_future = [
            call(put("a", "x"), (0, 3), Some(Answer::Stale(value("b")))),
            call(put("a", "b"), (4, 9), done("b")),
        ];
        assert!(!is_linearizable(&value("a"), &refused_for_the_future, &value("b")));
    }

    #[test]
    fn what_was_refused_as_busy_must_not_have_been_done() {
        let calls = [call(put("a", "b"), (0, 5), Some(Answer::Refused))];
        assert!(is_linearizable(&value("a"), &calls, &value("a")));
        assert!(!is_linearizable(&value("a"), &calls, &value("b")));
    }

    #[test]
    fn two_winners_or_a_lost_update_are_no_order() {
        let two = [call(put("a", "b"), (0, 9), done("b")), call(put("a", "c"), (0, 9), done("c"))];
        assert!(!is_linearizable(&value("a"), &two, &value("c")));
        let lost = [call(put("a", "b"), (0, 9), done("b"))];
        assert!(!is_linearizable(&value("a"), &lost, &value("a")));
    }
}
