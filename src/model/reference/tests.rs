//! The grammar of references, and which values are shown.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::model::config::{AtRest, Node};
use crate::model::samples::config;

fn rules() -> ReferenceRules {
    let list = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    ReferenceRules::new(
        Some(list(&["MCP_SECRET_*", "TOKEN"])),
        list(&["/run/secrets/"]),
        list(&["kv/mcp", "/team/"]),
    )
}

/// The pieces of a text in short: texts in quotes, references as they are written.
fn pieces(text: &str) -> Result<String, NotTemplate<'_>> {
    let template = Template::parse(text)?;
    let short = |piece: &Piece<'_>| match piece {
        Piece::Text(text) => format!("'{text}'"),
        Piece::Reference(reference) => reference.to_string(),
    };
    Ok(template.pieces().iter().map(short).collect::<Vec<_>>().join(" "))
}

#[test]
fn a_text_is_read_in_one_way() {
    for (text, expected) in [
        ("", ""),
        ("a", "'a'"),
        ("${A}", "${A}"),
        ("${env:A_1}", "${env:A_1}"),
        ("${A:-b c}", "${A:-b c}"),
        ("${A:-}", "${A:-}"),
        ("${env:A:-x:-y}", "${env:A:-x:-y}"),
        ("Bearer ${A}", "'Bearer ' ${A}"),
        ("${A}${B}c", "${A} ${B} 'c'"),
        ("${file:/run/secrets/a b}", "${file:/run/secrets/a b}"),
        ("${vault:kv/mcp/github#token}", "${vault:kv/mcp/github#token}"),
        ("$", "'$'"),
        ("$A $5 a$", "'$A $5 a$'"),
        ("$$", "'$$'"),
        ("$${A}", "'${A}'"),
        ("$${", "'${'"),
        ("$$${A}", "'$${A}'"),
        ("$${A}${B}", "'${A}' ${B}"),
        ("}", "'}'"),
    ] {
        assert_eq!(pieces(text).as_deref(), Ok(expected), "{text}");
    }
}

#[test]
fn what_is_no_reference_is_an_error_that_repeats_nothing_but_the_word_of_its_form() {
    use NotTemplate::{Broken, Unclosed, Unknown};
    for (text, expected) in [
        ("${", Unclosed),
        ("a ${A", Unclosed),
        ("${}", Unknown(None)),
        ("${1A}", Unknown(None)),
        ("${a-b}", Unknown(None)),
        ("${ A }", Unknown(None)),
        ("${A:-${B}}", Broken("env")),
        ("${env:}", Broken("env")),
        ("${env:A B}", Broken("env")),
        ("${env:A:-${B}}", Broken("env")),
        ("${input:api-key}", Unknown(Some("input"))),
        ("${sk-live-1:x}", Unknown(None)),
        ("${:x}", Unknown(None)),
        ("${abcdefghijklmnopqrstuvwxyz:x}", Unknown(None)),
        ("${file:}", Broken("file")),
        ("${file:relative}", Broken("file")),
        ("${file:/a/../b}", Broken("file")),
        ("${file:/a//b}", Broken("file")),
        ("${file:/a/}", Broken("file")),
        ("${file:/}", Broken("file")),
        ("${file:/a:-b}", Broken("file")),
        ("${file:/a\n}", Broken("file")),
        ("${vault:kv/a}", Broken("vault")),
        ("${vault:kv#key}", Broken("vault")),
        ("${vault:/kv/a#key}", Broken("vault")),
        ("${vault:kv/../a#key}", Broken("vault")),
        ("${vault:kv/a#}", Broken("vault")),
        ("${vault:kv/a#b#c}", Broken("vault")),
        ("${vault:kv/a#b:-c}", Broken("vault")),
        ("${ENV:A}", Unknown(Some("ENV"))),
        ("$${A}${", Unclosed),
    ] {
        assert_eq!(pieces(text), Err(expected), "{text}");
        assert!(has_reference(text), "{text}");
    }
    assert!(!has_reference("$${A} $") && has_reference("${A}"));
}

#[test]
fn what_is_allowed_is_a_name_a_file_below_a_folder_or_a_path_of_vault() {
    for (text, expected) in [
        ("${MCP_SECRET_A}", true),
        ("${env:TOKEN}", true),
        ("${TOKENS}", false),
        ("${PATH}", false),
        ("${file:/run/secrets/a}", true),
        ("${file:/run/secrets/deep/a}", true),
        ("${file:/run/secrets2/a}", false),
        ("${file:/run/secret}", false),
        ("${file:/run/secrets}", false),
        ("${file:/etc/passwd}", false),
        ("${vault:kv/mcp#a}", true),
        ("${vault:kv/mcp/b#a}", true),
        ("${vault:kv/mcps#a}", false),
        ("${vault:kv/other#a}", false),
        ("${vault:team/a#a}", true),
    ] {
        let template = Template::parse(text).unwrap();
        assert_eq!(rules().allows(&template.references().next().unwrap().source), expected, "{text}");
    }
    let all =
        ReferenceRules::new(Some(vec!["*".to_owned(), "VAULT_TOKEN".to_owned()]), Vec::new(), Vec::new());
    for (name, expected) in [
        ("PATH", true),
        ("MCP_SETTINGS_SECRET_KEY", false),
        ("OH_SECRET_KEY", false),
        ("OH_SESSION_API_KEYS_0", false),
        ("SESSION_API_KEY", false),
        ("VAULT_TOKEN", false),
    ] {
        assert_eq!(all.allows(&Source::Environment { name, is_spelled_out: true }), expected, "{name}");
    }
    let none = Template::parse("${file:/a}").unwrap();
    assert!(!ReferenceRules::default().allows(&none.references().next().unwrap().source));
    let root = ReferenceRules::new(None, vec!["/".to_owned()], Vec::new());
    assert_eq!(root.folder_of("/a/b"), Some(("/", "a/b")));
}

/// X19 of the attacks that the design was tried with, among others.
#[test]
fn only_what_can_hold_no_secret_is_shown() {
    for text in [
        "${MCP_SECRET_A}",
        "${env:MCP_SECRET_A}",
        " ${MCP_SECRET_A}\t",
        "Bearer ${MCP_SECRET_A}",
        "bearer  ${MCP_SECRET_A}",
        "ApiKey ${file:/run/secrets/a}",
        "Token ${vault:kv/mcp/a#b}",
        "${MCP_SECRET_A} ${MCP_SECRET_B}${TOKEN}",
    ] {
        assert!(rules().shows_in_clear(text), "{text}");
    }
    for text in [
        "",
        " ",
        "Bearer ",
        "$ecretPassw0rd",
        "${MCP_SECRET_A:-sk-live-123456}",
        "${MCP_SECRET_A:-}",
        "${OTHER}",
        "${file:/etc/passwd}",
        "${vault:kv/other#a}",
        "${input:a}",
        "${MCP_SECRET_A",
        "hunter2 ${MCP_SECRET_A}",
        "Bearer${MCP_SECRET_A}",
        "Bearer Bearer ${MCP_SECRET_A}",
        "${MCP_SECRET_A} Bearer ",
        "${MCP_SECRET_A}x",
        "$${MCP_SECRET_A}",
        "${MCP_SECRET_A}\n",
        "${MCP_SECRET_A} ${OTHER}",
    ] {
        assert!(!rules().shows_in_clear(text), "{text}");
    }
    assert!(!NO_REFERENCES.shows_in_clear("${MCP_SECRET_A}"));
}

#[test]
fn marking_changes_nothing_but_what_is_shown() {
    let text = r#"{"env":{"A":"sealed ${MCP_SECRET_A}","B":["${TOKEN}"],"C":"sealed x","D":1,"E":"foreign ${TOKEN}"},"args":["${TOKEN}"]}"#;
    let mut marked = config(text);
    rules().mark(&mut marked);
    let Some(Node::Object(env)) = marked.get("env") else { panic!("it is an object") };
    let shown = |node: Option<&Node>| matches!(node, Some(Node::Secret(secret)) if secret.is_reference);
    assert!(shown(env.get("A")) && !shown(env.get("C")) && !shown(env.get("D")) && !shown(env.get("E")));
    assert!(matches!(env.get("B"), Some(Node::Array(elements)) if shown(elements.first())));
    assert!(
        matches!(env.get("A"), Some(Node::Secret(secret)) if matches!(secret.at_rest, AtRest::Sealed(_)))
    );
    NO_REFERENCES.mark(&mut marked);
    let Some(Node::Object(env)) = marked.get("env") else { panic!("it is an object") };
    assert!(!shown(env.get("A")));
}

#[test]
fn what_is_printed_for_debugging_has_no_default_and_no_text() {
    let printed = format!("{:?}", Template::parse("canary-1 ${TOKEN:-canary-2}").unwrap());
    assert!(printed.contains("TOKEN") && !printed.contains("canary"), "{printed}");
}

/// Texts of what matters to the grammar.
fn texts() -> impl Strategy<Value = String> {
    let words = select(vec![
        "$",
        "${",
        "$${",
        "}",
        ":",
        ":-",
        "#",
        "/",
        "A",
        "env",
        "file",
        "vault",
        "MCP_SECRET_A",
        " ",
        "Bearer",
        "${MCP_SECRET_A}",
        "/run/secrets/a",
        "kv/mcp",
        "..",
        "é",
        "\n",
    ]);
    vec(words, 0..12).prop_map(|words| words.concat())
}

proptest! {
    #[test]
    fn a_template_is_written_as_it_was_read(text in texts()) {
        if let Ok(template) = Template::parse(&text) {
            prop_assert_eq!(template.to_string(), &*text);
            prop_assert_eq!(template.references().next().is_some(), has_reference(&text));
        }
    }

    #[test]
    fn any_text_can_be_quoted(text in texts()) {
        let quoted = text.replace("${", "$${");
        let template = Template::parse(&quoted);
        let expected: Vec<Piece<'_>> = Some(Piece::Text(text.clone())).filter(|_| !text.is_empty()).into_iter().collect();
        prop_assert!(template.is_ok_and(|template| template.pieces() == expected.as_slice()), "{}", text);
    }

    #[test]
    fn what_is_shown_has_references_that_are_allowed_and_nothing_else(text in texts()) {
        if rules().shows_in_clear(&text) {
            let template = Template::parse(&text).expect("what is shown can be read");
            let is_allowed = |reference: &Reference<'_>| reference.default.is_none() && rules().allows(&reference.source);
            prop_assert!(template.references().next().is_some() && template.references().all(is_allowed));
            let mut rest = text.clone();
            for reference in template.references() {
                rest = rest.replacen(&reference.to_string(), "", 1);
            }
            prop_assert!(["", "bearer"].contains(&rest.trim().to_ascii_lowercase().as_str()), "{}", rest);
        }
    }

    #[test]
    fn no_text_makes_it_panic(text in any::<String>(), start in texts()) {
        let text = start + &text;
        let _ = Template::parse(&text).map(|template| template.to_string());
        let _ = rules().shows_in_clear(&text);
    }
}
