//! A server that a file registers: `lightspeed-stack.yaml` (DESIGN §15). It is in no document, and no request changes
//! it.

use std::fmt;

use crate::secrets::Plaintext;

use super::registration::AuthorizationWord;

/// A server of the file.
#[derive(Clone, PartialEq, Eq)]
pub struct StaticServer {
    /// Its name: any text.
    pub name: String,
    /// Its URL: any text, which may hold a secret.
    pub url: String,
    /// Who provides it.
    pub provider_id: String,
    /// Where the value of each header comes from. A header whose file could not be read is absent.
    pub authorization_headers: Vec<(String, StaticAuthorization)>,
    /// Which headers of a caller are passed on.
    pub headers: Vec<String>,
    /// Which tools need an approval.
    pub require_approval: RequiredApproval,
    /// How long a call may take. Seconds.
    pub timeout: Option<u64>,
}

/// Where the value of an authorization header comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StaticAuthorization {
    /// What the word says.
    Word(AuthorizationWord),
    /// The trimmed content of a file, as it was when the list was read.
    Secret(Plaintext),
}

/// Which tools of a server need an approval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RequiredApproval {
    /// All.
    Always,
    /// None.
    Never,
    /// Those of the first list do, those of the second do not.
    Of {
        /// Tools that need one.
        always: Vec<String>,
        /// Tools that need none.
        never: Vec<String>,
    },
}

/// Prints no URL: it may hold a secret.
impl fmt::Debug for StaticServer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("StaticServer").field("name", &self.name).finish_non_exhaustive()
    }
}
