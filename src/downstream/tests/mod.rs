//! A gateway in memory that loses answers, carries calls out late and forgets, under the real code of a reconciler that may
//! be killed at each of its calls.

mod kills;
mod rounds;
mod sim;
