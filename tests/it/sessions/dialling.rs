//! What is dialled: by class, by name, never ourselves, and nothing but what was judged. Listeners that must see no
//! connection see none.

use std::collections::VecDeque;
use std::net::{IpAddr, SocketAddr};
use std::process::Command;
use std::sync::{Arc, Mutex};

use mcp_settings::instances::{Fault, FaultKind, HttpClient, Lookup, Session};
use mcp_settings::model::dial::DialPolicy;
use mcp_settings::model::launch::Transport;

use super::servers::{connect, refused, remote, soon};
use super::web::{Reply, Web, usual};

fn policy(words: &[&str]) -> Arc<DialPolicy> {
    let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    Arc::new(DialPolicy::parse(&words).expect("words of the policy"))
}

fn client(words: &[&str], own: &[SocketAddr]) -> HttpClient {
    HttpClient::new(policy(words), own.to_vec(), None).expect("it can be made")
}

async fn dial(http: &HttpClient, url: &str) -> Result<Session, Fault> {
    Session::to_remote(&remote(url, Transport::StreamableHttp), http, None, soon()).await
}

/// Names that have these addresses, one list after the other; the last stays.
fn names(answers: &[&[&str]]) -> Lookup {
    let parse = |answer: &&[&str]| answer.iter().map(|text| text.parse().expect("an address")).collect();
    let answers: Mutex<VecDeque<Vec<IpAddr>>> = Mutex::new(answers.iter().map(parse).collect());
    Arc::new(move |_| {
        let mut answers = answers.lock().expect("no holder panics");
        let answer = if answers.len() > 1 { answers.pop_front() } else { answers.front().cloned() };
        Box::pin(async move { Ok(answer.unwrap_or_default()) })
    })
}

#[tokio::test]
async fn an_address_in_the_url_is_judged_however_it_is_spelled() {
    let everything = client(&["public", "loopback", "private", "0.0.0.0/0", "::/0"], &[]);
    for host in [
        "169.254.169.254",
        "2852039166",
        "0xa9.0xfea9fe",
        "[::ffff:169.254.169.254]",
        "[64:ff9b::a9fe:a9fe]",
        "[2002:a9fe:a9fe::1]",
        "[fd00:ec2::254]",
        "[fe80::1]",
        "0.0.0.0",
        "0",
        "[::]",
        "[::10.0.0.1]",
        "224.0.0.1",
        "255.255.255.255",
        "240.0.0.1",
        "[ff02::1]",
        "[2001:0:1::1]",
    ] {
        let fault = refused(dial(&everything, &format!("http://{host}:9/mcp")).await);
        assert_eq!(fault.kind, FaultKind::Policy, "{host}");
        assert!(fault.message.contains("MCP_SETTINGS_DIAL"), "{}", fault.message);
    }
    for (words, hosts) in [
        (
            &["public"][..],
            &["127.0.0.1", "2130706433", "0x7f.1", "127.1", "0177.0.0.1", "[::1]", "１２７.0.0.1"][..],
        ),
        (&["public", "loopback"], &["10.0.0.1", "172.16.0.1", "192.168.0.1", "100.64.0.1", "[fd12::1]"]),
        (&["private", "loopback"], &["1.1.1.1", "[2606:4700::1111]", "[::ffff:1.1.1.1]"]),
    ] {
        for host in hosts {
            let fault = refused(dial(&client(words, &[]), &format!("http://{host}:9/mcp")).await);
            assert_eq!(fault.kind, FaultKind::Policy, "{host}");
        }
    }
}

#[tokio::test]
async fn what_is_refused_sees_no_connection_and_what_is_allowed_works() {
    let web = Web::serve(usual).await;
    let port = web.address.port();
    for host in ["127.0.0.1", "localhost", "2130706433"] {
        for words in [&["public"][..], &["public", "private"], &["host:other"], &["127.0.0.2/32"], &[]] {
            let fault = refused(dial(&client(words, &[]), &format!("http://{host}:{port}/mcp")).await);
            assert_eq!(fault.kind, FaultKind::Policy, "{host} {words:?}");
            assert!(!fault.message.contains("::1"), "{}", fault.message);
        }
    }
    assert_eq!(web.connections(), 0);
    for words in [&["loopback"][..], &["127.0.0.0/8"]] {
        dial(&client(words, &[]), &web.url()).await.expect("it is allowed");
    }
    dial(&client(&["host:localhost"], &[]), &format!("http://localhost:{port}/mcp"))
        .await
        .expect("it is allowed");
}

#[tokio::test]
async fn a_name_with_one_forbidden_address_is_not_dialled_at_all() {
    let web = Web::serve(usual).await;
    let url = format!("http://mixed.example:{}/mcp", web.address.port());
    for addresses in [&["127.0.0.1", "169.254.169.254"], &["10.0.0.1", "127.0.0.1"]] {
        let http = HttpClient::with_lookup(policy(&["loopback"]), Vec::new(), None, names(&[addresses]));
        let fault = refused(dial(&http.expect("it can be made"), &url).await);
        assert_eq!(fault.kind, FaultKind::Policy);
        assert!(
            !fault.message.contains("169.254") && !fault.message.contains("10.0.0.1"),
            "{}",
            fault.message
        );
        assert!(fault.detail.is_some_and(|detail| addresses.contains(&detail.as_str())));
    }
    assert_eq!(web.connections(), 0);
}

#[tokio::test]
async fn a_name_that_changes_its_address_is_judged_each_time() {
    let good = Web::serve_on("127.0.0.2:0", usual).await;
    let trap = Web::serve_on(&format!("127.0.0.1:{}", good.address.port()), usual).await;
    // The good address is for the three connections of the beginning, the other one for all that follow.
    let lookup = names(&[&["127.0.0.2"], &["127.0.0.2"], &["127.0.0.2"], &["127.0.0.1"]]);
    let http =
        HttpClient::with_lookup(policy(&["127.0.0.2/32"]), Vec::new(), None, lookup).expect("it can be made");
    let session = dial(&http, &format!("http://rebinding.example:{}/mcp", good.address.port())).await;
    let session = session.expect("the first address is allowed");
    let mut faults = Vec::new();
    for _ in 0..4 {
        faults.extend(session.list_tools(soon()).await.err());
    }
    assert!(faults.len() >= 3 && faults.iter().all(|fault| fault.kind == FaultKind::Policy), "{faults:?}");
    assert!(good.connections() > 0);
    assert_eq!(trap.connections(), 0);
}

#[tokio::test]
async fn our_own_listeners_are_never_dialled() {
    let web = Web::serve(usual).await;
    let port = web.address.port();
    let everywhere: SocketAddr = ([0, 0, 0, 0], port).into();
    let everywhere_v6: SocketAddr = (std::net::Ipv6Addr::UNSPECIFIED, port).into();
    for own in [web.address, everywhere, everywhere_v6] {
        let http = client(&["loopback", "private", "public"], &[own]);
        for host in ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]"] {
            let fault = refused(dial(&http, &format!("http://{host}:{port}/mcp")).await);
            assert_eq!(fault.kind, FaultKind::Policy, "{own} {host}");
        }
    }
    assert_eq!(web.connections(), 0);
    let other = client(&["loopback"], &[([127, 0, 0, 1], port ^ 1).into()]);
    dial(&other, &web.url()).await.expect("another port is another service");
}

#[tokio::test]
async fn only_http_is_spoken_and_what_cannot_be_read_as_a_url_is_refused() {
    for url in ["file:///etc/passwd", "ftp://127.0.0.1/", "unix:/run/x", "gopher://127.0.0.1/", "mcp", ""] {
        let fault = refused(dial(&client(&["loopback"], &[]), url).await);
        assert_eq!(fault.kind, FaultKind::Policy, "{url}");
        assert!(!fault.message.contains("passwd"), "{}", fault.message);
    }
}

#[tokio::test]
async fn the_configured_proxy_gets_https_and_nothing_else() {
    let proxy = Web::serve(|_| Reply::status(502)).await;
    let web = Web::serve(usual).await;
    let address = format!("http://{}", proxy.address);
    let lookup = names(&[&["127.0.0.1"]]);
    let http = HttpClient::with_lookup(policy(&["public", "loopback"]), Vec::new(), Some(&address), lookup);
    let http = http.expect("it can be made");
    dial(&http, &web.url()).await.expect("http goes directly");
    assert_eq!(proxy.connections(), 0);
    let fault = refused(dial(&http, "https://mcp.example/x?key=canary").await);
    assert_eq!(fault.kind, FaultKind::Connect, "{}", fault.message);
    let requests = proxy.requests();
    assert_eq!((requests[0].method.as_str(), requests[0].path.as_str()), ("CONNECT", "mcp.example:443"));
    assert_eq!(refused(dial(&http, "https://169.254.169.254/").await).kind, FaultKind::Policy);
    assert_eq!(proxy.requests().len(), requests.len());
    for wrong in ["proxy:3128", "socks5://127.0.0.1:1", "", "http://"] {
        let fault = refused(HttpClient::new(policy(&[]), Vec::new(), Some(wrong)).map(|_| ()));
        assert!(fault.message.contains("MCP_SETTINGS_HTTPS_PROXY"), "{wrong}");
    }
}

#[test]
fn proxies_of_the_environment_are_not_used() {
    const INSIDE: &str = "MCP_SETTINGS_TEST_INSIDE";
    if let Some(url) = std::env::var_os(INSIDE) {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let url = url.into_string().expect("UTF-8");
        runtime.block_on(connect(&url, Transport::StreamableHttp)).expect("it connects directly");
        return;
    }
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let (web, proxy) =
        runtime.block_on(async { (Web::serve(usual).await, Web::serve(|_| Reply::status(502)).await) });
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command
        .args(["--exact", "sessions::dialling::proxies_of_the_environment_are_not_used"])
        .env(INSIDE, web.url());
    for name in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "HTTPS_PROXY", "https_proxy"] {
        command.env(name, format!("http://{}", proxy.address));
    }
    let output = command.output().expect("it runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    assert!(web.connections() > 0);
    assert_eq!(proxy.connections(), 0);
}

#[tokio::test]
async fn a_server_that_speaks_no_tls_is_a_fault_of_connecting() {
    let web = Web::serve(usual).await;
    let fault = refused(dial(&client(&["loopback"], &[]), &format!("https://{}/mcp", web.address)).await);
    assert_eq!(fault.kind, FaultKind::Connect, "{}", fault.message);
}
