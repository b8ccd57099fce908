//! Dry runs: what a write would come to now. They decide as the write does, on the newest state instead of
//! in the store's exclusive section, and drop the decision: no lock, no byte, no key, no history. To a caller who
//! may not see secrets they tell no tag, and nothing else that depends on a secret which was sent: guesses
//! could be tested for nothing otherwise (DESIGN §4.5).

use std::sync::Arc;

use crate::store::{Current, Names};

use super::commit::{Step, UseCase, WriteContext};
use super::key_rules::{BatchKeys, look_for_key};
use super::update_request::{DryRun, Update};
use super::{ServerWrite, Service, ServiceError, Write, Written, update};

impl Service {
    /// What [`Service::update`] would come to.
    pub async fn try_update(&self, write: Write, change: ServerWrite) -> Result<Written, ServiceError> {
        let names = Names::these([write.key.clone()]);
        let shows_tag = write.caller.may_reveal();
        let of = |shows_tag| {
            let (write, change) = (write.clone(), change.clone());
            Arc::new(Update { dry_run: Some(DryRun { shows_tag }), ..Update::new(write, change) })
        };
        let (update, untagged) = (of(shows_tag), of(false));
        let case = UseCase::new(names, None, move |current, context| {
            decide_dry(current, context, &|shows_tag, keys| {
                let update = if shows_tag { &update } else { &untagged };
                update::decide(current, update, context, keys)
            })
        });
        self.look(case).await
    }
}

/// How something is decided, given whether it may show tags, and the keys.
type DecideDry<'d, T> = dyn Fn(bool, &BatchKeys) -> Result<Step<T>, ServiceError> + 'd;

/// Decides with the keys that there are, and where the write would make one, with one that nobody will have.
pub(super) fn decide_dry<T>(
    current: &Current<'_>,
    context: &WriteContext,
    decide: &DecideDry<'_, T>,
) -> Result<Step<T>, ServiceError> {
    let step = decide(true, &context.keys_for(current))?;
    if !matches!(step, Step::NeedKey(_)) {
        return Ok(step);
    }
    // One may have come meanwhile. The write would look for it too.
    look_for_key(&context.keys);
    let keys = BatchKeys::known(&context.keys);
    match decide(true, &keys)? {
        // The write would make a key; and with it all tags would be others.
        Step::NeedKey(ServiceError::KeyMissing) if keys.may_be_created(&current.facts()) => {
            decide(false, &keys.with_passing_key())
        }
        step => Ok(step),
    }
}

#[cfg(test)]
mod tests {
    use crate::service::samples::{If, Site, revealer, word, writer};

    const SECRET: &str = r#"{"command":"a","env":{"A":"s"}}"#;

    #[test]
    fn a_dry_run_makes_no_key_where_the_write_would() {
        for document in [None, Some("{}")] {
            let site = Site::start(document, None, false);
            let tried = site.try_put(SECRET, If::default(), &revealer());
            assert_eq!(word(&tried), "created");
            assert!(!site.has_key_file(), "a key was made");
            assert_eq!(site.text(), document.unwrap_or_default());
            // With the key that the write makes the tag would be another.
            let tried = tried.unwrap();
            assert_eq!(tried.after, None);
            assert!(!String::from_utf8_lossy(&tried.body.unwrap()).contains("etag"));
            assert_eq!(word(&site.put(SECRET, If::default(), &revealer())), "created");
            assert!(site.has_key_file());
        }
    }

    #[test]
    fn a_dry_run_without_a_key_is_refused_where_the_write_is() {
        let owned = r#"{"agent_settings":{"schema_version":9,"mcp_config":{}}}"#;
        let site = Site::start(Some(owned), None, false);
        for who in [revealer(), writer("w")] {
            assert_eq!(word(&site.try_put(SECRET, If::default(), &who)), "no key");
        }
        let foreign = Site::with(r#"{"y":{"command":"c","env":{"K":"foreign k"}}}"#);
        assert_eq!(word(&foreign.try_put(SECRET, If::default(), &revealer())), "wrong key");
    }

    #[test]
    fn a_dry_run_returns_the_tag_that_the_write_then_has() {
        let site = Site::with(r#"{"x":{"command":"a"}}"#);
        let before = site.text();
        let tried = site.try_put(SECRET, If::default(), &revealer()).unwrap();
        assert_eq!(site.text(), before);
        let put = site.put(SECRET, If::default(), &revealer()).unwrap();
        assert_eq!((tried.after, tried.body, tried.before), (put.after, put.body, put.before));
        assert_eq!(site.try_put(SECRET, If::default(), &writer("w")).unwrap().after, None);
    }
}
