//! The table that the run prints, row by row, as Markdown; and the few statistics in it: medians, and the
//! quartiles of the rounds, which say how noisy the machine was.

use std::fmt;
use std::time::Duration;

/// One number for each round.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rounds(Vec<f64>);

/// What a ratio must keep.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Bound {
    AtLeast(f64),
    AtMost(f64),
    /// Nothing is promised.
    None,
}

/// The table so far.
#[derive(Default)]
pub(crate) struct Report {
    met: usize,
    missed: Vec<String>,
}

impl Rounds {
    pub(crate) fn push(&mut self, number: f64) {
        self.0.push(number);
    }

    /// The quotients, round by round: what disturbs a round disturbs both sides of it.
    pub(crate) fn over(&self, other: &Self) -> Self {
        Self(self.0.iter().zip(&other.0).map(|(own, other)| own / other).collect())
    }

    pub(crate) fn median(&self) -> f64 {
        median(&self.0)
    }

    /// The middle half of the rounds.
    fn quartiles(&self) -> (f64, f64) {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let at = |part: usize| sorted.get((sorted.len().saturating_sub(1)) * part / 4).copied();
        (at(1).unwrap_or(f64::NAN), at(3).unwrap_or(f64::NAN))
    }
}

/// The middle of some numbers.
pub(crate) fn median(numbers: &[f64]) -> f64 {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => f64::NAN,
        length if length % 2 == 1 => sorted[middle],
        _ => f64::midpoint(sorted[middle - 1], sorted[middle]),
    }
}

/// The median time, in microseconds.
pub(crate) fn median_us(times: &[Duration]) -> f64 {
    median(&times.iter().map(|time| time.as_secs_f64() * 1e6).collect::<Vec<_>>())
}

impl Report {
    /// Begins a table.
    pub(crate) fn chapter(&self, title: &str) {
        println!(
            "\n{title}\n\n| what | ours | beside it | ratio (quartiles) | bound | |\n|---|---|---|---|---|---|"
        );
    }

    /// Begins a table of another shape.
    pub(crate) fn table(&self, title: &str, columns: &[&str]) {
        println!("\n{title}\n\n| {} |\n|{}", columns.join(" | "), "---|".repeat(columns.len()));
    }

    /// A row of such a table.
    pub(crate) fn cells(&self, cells: &[String]) {
        println!("| {} |", cells.join(" | "));
    }

    /// A number that is compared with another one.
    pub(crate) fn compare(
        &mut self,
        what: &str,
        ours: impl fmt::Display,
        other: impl fmt::Display,
        ratio: &Rounds,
        bound: Bound,
    ) {
        let (low, high) = ratio.quartiles();
        let shown = format!("**{:.2}** ({low:.2} to {high:.2})", ratio.median());
        self.row(what, &ours.to_string(), &other.to_string(), &shown, ratio.median(), bound);
    }

    /// A number without another to compare it with.
    pub(crate) fn state(&mut self, what: &str, ours: impl fmt::Display, number: f64, bound: Bound) {
        self.row(what, &ours.to_string(), "", "", number, bound);
    }

    /// A number of which nothing is promised.
    pub(crate) fn note(&mut self, what: &str, ours: impl fmt::Display) {
        self.state(what, ours, 0.0, Bound::None);
    }

    /// How many bounds were met, and which were not.
    pub(crate) fn verdict(&self) -> String {
        match self.missed.as_slice() {
            [] => format!("\nAll {} bounds were met.", self.met),
            missed => format!("\n{} bounds were met; missed: {}.", self.met, missed.join("; ")),
        }
    }

    fn row(&mut self, what: &str, ours: &str, other: &str, ratio: &str, number: f64, bound: Bound) {
        let (limit, is_met) = match bound {
            Bound::AtLeast(least) => (format!(">= {least}"), Some(number >= least)),
            Bound::AtMost(most) => (format!("<= {most}"), Some(number <= most)),
            Bound::None => (String::new(), None),
        };
        let mark = match is_met {
            Some(true) => "met",
            Some(false) => "**missed**",
            None => "",
        };
        match is_met {
            Some(true) => self.met += 1,
            Some(false) => self.missed.push(what.to_owned()),
            None => {}
        }
        println!("| {what} | {ours} | {other} | {ratio} | {limit} | {mark} |");
    }
}
