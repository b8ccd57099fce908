//! What a reconciler needs of the state: what is to be at the gateways, what was made at one of them, and word of
//! changes. It does not know where rows are stored.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;

use super::core::{Aim, Digest, Made};
use super::{Base, FailureKind};
use crate::model::SettingsKey;

/// What is to be and what was made at one gateway.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// What is to be. A name that is missing is to be absent.
    pub aims: BTreeMap<SettingsKey, Aim>,
    /// What was made.
    pub made: Arc<BTreeMap<SettingsKey, Made>>,
}

/// How a gateway was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sight {
    /// Why it could not be listed; none where it was.
    pub trouble: Option<FailureKind>,
    /// What it has that no row claims, as far as that is known.
    pub unknown: Option<Vec<String>>,
}

/// The rows of the state that are about gateways.
pub trait Rows: Send + Sync {
    /// What is known of this gateway now; none where that can't be read, so that nothing is to be done.
    fn load<'a>(&'a self, gateway: &'a Base) -> BoxFuture<'a, Option<Known>>;

    /// Stores rows of this gateway; `None` removes one. Whether they are on disk: where they are not, no call that rests
    /// on them may be made.
    fn record<'a>(&'a self, gateway: &'a Base, rows: Vec<(SettingsKey, Option<Made>)>)
    -> BoxFuture<'a, bool>;

    /// Notes how the gateway was seen. It waits for nothing.
    fn see(&self, gateway: &Base, sight: Sight);

    /// Called after each turn in which rows may have changed.
    fn settled(&self) -> BoxFuture<'_, ()>;

    /// An item for each time from now on that somebody may wait for what [`Rows::load`] returns then.
    fn changes(&self) -> BoxStream<'static, ()>;

    /// What identifies a registration; none while that is not known. `None` for the URL is what a call that was refused
    /// may leave.
    fn digest(&self, name: &str, provider_id: &str, url: Option<&str>) -> Option<Digest>;
}
