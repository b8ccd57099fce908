//! `mcp-settings call`: calls a tool of a server, which is started where that is needed. Its arguments come from a file or
//! from stdin, since they may be secrets.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use crate::json::{Json, Object, to_compact};

use super::client::{Request, ServiceTarget, escaped, instance, run as run_on};
use super::failure::{Exit, Failure};
use super::input::Input;
use super::output::{Form, Output, json, show};
use super::printable::printable;

/// How long a call may take. The service bounds it before.
const PATIENCE: Duration = Duration::from_secs(600);

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  echo '{\"text\":\"hello\"}' | mcp-settings call echoes echo -")]
pub(super) struct Arguments {
    /// The name of the server
    name: String,
    /// The name of the tool
    tool: String,
    /// A file with its arguments, an object of JSON; `-` for stdin; nothing for no arguments
    file: Option<PathBuf>,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    target: ServiceTarget,
}

pub(super) fn run(arguments: Arguments) -> Result<ExitCode, Failure> {
    let Arguments { name, tool, file, output: Output { output: form }, target } = arguments;
    let arguments = match file {
        None => Json::Object(Object::new()),
        Some(file) => Input::of(file).read_json()?.1,
    };
    let body = Object::from_iter([("arguments", arguments)]);
    run_on(async move {
        let service = target.open()?;
        let path = format!("{}/tools/{}/call", instance(&name), escaped(&tool));
        let request = Request::post(path).json(to_compact(&body.into())).patience(PATIENCE);
        let response = service.expect(request).await?;
        let body = response.value()?;
        let result = body.get("result").unwrap_or(&Json::Null);
        let form = if form == Form::Name { Form::Table } else { form };
        show(form, &body, || text(result), Vec::new)?;
        let is_error = result.get("isError").and_then(Json::as_bool);
        Ok(if is_error == Some(true) { Exit::Refused.into() } else { ExitCode::SUCCESS })
    })
}

/// The texts of a result, or all of it where it has something else.
fn text(result: &Json) -> String {
    let content = result.get("content").and_then(Json::as_array);
    let text = |item: &Json| {
        let item = item.as_object()?;
        let is_text = item.get("type")?.as_str()? == "text";
        is_text.then(|| item.get("text")?.as_str().map(str::to_owned)).flatten()
    };
    let texts: Option<Vec<String>> = content.and_then(|content| content.iter().map(text).collect());
    match texts {
        Some(texts) if !texts.is_empty() => {
            let lines = texts.iter().flat_map(|text| text.lines());
            lines.map(|line| printable(line) + "\n").collect()
        }
        _ => json(result),
    }
}
