//! `PATCH /api/settings`: everything at once, as OpenHands' clients send it (OPENHANDS §5). What it
//! does to servers can be done better on their own resources, and its answers say so.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header;

use crate::json::Object;
use crate::model::settings::{PatchFault, SettingsPatch};
use crate::secrets::Scope;

use super::authentication::require;
use super::endpoint::{Answer, Call};
use super::error_mapping::invalid_settings;
use super::paths::COLLECTION;
use super::problem::Problem;
use super::problem_kind::ProblemKind;

/// Since when the way to servers through this route is deprecated (RFC 9745): 2026-11-21, when they became
/// resources.
const DEPRECATION: &str = "@1795219200";

const NO_TAG: &str =
    "The settings as a whole have no ETag, so this route takes no conditions. The servers' own resources do.";

/// `PATCH /api/settings`
pub(super) fn patch(call: Call, body: Object) -> Answer {
    Box::pin(async move {
        call.unconditional(NO_TAG)?;
        let patch = SettingsPatch::read(body).or_else(|fault| Err(refused(&call, fault)?))?;
        call.trail.servers(patch.server_names());
        if patch.is_about_outside() {
            call.trail.more();
            require(&call.caller, Scope::Admin)?;
        }
        let is_about_servers = patch.servers.is_some();
        let settled = call.service().patch_settings(call.caller.clone(), patch).await;
        let settled = settled.map_err(|error| call.failed(error))?;
        call.trail.written(&settled.servers);
        let body = settled.shown.map_err(|error| call.failed(error))?;
        let mut response = HttpResponse::Ok();
        if is_about_servers {
            response.insert_header(("deprecation", DEPRECATION)).insert_header((
                header::LINK,
                format!("<{}>; rel=\"successor-version\"", call.url(COLLECTION)),
            ));
        }
        Ok(response.content_type("application/json").body(body))
    })
}

/// The problem that a request is which can't be read as a patch.
fn refused(call: &Call, fault: PatchFault) -> Result<Problem, Problem> {
    Ok(match fault {
        PatchFault::Empty => Problem::new(
            ProblemKind::MalformedBody,
            "At least one of agent_settings_diff, conversation_settings_diff, misc_settings_diff, active_profile, active_agent_profile_id, or active_meta_profile must be provided",
        )
        .status(StatusCode::BAD_REQUEST),
        PatchFault::Invalid(violations) => invalid_settings(&violations),
        PatchFault::Profile(pointer) => {
            require(&call.caller, Scope::Admin)?;
            let detail = format!(
                "`{}` names a profile, and profiles are kept by the OpenHands agent-server. This service can only clear it, with null.",
                pointer.name()
            );
            Problem::new(ProblemKind::NotImplemented, detail)
        }
    })
}
