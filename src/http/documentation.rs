//! `/problems/{type}`: what a problem's type means, so that its URI leads somewhere. And the page at `/`.

use actix_web::HttpResponse;

use crate::json::{Json, Number, Object, to_compact};
use crate::ui;

use super::endpoint::{Answer, Call};
use super::problem::{Problem, ProblemKind};

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
