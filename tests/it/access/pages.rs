//! Real pages in a real browser: what a page of an allowed origin can do with `fetch` and nothing else, and
//! what one of any other origin can't, whatever it tries.

use serde_json::{Value, json};

use crate::chromium::{Browser, Page, PageServer};
use crate::peer::Peer;
use crate::server::{READER, SERVERS, TestServer, WRITER, item};
use crate::site::Site;

const SCRIPT: &str = include_str!("pages/page.js");

/// The name under which pages are allowed.
const FRIEND: &str = "settings.friend.example";
const STRANGER: &str = "stranger.example";

/// Fetches, and gives the status and every header that a script may read; or that there is nothing to read.
const FETCH: &str = "
    const { url, ...options } = input;
    try {
        const answer = await fetch(url, options);
        return { status: answer.status, headers: Object.fromEntries(answer.headers), type: answer.type };
    } catch (error) {
        return { unreadable: error.name };
    }";

/// A server that holds a secret, and allows pages of one origin on another site.
fn service(pages: &PageServer) -> TestServer {
    let server = TestServer::builder(Site::new())
        .env("MCP_SETTINGS_ALLOWED_ORIGINS", pages.origin(FRIEND))
        .env("MCP_SETTINGS_LOCK_TIMEOUT_MS", "300")
        .start();
    server.seed("shared", &json!({"url": "https://mcp.example/v1", "headers": {"X-Token": "secret"}}));
    server
}

fn url(server: &TestServer, path: &str) -> String {
    format!("http://{}{path}", server.address())
}

fn fetch(page: &Page<'_>, url: &str, mut options: Value) -> Value {
    options["url"] = json!(url);
    page.run(FETCH, options)
}

fn with_key(key: &str) -> Value {
    json!({"headers": {"X-Session-API-Key": key}})
}

#[test]
fn a_page_of_an_allowed_origin_merges_after_a_conflict() {
    let pages = PageServer::of(SCRIPT);
    let (server, browser) = (service(&pages), Browser::launch());
    let page = browser.open(&pages.origin(FRIEND));
    let setup = json!({"api": url(&server, SERVERS), "key": WRITER, "name": "shared"});
    let shown = page.run("globalThis.editor = new Editor(input); return editor.load()", setup);
    let tag = server.get(item("shared")).send().etag();
    assert_eq!((&shown["status"], &shown["etag"]), (&json!(200), &json!(tag)));
    assert_eq!(shown["config"]["headers"]["X-Token"], "[REDACTED]");

    let other = server.patch(item("shared")).json(&json!({"timeout": 30})).send().expect(200).etag();
    let answers = page.run("return editor.save(input)", json!({"description": "from the page"}));
    let answers = answers.as_array().expect("a list");
    let [refused, saved] = &answers[..] else { panic!("not one conflict: {answers:?}") };
    assert_eq!((&refused["status"], &refused["etag"]), (&json!(412), &json!(other)));
    assert_eq!(refused["changed"], json!(["/description", "/timeout"]));
    let tag = server.get(item("shared")).send().etag();
    assert_eq!((&saved["status"], &saved["etag"]), (&json!(200), &json!(tag)));
    let merged = json!({
        "url": "https://mcp.example/v1", "headers": {"X-Token": "secret"}, "timeout": 30, "description": "from the page",
    });
    assert_eq!(server.plaintext("shared"), merged);
}

#[test]
fn a_page_of_an_allowed_origin_reads_the_headers_that_it_needs() {
    let pages = PageServer::of(SCRIPT);
    let (server, browser) = (service(&pages), Browser::launch());
    let page = browser.open(&pages.origin(FRIEND));
    let write = |name: &str, config: Value| {
        let headers = json!({"X-Session-API-Key": WRITER, "Content-Type": "application/json"});
        let options = json!({"method": "PUT", "headers": headers, "body": config.to_string()});
        fetch(&page, &url(&server, &item(name)), options)
    };
    let created = write("new", json!({"command": "x"}));
    assert_eq!((&created["status"], &created["headers"]["location"]), (&json!(201), &json!(item("new"))));
    let tag = server.get(item("new")).send().etag();
    assert_eq!(created["headers"]["etag"], tag);

    let unchanged = json!({"headers": {"X-Session-API-Key": READER, "If-None-Match": tag}});
    let unchanged = fetch(&page, &url(&server, &item("new")), unchanged);
    assert_eq!((&unchanged["status"], &unchanged["headers"]["etag"]), (&json!(304), &json!(tag)));

    let _lock = Peer::holding(&server.lock_path());
    let busy = write("new", json!({"command": "y"}));
    assert_eq!(busy["status"], 503);
    let seconds = busy["headers"]["retry-after"].as_str().and_then(|text| text.parse::<u32>().ok());
    assert!(seconds.is_some_and(|seconds| seconds > 0), "{busy}");
    assert!(busy["headers"]["x-request-id"].is_string(), "{busy}");
    assert_eq!(busy["headers"]["vary"], Value::Null, "more is exposed than is documented");
}

#[test]
fn the_cache_of_a_browser_never_shows_an_old_state() {
    let pages = PageServer::of(SCRIPT);
    let (server, browser) = (service(&pages), Browser::launch());
    let page = browser.open(&pages.origin(FRIEND));
    let read = || fetch(&page, &url(&server, &item("shared")), with_key(READER));
    let confirmed = || server.log().matches("answered 304").count();
    let first = read();
    assert_eq!((&first["status"], confirmed()), (&json!(200), 0));
    let second = read();
    assert_eq!((&second["status"], &second["headers"]["etag"]), (&json!(200), &first["headers"]["etag"]));
    assert_eq!(confirmed(), 1, "the browser did not ask whether its copy is current");
    let tag = server.patch(item("shared")).json(&json!({"timeout": 5})).send().expect(200).etag();
    assert_eq!(read()["headers"]["etag"], tag);
}

#[test]
fn a_page_of_another_origin_reads_and_changes_nothing() {
    let pages = PageServer::of(SCRIPT);
    let (server, browser) = (service(&pages), Browser::launch());
    let before = server.document();
    // The second is on the allowed host, the third on ours: a port makes another origin.
    let elsewhere = PageServer::of(SCRIPT);
    let origins = [pages.origin(STRANGER), elsewhere.origin(FRIEND), elsewhere.origin("127.0.0.1")];
    let json = json!({"X-Session-API-Key": WRITER, "Content-Type": "application/json"});
    let write = |method: &str| json!({"method": method, "headers": json, "body": r#"{"command":"evil"}"#});
    let plain = |mode: &str| json!({"method": "POST", "mode": mode, "body": r#"{"code":"guess"}"#});
    let item = url(&server, &item("shared"));
    let attempts = [
        (item.clone(), with_key(READER)),
        (url(&server, "/server_info"), json!({})),
        (url(&server, "/health"), json!({})),
        (url(&server, "/health"), json!({"mode": "no-cors"})),
        (item.clone(), write("PUT")),
        (item.clone(), write("PATCH")),
        (item.clone(), json!({"method": "DELETE", "headers": {"X-Session-API-Key": WRITER}})),
        // These go out without a preflight.
        (url(&server, "/api/session"), plain("cors")),
        (url(&server, "/api/session"), plain("no-cors")),
    ];
    for origin in &origins {
        let page = browser.open(origin);
        for (url, options) in &attempts {
            let answer = fetch(&page, url, options.clone());
            assert_eq!(answer, json!({"unreadable": "TypeError"}), "{origin}: {url} {options}");
        }
    }
    assert!(server.document() == before, "a page changed the document");
    let reads = server.get(SERVERS).header("Origin", pages.origin(FRIEND)).send();
    reads.expect(200);
}

#[test]
fn a_page_without_an_origin_is_a_stranger() {
    let pages = PageServer::of(SCRIPT);
    let (server, browser) = (service(&pages), Browser::launch());
    // A sandboxed frame, even one of an allowed page, has the origin `null`.
    let page = browser.open(&pages.origin(FRIEND));
    let source = "
        const message = new Promise((hear) => addEventListener('message', (event) => hear(event.data)));
        const frame = document.createElement('iframe');
        frame.sandbox = 'allow-scripts';
        const script = `fetch(${JSON.stringify(input)}).then(() => 'read', (error) => error.name)
            .then((outcome) => parent.postMessage(origin + ' ' + outcome, '*'))`;
        frame.srcdoc = `<script>${script}</` + 'script>';
        document.body.append(frame);
        return message;";
    assert_eq!(page.run(source, json!(url(&server, "/server_info"))), "null TypeError");
    assert_eq!(fetch(&page, &url(&server, "/server_info"), json!({}))["status"], 200);
}

#[test]
fn a_form_of_another_origin_has_no_effect() {
    let pages = PageServer::of(SCRIPT);
    let (server, browser) = (service(&pages), Browser::launch());
    let page = browser.open(&pages.origin(STRANGER));
    // A form needs no preflight, and its answer is shown: in a frame that the page can't look into.
    let source = "
        document.body.innerHTML = `<iframe name=into></iframe>
            <form method=post enctype=text/plain target=into action=${input}><input name=code></form>`;
        const loaded = new Promise((hear) => { document.querySelector('iframe').onload = hear; });
        document.forms[0].submit();
        await loaded;
        return document.querySelector('iframe').contentDocument === null;";
    assert_eq!(page.run(source, json!(url(&server, "/api/session"))), true);
    let log = server.log();
    assert!(log.contains("POST /api/session answered 403"), "{log}");
}

#[test]
fn a_name_that_was_bound_to_our_address_later_is_refused() {
    let pages = PageServer::of(SCRIPT);
    let (server, browser) = (service(&pages), Browser::launch());
    // DNS rebinding: to the browser the page and the service are one origin, so that only `Host` shows the difference.
    let rebound = format!("http://{STRANGER}:{}", server.address().port());
    let page = browser.open(&format!("{rebound}/health"));
    assert_eq!(page.status, 200, "anybody may ask for the health");
    let answer = fetch(&page, &format!("{rebound}{SERVERS}"), with_key(READER));
    assert_eq!(answer["status"], 403, "{answer}");
    assert_eq!(browser.open(&rebound).status, 403);
}
