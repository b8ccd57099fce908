//! Requests to a catalog: no redirects, no proxy, no retries, one deadline, and a body that is read up to a limit. No
//! message holds the host, userinfo, the token or a body.

use std::error::Error;
use std::io;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use bytes::BytesMut;
use futures_util::StreamExt;
use reqwest::Method;
use reqwest::header::{ALLOW, AUTHORIZATION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use url::Url;

use crate::blocking;
use crate::registry::environment::AUTH_TOKEN;
use crate::registry::error::{RegistryError, RegistryErrorKind};
use crate::tls::client_builder;

/// Sends requests to one catalog.
pub(super) struct Client {
    shown: String,
    token: Option<String>,
    patience: Duration,
    largest_body: usize,
    state: Mutex<State>,
}

enum State {
    Unused,
    Open(reqwest::Client),
    Closed,
}

/// What came back, with its body still to be read.
pub(super) struct Response {
    inner: reqwest::Response,
    shown: String,
    largest_body: usize,
}

impl Client {
    pub(super) fn new(shown: String, token: Option<String>, patience: Duration, largest_body: usize) -> Self {
        Self { shown, token, patience, largest_body, state: Mutex::new(State::Unused) }
    }

    /// How messages show where the catalog is.
    pub(super) fn shown(&self) -> &str {
        &self.shown
    }

    pub(super) fn has_token(&self) -> bool {
        self.token.is_some()
    }

    pub(super) fn close(&self) {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = State::Closed;
    }

    /// Sends one request, with a JSON body where there is one, and waits for the head of the response.
    pub(super) async fn send(
        &self,
        method: Method,
        url: &str,
        body: Option<String>,
    ) -> Result<Response, RegistryError> {
        let url = Url::parse(url).map_err(|_| {
            RegistryErrorKind::Invalid.because(format!("catalog URL '{}' is not a valid URL", self.shown))
        })?;
        let mut request = self.open().await?.request(method, url);
        if let Some(token) = &self.token {
            let mut value = HeaderValue::from_str(&format!("Bearer {token}")).map_err(|_| {
                let message = format!("the token in {AUTH_TOKEN} holds characters that no header can have");
                RegistryErrorKind::DescriptorInvalid.because(message)
            })?;
            value.set_sensitive(true);
            request = request.header(AUTHORIZATION, value);
        }
        if let Some(body) = body {
            request = request.header(CONTENT_TYPE, "application/json").body(body);
        }
        let inner = request.send().await.map_err(|error| failure(&self.shown, &error))?;
        Ok(Response { inner, shown: self.shown.clone(), largest_body: self.largest_body })
    }

    /// The connections, made at the first request: reading the roots of TLS takes time.
    async fn open(&self) -> Result<reqwest::Client, RegistryError> {
        if let Some(known) = self.known()? {
            return Ok(known);
        }
        let made = blocking::run(client_builder)
            .await
            .timeout(self.patience)
            .build()
            .map_err(|_| RegistryErrorKind::Unavailable.because("the HTTP client could not be set up"))?;
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(*state, State::Closed) {
            return Err(self.closed());
        }
        *state = State::Open(made.clone());
        Ok(made)
    }

    fn known(&self) -> Result<Option<reqwest::Client>, RegistryError> {
        match &*self.state.lock().unwrap_or_else(PoisonError::into_inner) {
            State::Unused => Ok(None),
            State::Open(client) => Ok(Some(client.clone())),
            State::Closed => Err(self.closed()),
        }
    }

    fn closed(&self) -> RegistryError {
        RegistryErrorKind::Unavailable
            .because(format!("the client of the catalog server at {} is closed", self.shown))
    }
}

impl Response {
    pub(super) fn status(&self) -> u16 {
        self.inner.status().as_u16()
    }

    /// The methods in `Allow`, in upper case.
    pub(super) fn allowed(&self) -> Vec<String> {
        let values = self.inner.headers().get_all(ALLOW).iter().filter_map(|value| value.to_str().ok());
        values.flat_map(|value| value.split(',')).map(|method| method.trim().to_ascii_uppercase()).collect()
    }

    /// The body as text. Reading ends at the limit.
    pub(super) async fn text(self) -> Result<String, RegistryError> {
        let Self { inner, shown, largest_body } = self;
        let invalid = |what: String| {
            RegistryErrorKind::DescriptorInvalid.because(format!("catalog server at {shown} returned {what}"))
        };
        let too_large = || {
            let what = format!("a response body exceeding the {largest_body}-byte limit. Refusing to parse.");
            invalid(what)
        };
        let header = |name| inner.headers().get(name).and_then(|value| value.to_str().ok());
        if header(CONTENT_ENCODING).is_some_and(|coding| !coding.trim().eq_ignore_ascii_case("identity")) {
            return Err(invalid("a body in an encoding that was not asked for".to_owned()));
        }
        let announced = header(CONTENT_LENGTH).and_then(|length| length.parse::<usize>().ok());
        if announced.is_some_and(|length| length > largest_body) {
            return Err(too_large());
        }
        let mut body = BytesMut::new();
        let mut chunks = inner.bytes_stream();
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk.map_err(|error| failure(&shown, &error))?;
            if body.len() + chunk.len() > largest_body {
                return Err(too_large());
            }
            body.extend_from_slice(&chunk);
        }
        String::from_utf8(body.into()).map_err(|_| invalid("a response that is not UTF-8".to_owned()))
    }
}

/// What a failure of the transport is to a caller. Only an error of the operating system is quoted: others may name the
/// host.
fn failure(shown: &str, error: &reqwest::Error) -> RegistryError {
    if error.is_timeout() {
        return RegistryErrorKind::Unavailable.because(format!("timeout reaching catalog server at {shown}"));
    }
    if error.is_builder() {
        let message = format!("the request to the catalog server at {shown} could not be made");
        return RegistryErrorKind::DescriptorInvalid.because(message);
    }
    let causes = std::iter::successors(error.source(), |&cause| cause.source());
    let system = causes.filter_map(|cause| cause.downcast_ref::<io::Error>()?.raw_os_error()).last();
    let detail = match system {
        Some(code) => io::Error::from_raw_os_error(code).to_string(),
        None if error.is_connect() => "no connection".to_owned(),
        None => "the connection broke".to_owned(),
    };
    let message = format!("network error reaching catalog server at {shown}: {detail}");
    RegistryErrorKind::Unavailable.because(message)
}
