//! What would bring the stored servers to the declared ones: for each name what is to be done, and where it differs. It
//! asks by dry runs, so that every rule of a write has been applied before the first one.

use std::collections::BTreeMap;

use crate::api::{McpServerList, McpServerSummary};
use crate::json::{Json, Object, Rules, parse, to_compact};

use super::client::{Request, Settings, server, servers, stored};
use super::declared::Declared;
use super::failure::Failure;
use super::output::{Form, show};
use super::terminal::{Table, Tone, has_colours};
use super::three_way::three_way;

/// What is to be done about a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    Create,
    Replace,
    Remove,
    /// Nothing: the stored server is as declared.
    Keep,
    /// Nothing: it is not declared, and what is not declared stays.
    Leave,
}

/// One line of the plan.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) name: String,
    pub(super) action: Action,
    /// Where the stored server differs from the declared one.
    places: Vec<String>,
    /// What is sent: the declared configuration.
    body: String,
    /// The tag of the stored server.
    tag: Option<String>,
}

impl Action {
    fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Replace => "replace",
            Self::Remove => "remove",
            Self::Keep => "same",
            Self::Leave => "not declared",
        }
    }

    pub(super) fn done(self) -> &'static str {
        match self {
            Self::Create => "created",
            Self::Replace => "replaced",
            Self::Remove => "removed",
            Self::Keep | Self::Leave => "left as it is",
        }
    }

    fn tone(self) -> Tone {
        match self {
            Self::Create => Tone::Good,
            Self::Replace => Tone::Warning,
            Self::Remove => Tone::Bad,
            Self::Keep | Self::Leave => Tone::Faint,
        }
    }

    /// Whether it changes something.
    pub(super) fn is_change(self) -> bool {
        matches!(self, Self::Create | Self::Replace | Self::Remove)
    }
}

/// Where a stored configuration and a declared one differ although both look the same: in what is hidden.
const SECRETS: &str = "(secrets)";

impl Step {
    /// The request that does it, under the condition that the server is still what was compared.
    pub(super) fn request(&self) -> Option<Request> {
        let put = || Request::put(server(&self.name)).json(self.body.clone());
        match self.action {
            Action::Create => Some(put().header("If-None-Match", "*")),
            Action::Replace => Some(put().if_match(self.tag.as_deref())),
            Action::Remove => Some(Request::delete(stored(&self.name)).if_match(self.tag.as_deref())),
            Action::Keep | Action::Leave => None,
        }
    }
}

/// Compares. With `prune` servers that are not declared are to be removed.
pub(super) async fn plan(
    settings: &Settings,
    declared: &Declared,
    prune: bool,
) -> Result<Vec<Step>, Failure> {
    let response = settings.expect(Request::get(format!("{}?view=full", servers()))).await?;
    let list: McpServerList<McpServerSummary<'static>> = response.read()?;
    let stored: BTreeMap<&str, &McpServerSummary<'_>> =
        list.servers.iter().map(|server| (&*server.name, server)).collect();
    let mut steps = Vec::new();
    for (name, config) in declared {
        let body = to_compact(&Json::Object(config.clone()));
        let tried = settings.call(Request::put(server(name)).json(body.clone()).dry_run()).await?;
        if !tried.is_success() {
            return Err(tried.refusal().detail(format!("this is about `{name}`; nothing was changed")));
        }
        let current = stored.get(name.as_str()).copied();
        let tag = current.and_then(tag_of);
        let (action, places) = match current {
            None => (Action::Create, Vec::new()),
            Some(server) => {
                let shown = server.config.as_ref().and_then(Option::as_ref).map(|config| config.text());
                let places = difference(shown, &tried.value()?);
                // Only a caller that may see secrets is shown this tag, which identifies the whole state.
                match (tried.etag(), tag.as_deref()) {
                    (Some(after), Some(before)) if after == before => (Action::Keep, Vec::new()),
                    (Some(_), _) if places.is_empty() => (Action::Replace, vec![SECRETS.to_owned()]),
                    (None, _) if places.is_empty() => (Action::Keep, Vec::new()),
                    _ => (Action::Replace, places),
                }
            }
        };
        steps.push(Step { name: name.clone(), action, places, body, tag });
    }
    for (name, server) in stored.iter().filter(|(name, _)| !declared.contains_key(**name)) {
        let action = if prune { Action::Remove } else { Action::Leave };
        let (places, body, tag) = (Vec::new(), String::new(), tag_of(server));
        steps.push(Step { name: (*name).to_owned(), action, places, body, tag });
    }
    steps.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(steps)
}

fn tag_of(server: &McpServerSummary<'_>) -> Option<String> {
    Some(server.etag.as_ref()?.as_str().to_owned())
}

/// Where what is stored and what would be stored look different.
fn difference(stored: Option<&str>, tried: &Json) -> Vec<String> {
    let stored = stored.and_then(|text| parse(text, &Rules::STORED).ok());
    let tried = tried.get("config");
    let (Some(stored), Some(tried)) = (stored, tried) else { return vec!["the whole".to_owned()] };
    let differences = three_way(&stored, tried, &stored).differences;
    differences.into_iter().map(|difference| difference.pointer.as_str().to_owned()).collect()
}

/// Prints the plan. The table has what changes, and says how many servers do not.
pub(super) fn print_plan(form: Form, steps: &[Step]) -> Result<(), Failure> {
    let changes = || steps.iter().filter(|step| step.action.is_change());
    let table = || {
        let mut table = Table::new(&["ACTION", "NAME", "DIFFERS AT"]);
        for step in steps.iter().filter(|step| step.action != Action::Keep) {
            let tone = step.action.tone();
            table.row([
                (step.action.word(), tone),
                (&step.name, Tone::Plain),
                (&step.places.join(" "), Tone::Plain),
            ]);
        }
        let same = steps.iter().filter(|step| step.action == Action::Keep).count();
        let rows = if same < steps.len() { table.text(has_colours()) } else { String::new() };
        format!("{rows}{same} as declared\n")
    };
    let names = || changes().map(|step| step.name.clone()).collect();
    show(form, &body(steps), table, names)
}

fn body(steps: &[Step]) -> Json {
    let step = |step: &Step| {
        Json::from(Object::from_iter([
            ("name", Json::string(&step.name)),
            ("action", Json::string(step.action.word())),
            ("differs_at", Json::Array(step.places.iter().map(Json::string).collect())),
        ]))
    };
    Object::from_iter([("servers", Json::Array(steps.iter().map(step).collect()))]).into()
}
