//! What can come of a use-case but success; every lower room's errors in one enum.

use crate::formats::{Position, Unreadable};
use crate::json::{Fault, Json, Pointer};
use crate::model::json_patch::Misfit;
use crate::model::merge::Refusal;
use crate::model::validate::Violation;
use crate::model::{InvalidName, ReadOnlyReason, SettingsKey};
use crate::projection::{EntityTag, Verdict};
use crate::secrets::{Peer, Scope};
use crate::store::StoreError;

/// Why a use-case did not do what it was asked.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ServiceError {
    /// The name is not legal.
    #[error(transparent)]
    InvalidName(#[from] InvalidName),
    /// A server of this name would change what the document means.
    #[error("the document can't hold a server of this name")]
    UnusableName,
    /// The document can't hold the server under its new name.
    #[error("the document can't hold this server under its new name")]
    UnusableNewName,
    /// There is a server of the new name.
    #[error("there is a server of the new name already")]
    NewNameTaken,
    /// There is a server of this name, where there must be none.
    #[error("there is a server of this name already")]
    NameTaken,
    /// There is no server of this name.
    #[error("there is no server of this name")]
    UnknownServer,
    /// There are no servers of these names.
    #[error("there are no servers of some of the names")]
    UnknownServers(Vec<SettingsKey>),
    /// The document's agent variant has no MCP servers.
    #[error("the document's agent variant has no MCP servers")]
    NoMcpServers,
    /// The document may only be read.
    #[error("the settings document is read-only: {0}")]
    ReadOnly(ReadOnlyReason),
    /// The stored server can't be read as a configuration.
    #[error("the stored server can't be read: {0}")]
    MalformedServer(Fault),
    /// The settings outside the servers can't be read.
    #[error("the settings around the servers can't be read: {0}")]
    MalformedSettings(Fault),
    /// A write without a precondition, where one is required.
    #[error("a precondition is required")]
    PreconditionRequired,
    /// The state is not the one that the request was made for.
    #[error("a precondition failed")]
    PreconditionFailed(Box<Conflict>),
    /// An operation of a JSON Patch does not fit the state.
    #[error("operation {} does not fit the state: {}", .0.operation, .0.kind)]
    PatchConflict(Misfit),
    /// What is to be approved is not what would be executed.
    #[error("something else would be executed now")]
    LaunchChanged,
    /// What the service remembers is not known, or can't be trusted or stored.
    #[error("what the service remembers can't be used")]
    StateUnavailable,
    /// What was to be remembered is in memory, and not stored.
    #[error("what was to be remembered could not be stored")]
    StateOutcomeUnknown,
    /// The caller may not do all of this.
    #[error("the scope `{}` is needed", .0.as_str())]
    ScopeNeeded(Scope),
    /// The policy is not valid.
    #[error("the policy is not valid")]
    InvalidPolicy(Vec<Violation>),
    /// The policy is not the one that the request was made for.
    #[error("a precondition on the policy failed")]
    PolicyPreconditionFailed(Verdict, EntityTag),
    /// The configuration is not valid.
    #[error("the configuration is not valid")]
    Invalid(Vec<Violation>),
    /// A registry has no form for the server, or not for this caller; pointers are into the configuration.
    #[error("the server has no form in a registry that this caller may see")]
    NoRegistryForm(Vec<Violation>),
    /// What a patch of the settings would make of them is not valid; pointers are into the request.
    #[error("the settings are not valid")]
    InvalidSettings(Vec<Violation>),
    /// A patch of the settings would delete servers or secrets that it does not name.
    #[error("the change would delete what it does not name")]
    UnnamedLoss(Vec<Pointer>),
    /// The result breaks a limit.
    #[error("the resulting configuration breaks a limit: {0}")]
    BeyondLimits(Fault),
    /// The result is too large.
    #[error("the resulting configuration is too large to be stored")]
    ResultTooLarge,
    /// Masks or tokens that can't be taken.
    #[error("a masked or encrypted value can't be used")]
    Refused(Vec<Refusal>),
    /// Kept secrets that may not go where the write would take them (law L7).
    #[error("a kept secret does not follow its server")]
    BoundSecrets(Vec<Pointer>),
    /// A value must be encrypted and there is no key.
    #[error("there is no key to encrypt with")]
    KeyMissing,
    /// A value must be encrypted, there is no key, and none may be made since another process has one.
    #[error("there is no key to encrypt with, and another process on these settings has one")]
    KeyElsewhere,
    /// Other services that run now could not open what this one would encrypt.
    #[error("another service on these settings does not have the key that would encrypt: {}", addresses(.0))]
    KeyNotShared(Vec<Peer>),
    /// The document holds encrypted values and no key opens any.
    #[error("no key opens any encrypted value of the document")]
    WrongKey,
    /// The plaintext view of secrets that no key opens.
    #[error("a secret can't be decrypted")]
    SecretUnreadable(Vec<Pointer>),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A text that is to be imported can't be read; nothing of it is imported.
    #[error(transparent)]
    UnreadableText(#[from] Unreadable),
    /// A request to import a text says something of what the text does not have; pointers are into the request.
    #[error("the request does not fit the text")]
    MisfitOfText(Vec<Violation>),
    /// Entries of a text that can't be imported as they are; pointers are into the request, or into the answer to a dry
    /// run.
    #[error("the text holds what can't be imported as it is")]
    ImportRefused(Vec<TextFault>),
    /// What is stored is not what an entry was chosen for; pointers are into the request.
    #[error("a precondition of an entry failed")]
    StaleChoice(Vec<Violation>),
    /// It is not said what is to become of entries of a text; pointers are into the request.
    #[error("a choice is needed")]
    ChoiceNeeded(Vec<Violation>),
    /// A bug: a decision was not made.
    #[error("the change was not decided")]
    Undecided,
}

impl ServiceError {
    /// The error of one server as one of the request that holds it at this place.
    pub(super) fn of_one_at(self, place: &Pointer) -> Self {
        let invalid = |message: &'static str| {
            let pointer = place.clone();
            Self::InvalidSettings(vec![Violation { pointer, message: message.into() }])
        };
        match self {
            Self::InvalidName(_) => {
                invalid("a new server's name is 1 to 128 of A-Z a-z 0-9 _ . @ : + - and not only . or ..")
            }
            Self::UnusableName => {
                // On the wire: the wording stays.
                invalid("in this document a server of this name would be taken for the server map itself")
            }
            Self::Invalid(violations) => {
                let moved = |violation: Violation| Violation {
                    pointer: place.followed_by(&violation.pointer),
                    ..violation
                };
                Self::InvalidSettings(violations.into_iter().map(moved).collect())
            }
            Self::Refused(refusals) => {
                let moved =
                    |refusal: Refusal| Refusal { pointer: place.followed_by(&refusal.pointer), ..refusal };
                Self::Refused(refusals.into_iter().map(moved).collect())
            }
            Self::BoundSecrets(pointers) => {
                Self::BoundSecrets(pointers.iter().map(|inner| place.followed_by(inner)).collect())
            }
            Self::BeyondLimits(fault) => {
                Self::BeyondLimits(Fault { pointer: place.followed_by(&fault.pointer), ..fault })
            }
            error => error,
        }
    }
}

/// Something that is wrong with an entry of a text, and where in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextFault {
    /// What, and where in the request or the answer.
    pub violation: Violation,
    /// Where in the text, if it is in there.
    pub position: Option<Position>,
}

fn addresses(peers: &[Peer]) -> String {
    let address = |peer: &Peer| match &peer.address {
        Some(address) => format!("process {} on {address}", peer.pid),
        None => format!("process {}", peer.pid),
    };
    peers.iter().map(address).collect::<Vec<_>>().join(", ")
}

/// What a client needs to merge after a failed precondition.
#[derive(Clone, Debug)]
pub struct Conflict {
    /// Which condition failed.
    pub verdict: Verdict,
    /// The current tag, if the server exists.
    pub current_tag: Option<EntityTag>,
    /// The current configuration, redacted.
    pub current: Option<Json>,
    /// Where the request and the current state differ; none for a request without a body.
    pub changed: Option<Vec<Pointer>>,
}

impl Conflict {
    /// A conflict over a server that is not there.
    pub(super) fn with_nothing(verdict: Verdict) -> Self {
        Self { verdict, current_tag: None, current: None, changed: None }
    }
}

impl From<Conflict> for ServiceError {
    fn from(conflict: Conflict) -> Self {
        Self::PreconditionFailed(Box::new(conflict))
    }
}
