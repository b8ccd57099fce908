//! What is told about the API: the OpenAPI document, the schemas for editors, what a problem's type means,
//! so that its URI leads somewhere. And the page at `/`.

use actix_web::HttpResponse;
use actix_web::http::header;

use crate::json::{Json, Number, Object, to_compact};
use crate::projection::Verdict;
use crate::ui;

use super::document::{self, Published};
use super::endpoint::{Answer, Call};
use super::problem::{Problem, ProblemKind};

/// `GET /openapi.json`
pub(super) fn openapi(call: Call) -> Answer {
    Box::pin(async move { published(&call, document::openapi(), "application/json") })
}

/// `GET /schemas/mcp-server.json`
pub(super) fn server_schema(call: Call) -> Answer {
    Box::pin(async move { published(&call, document::server_schema(), "application/schema+json") })
}

/// `GET /schemas/mcp-servers.json`
pub(super) fn servers_schema(call: Call) -> Answer {
    Box::pin(async move { published(&call, document::servers_schema(), "application/schema+json") })
}

fn published(
    call: &Call,
    Published { text, tag }: &'static Published,
    media_type: &str,
) -> Result<HttpResponse, Problem> {
    match call.precondition.judge(Some(tag)) {
        Verdict::Holds => Ok(HttpResponse::Ok()
            .insert_header((header::ETAG, tag.as_str()))
            .content_type(media_type)
            .body(text.as_str())),
        Verdict::IfNoneMatchFailed | Verdict::IfNoneMatchAnyFailed => {
            Ok(HttpResponse::NotModified().insert_header((header::ETAG, tag.as_str())).finish())
        }
        Verdict::IfMatchFailed | Verdict::IfMatchAnyFailed => {
            let detail = "If-Match does not match the current ETag. Read the document again.";
            Err(Problem::new(ProblemKind::PreconditionFailed, detail)
                .etag(tag)
                .member("current_etag", Json::string(tag.as_str())))
        }
    }
}

/// `GET /problems/{type}`
pub(super) fn problem(call: Call) -> Answer {
    Box::pin(async move {
        let kind = ProblemKind::ALL.into_iter().find(|kind| Some(kind.slug()) == call.word.as_deref());
        let kind = kind.ok_or_else(|| Problem::new(ProblemKind::NotFound, "Not Found"))?;
        let answer: Object = [
            ("type", Json::string(format!("/problems/{}", kind.slug()))),
            ("title", Json::string(kind.title())),
            ("status", Json::Number(Number::from_u64(kind.status().as_u16().into()))),
            ("advice", Json::string(kind.advice())),
        ]
        .into_iter()
        .collect();
        Ok(HttpResponse::Ok().content_type("application/json").body(to_compact(&answer.into())))
    })
}

/// `GET /`
pub(super) fn page(call: Call) -> Answer {
    Box::pin(async move {
        let page = ui::page(&call.app.address, &call.app.document);
        Ok(HttpResponse::Ok()
            .insert_header(("content-security-policy", ui::CONTENT_SECURITY_POLICY))
            .content_type("text/html; charset=utf-8")
            .body(page))
    })
}
