//! Which names and web pages may call (DESIGN §9.2): a server that may start commands is worth attacking
//! from a web page, on loopback too. Judges headers only; it knows no routes.

use actix_web::http::Uri;
use actix_web::http::header::{self, HeaderMap, HeaderValue};

use super::problem::Problem;
use super::problem_kind::ProblemKind;

const FORBIDDEN_HOST: &str =
    "This service does not answer to that Host. If it is yours, add it to MCP_SETTINGS_ALLOWED_HOSTS.";

const FORBIDDEN_ORIGIN: &str = "This service does not answer to pages of that web origin. If it is yours, add it to MCP_SETTINGS_ALLOWED_ORIGINS.";

/// The allow-lists.
#[derive(Clone, Debug)]
pub struct HostCheck {
    /// Our own addresses as they are usually spelled, so that most requests need no parsing.
    own: Vec<String>,
    hosts: Vec<Authority>,
    origins: Vec<Origin>,
}

/// `host[:port]`, the host in lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Authority {
    host: String,
    /// `None` means any port in an allow-list, and the scheme's own in a request.
    pub(super) port: Option<u16>,
}

/// A web origin (RFC 6454): scheme, host and port.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Origin {
    scheme: String,
    host: String,
    port: u16,
}

/// An entry of an allow-list can't be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no {1}")]
pub struct InvalidEntry(String, &'static str);

/// The host that a request is for: the one in its target, else the one in `Host` (RFC 9112 §3.2.2). None where that
/// is not exactly one, or not a host that is called by HTTP.
pub(super) fn host_of<'a>(target: &'a Uri, headers: &'a HeaderMap) -> Option<&'a str> {
    if let Some(authority) = target.authority() {
        let is_http = target.scheme_str().is_none_or(|scheme| matches!(scheme, "http" | "https"));
        return is_http.then(|| authority.as_str());
    }
    let mut lines = headers.get_all(header::HOST);
    match (lines.next(), lines.next()) {
        (Some(host), None) => host.to_str().ok(),
        _ => None,
    }
}

impl HostCheck {
    /// Allows our own addresses, these hosts and these origins.
    pub fn new<S: AsRef<str>>(own: &[String], hosts: &[S], origins: &[S]) -> Result<Self, InvalidEntry> {
        let host = |text: &str| Authority::parse(text).ok_or_else(|| InvalidEntry(text.to_owned(), "host"));
        let origin =
            |text: &str| Origin::parse(text).ok_or_else(|| InvalidEntry(text.to_owned(), "web origin"));
        let own_origins = own.iter().map(|text| origin(&format!("http://{text}")));
        let own_hosts = own.iter().map(|text| host(text));
        Ok(Self {
            own: own.to_vec(),
            hosts: own_hosts.chain(hosts.iter().map(|text| host(text.as_ref()))).collect::<Result<_, _>>()?,
            origins: own_origins
                .chain(origins.iter().map(|text| origin(text.as_ref())))
                .collect::<Result<_, _>>()?,
        })
    }

    /// Whether this is one of our names.
    pub fn check_host(&self, named: Option<&str>) -> Result<(), Problem> {
        if named.is_some_and(|named| self.own.iter().any(|own| own == named)) {
            return Ok(());
        }
        match named.and_then(Authority::parse) {
            Some(host) if self.allows_host(&host) => Ok(()),
            _ => Err(Problem::new(ProblemKind::ForbiddenHost, FORBIDDEN_HOST)),
        }
    }

    /// Whether this is an address, `localhost` or a listed host. Only a page that its owner has led here by a name of his own
    /// says another name.
    pub fn check_address(&self, named: Option<&str>) -> Result<(), Problem> {
        let is_listed = |host: &Authority| self.hosts.iter().any(|own| own.host == host.host);
        match named.and_then(Authority::parse) {
            Some(host) if host.is_address() || host.host == "localhost" || is_listed(&host) => Ok(()),
            _ => Err(Problem::new(ProblemKind::ForbiddenHost, FORBIDDEN_HOST)),
        }
    }

    /// Whether the page behind the request may call. Gives the origin to be allowed to read the answer.
    /// `host` is what the request calls us, if that was checked: a page under that name is our own.
    pub fn check_origin(
        &self,
        headers: &HeaderMap,
        host: Option<&str>,
    ) -> Result<Option<HeaderValue>, Problem> {
        let refused = || Problem::new(ProblemKind::ForbiddenOrigin, FORBIDDEN_ORIGIN);
        let mut lines = headers.get_all(header::ORIGIN);
        match (lines.next(), lines.next()) {
            (None, _) => match headers.get("sec-fetch-site").map(HeaderValue::as_bytes) {
                Some(b"cross-site" | b"same-site") => Err(refused()),
                _ => Ok(None),
            },
            (Some(value), None) => {
                let origin = value.to_str().ok().and_then(Origin::parse).ok_or_else(refused)?;
                let is_own = host.and_then(Authority::parse).is_some_and(|host| origin.is_of(&host));
                if is_own || self.origins.contains(&origin) {
                    Ok(Some(value.clone()))
                } else {
                    Err(refused())
                }
            }
            (Some(_), Some(_)) => Err(refused()),
        }
    }

    fn allows_host(&self, host: &Authority) -> bool {
        let is_port = |allowed: Option<u16>| {
            allowed.is_none_or(|port| host.port.map_or(port == 80 || port == 443, |own| own == port))
        };
        self.hosts.iter().any(|allowed| allowed.host == host.host && is_port(allowed.port))
    }
}

impl Authority {
    /// Whether the host is an address, not a name.
    fn is_address(&self) -> bool {
        self.host.starts_with('[') || self.host.parse::<std::net::Ipv4Addr>().is_ok()
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_ascii_lowercase();
        let (host, port) = match text.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') && (!host.contains(':') || host.ends_with(']')) => {
                (host, Some(port.parse().ok()?))
            }
            _ => (text.as_str(), None),
        };
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
        let is_address = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        let is_legal = match is_address {
            Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
            None => !host.is_empty() && host.bytes().all(is_name),
        };
        is_legal.then(|| Self { host: host.to_owned(), port })
    }
}

impl Origin {
    fn parse(text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://")?;
        let scheme = scheme.to_ascii_lowercase();
        let own_port = match scheme.as_str() {
            "http" => 80,
            "https" => 443,
            _ => return None,
        };
        let authority = Authority::parse(rest)?;
        Some(Self { scheme, host: authority.host, port: authority.port.unwrap_or(own_port) })
    }

    /// Whether this origin is our own page under the host that the request names. We serve no TLS: the
    /// origin of a proxy that does is to be listed.
    fn is_of(&self, host: &Authority) -> bool {
        self.scheme == "http" && self.host == host.host && self.port == host.port.unwrap_or(80)
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    fn headers(lines: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in lines {
            map.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        map
    }

    fn host_check() -> HostCheck {
        let own = ["127.0.0.1:8710".to_owned(), "localhost:8710".to_owned(), "[::1]:8710".to_owned()];
        HostCheck::new(&own, &["mcp.example"], &["https://ui.example"]).unwrap()
    }

    #[test]
    fn only_our_own_names_are_answered() {
        for host in ["127.0.0.1:8710", "LocalHost:8710", "[::1]:8710", "mcp.example", "mcp.example:99"] {
            assert!(host_check().check_host(Some(host)).is_ok(), "{host}");
        }
        for host in [
            "localhost",
            "localhost:8711",
            "evil.example:8710",
            "mcp.example.evil",
            "",
            "a b",
            "localhost:8710@evil",
            "evil@localhost:8710",
        ] {
            assert!(host_check().check_host(Some(host)).is_err(), "{host}");
        }
        assert!(host_check().check_host(None).is_err());
    }

    #[test]
    fn a_listener_for_programs_is_called_by_address_or_by_a_listed_name() {
        for host in ["10.1.2.3:9187", "127.0.0.1", "[::1]:1", "[fe80::1]", "LocalHost:5", "mcp.example:9187"]
        {
            assert!(host_check().check_address(Some(host)).is_ok(), "{host}");
        }
        for host in ["evil.example", "evil.example:9187", "1.2.3.4.evil.example", "", "a b", "1.2.3"] {
            assert!(host_check().check_address(Some(host)).is_err(), "{host}");
        }
        assert!(host_check().check_address(None).is_err());
    }

    #[test]
    fn a_request_is_for_the_host_of_its_target_else_for_that_of_host() {
        let of = |target: &'static str, lines: &[&'static str]| {
            let lines: Vec<_> = lines.iter().map(|host| ("host", *host)).collect();
            host_of(&Uri::from_static(target), &headers(&lines)).map(str::to_owned)
        };
        for (target, lines, expected) in [
            ("/", &["a"][..], Some("a")),
            ("/", &[], None),
            ("/", &["a", "a"], None),
            ("*", &["a"], Some("a")),
            ("http://b:1/", &["a"], Some("b:1")),
            ("https://b/", &["a", "a"], Some("b")),
            ("http://u@b/", &[], Some("u@b")),
            ("ftp://b/", &["a"], None),
            ("b:443", &["a"], Some("b:443")),
        ] {
            assert_eq!(of(target, lines).as_deref(), expected, "{target} {lines:?}");
        }
    }

    #[test]
    fn pages_are_our_own_or_listed() {
        let check = |lines: &[(&'static str, &'static str)]| {
            let host = lines.iter().find(|(name, _)| *name == "host").map(|(_, value)| *value);
            host_check().check_origin(&headers(lines), host)
        };
        let host = ("host", "localhost:8710");
        for origin in ["http://localhost:8710", "https://ui.example", "https://ui.example:443"] {
            assert!(check(&[host, ("origin", origin)]).unwrap().is_some(), "{origin}");
        }
        for origin in [
            "null",
            "http://localhost",
            "http://localhost:8711",
            "http://ui.example",
            "https://ui.example:8443",
            "https://evil.example",
            "",
        ] {
            assert!(check(&[host, ("origin", origin)]).is_err(), "{origin}");
        }
        assert!(check(&[("host", "127.0.0.1:8710"), ("origin", "http://localhost:8710")]).is_ok());
        assert!(check(&[host, ("origin", "https://ui.example"), ("origin", "https://ui.example")]).is_err());
        assert!(check(&[host, ("origin", "https://localhost:8710")]).is_err(), "we serve no TLS");
        assert!(check(&[("host", "other:1"), ("origin", "http://other:1")]).is_ok());
        let unchecked = host_check().check_origin(&headers(&[("origin", "http://other:1")]), None);
        assert!(unchecked.is_err(), "a host that was not checked makes no page our own");
        assert!(check(&[host]).unwrap().is_none());
        assert!(check(&[host, ("sec-fetch-site", "same-origin")]).is_ok());
        assert!(check(&[host, ("sec-fetch-site", "none")]).is_ok());
        assert!(check(&[host, ("sec-fetch-site", "cross-site")]).is_err());
        assert!(check(&[host, ("sec-fetch-site", "same-site")]).is_err());
    }
}
