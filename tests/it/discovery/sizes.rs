//! Lists of real servers, lists of many pages, and lists that are too long.

use serde_json::{Value, json};

use super::lister::probed_by_a_tool;
use super::{names, refreshed, tools, tools_of};
use crate::instances::real::node;
use crate::instances::{call, call_with, place, put, set_policy, start, stop, text_of};
use crate::server::{READER, TestServer};
use crate::sessions::web::{Reply, Web, usual};

#[test]
fn a_real_server_lists_its_tools_resources_templates_and_prompts() {
    let server = start();
    put(&server, "a", &node("server-everything", &["stdio"]));
    text_of(call_with(&server, "a", "echo", &json!({"message": "x"})));
    let read = |path: &str| {
        let answer = server.get(format!("{}/{path}", place("a"))).key(READER).send().expect(200);
        assert!(answer.header("age").is_some());
        answer.json()
    };
    let listing = read("tools");
    let echo = super::tool(&listing, "echo");
    assert_eq!(echo["input_schema"]["properties"]["message"]["type"], "string", "{echo}");
    assert!(echo["description"].is_string() && echo["offered"] == true, "{echo}");
    let (resources, prompts) = (read("resources"), read("prompts"));
    let first = |listing: &Value, member: &str| listing[member][0].clone();
    let (resource, template, prompt) =
        (first(&resources, "resources"), first(&resources, "templates"), first(&prompts, "prompts"));
    assert!(
        resource["entry"]["uri"].is_string() && resource["name"] == resource["entry"]["uri"],
        "{resource}"
    );
    assert!(template["entry"]["uriTemplate"].as_str().is_some_and(|uri| uri.contains('{')), "{template}");
    assert!(prompt["entry"]["name"].is_string() && prompt["name"] == prompt["entry"]["name"], "{prompt}");
    for listing in [&listing, &resources, &prompts] {
        assert_eq!(
            (&listing["stale"], &listing["fault"], &listing["dropped"]),
            (&json!(false), &Value::Null, &json!(0))
        );
    }
    stop(server);
}

/// A service with a server whose tools are these, so many a page; or of pages without end.
async fn paged(count: usize, page: usize, is_endless: bool) -> (Web, TestServer) {
    let web = Web::serve(move |request| match request.rpc().as_str() {
        "tools/list" => {
            let cursor = request.json()["params"]["cursor"].as_str().map(str::to_owned);
            let from: usize = cursor.map_or(0, |cursor| cursor.parse().expect("one of ours"));
            let to = (from + page).min(if is_endless { usize::MAX } else { count });
            let tools: Vec<Value> =
                (from..to).map(|number| json!({"name": format!("t{number}"), "inputSchema": {}})).collect();
            let mut result = json!({"tools": tools});
            if is_endless || to < count {
                result["nextCursor"] = json!(to.to_string());
            }
            Reply::result(request, result)
        }
        _ => usual(request),
    })
    .await;
    let server = start();
    put(&server, "a", &json!({"url": web.url(), "transport": "http"}));
    set_policy(&server, "a", &probed_by_a_tool());
    text_of(call(&server, "a", "x"));
    (web, server)
}

#[tokio::test(flavor = "multi_thread")]
async fn all_pages_are_one_list_in_the_order_of_the_server() {
    let (web, server) = paged(25, 10, false).await;
    let expected: Vec<String> = (0..25).map(|number| format!("t{number}")).collect();
    assert_eq!((names(&tools(&server, "a")), web.count("tools/list")), (expected, 3));
    stop(server);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_thousand_tools_are_listed_and_one_more_is_too_many() {
    let (_web, server) = paged(2_000, 1_000, false).await;
    assert_eq!(names(&refreshed(&server, "a")).len(), 2_000);
    stop(server);
    let (web, server) = paged(2_001, 1_000, false).await;
    for _ in 0..2 {
        let problem = tools_of(&server, "a").send().expect_problem(502, "server-fault").json();
        assert_eq!(problem["fault"]["kind"], "too_large", "{problem}");
    }
    assert_eq!(web.count("tools/list"), 3, "a failure is cached");
    stop(server);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_without_end_is_too_large_and_its_tools_are_called() {
    let (web, server) = paged(0, 1, true).await;
    let problem = tools_of(&server, "a").send().expect_problem(502, "server-fault").json();
    assert_eq!((&problem["fault"]["kind"], web.count("tools/list")), (&json!("too_large"), 64));
    // It works beside that.
    text_of(call(&server, "a", "x"));
    stop(server);
}
