//! No cheap oracle: a caller who may write and may not see secrets sends a right guess and a wrong one to the same
//! state, and nothing observable distinguishes them unless both were stored; then only the tags do.
//!
//! `make test` tries 20,000 pairs, `make soak` as many as `PAIRS` says. Whatever the table of secret leaves
//! holds is found with the table itself, so that what is added there is tried here.

mod bench;
mod differ;
mod request;
mod secret;
mod seeded_rng;
mod state;

use self::differ::Counters;
use self::state::Keyring;
use crate::samples::Layout;

/// How many pairs all of these tests try together, where `PAIRS` says nothing.
const PAIRS: usize = 20_400;

/// How many pairs are tried on one state.
const PAIRS_PER_STATE: usize = 10;

/// The share of a test of all the pairs, in thirtieths.
fn share(thirtieths: usize) -> usize {
    let all = std::env::var("PAIRS").ok().map(|text| text.parse().expect("PAIRS is a number"));
    all.unwrap_or(PAIRS) * thirtieths / 30
}

/// The seed of a test's own random choices: the run's, with a number of the test's own.
fn seed(test: u64) -> u64 {
    let seed = std::env::var("PROPTEST_RNG_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(8_710);
    seed ^ (test << 48)
}

/// Tries pairs on states of one layout, and demands that enough of them came to something.
fn tell_nothing(layout: Layout, keyring: Keyring, thirtieths: usize, test: u64) {
    let pairs = share(thirtieths);
    let mut dice = seeded_rng::SeededRng::new(seed(test));
    let mut counters = Counters::default();
    while counters.pairs < pairs {
        let state = state::any(layout, keyring, &mut dice);
        for _ in 0..PAIRS_PER_STATE {
            differ::try_pair(&state, &mut dice, &mut counters);
        }
    }
    counters.report(&format!("{layout:?} {keyring:?}"));
    counters.demand_all_kinds(keyring);
}

/// Several tests of one layout, each with its own share and chance: they run beside each other.
macro_rules! parts {
    ($layout:expr, $($name:ident: $number:expr),+) => {
        $(#[test]
        fn $name() {
            tell_nothing($layout, Keyring::Whole, 3, $number);
        })+
    };
}

mod in_our_own_documents_a_right_guess_looks_like_a_wrong_one {
    use super::*;

    parts!(Layout::Own, first: 1, second: 2, third: 3);
}

mod in_documents_of_version_3_a_right_guess_looks_like_a_wrong_one {
    use super::*;

    parts!(Layout::WrappedV3, first: 11, second: 12);
}

mod in_documents_of_version_9_a_right_guess_looks_like_a_wrong_one {
    use super::*;

    parts!(Layout::FlatV9, first: 21, second: 22, third: 23);
}

#[test]
fn without_a_key_a_right_guess_looks_like_a_wrong_one() {
    tell_nothing(Layout::Own, Keyring::Missing, 1, 31);
    tell_nothing(Layout::FlatV9, Keyring::Missing, 1, 32);
}

#[test]
fn with_keys_that_only_open_a_right_guess_looks_like_a_wrong_one() {
    tell_nothing(Layout::WrappedV3, Keyring::OnlyOpens, 1, 41);
    tell_nothing(Layout::FlatV9, Keyring::OnlyOpens, 1, 42);
}

#[test]
fn with_a_wrong_key_a_right_guess_looks_like_a_wrong_one() {
    tell_nothing(Layout::Own, Keyring::Wrong, 1, 51);
    tell_nothing(Layout::FlatV9, Keyring::Wrong, 1, 52);
}

/// Each of these states is as large as a state may be, so that a pair takes as long as a hundred others.
#[test]
fn at_the_limits_of_size_a_right_guess_looks_like_a_wrong_one() {
    let pairs = share(30) / 1_700;
    let mut dice = seeded_rng::SeededRng::new(seed(61));
    let mut counters = Counters::default();
    // Goes on until some of them were too large: the fewer there are, the more it is luck.
    while counters.pairs < pairs || (!counters.has_too_large() && counters.pairs < 10 * pairs) {
        let layout = *dice.pick(&[Layout::Own, Layout::WrappedV3, Layout::FlatV9]);
        let state = state::any(layout, Keyring::Whole, &mut dice).at_a_limit(&mut dice);
        for _ in 0..4 {
            differ::try_large_pair(&state, &mut dice, &mut counters);
        }
    }
    counters.report("at the limits");
    assert!(counters.has_too_large(), "hardly anything was too large: {counters:?}");
}
