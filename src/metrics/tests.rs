//! What the text says after something has happened.

use std::time::Duration;

use super::*;
use crate::api::{FaultKind, HealthStatus, InstanceState};

fn readings(instances: Option<Vec<InstanceReading>>) -> Readings {
    let troubles = vec![("state-not-stored", true), ("state-damaged", false)];
    Readings { instances, is_runner: true, is_state_stored: false, troubles }
}

fn instance(name: &str, state: InstanceState, health: HealthStatus) -> InstanceReading {
    InstanceReading { name: name.to_owned(), state, health }
}

#[track_caller]
fn has(text: &str, line: &str) {
    assert!(text.lines().any(|own| own == line), "no `{line}` in\n{text}");
}

#[test]
fn every_sample_of_what_can_be_foreseen_is_there_before_anything_happens() {
    let metrics = Metrics::new("1.2.3");
    metrics.instances.expect_refusals(&["gone"]);
    let text = metrics.text(&readings(Some(Vec::new())));
    for line in [
        r#"mcp_settings_build_info{version="1.2.3"} 1"#,
        r#"mcp_settings_commits_total{outcome="written"} 0"#,
        r#"mcp_settings_commits_total{outcome="failed"} 0"#,
        "mcp_settings_commit_changes_total 0",
        "mcp_settings_lock_wait_seconds_count 0",
        r#"mcp_settings_start_duration_seconds_count{outcome="ok"} 0"#,
        r#"mcp_settings_probe_duration_seconds_count{outcome="ok"} 0"#,
        r#"mcp_settings_tool_call_duration_seconds_count{outcome="ok"} 0"#,
        r#"mcp_settings_tool_calls_refused_total{reason="gone"} 0"#,
        r#"mcp_settings_streams{stream="changes"} 0"#,
        r#"mcp_settings_instances_by_state{state="running"} 0"#,
        r#"mcp_settings_instances_by_health{health="auth_required"} 0"#,
        r#"mcp_settings_instances_left_out{reason="cap"} 0"#,
    ] {
        has(&text, line);
    }
    assert!(text.ends_with("\n# EOF\n") && text.matches("# EOF").count() == 1, "{text}");
}

#[test]
fn what_happens_is_counted_once_and_by_what_came_of_it() {
    let metrics = Metrics::new("1");
    let took = Duration::from_millis(30);
    metrics.store.locked(took);
    metrics.store.committed(CommitOutcome::Written, 3, Some(took));
    metrics.store.committed(CommitOutcome::Failed, 1, None);
    metrics.instances.started(None, took);
    metrics.instances.started(Some(FaultKind::Spawn), took);
    metrics.instances.start_cancelled(took);
    metrics.instances.probed(Some(FaultKind::JsonRpc), took);
    metrics.instances.call().end(Some(FaultKind::ToolError));
    drop(metrics.instances.call());
    metrics.requests.answered("GET", "/health", 200, took);
    metrics.requests.answered("BREW-ghp_abcdefghij0123456789", "-", 799, took);
    let (first, second) =
        (metrics.requests.stream(StreamKind::Log), metrics.requests.stream(StreamKind::Log));
    drop(first);
    let text = metrics.text(&readings(None));
    for line in [
        r#"mcp_settings_lock_wait_seconds_bucket{le="0.025"} 0"#,
        r#"mcp_settings_lock_wait_seconds_bucket{le="0.05"} 1"#,
        r#"mcp_settings_lock_wait_seconds_bucket{le="+Inf"} 1"#,
        "mcp_settings_commit_changes_total 4",
        "mcp_settings_commit_duration_seconds_count 1",
        r#"mcp_settings_commits_total{outcome="written"} 1"#,
        r#"mcp_settings_commits_total{outcome="unchanged"} 0"#,
        r#"mcp_settings_commits_total{outcome="failed"} 1"#,
        r#"mcp_settings_start_duration_seconds_count{outcome="ok"} 1"#,
        r#"mcp_settings_start_duration_seconds_count{outcome="spawn"} 1"#,
        r#"mcp_settings_start_duration_seconds_count{outcome="cancelled"} 1"#,
        r#"mcp_settings_probe_duration_seconds_count{outcome="json_rpc"} 1"#,
        r#"mcp_settings_tool_call_duration_seconds_count{outcome="tool_error"} 1"#,
        r#"mcp_settings_tool_call_duration_seconds_count{outcome="cancelled"} 1"#,
        r#"mcp_settings_http_requests_total{method="GET",route="/health",status="2xx"} 1"#,
        r#"mcp_settings_http_requests_total{method="other",route="-",status="other"} 1"#,
        r#"mcp_settings_streams{stream="log"} 1"#,
        "mcp_settings_document_readable 0",
    ] {
        has(&text, line);
    }
    assert!(!text.contains("instances_by_state") && !text.contains("BREW"), "{text}");
    drop(second);
    has(&metrics.text(&readings(None)), r#"mcp_settings_streams{stream="log"} 0"#);
}

#[test]
fn what_is_true_at_the_moment_is_said_of_each_server() {
    use HealthStatus::{AuthRequired, Healthy, Unhealthy, Unknown};
    use InstanceState::{Error, Idle, Running};
    let text = Metrics::new("1").text(&readings(Some(vec![
        instance("a", Running, Healthy),
        instance("b", Running, AuthRequired),
        instance("c", Idle, Unknown),
        instance("d", Error, Unhealthy),
        instance("say \"hi\" \\", Idle, Unknown),
        instance("ghp_abcdefghij0123456789", Idle, Unknown),
    ])));
    for line in [
        r#"mcp_settings_instance_up{server="a"} 1"#,
        r#"mcp_settings_instance_failing{server="a"} 0"#,
        r#"mcp_settings_instance_up{server="b"} 1"#,
        r#"mcp_settings_instance_failing{server="b"} 1"#,
        r#"mcp_settings_instance_up{server="c"} 0"#,
        r#"mcp_settings_instance_failing{server="c"} 0"#,
        r#"mcp_settings_instance_failing{server="d"} 1"#,
        r#"mcp_settings_instance_up{server="say \"hi\" \\"} 0"#,
        r#"mcp_settings_instances_left_out{reason="name"} 1"#,
        r#"mcp_settings_instances_by_state{state="idle"} 3"#,
        r#"mcp_settings_instances_by_health{health="unknown"} 3"#,
        r#"mcp_settings_state_troubles{trouble="state-not-stored"} 1"#,
        r#"mcp_settings_state_troubles{trouble="state-damaged"} 0"#,
        "mcp_settings_state_stored 0",
        "mcp_settings_runner 1",
        "mcp_settings_document_readable 1",
    ] {
        has(&text, line);
    }
    assert!(!text.contains("ghp_"), "{text}");
}
