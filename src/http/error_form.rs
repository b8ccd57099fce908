//! The form of error bodies: problems of RFC 9457, and below `/v1` the one that clients of lightspeed-stack know. Which
//! of its three shapes a body has depends on the status alone. It does not know what went wrong.

use actix_web::http::StatusCode;
use bytes::Bytes;

use crate::api::{Cause, CauseError, TextError, ValidationError, ValidationFault, to_bytes};

use super::problem_kind::ProblemKind;

/// In which form errors are answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ErrorForm {
    /// `application/problem+json`
    Problem,
    /// `{"detail": …}`
    Detail,
}

/// What the body of an error holds in the second form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DetailShape {
    /// One text.
    Text,
    /// A short and a long text.
    Cause,
    /// A list of faults.
    Faults,
}

/// What an error says in the second form, where that is not what it says in the first.
#[derive(Debug)]
pub enum Reply {
    /// A short and a long text.
    Cause(&'static str, String),
    /// Everything that is wrong with a body.
    Faults(Vec<ValidationFault>),
}

impl ErrorForm {
    /// The form below a path, be there a route or not.
    pub(super) fn of(path: &str) -> Self {
        if path == "/v1" || path.starts_with("/v1/") { Self::Detail } else { Self::Problem }
    }
}

impl DetailShape {
    /// The shape of an answer of this status.
    pub(super) fn of(status: StatusCode) -> Self {
        match status.as_u16() {
            422 => Self::Faults,
            401 | 403 | 409 | 500.. => Self::Cause,
            _ => Self::Text,
        }
    }
}

/// The body of an error in the second form; `detail` is what the problem says.
pub(super) fn detail_body(
    kind: ProblemKind,
    status: StatusCode,
    detail: &str,
    reply: Option<Reply>,
    error_id: Option<String>,
) -> Bytes {
    match DetailShape::of(status) {
        DetailShape::Text => to_bytes(&TextError { detail: detail.into() }),
        DetailShape::Cause => {
            let (response, cause) = match (reply, kind) {
                (Some(Reply::Cause(response, cause)), _) => (response, cause),
                (_, ProblemKind::Internal) => (
                    "Internal server error",
                    "An unexpected error occurred while processing the request.".to_owned(),
                ),
                _ => (kind.title(), detail.to_owned()),
            };
            to_bytes(&CauseError {
                detail: Cause { response: response.into(), cause: cause.into(), error_id },
            })
        }
        DetailShape::Faults => {
            let detail = match reply {
                Some(Reply::Faults(faults)) => faults,
                _ => vec![ValidationFault::of_body("value_error", format!("Value error, {detail}"))],
            };
            to_bytes(&ValidationError { detail })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_of_the_second_form_below_v1_only() {
        for (path, expected) in [
            ("/v1", ErrorForm::Detail),
            ("/v1/", ErrorForm::Detail),
            ("/v1/nowhere", ErrorForm::Detail),
            ("/v10/mcp-servers", ErrorForm::Problem),
            ("/api/v1/mcp-servers", ErrorForm::Problem),
        ] {
            assert_eq!(ErrorForm::of(path), expected, "{path}");
        }
    }

    #[test]
    fn what_has_no_words_of_its_own_says_what_the_problem_says() {
        let body = |kind: ProblemKind, error_id| {
            let body = detail_body(kind, kind.status(), "It is so.", None, error_id);
            String::from_utf8(body.to_vec()).unwrap()
        };
        for (kind, error_id, expected) in [
            (ProblemKind::UnsupportedMediaType, None, r#"{"detail":"It is so."}"#),
            (
                ProblemKind::StoreBusy,
                Some("i".to_owned()),
                r#"{"detail":{"response":"The settings are locked","cause":"It is so.","error_id":"i"}}"#,
            ),
            (
                ProblemKind::Internal,
                Some("i".to_owned()),
                r#"{"detail":{"response":"Internal server error","cause":"An unexpected error occurred while processing the request.","error_id":"i"}}"#,
            ),
            (
                ProblemKind::InvalidConfig,
                None,
                r#"{"detail":[{"type":"value_error","loc":["body"],"msg":"Value error, It is so."}]}"#,
            ),
        ] {
            assert_eq!(body(kind, error_id), expected, "{kind:?}");
        }
    }
}
