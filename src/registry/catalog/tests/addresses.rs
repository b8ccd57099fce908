//! Which URLs are called, and what messages show of them.

use crate::registry::conformance::Environment;
use crate::registry::environment::{ALLOW_HTTP, AUTH_TOKEN};
use crate::registry::testing::{Reply, Server};
use crate::registry::tests::golden;
use crate::registry::{RegistryBackend, RegistryErrorKind, ServerSpec};

use super::super::{Catalog, CatalogAddress, CatalogSettings, check_scheme};
use super::{Scope, kind, variables};

#[test]
fn g_01_g_02_g_03_schemes_are_judged_as_the_client_does() {
    for row in golden("atomic_scheme.json").as_array().unwrap() {
        let url = row["url"].as_str().unwrap();
        let outcome = check_scheme(url, row["allow_http"].as_bool().unwrap());
        let expected = row["message"].as_str().map_or(Ok(()), |message| Err(message.to_owned()));
        assert_eq!(outcome.map_err(|error| error.message().to_owned()), expected, "{row}");
    }
    for url in ["http://127.0.0.2", "http://[::1]", "https://elsewhere.example", "http://LOCALHOST:80/x"] {
        assert!(check_scheme(url, false).is_ok(), "{url}");
    }
    for url in [
        "http://127.0.0.1@elsewhere.example/",
        "http://[::ffff:10.0.0.1]/",
        "http://127.0.0.1.elsewhere.example/",
        "http://localhost.elsewhere.example/",
        "http:127.0.0.1",
        "//127.0.0.1",
    ] {
        assert!(check_scheme(url, false).is_err(), "{url}");
    }
}

#[tokio::test]
async fn g_05_g_04_every_operation_is_gated_and_only_exactly_1_opts_in() {
    let url = "http://elsewhere.invalid";
    let made = |opt_in: Option<&str>, argument: Option<bool>| {
        let environment = Environment::default();
        opt_in.iter().for_each(|value| environment.set(ALLOW_HTTP, value));
        let settings = CatalogSettings {
            may_be_cleartext: argument,
            ..CatalogSettings::new(CatalogAddress::new(url, "s"))
        };
        Catalog::new(settings, environment.variables())
    };
    for (opt_in, argument, is_refused) in [
        (None, None, true),
        (Some("true"), None, true),
        (Some(" 1"), None, true),
        (Some("1"), Some(false), true),
        (None, Some(true), false),
        (Some("1"), None, false),
    ] {
        let outcome = kind(made(opt_in, argument).list().await);
        // What may be called has no address.
        let expected = if is_refused { RegistryErrorKind::Invalid } else { RegistryErrorKind::Unavailable };
        assert_eq!(outcome, Some(expected), "{opt_in:?} {argument:?}");
    }
    let registry = made(None, None);
    let error = registry.list().await.unwrap_err();
    assert!(error.message().contains(ALLOW_HTTP) && !error.message().contains("elsewhere"), "{error}");
    let spec = ServerSpec::new("name", "npx");
    for outcome in [
        kind(registry.load("name").await),
        kind(registry.load_all().await),
        kind(registry.validate("name").await),
        kind(registry.install(&spec).await),
        kind(registry.uninstall("name").await),
        kind(registry.refresh_capabilities().await),
    ] {
        assert_eq!(outcome, Some(RegistryErrorKind::Invalid));
    }
}

#[tokio::test]
async fn h_17_h_18_c2_04_a_url_names_the_catalog_and_the_scope() {
    for (url, base, scope) in [
        ("https://h/api/?debug=1", "https://h/api", "default"),
        ("https://h?agent_scope=a%20b", "https://h", "a b"),
        ("https://h?agent_scope=", "https://h", "default"),
        ("https://h?x=1&agent_scope=my+scope%2F%CE%B1#agent_scope=no", "https://h", "my scope/α"),
        (" https://u:p@h:99/x/?agent_scope=z#f ", "https://u:p@h:99/x", "z"),
    ] {
        let address = CatalogAddress::parse(url, false).unwrap_or_else(|error| panic!("{url}: {error}"));
        assert_eq!((address.base.as_str(), address.scope.as_str()), (base, scope), "{url}");
    }
    for url in ["", "  "] {
        let error = CatalogAddress::parse(url, true).err().unwrap();
        assert_eq!(error.message(), "HTTPMCPServerRegistryBackend catalog URL must not be empty.");
    }
    for url in ["ftp://user:secret@h", "http://user:secret@elsewhere.example", "user:secret@h"] {
        let error = Catalog::from_url(url, variables()).err().unwrap();
        assert_eq!(error.kind(), RegistryErrorKind::Invalid, "{url}");
        assert!(!error.message().contains("secret") && !error.message().contains("user"), "{error}");
    }
    let registry = Catalog::new(CatalogSettings::new(CatalogAddress::new("not-a-url", "s")), variables());
    assert_eq!(kind(registry.list().await), Some(RegistryErrorKind::Invalid));
}

#[tokio::test]
async fn h_17_the_token_comes_from_the_environment() {
    let server = Server::start(|_| Reply::status(404));
    let environment = Environment::default();
    environment.set(AUTH_TOKEN, "tok-env");
    let registry = Catalog::from_url(&server.url(), environment.variables()).unwrap();
    registry.list().await.unwrap_err();
    assert_eq!(server.received()[0].header("authorization"), Some("Bearer tok-env"));
    environment.set(AUTH_TOKEN, "");
    let registry = Catalog::from_url(&server.url(), environment.variables()).unwrap();
    registry.list().await.unwrap_err();
    assert_eq!(server.received().last().unwrap().header("authorization"), None);
}

#[tokio::test]
async fn userinfo_never_replaces_a_token() {
    let server = Server::start(|_| Reply::status(404));
    let url = format!("http://user:secret@{}", server.address());
    let address = CatalogAddress::new(&url, "s");
    let with_token =
        CatalogSettings { token: Some("tok".to_owned()), ..CatalogSettings::new(address.clone()) };
    let error = Catalog::new(with_token, variables()).list().await.unwrap_err();
    assert_eq!(error.kind(), RegistryErrorKind::Invalid);
    assert!(!error.message().contains("secret") && !error.message().contains("tok "), "{error}");
    assert!(server.received().is_empty());
    Catalog::new(CatalogSettings::new(address), variables()).list().await.unwrap_err();
    assert_eq!(server.received()[0].header("authorization"), Some("Basic dXNlcjpzZWNyZXQ="));
}

#[tokio::test]
async fn h_13_h_14_a_request_that_cannot_be_made_says_why_and_shows_nothing() {
    let address = CatalogAddress::new("http://", "s");
    let settings = CatalogSettings { may_be_cleartext: Some(true), ..CatalogSettings::new(address) };
    assert_eq!(kind(Catalog::new(settings, variables()).list().await), Some(RegistryErrorKind::Invalid));

    let place = Scope::new(false);
    let settings = CatalogSettings { token: Some("secret\nX-Evil: 1".to_owned()), ..place.settings() };
    let error = Catalog::new(settings, variables()).list().await.unwrap_err();
    assert_eq!(error.kind(), RegistryErrorKind::DescriptorInvalid);
    assert!(!error.message().contains("secret"), "{error}");
    assert!(place.server.received().is_empty());
}

#[tokio::test]
async fn r_06_no_message_holds_what_the_url_or_the_token_says() {
    for status in [401, 404, 409, 500] {
        let server = Server::start(move |request| match request.line().as_str() {
            "GET /capabilities" => Reply::json(&super::tier(3)),
            _ => Reply::Full(status, Vec::new(), "a body with s3cret-of-theirs".to_owned()),
        });
        let url = format!("http://user:hunter2@{}/api", server.address());
        let registry = Catalog::new(CatalogSettings::new(CatalogAddress::new(&url, "s")), variables());
        let spec = ServerSpec::new("name", "npx");
        let errors = [
            registry.list().await.err(),
            registry.load("name").await.err(),
            registry.load_all().await.err(),
            registry.install(&spec).await.err(),
            registry.uninstall("name").await.err(),
        ];
        server.stop();
        let errors = errors.into_iter().chain([registry.list().await.err()]);
        for error in errors {
            let message = error.unwrap().to_string();
            for hidden in ["hunter2", "user", "127.0.0.1", "s3cret"] {
                assert!(!message.contains(hidden), "{status}: {message}");
            }
        }
    }
}
