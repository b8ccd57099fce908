//! What each writer of a round shall do, and which service is killed meanwhile, drawn at random. It
//! does not know how.

use super::seeded_rng::SeededRng;

/// The servers that are fought over.
pub(super) const NAMES: [&str; 3] = ["alpha", "beta", "gamma"];

/// The kinds of rounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// All replace one server under one tag.
    Duel,
    /// Reads and writes of every kind, over all servers.
    Mix,
    /// Some rename a server by hand (create the new name, delete the old one); the others write to both.
    Rename,
    /// Some rename a server in one step, to either of the others; the others write to all of them.
    Move,
    /// All patch one server, and retry with the tag that a refusal returns.
    Chase,
}

/// What one writer does in a round. Guarded writes name the state that the round began with.
#[derive(Clone, Copy, Debug)]
pub(super) enum Intent {
    Read(usize),
    Create(usize),
    Put(usize),
    Patch(usize),
    Delete(usize),
    Chase(usize),
    Rename { from: usize, to: usize },
    Move { from: usize, to: usize },
}

impl Intent {
    /// Which server this moves, if it moves one.
    pub(super) fn moves_from(&self) -> Option<usize> {
        match self {
            Self::Move { from, .. } => Some(*from),
            _ => None,
        }
    }
}

/// A round.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) kind: Kind,
    /// One for each writer that takes part.
    pub(super) intents: Vec<Intent>,
    /// The service to kill.
    pub(super) victim: Option<usize>,
}

const KINDS: [Kind; 5] = [Kind::Duel, Kind::Mix, Kind::Rename, Kind::Move, Kind::Chase];

/// Draws a round. Half of the rounds are narrow enough for the checker of whole histories.
pub(super) fn draw(dice: &mut SeededRng, writers: usize, processes: usize, is_there: &[bool]) -> Plan {
    let kind = *dice.pick(&KINDS);
    let narrow = match kind {
        Kind::Duel | Kind::Mix | Kind::Move => 8,
        Kind::Rename | Kind::Chase => 4,
    };
    let width = if dice.once_in(2) { writers.min(narrow) } else { writers };
    let aim = dice.below(NAMES.len());
    let other = (aim + 1 + dice.below(NAMES.len() - 1)) % NAMES.len();
    let intent = |writer: usize| match kind {
        Kind::Duel if !is_there[aim] => Intent::Create(aim),
        Kind::Duel => Intent::Put(aim),
        Kind::Mix => {
            let server = dice.below(NAMES.len());
            match dice.below(8) {
                0 | 1 => Intent::Put(server),
                2 | 3 => Intent::Patch(server),
                4 => Intent::Delete(server),
                5 | 6 => Intent::Create(server),
                _ => Intent::Read(server),
            }
        }
        Kind::Rename => match (writer % 2, dice.below(3)) {
            (0, _) => Intent::Rename { from: aim, to: other },
            (_, 0) => Intent::Put(aim),
            (_, 1) => Intent::Create(other),
            (..) => Intent::Patch(*[aim, other].get(dice.below(2)).unwrap_or(&aim)),
        },
        Kind::Move => {
            let to = (aim + 1 + dice.below(NAMES.len() - 1)) % NAMES.len();
            match (writer % 2, dice.below(4)) {
                (0, _) => Intent::Move { from: aim, to },
                (_, 0) => Intent::Put(aim),
                (_, 1) => Intent::Create(to),
                (_, 2) => Intent::Patch(to),
                (..) => Intent::Patch(aim),
            }
        }
        Kind::Chase => Intent::Chase(aim),
    };
    let intents = (0..width).map(intent).collect();
    // With one service nobody would be left to ask, which is a round too, but a dull one.
    let victim = (1 < processes && dice.once_in(16)).then(|| dice.below(processes));
    Plan { kind, intents, victim }
}
