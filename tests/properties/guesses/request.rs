//! Requests that send a guess: on every route that takes a secret, alone and beside masks, other guesses, other
//! changes and mistakes. A plan is fixed before the guess is: the right one and the wrong one go the same way.

use mcp_settings::json::{Json, Object, Pointer};
use mcp_settings::model::json_patch;
use mcp_settings::model::openhands::reword;
use mcp_settings::projection::view;
use mcp_settings::secrets::Exposure;
use mcp_settings::service::{Operation, ServerWrite, Words};

use super::bench::{Ask, If, object};
use super::secret::{Guess, Guessable, guessable};
use super::seeded_rng::SeededRng;
use super::state::State;
use crate::client_edits::{Place, Step, change_of, set};
use crate::samples::Layout;

/// By which route and in which form the guess is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Route {
    Put,
    MergePatch,
    JsonPatch(Operations),
    TheirPatch,
    Settings,
    WrappedSettings,
}

/// What the operations of a JSON Patch do with a guess.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Operations {
    Replace,
    Test,
    MoveFromElsewhere,
    CopyFromElsewhere,
    ReplaceAround,
    ReplaceAndTest,
    RemoveAndAdd,
    TestMaskAndReplace,
}

const OPERATIONS: [Operations; 8] = [
    Operations::Replace,
    Operations::Test,
    Operations::MoveFromElsewhere,
    Operations::CopyFromElsewhere,
    Operations::ReplaceAround,
    Operations::ReplaceAndTest,
    Operations::RemoveAndAdd,
    Operations::TestMaskAndReplace,
];

/// A request, all but its guess.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) route: Route,
    pub(super) guess: Guess,
    pub(super) condition: If,
    pub(super) is_dry_run: bool,
    /// Whether it is sent twice, as when an answer was lost.
    pub(super) is_repeated: bool,
    /// What is shown of the server in the words of the route.
    shown: Json,
    /// What is sent for other secrets.
    beside: Vec<(Place, Json)>,
    /// What else is sent for the server.
    extra: Vec<(&'static str, Json)>,
    /// What is sent for other servers.
    others: Vec<(String, Json)>,
}

impl Plan {
    /// A request about one of the state's secrets.
    pub(super) fn any(state: &State, dice: &mut SeededRng) -> Self {
        // Where a secret is kept hardly anything may be changed, so that often all are sent.
        let sent_in = *dice.pick(&[1, 1, 3, usize::MAX]);
        let sent = |other: &Guessable, dice: &mut SeededRng| dice.once_in(sent_in).then(|| other.sent(dice));
        let has_extra = dice.once_in(3);
        Self::beside(state, sent, has_extra, dice)
    }

    /// A request that wants, but for the guess, what is there.
    pub(super) fn any_alone(state: &State, dice: &mut SeededRng) -> Self {
        Self::beside(state, |other, _| Some(other.right()), false, dice)
    }

    /// A request that sends this for the other secrets.
    fn beside(
        state: &State,
        sent: impl Fn(&Guessable, &mut SeededRng) -> Option<Json>,
        has_extra: bool,
        dice: &mut SeededRng,
    ) -> Self {
        let route = match dice.below(10) {
            0..=2 => Route::Put,
            3 | 4 => Route::MergePatch,
            5 | 6 => Route::JsonPatch(*dice.pick(&OPERATIONS)),
            7 | 8 => Route::TheirPatch,
            _ if state.layout == Layout::FlatV9 || dice.once_in(2) => Route::Settings,
            _ => Route::WrappedSettings,
        };
        let is_theirs = matches!(route, Route::TheirPatch | Route::Settings);
        let config = if is_theirs { reword(&state.config) } else { state.config.clone() };
        let mut secrets = guessable(&config);
        let hidden: Vec<usize> =
            (0..secrets.len()).filter(|at| !secrets[*at].is_shown_in(&state.shown)).collect();
        let guess = secrets.swap_remove(*dice.pick(&hidden)).guess(dice);
        let mut beside = Vec::new();
        for other in &secrets {
            if let Some(sent) = sent(other, dice) {
                beside.push((other.place.clone(), sent));
            }
        }
        let is_about_one = !matches!(route, Route::Settings | Route::WrappedSettings);
        let extra = if has_extra { vec![any_extra(dice)] } else { vec![] };
        let is_in_their_words = matches!(route, Route::Settings | Route::WrappedSettings | Route::TheirPatch);
        let condition = if is_about_one { any_condition(state, dice) } else { If::default() };
        Self {
            route,
            guess,
            condition,
            is_dry_run: !is_in_their_words && dice.once_in(5),
            is_repeated: dice.once_in(6),
            shown: view(&config, Exposure::Redacted).into(),
            beside,
            extra,
            others: if is_about_one { vec![] } else { any_others(state, dice) },
        }
    }

    /// The request with this guess.
    pub(super) fn ask(&self, name: &str, guess: &Json) -> Ask {
        let whole = || {
            let Json::Object(mut whole) = self.with(guess) else { unreachable!("a server is an object") };
            self.extra.iter().for_each(|(name, value)| whole.insert(*name, value.clone()));
            whole
        };
        let body = match self.route {
            Route::Put => ServerWrite::replace(whole()),
            Route::MergePatch => ServerWrite::merge(self.patch(guess)),
            Route::JsonPatch(operations) => {
                let document = self.operations(operations, guess);
                ServerWrite::patch(json_patch::parse(document).expect("the test patches well"))
            }
            Route::TheirPatch => {
                return Ask::UpdateInSettings(Operation::Merge(self.patch(guess)).in_words(Words::OpenHands));
            }
            Route::Settings | Route::WrappedSettings => return self.settings(name, guess),
        };
        if self.is_dry_run { Ask::TryUpdate(body) } else { Ask::Update(body) }
    }

    /// What is shown, with the guess and what is sent beside it.
    fn with(&self, guess: &Json) -> Json {
        let sent = set(&self.shown, &self.guess.place, guess);
        self.beside.iter().fold(sent, |sent, (place, value)| set(&sent, place, value))
    }

    fn patch(&self, guess: &Json) -> Object {
        let sent = self.with(guess);
        let mut patch = Object::new();
        for place in self.beside.iter().map(|(place, _)| place).chain([&self.guess.place]) {
            patch = merged(&patch, &change_of(&sent, place));
        }
        self.extra.iter().for_each(|(name, value)| patch.insert(*name, value.clone()));
        patch
    }

    fn operations(&self, operations: Operations, guess: &Json) -> Json {
        let at = pointer(&self.guess.place);
        let around = Pointer::root().member(first(&self.guess.place));
        let elsewhere = Pointer::root().member("x-note");
        let operation = |op: &str, path: &Pointer, operand: Option<(&str, Json)>| -> Json {
            let members = [("op", Json::string(op)), ("path", Json::string(path.as_str()))];
            let operand = operand.into_iter();
            members.into_iter().chain(operand).collect::<Object>().into()
        };
        let value = |value: &Json| Some(("value", value.clone()));
        let from = |from: &Pointer| Some(("from", Json::string(from.as_str())));
        let mut list = Vec::new();
        for (place, other) in &self.beside {
            list.push(operation("replace", &pointer(place), value(other)));
        }
        match operations {
            Operations::Replace => list.push(operation("replace", &at, value(guess))),
            Operations::Test => list.push(operation("test", &at, value(guess))),
            Operations::MoveFromElsewhere | Operations::CopyFromElsewhere => {
                let op = if operations == Operations::MoveFromElsewhere { "move" } else { "copy" };
                list.push(operation("add", &elsewhere, value(guess)));
                // Into an array it would be put before the one that is there.
                list.push(operation("remove", &at, None));
                list.push(operation(op, &at, from(&elsewhere)));
            }
            Operations::ReplaceAround => {
                let whole = self.with(guess);
                let member = whole.get(first(&self.guess.place));
                list = vec![operation("replace", &around, member.map(|member| ("value", member.clone())))];
            }
            Operations::ReplaceAndTest => {
                list.push(operation("replace", &at, value(guess)));
                list.push(operation("test", &at, value(guess)));
            }
            Operations::RemoveAndAdd => {
                list.push(operation("remove", &at, None));
                list.push(operation("add", &at, value(guess)));
            }
            Operations::TestMaskAndReplace => {
                list.push(operation("test", &at, value(&Json::string("[REDACTED]"))));
                list.push(operation("replace", &at, value(guess)));
            }
        }
        for (name, extra) in &self.extra {
            list.push(operation("add", &Pointer::root().member(name), value(extra)));
        }
        Json::Array(list)
    }

    fn settings(&self, name: &str, guess: &Json) -> Ask {
        let mut map: Object =
            self.others.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
        map.insert(name, self.patch(guess).into());
        if self.route == Route::WrappedSettings {
            map = [("mcpServers", Json::from(map))].into_iter().collect();
        }
        let agent: Object = [("mcp_config", Json::from(map))].into_iter().collect();
        Ask::PatchSettings([("agent_settings_diff", Json::from(agent))].into_iter().collect())
    }
}

fn any_extra(dice: &mut SeededRng) -> (&'static str, Json) {
    let text = |text: &str| Json::string(text);
    match dice.below(12) {
        0..=3 => ("description", text("changed")),
        4 => ("enabled", Json::Bool(false)),
        5 => ("tools", object(r#"{"a":{"b":1}}"#).into()),
        6 => ("args", Json::Array(vec![text("-v")])),
        7 => ("command", text("other")),
        8 => ("timeout", text("not a number")),
        9 => ("command", text("")),
        10 => ("x-note", text("a member that only one dialect has")),
        _ => ("headers", object(r#"{"X-NEW":"new"}"#).into()),
    }
}

fn any_condition(state: &State, dice: &mut SeededRng) -> If {
    let current = || state.tag.clone();
    let stale = || Some(r#""0123456789abcdef0123456789abcdef""#.to_owned());
    let matches = |matches| If { matches, none_match: None };
    let none_match = |none_match| If { matches: None, none_match };
    match dice.below(16) {
        0..=2 => matches(current()),
        3 => matches(stale()),
        4 => matches(Some("*".to_owned())),
        5 => none_match(current()),
        6 => none_match(stale()),
        7 => none_match(Some("*".to_owned())),
        _ => If::default(),
    }
}

/// What else one patch of everything may want.
fn any_others(state: &State, dice: &mut SeededRng) -> Vec<(String, Json)> {
    let mut others = Vec::new();
    for name in &state.others {
        let value = match dice.below(8) {
            4.. => continue,
            0 => Json::Null,
            1 => object(r#"{"description":"beside"}"#).into(),
            2 => object(r#"{"timeout":"not a number"}"#).into(),
            _ => object("{}").into(),
        };
        others.push((name.clone(), value));
    }
    match dice.below(8) {
        0 => others.push(("new".to_owned(), object(r#"{"command":"x","env":{"A":"new"}}"#).into())),
        1 => others.push(("not there".to_owned(), Json::Null)),
        2 => others.push(("no name".to_owned(), object(r#"{"command":"x"}"#).into())),
        _ => {}
    }
    others
}

fn merged(one: &Object, two: &Object) -> Object {
    let mut all = one.clone();
    for (name, value) in two.iter() {
        let value = match (all.get(name), value) {
            (Some(Json::Object(own)), Json::Object(value)) => merged(own, value).into(),
            _ => value.clone(),
        };
        all.insert(name, value);
    }
    all
}

fn pointer(place: &[Step]) -> Pointer {
    place.iter().fold(Pointer::root(), |pointer, step| match step {
        Step::Member(name) => pointer.member(name),
        Step::Element(index) => pointer.element(*index),
    })
}

fn first(place: &[Step]) -> &str {
    match place.first() {
        Some(Step::Member(name)) => name,
        _ => unreachable!("a configuration is an object"),
    }
}
