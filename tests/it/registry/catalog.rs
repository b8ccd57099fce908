//! A catalog that answers what a test says, one request after the other. It does not know what is asked of it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// A running catalog. Its thread ends with the test's process.
pub(super) struct Catalog {
    pub(super) url: String,
    received: Arc<Mutex<Vec<String>>>,
}

/// The line of a request, such as `GET /capabilities`, with the status and the body of the response.
pub(super) type Answer = (&'static str, u16, String);

impl Catalog {
    /// Answers these requests, and others with 404.
    pub(super) fn start(answers: Vec<Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let url = format!("http://{}/api", listener.local_addr().expect("it is bound"));
        let received = Arc::new(Mutex::new(Vec::new()));
        let noted = Arc::clone(&received);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                answer(&stream, &answers, &noted);
            }
        });
        Self { url, received }
    }

    /// Lines, queries, authorisations and bodies of all requests.
    pub(super) fn received(&self) -> Vec<String> {
        self.received.lock().expect("no thread panicked").clone()
    }
}

fn answer(mut stream: &TcpStream, answers: &[Answer], noted: &Mutex<Vec<String>>) {
    let mut reader = BufReader::new(stream);
    let mut head = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or_default() == 0 {
            return;
        }
        match line.trim_end() {
            "" => break,
            line => head.push(line.to_owned()),
        }
    }
    let header = |name: &str| {
        let mut pairs = head.iter().filter_map(|line| line.split_once(": "));
        pairs.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.to_owned())
    };
    let length = header("content-length").and_then(|length| length.parse().ok()).unwrap_or_default();
    let mut body = String::new();
    reader.take(length).read_to_string(&mut body).expect("the client sends what it announces");
    let target = head[0].trim_end_matches(" HTTP/1.1");
    let line = target.split('?').next().unwrap_or_default().replace(" /api", " ");
    let authorization = header("authorization").unwrap_or_default();
    noted
        .lock()
        .expect("no thread panicked")
        .push(format!("{target} {authorization} {body}").trim_end().to_owned());
    let found = answers.iter().find(|(known, ..)| *known == line);
    let (status, body) = found.map_or((404, ""), |(_, status, body)| (*status, body.as_str()));
    let length = if status == 204 { String::new() } else { format!("Content-Length: {}\r\n", body.len()) };
    write!(stream, "HTTP/1.1 {status} Status\r\nConnection: close\r\n{length}\r\n{body}").ok();
}
