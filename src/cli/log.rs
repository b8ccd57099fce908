//! Where the log goes and in which form: stderr, as text or as JSON lines.

use std::io;

use tracing::Level;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, fmt};

use crate::config::LogFormat;

/// Our own target; a bare level means it.
const OWN: &str = "mcp_settings";

/// The target of audit events.
const AUDIT: &str = "audit";

/// Starts logging with this filter: a level, or a list of `target=level`.
///
/// Libraries never log below `info`, whatever the filter says: at `trace` some print what they read from
/// the socket, keys included (law L6).
pub(super) fn start(filter: &str, format: LogFormat) -> Result<(), String> {
    let targets = match filter.trim().parse::<LevelFilter>() {
        Ok(level) => Targets::new().with_default(level.min(LevelFilter::WARN)).with_target(OWN, level),
        Err(_) => {
            filter.parse::<Targets>().map_err(|_| "is no level and no list of `target=level`".to_owned())?
        }
    };
    // Audit events are no matter of taste.
    let targets = targets.with_target(AUDIT, LevelFilter::INFO);
    let is_ours = |target: &str| target == AUDIT || target == OWN || target.starts_with("mcp_settings::");
    let may_speak = tracing_subscriber::filter::filter_fn(move |event| {
        is_ours(event.target()) || *event.level() <= Level::INFO
    });
    let layer = fmt::layer().with_writer(io::stderr);
    let layer = match format {
        LogFormat::Text => layer.with_ansi(false).boxed(),
        LogFormat::Json => layer.json().flatten_event(true).boxed(),
    };
    // Global filters: with filters of a layer of its own, a mere question whether something would be logged
    // (`tracing::enabled!`) swallowed the event after it.
    tracing_subscriber::registry().with(layer).with(targets).with(may_speak).init();
    hush_panics();
    Ok(())
}

/// A panic's message may hold a secret, so only its place is logged.
fn hush_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "panicked at {place}");
    }));
}
