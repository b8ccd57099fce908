//! What an event says of each change: which server, what became of it, its tags, where it differs, and who did it.

use std::time::Instant;

use serde_json::{Value, json};

use super::{document, list_tag, now_ms};
use crate::peer::Peer;
use crate::secrets::every_secret;
use crate::server::{ADMIN, PATIENCE, READER, REVEALER, SETTINGS, TestServer, WRITER, item};
use crate::site::Site;
use crate::stream::{Event, Stream};

/// How soon a change is reported, at ten times the promised time.
const SOON_MS: u128 = 2_000;

fn members(event: &Event) -> Vec<&str> {
    let members = event.data["members"].as_array().expect("an array").iter();
    members.map(|member| member.as_str().expect("a pointer")).collect()
}

#[test]
fn each_change_is_reported_with_its_tags_and_its_author() {
    let server = TestServer::start();
    let (mut stream, opened) = server.follow();
    assert_eq!(
        opened.data,
        json!({"etag": list_tag(&server), "access": "writable", "reason": null, "recent": []})
    );
    assert_eq!(stream.head.header("cache-control"), Some("no-store, no-transform"));
    assert_eq!(stream.head.header("etag"), None);
    let mut last = String::new();
    let config = json!({"command": "x", "env": {"API_KEY": "one", "MODE": "fast"}, "args": ["a"]});
    for (request, change, by, expected) in [
        (server.put(item("a")).key(WRITER).json(&config), "created", "writer", vec![]),
        (
            server.patch(item("a")).json(&json!({"env": {"API_KEY": "two"}})),
            "changed",
            "admin",
            // The state before was made by a key that may not see secrets.
            vec!["/env/API_KEY", "/env/MODE"],
        ),
        (
            server.patch(item("a")).json(&json!({"env": {"API_KEY": "three"}})),
            "changed",
            "admin",
            vec!["/env/API_KEY"],
        ),
        (
            server.patch(item("a")).json(&json!({"args": ["b"], "env": null, "description": "d"})),
            "changed",
            "admin",
            vec!["/args", "/description", "/env"],
        ),
        (server.delete(item("a")).key(WRITER), "removed", "writer", vec![]),
        (server.put(item("a")).json(&config), "created", "admin", vec![]),
    ] {
        let before = now_ms();
        let answer = request.send().expect_success();
        let tag = if change == "removed" { String::new() } else { answer.etag() };
        let event = stream.next_of("a");
        assert_eq!((event.text("change"), event.text("by")), (change, by), "{event:?}");
        assert_eq!((event.text("old_etag"), event.text("new_etag")), (&*last, &*tag), "{event:?}");
        assert_eq!(event.text("collection_etag"), list_tag(&server), "{event:?}");
        let mut places = members(&event);
        places.sort_unstable();
        assert_eq!(places, expected, "{event:?}");
        let at = event.data["at_ms"].as_u64().expect("a number");
        assert!((before..=now_ms()).contains(&at), "{event:?}");
        last = tag;
    }
}

#[test]
fn what_changes_nothing_is_not_reported() {
    let servers = json!({"a": {"command": "x", "args": []}, "b": {"url": "https://h/"}});
    let server = TestServer::builder(Site::with_document(document(&servers))).start();
    let (mut stream, _) = server.follow();
    server.put(item("a")).json(&json!({"command": "x"})).send().expect(200);
    server.patch(item("a")).json(&json!({})).send().expect(200);
    server.put(item("c")).json(&json!({})).send().expect(422);
    server.put(format!("{}?dry_run=true", item("c"))).json(&json!({"command": "x"})).send().expect(201);
    // Another program writes the same servers in another manner.
    server.write(document(&json!({"b": {"url": "https://h/"}, "a": {"args": [], "command": "x"}})) + "\n\n");
    server.get(item("a")).send().expect(200);
    server.seed("last", &json!({"command": "x"}));
    assert_eq!(stream.next_of("last").number(), 1);
}

#[test]
fn a_rename_is_reported_as_a_pair_of_events() {
    let server = TestServer::start();
    let tag = server.seed("b", &json!({"command": "x", "env": {"A": "secret"}}));
    let (mut stream, _) = server.follow();
    for (from, to) in [("b", "c"), ("c", "a")] {
        let rename = server.post(format!("{}/rename", item(from))).key(WRITER);
        let new = rename.json(&json!({"to": to})).send().expect(200).etag();
        let (gone, come) = (stream.next_of(from), stream.next_of(to));
        assert_eq!(
            (gone.text("change"), gone.text("renamed_to"), gone.text("by")),
            ("removed", to, "writer")
        );
        assert_eq!(
            (come.text("change"), come.text("renamed_from"), come.text("by")),
            ("created", from, "writer")
        );
        assert_eq!((gone.text("new_etag"), come.text("old_etag")), ("", ""));
        assert_eq!(come.text("new_etag"), new);
        assert_eq!(gone.text("collection_etag"), come.text("collection_etag"));
        assert!(from != "b" || gone.text("old_etag") == tag);
    }
    // A server that is created under a name that became free is not a renamed one.
    server.seed("b", &json!({"command": "x", "env": {"A": "secret"}}));
    assert!(stream.next_of("b").data.get("renamed_from").is_none());
}

#[test]
fn a_copy_is_one_new_server_to_a_reader_and_its_event_holds_no_secret() {
    for reader in [READER, REVEALER] {
        let server = TestServer::start();
        let config = every_secret().swap_remove(0).1;
        let source = server.seed("source", &config);
        let mut stream = Stream::open(&server.events().key(reader)).expect("an answer").expect("a stream");
        assert_eq!(stream.next().name, "opened");
        let copy = server.post(format!("{}/copy", item("source"))).key(WRITER).if_match(&source);
        let answer = copy.json(&json!({"to": "copy"})).send().expect(201);
        let event = stream.next();
        assert_eq!(
            event.data,
            json!({
                "name": "copy", "change": "created", "old_etag": null, "new_etag": answer.etag(),
                "members": [], "by": "writer", "at_ms": event.data["at_ms"],
                "collection_etag": list_tag(&server), "more": 0,
            }),
            "{reader}"
        );
        assert!(event.data["at_ms"].is_u64(), "{event:?}");
        // The source has no event, and a refused or tried copy has none.
        let copy = |query: &str| server.post(format!("{}/copy{query}", item("source")));
        copy("").json(&json!({"to": "copy"})).send().expect(409);
        copy("?dry_run=true").json(&json!({"to": "tried"})).send().expect(201);
        server.seed("last", &json!({"command": "x"}));
        assert_eq!(stream.next().text("name"), "last", "{reader}");
    }
}

#[test]
fn differences_that_are_seen_together_are_reported_in_order_removals_first() {
    let server = TestServer::start();
    for name in ["a", "b", "c", "d"] {
        server.seed(name, &json!({"command": "x"}));
    }
    let (mut stream, _) = server.follow();
    let servers = json!({"a": {"command": "y"}, "c": null, "d": null, "e": {"command": "z"}});
    let patch = json!({"agent_settings_diff": {"mcp_config": servers}});
    server.patch(SETTINGS).key(WRITER).json(&patch).send().expect(200);
    let events: Vec<Event> = (0..4).map(|_| stream.next()).collect();
    let names: Vec<_> = events.iter().map(|event| (event.text("name"), event.text("change"))).collect();
    assert_eq!(names, [("c", "removed"), ("d", "removed"), ("a", "changed"), ("e", "created")]);
    let tag = list_tag(&server);
    assert!(events.iter().all(|event| event.text("collection_etag") == tag && event.text("by") == "writer"));
    let more: Vec<_> = events.iter().map(|event| event.data["more"].as_u64()).collect();
    assert_eq!(more, [Some(3), Some(2), Some(1), Some(0)]);
}

#[test]
fn changes_of_another_process_are_reported_soon_and_without_an_author() {
    let site = Site::with_document(document(
        &json!({"a": {"command": "x", "env": {"A": "1"}}, "b": {"command": "x"}}),
    ));
    let server = TestServer::builder(site).start();
    let (mut stream, _) = server.follow();
    let changed = document(&json!({"a": {"command": "x", "env": {"A": "2"}}, "c": {"command": "x"}}));
    let began = Instant::now();
    server.write(changed);
    let events: Vec<Event> = (0..3).map(|_| stream.next()).collect();
    assert!(began.elapsed().as_millis() < SOON_MS, "reported after {:?}", began.elapsed());
    let names: Vec<_> =
        events.iter().map(|event| (event.text("name"), event.text("change"), event.text("by"))).collect();
    assert_eq!(names, [("b", "removed", ""), ("a", "changed", ""), ("c", "created", "")]);
    assert_eq!(members(&events[1]), ["/env/A"]);
    // And another service on the file.
    let other = TestServer::builder(server.site()).start();
    let began = Instant::now();
    let tag = other.seed("a", &json!({"command": "y"}));
    let event = stream.next_of("a");
    assert!(began.elapsed().as_millis() < SOON_MS, "reported after {:?}", began.elapsed());
    assert_eq!((event.text("by"), event.text("new_etag")), ("", &*tag));
}

#[test]
fn a_python_program_that_saves_under_the_lock_is_followed() {
    let server = TestServer::builder(Site::with_document(document(&json!({})))).start();
    let (mut stream, _) = server.follow();
    let save = "
import fcntl, json, os, sys
lock = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT, 0o600)
fcntl.flock(lock, fcntl.LOCK_EX)
for number in range(3):
    settings = json.load(open(sys.argv[2]))
    settings['agent_settings']['mcp_config']['mcpServers'][f's{number}'] = {'command': 'x'}
    with open(sys.argv[2] + '.new', 'w') as draft:
        json.dump(settings, draft)
    os.replace(sys.argv[2] + '.new', sys.argv[2])
";
    let (lock, path) = (server.lock_path(), server.document_path());
    let _peer = Peer::run(save, &[&lock.to_string_lossy(), &path.to_string_lossy()]);
    for number in 0..3 {
        assert_eq!(stream.next_of(&format!("s{number}")).text("change"), "created");
    }
}

#[test]
fn no_event_shows_a_secret() {
    let server = TestServer::start();
    let (mut stream, _) = server.follow();
    let mut data = String::new();
    for (name, config) in every_secret() {
        let other = config.to_string().replace("canary-", "canary-other-");
        let other: Value = serde_json::from_str(&other).expect("it was JSON before");
        for request in [
            server.put(item(name)).json(&config),
            server.put(item(name)).json(&other),
            server.delete(item(name)),
        ] {
            request.send().expect_success();
            data += &stream.next_of(name).data.to_string();
        }
    }
    assert!(data.contains("/env/KEY") && data.contains("/my_Secrets/a"), "{data}");
    assert!(!data.contains("canary") && !data.contains("REDACTED"), "{data}");
}

#[test]
fn a_guess_at_one_of_several_secrets_is_not_confirmed() {
    let server = TestServer::start();
    let (mut stream, _) = server.follow();
    let mut places = Vec::new();
    for guess in ["one", "other"] {
        server.seed("a", &json!({"command": "x", "env": {"A": "one", "B": "two"}}));
        stream.next_of("a");
        server
            .put(item("a"))
            .key(WRITER)
            .json(&json!({"command": "x", "env": {"A": guess}}))
            .send()
            .expect(200);
        places.push(members(&stream.next_of("a")).join(" "));
    }
    assert_eq!(places, ["/env/A /env/B"; 2]);
}

#[test]
fn without_reveal_all_secrets_are_reported_as_one() {
    let server = TestServer::start();
    let config = |secret: &str| json!({"command": "x", "env": {"A": secret, "B": "two"}});
    server.seed("a", &config("one"));
    for (key, expected) in
        [(ADMIN, "/env/A"), (REVEALER, "/env/A"), (WRITER, "/env/A /env/B"), (READER, "/env/A /env/B")]
    {
        let request = server.events().key(key);
        let mut stream = Stream::open(&request).expect("an answer").expect("a stream");
        assert_eq!(stream.next().name, "opened");
        server.put(item("a")).json(&config(key)).send().expect(200);
        assert_eq!(members(&stream.next_of("a")).join(" "), expected, "{key}");
    }
}

#[test]
fn too_many_differences_are_reported_as_the_whole() {
    let server = TestServer::start();
    let with = |value: &str| {
        let env: serde_json::Map<String, Value> = (0..101).map(|n| (format!("V{n}"), json!(value))).collect();
        json!({"command": "x", "env": env})
    };
    server.seed("a", &with("1"));
    let (mut stream, _) = server.follow();
    server.seed("a", &with("2"));
    assert_eq!(members(&stream.next_of("a")), [""]);
}

#[test]
fn the_last_change_of_each_existing_server_is_reported_first() {
    let server = TestServer::start();
    server.seed("before", &json!({"command": "x"}));
    let (mut stream, _) = server.follow();
    for name in ["a", "b", "c"] {
        server.put(item(name)).key(WRITER).json(&json!({"command": "x"})).send().expect(201);
        // What comes and goes between two looks is no event.
        stream.next_of(name);
    }
    server.patch(item("a")).json(&json!({"command": "y"})).send().expect(200);
    server.delete(item("b")).send().expect(204);
    while stream.next().data["change"] != "removed" {}
    let (_, opened) = server.follow();
    let recent = opened.data["recent"].as_array().expect("an array").iter();
    let recent: Vec<_> = recent.map(|row| (row["name"].as_str(), row["by"].as_str())).collect();
    let expected = [("a", "admin"), ("before", "admin"), ("c", "writer")];
    assert_eq!(recent, expected.map(|(name, by)| (Some(name), Some(by))));
    let (mut stream, _) = server.follow();
    server.write(document(&json!({"a": {"command": "z"}})));
    while stream.next().data["name"] != "a" {}
    let (_, opened) = server.follow();
    assert_eq!(opened.data["recent"][0]["by"], json!(null));
}

#[test]
fn a_key_that_encrypts_and_comes_later_changes_no_tag() {
    let site = Site::with_document(document(&json!({"plain": {"command": "x"}})));
    let lock = Peer::holding(&site.lock_path());
    let server = TestServer::builder(site).without_env("MCP_SETTINGS_SECRET_KEY").start();
    let before = server.get(item("plain")).send().etag();
    let (mut stream, _) = server.follow();
    drop(lock);
    server.seed("secret", &json!({"command": "x", "env": {"A": "s"}}));
    assert_eq!(stream.next_of("secret").text("collection_etag"), list_tag(&server));
    assert_eq!(server.get(item("plain")).send().etag(), before);
}

#[test]
fn a_key_of_the_tags_that_comes_later_breaks_no_chain() {
    let site = std::sync::Arc::new(Site::with_document(document(&json!({"plain": {"command": "x"}}))));
    // In a folder that it can't write a service derives its tags.
    let mode = |bits| {
        let permissions = std::os::unix::fs::PermissionsExt::from_mode(bits);
        std::fs::set_permissions(site.data(), permissions).expect("our own folder");
    };
    let without = "-dac_override,-dac_read_search,-fowner";
    let (bounding, inheritable) = (format!("--bounding-set={without}"), format!("--inh-caps={without}"));
    mode(0o500);
    let launcher = ["setpriv", &bounding, &inheritable];
    let server = TestServer::builder(std::sync::Arc::clone(&site)).launcher(&launcher).start();
    let before = server.get(item("plain")).send().etag();
    let (mut stream, _) = server.follow();
    mode(0o700);
    // Another one makes it.
    let other = TestServer::builder(site).start();
    // The folder can be written now, so that the settings can too.
    let event = stream.next();
    assert_eq!((&*event.name, &event.data["access"]), ("document", &json!("writable")), "{event:?}");
    let event = stream.next_of("plain");
    assert_eq!((event.text("change"), event.text("old_etag")), ("changed", &*before));
    assert_eq!(event.text("new_etag"), other.get(item("plain")).send().etag());
    assert!(members(&event).is_empty(), "{event:?}");
    assert_eq!(event.text("collection_etag"), list_tag(&server));
}

#[test]
fn anyone_who_may_read_may_follow() {
    let server = TestServer::start();
    let request = server.events().anonymous().header("Authorization", format!("Bearer {READER}"));
    let began = Instant::now();
    let stream = Stream::open(&request).expect("an answer");
    assert!(stream.is_ok() && began.elapsed() < PATIENCE);
}
