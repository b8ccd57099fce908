//! Where the log goes and in which form: stderr, as text or as JSON lines.

use std::io;

use tracing::{Level, Metadata};
use tracing_subscriber::filter::{LevelFilter, Targets, filter_fn};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, fmt};

use crate::config::{Config, LogFormat};

use super::failure::Failure;

/// Our own target; a bare level means it.
const OWN: &str = "mcp_settings";

/// The target of audit events.
const AUDIT: &str = "audit";

/// What is logged where nothing is configured.
const DEFAULT: &str = "info";

/// Starts logging as configured.
pub(super) fn start(config: &Config) -> Result<(), Failure> {
    let targets = targets(config)?;
    let layer = fmt::layer().with_writer(io::stderr);
    let layer = match config.log_format {
        LogFormat::Text => layer.with_ansi(false).boxed(),
        LogFormat::Json => layer.json().flatten_event(true).boxed(),
    };
    // Global filters: with filters of a layer of its own, a mere question whether something would be logged
    // (`tracing::enabled!`) swallowed the event after it.
    tracing_subscriber::registry().with(layer).with(targets).with(filter_fn(is_quiet_enough)).init();
    hush_panics();
    Ok(())
}

/// Starts logging of what a command warns of, for people.
pub(super) fn start_for_command() {
    start_with(Targets::new().with_target(OWN, LevelFilter::WARN), false);
}

/// The same for a command that may work on the settings itself: what is audited is in its log, as in a service's.
pub(super) fn start_for_settings(config: &Config) -> Result<(), Failure> {
    let quiet = Targets::new().with_target(OWN, LevelFilter::WARN).with_target(AUDIT, LevelFilter::INFO);
    let is_default = config.log.is_none();
    start_with(if is_default { quiet } else { targets(config)? }, true);
    Ok(())
}

fn start_with(targets: Targets, has_target: bool) {
    let layer = fmt::layer().with_writer(io::stderr).with_ansi(false).with_target(has_target).without_time();
    tracing_subscriber::registry().with(layer).with(targets).with(filter_fn(is_quiet_enough)).init();
    hush_panics();
}

/// Libraries never log below `info`, whatever the filter says: at `trace` some print what they read from the socket, keys
/// included (law L6).
fn is_quiet_enough(event: &Metadata<'_>) -> bool {
    let target = event.target();
    let is_ours = target == AUDIT || target == OWN || target.starts_with("mcp_settings::");
    is_ours || *event.level() <= Level::INFO
}

/// The configured filter.
pub(super) fn targets(config: &Config) -> Result<Targets, Failure> {
    let Some(given) = &config.log else { return Ok(parse(DEFAULT).unwrap_or_default()) };
    parse(&given.text).ok_or_else(|| {
        let problem = "must be `off`, `error`, `warn`, `info`, `debug` or `trace`, or a comma-separated list of \
                       `target=level` with these levels";
        Failure::new("could not use the configuration").because(given.error(problem))
    })
}

/// A level, or a list of `target=level`. A bare word that is not a level would be treated as a target whose
/// every line is logged, and so silence all others.
fn parse(filter: &str) -> Option<Targets> {
    let level = |text: &str| {
        let is_word = text.bytes().all(|byte| byte.is_ascii_alphabetic());
        text.parse::<LevelFilter>().ok().filter(|_| is_word && !text.is_empty())
    };
    let bare = |level: LevelFilter| {
        Targets::new().with_default(level.min(LevelFilter::WARN)).with_target(OWN, level)
    };
    let targets = match level(filter.trim()) {
        Some(level) => bare(level),
        None => {
            filter.split(',').try_fold(Targets::new(), |targets, part| match part.trim().split_once('=') {
                Some((target, text)) if !target.trim().is_empty() => {
                    Some(targets.with_target(target.trim(), level(text.trim())?))
                }
                Some(_) => None,
                None => Some(targets.with_default(level(part.trim())?)),
            })?
        }
    };
    // Audit events are no matter of taste.
    Some(targets.with_target(AUDIT, LevelFilter::INFO))
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
    use super::*;

    #[test]
    fn a_word_that_is_not_a_level_is_refused() {
        for filter in
            ["warnings", "", "info,warnings", "mcp_settings=loud", "=info", "a=info=b", "2", "info,"]
        {
            assert!(parse(filter).is_none(), "{filter:?}");
        }
    }

    #[test]
    fn a_level_and_a_list_are_taken() {
        let would_log =
            |filter: &str, target: &str, level| parse(filter).unwrap().would_enable(target, &level);
        for filter in ["error", " INFO ", "Debug", "mcp_settings=error", "warn,mcp_settings::store=trace"] {
            assert!(would_log(filter, "mcp_settings::store", Level::ERROR), "{filter}");
            assert!(would_log(filter, AUDIT, Level::INFO), "{filter}");
        }
        assert!(!would_log("off", OWN, Level::ERROR) && would_log("off", AUDIT, Level::INFO));
        assert!(would_log("trace", OWN, Level::TRACE) && !would_log("trace", "actix_http", Level::INFO));
        assert!(would_log("warn,mcp_settings=debug", "actix_http", Level::WARN));
    }
}
