//! The tables of the documents are those of the code.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value;

use crate::read;
use crate::service::Service;

#[test]
fn the_problems_are_those_of_the_api_document() {
    let documented: BTreeSet<(String, String)> = read("docs/API.md")
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once("` | "))
        .filter_map(|(slug, rest)| Some((slug.to_owned(), rest.get(..3)?.to_owned())))
        .filter(|(slug, status)| is_slug(slug) && status.bytes().all(|byte| byte.is_ascii_digit()))
        .collect();
    let in_source: BTreeSet<String> = slugs(&read("src/http/problem_kind/facts.rs"));
    assert_eq!(documented.iter().map(|(slug, _)| slug.clone()).collect::<BTreeSet<_>>(), in_source);
    let service = Service::start();
    let ask = |(slug, _): &(String, String)| format!("curl -s {}/problems/{slug}", service.address);
    let answers = service.run(&documented.iter().map(ask).collect::<Vec<_>>());
    for ((slug, status), answer) in documented.iter().zip(answers) {
        assert!(answer.contains(&format!("\"status\":{status}")), "{slug} does not have {status}: {answer}");
    }
}

#[test]
fn the_table_of_routes_is_that_of_the_service() {
    let openapi: Value = serde_json::from_str(&read("openapi/mcp-settings.json")).expect("it is JSON");
    let mut routes: BTreeSet<(String, String)> = BTreeSet::new();
    for (path, methods) in openapi["paths"].as_object().expect("it has paths") {
        for (method, operation) in methods.as_object().expect("a path has methods") {
            let responses = operation["responses"].as_object().expect("an operation has responses");
            let mut successes: Vec<&str> =
                responses.keys().map(String::as_str).filter(|s| *s < "400").collect();
            // Any path can be answered with a redirect, and any write by `Prefer: return=minimal`.
            successes.retain(|status| *status != "307" && (*status != "204" || method == "delete"));
            successes.sort_unstable();
            routes.insert((format!("{} {path}", method.to_uppercase()), successes.join(", ")));
        }
    }
    // Not in the OpenAPI document: clients of OpenHands may ask for these, and are refused.
    for schema in ["agent-schema", "conversation-schema"] {
        routes.insert((format!("GET /api/settings/{schema}"), "none".to_owned()));
    }
    let mut documented = BTreeSet::new();
    for row in section(&read("docs/API.md"), "## Routes").lines().filter_map(|line| line.strip_prefix("| `"))
    {
        let cells: Vec<&str> = row.split(" | ").collect();
        let mut successes: Vec<&str> = cells[2].split(", ").collect();
        successes.sort_unstable();
        let mut names = cells[0].trim_end_matches('`').split("`, `");
        let first = names.next().expect("a row has a route");
        let beside = |path: &str| match path.split_once(' ') {
            Some(_) => path.to_owned(),
            // The last segment of another path with the same beginning.
            None => format!("{}{path}", first.rsplit_once('/').expect("a route has a path").0),
        };
        for name in std::iter::once(first.to_owned()).chain(names.map(beside)) {
            documented.insert((name, successes.join(", ")));
        }
    }
    assert_eq!(documented, routes);
}

#[test]
fn every_audited_action_is_in_the_manual() {
    let source = read("src/service/audit.rs");
    let actions: BTreeSet<&str> = source
        .lines()
        .filter_map(|line| line.trim().strip_prefix("Action::")?.split_once("=> (\"")?.1.split('"').next())
        .chain(source.split("action = \"").skip(1).filter_map(|rest| rest.split('"').next()))
        .collect();
    assert!(actions.contains("replace") && actions.contains("rotate-key"), "{actions:?}");
    let manual = read("docs/OPERATIONS.md");
    let audit = section(&manual, "## Log and audit");
    let row = audit.lines().find(|line| line.starts_with("| `action` |")).expect("the action is documented");
    let documented: BTreeSet<&str> = row.split('`').skip(3).step_by(2).collect();
    assert_eq!(documented, actions);
}

#[test]
fn every_reason_of_a_degraded_service_is_in_the_manual() {
    let manual = read("docs/OPERATIONS.md");
    for reason in mcp_settings::service::Degradation::ALL {
        let code = reason.code();
        assert!(manual.contains(&format!("| `{code}` |")), "docs/OPERATIONS.md does not explain `{code}`");
    }
}

#[test]
fn every_member_of_the_configuration_file_is_in_the_manual() {
    let source = read("src/config/file.rs");
    let file = source.split("pub struct File {").nth(1).unwrap().split('}').next().unwrap();
    let members: Vec<&str> = file
        .lines()
        .filter_map(|line| Some(line.trim().strip_prefix("pub(super) ")?.split_once(':')?.0))
        .collect();
    assert!(members.contains(&"lock_timeout_ms"), "{members:?}");
    let manual = read("docs/OPERATIONS.md");
    for member in members {
        assert!(manual.contains(&format!("`{member}`")), "docs/OPERATIONS.md does not tell of `{member}`");
    }
}

#[test]
fn the_list_of_third_party_software_is_that_of_the_lock_files() {
    let listed = read("THIRD-PARTY.md");
    let (crates, page) = listed.split_once("## Built into the page").expect("it has two parts");
    let listed = |part: &str| -> BTreeSet<String> {
        let entries = part.lines().filter_map(|line| line.strip_prefix("- "));
        let name_and_version =
            |entry: &str| Some(entry.split([' ', ',']).take(2).collect::<Vec<_>>().join(" "));
        entries.filter_map(name_and_version).collect()
    };
    let tree = Command::new(env!("CARGO"))
        .args(["tree", "--locked", "--offline", "--edges", "normal", "--prefix", "none", "--format", "{p}"])
        .args(["--target", "x86_64-unknown-linux-gnu"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs this test");
    assert!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
    let tree = String::from_utf8(tree.stdout).expect("names are text");
    let of_the_service: BTreeSet<String> = tree
        .lines()
        .filter_map(|line| line.split_once(" v"))
        .filter(|(name, _)| *name != env!("CARGO_PKG_NAME"))
        .map(|(name, rest)| format!("{name} {}", rest.split(' ').next().unwrap_or_default()))
        .collect();
    assert_eq!(listed(crates), of_the_service, "run `make third-party`");

    let lock: Value = serde_json::from_str(&read("ui/package-lock.json")).expect("npm writes JSON");
    let packages = lock["packages"].as_object().expect("npm lists packages");
    let of_the_page: BTreeSet<String> = packages
        .iter()
        .filter(|(place, entry)| !place.is_empty() && entry["dev"] != true)
        .map(|(place, entry)| {
            let name = place.trim_start_matches("node_modules/");
            format!("{name} {}", entry["version"].as_str().unwrap_or_default())
        })
        .collect();
    assert_eq!(listed(page), of_the_page, "run `make third-party`");
}

/// A section of a document, from its heading to the next one of the same level.
fn section<'a>(text: &'a str, heading: &str) -> &'a str {
    let (_, rest) = text.split_once(&format!("\n{heading}\n")).expect("the section is there");
    rest.split("\n## ").next().unwrap_or_default()
}

/// The words of the one table of problems that are made of small letters and hyphens.
fn slugs(source: &str) -> BTreeSet<String> {
    let table = source.split("fn facts(self)").nth(1).and_then(|rest| rest.split("\n    }\n").next());
    let table = table.expect("the table of problems is there");
    table.split('"').skip(1).step_by(2).filter(|text| is_slug(text)).map(str::to_owned).collect()
}

fn is_slug(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')
}
