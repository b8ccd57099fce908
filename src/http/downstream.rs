//! `/api/downstream`: what gateways have of the registered servers, and the two decisions on it.

use crate::downstream::{DecisionError, FailureKind};
use crate::json::{Json, Object, Pointer};
use crate::model::SettingsKey;

use super::endpoint::{Answer, Call, momentary_response};
use super::problem::Problem;
use super::problem_kind::ProblemKind;

const FORM: &str = r#"{"gateway": "its base URL", "id": "what it has"}"#;

/// `GET /api/downstream`
pub(super) fn list(call: Call) -> Answer {
    Box::pin(async move { answer(&call).await })
}

/// `POST /api/downstream/adopt`
pub(super) fn adopt(call: Call, body: Object) -> Answer {
    Box::pin(async move {
        let (gateway, id) = (text(&body, "gateway")?, text(&body, "id")?);
        call.trail.server(&SettingsKey::new(id));
        if call.app.static_servers.has(id) {
            return Err(failed(&call, DecisionError::Taken));
        }
        let adopted = call.app.gateways.adopt(&call.caller, gateway, id).await;
        adopted.map_err(|error| failed(&call, error))?;
        answer(&call).await
    })
}

/// `POST /api/downstream/forget`
pub(super) fn forget(call: Call, body: Object) -> Answer {
    Box::pin(async move {
        let (gateway, id) = (text(&body, "gateway")?, text(&body, "id")?);
        call.trail.server(&SettingsKey::new(id));
        call.app.gateways.forget(gateway, id).await.map_err(|error| failed(&call, error))?;
        answer(&call).await
    })
}

async fn answer(call: &Call) -> Result<actix_web::HttpResponse, Problem> {
    let list = call.app.gateways.list().await.map_err(|error| call.failed(error))?;
    Ok(momentary_response(&list))
}

/// A member that is a text, of a body that has the two members and no other.
fn text<'a>(body: &'a Object, name: &str) -> Result<&'a str, Problem> {
    if let Some(other) = body.names().find(|name| !["gateway", "id"].contains(name)) {
        return Err(malformed(other, "the body has two members, `gateway` and `id`"));
    }
    let text = body.get(name).and_then(Json::as_str).filter(|text| !text.is_empty());
    text.ok_or_else(|| malformed(name, "it must be a string that is not empty"))
}

fn malformed(member: &str, message: &str) -> Problem {
    Problem::new(ProblemKind::MalformedBody, format!("The body must be {FORM}."))
        .errors([(&Pointer::root().member(member), message.to_owned())])
}

fn failed(call: &Call, error: DecisionError) -> Problem {
    match error {
        DecisionError::UnknownGateway => {
            Problem::new(ProblemKind::UnknownGateway, "No gateway with this base URL is configured.")
        }
        DecisionError::UnknownId => {
            Problem::new(ProblemKind::UnknownToolgroup, "There is nothing under this id.")
        }
        DecisionError::NotAName => {
            Problem::new(ProblemKind::InvalidName, "No server can have this id as its name.")
        }
        DecisionError::NotAServer => Problem::new(
            ProblemKind::InvalidConfig,
            "What is there has arguments or no URL, so that no server can be made of it.",
        ),
        DecisionError::StillRegistered => Problem::new(
            ProblemKind::StillRegistered,
            "A server is registered under this id, so that it is registered at the gateway again.",
        ),
        DecisionError::Taken => {
            Problem::new(ProblemKind::NameTaken, "A server of this name is there that is not registered.")
        }
        DecisionError::Gateway(FailureKind::Unreachable | FailureKind::Timeout) => {
            Problem::of_ours(ProblemKind::GatewayUnreachable, "a gateway does not answer")
        }
        DecisionError::Gateway(kind) => {
            Problem::of_ours(ProblemKind::GatewayFailed, format!("a gateway has failed: {kind}"))
        }
        DecisionError::Service(error) => call.failed(error),
    }
}
