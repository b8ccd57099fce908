//! Where a request and the current state differ, as JSON Pointers, so that a client can merge without
//! another GET (DESIGN §4.4). To a caller who may not see secrets it reveals nothing about them.

use crate::json::{Json, Object, Path, Pointer};
use crate::model::Dialect;
use crate::model::config::{Config, Members, Node, Secret, SecretValue};
use crate::model::findings::Findings;
use crate::model::mask;
use crate::model::merge::without_nulls;
use crate::model::state::{Level, is_same_number};
use crate::model::url_parts;

/// What a request asks for.
#[derive(Clone, Copy, Debug)]
pub enum Request<'a> {
    /// To replace the configuration by this one.
    Replace(&'a Object),
    /// To merge this patch into it.
    MergePatch(&'a Object),
}

/// The pointers at which the request and the current state differ, in the order of the request. Too many
/// differences become one: the whole differs.
pub fn changed(request: Request<'_>, current: &Config, dialect: Dialect, may_reveal: bool) -> Vec<Pointer> {
    let mut finder = Finder { may_reveal, found: Findings::new() };
    let level = Level::top(current, dialect);
    match request {
        Request::Replace(body) => finder.replace(body, current, level, &Path::Root),
        Request::MergePatch(patch) => finder.merge(patch, current, level, &Path::Root),
    }
    if finder.found.is_full() { vec![Pointer::root()] } else { finder.found.into_vec() }
}

struct Finder {
    may_reveal: bool,
    found: Findings<Pointer>,
}

impl Finder {
    fn replace(&mut self, sent: &Object, current: &Members, level: Level, path: &Path<'_>) {
        for (name, value) in sent.iter() {
            self.member(name, value, level.said(current, name), level, path);
        }
        for (name, node) in current.iter() {
            if !sent.contains(name) && !level.is_nothing(name, node) {
                self.found.note(&path.member(name), |pointer| pointer);
            }
        }
    }

    fn merge(&mut self, patch: &Object, current: &Members, level: Level, path: &Path<'_>) {
        for (name, value) in patch.iter() {
            match (value, level.said(current, name)) {
                (Json::Null, None) => {}
                (Json::Null, Some(_)) => self.found.note(&path.member(name), |pointer| pointer),
                (Json::Object(patch), Some(Node::Object(own))) => {
                    self.merge(patch, own, level.below(name), &path.member(name));
                }
                (Json::Object(patch), None) => {
                    self.member(name, &without_nulls(patch).into(), None, level, path);
                }
                (other, own) => self.member(name, other, own, level, path),
            }
        }
    }

    /// Compares what was sent for a member with what it has now, if that says anything.
    fn member(&mut self, name: &str, sent: &Json, own: Option<&Node>, level: Level, path: &Path<'_>) {
        let path = path.member(name);
        let is_equal = match (sent, own) {
            (Json::Object(sent), Some(Node::Object(own))) => {
                return self.replace(sent, own, level.below(name), &path);
            }
            (Json::Number(_), Some(own @ Node::Number(_))) => level.is_same(name, &plain(sent), own),
            (sent, Some(own)) => self.is_equal(sent, own, level.below(name)),
            (sent, None) => level.is_nothing(name, &plain(sent)),
        };
        if !is_equal {
            self.found.note(&path, |pointer| pointer);
        }
    }

    /// Compares two values; the rules are those for their members.
    fn is_equal(&self, sent: &Json, own: &Node, level: Level) -> bool {
        match (sent, own) {
            (Json::Null, Node::Null) => true,
            (Json::Bool(sent), Node::Bool(own)) => sent == own,
            (Json::Number(sent), Node::Number(own)) => is_same_number(sent, own),
            (Json::String(sent), Node::Text(own)) => sent == own,
            (Json::String(sent), Node::Url(url)) => self.is_same_url(sent.as_str(), url.text.expose()),
            (sent, Node::Secret(secret)) => self.is_same_secret(sent, secret),
            (Json::Array(sent), Node::Array(own)) => {
                sent.len() == own.len()
                    && sent.iter().zip(own).all(|(sent, own)| self.is_equal(sent, own, level.in_element()))
            }
            (Json::Object(sent), Node::Object(own)) => {
                let mut inner = Self { may_reveal: self.may_reveal, found: Findings::new() };
                inner.replace(sent, own, level, &Path::Root);
                inner.found.is_empty()
            }
            _ => false,
        }
    }

    fn is_same_secret(&self, sent: &Json, secret: &Secret) -> bool {
        let stored = Secret::behind_mask(Some(secret));
        match sent.as_str().map(|sent| mask::read(sent, stored, self.may_reveal)) {
            Some(mask::Sent::Mask) => return true,
            Some(mask::Sent::Unclear) => return false,
            Some(mask::Sent::Secret) | None => {}
        }
        self.may_reveal
            && match (sent, &secret.value) {
                (Json::String(sent), SecretValue::Text(plaintext)) => sent.as_str() == plaintext.expose(),
                (Json::Number(sent), SecretValue::Number(own)) => is_same_number(sent, own),
                (Json::Bool(sent), SecretValue::Bool(own)) => sent == own,
                _ => false,
            }
    }

    fn is_same_url(&self, sent: &str, current: &str) -> bool {
        match url_parts::restore(sent, Some(current), self.may_reveal) {
            // A secret part sent in the clear is a guess that must not be confirmed.
            Ok(restored) if self.may_reveal || !restored.is_sent => restored.url == current,
            _ => false,
        }
    }
}

/// What was sent, for rules that don't mind secrets.
fn plain(sent: &Json) -> Node {
    match sent {
        Json::Null => Node::Null,
        Json::Bool(value) => Node::Bool(*value),
        Json::Number(number) => Node::Number(number.clone()),
        Json::String(text) => Node::Text(text.clone()),
        Json::Array(elements) => Node::Array(elements.iter().map(plain).collect()),
        Json::Object(object) => {
            Node::Object(object.iter().map(|(name, value)| (name.to_owned(), plain(value))).collect())
        }
    }
}

#[cfg(test)]
mod tests;
