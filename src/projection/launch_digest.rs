//! What identifies a launch (DESIGN §13.3): HMAC-SHA256 under the key of the state over every member that decides what is
//! run, references as they are typed. Each part is preceded by its kind and its length, so that no two launches have one
//! text. It does not know what is approved.

use std::borrow::Cow;
use std::collections::BTreeMap;

use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::json::{Path, Pointer};
use crate::model::LaunchDigest;
use crate::model::launch::{Launch, Value};

/// The digest of a launch; of one with a secret that no key opens there is no digest, and this is the member. The order of
/// variables and of headers makes no difference, but for headers whose names differ in case only.
pub fn launch_digest(key: &[u8; 32], launch: &Launch<'_>) -> Result<LaunchDigest, Pointer> {
    let mut digest = Keyed::new(key, b"launch");
    digest.part(kind(launch).as_bytes());
    for (pointer, value) in sorted(launch) {
        let Value::Clear(text) = value else { return Err(pointer) };
        digest.part(pointer.as_str().as_bytes());
        digest.part(text.as_bytes());
    }
    Ok(LaunchDigest::new(digest.end()))
}

/// A digest of each member by its pointer, to show which of them differ from those of another launch. Members that no key
/// opens have none.
pub fn member_digests(key: &[u8; 32], launch: &Launch<'_>) -> BTreeMap<String, [u8; 32]> {
    let digest = |(pointer, value): (Pointer, Value<'_>)| match value {
        Value::Clear(text) => {
            Some((pointer.as_str().to_owned(), member_digest(key, pointer.as_str(), &text)))
        }
        Value::Unreadable => None,
    };
    members(launch).into_iter().filter_map(digest).collect()
}

/// The digest of one member. The same value in another place has another one.
pub fn member_digest(key: &[u8; 32], pointer: &str, text: &str) -> [u8; 32] {
    let mut digest = Keyed::new(key, b"member");
    digest.part(pointer.as_bytes());
    digest.part(text.as_bytes());
    digest.end()
}

/// The opaque id of a launch whose command was found at this path, with the path's real one, or nowhere.
pub fn launch_id(key: &[u8; 32], launch: &LaunchDigest, located: Option<(&str, &str)>) -> String {
    let mut digest = Keyed::new(key, b"launch id");
    digest.part(launch.bytes());
    if let Some((path, real_path)) = located {
        digest.part(path.as_bytes());
        digest.part(real_path.as_bytes());
    }
    digest.end().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn kind(launch: &Launch<'_>) -> &'static str {
    match launch {
        Launch::Stdio { .. } => "stdio",
        Launch::Remote { .. } => "remote",
    }
}

/// Every member of the launch by its pointer, in the order of the launch. One that is absent is not among them, and one
/// that is empty is.
fn members<'a>(launch: &'a Launch<'_>) -> Vec<(Pointer, Value<'a>)> {
    let at = |name: &str| Path::Root.member(name).pointer();
    let clear = |text: &'a str| Value::Clear(Cow::Borrowed(text));
    let entry = |map: &str, name: &str| Path::Root.member(map).member(name).pointer();
    let mut members = Vec::new();
    match launch {
        Launch::Stdio { command, args, env, cwd } => {
            members.push((at("command"), clear(command)));
            for (index, value) in args.iter().enumerate() {
                members.push((Path::Root.member("args").element(index).pointer(), value.borrowed()));
            }
            members.extend(env.iter().map(|(name, value)| (entry("env", name), value.borrowed())));
            members.extend(cwd.map(|cwd| (at("cwd"), clear(cwd))));
        }
        Launch::Remote { url, headers, transport, auth } => {
            members.push((at("url"), clear(url)));
            members.extend(headers.iter().map(|(name, value)| (entry("headers", name), value.borrowed())));
            members.push((at("transport"), clear(transport.as_str())));
            members.extend(auth.iter().map(|(pointer, value)| (pointer.clone(), value.borrowed())));
        }
    }
    members
}

/// The same in the order of the pointers, as far as that says nothing.
fn sorted<'a>(launch: &'a Launch<'_>) -> Vec<(Pointer, Value<'a>)> {
    let mut members = members(launch);
    members.sort_by_cached_key(|(pointer, _)| match pointer.as_str().starts_with("/headers/") {
        true => pointer.as_str().to_ascii_lowercase(),
        false => pointer.as_str().to_owned(),
    });
    members
}

/// HMAC-SHA256 over parts that say how long they are.
struct Keyed(Hmac<Sha256>);

impl Keyed {
    fn new(key: &[u8; 32], purpose: &[u8]) -> Self {
        let mut own = Self(Hmac::new_from_slice(key).expect("HMAC takes keys of any length"));
        own.part(purpose);
        own
    }

    fn part(&mut self, bytes: &[u8]) {
        self.0.update(&(bytes.len() as u64).to_be_bytes());
        self.0.update(bytes);
    }

    fn end(self) -> [u8; 32] {
        self.0.finalize().into_bytes().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::samples::config;

    const KEY: &[u8; 32] = &[7; 32];

    fn digest(text: &str) -> Result<LaunchDigest, String> {
        let config = config(text);
        let launch = Launch::of(&config).unwrap();
        launch_digest(KEY, &launch).map_err(|pointer| pointer.as_str().to_owned())
    }

    #[test]
    fn a_digest_is_of_what_is_run_however_it_is_spelled_and_sealed() {
        for (one, two) in [
            (r#"{"command":"x"}"#, r#"{"command":"x","args":[],"env":{},"cwd":null,"enabled":false}"#),
            (r#"{"command":"x","env":{"A":"s"}}"#, r#"{"command":"x","env":{"A":"sealed s"}}"#),
            (r#"{"command":"x","env":{"A":"1","B":"2"}}"#, r#"{"command":"x","env":{"B":"2","A":"1"}}"#),
            (r#"{"command":"x","description":"a","timeout":1}"#, r#"{"command":"x","keep_alive":false}"#),
            (
                r#"{"url":"https://h","headers":{"A":"s"}}"#,
                r#"{"url":"https://h","headers":{"A":"sealed s"}}"#,
            ),
            (
                r#"{"url":"https://h","auth":{"strategy":"oauth2"}}"#,
                r#"{"url":"https://h","auth":{"strategy":"oauth2","state":{"tokens":{"a":"t"}}}}"#,
            ),
        ] {
            assert!(digest(one).unwrap() == digest(two).unwrap(), "{one} {two}");
        }
    }

    #[test]
    fn every_member_of_a_launch_is_part_of_its_digest() {
        let all = [
            r#"{"command":"x"}"#,
            r#"{"command":"y"}"#,
            r#"{"url":"x"}"#,
            r#"{"command":"x","args":[""]}"#,
            r#"{"command":"x","args":["a","b"]}"#,
            r#"{"command":"x","args":["b","a"]}"#,
            r#"{"command":"x","args":["ab"]}"#,
            r#"{"command":"x","args":["a"],"cwd":"b"}"#,
            r#"{"command":"x","cwd":""}"#,
            r#"{"command":"x","cwd":"/"}"#,
            r#"{"command":"x","env":{"A":""}}"#,
            r#"{"command":"x","env":{"A":"s"}}"#,
            r#"{"command":"x","env":{"A":"t"}}"#,
            r#"{"command":"x","env":{"B":"s"}}"#,
            r#"{"command":"x","env":{"a":"s"}}"#,
            r#"{"command":"x","env":{"A":"${B}"}}"#,
            r#"{"command":"x","env":{"A/B":"s"}}"#,
            r#"{"url":"https://h"}"#,
            r#"{"url":"https://i"}"#,
            r#"{"url":"https://u:p@h"}"#,
            r#"{"url":"https://h","transport":"sse"}"#,
            r#"{"url":"https://h","headers":{"A":"s"}}"#,
            r#"{"url":"https://h","headers":{"A":"t"}}"#,
            r#"{"url":"https://h","headers":{"A":"s","a":"t"}}"#,
            r#"{"url":"https://h","headers":{"a":"t","A":"s"}}"#,
            r#"{"url":"https://h","auth":"oauth"}"#,
            r#"{"url":"https://h","auth":{"strategy":"bearer","value":"s"}}"#,
            r#"{"url":"https://h","auth":{"strategy":"bearer","value":"t"}}"#,
            r#"{"url":"https://h","auth":{"strategy":"oauth2","client":{"state":"x"}}}"#,
            r#"{"url":"https://h","auth":"oauth","authentication":{"client_id":"a"}}"#,
        ];
        let digests: Vec<_> = all.iter().map(|text| digest(text).unwrap()).collect();
        for (index, one) in digests.iter().enumerate() {
            let same: Vec<_> = (0..all.len()).filter(|other| digests[*other] == *one).collect();
            assert_eq!(same, [index], "{}", all[index]);
        }
    }

    #[test]
    fn a_secret_that_no_key_opens_leaves_no_digest() {
        let text = r#"{"command":"x","env":{"A":"s","B":"foreign s"}}"#;
        assert_eq!(digest(text), Err("/env/B".to_owned()));
        let config = config(text);
        let members = member_digests(KEY, &Launch::of(&config).unwrap());
        assert_eq!(members.into_keys().collect::<Vec<_>>(), ["/command", "/env/A"]);
    }

    #[test]
    fn digests_depend_on_the_key_and_members_on_their_place() {
        let config = config(r#"{"command":"x","args":["x"],"env":{"A":"x"}}"#);
        let launch = Launch::of(&config).unwrap();
        assert_ne!(launch_digest(KEY, &launch), launch_digest(&[8; 32], &launch));
        let members: Vec<_> = member_digests(KEY, &launch).into_values().collect();
        assert!(members[0] != members[1] && members[1] != members[2]);
        assert_ne!(member_digest(KEY, "/a", "b"), member_digest(&[8; 32], "/a", "b"));
        let digest = launch_digest(KEY, &launch).unwrap();
        let ids = [None, Some(("/a", "/b")), Some(("/a/b", "")), Some(("/a", "/c"))];
        let ids = ids.map(|located| launch_id(KEY, &digest, located));
        assert!((1..4).all(|at| !ids[at..].contains(&ids[at - 1])), "{ids:?}");
        assert_eq!(format!("{digest:?}"), "LaunchDigest");
    }
}
