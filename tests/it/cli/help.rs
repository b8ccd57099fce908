//! The help of every command: it has an example, and the example works. Completions load in their shells.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::json;

use crate::cli::{Ran, run};
use crate::running::{OPERATOR, approve, builder, program, put, request, start_runner};
use crate::server::SECRET;
use crate::site::Site;

/// Every command that the help lists below this one, with the commands in it.
fn commands(site: &Site, before: &[String]) -> Vec<Vec<String>> {
    let arguments: Vec<&str> = before.iter().map(String::as_str).chain(["-h"]).collect();
    let help = plain(site, &arguments).stdout;
    let Some((_, listed)) = help.split_once("\nCommands:\n") else { return vec![before.to_vec()] };
    let listed = listed.split("\n\n").next().expect("a part");
    let names =
        listed.lines().filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help");
    names.flat_map(|name| commands(site, &[before, &[name.to_owned()]].concat())).collect()
}

fn plain(site: &Site, arguments: &[&str]) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mcp-settings"));
    command.args(arguments).env_clear().env("HOME", site.home());
    Ran::of(command.output().expect("it can be run"))
}

/// The examples in the help of a command.
fn examples(site: &Site, command: &[String]) -> Vec<String> {
    let arguments: Vec<&str> = command.iter().map(String::as_str).chain(["--help"]).collect();
    let help = plain(site, &arguments).expect(0).stdout;
    let examples = help.split_once("\nExample").and_then(|(_, rest)| rest.split_once(":\n"));
    let lines = examples.map(|(_, lines)| lines.lines()).into_iter().flatten();
    lines.take_while(|line| line.starts_with("  ")).map(|line| line.trim().to_owned()).collect()
}

/// Where the examples are run: a service with servers, and the files that they name.
fn run_examples(examples: &[String]) -> Ran {
    let server = start_runner(builder(Site::new()));
    let issues = json!({"command": "npx", "args": ["-y", "@example/issues"], "env": {"TOKEN": "hunter2"}});
    put(&server, "issues", &issues);
    if examples.iter().any(|line| line.contains("echoes")) {
        put(&server, "echoes", &json!({"command": "python3", "args": [program("toolbox.py")]}));
        approve(&server, "echoes");
        let test = request(&server, "POST", "/api/instances/test").json(&json!({"name": "echoes"}));
        assert_eq!(test.send().expect(200).json()["ok"], true);
    }
    let home = server.home();
    let list = run(&server.site(), &["list", "-o", "json", "--direct"]).expect(0).stdout;
    fs::write(home.join("as-stored.json"), list).expect("ours");
    fs::write(home.join("issues.json"), issues.to_string()).expect("ours");
    fs::create_dir(home.join("servers")).expect("ours");
    fs::write(home.join("servers/issues.json"), issues.to_string()).expect("ours");
    let pages = json!({"mcpServers": {"pages": {"url": "https://pages.example/mcp"}}});
    fs::write(home.join("mcp.json"), pages.to_string()).expect("ours");
    fs::write(home.join("mcp.md"), "# MCP servers\n\n## issues\ncommand: sh\n").expect("ours");
    let programs = home.join("programs");
    fs::create_dir(&programs).expect("ours");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_mcp-settings"), programs.join("mcp-settings"))
        .expect("ours");
    // `serve` does not end by itself.
    let script = format!(
        "set -euo pipefail\nserve() {{ timeout --preserve-status -s TERM 3 \"$@\"; }}\n{}\n",
        examples
            .iter()
            .map(|line| match line.starts_with("mcp-settings serve") {
                true => format!("serve {line}"),
                false => line.clone(),
            })
            .collect::<Vec<_>>()
            .join("\n")
    );
    let mut bash = Command::new("bash");
    bash.args(["-c", &script]).env_clear().env("HOME", &home).current_dir(&home);
    let path = format!("{}:/usr/local/bin:/usr/bin:/bin", programs.display());
    bash.env("PATH", path).env("MCP_SETTINGS_FILE", server.document_path());
    bash.env("MCP_SETTINGS_SECRET_KEY", SECRET);
    bash.env("MCP_SETTINGS_API_KEY", OPERATOR).env("EDITOR", "true").env("TICKETS_TOKEN", "hunter2");
    Ran::of(bash.output().expect("bash is there"))
}

#[test]
fn every_command_has_an_example_that_works() {
    let site = Site::new();
    let commands = commands(&site, &[]);
    assert!(commands.len() > 25, "{commands:?}");
    for command in commands {
        let examples = examples(&site, &command);
        assert!(!examples.is_empty(), "`{}` has no example in its help", command.join(" "));
        let name = format!("mcp-settings {}", command.join(" "));
        assert!(examples.iter().all(|line| line.contains(&name)), "{name}: {examples:?}");
        let ran = run_examples(&examples);
        assert_eq!(ran.code, Some(0), "{examples:?}: {ran:?}");
    }
}

#[test]
fn completions_load_in_their_shells_and_complete() {
    let site = Site::new();
    let file = |shell: &str| -> PathBuf {
        let path = site.home().join(format!("_mcp-settings.{shell}"));
        fs::write(&path, plain(&site, &["completions", shell]).expect(0).stdout).expect("ours");
        path
    };
    let shell = |program: &str, script: &str| {
        let mut command = Command::new(program);
        command.args(["-c", script]).env("HOME", site.home()).current_dir(site.home());
        Ran::of(command.output().unwrap_or_else(|error| panic!("{program}: {error}")))
    };
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = fs::read_to_string(file(shell)).expect("ours");
        assert!(script.contains("rename") && !script.contains("__exec"), "{shell}");
    }
    let bash = format!(
        "source '{}'\nCOMP_WORDS=(mcp-settings re)\nCOMP_CWORD=1\nfor function in $(complete -p mcp-settings | sed 's/.*-F \\([^ ]*\\).*/\\1/'); do $function mcp-settings re mcp-settings; done\nprintf '%s\\n' \"${{COMPREPLY[@]}}\"",
        file("bash").display()
    );
    let ran = shell("bash", &bash).expect(0);
    assert_eq!((ran.lines(), ran.stderr.as_str()), (vec!["rename", "remove", "registry"], ""), "{ran:?}");
    // Behind the first word too.
    for (line, expected) in [
        ("list --out", "--output"),
        ("export --secrets pl", "placeholders plaintext"),
        ("registry sh", "show"),
        ("export --format vs", "vscode vscode-settings"),
    ] {
        let words: Vec<&str> = line.split(' ').collect();
        let [.., before, last] = words[..] else { panic!("{line} has two words") };
        let script = format!(
            "source '{}'\nCOMP_WORDS=(mcp-settings {line})\nCOMP_CWORD={}\n_mcp__settings mcp-settings {last} {before}\necho \"${{COMPREPLY[@]}}\"",
            file("bash").display(),
            words.len()
        );
        assert_eq!(shell("bash", &script).expect(0).stdout.trim_end(), expected, "{line}");
    }
    let fish = format!("source '{}'\ncomplete --do-complete 'mcp-settings ren'", file("fish").display());
    let ran = shell("fish", &fish).expect(0);
    assert!(ran.stdout.starts_with("rename\t") && ran.stderr.is_empty(), "{ran:?}");
    let zsh = format!(
        "autoload -U compinit\ncompinit -u -D\nsource '{}'\necho \"${{_comps[mcp-settings]}}\"",
        file("zsh").display()
    );
    let ran = shell("zsh", &zsh).expect(0);
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("_mcp-settings\n", ""), "{ran:?}");
}

#[test]
fn the_printed_openapi_document_is_the_one_of_the_tree() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi/mcp-settings.json");
    let kept: serde_json::Value =
        serde_json::from_slice(&fs::read(path).expect("it is there")).expect("JSON");
    assert_eq!(plain(&Site::new(), &["openapi"]).expect(0).json(), kept);
}
