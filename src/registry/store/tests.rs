//! The claims on registries over our own store, and what is its own.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tempfile::TempDir;

use super::*;
use crate::document::NewDocument;
use crate::registry::RegistryErrorKind as Kind;
use crate::registry::conformance::{Environment, Place, holds};
use crate::secrets::{CredentialDigest, KeySources, Keys, Scope, SecretKey};
use crate::service::Options;
use crate::store::file::{FileStore, FileStoreOptions};

/// A service on a document of its own, and how many scopes of it are in use.
struct Site {
    _folder: TempDir,
    path: PathBuf,
    service: Arc<Service>,
    scopes: AtomicUsize,
}

/// One scope.
struct StorePlace {
    site: Arc<Site>,
    scope: AgentScope,
}

impl Site {
    fn start() -> Arc<Self> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("settings.json");
        let keys = Keys::load(KeySources::without_files(SecretKey::new("ours"), vec![])).unwrap();
        let store = FileStore::open(FileStoreOptions::new(&path, NewDocument::Own)).unwrap();
        // Conditions are required, and none are asked of a registry.
        let options = Options { require_preconditions: true, lock_timeout: Duration::from_secs(60) };
        let service = Arc::new(Service::new(Arc::new(store), Arc::new(keys), options));
        Arc::new(Self { _folder: folder, path, service, scopes: AtomicUsize::new(0) })
    }
}

impl StorePlace {
    fn start() -> Self {
        Self { site: Site::start(), scope: AgentScope::default() }
    }

    fn registry(&self, scope: Scope) -> StoreRegistry {
        let caller =
            Caller::new("agent", [Scope::Write, scope].into_iter().collect(), &CredentialDigest::of("k"));
        StoreRegistry::new(Arc::clone(&self.site.service), caller, self.scope.clone())
    }
}

impl Place for StorePlace {
    fn open(&self, variables: &Variables) -> Arc<dyn RegistryBackend> {
        Arc::new(self.registry(Scope::Reveal).with_variables(Arc::clone(variables)))
    }

    fn seed<'a>(&'a self, specs: &'a [ServerSpec]) -> BoxFuture<'a, ()> {
        async move {
            let registry = self.registry(Scope::Reveal);
            for spec in specs {
                registry.add(&RegistryName::parse(&spec.name).unwrap(), spec).await.unwrap();
            }
        }
        .boxed()
    }

    fn beside(&self) -> Box<dyn Place> {
        let number = self.site.scopes.fetch_add(1, Ordering::SeqCst);
        let scope = format!("beside.{number}").parse().unwrap();
        Box::new(Self { site: Arc::clone(&self.site), scope })
    }

    fn trace(&self) -> String {
        fs::read_to_string(&self.site.path).unwrap_or_default()
    }

    fn cut(&self) -> bool {
        fs::write(&self.site.path, "garbage").unwrap();
        true
    }
}

#[tokio::test]
async fn our_own_store_is_a_registry() {
    holds(|| Box::new(StorePlace::start())).await;
}

#[tokio::test]
async fn a_scope_beside_others_is_a_registry() {
    holds(|| StorePlace::start().beside()).await;
}

#[tokio::test]
async fn what_a_caller_may_not_see_is_malformed_for_it_and_left_out_of_the_whole() {
    let place = StorePlace::start();
    let mut spec = ServerSpec::new("literal", "npx");
    spec.env.insert("TOKEN".to_owned(), "canary".to_owned());
    place.seed(&[spec, ServerSpec::new("plain", "npx")]).await;
    let registry = place.registry(Scope::Write);
    let error = registry.load("literal").await.unwrap_err();
    assert_eq!(error.kind(), Kind::DescriptorInvalid);
    assert!(error.message().contains("/env/TOKEN") && !error.message().contains("canary"), "{error}");
    let checked = registry.validate("literal").await.unwrap();
    assert!(!checked.is_ok() && checked.errors[0].contains("/env/TOKEN"), "{checked:?}");
    let names = |specs: Vec<ServerSpec>| specs.into_iter().map(|spec| spec.name).collect::<Vec<_>>();
    assert_eq!(names(registry.load_all().await.unwrap()), ["plain"]);
    let revealing = place.registry(Scope::Reveal);
    assert_eq!(names(revealing.load_all().await.unwrap()), ["literal", "plain"]);
    assert_eq!(revealing.load("literal").await.unwrap().env["TOKEN"], "canary");
    assert_eq!(registry.list().await.unwrap().len(), 2);
}

#[tokio::test]
async fn what_would_be_stored_otherwise_is_invalid() {
    let place = StorePlace::start();
    let registry = place.registry(Scope::Reveal);
    let with = |change: &dyn Fn(&mut ServerSpec)| {
        let mut spec = ServerSpec::new("a", "npx");
        change(&mut spec);
        spec
    };
    for spec in [
        with(&|spec| spec.transport = "http".to_owned()),
        with(&|spec| spec.command = "a\nb".to_owned()),
        with(&|spec| drop(spec.env.insert("A".to_owned(), "$canary".to_owned()))),
        with(&|spec| drop(spec.env.insert("A".to_owned(), "[REDACTED]".to_owned()))),
        with(&|spec| spec.name = "a".repeat(129)),
    ] {
        let error = registry.install(&spec).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Invalid, "{error}");
        assert!(!error.message().contains("canary"), "{error}");
    }
    assert_eq!(place.trace(), "");
}

#[tokio::test]
async fn a_command_that_is_not_here_and_a_variable_that_is_not_set_are_warned_of() {
    let place = StorePlace::start();
    let mut spec = ServerSpec::new("a", "no-such-command-anywhere");
    spec.env.insert("A".to_owned(), "$NOT_SET".to_owned());
    place.seed(&[spec]).await;
    let registry = place.open(&Environment::default().variables());
    let checked = registry.validate("a").await.unwrap();
    assert!(checked.is_ok() && checked.warnings.len() == 2, "{checked:?}");
    assert!(checked.warnings[0].contains("no-such-command-anywhere"), "{checked:?}");
    assert!(checked.warnings[1].contains("$NOT_SET"), "{checked:?}");
}
