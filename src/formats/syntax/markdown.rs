//! Markdown around a text: its fenced blocks are what is read, each at its own lines.

/// The fenced blocks of a text with the byte where each begins; without any, all of it.
pub(in crate::formats) fn blocks(text: &str) -> Vec<(usize, &str)> {
    let mut blocks = Vec::new();
    let mut open: Option<(usize, &str)> = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        match (open, fence(line)) {
            (None, Some(fence)) => open = Some((at + line.len(), fence)),
            (Some((start, own)), Some(fence)) if own == fence && line.trim() == fence => {
                blocks.push((start, &text[start..at]));
                open = None;
            }
            _ => {}
        }
        at += line.len();
    }
    match open {
        // A fence that does not end is no fence, but what a document may have copied half.
        Some((start, _)) if blocks.is_empty() => vec![(start, &text[start..])],
        None | Some(_) if blocks.is_empty() => vec![(0, text)],
        _ => blocks,
    }
}

/// The lines of a text that are in no fenced block. A line that begins a block is one of them.
pub(in crate::formats) fn outside(text: &str) -> impl Iterator<Item = &str> {
    let mut open = None;
    text.lines().filter(move |line| match (open, fence(line)) {
        (None, begun) => {
            open = begun;
            true
        }
        (Some(own), Some(fence)) if own == fence && line.trim() == fence => {
            open = None;
            false
        }
        (Some(_), _) => false,
    })
}

/// The fence that a line begins with.
pub(in crate::formats) fn fence(line: &str) -> Option<&'static str> {
    let bare = line.trim_start();
    ["```", "~~~"].into_iter().find(|fence| bare.starts_with(fence))
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
    }
}
