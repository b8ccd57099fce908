//! A running service, for commands that need one: beside requests, responses that go on as server-sent events.

use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::LocalBoxStream;
use tokio::time::error::Elapsed;
use tokio::time::timeout;

use super::super::failure::{Exit, Failure};
use super::remote::Remote;
use super::request::{Request, Response};
use super::way::Way;

/// How long a stream may be silent: the service says something every 15 seconds.
const SILENCE: Duration = Duration::from_secs(40);

/// The longest event that is read. Bytes.
const LARGEST_EVENT: usize = 64 << 20;

/// A running service.
pub(in crate::cli) struct Service(pub(super) Remote);

/// An event as it was sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::cli) struct ServerEvent {
    /// Its position in the stream; empty where it has none.
    pub(in crate::cli) id: String,
    /// What kind of event it is.
    pub(in crate::cli) name: String,
    /// Its text: one line of JSON.
    pub(in crate::cli) data: String,
}

/// The events of a response, as they come.
pub(in crate::cli) struct Events {
    pieces: LocalBoxStream<'static, Result<bytes::Bytes, Failure>>,
    text: Vec<u8>,
}

impl ServerEvent {
    /// Its text as one of the types of the API.
    pub(in crate::cli) fn read<'de, T: serde::Deserialize<'de>>(&'de self) -> Result<T, Failure> {
        serde_json::from_str(&self.data).map_err(|error| self.unreadable(error))
    }

    /// That its text is not what this version knows.
    pub(in crate::cli) fn unreadable(&self, error: impl std::error::Error + 'static) -> Failure {
        let what = format!("the event `{}` can't be read", self.name);
        Failure::new(what).because(error).exit(Exit::Unreachable)
    }
}

impl Service {
    /// Makes a request, and takes a success only.
    pub(in crate::cli) async fn expect(&self, request: Request) -> Result<Response, Failure> {
        request.check()?;
        self.0.call(request).await?.expect_success()
    }

    /// Makes a request whose response is events.
    pub(in crate::cli) async fn follow(&self, request: Request) -> Result<Events, Failure> {
        request.check()?;
        let pieces = timeout(SILENCE, self.0.follow(request)).await.map_err(silent)??;
        Ok(Events { pieces, text: Vec::new() })
    }
}

impl Events {
    /// The next event; none where the stream has ended.
    pub(in crate::cli) async fn next(&mut self) -> Result<Option<ServerEvent>, Failure> {
        loop {
            while let Some(end) = self.text.windows(2).position(|pair| pair == b"\n\n") {
                let block: Vec<u8> = self.text.drain(..end + 2).collect();
                if let Some(event) = event(&String::from_utf8_lossy(&block)) {
                    return Ok(Some(event));
                }
            }
            match timeout(SILENCE, self.pieces.next()).await.map_err(silent)? {
                None => return Ok(None),
                Some(piece) => self.text.extend_from_slice(&piece?),
            }
            if LARGEST_EVENT < self.text.len() {
                return Err(Failure::new("an event is larger than 64 MiB").exit(Exit::Unreachable));
            }
        }
    }
}

fn silent(_: Elapsed) -> Failure {
    Failure::new("the service has been silent for 40 seconds").exit(Exit::Unreachable)
}

/// The event of a block of lines; none where it is a comment.
fn event(block: &str) -> Option<ServerEvent> {
    let mut event = ServerEvent::default();
    for (field, value) in block.lines().filter_map(|line| line.split_once(": ")) {
        match field {
            "id" => event.id = value.to_owned(),
            "event" => event.name = value.to_owned(),
            "data" => event.data.push_str(value),
            _ => {}
        }
    }
    (!event.name.is_empty()).then_some(event)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use futures_util::stream;

    use super::*;

    #[test]
    fn events_are_read_however_they_are_cut() {
        let text = "id: e-1\nevent: server\ndata: {\"a\":\"b: c\"}\n\n: still here\n\nevent: instances\ndata: {}\n\n";
        for size in [1, 2, 7, text.len()] {
            let pieces: Vec<_> =
                text.as_bytes().chunks(size).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
            let mut events = Events { pieces: Box::pin(stream::iter(pieces)), text: Vec::new() };
            let read = actix_web::rt::System::new().block_on(async {
                let mut read = Vec::new();
                while let Some(event) = events.next().await.unwrap() {
                    read.push((event.id, event.name, event.data));
                }
                read
            });
            let expected = [("e-1", "server", "{\"a\":\"b: c\"}"), ("", "instances", "{}")];
            let expected = expected.map(|(id, name, data)| (id.to_owned(), name.to_owned(), data.to_owned()));
            assert_eq!(read, expected, "in pieces of {size}");
        }
    }
}
