//! Black-box tests: the real binary, over a real socket, against docs/API.md and docs/DESIGN.md. Modules mirror the URL tree and
//! the laws; the first group is the harness.

mod api_types;
mod chromium;
mod conformance;
mod crypto;
mod launch;
mod peer;
mod proxy;
mod response;
mod running;
mod server;
mod site;
mod stream;
mod test_budget;
mod wire;

mod access;
mod approvals;
mod attacks;
mod check_command;
mod checks;
mod clients;
mod connections;
mod crashes;
mod doctor_command;
mod documentation;
mod events;
mod generated;
mod hostile;
mod in_memory;
mod instances;
mod instances_soak;
mod instances_together;
mod json_patch;
mod laws;
mod mcp_servers;
mod page;
mod policies;
mod rotation;
mod secrets;
mod sessions;
mod settings;
mod soak;
mod transcript;
mod ui;
mod ui_model;
