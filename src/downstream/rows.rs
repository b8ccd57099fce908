//! What a reconciler needs of the state: what is to be at the gateways, what was made at one of them, and word of
//! changes. It does not know where rows are stored.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use tokio::sync::watch;

use super::Base;
use super::core::{Aim, Digest, Made};
use crate::model::SettingsKey;

/// What is to be and what was made at one gateway.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// What is to be. A name that is missing is to be absent.
    pub aims: BTreeMap<SettingsKey, Aim>,
    /// What was made.
    pub made: Arc<BTreeMap<SettingsKey, Made>>,
}

/// The rows of the state that are about gateways.
pub trait Rows: Send + Sync {
    /// What is known of this gateway now.
    fn load<'a>(&'a self, gateway: &'a Base) -> BoxFuture<'a, Known>;

    /// Stores rows of this gateway; `None` removes one. Whether they are on disk: where they are not, no call that rests
    /// on them may be made.
    fn record<'a>(&'a self, gateway: &'a Base, rows: Vec<(SettingsKey, Option<Made>)>)
    -> BoxFuture<'a, bool>;

    /// Changes whenever [`Rows::load`] may return something else, at the latest some seconds after another process
    /// changed it.
    fn watch(&self) -> watch::Receiver<u64>;

    /// What identifies a registration. `None` for the URL is what a call that was refused may leave.
    fn digest(&self, name: &str, provider_id: &str, url: Option<&str>) -> Digest;
}
