//! The page's rules, which know no browser: their unit tests run in Node, beside a service that they are held
//! against. One test, because they are compiled in one go.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::server::{ADMIN, TestServer, WRITER};
use crate::site::Site;

/// Runs a command to its end, and fails with what it said.
#[track_caller]
fn run(command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let said = [output.stdout, output.stderr].concat();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&said));
}

/// The compiled tests of these rules; the other files beside them are for them.
fn compiled_tests(folder: &Path) -> Vec<PathBuf> {
    let files = fs::read_dir(folder)
        .expect("the compiler made it")
        .map(|entry| entry.expect("our own folder").path());
    files.filter(|path| path.to_string_lossy().ends_with(".test.js")).collect()
}

#[test]
fn the_rules_of_the_page_hold_and_agree_with_the_service() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui");
    let compiler = page.join("node_modules/.bin/tsc");
    let is_built = compiler.exists() && page.join("src/api/schema.d.ts").exists();
    assert!(is_built, "the page has no packages and types yet: run `make ui`");
    // The compiler leaves what it made of files that are gone.
    drop(fs::remove_dir_all(page.join(".tests")));
    run(Command::new(compiler).args(["--project", "tests"]).current_dir(&page));
    let server = TestServer::start();
    let closed = TestServer::builder(Site::new()).in_openhands_folder().start();
    run(Command::new("node")
        .args(["--test", "--test-reporter", "spec"])
        .args(compiled_tests(&page.join(".tests/tests")))
        .current_dir(&page)
        .env("SERVICE", format!("http://{}", server.address()))
        .env("SERVICE_OF_OPENHANDS", format!("http://{}", closed.address()))
        .env("FIXTURES", page.join("../tests/fixtures/openhands"))
        .env("KEY", ADMIN)
        .env("KEY_WITHOUT_REVEAL", WRITER));
}
