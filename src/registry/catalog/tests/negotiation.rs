//! How a catalog is asked what it can do, and for how long what came of it is remembered.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::future::join;
use serde_json::json;

use crate::registry::testing::{Reply, Server};
use crate::registry::{Capabilities, RegistryBackend, RegistryErrorKind as Kind, ServerSpec};

use super::super::{Catalog, CatalogSettings};
use super::{client, kind, settings, tier, variables};

/// A catalog without servers that answers the two probes like this.
fn probed(capabilities: Reply, options: Reply) -> Server {
    Server::start(move |request| match request.line().as_str() {
        "GET /capabilities" => capabilities.clone(),
        "OPTIONS /mcp-servers" => options.clone(),
        "GET /mcp-servers" => Reply::json(&json!({"servers": []})),
        _ => Reply::status(404),
    })
}

async fn negotiate(capabilities: Reply, options: Reply) -> Result<Capabilities, Kind> {
    let server = probed(capabilities, options);
    let registry = client(&server);
    registry.list().await.map(|_| registry.capabilities()).map_err(|error| error.kind())
}

fn flags(outcome: Result<Capabilities, Kind>) -> Result<(bool, bool, bool), Kind> {
    outcome.map(|found| (found.supports_install, found.supports_uninstall, found.supports_audit))
}

#[tokio::test]
async fn h_01_h_02_h_03_h_04_what_a_catalog_offers_is_found_out() {
    let none = || Reply::status(404);
    let read_only = Ok((false, false, false));
    let writable = Ok((true, true, false));
    assert_eq!(flags(negotiate(Reply::json(&tier(3)), none()).await), Ok((true, true, true)));
    assert_eq!(flags(negotiate(Reply::json(&tier(1)), none()).await), read_only);
    // Only the Booleans count.
    assert_eq!(flags(negotiate(Reply::json(&json!({"tier": 3})), none()).await), read_only);
    for (allow, expected) in [
        ("GET", read_only),
        ("GET, POST", read_only),
        ("DELETE, post,GET , HEAD", writable),
        ("GET, POST, DELETE", writable),
        ("", read_only),
    ] {
        assert_eq!(flags(negotiate(none(), Reply::allow(allow)).await), expected, "{allow}");
    }
    assert_eq!(flags(negotiate(none(), Reply::status(404)).await), read_only);
    assert_eq!(flags(negotiate(none(), Reply::status(405)).await), read_only);
    assert_eq!(flags(negotiate(none(), Reply::status(204)).await), read_only);
}

#[tokio::test]
async fn h_06_h_07_a_probe_that_fails_is_not_replaced_by_another() {
    let writable = || Reply::allow("GET, POST, DELETE");
    for (status, expected) in [
        (401, Kind::AuthRequired),
        (403, Kind::Unavailable),
        (301, Kind::Unavailable),
        (429, Kind::Unavailable),
        (500, Kind::Unavailable),
        (204, Kind::Unavailable),
    ] {
        let server = probed(Reply::status(status), writable());
        assert_eq!(kind(client(&server).list().await), Some(expected), "{status}");
        assert_eq!(server.lines(), ["GET /capabilities"], "{status}");
        if status != 204 {
            assert_eq!(negotiate(Reply::status(404), Reply::status(status)).await, Err(expected), "{status}");
        }
    }
    for body in [json!([]), json!("x"), json!({"supports_install": "false"}), json!({"supports_audit": 1})] {
        assert_eq!(negotiate(Reply::json(&body), writable()).await, Err(Kind::DescriptorInvalid), "{body}");
    }
    let text = Reply::Full(200, Vec::new(), "<html>".to_owned());
    assert_eq!(negotiate(text, writable()).await, Err(Kind::DescriptorInvalid));
}

#[tokio::test]
async fn h_05_h_08_a_failure_is_remembered_until_someone_asks_again() {
    for (status, expected) in [(500, Kind::Unavailable), (401, Kind::AuthRequired)] {
        let server = probed(Reply::status(status), Reply::status(404));
        let registry = client(&server);
        assert_eq!(kind(registry.list().await), Some(expected));
        let error = registry.list().await.unwrap_err();
        assert_eq!(error.kind(), expected);
        let expected = "catalog server at http://... probe failed; failure cached for 60s. Call refresh_capabilities() to \
                        retry immediately.";
        assert_eq!(error.message(), expected);
        assert_eq!(server.lines(), ["GET /capabilities"]);
        server.answer(|request| match request.line().as_str() {
            "GET /capabilities" => Reply::json(&tier(2)),
            _ => Reply::json(&json!({"servers": []})),
        });
        assert!(registry.refresh_capabilities().await.unwrap().supports_install);
        registry.list().await.unwrap();
        assert_eq!(server.count("GET /capabilities"), 2);
    }
}

#[tokio::test]
async fn a_failure_is_forgotten_in_time_and_a_malformed_answer_at_once() {
    let server = probed(Reply::status(500), Reply::status(404));
    let short = CatalogSettings { failure_memory: Duration::from_millis(50), ..settings(&server) };
    let registry = Catalog::new(short, variables());
    assert_eq!(kind(registry.list().await), Some(Kind::Unavailable));
    tokio::time::sleep(Duration::from_millis(60)).await;
    assert_eq!(kind(registry.list().await), Some(Kind::Unavailable));
    assert_eq!(server.count("GET /capabilities"), 2);

    let server = probed(Reply::json(&json!([])), Reply::status(404));
    let registry = client(&server);
    for count in 1..=2 {
        assert_eq!(kind(registry.list().await), Some(Kind::DescriptorInvalid));
        assert_eq!(server.count("GET /capabilities"), count);
    }
}

#[tokio::test]
async fn h_11_two_first_calls_at_once_both_succeed() {
    let server = probed(Reply::json(&tier(3)), Reply::status(404));
    let registry = client(&server);
    let (one, other) = join(registry.list(), registry.load_all()).await;
    assert!(one.unwrap().is_empty() && other.unwrap().is_empty());
}

/// A catalog that says at its first probe that it takes changes, at later ones something else, and takes none.
fn regressing(later: Reply) -> Server {
    let probes = Arc::new(AtomicUsize::new(0));
    Server::start(move |request| match request.line().as_str() {
        "GET /capabilities" if probes.fetch_add(1, Ordering::SeqCst) == 0 => Reply::json(&tier(2)),
        "GET /capabilities" => later.clone(),
        _ => Reply::status(405),
    })
}

#[tokio::test]
async fn h_21_h_22_h_23_h_24_h_25_a_method_that_is_refused_is_asked_about_once_and_never_sent_again() {
    let spec = ServerSpec::new("name", "npx");
    let cases = [
        (Reply::json(&tier(1)), Kind::NotSupported, "is now reporting tier 1 (read-only)", false),
        (Reply::status(503), Kind::Unavailable, "Capability cache may be stale.", true),
        (Reply::json(&tier(2)), Kind::NotSupported, "Inconsistent catalog server state", true),
    ];
    for (later, expected, text, is_still_offered) in cases {
        for is_install in [true, false] {
            let server = regressing(later.clone());
            let registry = client(&server);
            let outcome = match is_install {
                true => registry.install(&spec).await.map(|_| ()),
                false => registry.uninstall("name").await,
            };
            let error = outcome.unwrap_err();
            assert_eq!(error.kind(), expected, "{error}");
            let word = if is_install { "install" } else { "uninstall" };
            assert!(error.message().contains(text) && error.message().contains(word), "{error}");
            let flags = registry.capabilities();
            assert_eq!(
                (flags.supports_install, flags.supports_uninstall),
                (is_still_offered, is_still_offered)
            );
            assert_eq!(
                server
                    .lines()
                    .iter()
                    .filter(|line| line.starts_with("POST") || line.starts_with("DELETE"))
                    .count(),
                1
            );
            assert_eq!(server.count("GET /capabilities"), 2);
        }
    }
    let server = probed(Reply::json(&tier(1)), Reply::status(404));
    let registry = client(&server);
    let error = registry.install(&spec).await.unwrap_err();
    let expected = "catalog server at http://... does not support install (tier 1 read-only catalog). Use a tier-2+ \
                    catalog or the filesystem backend.";
    assert_eq!((error.kind(), error.message()), (Kind::NotSupported, expected));
    assert_eq!(kind(registry.uninstall("name").await), Some(Kind::NotSupported));
    assert_eq!(server.lines(), ["GET /capabilities"]);
}
