//! The one mapping from what a use-case can come to, to problems. Details are the recorded server's texts
//! where it has some (OPENHANDS §2), because its clients read only those.

use std::borrow::Cow;

use actix_web::http::{Method, StatusCode, header};

use crate::api::{Fault, StoredConfig};
use crate::formats::Unreadable;
use crate::json::Pointer;
use crate::model::json_patch::Misfit;
use crate::model::merge::{Refusal, RefusalKind};
use crate::model::validate::Violation;
use crate::model::{PlaceReason, ReadOnlyReason, SettingsKey};
use crate::projection::Verdict;
use crate::service::audit::quoted;
use crate::service::{Conflict, ServiceError, TextFault};
use crate::store::{StoreError, StoreErrorKind};

use super::problem::Problem;
use super::problem_kind::ProblemKind;

/// How long a client should wait before it tries a busy store again. Seconds.
pub(super) const RETRY_AFTER: &str = "1";

const IF_MATCH_FAILED: &str =
    "If-Match does not match the current ETag. Re-fetch GET /api/settings/mcp-servers/{name} and retry.";

const ALTERED_TAG: &str = "If-Match has the current ETag, altered on its way (W/, or a suffix): a proxy that compresses does that to the header. Send the `etag` of the body instead; it is `current_etag` here.";

const UNUSABLE_NAME: &str =
    // On the wire: the wording stays.
    "In this document a server of this name would be taken for the server map itself. Use another name.";

/// The problem that a failed use-case is, for a request of this method to a server of this name.
pub(super) fn problem(error: ServiceError, method: &Method, name: &str) -> Problem {
    let is_read = matches!(*method, Method::GET | Method::HEAD);
    match error {
        ServiceError::InvalidName(error) => Problem::new(ProblemKind::InvalidName, error.to_string()),
        ServiceError::UnusableName => Problem::new(ProblemKind::InvalidName, UNUSABLE_NAME),
        ServiceError::UnusableNewName => unusable_new_name(UNUSABLE_NAME.to_owned()),
        ServiceError::NewNameTaken => new_name_taken(),
        ServiceError::NameTaken => {
            Problem::new(ProblemKind::NameTaken, format!("There is an MCP server named '{name}' already."))
        }
        ServiceError::UnknownServer => Problem::new(ProblemKind::UnknownServer, unknown_server(method, name)),
        ServiceError::UnknownServers(names) => {
            let names = quoted(names.iter().map(SettingsKey::as_str)).unwrap_or_default();
            Problem::new(ProblemKind::UnknownServer, format!("No MCP server is configured as {names}."))
        }
        ServiceError::NoMcpServers if is_read => {
            let detail = "MCP servers are not configured (current agent variant has no MCP support).";
            Problem::new(ProblemKind::NoMcpServers, detail).status(StatusCode::NOT_FOUND)
        }
        ServiceError::NoMcpServers => Problem::new(
            ProblemKind::NoMcpServers,
            "MCP servers are not supported by the current agent variant ('acp'). Switch to an OpenHands-variant agent via PATCH /api/settings before managing MCP servers.",
        ),
        ServiceError::ReadOnly(reason) => read_only(reason),
        ServiceError::MalformedServer(fault) => {
            let detail =
                "The stored server can't be read as a configuration. Replace it with PUT, or delete it.";
            Problem::new(ProblemKind::MalformedServer, detail)
                .errors([(&fault.pointer, fault.kind.to_string())])
        }
        ServiceError::MalformedSettings(fault) => {
            let detail = "What the settings document says around its servers can't be read. The servers can be, each as a resource.";
            Problem::new(ProblemKind::MalformedSettings, detail)
                .errors([(&fault.pointer, fault.kind.to_string())])
        }
        ServiceError::PreconditionRequired => Problem::new(
            ProblemKind::PreconditionRequired,
            "This service takes no unconditional writes. Send If-Match with the tag that you read, or If-None-Match: * to create.",
        ),
        ServiceError::PreconditionFailed(conflict) => precondition_failed(*conflict),
        ServiceError::PatchConflict(misfit) => patch_conflict(&misfit),
        ServiceError::LaunchChanged => Problem::new(
            ProblemKind::LaunchChanged,
            "The id is not that of what would be executed now. Nothing was approved.",
        ),
        ServiceError::StateUnavailable => Problem::new(
            ProblemKind::StateUnavailable,
            "What the service remembers can't be read, trusted or stored at present, so that nothing is approved. `/ready` says what is wrong.",
        )
        .header(header::RETRY_AFTER, RETRY_AFTER),
        ServiceError::StateOutcomeUnknown => {
            let detail = "This service has it in memory, but could not store it: another one on these settings, or this one after a restart, may know nothing of it. Nothing is approved by what is not stored. `/ready` says what is wrong.";
            let problem = Problem::new(ProblemKind::OutcomeUnknown, detail);
            problem.with(|body| body.outcome = Some("unknown".into()))
        }
        ServiceError::ScopeNeeded(scope) => {
            let detail = format!("The key lacks the scope `{}`.", scope.as_str());
            let problem = Problem::new(ProblemKind::InsufficientScope, detail);
            problem.with(|body| body.required_scope = Some(scope))
        }
        ServiceError::InvalidPolicy(violations) => {
            let rows = violations.into_iter().map(|violation| (violation.pointer, violation.message));
            let rows: Vec<_> = rows.map(|(pointer, message)| (pointer, message.into_owned())).collect();
            let rows = rows.iter().map(|(pointer, message)| (pointer, message.clone()));
            Problem::new(ProblemKind::InvalidPolicy, "The policy is not valid.").errors(rows)
        }
        ServiceError::PolicyPreconditionFailed(verdict, current) => {
            let detail = match verdict {
                Verdict::IfNoneMatchAnyFailed | Verdict::IfNoneMatchFailed => {
                    "If-None-Match names the policy that there is: a server has one always, be it the default."
                }
                _ => "If-Match does not name the policy that there is. Read it again and retry.",
            };
            let problem = Problem::new(ProblemKind::PreconditionFailed, detail).etag(&current);
            problem.with(|body| body.current_etag = Some(current))
        }
        ServiceError::Invalid(violations) => invalid(&violations, name),
        ServiceError::NoRegistryForm(obstacles) => {
            let rows = obstacles.iter().map(|obstacle| (&obstacle.pointer, obstacle.message.clone().into_owned()));
            let detail = "The server has no form in the catalog that this key may see.";
            Problem::new(ProblemKind::NoRegistryForm, detail).errors(rows)
        }
        ServiceError::InvalidSettings(violations) => invalid_settings(&violations),
        ServiceError::UnnamedLoss(pointers) => {
            let detail = "Null here would delete servers or secrets that the request does not name. Set each of them to null by its own name.";
            let message = || "it holds servers or secrets".to_owned();
            Problem::new(ProblemKind::UnnamedLoss, detail)
                .errors(pointers.iter().map(|pointer| (pointer, message())))
        }
        ServiceError::BeyondLimits(fault) => {
            Problem::new(ProblemKind::InvalidConfig, "The resulting configuration breaks a limit.")
                .errors([(&fault.pointer, fault.kind.to_string())])
        }
        ServiceError::ResultTooLarge => Problem::new(
            ProblemKind::InvalidConfig,
            "The resulting configuration is too large: shown redacted it may have 1 MiB, stored 1.5 MiB.",
        ),
        ServiceError::Refused(refusals) => refused(&refusals),
        ServiceError::BoundSecrets(pointers) => {
            let detail = "Secrets that were not sent again can't be kept with this change. Send them again, or remove them.";
            let message = || "send this secret again, or remove it".to_owned();
            Problem::new(ProblemKind::BoundSecret, detail)
                .errors(pointers.iter().map(|pointer| (pointer, message())))
        }
        ServiceError::KeyMissing => Problem::new(
            ProblemKind::KeyMissing,
            "There is no key to encrypt the secret with. Restore the key file beside the settings if there was one. Else set MCP_SETTINGS_SECRET_KEY, or OH_SECRET_KEY to the key that OpenHands uses for this document.",
        ),
        ServiceError::KeyElsewhere => Problem::new(
            ProblemKind::KeyMissing,
            "There is no key to encrypt the secret with, and none is made, because another process on these settings has one. Set MCP_SETTINGS_SECRET_KEY to the same key there and here.",
        ),
        ServiceError::KeyNotShared(_) => Problem::new(
            ProblemKind::KeyNotShared,
            "Another service on these settings does not have the key that would encrypt the secret, and could not read it. Add this key to its MCP_SETTINGS_PREVIOUS_SECRET_KEYS, or give both the same MCP_SETTINGS_SECRET_KEY.",
        ),
        ServiceError::WrongKey => Problem::new(
            ProblemKind::WrongKey,
            "No configured key opens any encrypted value of the settings document. Set MCP_SETTINGS_SECRET_KEY (or OH_SECRET_KEY) to the key that encrypted it, or add that key to MCP_SETTINGS_PREVIOUS_SECRET_KEYS (or OH_PREVIOUS_SECRET_KEYS).",
        ),
        ServiceError::SecretUnreadable(pointers) => {
            let detail = "A secret can't be decrypted with any configured key. Restore the key, or enter the secret again.";
            let message = || "no configured key opens this secret".to_owned();
            Problem::new(ProblemKind::SecretUnreadable, detail)
                .errors(pointers.iter().map(|pointer| (pointer, message())))
        }
        ServiceError::UnreadableText(unreadable) => unreadable_text(&unreadable),
        ServiceError::MisfitOfText(violations) => {
            let detail = "The body can't be read as a request to import this text.";
            of_violations(ProblemKind::MalformedBody, detail, &violations)
        }
        ServiceError::ImportRefused(faults) => import_refused(faults),
        ServiceError::StaleChoice(violations) => {
            let detail = "A choice was made for another state of its server than there is now. Nothing was stored. Try it with `dry_run=true`, and choose again.";
            of_violations(ProblemKind::PreconditionFailed, detail, &violations)
        }
        ServiceError::ChoiceNeeded(violations) => {
            let detail = "There are servers of these names. Nothing was stored.";
            of_violations(ProblemKind::ChoiceNeeded, detail, &violations)
        }
        ServiceError::Store(error) => store_problem(&error, is_read),
        ServiceError::Undecided => {
            Problem::of_ours(ProblemKind::Internal, ServiceError::Undecided.to_string())
        }
    }
}

/// The problem of a new name that another server has.
fn new_name_taken() -> Problem {
    let detail = "There is an MCP server of the new name already. Nothing was changed.";
    let to = Pointer::root().member("to");
    Problem::new(ProblemKind::NameTaken, detail).errors([(&to, "another server has this name".to_owned())])
}

/// The problem of a name in the body, that no server can have.
pub(super) fn unusable_new_name(detail: String) -> Problem {
    let to = Pointer::root().member("to");
    Problem::new(ProblemKind::InvalidName, detail)
        .status(StatusCode::UNPROCESSABLE_ENTITY)
        .errors([(&to, "no server can be given this name".to_owned())])
}

/// The problem that a failed store is.
pub(super) fn store_problem(error: &StoreError, is_read: bool) -> Problem {
    use StoreErrorKind::{
        Busy, Closed, OutcomeUnknown, Panicked, ReadOnly, TooLarge, Unavailable, Unreadable,
    };
    let kind = match (error.kind(), error.code()) {
        (Busy | Closed, _) => ProblemKind::StoreBusy,
        (Unavailable, StoreError::VANISHED) => ProblemKind::DocumentVanished,
        (Unavailable, _) => ProblemKind::StoreUnavailable,
        (Unreadable, _) => ProblemKind::DocumentUnreadable,
        (ReadOnly, StoreError::OWNERSHIP) => ProblemKind::Ownership,
        (ReadOnly, _) => ProblemKind::DocumentReadOnly,
        (TooLarge, _) => ProblemKind::InvalidConfig,
        (OutcomeUnknown, _) => ProblemKind::OutcomeUnknown,
        (Panicked, _) => return Problem::of_ours(ProblemKind::Internal, causes(error)),
    };
    let problem = Problem::new(kind, error.detail().clone()).cause(causes(error));
    match error.kind() {
        Unreadable if !is_read => problem.status(StatusCode::CONFLICT),
        OutcomeUnknown => problem.with(|body| body.outcome = Some("unknown".into())),
        _ if error.may_pass() => problem.header(header::RETRY_AFTER, RETRY_AFTER),
        _ => problem,
    }
}

/// The problem that a document is which may only be read. Trying again does not help.
fn read_only(reason: ReadOnlyReason) -> Problem {
    let kind = match reason {
        ReadOnlyReason::Place(PlaceReason::Ownership) => ProblemKind::Ownership,
        _ => ProblemKind::DocumentReadOnly,
    };
    Problem::new(kind, reason.detail())
}

fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

/// Names are legal ones here, so that the quotes can't be confused.
fn unknown_server(method: &Method, name: &str) -> String {
    match *method {
        Method::DELETE => format!("No MCP server named '{name}' to delete."),
        Method::PATCH => format!("No MCP server named '{name}'; PATCH cannot create. Use PUT instead."),
        _ => format!("No MCP server named '{name}' is configured."),
    }
}

fn precondition_failed(conflict: Conflict) -> Problem {
    let detail = match conflict.verdict {
        Verdict::IfMatchAnyFailed => {
            "If-Match: * requires the resource to exist, but no MCP server with that name was found."
        }
        Verdict::IfNoneMatchAnyFailed => {
            "If-None-Match: * requires the resource to not exist, but an MCP server with that name already does."
        }
        Verdict::IfNoneMatchFailed => {
            "If-None-Match matched the current ETag. Re-fetch the resource and retry."
        }
        Verdict::IfMatchFailed | Verdict::Holds => IF_MATCH_FAILED,
    };
    let mut problem = Problem::new(ProblemKind::PreconditionFailed, detail);
    if let Some(tag) = &conflict.current_tag {
        problem = problem.etag(tag);
    }
    problem.with(|body| {
        body.current_etag = conflict.current_tag;
        body.current = conflict.current.as_ref().map(StoredConfig::new);
        body.changed = conflict.changed;
    })
}

/// The same failed precondition, where the client holds the current state and something on the way has altered its
/// tag: to read it again from the header would lead to the same refusal.
pub(super) fn under_altered_tag(failed: Problem) -> Problem {
    failed.with_detail(ALTERED_TAG).with(|body| body.etag_altered = Some(true))
}

/// The problem that a patch of the settings is which can't be taken.
pub(super) fn invalid_settings(violations: &[Violation]) -> Problem {
    of_violations(ProblemKind::InvalidConfig, "Settings validation failed", violations)
}

fn of_violations(
    kind: ProblemKind,
    detail: impl Into<Cow<'static, str>>,
    violations: &[Violation],
) -> Problem {
    let rows =
        violations.iter().map(|violation| (&violation.pointer, violation.message.clone().into_owned()));
    Problem::new(kind, detail).errors(rows)
}

fn unreadable_text(unreadable: &Unreadable) -> Problem {
    let Unreadable { position, why } = unreadable;
    let fault = Fault {
        pointer: Pointer::root().member("text"),
        message: why.clone().into_owned(),
        line: Some(position.line),
        column: Some(position.column),
    };
    let detail = format!("The text can't be read: {unreadable}. Nothing was imported.");
    Problem::new(ProblemKind::UnreadableText, detail).with(|body| body.errors = Some(vec![fault]))
}

fn import_refused(faults: Vec<TextFault>) -> Problem {
    let fault = |TextFault { violation: Violation { pointer, message }, position }| {
        let (line, column) = position.map(|position| (position.line, position.column)).unzip();
        Fault { pointer, message: message.into_owned(), line, column }
    };
    let detail = "The text holds entries that can't be imported as they are. Nothing was imported.";
    Problem::new(ProblemKind::ImportRefused, detail)
        .with(|body| body.errors = Some(faults.into_iter().map(fault).collect()))
}

fn patch_conflict(misfit: &Misfit) -> Problem {
    let operation = misfit.operation;
    let detail =
        format!("Operation {operation} of the patch does not fit the server as it is. Nothing was changed.");
    Problem::new(ProblemKind::PatchConflict, detail)
        .with(|body| body.operation = u32::try_from(operation).ok())
        .errors([(&misfit.pointer, misfit.kind.to_string())])
}

fn invalid(violations: &[Violation], name: &str) -> Problem {
    let detail = format!("Invalid MCP server config (server '{name}').");
    of_violations(ProblemKind::InvalidConfig, detail, violations)
}

fn refused(refusals: &[Refusal]) -> Problem {
    let is_token = refusals.iter().any(|refusal| refusal.kind == RefusalKind::ForeignToken);
    let (kind, detail) = if is_token {
        (
            ProblemKind::ForeignToken,
            "A value has the form of an encrypted token that can't be used here. Send the secret itself.",
        )
    } else {
        (
            ProblemKind::UnrestorableMask,
            "A mask was sent where no stored value can be kept. Send the secret itself, or leave the member out.",
        )
    };
    Problem::new(kind, detail)
        .errors(refusals.iter().map(|refusal| (&refusal.pointer, refusal.kind.to_string())))
}
