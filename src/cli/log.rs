//! Where the log goes and in which form: stderr, as text or as JSON lines.

use std::io;

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, fmt};

use crate::config::LogFormat;

/// Our own targets; a bare level means them.
const OWN: [&str; 2] = ["mcp_settings", "audit"];

/// Starts logging with this filter: a level, or a list of `target=level`.
pub(super) fn start(filter: &str, format: LogFormat) -> Result<(), String> {
    let targets = targets(filter)?;
    let layer = fmt::layer().with_writer(io::stderr);
    let layer = match format {
        LogFormat::Text => layer.with_ansi(false).boxed(),
        LogFormat::Json => layer.json().flatten_event(true).boxed(),
    };
    tracing_subscriber::registry().with(layer.with_filter(targets)).init();
    hush_panics();
    Ok(())
}

/// The filter as it is written, but libraries never log below `info`: at `trace` some print what they read
/// from the socket, keys included (law L6). That is one filter and not two: of two, `tracing` can't tell
/// beforehand that nobody wants an event, and every request would pay for its line of the access log.
fn targets(filter: &str) -> Result<Targets, String> {
    if let Ok(level) = filter.trim().parse::<LevelFilter>() {
        let others = level.min(LevelFilter::WARN);
        return Ok(Targets::new().with_default(others).with_targets(OWN.map(|own| (own, level))));
    }
    let written: Targets = filter.parse().map_err(|_| "is no level and no list of `target=level`")?;
    let is_ours = |target: &str| OWN.iter().any(|own| target == *own || target.starts_with("mcp_settings::"));
    let allowed = |target: &str, level: LevelFilter| match is_ours(target) {
        true => level,
        false => level.min(LevelFilter::INFO),
    };
    let default = written.default_level().unwrap_or(LevelFilter::OFF);
    Ok(Targets::new()
        .with_default(default.min(LevelFilter::INFO))
        .with_targets(OWN.map(|own| (own, default)))
        .with_targets(written.iter().map(|(target, level)| (target, allowed(target, level)))))
}

/// A panic's message may hold a secret, so only its place is logged.
fn hush_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "panicked at {place}");
    }));
}

#[cfg(test)]
mod tests {
    use tracing::Level;

    use super::*;

    #[test]
    fn a_filter_holds_for_us_and_for_libraries_down_to_info() {
        for (filter, ours, library) in [
            ("trace", Level::TRACE, Level::WARN),
            ("info", Level::INFO, Level::WARN),
            ("error", Level::ERROR, Level::ERROR),
            ("trace,x=info", Level::TRACE, Level::INFO),
            ("actix_http=trace,mcp_settings=debug", Level::DEBUG, Level::INFO),
            ("warn,mcp_settings::http=trace", Level::TRACE, Level::WARN),
        ] {
            let targets = targets(filter).unwrap();
            let lowest = |target: &str| {
                let levels = [Level::ERROR, Level::WARN, Level::INFO, Level::DEBUG, Level::TRACE];
                levels.into_iter().filter(|level| targets.would_enable(target, level)).max()
            };
            assert_eq!(lowest("mcp_settings::http::frame"), Some(ours), "{filter}");
            assert_eq!(lowest("actix_http::h1::decoder"), Some(library), "{filter}");
        }
        assert!(targets("mcp_settings=loud").is_err());
    }
}
