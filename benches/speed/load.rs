//! Load on a server: many connections, one thread that keeps a request under way on each of them. What it
//! reports is requests per second, and the processor time that the server spent on one.

use std::time::{Duration, Instant};

use crate::Result;
use crate::process::Process;
use crate::report::Rounds;
use crate::wire::Connection;

/// Connections of a load: enough to keep a server busy that has as many workers as cores.
const CONNECTIONS: usize = 32;

/// How long one side runs in one round.
const TURN: Duration = Duration::from_millis(300);

/// One request, again and again, on kept-alive connections.
pub(crate) struct Load<'a> {
    process: &'a Process,
    connections: Vec<Connection>,
    request: Vec<u8>,
    status: u16,
    pub(crate) rate: Rounds,
    pub(crate) processor_us: Rounds,
}

impl<'a> Load<'a> {
    /// Connects, and sends the request a few times.
    pub(crate) fn new(process: &'a Process, request: Vec<u8>, status: u16) -> Result<Self> {
        let connections =
            (0..CONNECTIONS).map(|_| Connection::open(process.address)).collect::<Result<_>>()?;
        let (rate, processor_us) = Default::default();
        let mut load = Self { process, connections, request, status, rate, processor_us };
        for _ in 0..8 {
            load.wave()?;
        }
        Ok(load)
    }

    /// One round.
    pub(crate) fn turn(&mut self) -> Result<()> {
        let before = self.process.processor_ns()?;
        let (start, mut requests) = (Instant::now(), 0.0);
        while start.elapsed() < TURN {
            self.wave()?;
            requests += CONNECTIONS as f64;
        }
        self.rate.push(requests / start.elapsed().as_secs_f64());
        self.processor_us.push((self.process.processor_ns()? - before) / 1e3 / requests);
        Ok(())
    }

    /// A request on each connection, then the answers.
    fn wave(&mut self) -> Result<()> {
        for connection in &mut self.connections {
            connection.send(&self.request)?;
        }
        for connection in &mut self.connections {
            connection.receive()?.expect(self.status)?;
        }
        Ok(())
    }
}
