//! Nothing of a program is left, whatever it does against it.

use std::future::poll_fn;
use std::task::Poll;
use std::time::{Duration, Instant};

use mcp_settings::instances::{Child, Exit, Limits};
use mcp_settings::secrets::Plaintext;
use rustix::process::{Pid, Signal, kill_process};

use crate::driver::{Driver, PATIENCE};

/// How long an end takes at most: half a second for the polite, half a second after SIGTERM, and what the machine takes.
const END: Duration = Duration::from_millis(2500);

/// Ends a server as the service does, and looks for what is left.
async fn end(driver: &Driver, child: Child) -> Exit {
    let Child { stdin, stdout, process } = child;
    drop((stdin, stdout));
    let begin = Instant::now();
    let exit = process.end().await;
    assert!(begin.elapsed() < END, "{:?}", begin.elapsed());
    driver.mark.expect_gone(Duration::ZERO);
    exit
}

#[tokio::test]
async fn a_server_that_ends_with_its_input_exits_by_itself() {
    let driver = Driver::new();
    let child = driver.start(driver.server("silent.py")).await.expect("it starts");
    driver.mark.expect_bearers(2);
    assert_eq!(end(&driver, child).await, Exit { code: Some(0), signal: None });
}

#[tokio::test]
async fn no_server_outlives_its_end() {
    for has_pid_namespace in [false, true] {
        for (server, processes) in [
            ("deaf.py", 2),
            ("double_forks.py", 3),
            ("three_deep.sh", 3),
            ("forks_on.py", 2),
            ("closes_stdout.py", 2),
        ] {
            let driver = Driver::with(|settings| settings.has_pid_namespace = has_pid_namespace);
            let (child, _) = driver.ready(server).await;
            driver.mark.expect_bearers(processes);
            let exit = end(&driver, child).await;
            assert!(exit.signal.is_some() || exit.code.is_some(), "{server}: {exit}");
        }
    }
}

#[tokio::test]
async fn what_a_server_leaves_behind_ends_with_it() {
    let driver = Driver::new();
    let (child, line) = driver.ready("leaves_a_child.sh").await;
    assert_eq!(line, "ready");
    let exit = tokio::time::timeout(END, child.process.exited()).await.expect("in time");
    assert_eq!(exit, Exit { code: Some(0), signal: None });
    driver.mark.expect_gone(Duration::ZERO);
}

#[tokio::test]
async fn the_exit_of_a_server_is_its_own() {
    let driver = Driver::new();
    let child = driver.start(driver.server("exits_with_3.sh")).await.expect("it starts");
    let [one, two] = [child.process.clone(), child.process.clone()];
    let (first, second) = tokio::join!(one.exited(), two.exited());
    assert_eq!((first, second), (Exit { code: Some(3), signal: None }, first));
    assert_eq!(first.to_string(), "exited with status 3");
    assert_eq!(child.process.end().await, first, "an end after the end");

    let (child, _) = driver.ready("deaf.py").await;
    let server = driver.mark.bearers().into_iter().find(|(_, command)| !command.contains("__exec"));
    kill_process(Pid::from_raw(server.expect("it runs").0).expect("a number"), Signal::KILL).expect("ours");
    let exit = tokio::time::timeout(PATIENCE, child.process.exited()).await.expect("in time");
    assert_eq!(exit, Exit { code: None, signal: Some(9) });
    assert_eq!(exit.to_string(), "was ended by signal 9");
}

#[tokio::test]
async fn a_server_is_ended_when_nobody_holds_it() {
    let driver = Driver::new();
    let (child, _) = driver.ready("deaf.py").await;
    let kept = child.process.clone();
    drop(child);
    std::thread::sleep(Duration::from_millis(100));
    driver.mark.expect_bearers(2);
    drop(kept);
    driver.mark.expect_gone(END);
}

#[tokio::test]
async fn a_start_without_a_caller_is_ended() {
    let driver = Driver::new();
    for wait in [0, 1, 2, 4, 8, 16, 32, 64] {
        let start = driver.start(driver.server("deaf.py"));
        let _ = tokio::time::timeout(Duration::from_millis(wait), start).await;
    }
    tokio::time::sleep(Duration::from_millis(50)).await;
    driver.mark.expect_gone(END);
}

#[tokio::test]
async fn a_start_that_is_given_up_at_any_step_is_ended() {
    let driver = Driver::new();
    let mut most = 0;
    // On a busy machine two things that are waited for may have happened at one step.
    for _ in 0..10 {
        most = most.max(give_up_at_each_step(&driver).await);
        if most > 3 {
            return;
        }
    }
    panic!("only {most} steps");
}

/// Gives a start up at its first step, the next one at its second, and so on; how many steps it took to start.
async fn give_up_at_each_step(driver: &Driver) -> usize {
    let mut step = 0;
    loop {
        step += 1;
        // It reads nothing and writes nothing, so that closed pipes do not end it.
        let mut program = driver.program("sleep");
        program.args.push(Plaintext::new("600".to_owned()));
        let mut start = Box::pin(driver.start(program));
        let mut is_started = false;
        for _ in 0..step {
            is_started = poll_fn(|context| Poll::Ready(start.as_mut().poll(context).is_ready())).await;
            if is_started {
                break;
            }
            // What it waits for has happened when it is asked again, or given up.
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        drop(start);
        driver.mark.expect_gone(END);
        if is_started {
            return step;
        }
    }
}

#[tokio::test]
async fn a_killed_supervisor_takes_the_group_with_it_and_in_a_namespace_everything() {
    for (has_pid_namespace, server) in [(false, "three_deep.sh"), (true, "double_forks.py")] {
        let driver = Driver::with(|settings| settings.has_pid_namespace = has_pid_namespace);
        let (child, _) = driver.ready(server).await;
        let of_ours = driver.mark.bearers().into_iter().find(|(_, command)| command.contains(" --parent "));
        let supervisor = Pid::from_raw(of_ours.expect("it runs").0).expect("a number");
        kill_process(supervisor, Signal::KILL).expect("ours");
        let exit = tokio::time::timeout(PATIENCE, child.process.exited()).await.expect("in time");
        assert_eq!(exit.signal, Some(9));
        driver.mark.expect_gone(END);
    }
}

#[tokio::test]
async fn a_server_with_too_many_processes_is_ended_and_its_log_says_why() {
    for has_pid_namespace in [false, true] {
        let driver = Driver::with(|settings| settings.has_pid_namespace = has_pid_namespace);
        let limits = Limits { processes: Some(20), ..Limits::default() };
        let child = driver.start_with(driver.server("grows.py"), limits).await.expect("it starts");
        let exit = tokio::time::timeout(PATIENCE, child.process.exited()).await.expect("it is ended");
        assert_eq!(exit.signal, Some(15));
        let last = child.process.log().last_line().unwrap_or_default();
        assert!(last.contains("more processes than its limit"), "{last}");
        driver.mark.expect_gone(Duration::ZERO);
    }
}

#[tokio::test]
async fn when_the_starter_of_programs_is_gone_so_are_they() {
    let driver = Driver::new();
    let (child, _) = driver.ready("double_forks.py").await;
    let mark = driver.mark.clone();
    drop(driver);
    mark.expect_gone(END);
    assert!(child.process.exited().await.code.is_some() || child.process.exited().await.signal.is_some());
}
