//! What clients ask for: a view that somebody has edited and sends back whole, or the edits alone as a merge
//! patch. Built from a view by instructions, since no strategy can know what is in a document.

use mcp_settings::json::{Json, Object};
use mcp_settings::secrets::Exposure;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::client::Who;
use crate::samples::{Layout, any_extra, any_json};
use crate::tokens;

/// A place in a configuration.
pub(crate) type Place = Vec<Step>;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Member(String),
    Element(usize),
}

/// One request, not yet applied to a view.
#[derive(Clone, Debug)]
pub(crate) struct ClientEdit {
    pub(crate) who: Who,
    pub(crate) exposure: Exposure,
    pub(crate) is_patch: bool,
    edits: Vec<(Index, Edit)>,
    extra: Option<(String, Json)>,
}

/// What becomes of a place.
#[derive(Clone, Debug)]
pub(crate) enum Edit {
    Remove,
    Set(Json),
}

pub(crate) fn any_client_edit(layout: Layout) -> impl Strategy<Value = ClientEdit> {
    let reader = prop_oneof![
        Just((Who::Writer, Exposure::Redacted)),
        Just((Who::Revealer, Exposure::Redacted)),
        Just((Who::Revealer, Exposure::Encrypted)),
        Just((Who::Revealer, Exposure::Plaintext)),
    ];
    let edits = vec((any::<Index>(), any_edit()), 0..4);
    let extra = prop::option::of(any_extra(layout));
    (reader, any::<bool>(), edits, extra).prop_map(|((who, exposure), is_patch, edits, extra)| ClientEdit {
        who,
        exposure,
        is_patch,
        edits,
        extra,
    })
}

fn any_edit() -> impl Strategy<Value = Edit> {
    let text = prop_oneof![
        select(vec!["[REDACTED]", "<redacted>", "**********", "************"]),
        select(vec!["new", "s3cret", "clear", "", "oauth"]),
        any::<Index>().prop_map(|index| index.get(&tokens::OWN).text.as_str()),
        any::<Index>().prop_map(|index| index.get(&tokens::FOREIGN).text.as_str()),
    ];
    prop_oneof![
        2 => Just(Edit::Remove),
        6 => text.prop_map(|text| Edit::Set(Json::string(text))),
        1 => any_json().prop_map(Edit::Set),
    ]
}

impl ClientEdit {
    /// The body that is sent, made from a view.
    pub(crate) fn body(&self, view: &Object) -> Object {
        let mut sent = Json::Object(view.clone());
        let mut patch = Object::new();
        for (index, edit) in &self.edits {
            let mut places = Vec::new();
            collect(&sent, &mut Vec::new(), &mut places);
            if places.is_empty() {
                continue;
            }
            let place = index.get(&places);
            sent = changed(&sent, place, edit);
            // A patch replaces arrays as a whole, so it names the outermost one.
            let length = place.iter().take_while(|step| matches!(step, Step::Member(_))).count();
            patch = with(&patch, &place[..length], at(&sent, &place[..length]));
        }
        let Json::Object(mut whole) = sent else { unreachable!("an edit leaves the whole an object") };
        if let Some((name, value)) = &self.extra {
            whole.insert(name.as_str(), value.clone());
            patch.insert(name.as_str(), value.clone());
        }
        if self.is_patch { patch } else { whole }
    }
}

/// Every place in a value, containers included, the whole excluded.
pub(crate) fn collect(value: &Json, here: &mut Place, found: &mut Vec<Place>) {
    let children: Vec<(Step, &Json)> = match value {
        Json::Object(object) => {
            object.iter().map(|(name, value)| (Step::Member(name.to_owned()), value)).collect()
        }
        Json::Array(elements) => {
            elements.iter().enumerate().map(|(index, value)| (Step::Element(index), value)).collect()
        }
        _ => Vec::new(),
    };
    for (step, child) in children {
        here.push(step);
        found.push(here.clone());
        collect(child, here, found);
        here.pop();
    }
}

pub(crate) fn changed(value: &Json, place: &[Step], edit: &Edit) -> Json {
    let Some((first, rest)) = place.split_first() else {
        return match edit {
            Edit::Set(new) => new.clone(),
            Edit::Remove => unreachable!("a child is removed by its parent"),
        };
    };
    let is_removed = rest.is_empty() && matches!(edit, Edit::Remove);
    match (value, first) {
        (Json::Object(object), Step::Member(name)) => {
            let member = |(own, value): (&str, &Json)| match own == name {
                true if is_removed => None,
                true => Some((own.to_owned(), changed(value, rest, edit))),
                false => Some((own.to_owned(), value.clone())),
            };
            object.iter().filter_map(member).collect::<Object>().into()
        }
        (Json::Array(elements), Step::Element(at)) => {
            let element = |(index, value): (usize, &Json)| match index == *at {
                true if is_removed => None,
                true => Some(changed(value, rest, edit)),
                false => Some(value.clone()),
            };
            Json::Array(elements.iter().enumerate().filter_map(element).collect())
        }
        _ => unreachable!("the place was found in this value"),
    }
}

/// The value at a place, or null, as in a merge patch.
fn at(value: &Json, place: &[Step]) -> Json {
    place.iter().try_fold(value, |value, step| child(value, step)).cloned().unwrap_or(Json::Null)
}

/// The value of a step down.
pub(crate) fn child<'a>(value: &'a Json, step: &Step) -> Option<&'a Json> {
    match step {
        Step::Member(name) => value.as_object()?.get(name),
        Step::Element(index) => value.as_array()?.get(*index),
    }
}

fn with(patch: &Object, place: &[Step], value: Json) -> Object {
    let mut patch = patch.clone();
    if let Some((Step::Member(name), rest)) = place.split_first() {
        let below = match rest {
            [] => value,
            rest => {
                let own = patch.get(name).and_then(Json::as_object).cloned().unwrap_or_default();
                with(&own, rest, value).into()
            }
        };
        patch.insert(name.as_str(), below);
    }
    patch
}

/// The value with another one at a place that it has.
pub(crate) fn set(value: &Json, place: &Place, new: &Json) -> Json {
    changed(value, place, &Edit::Set(new.clone()))
}

/// The merge patch that takes over what is at a place of the value; an array as a whole.
pub(crate) fn change_of(value: &Json, place: &[Step]) -> Object {
    let (Some(Step::Member(name)), Some(object)) = (place.first(), value.as_object()) else {
        unreachable!("a place begins with the member of an object")
    };
    let own = object.get(name).expect("the place is there");
    let change = match place.get(1) {
        Some(Step::Member(_)) => change_of(own, &place[1..]).into(),
        _ => own.clone(),
    };
    [(name.as_str(), change)].into_iter().collect()
}
