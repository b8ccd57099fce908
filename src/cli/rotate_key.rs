//! `mcp-settings rotate-key`: encrypts again, under the newest key, what older keys encrypted; also beside
//! a running service.

use std::process::ExitCode;

use crate::config::Flags;
use crate::service::{Rotation, audit};
use crate::state::{Resealed, check_reseal, reseal};

use super::assemble::{Resolved, Source, open_for_command, refuse_to_make_files_of_root};
use super::failure::{Exit, Failure};
use super::log;

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  mcp-settings rotate-key --check")]
pub(super) struct Arguments {
    #[command(flatten)]
    source: Source,
    /// Go on with the newest key although values are there whose key is lost; those values stay as they are
    #[arg(long)]
    old_key_lost: bool,
    /// Only tell what would be done, and whether every running service has the newest key
    #[arg(long, conflicts_with = "old_key_lost")]
    check: bool,
}

pub(super) fn run(arguments: Arguments) -> Result<ExitCode, Failure> {
    let Resolved { config, .. } = arguments.source.resolve(Flags::default())?;
    log::start(&config)?;
    // Opening the store would make the folder.
    if config.settings.try_exists().is_ok_and(|is_there| !is_there) {
        return Err(Failure::new(format!("there is no settings file `{}`", config.settings.display())));
    }
    if !arguments.check {
        refuse_to_make_files_of_root(&config.settings, arguments.old_key_lost)?;
    }
    let (service, state) = open_for_command(&config)?;
    let refused = |error| Failure::new("could not rotate the keys; the document is as it was").because(error);
    let runtime = actix_web::rt::System::new();
    let judge = |token: &str| service.rotate_value(token);
    if arguments.check {
        let rotation = runtime
            .block_on(service.check_rotation())
            .map_err(|error| Failure::new("a rotation would be refused").because(error))?;
        let in_state = state.as_ref().map_or(Ok(Resealed::default()), |state| check_reseal(state, judge));
        let in_state =
            in_state.map_err(|error| Failure::new("could not look into the state").because(error))?;
        report("would encrypt again", &rotation, in_state);
        return Ok(code(&rotation, in_state));
    }
    let rotation = runtime.block_on(service.rotate()).map_err(refused)?;
    if arguments.old_key_lost {
        service
            .accept_lost_key()
            .map_err(|error| Failure::new("could not note that the old key is lost").because(error))?;
    }
    let in_state = state.as_ref().map_or(Ok(Resealed::default()), |state| reseal(state, judge));
    let in_state = in_state.map_err(|error| {
        let what =
            "the document has the newest key, but what the service remembers could not be encrypted again";
        Failure::new(what)
            .because(error)
            .hint("fix that and run the command again, before you remove the old key")
    })?;
    audit::record_rotation(rotation.resealed + in_state.resealed, arguments.old_key_lost);
    report("encrypted again", &rotation, in_state);
    if in_state.has_remains {
        tracing::warn!(
            "another process reads the state: run the command again, to remove values of older keys from the disk"
        );
    }
    Ok(code(&rotation, in_state))
}

fn code(rotation: &Rotation, in_state: Resealed) -> ExitCode {
    if rotation.is_complete() && in_state.unreadable == 0 { ExitCode::SUCCESS } else { Exit::Differs.into() }
}

#[expect(clippy::print_stdout, reason = "the report is the command's data")]
fn report(done: &str, rotation: &Rotation, in_state: Resealed) {
    println!("{done}: {}", rotation.resealed + in_state.resealed);
    for (server, pointer) in &rotation.unreadable {
        println!("no key opens: server `{}` at `{pointer}`", server.as_str());
    }
    if 0 < rotation.unreadable_outside {
        println!("no key opens: {} values outside the servers", rotation.unreadable_outside);
    }
    if 0 < in_state.unreadable {
        println!("no key opens: {} values that the service remembers", in_state.unreadable);
    }
    for server in &rotation.malformed {
        println!("not read: server `{}` is no configuration", server.as_str());
    }
    if 0 < rotation.unread {
        println!("not read: {} encrypted values of older keys in such servers", rotation.unread);
    }
}
