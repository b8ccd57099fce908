//! Changes of the text: what is written, what stays, what is refused.

use indexmap::IndexMap;
use proptest::prelude::*;

use crate::registry::tests::fixture;
use crate::registry::{RegistryErrorKind, ServerSpec};

use super::super::{install, parse, render, render_section, uninstall};

fn spec(name: &str) -> ServerSpec {
    ServerSpec::new(name, "npx")
}

/// A file with everything that the client in Python would lose.
const RICH: &str = "Prose: before everything.
# Servers

## Allowed commands
uvx   # only this

## notes
command: uvx
colour: blue
description: Vault search

<!-- A comment: on what comes next. -->

## broken
description: no command here

# Group two
Some prose.

## alpha
command:

## two words
command: echo
";

#[test]
fn a_12_an_installation_keeps_every_other_byte() {
    for text in
        [RICH.to_owned(), RICH.replace('\n', "\r\n"), format!("\u{feff}{RICH}"), RICH.trim_end().to_owned()]
    {
        let new = install(Some(&text), &spec("new")).unwrap();
        let line_break = if text.contains("\r\n") { "\r\n" } else { "\n" };
        let added = new.strip_prefix(&text).expect("what was there stays");
        assert_eq!(added.trim_start(), format!("## new{line_break}command: npx{line_break}"));
        let without = uninstall(&new, "new").unwrap().unwrap();
        assert_eq!(without.trim_end(), text.trim_end());
        if text.ends_with('\n') {
            assert_eq!(without, text);
        }
    }
}

#[test]
fn a_12_uninstalling_removes_one_section_and_keeps_every_other_byte() {
    let without = |name: &str| uninstall(RICH, name).unwrap().unwrap();
    let notes = "## notes\ncommand: uvx\ncolour: blue\ndescription: Vault search\n\n";
    assert!(RICH.contains(notes));
    // The comment would be the name of an allowed command now: it goes too.
    let comment = "<!-- A comment: on what comes next. -->\n\n";
    assert_eq!(without("notes"), RICH.replace(notes, "").replace(comment, ""));
    assert_eq!(without("broken"), RICH.replace("## broken\ndescription: no command here\n\n", ""));
    assert_eq!(without("alpha"), RICH.replace("## alpha\ncommand:\n\n", ""));
    // Without the list before it the comment stays.
    let free = RICH.replace("## Allowed commands\nuvx   # only this\n\n", "");
    assert_eq!(uninstall(&free, "notes").unwrap().unwrap(), free.replace(notes, ""));
}

#[test]
fn a_section_ends_with_the_paragraph_of_its_last_field() {
    let text = "## a\ncommand: x\n\nprose of nobody\n\n## b\ncommand: y\nprose of b\n### more\nargs: z\nstray: npx\n# end\n";
    assert_eq!(uninstall(text, "b").unwrap().unwrap(), "## a\ncommand: x\n\nprose of nobody\n\n# end\n");
    assert_eq!(
        uninstall(text, "a").unwrap().unwrap(),
        "prose of nobody\n\n## b\ncommand: y\nprose of b\n### more\nargs: z\nstray: npx\n# end\n"
    );
}

#[test]
fn only_the_named_malformed_section_is_removed() {
    let text = "## one\n\n## two\n\n## bad name\ncommand: x\n";
    assert_eq!(uninstall(text, "one").unwrap().unwrap(), "## two\n\n## bad name\ncommand: x\n");
    assert_eq!(uninstall(text, "three").unwrap(), None);
    // What blocks the name and can't be removed under it is an error, not a success.
    let error = uninstall(text, "bad").unwrap_err();
    assert_eq!(error.kind(), RegistryErrorKind::DescriptorInvalid);
    assert_eq!(install(Some(text), &spec("bad")).unwrap_err().kind(), RegistryErrorKind::AlreadyInstalled);
    assert_eq!(install(Some(text), &spec("one")).unwrap_err().kind(), RegistryErrorKind::AlreadyInstalled);
}

#[test]
fn a_name_that_comes_twice_is_removed_twice() {
    assert_eq!(
        uninstall(&fixture("C_edge.md"), "dup").unwrap().unwrap(),
        "## .hidden\ncommand: echo\n## bad/name\ncommand: echo\n## trailing.\ncommand: echo\nargs: a\\,b, \"c, d\"\n"
    );
}

#[test]
fn the_list_of_allowed_commands_blocks_no_name() {
    let new = install(Some("## Allowed commands\nnpx\n"), &spec("Allowed")).unwrap();
    assert_eq!(parse(&new).names(), ["Allowed"]);
}

#[test]
fn what_cannot_be_changed_alone_is_not_changed() {
    // A client that knows no `\r` alone would see other lines; ours keeps the kind that is there.
    let text = "## a\rcommand: x\r";
    assert_eq!(install(Some(text), &spec("b")).unwrap(), "## a\rcommand: x\r\r## b\rcommand: npx\r");
}

#[test]
fn p_04_p_05_a_rendered_file_says_what_was_rendered() {
    let mut full = spec("zeta");
    full.args = vec!["-y".into(), "@acme/zeta".into()];
    full.env.extend([("B".to_owned(), "$B".to_owned()), ("A".to_owned(), "x=y".to_owned())]);
    full.transport = "sse".into();
    full.description = "  First: line \nsecond\nthird".into();
    let text = render([&full, &spec("alpha")]).unwrap();
    assert_eq!(
        text,
        "# MCP servers\n\n## zeta\ncommand: npx\nargs: -y, @acme/zeta\nenv: A=x=y\nenv: B=$B\ntransport: sse\n\
         description: First: line\n\n## alpha\ncommand: npx\n"
    );
    let specs: Vec<_> = parse(&text).specs().cloned().collect();
    full.description = "First: line".into();
    assert_eq!(specs, [full, spec("alpha")]);
    assert_eq!(render([]).unwrap(), "# MCP servers\n");
}

#[test]
fn a_13_what_would_be_read_as_something_else_is_refused() {
    let secret = "hunter2";
    type Change = fn(&mut ServerSpec, String);
    let places: [(&str, Change); 7] = [
        ("command", |spec, text| spec.command = text),
        ("args[1]", |spec, text| spec.args = vec!["a".into(), text]),
        ("env key", |spec, text| drop(spec.env.insert(text, "v".into()))),
        ("env value", |spec, text| drop(spec.env.insert("KEY".into(), text))),
        ("transport", |spec, text| spec.transport = text),
        ("description", |spec, text| spec.description = text),
        ("name", |spec, text| spec.name = text),
    ];
    for (place, change) in places {
        for separator in
            ["\r", "\u{2028}", "\u{2029}", "\u{85}", "\u{b}", "\u{c}", "\u{1c}", "\u{1d}", "\u{1e}"]
        {
            let mut spec = spec("srv");
            change(&mut spec, format!("{secret}{separator}## evil{separator}command: bash"));
            let error = render_section(&spec).unwrap_err();
            assert_eq!(error.kind(), RegistryErrorKind::Invalid, "{place} {separator:?}");
            assert!(matches!(place, "env key" | "name") || !error.message().contains(secret), "{error}");
        }
    }
    for (place, change) in &places[..5] {
        let mut spec = spec("srv");
        change(&mut spec, format!("{secret}\n## evil\ncommand: bash"));
        assert!(render_section(&spec).is_err(), "{place}");
    }
    for (place, text) in [
        (1, "a,b"),
        (1, " a"),
        (1, ""),
        (2, "a=b"),
        (2, ""),
        (2, " a"),
        (2, "a,b"),
        (3, "a,b"),
        (3, "v "),
        (4, " sse"),
        (0, " npx"),
        (0, "  "),
        (5, "x\n## evil"),
        (5, "x\n##\tevil"),
        (6, " x"),
        (6, ""),
        (6, "Allowed commands"),
    ] {
        let mut spec = spec("srv");
        places[place].1(&mut spec, text.to_owned());
        assert!(render_section(&spec).is_err(), "{place} {text:?}");
    }
    for (place, text) in
        [(4, ""), (3, ""), (3, "x=y"), (3, "$V"), (5, ""), (5, "a\n##b"), (5, "##x"), (1, "a\\b"), (1, "x y")]
    {
        let mut spec = spec("srv");
        places[place].1(&mut spec, text.to_owned());
        assert!(render_section(&spec).is_ok(), "{place} {text:?}");
    }
}

fn any_spec() -> impl Strategy<Value = ServerSpec> {
    let text = "[a-z #:=,\\\\\r\n\u{2028}$\\-]{0,8}";
    let env = proptest::collection::vec((text, text), 0..3);
    (proptest::collection::vec(text, 0..3), env, text, text, text).prop_map(
        |(args, env, command, transport, description)| ServerSpec {
            name: "srv".to_owned(),
            command,
            args,
            env: env.into_iter().collect::<IndexMap<_, _>>(),
            transport,
            description,
        },
    )
}

/// Texts of lines that are like those of `mcp.md`.
fn any_text() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        Just("## a"),
        Just("## b"),
        Just("## bad name"),
        Just("  ## c"),
        Just("## Allowed commands"),
        Just("# Title"),
        Just("### sub"),
        Just("command: npx"),
        Just("command:"),
        Just("args: x, y"),
        Just("env: K=$V"),
        Just("stray: x"),
        Just("prose"),
        Just(""),
        Just("  "),
        Just("npx"),
        Just("description: d"),
    ];
    let line_break = prop_oneof![Just("\n"), Just("\r\n"), Just("\r")];
    (proptest::collection::vec(line, 0..14), line_break, any::<bool>()).prop_map(
        |(lines, line_break, has_end)| {
            let mut text = lines.join(line_break);
            if has_end {
                text.push_str(line_break);
            }
            text
        },
    )
}

proptest! {
    #[test]
    fn what_is_rendered_is_read_back_by_every_reader_of_lines(spec in any_spec()) {
        let Ok(text) = render_section(&spec) else { return Ok(()) };
        // As Python splits lines.
        let python = text.replace(['\r', '\u{2028}'], "\n");
        prop_assert_eq!(&python, &text);
        let parsed = parse(&text);
        prop_assert_eq!(parsed.specs().count(), 1);
        let read = parsed.specs().next().unwrap();
        prop_assert_eq!((&read.command, &read.args, &read.env), (&spec.command, &spec.args, &spec.env));
    }

    #[test]
    fn a_change_alters_the_meaning_of_nothing_else(text in any_text()) {
        let before = parse(&text);
        if let Ok(new) = install(Some(&text), &spec("srv")) {
            prop_assert!(new.starts_with(&text));
            let after = parse(&new);
            let kept: Vec<_> = after.specs().filter(|spec| spec.name != "srv").collect();
            prop_assert!(kept.into_iter().eq(before.specs()));
            prop_assert_eq!(&after.allowed, &before.allowed);
            // A new file has a title.
            let text = if text.is_empty() { "# MCP servers" } else { &text };
            prop_assert_eq!(uninstall(&new, "srv").unwrap().map(|text| text.trim_end().to_owned()), Some(text.trim_end().to_owned()));
        }
        for name in ["a", "b", "c"] {
            let Ok(Some(new)) = uninstall(&text, name) else { continue };
            let after = parse(&new);
            prop_assert!(!after.sections.iter().any(|section| section.name == name));
            prop_assert!(after.specs().eq(before.specs().filter(|spec| spec.name != name)));
            prop_assert_eq!(&after.allowed, &before.allowed);
        }
    }

    #[test]
    fn uninstalling_works_beside_every_text(text in any_text()) {
        // Nothing elsewhere in the text keeps a well-formed server from being removed.
        for name in ["a", "b", "c"] {
            let is_there = parse(&text).sections.iter().any(|section| section.name == name);
            prop_assert!(!is_there || matches!(uninstall(&text, name), Ok(Some(_))), "{text:?}");
        }
    }
}
