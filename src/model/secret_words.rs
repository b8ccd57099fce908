//! The one table of words that make a name telling: a member, a URL parameter, an argument or a variable of such a
//! name holds a secret. The page gets this table generated (`make words`). It knows names only, never values.

/// Parts of names that announce a secret: anywhere in a name, in any case, whatever separates its words.
pub const PARTS: [&str; 15] = [
    "KEY",
    "TOKEN",
    "SECRET",
    "PASSWORD",
    "CREDENTIAL",
    "COOKIE",
    "AUTHORIZATION",
    "PASSWD",
    "PASSPHRASE",
    "PASSCODE",
    "BEARER",
    "JWT",
    "MNEMONIC",
    "CONNECTIONSTRING",
    "DEVICECODE",
];

/// The parts that version 0.1.0 had. It found them anywhere in a name, and sealed what was below.
pub const FIRST_PARTS: [&str; 7] =
    ["KEY", "TOKEN", "SECRET", "PASSWORD", "CREDENTIAL", "COOKIE", "AUTHORIZATION"];

/// Words that tell of a secret where they are a whole word of a name: `x-auth` does, `author` does not.
pub const WHOLE_WORDS: [&str; 24] = [
    "AUTH",
    "PASS",
    "PWD",
    "PW",
    "PAT",
    "PIN",
    "PSK",
    "SIG",
    "SIGNATURE",
    "HMAC",
    "DSN",
    "SESSION",
    "SID",
    "CRED",
    "CREDS",
    "OTP",
    "TOTP",
    "CSRF",
    "XSRF",
    "SAML",
    "ASSERTION",
    "VERIFIER",
    "TICKET",
    "AUTHENTICATOR",
];

/// Names that tell of a secret only as the whole name of a URL's parameter: `?code=` of an OAuth redirect.
pub const URL_NAMES: [&str; 1] = ["CODE"];

/// Words that hold a part of [`PARTS`] by accident.
pub const PLAIN_WORDS: [&str; 16] = [
    "KEYWORD",
    "KEYWORDS",
    "KEYBOARD",
    "KEYBOARDS",
    "KEYMAP",
    "KEYMAPS",
    "KEYSTROKE",
    "KEYSTROKES",
    "HOTKEY",
    "HOTKEYS",
    "MONKEY",
    "TURKEY",
    "TOKENIZER",
    "TOKENIZERS",
    "TOKENIZE",
    "TOKENIZATION",
];

/// Last words after which a word of [`WHOLE_WORDS`] only says what the value is about: `auth_type`,
/// `session_timeout`. Words of [`PARTS`] are stronger than these.
pub const ABOUT_WORDS: [&str; 31] = [
    "TYPE",
    "KIND",
    "METHOD",
    "METHODS",
    "MODE",
    "FLOW",
    "NAME",
    "PROVIDER",
    "STRATEGY",
    "SCOPE",
    "SCOPES",
    "URL",
    "URI",
    "ENDPOINT",
    "SERVER",
    "DOMAIN",
    "HOST",
    "PORT",
    "REQUIRED",
    "ENABLED",
    "TIMEOUT",
    "TTL",
    "AGE",
    "LIMIT",
    "COUNT",
    "VERSION",
    "FORMAT",
    "ALGORITHM",
    "THROUGH",
    "LEVEL",
    "STATUS",
];

/// Words of names whose numbers measure something, though a word beside them is telling: `max_tokens`.
pub const MEASURE_WORDS: [&str; 33] = [
    "MAX",
    "MIN",
    "LIMIT",
    "COUNT",
    "TOTAL",
    "COST",
    "PER",
    "PRICE",
    "BUDGET",
    "RATE",
    "SIZE",
    "LENGTH",
    "LEN",
    "TOKENS",
    "TTL",
    "TIMEOUT",
    "INTERVAL",
    "SECONDS",
    "SECS",
    "SEC",
    "MINUTES",
    "HOURS",
    "DAYS",
    "MS",
    "AGE",
    "EXPIRES",
    "EXPIRY",
    "EXPIRATION",
    "EXP",
    "AT",
    "IN",
    "PORT",
    "VERSION",
];

/// Ends of names that hold the names of variables, or a command that prints a secret, and never a secret.
pub const NAMES_OF_SECRETS: [&str; 10] = [
    "ENV VAR",
    "ENV VARS",
    "ENV VARIABLE",
    "ENV VARIABLES",
    "ENVIRONMENT VARIABLE",
    "ENVIRONMENT VARIABLES",
    "ENV KEY",
    "ENV KEYS",
    "ENV HTTP HEADERS",
    "HELPER",
];

/// Ends of names under which each value is secret, as those of `env` and `headers` are.
pub const MAPS_OF_SECRETS: [&str; 4] = ["ENV", "ENVS", "ENVIRONMENT", "HEADERS"];

/// Ends of names that hold a URL.
pub const URLS: [&str; 6] = ["URL", "URLS", "URI", "URIS", "ENDPOINT", "ENDPOINTS"];

/// Last words of names that say where a secret is, how it is used or whether it is, and not what it is.
pub const PLACE_WORDS: [&str; 26] = [
    "PATH",
    "PATHS",
    "FILE",
    "FILES",
    "DIR",
    "DIRS",
    "DIRECTORY",
    "FOLDER",
    "NAME",
    "TYPE",
    "MODE",
    "INFO",
    "STORE",
    "KEYCHAIN",
    "KEYSTORE",
    "TRUSTSTORE",
    "URL",
    "URI",
    "ENDPOINT",
    "ENV",
    "PRIMARY KEY",
    "FOREIGN KEY",
    "UNIQUE KEY",
    "PARTITION KEY",
    "SORT KEY",
    "RANGE KEY",
];

/// Whether what has this name is a secret.
pub fn is_telling(name: &str) -> bool {
    Name::new(name).is_telling()
}

/// Whether the value of a URL's parameter of this name is a secret.
pub fn is_telling_in_url(name: &str) -> bool {
    is_telling(name) || URL_NAMES.iter().any(|word| name.eq_ignore_ascii_case(word))
}

/// A name taken apart.
pub struct Name<'a> {
    name: &'a str,
    /// Its words in upper case, a space between two.
    words: String,
}

impl<'a> Name<'a> {
    /// Takes a name apart where it is not a letter or digit, between a letter and a digit, where a small letter is
    /// followed by a capital one, and before the last of several capital letters that a small one follows
    /// (`HTTPHeaders`). Only ASCII letters have two cases here.
    pub fn new(name: &'a str) -> Self {
        let mut words = String::with_capacity(name.len() + 8);
        let mut characters = name.chars().peekable();
        let mut before = None;
        while let Some(character) = characters.next() {
            if character.is_ascii() && !character.is_ascii_alphanumeric() {
                before = None;
                continue;
            }
            let is_last_capital = characters.peek().is_some_and(char::is_ascii_lowercase);
            let is_new = before.is_none_or(|before: char| {
                before.is_ascii_digit() != character.is_ascii_digit()
                    || (character.is_ascii_uppercase() && (!before.is_ascii_uppercase() || is_last_capital))
            });
            if is_new && !words.is_empty() {
                words.push(' ');
            }
            words.push(character.to_ascii_uppercase());
            before = Some(character);
        }
        Self { name, words }
    }

    /// Whether what has this name is a secret.
    pub fn is_telling(&self) -> bool {
        !self.names_secrets() && (self.has_part() || self.has_whole_word())
    }

    /// Whether version 0.1.0 took what has this name for a secret.
    pub fn was_telling(&self) -> bool {
        let upper = self.name.to_ascii_uppercase();
        FIRST_PARTS.iter().any(|part| upper.contains(part))
    }

    /// Whether a number of this telling name measures something instead of being the secret.
    pub fn is_measure(&self) -> bool {
        self.words().any(|word| MEASURE_WORDS.contains(&word))
    }

    /// Whether what has this name holds the names of secrets, or how to get them.
    pub fn names_secrets(&self) -> bool {
        self.ends_with_any(&NAMES_OF_SECRETS)
    }

    /// Whether each value below this name is a secret.
    pub fn is_map_of_secrets(&self) -> bool {
        !self.names_secrets() && self.ends_with_any(&MAPS_OF_SECRETS)
    }

    /// Whether a telling name of an argument says where the secret is, or of what kind.
    pub fn is_place(&self) -> bool {
        self.ends_with_any(&PLACE_WORDS)
    }

    /// Whether what has this name is a URL.
    pub fn is_url(&self) -> bool {
        self.ends_with_any(&URLS)
    }

    fn words(&self) -> impl Iterator<Item = &str> {
        self.words.split(' ')
    }

    fn has_part(&self) -> bool {
        let squeezed: String = self.words().filter(|word| !PLAIN_WORDS.contains(word)).collect();
        PARTS.iter().any(|part| squeezed.contains(part))
    }

    fn has_whole_word(&self) -> bool {
        let is_about = self.words.rsplit_once(' ').is_some_and(|(_, last)| ABOUT_WORDS.contains(&last));
        !is_about && self.words().any(|word| WHOLE_WORDS.contains(&word))
    }

    fn ends_with_any(&self, ends: &[&str]) -> bool {
        ends.iter().any(|end| {
            self.words.strip_suffix(end).is_some_and(|before| before.is_empty() || before.ends_with(' '))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_taken_apart_as_people_read_it() {
        for (name, words) in [
            ("api_key", "API KEY"),
            ("x-auth", "X AUTH"),
            ("apiKeyHelper", "API KEY HELPER"),
            ("HTTPHeaders", "HTTP HEADERS"),
            ("requestOptions", "REQUEST OPTIONS"),
            ("oauth2Token", "OAUTH 2 TOKEN"),
            ("AWS_ACCESS_KEY_ID", "AWS ACCESS KEY ID"),
            ("a.b--c__", "A B C"),
            ("ſig", "ſIG"),
            ("", ""),
            ("--", ""),
        ] {
            assert_eq!(Name::new(name).words, words, "{name}");
        }
    }

    #[test]
    fn names_tell_of_secrets_or_do_not() {
        for name in [
            "key",
            "apiKey",
            "APIKEY",
            "my_key",
            "accessToken",
            "tokens",
            "clientSecret",
            "PASSWORD",
            "Cookies",
            "Authorization",
            "bearer",
            "bearer_token",
            "pat",
            "GITHUB_PAT",
            "passwd",
            "pwd",
            "dbPwd",
            "jwt",
            "dsn",
            "SENTRY_DSN",
            "session",
            "sessionId",
            "x-auth",
            "X-Auth",
            "code_verifier",
            "codeVerifier",
            "sig",
            "x-amz-signature",
            "auth",
            "auth0",
            "db_pass",
            "pin",
            "X-PIN",
            "connectionString",
            "connection_string",
            "tavilyApiKey",
            "creds",
            "pass-phrase",
            "monkey_key",
            "psk",
            "csrf",
            "device_code",
        ] {
            assert!(is_telling(name), "{name}");
        }
        for name in [
            "",
            "author",
            "authority",
            "design",
            "signal",
            "patch",
            "path",
            "pattern",
            "compass",
            "passive",
            "pinned",
            "spine",
            "sidebar",
            "inside",
            "keywords",
            "triggerKeywords",
            "keyboard_layout",
            "hotkeys",
            "custom_tokenizer",
            "auth_type",
            "authProviderType",
            "session_timeout",
            "acp_session_mode",
            "aws_session_name",
            "bearer_token_env_var",
            "env_keys",
            "env_vars",
            "envVars",
            "apiKeyHelper",
            "headersHelper",
            "api_key_env_var",
            "code",
            "exit_code",
            "encode",
            "username",
            "client_id",
        ] {
            assert!(!is_telling(name), "{name}");
        }
    }

    #[test]
    fn a_parameter_of_a_url_has_words_of_its_own() {
        for name in ["code", "Code", "sig", "jwt", "api_key"] {
            assert!(is_telling_in_url(name), "{name}");
        }
        for name in ["codec", "zip_code", "x", "page"] {
            assert!(!is_telling_in_url(name), "{name}");
        }
    }

    #[test]
    fn a_number_measures_something_or_is_the_secret() {
        for name in [
            "max_tokens",
            "maxInputTokens",
            "input_cost_per_token",
            "token_limit",
            "expires_in",
            "key_version",
        ] {
            assert!(Name::new(name).is_measure(), "{name}");
        }
        for name in ["pin", "api_key", "token", "PASSWORD", "key_id"] {
            assert!(!Name::new(name).is_measure(), "{name}");
        }
    }

    #[test]
    fn maps_and_urls_are_known_by_the_end_of_their_names() {
        for name in ["env", "envs", "environment", "http_headers", "headers", "requestHeaders", "acp_env"] {
            assert!(Name::new(name).is_map_of_secrets(), "{name}");
        }
        for name in ["env_http_headers", "environments", "env_vars", "envFile", "header", "headers_file"] {
            assert!(!Name::new(name).is_map_of_secrets(), "{name}");
        }
        assert!(
            Name::new("base_url").is_url()
                && Name::new("serverUrl").is_url()
                && Name::new("uri").is_url()
                && Name::new("tokenEndpoint").is_url()
        );
        assert!(
            !Name::new("urls_of").is_url() && !Name::new("curl").is_url() && !Name::new("source").is_url()
        );
    }

    #[test]
    fn the_table_holds_words_in_upper_case_each_once() {
        let tables: [&[&str]; 9] = [
            &PARTS,
            &WHOLE_WORDS,
            &URL_NAMES,
            &PLAIN_WORDS,
            &ABOUT_WORDS,
            &MEASURE_WORDS,
            &NAMES_OF_SECRETS,
            &MAPS_OF_SECRETS,
            &URLS,
        ];
        for table in tables {
            for (index, word) in table.iter().enumerate() {
                assert!(word.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b' '), "{word}");
                assert!(!table[..index].contains(word), "{word} is listed twice");
            }
        }
    }
}
