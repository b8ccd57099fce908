//! What is made of a text, and how long that takes, against how long the text is.

use std::time::{Duration, Instant};

use super::*;

/// How many bytes the texts of what was found have.
fn bytes_of(import: &Import) -> usize {
    let place = |place: &Place| place.at.len() + place.pointer.as_str().len();
    let name = |name: &Option<String>| name.as_ref().map_or(0, String::len);
    let servers = import.servers.iter().map(|entry| {
        let stored = entry.to_stored();
        let texts = [stored.config, stored.bag].map(|object| to_compact(&object.into()).len());
        let references = entry.references.iter().map(Reference::bytes).sum::<usize>();
        let inputs = entry.inputs.iter().map(Input::bytes).sum::<usize>();
        texts.iter().sum::<usize>() + references + inputs + place(&entry.place) + name(&entry.original_name)
    });
    let refused = import.refused.iter().map(|own| place(&own.place) + name(&own.name));
    let ignored = import.ignored.iter().map(|own| place(&own.place));
    let notes = import.notes.iter().map(|own| place(&own.place) + own.about.len());
    servers.chain(refused).chain(ignored).chain(notes).sum()
}

/// Texts of which a part is used in many places.
fn repeating() -> Vec<(&'static str, String)> {
    let many = |count: usize, part: &dyn Fn(usize) -> String| (0..count).map(part).collect::<Vec<_>>();
    let long = "d".repeat(100_000);
    let key = "k".repeat(1_000);
    let template = |argument: &str, variable: &str| {
        let package = r#""registryType":"npm","identifier":"x","version":"1""#;
        format!(
            r#"{{"name":"a/b","version":"1","packages":[{{{package},"packageArguments":[{{"type":"positional","value":"{argument}","variables":{{"a":{{"value":"{variable}"}}}}}}]}}]}}"#
        )
    };
    let packages = |name: &str, description: &str| {
        let package = r#"{"registryType":"npm","identifier":"x","version":"1"}"#;
        let packages = vec![package; 400].join(",");
        format!(r#"{{"name":"a/{name}","description":"{description}","packages":[{packages}]}}"#)
    };
    let servers =
        many(900, &|at| format!(r#""s{at}":{{"command":"x","env":{{"K":"${{input:k}}"}}}}"#)).join(",");
    let entries = many(5_000, &|at| format!(r#""s{at}":1"#)).join(",");
    let deep = |open: usize, inner: &str| {
        format!("{}{inner}{}", format!(r#"{{"{key}":"#).repeat(open), "}".repeat(open))
    };
    let waiting = format!("[{}]", vec![r#""<v>""#; 20_000].join(","));
    let referring = format!("[{}]", vec![r#""${""#; 20_000].join(","));
    let yaml_deep = |inner: &str| {
        let lines = (0..50).map(|depth| format!("{}{key}:\n", " ".repeat(depth)));
        format!(
            "mcpServers:\n  a:\n    command: x\nb:\n{}{}{inner}\n",
            lines.map(|line| format!(" {line}")).collect::<String>(),
            " ".repeat(52)
        )
    };
    vec![
        ("a default for each of many references", template(&"{a}".repeat(900), &long)),
        ("a description for each package", packages("b", &long)),
        ("a name for each package", packages(&long, "x")),
        (
            "an input for each server",
            format!(
                r#"{{"inputs":[{{"id":"k","type":"promptString","description":"{long}"}}],"servers":{{{servers}}}}}"#
            ),
        ),
        (
            "the options of an input for each server",
            format!(
                r#"{{"inputs":[{{"id":"k","type":"pickString","options":["{long}"]}}],"servers":{{{servers}}}}}"#
            ),
        ),
        (
            "an alias for each server",
            format!(
                "x: &x \"{long}\"\nmcpServers:\n{}",
                many(900, &|at| format!("  s{at}: {{command: x, description: *x}}\n")).concat()
            ),
        ),
        (
            "an anchor around each other",
            format!(
                "x: {}\"{long}\"{}\nmcpServers:\n  a: {{command: x}}\n",
                many(50, &|at| format!("&a{at} [")).concat(),
                "]".repeat(50)
            ),
        ),
        ("a tag below long names", yaml_deep(&format!("[{}]", vec!["!!str x"; 1_000].join(", ")))),
        (
            "a project for each server",
            format!(r#"{{"projects":{{"/{key}":{{"mcpServers":{{{entries}}}}}}}}}"#),
        ),
        (
            "values that wait below long names",
            format!(r#"{{"command":"x","auth":{{"strategy":"bearer","value":{}}}}}"#, deep(50, &waiting)),
        ),
        (
            "texts that are kept as they were written below long names",
            format!(r#"{{"command":"x","auth":{{"strategy":"bearer","value":{}}}}}"#, deep(50, &referring)),
        ),
        (
            "variables by name of a server with a long name",
            format!(
                "[mcp_servers.{key}]\ncommand=\"x\"\nenv_vars=[{}]\n",
                many(5_000, &|at| format!("\"V{at}\"")).join(",")
            ),
        ),
    ]
}

#[test]
fn what_is_made_of_a_text_is_never_many_times_larger_than_it() {
    let start = Instant::now();
    for (what, text) in repeating() {
        let hint = Hint { format: None, file: what.contains("tag").then_some("config.yaml") };
        match import(&text, hint) {
            Ok(import) => {
                let made = bytes_of(&import);
                assert!(made < 20 * text.len(), "{what}: {made} of {}", text.len());
            }
            Err(error) => {
                assert!(error.why.contains("larger than the text"), "{what}: {error}");
            }
        }
    }
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    let long = "d".repeat(100_000);
    let text = format!("x: &x {long}\nmcpServers:\n  a: {{command: x, description: *x}}\n").replace(
        "*x}\n",
        &format!(
            "*x}}\n{}",
            (0..20).map(|at| format!("  s{at}: {{command: x, description: *x}}\n")).collect::<String>()
        ),
    );
    let error = import(&text, Hint::default()).map(drop).unwrap_err();
    assert_eq!((error.position.line, error.position.column), (9, 33), "{error}");
}

#[test]
fn what_the_servers_of_a_file_share_is_read_for_each_of_them() {
    let servers =
        |part: &str| (0..200).map(|at| part.replace('#', &at.to_string())).collect::<Vec<_>>().join("");
    let about =
        "The key of your account, which you find in the settings of the service under the heading Keys";
    let inputs = format!(r#"[{{"id":"k","type":"promptString","password":true,"description":"{about}"}}]"#);
    let vscode = servers(r##","s#":{"command":"x","env":{"K":"${input:k}"}}"##);
    let yaml = servers("  s#: {command: x, args: [-y, package-#], env: *env}\n");
    for text in [
        format!(r#"{{"inputs":{inputs},"servers":{{{}}}}}"#, &vscode[1..]),
        format!(
            "env: &env {{ADDRESS: https://notes.example/some/path, LANGUAGE: en, MODE: quiet}}\nmcpServers:\n{yaml}"
        ),
    ] {
        assert_eq!(import(&text, Hint::default()).unwrap().servers.len(), 200);
    }
}

#[test]
fn many_headers_by_the_names_of_variables_take_no_more_than_their_number() {
    let headers: String = (0..10_000).map(|at| format!("H{at}=\"K\"\n")).collect();
    let text =
        format!("[mcp_servers.a]\nurl=\"https://h.example\"\n[mcp_servers.a.env_http_headers]\n{headers}");
    let start = Instant::now();
    let import = import(&text, Hint::default()).unwrap();
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    assert_eq!(import.servers[0].references.len(), 10_000);
}
