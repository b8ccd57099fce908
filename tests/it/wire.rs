//! A small HTTP/1.1 client on a raw socket: it sends exactly the given bytes, so that a test can send
//! what a well-behaved client never would. It does not know what the service does; `conformance` does.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use crate::conformance;
use crate::response::Response;

/// How long an answer may take before a test counts it as missing.
const PATIENCE: Duration = Duration::from_secs(20);

/// One request, built up in the order in which its parts are sent.
#[derive(Clone)]
#[must_use = "a request does nothing until it is sent"]
pub(crate) struct Request {
    address: SocketAddr,
    method: String,
    /// The prefix of the target; answers are as they are described without it.
    base: String,
    target: String,
    headers: Vec<(String, Vec<u8>)>,
    body: Option<Vec<u8>>,
    chunked: bool,
}

/// One connection that is kept open between requests.
pub(crate) struct Connection {
    stream: BufReader<TcpStream>,
}

impl Request {
    pub(crate) fn new(address: SocketAddr, method: &str, target: &str) -> Self {
        Self {
            address,
            method: method.to_owned(),
            base: String::new(),
            target: target.to_owned(),
            headers: Vec::new(),
            body: None,
            chunked: false,
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Puts a base path before the target.
    pub(crate) fn below(mut self, base: &str) -> Self {
        self.base = base.to_owned();
        self
    }

    /// Adds a header line; the same name may be added again.
    pub(crate) fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.headers.push((name.to_owned(), value.as_ref().to_owned()));
        self
    }

    /// Drops every line of a header that was added before.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(own, _)| !own.eq_ignore_ascii_case(name));
        self
    }

    /// Sends this key instead of the one the server gave the request.
    pub(crate) fn key(self, key: &str) -> Self {
        self.anonymous().header("X-Session-API-Key", key)
    }

    /// Sends no key.
    pub(crate) fn anonymous(self) -> Self {
        self.without("X-Session-API-Key")
    }

    pub(crate) fn if_match(self, tag: impl AsRef<[u8]>) -> Self {
        self.header("If-Match", tag)
    }

    pub(crate) fn if_none_match(self, tag: impl AsRef<[u8]>) -> Self {
        self.header("If-None-Match", tag)
    }

    pub(crate) fn expose(self, mode: &str) -> Self {
        self.header("X-Expose-Secrets", mode)
    }

    /// Sends this JSON with its content type.
    pub(crate) fn json(self, value: &serde_json::Value) -> Self {
        self.body("application/json", value.to_string())
    }

    /// Sends these bytes with this content type.
    pub(crate) fn body(self, content_type: &str, bytes: impl AsRef<[u8]>) -> Self {
        self.header("Content-Type", content_type).bytes(bytes)
    }

    /// Sends these bytes and says nothing of their type.
    pub(crate) fn bytes(mut self, bytes: impl AsRef<[u8]>) -> Self {
        self.body = Some(bytes.as_ref().to_owned());
        self
    }

    /// Sends the body in chunks, so that its size is not announced.
    pub(crate) fn chunked(mut self) -> Self {
        self.chunked = true;
        self
    }

    /// Sends the request on a connection of its own.
    pub(crate) fn send(self) -> Response {
        let line = format!("{} {}", self.method, self.target);
        self.try_send().unwrap_or_else(|error| panic!("no answer to {line}: {error}"))
    }

    /// Like [`Request::send`], for tests in which the service may go away.
    pub(crate) fn try_send(self) -> io::Result<Response> {
        Connection::open(self.address)?.send(self)
    }

    /// The method.
    pub(crate) fn method(&self) -> &str {
        &self.method
    }

    /// The bytes that are sent.
    pub(crate) fn message(&self) -> Vec<u8> {
        let mut message = self.head();
        message.extend_from_slice(&self.content());
        message
    }

    /// The bytes that are sent of the head.
    pub(crate) fn head(&self) -> Vec<u8> {
        let mut head = format!("{} {}{} HTTP/1.1\r\n", self.method, self.base, self.target).into_bytes();
        let mut line = |name: &str, value: &[u8]| {
            head.extend_from_slice(name.as_bytes());
            head.extend_from_slice(b": ");
            head.extend_from_slice(value);
            head.extend_from_slice(b"\r\n");
        };
        if !self.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("Host")) {
            line("Host", self.address.to_string().as_bytes());
        }
        for (name, value) in &self.headers {
            line(name, value);
        }
        let has_content = !matches!(self.method.as_str(), "GET" | "HEAD" | "OPTIONS");
        match &self.body {
            Some(_) if self.chunked => line("Transfer-Encoding", b"chunked"),
            Some(body) => line("Content-Length", body.len().to_string().as_bytes()),
            None if has_content => line("Content-Length", b"0"),
            None => {}
        }
        head.extend_from_slice(b"\r\n");
        head
    }

    fn content(&self) -> Vec<u8> {
        let Some(body) = &self.body else { return Vec::new() };
        if !self.chunked {
            return body.clone();
        }
        let mut content = Vec::with_capacity(body.len() + 64);
        for chunk in body.chunks(64 * 1024) {
            content.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
            content.extend_from_slice(chunk);
            content.extend_from_slice(b"\r\n");
        }
        content.extend_from_slice(b"0\r\n\r\n");
        content
    }
}

impl Connection {
    pub(crate) fn open(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect_timeout(&address, PATIENCE)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        stream.set_nodelay(true)?;
        Ok(Self { stream: BufReader::new(stream) })
    }

    /// Sends a request and reads its answer; the connection can be used again.
    pub(crate) fn send(&mut self, request: Request) -> io::Result<Response> {
        let message = request.message();
        // A service that refuses a body before reading all of it may close its side: the answer counts.
        let sent = self.stream.get_mut().write_all(&message);
        match self.read_answer(&request.method) {
            Ok(answer) => {
                conformance::check(&request.method, &request.target, &answer);
                Ok(answer)
            }
            Err(error) => Err(sent.err().unwrap_or(error)),
        }
    }

    /// Sends a request whose answer has no end, and reads its head; chunks follow. Any other answer is read whole.
    pub(crate) fn begin(&mut self, request: &Request) -> io::Result<Response> {
        self.stream.get_mut().write_all(&request.head())?;
        let mut answer = self.read_head()?;
        if answer.status != 200 {
            answer.body = self.read_body(&answer)?;
        }
        conformance::check(&request.method, &request.target, &answer);
        Ok(answer)
    }

    /// Sends bytes as they are.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.get_mut().write_all(bytes)
    }

    /// Reads the answer to a request of this method.
    pub(crate) fn answer(&mut self, method: &str) -> io::Result<Response> {
        self.read_answer(method)
    }

    /// Reads one line.
    pub(crate) fn line(&mut self) -> String {
        self.read_line().expect("a line")
    }

    /// Reads what comes until the service closes its side.
    pub(crate) fn rest(&mut self) -> io::Result<Vec<u8>> {
        let mut rest = Vec::new();
        self.stream.read_to_end(&mut rest)?;
        Ok(rest)
    }

    /// Waits no longer than this for anything.
    pub(crate) fn wait_at_most(&mut self, patience: Duration) -> io::Result<()> {
        self.stream.get_mut().set_read_timeout(Some(patience))
    }

    /// The next chunk of an answer that was begun; nothing where it has ended.
    pub(crate) fn chunk(&mut self) -> io::Result<Option<Vec<u8>>> {
        let size = self.read_line()?;
        let size = u64::from_str_radix(size.trim(), 16).map_err(|_| broken("not a chunk size"))?;
        let mut chunk = Vec::new();
        self.stream.by_ref().take(size).read_to_end(&mut chunk)?;
        let end = self.read_line()?;
        if !end.is_empty() {
            return Err(broken("a chunk does not end where it says"));
        }
        Ok((size != 0).then_some(chunk))
    }

    fn read_answer(&mut self, method: &str) -> io::Result<Response> {
        let mut answer = self.read_head()?;
        if method != "HEAD" && !matches!(answer.status, 204 | 304) {
            answer.body = self.read_body(&answer)?;
        }
        Ok(answer)
    }

    fn read_head(&mut self) -> io::Result<Response> {
        let status_line = self.read_line()?;
        let status: u16 = status_line
            .split(' ')
            .nth(1)
            .and_then(|code| code.parse().ok())
            .ok_or_else(|| broken(&format!("not a status line: {status_line:?}")))?;
        let mut headers = Vec::new();
        loop {
            let line = self.read_line()?;
            if line.is_empty() {
                break;
            }
            let (name, value) =
                line.split_once(':').ok_or_else(|| broken(&format!("not a header: {line:?}")))?;
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        Ok(Response::new(status, headers))
    }

    fn read_body(&mut self, answer: &Response) -> io::Result<Vec<u8>> {
        if answer.header("transfer-encoding").is_some_and(|coding| coding.eq_ignore_ascii_case("chunked")) {
            return self.read_chunks();
        }
        let mut body = Vec::new();
        match answer.header("content-length") {
            Some(length) => {
                let length: u64 = length.parse().map_err(|_| broken("not a content length"))?;
                self.stream.by_ref().take(length).read_to_end(&mut body)?;
                if body.len() as u64 != length {
                    return Err(broken("the body ends early"));
                }
            }
            None => {
                self.stream.read_to_end(&mut body)?;
            }
        }
        Ok(body)
    }

    fn read_chunks(&mut self) -> io::Result<Vec<u8>> {
        let mut body = Vec::new();
        while let Some(chunk) = self.chunk()? {
            body.extend(chunk);
        }
        Ok(body)
    }

    /// Reads up to the end of a line. Header values need not be UTF-8, so that bytes are kept one to one.
    fn read_line(&mut self) -> io::Result<String> {
        let mut line = Vec::new();
        self.stream.read_until(b'\n', &mut line)?;
        if line.pop() != Some(b'\n') {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the answer ends early"));
        }
        if line.last() == Some(&b'\r') {
            line.pop();
        }
        Ok(line.into_iter().map(char::from).collect())
    }
}

fn broken(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.to_owned())
}
