//! Keys from their sources: files that are made, change, break and go, and other processes beside them.

use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use super::*;
use crate::secrets::Plaintext;

fn file(folder: &tempfile::TempDir, name: &str) -> KeyFile {
    let path = folder.path().join(name);
    KeyFile { places: vec![path.clone()], made_at: Some(path) }
}

fn sources(folder: &tempfile::TempDir) -> KeySources {
    KeySources {
        key_file: file(folder, ".key"),
        etag_file: file(folder, ".etag"),
        acceptance_file: Some(folder.path().join(".accepted")),
        ..KeySources::without_files(None, vec![])
    }
}

fn write(path: &Path, text: &str) {
    fs::remove_file(path).ok();
    let file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    file.and_then(|mut file| io::Write::write_all(&mut file, text.as_bytes())).unwrap();
}

fn tag(keys: &Keys) -> [u8; 32] {
    keys.ring().etag_key().authenticate(&[b"state"])
}

/// Another process with these keys.
struct Other(KeyList);

impl Peers for Other {
    fn live(&self) -> Vec<Peer> {
        vec![Peer { address: None, pid: 1, keys: self.0.clone() }]
    }

    fn announce(&self, _: &KeyList) {}
}

fn beside(folder: &tempfile::TempDir, newest: Option<&str>, others: &[&str]) -> Keys {
    let fingerprints = others.iter().map(|text| SecretKey::new(text).unwrap().fingerprint()).collect();
    let peers = Arc::new(Other(KeyList { fingerprints, can_seal: true, key_file: None }));
    Keys::load(KeySources { newest: newest.and_then(SecretKey::new), peers, ..sources(folder) }).unwrap()
}

#[test]
fn a_key_file_is_made_only_when_allowed_and_then_used_by_all() {
    let folder = tempfile::tempdir().unwrap();
    let keys = Keys::load(sources(&folder)).unwrap();
    keys.provision(false).unwrap();
    assert!(!keys.can_seal() && !folder.path().join(".key").exists());
    keys.provision(true).unwrap();
    let token = keys.ring().seal(&Plaintext::new("s".into())).unwrap();
    let other = Keys::load(sources(&folder)).unwrap();
    assert_eq!(other.ring().open(token.as_str()).unwrap().expose(), "s");
    assert_eq!(tag(&other), tag(&keys));
}

#[test]
fn no_key_file_is_made_while_another_process_has_a_key() {
    let folder = tempfile::tempdir().unwrap();
    let keys = beside(&folder, None, &["theirs"]);
    assert!(matches!(keys.provision(true), Err(KeyError::Elsewhere)) && !keys.can_seal());
    assert!(!folder.path().join(".key").exists());
    // One that has none either can take the one that is made.
    let keys = beside(&folder, None, &[]);
    keys.provision(true).unwrap();
    assert!(keys.can_seal());
}

#[test]
fn who_has_keys_and_not_the_newest_is_a_stranger() {
    let folder = tempfile::tempdir().unwrap();
    for (others, is_stranger) in
        [(&["other"][..], true), (&["other", "ours"], false), (&["ours"], false), (&[], false)]
    {
        let keys = beside(&folder, Some("ours"), others);
        assert_eq!(!keys.strangers(&keys.ring()).is_empty(), is_stranger, "{others:?}");
        assert!(keys.strangers(&keys.ring().with_passing_key()).is_empty());
    }
}

#[test]
fn a_key_file_that_changes_is_taken_and_one_that_breaks_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(".key");
    write(&path, "the-first-key-of-all\n");
    let keys = Keys::load(sources(&folder)).unwrap();
    let old = keys.ring().seal(&Plaintext::new("old".into())).unwrap();
    keys.make_etag_key().unwrap();
    let tag_before = tag(&keys);

    write(&path, "the-second-key-of-all\nthe-first-key-of-all\n");
    keys.refresh();
    let new = keys.ring().seal(&Plaintext::new("new".into())).unwrap();
    assert!(keys.ring().is_of_newest(new.as_str()) && !keys.ring().is_of_newest(old.as_str()));
    assert_eq!(keys.ring().open(old.as_str()).unwrap().expose(), "old");
    assert_eq!(tag(&keys), tag_before, "a rotation changes no tag");

    let ring = keys.ring();
    for broken in ["", "short\n", "the-third-key-of-all\n\n\n\nx"] {
        write(&path, broken);
        keys.refresh();
        assert!(Arc::ptr_eq(&ring, &keys.ring()), "{broken:?}");
    }
    fs::remove_file(&path).unwrap();
    keys.refresh();
    assert!(Arc::ptr_eq(&ring, &keys.ring()), "the key went with its file");
}

#[test]
fn a_key_file_that_comes_back_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    Keys::load(sources(&folder)).unwrap().provision(true).unwrap();
    let (away, here) = (folder.path().join("away"), folder.path().join(".key"));
    fs::rename(&here, &away).unwrap();
    let second = Keys::load(sources(&folder)).unwrap();
    assert!(!second.can_seal());
    fs::rename(&away, &here).unwrap();
    second.provision(false).unwrap();
    assert!(second.can_seal());
}

#[test]
fn the_key_of_the_tags_is_made_once_and_no_other_key_changes_it() {
    let folder = tempfile::tempdir().unwrap();
    let with = |newest: &str, previous: &[&str]| {
        let previous = previous.iter().filter_map(|text| SecretKey::new(text)).collect();
        Keys::load(KeySources { newest: SecretKey::new(newest), previous, ..sources(&folder) }).unwrap()
    };
    let (old, other) = (with("old", &[]), with("other", &[]));
    assert_ne!(tag(&old), tag(&other), "without a key of their own tags are derived");
    old.make_etag_key().unwrap();
    other.refresh();
    other.make_etag_key().unwrap();
    for keys in [&other, &with("new", &["old"]), &with("new", &[])] {
        assert_eq!(tag(keys), tag(&old));
    }
    let configured = SecretKey::new("configured");
    let own = Keys::load(KeySources { etag: configured, ..sources(&folder) }).unwrap();
    assert_ne!(tag(&own), tag(&old));
}

#[test]
fn a_broken_file_with_the_key_of_the_tags_is_an_error_and_stays() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(".etag");
    for broken in ["", "\n", "short", "one-key-of-the-tags\ntwo-keys-of-the-tags\n"] {
        write(&path, broken);
        assert!(matches!(Keys::load(sources(&folder)), Err(KeyError::Malformed { .. })), "{broken:?}");
        assert_eq!(fs::read_to_string(&path).unwrap(), broken);
    }
}

#[test]
fn an_acceptance_holds_for_the_key_that_it_was_made_with() {
    let folder = tempfile::tempdir().unwrap();
    let with =
        |key: &str| Keys::load(KeySources { newest: SecretKey::new(key), ..sources(&folder) }).unwrap();
    let running = with("new");
    assert!(!running.is_accepted());
    with("new").accept().unwrap();
    assert!(!running.is_accepted(), "it is looked for when a key is needed");
    running.provision(false).unwrap();
    assert!(running.is_accepted() && with("new").is_accepted());
    assert!(!with("newer").is_accepted());
    with("newer").accept().unwrap();
    assert!(with("newer").is_accepted() && !with("new").is_accepted());
}

#[test]
fn nothing_that_the_key_encrypted_is_a_note() {
    let folder = tempfile::tempdir().unwrap();
    let with =
        |key: &str| Keys::load(KeySources { newest: SecretKey::new(key), ..sources(&folder) }).unwrap();
    let note = folder.path().join(".accepted");
    with("key").accept().unwrap();
    let written = fs::read_to_string(&note).unwrap();
    for text in ["s", "the key before this one is lost", written.trim_end()] {
        write(&note, with("key").ring().seal(&Plaintext::new(text.to_owned())).unwrap().as_str());
        assert!(!with("key").is_accepted(), "{text}");
    }
    write(&note, &written);
    assert!(with("key").is_accepted());
    // That of another document is not one of this document.
    fs::rename(&note, folder.path().join(".other-accepted")).unwrap();
    let acceptance_file = Some(folder.path().join(".other-accepted"));
    let other = KeySources { newest: SecretKey::new("key"), acceptance_file, ..sources(&folder) };
    assert!(!Keys::load(other).unwrap().is_accepted());
}

#[test]
fn a_configured_key_leaves_the_key_file_alone() {
    let folder = tempfile::tempdir().unwrap();
    let keys = Keys::load(KeySources { newest: SecretKey::new("configured"), ..sources(&folder) }).unwrap();
    keys.provision(true).unwrap();
    assert!(keys.can_seal() && !folder.path().join(".key").exists());
}
