//! The stream of changes: what differs between the states that this process sees, kept for a while so that a
//! reader who was cut off misses nothing. It does not know how readers are reached, and what a secret is.

mod difference;
mod event;
mod follower;
mod position;
mod reader_limit;
mod stream;
mod window;

pub use event::{Event, Kind, Opened, Recent, ServerChange};
pub use position::{MalformedPosition, Position};
pub use stream::{ChangeStream, Refused, Subscription};
pub use window::Entry;
