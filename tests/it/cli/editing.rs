//! `edit` in a real terminal (tmux): a concurrent change is shown from three sides, and no text is lost, whatever happens.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::cli::{Ran, command, feed, plaintext};
use crate::server::{ADMIN, PATIENCE, TestServer, item};
use crate::site::Site;

/// A terminal with a command in it.
struct Terminal {
    folder: tempfile::TempDir,
}

impl Terminal {
    /// Runs `mcp-settings edit issues` there, until its editor is open, which reads an expression for `sed` from the
    /// terminal.
    #[track_caller]
    fn edit(server: &TestServer) -> Self {
        let folder = tempfile::tempdir().expect("a folder for the test");
        fs::create_dir(folder.path().join("tmp")).expect("ours");
        let editor =
            "#!/bin/sh\nprintf 'the editor is open\\n'\nread -r expression\nsed -i \"$expression\" \"$1\"\n";
        fs::write(folder.path().join("editor"), editor).expect("ours");
        let script = format!(
            "'{}' edit issues --settings '{}'\necho \"it ended with $?\"\nsleep 1000\n",
            env!("CARGO_BIN_EXE_mcp-settings"),
            server.document_path().display()
        );
        fs::write(folder.path().join("script"), script).expect("ours");
        let terminal = Self { folder };
        let path = terminal.folder.path().to_path_buf();
        let variables = [
            ("HOME", server.home()),
            ("MCP_SETTINGS_API_KEY", PathBuf::from(ADMIN)),
            ("EDITOR", PathBuf::from(format!("sh {}", path.join("editor").display()))),
            ("TMPDIR", path.join("tmp")),
        ];
        let mut tmux = terminal.tmux(&["new-session", "-d", "-x", "180", "-y", "50"]);
        for (name, value) in variables {
            tmux.arg("-e").arg(format!("{name}={}", value.display()));
        }
        let started = tmux.arg("bash").arg(path.join("script")).output().expect("tmux is there");
        assert!(started.status.success(), "{started:?}");
        terminal.wait("the editor is open", 1);
        terminal
    }

    fn tmux(&self, arguments: &[&str]) -> Command {
        let mut tmux = Command::new("tmux");
        tmux.arg("-S").arg(self.folder.path().join("socket")).args(["-f", "/dev/null"]).args(arguments);
        tmux.env_remove("TMUX");
        tmux
    }

    fn screen(&self) -> String {
        let shown = self.tmux(&["capture-pane", "-p"]).output().expect("tmux is there");
        String::from_utf8_lossy(&shown.stdout).into_owned()
    }

    /// Waits until the screen shows this so often, and returns it.
    #[track_caller]
    fn wait(&self, text: &str, times: usize) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let screen = self.screen();
            if times <= screen.matches(text).count() {
                return screen;
            }
            assert!(Instant::now() < deadline, "`{text}` is not shown {times} times:\n{screen}");
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Types a line.
    fn send(&self, line: &str) {
        let typed = self.tmux(&["send-keys", "-l", line]).status().expect("tmux is there");
        let entered = self.tmux(&["send-keys", "Enter"]).status().expect("tmux is there");
        assert!(typed.success() && entered.success());
    }

    /// Types Ctrl-C.
    fn interrupt(&self) {
        let typed = self.tmux(&["send-keys", "C-c"]).status().expect("tmux is there");
        assert!(typed.success());
    }

    /// The texts that were not removed.
    fn drafts(&self) -> Vec<String> {
        let files = fs::read_dir(self.folder.path().join("tmp"))
            .expect("ours")
            .map(|file| file.expect("ours").path());
        files.map(|file| fs::read_to_string(file).expect("UTF-8")).collect()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        drop(self.tmux(&["kill-server"]).output());
    }
}

fn server() -> TestServer {
    let server = TestServer::start();
    server.seed(
        "issues",
        &json!({"command": "npx", "args": ["old"], "timeout": 30, "env": {"TOKEN": "hunter2"}}),
    );
    server
}

fn change(server: &TestServer, patch: &Value) {
    server.patch(item("issues")).json(patch).send().expect(200);
}

#[test]
fn changes_at_different_places_are_merged_when_the_editor_says_so() {
    let server = server();
    let terminal = Terminal::edit(&server);
    change(&server, &json!({"timeout": 60}));
    terminal.send("s/old/new/");
    let screen = terminal.wait("[m]erge both", 1);
    for line in [
        "issues was changed while you edited it",
        "/args: changed by you",
        "/timeout: changed by somebody else",
    ] {
        assert!(screen.contains(line), "no `{line}`:\n{screen}");
    }
    assert!(screen.contains("yours:  [\"new\"]") && screen.contains("theirs: 60"), "{screen}");
    terminal.send("m");
    terminal.wait("it ended with 0", 1);
    let config = server.plaintext("issues");
    assert_eq!(
        config,
        json!({"command": "npx", "args": ["new"], "timeout": 60, "env": {"TOKEN": "hunter2"}})
    );
    assert!(terminal.drafts().is_empty(), "what is stored needs no draft");
}

#[test]
fn a_text_that_is_not_stored_is_kept_and_named() {
    let server = server();
    let terminal = Terminal::edit(&server);
    change(&server, &json!({"args": ["theirs"]}));
    // Also a new secret is typed, and what seems to be one in an argument.
    terminal.send("s/old/mine/;s/\\(TOKEN\\\": \\\"\\)[^\\\"]*/\\1CANARY-typed/");
    let screen = terminal.wait("[k]eep your text and stop?", 1);
    assert!(screen.contains("/args: changed by both") && !screen.contains("[m]erge"), "{screen}");
    assert!(screen.contains("/env/TOKEN: changed by you"), "{screen}");
    assert_eq!(screen.matches("CANARY").count(), 1, "only where it was typed: {screen}");
    terminal.send("k");
    let screen = terminal.wait("it ended with 4", 1);
    assert!(screen.contains("your text is in "), "{screen}");
    let [draft] = terminal.drafts().try_into().expect("one draft");
    assert!(draft.contains("\"mine\"") && !draft.contains("hunter2"), "{draft}");
    assert_eq!(server.plaintext("issues")["args"], json!(["theirs"]));
}

#[test]
fn an_interrupt_stops_at_a_question_and_in_the_editor_and_keeps_the_text() {
    let server = server();
    let terminal = Terminal::edit(&server);
    terminal.send("s/\"npx\"/npx/");
    terminal.wait("Edit it again? [Y/n]", 1);
    terminal.interrupt();
    let screen = terminal.wait("it ended with 1", 1);
    assert!(screen.contains("your text is in "), "{screen}");
    assert_eq!(terminal.drafts().len(), 1);
    let terminal = Terminal::edit(&server);
    terminal.interrupt();
    let screen = terminal.wait("it ended with 1", 1);
    assert!(screen.contains("error: the editor") && !screen.contains("your text is in "), "{screen}");
    assert!(terminal.drafts().is_empty(), "nobody has changed it");
}

#[test]
fn after_a_conflict_or_a_fault_the_same_text_is_edited_again() {
    let server = server();
    let terminal = Terminal::edit(&server);
    change(&server, &json!({"args": ["theirs"]}));
    terminal.send("s/old/mine/");
    terminal.wait("[e]dit yours again", 1);
    terminal.send("e");
    terminal.wait("the editor is open", 2);
    // Not JSON, then not a configuration, then good.
    terminal.send("s/\"npx\"/npx/");
    terminal.wait("it is not JSON here", 1);
    terminal.send("y");
    terminal.wait("the editor is open", 3);
    terminal.send("s/: npx/: 7/");
    terminal.wait("/command: ", 1);
    terminal.send("");
    terminal.wait("the editor is open", 4);
    terminal.send("s/: 7/: \"npx\"/");
    terminal.wait("it ended with 0", 1);
    let config = server.plaintext("issues");
    assert_eq!((&config["command"], &config["args"]), (&json!("npx"), &json!(["mine"])));
    assert_eq!(config["env"]["TOKEN"], "hunter2");
    assert!(terminal.drafts().is_empty());
}

/// Runs `edit` without a terminal, with this script as the editor.
fn edit_by(site: &Site, script: &str) -> Ran {
    let editor = site.home().join("editor");
    fs::write(&editor, script).expect("ours");
    let mut command = command(site, &["edit", "issues"]);
    command
        .env("EDITOR", format!("sh {}", editor.display()))
        .env("TMPDIR", site.home())
        .env("PATH", "/usr/bin:/bin");
    Ran::of(command.output().expect("it can be run"))
}

#[test]
fn where_nobody_can_be_asked_the_text_is_kept_too() {
    let site = Site::new();
    feed(&site, &["set", "issues"], r#"{"command":"npx","env":{"TOKEN":"hunter2"}}"#).expect(0);
    let before = site.document();
    edit_by(&site, "true").expect(0);
    let broken = edit_by(&site, "echo '{' >\"$1\"").expect(1);
    let path =
        broken.stderr.split("your text is in ").nth(1).expect("it is named").lines().next().expect("a line");
    assert_eq!(fs::read_to_string(path).expect("it is there"), "{\n");
    let drafts = || {
        let names = fs::read_dir(site.home()).expect("ours").map(|file| file.expect("ours").file_name());
        names.filter(|name| name.to_string_lossy().starts_with("mcp-settings-")).count()
    };
    let before_failing = drafts();
    for script in ["exit 3", "rm \"$1\"", "rm \"$1\"; exit 1"] {
        let ran = edit_by(&site, script).expect(1);
        assert!(!ran.stderr.contains("your text is in"), "{ran:?}");
        assert_eq!(drafts(), before_failing, "{ran:?}");
    }
    assert_eq!(site.document(), before);
    edit_by(&site, "sed -i 's/\"npx\"/\"npx\", \"timeout\": 5/' \"$1\"").expect(0);
    let config = plaintext(&site, "issues");
    assert_eq!(config, json!({"command": "npx", "timeout": 5, "env": {"TOKEN": "hunter2"}}));
}
