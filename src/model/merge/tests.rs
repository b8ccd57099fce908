//! The tables of DESIGN §5.2 (how a sent value is read) and of RFC 7396.

use super::*;
use crate::json::to_compact;
use crate::model::config::{open, to_stored};
use crate::model::plain_names::PlainNames;
use crate::model::reference::{NO_REFERENCES, ReferenceRules};
use crate::model::samples::{config, config_in, object, plain_text, ring};

fn reading(may_reveal: bool) -> Reading<'static> {
    Reading { sealing: Sealing::EverySecret, ring: ring(), may_reveal, references: &NO_REFERENCES }
}

/// What a PUT makes of a stored configuration: the configuration, or the refusals.
fn put(stored: &str, body: &str, may_reveal: bool) -> String {
    outcome(replace(object(body), Some(&config(stored)), &reading(may_reveal)))
}

fn patch(stored: &str, patch: &str, may_reveal: bool) -> String {
    outcome(merge_patch(object(patch), &config(stored), &reading(may_reveal)))
}

fn outcome(merged: Merged) -> String {
    if merged.refusals.is_empty() {
        return plain_text(&merged.config);
    }
    let refusals = merged.refusals.iter().map(|refusal| format!("{:?} at {}", refusal.kind, refusal.pointer));
    refusals.collect::<Vec<_>>().join(", ")
}

#[test]
fn a_value_at_a_secret_leaf_is_read_in_the_order_of_the_design() {
    let both = |outcome| (outcome, outcome);
    let table: &[(&str, &str, (&str, &str))] = &[
        // Equal to the stored plaintext, even where that looks like something else.
        // The result does not show to a caller without `reveal` that the guess was right.
        (r#""sealed s""#, r#""s""#, ("sent s", "new s")),
        (r#""s""#, r#""s""#, ("clear s", "new s")),
        // But a mask is a mask: sending one back does not show that the caller knows the secret.
        (r#""sealed [REDACTED]""#, r#""[REDACTED]""#, both("kept [REDACTED]")),
        (
            r#""sealed gAAAAA-literal""#,
            r#""gAAAAA-literal""#,
            ("sent gAAAAA-literal", "ForeignToken at /env/A"),
        ),
        // A mask.
        (r#""sealed s""#, r#""[REDACTED]""#, both("kept s")),
        (r#""sealed s""#, r#""<redacted>""#, both("kept s")),
        (r#""sealed s""#, r#""***********""#, both("kept s")),
        (r#""s""#, r#""**********""#, both("kept s")),
        (r#""foreign s""#, r#""[REDACTED]""#, both("kept unreadable")),
        ("8080", r#""[REDACTED]""#, both("kept 8080")),
        ("true", r#""[REDACTED]""#, both("kept true")),
        (r#""""#, r#""[REDACTED]""#, both("NothingToRestore at /env/A")),
        ("null", r#""[REDACTED]""#, both("NothingToRestore at /env/A")),
        ("{}", r#""[REDACTED]""#, both("NothingToRestore at /env/A")),
        ("", r#""[REDACTED]""#, both("NothingToRestore at /env/A")),
        // A token of ours.
        (r#""sealed s""#, r#""sealed s""#, ("sent s", "ForeignToken at /env/A")),
        (r#""sealed s""#, r#""sealed t""#, ("new t", "ForeignToken at /env/A")),
        (r#""foreign s""#, r#""sealed t""#, ("new t", "ForeignToken at /env/A")),
        ("", r#""sealed t""#, ("new t", "ForeignToken at /env/A")),
        // Another token.
        (r#""sealed s""#, r#""foreign s""#, both("ForeignToken at /env/A")),
        (r#""sealed s""#, r#""gAAAAA""#, both("ForeignToken at /env/A")),
        ("", r#""gAAAAAAAAA""#, both("ForeignToken at /env/A")),
        // A new secret.
        (r#""sealed s""#, r#""t""#, both("new t")),
        (r#""foreign s""#, r#""t""#, both("new t")),
        ("8080", r#""8080""#, both("new 8080")),
        // A mask in a form of others, or in part.
        (r#""sealed s""#, r#"" [REDACTED]""#, both("kept s")),
        ("8080", r#""[redacted]""#, both("kept 8080")),
        (r#""foreign s""#, r#""xxxx""#, both("kept unreadable")),
        (r#""sealed s""#, r#""*********""#, ("kept s", "UnclearMask at /env/A")),
        (r#""sealed ******""#, r#""******""#, ("sent ******", "UnclearMask at /env/A")),
        (r#""sealed abcxyz""#, r#""a****z""#, ("kept abcxyz", "UnclearMask at /env/A")),
        (r#""sealed abcxyz""#, r#""b****z""#, ("new b****z", "UnclearMask at /env/A")),
        (r#""sealed abcxyz""#, r#""b••••z""#, both("UnclearMask at /env/A")),
        (r#""foreign s""#, r#""b****z""#, both("UnclearMask at /env/A")),
        ("", r#""*********""#, ("NothingToRestore at /env/A", "UnclearMask at /env/A")),
        ("", r#""a****z""#, ("new a****z", "UnclearMask at /env/A")),
        ("", r#""xxx""#, both("NothingToRestore at /env/A")),
        // Nothing that could be secret.
        (r#""sealed s""#, r#""""#, both("")),
        (r#""""#, r#""""#, both("")),
    ];
    for (stored, sent, (revealer, writer)) in table {
        let server = |value: &str| match value {
            "" => r#"{"env":{}}"#.to_owned(),
            value => format!(r#"{{"env":{{"A":{value}}}}}"#),
        };
        for (expected, may_reveal) in [(revealer, true), (writer, false)] {
            let expected = match expected.contains(" at /") {
                true => (*expected).to_owned(),
                false => server(&format!("\"{expected}\"")),
            };
            let case = format!("{stored} <- {sent}, may reveal: {may_reveal}");
            assert_eq!(put(&server(stored), &server(sent), may_reveal), expected, "PUT {case}");
            assert_eq!(patch(&server(stored), &server(sent), may_reveal), expected, "PATCH {case}");
        }
    }
}

#[test]
fn without_reveal_only_the_token_of_that_very_leaf_can_be_sent_back() {
    let stored = object(r#"{"env":{"A":"sealed s"}}"#);
    let config = open(&stored, Sealing::EverySecret, ring());
    let again = |body| outcome(replace(body, Some(&config), &reading(false)));
    assert_eq!(again(stored.clone()), r#"{"env":{"A":"kept s"}}"#);
    assert_eq!(again(object(r#"{"env":{"A":"sealed s"}}"#)), "ForeignToken at /env/A");
}

#[test]
fn a_number_that_is_the_stored_one_keeps_its_spelling_unless_that_would_tell() {
    let stored = r#"{"my_key":{"n":0.5}}"#;
    for (may_reveal, expected) in [(true, "0.5"), (false, "0.50")] {
        let merged = put(stored, r#"{"my_key":{"n":0.50}}"#, may_reveal);
        let plain = put(r#"{"env":{"N":0.5}}"#, r#"{"env":{"N":0.50}}"#, may_reveal);
        assert_eq!(plain, format!(r#"{{"env":{{"N":"clear {expected}"}}}}"#), "{merged}");
    }
}

#[test]
fn the_token_of_an_unreadable_leaf_means_itself_and_nothing_else() {
    let stored = object(r#"{"env":{"A":"foreign s","B":"foreign s"}}"#);
    let env = stored.get("env").cloned().unwrap();
    let config = open(&stored, Sealing::EverySecret, ring());
    let swapped: Object =
        env.as_object().unwrap().iter().zip(["B", "A"]).map(|((_, v), name)| (name, v.clone())).collect();
    let merged = |env: Json| {
        let body = Object::from_iter([("env", env)]);
        outcome(replace(body, Some(&config), &reading(true)))
    };
    assert_eq!(merged(env), r#"{"env":{"A":"kept unreadable","B":"kept unreadable"}}"#);
    assert_eq!(merged(swapped.into()), "ForeignToken at /env/B, ForeignToken at /env/A");
}

#[test]
fn a_number_or_boolean_at_a_secret_leaf_keeps_its_type_and_spelling() {
    for (stored, sent, expected) in [
        ("8080", "8080", "clear 8080"),
        ("1e2", "100.0", "clear 1e2"),
        ("1", "1.0", "clear 1.0"),
        ("true", "true", "clear true"),
        ("true", "false", "clear false"),
        (r#""sealed 1""#, "1", "clear 1"),
    ] {
        let server = |value: &str| format!(r#"{{"headers":{{"A":{value}}}}}"#);
        assert_eq!(
            put(&server(stored), &server(sent), true),
            server(&format!("\"{expected}\"")),
            "{stored} <- {sent}"
        );
    }
}

#[test]
fn masks_in_an_array_are_restored_only_where_nothing_else_changes() {
    let refused = "ArrayChanged at /keys";
    let kept = r#"{"keys":["kept a","kept b"]}"#;
    let stored = r#"{"keys":["sealed a","sealed b"]}"#;
    let table = [
        (stored, r#"["[REDACTED]","[REDACTED]"]"#, kept, kept),
        (stored, r#"["a","[REDACTED]"]"#, r#"{"keys":["sent a","kept b"]}"#, refused),
        (stored, r#"["x","[REDACTED]"]"#, refused, refused),
        (stored, r#"["[REDACTED]"]"#, "NothingToRestore at /keys/0", "NothingToRestore at /keys/0"),
        (
            stored,
            r#"["a","b","c"]"#,
            r#"{"keys":["sent a","sent b","new c"]}"#,
            r#"{"keys":["new a","new b","new c"]}"#,
        ),
        (
            stored,
            r#"["x","y","z"]"#,
            r#"{"keys":["new x","new y","new z"]}"#,
            r#"{"keys":["new x","new y","new z"]}"#,
        ),
        (stored, "[]", r#"{"keys":[]}"#, r#"{"keys":[]}"#),
        (stored, r#""[REDACTED]""#, "NothingToRestore at /keys", "NothingToRestore at /keys"),
        (r#"{"keys":["sealed a",1]}"#, r#"["[REDACTED]",2]"#, refused, refused),
        (
            r#"{"keys":["sealed a",1.0]}"#,
            r#"["[REDACTED]",1.00]"#,
            r#"{"keys":["kept a","clear 1.0"]}"#,
            // A number is a secret here too, and to say that it is the stored one would confirm a guess.
            refused,
        ),
        (
            r#"{"keys":[{"k":"sealed a","max":1},{"k":"sealed b"}]}"#,
            r#"[{"max":1,"k":"[REDACTED]"},{"k":"[REDACTED]"}]"#,
            r#"{"keys":[{"max":1,"k":"kept a"},{"k":"kept b"}]}"#,
            r#"{"keys":[{"max":1,"k":"kept a"},{"k":"kept b"}]}"#,
        ),
        (r#"{"keys":[{"k":"sealed a"},{"n":1}]}"#, r#"[{"k":"[REDACTED]"},{"n":2}]"#, refused, refused),
        (r#"{"keys":[["sealed a"],[1]]}"#, r#"[["[REDACTED]"],[2]]"#, refused, refused),
        (
            r#"{"keys":[["sealed a",1],[1]]}"#,
            r#"[["[REDACTED]",2],[1]]"#,
            "ArrayChanged at /keys/0",
            "ArrayChanged at /keys/0",
        ),
    ];
    for (stored, sent, revealer, writer) in table {
        for (expected, may_reveal) in [(revealer, true), (writer, false)] {
            let body = format!(r#"{{"keys":{sent}}}"#);
            assert_eq!(put(stored, &body, may_reveal), expected, "PUT {sent} {may_reveal}");
            assert_eq!(patch(stored, &body, may_reveal), expected, "PATCH {sent} {may_reveal}");
        }
    }
}

#[test]
fn a_put_takes_top_level_nulls_for_absence_and_no_others() {
    let stored = r#"{"command":"x","env":{"A":"sealed s","B":"sealed t"},"note":{"a":1}}"#;
    assert_eq!(
        put(stored, r#"{"command":"y","env":null,"note":{"a":null}}"#, true),
        r#"{"command":"y","note":{"a":null}}"#
    );
    assert_eq!(put(stored, r#"{"env":{"A":null}}"#, true), r#"{"env":{"A":null}}"#);
}

#[test]
fn a_url_mask_is_restored_also_under_another_path() {
    let stored = r#"{"url":"https://u:p@h/a?api_key=k&x=1"}"#;
    for (sent, expected) in [
        ("https://**********@h/b?api_key=**********", r#"{"url":"kept https://u:p@h/b?api_key=k"}"#),
        ("https://v:q@h/b?api_key=**********", r#"{"url":"kept sent https://v:q@h/b?api_key=k"}"#),
        ("https://h/b", r#"{"url":"https://h/b"}"#),
        ("https://h/?token=**********", "NothingToRestore at /url"),
        ("https://u:**********@h/", r#"{"url":"kept https://u:p@h/"}"#),
        ("https://v:**********@h/", "UnclearMask at /url"),
    ] {
        assert_eq!(put(stored, &format!(r#"{{"url":"{sent}"}}"#), true), expected, "{sent}");
    }
    assert_eq!(patch(stored, "{}", true), r#"{"url":"kept https://u:p@h/a?api_key=k&x=1"}"#);
}

#[test]
fn the_examples_of_rfc_7396_come_out_as_printed() {
    // Appendix A; those whose target or patch is no object are wrapped, since a configuration is one.
    for (target, sent, expected) in [
        (r#"{"a":"b"}"#, r#"{"a":"c"}"#, r#"{"a":"c"}"#),
        (r#"{"a":"b"}"#, r#"{"b":"c"}"#, r#"{"a":"b","b":"c"}"#),
        (r#"{"a":"b"}"#, r#"{"a":null}"#, "{}"),
        (r#"{"a":"b","b":"c"}"#, r#"{"a":null}"#, r#"{"b":"c"}"#),
        (r#"{"a":["b"]}"#, r#"{"a":"c"}"#, r#"{"a":"c"}"#),
        (r#"{"a":"c"}"#, r#"{"a":["b"]}"#, r#"{"a":["b"]}"#),
        (r#"{"a":{"b":"c"}}"#, r#"{"a":{"b":"d","c":null}}"#, r#"{"a":{"b":"d"}}"#),
        (r#"{"a":[{"b":"c"}]}"#, r#"{"a":[1]}"#, r#"{"a":[1]}"#),
        (r#"{"x":["a","b"]}"#, r#"{"x":["c","d"]}"#, r#"{"x":["c","d"]}"#),
        (r#"{"x":{"a":"b"}}"#, r#"{"x":["c"]}"#, r#"{"x":["c"]}"#),
        (r#"{"x":{"a":"foo"}}"#, r#"{"x":null}"#, "{}"),
        (r#"{"x":{"a":"foo"}}"#, r#"{"x":"bar"}"#, r#"{"x":"bar"}"#),
        (r#"{"e":null}"#, r#"{"a":1}"#, r#"{"e":null,"a":1}"#),
        (r#"{"x":[1,2]}"#, r#"{"x":{"a":"b","c":null}}"#, r#"{"x":{"a":"b"}}"#),
        ("{}", r#"{"a":{"bb":{"ccc":null}}}"#, r#"{"a":{"bb":{}}}"#),
        ("{}", r#"{"a":[{"b":null},null]}"#, r#"{"a":[{"b":null},null]}"#),
    ] {
        assert_eq!(patch(target, sent, true), expected, "{target} <- {sent}");
    }
}

#[test]
fn a_patch_reaches_below_absent_parents_and_keeps_the_rest_as_it_was() {
    let stored = r#"{"command":"x","env":{"A":"sealed s","B":"foreign t"},"url":"https://u@h/"}"#;
    for (sent, expected) in [
        (
            r#"{"headers":{"H":"v"},"tools":{"a":{"b":{"c":1,"d":null}}}}"#,
            r#"{"command":"x","env":{"A":"kept s","B":"kept unreadable"},"url":"kept https://u@h/","headers":{"H":"new v"},"tools":{"a":{"b":{"c":1}}}}"#,
        ),
        (
            r#"{"env":{"A":null,"C":"new"},"url":null}"#,
            r#"{"command":"x","env":{"B":"kept unreadable","C":"new new"}}"#,
        ),
        (
            r#"{"env":{"A":{"deep":"d"}},"url":null}"#,
            r#"{"command":"x","env":{"A":{"deep":"new d"},"B":"kept unreadable"}}"#,
        ),
        (r#"{"headers":{"H":"[REDACTED]"}}"#, "NothingToRestore at /headers/H"),
    ] {
        assert_eq!(patch(stored, sent, true), expected, "{sent}");
    }
}

#[test]
fn what_is_kept_is_stored_as_it_was_found() {
    let stored = object(r#"{"env":{"A":"sealed s","B":"foreign t","C":"clear","D":8080},"auth":"sealed u"}"#);
    let before = open(&stored, Sealing::EverySecret, ring());
    let masked = object(
        r#"{"env":{"A":"[REDACTED]","B":"[REDACTED]","C":"**********","D":"<redacted>"},"auth":"[REDACTED]"}"#,
    );
    for merged in [
        replace(masked, Some(&before), &reading(false)),
        merge_patch(Object::new(), &before, &reading(false)),
    ] {
        assert_eq!(to_stored(&merged.config, ring()).unwrap(), stored);
    }
}

#[test]
fn a_new_secret_is_sealed_where_the_layout_seals() {
    let body = r#"{"env":{"A":"a"},"auth":{"value":"b"},"my_key":"c"}"#;
    for (sealing, expected) in [
        (Sealing::EverySecret, r#"{"env":{"A":"new a"},"auth":{"value":"new b"},"my_key":"new c"}"#),
        (Sealing::EnvAndHeaders, r#"{"env":{"A":"new a"},"auth":{"value":"clear b"},"my_key":"clear c"}"#),
        (Sealing::Listed, r#"{"env":{"A":"new a"},"auth":{"value":"new b"},"my_key":"clear c"}"#),
    ] {
        let merged = replace(object(body), None, &Reading { sealing, ..reading(true) });
        assert_eq!(outcome(merged), expected);
        // Clear ones that are sent again stay clear where they may.
        let stored = config_in(r#"{"auth":{"value":"b"}}"#, sealing);
        let sent = object(r#"{"auth":{"value":"b"}}"#);
        let again = replace(sent, Some(&stored), &Reading { sealing, ..reading(true) });
        assert_eq!(outcome(again), r#"{"auth":{"value":"clear b"}}"#);
    }
}

#[test]
fn a_string_auth_and_an_object_auth_share_nothing() {
    let (text, object) = (r#"{"auth":"sealed t"}"#, r#"{"auth":{"strategy":"bearer","value":"sealed t"}}"#);
    assert_eq!(patch(text, r#"{"auth":{"value":"[REDACTED]"}}"#, true), "NothingToRestore at /auth/value");
    assert_eq!(patch(object, r#"{"auth":"[REDACTED]"}"#, true), "NothingToRestore at /auth");
    assert_eq!(patch(object, r#"{"auth":"oauth"}"#, true), r#"{"auth":"oauth"}"#);
    assert_eq!(patch(text, r#"{"auth":"oauth"}"#, true), r#"{"auth":"oauth"}"#);
    assert_eq!(put(r#"{"auth":"oauth"}"#, r#"{"auth":"[REDACTED]"}"#, true), "NothingToRestore at /auth");
}

#[test]
fn what_was_sealed_under_a_name_that_is_no_longer_telling_stays_a_secret() {
    let stored = r#"{"keywords":["sealed a"],"x_token_env_var":"sealed N","env_keys":"clear"}"#;
    let masked = r#"{"keywords":["[REDACTED]"],"x_token_env_var":"[REDACTED]","env_keys":"clear"}"#;
    let kept = r#"{"keywords":["kept a"],"x_token_env_var":"kept N","env_keys":"clear"}"#;
    for may_reveal in [true, false] {
        assert_eq!(put(stored, masked, may_reveal), kept);
        assert_eq!(patch(stored, r#"{"env_keys":"other"}"#, may_reveal), kept.replace("clear", "other"));
        let again = r#"{"x_token_env_var":"N"}"#;
        // From who may not see secrets each one is new, so that none is confirmed.
        let word = if may_reveal { "sent" } else { "new" };
        assert_eq!(put(stored, again, may_reveal), format!(r#"{{"x_token_env_var":"{word} N"}}"#));
        let new = r#"{"x_token_env_var":"M","env_keys":"E","hotkeys":"h"}"#;
        let plain = r#"{"x_token_env_var":"new M","env_keys":"E","hotkeys":"h"}"#;
        assert_eq!(put(stored, new, may_reveal), plain);
    }
    // Where no secret is stored a token is not taken as a text that would be read as one.
    assert_eq!(put("{}", r#"{"hotkeys":"foreign t"}"#, true), "ForeignToken at /hotkeys");
    assert_eq!(put("{}", r#"{"hotkeys":"sealed t"}"#, false), "ForeignToken at /hotkeys");
    assert_eq!(put("{}", r#"{"hotkeys":"sealed t"}"#, true), r#"{"hotkeys":"new t"}"#);
}

#[test]
fn the_secret_parts_of_an_unknown_members_url_stay_at_its_host() {
    let stored = r#"{"serverUrl":"https://u:p@h.example/a","other":"https://h.example/?sig=s"}"#;
    let kept = r#"{"serverUrl":"kept https://u:p@h.example/b","other":"kept https://h.example/?sig=s"}"#;
    let masked =
        r#"{"serverUrl":"https://**********@h.example/b","other":"https://h.example/?sig=**********"}"#;
    for may_reveal in [true, false] {
        assert_eq!(put(stored, masked, may_reveal), kept);
        let moved = r#"{"serverUrl":"https://**********@evil.example/b"}"#;
        assert_eq!(put(stored, moved, may_reveal), "Displaced at /serverUrl");
        let moved = r#"{"other":"https://evil.example/?sig=**********"}"#;
        assert_eq!(patch(stored, moved, may_reveal), "Displaced at /other");
    }
}

#[test]
fn a_body_of_a_mebibyte_is_merged_in_no_time() {
    // Below one long name: where each step copied its pointer, this took minutes.
    let name = "n".repeat(500_000);
    let members: Vec<String> = (0..50_000).map(|index| format!("\"{index}\":1")).collect();
    let wide = format!("{{\"{name}\":{{{}}}}}", members.join(","));
    let masks: Vec<String> = (0..30_000).map(|index| format!("\"{index}\":\"[REDACTED]\"")).collect();
    let masked = format!("{{\"key{name}\":{{{}}}}}", masks.join(","));
    let url = format!("{{\"url\":\"https://h/?{}\"}}", "key=**********&".repeat(60_000));
    let nested = format!("{{\"keys\":{}\"[REDACTED]\"{}}}", "[".repeat(60), "]".repeat(60));
    for body in [&wide, &masked, &url, &nested] {
        let before = config(body);
        let begun = std::time::Instant::now();
        let merged = merge_patch(object(body), &before, &reading(false));
        let again = replace(object(body), None, &reading(false));
        assert!(begun.elapsed().as_secs() < 10, "{} bytes took {:?}", body.len(), begun.elapsed());
        assert!(merged.refusals.len() <= 100 && again.refusals.len() <= 100);
    }
}

#[test]
fn the_deepest_stored_value_is_walked_on_a_small_stack() {
    let deep = format!("{}{}{}", "{\"a\":[".repeat(255), "\"x\"", "]}".repeat(255));
    let text = format!("{{\"deep\":{deep}}}");
    let small = std::thread::Builder::new().stack_size(2 << 20);
    let walk = move || {
        let before = config(&text);
        let merged = merge_patch(Object::new(), &before, &reading(false));
        assert!(Node::Object(merged.config.clone()).is_same(&Node::Object(before)));
        to_compact(&Json::Object(to_stored(&merged.config, ring()).unwrap())) == text
    };
    assert!(small.spawn(walk).unwrap().join().unwrap());
}

#[test]
fn patching_twice_gives_what_patching_once_gave() {
    let stored = r#"{"command":"x","env":{"A":"sealed s","B":"8"},"args":["a"],"tools":{"t":{"n":1}}}"#;
    for sent in
        [r#"{"env":{"A":"[REDACTED]","C":"new"},"tools":{"t":null}}"#, r#"{"args":[],"env":null}"#, "{}"]
    {
        let once: Members = merge_patch(object(sent), &config(stored), &reading(true)).config;
        let again = open_stored(&once);
        let twice = merge_patch(object(sent), &again, &reading(true)).config;
        assert!(Node::Object(again).is_same(&Node::Object(twice)), "{sent}");
    }
}

fn open_stored(config: &Members) -> Members {
    open(&to_stored(config, ring()).expect("there is a key"), Sealing::EverySecret, ring())
}

#[test]
fn a_number_or_boolean_that_is_no_secret_does_not_become_one() {
    let sent = r#"{"command":"x","enabled":true,"timeout":5,"unknown":[false,1.0]}"#;
    assert_eq!(put(r#"{"command":"x"}"#, sent, true), sent);
}

#[test]
fn a_masked_url_in_an_array_is_kept_under_the_rule_for_arrays() {
    let stored = r#"{"url":["https://u:p@h/","a"]}"#;
    for (sent, expected) in [
        (r#"{"url":["https://**********@h/","a"]}"#, r#"{"url":["kept https://u:p@h/","a"]}"#),
        (r#"{"url":["https://**********@h/","b"]}"#, "ArrayChanged at /url"),
        (r#"{"url":["https://**********@h/"]}"#, "NothingToRestore at /url/0"),
    ] {
        assert_eq!(put(stored, sent, true), expected, "{sent}");
    }
}

#[test]
fn what_every_caller_is_shown_is_no_guess_when_it_comes_back() {
    let hidden = "ghp_abcdefghij0123456789";
    for (stored, sent, expected, is_guess) in [
        (r#""sealed s""#, r#""s""#, "sent s", false),
        (r#""s""#, r#""s""#, "clear s", false),
        ("8080", "8080", "clear 8080", false),
        ("true", "true", "clear true", false),
        // Even where it looks like something else.
        (r#""sealed ***""#, r#""***""#, "sent ***", false),
        (r#""sealed redacted""#, r#""redacted""#, "sent redacted", false),
        (r#""sealed s""#, r#""[REDACTED]""#, "kept s", false),
        (r#""sealed s""#, r#""t""#, "new t", true),
        ("8080", "8081", "clear 8081", true),
        (r#""sealed s""#, r#""***""#, "UnclearMask at /env/DEBUG", true),
        // What the view hides is a guess under a plain name too.
        (&format!(r#""sealed {hidden}""#), &format!(r#""{hidden}""#), &format!("new {hidden}"), true),
    ] {
        let [stored, body] = [stored, sent].map(|value| format!(r#"{{"env":{{"DEBUG":{value}}}}}"#));
        let mut before = config(&stored);
        PlainNames::default().mark(&mut before);
        let merges: [fn(Object, &Config, &Reading<'_>) -> Merged; 2] =
            [|body, before, reading| replace(body, Some(before), reading), merge_patch];
        for merge in merges {
            let merged = merge(object(&body), &before, &reading(false));
            let has_sent = merged.config.iter().any(|(_, node)| node.has_sent_secret());
            assert_eq!(has_sent, is_guess, "{stored} <- {body}");
            let outcome = outcome(merged);
            assert!(
                outcome == expected || outcome.contains(&format!(r#""DEBUG":"{expected}""#)),
                "{outcome}"
            );
        }
    }
}

#[test]
fn a_reference_is_stored_in_clear_and_is_no_secret() {
    let rules = ReferenceRules::default();
    let reading = |may_reveal| Reading { references: &rules, ..reading(may_reveal) };
    let stored = r#"{"command":"x","env":{"S":"sealed ${MCP_SECRET_S}","C":"${MCP_SECRET_C}","D":"${OTHER}","L":"sealed l"}}"#;
    let mut before = config(stored);
    rules.mark(&mut before);
    for may_reveal in [true, false] {
        for (patch, expected) in [
            // New, over a secret and over nothing.
            (
                r#"{"L":"${MCP_SECRET_L}","N":"Bearer ${env:MCP_SECRET_N}"}"#,
                "L clear ${MCP_SECRET_L}, N clear Bearer ${env:MCP_SECRET_N}",
            ),
            // What is stored keeps its form.
            (
                r#"{"S":"${MCP_SECRET_S}","C":"${MCP_SECRET_C}"}"#,
                "S sent ${MCP_SECRET_S}, C clear ${MCP_SECRET_C}",
            ),
            (r#"{"S":"[REDACTED]","C":"[REDACTED]"}"#, "S kept ${MCP_SECRET_S}, C kept ${MCP_SECRET_C}"),
            // What no list allows, and what may hold a secret.
            (
                r#"{"L":"${PATH}","N":"${MCP_SECRET_N:-sk-live-123456}"}"#,
                "L new ${PATH}, N new ${MCP_SECRET_N:-sk-live-123456}",
            ),
            (r#"{"D":"[REDACTED]"}"#, "D kept ${OTHER}"),
        ] {
            let sent = object(&format!(r#"{{"env":{patch}}}"#));
            let merged = merge_patch(sent.clone(), &before, &reading(may_reveal));
            assert_eq!(merged.refusals, [], "{patch}");
            let Some(Node::Object(env)) = merged.config.get("env") else { panic!("it is an object") };
            let names: Vec<&str> =
                sent.get("env").and_then(Json::as_object).unwrap().iter().map(|(name, _)| name).collect();
            let found = names.iter().map(|name| {
                let one: Config =
                    [((*name).to_owned(), env.get(name).unwrap().clone())].into_iter().collect();
                plain_text(&one).replace("{\"", "").replace("\"}", "").replace("\":\"", " ")
            });
            assert_eq!(found.collect::<Vec<_>>().join(", "), expected, "{patch} {may_reveal}");
        }
    }
    // Nothing was guessed, so nothing is judged as a guess.
    let sent = r#"{"env":{"S":"${MCP_SECRET_S}","C":"${MCP_SECRET_C}","L":"${MCP_SECRET_L}"}}"#;
    let merged = merge_patch(object(sent), &before, &reading(false));
    assert!(!merged.config.iter().any(|(_, node)| node.has_sent_secret()));
}
