//! What each status means to each operation.

use crate::registry::testing::{Reply, Server};
use crate::registry::{RegistryBackend, RegistryErrorKind as Kind, ServerSpec};

use super::{client, kind, tier};

/// A catalog of tier 3 that answers everything else with this status.
fn always(status: u16) -> Server {
    Server::start(move |request| match request.line().as_str() {
        "GET /capabilities" => Reply::json(&tier(3)),
        _ => Reply::status(status),
    })
}

#[tokio::test]
async fn every_status_has_one_meaning_for_each_operation() {
    use Kind::{AlreadyInstalled, AuthRequired, DescriptorInvalid, NotInRegistry, NotSupported, Unavailable};
    let spec = ServerSpec::new("name", "npx");
    // list and load_all, load, validate, install, uninstall
    for (status, expected) in [
        (401, [Some(AuthRequired); 5]),
        (404, [Some(Unavailable), Some(NotInRegistry), None, Some(Unavailable), Some(Unavailable)]),
        (
            405,
            [Some(Unavailable), Some(Unavailable), Some(Unavailable), Some(NotSupported), Some(NotSupported)],
        ),
        (
            409,
            [
                Some(Unavailable),
                Some(Unavailable),
                Some(Unavailable),
                Some(AlreadyInstalled),
                Some(Unavailable),
            ],
        ),
        (301, [Some(Unavailable); 5]),
        (400, [Some(Unavailable); 5]),
        (403, [Some(Unavailable); 5]),
        (429, [Some(Unavailable); 5]),
        (500, [Some(Unavailable); 5]),
        (503, [Some(Unavailable); 5]),
        (
            202,
            [
                Some(DescriptorInvalid),
                Some(DescriptorInvalid),
                Some(DescriptorInvalid),
                Some(Unavailable),
                Some(Unavailable),
            ],
        ),
    ] {
        let server = always(status);
        let registry = client(&server);
        let found = [
            kind(registry.list().await),
            kind(registry.load("name").await),
            kind(registry.validate("name").await),
            kind(registry.install(&spec).await),
            kind(registry.uninstall("name").await),
        ];
        assert_eq!(found, expected, "{status}");
        assert_eq!(kind(registry.load_all().await), expected[0], "{status}");
        if status == 404 {
            let validation = registry.validate("name").await.unwrap();
            assert!(!validation.is_ok() && validation.errors[0].contains("'name'"), "{validation:?}");
        }
    }
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let other = always(200);
    let location = format!("{}/mcp-servers", other.url());
    let server = Server::start(move |request| match request.line().as_str() {
        "GET /capabilities" => Reply::json(&tier(3)),
        _ => Reply::Full(307, vec![("Location", location.clone())], String::new()),
    });
    assert_eq!(kind(client(&server).list().await), Some(Kind::Unavailable));
    assert!(other.received().is_empty());
}

#[tokio::test]
async fn h_20_h_24_h_27_only_201_is_an_installation_and_only_204_a_removal() {
    let spec = ServerSpec::new("name", "npx");
    let server = always(201);
    let registry = client(&server);
    let reference = registry.install(&spec).await.unwrap();
    assert_eq!(
        (reference.name.as_str(), reference.source),
        ("name", format!("{}/mcp-servers/name", server.url()))
    );
    assert_eq!(kind(registry.uninstall("name").await), Some(Kind::Unavailable));
    let server = always(409);
    let error = client(&server).install(&spec).await.unwrap_err();
    assert_eq!(error.kind(), Kind::AlreadyInstalled);
    assert!(!error.message().contains("npx"), "{error}");
    let server = always(204);
    let registry = client(&server);
    for _ in 0..2 {
        registry.uninstall("name").await.unwrap();
    }
    assert_eq!(kind(registry.install(&spec).await), Some(Kind::Unavailable));
    for status in [200, 202] {
        let server = always(status);
        let error = client(&server).install(&spec).await.unwrap_err();
        assert!(error.message().ends_with("on install (expected 201)."), "{error}");
        let error = client(&server).uninstall("name").await.unwrap_err();
        assert!(error.message().ends_with("on uninstall (expected 204)."), "{error}");
    }
    assert_eq!(kind(client(&always(404)).uninstall("name").await), Some(Kind::Unavailable));
}

#[tokio::test]
async fn h_26_a_literal_value_is_not_sent_and_not_shown() {
    let server = always(201);
    let registry = client(&server);
    let mut spec = ServerSpec::new("name", "npx");
    spec.env.insert("KEY".to_owned(), "hunter2".to_owned());
    let error = registry.install(&spec).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Invalid);
    assert!(error.message().contains("'KEY'") && error.message().contains("'name'"), "{error}");
    assert!(!error.message().contains("hunter2"), "{error}");
    assert!(server.received().is_empty());
    for value in ["$VAR", ""] {
        spec.env.insert("KEY".to_owned(), value.to_owned());
        registry.install(&spec).await.unwrap();
    }
    spec.env.clear();
    registry.install(&spec).await.unwrap();
    assert_eq!(kind(registry.install(&ServerSpec::new("name", "")).await), Some(Kind::Invalid));
}
