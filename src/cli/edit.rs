//! `mcp-settings edit`: opens an editor on the redacted configuration of a server, and writes it back under the tag that
//! was read. A text is removed only when it is stored: whatever happens else, the file stays and is named.

use std::env;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread;

use futures_util::FutureExt;
use tokio::process::Command;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;

use crate::json::{Json, Object, Rules, parse};
use crate::secrets::random_token;
use crate::service;

use super::client::{Purpose, Request, Response, Settings, Target, escaped, run as run_on, server};
use super::failure::{Exit, Failure};
use super::input::{not_json, read_file};
use super::output::json;
use super::printable::printable;
use super::terminal::{ask, note, print};
use super::three_way::three_way;
use super::write::done_line;

/// The editor where the environment names none.
const USUAL: &str = "vi";

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  mcp-settings edit issues")]
pub(super) struct Arguments {
    /// The name of the server
    name: String,
    #[command(flatten)]
    target: Target,
}

/// The state that the text was made from.
struct Base {
    config: Json,
    /// `None` where the server was removed meanwhile.
    tag: Option<String>,
}

impl Base {
    /// What a response shows of the server.
    fn of(response: &Response) -> Result<Self, Failure> {
        let body = response.value()?;
        let config = body.get("config").cloned();
        let config = config
            .ok_or_else(|| Failure::new("the response has no configuration").exit(Exit::Unreachable))?;
        Ok(Self { config, tag: response.etag().map(str::to_owned) })
    }
}

pub(super) fn run(arguments: Arguments) -> Result<ExitCode, Failure> {
    let Arguments { name, target } = arguments;
    run_on(async move {
        let settings = target.open(Purpose::Change)?;
        let read = settings.expect(Request::get(server(&name))).await?;
        let base = Base::of(&read)?;
        let original = json(&base.config);
        let path = draft(&name, &original)?;
        match edit(&settings, &name, base, &path).await {
            Ok(text) => {
                // It is stored, or says what is stored.
                drop(fs::remove_file(&path));
                print(&text)?;
                Ok(ExitCode::SUCCESS)
            }
            Err(failure) => Err(keep(failure, &path, &original)),
        }
    })
}

/// The failure, with the place of the text that must not be lost. One that nobody has changed is removed.
fn keep(failure: Failure, path: &Path, original: &str) -> Failure {
    match fs::read(path) {
        Ok(text) if text == original.as_bytes() => {
            drop(fs::remove_file(path));
            failure
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => failure,
        _ => failure.detail(format!("your text is in {}", path.display())),
    }
}

/// Has the text edited until it is stored, or given up.
async fn edit(settings: &Settings, name: &str, mut base: Base, path: &Path) -> Result<String, Failure> {
    let shown = printable(name);
    // It is the editor's while that runs, and an answer to our questions.
    let mut interrupt = signal(SignalKind::interrupt())
        .map_err(|error| Failure::new("could not listen for signals").because(error))?;
    loop {
        open_editor(path).await?;
        while interrupt.recv().now_or_never().is_some() {}
        let failure = match read_draft(path) {
            Err(failure) => failure,
            Ok((_, config)) if config == base.config => return Ok(format!("{shown} is as it was\n")),
            Ok((text, config)) => {
                let response = settings.call(write(name, &base, text)).await?;
                if response.is_success() {
                    return Ok(done_line(name, "edited", &response));
                }
                match response.status() {
                    412 => match resolve(settings, name, &mut base, (&config, path), &mut interrupt).await? {
                        Some(stored) => return Ok(stored),
                        None => continue,
                    },
                    _ => response.refusal(),
                }
            }
        };
        failure.print();
        if ask_or_stop("Edit it again? [Y/n] ", "y", &mut interrupt).await.as_deref() != Some("y") {
            return Err(Failure::new(format!("{shown} was not changed")).exit(failure.code()));
        }
    }
}

fn write(name: &str, base: &Base, text: String) -> Request {
    let request = Request::put(server(name)).json(text);
    match &base.tag {
        Some(tag) => request.if_match(Some(tag)),
        None => request.header("If-None-Match", "*"),
    }
}

/// Shows what both sides have changed, and asks what to do. Gives what was stored, or nothing where the text is to be
/// edited again, now on top of what is there.
async fn resolve(
    settings: &Settings,
    name: &str,
    base: &mut Base,
    (yours, path): (&Json, &Path),
    interrupt: &mut Signal,
) -> Result<Option<String>, Failure> {
    loop {
        let current = settings.call(Request::get(server(name))).await?;
        let theirs = match current.status() {
            404 => Base { config: Json::Object(Object::new()), tag: None },
            _ => Base::of(&current.expect_success()?)?,
        };
        let conflict = match theirs.tag {
            Some(_) => format!("{name} was changed while you edited it"),
            None => format!("{name} was removed while you edited it"),
        };
        note(&conflict);
        let compared = three_way(&base.config, yours, &theirs.config);
        for difference in &compared.differences {
            difference.lines(&redacted(yours)).iter().for_each(|line| note(line));
        }
        let merged = compared.merged.filter(|_| theirs.tag.is_some());
        let question = match merged {
            Some(_) => {
                "[m]erge both, [e]dit yours again and store it over theirs, or [k]eep your text and stop? "
            }
            None => "[e]dit yours again and store it over theirs, or [k]eep your text and stop? ",
        };
        match (ask_or_stop(question, "k", interrupt).await.as_deref(), merged) {
            (Some("e"), _) => {
                *base = theirs;
                return Ok(None);
            }
            (Some("m"), Some(merged)) => {
                // What is merged is a text that must not be lost either.
                fs::write(path, json(&merged)).map_err(|error| {
                    Failure::new(format!("could not write `{}`", path.display())).because(error)
                })?;
                let response = settings.call(write(name, &theirs, json(&merged))).await?;
                match response.status() {
                    412 => continue,
                    _ => {
                        return Ok(Some(done_line(name, "edited", &response.expect_success()?)));
                    }
                }
            }
            _ => return Err(Failure::new(conflict).exit(Exit::Conflict)),
        }
    }
}

/// A configuration as it is shown: secrets masked, those that are kept and those that were typed.
fn redacted(config: &Json) -> Json {
    match config {
        Json::Object(config) => Json::Object(service::masked(config)),
        _ => Json::Null,
    }
}

/// A new file with this text, for this account alone.
fn draft(name: &str, text: &str) -> Result<PathBuf, Failure> {
    let mut random = random_token();
    random.truncate(8);
    let path = env::temp_dir().join(format!("mcp-settings-{}-{random}.json", escaped(name)));
    let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
    made.and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(|error| Failure::new(format!("could not make `{}`", path.display())).because(error))?;
    Ok(path)
}

fn read_draft(path: &Path) -> Result<(String, Json), Failure> {
    let text = read_file(path)?;
    let value = parse(&text, &Rules::BODY).map_err(|fault| not_json("your text", &text, &fault))?;
    Ok((text, value))
}

/// Runs the editor as the shell would: the variable may hold arguments, as `code --wait` does.
async fn open_editor(path: &Path) -> Result<(), Failure> {
    let named = ["VISUAL", "EDITOR"]
        .into_iter()
        .find_map(|name| env::var(name).ok().filter(|text| !text.trim().is_empty()));
    let editor = named.unwrap_or_else(|| USUAL.to_owned());
    let failed = || Failure::new(format!("the editor `{editor}` failed")).hint("set `VISUAL` or `EDITOR`");
    let mut command = Command::new("sh");
    command.args(["-c", &format!("{editor} \"$@\""), "sh"]).arg(path);
    match command.status().await {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err(failed()),
        Err(error) => Err(failed().because(error)),
    }
}

/// Asks on a terminal, where an interrupt is no answer.
async fn ask_or_stop(question: &'static str, usual: &'static str, interrupt: &mut Signal) -> Option<String> {
    let (sender, receiver) = oneshot::channel();
    // A thread of its own: the process must not wait for a line that nobody types.
    thread::spawn(move || drop(sender.send(ask(question, usual))));
    tokio::select! {
        letter = receiver => letter.ok().flatten(),
        _ = interrupt.recv() => None,
    }
}
