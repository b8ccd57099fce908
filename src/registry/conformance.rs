//! What every registry must do: the twelve MUSTs, by name. Compiled always and public, as the suite of the stores is:
//! a back end that comes later needs the same claims. It knows the trait only, and a place that a test can look into.

mod access;
mod changes;
mod loading;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::future::BoxFuture;

use super::{RegistryBackend, RegistryError, RegistryErrorKind, ServerSpec, Variables};

/// A registry as a test sees it: a folder, a scope of a catalog or of a store; new and empty.
pub trait Place: Send + Sync {
    /// One more object over it, as another process would have. References are looked up in `variables`.
    fn open(&self, variables: &Variables) -> Arc<dyn RegistryBackend>;

    /// Puts servers there, beside the back end.
    fn seed<'a>(&'a self, specs: &'a [ServerSpec]) -> BoxFuture<'a, ()>;

    /// Another agent's registry in the same folder, catalog or store.
    fn beside(&self) -> Box<dyn Place>;

    /// What can be seen of the place from outside: files, requests. The same text means that nothing has touched it.
    fn trace(&self) -> String;

    /// Makes the place unusable, as a broken disk or network does. Returns false where that cannot be done.
    fn cut(&self) -> bool;

    /// What must be in no message: passwords and tokens with which the place is called.
    fn credentials(&self) -> Vec<String> {
        Vec::new()
    }

    /// The same as a back end that takes no changes, where there is such a one.
    fn read_only(&self) -> Option<Arc<dyn RegistryBackend>> {
        None
    }

    /// A back end that would be called without TLS on another machine, where there is such a one.
    fn cleartext(&self) -> Option<Arc<dyn RegistryBackend>> {
        None
    }
}

/// A claim, its name and what checks it on a new place.
pub type Claim = (&'static str, for<'a> fn(&'a dyn Place) -> BoxFuture<'a, ()>);

/// The twelve MUSTs.
pub const CLAIMS: [Claim; 12] = [
    ("MUST 1: a name is checked before anything is done", |place| Box::pin(access::names_are_checked(place))),
    ("MUST 2: making a back end does nothing", |place| Box::pin(access::construction_does_nothing(place))),
    ("MUST 3: what it says it can do, it can", |place| Box::pin(access::capabilities_are_honest(place))),
    ("MUST 4: no message holds a credential", |place| Box::pin(access::credentials_are_redacted(place))),
    ("MUST 5: one agent's servers only, in a stable order", |place| {
        Box::pin(access::agents_are_apart(place))
    }),
    ("MUST 6: the id is constant, and closing is safe", |place| Box::pin(access::id_and_close(place))),
    ("MUST 7: absent and unusable are distinguished", |place| {
        Box::pin(access::absent_is_not_unusable(place))
    }),
    ("MUST 8: references are looked up at load", |place| Box::pin(loading::references_are_looked_up(place))),
    ("MUST 9: one installation wins, uninstalling repeats", |place| Box::pin(changes::one_wins(place))),
    ("MUST 10: load_all is load of every name", |place| Box::pin(loading::all_is_each(place))),
    ("MUST 11: no catalog is called in clear", |place| Box::pin(access::cleartext_is_refused(place))),
    ("MUST 12: no command is started that is not allowed", |place| {
        Box::pin(loading::commands_are_allowed(place))
    }),
];

/// Checks all claims, each on a new place.
///
/// # Panics
///
/// Where a claim does not hold; its name is printed before it is checked.
pub async fn holds(new_place: impl Fn() -> Box<dyn Place>) {
    for (name, check) in CLAIMS {
        tracing::info!(name, "checking a claim");
        let place = new_place();
        check(&*place).await;
    }
}

/// An environment that a test changes.
#[derive(Clone, Default)]
pub struct Environment(Arc<Mutex<HashMap<String, String>>>);

impl Environment {
    /// Sets a variable.
    pub fn set(&self, name: &str, value: &str) {
        let mut variables = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        variables.insert(name.to_owned(), value.to_owned());
    }

    /// As back ends look it up.
    pub fn variables(&self) -> Variables {
        let variables = Arc::clone(&self.0);
        Arc::new(move |name| variables.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned())
    }
}

/// Names that break the rule.
pub const BAD_NAMES: [&str; 12] = [
    "",
    "..",
    ".hidden",
    "../etc",
    "../etc/passwd",
    "a/b",
    "a\\b",
    "bad\0name",
    "bad\nname",
    "trail\n",
    "a b",
    "é",
];

/// The error of an outcome.
///
/// # Panics
///
/// Where it succeeded.
#[track_caller]
fn refused<T>(outcome: Result<T, RegistryError>, kind: RegistryErrorKind, what: &str) -> RegistryError {
    match outcome {
        Ok(_) => panic!("{what}: it was done"),
        Err(error) => {
            assert_eq!(error.kind(), kind, "{what}: {error}");
            error
        }
    }
}

/// The value of an outcome.
///
/// # Panics
///
/// Where it is an error.
#[track_caller]
fn done<T>(outcome: Result<T, RegistryError>, what: &str) -> T {
    outcome.unwrap_or_else(|error| panic!("{what}: {:?}: {error}", error.kind()))
}

/// The names of a listing.
async fn listed(registry: &dyn RegistryBackend) -> Vec<String> {
    done(registry.list().await, "list").into_iter().map(|server| server.name).collect()
}
