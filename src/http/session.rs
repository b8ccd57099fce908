//! `/api/session`: exchanges the one-time code of the printed link for a key, and says who calls and what may be done.

use std::time::{Duration, Instant};

use actix_web::HttpResponse;
use actix_web::http::header;

use crate::json::{Json, Number, Object, to_compact};
use crate::secrets::{Scope, Scopes};
use crate::service::login::KEY_LIFETIME;

use super::authentication::unauthorized;
use super::document_access::DocumentAccess;
use super::endpoint::{Answer, Call};

/// The largest body. It is read before anything is known of the caller. Bytes.
pub(super) const LARGEST: usize = 4 << 10;

const BAD_CODE: &str = "The `code` is not one that can be exchanged: a code is good once, within 60 seconds after the service printed it.";

/// Exchanges `{"code"}` for `{"key","expires_in","scopes"}`; the time is in seconds.
pub(super) fn exchange(call: Call) -> Answer {
    Box::pin(async move {
        let code = call.body.as_ref().and_then(|body| body.get("code")).and_then(Json::as_str);
        let logins = call.app.authentication.logins();
        let page = code.zip(logins).and_then(|(code, logins)| logins.exchange(code, Instant::now()));
        let page = page.ok_or_else(|| unauthorized(BAD_CODE))?;
        Ok(answer([
            ("key", Json::string(page.key)),
            ("expires_in", seconds(KEY_LIFETIME)),
            ("scopes", words(page.scopes)),
        ]))
    })
}

/// `GET`: who calls, and what may be done. It is answered while the document can't be read, too.
pub(super) fn current(call: Call) -> Answer {
    Box::pin(async move {
        let access = match call.service().recheck().await.map_err(|error| call.failed(error)) {
            Ok(projected) => DocumentAccess::of(&projected.access()),
            Err(problem) => DocumentAccess::unreadable(&problem),
        };
        let left = call.caller.expires.map(|end| end.saturating_duration_since(Instant::now()));
        let access: Object =
            [("state", Json::string(access.state)), ("reason", access.reason())].into_iter().collect();
        let told = [
            ("name", Json::string(&*call.caller.name)),
            ("scopes", words(call.caller.scopes)),
            ("expires_in", left.map_or(Json::Null, seconds)),
            ("version", Json::string(env!("CARGO_PKG_VERSION"))),
            ("access", access.into()),
        ];
        let is_admin = call.caller.scopes.allow(Scope::Admin);
        let path = is_admin.then(|| ("document", Json::string(&*call.app.document)));
        Ok(answer(told.into_iter().chain(path)))
    })
}

/// Nothing of it outlives the moment, so nothing keeps it.
fn answer(members: impl IntoIterator<Item = (&'static str, Json)>) -> HttpResponse {
    let body: Object = members.into_iter().collect();
    HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .content_type("application/json")
        .body(to_compact(&body.into()))
}

fn words(scopes: Scopes) -> Json {
    Json::Array(scopes.list().map(|scope| Json::string(scope.as_str())).collect())
}

fn seconds(time: Duration) -> Json {
    Json::Number(Number::from_u64(time.as_secs()))
}
