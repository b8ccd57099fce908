//! One kept-alive connection: HTTP/1.1 by hand, because a client library would cost more than the server
//! that is measured. It knows the few headers that the benches look at.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use crate::Result;

/// The key that the benches present.
pub(crate) const API_KEY: &str = "benchmark-api-key-0123456789";

/// The path of the collection.
pub(crate) const SERVERS: &str = "/api/settings/mcp-servers";

/// How long an answer may take before the run ends.
const PATIENCE: Duration = Duration::from_secs(60);

/// A connection to a server.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// What came back.
pub(crate) struct Answer<'a> {
    pub(crate) status: u16,
    head: &'a str,
    pub(crate) body: &'a [u8],
}

impl Connection {
    pub(crate) fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self { stream, buffer: Vec::with_capacity(1 << 16) })
    }

    pub(crate) fn send(&mut self, request: &[u8]) -> Result<()> {
        Ok(self.stream.write_all(request)?)
    }

    /// The answer to the oldest request that has none yet.
    pub(crate) fn receive(&mut self) -> Result<Answer<'_>> {
        self.buffer.clear();
        let head = loop {
            if let Some(end) = self.buffer.windows(4).position(|window| window == b"\r\n\r\n") {
                break end + 4;
            }
            self.read_more(1 << 14)?;
        };
        let length = header(std::str::from_utf8(&self.buffer[..head])?, "content-length");
        let whole = head + length.map_or(Ok(0), str::parse)?;
        while self.buffer.len() < whole {
            self.read_more(whole - self.buffer.len())?;
        }
        let (head, body) = self.buffer.split_at(head);
        let head = std::str::from_utf8(head)?;
        let status = head.get(9..12).ok_or("no status line")?.parse()?;
        Ok(Answer { status, head, body })
    }

    pub(crate) fn exchange(&mut self, request: &[u8]) -> Result<Answer<'_>> {
        self.send(request)?;
        self.receive()
    }

    fn read_more(&mut self, at_most: usize) -> Result<()> {
        let had = self.buffer.len();
        self.buffer.resize(had + at_most, 0);
        let read = self.stream.read(&mut self.buffer[had..])?;
        self.buffer.truncate(had + read);
        if read == 0 { Err("the server closed the connection".into()) } else { Ok(()) }
    }
}

impl Answer<'_> {
    pub(crate) fn etag(&self) -> Result<String> {
        Ok(header(self.head, "etag").ok_or_else(|| format!("{} without a tag", self.status))?.to_owned())
    }

    pub(crate) fn expect(&self, status: u16) -> Result<()> {
        if self.status == status {
            return Ok(());
        }
        Err(format!("{} instead of {status}: {}", self.status, String::from_utf8_lossy(self.body)).into())
    }
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let line = |line: &'a str| line.split_once(": ").filter(|(own, _)| own.eq_ignore_ascii_case(name));
    head.split("\r\n").find_map(line).map(|(_, value)| value)
}

/// A request without a body. `headers` are whole lines.
pub(crate) fn get(address: SocketAddr, target: &str, headers: &str) -> Vec<u8> {
    format!("GET {target} HTTP/1.1\r\nhost: {address}\r\nx-session-api-key: {API_KEY}\r\n{headers}\r\n")
        .into()
}

/// A request that replaces a server.
pub(crate) fn put(address: SocketAddr, target: &str, body: &str) -> Vec<u8> {
    with_body("PUT", address, target, body)
}

/// A request that changes parts of a server.
pub(crate) fn patch(address: SocketAddr, target: &str, body: &str) -> Vec<u8> {
    with_body("PATCH", address, target, body)
}

/// A request that has something done.
pub(crate) fn post(address: SocketAddr, target: &str, body: &str) -> Vec<u8> {
    with_body("POST", address, target, body)
}

fn with_body(method: &str, address: SocketAddr, target: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "{method} {target} HTTP/1.1\r\nhost: {address}\r\nx-session-api-key: {API_KEY}\r\n\
         content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    )
    .into()
}

/// The path of one server.
pub(crate) fn item(name: &str) -> String {
    format!("{SERVERS}/{name}")
}
