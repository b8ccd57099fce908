//! `mcp-settings rotate-key`: everything that older keys encrypted, in one commit, also beside a running
//! service; what no key opens is reported and left alone.

mod beside;
mod exit_codes;
mod killed;
mod lost;
mod several;
mod state;

use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};

use crate::crypto::{self, opened, seal, tokens};
use crate::server::{SECRET, SERVERS, TestServer, item};
use crate::site::{Site, fixture};

/// The newest key; the fixtures were written with [`SECRET`].
const NEW: &str = "the newest secret key";

/// A key that nobody has any more.
const GONE: &str = "a secret key that is lost";

const FIXTURES: [&str; 2] = ["settings/v1.58.0.json", "settings/per-server.json"];

/// A fixture with secrets outside the servers too.
fn site(name: &str) -> Site {
    let mut document: Value = serde_json::from_slice(&fixture(name)).expect("the fixture is JSON");
    let settings = &mut document["agent_settings"];
    settings["llm"]["api_key"] = json!(seal(SECRET, "sk-outside"));
    settings["agent_context"]["secrets"] = json!({"A": {"value": seal(SECRET, "in a list of secrets")}});
    // As OpenHands indents it.
    Site::with_document(format!("{document:#}"))
}

/// The command on this place, with these keys, newest first.
fn command(program: &[&str], site: &Site, keys: &[&str]) -> Command {
    command_on(program, site, &site.document_path(), keys)
}

/// The same on any settings file.
fn command_on(program: &[&str], site: &Site, settings: &Path, keys: &[&str]) -> Command {
    let mut words = program.iter().copied().chain([env!("CARGO_BIN_EXE_mcp-settings"), "rotate-key"]);
    let mut command = Command::new(words.next().expect("there is at least our own binary"));
    command.args(words).arg("--settings").arg(settings).env_clear().current_dir(site.home());
    command.env("HOME", site.home());
    if let Some(path) = std::env::var_os("PATH") {
        command.env("PATH", path);
    }
    if let Some((newest, previous)) = keys.split_first() {
        command.env("MCP_SETTINGS_SECRET_KEY", newest);
        command.env("MCP_SETTINGS_PREVIOUS_SECRET_KEYS", json!(previous).to_string());
    }
    command
}

fn rotate(site: &Site, keys: &[&str]) -> Output {
    command(&[], site, keys).output().expect("it can be run")
}

/// Claims that all was done, and gives its report.
#[track_caller]
fn report(output: &Output) -> String {
    report_of(output, 0)
}

/// Claims that values stay unreadable, and gives the report.
#[track_caller]
fn report_of_unreadable(output: &Output) -> String {
    report_of(output, 3)
}

#[track_caller]
fn report_of(output: &Output, code: i32) -> String {
    assert_eq!(output.status.code(), Some(code), "{output:?}");
    String::from_utf8(output.stdout.clone()).expect("it prints UTF-8")
}

/// A service with both keys.
fn service(site: impl Into<std::sync::Arc<Site>>) -> TestServer {
    let previous = json!([SECRET]).to_string();
    TestServer::builder(site).secret(NEW).env("MCP_SETTINGS_PREVIOUS_SECRET_KEYS", previous).start()
}

/// Every server with its tag and its plaintext.
fn states(server: &TestServer) -> Vec<(String, String, Value)> {
    let list = server.get(SERVERS).send().expect(200).json();
    let names = list["servers"].as_array().expect("a list").iter();
    let names = names.map(|server| server["name"].as_str().expect("a name").to_owned());
    names
        .map(|name| {
            let answer = server.get(item(&name)).expose("plaintext").send().expect(200);
            (name, answer.etag(), answer.json()["config"].take())
        })
        .collect()
}

#[test]
fn everything_is_encrypted_by_the_newest_key_and_no_tag_changes() {
    for name in FIXTURES {
        let server = service(site(name));
        let (before, shown) = (server.json(), states(&server));
        let output = rotate(&server, &[NEW, SECRET]);
        let after = server.json();
        let count = tokens(&before).len();
        assert!(count > 4, "{name}: too few values to prove anything");
        assert_eq!(report(&output), format!("encrypted again: {count}\n"), "{name}");
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(stderr.contains("rotate-key done"), "{name}: no audit event: {stderr}");
        assert!(!stderr.contains("sk-outside") && !stderr.contains("gAAAAA"), "{name}: a leak: {stderr}");

        let new = tokens(&after);
        assert_eq!(new.len(), count, "{name}");
        for token in new {
            assert!(crypto::open(NEW, &token).is_some(), "{name}: the newest key does not open {token}");
        }
        assert_eq!(opened(NEW, &after), opened(SECRET, &before), "{name}: a plaintext changed");
        assert_eq!(states(&server), shown, "{name}: the running service shows other states");
        let site = server.site();
        server.stop();
        assert_eq!(states(&service(site)), shown, "{name}: a new service shows other states");
    }
}

#[test]
fn the_old_key_can_be_retired_afterwards() {
    let site = std::sync::Arc::new(site("settings/v1.58.0.json"));
    let both = service(std::sync::Arc::clone(&site));
    let plain = |server: &TestServer| states(server).into_iter().map(|(name, _, config)| (name, config));
    let before: Vec<_> = plain(&both).collect();
    both.stop();
    report(&rotate(&site, &[NEW, SECRET]));
    let new = TestServer::builder(site).secret(NEW).start();
    assert!(plain(&new).eq(before));
}

#[test]
fn nothing_but_tokens_changes_in_the_document() {
    for name in FIXTURES {
        let site = site(name);
        let blank = |mut text: String, tokens: Vec<String>| {
            tokens.iter().for_each(|token| text = text.replace(token.as_str(), "token"));
            text
        };
        let before = blank(site.text(), tokens(&site.json()));
        report(&rotate(&site, &[NEW, SECRET]));
        assert_eq!(blank(site.text(), tokens(&site.json())), before, "{name}");
    }
}

#[test]
fn a_value_that_is_in_two_places_is_encrypted_again_in_both() {
    let site = site("settings/v1.58.0.json");
    let mut document = site.json();
    let token = document["agent_settings"]["llm"]["api_key"].clone();
    document["agent_settings"]["verification"]["critic_api_key"] = token.clone();
    document["agent_settings"]["mcp_config"]["github"]["env"]["LOG"] = token;
    site.write(document.to_string());
    report(&rotate(&site, &[NEW, SECRET]));
    assert!(tokens(&site.json()).iter().all(|token| crypto::open(NEW, token).is_some()));
    assert_eq!(opened(NEW, &site.json()), opened(SECRET, &document));
}

#[test]
fn where_there_is_nothing_to_do_nothing_is_written() {
    use std::os::unix::fs::MetadataExt;
    let site = site("settings/v1.58.0.json");
    report(&rotate(&site, &[NEW, SECRET]));
    let identity = || {
        let metadata = std::fs::metadata(site.document_path()).expect("it is there");
        (metadata.ino(), metadata.mtime_nsec(), metadata.ctime_nsec(), site.document())
    };
    let before = identity();
    assert_eq!(report(&rotate(&site, &[NEW, SECRET])), "encrypted again: 0\n");
    assert!(identity() == before, "the document was written again");
}
