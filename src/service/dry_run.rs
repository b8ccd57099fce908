//! Dry runs: what a write would come to now. They decide as the write does, on the newest state instead of
//! in the store's exclusive section, and drop the decision: no lock, no byte, no key, no history. To whoever
//! may not see secrets they tell no tag, and nothing else that depends on a secret which was sent: guesses
//! could be tested for nothing otherwise (DESIGN §4.5).

use std::sync::Arc;

use crate::secrets::KeyRing;
use crate::store::{Current, Decision, Names};

use super::commit::Step;
use super::key_rules::{look_for_key, may_create_key};
use super::update::{Update, WriteContext};
use super::{Body, Service, ServiceError, Write, Written, update};

/// What a dry run may tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct DryRun {
    /// Whether it tells the tag that the server would have.
    pub(super) tells_tag: bool,
}

impl Service {
    /// What [`Service::update`] would come to. Blocks on file reads and on encryption.
    pub fn try_update(&self, write: Write, body: Body) -> Result<Written, ServiceError> {
        let names = Names::These(vec![write.key.clone()]);
        let tells_tag = write.caller.may_reveal();
        let of = |tells_tag| {
            let (write, body) = (write.clone(), body.clone());
            Arc::new(Update { write, body, dry_run: Some(DryRun { tells_tag }) })
        };
        let told = of(tells_tag);
        let decide = |current: &Current<'_>, ring: Arc<KeyRing>, update: &Arc<Update>| {
            let context = WriteContext::of(&self.keys, &self.tag_cache, &self.plain_names, self.options);
            let context = WriteContext { ring, ..context };
            update::decide(current, update, &context).unwrap_or_else(Step::Refuse)
        };
        self.look(&names, |current| {
            let mut step = decide(current, self.keys.ring(), &told);
            if matches!(step, Step::NeedKey(_)) {
                // One may have come meanwhile. The write would look for it too.
                look_for_key(&self.keys);
                step = decide(current, self.keys.ring(), &told);
            }
            match step {
                // The write would make a key; and with it all tags would be others.
                Step::NeedKey(ServiceError::KeyMissing)
                    if may_create_key(&self.keys.ring(), current.snapshot) =>
                {
                    let ring = self.keys.ring().with_passing_key();
                    decide(current, Arc::new(ring), &of(false))
                }
                step => step,
            }
        })
    }

    /// Has a decision made and gives its answer.
    pub(super) fn look<T>(
        &self,
        names: &Names,
        decide: impl Fn(&Current<'_>) -> Step<T>,
    ) -> Result<T, ServiceError> {
        self.keys.refresh();
        let mut decided = None;
        self.store.examine(names, &mut |current| {
            let step = decide(current);
            let decision = match &step {
                Step::Edit(judged, _) | Step::Rewrite { judged, .. } => Decision::Edit(judged.clone()),
                Step::Keep(_) | Step::Later(_) | Step::Refuse(_) | Step::NeedKey(_) => Decision::Keep,
            };
            decided = Some(step);
            decision
        })?;
        match decided.ok_or(ServiceError::Undecided)? {
            Step::Edit(_, value) | Step::Keep(value) | Step::Rewrite { answer: value, .. } => Ok(value),
            Step::Later(later) => later(),
            Step::Refuse(reason) | Step::NeedKey(reason) => Err(reason),
        }
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
    fn a_dry_run_is_told_the_tag_that_the_write_then_has() {
        let site = Site::with(r#"{"x":{"command":"a"}}"#);
        let before = site.text();
        let tried = site.try_put(SECRET, If::default(), &revealer()).unwrap();
        assert_eq!(site.text(), before);
        let put = site.put(SECRET, If::default(), &revealer()).unwrap();
        assert_eq!((tried.after, tried.body, tried.before), (put.after, put.body, put.before));
        assert_eq!(site.try_put(SECRET, If::default(), &writer("w")).unwrap().after, None);
    }
}
