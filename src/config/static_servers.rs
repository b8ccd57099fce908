//! The servers that `lightspeed-stack.yaml` registers (DESIGN §15): its `mcp_servers`, read strictly. The rest of the
//! file is another program's; it must be YAML and nothing else. Files and variables are read by the caller. No message
//! repeats a value, which may be a secret.

mod entry;
mod expansion;
mod value;

use std::collections::HashSet;
use std::io;
use std::path::Path;

use saphyr::{LoadableYamlNode, Yaml};

use crate::model::static_server::StaticServer;
use entry::Entry;
use expansion::Expansion;
use value::Value;

/// The member of the file that is read.
const LIST: &str = "mcp_servers";

/// What is around the file.
pub struct Surroundings<'a> {
    /// Reads a variable of the environment.
    pub variable: &'a dyn Fn(&str) -> Option<String>,
    /// Reads a file that holds a secret.
    pub secret: &'a dyn Fn(&Path) -> io::Result<String>,
}

/// What the file says.
#[derive(Debug, Default)]
pub struct StaticFile {
    /// The servers in its order.
    pub servers: Vec<StaticServer>,
    /// What is to be said aloud of a file that can be used all the same.
    pub warnings: Vec<String>,
}

/// Why the file can't be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StaticServersError {
    /// It is not YAML.
    #[error("line {line} is not valid YAML")]
    Syntax {
        /// From 1.
        line: usize,
    },
    /// A mapping has a key twice.
    #[error("line {line}: a key comes twice")]
    Duplicate {
        /// From 1.
        line: usize,
    },
    /// It is not one mapping.
    #[error("it must be one YAML document, a mapping")]
    NoMapping,
    /// Something in the list can't be used.
    #[error("`{at}` {problem}")]
    Value {
        /// Where.
        at: String,
        /// What would be right.
        problem: String,
    },
}

impl StaticServersError {
    fn new(at: impl Into<String>, problem: impl Into<String>) -> Self {
        Self::Value { at: at.into(), problem: problem.into() }
    }
}

impl StaticFile {
    /// Reads the text of the file.
    pub fn parse(text: &str, around: &Surroundings<'_>) -> Result<Self, StaticServersError> {
        let Some(listed) = listed(text)? else { return Ok(Self::default()) };
        let Value::List(entries) = Expansion(around.variable).expand(listed, LIST)? else {
            return Err(StaticServersError::new(LIST, "must be a list"));
        };
        let (mut file, mut names) = (Self::default(), HashSet::new());
        for (index, entry) in entries.into_iter().enumerate() {
            let at = format!("{LIST}[{index}]");
            let server = Entry { at: &at, around, warnings: &mut file.warnings }.read(entry)?;
            if !names.insert(server.name.clone()) {
                let problem = "is the name of another server of the list";
                return Err(StaticServersError::new(format!("{at}.name"), problem));
            }
            file.servers.push(server);
        }
        Ok(file)
    }
}

/// The list as it is written; none where the file has none.
fn listed(text: &str) -> Result<Option<Value>, StaticServersError> {
    let documents = Yaml::load_from_str(text).map_err(|error| {
        let line = error.marker().line();
        match error.info() {
            "duplicated key in mapping" => StaticServersError::Duplicate { line },
            _ => StaticServersError::Syntax { line },
        }
    })?;
    let [document] = &documents[..] else { return Err(StaticServersError::NoMapping) };
    let members = document.as_mapping().ok_or(StaticServersError::NoMapping)?;
    let member = members.iter().find(|(key, _)| key.as_str() == Some(LIST));
    member.map(|(_, listed)| Value::read(listed, LIST)).transpose()
}

#[cfg(test)]
mod tests;
