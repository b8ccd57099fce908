//! `mcp-settings __exec`: the parent of one program, which the service starts. It is not for users; what it does is in
//! `instances/supervisor.rs`.

use std::ffi::OsString;
use std::os::fd::RawFd;
use std::path::PathBuf;
use std::process::ExitCode;

use crate::instances::{Limits, Namespace, Order, supervise};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The number of the process that must be the parent.
    #[arg(long)]
    parent: u32,
    /// Where the program is started.
    #[arg(long)]
    directory: Option<PathBuf>,
    /// How much writable memory each process has. MiB.
    #[arg(long)]
    memory_mb: Option<u64>,
    /// How many files each process has open.
    #[arg(long)]
    open_files: Option<u64>,
    /// How many processes there are.
    #[arg(long)]
    processes: Option<u64>,
    /// Starts the program in a PID namespace of its own.
    #[arg(long)]
    pid_namespace: bool,
    /// Says that this is the first process of such a namespace.
    #[arg(long, conflicts_with = "pid_namespace")]
    first_in_namespace: bool,
    /// The number of an open file that takes the report.
    #[arg(long)]
    report: Option<RawFd>,
    /// The path of the program, and its arguments.
    #[arg(last = true, required = true)]
    program: Vec<OsString>,
}

pub(super) fn run(arguments: Arguments) -> ExitCode {
    let mut program = arguments.program.into_iter();
    let order = Order {
        parent: arguments.parent,
        directory: arguments.directory,
        limits: Limits {
            memory_mb: arguments.memory_mb,
            open_files: arguments.open_files,
            processes: arguments.processes,
        },
        namespace: match (arguments.pid_namespace, arguments.first_in_namespace) {
            (true, _) => Namespace::New,
            (false, true) => Namespace::First,
            (false, false) => Namespace::Shared,
        },
        program: program.next().unwrap_or_default().into(),
        args: program.collect(),
        report: arguments.report,
    };
    ExitCode::from(supervise(&order))
}
