//! What a server has listed, ready to be kept and shown: without secrets, with a digest of each entry, so that a change of
//! one is seen. It does not know when it was asked for.

use std::borrow::Cow;
use std::sync::Arc;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use super::super::redaction::Redactor;
use super::super::session::{Item, List};
use crate::api::{DriftWord, ListedEntry, ListedTool, ToolDrift, raw_json};
use crate::json::{Json, Rules, parse, to_compact, write_string};
use crate::model::run_policy::ToolRules;
use crate::state::ToolDigests;

/// The member of an entry that says nothing to those who use it (MCP, "General fields").
const META: &str = "_meta";

/// How much of a digest is shown. Bytes.
const SHOWN: usize = 16;

/// What a server has listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// When. Milliseconds of Unix time.
    pub at_ms: i64,
    /// The entries, and those of templates behind them.
    pub entries: Vec<Entry>,
    /// How many had nothing to call them by, or could not be shown.
    pub dropped: usize,
    digests: Arc<ToolDigests>,
}

/// One entry, without secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    item: Item,
    is_template: bool,
}

/// What is kept of it.
#[derive(Deserialize, Serialize)]
struct Kept<'a> {
    at_ms: i64,
    dropped: usize,
    #[serde(borrow)]
    entries: Vec<KeptEntry<'a>>,
}

#[derive(Deserialize, Serialize)]
struct KeptEntry<'a> {
    key: Cow<'a, str>,
    findings: Vec<Cow<'a, str>>,
    is_template: bool,
    #[serde(borrow)]
    entry: &'a RawValue,
}

impl Listing {
    /// What a server has listed at this time, and its list of templates. It takes time: every text is searched.
    pub fn new(at_ms: i64, lists: [List; 2], redactor: &Redactor) -> Self {
        let mut dropped = 0;
        let mut entries = Vec::new();
        for (list, is_template) in lists.into_iter().zip([false, true]) {
            dropped += list.dropped;
            for item in list.items {
                match shown(&item.raw, redactor) {
                    Some(raw) => {
                        let key = redactor.redact(&item.key);
                        entries.push(Entry { item: Item { key, raw, ..item }, is_template });
                    }
                    None => dropped += 1,
                }
            }
        }
        Self::of(at_ms, entries, dropped)
    }

    fn of(at_ms: i64, entries: Vec<Entry>, dropped: usize) -> Self {
        let mut digests = ToolDigests::new();
        for Entry { item, .. } in &entries {
            let before = digests.get(&item.key).copied().unwrap_or_default();
            digests.insert(item.key.clone(), digest(&before, &item.raw));
        }
        Self { at_ms, entries, dropped, digests: Arc::new(digests) }
    }

    /// As it is kept.
    pub fn to_text(&self) -> String {
        let entry = |Entry { item, is_template }: &'_ Entry| {
            let text = std::str::from_utf8(&item.raw).unwrap_or("null");
            let entry = serde_json::from_str(text).unwrap_or(RawValue::NULL);
            serde_json::to_string(&KeptEntry {
                key: item.key.as_str().into(),
                findings: item.findings.iter().map(|finding| (**finding).into()).collect(),
                is_template: *is_template,
                entry,
            })
        };
        let entries: Vec<String> = self.entries.iter().filter_map(|own| entry(own).ok()).collect();
        let Self { at_ms, dropped, .. } = self;
        format!("{{\"at_ms\":{at_ms},\"dropped\":{dropped},\"entries\":[{}]}}", entries.join(","))
    }

    /// As it was kept; none where that is no list of ours.
    pub fn read(text: &str) -> Option<Self> {
        let kept: Kept<'_> = serde_json::from_str(text).ok()?;
        let entry = |kept: KeptEntry<'_>| {
            let findings = kept.findings.into_iter().map(|finding| finding.into_owned().into()).collect();
            let raw = Bytes::from(kept.entry.get().to_owned());
            let item = Item { key: kept.key.into_owned(), raw, findings };
            Entry { item, is_template: kept.is_template }
        };
        Some(Self::of(kept.at_ms, kept.entries.into_iter().map(entry).collect(), kept.dropped))
    }

    /// Whether it lists the same, whenever that was.
    pub fn is_same(&self, other: &Self) -> bool {
        self.digests == other.digests && self.dropped == other.dropped
    }

    /// A digest of each entry by its name.
    pub fn digests(&self) -> &Arc<ToolDigests> {
        &self.digests
    }

    /// What identifies what is listed, whatever the order is.
    pub fn fingerprint(&self) -> String {
        fingerprint(&self.digests)
    }

    /// The tools as they are shown: which are offered by these rules, and how they differ from what is known.
    pub fn tools(&self, rules: &ToolRules, known: Option<&ToolDigests>) -> Vec<ListedTool> {
        let tool = |Entry { item, .. }: &Entry| {
            let drift = known.and_then(|known| match known.get(&item.key) {
                None => Some(DriftWord::Added),
                Some(digest) if self.digests.get(&item.key) != Some(digest) => Some(DriftWord::Changed),
                Some(_) => None,
            });
            let held_back = rules.pinned && drift.is_some();
            ListedTool {
                name: item.key.clone(),
                title: item.title(),
                description: item.description(),
                read_only: item.is_read_only(),
                input_schema: item.input_schema().as_ref().and_then(|schema| raw_json(schema)),
                offered: rules.offers(&item.key) && !held_back,
                held_back,
                drift,
                findings: findings(item),
            }
        };
        self.entries.iter().map(tool).collect()
    }

    /// The entries as they are shown: templates, or all others.
    pub fn listed(&self, are_templates: bool) -> Vec<ListedEntry> {
        let entry = |Entry { item, .. }: &Entry| {
            Some(ListedEntry {
                name: item.key.clone(),
                title: item.title(),
                description: item.description(),
                entry: raw_json(&item.raw)?,
                findings: findings(item),
            })
        };
        self.entries.iter().filter(|entry| entry.is_template == are_templates).filter_map(entry).collect()
    }

    /// How it differs from what is known; none where it does not.
    pub fn drift(&self, known: &ToolDigests) -> Option<ToolDrift> {
        let names = |is_of: &dyn Fn(&str, &[u8; 32]) -> bool, tools: &ToolDigests| -> Vec<String> {
            tools.iter().filter(|(name, digest)| is_of(name, digest)).map(|(name, _)| name.clone()).collect()
        };
        let added = names(&|name, _| !known.contains_key(name), &self.digests);
        let removed = names(&|name, _| !self.digests.contains_key(name), known);
        let differs = |name: &str, digest: &[u8; 32]| known.get(name).is_some_and(|own| own != digest);
        let changed = names(&differs, &self.digests);
        let drift = ToolDrift { added, removed, changed };
        (drift != ToolDrift::default()).then_some(drift)
    }
}

/// What identifies these entries.
pub fn fingerprint(digests: &ToolDigests) -> String {
    let mut hash = Sha256::new();
    for (name, digest) in digests {
        hash.update(name.len().to_be_bytes());
        hash.update(name);
        hash.update(digest);
    }
    hash.finalize()[..SHOWN].iter().map(|byte| format!("{byte:02x}")).collect()
}

fn findings(item: &Item) -> Vec<String> {
    item.findings.iter().map(|finding| finding.to_string()).collect()
}

/// An entry without secrets; none where it can't be read.
fn shown(raw: &Bytes, redactor: &Redactor) -> Option<Bytes> {
    let json = parse(std::str::from_utf8(raw).ok()?, &Rules::STORED).ok()?;
    Some(to_compact(&redacted(&json, redactor)).into())
}

fn redacted(json: &Json, redactor: &Redactor) -> Json {
    match json {
        Json::Null | Json::Bool(_) | Json::Number(_) => json.clone(),
        Json::String(text) => Json::string(redactor.redact(text.as_str())),
        Json::Array(elements) => {
            Json::Array(elements.iter().map(|element| redacted(element, redactor)).collect())
        }
        Json::Object(object) => {
            let member = |(name, value): (&str, &Json)| (redactor.redact(name), redacted(value, redactor));
            Json::Object(object.iter().map(member).collect())
        }
    }
}

/// A digest of an entry, chained to that of an earlier one of the same name. The order of members makes no difference.
fn digest(before: &[u8; 32], raw: &Bytes) -> [u8; 32] {
    let mut text = String::new();
    let json = std::str::from_utf8(raw).ok().and_then(|text| parse(text, &Rules::STORED).ok());
    if let Some(Json::Object(mut object)) = json {
        object.remove(META);
        write_sorted(&mut text, &Json::Object(object));
    }
    Sha256::new().chain_update(before).chain_update(text).finalize().into()
}

fn write_sorted(out: &mut String, json: &Json) {
    match json {
        Json::Object(object) => {
            let mut members: Vec<(&str, &Json)> = object.iter().collect();
            members.sort_unstable_by_key(|(name, _)| *name);
            write_all(out, '{', '}', members, |out, (name, value)| {
                write_string(out, name);
                out.push(':');
                write_sorted(out, value);
            });
        }
        Json::Array(elements) => write_all(out, '[', ']', elements, write_sorted),
        other => out.push_str(&to_compact(other)),
    }
}

fn write_all<T>(
    out: &mut String,
    open: char,
    close: char,
    values: impl IntoIterator<Item = T>,
    mut write: impl FnMut(&mut String, T),
) {
    out.push(open);
    for (index, value) in values.into_iter().enumerate() {
        if 0 < index {
            out.push(',');
        }
        write(out, value);
    }
    out.push(close);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listing(tools: &[&str], secrets: &[&str]) -> Listing {
        let item = |text: &&str| {
            let key =
                serde_json::from_str::<serde_json::Value>(text).unwrap()["name"].as_str().unwrap().to_owned();
            Item { key, raw: Bytes::from((*text).to_owned()), findings: Vec::new() }
        };
        let list = List { items: tools.iter().map(item).collect(), dropped: 1 };
        Listing::new(7, [list, List::default()], &Redactor::new(secrets.iter().copied()))
    }

    const A: &str =
        r#"{"name":"a","description":"x","inputSchema":{"type":"object","n":1.50},"_meta":{"t":1}}"#;

    #[test]
    fn what_is_kept_is_read_as_it_was() {
        let listing = listing(&[A, r#"{"name":"b","title":"B","annotations":{"readOnlyHint":true}}"#], &[]);
        assert_eq!(Listing::read(&listing.to_text()).unwrap(), listing);
        assert!(listing.to_text().contains("1.50"), "numbers are as they came");
        assert_eq!(Listing::read("{}"), None);
    }

    #[test]
    fn a_change_of_what_a_tool_says_is_drift_and_its_order_and_meta_are_not() {
        let known = listing(&[A, r#"{"name":"gone"}"#], &[]);
        let other =
            r#"{"_meta":{"t":2},"inputSchema":{"n":1.50,"type":"object"},"description":"x","name":"a"}"#;
        let same = listing(&[r#"{"name":"gone"}"#, other], &[]);
        assert_eq!(same.drift(known.digests()), None);
        assert_eq!(same.fingerprint(), known.fingerprint());
        let changed = listing(&[&A.replace("\"x\"", "\"y\""), r#"{"name":"new"}"#], &[]);
        let drift = changed.drift(known.digests()).unwrap();
        assert_eq!(
            (&*drift.added, &*drift.removed, &*drift.changed),
            (&["new".to_owned()][..], &["gone".to_owned()][..], &["a".to_owned()][..])
        );
        assert_ne!(changed.fingerprint(), known.fingerprint());
    }

    #[test]
    fn two_tools_of_one_name_are_both_compared() {
        let of = |second: &str| listing(&[r#"{"name":"a"}"#, second], &[]);
        assert_ne!(
            of(r#"{"name":"a","title":"1"}"#).fingerprint(),
            of(r#"{"name":"a","title":"2"}"#).fingerprint()
        );
    }

    #[test]
    fn only_what_is_as_it_was_accepted_is_offered_where_tools_are_pinned() {
        let known = listing(&[A], &[]);
        let now = listing(&[&A.replace("\"x\"", "\"y\""), r#"{"name":"new"}"#], &[]);
        let offered = |rules: &ToolRules| -> Vec<(bool, bool)> {
            let tools = now.tools(rules, Some(known.digests()));
            tools.iter().map(|tool| (tool.offered, tool.held_back)).collect()
        };
        assert_eq!(offered(&ToolRules::default()), [(true, false), (true, false)]);
        let pinned = ToolRules { pinned: true, ..ToolRules::default() };
        assert_eq!(offered(&pinned), [(false, true), (false, true)]);
        let denied = ToolRules { deny: vec!["a".to_owned()], ..ToolRules::default() };
        assert_eq!(offered(&denied), [(false, false), (true, false)]);
    }

    #[test]
    fn no_secret_is_in_what_is_kept() {
        let tool = r#"{"name":"a","description":"use canary-0123456789 or canary\u002d0123456789","canary-0123456789":[{"x":"Y2FuYXJ5LTAxMjM0NTY3ODk="}]}"#;
        let text = listing(&[tool], &["canary-0123456789"]).to_text();
        assert!(!text.contains("canary") && !text.contains("Y2FuYXJ5"), "{text}");
        assert!(text.contains("use "));
    }
}
