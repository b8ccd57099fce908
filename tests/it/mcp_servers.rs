//! The resource `/api/settings/mcp-servers`, one file for each thing that can be asked of it.

mod altered_tags;
mod copy;
mod dry_run;
mod enablement;
mod findings;
mod list;
mod new_name;
mod prefer;
mod query;
mod rename;
mod stored_names;
mod validation;
