//! Clients that open connections and then say nothing, little, or less than they announced.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde_json::json;

use crate::server::{ADMIN, READER, REVEALER, SERVERS, TestServer, WRITER, eventually, item};
use crate::site::Site;
use crate::stream::Stream;
use crate::wire::Request;

/// How long a read or a write of another client may take meanwhile. Most of it is for a busy machine.
const AT_MOST: Duration = Duration::from_secs(5);

/// Lets this process open enough sockets.
fn allow_many_sockets() {
    let limit = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit }).expect("up to the hard limit");
}

/// The beginning of requests whose rest never comes: nothing at all, parts of heads, parts of bodies, on every kind of
/// route and with every kind of refusal.
fn beginnings(server: &TestServer) -> Vec<Vec<u8>> {
    let config = json!({"command": "x"});
    let put = || server.put(item("a")).json(&config);
    let half = |request: Request| {
        let message = request.message();
        message[..message.len() - 3].to_vec()
    };
    let mut beginnings = vec![
        Vec::new(),
        b"\r\n".to_vec(),
        b"GET".to_vec(),
        b"GET /health HTTP/1.1\r\nHost: ".to_vec(),
        [server.get("/health").message(), b"GET /he".to_vec()].concat(),
    ];
    let requests = [
        put().header("Host", "evil.example"),
        put().header("Origin", "http://evil.example"),
        put().anonymous(),
        put().key("wrong"),
        server.put(item("a")).body("text/plain", "abcdefgh"),
        server.post("/nowhere").json(&config),
        server.post(item("a")).json(&config),
        server.get("/health").bytes("abcdefgh"),
        server.request("HEAD", "/").bytes("abcdefgh"),
        server.delete(item("none")).bytes("abcdefgh"),
        server.post("/api/session").json(&json!({"code": "c".repeat(5_000)})),
        server.get("/api/settings/events").bytes("abcdefgh").anonymous(),
    ];
    for request in requests {
        beginnings.push(half(request.clone()));
        beginnings.push(half(request.chunked()));
    }
    beginnings
}

/// The sockets of so many clients that have sent a beginning.
fn open(server: &TestServer, beginnings: &[Vec<u8>], many: usize) -> Vec<TcpStream> {
    let one = |number: usize| {
        let mut socket = TcpStream::connect_timeout(&server.address(), AT_MOST).expect("the service listens");
        // It may be turned away already.
        drop(socket.write_all(&beginnings[number % beginnings.len()]));
        socket
    };
    (0..many).map(one).collect()
}

/// How many sockets the service has open.
fn sockets(server: &TestServer) -> usize {
    let files = fs::read_dir(format!("/proc/{}/fd", server.pid())).expect("the service runs");
    let links = files.filter_map(|file| fs::read_link(file.ok()?.path()).ok());
    links.filter(|target| target.to_string_lossy().starts_with("socket:")).count()
}

/// Others read and write, each in its time.
fn others_work(server: &TestServer, round: usize) {
    for request in [
        server.get(SERVERS),
        server.put(item("other")).json(&json!({"command": format!("x{round}")})),
        server.get("/ready"),
    ] {
        let began = Instant::now();
        request.send().expect_success();
        assert!(began.elapsed() < AT_MOST, "answered after {:?}", began.elapsed());
    }
}

/// Whether the service has closed its side.
fn is_closed(socket: &mut TcpStream) -> bool {
    socket.set_nonblocking(true).expect("it is a socket");
    let mut space = [0; 4_096];
    loop {
        match socket.read(&mut space) {
            Ok(0) => return true,
            Ok(_) => {}
            Err(error) => return error.kind() != std::io::ErrorKind::WouldBlock,
        }
    }
}

#[test]
fn two_thousand_silent_slow_and_half_sent_connections_leave_others_working() {
    allow_many_sockets();
    let server = TestServer::start();
    others_work(&server, 0);
    let before = sockets(&server);
    let mut idle = open(&server, &beginnings(&server), 2_000);
    // Some go on, a byte at a time.
    for round in 1..20 {
        for socket in idle.iter_mut().step_by(7) {
            drop(socket.write_all(b"a"));
        }
        others_work(&server, round);
    }
    eventually("the service gives up clients that do not do their part", || idle.iter_mut().all(is_closed));
    eventually("it keeps no sockets of them", || sockets(&server) <= before);
    others_work(&server, 20);
}

#[test]
fn with_few_descriptors_silent_connections_make_room_for_others() {
    allow_many_sockets();
    let few = ["sh", "-c", "ulimit -n 160 && exec \"$0\" \"$@\""];
    let server = TestServer::builder(Site::new()).launcher(&few).start();
    let mut idle = Vec::new();
    for round in 0..20 {
        idle.extend(open(&server, &[Vec::new(), b"GET /".to_vec()], 50));
        others_work(&server, round);
    }
    let files = fs::read_dir(format!("/proc/{}/fd", server.pid())).expect("the service runs").count();
    assert!(files < 150, "{files} of 160 descriptors are taken");
    drop(idle);
}

#[test]
fn with_few_descriptors_streams_leave_connections_to_others() {
    let few = ["sh", "-c", "ulimit -n 160 && exec \"$0\" \"$@\""];
    let server = TestServer::builder(Site::new()).launcher(&few).start();
    let mut streams = Vec::new();
    for key in [ADMIN, WRITER, READER, REVEALER] {
        let refusal = loop {
            match Stream::open(&server.events().key(key)).expect("an answer") {
                Ok(stream) => streams.push(stream),
                Err(refusal) => break refusal,
            }
        };
        assert!(matches!(refusal.status, 429 | 503), "{}", refusal.text());
    }
    assert!((20..60).contains(&streams.len()), "{} streams", streams.len());
    let idle = open(&server, &[Vec::new()], 100);
    others_work(&server, 0);
    assert!(streams.iter_mut().all(|stream| stream.next().name == "opened"), "a stream was given up");
    drop(idle);
}

#[test]
fn the_soft_limit_of_descriptors_is_raised() {
    let few = ["sh", "-c", "ulimit -S -n 100 && exec \"$0\" \"$@\""];
    let server = TestServer::builder(Site::new()).launcher(&few).start();
    let limits = fs::read_to_string(format!("/proc/{}/limits", server.pid())).expect("the service runs");
    let line = limits.lines().find(|line| line.starts_with("Max open files")).expect("there is such a limit");
    let words: Vec<&str> = line.split_whitespace().collect();
    assert_eq!(words[3], words[4], "{line}");
}

#[test]
fn every_head_of_a_connection_has_a_deadline() {
    let server = TestServer::start();
    let whole = server.get("/health").message();
    let began = Instant::now();
    let beginnings = [Vec::new(), b"GET /".to_vec(), [whole.clone(), whole, b"GET /".to_vec()].concat()];
    let mut sockets = open(&server, &beginnings, 3);
    for (socket, answers) in sockets.iter_mut().zip([1, 1, 3]) {
        socket.set_read_timeout(Some(Duration::from_secs(15))).expect("it is a socket");
        let mut text = String::new();
        socket.read_to_string(&mut text).expect("the service closes the connection");
        assert_eq!(text.matches("HTTP/1.1 ").count(), answers, "{text}");
        assert!(text.contains("HTTP/1.1 408 "), "{text}");
    }
    assert!(began.elapsed() < Duration::from_secs(14), "closed after {:?}", began.elapsed());
}

#[test]
fn an_answer_to_a_half_sent_body_arrives_and_says_that_the_connection_ends() {
    let server = TestServer::start();
    for beginning in beginnings(&server).into_iter().skip(5) {
        let mut socket = open(&server, std::slice::from_ref(&beginning), 1).remove(0);
        socket.set_read_timeout(Some(Duration::from_secs(5))).expect("it is a socket");
        let mut text = String::new();
        socket.read_to_string(&mut text).unwrap_or_else(|error| {
            panic!("{error} behind {text:?}, to {}", String::from_utf8_lossy(&beginning))
        });
        assert!(text.contains("connection: close\r\n"), "{text}");
    }
}
