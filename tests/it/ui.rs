//! The page in a real browser against the real service: each test goes through one journey of
//! `tests/ui/journeys`. It does not know what a journey does: that is in its script.

mod accessibility;
mod adding;
mod conflicts;
mod documents;
mod editing;
mod fixture;
mod headers;
mod listing;
mod live_updates;
mod loading;
mod pictures;
mod proxies;
mod running;
mod secrets;
mod testing;
mod viewing;
