//! The way to the document itself: the service's own use-cases and routes in this process, without a socket. So it has
//! the same laws, findings and audit; its author is the account that runs the command. It runs no server.

use std::str::FromStr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, Uri};
use actix_web::web::Data;
use futures_util::future::LocalBoxFuture;
use nix::unistd::{Uid, User};

use crate::api::Problem;
use crate::config::Config;
use crate::downstream::Gateways;
use crate::events::ChangeStream;
use crate::http::host_check::HostCheck;
use crate::http::in_process::{HOST, respond};
use crate::http::public_address::PublicAddress;
use crate::http::{App, Parts};
use crate::instances::{Instances, SystemClock};
use crate::metrics::Metrics;
use crate::service::StaticServers;
use crate::service::access::Caller;
use crate::service::authentication::Authentication;
use crate::state::StateStore;

use super::super::assemble::{Purpose, open_directly};
use super::super::failure::{Exit, Failure};
use super::super::{gateways, running};
use super::request::{Request, Response};
use super::way::Way;

/// How long what is to be remembered may take to be read, and to be stored at the end.
const STATE_PATIENCE: Duration = Duration::from_secs(2);

/// The application on the document.
pub(super) struct Direct {
    app: Data<App>,
    state: Arc<dyn StateStore>,
}

impl Direct {
    /// The document of this configuration. Files that are missing are made for a purpose that changes it, where they
    /// would be the folder's owner's.
    pub(super) fn open(config: &Config, purpose: Purpose) -> Result<Self, Failure> {
        let (service, state) = open_directly(config, purpose)?;
        let bases = gateways::bases(&config.downstream)?;
        let service =
            Arc::new(service.with_gateways(bases.iter().map(|base| base.as_str().to_owned()).collect()));
        let metrics = Arc::new(Metrics::new(env!("CARGO_PKG_VERSION")));
        let events = ChangeStream::start(Arc::clone(&service), 0)
            .map_err(|error| Failure::new("could not start to follow the settings").because(error))?;
        let instances = Instances::new(
            Arc::clone(&service),
            Arc::clone(&state),
            Arc::new(SystemClock),
            running::settings(&config.running),
            metrics.instances.clone(),
        );
        let parts = Parts {
            gateways: Arc::new(Gateways::new(bases, Arc::clone(&service), Arc::clone(&state))),
            service,
            events,
            instances: Arc::new(instances),
            metrics,
            static_servers: Arc::new(StaticServers::new(Vec::new())),
        };
        let host_check = HostCheck::new::<&str>(&[HOST.to_owned()], &[], &[])
            .map_err(|error| Failure::new("could not name the own host").because(error))?;
        let public = PublicAddress::new(None, None)
            .map_err(|error| Failure::new("could not name the own address").because(error))?;
        let authentication = Authentication::Local(Caller::local(&account()));
        let app = App::new(parts, authentication, host_check, public, "", &config.settings);
        Ok(Self { app: Data::new(app), state })
    }
}

impl Way for Direct {
    fn call(&self, request: Request) -> LocalBoxFuture<'_, Result<Response, Failure>> {
        Box::pin(async move {
            // A write carries on what is remembered of a server, and so has to know it.
            tokio::time::timeout(STATE_PATIENCE, self.state.opened()).await.ok();
            let impossible = |what: &str| Failure::new(format!("could not make the request: {what}"));
            let method = Method::from_str(request.method).map_err(|_| impossible("its method"))?;
            let target = Uri::from_str(&request.target).map_err(|_| impossible("its target"))?;
            let mut headers = HeaderMap::new();
            for (name, value) in &request.headers {
                let name = HeaderName::from_str(name).map_err(|_| impossible("the name of a header"))?;
                let wrong =
                    || Failure::new(format!("what is to be sent as `{name}` is not a header's value"));
                let value = HeaderValue::from_str(value).map_err(|_| wrong().exit(Exit::Usage))?;
                headers.append(name, value);
            }
            let response = respond(self.app.clone(), method, target, headers, request.body).await;
            let response =
                response.map_err(|error| Failure::new("could not answer the request").because(error))?;
            let etag = response.headers.get("etag").and_then(|tag| tag.to_str().ok()).map(str::to_owned);
            let response = Response { status: response.status.as_u16(), etag, body: response.body };
            // No key is involved here: what may not be done is what only a service does.
            let lacks_scope = |problem: &Problem| problem.r#type.ends_with("/insufficient-scope");
            match response.problem().as_ref().is_some_and(lacks_scope) {
                true => Err(Failure::new("approving and running servers needs a running service")
                    .hint("start one with `mcp-settings serve`, or name one with `--url`")),
                false => Ok(response),
            }
        })
    }

    fn close(&self) {
        self.state.close(Instant::now() + STATE_PATIENCE);
    }
}

/// The account that runs this process. A variable could say anything.
fn account() -> String {
    let uid = Uid::effective();
    User::from_uid(uid).ok().flatten().map_or_else(|| uid.to_string(), |user| user.name)
}
