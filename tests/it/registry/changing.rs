//! The commands that change an `mcp.md`.

use std::fs;
use std::os::unix::fs::{MetadataExt, chown};

use super::{AGENT_ROOT, Agent};

const INSTALLED: &str = "Installed MCP server 'n'.\n";

/// Installs `n` with these arguments into a new root, and returns what is in the file.
fn install(arguments: &[&str]) -> String {
    let agent = Agent::new();
    let all = [&["install", "n", "--command", "npx"], arguments].concat();
    agent.run(&all, &[]).says(INSTALLED);
    let text = agent.text();
    text.strip_prefix("# MCP servers\n\n## n\ncommand: npx\n").expect("the server is there").to_owned()
}

#[test]
fn k_09_an_installation_names_the_server_and_nothing_else() {
    let agent = Agent::new();
    let arguments =
        ["install", "n", "--command", "npx", "--env", "KEY=$SECRET_VAR", "--description", "What it is"];
    agent.run(&arguments, &[("SECRET_VAR", "value-of-secret-var")]).says(INSTALLED);
    assert_eq!(
        agent.text(),
        "# MCP servers\n\n## n\ncommand: npx\nenv: KEY=$SECRET_VAR\ndescription: What it is\n"
    );
    let expected = "Error: MCP server already installed: MCP server 'n' is already in mcp.md. Uninstall it first or choose a \
                    different name.";
    agent.run(&arguments, &[]).fails(expected);
    for _ in 0..2 {
        agent.run(&["uninstall", "n"], &[]).says("Uninstalled MCP server 'n' (or was not present).\n");
        assert_eq!(agent.text(), "# MCP servers\n");
    }
    let expected = "Error: invalid server name: MCP server name '../n' must not start with '.'; leading-dot names are \
                    reserved for hidden files.";
    agent.run(&["uninstall", "../n"], &[]).fails(expected);
}

#[test]
fn where_the_root_is_no_folder_nothing_is_said_to_be_uninstalled() {
    let agent = Agent::with("## n\ncommand: npx\n");
    let root = agent.file().join("agent");
    for root in [agent.file(), root] {
        let ran = agent.run(&["uninstall", "n"], &[(AGENT_ROOT, root.to_str().expect("UTF-8"))]);
        assert_eq!((ran.code, &*ran.stdout), (1, ""), "{ran:?}");
        assert!(ran.stderr.contains("temporarily unavailable"), "{ran:?}");
    }
}

#[test]
fn what_root_makes_in_the_folder_of_another_belongs_to_that_one() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let agent = Agent::new();
    chown(agent.root(), Some(65534), Some(65534)).expect("root may");
    let root = agent.root().join("agents/one");
    let variables = [(AGENT_ROOT, root.to_str().expect("UTF-8"))];
    agent.run(&["install", "n", "--command", "npx"], &variables).says(INSTALLED);
    for made in [&root, &root.join(".mcp_registry.lock"), &root.join("mcp.md"), &agent.root().join("agents")]
    {
        let metadata = fs::metadata(made).expect("it was made");
        assert_eq!((metadata.uid(), metadata.gid()), (65534, 65534), "{}", made.display());
    }
}

#[test]
fn a_change_keeps_everything_else_in_the_file() {
    let text =
        "# Ours\r\n\r\n## Allowed commands\r\nuvx # only\r\n\r\n## old\r\ncommand: uvx\r\ncolour: blue\r\n";
    let agent = Agent::with(text);
    agent.run(&["install", "n", "--command", "npx"], &[]);
    assert_eq!(agent.text(), format!("{text}\r\n## n\r\ncommand: npx\r\n"));
    agent.run(&["uninstall", "n"], &[]);
    assert_eq!(agent.text(), text);
}

#[test]
fn k_10_a_literal_value_is_warned_of_and_not_shown() {
    for value in ["hunter2", ""] {
        let agent = Agent::new();
        let outcome = agent.run(&["install", "n", "--command", "npx", "--env", &format!("K={value}")], &[]);
        let warning = "Warning: --env K=<value> does not look like an env-var reference (expected $VAR_NAME). Literal values \
                       are stored unredacted in mcp.md. Use --env K=$SOME_VAR_NAME to store the reference instead.\n";
        assert_eq!((outcome.code, outcome.stdout.as_str(), outcome.stderr.as_str()), (0, INSTALLED, warning));
        assert!(agent.text().ends_with(&format!("env: K={value}\n")));
    }
}

#[test]
fn k_11_what_would_break_the_file_is_refused_and_makes_none() {
    let headers = "Error: --description must not contain lines starting with '## ' (H2 headers delimit server sections in \
                   mcp.md).";
    for (arguments, expected) in [
        (["--description", "## evil-section"], headers),
        (["--description", "x\n##\tevil-section"], headers),
        (["--args", "a,b\nc"], "Error: --args item at index 1 must not contain newline characters."),
        (["--env", "K=a\nb"], "Error: --env 'K' key or value must not contain newline characters."),
    ] {
        let agent = Agent::new();
        agent.run(&[&["install", "n", "--command", "npx"], &arguments[..]].concat(), &[]).fails(expected);
        assert_eq!(fs::read_dir(agent.root()).expect("it is ours").count(), 0);
    }
    let agent = Agent::new();
    let outcome = agent.run(&["install", "n", "--command", "npx\n## evil"], &[]);
    outcome.fails("Error: --command must not contain newline characters.");
    let outcome = agent.run(&["install", "n", "--command", "npx\r## evil\rcommand: bash"], &[]);
    outcome.fails_with("Error: invalid server name: MCP server 'n': spec.command must not contain newline");
    let outcome = agent.run(&["install", "n", "--command", ""], &[]);
    outcome.fails("Error: invalid server name: MCP server 'n': install requires a non-empty command.");
    assert_eq!(fs::read_dir(agent.root()).expect("it is ours").count(), 0);
}

#[test]
fn k_12_variables_are_pairs_between_commas() {
    assert_eq!(install(&["--env", ""]), "");
    assert_eq!(install(&["--env", "K=$V"]), "env: K=$V\n");
    assert_eq!(install(&["--env", "B=$Y,A=$X"]), "env: A=$X\nenv: B=$Y\n");
    assert_eq!(install(&["--env", "K=$a=b=c"]), "env: K=$a=b=c\n");
    let agent = Agent::new();
    let refused = |env: &str| agent.run(&["install", "n", "--command", "npx", "--env", env], &[]);
    let expected = "Error: invalid server name: --env entry 'NOKEYVALUE' is missing '='. Expected format: KEY=$VAR_NAME or \
                    KEY=value";
    refused("NOKEYVALUE").fails(expected);
    refused("K=$V,").fails_with("Error: invalid server name: --env entry '' is missing '='.");
    refused("=hunter2").fails_with("Error: invalid server name: --env entry '=…' has an empty key.");
    assert!(!agent.file().exists());
}

#[test]
fn k_13_arguments_may_begin_with_a_dash() {
    assert_eq!(install(&["--args", ""]), "");
    assert_eq!(install(&["--args", "-y,@some/pkg"]), "args: -y, @some/pkg\n");
    assert_eq!(install(&["--args=-y,@some/pkg"]), "args: -y, @some/pkg\n");
    assert_eq!(install(&["--args", " a , ,b,"]), "args: a, b\n");
}

#[test]
fn k_14_a_wrong_command_line_ends_with_2() {
    let agent = Agent::new();
    for arguments in [
        &["install", "n"][..],
        &["install", "--command", "npx"],
        &["install", "n", "--command", "npx", "--transport", "http"],
        &[],
        &["list", "x"],
        &["show"],
        &["frobnicate"],
    ] {
        let outcome = agent.run(arguments, &[]);
        assert!(outcome.code == 2 && outcome.stdout.is_empty(), "{arguments:?}: {outcome:?}");
    }
    assert!(!agent.file().exists());
}
