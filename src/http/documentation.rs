//! What is told about the API: the OpenAPI document, the schemas for editors, what a problem's type means,
//! so that its URI leads somewhere.

use actix_web::http::header::{self, HeaderName};
use actix_web::{HttpResponse, HttpResponseBuilder};

use crate::json::{Json, Number, Object, to_compact};
use crate::projection::{EntityTag, Verdict};

use super::document::{self, Published};
use super::endpoint::{Answer, Call};
use super::problem::Problem;
use super::problem_kind::ProblemKind;

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
    media_type: &'static str,
) -> Result<HttpResponse, Problem> {
    under_condition(call, tag, &[], Content { media_type, coding: None, bytes: text.as_bytes() })
}

/// What a text for everyone is, byte for byte.
pub(super) struct Content {
    pub(super) media_type: &'static str,
    pub(super) coding: Option<&'static str>,
    pub(super) bytes: &'static [u8],
}

/// Answers with a text for everyone, under the condition of the call. A 304 carries the headers too.
pub(super) fn under_condition(
    call: &Call,
    tag: &EntityTag,
    headers: &[(HeaderName, &'static str)],
    content: Content,
) -> Result<HttpResponse, Problem> {
    let begun = |mut answer: HttpResponseBuilder| {
        answer.insert_header((header::ETAG, tag.as_str()));
        for (name, value) in headers {
            answer.insert_header((name.clone(), *value));
        }
        answer
    };
    match call.precondition.judge(Some(tag)) {
        Verdict::Holds => {
            let mut answer = begun(HttpResponse::Ok());
            answer.content_type(content.media_type);
            if let Some(coding) = content.coding {
                answer.insert_header((header::CONTENT_ENCODING, coding));
            }
            Ok(answer.body(content.bytes))
        }
        Verdict::IfNoneMatchFailed | Verdict::IfNoneMatchAnyFailed => {
            Ok(begun(HttpResponse::NotModified()).finish())
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
