//! Objects that are in several places of OpenHands' settings: models of languages, skills, hooks, tools.

use crate::model::config::{Members, Node};

use super::texts::{
    ANY_INTEGER, ANY_NUMBER, BOOLEAN_OR_NULL, CONTEXT_WINDOW, FILLED, FROM_0, FROM_1, INNER_SHARE, NOT_BLANK,
    NOT_NEGATIVE, POSITIVE, REPOSITORY_PATH, SHARE, TEXT_MAP, TEXT_OR_NULL, TEXTS,
};
use super::{Model, Range, Rule, Tagged, one_of, text};

const fn object(members: &'static [(&'static str, Rule)], required: &'static [&'static str]) -> Model {
    Model { members, required, is_closed: false, together: None }
}

const fn integer(range: &'static Range) -> Rule {
    Rule::Integer(range)
}

const fn number(range: &'static Range) -> Rule {
    Rule::Number(range)
}

pub(super) static LLM: Model = object(
    &[
        ("model", FILLED),
        ("api_key", TEXT_OR_NULL),
        ("provider_connection_id", TEXT_OR_NULL),
        ("auth_type", one_of!("api_key", "subscription")),
        ("subscription_vendor", Rule::OrNull(&one_of!("openai"))),
        ("base_url", TEXT_OR_NULL),
        ("api_version", TEXT_OR_NULL),
        ("aws_access_key_id", TEXT_OR_NULL),
        ("aws_secret_access_key", TEXT_OR_NULL),
        ("aws_session_token", TEXT_OR_NULL),
        ("aws_region_name", TEXT_OR_NULL),
        ("aws_profile_name", TEXT_OR_NULL),
        ("aws_role_name", TEXT_OR_NULL),
        ("aws_session_name", TEXT_OR_NULL),
        ("aws_bedrock_runtime_endpoint", TEXT_OR_NULL),
        ("openrouter_site_url", Rule::Text),
        ("openrouter_app_name", Rule::Text),
        ("num_retries", integer(&FROM_0)),
        ("retry_multiplier", number(&NOT_NEGATIVE)),
        ("retry_min_wait", integer(&FROM_0)),
        ("retry_max_wait", integer(&FROM_0)),
        ("timeout", Rule::OrNull(&integer(&FROM_0))),
        ("stream_idle_timeout", Rule::OrNull(&number(&NOT_NEGATIVE))),
        ("max_message_chars", integer(&FROM_1)),
        ("temperature", Rule::OrNull(&number(&NOT_NEGATIVE))),
        ("top_p", Rule::OrNull(&number(&SHARE))),
        ("top_k", Rule::OrNull(&number(&NOT_NEGATIVE))),
        ("max_input_tokens", Rule::OrNull(&integer(&CONTEXT_WINDOW))),
        ("max_output_tokens", Rule::OrNull(&integer(&FROM_1))),
        ("model_canonical_name", TEXT_OR_NULL),
        ("api_mode", one_of!("auto", "chat", "responses")),
        (
            "capability_overrides",
            Rule::Map(&Rule::AnyOf(&[Rule::Boolean, Rule::Text], "must be true, false or a string")),
        ),
        ("extra_headers", Rule::OrNull(&TEXT_MAP)),
        ("input_cost_per_token", Rule::OrNull(&number(&NOT_NEGATIVE))),
        ("output_cost_per_token", Rule::OrNull(&number(&NOT_NEGATIVE))),
        ("ollama_base_url", TEXT_OR_NULL),
        ("stream", Rule::Boolean),
        ("drop_params", Rule::Boolean),
        ("disable_vision", BOOLEAN_OR_NULL),
        ("disable_stop_word", BOOLEAN_OR_NULL),
        ("caching_prompt", Rule::Boolean),
        ("log_completions", Rule::Boolean),
        ("log_completions_folder", Rule::Text),
        ("custom_tokenizer", TEXT_OR_NULL),
        ("native_tool_calling", Rule::Boolean),
        ("force_string_serializer", BOOLEAN_OR_NULL),
        ("inline_image_urls", BOOLEAN_OR_NULL),
        ("reasoning_effort", Rule::OrNull(&one_of!("low", "medium", "high", "xhigh", "none"))),
        ("reasoning_summary", Rule::OrNull(&one_of!("auto", "concise", "detailed"))),
        ("enable_encrypted_reasoning", Rule::Boolean),
        ("prompt_cache_retention", TEXT_OR_NULL),
        ("extended_thinking_budget", Rule::OrNull(&integer(&ANY_INTEGER))),
        ("seed", Rule::OrNull(&integer(&ANY_INTEGER))),
        ("usage_id", Rule::Text),
        ("litellm_extra_body", Rule::Map(&Rule::Any)),
        ("fallback_strategy", Rule::OrNull(&Rule::Object(&FALLBACK))),
    ],
    &["model"],
);

static FALLBACK: Model =
    object(&[("fallback_llms", TEXTS), ("profile_store_dir", TEXT_OR_NULL)], &["fallback_llms"]);

static INPUT: Model = object(&[("name", Rule::Text), ("description", Rule::Text)], &["name", "description"]);

static TRIGGER: Tagged = Tagged {
    tag: "type",
    default: None,
    models: &[
        ("keyword", &object(&[("keywords", TEXTS)], &["keywords"])),
        ("task", &object(&[("triggers", TEXTS)], &["triggers"])),
        ("path", &object(&[("paths", TEXTS)], &["paths"])),
    ],
    message: "must be one of `keyword`, `task`, `path`",
};

static RESOURCES: Model = object(
    &[("skill_root", Rule::Text), ("scripts", TEXTS), ("references", TEXTS), ("assets", TEXTS)],
    &["skill_root"],
);

static SKILL: Model = object(
    &[
        ("name", Rule::Text),
        ("content", Rule::Text),
        ("trigger", Rule::OrNull(&Rule::Tagged(&TRIGGER))),
        ("source", TEXT_OR_NULL),
        ("mcp_tools", Rule::OrNull(&Rule::Servers)),
        ("inputs", Rule::Array(&Rule::Object(&INPUT))),
        ("is_agentskills_format", Rule::Boolean),
        ("version", Rule::Text),
        ("description", TEXT_OR_NULL),
        ("license", TEXT_OR_NULL),
        ("compatibility", TEXT_OR_NULL),
        // Values of other kinds are read as their text.
        ("metadata", Rule::OrNull(&Rule::Map(&Rule::Any))),
        (
            "allowed_tools",
            Rule::OrNull(&Rule::AnyOf(&[Rule::Text, TEXTS], "must be a string or an array of strings")),
        ),
        ("disable_model_invocation", Rule::Boolean),
        ("resources", Rule::OrNull(&Rule::Object(&RESOURCES))),
    ],
    &["name", "content"],
);

static MARKETPLACE: Model = object(
    &[
        ("name", Rule::Text),
        ("source", Rule::Text),
        ("ref", TEXT_OR_NULL),
        ("repo_path", Rule::OrNull(&REPOSITORY_PATH)),
        ("auto_load", Rule::AnyOf(&[Rule::Boolean, TEXTS], "must be true, false or an array of strings")),
    ],
    &["name", "source"],
);

static SECRET_SOURCE: Tagged = Tagged {
    tag: "kind",
    default: None,
    models: &[
        ("StaticSecret", &object(&[("description", TEXT_OR_NULL), ("value", TEXT_OR_NULL)], &[])),
        (
            "LookupSecret",
            &object(&[("description", TEXT_OR_NULL), ("url", Rule::Text), ("headers", TEXT_MAP)], &["url"]),
        ),
    ],
    message: "must be one of `StaticSecret`, `LookupSecret`",
};

pub(super) static CONTEXT: Model = object(
    &[
        ("skills", Rule::Unique(&Rule::Object(&SKILL), "name", "must not have two skills of one name")),
        ("system_message_suffix", TEXT_OR_NULL),
        ("user_message_suffix", TEXT_OR_NULL),
        ("load_user_skills", Rule::Boolean),
        ("load_public_skills", Rule::Boolean),
        ("marketplace_path", TEXT_OR_NULL),
        ("registered_marketplaces", Rule::Array(&Rule::Object(&MARKETPLACE))),
        ("load_project_skills", Rule::Boolean),
        ("load_memory", Rule::Boolean),
        ("memory_context", TEXT_OR_NULL),
        ("disabled_skills", TEXTS),
        ("secrets", Rule::OrNull(&Rule::Map(&Rule::TextOr(&Rule::Tagged(&SECRET_SOURCE))))),
        ("current_datetime", TEXT_OR_NULL),
    ],
    &[],
);

pub(super) static TOOL: Model =
    object(&[("name", NOT_BLANK), ("params", Rule::OrNull(&Rule::Map(&Rule::Any)))], &["name"]);

pub(super) static META_PROFILE: Model = Model {
    members: &[
        ("classifier_model", Rule::Text),
        (
            "classes",
            Rule::Array(&Rule::Object(&object(
                &[("description", Rule::Text), ("model", Rule::Text)],
                &["description", "model"],
            ))),
        ),
        ("prompt_template", TEXT_OR_NULL),
        ("model_table", TEXT_OR_NULL),
    ],
    required: &["classifier_model"],
    is_closed: false,
    together: Some(meta_profile_together),
};

/// A profile that routes by a prompt of its own has the text in it, and no classes.
fn meta_profile_together(profile: &Members) -> Option<(&'static str, &'static str)> {
    let template = profile.get("prompt_template").and_then(text)?;
    let has_text = template.split("{{").skip(1).any(|rest| {
        rest.trim_start()
            .strip_prefix("instance_text")
            .is_some_and(|rest| rest.trim_start().starts_with("}}"))
    });
    let has_classes = matches!(profile.get("classes"), Some(Node::Array(classes)) if !classes.is_empty());
    match (has_text, has_classes) {
        (false, _) => Some(("prompt_template", "must have `{{ instance_text }}` in it")),
        (true, true) => Some(("classes", "must be empty where there is a `prompt_template`")),
        (true, false) => None,
    }
}

static HOOK: Model = Model {
    members: &[
        ("type", one_of!("command", "prompt", "agent")),
        ("name", TEXT_OR_NULL),
        ("command", Rule::Text),
        ("prompt", TEXT_OR_NULL),
        ("system_prompt", TEXT_OR_NULL),
        ("tools", TEXTS),
        ("timeout", integer(&ANY_INTEGER)),
        ("max_iterations", integer(&ANY_INTEGER)),
        ("async", Rule::Boolean),
    ],
    required: &[],
    is_closed: false,
    together: Some(hook_together),
};

fn hook_together(hook: &Members) -> Option<(&'static str, &'static str)> {
    let filled = |name: &str| hook.get(name).and_then(text).is_some_and(|text| !text.is_empty());
    let is_async = matches!(hook.get("async"), Some(Node::Bool(true)));
    match hook.get("type").and_then(text).unwrap_or("command") {
        "command" if !filled("command") => Some(("command", "is required in a hook of the type `command`")),
        "prompt" if !filled("prompt") => Some(("prompt", "is required in a hook of the type `prompt`")),
        "prompt" | "agent" if filled("command") => {
            Some(("command", "is only for a hook of the type `command`"))
        }
        "prompt" | "agent" if is_async => Some(("async", "is only for a hook of the type `command`")),
        _ => None,
    }
}

static MATCHER: Model = object(&[("matcher", Rule::Text), ("hooks", Rule::Array(&Rule::Object(&HOOK)))], &[]);

const MATCHERS: Rule = Rule::Array(&Rule::Object(&MATCHER));

pub(super) static HOOKS: Model = Model {
    members: &[
        ("pre_tool_use", MATCHERS),
        ("post_tool_use", MATCHERS),
        ("user_prompt_submit", MATCHERS),
        ("session_start", MATCHERS),
        ("session_end", MATCHERS),
        ("stop", MATCHERS),
    ],
    required: &[],
    is_closed: true,
    together: None,
};

static CONDENSER: Tagged = Tagged {
    tag: "kind",
    default: None,
    models: &[
        ("NoOpCondenser", &object(&[], &[])),
        (
            "LLMSummarizingCondenser",
            &Model {
                members: &[
                    ("llm", Rule::Object(&LLM)),
                    ("max_size", integer(&FROM_1)),
                    ("max_tokens", Rule::OrNull(&integer(&ANY_INTEGER))),
                    ("keep_first", integer(&FROM_0)),
                    ("minimum_progress", number(&INNER_SHARE)),
                    ("hard_context_reset_max_retries", integer(&FROM_1)),
                    ("hard_context_reset_context_scaling", number(&INNER_SHARE)),
                ],
                required: &["llm"],
                is_closed: false,
                together: Some(condenser_together),
            },
        ),
        (
            "PipelineCondenser",
            &object(&[("condensers", Rule::Array(&Rule::Tagged(&CONDENSER)))], &["condensers"]),
        ),
    ],
    message: "must be one of `NoOpCondenser`, `LLMSummarizingCondenser`, `PipelineCondenser`",
};

fn condenser_together(condenser: &Members) -> Option<(&'static str, &'static str)> {
    // What the agent-server takes where they are not given.
    const MAX_SIZE: f64 = 240.0;
    const KEEP_FIRST: f64 = 2.0;
    let given = |name: &str, default: f64| {
        condenser.get(name).and_then(super::number).map_or(default, crate::json::Number::as_f64)
    };
    let tail = (given("max_size", MAX_SIZE) / 2.0).floor() - given("keep_first", KEEP_FIRST) - 1.0;
    (tail <= 0.0).then_some(("keep_first", "must be less than half of `max_size`, minus 1"))
}

pub(super) static AGENT_DEFINITION: Model = object(
    &[
        ("name", Rule::Text),
        ("description", Rule::Text),
        ("model", Rule::Text),
        ("color", TEXT_OR_NULL),
        ("tools", TEXTS),
        ("skills", TEXTS),
        ("system_prompt", Rule::Text),
        ("source", TEXT_OR_NULL),
        ("level", Rule::OrNull(&one_of!("project", "user", "builtin", "plugin", "programmatic"))),
        ("when_to_use_examples", TEXTS),
        ("hooks", Rule::OrNull(&Rule::Object(&HOOKS))),
        ("permission_mode", TEXT_OR_NULL),
        ("max_iteration_per_run", Rule::OrNull(&integer(&FROM_1))),
        ("max_budget_per_run", Rule::OrNull(&number(&POSITIVE))),
        ("mcp_config", Rule::OrNull(&Rule::Servers)),
        ("profile_store_dir", TEXT_OR_NULL),
        ("condenser", Rule::OrNull(&Rule::Tagged(&CONDENSER))),
        ("metadata", Rule::Map(&Rule::Any)),
    ],
    &["name"],
);

pub(super) static PLUGIN: Model = object(
    &[("source", Rule::Text), ("ref", TEXT_OR_NULL), ("repo_path", Rule::OrNull(&REPOSITORY_PATH))],
    &["source"],
);

const CONTENT: Rule = Rule::Tagged(&Tagged {
    tag: "type",
    default: None,
    models: &[
        (
            "text",
            &Model {
                members: &[("cache_prompt", Rule::Boolean), ("type", Rule::Any), ("text", Rule::Text)],
                required: &["text"],
                is_closed: true,
                together: None,
            },
        ),
        ("image", &object(&[("cache_prompt", Rule::Boolean), ("image_urls", TEXTS)], &["image_urls"])),
    ],
    message: "must be one of `text`, `image`",
});

pub(super) static MESSAGE: Model = object(
    &[
        ("role", one_of!("user", "system", "assistant", "tool")),
        ("content", Rule::Array(&CONTENT)),
        ("run", Rule::Boolean),
    ],
    &[],
);

pub(super) const TRACE_VALUE: Rule = Rule::AnyOf(
    &[
        Rule::Text,
        Rule::Boolean,
        Rule::Number(&ANY_NUMBER),
        TEXTS,
        Rule::Array(&Rule::Boolean),
        Rule::Array(&Rule::Number(&ANY_NUMBER)),
    ],
    "must be a string, a number, true, false, or an array of one of these kinds",
);
