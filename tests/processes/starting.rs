//! What a program is started with, and what a start that fails says.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use mcp_settings::instances::{FaultKind, Limits, Located, Redactor, Start};
use mcp_settings::secrets::Plaintext;
use serde_json::Value;

use crate::driver::{Driver, PATIENCE, first_line};

fn variable(name: &str, value: &str) -> (String, Plaintext) {
    (name.to_owned(), Plaintext::new(value.to_owned()))
}

async fn report(
    driver: &Driver,
    change: impl FnOnce(&mut mcp_settings::instances::Program),
    limits: Limits,
) -> Value {
    let mut program = driver.server("reports.py");
    change(&mut program);
    let mut child =
        driver.start_with(program, limits).await.unwrap_or_else(|fault| panic!("{}", fault.message));
    serde_json::from_str(&first_line(&mut child.stdout).await).expect("it reports JSON")
}

#[tokio::test]
async fn a_program_gets_its_own_variables_and_a_few_of_ours() {
    let driver = Driver::with(|settings| {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let ours =
            [("HOME", "/srv/home"), ("LC_ALL", "C.UTF-8"), ("VAULT_TOKEN", "canary"), ("AWS_KEY", "canary")];
        settings.environment = ours.map(|(name, value)| (name.into(), value.into())).to_vec();
        settings
            .environment
            .extend([("PATH".into(), path), ("MCP_SETTINGS_SECRET_KEY".into(), "canary".into())]);
    });
    let report = report(
        &driver,
        |program| {
            program.env.extend([
                variable("EMPTY", ""),
                variable("LD_LIBRARY_PATH", "/nowhere"),
                variable("HOME", "/h"),
            ]);
            program.args = ["a b", "--flag", "", "ü"].map(|text| Plaintext::new(text.to_owned())).to_vec();
        },
        Limits::default(),
    )
    .await;
    let variables = report["env"].as_object().expect("a map");
    let mut names: Vec<&str> = variables.keys().map(String::as_str).collect();
    names.retain(|name| *name != "LC_CTYPE");
    // A4: an empty value is a value.
    assert_eq!(names, ["EMPTY", "HOME", "LC_ALL", "LD_LIBRARY_PATH", "MARK", "PATH"], "{report}");
    assert!(variables["EMPTY"] == "" && variables["HOME"] == "/h", "{report}");
    assert_eq!(report["args"], serde_json::json!(["a b", "--flag", "", "ü"]));
    assert!(!report.to_string().contains("canary"));
}

#[tokio::test]
async fn a_supervisor_knows_no_more_than_its_program_and_its_variables_mean_nothing_to_it() {
    let driver = Driver::with(|settings| {
        settings.environment.push(("MCP_SETTINGS_SECRET_KEY".into(), "canary".into()));
    });
    let mut program = driver.server("silent.py");
    program.env.push(variable("LD_PRELOAD", "/nowhere/preloaded.so"));
    let child = driver.start(program).await.expect("it starts");
    let (pid, _) =
        driver.mark.bearers().into_iter().find(|(_, line)| line.contains("__exec")).expect("it runs");
    let variables = fs::read(format!("/proc/{pid}/environ")).expect("ours");
    let variables = String::from_utf8_lossy(&variables).into_owned();
    assert!(!variables.contains("canary"), "{variables}");
    assert!(
        variables.split('\0').all(|variable| variable.is_empty() || variable.starts_with("M_")),
        "{variables}"
    );
    // The pipes of the program are not kept open by it, and no other file of ours is. It reports the start before it lets go.
    let unexpected = || -> Vec<String> {
        let files = fs::read_dir(format!("/proc/{pid}/fd")).expect("ours").flatten().map(|entry| {
            let target = fs::read_link(entry.path()).unwrap_or_default().display().to_string();
            (entry.file_name().into_string().expect("a number"), target)
        });
        let is_unexpected = |(number, target): &(String, String)| match number.as_str() {
            "0" | "1" => target != "/dev/null",
            "2" => !target.starts_with("pipe:"),
            _ => !["anon_inode:", "socket:"].iter().any(|own| target.starts_with(own)),
        };
        files.filter(is_unexpected).map(|(number, target)| format!("{number}: {target}")).collect()
    };
    let deadline = Instant::now() + PATIENCE;
    while !unexpected().is_empty() {
        assert!(Instant::now() < deadline, "{:?}", unexpected());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    // The loader of the program itself complains; its supervisor has nothing to say.
    drop(child);
}

#[tokio::test]
async fn a_program_has_three_open_files_default_signals_a_group_of_its_own_and_no_core_dumps() {
    let driver = Driver::new();
    let report = report(&driver, |_| {}, Limits::default()).await;
    let files: Vec<&String> = report["files"].as_object().expect("a map").keys().collect();
    assert_eq!(files, ["0", "1", "2"], "{report}");
    assert_eq!(report["limits"]["CORE"], serde_json::json!([0, 0]));
    assert_eq!(report["group"], report["pid"]);
    assert_eq!(report["terminate"], true);
    assert_eq!(report["masks"]["SigBlk:"], "0000000000000000");
    let ignored = u64::from_str_radix(report["masks"]["SigIgn:"].as_str().expect("hex"), 16).expect("hex");
    let ours = fs::read_to_string("/proc/self/status").expect("ours");
    let ours = ours.lines().find_map(|line| line.strip_prefix("SigIgn:\t")).expect("there is such a line");
    // Python ignores SIGPIPE and SIGXFSZ by itself.
    let inherited = u64::from_str_radix(ours, 16).expect("hex") | 0x0100_1000;
    // The signals from 32 on are those of the C library.
    assert_eq!(ignored & !inherited & 0x7fff_ffff, 0, "{ignored:x}");
}

#[tokio::test]
async fn a_program_without_a_directory_gets_an_empty_one_that_goes_with_it() {
    let driver = Driver::new();
    let mut child = driver.start(driver.server("reports.py")).await.expect("it starts");
    let report: Value = serde_json::from_str(&first_line(&mut child.stdout).await).expect("JSON");
    let directory = Path::new(report["cwd"].as_str().expect("a path")).to_owned();
    assert!(
        directory.starts_with(driver.root.path().canonicalize().expect("ours").join("work")),
        "{directory:?}"
    );
    assert_eq!(fs::metadata(&directory).expect("ours").permissions().mode() & 0o777, 0o700);
    assert!(fs::read_dir(&directory).expect("ours").next().is_none());
    fs::write(directory.join("file"), "x").expect("ours");
    drop(child.stdin);
    child.process.end().await;
    assert!(!directory.exists());
}

#[tokio::test]
async fn limits_hold_for_the_program() {
    let driver = Driver::new();
    let limits = Limits { memory_mb: Some(512), open_files: Some(64), processes: Some(10) };
    let report = report(&driver, |_| {}, limits).await;
    assert_eq!(report["limits"]["DATA"], serde_json::json!([512 << 20, 512 << 20]));
    assert_eq!(report["limits"]["NOFILE"], serde_json::json!([64, 64]));

    let mut program = driver.program("python3");
    program.args = ["-c", "bytearray(600 << 20)"].map(|text| Plaintext::new(text.to_owned())).to_vec();
    let child = driver.start_with(program, limits).await.expect("it starts");
    assert_eq!(child.process.exited().await.code, Some(1));
    assert!(child.process.log().last_line().unwrap_or_default().contains("MemoryError"));
}

#[tokio::test]
async fn in_a_namespace_the_user_stays_who_it_is() {
    let driver = Driver::with(|settings| settings.has_pid_namespace = true);
    let report = report(&driver, |_| {}, Limits::default()).await;
    assert_eq!(report["user"], rustix::process::getuid().as_raw());
    assert_eq!(report["parent"], 1);
}

#[tokio::test]
async fn c3_b6_what_cannot_be_started_is_a_fault_of_starting() {
    let driver = Driver::new();
    let folder = driver.root.path();
    let file = |name: &str, text: &str, mode: u32| {
        let path = folder.join(name);
        fs::write(&path, text).expect("ours");
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("ours");
        path.display().to_string()
    };
    let good = file("good", "#!/bin/sh\nexec cat", 0o755);
    let absent = folder.join("absent").display().to_string();
    for (what, command, cwd, expected) in [
        ("ENOENT", "no-such-command-anywhere", None, "not found"),
        ("ENOENT of a path", &absent, None, "is not there"),
        ("EACCES", &file("plain", "#!/bin/sh\n", 0o644), None, "may not be executed"),
        ("a bad interpreter", &file("badly", "#!/no/such/interpreter\n", 0o755), None, "interpreter"),
        ("no format", &file("nothing", "\u{1}\u{2}", 0o755), None, "neither a binary"),
        ("a directory", &folder.display().to_string(), None, "is not a file"),
        ("a relative path", "./good", None, "absolute"),
        ("a relative cwd", &good, Some("tmp"), "not absolute"),
        ("an absent cwd", &good, Some(absent.as_str()), "is not there"),
        ("a file as cwd", &good, Some(good.as_str()), "is not a directory"),
    ] {
        let mut program = driver.program(command);
        program.cwd = cwd.map(str::to_owned);
        let fault = driver.start(program).await.err().unwrap_or_else(|| panic!("{what}: it starts"));
        assert_eq!(fault.kind, FaultKind::Spawn, "{what}");
        assert!(fault.message.contains(expected), "{what}: {}", fault.message);
    }
    driver.mark.expect_gone(std::time::Duration::from_secs(2));
    assert!(driver.start(driver.program(&good)).await.is_ok());
}

#[tokio::test]
async fn a_command_is_looked_up_in_the_path_of_the_configuration() {
    let driver = Driver::new();
    let folder = driver.root.path().join("bin");
    fs::create_dir(&folder).expect("ours");
    let path = folder.join("some-tool");
    fs::write(&path, "#!/bin/sh\necho \"$0\"").expect("ours");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("ours");
    let mut program = driver.program("some-tool");
    program.env.push(variable("PATH", &format!("{}:/usr/bin:/bin", folder.display())));
    let mut child = driver.start(program).await.expect("it starts");
    assert_eq!(first_line(&mut child.stdout).await, path.display().to_string());
}

/// What was approved is the file to which the path led when it was looked up.
#[tokio::test]
async fn a_link_that_is_turned_after_the_look_up_is_not_followed() {
    let driver = Driver::new();
    let folder = tempfile::tempdir().expect("a folder");
    let link = folder.path().join("link");
    let turn = |to: &str| {
        fs::remove_file(&link).ok();
        symlink(to, &link).expect("our own folder");
    };
    let program = driver.program(&link.display().to_string());
    turn("/bin/cat");
    let located = driver.processes.locate(&program).expect("it is there");
    let start = |located: Located| {
        let (key, limits, redactor) = ("test".to_owned(), Limits::default(), Arc::new(Redactor::default()));
        driver.processes.spawn(Start { key, program: program.clone(), located, limits, redactor })
    };
    assert!(start(located.clone()).await.is_ok());
    turn("/bin/sleep");
    let fault = start(located).await.err().expect("it is refused");
    assert_eq!(fault.kind, FaultKind::Spawn);
    assert_eq!(fault.message, "the command was not found where it was approved");
}
