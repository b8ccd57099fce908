//! L3: what was read and is sent back changes nothing; what is not sent is not touched.

use mcp_settings::json::Object;
use mcp_settings::secrets::Exposure;
use mcp_settings::service::ServiceError;
use proptest::prelude::*;

use crate::client::{Client, Who, config_of};
use crate::samples::any_sample;

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, max_shrink_iters: 300, ..ProptestConfig::with_cases(2_000) })]

    #[test]
    fn a_view_that_is_put_back_changes_nothing(sample in any_sample()) {
        let text = sample.text();
        let client = Client::of(&text);
        for (name, _) in &sample.servers {
            let tag = client.tag(name);
            for (exposure, who) in [
                (Exposure::Redacted, Who::Writer),
                (Exposure::Redacted, Who::Revealer),
                (Exposure::Encrypted, Who::Revealer),
                (Exposure::Plaintext, Who::Revealer),
            ] {
                let view = match client.get(name, exposure) {
                    Err(ServiceError::SecretUnreadable(_)) if exposure == Exposure::Plaintext => continue,
                    view => view.unwrap(),
                };
                let written = client.put(name, &view, who);
                prop_assert!(written.is_ok(), "{exposure:?} {who:?}: {written:?}\n{text}");
                let written = written.unwrap();
                prop_assert!(!written.is_created);
                prop_assert_eq!(written.after.map(|tag| tag.to_string()), tag.clone());
                prop_assert_eq!(client.text(), &*text, "{:?} {:?}", exposure, who);
                let shown = config_of(&written.body.unwrap());
                prop_assert!(shown == client.get(name, Exposure::Redacted).unwrap());
            }
        }
    }

    #[test]
    fn an_empty_patch_changes_nothing(sample in any_sample(), who in prop_oneof![Just(Who::Writer), Just(Who::Revealer)]) {
        let text = sample.text();
        let client = Client::of(&text);
        for (name, _) in &sample.servers {
            let tag = client.tag(name);
            let written = client.patch(name, &Object::new(), who).unwrap();
            prop_assert_eq!(written.after.map(|tag| tag.to_string()), tag);
            prop_assert_eq!(client.text(), &*text);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, max_shrink_iters: 300, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn what_the_settings_show_changes_nothing_when_it_is_sent_back(sample in any_sample()) {
        let text = sample.text();
        let client = Client::of(&text);
        for (exposure, who) in [
            (Exposure::Redacted, Who::Writer),
            (Exposure::Redacted, Who::Revealer),
            (Exposure::Encrypted, Who::Revealer),
            (Exposure::Plaintext, Who::Revealer),
        ] {
            let shown = match client.settings(exposure) {
                Err(ServiceError::SecretUnreadable(_)) if exposure == Exposure::Plaintext => continue,
                shown => shown.unwrap(),
            };
            prop_assert!(shown.names().eq(client.settings(Exposure::Redacted).unwrap().names()));
            for (name, server) in shown.iter() {
                let patch = server.as_object().expect("a server is an object");
                let after = client.patch_in_settings(name, patch, who);
                prop_assert!(after.is_ok(), "{exposure:?} {who:?}: {after:?}\n{text}");
                prop_assert!(after.unwrap() == client.settings(Exposure::Redacted).unwrap());
                prop_assert_eq!(client.text(), &*text, "{:?} {:?}", exposure, who);
            }
        }
    }
}
