//! What the service keeps beside the settings, in a folder that only its own account can enter. It refuses to know
//! what stands in the settings, and how the service is called.

mod directory;
mod services;

pub use directory::{StateDirectory, StateError};
pub use services::Services;
