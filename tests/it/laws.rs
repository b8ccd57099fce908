//! The laws (docs/DESIGN.md) that need more than one request, process or run to be broken.

mod durable;
mod one_winner;
mod resaved;
mod resource;
mod retry;
mod round_trip;
mod splice;
mod tags;
