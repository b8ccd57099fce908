//! The host that a request is for (RFC 9112 §3.2): that of its target, where it names one, else that of `Host`.

use crate::response::Response;
use crate::server::{SERVERS, TestServer};
use crate::wire::Connection;

/// Sends a request line and header lines as they are.
fn ask(server: &TestServer, line: &str, headers: &[&str]) -> Response {
    let mut connection = Connection::open(server.address()).expect("the service listens");
    let key = crate::server::ADMIN;
    let message = format!("{line}\r\nX-Session-API-Key: {key}\r\n{}\r\n", headers.concat());
    connection.write(message.as_bytes()).expect("it is open");
    connection.answer(line.split(' ').next().expect("a method")).expect("an answer")
}

#[test]
fn the_host_of_the_target_is_judged_and_host_is_not() {
    let server = TestServer::start();
    let own = server.address().to_string();
    let (ours, foreign) = (format!("Host: {own}\r\n"), "Host: evil.example\r\n".to_owned());
    for scheme in ["http", "https", "HTTP"] {
        for host in [&ours, &foreign] {
            let to = |authority: &str| {
                ask(&server, &format!("GET {scheme}://{authority}{SERVERS} HTTP/1.1"), &[host])
            };
            to(&own).expect(200);
            for authority in
                ["evil.example", "evil.example:8710", &format!("{own}@evil.example"), "localhost", "[::1]"]
            {
                to(authority).expect_problem(403, "forbidden-host");
            }
        }
    }
    ask(&server, &format!("GET ftp://{own}{SERVERS} HTTP/1.1"), &[&ours])
        .expect_problem(403, "forbidden-host");
}

#[test]
fn a_target_with_a_user_is_not_ours() {
    let server = TestServer::start();
    let own = server.address().to_string();
    let host = format!("Host: {own}\r\n");
    let answer = ask(&server, &format!("GET http://me:secret@{own}{SERVERS} HTTP/1.1"), &[&host]);
    answer.expect_problem(403, "forbidden-host");
}

#[test]
fn a_page_is_our_own_under_the_host_of_the_target() {
    let server = TestServer::start();
    let own = server.address().to_string();
    let line = format!("GET http://{own}{SERVERS} HTTP/1.1");
    let origin = |origin: &str| format!("Origin: http://{origin}\r\n");
    ask(&server, &line, &["Host: evil.example\r\n", &origin(&own)]).expect(200);
    let foreign = ask(&server, &line, &["Host: evil.example\r\n", &origin("evil.example")]);
    foreign.expect_problem(403, "forbidden-origin");
}

#[test]
fn a_request_for_no_host_or_several_is_refused() {
    let server = TestServer::start();
    let host = format!("Host: {}\r\n", server.address());
    let line = format!("GET {SERVERS} HTTP/1.1");
    ask(&server, &line, &[]).expect(400);
    ask(&server, &line, &[&host, &host]).expect(400);
    ask(&server, &line, &[&host, "Host: evil.example\r\n"]).expect(400);
    ask(&server, &line, &["Host: \r\n"]).expect_problem(403, "forbidden-host");
    let old = format!("GET {SERVERS} HTTP/1.0");
    ask(&server, &old, &[]).expect_problem(403, "forbidden-host");
    ask(&server, &old, &[&host]).expect(200);
    ask(&server, &format!("GET http://{}{SERVERS} HTTP/1.0", server.address()), &[]).expect(200);
}

#[test]
fn a_target_that_is_no_path_leads_nowhere() {
    let server = TestServer::start();
    let own = server.address().to_string();
    let host = format!("Host: {own}\r\n");
    ask(&server, &format!("CONNECT {own} HTTP/1.1"), &[&host]).expect_problem(404, "not-found");
    ask(&server, "CONNECT evil.example:443 HTTP/1.1", &[&host]).expect_problem(403, "forbidden-host");
    ask(&server, "OPTIONS * HTTP/1.1", &[&host]).expect_problem(404, "not-found");
}
