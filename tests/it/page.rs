//! The page for people as it is served: whole, compressed, under tags, under a policy that lets nothing in; and how
//! it is built.

mod build;

use std::io::Write;
use std::process::{Command, Stdio};

use crate::response::Response;
use crate::server::TestServer;

const FILES: [(&str, &str); 5] = [
    ("/", "text/html; charset=utf-8"),
    ("/app.js", "text/javascript; charset=utf-8"),
    ("/editing.js", "text/javascript; charset=utf-8"),
    ("/app.css", "text/css; charset=utf-8"),
    ("/favicon.svg", "image/svg+xml"),
];

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; \
base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

#[test]
fn every_file_of_the_page_is_served_to_everybody_under_a_strict_policy() {
    let server = TestServer::start();
    for (path, media_type) in FILES {
        let answer = server.get(path).anonymous().send().expect(200);
        for (name, value) in [
            ("content-type", media_type),
            ("content-security-policy", POLICY),
            ("cache-control", "no-cache"),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(answer.header(name), Some(value), "{path}: {name}");
        }
        assert!(answer.list("vary").contains(&"accept-encoding".to_owned()), "{path}");
        assert!(!answer.body.is_empty(), "{path}: build the page with `make ui`");
    }
}

#[test]
fn a_client_that_takes_gzip_gets_the_same_bytes_compressed() {
    let server = TestServer::start();
    for (path, _) in FILES {
        let plain = server.get(path).anonymous().send().expect(200);
        let packed = server.get(path).anonymous().header("Accept-Encoding", "br, gzip").send().expect(200);
        assert_eq!(
            (plain.header("content-encoding"), packed.header("content-encoding")),
            (None, Some("gzip"))
        );
        assert_eq!(packed.header("content-type"), plain.header("content-type"), "{path}");
        assert!(packed.body.len() < plain.body.len(), "{path}");
        assert!(gunzipped(&packed) == plain.body, "{path}");
        let refused = server.get(path).anonymous().header("Accept-Encoding", "gzip;q=0").send().expect(200);
        assert_eq!((refused.header("content-encoding"), refused.etag()), (None, plain.etag()), "{path}");
    }
}

#[test]
fn each_coding_has_a_tag_of_its_own_and_is_answered_304_under_it() {
    let server = TestServer::start();
    for (path, _) in FILES {
        let ask = |coding: &str| server.get(path).anonymous().header("Accept-Encoding", coding);
        let (plain, packed) = (ask("identity").send().etag(), ask("gzip").send().etag());
        assert_ne!(plain, packed, "{path}");
        for (coding, own, other) in [("identity", &plain, &packed), ("gzip", &packed, &plain)] {
            let unchanged = ask(coding).if_none_match(own).send().expect(304);
            assert_eq!((unchanged.etag(), unchanged.body.len()), (own.clone(), 0), "{path}");
            assert_eq!(unchanged.header("content-security-policy"), Some(POLICY), "{path}");
            assert!(unchanged.list("vary").contains(&"accept-encoding".to_owned()), "{path}");
            ask(coding).if_none_match(other).send().expect(200);
        }
        let head =
            server.request("HEAD", path).anonymous().header("Accept-Encoding", "gzip").send().expect(200);
        let whole = ask("gzip").send();
        assert_eq!(
            (head.etag(), head.header("content-length")),
            (packed, whole.header("content-length")),
            "{path}"
        );
    }
}

#[test]
fn nothing_but_the_files_of_the_page_is_served() {
    let server = TestServer::start();
    for path in [
        "/index.html",
        "/app.js.gz",
        "/app.js.map",
        "/../Cargo.toml",
        "/..%2fCargo.toml",
        "/%2e%2e/Cargo.toml",
        "/app.js/../../Cargo.toml",
        "//app.js",
        "/APP.JS",
        "/src/main.tsx",
    ] {
        server.get(path).anonymous().send().expect_problem(404, "not-found");
    }
    server.get("/app.js/").anonymous().send().expect(307);
    server.get("/app.js?v=1").anonymous().send().expect_problem(400, "invalid-query");
}

#[test]
fn the_page_itself_has_no_script_no_style_and_nothing_from_elsewhere() {
    let server = TestServer::start();
    let page = server.get("/").anonymous().send().text();
    assert!(page.contains(r#"src="./app.js""#) && page.contains(r#"href="./app.css""#), "{page}");
    let tags = page.split("<script").skip(1).map(|rest| rest.split_once('>').expect("a tag ends").1);
    assert!(tags.into_iter().all(|content| content.starts_with("</script>")), "a script in the page: {page}");
    for part in ["<style", "style=", " on", "http:", "https:", "data:"] {
        assert!(!page.contains(part), "`{part}` in the page: {page}");
    }
}

fn gunzipped(answer: &Response) -> Vec<u8> {
    let gzip = Command::new("gzip").arg("-dc").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let mut gzip = gzip.expect("every Linux has gzip");
    gzip.stdin.take().expect("it is piped").write_all(&answer.body).expect("it reads");
    gzip.wait_with_output().expect("it ends").stdout
}
