//! What a program writes on stderr holds nothing up, and is kept without secrets.

use std::time::{Duration, Instant};

use mcp_settings::secrets::Plaintext;

use crate::driver::{Driver, PATIENCE};

#[tokio::test]
async fn a_flood_on_stderr_holds_no_server_up() {
    let driver = Driver::new();
    let (child, line) = driver.ready("floods_stderr.py").await;
    assert_eq!(line, "ready");
    // After the end it is read for a moment only, and at "ready" some of it is still in the pipe.
    let newest = || child.process.log().lines().last().map(|line| line.number);
    let deadline = Instant::now() + PATIENCE;
    while newest() != Some(19_999) {
        assert!(Instant::now() < deadline, "read until {:?}", newest());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    drop(child.stdin);
    child.process.end().await;
    let lines = child.process.log().lines();
    assert_eq!(lines.len(), usize::try_from(lines.last().unwrap().number - lines[0].number).unwrap() + 1);
    assert_eq!(lines.last().unwrap().number, 20_000);
    assert_eq!(child.process.log().last_line().as_deref(), Some("the last words"));
    assert!(child.process.log().tail(2048).len() <= 2048);
}

#[tokio::test]
async fn c6_the_words_of_a_server_are_kept_and_its_secret_is_not() {
    let secret = "sk-live-correct-horse/9";
    let mut driver = Driver::new();
    driver.secrets = vec![secret];
    let mut program = driver.server("secret_on_stderr.sh");
    program.env.push(("API_KEY".to_owned(), Plaintext::new(secret.to_owned())));
    let child = driver.start(program).await.expect("it starts");
    let mut follower = child.process.log().follow();
    let mut followed = Vec::new();
    while let Some(line) = tokio::time::timeout(PATIENCE, follower.next()).await.expect("in time") {
        followed.push(line.text.to_string());
    }
    assert_eq!(followed, ["connecting", "login with *** failed", "Authorization: Basic ***"]);
    assert_eq!(child.process.log().tail(2048), followed.join("\n"));
    assert_eq!(child.process.exited().await.code, Some(1));
}

#[tokio::test]
async fn what_got_away_with_stderr_holds_the_end_up_for_a_moment_only() {
    let driver = Driver::new();
    let begin = Instant::now();
    let (child, _) = driver.ready("leaves_a_child.sh").await;
    child.process.exited().await;
    assert!(begin.elapsed() < Duration::from_secs(2), "{:?}", begin.elapsed());
}

#[tokio::test]
async fn the_supervisor_writes_nothing_into_the_log() {
    let driver = Driver::new();
    let child = driver.start(driver.server("exits_with_3.sh")).await.expect("it starts");
    child.process.exited().await;
    assert!(child.process.log().lines().is_empty(), "{:?}", child.process.log().lines());
}
