//! `/api/instances/{name}/tools`, `…/resources` and `…/prompts`: what a server offers, as far as it is known. A `GET` starts
//! nothing.

use std::time::{SystemTime, UNIX_EPOCH};

use actix_web::HttpResponse;
use actix_web::http::header::{self, HeaderValue};

use crate::api::{ListingFrame, PromptListing, ResourceListing, ToolListing};
use crate::instances::{Freshness, Known, NotKnown, fingerprint};
use crate::json::Object;
use crate::model::{Feature, SettingsKey};
use crate::secrets::Scope;

use super::authentication::require;
use super::body::OnlyMember;
use super::endpoint::{Answer, Call, momentary_response};
use super::instances::{exists, failed, sight};
use super::problem::Problem;
use super::problem_kind::ProblemKind;

/// `GET …/tools`
pub(super) fn tools(call: Call, name: SettingsKey) -> Answer {
    Box::pin(async move {
        let known = known(&call, &name, Feature::Tools).await?;
        Ok(aged(&known, momentary_response(&tool_listing(&call, &name, &known))))
    })
}

/// `GET …/resources`
pub(super) fn resources(call: Call, name: SettingsKey) -> Answer {
    Box::pin(async move {
        let known = known(&call, &name, Feature::Resources).await?;
        let (resources, templates) = (known.listing.listed(false), known.listing.listed(true));
        let listing = ResourceListing { frame: frame(&call, &known), resources, templates };
        Ok(aged(&known, momentary_response(&listing)))
    })
}

/// `GET …/prompts`
pub(super) fn prompts(call: Call, name: SettingsKey) -> Answer {
    Box::pin(async move {
        let known = known(&call, &name, Feature::Prompts).await?;
        let listing = PromptListing { frame: frame(&call, &known), prompts: known.listing.listed(false) };
        Ok(aged(&known, momentary_response(&listing)))
    })
}

/// `POST …/tools/acceptance` of the fingerprint that was shown.
pub(super) fn accept(call: Call, name: SettingsKey, body: Object) -> Answer {
    Box::pin(async move {
        let accepted =
            FINGERPRINT.of(&body)?.ok_or_else(|| FINGERPRINT.wrong("the fingerprint is missing"))?;
        let accepted = accepted.as_str().ok_or_else(|| FINGERPRINT.wrong("it must be a string"))?;
        let shown = known(&call, &name, Feature::Tools).await?;
        if shown.listing.fingerprint() != accepted {
            return Err(Problem::new(
                ProblemKind::ToolsChanged,
                "The tools of the server are others than those with this fingerprint.",
            ));
        }
        let tools = shown.listing.digests().clone();
        call.service().accept_tools(&name, tools).await.map_err(|error| call.failed(error))?;
        call.app.instances.wake();
        let known = known(&call, &name, Feature::Tools).await?;
        Ok(aged(&known, momentary_response(&tool_listing(&call, &name, &known))))
    })
}

const FINGERPRINT: OnlyMember =
    OnlyMember { name: "fingerprint", form: r#"{"fingerprint": "that of the tools that were shown"}"# };

async fn known(call: &Call, name: &SettingsKey, feature: Feature) -> Result<Known, Problem> {
    exists(call, name).await?;
    let freshness = match call.query.is_refreshing {
        true => {
            require(&call.caller, Scope::Write)?;
            Freshness::Confirmed
        }
        false => Freshness::Cached,
    };
    call.app.instances.known(name, feature, freshness).await.map_err(|error| match error {
        NotKnown::NeverListed => Problem::new(
            ProblemKind::NoList,
            "The server has not listed this yet. It does when it runs; this starts nothing.",
        ),
        NotKnown::Failed(fault) => failed(&fault, &call.caller),
    })
}

fn tool_listing(call: &Call, name: &SettingsKey, known: &Known) -> ToolListing {
    let rules = call.service().policy_now(name).tools;
    let first = known.run.known_tools.as_ref().map_or(known.listing.digests(), |known| &known.tools);
    ToolListing {
        frame: frame(call, known),
        accepted: fingerprint(first),
        drift: known.listing.drift(first),
        tools: known.listing.tools(&rules, Some(first)),
    }
}

fn frame(call: &Call, known: &Known) -> ListingFrame {
    ListingFrame {
        generation: known.generation,
        at_ms: known.listing.at_ms,
        stale: known.is_stale,
        fingerprint: known.listing.fingerprint(),
        fault: known.fault.as_ref().map(|fault| sight(&call.caller).fault(fault)),
        dropped: u64::try_from(known.listing.dropped).unwrap_or(u64::MAX),
    }
}

/// The answer with its age (RFC 9111 §5.1).
fn aged(known: &Known, mut response: HttpResponse) -> HttpResponse {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    let age = i64::try_from(now).unwrap_or(i64::MAX).saturating_sub(known.listing.at_ms).max(0) / 1_000;
    response.headers_mut().insert(header::AGE, HeaderValue::from(age));
    response
}
