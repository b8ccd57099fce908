//! How a session begins: which version is spoken, and with whom (DESIGN §13.6).

use std::time::Instant;

use super::failure::Failure;
use super::versions::{DISCOVERED, PeerInfo, discovered, initialize_params, initialized, wants_discovery};
use super::wire::Wire;

/// Agrees on a version. `known` is what the server spoke last time; else `initialize` comes first, since servers that
/// know neither may not answer at all to a method that is new to them.
pub(super) async fn shake_hands(
    wire: &Wire,
    known: Option<&str>,
    deadline: Instant,
) -> Result<PeerInfo, Failure> {
    if known == Some(DISCOVERED) {
        return match discover(wire, deadline).await {
            Err(Failure::Rpc { error, .. }) if wants_discovery(&error) => initialize(wire, deadline).await,
            outcome => outcome,
        };
    }
    match initialize(wire, deadline).await {
        Err(Failure::Rpc { error, status }) if wants_discovery(&error) => {
            match discover(wire, deadline).await {
                // It knows neither: what it said first is the reason.
                Err(Failure::Rpc { .. } | Failure::Status { .. }) => Err(Failure::Rpc { error, status }),
                outcome => outcome,
            }
        }
        outcome => outcome,
    }
}

async fn initialize(wire: &Wire, deadline: Instant) -> Result<PeerInfo, Failure> {
    let result = wire.request("initialize", Some(initialize_params().as_bytes()), deadline).await?;
    let peer = initialized(&result)?;
    wire.routing().set_version(Some(&peer.protocol_version));
    match wire.notify("notifications/initialized", deadline).await {
        // A server that has a session with us and does not know what to do with a notification works all the same.
        Ok(()) | Err(Failure::Rpc { .. } | Failure::Status { .. }) => {}
        Err(failure) => return Err(failure),
    }
    wire.listen();
    Ok(peer)
}

async fn discover(wire: &Wire, deadline: Instant) -> Result<PeerInfo, Failure> {
    wire.routing().set_version(Some(DISCOVERED));
    let outcome = wire.request("server/discover", None, deadline).await;
    let peer = outcome.and_then(|result| Ok(discovered(&result)?));
    if peer.is_err() {
        wire.routing().set_version(None);
    }
    peer
}

/// Whether this answer to the first message says that the server only knows the older transport.
pub(super) fn is_older_transport(failure: &Failure) -> bool {
    matches!(failure.status(), Some(400 | 404 | 405))
}
