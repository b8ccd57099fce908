//! Claims on names, construction, what a back end says of itself, and what its messages show.

use crate::registry::{RegistryErrorKind, RegistryErrorKind as Kind, ServerSpec, is_reference};

use super::{BAD_NAMES, Environment, Place, done, listed, refused};

/// N-01, N-02, N-03, N-04, N-05, N-07, N-08, N-10
pub(super) async fn names_are_checked(place: &dyn Place) {
    let registry = place.open(&Environment::default().variables());
    let before = place.trace();
    for name in BAD_NAMES {
        refused(registry.load(name).await, Kind::Invalid, name);
        refused(registry.uninstall(name).await, Kind::Invalid, name);
        refused(registry.install(&ServerSpec::new(name, "npx")).await, Kind::Invalid, name);
        let validation = done(registry.validate(name).await, name);
        assert!(!validation.is_ok() && validation.errors.len() == 1, "{name}: {validation:?}");
    }
    assert_eq!(place.trace(), before, "a bad name reached the registry");
    for name in ["a.b+c@d-e_f", "valid-server-name123"] {
        refused(registry.load(name).await, Kind::NotInRegistry, name);
    }
}

/// C2-02
pub(super) async fn construction_does_nothing(place: &dyn Place) {
    let before = place.trace();
    let registry = place.open(&Environment::default().variables());
    registry.capabilities();
    registry.backend_id();
    assert_eq!(place.trace(), before, "making a back end touched the registry");
    assert_eq!(listed(&*registry).await, [""; 0]);
}

/// C3-01, C3-02, C3-03, C3-04, S-03
pub(super) async fn capabilities_are_honest(place: &dyn Place) {
    let variables = Environment::default().variables();
    let registry = place.open(&variables);
    done(registry.list().await, "list");
    let capabilities = registry.capabilities();
    assert_eq!(done(registry.refresh_capabilities().await, "refresh"), capabilities);
    assert!(!capabilities.supports_canonical_export);
    let outcome = registry.install(&ServerSpec::new("new", "npx")).await;
    if capabilities.supports_install {
        assert_eq!(done(outcome, "install").name, "new");
    } else {
        refused(outcome, Kind::NotSupported, "install");
    }
    let outcome = registry.uninstall("absent").await;
    if capabilities.supports_uninstall {
        done(outcome, "uninstall");
    } else {
        refused(outcome, Kind::NotSupported, "uninstall");
    }
    if let Some(registry) = place.read_only() {
        refused(registry.install(&ServerSpec::new("other", "npx")).await, Kind::NotSupported, "read-only");
        refused(registry.uninstall("new").await, Kind::NotSupported, "read-only");
        let capabilities = registry.capabilities();
        assert!(!capabilities.supports_install && !capabilities.supports_uninstall);
    }
}

///
pub(super) async fn credentials_are_redacted(place: &dyn Place) {
    const SECRET: &str = "hunter2-literal-secret";
    let registry = place.open(&Environment::default().variables());
    let mut spec = ServerSpec::new("taken", "npx");
    spec.env.insert("API_KEY".to_owned(), "$API_KEY".to_owned());
    done(registry.install(&spec).await, "install");
    spec.env.insert("API_KEY".to_owned(), SECRET.to_owned());
    assert!(!is_reference(SECRET) && !format!("{spec:?}").contains(SECRET), "{spec:?}");
    let mut messages = vec![
        registry.install(&spec).await.err(),
        registry.load("absent").await.err(),
        registry.load("taken").await.err(),
    ];
    if place.cut() {
        messages.extend([
            registry.list().await.err(),
            registry.load_all().await.err(),
            registry.install(&ServerSpec::new("other", "npx")).await.err(),
            registry.uninstall("taken").await.err(),
            place.open(&Environment::default().variables()).list().await.err(),
        ]);
    }
    for message in messages {
        let message = message.expect("it was made to fail").to_string();
        let credentials = place.credentials();
        for secret in credentials.iter().map(String::as_str).chain([SECRET]) {
            assert!(!message.contains(secret), "a message holds a credential: {message}");
        }
    }
}

/// I-01, I-02
pub(super) async fn agents_are_apart(place: &dyn Place) {
    let variables = Environment::default().variables();
    let specs = ["zeta", "alpha", "mu"].map(|name| ServerSpec::new(name, "npx"));
    place.seed(&specs).await;
    let beside = place.beside();
    let (ours, theirs) = (place.open(&variables), beside.open(&variables));
    assert_eq!(listed(&*ours).await, ["alpha", "mu", "zeta"]);
    assert_eq!(listed(&*theirs).await, [""; 0]);
    done(theirs.install(&ServerSpec::new("other", "npx")).await, "install");
    done(theirs.uninstall("alpha").await, "uninstall");
    assert_eq!(listed(&*ours).await, ["alpha", "mu", "zeta"]);
    assert_eq!(listed(&*theirs).await, ["other"]);
    refused(ours.load("other").await, Kind::NotInRegistry, "another agent's server");
}

/// S-01, S-02
pub(super) async fn id_and_close(place: &dyn Place) {
    let variables = Environment::default().variables();
    let closed = place.open(&variables);
    closed.close().await;
    closed.close().await;
    let registry = place.open(&variables);
    let id = registry.backend_id();
    done(registry.list().await, "list");
    assert!(!id.is_empty() && registry.backend_id() == id && closed.backend_id() == id);
    registry.close().await;
    registry.close().await;
}

/// T-01, T-02
pub(super) async fn absent_is_not_unusable(place: &dyn Place) {
    let registry = place.open(&Environment::default().variables());
    assert_eq!(listed(&*registry).await, [""; 0]);
    let error = refused(registry.load("absent").await, Kind::NotInRegistry, "absent");
    assert!(!error.is_transient());
    place.seed(&[ServerSpec::new("there", "npx")]).await;
    assert!(!done(registry.validate("absent").await, "validate").is_ok());
    refused(registry.load("absent").await, Kind::NotInRegistry, "absent beside another");
    if place.cut() {
        for outcome in [registry.load("there").await.err(), registry.load("absent").await.err()] {
            let error = outcome.expect("the place is unusable");
            assert!(error.is_transient(), "{:?}: {error}", error.kind());
        }
        refused(registry.list().await, Kind::Unavailable, "list");
        refused(registry.load_all().await, Kind::Unavailable, "load_all");
    }
}

/// G-05
pub(super) async fn cleartext_is_refused(place: &dyn Place) {
    let Some(registry) = place.cleartext() else { return };
    let before = place.trace();
    let spec = ServerSpec::new("name", "npx");
    let outcomes = [
        registry.list().await.err(),
        registry.load("name").await.err(),
        registry.load_all().await.err(),
        registry.validate("name").await.err(),
        registry.install(&spec).await.err(),
        registry.uninstall("name").await.err(),
        registry.refresh_capabilities().await.err(),
    ];
    for outcome in outcomes {
        let error = outcome.expect("a catalog elsewhere is not called in clear");
        assert_eq!(error.kind(), RegistryErrorKind::Invalid, "{error}");
    }
    assert_eq!(place.trace(), before);
}
