//! docs/METRICS.md lists what the service shows, and nothing else; the dashboard uses what is listed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::{Value, json};

use super::exposition::Exposition;
use super::scrape;
use crate::running::{OPERATOR, builder};
use crate::server::item;
use crate::site::Site;

/// A service of which every metric has a series.
fn shown() -> Exposition {
    let server = builder(Site::new()).start();
    server.put(item("a")).key(OPERATOR).json(&json!({"command": "x"})).send().expect(201);
    scrape(&server)
}

fn read(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// What is in backticks.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

#[test]
fn the_list_is_what_the_service_shows() {
    let shown = shown();
    let types: BTreeMap<String, (String, BTreeSet<String>)> = shown
        .metrics()
        .into_iter()
        .map(|(name, labels)| {
            let sample = if shown.families.contains_key(&name) && shown.families[&name].kind == "histogram" {
                format!("{name}_sum")
            } else {
                name.clone()
            };
            let kind = shown.family_of(&sample).expect("it was read").1.to_owned();
            (name, (kind, labels))
        })
        .collect();
    let manual = read("METRICS.md");
    let rows = manual.lines().filter(|line| line.starts_with("| `mcp_settings_"));
    let listed: BTreeMap<String, (String, BTreeSet<String>)> = rows
        .map(|row| {
            let cells: Vec<&str> = row.split('|').map(str::trim).collect();
            let name = quoted(cells[1]).next().expect("a name").to_owned();
            (name, (cells[2].to_owned(), quoted(cells[3]).map(str::to_owned).collect()))
        })
        .collect();
    assert!(15 < listed.len(), "{listed:?}");
    assert_eq!(listed, types);
}

#[test]
fn the_dashboard_uses_metrics_and_labels_that_there_are_and_all_metrics_but_none() {
    let shown = shown();
    let labels = shown.metrics();
    let dashboard: Value = serde_json::from_str(&read("grafana-dashboard.json")).expect("it is JSON");
    let panels = dashboard["panels"].as_array().expect("panels");
    let targets = panels.iter().flat_map(|panel| panel["targets"].as_array().into_iter().flatten());
    let expressions: Vec<&str> = targets.map(|target| target["expr"].as_str().expect("a query")).collect();
    assert!(15 < expressions.len(), "{expressions:?}");
    let mut used = BTreeSet::new();
    for expression in expressions {
        let is_part = |symbol: char| symbol.is_ascii_alphanumeric() || symbol == '_';
        for word in
            expression.split(|symbol| !is_part(symbol)).filter(|word| word.starts_with("mcp_settings_"))
        {
            assert!(!shown.all(word).is_empty(), "`{word}` is not shown: {expression}");
            let (family, kind) = shown.family_of(word).expect("it was read");
            let metric = if kind == "histogram" { family } else { word };
            used.insert(metric.to_owned());
            for by in expression.split("by (").skip(1).filter_map(|rest| rest.split(')').next()) {
                for label in by.split(',').map(str::trim).filter(|label| *label != "le") {
                    let is_of_query = expression.matches("mcp_settings_").count() > 1;
                    assert!(is_of_query || labels[metric].contains(label), "no `{label}`: {expression}");
                }
            }
        }
    }
    let unused: Vec<&String> = labels.keys().filter(|metric| !used.contains(*metric)).collect();
    assert!(unused.is_empty(), "the dashboard does not use {unused:?}");
}

#[test]
fn what_the_dashboard_needs_of_grafana_is_there() {
    let dashboard: Value = serde_json::from_str(&read("grafana-dashboard.json")).expect("it is JSON");
    let panels = dashboard["panels"].as_array().expect("panels");
    let ids: BTreeSet<u64> = panels.iter().map(|panel| panel["id"].as_u64().expect("an id")).collect();
    assert_eq!(ids.len(), panels.len(), "two panels have one id");
    let variables: Vec<&str> = dashboard["templating"]["list"]
        .as_array()
        .expect("variables")
        .iter()
        .map(|variable| variable["name"].as_str().expect("a name"))
        .collect();
    assert_eq!(variables, ["datasource", "job", "instance"]);
    for panel in panels {
        let place = &panel["gridPos"];
        let end = place["x"].as_u64().zip(place["w"].as_u64()).map(|(x, width)| x + width);
        assert!(end.is_some_and(|end| end <= 24), "{panel}");
        assert!(!panel["title"].as_str().expect("a title").is_empty());
    }
}
