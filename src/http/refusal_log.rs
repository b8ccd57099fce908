//! Says in the log which hosts and web origins were refused, so that the operator finds the setting: each
//! value once, and not for ever, because strangers choose them. It does not know why.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use actix_web::http::header::{self, HeaderMap, HeaderName};

/// How many values are remembered, and so logged, while the process runs.
const MOST: usize = 64;

/// How much of a value is shown. Characters; a host name has at most 253.
const LONGEST: usize = 256;

/// Which check has refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Check {
    /// Of the name that the request calls us by.
    Host,
    /// Of the page that it comes from.
    Origin,
}

/// What was refused so far.
#[derive(Debug, Default)]
pub(super) struct RefusalLog(Mutex<BTreeSet<(Check, String)>>);

/// What is new about a refusal.
#[derive(Debug, PartialEq, Eq)]
enum News {
    First,
    /// The first one, and the last that is remembered.
    Last,
    Known,
}

impl RefusalLog {
    /// Logs the value that a check has refused, if that was not logged before.
    /// `host` is the name that the request uses for us, if it is known.
    pub(super) fn note(&self, check: Check, headers: &HeaderMap, host: Option<&str>) {
        let value = match check {
            Check::Host => host.map(str::to_owned).or_else(|| shown(headers, header::HOST)),
            Check::Origin => shown(headers, header::ORIGIN)
                .or_else(|| shown(headers, HeaderName::from_static("sec-fetch-site"))),
        };
        let value: String = value.unwrap_or_default().chars().take(LONGEST).collect();
        let news = self.news(check, &value);
        if news == News::Known {
            return;
        }
        let advice = "if it is yours, add it to";
        match check {
            Check::Host => {
                tracing::warn!("refused the host {value:?}; {advice} MCP_SETTINGS_ALLOWED_HOSTS");
            }
            Check::Origin => {
                tracing::warn!("refused the web origin {value:?}; {advice} MCP_SETTINGS_ALLOWED_ORIGINS");
            }
        }
        if news == News::Last {
            tracing::warn!("further refused hosts and web origins are not logged");
        }
    }

    fn news(&self, check: Check, value: &str) -> News {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST || !known.insert((check, value.to_owned())) {
            News::Known
        } else if known.len() == MOST {
            News::Last
        } else {
            News::First
        }
    }
}

/// The values of a header, as text; bytes that are not text show as such.
fn shown(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    let values: Vec<_> =
        headers.get_all(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).collect();
    (!values.is_empty()).then(|| values.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_value_is_news_once_and_only_so_many_are() {
        let refusals = RefusalLog::default();
        assert_eq!(refusals.news(Check::Host, "a"), News::First);
        assert_eq!(refusals.news(Check::Host, "a"), News::Known);
        assert_eq!(refusals.news(Check::Origin, "a"), News::First);
        for number in 2..MOST - 1 {
            assert_eq!(refusals.news(Check::Host, &number.to_string()), News::First, "{number}");
        }
        assert_eq!(refusals.news(Check::Origin, "last"), News::Last);
        for value in ["a", "last", "new"] {
            assert_eq!(refusals.news(Check::Origin, value), News::Known, "{value}");
        }
    }
}
