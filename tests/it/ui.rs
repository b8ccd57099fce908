//! The page in a real browser against the real service: each test goes through one journey of
//! `tests/ui/journeys`. It refuses to know what a journey does: that stands in its script.

mod adding;
mod stage;
