//! Registration at run time, as clients of lightspeed-stack know it: `/v1/mcp-servers` and `/v1/mcp-auth/client-options`
//! (DESIGN §15). Servers of the file come first, and win over stored ones of their name.

use std::borrow::Cow;
use std::collections::HashSet;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::BytesMut;
use zeroize::Zeroizing;

use crate::api::{
    ClientOptionList, ClientOptions, ListedServer, RegisteredServer, RegisteredServerList, ServerSource,
    UnregisteredServer, ValidationFault, to_bytes,
};
use crate::model::reference::has_reference;
use crate::model::registration::{AuthorizationWord, Registration};
use crate::model::static_server::{StaticAuthorization, StaticServer};
use crate::model::{SettingsKey, url_parts};
use crate::service::{GatewayFailure, Registered, RegistrationError, RemovalError, ServiceError};

use super::dynamic_request;
use super::endpoint::{Answer, Call, json_response};
use super::error_form::Reply;
use super::problem::Problem;
use super::problem_kind::ProblemKind;

/// The short texts of errors, as clients know them.
pub(super) const EXISTS: &str = "Mcp Server already exists";
pub(super) const CONFIGURED: &str = "Cannot delete statically configured MCP server";
const UNREACHABLE: &str = "Unable to connect to Llama Stack";

/// `POST /v1/mcp-servers`
pub(super) fn register(call: Call, body: BytesMut) -> Answer {
    Box::pin(async move {
        let body = Zeroizing::new(Vec::from(body));
        let dynamic_request::Request { name, url, registration } =
            dynamic_request::read(&body).map_err(invalid)?;
        call.trail.server(name.key());
        let taken = || {
            let cause = format!("Mcp Server with name '{name}' is already registered");
            let problem = Problem::new(ProblemKind::NameTaken, "The name is in use.");
            problem.in_detail_form(Reply::Cause(EXISTS, cause))
        };
        if call.app.static_servers.has(name.as_str()) {
            return Err(taken());
        }
        if !call.service().gateways().is_empty() {
            forwardable(&url, &registration).map_err(invalid)?;
        }
        let provider_id = registration.provider_id.clone();
        let shown = url_parts::mask(&url);
        match call.service().register(&call.caller, &name, url, registration, Vec::new()).await {
            Ok(()) => {}
            Err(RegistrationError::Taken) => return Err(taken()),
            Err(RegistrationError::Gateway(GatewayFailure::Unreachable)) => return Err(unreachable()),
            Err(RegistrationError::Gateway(GatewayFailure::Refused)) => {
                return Err(refused_downstream(
                    "Failed to register MCP server",
                    "Could not register the MCP server with the remote service.",
                ));
            }
            Err(RegistrationError::Service(error)) => return Err(not_stored(&call, error)),
        }
        let message = format!("MCP server '{name}' registered successfully");
        let body = RegisteredServer {
            name: name.as_str().into(),
            url: shown.into(),
            provider_id: provider_id.into(),
            message: message.into(),
        };
        let mut response = HttpResponse::build(StatusCode::CREATED);
        Ok(response.content_type("application/json").body(to_bytes(&body)))
    })
}

/// `GET /v1/mcp-servers`
pub(super) fn list(call: Call) -> Answer {
    Box::pin(async move {
        let fixed = call.app.static_servers.list();
        let registered = registered(&call, &fixed).await?;
        let row = |name, url, provider_id, source| ListedServer {
            name: Cow::Borrowed(name),
            url: url_parts::mask(url).into(),
            provider_id: Cow::Borrowed(provider_id),
            source,
        };
        let servers = fixed
            .iter()
            .map(|server| row(&*server.name, &*server.url, &*server.provider_id, ServerSource::File));
        let servers = servers.chain(registered.iter().map(|own| {
            row(own.name.as_str(), &*own.url, &*own.registration.provider_id, ServerSource::Registration)
        }));
        Ok(json_response(&RegisteredServerList { servers: servers.collect() }))
    })
}

/// `DELETE /v1/mcp-servers/{name}`
pub(super) fn unregister(call: Call, name: SettingsKey) -> Answer {
    Box::pin(async move {
        // An encoded slash is one of the path to clients of this API, and leads nowhere.
        if name.as_str().contains('/') {
            return Err(Problem::new(ProblemKind::NotFound, "Not Found"));
        }
        if call.app.static_servers.has(name.as_str()) {
            let cause = format!(
                "MCP server '{}' is defined in configuration and cannot be removed via the API.",
                name.as_str()
            );
            let problem = Problem::new(ProblemKind::DocumentReadOnly, "The server is one of a file.");
            return Err(problem
                .status(StatusCode::FORBIDDEN)
                .in_detail_form(Reply::Cause(CONFIGURED, cause)));
        }
        let deleted = match call.service().unregister(&call.caller, &name).await {
            Ok(deleted) => deleted,
            Err(RemovalError::Gateway(GatewayFailure::Unreachable)) => return Err(unreachable()),
            Err(RemovalError::Gateway(GatewayFailure::Refused)) => {
                return Err(refused_downstream(
                    "Failed to unregister MCP server",
                    "Could not unregister the MCP server with the remote service.",
                ));
            }
            Err(RemovalError::Service(error)) => return Err(call.failed(error)),
        };
        let response = if deleted { "MCP server deleted successfully" } else { "MCP server not found" };
        let body = UnregisteredServer { deleted, name: name.as_str().into(), response: response.into() };
        Ok(json_response(&body))
    })
}

/// `GET /v1/mcp-auth/client-options`
pub(super) fn client_options(call: Call) -> Answer {
    Box::pin(async move {
        let fixed = call.app.static_servers.list();
        let registered = registered(&call, &fixed).await?;
        let is_client = |word: Option<AuthorizationWord>| word == Some(AuthorizationWord::Client);
        let fixed = fixed.iter().map(|server| {
            let headers = server.authorization_headers.iter().filter(|(_, value)| match value {
                StaticAuthorization::Word(word) => is_client(Some(*word)),
                StaticAuthorization::Secret(_) => false,
            });
            (server.name.as_str(), headers.map(|(name, _)| name.as_str().into()).collect::<Vec<_>>())
        });
        let registered = registered.iter().map(|own| {
            let headers = own.registration.authorization_headers.iter();
            let headers = headers.filter(|(_, value)| is_client(AuthorizationWord::of(value)));
            (own.name.as_str(), headers.map(|(name, _)| name.as_str().into()).collect())
        });
        let servers = fixed.chain(registered).filter(|(_, headers)| !headers.is_empty());
        let servers = servers
            .map(|(name, client_auth_headers)| ClientOptions { name: name.into(), client_auth_headers });
        Ok(json_response(&ClientOptionList { servers: servers.collect() }))
    })
}

/// The registered servers but those whose names servers of the file have.
async fn registered(call: &Call, fixed: &[StaticServer]) -> Result<Vec<Registered>, Problem> {
    let registered = call.service().registered().await.map_err(|error| call.failed(error))?;
    let names: HashSet<&str> = fixed.iter().map(|server| server.name.as_str()).collect();
    Ok(registered.into_iter().filter(|own| !names.contains(own.name.as_str())).collect())
}

/// A gateway is given the URL of a server, and nothing of how it is connected to. It resolves no references.
fn forwardable(url: &str, registration: &Registration) -> Result<(), Vec<ValidationFault>> {
    let members = [
        ("url", has_reference(url)),
        ("authorization_headers", !registration.authorization_headers.is_empty()),
        ("headers", !registration.headers.is_empty()),
        ("timeout", registration.timeout.is_some()),
    ];
    let fault = |(member, _): &(&str, bool)| {
        let message = "Value error, servers are forwarded to a gateway, which cannot be given this";
        ValidationFault::of_body("value_error", message).in_member(member)
    };
    let faults: Vec<_> = members.iter().filter(|(_, is_sent)| *is_sent).map(fault).collect();
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

fn invalid(faults: Vec<ValidationFault>) -> Problem {
    let problem = Problem::new(ProblemKind::InvalidConfig, "The registration is not valid.");
    problem.in_detail_form(Reply::Faults(faults))
}

/// What the store's rules have against the server. It has nothing but a URL, so that a rule that is broken is of that.
fn not_stored(call: &Call, error: ServiceError) -> Problem {
    let ServiceError::Invalid(violations) = &error else { return call.failed(error) };
    let fault = |message: &str| {
        ValidationFault::of_body("value_error", format!("Value error, URL {message}")).in_member("url")
    };
    invalid(violations.iter().map(|violation| fault(&violation.message)).collect())
}

fn unreachable() -> Problem {
    let cause = "The remote service could not be reached.";
    let problem = Problem::of_ours(ProblemKind::StoreUnavailable, "a gateway does not answer");
    problem.in_detail_form(Reply::Cause(UNREACHABLE, cause.to_owned()))
}

fn refused_downstream(response: &'static str, cause: &str) -> Problem {
    let problem = Problem::of_ours(ProblemKind::Internal, "a gateway has refused the change");
    problem.in_detail_form(Reply::Cause(response, cause.to_owned()))
}
