//! Every environment variable that is read, documented once: the constant, its line in `--help`, and its row in
//! the manual come from here. It does not know what a value means.

/// A variable as `--help` and the manual describe it.
#[derive(Clone, Copy, Debug)]
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// What it does, one line of text an entry.
    pub about: &'static [&'static str],
}

/// Makes a constant of each variable, and the list of all of them.
macro_rules! variables {
    ($($(#[doc = $about:literal])+ $constant:ident = $name:literal;)+) => {
        $($(#[doc = $about])+ pub const $constant: &str = $name;)+

        /// Every variable, in the order of the manual.
        pub const VARIABLES: &[Variable] = &[$(Variable { name: $name, about: &[$($about),+] }),+];
    };
}

variables! {
    /// Where to listen, `HOST:PORT`; port 0 picks a free one. Default `127.0.0.1:8710`.
    LISTEN = "MCP_SETTINGS_LISTEN";
    /// Where `/metrics`, and nothing else, is served without a key, `HOST:PORT`. Default: nowhere.
    METRICS_LISTEN = "MCP_SETTINGS_METRICS_LISTEN";
    /// The settings file. Default `$OH_PERSISTENCE_DIR/settings.json` if that is set, else
    /// `$XDG_CONFIG_HOME/mcp-settings/settings.json`, else `~/.config/mcp-settings/settings.json`.
    FILE = "MCP_SETTINGS_FILE";
    /// Below which folder the service keeps its state, one folder in it for each settings file. Default
    /// `$XDG_STATE_HOME/mcp-settings`, else `~/.local/state/mcp-settings`.
    STATE_DIR = "MCP_SETTINGS_STATE_DIR";
    /// The key that encrypts new secrets. Without it `OH_SECRET_KEY`, `SESSION_API_KEY` and
    /// `OH_SESSION_API_KEYS_0` are tried, then the key file.
    SECRET_KEY = "MCP_SETTINGS_SECRET_KEY";
    /// Older keys, newest first: a JSON array of strings. Without it `OH_PREVIOUS_SECRET_KEYS` is read, in the
    /// same form or as `OH_PREVIOUS_SECRET_KEYS_0`, `_1`, …
    PREVIOUS_SECRET_KEYS = "MCP_SETTINGS_PREVIOUS_SECRET_KEYS";
    /// The key of the entity-tags. Without it the first start makes one, in a file beside the settings.
    ETAG_KEY = "MCP_SETTINGS_ETAG_KEY";
    /// API keys: a JSON array of `{"name","key","scopes"}`, scopes of `read`, `write`, `reveal`, `use`,
    /// `run`, `admin`.
    /// `SESSION_API_KEY` and `OH_SESSION_API_KEYS_0`, `_1`, … add keys with `admin`. Without any, the
    /// first start makes one.
    API_KEYS = "MCP_SETTINGS_API_KEYS";
    /// `true` lets the keys of `SESSION_API_KEY` and `OH_SESSION_API_KEYS_0`, `_1`, … approve and test launches too:
    /// they get the scope `run`. Default `false`.
    OPENHANDS_KEYS_MAY_RUN = "MCP_SETTINGS_OPENHANDS_KEYS_MAY_RUN";
    /// The API key with which commands call a running service. Without it the first configured key with the scope
    /// `admin` is used, else the one that the first start made.
    API_KEY = "MCP_SETTINGS_API_KEY";
    /// The URL of the service that commands call. Without it they find the running service of the settings file, else
    /// they open that file.
    URL = "MCP_SETTINGS_URL";
    /// `off` serves without keys, on a loopback address only. Default `keys`.
    AUTH = "MCP_SETTINGS_AUTH";
    /// Web origins that may call, beside our own: a comma-separated list of `scheme://host[:port]`.
    ALLOWED_ORIGINS = "MCP_SETTINGS_ALLOWED_ORIGINS";
    /// Values of `Host` that are answered, beside our own address: a comma-separated list of `host[:port]`.
    /// Required where the listen address is a wildcard.
    ALLOWED_HOSTS = "MCP_SETTINGS_ALLOWED_HOSTS";
    /// Names of `env` and `headers` whose values the view `named` shows: a comma-separated list, `*` for any characters.
    PLAIN_NAMES = "MCP_SETTINGS_PLAIN_NAMES";
    /// The path under which a proxy serves us, such as `/mcp-settings`. Default: the path of the public URL.
    BASE_PATH = "MCP_SETTINGS_BASE_PATH";
    /// The URL under which browsers reach the page. Default: the first allowed origin, else the first allowed host,
    /// else the listen address.
    PUBLIC_URL = "MCP_SETTINGS_PUBLIC_URL";
    /// `true` answers a write without a precondition with 428. Default `false`.
    REQUIRE_PRECONDITIONS = "MCP_SETTINGS_REQUIRE_PRECONDITIONS";
    /// How long a write waits for another process, in milliseconds. Default 5000.
    LOCK_TIMEOUT_MS = "MCP_SETTINGS_LOCK_TIMEOUT_MS";
    /// How large a write may make the settings file, in bytes. Default 67108864 (64 MiB). A file that is larger is
    /// read, up to twice as large.
    MAX_DOCUMENT_BYTES = "MCP_SETTINGS_MAX_DOCUMENT_BYTES";
    /// A `lightspeed-stack.yaml` whose `mcp_servers` are registered under `/v1/mcp-servers`. It is read at the start and
    /// at each SIGHUP.
    STATIC_SERVERS = "MCP_SETTINGS_STATIC_SERVERS";
    /// The Llama Stack gateways (up to 0.6) that are given every registered server: a comma-separated list of base URLs,
    /// without `/v1`. Default: none.
    DOWNSTREAM = "MCP_SETTINGS_DOWNSTREAM";
    /// `approved` runs the servers whose launches are approved; `off` runs none. Default `approved`.
    RUN = "MCP_SETTINGS_RUN";
    /// How many programs run at once; beyond that the one that was idle longest ends. Default 32.
    MAX_INSTANCES = "MCP_SETTINGS_MAX_INSTANCES";
    /// Which of the service's own variables a program gets: a comma-separated list of names, `*` for any characters.
    CHILD_ENV = "MCP_SETTINGS_CHILD_ENV";
    /// The `PATH` in which commands are looked up. Default: the service's own, followed by the folders in which
    /// package managers put programs.
    CHILD_PATH = "MCP_SETTINGS_CHILD_PATH";
    /// `on` gives each program a PID namespace of its own. Default `off`.
    PID_NAMESPACE = "MCP_SETTINGS_PID_NAMESPACE";
    /// Which addresses are dialled: a comma-separated list of `public`, `loopback`, `private`, networks such as
    /// `10.1.0.0/16`, and `host:NAME`. Default: `public`, and the other two where the service listens on loopback.
    DIAL = "MCP_SETTINGS_DIAL";
    /// The proxy for servers with an `https` URL. The usual variables of the environment are not used.
    HTTPS_PROXY = "MCP_SETTINGS_HTTPS_PROXY";
    /// Which of the service's own variables `${env:NAME}` may name: a comma-separated list of names, `*` for any
    /// characters. Default `MCP_SECRET_*`.
    ENV_REFERENCES = "MCP_SETTINGS_ENV_REFERENCES";
    /// Below which folders `${file:PATH}` may name files: a comma-separated list. Default: none.
    FILE_REFERENCES = "MCP_SETTINGS_FILE_REFERENCES";
    /// Which paths `${vault:PATH#KEY}` may name: a comma-separated list of their beginnings. Default: none.
    VAULT_REFERENCES = "MCP_SETTINGS_VAULT_REFERENCES";
    /// Where Vault or OpenBao is, for `${vault:…}`.
    VAULT_ADDR = "VAULT_ADDR";
    /// The token for it.
    VAULT_TOKEN = "VAULT_TOKEN";
    /// A file that holds the token for it, and is read at each use.
    VAULT_TOKEN_FILE = "VAULT_TOKEN_FILE";
    /// What is logged: `off`, `error`, `warn`, `info`, `debug` or `trace`, or a comma-separated list of
    /// `target=level`. Default `info`.
    LOG = "MCP_SETTINGS_LOG";
}

/// The variables that hold keys. Each can be given as a file instead: `…_FILE` names it.
pub const FROM_FILES: [&str; 5] = [SECRET_KEY, PREVIOUS_SECRET_KEYS, ETAG_KEY, API_KEYS, API_KEY];

pub(super) const OH_DIRECTORY: &str = "OH_PERSISTENCE_DIR";
pub(super) const OH_SECRET_KEY: &str = "OH_SECRET_KEY";
pub(super) const OH_PREVIOUS_SECRET_KEYS: &str = "OH_PREVIOUS_SECRET_KEYS";
pub(super) const SESSION_API_KEY: &str = "SESSION_API_KEY";
pub(super) const OH_SESSION_API_KEYS: &str = "OH_SESSION_API_KEYS";
