//! The resource `/api/settings/mcp-servers`, one file for each thing that can be asked of it.

mod altered_tags;
mod copy;
mod dry_run;
mod enablement;
mod findings;
mod list;
mod prefer;
mod query;
mod rename;
mod validation;
