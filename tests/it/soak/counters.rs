//! Counts what rounds came to, and shows it as a table.

use std::collections::BTreeMap;
use std::fmt;
use std::time::{Duration, Instant};

use super::history::{Answer, Ask, Call};
use super::plan::Kind;

/// The counts of one kind of rounds.
#[derive(Clone, Copy, Default)]
struct Row {
    rounds: usize,
    calls: usize,
    reads: usize,
    won: usize,
    refused: usize,
    busy: usize,
    unanswered: usize,
    kills: usize,
    histories: usize,
}

/// The counts of all rounds.
pub(super) struct Counters {
    rows: BTreeMap<Kind, Row>,
    began: Instant,
    write_times: Vec<Duration>,
}

impl Counters {
    pub(super) fn new() -> Self {
        Self { rows: BTreeMap::new(), began: Instant::now(), write_times: Vec::new() }
    }

    pub(super) fn round(&mut self, kind: Kind, is_kill: bool) {
        let row = self.row(kind);
        row.rounds += 1;
        row.kills += usize::from(is_kill);
    }

    pub(super) fn call(&mut self, kind: Kind, call: &Call) {
        if let Some((ended, _)) = &call.end
            && call.ask != Ask::Read
        {
            self.write_times.push(*ended - call.began);
        }
        let row = self.row(kind);
        row.calls += 1;
        match call.answer() {
            Some(Answer::Saw(_)) => row.reads += 1,
            Some(Answer::Done(_)) => row.won += 1,
            Some(Answer::Stale(_) | Answer::Absent | Answer::Taken) => row.refused += 1,
            Some(Answer::Refused) => row.busy += 1,
            None => row.unanswered += 1,
        }
    }

    /// A history was given to the checker.
    pub(super) fn history(&mut self, kind: Kind) {
        self.row(kind).histories += 1;
    }

    pub(super) fn histories(&self) -> usize {
        self.rows.values().map(|row| row.histories).sum()
    }

    fn row(&mut self, kind: Kind) -> &mut Row {
        self.rows.entry(kind).or_default()
    }
}

impl fmt::Display for Counters {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let heads = ["rounds", "calls", "reads", "2xx", "4xx", "busy", "unanswered", "kills", "histories"];
        write!(formatter, "{:<8}", "kind")?;
        heads.iter().try_for_each(|head| write!(formatter, "{head:>11}"))?;
        let mut total = [0; 9];
        for (kind, row) in &self.rows {
            let cells = [
                row.rounds,
                row.calls,
                row.reads,
                row.won,
                row.refused,
                row.busy,
                row.unanswered,
                row.kills,
                row.histories,
            ];
            write!(formatter, "\n{:<8}", format!("{kind:?}"))?;
            for (total, cell) in total.iter_mut().zip(cells) {
                *total += cell;
                write!(formatter, "{cell:>11}")?;
            }
        }
        write!(formatter, "\n{:<8}", "all")?;
        total.iter().try_for_each(|cell| write!(formatter, "{cell:>11}"))?;
        let mut times = self.write_times.clone();
        times.sort_unstable();
        let at = |part: usize| times.get(times.len() * part / 100).copied().unwrap_or_default();
        write!(
            formatter,
            "\n{:.1?} in all; a write took {:.1?} in the median, {:.1?} at the 99th percentile\n\
             every round had one winner for each tag, a chain of states and the last of them stored; every\n\
             history that was checked is linearizable",
            self.began.elapsed(),
            at(50),
            at(99),
        )
    }
}
