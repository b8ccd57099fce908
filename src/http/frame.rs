//! What every answer has around it: the gate before it, a request id, the headers that all answers carry,
//! and CORS.

use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage, HttpResponse};

use crate::service::audit::{self, Action};

use super::App;
use super::problem::Problem;
use super::problem_kind::ProblemKind;
use super::query::{Parameter, Query};
use super::routes;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
const VARY: &str = "X-Expose-Secrets, Authorization, X-Session-API-Key, Origin";
const EXPOSED: &str = "ETag, Location, Link, Retry-After, X-Request-Id";
const ALLOWED_HEADERS: &str = "Authorization, Content-Type, If-Match, If-None-Match, Last-Event-ID, Prefer, X-Expose-Secrets, X-Session-API-Key";
const ALLOWED_METHODS: &str = "GET, HEAD, POST, PUT, PATCH, DELETE";

/// Identifies one request of this process, in the answer and in the log.
#[derive(Clone, Debug)]
pub(super) struct RequestId(pub Rc<str>);

/// Makes request ids: a random part for the process, and a number.
pub struct RequestIds {
    process: String,
    next: AtomicU64,
}

impl Default for RequestIds {
    fn default() -> Self {
        Self { process: audit::new_id(), next: AtomicU64::new(1) }
    }
}

impl RequestIds {
    fn next(&self) -> RequestId {
        let number = self.next.fetch_add(1, Ordering::Relaxed).to_string();
        // Every request pays for this, and `format!` costs four times as much.
        RequestId([&self.process, "-", &number].concat().into())
    }
}

/// The frame around every request.
pub(super) async fn frame<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let app = request.app_data::<Data<App>>().cloned();
    let Some(app) = app else {
        let problem = Problem::of_ours(ProblemKind::Internal, "the frame has no application");
        return Ok(request.into_response(problem.respond("")));
    };
    let id = app.request_ids.next();
    request.extensions_mut().insert(id.clone());
    let log = Log::of(&request);
    let (mut response, origin) = match judge(&app, &request) {
        Err(problem) => {
            audit_refusal(&request, &problem, &id);
            (request.into_response(problem.respond(&id.0)), None)
        }
        Ok(origin @ Some(_)) if is_preflight(&request) => (request.into_response(preflight()), origin),
        Ok(origin) => (next.call(request).await?.map_into_boxed_body(), origin),
    };
    let status = response.status();
    add_headers(response.headers_mut(), origin, &id);
    if let Some(log) = log {
        log.write(&id, status);
    }
    Ok(response)
}

/// What the access log says of a request; nothing is kept where nothing is logged.
struct Log {
    started: Instant,
    method: Method,
    route: &'static str,
}

impl Log {
    fn of(request: &ServiceRequest) -> Option<Self> {
        tracing::enabled!(tracing::Level::DEBUG).then(|| Self {
            started: Instant::now(),
            method: request.method().clone(),
            route: routes::pattern(request.path()),
        })
    }

    fn write(self, id: &RequestId, status: StatusCode) {
        let Self { started, method, route } = self;
        tracing::debug!(
            request.id = &*id.0,
            method = %method,
            route,
            status = status.as_u16(),
            duration_us = started.elapsed().as_micros() as u64,
            "{method} {route} answered {}",
            status.as_u16()
        );
    }
}

fn judge(app: &App, request: &ServiceRequest) -> Result<Option<HeaderValue>, Problem> {
    let authority = request.uri().authority().map(|authority| authority.as_str());
    if routes::is_for_any_host(request.path()) {
        return app.gate.check_origin(request.headers(), None);
    }
    app.gate.check_host(request.headers(), authority)?;
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok()).or(authority);
    app.gate.check_origin(request.headers(), host)
}

fn is_preflight(request: &ServiceRequest) -> bool {
    request.method() == Method::OPTIONS
        && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}

fn preflight() -> HttpResponse {
    HttpResponse::NoContent()
        .insert_header((header::ACCESS_CONTROL_ALLOW_METHODS, ALLOWED_METHODS))
        .insert_header((header::ACCESS_CONTROL_ALLOW_HEADERS, ALLOWED_HEADERS))
        .insert_header((header::ACCESS_CONTROL_MAX_AGE, "600"))
        .finish()
}

fn add_headers(headers: &mut HeaderMap, origin: Option<HeaderValue>, id: &RequestId) {
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    }
    let vary = headers.get(header::VARY).and_then(|own| own.to_str().ok());
    let vary = vary.and_then(|own| HeaderValue::from_str(&[VARY, ", ", own].concat()).ok());
    headers.insert(header::VARY, vary.unwrap_or(HeaderValue::from_static(VARY)));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(RESOURCE_POLICY, HeaderValue::from_static("same-origin"));
    if let Ok(id) = HeaderValue::from_str(&id.0) {
        headers.insert(REQUEST_ID, id);
    }
    if let Some(origin) = origin {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
    }
}

/// A write or a look at secrets that the gate refused is audited like any other refusal.
fn audit_refusal(request: &ServiceRequest, problem: &Problem, id: &RequestId) {
    let exposure = super::headers::exposure(request.headers()).unwrap_or_default();
    let query = Query::parse(request.uri().query(), &[Parameter::DryRun]).unwrap_or_default();
    let action = match routes::action(request.method(), request.match_info().as_str()) {
        Some(action) => action,
        None if exposure != crate::secrets::Exposure::Redacted => Action::Reveal(exposure),
        None => return,
    };
    let from = request.peer_addr().map(|address| address.to_string()).unwrap_or_default();
    audit::record(&audit::Event {
        action,
        caller: None,
        server: None,
        renamed_to: None,
        is_dry_run: query.is_dry_run,
        before: None,
        after: None,
        from: &from,
        request_id: &id.0,
        status: StatusCode::FORBIDDEN.as_u16(),
        problem: Some(problem.slug()),
    });
}
