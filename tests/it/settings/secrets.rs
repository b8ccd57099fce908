//! Secrets on OpenHands' settings routes: never shown unasked, kept behind a mask, bound to their destination.

use serde_json::json;

use super::{LAYOUTS, on, shown, stored};
use crate::crypto;
use crate::secrets::every_secret;
use crate::server::{SECRET, SETTINGS, WRITER, settings_item};

#[test]
fn no_answer_and_no_log_line_shows_a_secret() {
    let servers: serde_json::Map<_, _> =
        every_secret().into_iter().map(|(name, config)| (name.to_owned(), config)).collect();
    let server = on("wrapped", &json!(servers));
    let mut answers = vec![server.get(SETTINGS).send().expect(200)];
    for (name, config) in &servers {
        let target = settings_item(name);
        answers.push(server.patch(&target).json(&json!({"description": "d"})).send().expect(200));
        answers.push(server.patch(&target).json(config).send());
        answers.push(server.post(&target).json(config).send().expect(409));
        answers.push(server.post(settings_item("new")).json(config).send());
        answers.push(server.patch(&target).if_match("\"old\"").json(config).send());
        answers
            .push(server.patch(&target).json(&json!({"url": "https://elsewhere/", "command": "z"})).send());
        answers.push(server.patch(&target).json(&json!({"timeout": "canary-timeout"})).send().expect(422));
        answers.push(
            server.patch(&target).body("application/json", "{\"auth\":\"canary-cut").send().expect(422),
        );
        answers.push(server.delete(&target).send().expect(200));
    }
    for answer in answers {
        let text = format!("{}{}", answer.head_text(), answer.text());
        assert!(!text.contains("canary-"), "{text}");
    }
    assert!(!server.log().contains("canary-"), "{}", server.log());
}

#[test]
fn a_mask_keeps_what_is_stored_and_is_never_stored() {
    for layout in LAYOUTS {
        let token = crypto::seal(SECRET, "s");
        let server = on(layout, &json!({"s": {"command": "x", "env": {"A": token}}}));
        for mask in ["**********", "[REDACTED]", "<redacted>"] {
            let patch = json!({"env": {"A": mask}, "description": mask.len().to_string()});
            server.patch(settings_item("s")).json(&patch).send().expect(200);
            assert_eq!(stored(&server)["s"]["env"]["A"], token, "{layout}: another ciphertext");
            let before = server.document();
            let nothing = server.patch(settings_item("s")).json(&json!({"env": {"B": mask}})).send();
            assert_eq!(nothing.expect_problem(422, "unrestorable-mask").error_pointers(), ["/env/B"]);
            let new =
                server.post(settings_item("n")).json(&json!({"command": "x", "env": {"A": mask}})).send();
            assert_eq!(new.expect_problem(422, "unrestorable-mask").error_pointers(), ["/env/A"]);
            assert!(server.document() == before, "{layout}: the document changed");
        }
    }
}

#[test]
fn a_new_secret_is_encrypted_as_the_layout_wants_it() {
    for layout in LAYOUTS {
        let server = on(layout, &json!({}));
        let config = json!({"url": "https://h/", "headers": {"X": "one"},
            "auth": {"strategy": "api_key", "value": "two", "header_name": "K"}});
        server.post(settings_item("s")).json(&config).send().expect(201);
        let text = server.text();
        assert!(!text.contains("one") && !text.contains("two"), "{text}");
        assert_eq!(crypto::opened(SECRET, &stored(&server)["s"]), config);
        let mut expected = config;
        expected["enabled"] = json!(true);
        assert_eq!(shown(&server, "plaintext")["s"], expected);
    }
}

#[test]
fn a_kept_secret_does_not_follow_its_server() {
    for layout in LAYOUTS {
        let auth = match layout {
            "wrapped" => json!("hidden-value"),
            _ => json!({"strategy": "bearer", "value": "hidden-value"}),
        };
        let server = on(layout, &json!({"s": {"url": "https://h/", "auth": auth}}));
        let before = server.document();
        for patch in [
            json!({"url": "https://elsewhere/"}),
            json!({"url": "https://elsewhere/", "auth": {"strategy": "bearer", "value": "**********"}}),
            json!({"url": "https://elsewhere/", "auth": {"strategy": "api_key", "header_name": "X"}}),
            json!({"command": "x", "url": null}),
        ] {
            let refused = server.patch(settings_item("s")).json(&patch).send();
            let refused = refused.expect_problem(422, "bound-secret");
            assert_eq!(refused.error_pointers(), ["/auth/value"], "{layout} {patch}");
        }
        // Who may not see secrets changes nothing around them.
        for patch in [json!({"url": "https://h/other"}), json!({"auth": {"strategy": "api_key"}})] {
            let refused = server.patch(settings_item("s")).key(WRITER).json(&patch).send();
            assert_eq!(
                refused.expect_problem(422, "bound-secret").error_pointers(),
                ["/auth/value"],
                "{patch}"
            );
        }
        assert!(server.document() == before, "{layout}: the document changed");
        server.patch(settings_item("s")).key(WRITER).json(&json!({"enabled": false})).send().expect(200);
        let again = json!({"url": "https://elsewhere/", "auth": {"strategy": "bearer", "value": "new"}});
        server.patch(settings_item("s")).json(&again).send().expect(200);
        server
            .patch(settings_item("s"))
            .json(&json!({"url": "https://third/", "auth": null}))
            .send()
            .expect(200);
    }
}

#[test]
fn what_no_key_opens_is_masked_and_listed_on_request() {
    let lost = crypto::seal("another secret", "s");
    for layout in LAYOUTS {
        let server = on(layout, &json!({"s": {"command": "x", "env": {"A": lost}}}));
        assert_eq!(shown(&server, "")["s"]["env"]["A"], "**********");
        assert_eq!(shown(&server, "encrypted")["s"]["env"]["A"], lost);
        let refused =
            server.get(SETTINGS).expose("plaintext").send().expect_problem(409, "secret-unreadable");
        assert_eq!(refused.error_pointers(), ["/agent_settings/mcp_config/s/env/A"]);
        server.patch(settings_item("s")).json(&json!({"icon": "i"})).send().expect(200);
        assert_eq!(stored(&server)["s"]["env"]["A"], lost, "{layout}: it is kept");
    }
}
