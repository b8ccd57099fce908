//! Drafts over TLS that do not get through: what answers has another certificate, or no TLS at all.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};

use serde_json::json;

use super::{fails, passed, tried_for};
use crate::instances::{start, stop};
use crate::server::eventually;
use crate::sessions::web::{Web, usual};

/// Something that answers over TLS, with a certificate that nobody has signed. It is killed when dropped.
struct SelfSigned {
    child: Child,
    address: SocketAddr,
    _folder: tempfile::TempDir,
}

impl SelfSigned {
    fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let [key, certificate] =
            ["key", "certificate"].map(|name| folder.path().join(name).display().to_string());
        let made = Command::new("openssl")
            .args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"])
            .args([
                "-addext",
                "subjectAltName=DNS:localhost,IP:127.0.0.1",
                "-keyout",
                &key,
                "-out",
                &certificate,
            ])
            .stderr(Stdio::null())
            .status();
        assert!(made.expect("there is an openssl").success());
        // Free a moment ago; nothing else on the machine takes this very port at once.
        let address =
            TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a free port");
        let child = Command::new("openssl")
            .args([
                "s_server",
                "-quiet",
                "-www",
                "-accept",
                &address.to_string(),
                "-key",
                &key,
                "-cert",
                &certificate,
            ])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("there is an openssl");
        eventually("it listens", || TcpStream::connect(address).is_ok());
        Self { child, address, _folder: folder }
    }
}

impl Drop for SelfSigned {
    fn drop(&mut self) {
        drop((self.child.kill(), self.child.wait()));
    }
}

#[test]
fn a_certificate_that_nobody_has_signed() {
    let peer = SelfSigned::start();
    let server = start();
    for transport in ["http", "sse"] {
        for host in ["127.0.0.1", "localhost"] {
            let url = format!("https://{host}:{}/mcp", peer.address.port());
            let tested = tried_for(&server, &json!({"url": url, "transport": transport}), 10);
            fails(&tested, "connect", "connect", "", "certificate");
            assert_eq!(passed(&tested), ["resolve"], "{url}");
        }
    }
    stop(server);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_tls() {
    let web = Web::serve(usual).await;
    let server = start();
    let url = web.url().replace("http://", "https://");
    fails(&tried_for(&server, &json!({"url": url}), 10), "connect", "connect", "", "https");
    stop(server);
}
