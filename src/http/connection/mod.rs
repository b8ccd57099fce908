//! One client's connection: hands requests to the HTTP stack one at a time, and gives up clients that are silent or
//! slow. It knows where messages begin and end, and nothing of what they say.

mod answer;
mod exchange;
mod framing;
mod open_connections;
mod socket;

pub(super) use answer::AnswerBody;
pub(super) use exchange::{Exchange, Handling};
pub(super) use framing::BodyScan;
pub(super) use open_connections::OpenConnections;
pub(super) use socket::Socket;
