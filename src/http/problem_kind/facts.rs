//! What each problem is: its slug, its title, its status, its advice. It does not know where it comes from.

use actix_web::http::StatusCode;

use super::ProblemKind;

impl ProblemKind {
    /// The last part of the type's URI, its title, the status it has unless said otherwise, and what to do.
    pub(super) fn facts(self) -> (&'static str, &'static str, StatusCode, &'static str) {
        use StatusCode as S;
        match self {
            Self::NotFound => {
                ("not-found", "Not found", S::NOT_FOUND, "Check the path against the API's documentation.")
            }
            Self::MethodNotAllowed => (
                "method-not-allowed",
                "Method not allowed",
                S::METHOD_NOT_ALLOWED,
                "Use a method that the Allow header names.",
            ),
            Self::Unauthorized => (
                "unauthorized",
                "A key is needed",
                S::UNAUTHORIZED,
                "Send an API key as X-Session-API-Key or as a bearer token.",
            ),
            Self::ForbiddenHost => (
                "forbidden-host",
                "Unknown host",
                S::FORBIDDEN,
                "Call the service by its own address, or allow the name with MCP_SETTINGS_ALLOWED_HOSTS.",
            ),
            Self::ForbiddenOrigin => (
                "forbidden-origin",
                "Unknown web origin",
                S::FORBIDDEN,
                "Allow the page's origin with MCP_SETTINGS_ALLOWED_ORIGINS.",
            ),
            Self::InsufficientScope => (
                "insufficient-scope",
                "The key does not allow this",
                S::FORBIDDEN,
                "Use a key with the scope that the problem names.",
            ),
            Self::UnsupportedMediaType => (
                "unsupported-media-type",
                "Unsupported content type",
                S::UNSUPPORTED_MEDIA_TYPE,
                "Send the body as one of the types that the header Accept names.",
            ),
            Self::BodyTooLarge => (
                "body-too-large",
                "The body is too large",
                S::PAYLOAD_TOO_LARGE,
                "Send at most 1 MiB; to /api/session at most 4 KiB; to /api/import at most 16 MiB of text, 33 MiB with all the rest.",
            ),
            Self::BodyTimeout => (
                "body-timeout",
                "The body did not arrive in time",
                S::REQUEST_TIMEOUT,
                "Send the whole body within 20 seconds.",
            ),
            Self::ExpectationFailed => (
                "expectation-failed",
                "An unknown expectation",
                S::EXPECTATION_FAILED,
                "Leave out the header Expect, or send 100-continue only.",
            ),
            Self::InvalidHeader => (
                "invalid-header",
                "A header can't be parsed",
                S::BAD_REQUEST,
                "Mend the header that the problem names.",
            ),
            Self::InvalidQuery => (
                "invalid-query",
                "The query can't be used",
                S::BAD_REQUEST,
                "Mend the query parameter that the problem names.",
            ),
            Self::MalformedBody => (
                "malformed-body",
                "The body can't be read",
                S::UNPROCESSABLE_ENTITY,
                "Send one JSON object within the limits, or an array of operations as application/json-patch+json.",
            ),
            Self::UnreadableText => (
                "unreadable-text",
                "The text can't be read",
                S::UNPROCESSABLE_ENTITY,
                "Correct the text at the line and column that the problem names, or say its format.",
            ),
            Self::ImportRefused => (
                "import-refused",
                "The text can't be imported as it is",
                S::UNPROCESSABLE_ENTITY,
                "Enter the values that are missing, and leave out what can't become a server with `skip_refused`; a dry run shows all of it.",
            ),
            Self::ChoiceNeeded => (
                "choice-needed",
                "A choice is needed",
                S::CONFLICT,
                "Say for each server that the problem names whether it replaces what is stored, is merged into it, is added under another name or left out.",
            ),
            Self::InvalidName => (
                "invalid-name",
                "Not a server name",
                S::BAD_REQUEST,
                "Use 1 to 128 of A-Z a-z 0-9 _ . @ : + - and not only . or .. as the name.",
            ),
            Self::DocumentUnreadable => (
                "document-unreadable",
                "The settings document can't be used",
                S::SERVICE_UNAVAILABLE,
                "Mend or restore the document; it is left as it is.",
            ),
            Self::DocumentVanished => (
                "document-vanished",
                "The settings document is gone",
                S::SERVICE_UNAVAILABLE,
                "Put the document back, or restart the service to begin a new one.",
            ),
            Self::DocumentReadOnly => (
                "document-read-only",
                "The settings document is read-only",
                S::CONFLICT,
                "Do what the detail says: use a newer version of this service, or make the document's place writable.",
            ),
            Self::NoMcpServers => (
                "no-mcp-servers",
                "The agent variant has no MCP servers",
                S::CONFLICT,
                "Switch to an agent variant with MCP servers first.",
            ),
            Self::UnknownServer => {
                ("unknown-server", "No such server", S::NOT_FOUND, "List the servers; PUT creates one.")
            }
            Self::NameTaken => (
                "name-taken",
                "There is a server of this name",
                S::CONFLICT,
                "Choose another name, or change the server that is there.",
            ),
            Self::MalformedServer => (
                "malformed-server",
                "The stored server can't be read",
                S::CONFLICT,
                "Replace it with PUT, or delete it.",
            ),
            Self::MalformedSettings => (
                "malformed-settings",
                "The settings around the servers can't be read",
                S::CONFLICT,
                "Mend the document by hand; the servers' own resources work all the same.",
            ),
            Self::PreconditionRequired => (
                "precondition-required",
                "A precondition is required",
                S::PRECONDITION_REQUIRED,
                "Send If-Match with the tag that you read, or If-None-Match: * to create.",
            ),
            Self::PreconditionFailed => (
                "precondition-failed",
                "The server has changed",
                S::PRECONDITION_FAILED,
                "Merge your change into `current` and send it with `current_etag`.",
            ),
            Self::PatchConflict => (
                "patch-conflict",
                "An operation does not fit the server",
                S::CONFLICT,
                "Read the server again, and make the patch for what is there now.",
            ),
            Self::LaunchChanged => (
                "launch-changed",
                "Something else would be executed",
                S::CONFLICT,
                "Look again at what would be executed, and approve that.",
            ),
            Self::StateUnavailable => (
                "state-unavailable",
                "What the service remembers can't be used",
                S::SERVICE_UNAVAILABLE,
                "See what /ready says, and try again after the time that Retry-After names.",
            ),
            Self::InvalidPolicy => (
                "invalid-policy",
                "The policy is not valid",
                S::UNPROCESSABLE_ENTITY,
                "Correct what `errors` names.",
            ),
            Self::NoRegistryForm => (
                "no-registry-form",
                "The server can't be shown in the catalog",
                S::CONFLICT,
                "Make the values that `errors` names references to variables, as ${NAME}; or use a key with the scope reveal.",
            ),
            Self::InvalidConfig => (
                "invalid-config",
                "The configuration is not valid",
                S::UNPROCESSABLE_ENTITY,
                "Mend what `errors` names.",
            ),
            Self::UnnamedLoss => (
                "unnamed-loss",
                "The change would delete what it does not name",
                S::UNPROCESSABLE_ENTITY,
                "Set each server or secret that is to go to null by its own name.",
            ),
            Self::UnrestorableMask => (
                "unrestorable-mask",
                "A mask can't be restored",
                S::UNPROCESSABLE_ENTITY,
                "Send the secret itself, or leave the member out.",
            ),
            Self::ForeignToken => (
                "foreign-token",
                "An encrypted value can't be used",
                S::UNPROCESSABLE_ENTITY,
                "Send the secret itself.",
            ),
            Self::BoundSecret => (
                "bound-secret",
                "A kept secret does not follow its server",
                S::UNPROCESSABLE_ENTITY,
                "Send the secrets that `errors` names again, or remove them.",
            ),
            Self::KeyMissing => (
                "key-missing",
                "No key to encrypt with",
                S::CONFLICT,
                "Restore the key file, or configure the key that the document's other readers use: MCP_SETTINGS_SECRET_KEY or OH_SECRET_KEY.",
            ),
            Self::KeyNotShared => (
                "key-not-shared",
                "Another service does not have the key",
                S::CONFLICT,
                "Give every service on these settings the same keys.",
            ),
            Self::WrongKey => (
                "wrong-key",
                "The wrong key",
                S::CONFLICT,
                "Configure the key that encrypted the document, or add it to MCP_SETTINGS_PREVIOUS_SECRET_KEYS.",
            ),
            Self::SecretUnreadable => (
                "secret-unreadable",
                "A secret can't be decrypted",
                S::CONFLICT,
                "Configure the key that encrypted it, or enter it again.",
            ),
            Self::Ownership => (
                "ownership",
                "The document's owner or mode can't be kept",
                S::CONFLICT,
                "Let the service run as the document's owner.",
            ),
            Self::StoreBusy => (
                "store-busy",
                "The settings are locked",
                S::SERVICE_UNAVAILABLE,
                "Try again after the time that Retry-After names.",
            ),
            Self::StoreUnavailable => (
                "store-unavailable",
                "The settings can't be stored or read",
                S::SERVICE_UNAVAILABLE,
                "See the service's log for the error_id.",
            ),
            Self::OutcomeUnknown => (
                "outcome-unknown",
                "The change may not be durable",
                S::SERVICE_UNAVAILABLE,
                "Read the server again before you repeat the change.",
            ),
            Self::EventsGone => (
                "events-gone",
                "These events are gone",
                S::GONE,
                "List the servers again, then open a new stream.",
            ),
            Self::TooManyStreams => (
                "too-many-streams",
                "Too many streams are open",
                S::SERVICE_UNAVAILABLE,
                "Try again after the time that Retry-After names.",
            ),
            Self::StreamShareTaken => (
                "stream-share-taken",
                "This key has too many streams open",
                S::TOO_MANY_REQUESTS,
                "Close streams that are not needed, and share one among the parts of a client.",
            ),
            Self::SessionsNotLoaded => (
                "sessions-not-loaded",
                "The sessions are not known yet",
                S::SERVICE_UNAVAILABLE,
                "Try again after the time that Retry-After names.",
            ),
            Self::NoSession => (
                "no-session",
                "The key is not that of a session",
                S::CONFLICT,
                "An API key ends where it is configured; only a session can be signed out.",
            ),
            Self::NotRunnable => (
                "not-runnable",
                "The server may not run",
                S::CONFLICT,
                "Do what the detail says: enable the server, have its launch approved, or fix its configuration.",
            ),
            Self::NotRunning => (
                "not-running",
                "The server does not run",
                S::CONFLICT,
                "Call a tool, or restart it; then it can be probed.",
            ),
            Self::InstanceFailed => (
                "instance-failed",
                "The server could not be started",
                S::SERVICE_UNAVAILABLE,
                "Fix what `fault` names; restart the server, or wait for the time that Retry-After names.",
            ),
            Self::InstanceStarting => (
                "instance-starting",
                "The server is being started",
                S::SERVICE_UNAVAILABLE,
                "Try again after the time that Retry-After names.",
            ),
            Self::ServerFault => (
                "server-fault",
                "The MCP server did not answer as it should",
                S::BAD_GATEWAY,
                "See what `fault` says; the log of the instance may say more.",
            ),
            Self::ToolNotAllowed => (
                "tool-not-allowed",
                "The tool is not allowed",
                S::FORBIDDEN,
                "Call another tool, or have the run policy of the server changed.",
            ),
            Self::TooOften => (
                "too-often",
                "Asked for too often",
                S::TOO_MANY_REQUESTS,
                "Try again after the time that Retry-After names.",
            ),
            Self::TooManyTests => (
                "too-many-tests",
                "Too many tests",
                S::TOO_MANY_REQUESTS,
                "Try again when a test that is under way is answered.",
            ),
            Self::ToolsChanged => (
                "tools-changed",
                "The tools are others",
                S::CONFLICT,
                "Look again at the tools, and accept those.",
            ),
            Self::NoList => (
                "no-list",
                "Nothing is listed yet",
                S::NOT_FOUND,
                "Test the server, or call a tool: then it runs, and lists what it offers.",
            ),
            Self::UnknownGateway => (
                "unknown-gateway",
                "Unknown gateway",
                S::NOT_FOUND,
                "List the gateways with `GET /api/downstream`.",
            ),
            Self::UnknownToolgroup => (
                "unknown-toolgroup",
                "Nothing under this id",
                S::NOT_FOUND,
                "List what gateways have with `GET /api/downstream`.",
            ),
            Self::StillRegistered => (
                "still-registered",
                "The server is registered",
                S::CONFLICT,
                "End the registration of the server first.",
            ),
            Self::GatewayUnreachable => (
                "gateway-unreachable",
                "A gateway does not answer",
                S::SERVICE_UNAVAILABLE,
                "Try again when the gateway answers; see the service's log for the error_id.",
            ),
            Self::GatewayFailed => (
                "gateway-failed",
                "A gateway has failed",
                S::BAD_GATEWAY,
                "See the service's log for the error_id.",
            ),
            Self::NotTheRunner => (
                "not-the-runner",
                "This service does not run the servers",
                S::SERVICE_UNAVAILABLE,
                "Ask the service that runs them, or try again: it takes over when that one ends.",
            ),
            Self::NotImplemented => (
                "not-implemented",
                "Not implemented",
                S::NOT_IMPLEMENTED,
                "Ask the OpenHands agent-server itself.",
            ),
            Self::Internal => (
                "internal",
                "Internal error",
                S::INTERNAL_SERVER_ERROR,
                "See the service's log for the error_id.",
            ),
        }
    }
}
