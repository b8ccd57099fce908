//! Configurations as entries of a registry: which are, what callers are shown of them, and what is taken in.

use super::*;
use crate::model::plain_names::PlainNames;
use crate::model::reference::ReferenceRules;
use crate::model::samples::config;

fn entry(text: &str, may_reveal: bool) -> Option<Entry> {
    let mut config = config(text);
    ReferenceRules::default().mark(&mut config);
    PlainNames::default().mark(&mut config);
    Entry::of(&config, may_reveal)
}

/// What the only variable of a server is, or why it has none.
fn only(value: &str, may_reveal: bool) -> Result<String, String> {
    let entry = entry(&format!(r#"{{"command":"x","env":{{"A":"sealed {value}"}}}}"#), may_reveal).unwrap();
    match entry.descriptor {
        Ok(descriptor) => Ok(descriptor.env[0].1.clone()),
        Err(obstacles) => {
            assert_eq!(obstacles.len(), 1, "{obstacles:?}");
            assert_eq!(obstacles[0].pointer.as_str(), "/env/A");
            Err(obstacles[0].message.clone().into_owned())
        }
    }
}

#[test]
fn a_registry_has_the_programs_that_are_used_and_nothing_else() {
    for (text, expected) in [
        (r#"{"command":"x"}"#, true),
        (r#"{"command":"x","url":"https://h"}"#, true),
        (r#"{"command":"x","enabled":true}"#, true),
        (r#"{"command":"x","enabled":"odd"}"#, true),
        (r#"{"command":"x","enabled":false}"#, false),
        (r#"{"command":"x","disabled":true}"#, false),
        (r#"{"url":"https://h"}"#, false),
        ("{}", false),
    ] {
        assert_eq!(entry(text, true).is_some(), expected, "{text}");
    }
}

#[test]
fn a_reference_is_a_dollar_and_a_name_for_every_caller_and_whatever_the_lists_allow() {
    for may_reveal in [false, true] {
        for (stored, expected) in [
            ("${MCP_SECRET_X}", "$MCP_SECRET_X"),
            ("${NOT_ON_ANY_LIST}", "$NOT_ON_ANY_LIST"),
            ("${env:_A1}", "$_A1"),
        ] {
            assert_eq!(only(stored, may_reveal).as_deref(), Ok(expected), "{stored}");
        }
        for stored in [
            "Bearer ${MCP_SECRET_X}",
            "${MCP_SECRET_X}${MCP_SECRET_Y}",
            "${MCP_SECRET_X:-d}",
            "${file:/run/secrets/a}",
            "${input:token}",
            "${lower}",
            "${A",
        ] {
            assert!(only(stored, may_reveal).is_err(), "{stored}");
        }
    }
    assert_eq!(
        only("Bearer ${MCP_SECRET_X}", false).unwrap_err(),
        HAS_REFERENCE,
        "it is shown to all anyway"
    );
}

#[test]
fn a_secret_is_shown_to_those_who_may_see_it_and_nothing_of_it_to_others() {
    for (stored, expected) in
        [("token", "token"), ("a$b", "a$b"), ("$${X}a", ""), ("$$", ""), ("$HOME", ""), ("x$${Y}", "x${Y}")]
    {
        let shown = only(stored, true);
        match expected {
            "" => assert_eq!(shown.unwrap_err(), HAS_REFERENCE, "{stored}"),
            expected => assert_eq!(shown.as_deref(), Ok(expected), "{stored}"),
        }
        // That it begins with `$` is a part of it, too.
        assert_eq!(only(stored, false).unwrap_err(), IS_SECRET, "{stored}");
    }
    let foreign = r#"{"command":"x","env":{"A":"foreign s"}}"#;
    for (may_reveal, expected) in [(true, IS_UNREADABLE), (false, IS_SECRET)] {
        let obstacles = entry(foreign, may_reveal).unwrap().descriptor.unwrap_err();
        assert_eq!(obstacles[0].message, expected);
    }
}

#[test]
fn what_is_no_secret_is_shown_to_all() {
    let text = r#"{"command":"x","args":["-a","--key=shown","$HOME"],"env":{"LOG_LEVEL":"sealed debug","PORT":80,"E":""},"description":"d"}"#;
    let entry = entry(text, false).unwrap();
    let descriptor = entry.descriptor.unwrap();
    assert_eq!(descriptor.args, ["-a", "--key=shown", "$HOME"]);
    let env: Vec<_> = descriptor.env.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(env, [("LOG_LEVEL", "debug"), ("PORT", "80"), ("E", "")]);
    assert_eq!((entry.description.as_str(), descriptor.description.as_str()), ("d", "d"));
    assert!(!entry.reveals);
    let warned: Vec<_> = entry.warnings.iter().map(|warning| warning.pointer.as_str()).collect();
    assert_eq!(warned, ["/args/1"], "it seems to be a secret, and is shown as it is stored");
}

#[test]
fn what_reveals_says_so() {
    let text = r#"{"command":"x","env":{"A":"sealed s","B":"${X}"}}"#;
    assert!(entry(text, true).unwrap().reveals);
    assert!(!entry(text, false).unwrap().reveals);
    assert!(!entry(r#"{"command":"x","env":{"B":"${X}"}}"#, true).unwrap().reveals);
    let shown = format!("{:?}", entry(r#"{"command":"x","env":{"A":"sealed canary"}}"#, true).unwrap());
    assert!(shown.contains("Descriptor") && !shown.contains("canary"), "{shown}");
}

#[test]
fn each_obstacle_has_its_place() {
    let text = r#"{"command":"${X}","args":["a","${Y}","${Z"],"env":{"A":"sealed s","B":"sealed ${X}"},"cwd":"/srv"}"#;
    let entry = entry(text, false).unwrap();
    let obstacles = entry.descriptor.unwrap_err();
    let places: Vec<_> = obstacles.iter().map(|obstacle| obstacle.pointer.as_str()).collect();
    assert_eq!(places, ["/command", "/args/1", "/args/2", "/env/A"]);
    assert_eq!(entry.warnings[0].pointer.as_str(), "/cwd");
    for (text, place) in [
        (r#"{"command":""}"#, "/command"),
        (r#"{"command":["x"]}"#, "/command"),
        (r#"{"command":"x","args":"a"}"#, "/args"),
        (r#"{"command":"x","args":[{}]}"#, "/args/0"),
        (r#"{"command":"x","env":{"A":[]}}"#, "/env/A"),
    ] {
        let obstacles = super::tests::entry(text, true).unwrap().descriptor.unwrap_err();
        assert_eq!(obstacles[0].pointer.as_str(), place, "{text}");
    }
}

#[test]
fn what_is_taken_in_is_given_back_as_it_came() {
    let texts =
        ["", "a", "${X}", "$${X}", "$$${X}", "a$", "a${", "$${", "x$$y", "a ${b} c", "-e", "$HOME", "$"];
    let descriptor = Descriptor {
        command: "uvx".to_owned(),
        args: texts.map(str::to_owned).to_vec(),
        env: ["", "a", "$A_1", "$_", "pre$X", " $X", "a${X}", "x$${Y}"]
            .iter()
            .enumerate()
            .map(|(index, value)| (format!("V{index}"), (*value).to_owned()))
            .collect(),
        description: "two\nlines".to_owned(),
    };
    let config = descriptor.to_config().unwrap();
    assert_eq!(config.get("env").unwrap().as_object().unwrap().get("V2"), Some(&Json::string("${A_1}")));
    let opened = crate::model::config::open(
        &config,
        crate::model::Sealing::EverySecret,
        crate::model::samples::ring(),
    );
    let entry = Entry::of(&opened, true).unwrap();
    assert_eq!(entry.descriptor.unwrap(), descriptor);
    let least = Descriptor { args: Vec::new(), env: Vec::new(), description: String::new(), ..descriptor };
    assert_eq!(crate::json::to_compact(&least.to_config().unwrap().into()), r#"{"command":"uvx"}"#);
}

#[test]
fn what_would_change_its_meaning_is_refused() {
    for value in ["$", "$$", "$lower", "$1", "${X}", "$X/bin", "$$X", "$X ", "$É"] {
        let env = vec![("A".to_owned(), value.to_owned())];
        let (args, description) = (Vec::new(), String::new());
        let refused = Descriptor { command: "x".to_owned(), args, env, description }.to_config().unwrap_err();
        assert_eq!(refused[0].pointer.as_str(), "/env/A", "{value}");
        assert!(!refused[0].message.contains(value) || value == "$", "{value}");
    }
    let (args, env, description) = (Vec::new(), Vec::new(), String::new());
    let refused = Descriptor { command: "a${X}".to_owned(), args, env, description }.to_config().unwrap_err();
    assert_eq!(refused[0].pointer.as_str(), "/command");
}
