//! What a configuration starts or connects to, in the clear (DESIGN §13.5): every reference is resolved, every
//! credential in its header. All of it is there, or nothing is.

mod credentials;
mod failure;
mod file;
mod resolver;
mod settings;
mod url;
mod vault;

#[cfg(test)]
mod tests;

pub use resolver::References;
pub use settings::{ReferenceSettings, VaultToken};
