//! An entry in the form in which the service stores it: references of a kind that we have in our form, all other texts
//! literal, and in the bag what the client needs to get its own words back.

use std::collections::HashSet;

use crate::json::{Json, Object, Pointer};

use super::client::MEMBERS_WITH_TEXTS;
use super::clients;
use super::export::{NAME, REFERENCES};
use super::import::Entry;
use super::placeholders::{Missing, replaced};
use super::references::{member_from_ours, member_into_ours};
use super::texts::each_text;

/// A server as it is to be stored.
#[derive(Clone, Debug)]
pub struct Stored {
    /// The configuration, its references in our form.
    pub config: Object,
    /// What is kept for the client: a member of `extensions`, or a row of the state store.
    pub bag: Object,
}

impl Entry {
    /// The entry as it is to be stored.
    pub fn to_stored(&self) -> Stored {
        let client = clients::of(self.client);
        let mut config = self.config.clone();
        let mut bag = self.bag.clone();
        let mut written = Object::new();
        let names: HashSet<&Pointer> = match client.forms {
            // What the client has as a name is in our form already.
            [] => self.references.iter().map(|own| &own.pointer).collect(),
            _ => HashSet::new(),
        };
        for name in MEMBERS_WITH_TEXTS {
            let Some(value) = config.get(name).cloned() else { continue };
            let forms = if client.replaced.contains(name) { client.forms } else { &[] };
            let value = each_text(value, &Pointer::root().member(name), &mut |place, text| {
                if !names.is_empty() && names.contains(&place.pointer()) {
                    return text.to_owned();
                }
                let ours = member_into_ours(name, text, forms);
                // A command stays as it is where nothing of ours means its reference.
                let comes_back = || {
                    let written = member_from_ours(name, &ours, forms);
                    !written.is_lost && !written.is_mistaken && written.text == text
                };
                if ours != text || (*name == "command" && !comes_back()) {
                    written.insert(place.pointer().as_str(), Json::string(text));
                }
                ours
            });
            config.insert(*name, value);
        }
        if let Some(name) = &self.original_name {
            bag.insert(NAME, Json::string(name));
        }
        if !written.is_empty() {
            bag.insert(REFERENCES, written.into());
        }
        Stored { config, bag }
    }

    /// Puts a value in the place of what has to be entered; whether there was an input of this name.
    pub fn enter(&mut self, id: &str, value: &str) -> bool {
        let Some(at) = self.inputs.iter().position(|input| input.id == id) else { return false };
        let input = self.inputs.remove(at);
        let client = clients::of(self.client);
        for member in MEMBERS_WITH_TEXTS {
            let Some(own) = self.config.get(member).cloned() else { continue };
            let own = each_text(own, &Pointer::root().member(member), &mut |place, text| {
                if !input.pointers.contains(&place.pointer()) {
                    return text.to_owned();
                }
                let template = format!("{{{id}}}");
                let found = super::references::find(text, client.forms);
                let mut ranges: Vec<_> =
                    found.into_iter().filter(|found| found.name == id).map(|found| found.range).collect();
                if ranges.is_empty() {
                    ranges = text.match_indices(&template).map(|(at, own)| at..at + own.len()).collect();
                }
                if !ranges.is_empty() {
                    return replaced(text, &ranges, value);
                }
                Missing::of(member, text)
                    .map_or_else(|| value.to_owned(), |missing| missing.entered(text, value))
            });
            self.config.insert(*member, own);
        }
        self.references.retain(|own| own.name != id || !input.pointers.contains(&own.pointer));
        true
    }
}
