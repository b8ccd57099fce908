//! The listing of the servers, made once for each state; pages are cut from it. It does not know what a row
//! says.

use std::ops::Range;

use bytes::Bytes;
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

use crate::api::{McpServerList, to_bytes};
use crate::model::SettingsKey;
use crate::projection::EntityTag;

/// How much a listing says of each server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rows {
    /// Five members, enough to distinguish servers.
    #[default]
    Summary,
    /// Everything that a read of the server shows too, and the list's own tag.
    Full,
}

/// All servers, sorted by name, each row as it is sent.
pub struct Listing {
    rows: Vec<(SettingsKey, Box<RawValue>)>,
    /// The list's own tag, where the list says it.
    tag: Option<EntityTag>,
    whole: Bytes,
}

/// Some of the servers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The answer that shows them.
    pub body: Bytes,
    /// The name of the last one, where more follow.
    pub more_after: Option<SettingsKey>,
}

impl Listing {
    /// Takes the rows, in the order of their names. `tag` is the list's own, where the list is to say it.
    pub(super) fn new<'a, Row: Serialize>(
        servers: impl Iterator<Item = (&'a SettingsKey, Row)>,
        tag: Option<&EntityTag>,
    ) -> Self {
        let row = |(key, row): (&SettingsKey, Row)| {
            (key.clone(), to_raw_value(&row).expect("a row is a body, and bodies can be written"))
        };
        let mut listing = Self { rows: servers.map(row).collect(), tag: tag.cloned(), whole: Bytes::new() };
        listing.whole = listing.body(0..listing.rows.len());
        listing
    }

    /// The answer that shows all servers.
    pub fn whole(&self) -> &Bytes {
        &self.whole
    }

    /// The servers whose names come after this one, at most so many. There need not be one of this name.
    pub fn page(&self, after: Option<&str>, limit: usize) -> Page {
        let first = after.map_or(0, |after| self.rows.partition_point(|(key, _)| key.as_str() <= after));
        let end = self.rows.len().min(first.saturating_add(limit));
        let more_after = (first < end && end < self.rows.len()).then(|| self.rows[end - 1].0.clone());
        Page { body: self.body(first..end), more_after }
    }

    fn body(&self, rows: Range<usize>) -> Bytes {
        let servers: Vec<&RawValue> = self.rows[rows].iter().map(|(_, row)| &**row).collect();
        to_bytes(&McpServerList { servers, etag: self.tag.clone() })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::projection::public_tag;

    fn listing(names: &[&str]) -> Listing {
        let keys: Vec<_> = names.iter().map(|name| SettingsKey::new(name)).collect();
        Listing::new(keys.iter().map(|key| (key, key.as_str())), None)
    }

    fn rows_of(body: &[u8]) -> Vec<String> {
        serde_json::from_slice::<McpServerList<String>>(body).unwrap().servers
    }

    #[test]
    fn a_list_that_says_its_tag_says_it_on_every_page() {
        let tag = public_tag(b"");
        let keys = ["a", "b"].map(SettingsKey::new);
        let all = Listing::new(keys.iter().map(|key| (key, key.as_str())), Some(&tag));
        let said = format!(r#""etag":"\"{}\"""#, String::from_utf8_lossy(tag.opaque()));
        assert_eq!(all.whole(), &format!(r#"{{"servers":["a","b"],{said}}}"#));
        assert_eq!(all.page(None, 1).body, format!(r#"{{"servers":["a"],{said}}}"#));
        assert_eq!(all.page(Some("b"), 1).body, format!(r#"{{"servers":[],{said}}}"#));
    }

    #[test]
    fn a_page_begins_after_a_name_and_says_whether_more_follow() {
        let all = listing(&["a", "b", "é"]);
        for (after, limit, rows, more_after) in [
            (None, 2, "a,b", Some("b")),
            (None, 3, "a,b,é", None),
            (None, 1000, "a,b,é", None),
            (Some(""), 1, "a", Some("a")),
            (Some("a"), 1, "b", Some("b")),
            (Some("a"), 2, "b,é", None),
            (Some("aa"), 2, "b,é", None),
            (Some("b"), usize::MAX, "é", None),
            (Some("é"), 1, "", None),
            (Some("\u{10ffff}"), 1, "", None),
        ] {
            let page = all.page(after, limit);
            let rows: Vec<&str> = rows.split(',').filter(|row| !row.is_empty()).collect();
            assert_eq!(rows_of(&page.body), rows, "{after:?} {limit}");
            assert_eq!(page.more_after.as_ref().map(SettingsKey::as_str), more_after, "{after:?} {limit}");
        }
        assert_eq!(all.whole(), r#"{"servers":["a","b","é"]}"#);
        assert_eq!(listing(&[]).whole(), r#"{"servers":[]}"#);
        assert_eq!(listing(&[]).page(None, 1).body, r#"{"servers":[]}"#);
    }

    proptest! {
        #[test]
        fn all_pages_together_are_the_whole(
            names in prop::collection::btree_set("[a-c]{1,3}", 0..20),
            limit in 1..7_usize,
        ) {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let all = listing(&names);
            let mut found = Vec::new();
            let mut after = None;
            loop {
                let page = all.page(after.as_ref().map(SettingsKey::as_str), limit);
                found.extend(rows_of(&page.body));
                prop_assert!(found.len() == names.len() || page.more_after.is_some());
                match page.more_after {
                    Some(last) => after = Some(last),
                    None => break,
                }
            }
            prop_assert_eq!(found, names);
        }
    }
}
