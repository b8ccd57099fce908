//! What remote servers may be connected to, as it is configured. A word that is wrong keeps the service from starting,
//! and is not only found when a server is needed.

use std::net::SocketAddr;
use std::sync::Arc;

use crate::config::Running;
use crate::instances::HttpClient;
use crate::model::dial::DialPolicy;

use super::failure::Failure;

/// The connections that this configuration allows a service that listens there, and at further addresses: none of them is
/// ever dialled.
pub(super) fn http_client(
    running: &Running,
    bound: SocketAddr,
    further: Option<SocketAddr>,
) -> Result<HttpClient, Failure> {
    let policy = match &running.dial {
        Some(words) => DialPolicy::parse(words)
            .map_err(|error| Failure::new(format!("could not use `MCP_SETTINGS_DIAL`: {error}")))?,
        None => DialPolicy::default_for(bound.ip().is_loopback()),
    };
    HttpClient::new(
        Arc::new(policy),
        [bound].into_iter().chain(further).collect(),
        running.https_proxy.as_deref(),
    )
    .map_err(|fault| Failure::new(format!("could not use the configured proxy: {}", fault.message)))
}
