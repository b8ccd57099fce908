//! The servers that are measured, each a process of its own: the service as it is shipped, and actix-web
//! that answers one constant body. What the system knows of a process: its processor time, its memory.

use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::{env, fs};

use actix_web::http::{StatusCode, header};
use actix_web::{App, HttpResponse, HttpServer, web};
use bytes::Bytes;

use crate::Result;
use crate::site::{SECRET, Site};
use crate::wire::API_KEY;

/// The first argument of a process that serves a constant.
pub(crate) const CONSTANT_ROLE: &str = "serve-constant";

/// A running server. Ended when dropped.
pub(crate) struct Process {
    child: Child,
    /// Kept open where it is read: the service says more than its address.
    output: Option<BufReader<ChildStdout>>,
    pub(crate) address: SocketAddr,
}

impl Process {
    /// The service on a site, as it is shipped.
    pub(crate) fn service(site: &Site) -> Result<Self> {
        Self::service_on(&site.document(), SECRET)
    }

    /// The service on a document that was encrypted with this secret.
    pub(crate) fn service_on(document: &Path, secret: &str) -> Result<Self> {
        let mut command = service(Command::new(BINARY), document);
        command.env("MCP_SETTINGS_SECRET_KEY", secret);
        Self::start(command)
    }

    /// Another program that will serve at this address.
    pub(crate) fn silent(mut command: Command, address: SocketAddr) -> Result<Self> {
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        Ok(Self { child, output: None, address })
    }

    /// The service, on this document and started by another program.
    pub(crate) fn service_under(launcher: &[&str], document: &Path) -> Result<Self> {
        let [program, arguments @ ..] = launcher else { return Err("no launcher".into()) };
        let mut command = Command::new(program);
        command.args(arguments).arg(BINARY);
        Self::start(service(command, document))
    }

    /// actix-web with this status and a body of this length.
    pub(crate) fn constant(status: u16, length: usize) -> Result<Self> {
        Self::constant_under(&[], status, length)
    }

    /// The same, started by another program.
    pub(crate) fn constant_under(launcher: &[&str], status: u16, length: usize) -> Result<Self> {
        let own = env::current_exe()?;
        let mut command = match launcher {
            [] => Command::new(own),
            [program, arguments @ ..] => {
                let mut command = Command::new(program);
                command.args(arguments).arg(own);
                command
            }
        };
        command.args([CONSTANT_ROLE, &status.to_string(), &length.to_string()]);
        Self::start(command)
    }

    fn start(mut command: Command) -> Result<Self> {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let mut line = String::new();
        let mut output = BufReader::new(child.stdout.take().ok_or("no output")?);
        output.read_line(&mut line)?;
        let address = line.trim().strip_prefix("listening on http://").map(str::parse);
        match address {
            Some(Ok(address)) => Ok(Self { child, output: Some(output), address }),
            _ => Err(format!("it said `{}`", line.trim()).into()),
        }
    }

    /// The one-time code of the link that the service prints; it prints one.
    pub(crate) fn code(&mut self) -> Result<String> {
        let mut line = String::new();
        self.output.as_mut().ok_or("its output is not read")?.read_line(&mut line)?;
        let (_, code) = line.trim().split_once("#code=").ok_or_else(|| format!("no link in `{line}`"))?;
        Ok(code.to_owned())
    }

    /// Processor time of all threads so far, in nanoseconds.
    pub(crate) fn processor_ns(&self) -> Result<f64> {
        let mut total = 0.0;
        for task in fs::read_dir(format!("/proc/{}/task", self.child.id()))? {
            let statistics = fs::read_to_string(task?.path().join("schedstat"))?;
            total += statistics.split(' ').next().unwrap_or_default().parse::<f64>()?;
        }
        Ok(total)
    }

    /// Resident memory, in MB.
    pub(crate) fn resident_mb(&self) -> Result<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
        Ok(line.trim().trim_end_matches(" kB").trim().parse::<f64>()? * 1024.0 / 1e6)
    }

    /// Asks it to end, and waits until it has.
    pub(crate) fn stop(mut self) -> Result<ExitStatus> {
        Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status()?;
        Ok(self.child.wait()?)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already; then there is nothing to do.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_mcp-settings");

fn service(mut command: Command, document: &Path) -> Command {
    let keys = format!(r#"[{{"name":"bench","key":"{API_KEY}","scopes":["admin","run"]}}]"#);
    command
        .args(["serve", "--listen", "127.0.0.1:0", "--settings"])
        .arg(document)
        .env("MCP_SETTINGS_STATE_DIR", document.with_file_name("state"))
        .env("MCP_SETTINGS_SECRET_KEY", SECRET)
        .env("MCP_SETTINGS_API_KEYS", keys);
    command
}

/// Serves `status length` until it is stopped.
pub(crate) fn serve_constant(arguments: &[String]) -> Result<()> {
    let [status, length] = arguments else { return Err("it needs a status and a length".into()) };
    let status = StatusCode::from_u16(status.parse()?)?;
    let body = Bytes::from(vec![b'x'; length.parse()?]);
    let listener = TcpListener::bind("127.0.0.1:0")?;
    println!("listening on http://{}", listener.local_addr()?);
    let serve = async move {
        let server = HttpServer::new(move || {
            let body = body.clone();
            App::new().default_service(web::to(move || {
                let mut response = HttpResponse::build(status);
                response.insert_header((header::ETAG, "\"0123456789abcdef0123456789abcdef\""));
                let body = body.clone();
                async move { response.content_type("application/json").body(body) }
            }))
        });
        server.listen(listener)?.run().await
    };
    Ok(actix_web::rt::System::new().block_on(serve)?)
}
