//! The rules for the list, with a file around it and files of secrets beside it.

use std::io;
use std::path::Path;

use super::{StaticFile, StaticServersError, Surroundings};
use crate::model::registration::AuthorizationWord;
use crate::model::static_server::{RequiredApproval, StaticAuthorization};

fn variable(name: &str) -> Option<String> {
    match name {
        "HOST" => Some("h.example".to_owned()),
        "HOME" => Some("/home/u".to_owned()),
        _ => None,
    }
}

fn secret(path: &Path) -> io::Result<String> {
    match path.to_str() {
        Some("/run/token") => Ok("  s3cret\n".to_owned()),
        Some("/home/u/token") => Ok("at home".to_owned()),
        Some("/run/empty") => Ok(" \n".to_owned()),
        Some("/run") => Err(io::Error::other("it is not a regular file")),
        _ => Err(io::ErrorKind::NotFound.into()),
    }
}

fn parse(text: &str) -> Result<StaticFile, StaticServersError> {
    StaticFile::parse(text, &Surroundings { variable: &variable, secret: &secret })
}

/// The list of one entry with these members beside its name and URL.
fn with(members: &str) -> Result<StaticFile, StaticServersError> {
    parse(&format!("mcp_servers: [{{name: a, url: u, {members}}}]"))
}

#[test]
fn the_servers_are_read_in_their_order_and_the_rest_of_the_file_is_left_alone() {
    let file = parse(
        "name: Lightspeed\nservice: {host: 0.0.0.0, port: 8080}\nllama_stack:\n  api_key: ${env.NONE}\n\
         mcp_servers:\n  - name: z\n    url: http://${env.HOST}/z\n    provider_id: p\n    headers: [X-B, x-a]\n    \
         timeout: 30\n    require_approval: always\n  - name: 'a b'\n    url: anything\n",
    )
    .unwrap();
    let [z, a] = &file.servers[..] else { panic!("{file:?}") };
    assert_eq!((&*z.name, &*z.url, &*z.provider_id), ("z", "http://h.example/z", "p"));
    assert_eq!((&z.headers[..], z.timeout), (&["X-B".to_owned(), "x-a".to_owned()][..], Some(30)));
    assert_eq!(z.require_approval, RequiredApproval::Always);
    assert_eq!((&*a.name, &*a.url, &*a.provider_id), ("a b", "anything", "model-context-protocol"));
    assert_eq!((a.require_approval.clone(), a.timeout), (RequiredApproval::Never, None));
    assert!(file.warnings.is_empty());
}

#[test]
fn a_file_without_servers_registers_none() {
    for text in ["name: x", "mcp_servers: []", "{}"] {
        assert!(parse(text).unwrap().servers.is_empty(), "{text}");
    }
}

#[test]
fn what_cannot_be_used_is_refused_with_its_place() {
    for (text, expected) in [
        ("a: b: c", "line 1 is not valid YAML"),
        ("a: 1\nb: {c: 1, c: 2}", "line 2: a key comes twice"),
        ("a: 1\n---\nb: 2", "it must be one YAML document, a mapping"),
        ("", "it must be one YAML document, a mapping"),
        ("[]", "it must be one YAML document, a mapping"),
        ("mcp_servers:", "`mcp_servers` must be a list"),
        ("mcp_servers: {}", "`mcp_servers` must be a list"),
        ("mcp_servers: [x]", "`mcp_servers[0]` must be a mapping"),
        ("mcp_servers: [{1: x}]", "`mcp_servers[0]` must have texts as keys"),
        ("mcp_servers: [{name: a}]", "`mcp_servers[0].url` is missing"),
        ("mcp_servers: [{url: u}]", "`mcp_servers[0].name` is missing"),
        ("mcp_servers: [{name: 5, url: u}]", "`mcp_servers[0].name` must be a text"),
        ("mcp_servers: [{name: a, url: null}]", "`mcp_servers[0].url` must be a text"),
        ("mcp_servers: [{name: a, url: !mine u}]", "`mcp_servers[0].url` has a tag or an alias"),
        (
            "mcp_servers: [{name: a, url: u}, {name: a, url: v}]",
            "`mcp_servers[1].name` is the name of another server of the list",
        ),
        (
            "mcp_servers: [{name: a, url: '${env.NONE}'}]",
            "`mcp_servers[0].url` names the variable `NONE`, which is not set",
        ),
    ] {
        let error = parse(text).expect_err(text).to_string();
        assert!(error.starts_with(expected), "{text}: {error}");
    }
}

#[test]
fn each_member_has_its_rule() {
    for (members, expected) in [
        ("token: x", "`mcp_servers[0].token` is not known; there can be `name`, `url`,"),
        ("'<<': {}", "`mcp_servers[0].<<` is not known"),
        ("provider_id: null", "`mcp_servers[0].provider_id` must be a text"),
        ("headers: null", "`mcp_servers[0].headers` must be a list of texts"),
        ("headers: [a, 5]", "`mcp_servers[0].headers[1]` must be a text"),
        ("headers: ['']", "`mcp_servers[0].headers` must hold no blank name"),
        ("headers: ['  ']", "`mcp_servers[0].headers` must hold no blank name"),
        ("headers: [A, a]", "`mcp_servers[0].headers` must hold no name twice"),
        ("require_approval: sometimes", "`mcp_servers[0].require_approval` must be `always`, `never`, or"),
        ("require_approval: true", "`mcp_servers[0].require_approval` must be `always`, `never`, or"),
        ("require_approval: {often: []}", "`mcp_servers[0].require_approval.often` is not known"),
        ("require_approval: {always: x}", "`mcp_servers[0].require_approval.always` must be a list of texts"),
        (
            "require_approval: {always: [a, b], never: [b]}",
            "`mcp_servers[0].require_approval` must not have a tool in both lists",
        ),
        ("timeout: 0", "`mcp_servers[0].timeout` must be a whole number of seconds"),
        ("timeout: 1.5", "`mcp_servers[0].timeout` must be a whole number of seconds"),
        ("timeout: soon", "`mcp_servers[0].timeout` must be a whole number of seconds"),
        ("timeout: []", "`mcp_servers[0].timeout` must be a whole number of seconds"),
        ("authorization_headers: []", "`mcp_servers[0].authorization_headers` must be a mapping"),
        ("authorization_headers: {A: 5}", "`mcp_servers[0].authorization_headers.A` must be a text"),
    ] {
        let error = with(members).expect_err(members).to_string();
        assert!(error.starts_with(expected), "{members}: {error}");
    }
}

#[test]
fn approvals_and_timeouts_have_several_forms() {
    let approval = |text: &str| {
        let file = with(&format!("require_approval: {text}")).unwrap();
        file.servers.into_iter().next().unwrap().require_approval
    };
    assert_eq!(approval("never"), RequiredApproval::Never);
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    let of =
        |always: &[&str], never: &[&str]| RequiredApproval::Of { always: texts(always), never: texts(never) };
    assert_eq!(approval("{always: [a], never: [b]}"), of(&["a"], &["b"]));
    assert_eq!(approval("{never: [b]}"), of(&[], &["b"]));
    assert_eq!(approval("{}"), of(&[], &[]));
    for (text, expected) in
        [("30", Some(30)), ("2.0", Some(2)), ("'30'", Some(30)), ("true", Some(1)), ("null", None)]
    {
        assert_eq!(with(&format!("timeout: {text}")).unwrap().servers[0].timeout, expected, "{text}");
    }
}

/// C-CFG-02 of the checklist in `tests/it/dynamic.rs`: nothing that is answered shows the content.
#[test]
fn a_header_is_a_word_or_the_trimmed_content_of_a_file() {
    let file = with(
        "authorization_headers: {A: ' client ', B: kubernetes, C: oauth, D: ' /run/token ', E: ~/token}",
    )
    .unwrap();
    let secret = |text: &str| StaticAuthorization::Secret(crate::secrets::Plaintext::new(text.to_owned()));
    let expected = [
        ("A", StaticAuthorization::Word(AuthorizationWord::Client)),
        ("B", StaticAuthorization::Word(AuthorizationWord::Kubernetes)),
        ("C", StaticAuthorization::Word(AuthorizationWord::OAuth)),
        ("D", secret("s3cret")),
        ("E", secret("at home")),
    ];
    assert_eq!(file.servers[0].authorization_headers, expected.map(|(name, value)| (name.to_owned(), value)));
    assert!(file.warnings.is_empty());
}

#[test]
fn a_header_whose_file_cannot_be_read_is_left_out_and_nothing_of_it_is_repeated() {
    for path in ["/run/canary", "/run", "/run/empty", "Bearer canary"] {
        let file = with(&format!("authorization_headers: {{A: {path}, B: client}}")).unwrap();
        let headers = &file.servers[0].authorization_headers;
        assert_eq!(headers.len(), 1, "{path}");
        let [warning] = &file.warnings[..] else { panic!("{path}: {:?}", file.warnings) };
        assert!(warning.starts_with("`mcp_servers[0].authorization_headers.A` is neither"), "{warning}");
        assert!(!warning.contains("canary"), "{warning}");
    }
}

#[test]
fn a_file_that_grows_without_end_is_refused() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let before = format!("*a{}", level - 1);
        text.push_str(&format!("a{level}: &a{level} [{}]\n", [&*before; 10].join(", ")));
    }
    assert!(matches!(parse(&text), Err(StaticServersError::Syntax { .. })));
}
