//! What the API says about itself: the OpenAPI document, the schemas for editors, what a problem's type means,
//! so that its URI leads somewhere.

use actix_web::HttpResponse;

use super::editor_schemas;
use super::endpoint::{Answer, Call, json_response};
use super::problem::Problem;
use super::problem_kind::ProblemKind;
use super::static_content::{Content, Published, under_condition};

/// `GET /openapi.json`
pub(super) fn openapi(call: Call) -> Answer {
    Box::pin(async move { published(&call, call.app.openapi(), "application/json") })
}

/// `GET /schemas/mcp-server.json`
pub(super) fn server_schema(call: Call) -> Answer {
    Box::pin(async move { published(&call, editor_schemas::server_schema(), "application/schema+json") })
}

/// `GET /schemas/mcp-servers.json`
pub(super) fn servers_schema(call: Call) -> Answer {
    Box::pin(async move { published(&call, editor_schemas::servers_schema(), "application/schema+json") })
}

fn published(
    call: &Call,
    Published { text, tag }: &Published,
    media_type: &'static str,
) -> Result<HttpResponse, Problem> {
    under_condition(call, tag, &[], Content { media_type, coding: None, bytes: text.clone() })
}

/// `GET /problems/{type}`
pub(super) fn problem(_: Call, word: String) -> Answer {
    Box::pin(async move {
        let kind = ProblemKind::ALL.into_iter().find(|kind| kind.slug() == word);
        let kind = kind.ok_or_else(|| Problem::new(ProblemKind::NotFound, "Not Found"))?;
        Ok(json_response(&kind.meaning()))
    })
}
