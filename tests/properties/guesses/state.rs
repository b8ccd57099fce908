//! States as time and others leave them: documents of each layout with odd values among good ones, written by
//! any program could, under keys that open all, some or none of it.

use std::sync::Arc;

use mcp_settings::document::NewDocument;
use mcp_settings::json::{Json, Object, Rules, parse, to_compact};
use mcp_settings::model::SettingsKey;
use mcp_settings::model::config::Config;
use mcp_settings::projection::view;
use mcp_settings::secrets::{Exposure, KeySources, Keys, SecretKey};
use mcp_settings::service::{ReadModel, ServerWrite};
use mcp_settings::store::memory::MemoryPlace;

use super::bench::{Ask, Bench, If, object, owner, writer};
use super::secret::guessable;
use super::seeded_rng::SeededRng;
use crate::client_edits::{change_of, set};
use crate::samples::{Layout, Sample, any_sample_in};
use crate::tokens;

/// The largest answer that shows a server, and the largest text of one in the document. Bytes.
const LARGEST_SHOWN: usize = 1 << 20;
const LARGEST_STORED: usize = 3 << 19;

/// Which keys the service has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keyring {
    Whole,
    Missing,
    /// It can open and not seal.
    OnlyOpens,
    /// It opens none of the tokens.
    Wrong,
}

/// A state, and the server in it whose secrets are guessed.
pub(super) struct State {
    pub(super) layout: Layout,
    bench: Bench,
    pub(super) name: String,
    pub(super) others: Vec<String>,
    /// The document.
    pub(super) text: String,
    /// The server's tag, if it has one.
    pub(super) tag: Option<String>,
    /// The server, opened.
    pub(super) config: Config,
    /// The server as the view `named` shows it to every caller.
    pub(super) shown: Json,
}

/// A state in the making.
struct Draft {
    layout: Layout,
    bench: Bench,
    name: String,
    others: Vec<String>,
}

impl State {
    /// A service that goes on from this state.
    pub(super) fn fork(&self) -> Bench {
        Bench::on(self.bench.place.fork(), &self.bench.keys)
    }

    pub(super) fn projected(&self) -> Arc<ReadModel> {
        self.bench.projected()
    }

    /// The state with the server about as large as one may be: as it is shown, or as it is stored.
    pub(super) fn at_a_limit(self, dice: &mut SeededRng) -> Self {
        let is_stored = dice.once_in(4);
        let described = if is_stored { LARGEST_SHOWN / 2 } else { 0 };
        let (member, limit) =
            if is_stored { ("padding_key", LARGEST_STORED) } else { ("description", LARGEST_SHOWN) };
        let start = self.with("description", described).with(member, 0);
        let size = if is_stored { start.stored_size() } else { start.shown_size() };
        // From a little too small to a little too large.
        let around = dice.below(320);
        start.with(member, (limit + around).saturating_sub(size + 20))
    }

    /// The state as another process could leave it, with a member of such a length.
    fn with(&self, member: &str, length: usize) -> Self {
        let document = object(&self.text);
        let map: &[&str] = match self.layout {
            Layout::FlatV9 => &["agent_settings", "mcp_config", &self.name],
            Layout::Own | Layout::WrappedV3 => &["agent_settings", "mcp_config", "mcpServers", &self.name],
        };
        let document = inserted(&document, map, member, Json::string("p".repeat(length)));
        let bench = Bench::on(place(&to_compact(&document.into())), &self.bench.keys);
        let draft =
            Draft { bench, name: self.name.clone(), others: self.others.clone(), layout: self.layout };
        draft.finish().expect("one more plain member leaves the rest what it was")
    }

    fn shown_size(&self) -> usize {
        let key = SettingsKey::new(&self.name);
        let answer = self.bench.projected().exposed(&key, Exposure::Redacted);
        answer.map_or(0, |answer| answer.len())
    }

    fn stored_size(&self) -> usize {
        let snapshot = self.bench.snapshot();
        let server = &snapshot.servers[&SettingsKey::new(&self.name)];
        server.config.as_ref().map_or(0, |config| to_compact(&config.clone().into()).len())
    }
}

fn inserted(object: &Object, path: &[&str], member: &str, value: Json) -> Object {
    let mut object = object.clone();
    match path.split_first() {
        None => object.insert(member, value),
        Some((name, rest)) => {
            let inner = object.get(name).and_then(Json::as_object).expect("the path is there");
            let inner = inserted(inner, rest, member, value);
            object.insert(*name, inner.into());
        }
    }
    object
}

/// A state in which there is something to guess.
pub(super) fn any(layout: Layout, keyring: Keyring, dice: &mut SeededRng) -> State {
    loop {
        let mut sample = dice.of(any_sample_in(layout));
        for (_, server) in &mut sample.servers {
            add_oddities(server, dice);
        }
        if let Some(state) = of(&sample, keyring, dice).finish() {
            return state;
        }
    }
}

impl Draft {
    /// The state, if there is something to guess.
    fn finish(self) -> Option<State> {
        let Self { layout, bench, name, others } = self;
        let config = bench.config(&name)?;
        let shown = bench.named(&name);
        guessable(&config).iter().any(|secret| !secret.is_shown_in(&shown)).then_some(())?;
        let (text, tag) = (bench.text(), bench.tag(&name));
        Some(State { layout, bench, name, others, text, tag, config, shown })
    }
}

fn of(sample: &Sample, keyring: Keyring, dice: &mut SeededRng) -> Draft {
    let kind = if dice.once_in(20) { *dice.pick(&["acp", "newer"]) } else { "openhands" };
    let text = sample.text().replace(r#""agent_kind":"openhands""#, &format!(r#""agent_kind":"{kind}""#));
    let bench = Bench::on(place(&text), &Arc::new(keys(keyring)));
    let at = dice.below(sample.servers.len());
    let mut others: Vec<String> = sample.servers.iter().map(|(name, _)| name.clone()).collect();
    let mut draft = Draft { layout: sample.layout, bench, name: others.remove(at), others };
    for _ in 0..dice.below(4) {
        live(&mut draft, dice);
    }
    draft
}

/// Something that happened to the server before anybody guesses.
fn live(draft: &mut Draft, dice: &mut SeededRng) {
    let Draft { bench, name, .. } = draft;
    let Some(config) = bench.config(name) else { return };
    let caller = if dice.once_in(3) { owner() } else { writer() };
    let ask = |ask: Ask| bench.ask(name, &If::default(), &caller, &ask);
    match dice.below(4) {
        0 => drop(ask(Ask::Update(ServerWrite::merge(object(r#"{"description":"another"}"#))))),
        1 if name.len() < 20 => {
            let to = format!("{name}.{}", "n".repeat(100));
            if ask(Ask::Rename(to.clone())).is_done {
                *name = to;
            }
        }
        // A guess, stored.
        _ => {
            let secrets = guessable(&config);
            let Some(secret) = (!secrets.is_empty()).then(|| dice.pick(&secrets).guess(dice)) else { return };
            let value = if dice.once_in(2) { secret.right } else { secret.wrong };
            let shown = view(&config, Exposure::Redacted).into();
            let patch = change_of(&set(&shown, &secret.place, &value), &secret.place);
            drop(ask(Ask::Update(ServerWrite::merge(patch))));
        }
    }
}

fn keys(keyring: Keyring) -> Keys {
    let secret = |text: &str| SecretKey::new(text);
    let (newest, previous) = match keyring {
        Keyring::Whole => return tokens::keys(),
        Keyring::Missing => (None, vec![]),
        Keyring::OnlyOpens => (None, ["newest", "older"].into_iter().filter_map(secret).collect()),
        Keyring::Wrong => (secret("a stranger's"), vec![]),
    };
    let keys = Keys::load(KeySources { etag: secret("tags"), ..KeySources::without_files(newest, previous) });
    keys.expect("no file is needed")
}

/// Adds what other programs, older versions and editors leave.
fn add_oddities(server: &mut Json, dice: &mut SeededRng) {
    let Json::Object(members) = server else { return };
    for _ in 0..dice.below(4) {
        let (name, value) = oddity(dice);
        merge(members, name, value);
    }
}

fn oddity(dice: &mut SeededRng) -> (&'static str, Json) {
    let text = *dice.pick(&["pa55-w0rd", "gAAAAA-like", "4711", "süß", " padded 1 ", "oauth2", "**a1"]);
    let secret = if dice.once_in(2) { tokens::seal(text) } else { text.to_owned() };
    let (name, value) = match dice.below(18) {
        0 => ("env", r#"{"PIN":4711,"RATE":0.5,"ON":true}"#),
        1 => ("env", r#"{"SECRET":"_"}"#),
        2 => ("headers", r#"{"X-PIN":"_"}"#),
        3 => ("my_token", r#"["_",["b2","_"],7]"#),
        4 => ("my_key", "12.50"),
        5 => ("settings", r#"{"api_key":"_","limits":{"tokens":12},"list":[{"password":"_"},"x"]}"#),
        6 => ("auth", r#""_""#),
        7 => ("auth", r#"{"strategy":"bearer","value":"_"}"#),
        8 => ("auth", r#"{"strategy":"header","headers":{"A":"_","B":["_",3]}}"#),
        9 => ("url", r#""https://user:pa55-w0rd@h.example\\mcp""#),
        10 => ("url", r#""https://user:pa55@h.example/mcp?api_key=k1&token=t%32t&api_key=k2&x=1""#),
        11 => ("authentication", r#"{"client_id":"c","client_secret":"_"}"#),
        // A secret under a name that does not announce one.
        12 => ("note", r#""_""#),
        // Under plain names every caller sees some of these values, and others that look like secrets none.
        13 => ("env", r#"{"TZ":"_","PORT":8080,"LC_ALL":true}"#),
        14 => ("headers", r#"{"accept":"_","Content-Type":"glpat-abcdefghij0123"}"#),
        15 => {
            ("env", r#"{"DEBUG":"ghp_abcdefghij0123456789","LANG":"mV3kq9TzR7pLw2XbN8dY","log_level":"_"}"#)
        }
        16 => ("env", r#"{"REGION":"debug https://h.example/?token=t1","NODE_ENV":["_"],"LC_X":{"TZ":"_"}}"#),
        _ => ("tools", r#"{"a":{"token":"_","n":1}}"#),
    };
    let value = value.replace(r#""_""#, &to_compact(&Json::string(secret)));
    (name, parse(&value, &Rules::STORED).expect("it is JSON"))
}

/// Sets a member; an object is merged into one that is there.
fn merge(members: &mut Object, name: &str, value: Json) {
    let value = match (members.get(name), value) {
        (Some(Json::Object(own)), Json::Object(added)) => {
            let mut all = own.clone();
            added.iter().for_each(|(name, value)| all.insert(name, value.clone()));
            all.into()
        }
        (_, value) => value,
    };
    members.insert(name, value);
}

/// A place for a document that the test has made.
fn place(text: &str) -> MemoryPlace {
    MemoryPlace::holding(text.as_bytes(), NewDocument::Own)
        .unwrap_or_else(|reason| panic!("the generated document is unreadable: {reason}\n{text}"))
}
