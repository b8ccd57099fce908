//! What a catalog may send: one bad entry makes the whole response invalid.

use serde_json::{Value, json};

use crate::registry::testing::Reply;
use crate::registry::{RegistryBackend, RegistryErrorKind as Kind, ServerSpec};

use super::super::{Catalog, CatalogSettings};
use super::{answering, client, kind, settings, variables};

fn with(member: &str, value: Value) -> Value {
    let mut entry = json!({"name": "x", "command": "npx"});
    entry[member] = value;
    entry
}

#[tokio::test]
async fn h_15_an_entry_that_is_not_a_spec_makes_the_response_invalid() {
    let only_specs = [
        json!({"name": "x"}),
        with("command", json!(5)),
        with("command", json!("")),
        with("command", json!(" ")),
        with("command", Value::Null),
        with("args", json!("a")),
        with("args", json!([5])),
        with("args", Value::Null),
        with("env", Value::Null),
        with("env", json!({"a": 5})),
        with("env", json!([])),
    ];
    let every = [
        json!(1),
        json!({"command": "npx"}),
        with("name", json!(5)),
        with("name", json!("")),
        with("name", json!("evil\n## injection")),
        with("name", json!("..")),
        with("name", json!(".hidden")),
        with("name", json!("a\n")),
        with("name", json!("a/b")),
        with("description", Value::Null),
        with("transport", json!(5)),
    ];
    for (entry, is_listed) in
        only_specs.iter().map(|entry| (entry, true)).chain(every.iter().map(|entry| (entry, false)))
    {
        let body = json!({"servers": [{"name": "good", "command": "npx"}, entry]});
        let server = answering("GET /mcp-servers", Reply::json(&body));
        let registry = client(&server);
        let error = registry.load_all().await.unwrap_err();
        assert_eq!(error.kind(), Kind::DescriptorInvalid, "{entry}: {error}");
        let expected = (!is_listed).then_some(Kind::DescriptorInvalid);
        assert_eq!(kind(registry.list().await), expected, "{entry}");
        let server = answering("GET /mcp-servers/x", Reply::json(entry));
        assert_eq!(kind(client(&server).load("x").await), Some(Kind::DescriptorInvalid), "{entry}");
    }
    let body = json!({"servers": [with("name", json!("evil\n## injection"))]});
    let server = answering("GET /mcp-servers", Reply::json(&body));
    let error = client(&server).list().await.unwrap_err();
    assert!(error.message().contains("Possible catalog-server injection; refusing response."), "{error}");
}

#[tokio::test]
async fn h_15_a_response_that_is_not_a_listing_is_invalid() {
    let text = |text: &str| Reply::Full(200, Vec::new(), text.to_owned());
    for reply in [
        text("xx"),
        text(""),
        text("[]"),
        text("{}"),
        text(r#"{"servers":{}}"#),
        text(r#"{"servers":[],"servers":[]}"#),
        Reply::json(&json!({"servers": [with("args", json!([])), with("args", json!([]))]})),
        Reply::Full(200, vec![("Content-Encoding", "gzip".to_owned())], "x".to_owned()),
    ] {
        let server = answering("GET /mcp-servers", reply.clone());
        assert_eq!(kind(client(&server).list().await), Some(Kind::DescriptorInvalid), "{reply:?}");
        assert_eq!(kind(client(&server).load_all().await), Some(Kind::DescriptorInvalid), "{reply:?}");
    }
    for reply in [text("[]"), text("xx"), Reply::json(&json!({"name": "other", "command": "npx"}))] {
        let server = answering("GET /mcp-servers/x", reply.clone());
        assert_eq!(kind(client(&server).load("x").await), Some(Kind::DescriptorInvalid), "{reply:?}");
    }
}

#[tokio::test]
async fn what_is_not_known_is_ignored_and_what_is_absent_has_a_default() {
    let entry = json!({"name": "x", "command": "npx", "extra": {"a": [1]}, "version": ""});
    let server = answering("GET /mcp-servers", Reply::json(&json!({"servers": [entry], "next": null})));
    let registry = client(&server);
    assert_eq!(registry.load_all().await.unwrap(), [ServerSpec::new("x", "npx")]);
    let listed = registry.list().await.unwrap();
    assert_eq!((listed[0].transport.as_str(), listed[0].version.as_deref()), ("stdio", None));
}

#[tokio::test]
async fn h_15_a_validation_has_a_boolean_and_two_lists() {
    let check = async |body: Value| {
        let server = answering("GET /mcp-servers/x/validate", Reply::json(&body));
        client(&server).validate("x").await.map(|found| (found.is_ok(), found.errors, found.warnings))
    };
    for body in [
        json!({}),
        json!({"ok": 1}),
        json!({"ok": true, "errors": "x"}),
        json!({"ok": true, "warnings": {}}),
        json!({"ok": true, "errors": [5]}),
        json!([]),
    ] {
        assert_eq!(check(body.clone()).await.unwrap_err().kind(), Kind::DescriptorInvalid, "{body}");
    }
    assert_eq!(check(json!({"ok": true})).await.unwrap(), (true, vec![], vec![]));
    let body = json!({"ok": false, "errors": ["at https://u:p@h"], "warnings": ["b"]});
    let expected = (false, vec!["at https://...".to_owned()], vec!["b".to_owned()]);
    assert_eq!(check(body).await.unwrap(), expected);
    let (is_ok, errors, _) = check(json!({"ok": false})).await.unwrap();
    assert!(!is_ok && errors.len() == 1, "{errors:?}");
}

#[tokio::test]
async fn a_body_is_read_up_to_the_limit_and_no_further() {
    const LIMIT: usize = 1 << 16;
    let server = answering("GET /mcp-servers", Reply::Endless);
    let small = CatalogSettings { largest_body: LIMIT, ..settings(&server) };
    let error = Catalog::new(small, variables()).load_all().await.unwrap_err();
    assert_eq!(error.kind(), Kind::DescriptorInvalid);
    assert!(error.message().contains("65536-byte limit"), "{error}");
    // What the kernel holds between the two is sent too.
    let sent = loop {
        let sent = server.sent();
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        if server.sent() == sent {
            break sent;
        }
    };
    assert!(sent < 16 << 20, "{sent} bytes were sent");

    let exact = format!("{{\"servers\":[]{}}}", " ".repeat(LIMIT - 14));
    for (more, expected) in [("", None), (" ", Some(Kind::DescriptorInvalid))] {
        let body = format!("{exact}{more}");
        let server = answering("GET /mcp-servers", Reply::Full(200, Vec::new(), body));
        let small = CatalogSettings { largest_body: LIMIT, ..settings(&server) };
        assert_eq!(kind(Catalog::new(small, variables()).list().await), expected);
    }
}
