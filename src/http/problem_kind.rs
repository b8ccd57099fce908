//! The kinds of problems: one closed list, and what each of them is called, answered and advised. It refuses to
//! know how one travels.

use actix_web::http::StatusCode;

use crate::api::ProblemType;

/// Which problem it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProblemKind {
    /// No such route.
    NotFound,
    /// The route has no such method.
    MethodNotAllowed,
    /// No key, or none that is known.
    Unauthorized,
    /// A `Host` that this service does not answer to.
    ForbiddenHost,
    /// A web page that may not call.
    ForbiddenOrigin,
    /// The key does not allow this.
    InsufficientScope,
    /// The body's content type is absent or another.
    UnsupportedMediaType,
    /// The body is too large.
    BodyTooLarge,
    /// The body did not arrive in time.
    BodyTimeout,
    /// `Expect` asks for something unknown.
    ExpectationFailed,
    /// A header can't be parsed.
    InvalidHeader,
    /// The query can't be used.
    InvalidQuery,
    /// The body is not a JSON object within the limits, or not a JSON Patch.
    MalformedBody,
    /// A text that is to be imported can't be read.
    UnreadableText,
    /// A text holds what can't be imported as it is.
    ImportRefused,
    /// It is not said what is to become of an imported server.
    ChoiceNeeded,
    /// The name is no server name.
    InvalidName,
    /// The document can't be used.
    DocumentUnreadable,
    /// The document is gone.
    DocumentVanished,
    /// The document may only be read.
    DocumentReadOnly,
    /// The agent variant has no MCP servers.
    NoMcpServers,
    /// No server of this name.
    UnknownServer,
    /// There is a server of this name already.
    NameTaken,
    /// The stored server is no configuration.
    MalformedServer,
    /// What is around the servers can't be read.
    MalformedSettings,
    /// A write without a precondition.
    PreconditionRequired,
    /// The state has changed.
    PreconditionFailed,
    /// An operation of a JSON Patch does not fit the state.
    PatchConflict,
    /// What is to be approved is not what would be executed.
    LaunchChanged,
    /// What the service remembers can't be used.
    StateUnavailable,
    /// The policy is not valid.
    InvalidPolicy,
    /// A registry has no form for the server that the caller may see.
    NoRegistryForm,
    /// The configuration is not valid.
    InvalidConfig,
    /// Null would delete what the request does not name.
    UnnamedLoss,
    /// A mask of which nothing that is stored can be kept.
    UnrestorableMask,
    /// A token that may not be used.
    ForeignToken,
    /// A kept secret does not follow its server.
    BoundSecret,
    /// No key to encrypt with.
    KeyMissing,
    /// Another service on the settings does not have the key that would encrypt.
    KeyNotShared,
    /// No key opens any of the document's tokens.
    WrongKey,
    /// A secret can't be decrypted.
    SecretUnreadable,
    /// The owner, group or mode of the document can't be kept.
    Ownership,
    /// Another process holds the lock, or too many writes wait.
    StoreBusy,
    /// The store can't be used.
    StoreUnavailable,
    /// The change may or may not outlive a crash.
    OutcomeUnknown,
    /// The position in the stream of changes is not there any more, or never was.
    EventsGone,
    /// No more streams of changes can be open.
    TooManyStreams,
    /// No more streams of changes can be open with this key.
    StreamShareTaken,
    /// The sessions of the page could not be read yet.
    SessionsNotLoaded,
    /// The key is not that of a session.
    NoSession,
    /// What may not run is asked for.
    NotRunnable,
    /// What does not run is to be probed.
    NotRunning,
    /// The last start failed, and the next is not made yet.
    InstanceFailed,
    /// It is still being started.
    InstanceStarting,
    /// The MCP server did not answer as it should.
    ServerFault,
    /// The run policy does not allow the tool.
    ToolNotAllowed,
    /// The same was asked for a moment ago.
    TooOften,
    /// More tests are under way than may be.
    TooManyTests,
    /// The tools are others than those that are to be accepted.
    ToolsChanged,
    /// The server has not listed this yet.
    NoList,
    /// No such gateway is configured.
    UnknownGateway,
    /// A gateway has nothing under the id.
    UnknownToolgroup,
    /// A server is registered under the id.
    StillRegistered,
    /// A gateway does not answer.
    GatewayUnreachable,
    /// A gateway answered with a failure.
    GatewayFailed,
    /// Another service runs the servers.
    NotTheRunner,
    /// What others do and this service does not.
    NotImplemented,
    /// A bug.
    Internal,
}

impl ProblemKind {
    /// Every kind, for documentation and tests.
    pub const ALL: [Self; 68] = [
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::Unauthorized,
        Self::ForbiddenHost,
        Self::ForbiddenOrigin,
        Self::InsufficientScope,
        Self::UnsupportedMediaType,
        Self::BodyTooLarge,
        Self::BodyTimeout,
        Self::ExpectationFailed,
        Self::InvalidHeader,
        Self::InvalidQuery,
        Self::MalformedBody,
        Self::UnreadableText,
        Self::ImportRefused,
        Self::ChoiceNeeded,
        Self::InvalidName,
        Self::DocumentUnreadable,
        Self::DocumentVanished,
        Self::DocumentReadOnly,
        Self::NoMcpServers,
        Self::UnknownServer,
        Self::NameTaken,
        Self::MalformedServer,
        Self::MalformedSettings,
        Self::PreconditionRequired,
        Self::PreconditionFailed,
        Self::PatchConflict,
        Self::LaunchChanged,
        Self::StateUnavailable,
        Self::InvalidPolicy,
        Self::NoRegistryForm,
        Self::InvalidConfig,
        Self::UnnamedLoss,
        Self::UnrestorableMask,
        Self::ForeignToken,
        Self::BoundSecret,
        Self::KeyMissing,
        Self::KeyNotShared,
        Self::WrongKey,
        Self::SecretUnreadable,
        Self::Ownership,
        Self::StoreBusy,
        Self::StoreUnavailable,
        Self::OutcomeUnknown,
        Self::EventsGone,
        Self::TooManyStreams,
        Self::StreamShareTaken,
        Self::SessionsNotLoaded,
        Self::NoSession,
        Self::NotRunnable,
        Self::NotRunning,
        Self::InstanceFailed,
        Self::InstanceStarting,
        Self::ServerFault,
        Self::ToolNotAllowed,
        Self::TooOften,
        Self::TooManyTests,
        Self::ToolsChanged,
        Self::NoList,
        Self::UnknownGateway,
        Self::UnknownToolgroup,
        Self::StillRegistered,
        Self::GatewayUnreachable,
        Self::GatewayFailed,
        Self::NotTheRunner,
        Self::NotImplemented,
        Self::Internal,
    ];

    /// The last part of the type's URI.
    pub fn slug(self) -> &'static str {
        self.facts().0
    }

    /// The type's URI.
    pub fn uri(self) -> String {
        format!("/problems/{}", self.slug())
    }

    /// What it is, in a few words.
    pub fn title(self) -> &'static str {
        self.facts().1
    }

    /// The status that it has unless said otherwise.
    pub fn status(self) -> StatusCode {
        self.facts().2
    }

    /// What it means, as a body.
    pub fn meaning(self) -> ProblemType {
        let (title, advice) = (self.title().into(), self.advice().into());
        ProblemType { r#type: self.uri().into(), title, status: self.status().as_u16(), advice }
    }

    /// What a client or an operator can do about it.
    pub fn advice(self) -> &'static str {
        self.facts().3
    }
}

mod facts;
#[cfg(test)]
mod tests;
