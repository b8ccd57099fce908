//! The one table of what is secret in a server's configuration and outside the servers (DESIGN §4): which leaves
//! are masked and which of those are sealed. Walking, masking, sealing, merging and the documentation all use it.

use super::Sealing;
use super::secret_words;

/// The members of a configuration that this build knows; all others are unknown members.
pub const KNOWN_MEMBERS: [&str; 19] = [
    "command",
    "args",
    "env",
    "cwd",
    "url",
    "headers",
    "auth",
    "transport",
    "type",
    "timeout",
    "sse_read_timeout",
    "keep_alive",
    "description",
    "icon",
    "enabled",
    "tools",
    "include_tags",
    "exclude_tags",
    "authentication",
];

/// What OAuth members are called wherever they stand under `auth` or `authentication`.
pub const OAUTH_SECRETS: [&str; 3] = ["client_secret", "access_token", "refresh_token"];

/// Members under `auth` and `authentication` that are known not to be secret although some are named as if
/// they were (RFC 6749, RFC 7591, `contracts/openhands.md` §5.1).
pub const OAUTH_PLAIN: [&str; 19] = [
    "strategy",
    "header_name",
    "username",
    "type",
    "client_auth_method",
    "scopes",
    "scope",
    "client_name",
    "client_metadata_url",
    "client_id",
    "token_type",
    "expires_in",
    "token_expires_at",
    "redirect_uris",
    "token_endpoint_auth_method",
    "grant_types",
    "response_types",
    "client_id_issued_at",
    "client_secret_expires_at",
];

/// What is secret in the settings of a language model (`contracts/openhands.md` §4).
const LLM_KEYS: [&str; 4] = ["api_key", "aws_access_key_id", "aws_secret_access_key", "aws_session_token"];

/// Members of the settings of a language model that are only named as if they were secret.
const LLM_PLAIN: [&str; 1] = ["custom_tokenizer"];

/// What says where a secret of the agent's context comes from, and is none.
const SECRET_SOURCE_PLAIN: [&str; 4] = ["kind", "name", "description", "url"];

/// Where in a configuration a value stands, as far as secrecy goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position(Place);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Root,
    /// Nothing below is secret.
    Plain,
    /// A URL: secret in parts.
    Url,
    /// `env` or `headers`: every scalar below is secret.
    Map {
        listed: bool,
        legacy: bool,
    },
    /// Every scalar here and below is secret.
    Secret {
        listed: bool,
        legacy: bool,
    },
    Auth,
    Authentication {
        listed: bool,
    },
    State,
    Tokens,
    ClientInfo,
    /// Below an unknown member: strings are secret where a name above tells so.
    Unknown {
        is_telling: bool,
        under_auth: bool,
    },
    /// `agent_settings` of the document.
    Agent,
    /// `llm`, or an entry of `meta_profile_llms`.
    Llm,
    /// `meta_profile_llms`
    Llms,
    /// `verification`
    Verification,
    /// `agent_context`
    Context,
    /// `agent_context.secrets`
    ContextSecrets,
    /// An entry of it: a secret, or an object that has one.
    ContextSecret,
}

/// What a scalar at some position is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeafKind {
    /// Not secret.
    Plain,
    /// A URL, whose userinfo and telling query values are secret.
    Url,
    /// Secret.
    Secret {
        /// Whether its string is encrypted in the document.
        is_sealed: bool,
    },
}

impl Position {
    /// The configuration itself.
    pub const ROOT: Self = Self(Place::Root);

    /// `agent_settings` of a document, outside the servers.
    pub const AGENT_SETTINGS: Self = Self(Place::Agent);

    /// Where nothing is secret.
    pub const PLAIN: Self = Self(Place::Plain);

    /// Where a member of the object at this position stands.
    #[must_use]
    pub fn member(self, name: &str) -> Self {
        const SECRET: Place = Place::Secret { listed: false, legacy: false };
        const LISTED: Place = Place::Secret { listed: true, legacy: false };
        Self(match (self.0, name) {
            (Place::Root, "env" | "headers") => Place::Map { listed: true, legacy: true },
            (Place::Root, "url") => Place::Url,
            (Place::Root, "auth") => Place::Auth,
            (Place::Root, "authentication") => Place::Authentication { listed: false },
            (Place::Root, name) if KNOWN_MEMBERS.contains(&name) => Place::Plain,
            (Place::Root, name) => {
                Place::Unknown { is_telling: secret_words::is_telling(name), under_auth: false }
            }
            (Place::Map { listed, legacy }, _) => Place::Secret { listed, legacy },
            (Place::Secret { .. }, _) => SECRET,
            (Place::Auth, "value" | "password") => LISTED,
            (Place::Auth, "headers") => Place::Map { listed: true, legacy: false },
            (Place::Auth, "authentication") => Place::Authentication { listed: true },
            (Place::Auth, "state") => Place::State,
            (Place::Authentication { listed: true }, "client_secret") => LISTED,
            (Place::State, "tokens") => Place::Tokens,
            (Place::State, "client_info") => Place::ClientInfo,
            (Place::Tokens, "access_token" | "refresh_token") => LISTED,
            (Place::ClientInfo, "client_secret") => LISTED,
            (Place::Unknown { under_auth: false, is_telling }, name) => {
                Place::Unknown { is_telling: is_telling || secret_words::is_telling(name), under_auth: false }
            }
            (Place::Agent, "llm") => Place::Llm,
            (Place::Agent, "meta_profile_llms") => Place::Llms,
            (Place::Agent, "verification") => Place::Verification,
            (Place::Agent, "agent_context") => Place::Context,
            (Place::Llms, _) => Place::Llm,
            (Place::Llm, name) if LLM_KEYS.contains(&name) => Place::Secret { listed: true, legacy: true },
            (Place::Llm, name) => {
                let is_telling = secret_words::is_telling(name) && !LLM_PLAIN.contains(&name);
                Place::Unknown { is_telling, under_auth: false }
            }
            (Place::Verification, "critic_api_key") => LISTED,
            (Place::Context, "secrets") => Place::ContextSecrets,
            (Place::ContextSecrets, _) => Place::ContextSecret,
            (Place::ContextSecret, "value") => LISTED,
            (Place::ContextSecret, name) if SECRET_SOURCE_PLAIN.contains(&name) => Place::Plain,
            (Place::ContextSecret, _) => Place::Unknown { is_telling: true, under_auth: false },
            (Place::Agent | Place::Verification | Place::Context, _) => Place::Plain,
            (Place::Plain | Place::Url, _) => Place::Plain,
            (_, name) if OAUTH_SECRETS.contains(&name) => SECRET,
            (Place::Unknown { is_telling: true, .. }, _) => {
                Place::Unknown { is_telling: true, under_auth: true }
            }
            // An object where a string should be can hold secrets still.
            (_, name) if OAUTH_PLAIN.contains(&name) => {
                Place::Unknown { is_telling: false, under_auth: true }
            }
            (_, name) => Place::Unknown { is_telling: secret_words::is_telling(name), under_auth: true },
        })
    }

    /// Where an element of the array at this position stands.
    #[must_use]
    pub fn element(self) -> Self {
        Self(match self.0 {
            Place::Map { .. } | Place::Secret { .. } => Place::Secret { listed: false, legacy: false },
            other => other,
        })
    }

    /// What a string at this position is. The mode word `oauth` at `auth` is none of the secrets.
    pub fn string(self, text: &str, sealing: Sealing) -> LeafKind {
        let sealed = |listed: bool, legacy: bool| LeafKind::Secret {
            is_sealed: match sealing {
                Sealing::EverySecret => true,
                Sealing::EnvAndHeaders => legacy,
                Sealing::Listed => listed,
            },
        };
        match self.0 {
            Place::Url => LeafKind::Url,
            Place::Secret { listed, legacy } => sealed(listed, legacy),
            Place::ContextSecret => sealed(true, false),
            Place::Map { .. }
            | Place::Tokens
            | Place::ContextSecrets
            | Place::Unknown { is_telling: true, .. } => sealed(false, false),
            Place::Auth if text != "oauth" => sealed(false, false),
            _ => LeafKind::Plain,
        }
    }

    /// Whether readers of OpenHands' settings open a string here, and so take nothing but a string for a secret.
    pub fn is_listed(self) -> bool {
        matches!(self.0, Place::Secret { listed: true, .. } | Place::ContextSecret)
    }

    /// Whether an object that holds a secret can stand here as well as the secret itself.
    pub fn can_be_source(self) -> bool {
        matches!(self.0, Place::ContextSecret)
    }

    /// Whether a number or truth value at this position is masked. It is never sealed (DESIGN §4).
    pub fn masks_scalars(self) -> bool {
        matches!(self.0, Place::Secret { .. } | Place::Map { .. } | Place::ContextSecret)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(path: &str) -> Position {
        path.split('.').fold(Position::ROOT, |position, name| position.member(name))
    }

    #[test]
    fn each_leaf_is_masked_and_sealed_as_the_design_says() {
        use LeafKind::{Plain, Url};
        let secret = |every: bool, legacy: bool, listed: bool| {
            [every, legacy, listed].map(|is_sealed| LeafKind::Secret { is_sealed })
        };
        let table = [
            ("env.A", secret(true, true, true)),
            ("headers.Authorization", secret(true, true, true)),
            ("env.A.nested", secret(true, false, false)),
            ("auth", secret(true, false, false)),
            ("auth.value", secret(true, false, true)),
            ("auth.password", secret(true, false, true)),
            ("auth.headers.X", secret(true, false, true)),
            ("auth.authentication.client_secret", secret(true, false, true)),
            ("auth.state.tokens.access_token", secret(true, false, true)),
            ("auth.state.tokens.refresh_token", secret(true, false, true)),
            ("auth.state.tokens.id_token", secret(true, false, false)),
            ("auth.state.client_info.client_secret", secret(true, false, true)),
            ("auth.other.client_secret", secret(true, false, false)),
            ("authentication.client_secret", secret(true, false, false)),
            ("authentication.deep.refresh_token", secret(true, false, false)),
            ("authentication.my_password", secret(true, false, false)),
            ("apiKey", secret(true, false, false)),
            ("foo.Cookies", secret(true, false, false)),
            ("oauth_credentials.bucket.entry", secret(true, false, false)),
            ("my_secret.client_id", secret(true, false, false)),
            ("auth.scopes.client_secret", secret(true, false, false)),
            ("auth.username.deep.my_key", secret(true, false, false)),
            ("authentication.client_id.refresh_token", secret(true, false, false)),
            ("auth.authentication.additional_client_metadata.client_secret", secret(true, false, false)),
            ("auth.state.tokens", secret(true, false, false)),
            ("url", [Url; 3]),
            ("command", [Plain; 3]),
            ("args", [Plain; 3]),
            ("description", [Plain; 3]),
            ("foo.bar", [Plain; 3]),
            ("tools.get_token.description", [Plain; 3]),
            ("auth.strategy", [Plain; 3]),
            ("auth.header_name", [Plain; 3]),
            ("auth.username", [Plain; 3]),
            ("auth.state.tokens.token_type", [Plain; 3]),
            ("auth.state.client_info.token_endpoint_auth_method", [Plain; 3]),
            ("auth.authentication.client_id", [Plain; 3]),
            ("auth.scopes.deep.client_id", [Plain; 3]),
            ("client_id", [Plain; 3]),
        ];
        for (path, expected) in table {
            let found = [Sealing::EverySecret, Sealing::EnvAndHeaders, Sealing::Listed]
                .map(|sealing| at(path).string("text", sealing));
            assert_eq!(found, expected, "{path}");
        }
    }

    #[test]
    fn outside_the_servers_the_keys_of_models_and_agents_are_secret_and_nothing_else() {
        use LeafKind::Plain;
        let secret = |every: bool, legacy: bool, listed: bool| {
            [every, legacy, listed].map(|is_sealed| LeafKind::Secret { is_sealed })
        };
        for (path, expected) in [
            ("llm.api_key", secret(true, true, true)),
            ("llm.aws_access_key_id", secret(true, true, true)),
            ("llm.aws_secret_access_key", secret(true, true, true)),
            ("llm.aws_session_token", secret(true, true, true)),
            ("meta_profile_llms.fast.api_key", secret(true, true, true)),
            ("llm.extra_headers.Authorization", secret(true, false, false)),
            ("verification.critic_api_key", secret(true, false, true)),
            ("agent_context.secrets.MY_TOKEN", secret(true, false, true)),
            ("agent_context.secrets.MY_TOKEN.value", secret(true, false, true)),
            ("agent_context.secrets.MY_TOKEN.headers.X", secret(true, false, false)),
            ("agent_context.secrets.MY_TOKEN.url", [Plain; 3]),
            ("llm.model", [Plain; 3]),
            ("llm.custom_tokenizer", [Plain; 3]),
            ("llm.extra_headers.X-Title", [Plain; 3]),
            ("verification.critic_model_name", [Plain; 3]),
            ("agent_context.hotkeys", [Plain; 3]),
            ("my_api_key", [Plain; 3]),
        ] {
            let position = path.split('.').fold(Position::AGENT_SETTINGS, |at, name| at.member(name));
            let found = [Sealing::EverySecret, Sealing::EnvAndHeaders, Sealing::Listed]
                .map(|sealing| position.string("text", sealing));
            assert_eq!(found, expected, "{path}");
        }
        assert_eq!(Position::PLAIN.member("api_key").string("s", Sealing::EverySecret), Plain);
    }

    #[test]
    fn the_mode_word_is_not_a_secret() {
        assert_eq!(at("auth").string("oauth", Sealing::EverySecret), LeafKind::Plain);
        assert_eq!(at("auth.value").string("oauth", Sealing::Listed), LeafKind::Secret { is_sealed: true });
    }

    #[test]
    fn elements_of_a_secret_array_are_secret() {
        assert_eq!(
            at("apiKeys").element().string("a", Sealing::Listed),
            LeafKind::Secret { is_sealed: false }
        );
        assert!(at("env").element().masks_scalars());
        assert!(!at("timeout").masks_scalars() && at("env.PORT").masks_scalars());
        assert!(at("auth.other.client_secret").masks_scalars());
    }
}
