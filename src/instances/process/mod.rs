//! Programs as children: found, started with their own environment in their own directory, logged, and ended with all
//! that they started. It does not know why one is started, or what is spoken with it.

mod environment;
mod lines;
mod log;
mod lookup;
mod package_folders;
mod private_folder;
mod running;

use std::cell::OnceCell;
use std::ffi::{OsStr, OsString};
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use rustix::io::FdFlags;
use rustix::pipe::PipeFlags;
use tokio::net::unix::pipe;
use tokio::process::Command;
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::time::timeout;

use self::private_folder::{PrivateFolder, PrivateFolders};
use self::running::Unwatched;
use super::fault::{Fault, FaultKind};
use super::launch::Program;
use super::platform;
use super::redaction::Redactor;
use super::supervisor::{Namespace, Order, VARIABLE};
use crate::blocking;
use crate::model::run_policy::Limits;

pub use log::{Log, LogFollower, LogLine};
pub use lookup::{Located, SearchPath, Skipped, WhySkipped};
pub use running::{Exit, Process};

/// How long a supervisor has until the program runs. On a machine that is this busy nothing else works either.
const START: Duration = Duration::from_secs(10);

/// How programs are started.
#[derive(Clone, Debug)]
pub struct ProcessSettings {
    /// Our own program, whose hidden command is the parent of each.
    pub supervisor: PathBuf,
    /// Below which folder programs get private directories.
    pub work: PathBuf,
    /// The environment of the service.
    pub environment: Vec<(OsString, OsString)>,
    /// Which of it programs get, where that is configured.
    pub child_env: Option<Vec<String>>,
    /// Where commands are looked up, where that is configured.
    pub child_path: Option<String>,
    /// Whether each program gets a PID namespace of its own.
    pub has_pid_namespace: bool,
}

/// Starts programs, all from one thread: for the system a parent ends with its thread.
pub struct Processes {
    supervisor: PathBuf,
    folders: Arc<PrivateFolders>,
    environment: Vec<(OsString, OsString)>,
    inherited: Vec<(OsString, OsString)>,
    child_path: Option<String>,
    has_pid_namespace: bool,
    thread: Mutex<Sender<Work>>,
}

type Work = Box<dyn FnOnce() + Send>;

/// What to start.
pub struct Start {
    /// Whose program it is. It names the private directory.
    pub key: String,
    /// What is started.
    pub program: Program,
    /// Where the command is.
    pub located: Located,
    /// What the program may use.
    pub limits: Limits,
    /// What must not be in its log, or in a fault.
    pub redactor: Arc<Redactor>,
}

/// A program that runs.
pub struct Child {
    /// What it reads. Dropping it closes the input of the program.
    pub stdin: pipe::Sender,
    /// What it writes.
    pub stdout: pipe::Receiver,
    /// The program itself.
    pub process: Process,
}

/// Looks commands up.
pub struct Locator<'p> {
    processes: &'p Processes,
    shared: OnceCell<SearchPath>,
}

impl Locator<'_> {
    /// As [`Processes::locate_command`].
    ///
    /// # Errors
    ///
    /// As [`Processes::locate`].
    pub fn locate(&self, command: &str, path: Option<&str>) -> Result<Located, Fault> {
        match path {
            Some(path) => SearchPath::of(path.as_ref()).locate(command),
            None => self.shared.get_or_init(|| self.processes.search_path()).locate(command),
        }
    }
}

impl ProcessSettings {
    /// The usual ones for this process.
    ///
    /// # Errors
    ///
    /// Where our own program can't be found.
    pub fn new(work: PathBuf) -> io::Result<Self> {
        Ok(Self {
            supervisor: platform::own_program()?,
            work,
            environment: std::env::vars_os().collect(),
            child_env: None,
            child_path: None,
            has_pid_namespace: false,
        })
    }
}

impl Processes {
    /// Starts the thread, and removes the private directories that a service left which was killed.
    ///
    /// # Errors
    ///
    /// Where there is no thread to be had.
    pub fn start(settings: ProcessSettings) -> io::Result<Self> {
        let (send, receive) = channel::<Work>();
        let folders = Arc::new(PrivateFolders::new(settings.work));
        let left = Arc::clone(&folders);
        thread::Builder::new().name("children".to_owned()).spawn(move || {
            left.remove_unused();
            receive.into_iter().for_each(|work| work());
        })?;
        Ok(Self {
            supervisor: settings.supervisor,
            folders,
            inherited: environment::inherited(
                settings.environment.iter().cloned(),
                settings.child_env.as_deref(),
            ),
            environment: settings.environment,
            child_path: settings.child_path,
            has_pid_namespace: settings.has_pid_namespace,
            thread: Mutex::new(send),
        })
    }

    /// The program that a launch means, looked up in the `PATH` that it will have. It looks at files, and so it takes
    /// time.
    ///
    /// # Errors
    ///
    /// `spawn` where nothing is found. The detail has the folders that were searched.
    pub fn locate(&self, program: &Program) -> Result<Located, Fault> {
        let own = program.env.iter().rev().find(|(name, _)| name == "PATH");
        self.locate_command(&program.command, own.map(|(_, value)| value.expose()))
    }

    /// The same of a command, and of the `PATH` that the configuration sets.
    ///
    /// # Errors
    ///
    /// As [`Self::locate`].
    pub fn locate_command(&self, command: &str, path: Option<&str>) -> Result<Located, Fault> {
        self.locator().locate(command, path)
    }

    /// To look several commands up, with one look at the folders that they share.
    pub fn locator(&self) -> Locator<'_> {
        Locator { processes: self, shared: OnceCell::new() }
    }

    /// Where commands are looked up whose configuration sets no `PATH`.
    pub fn search_path(&self) -> SearchPath {
        SearchPath::of_service(self.child_path.as_deref(), |name| variable(&self.environment, name))
    }

    /// Starts a program. It runs when this is ready; if this is dropped before, it is ended. It needs a runtime of tokio
    /// with I/O and time.
    ///
    /// # Errors
    ///
    /// `spawn` where it can't be started.
    pub async fn spawn(&self, start: Start) -> Result<Child, Fault> {
        let Start { key, program, located, limits, redactor } = start;
        // A path may have been resolved from a reference.
        let failed = |what: &str, why: &str| {
            FaultKind::Spawn.because(redactor.shown(what)).with_detail(redactor.shown(why))
        };
        let variables = {
            let path = self.search_path().to_variable();
            environment::environment(&self.inherited, &path, &program.env)?
        };
        // References may have taken seconds since it was looked up, and the link that was approved may lead elsewhere now.
        let found = located.clone();
        if !blocking::run(move || found.is_still_there()).await {
            return Err(failed("the command was not found where it was approved", ""));
        }
        let (directory, folder) = self.directory(key, program.cwd.as_deref(), &failed).await?;
        let order = Order {
            parent: std::process::id(),
            directory: Some(directory),
            limits,
            namespace: if self.has_pid_namespace { Namespace::New } else { Namespace::Shared },
            program: located.path.clone(),
            args: program.args.iter().map(|argument| argument.expose().into()).collect(),
            report: None,
        };
        let variables = variables.into_iter().map(|(name, value)| (shielded(&name), value)).collect();
        let no_supervisor = |error: io::Error| failed("no program can be started", &error.to_string());
        let (mut supervisor, report) =
            self.start_supervisor(order, variables).await.map_err(no_supervisor)?;
        let pid = supervisor.pid().ok_or_else(|| no_supervisor(io::ErrorKind::NotFound.into()))?;
        let handle = platform::handle(pid).map_err(no_supervisor)?;
        let (stdin, stdout, report) = pipes(&mut supervisor, report).map_err(no_supervisor)?;
        let process = Process::watch(supervisor, handle, Log::new(Arc::clone(&redactor)), folder);
        match timeout(START, running::read_report(report)).await {
            Ok(Ok(program)) => {
                process.runs(program);
                Ok(Child { stdin, stdout, process })
            }
            Ok(Err(report)) => {
                let (what, why) = refusal(&report, &located.path, program.cwd.as_deref());
                Err(failed(&what, &why))
            }
            Err(_) => Err(failed("the program was not started in time", "its supervisor did not answer")),
        }
    }

    /// Where the program is started: where its configuration says, or in a new private directory.
    async fn directory(
        &self,
        key: String,
        configured: Option<&str>,
        failed: &impl Fn(&str, &str) -> Fault,
    ) -> Result<(PathBuf, Option<PrivateFolder>), Fault> {
        if let Some(configured) = configured {
            let path = PathBuf::from(configured);
            if !path.is_absolute() || configured.contains('\0') {
                return Err(failed(&format!("the directory `{configured}` is not absolute"), ""));
            }
            // A file system may be away.
            let looked_at = path.clone();
            let metadata = blocking::run(move || looked_at.metadata()).await;
            let refuse =
                |what: &str, why: &str| Err(failed(&format!("the directory `{configured}` {what}"), why));
            return match metadata {
                Err(error) => refuse("is not there", &error.to_string()),
                Ok(metadata) if !metadata.is_dir() => refuse("is not a directory", ""),
                Ok(_) => Ok((path, None)),
            };
        }
        let folders = Arc::clone(&self.folders);
        let made = blocking::run(move || folders.make(&key)).await;
        let folder = made.map_err(|error| {
            failed("no private directory can be made below the state directory", &error.to_string())
        })?;
        Ok((folder.path().to_owned(), Some(folder)))
    }

    /// Starts it on the one thread; with the file in which it reports.
    async fn start_supervisor(
        &self,
        mut order: Order,
        variables: Vec<(OsString, OsString)>,
    ) -> io::Result<(Unwatched, OwnedFd)> {
        let runtime = Handle::current();
        let program = self.supervisor.clone();
        let (send, receive) = oneshot::channel();
        let start = move || {
            let (report, reports) = rustix::pipe::pipe_with(PipeFlags::CLOEXEC)?;
            // No other thread of ours starts programs, so that only this one inherits it.
            rustix::io::fcntl_setfd(&reports, FdFlags::empty())?;
            order.report = Some(reports.as_raw_fd());
            let mut command = Command::new(program);
            command.arg0("mcp-settings").args(order.to_args()).env_clear().envs(variables);
            command.current_dir("/").process_group(0);
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
            Ok((Unwatched::new(command.spawn()?), report))
        };
        let work = move || {
            let _runtime = runtime.enter();
            // If the caller has gone, or goes before it looks, it is dropped, which ends it.
            let _ = send.send(start());
        };
        let is_sent = self.thread.lock().unwrap_or_else(PoisonError::into_inner).send(Box::new(work)).is_ok();
        let ended = || io::Error::other("the thread that starts programs has ended");
        if !is_sent {
            return Err(ended());
        }
        receive.await.map_err(|_| ended())?
    }
}

fn pipes(
    supervisor: &mut Unwatched,
    report: OwnedFd,
) -> io::Result<(pipe::Sender, pipe::Receiver, pipe::Receiver)> {
    let (stdin, stdout) = supervisor.pipes().ok_or(io::ErrorKind::BrokenPipe)?;
    let stdin = pipe::Sender::from_owned_fd(stdin.into_owned_fd()?)?;
    let stdout = pipe::Receiver::from_owned_fd(stdout.into_owned_fd()?)?;
    Ok((stdin, stdout, pipe::Receiver::from_owned_fd(report)?))
}

fn variable(environment: &[(OsString, OsString)], name: &str) -> Option<OsString> {
    environment.iter().find(|(own, _)| own == name).map(|(_, value)| value.clone())
}

/// A name that means nothing to the supervisor and what it is linked with.
fn shielded(name: &OsStr) -> OsString {
    let mut shielded = OsString::from(VARIABLE);
    shielded.push(name);
    shielded
}

/// What the supervisor could not do, and why.
fn refusal(report: &str, program: &Path, directory: Option<&str>) -> (String, String) {
    let mut words = report.splitn(4, ' ');
    let (_, what, number) = (words.next(), words.next(), words.next().and_then(|number| number.parse().ok()));
    let error = number.filter(|number| *number != 0).map(io::Error::from_raw_os_error);
    let why = error.as_ref().map_or_else(|| report.to_owned(), ToString::to_string);
    let kind = error.map(|error| error.kind());
    let text = match (what, kind) {
        (Some("program"), kind) => {
            let reason = match (kind, number) {
                (Some(io::ErrorKind::NotFound), _) => "the interpreter that its first line names is missing",
                (Some(io::ErrorKind::PermissionDenied), _) => "it may not be executed",
                (_, Some(NO_PROGRAM)) => {
                    "it is neither a binary for this machine nor a script with an interpreter"
                }
                (Some(io::ErrorKind::ArgumentListTooLong), _) => "its arguments and variables are too long",
                _ => "the system refuses it",
            };
            format!("`{}` can't be started: {reason}", program.display())
        }
        (Some("directory"), _) => {
            let directory = directory.unwrap_or("made for it");
            format!("the directory `{directory}` can't be entered")
        }
        (Some("limits"), _) => "the limits of the program can't be set".to_owned(),
        (Some("namespace"), _) => {
            "no PID namespace can be made here: `MCP_SETTINGS_PID_NAMESPACE=off` starts programs without"
                .to_owned()
        }
        _ => "the supervisor of the program did not start it".to_owned(),
    };
    (text, why)
}

/// `ENOEXEC`.
const NO_PROGRAM: i32 = 8;
