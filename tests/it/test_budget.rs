//! How much a test tries: what it has time for, or what the environment says.

use std::fmt::Debug;
use std::str::FromStr;

/// The number that this variable holds, else the usual one.
pub(crate) fn number<N: FromStr<Err: Debug>>(variable: &str, usual: N) -> N {
    match std::env::var(variable) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{variable} is no number: {text:?}")),
        Err(_) => usual,
    }
}
