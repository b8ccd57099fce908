//! Whether a server is to be used: `enabled`, and `disabled`, which other clients write and which outranks it.
//! It does not know how that is shown.

use crate::json::{Json, Object};

use super::config::{Config, Members, Node};

/// Says that a server is to be used.
pub const ENABLED: &str = "enabled";

/// Says that it is not.
pub const DISABLED: &str = "disabled";

/// Each member with the one that says the opposite.
pub const OPPOSITES: [(&str, &str); 2] = [(ENABLED, DISABLED), (DISABLED, ENABLED)];

/// What `disabled` says; none where it is not a Boolean. Where it says something, `enabled` says nothing.
pub fn disabled(config: &Members) -> Option<bool> {
    truth(config, DISABLED)
}

/// Whether the server is to be used; none if that is said by something else than a Boolean.
pub fn is_enabled(config: &Config) -> Option<bool> {
    let is_said = |name: &str| !matches!(config.get(name), None | Some(Node::Null));
    match (is_said(DISABLED), is_said(ENABLED)) {
        (true, _) => disabled(config).map(|is_disabled| !is_disabled),
        (false, true) => truth(config, ENABLED),
        (false, false) => Some(true),
    }
}

/// Whether both members are there and say different things.
pub fn contradicts_itself(config: &Config) -> bool {
    truth(config, ENABLED).is_some_and(|is_enabled| disabled(config) == Some(is_enabled))
}

/// The merge patch, with the opposite of the member that it sends taken away: else a server that one of the two
/// turns off could not be turned on by the other.
pub fn without_opposite(mut patch: Object) -> Object {
    let opposite = OPPOSITES.iter().find(|(sent, other)| {
        patch.get(sent).is_some_and(|value| !value.is_null()) && !patch.contains(other)
    });
    if let Some((_, other)) = opposite {
        patch.insert(*other, Json::Null);
    }
    patch
}

fn truth(config: &Members, name: &str) -> Option<bool> {
    match config.get(name) {
        Some(Node::Bool(value)) => Some(*value),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::to_compact;
    use crate::model::samples::{config, object};

    #[test]
    fn a_server_is_enabled_unless_it_says_otherwise() {
        for (server, expected) in [
            ("{}", Some(true)),
            (r#"{"enabled":null}"#, Some(true)),
            (r#"{"enabled":true}"#, Some(true)),
            (r#"{"enabled":false}"#, Some(false)),
            (r#"{"enabled":"no"}"#, None),
            (r#"{"disabled":true}"#, Some(false)),
            (r#"{"disabled":false}"#, Some(true)),
            (r#"{"disabled":null,"enabled":false}"#, Some(false)),
            (r#"{"disabled":"yes","enabled":true}"#, None),
            (r#"{"disabled":true,"enabled":true}"#, Some(false)),
            (r#"{"disabled":false,"enabled":false}"#, Some(true)),
        ] {
            assert_eq!(is_enabled(&config(server)), expected, "{server}");
        }
    }

    #[test]
    fn a_patch_that_sends_one_takes_the_other_away() {
        for (patch, expected) in [
            (r#"{"enabled":true}"#, r#"{"enabled":true,"disabled":null}"#),
            (r#"{"disabled":false}"#, r#"{"disabled":false,"enabled":null}"#),
            (r#"{"enabled":true,"disabled":false}"#, r#"{"enabled":true,"disabled":false}"#),
            (r#"{"enabled":null}"#, r#"{"enabled":null}"#),
            (r#"{"disabled":null}"#, r#"{"disabled":null}"#),
            (r#"{"icon":"i"}"#, r#"{"icon":"i"}"#),
        ] {
            assert_eq!(to_compact(&without_opposite(object(patch)).into()), expected);
        }
    }
}
