//! What the OpenAPI document says of each row of the route table, one file per resource. Texts and lists
//! only: the handlers do the work.

mod detail_errors;
pub(super) mod discovery;
pub(super) mod documentation;
pub(super) mod downstream;
pub(super) mod dynamic;
pub(super) mod events;
pub(super) mod exchange;
mod fields;
pub(super) mod instances;
pub(super) mod mcp_servers;
pub(super) mod origins;
mod problems;
pub(super) mod registry;
pub(super) mod running;
pub(super) mod service;
pub(super) mod session;
pub(super) mod settings;

use serde_json::Value;

use crate::http::error_form::ErrorForm;
use crate::openapi::{Body, Example, Operation, Parameter, Place, Response, Shape};
use problems::Problems;

/// What is said of a route beside what follows from its row.
pub(in crate::http) struct Description {
    id: &'static str,
    tag: &'static str,
    summary: &'static str,
    description: &'static str,
    /// Those of the path, the query and the header, in this order.
    parameters: Vec<Parameter>,
    request: Vec<Body>,
    /// What is answered where it succeeds.
    successes: Vec<Response>,
    problems: Problems,
}

/// What follows from a row of the table.
pub(in crate::http) struct Row {
    pub is_keyed: bool,
    /// Whether it is answered under any host name.
    pub is_probe: bool,
    pub has_body: bool,
    pub takes_conditions: bool,
    /// Whether it can be tried only.
    pub has_dry_run: bool,
    /// In which form it answers errors.
    pub form: ErrorForm,
}

fn about(tag: &'static str) -> Description {
    Description {
        id: "",
        tag,
        summary: "",
        description: "",
        parameters: Vec::new(),
        request: Vec::new(),
        successes: Vec::new(),
        problems: Problems::default(),
    }
}

impl Description {
    /// The whole description of a route with this row.
    pub(in crate::http) fn of_row(self, row: &Row) -> Operation {
        let Self { id, tag, summary, description, mut parameters, request, mut successes, problems } = self;
        if row.takes_conditions {
            let headers = parameters.iter().position(|parameter| parameter.place == Place::Header);
            let at = headers.unwrap_or(parameters.len());
            parameters.splice(at..at, fields::conditions());
        }
        parameters.extend(row.has_dry_run.then(fields::dry_run));
        for success in &mut successes {
            success.headers.extend(fields::of_every_answer());
        }
        let response = match row.form {
            ErrorForm::Problem => problems::response,
            ErrorForm::Detail => detail_errors::response,
        };
        let refusals = problems.of_row(row).by_status();
        let refusals = refusals.into_iter().map(|(status, kinds)| response(status, &kinds));
        let responses = successes.into_iter().chain(refusals).collect();
        Operation { id, tag, summary, description, parameters, request, responses, is_keyed: row.is_keyed }
    }
}

fn json_body(shape: Shape, examples: Vec<Example>) -> Body {
    Body { media_type: "application/json", shape, examples }
}

/// The one answer of an operation that shows this.
fn success(description: &'static str, shape: Shape, shown: Vec<Example>) -> Vec<Response> {
    vec![Response { status: 200, description, headers: Vec::new(), bodies: vec![json_body(shape, shown)] }]
}

/// The answer to a read whose condition says that the reader has it already.
fn not_modified() -> Response {
    Response {
        status: 304,
        description: "It is still as `If-None-Match` names it.",
        headers: vec![fields::etag()],
        bodies: Vec::new(),
    }
}

fn example(name: &str, summary: &'static str, value: Value) -> Example {
    Example { name: name.to_owned(), summary, value }
}
