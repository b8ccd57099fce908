//! Which servers have series of their own: not too many, and none whose name may be a secret.

use crate::model::suspect::is_secret_like;

/// How many servers have series of their own: the first ones by name. Each has two.
pub const MOST_NAMES: usize = 100;

/// How long a name is that is shown. Bytes, as many as the API allows.
const LONGEST_NAME: usize = 128;

/// Names, and how many are left out.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Chosen<T> {
    /// Those that have series, in the order of their names.
    pub(super) shown: Vec<T>,
    /// How many are beyond the cap.
    pub(super) over_cap: usize,
    /// How many have a name that is not shown.
    pub(super) by_name: usize,
}

/// Chooses by name.
pub(super) fn choose<T>(all: &[T], name: impl Fn(&T) -> &str) -> Chosen<&T> {
    let (mut shown, hidden): (Vec<&T>, Vec<&T>) = all.iter().partition(|own| may_be_shown(name(own)));
    shown.sort_by(|one, other| name(one).cmp(name(other)));
    let over_cap = shown.len().saturating_sub(MOST_NAMES);
    shown.truncate(MOST_NAMES);
    Chosen { shown, over_cap, by_name: hidden.len() }
}

fn may_be_shown(name: &str) -> bool {
    (1..=LONGEST_NAME).contains(&name.len()) && !name.chars().any(char::is_control) && !is_secret_like(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_beyond_the_cap_are_counted_and_not_shown() {
        let names: Vec<String> = (0..MOST_NAMES + 3).rev().map(|number| format!("s{number:03}")).collect();
        let chosen = choose(&names, |name| name);
        assert_eq!((chosen.shown.len(), chosen.over_cap, chosen.by_name), (MOST_NAMES, 3, 0));
        assert_eq!((chosen.shown[0].as_str(), chosen.shown[MOST_NAMES - 1].as_str()), ("s000", "s099"));
    }

    #[test]
    fn a_name_that_may_be_a_secret_or_cannot_be_read_is_left_out() {
        let long = "x".repeat(LONGEST_NAME + 1);
        for name in [
            "ghp_abcdefghij0123456789",
            "mV3kq9TzR7pLw2XbN8dY",
            "API_KEY=hunter2-and-more",
            "password: hunter2-and-more",
            "https://user:pass@h.example/",
            "run --token hunter2-and-more",
            "",
            "a\nb",
            &long,
        ] {
            assert_eq!(choose(&[name], |name| name).by_name, 1, "{name:?}");
        }
        for name in ["github", "@scope/search:1", "a \"quoted\" \\ name", "token-service", "ü"] {
            assert_eq!(choose(&[name], |name| name).shown, [&name], "{name:?}");
        }
    }
}
