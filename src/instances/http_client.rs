//! HTTP to remote servers: each address is judged before it is dialled, nothing comes from the environment, and no
//! message holds more of a URL than scheme, host and path (DESIGN §13.6). It does not know MCP.

use std::error::Error;
use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{ACCEPT_ENCODING, CONTENT_LENGTH, HeaderMap, HeaderValue, LOCATION};
use reqwest::{Method, StatusCode};
use tokio::time::{timeout, timeout_at};
use url::{Host, Url};

use crate::blocking;
use crate::model::dial::DialPolicy;
use crate::tls::client_builder;

use super::fault::{Fault, FaultKind};

/// How much of one body is read.
pub const LARGEST_BODY: usize = 16 << 20;

/// The usual servers close a connection that was idle for 5 s. One that was idle nearly as long may close under a
/// request, and a call is never sent twice.
const LONGEST_IDLE: Duration = Duration::from_secs(3);

const CONNECT_PATIENCE: Duration = Duration::from_secs(10);

/// Finds the addresses of a name.
pub type Lookup = Arc<dyn Fn(String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> + Send + Sync>;

/// Makes connections to remote servers. Clones share what is configured.
#[derive(Clone)]
pub struct HttpClient {
    shared: Arc<Shared>,
}

struct Shared {
    policy: Arc<DialPolicy>,
    own: Vec<SocketAddr>,
    https_proxy: Option<reqwest::Proxy>,
    lookup: Lookup,
}

impl HttpClient {
    /// `own` are our listeners, which are never dialled; the proxy is for `https` URLs. Names are those of the system.
    pub fn new(
        policy: Arc<DialPolicy>,
        own: Vec<SocketAddr>,
        https_proxy: Option<&str>,
    ) -> Result<Self, Fault> {
        let lookup: Lookup = Arc::new(|name| {
            Box::pin(async move {
                let found = tokio::net::lookup_host((name, 0)).await?;
                Ok(found.map(|address| address.ip()).collect())
            })
        });
        Self::with_lookup(policy, own, https_proxy, lookup)
    }

    /// The same with names that something else than the system resolves.
    pub fn with_lookup(
        policy: Arc<DialPolicy>,
        own: Vec<SocketAddr>,
        https_proxy: Option<&str>,
        lookup: Lookup,
    ) -> Result<Self, Fault> {
        let https_proxy = https_proxy.map(proxy).transpose()?;
        Ok(Self { shared: Arc::new(Shared { policy, own, https_proxy, lookup }) })
    }

    /// Connections to the server with this URL, and to no other: a resolver is not asked for a port, so each server has
    /// its own, that knows it.
    pub(in crate::instances) async fn to_server(&self, text: &str) -> Result<Server, Fault> {
        let url = parse(text)?;
        let is_proxied = self.shared.https_proxy.is_some() && url.scheme() == "https";
        let judge = Arc::new(Judge { client: Arc::clone(&self.shared), url: url.clone(), is_proxied });
        judge.literal()?;
        let mut builder = blocking::run(client_builder)
            .await
            .connect_timeout(CONNECT_PATIENCE)
            .pool_idle_timeout(LONGEST_IDLE)
            .dns_resolver(Resolver(Arc::clone(&judge)));
        if let Some(proxy) = &self.shared.https_proxy {
            builder = builder.proxy(proxy.clone());
        }
        let client =
            builder.build().map_err(|_| FaultKind::Connect.because("the HTTP client could not be set up"))?;
        Ok(Server { client, url, judge })
    }
}

impl Shared {
    /// Whether this is where we listen ourselves: a listener on all addresses has every address of the machine.
    fn is_own(&self, address: IpAddr, port: u16) -> bool {
        let address = address.to_canonical();
        self.own.iter().any(|own| {
            let own_address = own.ip().to_canonical();
            own.port() == port
                && (own_address == address
                    || (own_address.is_unspecified()
                        && (address.is_loopback() || UdpSocket::bind((address, 0)).is_ok())))
        })
    }
}

fn proxy(text: &str) -> Result<reqwest::Proxy, Fault> {
    let wrong = || {
        FaultKind::Policy
            .because("MCP_SETTINGS_HTTPS_PROXY must be an `http` URL, such as `http://proxy:3128`")
    };
    let url = Url::parse(text).map_err(|_| wrong())?;
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err(wrong());
    }
    reqwest::Proxy::https(url).map_err(|_| wrong())
}

fn parse(text: &str) -> Result<Url, Fault> {
    let url = Url::parse(text).map_err(|_| FaultKind::Policy.because("the URL can't be read"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(FaultKind::Policy.because("the URL must begin with `http://` or `https://`"));
    }
    Ok(url)
}

/// What is shown of a URL: userinfo, query and fragment may be secret.
pub(in crate::instances) fn shown(url: &Url) -> String {
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    format!("{}://{}{port}{}", url.scheme(), url.host_str().unwrap_or_default(), url.path())
}

/// Judges where one server is.
struct Judge {
    client: Arc<Shared>,
    url: Url,
    is_proxied: bool,
}

impl Judge {
    fn port(&self) -> u16 {
        self.url.port_or_known_default().unwrap_or_default()
    }

    fn allows(&self, host: &str, address: IpAddr) -> bool {
        self.client.policy.allows(host, address) && !self.client.is_own(address, self.port())
    }

    /// An address in a URL is never asked of a resolver.
    fn literal(&self) -> Result<(), Fault> {
        let address: IpAddr = match self.url.host() {
            Some(Host::Ipv4(address)) => address.into(),
            Some(Host::Ipv6(address)) => address.into(),
            _ => return Ok(()),
        };
        let host = self.url.host_str().unwrap_or_default();
        if self.allows(host, address) { Ok(()) } else { Err(self.refusal(&address.to_string())) }
    }

    fn refusal(&self, address: &str) -> Fault {
        let message = format!("{} is at an address that MCP_SETTINGS_DIAL does not allow", shown(&self.url));
        FaultKind::Policy.because(message).with_detail(address)
    }

    /// The addresses of a name, all of them allowed.
    async fn resolve(&self, name: &str) -> Result<Vec<SocketAddr>, Box<dyn Error + Send + Sync>> {
        let found = (self.client.lookup)(name.to_owned()).await?;
        // With a proxy the only name that is dialled is the proxy's, which the operator chose.
        if !self.is_proxied
            && let Some(forbidden) = found.iter().find(|found| !self.allows(name, **found))
        {
            return Err(Box::new(Refused(*forbidden)));
        }
        Ok(found.into_iter().map(|address| SocketAddr::new(address, 0)).collect())
    }
}

struct Resolver(Arc<Judge>);

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let judge = Arc::clone(&self.0);
        Box::pin(async move {
            let found = judge.resolve(name.as_str()).await?;
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// The name has an address that is not dialled.
#[derive(Debug)]
struct Refused(IpAddr);

impl fmt::Display for Refused {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the address is not allowed")
    }
}

impl Error for Refused {}

/// Connections to one server.
pub(in crate::instances) struct Server {
    client: reqwest::Client,
    url: Url,
    judge: Arc<Judge>,
}

/// What came back, with its body still to be read.
pub(in crate::instances) struct Response {
    inner: reqwest::Response,
    url: Url,
}

impl Server {
    /// Where it is.
    pub(in crate::instances) fn url(&self) -> &Url {
        &self.url
    }

    /// Sends one request to a URL of this server and waits for the head of the response. One redirect 307 or 308 within
    /// the origin is followed; any other is a fault.
    pub(in crate::instances) async fn send(
        &self,
        method: Method,
        url: &Url,
        headers: &HeaderMap,
        body: Option<Bytes>,
        deadline: Instant,
    ) -> Result<Response, Fault> {
        if url.origin() != self.url.origin() {
            return Err(FaultKind::Policy.because(format!("{} is another server", shown(url))));
        }
        let late = || FaultKind::Timeout.because(format!("{} did not answer in time", shown(url)));
        timeout_at(deadline.into(), self.send_within_origin(method, url, headers, body))
            .await
            .unwrap_or_else(|_| Err(late()))
    }

    async fn send_within_origin(
        &self,
        method: Method,
        url: &Url,
        headers: &HeaderMap,
        body: Option<Bytes>,
    ) -> Result<Response, Fault> {
        let mut url = url.clone();
        let mut may_follow = true;
        loop {
            let mut request = self.client.request(method.clone(), url.clone()).headers(headers.clone());
            // Nothing here unpacks: a small body can't become a large one.
            request = request.header(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
            if let Some(body) = &body {
                request = request.body(body.clone());
            }
            let inner = request.send().await.map_err(|error| self.fault(&url, &error))?;
            if !inner.status().is_redirection() || inner.status() == StatusCode::NOT_MODIFIED {
                return Ok(Response { inner, url });
            }
            let keeps_method =
                matches!(inner.status(), StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT);
            let target = inner.headers().get(LOCATION).and_then(|value| value.to_str().ok());
            let target = target.and_then(|target| url.join(target).ok());
            match target {
                Some(target) if may_follow && keeps_method && target.origin() == url.origin() => {
                    url = target;
                    may_follow = false;
                }
                _ => {
                    let message = format!(
                        "{} answered with a redirect ({}): set the URL to where the server is",
                        shown(&url),
                        inner.status().as_u16()
                    );
                    return Err(FaultKind::HttpStatus.because(message));
                }
            }
        }
    }

    fn fault(&self, url: &Url, error: &reqwest::Error) -> Fault {
        let causes = std::iter::successors(error.source(), |&cause| cause.source());
        let mut last = None;
        for cause in causes {
            if let Some(Refused(address)) = cause.downcast_ref::<Refused>() {
                return self.judge.refusal(&address.to_string());
            }
            last = Some(cause);
        }
        let shown = shown(url);
        let fault = if error.is_timeout() {
            FaultKind::Timeout.because(format!("{shown} did not answer in time"))
        } else if error.is_connect() {
            FaultKind::Connect.because(format!("could not connect to {shown}"))
        } else if error.is_builder() {
            FaultKind::Policy
                .because(format!("the request to {shown} could not be made: a header is not valid"))
        } else {
            FaultKind::Connect.because(format!("the connection to {shown} broke"))
        };
        // The innermost cause is of the operating system or of TLS; those around it may name the whole URL.
        match last {
            Some(cause) => fault.with_detail(cause.to_string()),
            None => fault,
        }
    }
}

impl Response {
    pub(in crate::instances) fn status(&self) -> StatusCode {
        self.inner.status()
    }

    pub(in crate::instances) fn headers(&self) -> &HeaderMap {
        self.inner.headers()
    }

    /// Where it came from, after a redirect.
    pub(in crate::instances) fn url(&self) -> &Url {
        &self.url
    }

    /// The media type in lower case, without its parameters.
    pub(in crate::instances) fn media_type(&self) -> String {
        let value = self.headers().get(reqwest::header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let essence = value.unwrap_or_default().split(';').next().unwrap_or_default();
        essence.trim().to_ascii_lowercase()
    }

    /// The whole body, up to [`LARGEST_BODY`].
    pub(in crate::instances) async fn body(self, deadline: Instant) -> Result<Bytes, Fault> {
        let too_large =
            FaultKind::TooLarge.because(format!("{} sent more than {LARGEST_BODY} bytes", shown(&self.url)));
        let announced =
            self.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
        if announced.is_some_and(|length: usize| length > LARGEST_BODY) {
            return Err(too_large);
        }
        let late = FaultKind::Timeout.because(format!("{} did not answer in time", shown(&self.url)));
        let mut chunks = self.chunks();
        let read = async {
            let mut body = BytesMut::new();
            while let Some(chunk) = chunks.next().await? {
                if body.len() + chunk.len() > LARGEST_BODY {
                    return Err(too_large);
                }
                body.extend_from_slice(&chunk);
            }
            Ok(body.freeze())
        };
        timeout_at(deadline.into(), read).await.unwrap_or(Err(late))
    }

    /// Reads the rest of a body that nobody needs, so that the connection can be used again; not for long.
    pub(in crate::instances) async fn discard(self) {
        const PATIENCE: Duration = Duration::from_millis(200);
        const LARGEST: usize = 64 << 10;
        let mut chunks = self.chunks();
        let _ = timeout(PATIENCE, async {
            let mut length = 0;
            while let Ok(Some(chunk)) = chunks.next().await {
                length += chunk.len();
                if length > LARGEST {
                    break;
                }
            }
        })
        .await;
    }

    /// The body piece by piece.
    pub(in crate::instances) fn chunks(self) -> Chunks {
        Chunks { stream: Box::pin(self.inner.bytes_stream()), url: self.url }
    }
}

/// A body that comes piece by piece.
pub(in crate::instances) struct Chunks {
    stream: futures_util::stream::BoxStream<'static, reqwest::Result<Bytes>>,
    url: Url,
}

impl Chunks {
    /// The next piece, or nothing at the end.
    pub(in crate::instances) async fn next(&mut self) -> Result<Option<Bytes>, Fault> {
        let broke = |_| FaultKind::Connect.because(format!("the connection to {} broke", shown(&self.url)));
        self.stream.next().await.transpose().map_err(broke)
    }
}
