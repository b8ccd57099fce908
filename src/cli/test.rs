//! `mcp-settings test`: whether a server works, stage by stage: a stored one, or a configuration that is not stored.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use crate::api::{TestResult, TestStage, TestStageWord};
use crate::json::{Json, Number, Object, to_compact};

use super::client::{Request, ServiceTarget, instances, run as run_on};
use super::failure::{Exit, Failure};
use super::input::Input;
use super::output::{Output, show};
use super::printable::printable;
use super::terminal::{Table, Tone, has_colours};

/// How long a test may take at most. The service bounds it before.
const PATIENCE: Duration = Duration::from_secs(900);

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  mcp-settings test echoes")]
pub(super) struct Arguments {
    /// The name of a stored server; with `--with` masks are filled from it
    #[arg(required_unless_present = "with")]
    name: Option<String>,
    /// Test the configuration in this file, `-` for stdin, which is not stored
    #[arg(long, value_name = "FILE")]
    with: Option<PathBuf>,
    /// Call this tool at the end, without arguments; needs the scope `use`
    #[arg(long, value_name = "TOOL")]
    call: Option<String>,
    /// How many seconds the start of a configuration may take, and a call
    #[arg(long, value_name = "SECONDS")]
    timeout: Option<u16>,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    target: ServiceTarget,
}

pub(super) fn run(arguments: Arguments) -> Result<ExitCode, Failure> {
    let Arguments { name, with, call, timeout, output: Output { output: form }, target } = arguments;
    let mut body = Object::new();
    if let Some(name) = &name {
        body.insert("name", Json::string(name.clone()));
    }
    if let Some(file) = with {
        body.insert("config", Input::of(file).read_json()?.1);
    }
    if let Some(tool) = call {
        body.insert("call_tool", Object::from_iter([("name", Json::string(tool))]).into());
    }
    if let Some(seconds) = timeout {
        body.insert("timeout_seconds", Json::Number(Number::from_u64(seconds.into())));
    }
    run_on(async move {
        let service = target.open()?;
        let request = Request::post(format!("{}/test", instances())).patience(PATIENCE);
        let response = service.expect(request.json(to_compact(&body.into()))).await?;
        let result: TestResult = response.read()?;
        show(form, &response.value()?, || table(&result), || name.into_iter().collect())?;
        Ok(if result.ok { ExitCode::SUCCESS } else { Exit::Refused.into() })
    })
}

fn table(result: &TestResult) -> String {
    let mut table = Table::new(&["STAGE", "RESULT", "MS", "NOTE"]);
    for stage in &result.stages {
        let (word, tone) = if stage.ok { ("ok", Tone::Good) } else { ("failed", Tone::Bad) };
        let ms = stage.ms.map(|ms| ms.to_string()).unwrap_or_default();
        table.row([
            (word_of(stage.stage), Tone::Plain),
            (word, tone),
            (&ms, Tone::Plain),
            (&note(stage), Tone::Plain),
        ]);
    }
    let mut text = table.text(has_colours());
    let tools = result.tools.as_ref().map(|tools| format!("{} tools\n", tools.len()));
    text.extend(tools);
    if let Some(server) = &result.server {
        text.push_str(&printable(&format!("the server is {} {}", server.name, server.version)));
        text.push('\n');
    }
    for line in result.stderr.iter().filter(|_| !result.ok).flat_map(|stderr| stderr.lines()) {
        text.extend(["stderr: ", &printable(line), "\n"]);
    }
    text
}

fn note(stage: &TestStage) -> String {
    let kind = stage.kind.map(|kind| kind.as_str().to_owned());
    let parts = [kind, stage.message.clone(), stage.detail.clone(), stage.hint.clone()];
    parts.into_iter().flatten().collect::<Vec<_>>().join(": ")
}

fn word_of(stage: TestStageWord) -> &'static str {
    match stage {
        TestStageWord::Resolve => "resolve",
        TestStageWord::Spawn => "spawn",
        TestStageWord::Connect => "connect",
        TestStageWord::Initialize => "initialize",
        TestStageWord::ListTools => "list_tools",
        TestStageWord::CallTool => "call_tool",
    }
}
