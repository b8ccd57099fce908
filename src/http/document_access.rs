//! How the settings document may be used, in the words of the API, and for people the reason why servers can't be
//! written. It does not know who asks.

use actix_web::http::Method;

use crate::api::DocumentAccess;
use crate::model::Access;
use crate::service::ServiceError;

use super::error_mapping;

/// How a document that can be read may be used. The reason is the `detail` of the problem that a write is answered; none
/// where it may be written.
pub(super) fn of(access: &Access) -> (DocumentAccess, Option<String>) {
    let (word, error) = match access {
        Access::Writable => return (DocumentAccess::Writable, None),
        Access::ReadOnly(reason) => (DocumentAccess::ReadOnly, ServiceError::ReadOnly(*reason)),
        Access::NoCollection => (DocumentAccess::NoServers, ServiceError::NoMcpServers),
    };
    let refusal = error_mapping::problem(error, &Method::PUT, "");
    (word, Some(refusal.detail().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ReadOnlyReason;

    #[test]
    fn whatever_cannot_be_written_says_why() {
        for (access, word) in [
            (Access::Writable, DocumentAccess::Writable),
            (Access::ReadOnly(ReadOnlyReason::SchemaVersion), DocumentAccess::ReadOnly),
            (Access::NoCollection, DocumentAccess::NoServers),
        ] {
            let (shown, reason) = of(&access);
            assert_eq!((shown, reason.is_none()), (word, access == Access::Writable), "{access:?}");
        }
        let newer = of(&Access::ReadOnly(ReadOnlyReason::SchemaVersion)).1.unwrap();
        assert!(newer.contains("schema_version"), "{newer}");
    }
}
