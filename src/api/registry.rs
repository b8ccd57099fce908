//! What our service says as a catalog of servers for agents: the wire of registries over HTTP.

#![expect(missing_docs, reason = "a member without a text has that of its type in the OpenAPI document")]

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use indexmap::IndexMap;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};

/// What a catalog can do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub struct RegistryCapabilities {
    /// 1: it can be read; 2: written, too; 3: with an audit.
    #[schemars(range(min = 1, max = 3))]
    pub tier: u8,
    /// Whether servers can be installed.
    pub supports_install: bool,
    /// Whether they can be uninstalled.
    pub supports_uninstall: bool,
    /// Whether changes are audited.
    pub supports_audit: bool,
    /// The version of this wire.
    pub wire_version: String,
}

/// The servers of a scope, sorted by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub struct RegistryList {
    pub servers: Vec<RegistryRow>,
}

/// A server in a list: with `expand=spec` all of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum RegistryRow {
    Server(RegistryServer),
    Entry(RegistryEntry),
}

/// A server without what it is started with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub struct RegistryEntry {
    /// Its name in the scope.
    pub name: String,
    /// The first line of its description.
    pub description: String,
    /// `stdio`
    pub transport: String,
    /// Reserved: null.
    pub version: Option<String>,
    /// Reserved: empty.
    pub source: String,
}

/// What a server is started with. References to variables are `$NAME`, and nothing is resolved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub struct RegistryServer {
    /// Its name in the scope.
    pub name: String,
    /// The program.
    pub command: String,
    /// Its arguments.
    pub args: Vec<String>,
    pub env: RegistryVariables,
    /// `stdio`
    pub transport: String,
    /// What it is for.
    pub description: String,
}

/// Variables in their order. A value that begins with `$` is a reference to a variable of the agent's.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegistryVariables(pub IndexMap<String, String>);

/// Whether the caller can start a server from what it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub struct RegistryValidation {
    /// Whether there are no errors.
    pub ok: bool,
    /// What keeps it from being shown: a pointer into the server, and why. Never a value.
    pub errors: Vec<String>,
    /// What may be wrong all the same.
    pub warnings: Vec<String>,
}

/// Without the values, which may be secret.
impl fmt::Debug for RegistryVariables {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.0.keys()).finish()
    }
}

impl JsonSchema for RegistryVariables {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "RegistryVariables".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = BTreeMap::<String, String>::json_schema(generator);
        let description = "Its variables, in their order. A value that begins with `$` is a reference to a variable of the agent's.";
        schema.insert("description".to_owned(), description.into());
        schema
    }
}
