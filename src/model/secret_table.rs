//! The one table of what is secret in a server's configuration and outside the servers (DESIGN §5.1): which leaves
//! are masked and which of those are sealed. Walking, masking, sealing, merging and the documentation all use it.

use super::secret_words::Name;
use super::{Sealing, url_parts};

/// The members of a configuration that this build knows; all others are unknown members.
pub const KNOWN_MEMBERS: [&str; 20] = [
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
    "disabled",
    "tools",
    "include_tags",
    "exclude_tags",
    "authentication",
];

/// The member of a configuration that holds what only other clients understand, by client.
pub const EXTENSIONS: &str = "extensions";

/// Names of OAuth members at any depth under `auth` or `authentication`.
pub const OAUTH_SECRETS: [&str; 3] = ["client_secret", "access_token", "refresh_token"];

/// Members under `auth` and `authentication` that are known not to be secret although some are named as if
/// they were (RFC 6749, RFC 7591, OPENHANDS §5.1).
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

/// What is secret in the settings of a language model (OPENHANDS §4).
const LLM_KEYS: [&str; 4] = ["api_key", "aws_access_key_id", "aws_secret_access_key", "aws_session_token"];

/// What says where a secret of the agent's context comes from.
const SECRET_SOURCE_PLAIN: [&str; 3] = ["kind", "name", "description"];

/// The place of a value in a configuration, as far as secrecy goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position(Place);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Root,
    /// Nothing below is secret.
    Plain,
    /// A known member that holds a scalar or a list: an object in it is judged as an unknown member is.
    Known,
    /// A URL: secret in parts.
    Url {
        /// Whether it is where the server is called.
        is_destination: bool,
    },
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
    /// Below an unknown member: the names above say what is secret.
    Unknown {
        telling: Telling,
        under_auth: bool,
        /// Whether the name of a number says that it measures something.
        is_measure: bool,
    },
    /// Names of secrets; an object here holds the secrets themselves.
    Names,
    /// An element of a list of names: a name, or an object that may have a value beside it.
    NamesElement,
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

/// What the names above a value tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Telling {
    No,
    /// That strings here are not secret, but that an earlier version took them for secrets, and sealed them.
    Formerly,
    Yes,
}

/// What a scalar at some position is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeafKind {
    /// Not secret.
    Plain,
    /// A URL, whose userinfo and telling parameters are secret.
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

    /// The position of a member of the object at this one.
    #[must_use]
    pub fn member(self, name: &str) -> Self {
        const SECRET: Place = Place::Secret { listed: false, legacy: false };
        const LISTED: Place = Place::Secret { listed: true, legacy: false };
        Self(match (self.0, name) {
            (Place::Root, "env" | "headers") => Place::Map { listed: true, legacy: true },
            (Place::Root, "url") => Place::Url { is_destination: true },
            (Place::Root, "auth") => Place::Auth,
            (Place::Root, "authentication") => Place::Authentication { listed: false },
            (Place::Root, "tools") => Place::Plain,
            // What only another client understands: nobody here knows what of it is secret.
            (Place::Root, EXTENSIONS) => SECRET,
            (Place::Root, name) if KNOWN_MEMBERS.contains(&name) => Place::Known,
            (Place::Map { listed, legacy }, _) => Place::Secret { listed, legacy },
            (Place::Secret { .. } | Place::Names, _) => SECRET,
            (Place::NamesElement, "value" | "default") => SECRET,
            (Place::NamesElement, _) => Place::Names,
            (Place::Auth, "value" | "password") => LISTED,
            (Place::Auth, "headers") => Place::Map { listed: true, legacy: false },
            (Place::Auth, "authentication") => Place::Authentication { listed: true },
            (Place::Auth, "state") => Place::State,
            (Place::Authentication { listed: true }, "client_secret") => LISTED,
            (Place::State, "tokens") => Place::Tokens,
            (Place::State, "client_info") => Place::ClientInfo,
            (Place::Tokens, "access_token" | "refresh_token") => LISTED,
            (Place::ClientInfo, "client_secret") => LISTED,
            (Place::Agent, "llm") => Place::Llm,
            (Place::Agent, "meta_profile_llms") => Place::Llms,
            (Place::Agent, "verification") => Place::Verification,
            (Place::Agent, "agent_context") => Place::Context,
            (Place::Agent, "acp_env") => Place::Map { listed: true, legacy: true },
            // Names of secrets, and of the files that they are written to.
            (Place::Agent, "acp_file_secrets") => Place::Plain,
            (Place::Llms, _) => Place::Llm,
            (Place::Llm, name) if LLM_KEYS.contains(&name) => Place::Secret { listed: true, legacy: true },
            (Place::Verification, "critic_api_key") => LISTED,
            (Place::Context, "secrets") => Place::ContextSecrets,
            (Place::ContextSecrets, _) => Place::ContextSecret,
            (Place::ContextSecret, "value") => LISTED,
            (Place::ContextSecret, "url") => Place::Url { is_destination: false },
            (Place::ContextSecret, name) if SECRET_SOURCE_PLAIN.contains(&name) => Place::Plain,
            (Place::ContextSecret, name) => unknown(Telling::Yes, false, name),
            (Place::Plain, _) => Place::Plain,
            (Place::Root | Place::Known | Place::Url { .. }, name) => unknown(Telling::No, false, name),
            (Place::Agent | Place::Llm | Place::Verification | Place::Context, name) => {
                unknown(Telling::No, false, name)
            }
            (Place::Unknown { telling, under_auth: false, .. }, name) => unknown(telling, false, name),
            (_, name) if OAUTH_SECRETS.contains(&name) => SECRET,
            (Place::Unknown { telling: Telling::Yes, .. }, name) => unknown(Telling::Yes, true, name),
            // An object where a string should be can hold secrets still.
            (_, name) if OAUTH_PLAIN.contains(&name) => {
                Place::Unknown { telling: Telling::No, under_auth: true, is_measure: true }
            }
            (Place::Unknown { telling, .. }, name) => unknown(telling, true, name),
            (_, name) => unknown(Telling::No, true, name),
        })
    }

    /// The position of an element of the array at this one.
    #[must_use]
    pub fn element(self) -> Self {
        Self(match self.0 {
            Place::Map { .. } | Place::Secret { .. } => Place::Secret { listed: false, legacy: false },
            Place::Names => Place::NamesElement,
            other => other,
        })
    }

    /// What a string at this position is. The mode word `oauth` at `auth` is not a secret.
    pub fn string(self, text: &str, sealing: Sealing) -> LeafKind {
        let sealed = |listed: bool, legacy: bool| LeafKind::Secret {
            is_sealed: match sealing {
                Sealing::EverySecret => true,
                Sealing::EnvAndHeaders => legacy,
                Sealing::Listed => listed,
            },
        };
        match self.0 {
            Place::Url { .. } => LeafKind::Url,
            Place::Secret { listed, legacy } => sealed(listed, legacy),
            Place::ContextSecret => sealed(true, false),
            Place::Map { .. }
            | Place::Tokens
            | Place::ContextSecrets
            | Place::Unknown { telling: Telling::Yes, .. } => sealed(false, false),
            Place::Auth if text != "oauth" => sealed(false, false),
            Place::Unknown { .. } if url_parts::is_url_with_secret(text) => LeafKind::Url,
            _ => LeafKind::Plain,
        }
    }

    /// Whether earlier versions took a string here for a secret. What they sealed stays a secret: its value and
    /// its state are what is in the token.
    pub fn was_secret(self) -> bool {
        matches!(
            self.0,
            Place::Names | Place::NamesElement | Place::Unknown { telling: Telling::Formerly, .. }
        )
    }

    /// Whether this is where the server is called.
    pub fn is_destination(self) -> bool {
        matches!(self.0, Place::Url { is_destination: true })
    }

    /// Whether readers of OpenHands' settings open a string here, and so take nothing but a string for a secret.
    pub fn is_listed(self) -> bool {
        matches!(self.0, Place::Secret { listed: true, .. } | Place::ContextSecret)
    }

    /// Whether this is an object that holds nothing but secrets.
    pub fn is_map_of_secrets(self) -> bool {
        matches!(self.0, Place::Map { .. })
    }

    /// Whether this may hold an object with a secret in it, as well as the secret itself.
    pub fn can_be_source(self) -> bool {
        matches!(self.0, Place::ContextSecret)
    }

    /// Whether a Boolean at this position is masked. Neither it nor a number is ever sealed.
    pub fn masks_booleans(self) -> bool {
        matches!(self.0, Place::Secret { .. } | Place::Map { .. } | Place::ContextSecret)
    }

    /// Whether a number at this position is masked. Under a telling name it is, unless it measures something.
    pub fn masks_numbers(self) -> bool {
        self.masks_booleans()
            || matches!(self.0, Place::Unknown { telling: Telling::Yes, is_measure: false, .. })
    }
}

/// The place of an unknown member, given what the names above it say.
fn unknown(above: Telling, under_auth: bool, name: &str) -> Place {
    let name = Name::new(name);
    let below = |telling| Place::Unknown { telling, under_auth, is_measure: name.is_measure() };
    if above == Telling::Yes {
        below(Telling::Yes)
    } else if name.names_secrets() {
        Place::Names
    } else if name.is_map_of_secrets() {
        Place::Map { listed: false, legacy: false }
    } else if name.is_telling() {
        below(Telling::Yes)
    } else if above == Telling::Formerly || name.was_telling() {
        below(Telling::Formerly)
    } else if name.is_url() {
        Place::Url { is_destination: false }
    } else {
        below(Telling::No)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(path: &str) -> Position {
        path.split('.').fold(Position::ROOT, |position, name| position.member(name))
    }

    fn judged(position: Position) -> [LeafKind; 3] {
        [Sealing::EverySecret, Sealing::EnvAndHeaders, Sealing::Listed]
            .map(|sealing| position.string("text", sealing))
    }

    #[test]
    fn each_leaf_is_masked_and_sealed_as_the_design_says() {
        use LeafKind::{Plain, Url};
        let secret = |every: bool, legacy: bool, listed: bool| {
            [every, legacy, listed].map(|is_sealed| LeafKind::Secret { is_sealed })
        };
        let table = [
            ("extensions.cursor.type", secret(true, false, false)),
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
            ("x-auth", secret(true, false, false)),
            ("dsn", secret(true, false, false)),
            ("environment.MODE", secret(true, false, false)),
            ("envs.A", secret(true, false, false)),
            ("http_headers.X", secret(true, false, false)),
            ("requestOptions.headers.X", secret(true, false, false)),
            ("transport.env.A", secret(true, false, false)),
            ("transport.headers.A", secret(true, false, false)),
            ("command.env.A", secret(true, false, false)),
            ("oauth.codeVerifier", secret(true, false, false)),
            ("env_vars.A", secret(true, false, false)),
            ("url", [Url; 3]),
            ("serverUrl", [Url; 3]),
            ("transport.url", [Url; 3]),
            ("bearer_token_env_var", [Plain; 3]),
            ("env_http_headers", [Plain; 3]),
            ("env_keys", [Plain; 3]),
            ("apiKeyHelper", [Plain; 3]),
            ("keywords", [Plain; 3]),
            ("transport.type", [Plain; 3]),
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
            assert_eq!(judged(at(path)), expected, "{path}");
        }
    }

    #[test]
    fn outside_the_servers_what_openhands_knows_and_what_is_named_so_is_secret() {
        use LeafKind::{Plain, Url};
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
            ("llm.extra_headers.X-Title", secret(true, false, false)),
            ("verification.critic_api_key", secret(true, false, true)),
            ("acp_env.CODEX_API_KEY", secret(true, true, true)),
            ("acp_env.LOG_LEVEL", secret(true, true, true)),
            ("agent_context.secrets.MY_TOKEN", secret(true, false, true)),
            ("agent_context.secrets.MY_TOKEN.value", secret(true, false, true)),
            ("agent_context.secrets.MY_TOKEN.headers.X", secret(true, false, false)),
            ("my_api_key", secret(true, false, false)),
            ("condenser.llm.api_key", secret(true, false, false)),
            ("hooks.env.TOKEN", secret(true, false, false)),
            ("hooks.env.MODE", secret(true, false, false)),
            ("tools.params.api_key", secret(true, false, false)),
            ("agent_context.skills.mcp_tools.mcpServers.x.headers.Y", secret(true, false, false)),
            ("llm.base_url", [Url; 3]),
            ("llm.ollama_base_url", [Url; 3]),
            ("verification.critic_server_url", [Url; 3]),
            ("agent_context.secrets.MY_TOKEN.url", [Url; 3]),
            ("condenser.llm.base_url", [Url; 3]),
            ("llm.model", [Plain; 3]),
            ("llm.auth_type", [Plain; 3]),
            ("llm.aws_session_name", [Plain; 3]),
            ("llm.custom_tokenizer", [Plain; 3]),
            ("verification.critic_model_name", [Plain; 3]),
            ("agent_context.hotkeys", [Plain; 3]),
            ("agent_context.skills.trigger.keywords", [Plain; 3]),
            ("acp_session_mode", [Plain; 3]),
            ("acp_file_secrets.secret_name", [Plain; 3]),
            ("acp_file_secrets.env_var", [Plain; 3]),
        ] {
            let position = path.split('.').fold(Position::AGENT_SETTINGS, |at, name| at.member(name));
            assert_eq!(judged(position), expected, "{path}");
        }
        assert_eq!(Position::PLAIN.member("api_key").string("s", Sealing::EverySecret), Plain);
        let numbers = ["llm.max_input_tokens", "llm.input_cost_per_token", "condenser.max_tokens"];
        for path in numbers {
            let position = path.split('.').fold(Position::AGENT_SETTINGS, |at, name| at.member(name));
            assert!(!position.masks_numbers(), "{path}");
        }
    }

    #[test]
    fn the_mode_word_is_not_a_secret() {
        assert_eq!(at("auth").string("oauth", Sealing::EverySecret), LeafKind::Plain);
        assert_eq!(at("auth.value").string("oauth", Sealing::Listed), LeafKind::Secret { is_sealed: true });
    }

    #[test]
    fn a_url_is_secret_in_parts_wherever_an_unknown_member_holds_it() {
        for path in ["endpointOf", "extra.deep", "auth.extra.x"] {
            for (text, expected) in [
                ("https://u:p@h/", LeafKind::Url),
                ("https://h/?sig=x", LeafKind::Url),
                ("https://h/mcp", LeafKind::Plain),
                ("see https://u:p@h/", LeafKind::Plain),
                ("x@y", LeafKind::Plain),
            ] {
                assert_eq!(at(path).string(text, Sealing::EverySecret), expected, "{path}: {text}");
            }
        }
    }

    #[test]
    fn a_list_of_names_may_have_values_beside_them() {
        let element = at("environmentVariables").element();
        assert_eq!(element.string("TOKEN", Sealing::EverySecret), LeafKind::Plain);
        for (name, is_secret) in [("value", true), ("default", true), ("name", false), ("description", false)]
        {
            let kind = element.member(name).string("text", Sealing::EverySecret);
            assert_eq!(kind != LeafKind::Plain, is_secret, "{name}");
        }
    }

    #[test]
    fn a_number_is_secret_under_a_telling_name_unless_it_measures() {
        for (path, expected) in [
            ("pin", true),
            ("api_key", true),
            ("my_key.n", true),
            ("env.PORT", true),
            ("auth.other.client_secret", true),
            ("max_tokens", false),
            ("tokens.max", false),
            ("token_limit", false),
            ("timeout", false),
            ("auth.state.tokens.expires_in", false),
            ("extra.n", false),
        ] {
            assert_eq!(at(path).masks_numbers(), expected, "{path}");
        }
        assert!(at("env.DEBUG").masks_booleans() && !at("use_cookies").masks_booleans());
    }

    #[test]
    fn what_version_0_1_0_sealed_is_known_by_its_name() {
        for path in ["keywords", "keywords.0", "env_keys", "x_token_env_var", "apiKeyHelper", "auth.hotkeys"]
        {
            assert!(at(path).was_secret(), "{path}");
        }
        for path in ["description", "command", "extra", "auth.type", "pattern", "url"] {
            assert!(!at(path).was_secret(), "{path}");
        }
    }

    #[test]
    fn elements_of_a_secret_array_are_secret() {
        assert_eq!(
            at("apiKeys").element().string("a", Sealing::Listed),
            LeafKind::Secret { is_sealed: false }
        );
        assert!(at("env").element().masks_numbers() && at("env").element().masks_booleans());
    }
}
