//! Names of servers in metrics: at most so many, no secret, and escaped.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::{METRICS, scrape};
use crate::running::{Mark, OPERATOR, builder, place, put, request, start_runner};
use crate::server::{TestServer, eventually, item};
use crate::site::Site;

const CANARY: &str = "canary-4f1d9c-hunter2";

fn holding(servers: Map<String, Value>) -> Site {
    Site::with_document(json!({"agent_settings": {"mcp_config": {"mcpServers": servers}}}).to_string())
}

fn named(server: &TestServer, metric: &str) -> BTreeSet<String> {
    scrape(server).all(metric).iter().map(|sample| sample.labels["server"].clone()).collect()
}

#[test]
fn the_first_names_have_series_and_the_others_are_counted() {
    let name = |number: usize| format!("server-{number:03}");
    let servers = (0..104).map(|number| (name(number), json!({"command": "x"}))).collect();
    let server = builder(holding(servers)).start();
    let expected: BTreeSet<String> = (0..100).map(name).collect();
    for metric in ["mcp_settings_instance_up", "mcp_settings_instance_failing"] {
        assert_eq!(named(&server, metric), expected, "{metric}");
    }
    let all = scrape(&server);
    let left_out = |reason| all.value("mcp_settings_instances_left_out", &[("reason", reason)]);
    assert_eq!((left_out("cap"), left_out("name")), (Some(4.0), Some(0.0)));
    let counted: f64 = mcp_states(&all).iter().sum();
    assert_eq!(counted, 104.0);
    server.delete(item("server-050")).key(OPERATOR).send().expect(204);
    let after = named(&server, "mcp_settings_instance_up");
    assert!(!after.contains("server-050") && after.contains("server-100") && after.len() == 100);
}

fn mcp_states(all: &super::Exposition) -> Vec<f64> {
    let states = ["disabled", "unapproved", "idle", "starting", "running", "error", "stopping"];
    let of = |state| all.value("mcp_settings_instances_by_state", &[("state", state)]);
    states.into_iter().map(|state| of(state).expect("a series")).collect()
}

#[test]
fn a_name_is_escaped_or_left_out() {
    let shown = ["say \"hi\"", "back\\slash", "{a=\"b\"} 1 # x", "ü/ñ", " blank "];
    let hidden = ["ghp_abcdefghij0123456789", "line\nbreak", "TOKEN=canary-4f1d9c-hunter2", &"x".repeat(129)];
    let servers = shown.iter().chain(&hidden).map(|name| ((*name).to_owned(), json!({"command": "x"})));
    let server = builder(holding(servers.collect())).start();
    let expected: BTreeSet<String> = shown.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(named(&server, "mcp_settings_instance_up"), expected);
    let left_out = scrape(&server).value("mcp_settings_instances_left_out", &[("reason", "name")]);
    assert_eq!(left_out, Some(4.0));
    let text = server.get(METRICS).key(OPERATOR).send().expect(200).text();
    assert!(!text.contains("ghp_") && !text.contains(CANARY), "{text}");
}

#[test]
fn no_secret_is_in_any_line() {
    let mark = Mark::new();
    let server = start_runner(
        builder(Site::new())
            .env("MCP_SECRET_CANARY", CANARY)
            .env("MCP_SETTINGS_METRICS_LISTEN", "127.0.0.1:0"),
    );
    let with_secrets = |word: &str| {
        let mut config = mark.protocol(word, word);
        config["env"]["TOKEN"] = json!(CANARY);
        config["env"]["BY_REFERENCE"] = json!("${MCP_SECRET_CANARY}");
        config["args"].as_array_mut().expect("an array").extend([json!("--token"), json!(CANARY)]);
        config
    };
    for word in ["plain", "failed", "refuse"] {
        put(&server, word, &with_secrets(word));
        request(&server, "POST", place(word, &format!("/tools/{CANARY}/call")))
            .json(&json!({"arguments": {"token": CANARY}}))
            .send();
    }
    put(&server, "web", &json!({"url": format!("http://u:{CANARY}@127.0.0.1:1/mcp?token={CANARY}")}));
    request(&server, "POST", place("web", "/tools/t/call")).json(&json!({})).send();
    request(&server, "POST", place("plain", "/probe")).send();
    server.get(format!("/{CANARY}?x={CANARY}")).key(CANARY).send();
    server.get(item(CANARY)).header("X-Request-Id", CANARY).key(OPERATOR).send();
    server.request(CANARY, "/health").send();
    let is_over = || {
        let all = scrape(&server);
        let starts = all.all("mcp_settings_start_duration_seconds_count").len();
        // `ok`, what was refused, and what could not be connected to.
        3 <= starts
    };
    eventually("all starts are over", is_over);
    let over_there = crate::wire::Request::new(server.metrics_address(), "GET", METRICS);
    for text in
        [server.get(METRICS).key(OPERATOR).send(), over_there.send()].map(|answer| answer.expect(200).text())
    {
        assert!(text.contains(r#"server="plain""#), "{text}");
        for secret in [CANARY, "canary", "hunter2", OPERATOR] {
            assert!(!text.contains(secret), "{secret} in\n{text}");
        }
    }
    server.stop();
    mark.expect_gone(Duration::from_secs(20));
}
