//! `GET /metrics`: what is counted and measured, for Prometheus. On a listener of its own nothing else is served, and no key
//! is asked for.

use actix_web::http::{Method, header};
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{HttpMessage, HttpRequest, HttpResponse};

use crate::api::Instance;
use crate::instances::Sight;
use crate::metrics::{InstanceReading, MEDIA_TYPE, Readings};

use super::App;
use super::endpoint::{Answer, Call};
use super::error_form::ErrorForm;
use super::paths::{METRICS, Template};
use super::problem::Problem;
use super::problem_kind::ProblemKind;
use super::request_id;

/// `GET`
pub(super) fn read(call: Call) -> Answer {
    Box::pin(async move { Ok(answer(&call.app).await) })
}

/// Puts it alone into an actix application.
pub(super) fn configure(config: &mut ServiceConfig) {
    config.default_service(web::to(dispatch));
}

async fn dispatch(request: HttpRequest, app: Data<App>) -> HttpResponse {
    let refused = |kind, detail: &'static str| Problem::new(kind, detail);
    let problem = match (request.uri().path(), request.method()) {
        (METRICS, &Method::GET | &Method::HEAD) => {
            request.extensions_mut().insert(Template(METRICS));
            return answer(&app).await;
        }
        (METRICS, _) => {
            request.extensions_mut().insert(Template(METRICS));
            refused(ProblemKind::MethodNotAllowed, "Method Not Allowed")
                .header(header::ALLOW, "GET, HEAD".to_owned())
        }
        _ => refused(ProblemKind::NotFound, "Not Found"),
    };
    problem.respond(&request_id::of(&request), ErrorForm::Problem)
}

async fn answer(app: &App) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(format!("{MEDIA_TYPE}; version=1.0.0; charset=utf-8"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(app.metrics.text(&readings(app).await))
}

async fn readings(app: &App) -> Readings {
    let reading = |instance: Instance<'static>| InstanceReading {
        name: instance.name.into_owned(),
        state: instance.state,
        health: instance.health.status,
    };
    // A document that can't be read is what this is to say, among all else.
    let list = app.instances.list(Sight { details: false, output: false }).await.ok();
    let troubles: Vec<_> = app.service.state_troubles().collect();
    Readings {
        is_runner: app.instances.is_runner(),
        instances: list.map(|list| list.instances.into_iter().map(reading).collect()),
        is_state_stored: !troubles.iter().any(|(reason, is_so)| *is_so && reason.is_forgetful()),
        troubles: troubles.into_iter().map(|(reason, is_so)| (reason.code(), is_so)).collect(),
    }
}
