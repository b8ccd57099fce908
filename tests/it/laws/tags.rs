//! L4: a tag is a function of the name and the plaintext state alone.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::{Value, json};

use crate::crypto;
use crate::peer::Peer;
use crate::server::{SECRET, SERVERS, TestServer, eventually, item};
use crate::site::Site;

/// Reads the file and writes it again as OpenHands does, with every token sealed again.
const RESAVE: &str = "
import base64, hashlib, json, os, sys
from cryptography.fernet import Fernet
path, secret = sys.argv[1:]
fernet = Fernet(base64.urlsafe_b64encode(hashlib.sha256(secret.encode()).digest()))
def resealed(value):
    if isinstance(value, dict): return {name: resealed(member) for name, member in value.items()}
    if isinstance(value, list): return [resealed(element) for element in value]
    if isinstance(value, str) and value.startswith('gAAAAA'):
        return fernet.encrypt(fernet.decrypt(value.encode())).decode()
    return value
document = resealed(json.load(open(path)))
with open(path + '.draft', 'w') as draft: json.dump(document, draft, indent=2)
os.rename(path + '.draft', path)
";

/// Where the key of the tags is, beside the settings.
const ETAG_KEY: &str = ".mcp-settings.etag-key";

/// The tag of every server, and the collection's.
pub(super) fn tags(server: &TestServer) -> Vec<String> {
    let list = server.get(SERVERS).send().expect(200);
    let body = list.json();
    let servers = body["servers"].as_array().expect("a list").iter();
    let names = servers.map(|server| server["name"].as_str().expect("a name").to_owned());
    let tags = names.map(|name| server.get(item(&name)).send().expect(200).etag());
    tags.chain([list.etag()]).collect()
}

#[test]
fn a_tag_outlives_restart_resave_and_new_ciphertext() {
    let server = TestServer::on_fixture("settings/v1.58.0.json");
    let before = tags(&server);
    assert_eq!(before.len(), 9);
    let site = server.site();

    let other = TestServer::builder(server.site()).start();
    assert_eq!(tags(&other), before, "another process has other tags");
    other.stop();
    server.stop();

    let server = TestServer::builder(site).start();
    assert_eq!(tags(&server), before, "a restart changed tags");
    let bytes = server.document();
    Peer::with_packages(RESAVE, &[&server.document_path().to_string_lossy(), SECRET]).finish();
    assert!(server.document() != bytes, "the peer did nothing");
    assert_eq!(tags(&server), before, "new ciphertext changed tags");
}

#[test]
fn the_same_state_spelled_otherwise_has_the_same_tag() {
    let site = |config: &str| {
        Site::with_document(format!(
            r#"{{"agent_settings":{{"mcp_config":{{"mcpServers":{{"s":{config}}}}}}}}}"#
        ))
    };
    let server = TestServer::builder(site(r#"{"command":"x"}"#)).start();
    let tag_of = |config: &str| {
        server.write(site(config).document().expect("it was just made"));
        server.get(item("s")).send().expect(200).etag()
    };
    let same = [
        vec![
            r#"{"command":"x","env":{"A":"s","B":"t"},"timeout":30}"#.to_owned(),
            r#"{"timeout":30, "env":{"B":"t","A":"s"}, "comm\u0061nd":"x"}"#.to_owned(),
            format!(
                r#"{{"command":"x","env":{{"A":"{}","B":"t"}},"timeout":30}}"#,
                crypto::seal(SECRET, "s")
            ),
            r#"{"command":"x","env":{"A":"s","B":"t"},"timeout":30,"args":[],"headers":{},"enabled":true,"cwd":null,"transport":"stdio"}"#.to_owned(),
        ],
        vec![
            r#"{"command":"x","number":1.5}"#.to_owned(),
            r#"{"command":"x","number":15e-1}"#.to_owned(),
            r#"{"command":"x","number":1.50}"#.to_owned(),
        ],
        vec![r#"{"command":"x","big":9007199254740993}"#.to_owned()],
        vec![r#"{"command":"x","big":9007199254740992}"#.to_owned()],
        vec![r#"{"command":"x","big":123456789012345678901234567890}"#.to_owned()],
        vec![r#"{"command":"x","big":123456789012345678901234567891}"#.to_owned()],
        vec![r#"{"command":"x"}"#.to_owned(), r#"{"command":"x","env":{},"enabled":true}"#.to_owned()],
        vec![r#"{"command":"x","env":{"A":""}}"#.to_owned()],
        vec![r#"{"command":"x","env":{"A":null}}"#.to_owned()],
        vec![r#"{"command":"x","env":{"A":"null"}}"#.to_owned()],
        vec![r#"{"command":"x","enabled":false}"#.to_owned()],
        vec![r#"{"command":"x","args":["a","b"]}"#.to_owned()],
        vec![r#"{"command":"x","args":["b","a"]}"#.to_owned()],
        vec![r#"{"command":"x","args":["a,b"]}"#.to_owned()],
        vec![r#"{"command":"x","extra":{}}"#.to_owned()],
        vec![r#"{"command":"x","extra":[]}"#.to_owned()],
        vec![r#"{"command":"x","extra":"1"}"#.to_owned()],
        vec![r#"{"command":"x","extra":1}"#.to_owned()],
        vec![r#"{"command":"x","extra":true}"#.to_owned()],
        vec![r#"{"command":"\u00e9"}"#.to_owned(), "{\"command\":\"\u{e9}\"}".to_owned()],
        vec!["{\"command\":\"e\u{301}\"}".to_owned()],
    ];
    let mut seen: Vec<(String, String)> = Vec::new();
    for spellings in &same {
        let tag = tag_of(&spellings[0]);
        for spelling in spellings {
            assert_eq!(tag_of(spelling), tag, "{spelling} is the same state as {}", spellings[0]);
        }
        for (other, theirs) in &seen {
            assert_ne!(&tag, theirs, "{} and {other} are two states under one tag", spellings[0]);
        }
        seen.push((spellings[0].clone(), tag));
    }
}

#[test]
fn a_tag_is_bound_to_the_name_and_the_key() {
    let server = TestServer::start();
    let config = json!({"command": "x"});
    assert_ne!(server.seed("a", &config), server.seed("b", &config), "two names under one tag");
    let of_a = server.get(item("a")).send().etag();
    let put = server.put(item("b")).if_match(&of_a).json(&json!({"command": "y"}));
    put.send().expect_problem(412, "precondition-failed");

    let elsewhere = TestServer::builder(Site::new()).secret("another secret").start();
    assert_ne!(elsewhere.seed("a", &config), of_a, "anyone who can only read could test guesses");
    let keyed =
        |key: &str| TestServer::builder(Site::new()).secret("s").env("MCP_SETTINGS_ETAG_KEY", key).start();
    let (one, same, two) = (keyed("k1"), keyed("k1"), keyed("k2"));
    assert_eq!(one.seed("a", &config), same.seed("a", &config));
    assert_ne!(one.get(item("a")).send().etag(), two.seed("a", &config));
}

#[test]
fn no_change_of_the_encryption_keys_changes_a_tag() {
    let server = TestServer::on_fixture("settings/v1.58.0.json");
    let before = tags(&server);
    let site = server.site();
    assert_eq!(site.mode(ETAG_KEY), 0o600);
    server.stop();
    let previous = json!([SECRET]).to_string();
    let rotated =
        TestServer::builder(site).secret("new").env("MCP_SETTINGS_PREVIOUS_SECRET_KEYS", &previous).start();
    assert_eq!(tags(&rotated), before);
    rotated.patch(item("github")).json(&json!({"env": {"LOG": "other"}})).send().expect(200);
    let after = tags(&rotated);
    let changed = before.iter().zip(&after).filter(|(before, after)| before != after).count();
    assert_eq!(changed, 2, "one server and the collection changed");
    let site = rotated.site();
    rotated.stop();

    let own = |site: &std::sync::Arc<Site>| {
        site.write(r#"{"agent_settings":{"mcp_config":{"mcpServers":{"a":{"command":"x"}}}}}"#);
        TestServer::builder(std::sync::Arc::clone(site))
    };
    let only = |key: &str| own(&site).secret(key).start();
    let (one, two) = (tags(&only("one key")), tags(&only("another key")));
    assert_eq!(one, two, "a key that is gone has keyed a tag");
}

#[test]
fn a_tag_cannot_be_made_from_any_configured_key() {
    let start = || {
        let builder = TestServer::builder(Site::new()).without_env("MCP_SETTINGS_SECRET_KEY");
        builder.env("SESSION_API_KEY", "hunter22").start()
    };
    let config = json!({"command": "x"});
    let (one, two) = (start(), start());
    assert_ne!(one.seed("a", &config), two.seed("a", &config), "the same keys give the same tag");
}

#[test]
fn where_no_file_can_be_made_tags_last_as_long_as_the_oldest_key() {
    let site = std::sync::Arc::new(Site::with_fixture("settings/v1.58.0.json"));
    let mode =
        |bits| fs::set_permissions(site.data(), fs::Permissions::from_mode(bits)).expect("our own folder");
    // Root ignores file modes unless it gives these capabilities up.
    let without = "-dac_override,-dac_read_search,-fowner";
    let (bounding, inheritable) = (format!("--bounding-set={without}"), format!("--inh-caps={without}"));
    let start = || {
        let builder = TestServer::builder(std::sync::Arc::clone(&site));
        builder.launcher(&["setpriv", &bounding, &inheritable]).start()
    };
    mode(0o500);
    let server = start();
    let before = tags(&server);
    assert!(server.log().contains("derived from the oldest secret key"), "{}", server.log());
    server.stop();
    let server = start();
    assert_eq!(tags(&server), before, "a restart changed tags");
    mode(0o700);
    // The next one makes the key, and the one that runs takes it over.
    let other = start();
    assert_eq!(site.mode(ETAG_KEY), 0o600);
    let after = tags(&other);
    assert!(before.iter().zip(&after).all(|(before, after)| before != after));
    eventually("both give the same tags", || tags(&server) == after);
}

#[test]
fn the_collections_tag_covers_every_server() {
    let server = TestServer::start();
    let empty = server.get(SERVERS).send().expect(200).etag();
    server.seed("a", &json!({"command": "x", "env": {"A": "1"}}));
    let one = server.get(SERVERS).send().expect(200).etag();
    server.seed("a", &json!({"command": "x", "env": {"A": "2"}}));
    let changed = server.get(SERVERS).send().expect(200).etag();
    server.seed("b", &json!({"command": "x"}));
    let two = server.get(SERVERS).send().expect(200).etag();
    let all = [&empty, &one, &changed, &two];
    for (number, tag) in all.iter().enumerate() {
        assert!(!all[..number].contains(tag), "two states of the collection under one tag: {all:?}");
    }
    server.get(SERVERS).if_none_match(&two).send().expect(304);
    server.get(SERVERS).if_none_match(&one).send().expect(200);
    server.delete(item("b")).send().expect(204);
    assert_eq!(
        server.get(SERVERS).send().expect(200).etag(),
        changed,
        "a state that comes back has its tag again"
    );
}

#[test]
fn the_member_repeats_the_header() {
    let server = TestServer::start();
    let answers = [
        server.put(item("a")).json(&json!({"command": "x"})).send().expect(201),
        server.get(item("a")).send().expect(200),
        server.patch(item("a")).json(&json!({"description": "d"})).send().expect(200),
    ];
    for answer in answers {
        assert_eq!(answer.json()["etag"], Value::String(answer.etag()));
    }
}
