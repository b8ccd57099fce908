//! `GET` of the collection: two views, pages, and one tag for all of them.

use mcp_settings::api::{McpServer, McpServerList, McpServerSummary};
use serde_json::{Value, json};

use crate::response::Response;
use crate::server::{READER, SERVERS, TestServer, WRITER, item};
use crate::site::Site;

fn get(server: &TestServer, query: &str) -> Response {
    server.get(format!("{SERVERS}{query}")).send().expect(200)
}

fn rows(answer: &Response) -> Vec<Value> {
    answer.read::<McpServerList<McpServerSummary>>();
    answer.json()["servers"].as_array().expect("a list").clone()
}

fn names(answer: &Response) -> Vec<String> {
    rows(answer).iter().map(|row| row["name"].as_str().expect("a name").to_owned()).collect()
}

/// The target of the link to the next page.
fn next(answer: &Response) -> Option<String> {
    let link = answer.header("link")?;
    let (target, relation) = link.split_once(">; ").unwrap_or_else(|| panic!("no link: {link}"));
    assert_eq!(relation, "rel=\"next\"", "{link}");
    Some(target.strip_prefix('<').unwrap_or_else(|| panic!("no link: {link}")).to_owned())
}

/// Names of every kind: what a query gives a meaning, what no URL shows, what sorts oddly.
const NAMES: [&str; 8] = ["", "&limit=1", "+", "A b", "a", "a%2Fb", "é/ü", "😀"];

fn odd_names() -> TestServer {
    let servers: serde_json::Map<String, Value> =
        NAMES.iter().map(|name| ((*name).to_owned(), json!({"command": name}))).collect();
    let document = json!({"agent_settings": {"mcp_config": {"mcpServers": servers}}});
    TestServer::builder(Site::with_document(document.to_string())).start()
}

#[test]
fn the_summaries_have_the_recorded_members_and_the_full_view_its_tag_on_every_page() {
    let server = odd_names();
    assert!(get(&server, "").json().get("etag").is_none());
    for query in
        ["?view=full", "?view=full&limit=2", "?view=full&after=b&limit=1", "?view=full&after=%F0%9F%98%80"]
    {
        let answer = get(&server, query);
        assert_eq!(answer.json()["etag"], answer.etag(), "{query}");
    }
}

#[test]
fn the_full_view_shows_each_server_as_its_own_resource_does() {
    let server = TestServer::start();
    server.seed("b", &json!({"url": "https://u:p@h/", "headers": {"A": "secret-b"}, "enabled": false}));
    let odd = r#"{"timeout":1.50,"command":"x","env":{"K":"secret-a"},"description":"d"}"#;
    server.put(item("a")).body("application/json", odd).send().expect(201);
    let summaries = get(&server, "");
    for key in [READER, WRITER] {
        let full = server.get(format!("{SERVERS}?view=full")).key(key).send().expect(200);
        assert!(!full.text().contains("secret-"), "{}", full.text());
        assert_eq!(full.etag(), summaries.etag());
        assert_eq!(full.json()["etag"], full.etag());
        for (mut row, summary) in rows(&full).into_iter().zip(rows(&summaries)) {
            let name = summary["name"].as_str().expect("a name").to_owned();
            let own = server.get(item(&name)).send().expect(200);
            let McpServer { name: own_name, etag, needs_reentry, findings, .. } = own.read();
            assert_eq!((own_name, etag.as_str()), (name.clone(), &*own.etag()));
            assert!(needs_reentry.is_empty() && findings.is_empty(), "{}", own.text());
            let own = own.json();
            let members: Vec<String> = row.as_object().expect("a row").keys().cloned().collect();
            assert_eq!(members.len(), 10, "{members:?}");
            assert_eq!(row["config"].take(), own["config"]);
            assert_eq!(row["etag"].take(), own["etag"]);
            assert_eq!(row["enabled"].take(), json!(name == "a"));
            assert_eq!(row["needs_reentry"].take(), json!([]));
            for (member, value) in summary.as_object().expect("a row") {
                assert_eq!(&row[member], value, "{member}");
            }
        }
    }
    // The spelling of a server's own answer.
    assert!(get(&server, "?view=full").text().contains(r#""config":{"timeout":1.50,"command":"x""#));
    assert_eq!(get(&server, "?view=summary").body, summaries.body);
    // A new state has new rows; an unchanged server's are what they were.
    let before = rows(&get(&server, "?view=full"));
    server.patch(item("a")).json(&json!({"icon": "i"})).send().expect(200);
    let after = rows(&get(&server, "?view=full"));
    assert_eq!((&after[0]["icon"], &after[0]["config"]["icon"]), (&json!("i"), &json!("i")));
    assert_eq!(before[1], after[1]);
}

#[test]
fn the_full_view_lists_what_cannot_be_read_or_opened() {
    let foreign = crate::crypto::seal("another key entirely", "lost");
    let document = json!({"agent_settings": {"mcp_config": {"mcpServers": {
        "lost": {"command": "x", "env": {"A": foreign}},
        "odd": ["no", "object"],
        "strange": {"command": 5, "enabled": "maybe", "description": ["d"]},
    }}}});
    let server = TestServer::builder(Site::with_document(document.to_string())).start();
    let all = rows(&get(&server, "?view=full"));
    let [lost, odd, strange] = all.as_slice() else { panic!("{all:?}") };
    assert_eq!(lost["needs_reentry"], json!(["/env/A"]));
    assert_eq!(lost["config"], json!({"command": "x", "env": {"A": "[REDACTED]"}}));
    assert_eq!(
        (&odd["config"], &odd["enabled"], &odd["needs_reentry"]),
        (&Value::Null, &Value::Null, &json!([]))
    );
    assert_eq!((&strange["enabled"], &strange["description"]), (&Value::Null, &Value::Null));
    server.get(item("odd")).send().expect_problem(409, "malformed-server");
    // Its tag guards what can be done with it.
    let tag = odd["etag"].as_str().expect("a tag").to_owned();
    server.delete(item("odd")).if_match("\"x\"").send().expect(412);
    server.delete(item("odd")).if_match(tag).send().expect(204);
}

#[test]
fn pages_follow_their_links_to_the_end() {
    let server = odd_names();
    let whole = get(&server, "");
    assert_eq!(names(&whole), NAMES);
    assert_eq!(whole.header("link"), None, "paging is asked for");
    for (query, pages) in [("?limit=3", 3), ("?limit=1&view=full", 8), ("?limit=8", 1), ("?limit=1000", 1)] {
        let mut found = Vec::new();
        let mut target = Some(format!("{SERVERS}{query}"));
        let mut count = 0;
        while let Some(page) = target {
            let answer = server.get(&page).send().expect(200);
            assert_eq!(answer.etag(), whole.etag(), "{page}");
            assert_eq!(rows(&answer)[0].get("config").is_some(), query.contains("full"), "{page}");
            found.extend(names(&answer));
            target = next(&answer);
            count += 1;
            assert!(count <= pages, "{page}");
            let head = server.request("HEAD", &page).send().expect(200);
            assert_eq!(head.header("link"), answer.header("link"));
        }
        assert_eq!((found.as_slice(), count), (&NAMES.map(str::to_owned)[..], pages), "{query}");
    }
    let first = get(&server, "?view=full&limit=2");
    assert_eq!(next(&first).as_deref(), Some(&*format!("{SERVERS}?view=full&limit=2&after=%26limit%3D1")));
}

#[test]
fn a_page_begins_after_any_text() {
    let server = odd_names();
    for (query, expected) in [
        ("?after=", &NAMES[1..]),
        ("?after=zzz", &NAMES[6..]),
        ("?after=A%20b&limit=1", &NAMES[4..5]),
        ("?limit=1&after=A+b", &NAMES[4..5]),
        ("?after=%2B", &NAMES[3..]),
        ("?after=%F0%9F%98%80", &[]),
    ] {
        assert_eq!(names(&get(&server, query)), expected, "{query}");
    }
    let end = get(&server, "?after=%F0%9F%98%80&limit=1");
    assert_eq!((end.text().as_str(), next(&end)), (r#"{"servers":[]}"#, None));
}

#[test]
fn a_page_that_says_only_where_it_begins_has_its_end() {
    let servers: serde_json::Map<String, Value> =
        (0..1_002).map(|number| (format!("s{number:04}"), json!({"command": "x"}))).collect();
    let document = json!({"agent_settings": {"mcp_config": {"mcpServers": servers}}});
    let server = TestServer::builder(Site::with_document(document.to_string())).start();
    assert_eq!(names(&get(&server, "")).len(), 1_002);
    let page = get(&server, "?after=s0000");
    assert_eq!(names(&page).len(), 1_000);
    let target = next(&page).expect("one more");
    assert_eq!(target, format!("{SERVERS}?after=s1000"));
    assert_eq!(names(&server.get(target).send().expect(200)), ["s1001"]);
}

#[test]
fn every_form_of_the_listing_is_distinguished_from_an_older_state_by_one_tag() {
    let server = TestServer::start();
    server.seed("a", &json!({"command": "x"}));
    server.seed("b", &json!({"command": "x"}));
    let tag = get(&server, "").etag();
    let forms = ["", "?view=full", "?view=summary", "?limit=1", "?after=a", "?view=full&limit=1&after=a"];
    for form in forms {
        let target = format!("{SERVERS}{form}");
        let unchanged = server.get(&target).if_none_match(&tag).send().expect(304);
        assert_eq!((unchanged.etag(), unchanged.body.len()), (tag.clone(), 0));
        server.get(&target).if_match("\"x\"").send().expect_problem(412, "precondition-failed");
    }
    // Not on the page and not in the row, and still another state.
    server.patch(item("b")).json(&json!({"timeout": 5})).send().expect(200);
    for form in forms {
        let answer = server.get(format!("{SERVERS}{form}")).if_none_match(&tag).send().expect(200);
        assert_ne!(answer.etag(), tag, "{form}");
    }
}

#[test]
fn a_document_without_servers_has_empty_pages() {
    let acp = r#"{"agent_settings":{"schema_version":4,"agent_kind":"acp"}}"#;
    let server = TestServer::builder(Site::with_document(acp)).start();
    for query in ["", "?limit=1", "?after=a"] {
        let answer = get(&server, query);
        assert_eq!((answer.text().as_str(), answer.header("link")), (r#"{"servers":[]}"#, None), "{query}");
    }
    let full = get(&server, "?view=full");
    assert_eq!((full.json(), full.header("link")), (json!({"servers": [], "etag": full.etag()}), None));
}
