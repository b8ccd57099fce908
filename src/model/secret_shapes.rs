//! What a secret looks like when no name announces it: the prefixes of well-known tokens, and random text. A guess in
//! both directions; it never decides what is masked by default.

pub use crate::secrets::looks_sealed;

/// Beginnings of tokens that their makers chose so that they are found where they do not belong.
pub const TOKEN_PREFIXES: [&str; 47] = [
    "ghp_",
    "gho_",
    "ghu_",
    "ghs_",
    "ghr_",
    "github_pat_",
    "glpat-",
    "glptt-",
    "gldt-",
    "sk-",
    "sk_live_",
    "sk_test_",
    "rk_live_",
    "rk_test_",
    "xoxb-",
    "xoxp-",
    "xoxa-",
    "xoxs-",
    "xoxr-",
    "xapp-",
    "AKIA",
    "ASIA",
    "AIza",
    "ya29.",
    "eyJ",
    "hf_",
    "npm_",
    "pypi-",
    "dop_v1_",
    "doo_v1_",
    "shpat_",
    "shpss_",
    "SG.",
    "lin_api_",
    "ntn_",
    "figd_",
    "tvly-",
    "gsk_",
    "xai-",
    "r8_",
    "pplx-",
    "ATATT",
    "whsec_",
    "dckr_pat_",
    "sbp_",
    "nvapi-",
    "gAAAAA",
];

/// How long the rest of a token with a known prefix is at least. Characters.
pub const SHORTEST_REST: usize = 10;

/// How long a token without one is at least. Characters.
pub const SHORTEST_TOKEN: usize = 20;

/// How random a token is at least. Bits for each character (Shannon).
pub const LEAST_ENTROPY: f64 = 3.5;

/// How long the longest run of letters and digits in random text is at least. Names of packages, versions and paths
/// have many short ones.
pub const SHORTEST_RUN: usize = 16;

/// Whether a value is one token that begins as well-known tokens do.
pub fn has_known_prefix(text: &str) -> bool {
    let is_token = |rest: &str| {
        SHORTEST_REST <= rest.len()
            && rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.=+/".contains(&byte))
            && rest.bytes().any(|byte| byte.is_ascii_digit())
    };
    text.starts_with("-----BEGIN ")
        || TOKEN_PREFIXES.iter().any(|prefix| text.strip_prefix(prefix).is_some_and(is_token))
}

/// Whether a value is one token of 20 or more characters that are hardly text.
pub fn is_random(token: &str) -> bool {
    SHORTEST_TOKEN <= token.chars().count()
        && !token.contains(char::is_whitespace)
        && LEAST_ENTROPY <= entropy(token)
}

/// The same, and that it is neither a path, a name of a package nor a version: most of it is one run of letters and
/// digits, of both.
pub fn is_random_run(token: &str) -> bool {
    let is_run = |run: &str| {
        SHORTEST_RUN <= run.len()
            && run.bytes().any(|byte| byte.is_ascii_digit())
            && run.bytes().any(|byte| byte.is_ascii_alphabetic())
    };
    is_random(token) && token.split(|character: char| !character.is_ascii_alphanumeric()).any(is_run)
}

/// Whether a value is in the form of a UUID.
pub fn is_uuid(text: &str) -> bool {
    let lengths = text.split('-').map(str::len);
    lengths.eq([8, 4, 4, 4, 12]) && text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

/// Whether a value is a name in the place of a value: `$TOKEN`, `${env:TOKEN}`, `{{token}}`, `%TOKEN%`.
pub fn is_reference(text: &str) -> bool {
    let bare = text.rsplit(char::is_whitespace).next().unwrap_or_default();
    let is_name = |name: &str| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    let between = |open, close| bare.strip_prefix(open).and_then(|rest: &str| rest.strip_suffix(close));
    bare.strip_prefix('$').is_some_and(is_name)
        || between("${", "}").is_some()
        || between("$(", ")").is_some()
        || between("{", "}").is_some()
        || between("%", "%").is_some_and(is_name)
        || between("<", ">").is_some()
}

/// Shannon's entropy of a text. Bits for each character.
fn entropy(text: &str) -> f64 {
    let mut characters: Vec<char> = text.chars().collect();
    let length = characters.len() as f64;
    characters.sort_unstable();
    let share = |count: usize| count as f64 / length;
    characters.chunk_by(|one, two| one == two).map(|same| -share(same.len()) * share(same.len()).log2()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_with_known_prefixes_are_known() {
        for token in [
            "ghp_abcdefghij0123456789",
            "github_pat_11ABCDEFG0abcdefghij",
            "sk-proj-abcdefghij0123",
            "AKIAIOSFODNN7EXAMPLE",
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln",
            "-----BEGIN PRIVATE KEY-----",
        ] {
            assert!(has_known_prefix(token), "{token}");
        }
        for text in
            ["ghp_short1", "sk-learn-tools", "AIzawa", "eyJ", "npm_config_registry", "hf_hub_download", ""]
        {
            assert!(!has_known_prefix(text), "{text}");
        }
    }

    #[test]
    fn random_text_is_distinguished_from_names() {
        for token in ["mV3kq9TzR7pLw2XbN8dY", "0123456789abcdef0123456789abcdef", "a8Kd-92jfLsQ0vXcTb71mWzE"]
        {
            assert!(is_random(token) && is_random_run(token), "{token}");
        }
        for token in ["@modelcontextprotocol/server-filesystem", "mcp-server-fetch==2025.4.7"] {
            assert!(is_random(token) && !is_random_run(token), "{token}");
        }
        for text in ["short", "aaaaaaaaaaaaaaaaaaaaaaaaaa", "a sentence with many words in it", ""] {
            assert!(!is_random(text), "{text}");
        }
        assert!((entropy("abcd") - 2.0).abs() < 1e-9 && entropy("aaaa").abs() < 1e-9);
        assert!(is_uuid("123e4567-e89b-12d3-a456-426614174000") && !is_uuid("123e4567"));
    }

    #[test]
    fn a_reference_is_not_a_value() {
        for text in [
            "$TOKEN",
            "${TOKEN}",
            "${env:TOKEN}",
            "Bearer ${input:token}",
            "{{token}}",
            "%TOKEN%",
            "{token}",
            "<token>",
        ] {
            assert!(is_reference(text), "{text}");
        }
        for text in ["", "$", "token", "pa$$word", "100%", "${TOKEN}x"] {
            assert!(!is_reference(text), "{text}");
        }
    }
}
