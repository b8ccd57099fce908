//! Why the file can't be used, and what of that is damage. It does not know what is done about it.

use std::io;
use std::path::PathBuf;

use rusqlite::{Error, ErrorCode};

/// Why the database can't be opened.
#[derive(Debug, thiserror::Error)]
pub(super) enum OpenError {
    /// A newer version of the service has written it.
    #[error("`{}` was written by a newer version of this service, and is left as it is", .0.display())]
    Newer(PathBuf),
    /// It could be another account's, or another can see into it.
    #[error("`{}` must be a regular file of the user of this service, with the mode 0600; a link is not followed", .0.display())]
    NotOurs(PathBuf),
    /// Other processes keep it.
    #[error("another process holds `{}`", .0.display())]
    Locked(PathBuf),
    /// The file system refuses.
    #[error("could not use `{}`: {source}", path.display())]
    Io {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// SQLite refuses.
    #[error("could not use the database: {0}")]
    Sqlite(#[from] Error),
    /// It is damaged, and it is not for us to put it aside.
    #[error("`{}` is damaged: start the service, which puts it aside", .0.display())]
    Damaged(PathBuf),
    /// It is damaged again as soon as it is made.
    #[error("each new database is damaged at once")]
    Unmendable,
}

/// Whether the content of the file is not what it should be; as opposed to a disk that is full, gone or locked.
pub(super) fn is_damage(error: &Error) -> bool {
    match error {
        Error::SqliteFailure(failure, _) => matches!(
            failure.code,
            // The last is what SQLite says of a table or column that is not there.
            ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase | ErrorCode::Unknown
        ),
        Error::SqlInputError { .. }
        | Error::FromSqlConversionFailure(..)
        | Error::IntegralValueOutOfRange(..)
        | Error::InvalidColumnType(..)
        | Error::QueryReturnedNoRows => true,
        _ => false,
    }
}
