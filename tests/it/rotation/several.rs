//! Several services and a command on one settings file: no key is made or used that another one does not have, and
//! keys can be changed one service after the other.

use std::fs;
use std::os::unix::fs::OpenOptionsExt;
use std::process::Output;
use std::sync::Arc;
use std::thread;

use serde_json::json;

use super::{NEW, command, report, rotate};
use crate::launch::Builder;
use crate::server::{SECRET, SERVERS, TestServer, item};
use crate::site::Site;

const KEY_FILE: &str = ".mcp-settings.secret-key";

/// A service with these keys, newest first.
fn with_keys(site: &Arc<Site>, keys: &[&str]) -> Builder {
    let builder = TestServer::builder(Arc::clone(site));
    match keys.split_first() {
        Some((newest, previous)) => {
            builder.secret(newest).env("MCP_SETTINGS_PREVIOUS_SECRET_KEYS", json!(previous).to_string())
        }
        None => builder.without_env("MCP_SETTINGS_SECRET_KEY"),
    }
}

fn write(server: &TestServer, name: &str) -> crate::wire::Request {
    server.put(item(name)).json(&json!({"command": "x", "env": {"A": name}}))
}

fn check(site: &Site, keys: &[&str]) -> Output {
    command(&[], site, keys).arg("--check").output().expect("it can be run")
}

/// Claims that each of the services can write a secret, that the others can read it, and that all see one tag.
#[track_caller]
fn all_read_and_write(services: &[&TestServer], step: &str) {
    for (number, writer) in services.iter().enumerate() {
        let name = format!("by-{number}");
        let value = format!("{step}, by {number}");
        let config = json!({"command": "x", "env": {"A": value}});
        let tag = writer.put(item(&name)).json(&config).send().expect_success().etag();
        for reader in services {
            assert_eq!(reader.plaintext(&name)["env"]["A"], value, "{step}");
            assert_eq!(reader.get(item(&name)).send().expect(200).etag(), tag, "{step}: the tags differ");
            let list = reader.get(format!("{SERVERS}?view=full")).send().expect(200);
            let rows = list.json()["servers"].as_array().expect("a list").clone();
            assert!(rows.iter().all(|row| row["needs_reentry"] == json!([])), "{step}: {}", list.text());
        }
    }
}

#[test]
fn a_process_without_the_key_makes_none_while_another_has_one() {
    let site = Arc::new(Site::new());
    let first = with_keys(&site, &[SECRET]).start();
    let second = with_keys(&site, &[]).start();
    let ready = second.get("/ready").send().expect(200).json();
    assert_eq!(ready["reasons"][0]["code"], "key-missing", "{ready}");
    let refusal = write(&second, "a").send().expect_problem(409, "key-missing");
    assert!(refusal.text().contains("another"), "it is not said why: {}", refusal.text());
    let tried =
        second.put(format!("{}?dry_run=true", item("a"))).json(&json!({"command": "x", "env": {"A": "s"}}));
    tried.send().expect_problem(409, "key-missing");
    let output = rotate(&site, &[]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let files = || site.files().into_iter().map(|(name, ..)| name).collect::<Vec<_>>();
    assert!(!files().contains(&KEY_FILE.to_owned()), "a key was made");

    // The one with the key is not held up, and the other one can do what needs none.
    write(&first, "a").send().expect(201);
    second.put(item("plain")).json(&json!({"command": "x"})).send().expect(201);
    assert_eq!(first.plaintext("a")["env"]["A"], "a");
    assert_eq!(first.get("/ready").send().json(), json!({"status": "ready"}));
    first.stop();
    write(&second, "b").send().expect_problem(409, "key-missing");
    assert!(!files().contains(&KEY_FILE.to_owned()), "a key was made");
}

#[test]
fn a_key_that_another_running_service_does_not_have_encrypts_nothing() {
    let site = Arc::new(Site::new());
    let first = with_keys(&site, &[SECRET]).start();
    let second = with_keys(&site, &[NEW]).start();
    let ready = second.get("/ready").send().expect(200).json();
    assert_eq!(ready["reasons"][0]["code"], "key-not-shared", "{ready}");
    for server in [&first, &second] {
        let refusal = write(server, "a").send().expect_problem(409, "key-not-shared");
        assert!(refusal.text().contains("MCP_SETTINGS_PREVIOUS_SECRET_KEYS"), "{}", refusal.text());
        server.put(item("plain")).json(&json!({"command": "x"})).send().expect_success();
    }
    let before = site.document();
    let output = rotate(&site, &["a third secret key"]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(stderr.contains(&format!("{}", first.pid())), "it is not said which service: {stderr}");
    assert!(site.document() == before);
    second.stop();
    write(&first, "a").send().expect(201);
}

#[test]
fn services_that_start_at_once_share_one_key_file() {
    let site = Arc::new(Site::new());
    let services: Vec<TestServer> = thread::scope(|scope| {
        let starts: Vec<_> = (0..4).map(|_| scope.spawn(|| with_keys(&site, &[]).start())).collect();
        starts.into_iter().map(|start| start.join().expect("it starts")).collect()
    });
    all_read_and_write(&services.iter().collect::<Vec<_>>(), "at once");
}

#[test]
fn a_new_key_is_rolled_out_over_two_services() {
    let site = Arc::new(Site::new());
    let start = |keys: &[&str]| with_keys(&site, keys).start();
    let (mut a, mut b) = (start(&[SECRET]), start(&[SECRET]));
    all_read_and_write(&[&a, &b], "before");
    let untouched = write(&a, "untouched").send().expect(201).etag();
    let early = check(&site, &[NEW, SECRET]);
    assert_eq!(early.status.code(), Some(1), "too early: {early:?}");
    assert_eq!(rotate(&site, &[NEW, SECRET]).status.code(), Some(1));

    let steps: [(&str, &[&str]); 3] = [
        ("each knows the new key", &[SECRET, NEW]),
        ("the new key encrypts", &[NEW, SECRET]),
        ("the old key goes", &[NEW]),
    ];
    for (step, keys) in steps {
        if step == "the old key goes" {
            assert_eq!(check(&site, &[NEW]).status.code(), Some(3), "values of the old key are left");
            report(&rotate(&site, &[NEW, SECRET]));
            let output = check(&site, &[NEW]);
            assert_eq!(report(&output), "would encrypt again: 0\n", "{output:?}");
        }
        a.stop();
        a = start(keys);
        all_read_and_write(&[&a, &b], &format!("{step}, at the first"));
        b.stop();
        b = start(keys);
        all_read_and_write(&[&a, &b], &format!("{step}, at both"));
        if step == "each knows the new key" {
            let output = check(&site, &[NEW, SECRET]);
            assert!(report(&output).starts_with("would encrypt again: "), "{output:?}");
        }
    }
    assert_eq!(b.plaintext("untouched")["env"]["A"], "untouched");
    assert_eq!(b.get(item("untouched")).send().expect(200).etag(), untouched, "a tag changed");
}

#[test]
fn a_key_file_is_changed_under_two_running_services() {
    let site = Arc::new(Site::new());
    let (a, b) = (with_keys(&site, &[]).start(), with_keys(&site, &[]).start());
    all_read_and_write(&[&a, &b], "before");
    let path = site.data().join(KEY_FILE);
    let old = fs::read_to_string(&path).expect("it was made");
    let (old, new) = (old.trim_end(), "another-key-of-more-than-16-letters");
    let replace = |lines: &[&str]| {
        let draft = site.home().join("key");
        fs::remove_file(&draft).ok();
        let file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft);
        let text = lines.iter().map(|line| format!("{line}\n")).collect::<String>();
        file.and_then(|mut file| std::io::Write::write_all(&mut file, text.as_bytes()))
            .expect("our own folder");
        fs::rename(&draft, &path).expect("our own folder");
    };
    let steps: [(&str, &[&str]); 3] =
        [("both keys", &[old, new]), ("the new key first", &[new, old]), ("the new key alone", &[new])];
    for (step, lines) in steps {
        if step == "the new key alone" {
            report(&rotate(&site, &[]));
        }
        replace(lines);
        all_read_and_write(&[&a, &b], step);
    }
    assert_eq!(report(&check(&site, &[])), "would encrypt again: 0\n");
    assert_eq!(check(&site, &[old]).status.code(), Some(1), "the services no longer have it");
}
