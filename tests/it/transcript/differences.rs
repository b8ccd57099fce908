//! The tables of `docs/API.md` that say where our answers differ from the recorded ones, and why. It refuses
//! to know the recordings.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// One listed difference.
pub(super) struct Difference {
    /// The status of our answer, with which the column `ours` begins.
    pub(super) status: u16,
    /// The column `ours`.
    pub(super) ours: String,
}

/// The differences by row that are listed under this heading; panics where the table can't be read, so that no line of it is skipped.
pub(super) fn read(heading: &str) -> BTreeMap<u32, Difference> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/API.md");
    let page = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let (_, section) = page.split_once(heading).unwrap_or_else(|| panic!("docs/API.md has no `{heading}`"));
    let section = section.split("\n## ").next().expect("there is a first part");
    let mut lines = section.lines().filter(|line| line.starts_with('|'));
    assert_eq!(lines.next(), Some("| row | recorded | ours | why |"), "the table has other columns");
    assert_eq!(lines.next(), Some("|---|---|---|---|"), "the table has no body");

    let mut listed = BTreeMap::new();
    for line in lines {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let [rows, _, ours, why] = cells[..] else { panic!("not four columns: {line}") };
        assert!(!why.is_empty(), "no reason: {line}");
        let status = ours.get(..3).and_then(|status| status.parse().ok());
        let status = status.unwrap_or_else(|| panic!("`ours` does not begin with a status: {line}"));
        for row in rows.split(',') {
            let row = row.trim().parse().unwrap_or_else(|_| panic!("not row numbers: {line}"));
            assert!(
                listed.insert(row, Difference { status, ours: ours.to_owned() }).is_none(),
                "row {row} is listed twice"
            );
        }
    }
    assert!(!listed.is_empty(), "the table is empty");
    listed
}
