//! Markdown around a text: its fenced blocks are what is read, each at its own lines.

/// The beginning of a fenced block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::formats) struct Fence {
    sign: u8,
    length: usize,
}

impl Fence {
    /// Whether a line ends the block: a fence of the same sign that is at least as long, and nothing behind it
    /// (CommonMark 0.31, section 4.5).
    fn is_closed_by(self, line: &str) -> bool {
        let bare = line.trim();
        self.length <= bare.len() && bare.bytes().all(|byte| byte == self.sign)
    }
}

/// The fenced blocks of a text with the byte where each begins; without any, all of it.
pub(in crate::formats) fn blocks(text: &str) -> Vec<(usize, &str)> {
    let mut blocks = Vec::new();
    let mut open: Option<(usize, Fence)> = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        match open {
            None => open = fence(line).map(|fence| (at + line.len(), fence)),
            Some((start, own)) if own.is_closed_by(line) => {
                blocks.push((start, &text[start..at]));
                open = None;
            }
            Some(_) => {}
        }
        at += line.len();
    }
    // A fence that does not end is one that was copied half.
    if let Some((start, _)) = open {
        blocks.push((start, &text[start..]));
    }
    if blocks.is_empty() { vec![(0, text)] } else { blocks }
}

/// The lines of a text that are in no fenced block. A line that begins a block is one of them.
pub(in crate::formats) fn outside(text: &str) -> impl Iterator<Item = &str> {
    let mut open: Option<Fence> = None;
    text.lines().filter(move |line| match open {
        None => {
            open = fence(line);
            true
        }
        Some(own) => {
            open = open.filter(|_| !own.is_closed_by(line));
            false
        }
    })
}

/// The fence that a line begins with. One of back-quotes has none behind it: those are code in a line.
pub(in crate::formats) fn fence(line: &str) -> Option<Fence> {
    let bare = line.trim_start();
    let sign = bare.bytes().next().filter(|sign| b"`~".contains(sign))?;
    let length = bare.bytes().take_while(|byte| *byte == sign).count();
    let behind = bare[length..].lines().next().unwrap_or_default();
    let is_fence = 3 <= length && (sign == b'~' || !behind.contains('`'));
    is_fence.then_some(Fence { sign, length })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_fences_is_read_and_all_else_is_not() {
        assert_eq!(blocks("a\nb"), [(0, "a\nb")]);
        assert_eq!(blocks("x\n```json\n{}\n```\ny\n  ~~~\nz\n  ~~~"), [(10, "{}\n"), (25, "z\n")]);
        assert_eq!(blocks("x\n```json\n{}\n"), [(10, "{}\n")]);
        assert_eq!(blocks(""), [(0, "")]);
        let cut = "```\na\n```\n```json\nb\n";
        assert_eq!(blocks(cut), [(4, "a\n"), (18, "b\n")]);
    }

    #[test]
    fn a_block_is_closed_by_a_fence_that_is_as_long_at_least() {
        assert_eq!(blocks("````md\n```\na\n```\n`````\nb\n"), [(7, "```\na\n```\n")]);
        assert_eq!(blocks("~~~\n```\na\n~~~ b\n~~~\nc"), [(4, "```\na\n~~~ b\n")]);
        assert_eq!(blocks("``` a ``` b\nc"), [(0, "``` a ``` b\nc")]);
        let lines: Vec<_> = outside("a\n````\n```\nb\n````\nc").collect();
        assert_eq!(lines, ["a", "````", "c"]);
    }
}
