//! Where a request and the current state differ, as JSON Pointers, so that a client can merge without
//! another GET (DESIGN §3). For a caller who may not see secrets it tells nothing about them.

use crate::json::{Json, Object, Pointer};
use crate::model::config::{Members, Node, Secret, SecretValue};
use crate::model::mask::is_mask;
use crate::model::url_parts;

/// What a request asks for.
#[derive(Clone, Copy, Debug)]
pub enum Request<'a> {
    /// To replace the configuration by this one.
    Replace(&'a Object),
    /// To merge this patch into it.
    MergePatch(&'a Object),
}

/// The pointers at which the request and the current state differ, in the order of the request.
pub fn changed(request: Request<'_>, current: &Members, may_reveal: bool) -> Vec<Pointer> {
    let mut finder = Finder { may_reveal, found: Vec::new() };
    match request {
        Request::Replace(body) => {
            let sent: Object = body
                .iter()
                .filter(|(_, value)| !value.is_null())
                .map(|(name, value)| (name, value.clone()))
                .collect();
            finder.replace(&sent, current, &Pointer::root());
        }
        Request::MergePatch(patch) => finder.merge(patch, Some(current), &Pointer::root()),
    }
    finder.found
}

struct Finder {
    may_reveal: bool,
    found: Vec<Pointer>,
}

impl Finder {
    fn replace(&mut self, sent: &Object, current: &Members, pointer: &Pointer) {
        for (name, value) in sent.iter() {
            self.value(value, current.get(name), pointer.member(name));
        }
        for (name, node) in current.iter() {
            if !sent.contains(name) && !matches!(node, Node::Null) {
                self.found.push(pointer.member(name));
            }
        }
    }

    fn merge(&mut self, patch: &Object, current: Option<&Members>, pointer: &Pointer) {
        for (name, value) in patch.iter() {
            let here = pointer.member(name);
            let own = current.and_then(|current| current.get(name));
            match value {
                Json::Null if own.is_some() => self.found.push(here),
                Json::Null => {}
                Json::Object(patch) if matches!(own, Some(Node::Object(_)) | None) => {
                    self.merge(patch, own.and_then(Node::as_object), &here);
                }
                other => self.value(other, own, here),
            }
        }
    }

    fn value(&mut self, sent: &Json, current: Option<&Node>, here: Pointer) {
        let is_equal = match (sent, current) {
            (Json::Object(sent), Some(Node::Object(current))) => return self.replace(sent, current, &here),
            (Json::Null, Some(Node::Null)) => true,
            (Json::Bool(sent), Some(Node::Bool(current))) => sent == current,
            (Json::Number(sent), Some(Node::Number(current))) => {
                Node::Number(sent.clone()).is_same(&Node::Number(current.clone()))
            }
            (Json::String(sent), Some(Node::Text(current))) => sent == current,
            (Json::String(sent), Some(Node::Url(url))) => self.is_same_url(sent.as_str(), url.text.expose()),
            (sent, Some(Node::Secret(secret))) => self.is_same_secret(sent, secret),
            (Json::Array(sent), Some(Node::Array(current))) => {
                sent.len() == current.len()
                    && sent.iter().zip(current).all(|(sent, current)| self.is_equal(sent, current))
            }
            _ => false,
        };
        if !is_equal {
            self.found.push(here);
        }
    }

    fn is_equal(&self, sent: &Json, current: &Node) -> bool {
        let mut inner = Self { may_reveal: self.may_reveal, found: Vec::new() };
        inner.value(sent, Some(current), Pointer::root());
        inner.found.is_empty()
    }

    fn is_same_secret(&self, sent: &Json, secret: &Secret) -> bool {
        if sent.as_str().is_some_and(is_mask) {
            return true;
        }
        self.may_reveal
            && match (sent, &secret.value) {
                (Json::String(sent), SecretValue::Text(plaintext)) => sent.as_str() == plaintext.expose(),
                (Json::Number(sent), SecretValue::Number(own)) => sent == own,
                (Json::Bool(sent), SecretValue::Bool(own)) => sent == own,
                _ => false,
            }
    }

    fn is_same_url(&self, sent: &str, current: &str) -> bool {
        match url_parts::restore(sent, Some(current)) {
            // A secret part sent in the clear is a guess that must not be confirmed.
            Ok(restored) if self.may_reveal || !restored.is_sent => restored.url == current,
            _ => false,
        }
    }
}
