//! The folder for the state: private, found by the settings' real path, and not used where it could be another's.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::server::{SECRET, TestServer, item};
use crate::site::Site;

/// What services that run have in a folder, and key files; beside what they remember together.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("our own folder");
    let mut names: Vec<_> =
        entries.map(|entry| entry.expect("ours").file_name().to_string_lossy().into_owned()).collect();
    names.retain(|name| !name.starts_with("state.") && name != "run.lock");
    names.sort();
    names
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("it is there").permissions().mode() & 0o7777
}

#[test]
fn each_running_service_says_there_where_it_is_and_never_what_its_keys_are() {
    let server = TestServer::start();
    let folder = server.state();
    let name = format!("service-{}.json", server.pid());
    assert_eq!(names(&folder), [name.as_str()]);
    assert_eq!((mode(&folder), mode(&folder.join(&name))), (0o700, 0o600));
    let text = fs::read_to_string(folder.join(&name)).expect("it is there");
    let record: Value = serde_json::from_str(&text).expect("it is JSON");
    assert_eq!(record["address"], format!("http://{}", server.address()));
    assert_eq!(record["pid"], server.pid());
    assert_eq!(record["keys"].as_array().map(Vec::len), Some(1), "{text}");
    assert!(!text.contains(SECRET));

    // One that crashes leaves its file behind, and the next one takes it away.
    let site = server.site();
    server.crash();
    assert_eq!(names(&folder), [name.as_str()]);
    let next = TestServer::builder(Arc::clone(&site)).start();
    assert_eq!(names(&folder), [format!("service-{}.json", next.pid())]);
    next.stop();
    assert_eq!(names(&folder), [""; 0]);
}

#[test]
fn a_folder_that_could_be_anothers_is_not_used_and_the_service_serves_all_the_same() {
    type Spoil = fn(&Path);
    let spoils: [(Spoil, &str); 4] = [
        (|path| fs::set_permissions(path, Permissions::from_mode(0o755)).expect("ours"), "the mode 0755"),
        (|path| chown(path, Some(65_534), None).expect("tests run as root"), "belongs to the user 65534"),
        (
            |path| {
                let elsewhere = path.with_extension("elsewhere");
                fs::rename(path, &elsewhere).expect("ours");
                symlink(elsewhere, path).expect("ours");
            },
            "is not a folder",
        ),
        (
            |path| {
                fs::remove_dir_all(path).expect("ours");
                fs::write(path, "").expect("ours");
            },
            "is not a folder",
        ),
    ];
    for (spoil, reason) in spoils {
        let server = TestServer::start();
        let (site, folder) = (server.site(), server.state());
        server.stop();
        spoil(&folder);
        let server = TestServer::builder(Arc::clone(&site)).start();
        let ready = server.get("/ready").anonymous().send().expect(200).json();
        assert_eq!(ready["status"], "degraded", "{reason}: {ready}");
        assert_eq!(ready["reasons"][0]["code"], "state-unusable", "{reason}: {ready}");
        assert!(!ready.to_string().contains(&*site.home().to_string_lossy()), "a path: {ready}");
        assert!(server.log().contains(reason), "{reason} is not said: {}", server.log());
        server.put(item("a")).json(&json!({"command": "x", "env": {"A": "s"}})).send().expect(201);
    }
}

#[test]
fn it_is_where_the_variable_says() {
    let site = Arc::new(Site::new());
    let base = site.home().join("elsewhere");
    let builder = TestServer::builder(Arc::clone(&site));
    let server = builder.env("MCP_SETTINGS_STATE_DIR", base.to_string_lossy()).start();
    assert_eq!(server.get("/ready").send().json(), json!({"status": "ready"}));
    assert_eq!(names(&base).len(), 1);
    assert!(!site.home().join(".local").exists());
}

#[test]
fn key_files_for_openhands_folder_are_made_there_and_those_beside_the_settings_still_read() {
    const FILES: [&str; 3] = [".mcp-settings.api-key", ".mcp-settings.etag-key", ".mcp-settings.secret-key"];
    let site = Arc::new(Site::new());
    let start = || {
        let builder = TestServer::builder(Arc::clone(&site)).in_openhands_folder();
        builder.without_env("MCP_SETTINGS_SECRET_KEY").without_env("MCP_SETTINGS_API_KEYS").start()
    };
    let key = |folder: &Path| {
        let text = fs::read_to_string(folder.join(FILES[0])).expect("it was made");
        text.trim_end().to_owned()
    };
    let server = start();
    let folder = site.state();
    let api_key = key(&folder);
    let config = json!({"command": "x", "env": {"A": "s"}});
    let tag = server.put(item("a")).key(&api_key).json(&config).send().expect(201).etag();
    for file in FILES {
        assert_eq!(mode(&folder.join(file)), 0o600, "{file}");
        assert!(!site.data().join(file).exists(), "{file} is in OpenHands' folder");
    }
    server.stop();
    for file in FILES {
        fs::rename(folder.join(file), site.data().join(file)).expect("our own folders");
    }
    let server = start();
    let shown = server.get(item("a")).key(&api_key).expose("plaintext").send().expect(200);
    assert_eq!((shown.etag(), &shown.json()["config"]["env"]["A"]), (tag, &json!("s")));
    assert_eq!(names(&folder), [format!("service-{}.json", server.pid())], "a second key was made");
}
