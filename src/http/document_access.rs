//! How the settings document may be used, in the words of the API: a stable word, and for people the reason why servers
//! can't be written. It refuses to know who asks.

use actix_web::http::Method;

use crate::json::Json;
use crate::model::Access;
use crate::service::ServiceError;

use super::error_mapping;
use super::problem::Problem;

/// What is said of the document.
pub(super) struct DocumentAccess {
    /// `writable`, `read-only`, `no-servers` or `unreadable`.
    pub state: &'static str,
    /// Why not: the `detail` of the problem that a write, or where it is unreadable a read, is answered. None where it
    /// is writable.
    pub reason: Option<String>,
}

impl DocumentAccess {
    /// Of a document that can be read.
    pub(super) fn of(access: &Access) -> Self {
        let (state, error) = match access {
            Access::Writable => return Self { state: "writable", reason: None },
            Access::ReadOnly(reason) => ("read-only", ServiceError::ReadOnly(*reason)),
            Access::NoCollection => ("no-servers", ServiceError::NoMcpServers),
        };
        let refusal = error_mapping::problem(error, &Method::PUT, "");
        Self { state, reason: Some(refusal.detail().to_owned()) }
    }

    /// Of one that can't be: reads are answered with this problem.
    pub(super) fn unreadable(problem: &Problem) -> Self {
        Self { state: "unreadable", reason: Some(problem.detail().to_owned()) }
    }

    /// The reason as JSON.
    pub(super) fn reason(&self) -> Json {
        self.reason.as_deref().map_or(Json::Null, Json::string)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ReadOnlyReason;

    #[test]
    fn whatever_can_not_be_written_says_why() {
        for (access, state) in [
            (Access::Writable, "writable"),
            (Access::ReadOnly(ReadOnlyReason::SchemaVersion), "read-only"),
            (Access::NoCollection, "no-servers"),
        ] {
            let told = DocumentAccess::of(&access);
            assert_eq!(
                (told.state, told.reason.is_none()),
                (state, access == Access::Writable),
                "{access:?}"
            );
        }
        let newer = DocumentAccess::of(&Access::ReadOnly(ReadOnlyReason::SchemaVersion)).reason.unwrap();
        assert!(newer.contains("schema_version"), "{newer}");
    }
}
