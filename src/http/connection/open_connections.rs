//! The open connections of one worker. Where there are too many, the one goes that has waited longest for its client,
//! so that silent and slow clients never keep out others.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::exchange::{Exchange, Observed};

/// The open connections of one worker.
pub(in crate::http) struct OpenConnections {
    most: usize,
    members: RefCell<Vec<Observed>>,
    clock: Rc<Cell<u64>>,
}

impl OpenConnections {
    /// Holds at most so many connections, not counting those that a request keeps busy.
    pub(in crate::http) fn new(most: usize) -> Self {
        Self { most, members: RefCell::default(), clock: Rc::default() }
    }

    /// Takes in a new connection.
    pub(super) fn join(&self) -> Exchange {
        let exchange = Exchange::new(Rc::clone(&self.clock));
        let mut members = self.members.borrow_mut();
        if self.most <= members.len() {
            members.retain(|member| member.open().is_some());
        }
        if self.most <= members.len() {
            let open = members.iter().filter_map(Observed::open);
            let expendable = open.filter_map(|member| Some((member.expendable()?, member)));
            if let Some((_, member)) = expendable.min_by_key(|(rank, _)| *rank) {
                member.evict();
            }
        }
        members.push(exchange.observed());
        exchange
    }
}

#[cfg(test)]
mod tests {
    use super::super::exchange::Phase;
    use super::super::framing::BodyScan;
    use super::*;

    #[test]
    fn who_waits_longest_for_its_client_goes_first() {
        let connections = OpenConnections::new(4);
        let [busy, slow, silent, later] = [(); 4].map(|()| connections.join());
        let _answering = busy.begin(BodyScan::Done, false);
        let _reading = slow.begin(BodyScan::Length(1), false);
        slow.want_body();
        let fifth = connections.join();
        assert!(silent.is_evicted() && !later.is_evicted());
        let sixth = connections.join();
        assert!(later.is_evicted() && !slow.is_evicted());
        fifth.enter(Phase::Parsing);
        let _handling = [fifth.begin(BodyScan::Done, false), sixth.begin(BodyScan::Done, false)];
        connections.join();
        assert!(slow.is_evicted() && [&busy, &fifth, &sixth].iter().all(|member| !member.is_evicted()));
    }

    #[test]
    fn those_that_are_gone_do_not_count() {
        let connections = OpenConnections::new(2);
        let first = connections.join();
        for _ in 0..9 {
            drop(connections.join());
        }
        assert!(!first.is_evicted() && connections.members.borrow().len() <= 2);
    }

    #[test]
    fn a_connection_that_was_used_since_stays_before_one_that_was_not() {
        let connections = OpenConnections::new(2);
        let [used, unused] = [(); 2].map(|()| connections.join());
        drop(used.begin(BodyScan::Done, false));
        used.enter(Phase::Head);
        let _third = connections.join();
        assert!(unused.is_evicted() && !used.is_evicted());
    }
}
