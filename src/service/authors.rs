//! Who made the newest state of each server, and when: noted with each change, remembered beside the settings, and shown
//! only for the very state that the author made. It does not know how it is remembered.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;

use crate::blocking;
use crate::model::SettingsKey;
use crate::state::{AuthorNote, Authorship};

use super::Service;

/// How long a reader waits until it is known what was remembered.
const PATIENCE: Duration = Duration::from_secs(2);

/// The last change of a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastChange {
    /// The name of the API key that made it.
    pub by: Arc<str>,
    /// When. Milliseconds of Unix time.
    pub at_ms: u64,
}

impl Service {
    /// The last change of each server whose present state was made by a known author.
    pub async fn last_changes(&self) -> Vec<(SettingsKey, LastChange)> {
        // Without it they are those of this process.
        timeout(PATIENCE, self.state.opened()).await.ok();
        let Ok(servers) = self.newest().await else { return Vec::new() };
        let state = Arc::clone(&self.state);
        let find = move || {
            let last_change = |Authorship { by, at_ms }| LastChange { by, at_ms: at_ms.unsigned_abs() };
            let of = |name: &SettingsKey, author| (name.clone(), last_change(author));
            let known = servers
                .items()
                .filter_map(|(name, item)| state.author_of(name, &item.state).map(|author| of(name, author)));
            known.collect()
        };
        blocking::run(find).await
    }

    /// Forgets the authors of states that are there no more, since another program has changed them. To be called every
    /// minute: so no more is remembered than there are servers, and a state that comes back later is nobody's.
    pub async fn forget_stale_authors(&self) {
        // Before the state is read: what is noted by now is of that state, or of an older one.
        let noted = self.state.authors();
        if noted.is_empty() {
            return;
        }
        let Ok(servers) = self.newest().await else { return };
        if !servers.has_collection() {
            return;
        }
        let state = Arc::clone(&self.state);
        let forget = move || {
            let is_stale = |(name, author): &(SettingsKey, Authorship)| {
                servers.item(name).is_none_or(|item| {
                    item.is_known() && state.author_of(name, &item.state).as_ref() != Some(author)
                })
            };
            let stale = noted.into_iter().filter(is_stale);
            let stale = stale.map(|(name, author)| AuthorNote { name, at_ms: author.at_ms, made: None });
            state.note_authors(stale.collect());
        };
        blocking::run(forget).await;
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use crate::secrets::{EtagKey, KeyRing, Plaintext, SecretKey};
    use crate::service::samples::{If, Site, wait, writer};

    /// Who made the present states, as far as that is known.
    fn authors(site: &Site) -> Vec<String> {
        let known = wait(site.service.last_changes()).into_iter();
        known.map(|(name, last)| format!("{} {}", name.as_str(), last.by)).collect()
    }

    fn tend(site: &Site) {
        wait(site.service.forget_stale_authors());
    }

    fn edit(site: &Site, text: &str) {
        fs::write(&site.path, text).unwrap();
    }

    #[test]
    fn a_state_that_was_away_for_long_is_nobodys_when_it_is_back() {
        let site = Site::with("{}");
        site.put(r#"{"command":"a"}"#, If::default(), &writer("ann")).unwrap();
        site.copy("y", If::default(), &writer("bob")).unwrap();
        let made = site.text();
        tend(&site);
        assert_eq!(authors(&site), ["x ann", "y bob"]);
        for (away, expected) in [
            (made.replace("\"x\"", "\"z\""), &["y bob"][..]),
            (made.replace("\"a\"", "\"b\""), &[]),
            ("{".to_owned(), &[]),
        ] {
            edit(&site, &away);
            assert_eq!(authors(&site), expected, "{away}");
            edit(&site, &made);
            assert_eq!(authors(&site), ["x ann", "y bob"], "{away}");
        }
        edit(&site, "{");
        tend(&site);
        edit(&site, &made);
        assert_eq!(authors(&site), ["x ann", "y bob"], "of what can't be read nothing is known");
        edit(&site, &made.replace("\"x\"", "\"z\""));
        tend(&site);
        edit(&site, &made);
        assert_eq!(authors(&site), ["y bob"]);
    }

    #[test]
    fn where_no_key_opens_a_secret_nothing_is_forgotten() {
        let site = Site::with("{}");
        site.put(r#"{"command":"a","env":{"A":"secret"}}"#, If::default(), &writer("ann")).unwrap();
        let made = site.text();
        let token = made.split('"').find(|text| text.starts_with("gAAAA")).unwrap();
        let other = KeyRing::new(&[SecretKey::new("another key").unwrap()], None, &EtagKey::random());
        edit(&site, &made.replace(token, other.seal(&Plaintext::new("secret".to_owned())).unwrap().as_str()));
        assert!(authors(&site).is_empty());
        tend(&site);
        edit(&site, &made);
        assert_eq!(authors(&site), ["x ann"]);
    }

    #[test]
    fn each_kind_of_change_has_its_author_and_a_rotation_or_a_refusal_has_none() {
        let site = Site::with(r#"{"y":{"command":"a"}}"#);
        assert!(authors(&site).is_empty());
        site.put(r#"{"command":"a"}"#, If::default(), &writer("ann")).unwrap();
        site.patch(r#"{"args":["b"]}"#, If::default(), &writer("bob")).unwrap();
        assert_eq!(authors(&site), ["x bob"]);
        site.put(r#"{"command":"a","args":["b"]}"#, If::default(), &writer("eve")).unwrap();
        site.put(r#"{"command":"c"}"#, If::matches("\"stale\""), &writer("eve")).unwrap_err();
        site.try_put(r#"{"command":"c"}"#, If::default(), &writer("eve")).unwrap();
        wait(site.service.rotate()).unwrap();
        assert_eq!(authors(&site), ["x bob"]);
        site.rename("z", If::default(), &writer("ann")).unwrap();
        assert_eq!(authors(&site), ["z ann"]);
        site.put(r#"{"command":"a"}"#, If::default(), &writer("ann")).unwrap();
        site.delete(If::default(), &writer("bob")).unwrap();
        assert_eq!(authors(&site), ["z ann"]);
    }
}
