//! A gateway and two services that are killed at random while servers are registered and removed: in the end the gateway has
//! exactly what was asked for, and what it was said to have meanwhile was true. `make soak-downstream` does more.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::gateway::Gateway;
use super::{DOWNSTREAM, REGISTERED};
use crate::response::Response;
use crate::server::{ADMIN, TestServer};
use crate::site::Site;
use crate::soak::seeded_rng::SeededRng;
use crate::test_budget::number;
use crate::wire::Request;

/// How many clients register and remove at once, each under names of its own.
const CLIENTS: usize = 4;

/// How many names each has.
const NAMES: usize = 3;

/// How long a client tries one thing: a reservation of a service that was killed counts for a minute.
const PATIENCE: Duration = Duration::from_secs(180);

/// How long a client rests between two things.
const PACE: Duration = Duration::from_millis(300);

/// How long it may take until everything is as it was asked for.
const SETTLING: Duration = Duration::from_secs(120);

const FOREIGN: (&str, &str) = ("group/foreign", "http://theirs");

/// Ids with URLs.
type Groups = BTreeMap<String, String>;

struct World {
    site: Arc<Site>,
    gateway: Mutex<Gateway>,
    base: String,
    services: [Mutex<TestServer>; 2],
    /// How often a change of each name was tried.
    tries: Mutex<BTreeMap<String, usize>>,
    is_over: AtomicBool,
}

impl World {
    fn start() -> Self {
        let site = Arc::new(Site::new());
        let gateway = Gateway::start();
        gateway.put_foreign(FOREIGN.0, FOREIGN.1);
        let base = gateway.base();
        let services = [(); 2].map(|()| Mutex::new(service(&site, &base)));
        let (tries, is_over) = (Mutex::default(), AtomicBool::new(false));
        Self { site, gateway: Mutex::new(gateway), base, services, tries, is_over }
    }

    fn address(&self, number: usize) -> SocketAddr {
        self.services[number].lock().expect("nothing failed").address()
    }

    fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Relaxed)
    }

    fn tries(&self) -> BTreeMap<String, usize> {
        self.tries.lock().expect("nothing failed").clone()
    }

    fn try_again(&self, name: &str) {
        *self.tries.lock().expect("nothing failed").entry(name.to_owned()).or_default() += 1;
    }

    /// One request of a service, which may be killed meanwhile.
    fn ask(&self, number: usize, request: impl Fn(SocketAddr) -> Request) -> Option<Response> {
        request(self.address(number)).key(ADMIN).try_send().ok()
    }

    /// Kills something, and starts it again.
    fn kill(&self, random: &mut SeededRng) -> &'static str {
        // A reservation of a service that was killed keeps its name for a minute.
        if !random.once_in(5) {
            let mut gateway = self.gateway.lock().expect("nothing failed");
            gateway.kill();
            thread::sleep(Duration::from_millis(random.below(400) as u64));
            gateway.restart();
            return "gateway";
        }
        let mut service_there = self.services[random.below(2)].lock().expect("nothing failed");
        service_there.child.kill().expect("it is ours");
        service_there.child.wait().expect("it is ours");
        *service_there = service(&self.site, &self.base);
        "service"
    }

    /// What is shown, of either service.
    fn shown(&self) -> Option<Value> {
        let list = self.ask(0, |address| Request::new(address, "GET", DOWNSTREAM))?;
        (list.status == 200).then(|| list.json()["gateways"][0].take())
    }

    /// What the services that run have warned of last.
    fn warnings(&self) -> String {
        let logs = self.services.iter().map(|service| service.lock().expect("nothing failed").log());
        let last = |log: String| {
            let warnings: Vec<&str> = log.lines().filter(|line| line.contains("WARN")).collect();
            warnings[warnings.len().saturating_sub(8)..].join("\n")
        };
        logs.map(last).collect::<Vec<_>>().join("\n\n")
    }

    fn has(&self) -> Groups {
        self.gateway.lock().expect("nothing failed").stored()
    }

    fn registered(&self, number: usize) -> Option<Groups> {
        let list = self.ask(number, |address| Request::new(address, "GET", REGISTERED))?;
        if list.status != 200 {
            return None;
        }
        let list = list.json();
        let servers = list["servers"].as_array()?.iter();
        Some(servers.map(|server| (text(&server["name"]), text(&server["url"]))).collect())
    }
}

fn service(site: &Arc<Site>, base: &str) -> TestServer {
    let builder = TestServer::builder(Arc::clone(site)).env("MCP_SETTINGS_LOG", "info");
    builder.env("MCP_SETTINGS_DOWNSTREAM", base).start()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Registers and removes so often, each until it is done, and returns what it asked for in the end.
fn client(world: &World, number: usize, count: usize, seed: u64) -> Groups {
    let mut random = SeededRng::new(seed);
    let mut own = Groups::new();
    for step in 0..count {
        thread::sleep(PACE);
        let name = format!("c{number}-{}", random.below(NAMES));
        let deadline = Instant::now() + PATIENCE;
        if own.remove(&name).is_some() {
            while !removes(world, random.below(2), &name) {
                assert!(Instant::now() < deadline, "{name} could not be removed");
                thread::sleep(Duration::from_millis(50));
            }
        } else {
            let url = format!("http://localhost:4000/{number}/{step}");
            while !registers(world, random.below(2), &name, &url) {
                assert!(Instant::now() < deadline, "{name} could not be registered");
                thread::sleep(Duration::from_millis(50));
            }
            own.insert(name, url);
        }
    }
    own
}

fn registers(world: &World, service: usize, name: &str, url: &str) -> bool {
    world.try_again(name);
    let body = json!({"name": name, "url": url});
    let answer = world.ask(service, |address| Request::new(address, "POST", REGISTERED).json(&body));
    match answer.map(|answer| answer.status) {
        Some(201) => true,
        // What a killed service had begun may have been done.
        Some(409) => {
            world.registered(service).is_some_and(|list| list.get(name).is_some_and(|own| own == url))
        }
        Some(500 | 503) | None => false,
        Some(status) => panic!("registering {name} is answered with {status}"),
    }
}

fn removes(world: &World, service: usize, name: &str) -> bool {
    world.try_again(name);
    let path = format!("{REGISTERED}/{name}");
    let answer = world.ask(service, |address| Request::new(address, "DELETE", &path));
    match answer.map(|answer| answer.status) {
        Some(200) => true,
        Some(500 | 503) | None => false,
        Some(status) => panic!("removing {name} is answered with {status}"),
    }
}

/// What is said before and after the gateway was looked into was true then.
fn look(world: &World) -> bool {
    let tries = world.tries();
    let Some(before) = world.shown() else { return false };
    let has = world.has();
    let Some(after) = world.shown() else { return false };
    let states = |shown: &Value| -> BTreeMap<String, String> {
        let servers = shown["servers"].as_array().cloned().unwrap_or_default();
        servers.iter().map(|server| (text(&server["id"]), text(&server["state"]))).collect()
    };
    let (before, after) = (states(&before), states(&after));
    assert_eq!(has.get(FOREIGN.0).map(String::as_str), Some(FOREIGN.1), "what is not ours was touched");
    // What was changed meanwhile may have changed twice.
    let later = world.tries();
    let is_quiet = |id: &String| tries.get(id) == later.get(id);
    for (id, state) in before.iter().filter(|(id, state)| after.get(*id) == Some(*state) && is_quiet(id)) {
        match state.as_str() {
            "registered" => {
                assert!(has.contains_key(id), "{id} is said to be there: {has:?}\n{}", world.warnings());
            }
            "removed" => {
                assert!(!has.contains_key(id), "{id} is said to be gone: {has:?}\n{}", world.warnings());
            }
            _ => {}
        }
    }
    for id in has.keys().filter(|id| *id != FOREIGN.0) {
        assert!(before.contains_key(id) || after.contains_key(id), "nothing is said of {id}");
    }
    true
}

#[test]
fn what_was_asked_for_is_there_in_the_end_whatever_was_killed() {
    let (count, seed) = (number("REGISTRATIONS", 40), number("SEED", 1));
    let world = World::start();
    let begin = Instant::now();
    let (wanted, kills, looks) = thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|number| {
                let world = &world;
                scope.spawn(move || client(world, number, count / CLIENTS, seed * 100 + number as u64))
            })
            .collect();
        let killer = scope.spawn(|| {
            let mut random = SeededRng::new(seed);
            let mut kills: BTreeMap<&str, usize> = BTreeMap::new();
            // A short run may be over before anything was killed.
            while !world.is_over() || kills.values().sum::<usize>() <= 2 {
                thread::sleep(Duration::from_millis(200 + random.below(800) as u64));
                *kills.entry(world.kill(&mut random)).or_default() += 1;
            }
            kills
        });
        let looker = scope.spawn(|| {
            let mut looks = 0;
            while !world.is_over() {
                looks += usize::from(look(&world));
                thread::sleep(Duration::from_millis(20));
            }
            looks
        });
        let ended: Vec<_> = clients.into_iter().map(|client| client.join()).collect();
        world.is_over.store(true, Ordering::Relaxed);
        let wanted: Groups = ended.into_iter().flat_map(|own| own.expect("a client failed")).collect();
        (wanted, killer.join().expect("the killer failed"), looker.join().expect("a look failed"))
    });
    let mut expected = wanted.clone();
    expected.insert(FOREIGN.0.to_owned(), FOREIGN.1.to_owned());
    let deadline = Instant::now() + SETTLING;
    let is_settled = || {
        let is_shown = world.shown().is_some_and(|shown| {
            let servers = shown["servers"].as_array().cloned().unwrap_or_default();
            let open = servers.iter().filter(|server| server["state"] != "removed");
            let ids: Vec<String> = open.clone().map(|server| text(&server["id"])).collect();
            ids == wanted.keys().cloned().collect::<Vec<_>>()
                && open.clone().all(|server| server["state"] == "registered")
                && shown["unknown"] == json!([FOREIGN.0])
        });
        let are_listed = (0..2).all(|number| world.registered(number).as_ref() == Some(&wanted));
        is_shown && are_listed && world.has() == expected
    };
    while !is_settled() {
        let (shown, has) = (world.shown(), world.has());
        assert!(Instant::now() < deadline, "wanted {wanted:?}\nhas {has:?}\nshown {shown:?}");
        thread::sleep(Duration::from_millis(100));
    }
    // It stays so: nothing comes back.
    thread::sleep(Duration::from_secs(1));
    assert!(is_settled(), "wanted {wanted:?}\nhas {:?}", world.has());
    #[expect(clippy::print_stdout, reason = "the figures are what `make soak-downstream` is run for")]
    {
        println!(
            "{count} registrations and removals, seed {seed}: {} s, killed {kills:?}, {looks} looks",
            begin.elapsed().as_secs()
        );
    }
    assert!(kills.values().sum::<usize>() > 2 && looks > 10, "killed {kills:?}, {looks} looks");
}
