//! What differs by operating system of keeping a tree of processes: who their parent is, which there are, what they may
//! use. Linux has it all; elsewhere only process groups are ended. It does not know what is started.

use std::fs::{self, File};
use std::io;
use std::os::fd::{AsRawFd, RawFd};

use rustix::process::{Pid, Resource, Rlimit, Signal, getrlimit, setrlimit};

use crate::model::run_policy::Limits;

#[cfg(not(target_os = "linux"))]
pub use elsewhere::own_program;
#[cfg(not(target_os = "linux"))]
pub(super) use elsewhere::{
    Handle, Member, Parent, adopt_orphans, enter_pid_namespace, followers, handle, has_unadopted,
    is_followed_by, signal, signal_all_others, signal_each,
};
#[cfg(target_os = "linux")]
pub use linux::own_program;
#[cfg(target_os = "linux")]
pub(super) use linux::{
    Handle, Member, Parent, adopt_orphans, enter_pid_namespace, followers, handle, has_unadopted,
    is_followed_by, signal, signal_all_others, signal_each,
};

impl Limits {
    /// Sets what the system keeps by itself, for this process and all that it starts. None of them leaves a core dump,
    /// which would hold its secrets.
    pub(super) fn set(self) -> io::Result<()> {
        let memory = self.memory_mb.map(|mebibytes| mebibytes.saturating_mul(1 << 20));
        let limits =
            [(Resource::Core, Some(0)), (Resource::Data, memory), (Resource::Nofile, self.open_files)];
        for (resource, most) in limits {
            let Some(most) = most else { continue };
            // Nobody may get more than is allowed to us.
            let most = getrlimit(resource).maximum.map_or(most, |allowed| most.min(allowed));
            setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })?;
        }
        Ok(())
    }
}

/// A signal to all of a process group, whose leader has not been reaped. It is no error where none is left.
pub(super) fn signal_group(leader: Pid, signal: Signal) {
    let _ = rustix::process::kill_process_group(leader, signal);
}

/// Closes every open file but the three standard ones and this one. Nothing else of ours may be open yet.
pub(super) fn close_all_but(kept: Option<&File>) {
    let Ok(entries) = fs::read_dir("/dev/fd") else { return };
    let numbers = entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse::<RawFd>().ok());
    let kept = kept.map(AsRawFd::as_raw_fd);
    // First all numbers: the listing is an open file itself, and is closed by then.
    let numbers: Vec<RawFd> = numbers.filter(|number| 2 < *number && Some(*number) != kept).collect();
    for number in numbers {
        let _ = nix::unistd::close(number);
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use std::collections::HashMap;
    use std::future::pending;
    use std::os::fd::OwnedFd;
    use std::path::{Path, PathBuf};
    use std::{fs, io};

    use nix::sched::CloneFlags;
    use rustix::io::Errno;
    use rustix::process::set_parent_process_death_signal;
    use rustix::process::{Pid, PidfdFlags, Signal, getpid, getppid};
    use rustix::process::{pidfd_open, pidfd_send_signal, set_child_subreaper};
    use tokio::io::Interest;
    use tokio::io::unix::AsyncFd;

    /// A process as `/proc` shows it.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(in super::super) struct Follower {
        pid: i32,
        parent: i32,
        /// Since the boot, in ticks: no two processes of one number have the same.
        started: u64,
        has_ended: bool,
    }

    /// Our own program, also where its file was replaced since.
    ///
    /// # Errors
    ///
    /// None here.
    pub fn own_program() -> io::Result<PathBuf> {
        Ok(PathBuf::from("/proc/self/exe"))
    }

    /// A handle on a process.
    pub(in super::super) type Handle = OwnedFd;

    /// A handle on a process: it stays with this process when the number goes to another.
    pub(in super::super) fn handle(pid: Pid) -> io::Result<OwnedFd> {
        Ok(pidfd_open(pid, PidfdFlags::empty())?)
    }

    /// A signal to a process by its handle. It is no error where it has ended.
    pub(in super::super) fn signal(handle: &OwnedFd, signal: Signal) {
        let _ = pidfd_send_signal(handle, signal);
    }

    /// The first process of a group.
    pub(in super::super) struct Member {
        pid: Pid,
        handle: OwnedFd,
    }

    impl Member {
        /// The process of this number, if it is a child of that one.
        pub(in super::super) fn of(number: u32, parent: u32) -> Option<Self> {
            let pid = i32::try_from(number).ok().and_then(Pid::from_raw)?;
            let handle = pidfd_open(pid, PidfdFlags::empty()).ok()?;
            let row = read_stat(&PathBuf::from(format!("/proc/{number}/stat")))?;
            (i64::from(row.parent) == i64::from(parent)).then_some(Self { pid, handle })
        }

        /// Ends the group, if this process of it still runs.
        pub(in super::super) fn kill_group(&self) {
            if pidfd_send_signal(&self.handle, Signal::KILL).is_ok() {
                super::signal_group(self.pid, Signal::KILL);
            }
        }
    }

    /// The process that started us.
    pub(in super::super) struct Parent {
        /// Nothing where it is outside of our PID namespace; then the system's signal is what there is.
        handle: Option<AsyncFd<OwnedFd>>,
    }

    impl Parent {
        /// Asks for SIGTERM when the thread ends that started us, and watches the process that it belongs to. `None`
        /// where that one has ended already.
        pub(in super::super) fn watch(parent: Pid) -> io::Result<Option<Self>> {
            set_parent_process_death_signal(Some(Signal::TERM))?;
            let handle = match pidfd_open(parent, PidfdFlags::empty()) {
                Ok(handle) => Some(watched(handle)?),
                Err(Errno::SRCH | Errno::INVAL) => None,
                Err(error) => return Err(error.into()),
            };
            // Only now: whatever ends from here on is noticed.
            let is_alive = getppid() == Some(parent) || parent_by_proc() == Some(parent.as_raw_pid());
            Ok(is_alive.then_some(Self { handle }))
        }

        /// Ready when it has ended.
        pub(in super::super) async fn ended(&self) {
            match &self.handle {
                Some(handle) => drop(handle.readable().await),
                None => pending().await,
            }
        }
    }

    #[expect(
        deprecated,
        reason = "the new call is unsafe for types that are not `OwnedFd`, and for `OwnedFd` too"
    )]
    fn watched(handle: OwnedFd) -> io::Result<AsyncFd<OwnedFd>> {
        AsyncFd::with_interest(handle, Interest::READABLE)
    }

    /// What `/proc` calls our parent. It is the view of the namespace in which it was mounted.
    fn parent_by_proc() -> Option<i32> {
        read_stat(Path::new("/proc/self/stat")).map(|row| row.parent)
    }

    /// Processes whose parent ends become our children.
    pub(in super::super) fn adopt_orphans() -> io::Result<()> {
        Ok(set_child_subreaper(Some(getpid()))?)
    }

    /// The next process that we start is the first of a PID namespace of its own: when it ends, the system ends all in
    /// it. The user stays who it is.
    pub(in super::super) fn enter_pid_namespace() -> io::Result<()> {
        let (user, group) = (rustix::process::geteuid().as_raw(), rustix::process::getegid().as_raw());
        nix::sched::unshare(CloneFlags::CLONE_NEWUSER | CloneFlags::CLONE_NEWPID)?;
        fs::write("/proc/self/setgroups", "deny")?;
        fs::write("/proc/self/uid_map", format!("{user} {user} 1"))?;
        fs::write("/proc/self/gid_map", format!("{group} {group} 1"))
    }

    /// Everything that descends from us and has not ended.
    pub(in super::super) fn followers() -> Vec<Follower> {
        descendants().0.into_iter().filter(|row| !row.has_ended).collect()
    }

    /// Whether something of a group runs that did not become our child: here it always does.
    pub(in super::super) fn has_unadopted(_: Pid) -> bool {
        false
    }

    /// Whether more than this many processes descend from us.
    pub(in super::super) fn is_followed_by(more_than: u64) -> bool {
        usize::try_from(more_than).is_ok_and(|most| most < followers().len())
    }

    /// Everything that descends from us, and what `/proc` calls ourselves.
    fn descendants() -> (Vec<Follower>, i32) {
        let own = read_stat(Path::new("/proc/self/stat")).map_or(0, |row| row.pid);
        if let Some(found) = listed_descendants(own) {
            return (found, own);
        }
        let mut by_parent: HashMap<i32, Vec<Follower>> = HashMap::new();
        let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
        for row in entries.filter_map(|entry| row(&entry.path())) {
            by_parent.entry(row.parent).or_default().push(row);
        }
        let mut found: Vec<Follower> = by_parent.remove(&own).unwrap_or_default();
        let mut at = 0;
        while let Some(row) = found.get(at) {
            found.extend(by_parent.remove(&row.pid).unwrap_or_default());
            at += 1;
        }
        (found, own)
    }

    /// The same from the lists of children that most kernels have (`CONFIG_PROC_CHILDREN`). It looks at nothing else, so
    /// that it is faster than a program which forks on, however many processes the machine has.
    fn listed_descendants(own: i32) -> Option<Vec<Follower>> {
        let mut waiting = children(own)?;
        let mut found = Vec::new();
        while let Some(pid) = waiting.pop() {
            // One that has ended meanwhile has left its children to us: the next look finds them.
            if let Some(row) = read_stat(&PathBuf::from(format!("/proc/{pid}/stat"))) {
                waiting.extend(children(pid).unwrap_or_default());
                found.push(row);
            }
        }
        Some(found)
    }

    /// The children of all threads of a process; none where the kernel has no such list.
    fn children(pid: i32) -> Option<Vec<i32>> {
        let mut all = Vec::new();
        for task in fs::read_dir(format!("/proc/{pid}/task")).ok()? {
            let list = fs::read_to_string(task.ok()?.path().join("children")).ok()?;
            all.extend(list.split_ascii_whitespace().filter_map(|pid| pid.parse::<i32>().ok()));
        }
        Some(all)
    }

    fn row(folder: &Path) -> Option<Follower> {
        let is_process = folder.file_name()?.to_str()?.bytes().all(|byte| byte.is_ascii_digit());
        is_process.then(|| read_stat(&folder.join("stat"))).flatten()
    }

    fn read_stat(path: &Path) -> Option<Follower> {
        parse_stat(&String::from_utf8_lossy(&fs::read(path).ok()?))
    }

    /// `PID (NAME) STATE PARENT …`; the name may hold anything.
    fn parse_stat(text: &str) -> Option<Follower> {
        let (pid, rest) = text.split_once(' ')?;
        let mut fields = rest[rest.rfind(')')? + 1..].split_ascii_whitespace();
        let has_ended = matches!(fields.next()?, "Z" | "X");
        let parent = fields.next()?.parse().ok()?;
        let started = fields.nth(17)?.parse().ok()?;
        Some(Follower { pid: pid.parse().ok()?, parent, started, has_ended })
    }

    /// A signal to each, unless its number has gone to another process since.
    pub(in super::super) fn signal_each(followers: &[Follower], signal: Signal) {
        for follower in followers {
            let Some(pid) = Pid::from_raw(follower.pid) else { continue };
            let Ok(handle) = pidfd_open(pid, PidfdFlags::empty()) else { continue };
            let now = read_stat(&PathBuf::from(format!("/proc/{}/stat", follower.pid)));
            if now.is_some_and(|now| now.started == follower.started) {
                let _ = pidfd_send_signal(&handle, signal);
            }
        }
    }

    /// A signal to all other processes of the PID namespace whose first process we are.
    pub(in super::super) fn signal_all_others(signal: Signal) {
        let Ok(signal) = nix::sys::signal::Signal::try_from(signal.as_raw()) else { return };
        let _ = nix::sys::signal::kill(nix::unistd::Pid::from_raw(-1), signal);
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn a_row_of_proc_is_read_whatever_the_process_is_called() {
            let tail = "0 0 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 4711 1000";
            let row = parse_stat(&format!("12 (a) Z 1 ((x) S 7 {tail}")).unwrap();
            assert_eq!(row, Follower { pid: 12, parent: 7, started: 4711, has_ended: false });
            assert!(parse_stat(&format!("12 (sh) Z 7 {tail}")).unwrap().has_ended);
            assert_eq!(parse_stat("12 (sh) S"), None);
        }

        #[test]
        fn a_number_that_went_to_another_process_is_left_alone() {
            let mut child = std::process::Command::new("sleep").arg("60").spawn().unwrap();
            let (all, own) = descendants();
            let id = i32::try_from(child.id()).unwrap();
            let row = *all.iter().find(|row| row.pid == id).unwrap();
            assert_eq!(row.parent, own);
            signal_each(&[Follower { started: row.started + 1, ..row }], Signal::KILL);
            assert!(child.try_wait().unwrap().is_none());
            signal_each(&[row], Signal::KILL);
            assert!(!child.wait().unwrap().success());
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod elsewhere {
    use std::path::PathBuf;
    use std::time::Duration;
    use std::{env, io};

    use rustix::process::{Pid, Signal, getppid};

    /// How often we look whether our parent is still there.
    const PARENT: Duration = Duration::from_millis(250);

    /// A process below us. None is found here.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(in super::super) struct Follower;

    pub(in super::super) struct Parent(Pid);

    pub(in super::super) type Handle = Pid;

    /// The first process of a group.
    pub(in super::super) struct Member;

    impl Member {
        pub(in super::super) fn of(_: u32, _: u32) -> Option<Self> {
            None
        }

        pub(in super::super) fn kill_group(&self) {}
    }

    /// Our own program.
    ///
    /// # Errors
    ///
    /// Where it can't be found.
    pub fn own_program() -> io::Result<PathBuf> {
        env::current_exe()
    }

    pub(in super::super) fn handle(pid: Pid) -> io::Result<Pid> {
        Ok(pid)
    }

    pub(in super::super) fn signal(pid: &Pid, signal: Signal) {
        let _ = rustix::process::kill_process(*pid, signal);
    }

    impl Parent {
        pub(in super::super) fn watch(parent: Pid) -> io::Result<Option<Self>> {
            Ok((getppid() == Some(parent)).then_some(Self(parent)))
        }

        pub(in super::super) async fn ended(&self) {
            while getppid() == Some(self.0) {
                tokio::time::sleep(PARENT).await;
            }
        }
    }

    pub(in super::super) fn adopt_orphans() -> io::Result<()> {
        Ok(())
    }

    pub(in super::super) fn enter_pid_namespace() -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(in super::super) fn followers() -> Vec<Follower> {
        Vec::new()
    }

    pub(in super::super) fn has_unadopted(leader: Pid) -> bool {
        rustix::process::test_kill_process_group(leader).is_ok()
    }

    pub(in super::super) fn is_followed_by(_: u64) -> bool {
        false
    }

    pub(in super::super) fn signal_each(_: &[Follower], _: Signal) {}

    pub(in super::super) fn signal_all_others(_: Signal) {}
}
