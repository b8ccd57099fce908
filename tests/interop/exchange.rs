//! What one side writes, the other reads, changes and keeps: every kind of configuration, both ways.

use serde_json::json;

use crate::crypto;
use crate::pair::{Pair, normal};
use crate::samples;
use crate::server::{SECRET, item};

/// What the names of servers begin with that the real server made.
const THEIRS: &str = "their-";

pub(crate) fn the_real_server_reads_a_file_that_is_all_ours(pair: &Pair) {
    assert_eq!(pair.ours.document(), None, "the agent-server wrote a file that nobody asked for");
    for (name, config) in samples::all() {
        pair.ours.put(item(name)).if_none_match("*").json(&config).send().expect(201);
        assert_eq!(normal(&pair.theirs.servers()[name]), normal(&config), "{name}");
    }
    assert_eq!(pair.servers().len(), samples::all().len());
    expect_sealed(pair);
}

pub(crate) fn we_read_all_that_the_real_server_wrote(pair: &Pair) {
    for (name, config) in samples::all() {
        let name = format!("{THEIRS}{name}");
        pair.theirs.create(&name, &config);
        assert_eq!(normal(&pair.ours.plaintext(&name)), normal(&config), "{name}");
        // Sent back as it is shown, it is what it was: masks find their secrets.
        let shown = pair.ours.get(item(&name)).send().expect(200);
        let put = pair.ours.put(item(&name)).if_match(shown.etag()).json(&shown.json()["config"]);
        assert_eq!(put.send().expect(200).etag(), shown.etag(), "{name}");
    }
    assert_eq!(pair.servers().len(), 2 * samples::all().len());
    expect_sealed(pair);
}

pub(crate) fn each_edits_what_the_other_wrote(pair: &Pair) {
    for (name, mut config) in samples::all() {
        let (own, their_own) = (name.to_owned(), format!("{THEIRS}{name}"));
        let patch = json!({"description": "edited 🖉", "timeout": 7});
        for (member, value) in patch.as_object().expect("an object") {
            config[member] = value.clone();
        }
        let tag = pair.ours.get(item(&own)).send().expect(200).etag();
        pair.theirs.patch(&own, &patch);
        let edited = pair.ours.get(item(&own)).send().expect(200).etag();
        assert_ne!(edited, tag, "{own}: an edit of theirs kept our tag");
        let tag = pair.ours.get(item(&their_own)).send().expect(200).etag();
        pair.ours.patch(item(&their_own)).if_match(tag).json(&patch).send().expect(200);
        let servers = pair.servers();
        for name in [own, their_own] {
            assert_eq!(servers[&name], normal(&config), "{name}");
        }
    }
    // A secret of theirs taken away by us, and one of ours by them.
    let tag = pair.ours.get(item("their-stdio")).send().expect(200).etag();
    pair.ours
        .patch(item("their-stdio"))
        .if_match(tag)
        .json(&json!({"env": {"TOKEN": null}}))
        .send()
        .expect(200);
    pair.theirs.patch("stdio", &json!({"env": {"TOKEN": null}}));
    let servers = pair.servers();
    for name in ["stdio", "their-stdio"] {
        assert_eq!(servers[name]["env"], json!({"LOG": "debug"}), "{name}");
    }
    // And a whole server.
    pair.theirs.delete("both");
    pair.ours.get(item("both")).send().expect_problem(404, "unknown-server");
    let tag = pair.ours.get(item("their-both")).send().expect(200).etag();
    pair.ours.delete(item("their-both")).if_match(tag).send().expect(204);
    assert!(!pair.servers().contains_key("their-both"));
}

pub(crate) fn a_stale_tag_overwrites_nothing_of_theirs(pair: &Pair) {
    const TURNS: usize = 20;
    let mut tag = pair.ours.seed("in-turns", &json!({"command": "x"}));
    for turn in 0..TURNS {
        let theirs = json!({"env": {format!("THEIRS_{turn}"): format!("secret {turn}")}});
        pair.theirs.patch("in-turns", &theirs);
        let patch = json!({"env": {format!("OURS_{turn}"): format!("secret {turn}")}});
        let stale = pair.ours.patch(item("in-turns")).if_match(&tag).json(&patch).send();
        let current_tag = stale.expect_problem(412, "precondition-failed").json()["current_etag"].take();
        let current_tag = current_tag.as_str().expect("a 412 shows the current tag");
        tag = pair.ours.patch(item("in-turns")).if_match(current_tag).json(&patch).send().expect(200).etag();
    }
    let env = &pair.servers()["in-turns"]["env"];
    assert_eq!(env.as_object().expect("a map").len(), 2 * TURNS);
}

/// The file has no secret of the samples in clear, and every token in it opens.
#[track_caller]
fn expect_sealed(pair: &Pair) {
    let document = pair.ours.json();
    let tokens = crypto::tokens(&document);
    assert!(tokens.len() >= samples::secrets().len());
    assert!(tokens.iter().all(|token| crypto::open(SECRET, token).is_some()), "a token does not open");
    let text = document.to_string();
    for secret in samples::secrets().iter().filter(|secret| secret.len() > 6) {
        let spelled = json!(secret).to_string();
        assert!(!text.contains(&spelled), "the file has a secret in clear: {secret}");
    }
}
