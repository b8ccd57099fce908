//! A JSON Patch (RFC 6902) in a use-case: applied to what its caller is shown of a state, and what it is where
//! it can't be applied.

use crate::json::Pointer;
use crate::model::config::Config;
use crate::model::enablement::OPPOSITES;
use crate::model::json_patch::{JsonPatch, NotApplied, Patched, apply};
use crate::model::validate::Violation;
use crate::projection::view;
use crate::secrets::Exposure;

use super::ServiceError;

/// What the patch makes of a state, as the whole configuration that would be sent for it.
pub(super) fn patched(patch: &JsonPatch, before: &Config) -> Result<Patched, ServiceError> {
    let applied = apply(patch, view(before, Exposure::Redacted), before);
    let mut patched = applied.map_err(|error| match error {
        NotApplied::Misfit(misfit) => ServiceError::PatchConflict(misfit),
        NotApplied::TooDeep(fault) => ServiceError::BeyondLimits(fault),
        NotApplied::TooLarge => ServiceError::ResultTooLarge,
        NotApplied::NotAnObject => ServiceError::Invalid(vec![Violation {
            pointer: Pointer::root(),
            message: "a configuration is an object".into(),
        }]),
    })?;
    // A patch that sets one of these means it, so its opposite goes, unless the patch sets that too.
    for (sent, other) in OPPOSITES {
        if patch.sets(sent) && !patch.sets(other) {
            patched.config.remove(other);
        }
    }
    Ok(patched)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{Json, Object, to_compact};
    use crate::model::samples::object;
    use crate::service::samples::{If, Site, revealer, word, writer};

    const SERVERS: &str = r#"{"x":{"command":"a","args":["-v"],"env":{"A":"sealed s","B":"foreign b"},"cwd":null},"y":{"env":{"K":"sealed k"}}}"#;
    const NOTHING: &str = "[]";
    const UNFIT: &str = r#"[{"op":"replace","path":"/command","value":""},{"op":"remove","path":"/absent"}]"#;
    const INVALID: &str =
        r#"[{"op":"replace","path":"/command","value":""},{"op":"move","from":"/env/A","path":"/env/C"}]"#;
    const DISPLACED: &str =
        r#"[{"op":"replace","path":"/command","value":"b"},{"op":"move","from":"/env/A","path":"/env/C"}]"#;
    const BOUND: &str = r#"[{"op":"replace","path":"/command","value":"b"}]"#;

    /// A document of OpenHands, whose dialect is the closed one.
    fn closed(server: &str) -> Site {
        let server = to_compact(&object(server).into());
        Site::on(&format!(r#"{{"agent_settings":{{"schema_version":9,"mcp_config":{{"x":{server}}}}}}}"#))
    }

    fn stored(site: &Site) -> Object {
        let document = object(&site.text());
        let inner =
            |object: &Object, name: &str| object.get(name).and_then(Json::as_object).cloned().unwrap();
        let servers = inner(&inner(&document, "agent_settings"), "mcp_config");
        inner(&servers, "x")
    }

    #[test]
    fn of_several_faults_the_first_in_the_order_is_reported() {
        let stale = If::matches("\"stale\"");
        let empty =
            Site::start(Some(r#"{"agent_settings":{"mcp_config":{"mcpServers":{}}}}"#), Some("ours"), true);
        assert_eq!(word(&empty.run(UNFIT, stale, &revealer())), "unknown");
        let site = Site::with(SERVERS);
        let before = site.text();
        for (patch, condition, expected) in [
            (UNFIT, stale, "failed"),
            (NOTHING, stale, "failed"),
            (UNFIT, If::default(), "misfit"),
            (INVALID, If::default(), "invalid"),
            (DISPLACED, If::default(), "refused"),
            (BOUND, If::default(), "bound"),
            (r#"[{"op":"remove","path":""}]"#, If::default(), "invalid"),
            (r#"[{"op":"replace","path":"","value":[]}]"#, If::default(), "invalid"),
        ] {
            for who in [revealer(), writer("w")] {
                assert_eq!(word(&site.run(patch, condition, &who)), expected, "{patch}");
            }
        }
        assert_eq!(site.text(), before);
        let malformed = Site::on(r#"{"agent_settings":{"mcp_config":{"mcpServers":{"x":[]}}}}"#);
        assert_eq!(word(&malformed.run(NOTHING, stale, &revealer())), "failed");
        assert_eq!(word(&malformed.run(NOTHING, If::default(), &revealer())), "malformed");
    }

    #[test]
    fn operations_that_leave_a_server_as_it_was_keep_its_bytes() {
        let site = Site::with(SERVERS);
        let before = site.text();
        for patch in [
            NOTHING,
            r#"[{"op":"test","path":"/env/A","value":"[REDACTED]"}]"#,
            r#"[{"op":"move","from":"/env","path":"/kept"},{"op":"move","from":"/kept","path":"/env"}]"#,
            r#"[{"op":"remove","path":"/args"},{"op":"add","path":"/args","value":["-v"]}]"#,
            r#"[{"op":"add","path":"/enabled","value":true}]"#,
        ] {
            for who in [revealer(), writer("w")] {
                assert_eq!(word(&site.run(patch, If::matches(&site.tag()), &who)), "unchanged", "{patch}");
            }
        }
        assert_eq!(site.text(), before);
    }

    #[test]
    fn a_secret_that_is_not_touched_keeps_its_ciphertext() {
        let site = closed(r#"{"command":"a","env":{"A":"sealed s","B":"foreign b"},"description":"old"}"#);
        let before = stored(&site);
        let patch =
            r#"[{"op":"replace","path":"/description","value":"new"},{"op":"remove","path":"/env/B"}]"#;
        assert_eq!(word(&site.run(patch, If::default(), &revealer())), "changed");
        let token = |server: &Object| server.get("env").and_then(Json::as_object).unwrap().get("A").cloned();
        assert!(token(&stored(&site)) == token(&before) && token(&before).is_some());
    }

    #[test]
    fn a_failed_precondition_shows_where_result_and_state_differ() {
        let site = Site::with(SERVERS);
        for (patch, expected) in [
            (NOTHING, &[][..]),
            (
                r#"[{"op":"add","path":"/args/0","value":"-q"},{"op":"add","path":"/icon","value":"i"}]"#,
                &["/args", "/icon"],
            ),
            (r#"[{"op":"remove","path":"/env/A"},{"op":"test","path":"/args/0","value":"-v"}]"#, &["/env/A"]),
            (r#"[{"op":"replace","path":"/env/A","value":"s"}]"#, &["/env/A"]),
            // It can't be applied: then only what it names can be listed.
            (
                r#"[{"op":"test","path":"/args/0","value":"-q"},{"op":"remove","path":"/cwd"}]"#,
                &["/args/0", "/cwd"],
            ),
            (r#"[{"op":"copy","from":"/env/A","path":"/env/B"}]"#, &["/env/B"]),
            (r#"[{"op":"move","from":"/env/A","path":"/note"}]"#, &["/env/A", "/note"]),
            (r#"[{"op":"remove","path":""}]"#, &[""]),
        ] {
            let outcome = site.run(patch, If::matches("\"old\""), &writer("w"));
            let Err(ServiceError::PreconditionFailed(conflict)) = outcome else { panic!("the tag is stale") };
            let changed: Vec<_> = conflict.changed.unwrap().iter().map(ToString::to_string).collect();
            assert_eq!(changed, expected, "{patch}");
        }
    }

    #[test]
    fn a_patch_whose_answer_was_lost_succeeds_again_with_the_same_tag() {
        for patch in [
            r#"[{"op":"test","path":"/args/0","value":"-v"},{"op":"add","path":"/args/0","value":"-q"}]"#,
            r#"[{"op":"add","path":"/args/-","value":"-q"}]"#,
            r#"[{"op":"remove","path":"/args"}]"#,
            r#"[{"op":"remove","path":"/env"},{"op":"move","from":"/args","path":"/include_tags"}]"#,
        ] {
            // Without secrets, so that a caller without `reveal` may change all of it.
            for who in [revealer(), writer("w")] {
                let site = Site::with(r#"{"x":{"command":"a","args":["-v"],"env":{"E":""}}}"#);
                let tag = site.tag();
                let first = site.run(patch, If::matches(&tag), &who).unwrap();
                let stored = site.text();
                let again = site.run(patch, If::matches(&tag), &who).unwrap();
                assert_eq!((again.after, again.body), (first.after, first.body), "{patch}");
                assert_eq!(site.text(), stored, "{patch}");
                // Exactly, and by the same key.
                let alike = patch.replacen('[', r#"[{"op":"test","path":"/command","value":"a"},"#, 1);
                let outcome = site.run(&alike, If::matches(&tag), &writer("w"));
                assert_eq!(word(&outcome), "failed", "{patch}");
                let other = site.run(patch, If::matches(&tag), &writer("another"));
                assert_eq!(word(&other), "failed", "{patch}");
            }
        }
    }

    #[test]
    fn a_patch_that_only_fits_the_newer_state_is_no_repetition() {
        let site = Site::with(SERVERS);
        let old = site.tag();
        site.run(r#"[{"op":"add","path":"/icon","value":"i"}]"#, If::default(), &revealer()).unwrap();
        for patch in [
            NOTHING,
            r#"[{"op":"replace","path":"/icon","value":"i"}]"#,
            r#"[{"op":"test","path":"/icon","value":"i"}]"#,
        ] {
            assert_eq!(word(&site.run(patch, If::matches(&old), &revealer())), "failed", "{patch}");
        }
    }

    #[test]
    fn a_guess_is_refused_whether_it_is_right_or_wrong() {
        let servers = r#"{"x":{"command":"a","note":"GUESS","env":{"A":"sealed s","B":"sealed t","PIN":7},"url":"https://u:s@h/","keys":["sealed s","sealed t"]}}"#;
        for (template, right, wrong) in [
            (r#"[{"op":"test","path":"/env/A","value":"GUESS"}]"#, "s", "g"),
            (r#"[{"op":"test","path":"/env/PIN","value":GUESS}]"#, "7", "8"),
            (r#"[{"op":"test","path":"/url","value":"https://u:GUESS@h/"}]"#, "s", "g"),
            (r#"[{"op":"replace","path":"/env/A","value":"GUESS"}]"#, "s", "g"),
            (r#"[{"op":"copy","from":"/note","path":"/env/A"}]"#, "s", "g"),
            (r#"[{"op":"move","from":"/note","path":"/keys/0"}]"#, "s", "g"),
            (r#"[{"op":"replace","path":"/env/PIN","value":GUESS}]"#, "7", "8"),
            (r#"[{"op":"replace","path":"/keys/0","value":"GUESS"}]"#, "s", "g"),
            (r#"[{"op":"replace","path":"/url","value":"https://u:GUESS@h/"}]"#, "s", "g"),
            (
                r#"[{"op":"replace","path":"/env/A","value":"GUESS"},{"op":"test","path":"/env/A","value":"[REDACTED]"}]"#,
                "s",
                "g",
            ),
        ] {
            for condition in [If::default(), If::matches("\"stale\"")] {
                let outcome = |guess: &str| {
                    let site = Site::with(&servers.replace("GUESS", guess));
                    let outcome = site.run(&template.replace("GUESS", guess), condition, &writer("w"));
                    match outcome {
                        Err(ServiceError::PreconditionFailed(conflict)) => format!("{:?}", conflict.changed),
                        Err(error) => format!("{error:?}"),
                        Ok(written) => {
                            panic!("a kept secret is beside the guess: {}", word(&Ok(written)))
                        }
                    }
                };
                assert_eq!(outcome(right), outcome(wrong), "{template}");
            }
        }
    }

    #[test]
    fn a_kept_secret_goes_with_no_operation_to_another_destination() {
        let remote = r#"{"x":{"url":"https://h.example/a","headers":{"A":"sealed s"}}}"#;
        for (patch, revealed, hidden) in [
            (r#"[{"op":"replace","path":"/url","value":"https://evil.example/"}]"#, "bound", "bound"),
            (r#"[{"op":"move","from":"/url","path":"/command"}]"#, "bound", "bound"),
            (r#"[{"op":"add","path":"/command","value":"x"}]"#, "bound", "bound"),
            (r#"[{"op":"replace","path":"/url","value":"https://h.example/b"}]"#, "changed", "bound"),
            (r#"[{"op":"add","path":"/headers/B","value":"b"}]"#, "changed", "bound"),
            (r#"[{"op":"add","path":"/description","value":"d"}]"#, "changed", "changed"),
            (r#"[{"op":"replace","path":"","value":{"url":"https://evil.example/"}}]"#, "changed", "changed"),
            (
                r#"[{"op":"replace","path":"","value":{"url":"https://evil.example/","headers":{"A":"[REDACTED]"}}}]"#,
                "bound",
                "bound",
            ),
        ] {
            for (who, expected) in [(revealer(), revealed), (writer("w"), hidden)] {
                assert_eq!(word(&Site::with(remote).run(patch, If::default(), &who)), expected, "{patch}");
            }
        }
    }

    #[test]
    fn what_is_deep_in_a_file_may_stay_there_and_nothing_new_may() {
        let deep = format!("{}1{}", "{\"a\":".repeat(510), "}".repeat(510));
        let site = Site::with(&format!(r#"{{"x":{{"command":"a","n":{deep}}}}}"#));
        for (patch, expected) in [
            (r#"[{"op":"add","path":"/icon","value":"i"}]"#, "changed"),
            (r#"[{"op":"move","from":"/n","path":"/m"},{"op":"move","from":"/m","path":"/n"}]"#, "unchanged"),
            (r#"[{"op":"copy","from":"/n","path":"/m"}]"#, "beyond"),
            (r#"[{"op":"move","from":"/n","path":"/m"}]"#, "beyond"),
            (r#"[{"op":"replace","path":"/n/a/a","value":2}]"#, "changed"),
        ] {
            assert_eq!(word(&site.run(patch, If::default(), &revealer())), expected, "{patch}");
        }
    }

    #[test]
    fn words_of_the_open_dialect_are_translated_in_the_result() {
        let site = closed(r#"{"url":"https://h/","auth":{"strategy":"bearer","value":"sealed s"}}"#);
        for (patch, expected) in [
            (r#"[{"op":"copy","from":"/auth/value","path":"/auth"}]"#, "refused"),
            (r#"[{"op":"add","path":"/unknown","value":1}]"#, "invalid"),
            (r#"[{"op":"replace","path":"/auth","value":"[REDACTED]"}]"#, "unchanged"),
            (r#"[{"op":"add","path":"/type","value":"shttp"}]"#, "changed"),
            (r#"[{"op":"add","path":"/type","value":"sse"}]"#, "invalid"),
            (r#"[{"op":"replace","path":"/auth","value":"oauth"}]"#, "changed"),
        ] {
            assert_eq!(word(&site.run(patch, If::default(), &revealer())), expected, "{patch}");
        }
        assert_eq!(
            to_compact(&stored(&site).into()),
            r#"{"url":"https://h/","auth":{"strategy":"oauth2"},"transport":"http"}"#
        );
    }
}
