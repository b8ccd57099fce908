//! 200 writes by each API at once, on own servers and on shared ones. After each write the writer looks for
//! it on the other side; at the end every trace of every write must be there.

use std::thread::{self, Scope, ScopedJoinHandle};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::ledger::{Ledger, Trace};
use crate::pair::{Pair, normal};
use crate::server::{item, settings_item};

const WRITERS: usize = 4;
const WRITES: usize = 50;

/// The servers that every writer writes to.
const SHARED: [(&str, &str); 2] = [("shared-stdio", "env"), ("shared-remote", "headers")];

/// How long a writer of ours tries again because others were faster.
const PATIENCE: Duration = Duration::from_secs(60);

/// How the API of one side makes the change that a writer wants.
trait Api: Sync {
    /// What the names of its servers and traces begin with.
    const SIDE: &'static str;

    fn create(&self, pair: &Pair, name: &str, config: &Value);
    /// Merges into a server; gives how often somebody else was faster.
    fn patch(&self, pair: &Pair, name: &str, patch: &Value) -> usize;
    fn delete(&self, pair: &Pair, name: &str);
    /// The server as the *other* side sees it, secrets in clear.
    fn other_view(&self, pair: &Pair, name: &str) -> Option<Value>;
}

struct Theirs;
/// Ours by its own resources, under a tag.
struct Ours;
/// Ours by the routes of the real server, whose clients know no tags.
struct OursAsTheirs;

impl Api for Theirs {
    const SIDE: &'static str = "theirs";

    fn create(&self, pair: &Pair, name: &str, config: &Value) {
        pair.theirs.create(name, config);
    }

    fn patch(&self, pair: &Pair, name: &str, patch: &Value) -> usize {
        pair.theirs.patch(name, patch);
        0
    }

    fn delete(&self, pair: &Pair, name: &str) {
        pair.theirs.delete(name);
    }

    fn other_view(&self, pair: &Pair, name: &str) -> Option<Value> {
        let answer = pair.ours.get(item(name)).expose("plaintext").send();
        (answer.status == 200).then(|| answer.json()["config"].take())
    }
}

impl Api for Ours {
    const SIDE: &'static str = "ours";

    fn create(&self, pair: &Pair, name: &str, config: &Value) {
        pair.ours.put(item(name)).if_none_match("*").json(config).send().expect(201);
    }

    fn patch(&self, pair: &Pair, name: &str, patch: &Value) -> usize {
        let shown = pair.ours.get(item(name)).send().expect(200);
        let (mut tag, mut config) = (shown.etag(), shown.json()["config"].take());
        let deadline = Instant::now() + PATIENCE;
        // In turns a merge patch, and the whole as it was shown, masks and all.
        for others_were_faster in 0.. {
            let answer = if others_were_faster % 2 == 0 {
                pair.ours.patch(item(name)).if_match(&tag).json(patch).send()
            } else {
                pair.ours.put(item(name)).if_match(&tag).json(&merged(&config, patch)).send()
            };
            if answer.status == 200 {
                return others_were_faster;
            }
            assert!(Instant::now() < deadline, "{name}: others are always faster");
            let mut problem = answer.expect_problem(412, "precondition-failed").json();
            tag = problem["current_etag"].as_str().expect("a 412 shows the current tag").to_owned();
            config = problem["current"].take();
        }
        unreachable!("the loop ends by its deadline")
    }

    fn delete(&self, pair: &Pair, name: &str) {
        let tag = pair.ours.get(item(name)).send().expect(200).etag();
        pair.ours.delete(item(name)).if_match(tag).send().expect(204);
    }

    fn other_view(&self, pair: &Pair, name: &str) -> Option<Value> {
        pair.theirs.servers().get(name).cloned()
    }
}

impl Api for OursAsTheirs {
    const SIDE: &'static str = "as-theirs";

    fn create(&self, pair: &Pair, name: &str, config: &Value) {
        pair.ours.post(settings_item(name)).json(config).send().expect(201);
    }

    fn patch(&self, pair: &Pair, name: &str, patch: &Value) -> usize {
        pair.ours.patch(settings_item(name)).json(patch).send().expect(200);
        0
    }

    fn delete(&self, pair: &Pair, name: &str) {
        pair.ours.delete(settings_item(name)).send().expect(200);
    }

    fn other_view(&self, pair: &Pair, name: &str) -> Option<Value> {
        pair.theirs.servers().get(name).cloned()
    }
}

/// What one writer did.
struct Account {
    ledger: Ledger,
    times: Vec<Duration>,
    others_were_faster: usize,
}

pub(crate) fn of_200_writes_by_each_api_at_once_none_is_lost(pair: &Pair) {
    pair.ours.seed("shared-stdio", &json!({"command": "x"}));
    pair.theirs.create("shared-remote", &json!({"url": "https://mcp.example/v1"}));
    let start = Instant::now();
    let sides = thread::scope(|scope| {
        let sides = [
            (Ours::SIDE, spawn(scope, pair, &Ours)),
            (OursAsTheirs::SIDE, spawn(scope, pair, &OursAsTheirs)),
            (Theirs::SIDE, spawn(scope, pair, &Theirs)),
        ];
        let account = |writer: ScopedJoinHandle<'_, Account>| writer.join().expect("a writer failed");
        sides.map(|(side, writers)| (side, writers.into_iter().map(account).collect::<Vec<_>>()))
    });
    let elapsed = start.elapsed().as_secs_f64();
    let servers = pair.servers();
    let accounts = sides.iter().flat_map(|(_, accounts)| accounts);
    let losses: Vec<_> = accounts.flat_map(|account| account.ledger.losses(&servers)).collect();
    println!("      side       writes  median ms  longest ms  others were faster");
    for (side, accounts) in &sides {
        report(side, accounts);
    }
    println!("      {elapsed:.1} s in all, reads on the other side included; losses: {}", losses.len());
    assert!(losses.is_empty(), "{losses:#?}");
}

fn spawn<'scope, A: Api>(
    scope: &'scope Scope<'scope, '_>,
    pair: &'scope Pair,
    api: &'static A,
) -> Vec<ScopedJoinHandle<'scope, Account>> {
    (0..WRITERS).map(|writer| scope.spawn(move || write(pair, api, writer))).collect()
}

/// One writer: five kinds of writes in turns, each looked for on the other side.
fn write<A: Api>(pair: &Pair, api: &A, writer: usize) -> Account {
    let mut account = Account { ledger: Ledger::default(), times: Vec::new(), others_were_faster: 0 };
    for number in 0..WRITES {
        let own = format!("{}-{writer}-{}", A::SIDE, number / 5);
        let secret = format!("{} secret {writer} {number} 🔑", A::SIDE);
        let config = json!({"command": "x", "env": {"A": secret}});
        let mut timed = |write: &dyn Fn() -> usize| {
            let start = Instant::now();
            account.others_were_faster += write();
            account.times.push(start.elapsed());
        };
        match number % 5 {
            0 => {
                timed(&|| {
                    api.create(pair, &own, &config);
                    0
                });
                expect_seen(pair, api, &own, &config);
                account.ledger.keeps(&own, normal(&config));
            }
            1 | 2 => {
                let (server, map) = SHARED[number % 2];
                // Our own API takes header values in ASCII only: clients send other characters differently.
                let secret = if map == "headers" { secret.replace('🔑', "key") } else { secret };
                let trace = Trace { server, map, name: format!("{}-{writer}-{number}", A::SIDE), secret };
                timed(&|| api.patch(pair, server, &trace.patch()));
                let seen = api.other_view(pair, server).is_some_and(|config| trace.is_in(&config));
                assert!(seen, "{}: the other side does not see {}", server, trace.name);
                account.ledger.left(trace);
            }
            3 => {
                timed(&|| api.patch(pair, &own, &config));
                expect_seen(pair, api, &own, &config);
                account.ledger.keeps(&own, normal(&config));
            }
            _ if writer.is_multiple_of(2) => {
                timed(&|| {
                    api.delete(pair, &own);
                    0
                });
                assert_eq!(api.other_view(pair, &own), None, "{own}");
                account.ledger.deleted(&own);
            }
            _ => {
                let config = json!({"command": "x", "env": {"A": secret}, "enabled": false});
                timed(&|| api.patch(pair, &own, &config));
                expect_seen(pair, api, &own, &config);
                account.ledger.keeps(&own, normal(&config));
            }
        }
    }
    account
}

#[track_caller]
fn expect_seen<A: Api>(pair: &Pair, api: &A, name: &str, config: &Value) {
    let seen = api.other_view(pair, name).as_ref().map(normal);
    assert_eq!(seen, Some(normal(config)), "{name} is not what the other side sees");
}

fn report(side: &str, accounts: &[Account]) {
    let mut times: Vec<_> = accounts.iter().flat_map(|account| account.times.iter()).collect();
    times.sort();
    let faster: usize = accounts.iter().map(|account| account.others_were_faster).sum();
    let ms = |time: &Duration| time.as_secs_f64() * 1e3;
    let (median, longest) = (ms(times[times.len() / 2]), ms(times[times.len() - 1]));
    println!("      {side:<10} {:>6}  {median:>9.1}  {longest:>10.1}  {faster:>18}", times.len());
}

/// The configuration with the entries of the patch put into its maps.
fn merged(config: &Value, patch: &Value) -> Value {
    let mut merged = config.clone();
    for (member, change) in patch.as_object().expect("a patch") {
        match change.as_object() {
            Some(entries) => {
                for (name, value) in entries {
                    merged[member][name] = value.clone();
                }
            }
            None => merged[member] = change.clone(),
        }
    }
    merged
}
