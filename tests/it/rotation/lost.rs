//! Values that no key opens, servers that can't be read, documents that may not be written.

use serde_json::{Value, json};

use super::{GONE, NEW, report_of_unreadable, rotate, site};
use crate::crypto::{self, seal, tokens};
use crate::server::{SECRET, TestServer, item};
use crate::site::Site;

/// The fixture with values that a lost key encrypted, and a server that is not an object.
fn damaged() -> (Site, [String; 2]) {
    let site = site("settings/v1.58.0.json");
    let lost = [seal(GONE, "inside"), seal(GONE, "outside")];
    let mut document = site.json();
    let settings = &mut document["agent_settings"];
    settings["mcp_config"]["github"]["env"]["LOG"] = json!(lost[0]);
    settings["mcp_config"]["odd"] = json!("not a server");
    settings["verification"]["critic_api_key"] = json!(lost[1]);
    site.write(document.to_string());
    (site, lost)
}

#[test]
fn a_value_that_no_key_opens_is_reported_and_left_alone() {
    let (site, lost) = damaged();
    let before = tokens(&site.json()).len();
    let output = rotate(&site, &[NEW, SECRET]);
    assert_eq!(
        report_of_unreadable(&output),
        format!(
            "encrypted again: {}\nno key opens: server `github` at `/env/LOG`\n\
             no key opens: 1 values outside the servers\nnot read: server `odd` is no configuration\n",
            before - lost.len()
        )
    );
    let after = site.json();
    let settings = &after["agent_settings"];
    assert_eq!(settings["mcp_config"]["github"]["env"]["LOG"], json!(lost[0]));
    assert_eq!(settings["verification"]["critic_api_key"], json!(lost[1]));
    assert_eq!(settings["mcp_config"]["odd"], json!("not a server"));
    let opened = tokens(&after).into_iter().filter(|token| crypto::open(NEW, token).is_some()).count();
    assert_eq!(opened, before - lost.len());
}

#[test]
fn a_lost_key_can_be_given_up_beside_a_running_service() {
    let site = site("settings/v1.58.0.json");
    let server = TestServer::builder(site).secret(NEW).start();
    let sealing = server.put(item("new")).json(&json!({"command": "x", "env": {"A": "fresh"}}));
    sealing.clone().send().expect_problem(409, "wrong-key");
    let before = tokens(&server.json());
    let report = report_of_unreadable(&rotate(&server, &[NEW]));
    assert!(report.starts_with("encrypted again: 0\nno key opens: server "), "{report}");
    sealing.clone().send().expect_problem(409, "wrong-key");

    let mut give_up = super::command(&[], &server, &[NEW]);
    let second_report = report_of_unreadable(&give_up.arg("--old-key-lost").output().expect("it can be run"));
    assert_eq!(second_report, report);
    assert_eq!(tokens(&server.json()), before, "a value that can't be opened was touched");
    sealing.send().expect(201);
    assert_eq!(server.plaintext("new")["env"]["A"], "fresh");
    let after = tokens(&server.json());
    assert!(before.iter().all(|token| after.contains(token)), "a value was lost");
    server.get(item("github")).expose("plaintext").send().expect_problem(409, "secret-unreadable");
    assert_eq!(server.mode(".settings.json.key-accepted"), 0o600);

    // Anyone who then starts with the lost key, found again, loses nothing either.
    let both = super::service(server.site());
    assert!(both.plaintext("github")["env"]["LOG"].is_string());
    assert_eq!(both.plaintext("new")["env"]["A"], "fresh");
}

#[test]
fn a_document_that_may_not_be_written_is_left_alone() {
    let newer = |mut document: Value| {
        document["agent_settings"]["schema_version"] = json!(99);
        document.to_string()
    };
    let newer = newer(site("settings/v1.58.0.json").json());
    let documents = [newer.as_str(), "{", "", r#"{"mcpServers":{}}"#];
    for document in documents {
        let site = Site::with_document(document);
        let output = rotate(&site, &[NEW, SECRET]);
        assert_eq!(output.status.code(), Some(1), "{document:.20}: {output:?}");
        assert!(output.stdout.is_empty(), "{output:?}");
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        let starts = "error: could not rotate the keys; the document is as it was\n  caused by: ";
        assert!(stderr.starts_with(starts), "{stderr}");
        assert_eq!(site.document().as_deref(), Some(document.as_bytes()));
    }
}

#[test]
fn without_a_key_nothing_is_done() {
    let site = site("settings/v1.58.0.json");
    let before = site.document();
    let output = rotate(&site, &[]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(site.document() == before);
    let names: Vec<_> = site.files().into_iter().map(|(name, ..)| name).collect();
    assert!(!names.contains(&".mcp-settings.secret-key".to_owned()), "a key was made up: {names:?}");
}
