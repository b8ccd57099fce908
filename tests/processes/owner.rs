//! The end of the process that started the programs: a SIGKILL, of which it hears nothing.

use std::env;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::driver::{Driver, Mark};

/// Where it is set, this process is the owner that is killed.
const OWNER: &str = "TEST_OWNS_PROGRAMS_WITH_MARK";

/// Where it is set too, each program has a PID namespace.
const NAMESPACES: &str = "TEST_OWNS_NAMESPACES";

const SERVERS: [&str; 6] =
    ["silent.py", "deaf.py", "double_forks.py", "three_deep.sh", "forks_on.py", "closes_stdout.py"];

#[test]
fn nothing_survives_a_sigkill_of_the_owner() {
    if let Ok(mark) = env::var(OWNER) {
        return own(Mark::named(&mark));
    }
    for has_pid_namespace in [false, true] {
        let mark = Mark::new();
        let own_name = "owner::nothing_survives_a_sigkill_of_the_owner";
        let mut command = Command::new(env::current_exe().expect("we are a program"));
        command.args([own_name, "--exact", "--nocapture"]).env(OWNER, mark.as_str()).stdout(Stdio::piped());
        if has_pid_namespace {
            command.env(NAMESPACES, "on");
        }
        let mut owner = command.spawn().expect("this program can be started");
        let lines = BufReader::new(owner.stdout.take().expect("it is piped")).lines();
        assert!(
            lines.map_while(Result::ok).any(|line| line.contains("all run")),
            "the owner starts its programs"
        );
        mark.expect_bearers(SERVERS.len() * 2 + 4);
        let pid = i32::try_from(owner.id()).ok().and_then(Pid::from_raw).expect("a number");
        kill_process(pid, Signal::KILL).expect("ours");
        mark.expect_gone(Duration::from_secs(2));
        owner.wait().expect("it was ours");
    }
}

/// Starts the programs, and waits for its end.
#[expect(clippy::print_stdout, reason = "the test that started this process waits for the line")]
fn own(mark: Mark) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let has_pid_namespace = env::var_os(NAMESPACES).is_some();
        let driver = Driver::with(|settings| settings.has_pid_namespace = has_pid_namespace);
        let driver = Driver { mark, ..driver };
        let mut children = Vec::new();
        for server in SERVERS {
            children.push(
                driver.start(driver.server(server)).await.unwrap_or_else(|fault| panic!("{}", fault.message)),
            );
        }
        println!("all run");
        tokio::time::sleep(Duration::from_secs(60)).await;
    });
}
