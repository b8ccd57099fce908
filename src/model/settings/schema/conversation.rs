//! The settings of conversations.

use crate::model::config::{Members, Node};

use super::parts::{AGENT_DEFINITION, HOOKS, MESSAGE, PLUGIN, TRACE_VALUE};
use super::texts::{
    FROM_1, FROM_A_HUNDREDTH, MEMORY, REFERENCE, REFERENCE_PREFIX, TEXT_MAP, TEXT_OR_NULL, TEXTS, UUID,
};
use super::{Model, Rule, Tagged, agent, one_of, text};

pub(in crate::model::settings) static CONVERSATION: Model = Model {
    members: &[
        ("agent_settings", Rule::OrNull(&Rule::Tagged(&AGENT))),
        ("workspace", Rule::OrNull(&Rule::Object(&WORKSPACE))),
        ("conversation_id", Rule::OrNull(&UUID)),
        ("initial_message", Rule::OrNull(&Rule::Object(&MESSAGE))),
        ("tool_module_qualnames", TEXT_MAP),
        ("agent_definitions", Rule::Array(&Rule::Object(&AGENT_DEFINITION))),
        ("plugins", Rule::OrNull(&Rule::Array(&Rule::Object(&PLUGIN)))),
        ("hook_config", Rule::OrNull(&Rule::Object(&HOOKS))),
        ("selected_repository", TEXT_OR_NULL),
        ("observability_metadata", Rule::OrNull(&Rule::Map(&TRACE_VALUE))),
        ("observability_tags", Rule::OrNull(&TEXTS)),
        ("observability_span_name", TEXT_OR_NULL),
        ("max_iterations", Rule::Integer(&FROM_1)),
        ("confirmation_mode", Rule::Boolean),
        ("security_analyzer", Rule::OrNull(&one_of!("llm", "none"))),
        ("default_runtime", one_of!("local", "worktree", "docker")),
        ("worktree_base", one_of!("default_branch", "head", "ref")),
        ("worktree_base_ref", Rule::OrNull(&REFERENCE)),
        ("worktree_branch_prefix", REFERENCE_PREFIX),
        ("container_memory", Rule::OrNull(&MEMORY)),
        ("container_cpus", Rule::OrNull(&Rule::Number(&FROM_A_HUNDREDTH))),
        ("container_browser", Rule::Boolean),
    ],
    required: &[],
    is_closed: false,
    together: Some(reference_of_base),
};

/// Work trees that branch from a reference need one.
fn reference_of_base(conversation: &Members) -> Option<(&'static str, &'static str)> {
    let is_from_reference = conversation.get("worktree_base").and_then(text) == Some("ref");
    let has_none = matches!(conversation.get("worktree_base_ref"), None | Some(Node::Null));
    (is_from_reference && has_none)
        .then_some(("worktree_base_ref", "is required where `worktree_base` is `ref`"))
}

static WORKSPACE: Model = Model {
    members: &[("working_dir", Rule::Text), ("kind", one_of!("LocalWorkspace"))],
    required: &["working_dir"],
    is_closed: false,
    together: None,
};

/// Settings of an agent of the conversation's own.
static AGENT: Tagged = Tagged {
    tag: "agent_kind",
    default: Some(&agent::OPENHANDS),
    models: &[("openhands", &agent::OPENHANDS), ("llm", &agent::OPENHANDS), ("acp", &agent::ACP)],
    message: "must be one of `openhands`, `llm`, `acp`",
};
