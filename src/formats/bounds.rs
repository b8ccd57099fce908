//! How much of a text is read, whatever its syntax: what is built of it must not be many times larger than the text. A text
//! of 1 MiB is within the bound on its signs, whatever it holds.

use super::place::Lines;
use super::source::Unreadable;

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
