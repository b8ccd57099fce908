//! Under which address clients reach this service: the base path before its own paths, and what a printed link begins
//! with. It does not know who may call.

use std::net::SocketAddr;

use actix_web::dev::ServiceRequest;
use actix_web::http::Uri;
use actix_web::http::uri::PathAndQuery;

use super::host_check::Authority;
use super::routes;

/// Where the service is to those who call it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PublicAddress {
    /// `""`, or `/one/or/more/segments`.
    base: String,
    /// `scheme://host[:port]`, where it is configured.
    origin: Option<String>,
}

/// An address that can't be used; which setting it is about, and what is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAddress {
    /// The base path has another form.
    #[error(
        "`MCP_SETTINGS_BASE_PATH` is not a path of the form `/segment/…`, with letters, digits and `-._~`"
    )]
    BasePath,
    /// A proxy that strips the base path and one that does not could not be distinguished.
    #[error("`MCP_SETTINGS_BASE_PATH` begins with a path of the service itself; use another first segment")]
    OwnPath,
    /// The public URL has another form.
    #[error("`MCP_SETTINGS_PUBLIC_URL` is not a URL of the form `https://host[:port][/path]`")]
    PublicUrl,
    /// Both name a path, and not the same.
    #[error("`MCP_SETTINGS_BASE_PATH` is not the path of `MCP_SETTINGS_PUBLIC_URL`")]
    Contradiction,
}

impl PublicAddress {
    /// Reads the settings. Without a base path the path of the public URL is the base path.
    pub fn new(public_url: Option<&str>, base_path: Option<&str>) -> Result<Self, InvalidAddress> {
        let base = base_path.map(|text| base_of(text).ok_or(InvalidAddress::BasePath)).transpose()?;
        let (origin, path) = match public_url {
            None => (None, None),
            Some(text) => {
                let (origin, path) = split(text.trim()).ok_or(InvalidAddress::PublicUrl)?;
                (Some(origin), Some(base_of(path).ok_or(InvalidAddress::PublicUrl)?))
            }
        };
        let base = match (base, path) {
            (Some(base), Some(path)) if base != path => return Err(InvalidAddress::Contradiction),
            (base, path) => base.or(path).unwrap_or_default(),
        };
        match base.split('/').nth(1).is_some_and(routes::begins_path_of_ours) {
            true => Err(InvalidAddress::OwnPath),
            false => Ok(Self { base, origin }),
        }
    }

    /// The prefix of our paths in a URL: `""`, or `/one/or/more/segments`.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// What the URLs of this service begin with, as far as it is configured: absolute, or relative to the host.
    pub(super) fn configured(&self) -> Option<String> {
        match &self.origin {
            Some(origin) => Some(format!("{origin}{}", self.base)),
            None => (!self.base.is_empty()).then(|| self.base.clone()),
        }
    }

    /// What a link to the page begins with: the public URL, else the first allowed origin, else the first allowed
    /// host, else the address that is listened on. A host without a port is called at our port where others can reach
    /// that, and behind a proxy's own where we listen on loopback.
    pub fn link(&self, origins: &[String], hosts: &[String], bound: SocketAddr) -> String {
        let of_host = |host: &String| match Authority::parse(host) {
            Some(Authority { port: None, .. }) if !bound.ip().is_loopback() => {
                format!("http://{}:{}", host.trim(), bound.port())
            }
            _ => format!("http://{}", host.trim()),
        };
        let origin = self.origin.clone();
        let origin = origin.or_else(|| origins.first().map(|origin| origin.trim_end_matches('/').to_owned()));
        let origin = origin.or_else(|| hosts.first().map(of_host));
        format!("{}{}", origin.unwrap_or_else(|| format!("http://{bound}")), self.base)
    }

    /// Whether a path is the base path itself, which is the page but for a slash.
    pub(super) fn is_base(&self, path: &str) -> bool {
        !self.base.is_empty() && path == self.base
    }

    /// Takes the base path away from a request, so that all behind this knows our own paths only. A request without it
    /// stays as it is: a proxy may have taken it away, and probes need not know it.
    pub(super) fn strip(&self, request: &mut ServiceRequest) {
        if self.base.is_empty() {
            return;
        }
        let Some(target) = request.uri().path_and_query().and_then(|target| self.stripped(target)) else {
            return;
        };
        let mut parts = request.uri().clone().into_parts();
        parts.path_and_query = Some(target);
        if let Ok(uri) = Uri::from_parts(parts) {
            request.match_info_mut().get_mut().update(&uri);
            request.head_mut().uri = uri;
        }
    }

    fn stripped(&self, target: &PathAndQuery) -> Option<PathAndQuery> {
        let own = target.as_str().strip_prefix(self.base.as_str())?;
        if own.starts_with('/') { own.parse().ok() } else { None }
    }
}

/// `""` for `""` and `/`, else `/one/two` for that, with a slash at the end or without.
fn base_of(text: &str) -> Option<String> {
    let text = text.trim();
    let path = text.strip_suffix('/').unwrap_or(text);
    if path.is_empty() {
        return Some(String::new());
    }
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let is_segment = |segment: &str| !matches!(segment, "" | "." | "..") && segment.bytes().all(is_plain);
    path.strip_prefix('/')?.split('/').all(is_segment).then(|| path.to_owned())
}

/// An `http` or `https` URL as its origin and its path.
fn split(url: &str) -> Option<(String, &str)> {
    let (scheme, rest) = url.split_once("://")?;
    let is_web = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let is_host = is_web && Authority::parse(authority).is_some();
    is_host.then(|| (format!("{}://{authority}", scheme.to_ascii_lowercase()), path))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(public_url: &str, base_path: &str) -> Result<PublicAddress, InvalidAddress> {
        let given = |text: &'static str| Some(text).filter(|text| !text.is_empty());
        PublicAddress::new(given(public_url.to_owned().leak()), given(base_path.to_owned().leak()))
    }

    #[test]
    fn a_base_path_is_read_with_a_slash_at_its_end_or_without() {
        for (text, base) in
            [("/", ""), ("/a", "/a"), ("/a/", "/a"), ("/a-b/c.d_e~", "/a-b/c.d_e~"), (" /a ", "/a")]
        {
            assert_eq!(address("", text).unwrap().base(), base, "{text}");
        }
        for text in ["a", "//", "/a//b", "/.", "/a/..", "/a b", "/%61", "/a?b", "/a#b", "/ü", "https://h/a"]
        {
            assert_eq!(address("", text), Err(InvalidAddress::BasePath), "{text}");
        }
        for text in ["/api", "/api/x", "/health", "/openapi.json", "/problems", "/app.js"] {
            assert_eq!(address("", text), Err(InvalidAddress::OwnPath), "{text}");
        }
        assert!(address("", "/mcp/api").is_ok() && address("", "/apis").is_ok());
    }

    #[test]
    fn the_path_of_the_public_url_is_the_base_path() {
        for (url, base, configured) in [
            ("https://h.example", "", "https://h.example"),
            ("HTTPS://h.example:8443/", "", "https://h.example:8443"),
            ("http://[::1]/a/b/", "/a/b", "http://[::1]/a/b"),
        ] {
            let address = address(url, "").unwrap();
            assert_eq!((address.base(), address.configured().as_deref()), (base, Some(configured)));
        }
        assert!(address("https://h/a/", "/a").is_ok());
        assert_eq!(address("https://h/a", "/b"), Err(InvalidAddress::Contradiction));
        assert_eq!(address("https://h/", "/b"), Err(InvalidAddress::Contradiction));
        for url in [
            "h.example",
            "ftp://h",
            "https://",
            "https://u:p@h/",
            "https://h/?q",
            "https://h/#f",
            "https://h:x",
        ] {
            assert_eq!(address(url, ""), Err(InvalidAddress::PublicUrl), "{url}");
        }
        assert_eq!(address("", "/a").unwrap().configured().as_deref(), Some("/a"));
        assert_eq!(address("", "").unwrap().configured(), None);
    }

    #[test]
    fn a_link_begins_with_what_others_can_reach() {
        let (here, everywhere) = ("127.0.0.1:8710".parse().unwrap(), "0.0.0.0:8710".parse().unwrap());
        let list = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        for (url, base, origins, hosts, bound, expected) in [
            ("", "", "", "", here, "http://127.0.0.1:8710"),
            ("", "/a", "", "", here, "http://127.0.0.1:8710/a"),
            ("", "", "", "box", everywhere, "http://box:8710"),
            ("", "", "", "box:80 other", everywhere, "http://box:80"),
            ("", "", "", "box", here, "http://box"),
            ("", "", "", "[::1]", everywhere, "http://[::1]:8710"),
            ("", "/a", "https://o/ https://p", "box", everywhere, "https://o/a"),
            ("https://u/a/", "", "https://o", "box", everywhere, "https://u/a"),
        ] {
            let link = address(url, base).unwrap().link(&list(origins), &list(hosts), bound);
            assert_eq!(link, expected);
        }
    }

    #[test]
    fn only_whole_segments_are_the_base_path() {
        let address = address("", "/a/b").unwrap();
        let stripped = |target: &str| {
            let target: PathAndQuery = target.parse().unwrap();
            address.stripped(&target).map(|target| target.as_str().to_owned())
        };
        for (target, expected) in [
            ("/a/b/", Some("/")),
            ("/a/b/health?x=/a/b", Some("/health?x=/a/b")),
            ("/a/b/a/b/", Some("/a/b/")),
            ("/a/b/x%2Fy", Some("/x%2Fy")),
            ("/a/b", None),
            ("/a/b?x", None),
            ("/a/bc/", None),
            ("/A/b/", None),
            ("/a", None),
            ("/", None),
        ] {
            assert_eq!(stripped(target).as_deref(), expected, "{target}");
        }
        assert!(
            address.is_base("/a/b") && !address.is_base("/a/b/") && !PublicAddress::default().is_base("")
        );
    }
}
