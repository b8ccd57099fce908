//! `mcp-settings watch`: what changes, as it changes, until the reader has gone. A stream that ends is taken up again where
//! it ended.

use std::io;
use std::process::ExitCode;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use tokio::time::{MissedTickBehavior, interval};

use crate::api::{DocumentChange, InstanceStatuses, ServerChange};
use crate::json::{Json, Object, Rules, parse, to_compact};

use super::client::{Events, Request, ServerEvent, Service, ServiceTarget, run as run_on};
use super::clock::utc;
use super::failure::{Exit, Failure};
use super::output::{Form, Output};
use super::printable::printable;
use super::terminal::print;

const EVENTS: &str = "/api/settings/events";

/// How often it is looked whether the reader is still there.
const LOOK: Duration = Duration::from_millis(200);

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  mcp-settings watch --output json | head -n 1")]
pub(super) struct Arguments {
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    target: ServiceTarget,
}

/// What comes next of a stream.
pub(super) enum Next {
    Event(ServerEvent),
    /// The stream has ended.
    End,
    /// Nobody reads stdout any more.
    ReaderGone,
}

pub(super) fn run(arguments: Arguments) -> Result<ExitCode, Failure> {
    let Arguments { output: Output { output: form }, target } = arguments;
    run_on(async move {
        let service = target.open()?;
        let mut last_id = String::new();
        loop {
            let mut events = follow(&service, &mut last_id).await?;
            let mut has_more = false;
            loop {
                match next(&mut events).await? {
                    Next::Event(event) => {
                        has_more = true;
                        if !event.id.is_empty() {
                            last_id.clone_from(&event.id);
                        }
                        if !print(&text(form, &event)?)? {
                            return Ok(ExitCode::SUCCESS);
                        }
                    }
                    Next::ReaderGone => return Ok(ExitCode::SUCCESS),
                    Next::End if has_more => break,
                    Next::End => {
                        return Err(Failure::new("the service has ended the stream").exit(Exit::Unreachable));
                    }
                }
            }
        }
    })
}

/// Opens the stream behind the last event, or a new one where that is forgotten.
async fn follow(service: &Service, last_id: &mut String) -> Result<Events, Failure> {
    let request = Request::get(EVENTS.to_owned());
    if last_id.is_empty() {
        return service.follow(request).await;
    }
    let resumed = service.follow(request.clone().header("Last-Event-ID", last_id.clone())).await;
    match resumed {
        // Events may be missing in between; the stream begins with the state that is there.
        Err(failure) if failure.code() == Exit::Refused => {
            last_id.clear();
            service.follow(request).await
        }
        resumed => resumed,
    }
}

/// Waits for the next event, and meanwhile looks whether somebody reads.
pub(super) async fn next(events: &mut Events) -> Result<Next, Failure> {
    let mut looks = interval(LOOK);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut event = std::pin::pin!(events.next());
    loop {
        tokio::select! {
            event = &mut event => return Ok(event?.map_or(Next::End, Next::Event)),
            _ = looks.tick() => {
                if is_reader_gone() {
                    return Ok(Next::ReaderGone);
                }
            }
        }
    }
}

/// Whether stdout is a pipe that nobody reads any more.
fn is_reader_gone() -> bool {
    let stdout = io::stdout();
    let mut watched = [PollFd::new(&stdout, PollFlags::empty())];
    let now = Timespec { tv_sec: 0, tv_nsec: 0 };
    poll(&mut watched, Some(&now)).is_ok() && watched[0].revents().intersects(PollFlags::ERR | PollFlags::HUP)
}

/// An event as a line: for people, or as JSON.
fn text(form: Form, event: &ServerEvent) -> Result<String, Failure> {
    match form {
        Form::Json | Form::Yaml => {
            let data = parse(&event.data, &Rules::STORED).map_err(|error| event.unreadable(error))?;
            let mut object = Object::new();
            object.insert("event", Json::string(event.name.clone()));
            if !event.id.is_empty() {
                object.insert("id", Json::string(event.id.clone()));
            }
            object.insert("data", data);
            let line = to_compact(&Json::Object(object)) + "\n";
            // JSON on one line is YAML too, each line a document of its own.
            Ok(if form == Form::Yaml { format!("--- {line}") } else { line })
        }
        Form::Table | Form::Name => {
            let lines = lines(form, event)?;
            Ok(lines.into_iter().map(|line| printable(&line) + "\n").collect())
        }
    }
}

fn lines(form: Form, event: &ServerEvent) -> Result<Vec<String>, Failure> {
    let is_name = form == Form::Name;
    Ok(match event.name.as_str() {
        "server" => {
            let change: ServerChange<'_> = event.read()?;
            if is_name { vec![change.name.into_owned()] } else { vec![server_line(&change)] }
        }
        _ if is_name => Vec::new(),
        "opened" => vec!["watching".to_owned()],
        "document" => {
            let change: DocumentChange = event.read()?;
            vec![format!("the settings: {}", change.reason.as_deref().unwrap_or("can be read and written"))]
        }
        "instances" => {
            let statuses: InstanceStatuses<'_> = event.read()?;
            let line = |status: &crate::api::InstanceStatus<'_>| {
                let (state, health) = (status.state.as_str(), status.health.as_str());
                format!("{} {} is {state}, {health}", utc(status.since_ms), status.name)
            };
            statuses.instances.iter().map(line).collect()
        }
        _ => Vec::new(),
    })
}

fn server_line(change: &ServerChange<'_>) -> String {
    let at = utc(i64::try_from(change.at_ms).unwrap_or(i64::MAX));
    let by = change.by.as_deref().unwrap_or("another program");
    let what = match (change.change, &change.renamed_to, &change.renamed_from) {
        (_, Some(to), _) => format!("renamed to {to}"),
        (_, _, Some(from)) => format!("renamed from {from}"),
        (crate::api::ChangeKind::Created, ..) => "created".to_owned(),
        (crate::api::ChangeKind::Removed, ..) => "removed".to_owned(),
        (crate::api::ChangeKind::Changed, ..) => {
            let members: Vec<&str> = change.members.iter().map(|pointer| pointer.as_str()).collect();
            format!("changed at {}", members.join(" "))
        }
    };
    format!("{at} {} {what} by {by}", change.name)
}
