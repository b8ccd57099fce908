//! The settings of an agent, by its kind.

use super::parts::{CONTEXT, LLM, META_PROFILE, TOOL};
use super::texts::{
    FILE_NAME, FILLED, FROM_0, FROM_1, FROM_20, INNER_SHARE, POSITIVE, SHARE, SUBFOLDER, TEXT_OR_NULL, TEXTS,
};
use super::{Model, Rule, Tagged, one_of};

/// Members that the newest layout no longer has, and refuses.
pub(in crate::model::settings) const REMOVED: [&str; 2] = ["enable_sub_agents", "enable_switch_llm_tool"];

/// What an ACP agent of the newest layout can't have.
pub(in crate::model::settings) const NOT_FOR_ACP: &str = "llm";

pub(in crate::model::settings) static OPENHANDS: Model = Model::of(&[
    ("agent", Rule::Text),
    ("llm", Rule::Object(&LLM)),
    ("tools", Rule::OrNull(&Rule::Array(&Rule::Object(&TOOL)))),
    ("enable_classify_and_switch_llm_tool", Rule::Boolean),
    ("active_meta_profile", TEXT_OR_NULL),
    ("meta_profile", Rule::OrNull(&Rule::Object(&META_PROFILE))),
    ("meta_profile_llms", Rule::Map(&Rule::Object(&LLM))),
    ("tool_concurrency_limit", Rule::Integer(&FROM_1)),
    ("persona", Rule::OrNull(&Rule::Length(1, 65_536, "must have 1 to 65,536 characters"))),
    ("agent_context", Rule::Object(&CONTEXT)),
    ("condenser", Rule::Tagged(&CONDENSER)),
    ("verification", Rule::Object(&VERIFICATION)),
]);

pub(in crate::model::settings) static ACP: Model = Model::of(&[
    ("acp_server", one_of!("claude-code", "codex", "gemini-cli", "kimi-code", "pi", "opencode", "custom")),
    ("acp_command", TEXTS),
    ("acp_args", TEXTS),
    ("acp_model", TEXT_OR_NULL),
    ("acp_session_mode", TEXT_OR_NULL),
    ("acp_prompt_timeout", Rule::Number(&POSITIVE)),
    ("acp_startup_timeout", Rule::Number(&POSITIVE)),
    ("acp_isolate_data_dir", Rule::Boolean),
    ("acp_file_secrets", Rule::Array(&Rule::Object(&FILE_SECRET))),
    ("agent_context", Rule::OrNull(&Rule::Object(&CONTEXT))),
]);

static FILE_SECRET: Model = Model {
    members: &[
        ("secret_name", FILLED),
        ("filename", FILE_NAME),
        ("env_var", FILLED),
        ("subdir", SUBFOLDER),
        ("env_points_to", one_of!("dir", "file")),
        ("warn_if_unset", TEXTS),
    ],
    required: &["secret_name", "filename", "env_var", "subdir"],
    is_closed: false,
    together: None,
};

static SUMMARIZING: Model = Model::of(&[
    ("enabled", Rule::Boolean),
    ("max_size", Rule::Integer(&FROM_20)),
    ("max_tokens", Rule::OrNull(&Rule::Integer(&FROM_1))),
    ("keep_first", Rule::Integer(&FROM_0)),
    ("minimum_progress", Rule::Number(&INNER_SHARE)),
    ("hard_context_reset_max_retries", Rule::Integer(&FROM_1)),
    ("hard_context_reset_context_scaling", Rule::Number(&INNER_SHARE)),
]);

static NO_OP: Model = Model::of(&[("enabled", Rule::Boolean)]);

static CONDENSER: Tagged = Tagged {
    tag: "condenser_kind",
    default: Some(&SUMMARIZING),
    models: &[("llm_summarizing", &SUMMARIZING), ("no_op", &NO_OP)],
    message: "must be one of `llm_summarizing`, `no_op`",
};

static VERIFICATION: Model = Model::of(&[
    ("critic_enabled", Rule::Boolean),
    ("critic_mode", one_of!("finish_and_message", "all_actions")),
    ("enable_iterative_refinement", Rule::Boolean),
    ("critic_threshold", Rule::Number(&SHARE)),
    ("max_refinement_iterations", Rule::Integer(&FROM_1)),
    ("critic_server_url", TEXT_OR_NULL),
    ("critic_model_name", TEXT_OR_NULL),
    ("critic_api_key", TEXT_OR_NULL),
]);
