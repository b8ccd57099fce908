//! `POST /api/session`: exchanges the one-time code of the printed link for a key (DESIGN §7).

use std::time::Instant;

use actix_web::HttpResponse;
use actix_web::http::header;

use crate::json::{Json, Number, Object, to_compact};
use crate::service::login::KEY_LIFETIME;

use super::authentication::unauthorized;
use super::endpoint::{Answer, Call};

/// Exchanges `{"code"}` for `{"key","expires_in","scopes"}`; the time is in seconds.
pub(super) fn exchange(call: Call) -> Answer {
    Box::pin(async move {
        let code = call.body.as_ref().and_then(|body| body.get("code")).and_then(Json::as_str);
        let logins = call.app.authentication.logins();
        let page = code.zip(logins).and_then(|(code, logins)| logins.exchange(code, Instant::now()));
        let page = page.ok_or_else(unauthorized)?;
        let scopes = page.scopes.list().into_iter().map(|scope| Json::string(scope.as_str())).collect();
        let answer: Object = [
            ("key", Json::string(page.key)),
            ("expires_in", Json::Number(Number::from_u64(KEY_LIFETIME.as_secs()))),
            ("scopes", Json::Array(scopes)),
        ]
        .into_iter()
        .collect();
        Ok(HttpResponse::Ok()
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .content_type("application/json")
            .body(to_compact(&answer.into())))
    })
}
