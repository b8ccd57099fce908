//! The stream of changes: what differs between the states that this process sees, kept for a while so that a
//! reader who was cut off misses nothing. It refuses to know how readers are reached, and what a secret is.

mod difference;
mod event;
mod feed;
mod follower;
mod position;
mod seats;
mod window;

pub use event::{Event, Kind, Opened, Recent, ServerChange};
pub use feed::{Feed, Refused, Subscription};
pub use position::{MalformedPosition, Position};
pub use window::Entry;
