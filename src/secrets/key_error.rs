//! What can be wrong with the files of keys.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use super::{CreateOnceError, PrivateFileError};

/// What can be wrong with the files that keys are in.
#[derive(Clone, Debug, thiserror::Error)]
pub enum KeyError {
    /// One can't be read or trusted.
    #[error(transparent)]
    File(PrivateFileError),
    /// One holds no key. It is never replaced: a key could be lost for good that way.
    #[error("the key file `{}` is empty or malformed; put the right one back, or remove it where nothing was made with it", path.display())]
    Malformed {
        /// Which file.
        path: PathBuf,
    },
    /// One can't be made.
    #[error("could not make the key file")]
    Create(#[source] CreateOnceError),
    /// The note of another key can't be removed.
    #[error("could not replace `{}`", path.display())]
    Note {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: Arc<io::Error>,
    },
    /// Another process serves the document with a key, so that a new one would part them.
    #[error("another process uses these settings with a key; give this one the same")]
    Elsewhere,
}
