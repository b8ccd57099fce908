//! The one route table: which path and method leads to which endpoint.

use actix_web::http::{Method, StatusCode, header};
use actix_web::web::{self, Data, Payload, ServiceConfig};
use actix_web::{HttpMessage, HttpRequest, HttpResponse};

use crate::service::access::Scope;
use crate::service::audit::Action;

use super::App;
use super::endpoint::{Endpoint, Handler, Segment, run};
use super::frame::RequestId;
use super::problem::{Problem, ProblemKind};
use super::{documentation, mcp_servers, session, status};

const ITEM: &str = "/api/settings/mcp-servers/{name}";
/// Where one-time codes are exchanged.
pub(super) const SESSION: &str = "/api/session";
const PROBLEM: &str = "/problems/{type}";

const JSON: &[&str] = &["application/json"];
const MERGE_PATCH: &[&str] = &["application/merge-patch+json", "application/json"];

/// One row of the table.
struct Route {
    path: &'static str,
    method: Method,
    endpoint: Endpoint,
}

/// Every route. A `GET` answers `HEAD` too.
fn routes() -> Vec<Route> {
    let route = |method, path, endpoint| Route { path, method, endpoint };
    vec![
        route(Method::GET, "/", open(documentation::page)),
        route(Method::GET, PROBLEM, Endpoint { segment: Segment::Word, ..open(documentation::problem) }),
        route(Method::GET, "/health", open(status::health)),
        route(Method::GET, "/alive", open(status::health)),
        route(Method::GET, "/ready", open(status::ready)),
        route(Method::GET, "/server_info", open(status::info)),
        route(
            Method::POST,
            SESSION,
            Endpoint { body: JSON, action: Some(Action::Login), ..open(session::exchange) },
        ),
        route(Method::GET, mcp_servers::COLLECTION, reading(mcp_servers::list, Segment::Fixed)),
        route(Method::GET, ITEM, reading(mcp_servers::read, Segment::Server)),
        route(Method::PUT, ITEM, writing(mcp_servers::replace, Action::Replace, JSON)),
        route(Method::PATCH, ITEM, writing(mcp_servers::patch, Action::Patch, MERGE_PATCH)),
        route(Method::DELETE, ITEM, writing(mcp_servers::delete, Action::Delete, &[])),
    ]
}

fn open(handler: Handler) -> Endpoint {
    Endpoint { scope: None, body: &[], segment: Segment::Fixed, action: None, handler }
}

fn reading(handler: Handler, segment: Segment) -> Endpoint {
    Endpoint { scope: Some(Scope::Read), segment, ..open(handler) }
}

fn writing(handler: Handler, action: Action, body: &'static [&'static str]) -> Endpoint {
    Endpoint { scope: Some(Scope::Write), body, segment: Segment::Server, action: Some(action), handler }
}

/// Puts the table into an actix application.
pub(super) fn configure(config: &mut ServiceConfig) {
    let mut routes = routes();
    while let Some(first) = routes.first() {
        let path = first.path;
        let (here, rest): (Vec<_>, Vec<_>) = routes.into_iter().partition(|route| route.path == path);
        routes = rest;
        let mut allowed: Vec<&str> = Vec::new();
        let mut resource = web::resource(path);
        for Route { method, endpoint, .. } in &here {
            let endpoint = *endpoint;
            let handler = move |request, payload, app| run(endpoint, request, payload, app);
            allowed.push(method.as_str());
            if *method == Method::GET {
                allowed.push("HEAD");
                resource = resource.route(web::head().to(handler));
            }
            resource = resource.route(web::method(method.clone()).to(handler));
        }
        let allowed = allowed.join(", ");
        config.service(
            resource.default_service(web::to(move |request| method_not_allowed(request, allowed.clone()))),
        );
    }
    config.default_service(web::to(not_found));
}

/// The pattern of the route that a path leads to, for logs: a path itself may hold anything.
pub(super) fn pattern(path: &str) -> &'static str {
    let is_item =
        |path: &str| path.strip_prefix(mcp_servers::COLLECTION).is_some_and(|rest| rest.starts_with('/'));
    match routes().iter().find(|route| route.path == path) {
        Some(route) => route.path,
        None if is_item(path) => ITEM,
        None => "-",
    }
}

/// Whether a path is answered under any host name: probes call by address.
pub(super) fn is_for_any_host(path: &str) -> bool {
    matches!(path, "/health" | "/alive" | "/ready")
}

async fn method_not_allowed(request: HttpRequest, allowed: String) -> HttpResponse {
    Problem::new(ProblemKind::MethodNotAllowed, "Method Not Allowed")
        .header(header::ALLOW, allowed)
        .respond(&request_id(&request))
}

/// No route; a path of ours that ends in a slash is led to the one without.
async fn not_found(request: HttpRequest, _: Payload, _: Data<App>) -> HttpResponse {
    let path = request.uri().path();
    match path.strip_suffix('/') {
        Some(target)
            if target.starts_with(mcp_servers::COLLECTION)
                || routes().iter().any(|route| route.path == target) =>
        {
            let query = request.uri().query().map(|query| format!("?{query}")).unwrap_or_default();
            HttpResponse::build(StatusCode::TEMPORARY_REDIRECT)
                .insert_header((header::LOCATION, format!("{target}{query}")))
                .finish()
        }
        _ => Problem::new(ProblemKind::NotFound, "Not Found").respond(&request_id(&request)),
    }
}

fn request_id(request: &HttpRequest) -> String {
    request.extensions().get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default()
}
