//! Load on two servers at once: waves of requests on many connections, one wave on the one, the next on the
//! other, so that whatever else the machine does disturbs both alike.

use std::time::Instant;

use crate::Result;
use crate::process::Process;
use crate::report::{Rounds, median};
use crate::wire::Connection;

/// Connections to each server, and so requests of a wave.
const CONNECTIONS: usize = 32;

/// Waves of one round on each server. The median of so many forgets those that were interrupted.
const WAVES: usize = 150;

/// One request, again and again, on kept-alive connections.
pub(crate) struct Load<'a> {
    process: &'a Process,
    connections: Vec<Connection>,
    request: Vec<u8>,
    status: u16,
    /// Requests a second, in each round.
    pub(crate) rate: Rounds,
    /// Processor time that the server spent on a request, in each round. Microseconds.
    pub(crate) processor_us: Rounds,
}

/// Runs both for so many rounds, wave by wave.
pub(crate) fn side_by_side<'a>(one: &mut Load<'a>, other: &mut Load<'a>, rounds: usize) -> Result<()> {
    for _ in 0..rounds {
        let before = [one.process.processor_ns()?, other.process.processor_ns()?];
        let mut times = [Vec::with_capacity(WAVES), Vec::with_capacity(WAVES)];
        for _ in 0..WAVES {
            times[0].push(one.wave()?);
            times[1].push(other.wave()?);
        }
        for ((load, before), times) in [&mut *one, &mut *other].into_iter().zip(before).zip(&times) {
            load.rate.push(CONNECTIONS as f64 / median(times));
            let spent = load.process.processor_ns()? - before;
            load.processor_us.push(spent / 1e3 / (WAVES * CONNECTIONS) as f64);
        }
    }
    Ok(())
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

    /// A request on each connection, then the answers. Seconds.
    fn wave(&mut self) -> Result<f64> {
        let start = Instant::now();
        for connection in &mut self.connections {
            connection.send(&self.request)?;
        }
        for connection in &mut self.connections {
            connection.receive()?.expect(self.status)?;
        }
        Ok(start.elapsed().as_secs_f64())
    }
}
