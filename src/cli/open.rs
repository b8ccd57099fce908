//! `mcp-settings open`: has a running service make a new link to its page, and prints it. It does not know
//! what a link leads to.

use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::process::ExitCode;
use std::time::Duration;

use serde_json::Value;

use crate::config::{Config, Flags};
use crate::secrets::{Peers, Scope};
use crate::state::{Services, StateDirectory};

use super::Failure;
use super::assemble::{Resolved, Source, find_state};
use super::key_files::KeyFiles;

/// How long the service may take for each step of an answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// The longest answer that is read. Bytes.
const LARGEST: u64 = 1 << 16;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    source: Source,
}

#[expect(clippy::print_stdout, reason = "the link is the command's data")]
pub(super) fn run(arguments: Arguments) -> Result<ExitCode, Failure> {
    let Resolved { config, .. } = arguments.source.resolve(Flags::default())?;
    let state = find_state(&config)?;
    let services = state.as_ref().map(|state| Services::watching(state).live()).unwrap_or_default();
    let address = services.iter().find_map(|service| service.address.as_deref()?.strip_prefix("http://"));
    let address = address.and_then(|address| address.parse::<SocketAddr>().ok()).ok_or_else(|| {
        Failure::new(format!("no service runs on `{}`", config.settings.display()))
            .hint("start one with `mcp-settings serve`; it must have the same `MCP_SETTINGS_STATE_DIR`")
    })?;
    let key = key(&config, state.as_ref())?;
    let (status, body) = ask(address, &host(&config, address), key.as_deref())
        .map_err(|error| Failure::new(format!("could not call the service at {address}")).because(error))?;
    let said = |member: &str| body[member].as_str().unwrap_or_default().to_owned();
    if status != 200 {
        let what = format!("the service made no link ({status}): {}", said("detail"));
        return Err(Failure::new(what).hint("a key with the scope `admin` is needed"));
    }
    println!("{}", said("link"));
    Ok(ExitCode::SUCCESS)
}

/// The key to call with: the one that is set for that, else the first configured one that is for administrators, else the
/// one that the first start made. None where the service asks for none.
fn key(config: &Config, state: Option<&StateDirectory>) -> Result<Option<String>, Failure> {
    let hint = "set `MCP_SETTINGS_API_KEY` to a key with the scope `admin`";
    if config.is_auth_off {
        return Ok(None);
    }
    let configured = config.api_keys.iter().find(|key| key.scopes.allow(Scope::Admin));
    let configured = configured.map(|key| key.key.clone());
    let key = match config.api_key.clone().or(configured) {
        Some(key) => key,
        None if config.api_keys.is_empty() => {
            let keys = KeyFiles::of_command(config, state).api.read();
            let keys =
                keys.map_err(|error| Failure::new("could not read the API key").because(error).hint(hint))?;
            let key = keys.first().map(|key| key.expose().to_owned());
            key.ok_or_else(|| Failure::new("there is no API key").hint(hint))?
        }
        None => return Err(Failure::new("no configured API key has the scope `admin`").hint(hint)),
    };
    match key.bytes().all(|byte| byte.is_ascii_graphic()) {
        true => Ok(Some(key)),
        false => Err(Failure::new("the API key has blanks or other than ASCII").hint(hint)),
    }
}

/// A name under which the service answers.
fn host(config: &Config, address: SocketAddr) -> String {
    let named = config.allowed_hosts.first().filter(|_| address.ip().is_unspecified());
    named.map_or_else(|| address.to_string(), |host| host.trim().to_owned())
}

/// Asks for a link. Gives the status and the body.
fn ask(address: SocketAddr, host: &str, key: Option<&str>) -> io::Result<(u16, Value)> {
    let here = match address.ip() {
        IpAddr::V4(Ipv4Addr::UNSPECIFIED) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(Ipv6Addr::UNSPECIFIED) => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    let mut stream = TcpStream::connect_timeout(&SocketAddr::new(here, address.port()), PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let key = key.map(|key| format!("X-Session-API-Key: {key}\r\n")).unwrap_or_default();
    write!(
        stream,
        "POST /api/session/links HTTP/1.1\r\nHost: {host}\r\n{key}Content-Length: 0\r\nConnection: close\r\n\r\n"
    )?;
    let mut text = String::new();
    stream.take(LARGEST).read_to_string(&mut text)?;
    parse(&text).ok_or_else(|| io::Error::other("it does not answer as this service does"))
}

fn parse(answer: &str) -> Option<(u16, Value)> {
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let status = head.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()?;
    Some((status, serde_json::from_str(body).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_as_its_status_and_its_body() {
        let read = parse("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\n{}").unwrap();
        assert_eq!(read, (403, Value::Object(serde_json::Map::new())));
        for bad in ["", "HTTP/1.1 200 OK", "HTTP/1.1 200 OK\r\n\r\nno", "HTTP/1.0 200 OK\r\n\r\n{}"] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
