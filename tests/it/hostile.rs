//! What comes in broken, and what breaks underneath: each case has its exact status and problem type, and
//! leaves the folder as it was, byte for byte.

mod bodies;
mod disk;
mod document;
mod headers;
mod keys;
mod lock;
mod names;
mod overtaken;
mod read_only;
mod sizes;
mod state;

use crate::response::Response;
use crate::server::TestServer;
use crate::wire::Request;

/// Claims that the request is refused with this status and problem type, and that nothing in the folder
/// changed: not the document, and no file left over.
#[track_caller]
fn refused(server: &TestServer, what: &str, request: Request, status: u16, slug: &str) -> Response {
    let before = contents(server);
    let answer = request.send();
    let shown = format!("{what}: {} {}", answer.status, answer.text());
    assert_eq!(answer.status, status, "{shown}");
    assert_eq!(answer.problem(), slug, "{shown}");
    assert!(contents(server) == before, "the folder changed: {shown}");
    answer
}

/// Every file of the folder but the empty lock file, which any write may make.
fn contents(server: &TestServer) -> Vec<(String, u32, Vec<u8>)> {
    let mut files = server.files();
    files.retain(|(name, _, bytes)| name != ".settings.lock" || !bytes.is_empty());
    files
}
