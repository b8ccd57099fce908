//! What is told about the API itself: this document, the schema of configurations, the types of problems.

use serde_json::json;

use crate::api::ProblemType;
use crate::http::problem_kind::ProblemKind::*;
use crate::openapi::{Body, Operation, Parameter, Place, Response, Shape};

use super::problems::{Problems, of_any_route};
use super::{example, fields, json_body, open};

const TAG: &str = "documentation";

/// `GET /openapi.json`
pub(in crate::http) fn openapi() -> Operation {
    Operation {
        id: "get_openapi_document",
        summary: "This document",
        description: "OpenAPI 3.1.",
        parameters: fields::conditions(),
        responses: tagged("The document.", "application/json", any_object()),
        ..open(TAG)
    }
}

/// `GET /schemas/mcp-server.json`
pub(in crate::http) fn server_schema() -> Operation {
    Operation {
        id: "get_mcp_server_schema",
        summary: "The JSON Schema of a server's configuration",
        description: "JSON Schema 2020-12, for editors.",
        parameters: fields::conditions(),
        responses: tagged("The schema.", "application/schema+json", any_object()),
        ..open(TAG)
    }
}

/// `GET /schemas/mcp-servers.json`
pub(in crate::http) fn servers_schema() -> Operation {
    Operation {
        id: "get_mcp_servers_schema",
        summary: "The JSON Schema of a file with a member `mcpServers`",
        ..server_schema()
    }
}

/// `GET /problems/{type}`
pub(in crate::http) fn problem() -> Operation {
    let kind = Parameter {
        component: "ProblemTypeName",
        name: "type",
        place: Place::Path,
        description: "The last part of the type's URI.",
        shape: Shape::inline(json!({ "type": "string", "pattern": "^[a-z-]+$" })),
        example: json!("bound-secret"),
    };
    let shown = example("problem_type", "One type", json!(UnknownServer.meaning()));
    let success = Response {
        status: 200,
        description: "What the type means.",
        headers: fields::of_every_answer(),
        bodies: vec![json_body(Shape::of::<ProblemType>(), vec![shown])],
    };
    Operation {
        id: "get_problem_type",
        summary: "What a type of problem means",
        description: "Every problem's `type` leads here.",
        parameters: vec![kind],
        responses: responses(success, of_any_route().with(&[NotFound])),
        ..open(TAG)
    }
}

fn any_object() -> Shape {
    Shape::inline(json!({ "type": "object", "additionalProperties": true }))
}

fn responses(success: Response, problems: Problems) -> Vec<Response> {
    [success].into_iter().chain(problems.responses()).collect()
}

/// A text that carries a tag and is answered under conditions.
pub(super) fn tagged(description: &'static str, media_type: &'static str, shape: Shape) -> Vec<Response> {
    let headers = || [fields::etag()].into_iter().chain(fields::of_every_answer()).collect();
    let bodies = vec![Body { media_type, shape, examples: Vec::new() }];
    let success = Response { status: 200, description, headers: headers(), bodies };
    let unchanged = Response {
        status: 304,
        description: "It is still as `If-None-Match` names it.",
        headers: headers(),
        bodies: Vec::new(),
    };
    let problems = of_any_route().with(&[PreconditionFailed]);
    responses(success, problems).into_iter().chain([unchanged]).collect()
}
