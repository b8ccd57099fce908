//! The listing of the servers, made once for each state; pages are cut from it. It refuses to know what a row
//! says.

use bytes::Bytes;

use crate::json::write_string;
use crate::model::SettingsKey;
use crate::projection::EntityTag;

const HEAD: &str = r#"{"servers":["#;

/// How much a listing says of each server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rows {
    /// What tells servers apart: five members.
    #[default]
    Summary,
    /// Everything that reading the server alone tells, too, and the list's own tag.
    Full,
}

/// All servers, sorted by name, as text.
pub struct Listing {
    text: Bytes,
    /// The name of each row and the place behind it.
    rows: Vec<(SettingsKey, usize)>,
    /// What follows the last row: the end of the array, and what is said of the list itself.
    tail: String,
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
    /// Takes the rows, in the order of their names; `write` appends one. `tag` is the list's own, where the list is
    /// to say it.
    pub(super) fn new<'a, T>(
        servers: impl Iterator<Item = (&'a SettingsKey, T)>,
        write: impl Fn(&mut Vec<u8>, &SettingsKey, T),
        tag: Option<&EntityTag>,
    ) -> Self {
        let mut text = HEAD.as_bytes().to_vec();
        let mut rows = Vec::with_capacity(servers.size_hint().0);
        for (key, server) in servers {
            if !rows.is_empty() {
                text.push(b',');
            }
            write(&mut text, key, server);
            rows.push((key.clone(), text.len()));
        }
        let mut tail = "]".to_owned();
        if let Some(tag) = tag {
            tail.push_str(r#","etag":"#);
            write_string(&mut tail, tag.as_str());
        }
        tail.push('}');
        text.extend(tail.bytes());
        Self { text: text.into(), rows, tail }
    }

    /// The answer that shows all servers.
    pub fn whole(&self) -> &Bytes {
        &self.text
    }

    /// The servers whose names come after this one, at most so many. There need not be one of this name.
    pub fn page(&self, after: Option<&str>, limit: usize) -> Page {
        let first = after.map_or(0, |after| self.rows.partition_point(|(key, _)| key.as_str() <= after));
        let end = self.rows.len().min(first.saturating_add(limit));
        let cut = match (self.rows.get(first), end.checked_sub(1).and_then(|last| self.rows.get(last))) {
            (Some(_), Some((_, behind))) if first < end => &self.text[self.start(first)..*behind],
            _ => &[],
        };
        let body = [HEAD.as_bytes(), cut, self.tail.as_bytes()].concat().into();
        let more_after = (first < end && end < self.rows.len()).then(|| self.rows[end - 1].0.clone());
        Page { body, more_after }
    }

    /// Where a row begins.
    fn start(&self, row: usize) -> usize {
        match row {
            0 => HEAD.len(),
            // A comma stands between two rows.
            row => self.rows[row - 1].1 + 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::projection::public_tag;

    fn listing(names: &[&str]) -> Listing {
        let keys: Vec<_> = names.iter().map(|name| SettingsKey::new(name)).collect();
        let write = |text: &mut Vec<u8>, key: &SettingsKey, ()| text.extend(key.as_str().bytes());
        Listing::new(keys.iter().map(|key| (key, ())), write, None)
    }

    #[test]
    fn a_list_that_says_its_tag_says_it_on_every_page() {
        let tag = public_tag(b"");
        let keys = ["a", "b"].map(SettingsKey::new);
        let write = |text: &mut Vec<u8>, key: &SettingsKey, ()| text.extend(key.as_str().bytes());
        let all = Listing::new(keys.iter().map(|key| (key, ())), write, Some(&tag));
        let said = format!(r#""etag":"\"{}\"""#, String::from_utf8_lossy(tag.opaque()));
        assert_eq!(all.whole(), &format!(r#"{{"servers":[a,b],{said}}}"#));
        assert_eq!(all.page(None, 1).body, format!(r#"{{"servers":[a],{said}}}"#));
        assert_eq!(all.page(Some("b"), 1).body, format!(r#"{{"servers":[],{said}}}"#));
    }

    #[test]
    fn a_page_begins_behind_a_name_and_tells_whether_more_follow() {
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
            assert_eq!(page.body, format!(r#"{{"servers":[{rows}]}}"#), "{after:?} {limit}");
            assert_eq!(page.more_after.as_ref().map(SettingsKey::as_str), more_after, "{after:?} {limit}");
        }
        assert_eq!(all.whole(), r#"{"servers":[a,b,é]}"#);
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
                let text = std::str::from_utf8(&page.body).unwrap();
                let rows = text.strip_prefix(HEAD).and_then(|rest| rest.strip_suffix("]}")).unwrap();
                found.extend(rows.split(',').filter(|row| !row.is_empty()).map(str::to_owned));
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
