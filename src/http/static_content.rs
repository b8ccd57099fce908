//! Answers that are the same for everyone and for as long as the service runs: under a tag, as a request's conditions
//! have it. It does not know what they are about.

use actix_web::http::header::{self, HeaderName};
use actix_web::{HttpResponse, HttpResponseBuilder};
use bytes::Bytes;
use serde_json::Value;

use crate::projection::{EntityTag, Verdict, public_tag};

use super::endpoint::Call;
use super::error_mapping::under_altered_tag;
use super::problem::Problem;
use super::problem_kind::ProblemKind;

/// What a text for everyone is, byte for byte.
pub(super) struct Content {
    pub(super) media_type: &'static str,
    pub(super) coding: Option<&'static str>,
    pub(super) bytes: Bytes,
}

/// A text that everyone may read, and its tag.
pub(super) struct Published {
    pub(super) text: Bytes,
    pub(super) tag: EntityTag,
}

impl Published {
    /// The text of a JSON value.
    pub(super) fn new(value: &Value) -> Self {
        let text = Bytes::from(value.to_string());
        let tag = public_tag(&text);
        Self { text, tag }
    }
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
            let failed = Problem::new(ProblemKind::PreconditionFailed, detail)
                .etag(tag)
                .with(|body| body.current_etag = Some(tag.clone()));
            let is_altered = call.precondition.if_match.names_altered(tag);
            Err(if is_altered { under_altered_tag(failed) } else { failed })
        }
    }
}
