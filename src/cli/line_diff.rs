//! The lines in which two texts differ, in the form that `diff -u` has. It does not know what the texts are about.

/// How many lines around a change are shown.
const AROUND: usize = 3;

/// How many pairs of lines are compared; where there are more, all lines between the first and the last difference are
/// shown as changed.
const MOST: usize = 4_000_000;

/// One line of both, or of one of them.
#[derive(Clone, Copy)]
enum Line<'t> {
    Both(&'t str),
    Old(&'t str),
    New(&'t str),
}

/// The differences, empty for equal texts. Lines keep their ends.
pub(super) fn unified(old: &str, new: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) =
        (old.split_inclusive('\n').collect(), new.split_inclusive('\n').collect());
    let start = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
    let (old_rest, new_rest) = (&old[start..], &new[start..]);
    let end = old_rest.iter().rev().zip(new_rest.iter().rev()).take_while(|(old, new)| old == new).count();
    let mut lines: Vec<Line<'_>> = old[..start].iter().map(|line| Line::Both(line)).collect();
    lines.extend(between(&old_rest[..old_rest.len() - end], &new_rest[..new_rest.len() - end]));
    lines.extend(old[old.len() - end..].iter().map(|line| Line::Both(line)));
    hunks(&lines)
}

/// A shortest way from one to the other, by the longest common subsequence.
fn between<'t>(old: &[&'t str], new: &[&'t str]) -> Vec<Line<'t>> {
    if MOST < old.len().saturating_mul(new.len()) {
        let old = old.iter().map(|line| Line::Old(line));
        return old.chain(new.iter().map(|line| Line::New(line))).collect();
    }
    let width = new.len() + 1;
    // For each pair of places how many lines are common behind them.
    let mut common = vec![0_u32; (old.len() + 1) * width];
    for at in (0..old.len()).rev() {
        for to in (0..new.len()).rev() {
            common[at * width + to] = if old[at] == new[to] {
                common[(at + 1) * width + to + 1] + 1
            } else {
                common[(at + 1) * width + to].max(common[at * width + to + 1])
            };
        }
    }
    let (mut at, mut to, mut lines) = (0, 0, Vec::new());
    while at < old.len() || to < new.len() {
        let is_old = to == new.len()
            || (at < old.len() && common[(at + 1) * width + to] >= common[at * width + to + 1]);
        if at < old.len() && to < new.len() && old[at] == new[to] {
            lines.push(Line::Both(old[at]));
            (at, to) = (at + 1, to + 1);
        } else if is_old {
            lines.push(Line::Old(old[at]));
            at += 1;
        } else {
            lines.push(Line::New(new[to]));
            to += 1;
        }
    }
    lines
}

fn hunks(lines: &[Line<'_>]) -> String {
    let is_changed = |at: usize| !matches!(lines[at], Line::Both(_));
    let mut out = String::new();
    let (mut old, mut new, mut at) = (0, 0, 0);
    while let Some(first) = (at..lines.len()).find(|at| is_changed(*at)) {
        let start = first.saturating_sub(AROUND).max(at);
        // A hunk goes on where the next change is near.
        let mut last = first;
        while let Some(next) = (last + 1..lines.len().min(last + 2 + 2 * AROUND)).find(|at| is_changed(*at)) {
            last = next;
        }
        let end = lines.len().min(last + 1 + AROUND);
        (old, new) = (old + start - at, new + start - at);
        let count =
            |is_of: fn(&Line<'_>) -> bool| lines[start..end].iter().filter(|line| is_of(line)).count();
        let (olds, news) =
            (count(|line| !matches!(line, Line::New(_))), count(|line| !matches!(line, Line::Old(_))));
        // Lines are counted from 1; before the first one, from 0.
        let begin = |before: usize, count: usize| if count == 0 { before } else { before + 1 };
        out.push_str(&format!("@@ -{},{olds} +{},{news} @@\n", begin(old, olds), begin(new, news)));
        for line in &lines[start..end] {
            let (mark, line) = match line {
                Line::Both(line) => (' ', line),
                Line::Old(line) => ('-', line),
                Line::New(line) => ('+', line),
            };
            out.push(mark);
            out.push_str(line);
            if !line.ends_with('\n') {
                out.push_str("\n\\ No newline at end of file\n");
            }
        }
        (old, new, at) = (old + olds, new + news, end);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_have_the_lines_around_them() {
        let old: String = (1..=20).map(|line| format!("{line}\n")).collect();
        let new = old.replace("2\n", "two\n").replace("15\n", "").replace("1two\n", "12\n");
        assert_eq!(unified(&old, &old), "");
        assert_eq!(
            unified("a\nb\nc\n", "a\nB\nc\nd"),
            "@@ -1,3 +1,4 @@\n a\n-b\n+B\n c\n+d\n\\ No newline at end of file\n"
        );
        assert_eq!(unified("", "a\n"), "@@ -0,0 +1,1 @@\n+a\n");
        let text = unified(&old, &new);
        assert!(text.starts_with("@@ -1,5 +1,5 @@\n 1\n-2\n+two\n 3\n"), "{text}");
        assert!(text.contains("\n@@ -12,7 +12,6 @@\n 12\n 13\n 14\n-15\n 16\n"), "{text}");
    }
}
