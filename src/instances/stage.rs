//! The stages of a start and of a test: what each came to, and what to do where it failed. It does not know who asks.

use std::time::Instant;

use super::live::ms;
use super::{Fault, FaultKind};
pub use crate::api::TestStageWord as Stage;

/// What a stage came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StageReport {
    /// Which.
    pub stage: Stage,
    /// How long it took, in milliseconds; none where that is measured with the next one.
    pub ms: Option<u64>,
    /// What was wrong; none where nothing was.
    pub fault: Option<Fault>,
}

/// The stages so far.
#[derive(Debug)]
pub(super) struct Stages {
    began: Instant,
    reports: Vec<StageReport>,
}

impl Stages {
    pub(super) fn begin() -> Self {
        Self { began: Instant::now(), reports: Vec::new() }
    }

    /// A stage went well. The next one begins.
    pub(super) fn passed(&mut self, stage: Stage) {
        self.add(stage, None);
    }

    /// A stage went well, and is measured with the next one.
    pub(super) fn passed_with_next(&mut self, stage: Stage) {
        self.reports.push(StageReport { stage, ms: None, fault: None });
    }

    /// A stage came to this.
    pub(super) fn add(&mut self, stage: Stage, fault: Option<Fault>) {
        self.reports.push(StageReport { stage, ms: Some(ms(self.began)), fault });
        self.began = Instant::now();
    }

    pub(super) fn into_reports(self) -> Vec<StageReport> {
        self.reports
    }
}

/// What to do where a stage failed so.
pub fn hint(stage: Stage, kind: FaultKind) -> &'static str {
    match (stage, kind) {
        (_, FaultKind::Resolution) => {
            "Set the variable, file or value that the reference names where the service can read it, or correct the reference."
        }
        (Stage::CallTool, FaultKind::Policy) => "Have the run policy of the server allow this tool.",
        (_, FaultKind::Policy) => {
            "Choose an address that this service may dial, or have MCP_SETTINGS_DIAL changed."
        }
        (_, FaultKind::Spawn) => {
            "Install the command, correct its name, or give its absolute path; `mcp-settings doctor` shows where commands are looked up."
        }
        (_, FaultKind::Connect) => {
            "Check the address and its port, that the server runs, and for https its certificate."
        }
        (Stage::Initialize, FaultKind::Timeout) => {
            "The server does not answer `initialize`: check that it speaks MCP over this transport. A first start that downloads a package takes longer."
        }
        (_, FaultKind::Timeout) => "The server took too long. Try again, or look at its log.",
        (_, FaultKind::Auth) => "The server wants other credentials: check its token or header.",
        (_, FaultKind::HttpStatus) => {
            "Check the path of the URL and the transport: this is not where the server speaks MCP."
        }
        (_, FaultKind::Exited) => {
            "The program ended: its last lines say why. Check its arguments and environment."
        }
        (_, FaultKind::Protocol) => {
            "What answers does not speak MCP: check the command or the URL. A program must write nothing else to its standard output."
        }
        (Stage::CallTool, FaultKind::JsonRpc | FaultKind::ToolError) => {
            "The server works and refuses the call: check the arguments, and the credentials that the tool needs."
        }
        (_, FaultKind::JsonRpc | FaultKind::ToolError) => {
            "The server refuses the request: its message says why."
        }
        (_, FaultKind::TooLarge) => "The server sends more than is read: have it list or answer less.",
    }
}
