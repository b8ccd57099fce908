//! What a text says, compared with what the client in Python said of the same texts.

use serde_json::{Value, json};

use crate::registry::tests::{fixture, golden};
use crate::registry::{RegistryBackend, RegistryError, RegistryErrorKind, ServerSpec, resolve};

use super::super::{Warning, parse, render};
use super::Agent;

fn as_json(specs: &[ServerSpec]) -> Value {
    serde_json::to_value(specs).unwrap()
}

/// The name that the client in Python has for an error.
fn class(kind: RegistryErrorKind) -> &'static str {
    match kind {
        RegistryErrorKind::NotInRegistry => "MCPServerNotInRegistry",
        RegistryErrorKind::DescriptorInvalid => "MCPRegistryDescriptorInvalid",
        RegistryErrorKind::ConnectFailed => "MCPServerConnectFailed",
        RegistryErrorKind::Invalid => "ValueError",
        other => panic!("{other:?}"),
    }
}

fn outcome<T>(outcome: Result<T, RegistryError>, agent: &Agent, value: impl Fn(T) -> Value) -> Value {
    match outcome {
        Ok(done) => json!({"ok": value(done)}),
        Err(error) => {
            let message = error.message().replace(agent.root().to_str().unwrap(), "<root>");
            json!({"error": class(error.kind()), "message": message})
        }
    }
}

#[tokio::test]
async fn p_03_e_05_e_09_i_02_the_three_files_are_read_as_the_client_reads_them_but_for_names_that_come_twice()
{
    for row in golden("atomic_parse.json").as_array().unwrap() {
        let file = row["file"].as_str().unwrap();
        let has_twins = file == "C_edge.md";
        let agent = Agent::with(&fixture(file));
        for (name, value) in row["env"].as_object().unwrap() {
            if let Some(value) = value.as_str() {
                agent.environment.set(name, value);
            }
        }
        let parsed = parse(&agent.text());
        let specs: Vec<ServerSpec> = parsed.specs().cloned().collect();
        assert_eq!(as_json(&specs), row["parse_unresolved"], "{file}");
        let variables = agent.environment.variables();
        let resolved: Result<Vec<_>, _> =
            specs.iter().map(|spec| resolve(spec.clone(), &variables)).collect();
        assert_eq!(outcome(resolved, &agent, |specs| as_json(&specs)), row["parse_resolved"], "{file}");
        assert_eq!(json!(parsed.allowed), row["allowed_commands"], "{file}");
        assert_eq!(outcome(render(&specs), &agent, |text| json!(text)), row["rerender"], "{file}");

        let registry = agent.registry();
        let listed: Vec<Value> = registry.list().await.unwrap().iter().map(|server| json!(server)).collect();
        let expected = row["list"].as_array().unwrap().iter().filter(|server| server["name"] != "dup");
        assert_eq!(listed, expected.cloned().collect::<Vec<_>>(), "{file}");
        for (name, expected) in row["load"].as_object().unwrap() {
            let loaded = registry.load(name).await;
            if has_twins && name == "dup" {
                assert_eq!(loaded.unwrap_err().kind(), RegistryErrorKind::DescriptorInvalid);
            } else {
                assert_eq!(&outcome(loaded, &agent, |spec| json!(spec)), expected, "{file}: {name}");
            }
        }
        let all = registry.load_all().await;
        if has_twins {
            assert_eq!(all.unwrap_err().kind(), RegistryErrorKind::DescriptorInvalid);
        } else {
            assert_eq!(outcome(all, &agent, |specs| as_json(&specs)), row["load_all"], "{file}");
        }
    }
}

#[test]
fn p_01_p_02_texts_without_one_and_with_two_servers() {
    for text in ["", "  \n\n", "# MCP servers\n", "prose: with a colon\n"] {
        assert_eq!(parse(text).specs().count(), 0, "{text:?}");
    }
    let one = parse(
        "## b\ncommand: npx\nargs: -y, @a/b\nenv: K=$V, L=x\ntransport: sse\ndescription: What: it is\n",
    );
    let spec = one.specs().next().unwrap();
    assert_eq!((spec.command.as_str(), spec.transport.as_str()), ("npx", "sse"));
    assert_eq!(spec.args, ["-y", "@a/b"]);
    assert_eq!((spec.env["K"].as_str(), spec.env["L"].as_str()), ("$V", "x"));
    assert_eq!(spec.description, "What: it is");
    let names = |text| parse(text).specs().map(|spec| spec.name.clone()).collect::<Vec<_>>();
    assert_eq!(names("## b\ncommand: x\n## a\ncommand: y\n"), ["b", "a"]);
}

#[test]
fn every_line_break_of_ours_ends_a_line_and_no_other_does() {
    for line_break in ["\n", "\r\n", "\r"] {
        let text = ["\u{feff}## a", "command: one", "", "## b", "command: two"].join(line_break);
        let specs: Vec<_> = parse(&text).specs().map(|spec| spec.command.clone()).collect();
        assert_eq!(specs, ["one", "two"], "{line_break:?}");
    }
    for other in ["\u{b}", "\u{c}", "\u{1c}", "\u{85}", "\u{2028}"] {
        let text = format!("## a\ncommand: one{other}## b\ncommand: two\n");
        assert_eq!(parse(&text).specs().count(), 1, "{other:?}");
    }
}

#[test]
fn what_has_no_effect_is_reported() {
    let warnings = parse("## a\ncommand: x\ncolour: blue\n## b\n## Allowed commands\n").warnings;
    let expected = [
        Warning::UnknownField { server: "a".into(), key: "colour".into() },
        Warning::NoCommand { section: "b".into() },
        Warning::NothingAllowed,
    ];
    assert_eq!(warnings, expected);
    let shown = warnings[1].to_string();
    assert_eq!(shown, "mcp.md section 'b' has no 'command:' key -- skipping");
}
