//! The way over HTTP, to a running service.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use futures_util::stream::LocalBoxStream;
use reqwest::{Client, Method, RequestBuilder};
use url::Url;

use crate::tls::client_builder;

use super::super::failure::{Exit, Failure};
use super::request::{Request, Response};
use super::way::Way;

/// How long a connection may take.
const CONNECT_PATIENCE: Duration = Duration::from_secs(5);

/// The longest response that is read. Bytes.
const LARGEST: usize = 256 << 20;

/// A service, and how it is called.
pub(super) struct Remote {
    client: Client,
    /// Without a slash at its end.
    base: String,
    /// The name under which it is called, where its address is not one.
    host: Option<String>,
    key: Option<String>,
}

impl Remote {
    /// The service at a URL that somebody has named.
    pub(super) fn at_url(url: &str, key: Option<String>) -> Result<Self, Failure> {
        let refused = |why: &str| Failure::new(format!("`{url}` {why}")).exit(Exit::Usage);
        let parsed = Url::parse(url).map_err(|_| refused("is not a URL"))?;
        if !matches!(parsed.scheme(), "http" | "https") || parsed.host_str().is_none() {
            return Err(refused("is not a URL of `http` or `https`"));
        }
        // A key belongs into a variable or a file, where no list of processes shows it.
        if !parsed.username().is_empty() || parsed.password().is_some() {
            return Err(Failure::new("the URL of the service has a user or a password").exit(Exit::Usage));
        }
        if parsed.query().is_some() || parsed.fragment().is_some() {
            return Err(refused("has a query or a fragment"));
        }
        Self::new(url.trim_end_matches('/').to_owned(), None, key)
    }

    /// The service that says that it listens there; it is called under this name where the address is any.
    pub(super) fn at_address(
        address: SocketAddr,
        host: Option<&str>,
        key: Option<String>,
    ) -> Result<Self, Failure> {
        let reached = match address.ip() {
            IpAddr::V4(Ipv4Addr::UNSPECIFIED) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(Ipv6Addr::UNSPECIFIED) => Ipv6Addr::LOCALHOST.into(),
            ip => ip,
        };
        let reached = SocketAddr::new(reached, address.port());
        let host = host.filter(|_| address.ip().is_unspecified()).map(|host| host.trim().to_owned());
        Self::new(format!("http://{reached}"), host, key)
    }

    fn new(base: String, host: Option<String>, key: Option<String>) -> Result<Self, Failure> {
        let client = client_builder().connect_timeout(CONNECT_PATIENCE).build();
        let client = client.map_err(|error| Failure::new("could not make an HTTP client").because(error))?;
        Ok(Self { client, base, host, key })
    }

    fn build(&self, request: &Request) -> RequestBuilder {
        let method = Method::from_bytes(request.method.as_bytes()).unwrap_or_default();
        let mut built = self.client.request(method, format!("{}{}", self.base, request.target));
        if let Some(host) = &self.host {
            built = built.header("Host", host);
        }
        if let Some(key) = &self.key {
            built = built.header("X-Session-API-Key", key);
        }
        for (name, value) in &request.headers {
            built = built.header(*name, value);
        }
        // The service refuses a body that is announced and not there.
        if request.body.is_empty() { built } else { built.body(request.body.clone()) }
    }

    /// Makes a request whose response goes on, piece by piece.
    pub(super) async fn follow(
        &self,
        request: Request,
    ) -> Result<LocalBoxStream<'static, Result<Bytes, Failure>>, Failure> {
        let response = self.build(&request).send().await.map_err(|error| self.failed(error, false))?;
        if !response.status().is_success() {
            let response = self.read(response, false).await?;
            // One that is stopping, or has no settings at present, has nothing to follow.
            return Err(match response.status() {
                503 => response.refusal().exit(Exit::Unreachable),
                _ => response.refusal(),
            });
        }
        let base = self.base.clone();
        let broken = move |error: reqwest::Error| {
            let what = format!("the connection to {base} broke off");
            Failure::new(what).because(error.without_url()).exit(Exit::Unreachable)
        };
        Ok(response.bytes_stream().map(move |piece| piece.map_err(&broken)).boxed_local())
    }

    /// Reads a response to its end.
    async fn read(&self, mut response: reqwest::Response, is_write: bool) -> Result<Response, Failure> {
        let (status, etag) = (response.status().as_u16(), etag(&response));
        let mut body = Vec::new();
        while let Some(piece) = response.chunk().await.map_err(|error| self.failed(error, is_write))? {
            if LARGEST < body.len() + piece.len() {
                let what = format!("the response of {} is larger than 256 MiB", self.base);
                return Err(Failure::new(what).exit(Exit::Unreachable));
            }
            body.extend_from_slice(&piece);
        }
        Ok(Response { status, etag, body: Bytes::from(body) })
    }

    fn failed(&self, error: reqwest::Error, is_write: bool) -> Failure {
        let is_unknown = is_write && !error.is_connect() && !error.is_builder();
        let failure = match is_unknown {
            true => Failure::new(format!("{} did not answer, and may have made the change", self.base))
                .hint("look whether the change was made before you repeat it"),
            false => Failure::new(format!("could not call the service at {}", self.base)),
        };
        failure.because(error.without_url()).exit(Exit::Unreachable)
    }
}

impl Way for Remote {
    fn call(&self, request: Request) -> LocalBoxFuture<'_, Result<Response, Failure>> {
        Box::pin(async move {
            let is_write = request.is_write();
            let sent = self.build(&request).timeout(request.patience).send().await;
            let response = sent.map_err(|error| self.failed(error, is_write))?;
            self.read(response, is_write).await
        })
    }

    fn close(&self) {}
}

fn etag(response: &reqwest::Response) -> Option<String> {
    response.headers().get("etag")?.to_str().ok().map(str::to_owned)
}
