//! Why a configuration can't be used: which setting, where it was given, and what would be right. It never
//! repeats a value, which may be a key.

use std::fmt;
use std::net::SocketAddr;

use super::variables::{ALLOWED_HOSTS, AUTH, FILE, LISTEN};

/// Where a setting was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// On the command line.
    Flag(&'static str),
    /// In the environment.
    Variable(&'static str),
    /// In the configuration file.
    Member(&'static str),
}

/// Why the configuration can't be used. Names what is wrong, never a secret.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The configuration file is not TOML.
    #[error("line {line} of the configuration file is not valid TOML")]
    Syntax {
        /// From 1.
        line: usize,
    },
    /// The configuration file has a member that is not a setting.
    #[error("line {line} of the configuration file: `{member}` is not a setting; the settings are {known}")]
    Unknown {
        /// From 1.
        line: usize,
        /// Its name.
        member: String,
        /// The names of all settings.
        known: String,
    },
    /// A member of the configuration file has another type.
    #[error("line {line} of the configuration file: `{member}` must be {expected}")]
    Type {
        /// From 1.
        line: usize,
        /// Its name.
        member: &'static str,
        /// What it can be.
        expected: &'static str,
    },
    /// A setting can't be read.
    #[error("{origin} {problem}")]
    Setting {
        /// Where it was given.
        origin: Origin,
        /// What would be right.
        problem: String,
    },
    /// There is no place for the document.
    #[error("there is no place for the settings file: set `{FILE}`, or `HOME`")]
    NoPlace,
    /// Keys are off where others could call.
    #[error("`{AUTH}=off` serves without keys and so needs a loopback address; `{LISTEN}` is {0}")]
    OpenToAll(SocketAddr),
    /// A wildcard address says nothing about the host that clients name.
    #[error("the listen address is a wildcard: set `{ALLOWED_HOSTS}` to the names under which clients call")]
    NoHosts,
}

impl Origin {
    /// The error that a setting given here can't be used.
    pub(super) fn error(self, problem: impl Into<String>) -> ConfigError {
        ConfigError::Setting { origin: self, problem: problem.into() }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(name) | Self::Variable(name) => write!(formatter, "`{name}`"),
            Self::Member(name) => write!(formatter, "`{name}` of the configuration file"),
        }
    }
}
