//! Claims on installing and uninstalling.

use futures_util::future::join_all;

use crate::registry::{RegistryErrorKind as Kind, ServerSpec};

use super::{Environment, Place, done, listed, refused};

///
pub(super) async fn one_wins(place: &dyn Place) {
    let environment = Environment::default();
    let variables = environment.variables();
    let registry = place.open(&variables);
    let mut spec = ServerSpec::new("one", "npx");
    spec.args = vec!["-y".to_owned(), "@acme/one".to_owned()];
    spec.description = "First line\nsecond line".to_owned();
    spec.env.insert("TOKEN".to_owned(), "$MY_VAR".to_owned());
    let reference = done(registry.install(&spec).await, "install");
    assert_eq!((reference.name.as_str(), reference.transport.as_str()), ("one", "stdio"));
    assert_eq!(reference.description, "First line");

    let error =
        refused(registry.install(&ServerSpec::new("one", "uvx")).await, Kind::AlreadyInstalled, "again");
    assert!(!error.message().contains("uvx") && !error.message().contains("@acme"), "{error}");
    environment.set("MY_VAR", "value");
    let loaded = done(registry.load("one").await, "load");
    assert_eq!((loaded.command.as_str(), loaded.env["TOKEN"].as_str()), ("npx", "value"));
    assert_eq!(loaded.args, spec.args);
    let as_written = done(registry.load_as_written("one").await, "load as written");
    assert_eq!(as_written.env["TOKEN"], "$MY_VAR");

    for _ in 0..2 {
        done(registry.uninstall("one").await, "uninstall");
        assert_eq!(listed(&*registry).await, [""; 0]);
    }
    done(registry.install(&spec).await, "install after uninstall");
    refused(registry.install(&ServerSpec::new("empty", "")).await, Kind::Invalid, "no command");

    // One object: the same name from five callers.
    let racing = ServerSpec::new("race", "npx");
    let outcomes = join_all((0..5).map(|_| registry.install(&racing))).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1, "{outcomes:?}");
    for error in outcomes.into_iter().filter_map(Result::err) {
        assert!(matches!(error.kind(), Kind::AlreadyInstalled | Kind::Unavailable), "{error}");
    }

    // An object each: a name each.
    let specs: Vec<_> = (0..4).map(|number| ServerSpec::new(format!("name-{number}"), "npx")).collect();
    let registries: Vec<_> = specs.iter().map(|_| place.open(&variables)).collect();
    let outcomes = registries.iter().zip(&specs).map(|(registry, spec)| registry.install(spec));
    for outcome in join_all(outcomes).await {
        done(outcome, "install beside others");
    }
    assert_eq!(listed(&*registry).await, ["name-0", "name-1", "name-2", "name-3", "one", "race"]);
}
