//! Sessions of the page: what a link is exchanged for outlives reloads and restarts, and never outlives or exceeds the key
//! that it came from.

use std::fs::File;
use std::process::{Command, Output};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::launch::Builder;
use crate::response::Response;
use crate::server::{ADMIN, READER, SERVERS, TestServer, WRITER, code_of, eventually, item};
use crate::site::Site;

const SESSION: &str = "/api/session";
const LINKS: &str = "/api/session/links";

/// The key of a session that came from the printed link.
#[track_caller]
fn sign_in(server: &TestServer) -> String {
    server.exchange(&server.code())
}

fn current(server: &TestServer, key: &str) -> Response {
    server.get(SESSION).key(key).send()
}

#[track_caller]
fn is_signed_out(server: &TestServer, key: &str) {
    current(server, key).expect_problem(401, "unauthorized");
    server.get(SERVERS).key(key).send().expect_problem(401, "unauthorized");
}

fn keys(keys: &Value) -> impl Fn(&Arc<Site>) -> Builder {
    let keys = keys.to_string();
    move |site| TestServer::builder(Arc::clone(site)).env("MCP_SETTINGS_API_KEYS", keys.clone())
}

#[test]
fn a_session_outlives_a_restart_and_a_crash_and_ends_when_it_is_signed_out() {
    let server = TestServer::start();
    let site = server.site();
    let key = sign_in(&server);
    let other = server.exchange(code_of(&link(&server, ADMIN)));
    server.put(item("a")).key(&key).json(&json!({"command": "x"})).send().expect(201);
    server.stop();
    let server = TestServer::builder(Arc::clone(&site)).start();
    let session = current(&server, &key).expect(200).json();
    assert_eq!((&session["name"], &session["scopes"][4]), (&json!("page"), &json!("admin")));
    assert!(session["document"].is_string(), "an administrator learns the path: {session}");
    server.crash();

    let server = TestServer::builder(Arc::clone(&site)).start();
    current(&server, &key).expect(200);
    server.delete(SESSION).key(&key).send().expect(204);
    is_signed_out(&server, &key);
    server.delete(SESSION).key(&key).send().expect_problem(401, "unauthorized");
    // Right after the answer, as if the power was cut.
    server.crash();
    let server = TestServer::builder(site).start();
    is_signed_out(&server, &key);
    current(&server, &other).expect(200);
}

#[track_caller]
fn link(server: &TestServer, key: &str) -> String {
    let answer = server.post(LINKS).key(key).send().expect(200);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.json()["expires_in"], 60);
    answer.json()["link"].as_str().expect("a link").to_owned()
}

#[test]
fn an_administrator_makes_links_and_nobody_else() {
    let server =
        TestServer::builder(Site::new()).env("MCP_SETTINGS_PUBLIC_URL", "https://p.example/m").start();
    let made = link(&server, ADMIN);
    assert!(made.starts_with("https://p.example/m/#code="), "{made}");
    let key = server.exchange(code_of(&made));
    assert_eq!(current(&server, &key).expect(200).json()["name"], "page of admin");
    let again = server.post(SESSION).anonymous().json(&json!({"code": code_of(&made)})).send();
    again.expect_problem(401, "unauthorized");
    for key in [WRITER, READER] {
        server.post(LINKS).key(key).send().expect_problem(403, "insufficient-scope");
    }
    server.post(LINKS).anonymous().send().expect_problem(401, "unauthorized");
    // A session makes links to sessions that end when it would.
    let second = server.exchange(code_of(&link(&server, &key)));
    assert_eq!(current(&server, &second).expect(200).json()["name"], "page of admin");
}

#[test]
fn an_api_key_is_no_session_and_cannot_be_signed_out() {
    let server = TestServer::start();
    server.delete(SESSION).key(ADMIN).send().expect_problem(409, "no-session");
    server.get(SERVERS).key(ADMIN).send().expect(200);
    let open = TestServer::builder(Site::new()).open_to_everyone().start();
    open.delete(SESSION).anonymous().send().expect_problem(409, "no-session");
    let made = open.post(LINKS).anonymous().send().expect(200).json();
    assert_eq!(made, json!({"link": format!("http://{}/", open.address()), "expires_in": null}));
}

#[test]
fn a_session_never_outlives_or_exceeds_its_key() {
    let key = |name: &str, key: &str, scopes: Value| json!({"name": name, "key": key, "scopes": scopes});
    let other = || key("other", "other-key-0123456789", json!(["read"]));
    let site = Arc::new(Site::new());
    let with = |list: Value| keys(&list)(&site).start();
    let server = with(json!([other(), key("boss", "boss-key-0123456789", json!(["admin"]))]));
    // The first key that may do everything, not the first.
    let session = sign_in(&server);
    let scopes = |server: &TestServer| current(server, &session).expect(200).json()["scopes"].take();
    assert_eq!(scopes(&server), json!(["read", "write", "reveal", "use", "admin"]));
    server.stop();
    // The key may less, and then more than when the session was made.
    let server = with(json!([key("renamed", "boss-key-0123456789", json!(["write"])), other()]));
    assert_eq!(scopes(&server), json!(["read", "write"]));
    server.get(item("a")).key(&session).expose("plaintext").send().expect_problem(403, "insufficient-scope");
    server.stop();
    let server = with(json!([key("boss", "another-key-0123456789", json!(["admin"])), other()]));
    is_signed_out(&server, &session);
    server.stop();

    let server = with(json!([other()]));
    let reader = sign_in(&server);
    assert_eq!(current(&server, &reader).expect(200).json()["scopes"], json!(["read"]));
    server.stop();
    let server = with(json!([key("other", "other-key-0123456789", json!(["admin"]))]));
    assert_eq!(current(&server, &reader).expect(200).json()["scopes"], json!(["read"]));
}

#[test]
fn sessions_end_by_time_and_where_nothing_served_their_address() {
    let site = Arc::new(Site::new());
    let first = TestServer::builder(Arc::clone(&site)).start();
    let address = first.address().to_string();
    first.stop();
    let hour = 60 * 60;
    for (change, is_in) in [
        (String::new(), true),
        (format!("UPDATE session SET used = used - {}", 8 * hour - 60), true),
        (format!("UPDATE session SET used = used - {}", 8 * hour + 1), false),
        (format!("UPDATE session SET began = began - {}", 7 * 24 * hour - 60), true),
        (format!("UPDATE session SET began = began - {}", 7 * 24 * hour + 1), false),
        // A clock that was set back.
        (format!("UPDATE session SET used = used + {hour}"), false),
        (format!("UPDATE session SET began = began + {hour}"), false),
        ("UPDATE session SET began = began - 5000; UPDATE served SET at = at - 500".to_owned(), true),
        ("UPDATE session SET began = began - 5000; UPDATE served SET at = at - 700".to_owned(), false),
        ("UPDATE session SET began = began - 5000; DELETE FROM served".to_owned(), false),
        ("UPDATE session SET bond = randomblob(32)".to_owned(), false),
        ("UPDATE session SET scopes = 'fly'".to_owned(), false),
    ] {
        let server = TestServer::builder(Arc::clone(&site)).listen(&address).start();
        let key = sign_in(&server);
        server.stop();
        site.change_state(&change);
        let server = TestServer::builder(Arc::clone(&site)).listen(&address).start();
        let status = server.get(SERVERS).key(&key).send().status;
        assert_eq!(status == 200, is_in, "{change:?}: {status}");
        server.stop();
    }
}

#[test]
fn a_service_beside_takes_the_session_and_its_end_within_a_second() {
    let one = TestServer::start();
    let other = TestServer::builder(one.site()).start();
    // It has opened its state by then.
    other.get("/api/origins").send().expect(200);
    let key = sign_in(&one);
    let within = |what: &str, status: u16| {
        let began = Instant::now();
        eventually(what, || current(&other, &key).status == status);
        assert!(began.elapsed() < Duration::from_secs(1), "{what}: {:?}", began.elapsed());
    };
    within("the session is known", 200);
    one.delete(SESSION).key(&key).send().expect(204);
    within("its end is known", 401);
}

#[test]
fn a_stream_sends_nothing_more_to_a_session_that_has_ended() {
    let server = TestServer::start();
    let key = sign_in(&server);
    let mut stream = server.follow_with(&key);
    server.delete(SESSION).key(&key).send().expect(204);
    server.seed("a", &json!({"command": "x"}));
    assert_eq!(stream.try_next().expect("it ends as it should"), None);
}

#[test]
fn until_the_sessions_are_known_nobody_is_signed_out() {
    let server = TestServer::start();
    let (site, address) = (server.site(), server.address().to_string());
    let key = sign_in(&server);
    server.stop();
    let lock = File::open(site.state().join("state.lock")).expect("it is there");
    lock.lock().expect("nobody holds it");
    let server = TestServer::builder(site).listen(&address).start();
    let began = Instant::now();
    let others = [
        ("POST", "/api/session/links"),
        ("GET", "/metrics"),
        ("GET", "/registry/capabilities"),
        ("OPTIONS", "/registry/mcp-servers"),
    ];
    let ask = |(method, path): (&str, &str)| server.request(method, path).key(&key).send();
    // All wait for the same two seconds.
    let (refusal, answers) = std::thread::scope(|scope| {
        let asked = others.map(|other| scope.spawn(move || ask(other)));
        (current(&server, &key), asked.map(|answer| answer.join().expect("it is answered")))
    });
    for answer in answers {
        answer.expect_problem(503, "sessions-not-loaded");
    }
    let refusal = refusal.expect_problem(503, "sessions-not-loaded");
    assert_eq!(refusal.header("retry-after"), Some("1"));
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
    server.get(SERVERS).key(ADMIN).send().expect(200);
    server.get(SERVERS).key("mcp-session").send().expect(401);
    assert_eq!(server.get("/ready").send().expect(200).json(), json!({"status": "ready"}));
    drop(lock);
    eventually("the session is known", || current(&server, &key).status == 200);
}

#[test]
fn what_becomes_of_sessions_is_audited() {
    let server = TestServer::start();
    let key = server.exchange(code_of(&link(&server, ADMIN)));
    server.delete(SESSION).key(&key).send().expect(204);
    for (action, caller) in [("link", "admin"), ("login", "page of admin"), ("logout", "page of admin")] {
        let is_it = |line: &str| line.contains(&format!("{action} done")) && line.contains(caller);
        eventually(action, || server.log().lines().any(is_it));
    }
    assert!(!server.log().contains(&key), "the key is in the log");
}

#[test]
fn a_sign_out_shows_no_secrets_whatever_it_asks_for() {
    let only_reader = json!([{"name": "reader", "key": READER, "scopes": ["read"]}]);
    let server = keys(&only_reader)(&Arc::new(Site::new())).start();
    let key = sign_in(&server);
    server.delete(SESSION).key(&key).expose("plaintext").send().expect(204);
    is_signed_out(&server, &key);
    eventually("it is audited as what it was", || server.log().contains("logout done"));
}

/// The command on this place.
fn open(site: &Site, variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mcp-settings"));
    command.args(["open", "--settings"]).arg(site.document_path()).env_clear().env("HOME", site.home());
    command.envs(variables.iter().copied()).output().expect("it can be run")
}

#[test]
fn the_command_has_a_running_service_make_a_link() {
    let built = TestServer::builder(Site::new()).without_env("MCP_SETTINGS_API_KEYS");
    let server = built.start();
    // With the key that the first start made, and with one that is given.
    let list = json!([{"name": "w", "key": WRITER, "scopes": ["write"]}]).to_string();
    let file = server.data().join(".mcp-settings.api-key");
    let own = std::fs::read_to_string(file).expect("the first start made it");
    let variables: [&[(&str, &str)]; 2] =
        [&[], &[("MCP_SETTINGS_API_KEYS", &list), ("MCP_SETTINGS_API_KEY", own.trim())]];
    for variables in variables {
        let output = open(&server, variables);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        let link = String::from_utf8(output.stdout).expect("it prints UTF-8");
        assert!(link.starts_with(&format!("http://{}/#code=", server.address())), "{link}");
        let key = server.exchange(code_of(link.trim()));
        assert_eq!(current(&server, &key).expect(200).json()["name"], "page of default");
    }
    for (variables, expected) in [
        (&[("MCP_SETTINGS_API_KEYS", list.as_str())][..], "no configured API key has the scope `admin`"),
        (&[("MCP_SETTINGS_API_KEY", "no-such-key-0123456789")], "status 401"),
    ] {
        let output = open(&server, variables);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        assert!(said.contains(expected) && output.stdout.is_empty(), "{output:?}");
    }
    let site = server.site();
    server.stop();
    let output = open(&site, &[]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("no service runs"), "{output:?}");
    assert_eq!(output.status.code(), Some(5));
}

#[test]
fn the_key_and_its_creators_are_not_in_the_state() {
    let server = TestServer::start();
    let key = sign_in(&server);
    let site = server.site();
    server.stop();
    let bytes = std::fs::read(site.state().join("state.db")).expect("it is there");
    let holds = |text: &[u8]| bytes.windows(text.len()).any(|window| window == text);
    assert!(holds(&Sha256::digest(&key)), "what is looked for would be found");
    assert!(!holds(key.as_bytes()) && !holds(ADMIN.as_bytes()) && !holds(&Sha256::digest(ADMIN)));
}
