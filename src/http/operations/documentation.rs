//! What the API says about itself: this document, the schema of configurations, the types of problems.

use serde_json::json;

use crate::api::ProblemType;
use crate::http::problem_kind::ProblemKind::*;
use crate::openapi::{Body, Parameter, Place, Response, Shape};

use super::problems::problems;
use super::{Description, about, example, fields, not_modified, success};

const TAG: &str = "documentation";

/// `GET /openapi.json`
pub(in crate::http) fn openapi() -> Description {
    Description {
        id: "get_openapi_document",
        summary: "This document",
        description: "OpenAPI 3.1.",
        successes: tagged("The document.", "application/json", any_object()),
        ..about(TAG)
    }
}

/// `GET /schemas/mcp-server.json`
pub(in crate::http) fn server_schema() -> Description {
    Description {
        id: "get_mcp_server_schema",
        summary: "The JSON Schema of a server's configuration",
        description: "JSON Schema 2020-12, for editors.",
        successes: tagged("The schema.", "application/schema+json", any_object()),
        ..about(TAG)
    }
}

/// `GET /schemas/mcp-servers.json`
pub(in crate::http) fn servers_schema() -> Description {
    Description {
        id: "get_mcp_servers_schema",
        summary: "The JSON Schema of a file with a member `mcpServers`",
        ..server_schema()
    }
}

/// `GET /problems/{type}`
pub(in crate::http) fn problem() -> Description {
    let kind = Parameter {
        component: "ProblemTypeName",
        name: "type",
        place: Place::Path,
        description: "The last part of the type's URI.",
        shape: Shape::inline(json!({ "type": "string", "pattern": "^[a-z-]+$" })),
        example: json!("bound-secret"),
    };
    let shown = example("problem_type", "One type", json!(UnknownServer.meaning()));
    Description {
        id: "get_problem_type",
        summary: "What a type of problem means",
        description: "Every problem's `type` leads here.",
        parameters: vec![kind],
        successes: success("What the type means.", Shape::of::<ProblemType>(), vec![shown]),
        problems: problems(&[NotFound]),
        ..about(TAG)
    }
}

fn any_object() -> Shape {
    Shape::inline(json!({ "type": "object", "additionalProperties": true }))
}

/// A text that carries a tag and is answered under conditions.
pub(super) fn tagged(description: &'static str, media_type: &'static str, shape: Shape) -> Vec<Response> {
    let bodies = vec![Body { media_type, shape, examples: Vec::new() }];
    vec![Response { status: 200, description, headers: vec![fields::etag()], bodies }, not_modified()]
}
