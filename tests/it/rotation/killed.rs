//! A rotation that is killed before each of its system calls: the document is the old or the new one, and
//! the next rotation ends what this one began.

use std::process::ExitStatus;

use super::{NEW, command, report, rotate, site};
use crate::crypto::{opened, tokens};
use crate::server::SECRET;
use crate::site::Site;

/// The system calls with which a commit does its work.
const CALLS: [&str; 6] = ["flock", "openat", "write", "fsync", "renameat2", "close"];

/// Runs a rotation that is killed as it makes this call for the nth time; how it ended.
fn rotate_until(site: &Site, call: &str, count: usize) -> ExitStatus {
    let kill = format!("inject={call}:signal=SIGKILL:when={count}");
    let trace = site.logs().join("strace");
    let strace = ["strace", "-f", "-qq", "-o", &trace.to_string_lossy(), "-e", &kill];
    command(&strace, site, &[NEW, SECRET]).output().expect("strace is installed").status
}

#[test]
fn killed_at_each_step_it_leaves_a_document_that_both_keys_read() {
    let whole = site("settings/v1.58.0.json");
    let (bytes, plain) = (whole.document().expect("it is there"), opened(SECRET, &whole.json()));
    let (mut old, mut new) = (0, 0);
    for call in CALLS {
        for count in 1.. {
            let site = Site::with_document(&bytes);
            if rotate_until(&site, call, count).success() {
                assert!(1 < count, "a rotation makes no {call}");
                break;
            }
            let case = format!("killed at {call} {count}");
            let left = site.json();
            if site.document().as_deref() == Some(&bytes[..]) {
                old += 1;
            } else {
                new += 1;
                assert_eq!(tokens(&left).len(), tokens(&opened(SECRET, &left)).len(), "{case}: half is old");
                assert_eq!(opened(NEW, &left), plain, "{case}");
            }
            report(&rotate(&site, &[NEW, SECRET]));
            assert_eq!(opened(NEW, &site.json()), plain, "{case}, then rotated");
            let names: Vec<_> = site.files().into_iter().map(|(name, ..)| name).collect();
            assert_eq!(names, [".settings.lock", "settings.json"], "{case}: leftover files");
        }
    }
    assert!(0 < old && 0 < new, "killed {old} times before and {new} times after the rename");
}
