//! Keys that work and are weak: too short, or one key for two purposes. It names where a key was given, never the key.

use super::{Config, Given};

/// The shortest key that is not warned about. Characters.
const SHORT: usize = 16;

/// What is to be said of the keys that encrypt and that key the tags.
pub(super) fn warnings(config: &Config) -> impl Iterator<Item = String> {
    let short = |text: &str| text.chars().count() < SHORT;
    let of = |key: &Option<Given>, harm: &str| {
        let key = key.as_ref().filter(|key| short(&key.text))?;
        Some(format!("{} has fewer than {SHORT} characters and can be guessed: {harm}", key.origin))
    };
    let secret =
        of(&config.secret_key, "who gets hold of the settings file can then read every secret in it");
    let etag = of(&config.etag_key, "who can read tags can then test guesses of secrets with them");
    let previous = config.previous_secret_keys.iter().filter(|key| short(key)).count();
    let previous = (0 < previous).then(|| {
        format!(
            "{previous} of the previous secret keys can be guessed: they have fewer than {SHORT} characters"
        )
    });
    let shared =
        config.secret_key.as_ref().filter(|secret| config.api_keys.iter().any(|key| key.key == secret.text));
    let shared = shared.map(|secret| {
        format!(
            "{} is an API key and also encrypts the secrets: who has it can decrypt the settings file, and another \
             API key leaves the secrets unreadable. Set `MCP_SETTINGS_SECRET_KEY` to a key of its own",
            secret.origin
        )
    });
    [secret, etag, previous, shared].into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::super::{Flags, tests::resolve};

    #[test]
    fn weak_keys_are_named_and_never_shown() {
        let long = "a key of sixteen and more";
        type Case<'a> = (&'a [(&'a str, &'a str)], &'a [&'a str]);
        let cases: [Case<'_>; 6] = [
            (&[("MCP_SETTINGS_SECRET_KEY", long), ("MCP_SETTINGS_ETAG_KEY", long)], &[]),
            (&[("MCP_SETTINGS_SECRET_KEY", "canary")], &["`MCP_SETTINGS_SECRET_KEY`"]),
            (&[("MCP_SETTINGS_ETAG_KEY", "canary")], &["`MCP_SETTINGS_ETAG_KEY`"]),
            (&[("MCP_SETTINGS_PREVIOUS_SECRET_KEYS", r#"["canary"]"#)], &["previous"]),
            (&[("SESSION_API_KEY", "a canary of sixteen")], &["encrypts the secrets"]),
            (&[("MCP_SETTINGS_SECRET_KEY", long), ("SESSION_API_KEY", "a canary of sixteen")], &[]),
        ];
        for (variables, expected) in cases {
            let variables: Vec<_> = variables.iter().copied().chain([("HOME", "/h")]).collect();
            let config = resolve(Flags::default(), &variables, "").unwrap();
            let warnings: Vec<String> = super::warnings(&config).collect();
            assert_eq!(warnings.len(), expected.len(), "{variables:?}: {warnings:?}");
            for (warning, expected) in warnings.iter().zip(expected) {
                assert!(warning.contains(expected) && !warning.contains("canary"), "{warning}");
            }
        }
    }
}
