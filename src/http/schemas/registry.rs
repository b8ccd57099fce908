//! The server that is installed through the catalog.

#![expect(dead_code, reason = "types that are described, and never made")]

use std::collections::BTreeMap;

use schemars::JsonSchema;

use super::ENTRY_NAME;

/// A server to be installed. Members that are not listed here are ignored.
#[derive(JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub(in crate::http) struct RegistryServerSpec {
    /// Its name in the scope. With the scope before it, it has at most 128 characters.
    #[schemars(length(min = 1, max = 128), regex(pattern = ENTRY_NAME))]
    name: String,
    /// The program. It holds no `${`.
    #[schemars(
        length(min = 1),
        regex(
            pattern = r"^([^$\x00-\x1f\x7f-\x9f]|\$+[^${\x00-\x1f\x7f-\x9f])*(([^$\s\x00-\x1f\x7f-\x9f]|\$+[^${\x00-\x1f\x7f-\x9f])([^$\x00-\x1f\x7f-\x9f]|\$+[^${\x00-\x1f\x7f-\x9f])*\$*|\$+)$"
        )
    )]
    command: String,
    /// Its arguments.
    #[schemars(default)]
    args: Vec<String>,
    /// Its variables. A value `$NAME` is a reference to a variable of the agent's; any other one must not begin with `$`.
    #[schemars(default, schema_with = "variables")]
    env: BTreeMap<String, String>,
    /// How it is spoken to.
    #[schemars(default = "stdio", extend("enum" = ["stdio"]))]
    transport: String,
    /// What it is for.
    #[schemars(default)]
    description: String,
}

fn stdio() -> String {
    "stdio".to_owned()
}

fn variables(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({
        "type": "object",
        "propertyNames": { "pattern": "^[^=\\x00]+$" },
        "additionalProperties": { "type": "string", "pattern": r"^([^$][\s\S]*|\$[A-Z_][A-Z0-9_]*)?$" },
    })
}
