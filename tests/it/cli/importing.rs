//! `import`: every sample of another client's file, and what becomes of names that are stored already.

use std::collections::BTreeMap;
use std::fs;

use serde_json::{Value, json};

use crate::cli::{Ran, feed, plaintext, run};
use crate::client_texts::{list, samples};
use crate::import::samples::compare;
use crate::site::Site;

#[test]
fn each_sample_is_shown_as_it_should_be_and_nothing_of_it_is_stored() {
    let site = Site::new();
    let mut wrong = Vec::new();
    for sample in samples() {
        let path = site.home().join(&sample.file);
        fs::create_dir_all(path.parent().expect("it has a folder")).expect("it can be made");
        fs::write(&path, &sample.text).expect("it can be written");
        let path = path.to_str().expect("it is UTF-8");
        let ran = run(&site, &["import", path, "--dry-run", "-o", "json"]);
        for secret in sample.secrets() {
            if ran.stdout.contains(secret) || ran.stderr.contains(secret) {
                wrong.push(format!("{}: {secret} is shown", sample.folder));
            }
        }
        let found = ran.json();
        wrong.extend(compare(&sample, &found).into_iter().map(|fault| format!("{}: {fault}", sample.folder)));
        for refused in list(&found["refused"]) {
            let place = format!("{}:{}: ", refused["place"]["line"], refused["place"]["column"]);
            assert!(ran.stderr.contains(&place), "{}: {ran:?}", sample.folder);
        }
        // What is asked for and not entered is an error too.
        let is_whole = list(&found["refused"]).is_empty()
            && list(&found["servers"]).iter().all(|server| list(&server["errors"]).is_empty());
        assert_eq!(ran.code, Some(i32::from(!is_whole)), "{}: {ran:?}", sample.folder);
        fs::remove_file(path).expect("it is ours");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(site.document(), None);
}

#[test]
fn each_sample_is_stored_and_comes_back_as_it_was() {
    let (mut refused, mut compared) = (Vec::new(), Vec::new());
    for sample in samples() {
        let site = Site::new();
        let path = site.home().join("sample.txt");
        fs::write(&path, &sample.text).expect("it can be written");
        let path = path.to_str().expect("it is UTF-8").to_owned();
        let format = sample.expected["format"].as_str().expect("a format");
        let arguments = ["import", path.as_str(), "--format", format, "--skip-refused"];
        let plan = run(&site, &[&arguments[..], &["--dry-run", "-o", "json"]].concat()).json();
        // What servers ask for, in a file.
        let mut inputs: BTreeMap<&str, BTreeMap<&str, &str>> = BTreeMap::new();
        for server in list(&plan["servers"]) {
            for input in list(&server["inputs"]) {
                let of_server = inputs.entry(server["name"].as_str().expect("a name")).or_default();
                of_server.insert(input["id"].as_str().expect("an id"), "entered");
            }
        }
        let entered = site.home().join("inputs.json");
        fs::write(&entered, json!(inputs).to_string()).expect("it can be written");
        let entered = entered.to_str().expect("it is UTF-8").to_owned();
        let mut arguments = [&arguments[..], &["--inputs", &entered, "--yes"]].concat();
        // Some of a client's servers are not such that they may be stored here; that is said of each.
        let plan = run(&site, &[&arguments[..], &["--dry-run", "-o", "json"]].concat()).json();
        let (stored, others): (Vec<&Value>, Vec<&Value>) =
            list(&plan["servers"]).iter().partition(|server| list(&server["errors"]).is_empty());
        let name = |server: &Value| server["name"].as_str().expect("a name").to_owned();
        let others: Vec<String> = others.into_iter().map(name).collect();
        others.iter().for_each(|name| arguments.extend(["--skip", name]));
        refused.extend(others.iter().cloned());
        arguments.extend(["-o", "name"]);
        let ran = run(&site, &arguments).expect(0);
        let names: Vec<String> = stored.into_iter().map(name).collect();
        assert_eq!(ran.lines(), names, "{}", sample.folder);
        for (server, expected) in list(&plan["servers"]).iter().zip(list(&sample.expected["servers"])) {
            let name = expected["name"].as_str().expect("a name");
            let is_plain =
                ["inputs", "references", "errors"].iter().all(|member| list(&server[*member]).is_empty());
            if !is_plain || inputs.contains_key(name) || compared.contains(&sample.folder) {
                continue;
            }
            compared.push(sample.folder.clone());
            let ran = run(&site, &["get", name, "--reveal", "--config-only"]).expect(0);
            // Where the client sees no reference, ours is escaped.
            let mut stored: Value = serde_json::from_str(&ran.stdout.replace("$$", "$")).expect("it is JSON");
            stored.as_object_mut().expect("an object").remove("extensions");
            assert!(is_equal(&stored, &expected["config"]), "{}: {name}: {stored}", sample.folder);
        }
        // The same again changes nothing.
        let before = site.document();
        let again = run(&site, &arguments).expect(0);
        assert_eq!(site.document(), before, "{}: {again:?}", sample.folder);
        for secret in sample.secrets() {
            assert!(!ran.stderr.contains(secret) && !ran.stdout.contains(secret), "{}", sample.folder);
        }
    }
    assert_eq!(refused, REFUSED);
    assert!(10 < compared.len(), "{compared:?}");
}

/// The servers of the samples that the service does not store: references decide who is called.
const REFUSED: [&str; 1] = ["api"];

/// Numbers by value.
fn is_equal(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one.as_f64() == other.as_f64(),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| is_equal(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one.iter().all(|(name, one)| other.get(name).is_some_and(|other| is_equal(one, other)))
        }
        _ => one == other,
    }
}

const TEXT: &str = r#"{"mcpServers": {
  "issues": {"command": "npx", "args": ["-y", "@x/issues"], "env": {"LEVEL": "1"}},
  "pages": {"url": "https://pages.example/mcp"}
}}"#;

/// A place that has `issues` in another form already.
fn site() -> Site {
    let site = Site::new();
    feed(
        &site,
        &["set", "issues"],
        r#"{"command":"npx","args":["-y","@x/issues"],"env":{"LEVEL":"1"},"description":"mine"}"#,
    )
    .expect(0);
    site
}

fn import(site: &Site, arguments: &[&str]) -> Ran {
    feed(site, &[&["import", "-", "-f", "cursor", "--yes"], arguments].concat(), TEXT)
}

#[test]
fn a_server_that_is_stored_in_another_form_needs_a_choice() {
    let site = site();
    let before = site.document();
    let ran = import(&site, &[]).expect(4);
    assert!(ran.stderr.contains("2:3: issues: differs at /description"), "{ran:?}");
    assert!(ran.stderr.contains("--existing"), "{ran:?}");
    assert_eq!(site.document(), before);

    let tried = import(&site, &["--existing", "replace", "--dry-run"]).expect(0);
    assert_eq!(tried.lines()[1], "issues  issues     differs  replace  npx -y @x/issues");
    assert_eq!(site.document(), before);

    import(&site, &["--merge", "issues"]).expect(0);
    let stored = plaintext(&site, "issues");
    assert_eq!(
        stored,
        json!({"command": "npx", "args": ["-y", "@x/issues"], "env": {"LEVEL": "1"}, "description": "mine"})
    );
    import(&site, &["--existing", "replace"]).expect(0);
    let stored = plaintext(&site, "issues");
    assert_eq!(stored, json!({"command": "npx", "args": ["-y", "@x/issues"], "env": {"LEVEL": "1"}}));
}

#[test]
fn servers_are_left_out_renamed_and_stored_once() {
    let site = site();
    let ran = import(&site, &["--skip", "issues", "-o", "name"]).expect(0);
    assert_eq!(run(&site, &["list", "-o", "name"]).expect(0).lines(), ["issues", "pages"], "{ran:?}");
    import(&site, &["--rename", "issues=other", "-o", "name"]).expect(0);
    assert_eq!(run(&site, &["list", "-o", "name"]).expect(0).lines(), ["issues", "other", "pages"]);
    let taken = import(&site, &["--rename", "issues=other"]);
    assert_ne!(taken.code, Some(0), "{taken:?}");
    import(&site, &["--rename", "issues"]).expect(2);
}

#[test]
fn a_text_with_an_error_stores_nothing_and_says_where_it_is() {
    let site = site();
    let before = site.document();
    let ran = feed(&site, &["import"], "{\"mcpServers\": {\n  \"a\": {\"command\": CANARY}}}").expect(1);
    assert!(ran.stderr.contains("line 2, column 20: ") && !ran.stderr.contains("CANARY"), "{ran:?}");
    let ran = feed(
        &site,
        &["import", "-f", "roo"],
        r#"{"mcpServers": {"a": {"url": "https://a.example/CANARY"}}}"#,
    )
    .expect(1);
    assert!(ran.stderr.contains("1:17: a: refused: ") && !ran.stderr.contains("CANARY"), "{ran:?}");
    let ran = feed(&site, &["import", "--approve", "a"], TEXT).expect(5);
    assert!(ran.stderr.contains("no service runs") && !ran.stderr.contains("key"), "{ran:?}");
    assert_eq!(site.document(), before);
    let ran = feed(&site, &["import"], TEXT.replace("issues", "new").as_str()).expect(1);
    assert!(ran.stderr.contains("nothing was stored") && ran.stderr.contains("--yes"), "{ran:?}");
    assert_eq!(site.document(), before);
    let ran = feed(&site, &["import", "--yes"], "\n").expect(0);
    assert!(ran.stderr.contains("no servers"), "{ran:?}");
}

#[test]
fn a_file_of_more_than_a_mebibyte_is_imported() {
    let site = site();
    let text = TEXT.replace(
        "\"mcpServers\"",
        &format!("\"history\": \"{}\", \"mcpServers\"", "said\\n".repeat(400_000)),
    );
    let path = site.home().join(".claude.json");
    fs::write(&path, text).expect("it can be written");
    let path = path.to_str().expect("it is UTF-8");
    run(&site, &["import", path, "--direct", "--yes", "--existing", "skip"]).expect(0);
    assert_eq!(run(&site, &["list", "-o", "name"]).expect(0).lines(), ["issues", "pages"]);
}

#[test]
fn where_nothing_is_to_be_stored_nobody_is_asked() {
    let site = site();
    import(&site, &["--existing", "skip"]).expect(0);
    let again = feed(&site, &["import", "--skip", "issues", "-o", "name"], TEXT).expect(0);
    assert!(again.stderr.contains("nothing is to be stored") && !again.stderr.contains("--yes"), "{again:?}");
    let empty = feed(&site, &["import"], "\n").expect(0);
    assert_eq!(
        (empty.stdout.as_str(), empty.stderr.contains("the text has no servers")),
        ("", true),
        "{empty:?}"
    );
    let refused = r#"{"mcpServers": {"a": 1}}"#;
    for arguments in [&["import", "--dry-run"][..], &["import", "--skip-refused"]] {
        let ran = feed(&site, arguments, refused);
        assert_eq!(ran.code, Some(i32::from(arguments.contains(&"--dry-run"))), "{ran:?}");
        assert!(ran.stderr.contains("no entry of the text can become a server"), "{ran:?}");
        assert!(!ran.stderr.contains("has no servers"), "{ran:?}");
    }
}

#[test]
fn an_entry_that_no_server_may_be_is_left_out_unless_it_is_chosen() {
    let site = Site::new();
    let text = "{\"mcpServers\": {\n  \"ok\": {\"command\": \"x\"},\n  \"bad\": {\"command\": \"\"}}}";
    let ran = feed(&site, &["import", "--yes"], text).expect(1);
    assert!(ran.stderr.contains("3:3: bad: /command: ") && !ran.stderr.contains("/servers/"), "{ran:?}");
    assert!(ran.stderr.contains("--skip-refused"), "{ran:?}");
    let chosen = feed(&site, &["import", "--yes", "--skip-refused", "--replace", "bad"], text).expect(1);
    assert!(!chosen.stderr.contains("--skip-refused"), "{chosen:?}");
    assert_eq!(site.document(), None);
    let ran = feed(&site, &["import", "--yes", "--skip-refused"], text).expect(0);
    assert!(ran.stderr.contains("3:3: bad: /command: ") && ran.stderr.contains("left out"), "{ran:?}");
    assert_eq!(run(&site, &["list", "-o", "name"]).expect(0).lines(), ["ok"]);
}

#[test]
fn what_is_chosen_for_one_server_is_not_overridden_and_contradicts_nothing() {
    let site = site();
    feed(&site, &["set", "build"], r#"{"command":"y"}"#).expect(0);
    let ran = import(&site, &["--existing", "skip", "--rename", "issues=build"]).expect(4);
    assert!(ran.stderr.contains("issues: another server has this name"), "{ran:?}");
    import(&site, &["--existing", "skip", "--rename", "issues=free"]).expect(0);
    assert_eq!(run(&site, &["list", "-o", "name"]).expect(0).lines(), ["build", "free", "issues", "pages"]);
    for options in [
        ["--rename", "issues=q", "--skip", "issues"],
        ["--replace", "issues", "--skip", "issues"],
        ["--rename", "issues=q", "--rename", "issues=r"],
    ] {
        let ran = import(&site, &options).expect(2);
        assert!(ran.stderr.contains("`issues`"), "{ran:?}");
    }
    import(&site, &["--skip", "issues", "--skip", "issues"]).expect(0);
}

#[test]
fn a_choice_is_made_by_the_name_that_is_shown_too() {
    let site = Site::new();
    let text =
        r#"{"mcpServers": {"c d": {"command": "x"}, "Q": {"command": "y", "env": {"KEY": "${input:k}"}}}}"#;
    fs::write(site.home().join("inputs.json"), r#"{"Q": {"k": "v"}}"#).expect("ours");
    let arguments = ["import", "-f", "cursor", "--yes"];
    let with = |more: &[&str]| feed(&site, &[&arguments[..], more].concat(), text);
    with(&["--skip", "c d", "--skip", "Q", "-o", "name"]).expect(0);
    assert_eq!(run(&site, &["list", "-o", "name"]).expect(0).stdout, "");
    with(&["--rename", "c d=mine", "--skip", "Q"]).expect(0);
    feed(&site, &["set", "c-d"], r#"{"command":"other"}"#).expect(0);
    with(&["--replace", "c d", "--skip", "Q"]).expect(0);
    assert_eq!(plaintext(&site, "c-d")["command"], "x");
    assert_eq!(run(&site, &["list", "-o", "name"]).expect(0).lines(), ["c-d", "mine"]);
    let unknown = with(&["--skip", "d c"]).expect(1);
    assert!(unknown.stderr.contains("no such server"), "{unknown:?}");
}
