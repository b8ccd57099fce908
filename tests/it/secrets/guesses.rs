//! No cheap oracle, over HTTP: a right guess and a wrong one of the same length, sent by a caller who may not see
//! secrets to the same document on the real service. Unless both are stored, no byte of the answers, of the file
//! and of the audit distinguishes them. `tests/properties/guesses.rs` tries many more, in the process.

use std::cell::Cell;
use std::os::unix::fs::MetadataExt;

use serde_json::{Value, json};

use crate::response::Response;
use crate::server::{READER, SETTINGS, TestServer, WRITER, eventually, item, settings_item};
use crate::site::Site;
use crate::soak::seeded_rng::SeededRng;
use crate::stream::Stream;
use crate::wire::Request;

/// How many pairs each layout is tried with.
const PAIRS: usize = 260;

/// A server, the places of its secrets, and for each a wrong guess of the same length.
struct Target {
    config: Value,
    secrets: Vec<(&'static str, Value)>,
}

fn open() -> Target {
    Target {
        config: json!({
            "url": "https://user:pa55@h.example/mcp?api_key=k1&page=1",
            "headers": {"X-PIN": "4711", "X-Token": "tok-1"},
            "auth": "b3arer",
            "my_token": ["t1", {"password": "p4ss"}],
            "settings": {"api_key": "k-1", "limit": 7},
        }),
        secrets: vec![
            ("/url", json!("https://user:pa56@h.example/mcp?api_key=k1&page=1")),
            ("/headers/X-PIN", json!("4712")),
            ("/headers/X-Token", json!("tok-2")),
            ("/auth", json!("b4arer")),
            ("/my_token/0", json!("t2")),
            ("/my_token/1/password", json!("p5ss")),
            ("/settings/api_key", json!("k-2")),
        ],
    }
}

fn closed() -> Target {
    Target {
        config: json!({
            "url": "https://user:pa55@h.example/mcp?api_key=k1&page=1",
            "headers": {"X-PIN": "4711", "X-Token": "tok-1"},
            "auth": {"strategy": "bearer", "value": "b3arer"},
        }),
        secrets: vec![
            ("/url", json!("https://user:pa55@h.example/mcp?api_key=k2&page=1")),
            ("/headers/X-PIN", json!("4712")),
            ("/headers/X-Token", json!("tok-2")),
            ("/auth/value", json!("b4arer")),
        ],
    }
}

/// What can be seen of one request.
struct Seen {
    answer: Response,
    document: Vec<u8>,
    /// Inode and time of change: whether the file was written.
    file: (u64, i64, i64),
    audit: Vec<Value>,
}

/// A service whose document can be put back to what it was.
struct Range {
    server: TestServer,
    document: Vec<u8>,
    /// The tag of the server that is guessed at.
    tag: String,
    /// How many audit events were looked at.
    audited: Cell<usize>,
}

impl Range {
    /// The first `base` is a document that holds nothing yet.
    fn new(base: Option<Value>, config: &Value) -> Self {
        let site = base.map_or_else(Site::new, |base| Site::with_document(base.to_string()));
        let server = TestServer::builder(site)
            .argument("--log-format")
            .argument("json")
            .env("MCP_SETTINGS_LOG", "warn")
            .start();
        let tag = server.seed("bank", config);
        server.seed("beside", &json!({"command": "x", "env": {"A": "other"}}));
        let document = server.document().expect("it was just written");
        let range = Self { server, document, tag, audited: Cell::new(2) };
        eventually("the servers are audited", || range.audit_since(1).len() == 1);
        range
    }

    /// The audit events behind so many.
    fn audit_since(&self, count: usize) -> Vec<Value> {
        let log = self.server.log();
        let whole = log.rsplit_once('\n').map_or("", |(whole, _)| whole);
        let lines = whole.lines().filter(|line| line.contains(r#""target":"audit""#)).skip(count);
        lines.map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
    }

    fn file(&self) -> (u64, i64, i64) {
        let file = std::fs::metadata(self.server.document_path()).expect("it is there");
        (file.ino(), file.mtime(), file.mtime_nsec())
    }

    fn see(&self, request: Request) -> Seen {
        self.server.write(&self.document);
        let (file, audited) = (self.file(), self.audited.get());
        let answer = request.send();
        eventually("it is audited", || !self.audit_since(audited).is_empty());
        let now = self.file();
        let file = if now == file { (0, 0, 0) } else { now };
        let mut audit = self.audit_since(audited);
        self.audited.set(audited + audit.len());
        for event in &mut audit {
            let event = event.as_object_mut().expect("an event is an object");
            for of_the_moment in ["timestamp", "from", "request.id"] {
                event.remove(of_the_moment);
            }
        }
        Seen { answer, document: self.server.document().expect("it is there"), file, audit }
    }
}

/// The config with another value at a place.
fn with(config: &Value, place: &str, value: &Value) -> Value {
    let mut config = config.clone();
    *config.pointer_mut(place).expect("the place is there") = value.clone();
    config
}

/// A request, all but its guess.
struct Plan {
    route: usize,
    is_whole: bool,
    extra: Value,
    condition: Option<(&'static str, String)>,
    is_dry_run: bool,
    is_minimal: bool,
    /// What is sent in the places of all secrets.
    base: Value,
    place: &'static str,
}

impl Plan {
    fn any(range: &Range, target: &Target, dice: &mut SeededRng) -> (Self, Value, Value) {
        let (place, wrong) = dice.pick(&target.secrets).clone();
        let right = target.config.pointer(place).expect("the place is there").clone();
        let mut base = target.config.clone();
        // Others are masked, sent, or guessed wrong.
        let mode = dice.below(4);
        for (other, wrong) in target.secrets.iter().filter(|(other, _)| *other != place) {
            let value = match mode {
                0 => continue,
                1 if *other == "/url" => json!("https://**********@h.example/mcp?api_key=**********&page=1"),
                1 => json!("[REDACTED]"),
                _ if dice.once_in(3) => wrong.clone(),
                _ => continue,
            };
            base = with(&base, other, &value);
        }
        let extra = match dice.below(6) {
            0 => json!({"description": "changed"}),
            1 => json!({"enabled": false}),
            2 => json!({"timeout": "no number"}),
            3 => json!({"command": "other"}),
            _ => json!({}),
        };
        let condition = match dice.below(8) {
            0 => Some(("If-Match", range.tag.clone())),
            1 => Some(("If-Match", "\"stale\"".to_owned())),
            2 => Some(("If-None-Match", range.tag.clone())),
            3 => Some(("If-None-Match", "*".to_owned())),
            _ => None,
        };
        let plan = Self {
            route: dice.below(7),
            is_whole: mode != 1 && dice.once_in(2),
            extra,
            condition,
            is_dry_run: dice.once_in(5),
            is_minimal: dice.once_in(5),
            base,
            place,
        };
        (plan, right, wrong)
    }

    fn request(&self, server: &TestServer, guess: &Value) -> Request {
        let own = if self.is_dry_run { item("bank") + "?dry_run=true" } else { item("bank") };
        let mut whole = with(&self.base, self.place, guess);
        self.add_extra(&mut whole);
        let patch = || {
            // A member is sent as a whole, or alone.
            let member = self.place.split('/').nth(1).expect("a place has a member");
            let mut patch = if self.is_whole { whole.clone() } else { json!({member: whole[member]}) };
            self.add_extra(&mut patch);
            patch
        };
        let operations = |op: &str| json!([{"op": op, "path": self.place, "value": guess}]).to_string();
        let json_patch = "application/json-patch+json";
        let request = match self.route {
            0 | 1 => server.put(own).json(&whole),
            2 => server.patch(own).json(&patch()),
            3 => server.patch(own).body(json_patch, operations("replace")),
            4 => server.patch(own).body(json_patch, operations("test")),
            5 => server.patch(settings_item("bank")).json(&patch()),
            _ => {
                let servers = json!({"bank": patch(), "beside": {"description": "d"}});
                let body = json!({"agent_settings_diff": {"mcp_config": servers}});
                return server.patch(SETTINGS).key(WRITER).json(&body);
            }
        };
        let request = match &self.condition {
            Some((name, value)) => request.header(name, value),
            None => request,
        };
        let request = if self.is_minimal { request.header("Prefer", "return=minimal") } else { request };
        request.key(WRITER)
    }

    fn add_extra(&self, config: &mut Value) {
        let members = config.as_object_mut().expect("a configuration is an object");
        members.extend(self.extra.as_object().expect("it is an object").clone());
    }
}

/// The text without tags, and with one word in the place of both guesses.
fn plain(text: &str, guesses: [&Value; 2]) -> String {
    let mut text = text.to_owned();
    for guess in guesses {
        text = text.replace(guess.as_str().expect("a text"), "GUESS");
    }
    let is_tag = |word: &str| word.len() == 32 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    let words = text.split_inclusive(|character: char| !character.is_ascii_alphanumeric());
    words.map(|word| if is_tag(word.trim_end_matches(['\\', '"'])) { "TAG" } else { word }).collect()
}

/// Tries pairs; gives how many were stored.
fn try_pairs(base: Option<Value>, target: &Target, seed: u64) -> usize {
    let range = Range::new(base, &target.config);
    let mut dice = SeededRng::new(seed);
    let mut stored = 0;
    for number in 0..PAIRS {
        let (plan, right, wrong) = Plan::any(&range, target, &mut dice);
        let [one, two] = [&right, &wrong].map(|guess| range.see(plan.request(&range.server, guess)));
        let context = || {
            let shown =
                |seen: &Seen| format!("{} {}\n{:?}", seen.answer.status, seen.answer.text(), seen.audit);
            format!("pair {number}: {right} at {}\nright {}\nwrong {}", plan.place, shown(&one), shown(&two))
        };
        let is_written = |seen: &Seen| seen.file != (0, 0, 0);
        assert_eq!(one.answer.status, two.answer.status, "{}", context());
        assert_eq!(is_written(&one), is_written(&two), "one was written\n{}", context());
        if is_written(&one) {
            stored += 1;
            let named = |seen: &Seen| {
                seen.audit
                    .iter()
                    .map(|event| (event["server"].clone(), event["servers"].clone()))
                    .collect::<Vec<_>>()
            };
            assert_eq!(named(&one), named(&two), "the audit differs\n{}", context());
            continue;
        }
        assert!(one.document == range.document && two.document == range.document, "{}", context());
        let visible = |seen: &Seen| {
            let head = seen.answer.head_text();
            let is_of_the_moment =
                |line: &&str| line.starts_with("date:") || line.starts_with("x-request-id:");
            let mut lines: Vec<String> =
                head.lines().filter(|line| !is_of_the_moment(line)).map(str::to_owned).collect();
            // They come in any order.
            lines.sort();
            (lines, plain(&seen.answer.text(), [&right, &wrong]), seen.audit.clone())
        };
        assert_eq!(visible(&one), visible(&two), "{}", context());
    }
    stored
}

#[test]
fn over_http_a_right_guess_looks_like_a_wrong_one_in_our_own_document() {
    let stored = try_pairs(None, &open(), 1);
    assert!((PAIRS / 10..PAIRS / 2).contains(&stored), "{stored} of {PAIRS} were stored");
}

#[test]
fn over_http_a_right_guess_looks_like_a_wrong_one_in_a_document_of_openhands() {
    let base = json!({
        "schema_version": 6,
        "agent_settings": {"schema_version": 9, "agent_kind": "openhands", "mcp_config": {}},
    });
    let stored = try_pairs(Some(base), &closed(), 2);
    assert!((PAIRS / 10..PAIRS / 2).contains(&stored), "{stored} of {PAIRS} were stored");
}

#[test]
fn a_server_as_large_as_one_may_be_confirms_no_guess() {
    let range = Range::new(None, &json!({"url": "https://h/", "headers": {"X-PIN": "4711"}}));
    let server = &range.server;
    let shown = |name: &str| server.get(item(name)).send().body.len();
    let describe = |length: usize| {
        let patch = json!({"description": "d".repeat(length)});
        server.patch(item("bank")).key(WRITER).json(&patch).send().expect(200);
    };
    describe(1);
    describe((1 << 20) - shown("bank") + 1);
    assert_eq!(shown("bank"), 1 << 20);
    let rename = server.post(item("bank") + "/rename").key(WRITER).json(&json!({"to": "b".repeat(128)}));
    rename.send().expect_problem(422, "invalid-config");
    // Another process may go further.
    let larger = server.text();
    server.write(larger.replace("\"ddd", "\"dddd"));
    let document = server.document();
    for guess in ["4711", "4712"] {
        let headers = json!({"headers": {"X-PIN": guess}});
        for request in [
            server.patch(item("bank")).json(&headers),
            server.patch(settings_item("bank")).json(&headers),
            server.patch(SETTINGS).json(&json!({"agent_settings_diff": {"mcp_config": {"bank": headers}}})),
        ] {
            request.key(WRITER).send().expect_problem(422, "invalid-config");
        }
    }
    assert!(server.document() == document, "a guess was stored");
}

#[test]
fn a_guess_is_not_distinguished_by_what_the_owner_repairs() {
    let server = TestServer::start();
    let right = json!({"command": "x", "env": {"A": "one", "B": "two"}});
    for is_changed_first in [false, true] {
        let lists = ["one", "off"].map(|guess| {
            server.put(item("bank")).json(&right).send().expect_success();
            let request = server.events().key(READER);
            let mut stream = Stream::open(&request).expect("an answer").expect("a stream");
            assert_eq!(stream.next().name, "opened");
            let mut events = Vec::new();
            let mut send = |request: Request| {
                request.send().expect(200);
                events.push(stream.next_of("bank").data["members"].to_string());
            };
            let guesses = json!({"command": "x", "env": {"A": guess, "B": "bad"}});
            send(server.put(item("bank")).key(WRITER).json(&guesses));
            if is_changed_first {
                send(server.patch(item("bank")).json(&json!({"description": "d"})));
            }
            send(server.put(item("bank")).json(&right));
            server.delete(item("bank")).send().expect(204);
            events
        });
        assert_eq!(lists[0], lists[1]);
        assert!(lists[0].last().is_some_and(|list| list.contains("/env/A") && list.contains("/env/B")));
    }
}
