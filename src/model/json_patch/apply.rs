//! A patch applied to the redacted view of a configuration: all of it or nothing. The result is a body as for
//! a replacement; it does not know what that means for the secrets behind the masks.

use crate::json::{Fault, FaultKind, Json, Object, Path, Pointer};

use super::super::config::Config;
use super::super::findings::Findings;
use super::super::merge::Refusal;
use super::tree::{MisfitKind, Tree, land_members};
use super::{Action, JsonPatch, Operation};

/// How much the copies of one patch may add together, as long as they are when written. Bytes. 64 copies of a
/// growing object would fill any memory before the result's own limit is reached.
const MOST_COPIED: usize = 1 << 20;

/// How deep a value may become while a patch is applied: as deep as one may be in a file. The result has a narrower
/// limit.
const DEEPEST: usize = 512;

/// What a patch makes of a view.
#[derive(Debug)]
pub struct Patched {
    /// The whole configuration, masks in it.
    pub config: Object,
    /// The places that masks reached from another leaf.
    pub displaced: Vec<Refusal>,
}

/// Why a patch makes nothing of a view.
#[derive(Debug)]
pub enum NotApplied {
    /// An operation does not fit the state.
    Misfit(Misfit),
    /// A value became too deep.
    TooDeep(Fault),
    /// The copies are too large.
    TooLarge,
    /// What is left is no object.
    NotAnObject,
}

/// An operation that does not fit the state to which it is applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// Which operation, counted from 0.
    pub operation: usize,
    /// Which of its members, in the patch document.
    pub pointer: Pointer,
    /// Why.
    pub kind: MisfitKind,
}

/// Applies a patch to the view of a configuration.
pub fn apply(patch: &JsonPatch, shown: Object, stored: &Config) -> Result<Patched, NotApplied> {
    let mut work = Work { root: Tree::of_view(shown, Some(stored)), copied: 0 };
    for (index, operation) in patch.operations.iter().enumerate() {
        work.run(operation).map_err(|trouble| trouble.of_operation(index))?;
    }
    let Tree::Object(members) = work.root else { return Err(NotApplied::NotAnObject) };
    let mut displaced = Findings::new();
    let config = land_members(members, Some(stored), &Path::Root, &mut displaced);
    Ok(Patched { config, displaced: displaced.into_vec() })
}

struct Work<'a> {
    root: Tree<'a>,
    copied: usize,
}

/// Why one operation failed, while nobody has said which it was.
enum Trouble {
    /// With the name of the member that has the place.
    Misfit(&'static str, MisfitKind),
    TooDeep(Pointer),
    TooLarge,
}

impl<'a> Work<'a> {
    fn run(&mut self, Operation { path, action }: &Operation) -> Result<(), Trouble> {
        match action {
            Action::Add(value) => self.add(path, Tree::sent(value.clone())),
            Action::Remove => self.remove(path).map(drop).map_err(at_path),
            Action::Replace(value) => {
                let value = Tree::sent(value.clone());
                check_depth(path, &value)?;
                *self.at(path).map_err(at_path)? = value;
                Ok(())
            }
            Action::Move(from) if path.is_below(from) => {
                self.at(from).map_err(at_from)?;
                Err(at_path(MisfitKind::IntoItself))
            }
            Action::Move(from) if path == from => self.at(from).map(drop).map_err(at_from),
            Action::Move(from) => {
                let value = self.remove(from).map_err(at_from)?;
                self.add(path, value)
            }
            Action::Copy(from) => {
                // Measured before it is made: what is refused takes no memory.
                self.copied += self.at(from).map_err(at_from)?.size().length;
                if MOST_COPIED < self.copied {
                    return Err(Trouble::TooLarge);
                }
                let value = self.at(from).map_err(at_from)?.clone();
                self.add(path, value)
            }
            Action::Test(value) => {
                let is_equal = self.at(path).map_err(at_path)?.equals(value);
                if is_equal { Ok(()) } else { Err(at_path(MisfitKind::TestFailed)) }
            }
        }
    }

    fn at(&mut self, place: &Pointer) -> Result<&mut Tree<'a>, MisfitKind> {
        place.steps().try_fold(&mut self.root, |tree, name| tree.child(&name))
    }

    fn add(&mut self, path: &Pointer, value: Tree<'a>) -> Result<(), Trouble> {
        check_depth(path, &value)?;
        let Some((parent, name)) = path.split_last() else {
            self.root = value;
            return Ok(());
        };
        self.at(&parent).and_then(|parent| parent.insert(&name, value)).map_err(at_path)
    }

    fn remove(&mut self, path: &Pointer) -> Result<Tree<'a>, MisfitKind> {
        match path.split_last() {
            Some((parent, name)) => self.at(&parent)?.remove(&name),
            None => Ok(std::mem::replace(&mut self.root, Tree::Scalar(Json::Null))),
        }
    }
}

fn at_path(kind: MisfitKind) -> Trouble {
    Trouble::Misfit("path", kind)
}

fn at_from(kind: MisfitKind) -> Trouble {
    Trouble::Misfit("from", kind)
}

/// Trees are walked by recursion.
fn check_depth(path: &Pointer, value: &Tree<'_>) -> Result<(), Trouble> {
    let depth = path.steps().count() + value.size().depth;
    if depth <= DEEPEST { Ok(()) } else { Err(Trouble::TooDeep(path.clone())) }
}

impl Trouble {
    fn of_operation(self, operation: usize) -> NotApplied {
        match self {
            Self::Misfit(member, kind) => {
                let pointer = Pointer::root().element(operation).member(member);
                NotApplied::Misfit(Misfit { operation, pointer, kind })
            }
            Self::TooDeep(pointer) => NotApplied::TooDeep(Fault { pointer, kind: FaultKind::TooDeep }),
            Self::TooLarge => NotApplied::TooLarge,
        }
    }
}
