//! One server `x` between two neighbours that nothing may touch, a write to it, and the laws that hold
//! whatever comes of that. Over a document in memory; the targets say what is written.

use std::ops::Range;

use mcp_settings::document::{Document, NewDocument};
use mcp_settings::json::{Json, Rules, check, parse};
use mcp_settings::model::secret_table::{LeafKind, Position};
use mcp_settings::model::mask::{MASK, is_mask};
use mcp_settings::model::{Sealing, SettingsKey};
use mcp_settings::secrets::{Exposure, looks_sealed};
use mcp_settings::service::{ServerWrite, ServiceError};

use crate::client::{Client, Who};
use crate::tokens;

/// A secret with this in it must not appear, unless it also occurs where nothing is secret.
const CANARY: &str = "hunter";

/// The document, who writes to it, and what.
pub(crate) struct OneServer<'a> {
    text: String,
    /// The place of the value of `x`, or the place for a new server.
    own: Range<usize>,
    sealing: Sealing,
    who: Who,
    stored: &'a str,
    /// A choice that is left to the target.
    pub(crate) is_other: bool,
    /// What is sent.
    pub(crate) body: &'a str,
}

impl<'a> OneServer<'a> {
    /// The first line chooses layout and caller, the second is the stored server, the rest is the body.
    pub(crate) fn read(bytes: &'a str) -> Option<Self> {
        let mut lines = bytes.splitn(3, '\n');
        let (choice, stored, body) = (lines.next()?, lines.next()?, lines.next()?);
        let (layout, choice) = (choice.bytes().next()?, choice.bytes().nth(1)?);
        let (version, open, close, sealing) = match layout % 3 {
            0 => ("", r#"{"mcpServers":{"#, "}}", Sealing::EverySecret),
            1 => (r#""schema_version":3,"#, r#"{"mcpServers":{"#, "}}", Sealing::EnvAndHeaders),
            _ => (r#""schema_version":9,"#, "{", "}", Sealing::Listed),
        };
        let head =
            format!(r#"{{"a":1,"agent_settings":{{{version}"mcp_config":{open}"before":{{"command":"b"}}"#);
        let last = r#", "after":{"url":"http://a"}"#;
        let tail = format!(r#"{close},"llm":{{}}}},"z":[]}}"#);
        let (text, own) = if stored.is_empty() {
            let at = head.len() + last.len();
            (format!("{head}{last}{tail}"), at..at)
        } else {
            let member = r#", "x": "#;
            let start = head.len() + member.len();
            (format!("{head}{member}{stored}{last}{tail}"), start..start + stored.len())
        };
        let is_readable = || Document::read(text.as_bytes(), NewDocument::Own, None).is_ok();
        (is_one_value(stored) && is_readable()).then(|| Self {
            text,
            own,
            sealing,
            who: if choice % 2 == 0 { Who::Writer } else { Who::Revealer },
            stored,
            is_other: choice & 2 != 0,
            body,
        })
    }

    /// The stored server, if it can be read.
    pub(crate) fn before(&self) -> Option<Json> {
        parse(self.stored, &Rules::STORED).ok()
    }

    /// A service over the document.
    pub(crate) fn client(&self) -> Client {
        Client::of(&self.text)
    }

    /// Writes, and holds the laws. `secrets` are what the answer must not contain.
    pub(crate) fn write(&self, client: &Client, body: ServerWrite, secrets: &Secrets) {
        let case = || format!("{} to {}", self.body, self.text);
        let before = self.before();
        let tag = client.tag("x");
        let written = match client.update("x", body, self.who) {
            Err(error) => {
                assert_eq!(client.text(), self.text, "a refused write stored something: {}", case());
                secrets.are_absent_from(&format!("{error} {error:?}"));
                return;
            }
            Ok(written) => written,
        };
        assert_eq!(written.before.map(|tag| tag.to_string()), tag, "{}", case());
        assert_eq!(written.after.map(|tag| tag.to_string()), client.tag("x"), "{}", case());
        let answer = written.body.expect("a write answers with the server");
        secrets.are_absent_from(&String::from_utf8_lossy(&answer));

        let after = client.text();
        if client.tag("x") == tag {
            assert_eq!(after, self.text, "a write that changes nothing stored something: {}", case());
        } else {
            self.only_x_changed(&after);
        }
        is_sealed(&stored(client), before.as_ref(), Position::ROOT, self.sealing);
        put_back(client);
    }

    /// L2: nothing but the value of `x` has changed.
    fn only_x_changed(&self, after: &str) {
        let before = &self.text;
        assert!(after.starts_with(&before[..self.own.start]), "{before}\n{after}");
        assert!(after.ends_with(&before[self.own.end..]), "{before}\n{after}");
    }
}

/// The server as the document has it.
pub(crate) fn stored(client: &Client) -> Json {
    let text = client.text();
    let document = Document::read(text.as_bytes(), NewDocument::Own, None);
    let document = document.expect("what was stored is readable");
    let server = document.server(&SettingsKey::new("x")).expect("it is there").clone();
    server.config.clone().expect("what was stored is an object").into()
}

/// L3: each view that is put back gives the same tag and the same bytes.
pub(crate) fn put_back(client: &Client) {
    let (text, tag) = (client.text(), client.tag("x"));
    for (exposure, who) in [
        (Exposure::Redacted, Who::Writer),
        (Exposure::Redacted, Who::Revealer),
        (Exposure::Encrypted, Who::Revealer),
        (Exposure::Plaintext, Who::Revealer),
    ] {
        let view = match client.get("x", exposure) {
            Err(ServiceError::SecretUnreadable(_)) if exposure == Exposure::Plaintext => continue,
            view => view.expect("what is stored can be shown"),
        };
        if exposure == Exposure::Redacted {
            is_redacted(&view.clone().into(), Position::ROOT);
        }
        let written =
            client.put("x", &view, who).unwrap_or_else(|error| panic!("{exposure:?}: {error:?}: {text}"));
        assert_eq!(written.after.map(|tag| tag.to_string()), tag, "{exposure:?}: {text}");
        assert_eq!(client.text(), text, "{exposure:?}");
    }
}

/// Each string that this layout encrypts is a token that our keys open, or was in its place before; and no
/// mask is what a token holds.
fn is_sealed(value: &Json, before: Option<&Json>, position: Position, sealing: Sealing) {
    match value {
        Json::String(text) => {
            let text = text.as_str();
            let LeafKind::Secret { is_sealed } = position.string(text, sealing) else { return };
            if text.is_empty() || before.and_then(Json::as_str) == Some(text) {
                return;
            }
            if is_sealed {
                assert!(looks_sealed(text), "a new secret is in the clear: {text}");
            }
            let plaintext = tokens::opened(text);
            assert!(!is_sealed || plaintext.is_some(), "a token that nobody can open was stored: {text}");
            assert!(!is_mask(plaintext.as_deref().unwrap_or(text)), "a mask was stored");
        }
        Json::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                let before = before.and_then(Json::as_array).and_then(|before| before.get(index));
                is_sealed(element, before, position.element(), sealing);
            }
        }
        Json::Object(object) => {
            for (name, value) in object.iter() {
                let before = before.and_then(Json::as_object).and_then(|before| before.get(name));
                is_sealed(value, before, position.member(name), sealing);
            }
        }
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}

/// L6: in the place of a secret the redacted view has a mask, or nothing.
fn is_redacted(value: &Json, position: Position) {
    match value {
        Json::String(text) => {
            if let LeafKind::Secret { .. } = position.string(text.as_str(), Sealing::EverySecret) {
                assert!(matches!(text.as_str(), "" | MASK), "a secret is shown");
            }
        }
        Json::Bool(_) => assert!(!position.masks_booleans(), "a secret is shown"),
        Json::Number(_) => assert!(!position.masks_numbers(), "a secret is shown"),
        Json::Array(elements) => {
            elements.iter().for_each(|element| is_redacted(element, position.element()));
        }
        Json::Object(object) => {
            object.iter().for_each(|(name, value)| is_redacted(value, position.member(name)));
        }
        Json::Null => {}
    }
}

/// What must not appear, and what may.
#[derive(Default)]
pub(crate) struct Secrets {
    secret: Vec<String>,
    public: String,
}

impl Secrets {
    /// Those of configurations.
    pub(crate) fn of<'a>(values: impl Iterator<Item = &'a Json>) -> Self {
        let mut found = Self::default();
        values.for_each(|value| found.collect(value, Position::ROOT));
        found
    }

    fn collect(&mut self, value: &Json, position: Position) {
        match value {
            Json::String(text) => {
                let text = text.as_str();
                match position.string(text, Sealing::EverySecret) {
                    LeafKind::Secret { .. } if text.contains(CANARY) => self.secret.push(text.to_owned()),
                    LeafKind::Secret { .. } => {}
                    LeafKind::Plain | LeafKind::Url => self.public.push_str(text),
                }
            }
            Json::Array(elements) => {
                elements.iter().for_each(|element| self.collect(element, position.element()));
            }
            Json::Object(object) => {
                for (name, value) in object.iter() {
                    self.public.push_str(name);
                    self.collect(value, position.member(name));
                }
            }
            Json::Null | Json::Bool(_) | Json::Number(_) => {}
        }
    }

    /// Counts every name and text of a value as public.
    pub(crate) fn publish(&mut self, value: &Json) {
        match value {
            Json::String(text) => self.public.push_str(text.as_str()),
            Json::Array(elements) => elements.iter().for_each(|element| self.publish(element)),
            Json::Object(object) => {
                for (name, value) in object.iter() {
                    self.public.push_str(name);
                    self.publish(value);
                }
            }
            Json::Null | Json::Bool(_) | Json::Number(_) => {}
        }
    }

    /// Claims that each of them is in its old place only.
    pub(crate) fn stay(&self, after: &Json, before: Option<&Json>) {
        match after {
            Json::String(text) => {
                let opened = |text: &str| tokens::opened(text).unwrap_or_else(|| text.to_owned());
                let own = opened(text.as_str());
                if before.and_then(Json::as_str).map(opened).as_ref() != Some(&own) {
                    self.are_absent_from(&own);
                }
            }
            Json::Array(elements) => {
                for (index, element) in elements.iter().enumerate() {
                    self.stay(element, before.and_then(Json::as_array).and_then(|own| own.get(index)));
                }
            }
            Json::Object(object) => {
                for (name, value) in object.iter() {
                    self.stay(value, before.and_then(Json::as_object).and_then(|own| own.get(name)));
                }
            }
            Json::Null | Json::Bool(_) | Json::Number(_) => {}
        }
    }

    /// Claims that a text shows none of them.
    pub(crate) fn are_absent_from(&self, shown: &str) {
        for secret in &self.secret {
            assert!(
                self.public.contains(secret.as_str()) || !shown.contains(secret.as_str()),
                "it shows {secret}"
            );
        }
    }
}

/// Nothing, or one value that stays readable when an answer is built around it.
fn is_one_value(text: &str) -> bool {
    let depth = text.bytes().filter(|byte| matches!(byte, b'[' | b'{')).count();
    text.is_empty() || (depth < 256 && check(text).is_ok() && text.trim() == text)
}
