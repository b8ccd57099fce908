//! The parent of one program, in a process of its own (`mcp-settings __exec`): it starts the program, and ends it with
//! all that descends from it when it is asked to, when the service ends, and when the program ends. It knows no server.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::os::fd::{AsFd, AsRawFd, RawFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use rustix::io::{Errno, FdFlags};
use rustix::process::{Pid, Signal as ProcessSignal, WaitOptions, WaitStatus};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::{Instant, interval, sleep, timeout_at};

use super::platform::{self, Parent};
use crate::model::run_policy::Limits;

/// The name of the hidden command.
pub(super) const COMMAND: &str = "__exec";

/// The exit code where the program could not be started.
pub(super) const NOT_STARTED: u8 = 125;

/// How the names of the program's variables begin in the environment of its supervisor, on which they must have no
/// effect: a library to preload is the program's.
pub(super) const VARIABLE: &str = "M_";

/// How long what gets SIGTERM has until SIGKILL.
const GRACE: Duration = Duration::from_millis(500);

/// After so long with SIGKILL, what is left belongs to another user, or hangs in the kernel. It is looked for less often,
/// and never left behind.
const PATIENCE: Duration = Duration::from_secs(10);

/// How often it is looked whether what descends from us has ended.
const LOOK: Duration = Duration::from_millis(50);

/// The pause between two SIGKILLs until then.
const SHORTEST_PAUSE: Duration = Duration::from_millis(2);

/// How often processes are counted where their number is limited.
const COUNT: Duration = Duration::from_millis(250);

/// What to start, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// The number of the process that must still be our parent.
    pub parent: u32,
    /// Where the program is started.
    pub directory: Option<PathBuf>,
    /// What it may use.
    pub limits: Limits,
    /// Who sees whom.
    pub namespace: Namespace,
    /// The path of the program.
    pub program: PathBuf,
    /// Its arguments.
    pub args: Vec<OsString>,
    /// The number of an open file that takes the report, or nothing for stderr.
    pub report: Option<RawFd>,
}

/// Which PID namespace the program is in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Namespace {
    /// That of the service.
    #[default]
    Shared,
    /// One of its own, which is made now. The supervisor stays outside, and starts another one within.
    New,
    /// The same, seen from within: we are its first process.
    First,
}

impl Order {
    /// The arguments of our own program that give this order.
    pub fn to_args(&self) -> Vec<OsString> {
        let mut args: Vec<OsString> = [COMMAND, "--parent", &self.parent.to_string()].map(Into::into).into();
        if let Some(directory) = &self.directory {
            args.extend(["--directory".into(), directory.into()]);
        }
        let limits = [
            ("--memory-mb", self.limits.memory_mb),
            ("--open-files", self.limits.open_files),
            ("--processes", self.limits.processes),
        ];
        for (flag, most) in limits {
            args.extend(most.into_iter().flat_map(|most| [flag.into(), most.to_string().into()]));
        }
        args.extend(
            self.report.into_iter().flat_map(|number| ["--report".into(), number.to_string().into()]),
        );
        match self.namespace {
            Namespace::Shared => {}
            Namespace::New => args.push("--pid-namespace".into()),
            Namespace::First => args.push("--first-in-namespace".into()),
        }
        args.extend(["--".into(), self.program.clone().into()]);
        args.extend(self.args.iter().cloned());
        args
    }
}

/// Starts the program, waits until it has ended, and ends what it left. Returns the exit code of this process.
pub fn run(order: &Order) -> u8 {
    let mut reports = Reports::open(order.report);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let outcome = runtime.map_err(|error| Refused::of("supervisor", &error)).and_then(|runtime| {
        runtime.block_on(async {
            let mut asked = Asked::new(order.parent)?;
            match order.namespace {
                Namespace::Shared | Namespace::First => supervise(order, &mut asked, &mut reports).await,
                Namespace::New => enclose(order, &mut asked, &mut reports).await,
            }
        })
    });
    outcome.unwrap_or_else(|refused| {
        reports.send(&refused.0);
        NOT_STARTED
    })
}

/// Why nothing was started, as the service reads it.
struct Refused(String);

impl Refused {
    /// `what` is one word; the error's number says why.
    fn of(what: &str, error: &io::Error) -> Self {
        let number = error.raw_os_error().unwrap_or_default();
        Self(format!("failed {what} {number} {}", error.kind()))
    }
}

/// Where one line is sent: that the program runs, or why it does not. It is no stream that the program has, since the
/// program may be the first to write there.
struct Reports(Option<Box<dyn Report>>);

trait Report: Write + AsFd {}

impl<T: Write + AsFd> Report for T {}

impl Reports {
    /// Closes every other file that is open but the three of the program: none of them is meant for it.
    fn open(number: Option<RawFd>) -> Self {
        // By its name it is opened again, as a file that no program inherits.
        let named = number.map(|number| OpenOptions::new().write(true).open(format!("/dev/fd/{number}")));
        let file = named.and_then(Result::ok);
        platform::close_all_but(file.as_ref());
        Self(Some(match file {
            Some(file) => Box::new(file),
            None => Box::new(io::stderr()),
        }))
    }

    /// Sends the line, and closes the file. Where it can't be sent, nobody is there who reads it.
    fn send(&mut self, text: &str) {
        if let Some(mut file) = self.0.take() {
            let _ = file.write_all(format!("{text}\n").as_bytes());
        }
    }

    /// Leaves it to a process that is started next.
    fn bequeath(&self) -> io::Result<Option<RawFd>> {
        let Some(file) = &self.0 else { return Ok(None) };
        rustix::io::fcntl_setfd(file, FdFlags::empty())?;
        Ok(Some(file.as_fd().as_raw_fd()))
    }
}

/// What asks us to end the program.
struct Asked {
    signals: [Signal; 3],
    parent: Parent,
}

impl Asked {
    fn new(parent: u32) -> Result<Self, Refused> {
        let signals = || -> io::Result<[Signal; 3]> {
            let [terminate, interrupt, hang_up] =
                [SignalKind::terminate(), SignalKind::interrupt(), SignalKind::hangup()].map(signal);
            Ok([terminate?, interrupt?, hang_up?])
        };
        // First the handlers: the parent's end may be announced by a signal.
        let signals = signals().map_err(|error| Refused::of("supervisor", &error))?;
        let gone = || io::Error::from(io::ErrorKind::NotFound);
        let pid = i32::try_from(parent).ok().and_then(Pid::from_raw);
        let parent = pid.map(Parent::watch).transpose().map(Option::flatten);
        let parent = parent.and_then(|parent| parent.ok_or_else(gone));
        Ok(Self { signals, parent: parent.map_err(|error| Refused::of("parent", &error))? })
    }

    async fn wait(&mut self) {
        let [terminate, interrupt, hang_up] = &mut self.signals;
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
            _ = hang_up.recv() => {}
            () = self.parent.ended() => {}
        }
    }
}

async fn supervise(order: &Order, asked: &mut Asked, reports: &mut Reports) -> Result<u8, Refused> {
    let failed = |what: &'static str| move |error: io::Error| Refused::of(what, &error);
    platform::adopt_orphans().map_err(failed("supervisor"))?;
    let mut children = signal(SignalKind::child()).map_err(failed("supervisor"))?;
    if let Some(directory) = &order.directory {
        env::set_current_dir(directory).map_err(failed("directory"))?;
    }
    order.limits.set().map_err(failed("limits"))?;
    let mut command = Command::new(&order.program);
    command.args(&order.args).env_clear().envs(program_environment()).process_group(0);
    let child = command.spawn().map_err(failed("program"))?;
    let leader = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    let leader = leader.ok_or_else(|| Refused::of("supervisor", &io::ErrorKind::Other.into()))?;
    let mut tree = Tree { leader, is_first: order.namespace == Namespace::First, status: None };
    reports.send(&format!("started {}", child.id()));
    if let_go().is_ok() {
        let mut count = interval(COUNT);
        loop {
            let is_over = tokio::select! {
                () = asked.wait() => true,
                _ = children.recv() => tree.leader_has_ended(),
                _ = count.tick(), if order.limits.processes.is_some() => {
                    let is_over = order.limits.processes.is_some_and(platform::is_followed_by);
                    if is_over {
                        say("the program was ended: it had more processes than its limit");
                    }
                    is_over
                }
            };
            if is_over {
                break;
            }
        }
    }
    Ok(tree.end(&mut children).await)
}

/// Makes the namespace, starts a supervisor as its first process, and waits for its end.
async fn enclose(order: &Order, asked: &mut Asked, reports: &mut Reports) -> Result<u8, Refused> {
    platform::enter_pid_namespace().map_err(|error| Refused::of("namespace", &error))?;
    let report = reports.bequeath().map_err(|error| Refused::of("namespace", &error))?;
    let inner = Order { parent: std::process::id(), namespace: Namespace::First, report, ..order.clone() };
    let own = platform::own_program().map_err(|error| Refused::of("namespace", &error))?;
    let mut command = tokio::process::Command::new(own);
    let mut first = command
        .args(inner.to_args())
        .process_group(0)
        .spawn()
        .map_err(|error| Refused::of("namespace", &error))?;
    reports.0 = None;
    let _ = let_go();
    let status = tokio::select! {
        status = first.wait() => Some(status),
        () = asked.wait() => None,
    };
    let status = match status {
        Some(status) => status,
        None => {
            let pid = first.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
            if let Some(pid) = pid {
                let _ = rustix::process::kill_process(pid, ProcessSignal::TERM);
            }
            // It gives what is in it the same time. With its first process the system ends all of a namespace.
            match timeout_at(Instant::now() + 2 * GRACE, first.wait()).await {
                Ok(status) => status,
                Err(_) => first.kill().await.and(first.wait().await),
            }
        }
    };
    Ok(status.map_or(NOT_STARTED, |status| {
        use std::os::unix::process::ExitStatusExt;
        code(status.code(), status.signal())
    }))
}

/// The variables of the program, out of our own.
fn program_environment() -> impl Iterator<Item = (OsString, OsString)> {
    env::vars_os().filter_map(|(name, value)| {
        let name = name.into_vec();
        let own = name.strip_prefix(VARIABLE.as_bytes())?;
        Some((OsStr::from_bytes(own).to_owned(), value))
    })
}

/// Lets go of the pipes that the program has now: the service must see when it closes them.
fn let_go() -> io::Result<()> {
    let nothing = OpenOptions::new().read(true).write(true).open("/dev/null")?;
    rustix::stdio::dup2_stdin(&nothing)?;
    Ok(rustix::stdio::dup2_stdout(&nothing)?)
}

/// A line of ours in the log of the program.
fn say(text: &str) {
    let _ = io::stderr().write_all(format!("mcp-settings: {text}\n").as_bytes());
}

fn code(code: Option<i32>, signal: Option<i32>) -> u8 {
    let code = code.or(signal.map(|signal| 128 + signal)).unwrap_or(i32::from(NOT_STARTED));
    u8::try_from(code).unwrap_or(u8::MAX)
}

/// The program and all that descends from it.
struct Tree {
    leader: Pid,
    /// Whether we are the first process of a PID namespace: then all others in it are ours, whatever `/proc` calls them.
    is_first: bool,
    /// How the leader ended, once it was reaped.
    status: Option<WaitStatus>,
}

impl Tree {
    /// Reaps whatever has ended; whether something of it still runs. What loses its parent becomes our child, so that
    /// without a child nothing is left. It costs little: the table of processes is not read.
    fn is_running(&mut self) -> bool {
        loop {
            match rustix::process::wait(WaitOptions::NOHANG) {
                Ok(Some((pid, status))) if pid == self.leader => self.status = Some(status),
                Ok(Some(_)) | Err(Errno::INTR) => {}
                Ok(None) => return true,
                Err(_) => return platform::has_unadopted(self.leader),
            }
        }
    }

    /// Whether the program itself has ended.
    fn leader_has_ended(&mut self) -> bool {
        self.is_running();
        self.status.is_some()
    }

    fn signal(&self, signal: ProcessSignal) {
        if self.is_first {
            return platform::signal_all_others(signal);
        }
        // The number of a leader that was reaped may be of another group.
        if self.status.is_none() {
            platform::signal_group(self.leader, signal);
        }
        platform::signal_each(&platform::followers(), signal);
    }

    /// Ends all of it, and returns the code with which the program ended.
    async fn end(mut self, children: &mut Signal) -> u8 {
        if self.is_running() {
            self.signal(ProcessSignal::TERM);
            self.wait(children, GRACE).await;
        }
        let begin = Instant::now();
        while self.is_running() {
            self.signal(ProcessSignal::KILL);
            // What forks on is a new process each time: only a quick look catches it.
            let pause = if begin.elapsed() < PATIENCE { SHORTEST_PAUSE } else { LOOK };
            self.wait(children, pause).await;
        }
        self.status.map_or(NOT_STARTED, |status| code(status.exit_status(), status.terminating_signal()))
    }

    /// Ready when nothing of it runs any more, or after this time.
    async fn wait(&mut self, children: &mut Signal, longest: Duration) {
        let deadline = Instant::now() + longest;
        while self.is_running() && Instant::now() < deadline {
            tokio::select! {
                _ = children.recv() => {}
                () = sleep(LOOK.min(longest)) => {}
            }
        }
    }
}
