//! Problem details (RFC 9457): every error of this service, and every error body but those below `/v1`. Nothing of a
//! request is echoed in them but member names.

use std::borrow::Cow;

use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{HttpResponse, HttpResponseBuilder};

use crate::api::{self, Fault, to_bytes};
use crate::json::Pointer;
use crate::projection::EntityTag;
use crate::service::audit::new_id;

use super::error_form::{ErrorForm, Reply, detail_body};
use super::problem_kind::ProblemKind;

/// One problem, on its way to a client. Boxed: nearly every function here can fail with one.
#[derive(Debug)]
pub struct Problem(Box<Facts>);

#[derive(Debug)]
struct Facts {
    kind: ProblemKind,
    status: StatusCode,
    /// All but `status` and `error_id`, which are written last.
    body: api::Problem,
    headers: Vec<(header::HeaderName, String)>,
    cause: Option<String>,
    /// What it says below `/v1`, where that is not its detail.
    reply: Option<Reply>,
}

impl Problem {
    /// A problem whose detail a client may read.
    pub fn new(kind: ProblemKind, detail: impl Into<Cow<'static, str>>) -> Self {
        let body = api::Problem {
            r#type: kind.uri(),
            title: kind.title().into(),
            detail: detail.into(),
            ..api::Problem::default()
        };
        Self(Box::new(Facts {
            kind,
            status: kind.status(),
            body,
            headers: Vec::new(),
            cause: None,
            reply: None,
        }))
    }

    /// A problem that is a bug or trouble of ours: its detail is fixed, its cause goes to the log only.
    pub fn of_ours(kind: ProblemKind, cause: impl Into<String>) -> Self {
        Self::new(kind, kind.title()).cause(cause)
    }

    /// The status of the answer.
    pub fn status_code(&self) -> StatusCode {
        self.0.status
    }

    /// With another status than the kind's own.
    #[must_use]
    pub fn status(mut self, status: StatusCode) -> Self {
        self.0.status = status;
        self
    }

    /// With a cause for the log, which the client does not see.
    #[must_use]
    pub fn cause(mut self, cause: impl Into<String>) -> Self {
        self.0.cause = Some(cause.into());
        self
    }

    /// With another detail.
    #[must_use]
    pub fn with_detail(mut self, detail: &'static str) -> Self {
        self.0.body.detail = detail.into();
        self
    }

    /// With what it says below `/v1`.
    #[must_use]
    pub fn in_detail_form(mut self, reply: Reply) -> Self {
        self.0.reply = Some(reply);
        self
    }

    /// With members that only some types have.
    #[must_use]
    pub fn with(mut self, set: impl FnOnce(&mut api::Problem)) -> Self {
        set(&mut self.0.body);
        self
    }

    /// With the places of what is wrong.
    #[must_use]
    pub fn errors<'a>(self, errors: impl IntoIterator<Item = (&'a Pointer, String)>) -> Self {
        let fault = |(pointer, message): (&Pointer, String)| Fault {
            pointer: pointer.clone(),
            message,
            ..Fault::default()
        };
        self.with(|body| body.errors = Some(errors.into_iter().map(fault).collect()))
    }

    /// A header that can't be used.
    pub fn of_header(name: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ProblemKind::InvalidHeader, detail).with(|body| body.header = Some(name.into()))
    }

    /// With a header.
    #[must_use]
    pub fn header(mut self, name: header::HeaderName, value: impl Into<String>) -> Self {
        self.0.headers.push((name, value.into()));
        self
    }

    /// With the current entity-tag.
    #[must_use]
    pub fn etag(self, tag: &EntityTag) -> Self {
        self.header(header::ETAG, tag.as_str())
    }

    /// What went wrong, for people.
    pub fn detail(&self) -> &str {
        &self.0.body.detail
    }

    /// Which problem it is.
    pub fn kind(&self) -> ProblemKind {
        self.0.kind
    }

    /// The answer. What went wrong on our side is logged here, once, under an id that the answer repeats.
    pub(super) fn respond(self, request_id: &str, form: ErrorForm) -> HttpResponse {
        let mut problem = *self.0;
        problem.body.status = problem.status.as_u16();
        if problem.status.is_server_error() {
            let error_id = new_id();
            let cause = problem.cause.as_deref().unwrap_or_default();
            tracing::error!(
                error.id = error_id,
                request.id = request_id,
                problem = problem.kind.slug(),
                cause,
                "{}",
                problem.body.detail
            );
            problem.body.error_id = Some(error_id);
        }
        let mut response: HttpResponseBuilder = HttpResponse::build(problem.status);
        for (name, value) in problem.headers {
            response.insert_header((name, value));
        }
        let (media_type, body) = match form {
            ErrorForm::Problem => ("application/problem+json", to_bytes(&problem.body)),
            ErrorForm::Detail => {
                let api::Problem { detail, error_id, .. } = problem.body;
                let body = detail_body(problem.kind, problem.status, &detail, problem.reply, error_id);
                ("application/json", body)
            }
        };
        response.insert_header((header::CONTENT_TYPE, media_type)).body(body)
    }
}
