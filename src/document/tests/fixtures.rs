//! The files that real OpenHands servers wrote, and what those servers saw in them.

use std::path::{Path, PathBuf};

use super::*;
use crate::document::Unreadable;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/openhands").join(name)
}

fn files(name: &str, ending: &str) -> Vec<(String, String)> {
    let mut files: Vec<_> = std::fs::read_dir(folder(name))
        .expect("the fixtures are there")
        .map(|entry| entry.expect("the folder can be read").path())
        .filter(|path| path.to_string_lossy().ends_with(ending))
        .map(|path| {
            let text = std::fs::read_to_string(&path).expect("the fixture can be read");
            (path.file_name().expect("a file has a name").to_string_lossy().replace(ending, ""), text)
        })
        .collect();
    files.sort();
    files
}

#[test]
fn each_migrated_file_shows_the_servers_that_openhands_saw() {
    let inputs = files("migrations", ".in.json");
    assert_eq!(inputs.len(), 7);
    for (name, input) in inputs {
        let seen =
            std::fs::read_to_string(folder("migrations").join(format!("{name}.out.get.json"))).unwrap();
        let seen: serde_json::Value = serde_json::from_str(&seen).unwrap();
        let document = Document::read(input.as_bytes(), NewDocument::OpenHands, None);
        if seen["write_status"] == 409 {
            assert_eq!(document.err(), Some(Unreadable::StillWrapped), "{name}");
            continue;
        }
        let document = document.unwrap();
        assert_eq!(text(&document), input, "{name}");
        let mut ours = names(&document);
        // The migration moves one deprecated address and renames its server; the file has the old name.
        for own in ours.iter_mut().filter(|own| name == "legacy-wrapped-v3" && **own == "sse") {
            *own = "shttp_1";
        }
        ours.sort_unstable();
        let mut theirs: Vec<_> = seen["mcp_config_plaintext"].as_object().unwrap().keys().collect();
        theirs.sort_unstable();
        assert_eq!(ours, theirs, "{name}");
    }
}

#[test]
fn each_file_that_openhands_wrote_is_read_and_given_back_as_it_is() {
    let written = files("migrations", ".out.disk.json").into_iter().chain(files("settings", ".json"));
    let mut count = 0;
    for (name, input) in written {
        let document = read(&input);
        assert_eq!(text(&document), input, "{name}");
        assert!(document.servers().all(|(_, server)| server.config.is_ok()), "{name}");
        count += 1;
    }
    assert_eq!(count, 8);
}

#[test]
fn a_server_that_comes_and_goes_leaves_openhands_files_as_they_were() {
    for (name, input) in files("settings", ".json") {
        let mut document = read(&input);
        let shown: Vec<String> = names(&document).into_iter().map(str::to_owned).collect();
        assert!(shown.contains(&"github".to_owned()), "{name}");
        document.apply(&put("new", r#"{"url":"https://x.example","headers":{"A":"b"}}"#), None);
        assert_eq!(names(&document).len(), shown.len() + 1);
        document.apply(&remove("new"), None);
        assert_eq!(text(&document), input, "{name}");
    }
}
