//! The real server writes the whole file again at each of its saves, with new ciphertext. No tag of ours
//! may notice. `RECORD=1` keeps the pair of files for the offline twin, `tests/it/laws/resaved.rs`.

use std::fs;
use std::path::Path;

use crate::crypto::tokens;
use crate::pair::Pair;
use crate::server::{SERVERS, item};

pub(crate) fn a_resave_by_the_real_server_changes_no_tag(pair: &Pair) {
    let before = pair.ours.document().expect("the case before wrote it");
    resave(pair, 321);
    if std::env::var_os("RECORD").is_some() {
        keep("before.json", &before);
        keep("after.json", &pair.ours.document().expect("it was just written"));
    }
}

pub(crate) fn a_resave_of_it_all_changes_no_tag(pair: &Pair) {
    resave(pair, 322);
}

fn resave(pair: &Pair, max_iterations: u32) {
    let (tags, servers, old) = (pair.tags(), pair.servers(), pair.ours.json());
    pair.theirs.resave(max_iterations);
    let new = pair.ours.json();
    assert_eq!(new["conversation_settings"]["max_iterations"], max_iterations);
    let kept = tokens(&new);
    assert!(!kept.is_empty() && tokens(&old).iter().all(|token| !kept.contains(token)), "it was no resave");
    assert_eq!(pair.tags(), tags);
    assert_eq!(pair.servers(), servers);
    for (name, tag) in &tags {
        let target = if name.is_empty() { SERVERS.to_owned() } else { item(name) };
        pair.ours.get(target).if_none_match(tag).send().expect(304);
    }
}

fn keep(name: &str, bytes: &[u8]) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/openhands/resaved");
    fs::create_dir_all(&folder).expect("the source can be written");
    fs::write(folder.join(name), bytes).expect("the source can be written");
}
