//! `/api/origins`.

use serde_json::{Value, json};

use crate::api::ServerOrigins;
use crate::http::problem_kind::ProblemKind::*;
use crate::openapi::Shape;

use super::problems::problems;
use super::{Description, about, example, success};

/// `GET /api/origins`
pub(in crate::http) fn read() -> Description {
    Description {
        id: "list_origins",
        summary: "Where servers came from",
        description: "The servers that programs have registered (`/v1/mcp-servers`) or agents have installed (`/registry`), with what each gateway has of them, and those that a file registers. The event stream has the same as the event `origins`. Needs the scope `read`.",
        successes: success(
            "The servers that were not configured here.",
            Shape::of::<ServerOrigins>(),
            vec![example("origins", "A registered server, and one of a file", shown())],
        ),
        problems: problems(&[
            DocumentUnreadable,
            DocumentVanished,
            StoreUnavailable,
            StoreBusy,
            StateUnavailable,
        ]),
        ..about("registration")
    }
}

fn shown() -> Value {
    let gateways = json!([{ "gateway": "http://127.0.0.1:8321", "state": "confirmed" }]);
    let server = json!({
        "name": "crm", "source": "registered", "provider_id": "model-context-protocol", "leaving": false,
        "gateways": gateways,
    });
    let fixed = json!({ "name": "search", "url": "https://search.example/mcp", "shadows": false });
    json!({ "servers": [server], "static_servers": [fixed] })
}
