//! Rotating keys: every value that an older key encrypted is encrypted again by the newest, in one commit.
//! No state changes by it, and so no tag, as long as the old key is listed.

use std::collections::BTreeSet;

use crate::json::{Pointer, strings};
use crate::model::config::{self, AtRest, Members, Node, Secret, SecretValue};
use crate::model::{Edit, SettingsKey};
use crate::projection::needs_reentry;
use crate::secrets::{KeyRing, is_token};
use crate::state::Fate;
use crate::store::{Current, Names};

use super::commit::{Step, UseCase};
use super::key_rules::{BatchKeys, unreadable_outside};
use super::{Service, ServiceError};

/// What a rotation has done and found.
#[derive(Clone, Debug, Default)]
pub struct Rotation {
    /// How many values were encrypted again.
    pub resealed: usize,
    /// Values of servers that no key opens; they are as they were.
    pub unreadable: Vec<(SettingsKey, Pointer)>,
    /// How many values outside the servers no key opens.
    pub unreadable_outside: usize,
    /// Servers that can't be read as configurations; they are as they were.
    pub malformed: Vec<SettingsKey>,
    /// How many encrypted values are in those servers that the newest key did not make.
    pub unread: usize,
}

impl Rotation {
    /// Whether the newest key opens every encrypted value now.
    pub fn is_complete(&self) -> bool {
        self.unreadable.is_empty() && self.unreadable_outside == 0 && self.unread == 0
    }
}

impl Service {
    /// What [`Service::rotate`] would come to, on the newest state and without the lock.
    ///
    /// # Errors
    ///
    /// As those of the rotation.
    pub async fn check_rotation(&self) -> Result<Rotation, ServiceError> {
        self.look(rotation()).await
    }

    /// Encrypts again what older keys encrypted.
    pub async fn rotate(&self) -> Result<Rotation, ServiceError> {
        self.run(rotation()).await
    }

    /// What becomes of an encrypted value of the state when keys are rotated.
    pub fn rotate_value(&self, token: &str) -> Fate {
        let ring = self.writes.keys.ring();
        if ring.is_of_newest(token) {
            return Fate::Stays;
        }
        let newer = ring.open(token).and_then(|plaintext| ring.seal(&plaintext));
        newer.map_or(Fate::Unreadable, |sealed| Fate::Becomes(sealed.as_str().to_owned()))
    }

    /// Lets the newest key go on beside values whose key is lost.
    pub fn accept_lost_key(&self) -> Result<(), crate::secrets::KeyError> {
        self.writes.keys.accept()
    }
}

fn rotation() -> UseCase<Rotation> {
    UseCase::new(Names::everything(), None, |current, context| decide(current, &context.keys_for(current)))
}

fn decide(current: &Current<'_>, keys: &BatchKeys) -> Result<Step<Rotation>, ServiceError> {
    let (facts, ring) = (current.facts(), &keys.ring);
    let sealing = facts.layout().sealing;
    if let Some(reason) = facts.read_only() {
        return Err(ServiceError::ReadOnly(reason));
    }
    if !ring.can_seal() {
        return Ok(Step::NeedKey(ServiceError::KeyMissing));
    }
    if let Some(reason) = keys.not_shared() {
        return Err(reason);
    }
    let mut rotation = Rotation::default();
    let mut effects = Vec::new();
    for (key, server) in current.servers() {
        let Ok(stored) = &server.config else {
            rotation.malformed.push(key.clone());
            let is_older = |text: &&str| is_token(text) && !ring.is_of_newest(text);
            rotation.unread += strings(&server.text).filter(is_older).count();
            continue;
        };
        let mut opened = config::open(stored, sealing, ring);
        rotation.unreadable.extend(needs_reentry(&opened).into_iter().map(|pointer| (key.clone(), pointer)));
        let resealed = reseal(&mut opened, ring);
        if 0 < resealed {
            rotation.resealed += resealed;
            let config =
                config::to_stored(&opened, ring).map_err(|config::NoKey| ServiceError::KeyMissing)?;
            // The state stays what it is, and whose it is.
            effects.push(Edit::Put { key: key.clone(), config }.into());
        }
    }
    let mut tokens = Vec::new();
    for token in current.outside().tokens().collect::<BTreeSet<_>>() {
        if let Some(plaintext) = ring.open(token).filter(|_| !ring.is_of_newest(token)) {
            let sealed = ring.seal(&plaintext).ok_or(ServiceError::KeyMissing)?;
            tokens.push((token.into(), sealed.as_str().into()));
        }
    }
    rotation.unreadable_outside = unreadable_outside(ring, current.outside(), sealing);
    rotation.resealed += tokens.len();
    if !tokens.is_empty() {
        effects.push(Edit::Reseal { tokens }.into());
    }
    Ok(if effects.is_empty() { Step::Keep(rotation) } else { Step::Edit(effects, rotation) })
}

/// Marks every secret whose token an older key made as to be sealed. Gives how many there are.
fn reseal(members: &mut Members, ring: &KeyRing) -> usize {
    members.values_mut().map(|node| reseal_node(node, ring)).sum()
}

fn reseal_node(node: &mut Node, ring: &KeyRing) -> usize {
    match node {
        Node::Secret(Secret { value: SecretValue::Text(_), at_rest, .. }) => match at_rest {
            AtRest::Sealed(token) if !ring.is_of_newest(token.as_str()) => {
                *at_rest = AtRest::ToBeSealed;
                1
            }
            AtRest::Sealed(_) | AtRest::Clear | AtRest::ToBeSealed => 0,
        },
        Node::Array(elements) => elements.iter_mut().map(|element| reseal_node(element, ring)).sum(),
        Node::Object(members) => reseal(members, ring),
        Node::Secret(_) | Node::Null | Node::Bool(_) | Node::Number(_) | Node::Text(_) | Node::Url(_) => 0,
    }
}
