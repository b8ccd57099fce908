//! What a start gets, and why some get nothing: A1 to A4 of what is promised of starts, each form of credential, and
//! what attackers try.

mod credentials;
mod fake_vault;
mod promises;
mod sources;

use std::sync::Arc;

use tokio::runtime::Builder;

use super::{ReferenceSettings, References, VaultToken};
use crate::instances::{Fault, FaultKind, Program, Remote, Resolved, ResolvedLaunch};
use crate::model::config::Config;
use crate::model::reference::ReferenceRules;
use crate::model::samples::config;
use crate::secrets::Plaintext;

/// The variables of the tests. What is a secret in them holds the word `canary`.
fn variable(name: &str) -> Option<String> {
    let value = match name {
        "MCP_SECRET_A" => "canary-a",
        "MCP_SECRET_B" => "canary b/&",
        "MCP_SECRET_EMPTY" => "",
        "MCP_SECRET_LINES" => "canary\r\nX-Evil: 1",
        "MCP_SECRET_NUL" => "canary\0",
        "HOME" | "MCP_SETTINGS_SECRET_KEY" => "canary-not-allowed",
        _ => return None,
    };
    Some(value.to_owned())
}

fn settings(folders: &[&str], vault: Option<String>) -> ReferenceSettings {
    let folders = folders.iter().map(|folder| (*folder).to_owned()).collect();
    ReferenceSettings {
        rules: Arc::new(ReferenceRules::new(None, folders, vec!["kv/mcp".to_owned()])),
        vault_address: vault,
        vault_token: Some(VaultToken::Text(Plaintext::new(fake_vault::TOKEN.to_owned()))),
    }
}

fn resolve_with(settings: ReferenceSettings, config: &Config) -> Result<Resolved, Fault> {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(References::new(settings, variable).resolve(config))
}

fn resolve(text: &str) -> Result<Resolved, Fault> {
    resolve_with(settings(&[], None), &config(text))
}

fn program(text: &str) -> Program {
    match resolve(text) {
        Ok(Resolved { launch: ResolvedLaunch::Program(program), .. }) => program,
        Ok(_) => panic!("it is no program"),
        Err(fault) => panic!("{}", fault.message),
    }
}

fn remote(text: &str) -> Remote {
    match resolve(text) {
        Ok(Resolved { launch: ResolvedLaunch::Remote(remote), .. }) => remote,
        Ok(_) => panic!("it is not remote"),
        Err(fault) => panic!("{}", fault.message),
    }
}

fn pairs(pairs: &[(String, Plaintext)]) -> Vec<(&str, &str)> {
    pairs.iter().map(|(name, value)| (name.as_str(), value.expose())).collect()
}

/// The message of the fault behind its beginning, which is checked, as is that no value is in it.
fn why(outcome: Result<Resolved, Fault>) -> String {
    let fault = outcome.expect_err("it can't be resolved");
    let all = format!("{} {:?}", fault.message, fault.detail);
    assert!(!all.contains("canary") && !all.contains("hvs."), "{all}");
    assert_eq!(fault.kind, FaultKind::Resolution, "{all}");
    let reason = fault.message.strip_prefix("secret resolution failed: ").expect("the beginning is fixed");
    assert!(!reason.is_empty());
    reason.to_owned()
}
