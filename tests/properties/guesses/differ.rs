//! One pair: the same request with the right guess and with a wrong one, on two copies of one state. What the
//! writer, a reader of the stream, the audit and anyone who watches the file can see is compared.

use std::collections::BTreeMap;

use mcp_settings::json::{Json, Rules, parse, to_compact};
use mcp_settings::model::SettingsKey;
use mcp_settings::model::config::Config;
use mcp_settings::projection::view;
use mcp_settings::secrets::Exposure;
use mcp_settings::service::ServerWrite;

use super::bench::{Answer, Ask, Bench, If, object, owner, writer};
use super::request::{Plan, Route};
use super::secret::Guess;
use super::seeded_rng::SeededRng;
use super::state::{Keyring, State};
use crate::client_edits::{Place, child, collect};

/// What has been tried.
#[derive(Debug, Default)]
pub(super) struct Counters {
    pub(super) pairs: usize,
    /// How many pairs were stored, by their route.
    stored: BTreeMap<Route, usize>,
    /// How many pairs were not, by their route.
    refused: BTreeMap<Route, usize>,
    /// How many right guesses were all that there was to change.
    confirmed: usize,
    /// How many were refused for their size.
    too_large: usize,
}

/// What the owner does when a guess was stored.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sequel {
    Repaired,
    ChangedAndRepaired,
}

/// What one guess has come to.
struct Seen {
    answers: Vec<Answer>,
    writes: usize,
    /// Whether the server is, after a write, still the state that it was.
    is_confirmed: bool,
    /// Whether all its secrets are what they were.
    has_its_secrets: bool,
    text: String,
    /// What a reader of the stream receives after the guess and after each step of the owner.
    events: Vec<Vec<String>>,
    /// What the writer is answered afterwards, for nothing.
    later: Vec<Answer>,
}

/// Tries a pair.
pub(super) fn try_pair(state: &State, dice: &mut SeededRng, counters: &mut Counters) {
    let sequel = *dice.pick(&[None, None, Some(Sequel::Repaired), Some(Sequel::ChangedAndRepaired)]);
    tell_apart(state, &Plan::any(state, dice), sequel, counters);
}

/// Tries a pair that nothing but its size is likely to be refused for.
pub(super) fn try_large_pair(state: &State, dice: &mut SeededRng, counters: &mut Counters) {
    tell_apart(state, &Plan::any_alone(state, dice), None, counters);
}

fn tell_apart(state: &State, plan: &Plan, sequel: Option<Sequel>, counters: &mut Counters) {
    let see = |guess: &Json| see(state, plan, guess, sequel);
    let (right, wrong) = (see(&plan.guess.right), see(&plan.guess.wrong));
    counters.count(plan, &right);
    if let Err(what) = compare(state, plan, &right, &wrong) {
        let texts = |seen: &Seen| {
            let answers = |answers: &[Answer]| {
                answers.iter().map(|answer| shortened(&answer.visible)).collect::<Vec<_>>().join("\n    ")
            };
            format!(
                "{} writes, events {:?}\n    {}\n  later\n    {}\n  {}",
                seen.writes,
                seen.events,
                answers(&seen.answers),
                answers(&seen.later),
                shortened(&comparable(&seen.text, &plan.guess)),
            )
        };
        panic!(
            "{what} after {:?}\nunder {:?}, dry {}, twice {}\non {:?} {:?} of {}\nright: {}\nwrong: {}",
            plan.ask(&state.name, &plan.guess.right),
            plan.condition,
            plan.is_dry_run,
            plan.is_repeated,
            state.name,
            plan.guess,
            shortened(&state.text),
            texts(&right),
            texts(&wrong),
        );
    }
}

fn see(state: &State, plan: &Plan, guess: &Json, sequel: Option<Sequel>) -> Seen {
    let bench = state.fork();
    let (name, ask) = (&state.name, plan.ask(&state.name, guess));
    let mut answers = vec![bench.ask(name, &plan.condition, &writer(), &ask)];
    if plan.is_repeated {
        answers.push(bench.ask(name, &plan.condition, &writer(), &ask));
    }
    let (writes, text) = (bench.place.writes(), bench.text());
    let is_confirmed = 0 < writes && bench.tag(name) == state.tag;
    let (mut later, mut events, mut has_its_secrets) = (Vec::new(), Vec::new(), false);
    if let (1.., Some(sequel)) = (writes, sequel) {
        let config = bench.config(name);
        let is_like = |other: &Config| config.as_ref().is_some_and(|own| are_secrets_alike(own, other));
        later = afterwards(&bench, state, plan, guess);
        events = repaired(&bench, state, sequel);
        // The owner may have put them back in other words.
        has_its_secrets =
            is_like(&state.config) || bench.config(name).is_some_and(|repaired| is_like(&repaired));
    }
    Seen { answers, writes, is_confirmed, has_its_secrets, text, events, later }
}

/// What the writer may ask for nothing when the guess is stored.
fn afterwards(bench: &Bench, state: &State, plan: &Plan, guess: &Json) -> Vec<Answer> {
    let ask = |condition: &If, ask: &Ask| bench.ask(&state.name, condition, &writer(), ask);
    let stale = If { matches: state.tag.clone(), none_match: None };
    let mut answers = vec![
        ask(&If::default(), &Ask::TryUpdate(ServerWrite::merge(object("{}")))),
        ask(&If::default(), &Ask::TryUpdate(ServerWrite::merge(object(r#"{"description":"later"}"#)))),
        ask(&If::default(), &Ask::TryRename("n".repeat(128))),
    ];
    // Only a caller who repeats exactly what they sent is answered that it was done.
    if let Ask::Update(body) = plan.ask(&state.name, guess) {
        let dry = Ask::TryUpdate(body);
        answers.push(ask(&If::default(), &dry));
        answers.push(ask(&stale, &dry));
    }
    answers
}

/// The events while the owner repairs the server.
fn repaired(bench: &Bench, state: &State, sequel: Sequel) -> Vec<Vec<String>> {
    let key = SettingsKey::new(&state.name);
    let mut last = state.projected();
    let mut step = || {
        let now = bench.projected();
        let places = now.differing_since(&last, &key).places;
        let places = places.iter().map(ToString::to_string).collect();
        last = now;
        places
    };
    let mut events = vec![step()];
    let ask = |body| drop(bench.ask(&state.name, &If::default(), &owner(), &Ask::Update(body)));
    if sequel == Sequel::ChangedAndRepaired {
        ask(ServerWrite::merge(object(r#"{"description":"the owner's"}"#)));
        events.push(step());
    }
    ask(ServerWrite::replace(view(&state.config, Exposure::Plaintext)));
    events.push(step());
    events
}

fn compare(state: &State, plan: &Plan, right: &Seen, wrong: &Seen) -> Result<(), &'static str> {
    let is_same = |holds: bool, what| if holds { Ok(()) } else { Err(what) };
    let is_written = |seen: &Seen| 0 < seen.writes;
    is_same(is_written(right) == is_written(wrong), "only one was written")?;
    let statuses = |seen: &Seen| seen.answers.iter().map(|answer| answer.status.clone()).collect::<Vec<_>>();
    is_same(statuses(right) == statuses(wrong), "the statuses differ")?;
    if right.writes == 0 {
        is_same(right.text == state.text && wrong.text == state.text, "bytes changed without a write")?;
    }
    // Both were stored, and the tag has shown that the right guess changed nothing.
    if right.is_confirmed {
        return Ok(());
    }
    is_same(right.writes == wrong.writes, "one was written more often")?;
    // In a place that is not secret the guess is shown as it was sent.
    let texts = |answers: &[Answer]| {
        answers.iter().map(|answer| without(&answer.visible, &plan.guess)).collect::<Vec<_>>()
    };
    is_same(texts(&right.answers) == texts(&wrong.answers), "the answers differ")?;
    is_same(texts(&right.later) == texts(&wrong.later), "what is answered later differs")?;
    // Of the secrets the stream says whether all are what they were, as the tags do of the whole.
    is_same(right.has_its_secrets || right.events == wrong.events, "the events differ")?;
    let comparable = |seen: &Seen| comparable(&seen.text, &plan.guess);
    is_same(comparable(right) == comparable(wrong), "the documents differ")
}

/// Whether two configurations have the same secrets in the same places.
fn are_secrets_alike(one: &Config, two: &Config) -> bool {
    let secrets = |config: &Config| {
        let (masked, plain) =
            [Exposure::Redacted, Exposure::Plaintext].map(|exposure| view(config, exposure).into()).into();
        let is_scalar = |value: &&Json| !matches!(value, Json::Object(_) | Json::Array(_));
        let mut places = Vec::new();
        collect(&plain, &mut Vec::new(), &mut places);
        let at = |value: &Json, place: &Place| {
            place.iter().try_fold(value, child).filter(is_scalar).map(to_compact)
        };
        let is_secret = |place: &Place| at(&masked, place) != at(&plain, place);
        places.retain(is_secret);
        places.into_iter().map(|place| (format!("{place:?}"), at(&plain, &place))).collect::<BTreeMap<_, _>>()
    };
    secrets(one) == secrets(two)
}

/// A document as far as it can say something: two tokens are never the same, and what is in clear is no
/// secret to anyone who can read the file.
fn comparable(document: &str, guess: &Guess) -> String {
    let document = parse(document, &Rules::STORED).expect("a document is JSON");
    let text = to_compact(&document);
    let mut comparable = String::new();
    let mut rest = &*text;
    while let Some(at) = rest.find("\"gAAAAAB") {
        let token = &rest[at + 1..];
        let length = token.find('"').expect("a string ends");
        comparable.push_str(&without(&rest[..at], guess));
        comparable.push_str(&format!("\"{}", "T".repeat(length)));
        rest = &token[length..];
    }
    comparable + &without(rest, guess)
}

/// The text with both guesses put by one word.
fn without(text: &str, guess: &Guess) -> String {
    [&guess.right, &guess.wrong].into_iter().fold(text.to_owned(), |text, guess| {
        let guess = to_compact(guess);
        text.replace(
            guess.strip_prefix('"').and_then(|guess| guess.strip_suffix('"')).unwrap_or(&guess),
            "GUESS",
        )
    })
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(4_000) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

impl Counters {
    fn count(&mut self, plan: &Plan, seen: &Seen) {
        self.pairs += 1;
        let counts = if seen.writes == 0 { &mut self.refused } else { &mut self.stored };
        *counts.entry(plan.route).or_default() += 1;
        self.confirmed += usize::from(seen.is_confirmed);
        self.too_large += usize::from(seen.answers.iter().any(|answer| answer.is_too_large));
    }

    /// Whether enough of the pairs were too large for the comparison to say something.
    pub(super) fn has_too_large(&self) -> bool {
        self.pairs / 20 < self.too_large
    }

    pub(super) fn report(&self, of: &str) {
        #[expect(clippy::print_stdout, reason = "the figures are what `make soak` is run for")]
        {
            println!("{of}: {} pairs, no difference; {self:?}", self.pairs);
        }
    }

    /// That every route was tried with pairs that were stored and with others that were not, where both can be.
    pub(super) fn demand_all_kinds(&self, keyring: Keyring) {
        let enough = self.pairs / 400;
        let all = |counts: &BTreeMap<Route, usize>, of: fn(&Route) -> bool| {
            counts.iter().filter(|(route, _)| of(route)).map(|(_, count)| count).sum::<usize>()
        };
        let kinds: [fn(&Route) -> bool; 5] = [
            |route| *route == Route::Put,
            |route| *route == Route::MergePatch,
            |route| matches!(route, Route::JsonPatch(_)),
            |route| *route == Route::TheirPatch,
            |route| matches!(route, Route::Settings | Route::WrappedSettings),
        ];
        for kind in kinds {
            assert!(enough < all(&self.refused, kind), "hardly anything was refused: {self:?}");
            let can_store = keyring == Keyring::Whole;
            assert!(!can_store || enough < all(&self.stored, kind), "hardly anything was stored: {self:?}");
        }
        assert!(keyring != Keyring::Whole || enough < self.confirmed, "hardly a guess was right: {self:?}");
    }
}
