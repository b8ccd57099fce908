//! What gateways have of the registered servers: `/api/downstream`.

use actix_web::http::StatusCode;
use serde_json::{Value, json};

use crate::api::GatewayList;
use crate::http::problem_kind::ProblemKind::*;
use crate::http::schemas::GatewayEntryName;
use crate::openapi::Shape;

use super::problems::{Problems, problems};
use super::{Description, about, example, json_body, success};

const TAG: &str = "registration";

/// `GET /api/downstream`
pub(in crate::http) fn list() -> Description {
    Description {
        id: "list_gateways",
        summary: "Show what gateways have of the registered servers",
        description: "For each Llama Stack gateway that is configured what is to be there, how far that has come, and what is there that nobody here has made. It shows what is known: a gateway is looked at once a minute, and nothing is called for this. The process that calls the gateways may be another one on the same settings. Needs the scope `read`.",
        successes: success(
            "The gateways.",
            Shape::of::<GatewayList>(),
            vec![example("gateways", "One gateway, which can't be reached at the moment", gateways())],
        ),
        problems: of_reads(),
        ..about(TAG)
    }
}

/// `POST /api/downstream/adopt`
pub(in crate::http) fn adopt() -> Description {
    Description {
        id: "adopt_toolgroup",
        summary: "Look after what a gateway has",
        description: "What the gateway has under the id becomes a registered server, at every gateway. Where a server is registered under this name and something else is in its way, what is there counts as ours from now on, and is replaced. Needs the scope `write`.",
        request: vec![json_body(Shape::of::<GatewayEntryName>(), vec![entry("adopted_toolgroup")])],
        successes: success(
            "It is looked after.",
            Shape::of::<GatewayList>(),
            vec![example("gateways_after_adoption", "The gateways then", gateways())],
        ),
        problems: of_reads()
            .with(&[
                UnknownGateway,
                UnknownToolgroup,
                InvalidName,
                InvalidConfig,
                NameTaken,
                GatewayUnreachable,
                GatewayFailed,
            ])
            .with_status(DocumentUnreadable, StatusCode::CONFLICT)
            .with(&[DocumentReadOnly, NoMcpServers, MalformedSettings, Ownership, StoreBusy, OutcomeUnknown]),
        ..about(TAG)
    }
}

/// `POST /api/downstream/forget`
pub(in crate::http) fn forget() -> Description {
    Description {
        id: "forget_toolgroup",
        summary: "No longer look after what a gateway has",
        description: "What was made at the gateway under the id is left there, if it is there. A server that is to go and waits for this gateway goes. Needs the scope `write`.",
        request: vec![json_body(Shape::of::<GatewayEntryName>(), vec![entry("forgotten_toolgroup")])],
        successes: success(
            "It is no longer looked after.",
            Shape::of::<GatewayList>(),
            vec![example("gateways_after_forgetting", "The gateways then", gateways())],
        ),
        problems: of_reads().with(&[UnknownGateway, UnknownToolgroup, StillRegistered, OutcomeUnknown]),
        ..about(TAG)
    }
}

fn of_reads() -> Problems {
    problems(&[DocumentUnreadable, DocumentVanished, StoreUnavailable, StateUnavailable])
}

fn entry(id: &'static str) -> crate::openapi::Example {
    example(id, "One id", json!({ "gateway": "http://llama-stack.example:8321", "id": "group/issues" }))
}

fn gateways() -> Value {
    json!({ "gateways": [{
        "gateway": "http://llama-stack.example:8321", "trouble": "unreachable", "since_ms": 1_795_219_200_000_u64,
        "servers": [
            { "id": "issues", "state": "registered", "failure": null },
            { "id": "search", "state": "registering", "failure": {
                "kind": "unreachable", "count": 2, "next_ms": 1_795_219_260_000_u64, "error_id": "9f86d081884c",
            } },
        ],
        "unknown": ["builtin::rag"],
    }] })
}
