//! Generated clients: one program for each language, made with what a generator makes of the checked-in
//! document, runs the same scenario (`tests/clients`) against the service. It does not know its steps.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::server::{REVEALER, TestServer};

#[test]
fn a_generated_python_client_survives_a_conflict() {
    let folder = generated("python");
    succeed(
        Command::new(root().join("target/python/bin/python3"))
            .arg("-B")
            .arg(root().join("tests/clients/python/scenario.py"))
            .args(arguments(&TestServer::start()))
            .env("PYTHONPATH", folder),
    );
}

#[test]
fn a_generated_typescript_client_survives_a_conflict_and_is_strictly_typed() {
    let folder = generated("typescript");
    for file in ["scenario.ts", "tsconfig.json"] {
        let source = root().join("tests/clients/typescript").join(file);
        fs::copy(source, folder.join(file)).expect("the folder was just made");
    }
    succeed(Command::new(folder.join("node_modules/.bin/tsc")).arg("--project").arg(&folder));
    succeed(
        Command::new("node")
            .arg(folder.join("built/scenario.js"))
            .args(arguments(&TestServer::start()))
            .current_dir(folder),
    );
}

#[test]
fn a_generated_go_client_survives_a_conflict() {
    let folder = generated("go");
    let program = folder.join("scenario");
    let path = std::env::join_paths([&folder, Path::new("/usr/share/gocode")]).expect("no colon in it");
    succeed(
        Command::new("go")
            .args(["build", "-o"])
            .arg(&program)
            .arg(root().join("tests/clients/go/scenario.go"))
            .env("GO111MODULE", "off")
            .env("GOFLAGS", "")
            .env("GOPATH", path)
            .env("GOCACHE", folder.join("cache")),
    );
    succeed(Command::new(program).args(arguments(&TestServer::start())));
}

#[test]
fn a_generated_rust_client_survives_a_conflict() {
    generated("rust");
    // Most of what it needs is built there already.
    let target =
        Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("it is in the folder of what is built");
    succeed(
        Command::new("cargo")
            .args(["build", "--quiet", "--locked", "--manifest-path"])
            .arg(root().join("tests/clients/rust/Cargo.toml"))
            .arg("--target-dir")
            .arg(target),
    );
    succeed(Command::new(target.join("debug/scenario")).args(arguments(&TestServer::start())));
}

/// The client of this language, generated again if it is of another document.
#[track_caller]
fn generated(language: &str) -> PathBuf {
    succeed(Command::new(root().join("tests/clients/generate")).arg(language));
    root().join("target/clients").join(language)
}

/// What every scenario is given: where the service is, and a key that may write and reveal.
fn arguments(server: &TestServer) -> [String; 2] {
    [format!("http://{}", server.address()), REVEALER.to_owned()]
}

#[track_caller]
fn succeed(command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?} can't be run: {error}"));
    let said = [&output.stdout[..], &output.stderr].map(String::from_utf8_lossy).concat();
    assert!(output.status.success(), "{command:?} failed ({}):\n{said}", output.status);
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
