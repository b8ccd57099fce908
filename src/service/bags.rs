//! What servers keep for other clients: a member of the document where that may have one, else remembered beside it. It
//! does not know what a client makes of it.

use std::sync::Arc;

use crate::json::{Json, Object, Rules, parse, to_compact};
use crate::model::SettingsKey;
use crate::state::{BagChange, Bags, Change, Remembered};

use super::Service;
use super::commit::WriteContext;

/// What is remembered that a server keeps, by client.
pub(super) fn bags_of(remembered: &Remembered, name: &SettingsKey) -> Object {
    let text = remembered.bags.get(name).map(|bags| parse(bags.as_str(), &Rules::STORED));
    match text {
        Some(Ok(Json::Object(bags))) => bags,
        _ => Object::new(),
    }
}

/// That a server keeps this from now on.
pub(super) fn keep(name: &SettingsKey, bags: Object) -> BagChange {
    let text = (!bags.is_empty()).then(|| to_compact(&bags.into()));
    BagChange::Keep { name: name.clone(), bags: text.map(|text| Arc::new(Bags::new(text))) }
}

impl WriteContext {
    /// What is remembered that a server keeps, by client.
    pub(super) fn bags_of(&self, name: &SettingsKey) -> Object {
        self.state.peek().map_or_else(Object::new, |remembered| bags_of(&remembered, name))
    }

    /// That a new server keeps nothing, where something is left of an earlier one of its name.
    pub(super) fn without_leftovers(&self, name: &SettingsKey) -> Option<BagChange> {
        let has_leftovers = self.state.peek().is_some_and(|remembered| remembered.bags.contains_key(name));
        has_leftovers.then(|| BagChange::Keep { name: name.clone(), bags: None })
    }

    /// That a copy keeps what its original does.
    pub(super) fn copied_bags(&self, from: &SettingsKey, to: &SettingsKey) -> Option<BagChange> {
        let remembered = self.state.peek()?;
        let is_kept = [from, to].iter().any(|name| remembered.bags.contains_key(name));
        is_kept.then(|| BagChange::Copy { from: from.clone(), to: to.clone() })
    }
}

impl Service {
    /// Forgets what servers kept that are gone, since another program has removed them. To be called every minute.
    pub async fn forget_bags_of_gone_servers(&self) {
        // Before the state is read: what is kept by now is of a server that is in it, unless that is gone.
        let Some(remembered) = self.state.peek().filter(|remembered| !remembered.bags.is_empty()) else {
            return;
        };
        let Ok(servers) = self.newest().await else { return };
        if !servers.has_collection() {
            return;
        }
        let gone = remembered.bags.iter().filter(|(name, _)| servers.item(name).is_none());
        let forget = |(name, bags): (&SettingsKey, &Arc<Bags>)| {
            Change::Bags(BagChange::Forget { name: name.clone(), bags: Arc::clone(bags) })
        };
        let changes: Vec<Change> = gone.map(forget).collect();
        if !changes.is_empty() {
            drop(self.state.write(changes));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use crate::json::{Text, to_compact};
    use crate::model::SettingsKey;
    use crate::service::samples::{If, Site, revealer, wait};
    use crate::service::{ImportRequest, ServiceError};

    const CLOSED: &str = r#"{"agent_settings":{"schema_version":9,"mcp_config":{}}}"#;

    /// What is remembered that `x` keeps.
    fn kept(site: &Site) -> String {
        to_compact(&site.service.writes.bags_of(&SettingsKey::new("x")).into())
    }

    fn try_to_import(site: &Site) -> Result<(), ServiceError> {
        let text = r#"{"mcpServers":{"x":{"command":"a","envFile":".env"}}}"#;
        let format = Some(crate::formats::Format::Cursor);
        let request = ImportRequest { text: Text::new(text.to_owned()), format, ..ImportRequest::default() };
        wait(site.service.import(request, revealer())).map(drop)
    }

    fn import(site: &Site) {
        try_to_import(site).expect("there is a key for what is kept");
    }

    #[test]
    fn what_a_server_kept_is_forgotten_when_it_is_gone_and_not_while_the_document_cannot_be_read() {
        let site = Site::on(CLOSED);
        import(&site);
        let made = site.text();
        let tend = |text: &str| {
            fs::write(&site.path, text).unwrap();
            wait(site.service.forget_bags_of_gone_servers());
            kept(&site)
        };
        let all = r#"{"cursor":{"envFile":".env"}}"#;
        for there in [&*made, "{", &made.replace("\"a\"", "\"b\"")] {
            assert_eq!(tend(there), all, "{there}");
        }
        assert_eq!(tend(CLOSED), "{}");
        assert_eq!(tend(&made), "{}");
    }

    #[test]
    fn it_is_never_kept_without_a_key_that_encrypts_it() {
        // No key is made for a document of OpenHands, which could not use it.
        let site = Site::start(Some(CLOSED), None, false);
        assert!(matches!(try_to_import(&site), Err(ServiceError::KeyMissing)));
        assert_eq!((site.text(), site.has_key_file()), (CLOSED.to_owned(), false));
        assert_eq!(kept(&site), "{}");
    }

    #[test]
    fn a_new_server_has_nothing_of_an_earlier_one_of_its_name() {
        let site = Site::on(CLOSED);
        import(&site);
        fs::write(&site.path, CLOSED).unwrap();
        site.put(r#"{"command":"a"}"#, If::default(), &revealer()).unwrap();
        assert_eq!(kept(&site), "{}");
    }
}
