//! Claims on what is loaded, and on what may be started of it.

use crate::registry::{AllowedCommands, RegistryErrorKind as Kind, ServerSpec};

use super::{Environment, Place, done, listed, refused};

fn with_env(name: &str, pairs: &[(&str, &str)]) -> ServerSpec {
    let mut spec = ServerSpec::new(name, "npx");
    spec.env.extend(pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())));
    spec
}

/// E-01, E-02, E-03, E-04, E-05, E-07
pub(super) async fn references_are_looked_up(place: &dyn Place) {
    let environment = Environment::default();
    place.seed(&[with_env("one", &[("API_KEY", "$MY_API_KEY"), ("REGION", "eu")])]).await;
    let registry = place.open(&environment.variables());
    assert_eq!(listed(&*registry).await, ["one"]);
    let error = refused(registry.load("one").await, Kind::ConnectFailed, "unset");
    let expected = "mcp.md server 'one': env var '$MY_API_KEY' not set. Set MY_API_KEY in the environment before running \
                    this agent.";
    assert_eq!(error.message(), expected);
    assert_eq!(done(registry.load_as_written("one").await, "as written").env["API_KEY"], "$MY_API_KEY");
    for value in ["first", "second", ""] {
        environment.set("MY_API_KEY", value);
        let spec = done(registry.load("one").await, "load");
        assert_eq!((spec.env["API_KEY"].as_str(), spec.env["REGION"].as_str()), (value, "eu"));
        assert_eq!(done(registry.load_all().await, "load_all")[0].env["API_KEY"], value);
    }
    place.seed(&[with_env("two", &[("KEY", "$NOT_SET")])]).await;
    refused(registry.load_all().await, Kind::ConnectFailed, "one of two is unset");
    done(registry.load("one").await, "the other one");
}

/// L-01, L-02, L-03, L-04
pub(super) async fn all_is_each(place: &dyn Place) {
    let environment = Environment::default();
    environment.set("A_TOKEN", "tok-1");
    let registry = place.open(&environment.variables());
    assert!(done(registry.load_all().await, "load_all").is_empty());
    let mut full = with_env("zeta", &[("TOKEN", "$A_TOKEN"), ("REGION", "eu")]);
    full.args = vec!["-y".to_owned(), "@acme/zeta".to_owned()];
    full.description = "What it is".to_owned();
    place.seed(&[full.clone(), ServerSpec::new("alpha", "uvx"), ServerSpec::new("mu", "node")]).await;
    done(registry.install(&ServerSpec::new("beta", "npx")).await, "install");
    let all = done(registry.load_all().await, "load_all");
    let names: Vec<&str> = all.iter().map(|spec| spec.name.as_str()).collect();
    assert_eq!(names, ["alpha", "beta", "mu", "zeta"]);
    assert_eq!(listed(&*registry).await, names);
    for spec in &all {
        assert_eq!(&done(registry.load(&spec.name).await, "load"), spec);
    }
    full.env.insert("TOKEN".to_owned(), "tok-1".to_owned());
    assert_eq!(all[3], full);
}

/// W-06
pub(super) async fn commands_are_allowed(place: &dyn Place) {
    place.seed(&[ServerSpec::new("good", "/usr/local/bin/npx")]).await;
    let registry = place.open(&Environment::default().variables());
    let allowed = AllowedCommands::default();
    let all = done(registry.load_all().await, "load_all");
    done(allowed.check(&all), "a default command");
    place.seed(&[ServerSpec::new("shell", "/usr/bin/bash")]).await;
    let all = done(registry.load_all().await, "load_all");
    assert_eq!(all.len(), 2);
    refused(allowed.check(&all), Kind::CommandNotAllowed, "a shell");
}
