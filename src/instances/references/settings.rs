//! What references are resolved with. It does not know where it is configured.

use std::path::PathBuf;
use std::sync::Arc;

use crate::model::reference::ReferenceRules;
use crate::secrets::Plaintext;

/// What references are resolved with.
#[derive(Clone, Debug, Default)]
pub struct ReferenceSettings {
    /// Which references are resolved.
    pub rules: Arc<ReferenceRules>,
    /// Where Vault or OpenBao is.
    pub vault_address: Option<String>,
    /// The token for it.
    pub vault_token: Option<VaultToken>,
}

/// The token for Vault.
#[derive(Clone, Debug)]
pub enum VaultToken {
    /// The token itself.
    Text(Plaintext),
    /// The file that holds it. It is read at each use, since agents renew it.
    File(PathBuf),
}
