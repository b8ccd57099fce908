//! `/registry`: our service as a catalog of servers for agents, on the wire of registries over HTTP. Its clients know no
//! conditions, so that none is asked for and none is judged.

use std::borrow::Cow;
use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};
use indexmap::IndexMap;

use crate::api::{
    RegistryCapabilities, RegistryEntry, RegistryList, RegistryRow, RegistryServer, RegistryValidation,
    RegistryVariables, to_bytes,
};
use crate::json::{Json, Object, Pointer};
use crate::model::validate::Violation;
use crate::registry::{CAPABILITIES, RegistryName, STDIO, ServerRef, ServerSpec, ShownSpec, StoreRegistry};
use crate::service::ServiceError;

use super::endpoint::{Answer, Call, json_response, momentary_response};
use super::paths::REGISTRY;
use super::problem::Problem;
use super::problem_kind::ProblemKind;

/// Both can be written, and changes are audited.
const TIER: u8 = 3;

const WIRE_VERSION: &str = "1.0";

/// Without the name: a problem repeats nothing of a request.
const NAME_RULE: &str = "Invalid name. Use characters from [A-Za-z0-9_.+@-], and no dot at the beginning.";

const NO_NAME: &str = "no server can be given this name";

const TOO_LONG: &str = "with the scope before it, it is longer than 128 characters";

/// The methods of the list and of what is in it, for clients that do not ask for capabilities.
const METHODS: &str = "GET, HEAD, POST, DELETE, OPTIONS";

/// `GET /registry/capabilities`
pub(super) fn capabilities(_: Call) -> Answer {
    Box::pin(async {
        Ok(json_response(&RegistryCapabilities {
            tier: TIER,
            supports_install: CAPABILITIES.supports_install,
            supports_uninstall: CAPABILITIES.supports_uninstall,
            supports_audit: CAPABILITIES.supports_audit,
            wire_version: WIRE_VERSION.to_owned(),
        }))
    })
}

/// `OPTIONS` of the list.
pub(super) fn options(_: Call) -> Answer {
    Box::pin(async { Ok(HttpResponse::Ok().insert_header((header::ALLOW, METHODS)).finish()) })
}

/// `GET` of the list.
pub(super) fn list(call: Call) -> Answer {
    Box::pin(async move {
        let registry = registry(&call);
        if !call.query.is_expanded {
            let entries = registry.references().await.map_err(|error| call.failed(error))?;
            let servers = entries.into_iter().map(|entry| RegistryRow::Entry(entry_of(entry))).collect();
            return Ok(json_response(&RegistryList { servers }));
        }
        let shown = registry.specs().await.map_err(|error| call.failed(error))?;
        let revealed = shown.iter().filter(|shown| shown.reveals).filter_map(|shown| {
            let name = RegistryName::parse(&shown.spec.name).ok()?;
            Some(call.query.scope.key(&name).as_str().to_owned())
        });
        let revealed: Vec<String> = revealed.collect();
        if !revealed.is_empty() {
            call.trail.reveals();
            call.trail.servers(revealed.iter().map(String::as_str));
        }
        let servers = shown.into_iter().map(|shown| RegistryRow::Server(server_of(shown.spec))).collect();
        Ok(momentary_response(&RegistryList { servers }))
    })
}

/// `GET` of a server.
pub(super) fn read(call: Call, entry: String) -> Answer {
    Box::pin(async move {
        let name = name_in_path(&entry)?;
        let shown = registry(&call).spec(&name).await;
        let ShownSpec { spec, reveals } = shown.map_err(|error| failed(&call, &name, error))?;
        if reveals {
            call.trail.reveals();
        }
        Ok(momentary_response(&server_of(spec)))
    })
}

/// `GET …/validate`
pub(super) fn validate(call: Call, entry: String) -> Answer {
    Box::pin(async move {
        let name = name_in_path(&entry)?;
        let checked = registry(&call).check(&name).await;
        let checked = checked.map_err(|error| failed(&call, &name, error))?;
        let ok = checked.is_ok();
        Ok(json_response(&RegistryValidation { ok, errors: checked.errors, warnings: checked.warnings }))
    })
}

/// `POST` of a server that must be new.
pub(super) fn install(call: Call, body: Object) -> Answer {
    Box::pin(async move {
        let name = body.get("name").and_then(Json::as_str).unwrap_or_default();
        let name = RegistryName::parse(name).map_err(|_| invalid_name(NAME_RULE, NO_NAME))?;
        call.trail.server(&call.query.scope.key(&name));
        let added = match spec(&name, &body) {
            Ok(spec) => registry(&call).add(&name, &spec).await,
            Err(violations) => Err(ServiceError::Invalid(violations)),
        };
        let (written, entry) = added.map_err(|error| failed(&call, &name, error))?;
        call.note(&written);
        let place = format!("{REGISTRY}/{name}?agent_scope={}", call.query.scope.as_str());
        Ok(HttpResponse::build(StatusCode::CREATED)
            .insert_header((header::LOCATION, call.url(&place)))
            .content_type("application/json")
            .body(to_bytes(&entry_of(entry))))
    })
}

/// `DELETE` of a server, which may be gone.
pub(super) fn uninstall(call: Call, entry: String) -> Answer {
    Box::pin(async move {
        let name = name_in_path(&entry)?;
        let removed = registry(&call).remove(&name).await;
        if let Some(written) = removed.map_err(|error| failed(&call, &name, error))? {
            call.note(&written);
        }
        Ok(HttpResponse::NoContent().finish())
    })
}

fn registry(call: &Call) -> StoreRegistry {
    StoreRegistry::new(Arc::clone(&call.app.service), call.caller.clone(), call.query.scope.clone())
}

fn name_in_path(entry: &str) -> Result<RegistryName, Problem> {
    RegistryName::parse(entry).map_err(|_| Problem::new(ProblemKind::InvalidName, NAME_RULE))
}

fn invalid_name(detail: impl Into<Cow<'static, str>>, message: &str) -> Problem {
    let pointer = Pointer::root().member("name");
    Problem::new(ProblemKind::InvalidName, detail)
        .status(StatusCode::UNPROCESSABLE_ENTITY)
        .errors([(&pointer, message.to_owned())])
}

/// The problem that a failed use-case is here. The name of a new server is in the body.
fn failed(call: &Call, name: &RegistryName, error: ServiceError) -> Problem {
    match error {
        ServiceError::UnknownServer => {
            Problem::new(ProblemKind::UnknownServer, format!("The scope has no MCP server named '{name}'."))
        }
        ServiceError::InvalidName(_) => {
            invalid_name("With the scope before it, the name is longer than 128 characters.", TOO_LONG)
        }
        error @ ServiceError::UnusableName => invalid_name(call.failed(error).detail().to_owned(), NO_NAME),
        error => call.failed(error),
    }
}

/// The server that a body describes.
fn spec(name: &RegistryName, body: &Object) -> Result<ServerSpec, Vec<Violation>> {
    let mut violations = Vec::new();
    let mut refuse = |pointer: Pointer, message: &'static str| {
        violations.push(Violation { pointer, message: message.into() });
    };
    let at = |member: &str| Pointer::root().member(member);
    let mut text = |member: &str, default: Option<&str>| match (body.get(member), default) {
        (Some(Json::String(text)), _) => text.as_str().to_owned(),
        (None, Some(default)) => default.to_owned(),
        (None, None) => {
            refuse(at(member), "is required");
            String::new()
        }
        (Some(_), _) => {
            refuse(at(member), "must be a string");
            String::new()
        }
    };
    let command = text("command", None);
    let transport = text("transport", Some(STDIO));
    let description = text("description", Some(""));
    let mut args = Vec::new();
    match body.get("args") {
        None => {}
        Some(Json::Array(elements)) => {
            for (index, element) in elements.iter().enumerate() {
                match element.as_str() {
                    Some(text) => args.push(text.to_owned()),
                    None => refuse(at("args").element(index), "must be a string"),
                }
            }
        }
        Some(_) => refuse(at("args"), "must be an array of strings"),
    }
    let mut env = IndexMap::new();
    match body.get("env") {
        None => {}
        Some(Json::Object(members)) => {
            for (name, value) in members.iter() {
                match value.as_str() {
                    Some(text) => drop(env.insert(name.to_owned(), text.to_owned())),
                    None => refuse(at("env").member(name), "must be a string"),
                }
            }
        }
        Some(_) => refuse(at("env"), "must be an object of strings"),
    }
    let name = name.as_str().to_owned();
    if violations.is_empty() {
        Ok(ServerSpec { name, command, args, env, transport, description })
    } else {
        Err(violations)
    }
}

fn entry_of(entry: ServerRef) -> RegistryEntry {
    let ServerRef { name, description, transport, version, source: _ } = entry;
    // Clients say themselves where they found a server.
    RegistryEntry { name, description, transport, version, source: String::new() }
}

fn server_of(spec: ServerSpec) -> RegistryServer {
    let ServerSpec { name, command, args, env, transport, description } = spec;
    RegistryServer { name, command, args, env: RegistryVariables(env), transport, description }
}
