//! How much of a text is read, whatever its syntax: what is built of it must not be many times larger than the text. A text
//! of 1 MiB is within the bound on its signs, whatever it holds.

use std::cell::RefCell;
use std::rc::Rc;

use crate::json::Json;

use super::place::{Lines, Position};
use super::unreadable::Unreadable;

/// How many servers are imported at most: all of them are decided under the store's lock.
pub const MOST_SERVERS: usize = 1_000;

/// How many entries there may be that are not or can't become servers: all of them are listed.
pub(in crate::formats) const MOST_OTHERS: usize = 10_000;

/// How many lines a text may have, and how many signs that can begin a value or be before one.
const MOST_SIGNS: usize = 1 << 20;

/// How many members a document of TOML may have that is longer than 1 MiB: its reader makes much of each.
const MOST_MEMBERS: usize = 1 << 18;

/// How long one line of a text of commands may be. Bytes.
pub(in crate::formats) const LONGEST_LINE: usize = 1 << 20;

/// How many bytes of texts are made of a text: so many times its own, and so many more, which a short one with references
/// and notes in each of its texts may need.
const MOST_TIMES: usize = 4;
const MOST_MORE: usize = 1 << 20;

const TOO_MUCH: &str =
    "too much of it is repeated from here on: what is made of it would be many times larger than the text";

/// How many bytes may still be made of a text. What a part of it is copied for is charged before it is kept: a server, a
/// reference, a place, what servers share. Where there is no room it is not kept, and the text is refused as a whole.
/// The one that is made by default never ends: a file that its owner changes in place is not judged by it.
#[derive(Clone)]
pub(in crate::formats) struct Budget(Rc<RefCell<Room>>);

struct Room {
    left: usize,
    /// Where it was too little.
    exceeded: Option<Position>,
}

impl Default for Budget {
    fn default() -> Self {
        Self::new(usize::MAX)
    }
}

impl Budget {
    fn new(left: usize) -> Self {
        Self(Rc::new(RefCell::new(Room { left, exceeded: None })))
    }

    /// What may be made of a text of so many bytes.
    pub(in crate::formats) fn of(length: usize) -> Self {
        Self::new(length.saturating_mul(MOST_TIMES).saturating_add(MOST_MORE))
    }

    /// Takes so many bytes for what is made of the part at this position; whether there were as many.
    pub(in crate::formats) fn take(&self, bytes: usize, at: impl FnOnce() -> Position) -> bool {
        let mut room = self.0.borrow_mut();
        match room.left.checked_sub(bytes) {
            Some(left) if room.exceeded.is_none() => room.left = left,
            _ => {
                room.exceeded.get_or_insert_with(at);
            }
        }
        room.exceeded.is_none()
    }

    /// That it was enough.
    pub(in crate::formats) fn check(&self) -> Result<(), Unreadable> {
        self.0.borrow().exceeded.map_or(Ok(()), |at| Err(Unreadable::new(at, TOO_MUCH)))
    }
}

/// How many bytes the texts and names of a value have.
pub(in crate::formats) fn bytes_of(value: &Json) -> usize {
    match value {
        Json::Null | Json::Bool(_) => 0,
        Json::Number(number) => number.spelling().len(),
        Json::String(text) => text.as_str().len(),
        Json::Array(elements) => elements.iter().map(bytes_of).sum(),
        Json::Object(object) => object.iter().map(|(name, value)| name.len() + bytes_of(value)).sum(),
    }
}

/// That a text has no more lines and values than are read. Signs in its texts count too.
pub(in crate::formats) fn check_text(lines: &Lines<'_>, text: &str) -> Result<(), Unreadable> {
    let bytes = text.as_bytes();
    let refuse = |at: usize, why| Err(Unreadable::new(lines.position(at), why));
    if let Some(at) = memchr::memchr_iter(b'\n', bytes).nth(MOST_SIGNS) {
        return refuse(at, "it has too many lines");
    }
    let signs = [b',', b'[', b'{', b'='];
    let count: usize = signs.iter().map(|sign| memchr::memchr_iter(*sign, bytes).count()).sum();
    if MOST_SIGNS < count {
        return refuse(0, "it has too many values: import a part of it");
    }
    Ok(())
}

/// Whether a document of TOML has more members than are read.
pub(in crate::formats) fn has_too_many_members(part: &str) -> bool {
    1 << 20 < part.len() && MOST_MEMBERS < memchr::memchr_iter(b'=', part.as_bytes()).count()
}

#[cfg(test)]
mod tests {
    use crate::formats::{Hint, import};

    #[test]
    fn a_text_with_more_values_or_lines_than_are_read_is_refused_and_a_long_one_is_not() {
        let fault = |text: &str| import(text, Hint::default()).map(drop).map_err(|error| error.why);
        let repeated = |part: &str| part.repeat((1 << 20) + 1);
        for text in [format!("[{}1]", repeated("1,")), repeated("a=1\n"), repeated("a\n"), repeated("[a]\n")]
        {
            assert!(fault(&text).unwrap_err().starts_with("it has too many "), "{}", &text[..8]);
        }
        let long =
            format!(r#"{{"mcpServers":{{"a":{{"command":"x"}}}},"notes":"{}"}}"#, "y ".repeat(4 << 20));
        assert_eq!(fault(&long), Ok(()));
        let others = |count: usize| {
            format!(
                r#"{{"mcpServers":{{{}"z":1}}}}"#,
                (0..count).map(|number| format!("\"{number}\":1,")).collect::<String>()
            )
        };
        assert_eq!(fault(&others(9_000)), Ok(()));
        assert!(fault(&others(11_000)).unwrap_err().contains("10,000"));
        let line = format!("npx {}", "a ".repeat(1 << 20));
        let found = import(&line, Hint::default()).unwrap();
        assert_eq!((found.servers.len(), found.refused.len()), (0, 1));
    }
}
