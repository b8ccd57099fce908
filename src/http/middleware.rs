//! What every answer has around it: the host check before it, a request id, the headers that all answers carry,
//! and CORS.

use std::time::Instant;

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{ConnectionType, Method, Version};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage, HttpResponse};

use crate::service::audit::{self, Action};

use super::connection::{AnswerBody, BodyScan, Exchange, Handling};
use super::error_form::ErrorForm;
use super::problem::Problem;
use super::problem_kind::ProblemKind;
use super::query::{Parameter, Query};
use super::refusal_log::Check;
use super::request_id::RequestId;
use super::{App, Surface, headers, host_check, page, paths, routes};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
const VARY: &str = "X-Expose-Secrets, Authorization, X-Session-API-Key, Origin";
const EXPOSED: &str = "ETag, Location, Link, Retry-After, X-Request-Id";
const ALLOWED_HEADERS: &str = "Authorization, Content-Type, If-Match, If-None-Match, Last-Event-ID, Prefer, X-Expose-Secrets, X-Session-API-Key";
const ALLOWED_METHODS: &str = "GET, HEAD, POST, PUT, PATCH, DELETE";

/// The frame around every request.
pub(super) async fn frame<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<AnswerBody>, Error> {
    let handling = begin(&request);
    let version = request.version();
    let is_upgrade = request.head().upgrade();
    let response = answer(request, next).await?;
    Ok(end(response, version, is_upgrade, handling))
}

/// Informs the connection which request was parsed.
fn begin(request: &ServiceRequest) -> Handling {
    let Some(exchange) = request.conn_data::<Exchange>() else { return Handling::unconnected() };
    let awaits_continue = request.head().expect();
    exchange.begin(body_of(request), awaits_continue)
}

/// Where the body of the request ends, as the stack sees it: it takes no other transfer coding than `chunked`.
fn body_of(request: &ServiceRequest) -> BodyScan {
    let headers = request.headers();
    let length =
        headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.trim().parse().ok());
    match length {
        _ if matches!(request.parts().1, Payload::None) => BodyScan::Done,
        _ if headers.contains_key(header::TRANSFER_ENCODING) => BodyScan::CHUNKED,
        Some(length) => BodyScan::Length(length),
        None => BodyScan::UntilClose,
    }
}

/// Decides whether the connection goes on behind the answer, and how the client sees where the answer ends.
fn end(
    response: ServiceResponse<BoxBody>,
    version: Version,
    is_upgrade: bool,
    handling: Handling,
) -> ServiceResponse<AnswerBody> {
    response.map_body(|head, body| {
        // To a request for an upgrade the stack would answer `Connection: upgrade`, though it grants none.
        if handling.is_body_left() || is_upgrade {
            head.set_connection_type(ConnectionType::Close);
        }
        // HTTP/1.0 knows no transfer codings (RFC 9112 §6.1).
        if version < Version::HTTP_11 && body.size() == BodySize::Stream {
            head.no_chunking(true);
            head.set_connection_type(ConnectionType::Close);
        }
        AnswerBody::new(body, handling)
    })
}

async fn answer<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let app = request.app_data::<Data<App>>().cloned();
    let Some(app) = app else {
        let problem = Problem::of_ours(ProblemKind::Internal, "the frame has no application");
        return Ok(request.into_response(problem.respond("", ErrorForm::Problem)));
    };
    let id = app.request_ids.next();
    request.extensions_mut().insert(id.clone());
    let surface = request.app_data::<Surface>().copied().unwrap_or(Surface::Api);
    if surface == Surface::Api {
        app.public.strip(&mut request);
    }
    let passage = Passage { started: Instant::now(), method: request.method().clone() };
    let (mut response, origin) = match judge(&app, surface, &request) {
        Err(problem) => {
            if surface == Surface::Api {
                audit_refusal(&request, &problem, &id);
            }
            let form = ErrorForm::of(request.match_info().as_str());
            (request.into_response(problem.respond(&id.0, form)), None)
        }
        Ok(origin @ Some(_)) if is_preflight(&request) => (request.into_response(preflight()), origin),
        Ok(origin) => (next.call(request).await?.map_into_boxed_body(), origin),
    };
    add_headers(response.headers_mut(), origin, &id);
    passage.end(&app, surface, &response, &id);
    Ok(response)
}

/// What is measured of a request, and what the access log says of it.
struct Passage {
    started: Instant,
    method: Method,
}

impl Passage {
    fn end(self, app: &App, surface: Surface, response: &ServiceResponse<BoxBody>, id: &RequestId) {
        let Self { started, method } = self;
        let (took, status, request) = (started.elapsed(), response.status(), response.request());
        let known = request.extensions().get::<paths::Template>().map(|template| template.0);
        // What was refused before it reached a route.
        let route = known.unwrap_or_else(|| match surface {
            Surface::Api => routes::pattern(request.path()),
            Surface::Metrics => paths::NO_ROUTE,
        });
        app.metrics.requests.answered(method.as_str(), route, status.as_u16(), took);
        tracing::debug!(
            request.id = &*id.0,
            method = %method,
            route,
            status = status.as_u16(),
            duration_us = took.as_micros() as u64,
            "{method} {route} answered {}",
            status.as_u16()
        );
    }
}

fn judge(app: &App, surface: Surface, request: &ServiceRequest) -> Result<Option<HeaderValue>, Problem> {
    let origin = match surface {
        Surface::Api => judge_names(app, request)?,
        Surface::Metrics => judge_scraper(app, request)?,
    };
    // To HTTP/1.0 the header means nothing.
    if Version::HTTP_11 <= request.version() {
        headers::expectation(request.headers())?;
    }
    Ok(origin)
}

fn judge_names(app: &App, request: &ServiceRequest) -> Result<Option<HeaderValue>, Problem> {
    let (path, headers) = (request.path(), request.headers());
    let host = if routes::is_for_any_host(path) {
        None
    } else {
        let host = host_check::host_of(request.uri(), headers);
        app.host_check.check_host(host).inspect_err(|_| app.refusals.note(Check::Host, headers, host))?;
        host
    };
    let origin = app.host_check.check_origin(headers, host);
    // The page's files are the same for everybody, a page of another origin can't read them, and a link may lead to
    // them from anywhere: so the page can say itself that its origin is not allowed.
    if page::is_file(path) || app.public.is_base(path) {
        return Ok(origin.unwrap_or_default());
    }
    origin.inspect_err(|_| app.refusals.note(Check::Origin, headers, host))
}

/// Metrics without a key are for programs: no page may read them, be it by a name of its own that leads here.
fn judge_scraper(app: &App, request: &ServiceRequest) -> Result<Option<HeaderValue>, Problem> {
    let headers = request.headers();
    app.host_check.check_address(host_check::host_of(request.uri(), headers))?;
    app.host_check.check_origin(headers, None).map(|_| None)
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
    headers.insert(OPENER_POLICY, HeaderValue::from_static("same-origin"));
    if let Ok(id) = HeaderValue::from_str(&id.0) {
        headers.insert(REQUEST_ID, id);
    }
    if let Some(origin) = origin {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
    }
}

/// A write or a look at secrets that the host check refused is audited like any other refusal.
fn audit_refusal(request: &ServiceRequest, problem: &Problem, id: &RequestId) {
    let exposure = headers::exposure(request.headers(), true).unwrap_or_default();
    let query = Query::parse(request.uri().query(), &[Parameter::DryRun]).unwrap_or_default();
    let action = match routes::action(request.method(), request.match_info().as_str()) {
        Some(action) => action,
        None if exposure.reveals() => Action::Reveal(exposure),
        None => return,
    };
    let from = request.peer_addr().map(|address| address.to_string()).unwrap_or_default();
    audit::record(&audit::Event {
        action,
        caller: None,
        server: None,
        servers: None,
        new_name: None,
        is_dry_run: query.is_dry_run,
        before: None,
        after: None,
        from: &from,
        request_id: &id.0,
        status: problem.status_code().as_u16(),
        problem: Some(problem.kind().slug()),
    });
}
