//! `GET /api/export`: servers in the form of another client.

use crate::api::ExportedSecrets;
use crate::formats::Format;
use crate::secrets::Scope;
use crate::service::{ExportRequest, Exported};

use super::authentication::require;
use super::endpoint::{Answer, Call, momentary_response};
use super::problem::Problem;
use super::problem_kind::ProblemKind;

/// `GET /api/export`
pub(super) fn export(call: Call) -> Answer {
    Box::pin(async move {
        let format = call.query.format.unwrap_or(Format::Plain);
        if !format.is_written() {
            let detail = "Servers are read in this format, and not written.";
            let problem = Problem::new(ProblemKind::InvalidQuery, detail);
            return Err(problem.with(|body| body.parameter = Some("format".into())));
        }
        let secrets = call.query.secrets;
        if secrets == ExportedSecrets::Clear {
            call.trail.reveals();
            require(&call.caller, Scope::Reveal)?;
        }
        let names = call.query.names.clone();
        if let Some(names) = &names {
            call.trail.servers(names.iter().map(|name| name.as_str()));
        }
        let request = ExportRequest { format, names, secrets };
        let exported = call.service().export(request, &call.caller).await;
        let Exported { result, names, reveals } = exported.map_err(|error| call.failed(error))?;
        if reveals {
            call.trail.reveals();
            call.trail.servers(names.iter().map(|name| name.as_str()));
        }
        Ok(momentary_response(&result))
    })
}
