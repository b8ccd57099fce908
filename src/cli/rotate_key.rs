//! `mcp-settings rotate-key`: encrypts again, under the newest key, what older keys encrypted; also beside
//! a running service.

use std::path::PathBuf;

use crate::config::Flags;
use crate::service::{Rotation, audit};

use super::assemble::{Resolved, open_service, resolve};
use super::{Failure, log};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The settings document [env: MCP_SETTINGS_FILE]
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
    /// A configuration file (TOML)
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Go on with the newest key although values are there whose key is lost; those values stay as they are
    #[arg(long)]
    old_key_lost: bool,
}

pub(super) fn run(arguments: Arguments) -> Result<(), Failure> {
    let flags = Flags { settings: arguments.settings, ..Flags::default() };
    let Resolved { config, .. } = resolve(arguments.config.as_deref(), flags)?;
    log::start(&config)?;
    let service = open_service(&config)?;
    let rotation = actix_web::rt::System::new().block_on(service.rotate()).map_err(|error| {
        Failure::new("could not rotate the keys; the document is as it was").because(error)
    })?;
    if arguments.old_key_lost {
        service
            .accept_lost_key()
            .map_err(|error| Failure::new("could not note that the old key is lost").because(error))?;
    }
    audit::record_rotation(rotation.resealed, arguments.old_key_lost);
    report(&rotation);
    Ok(())
}

#[expect(clippy::print_stdout, reason = "the report is the command's data")]
fn report(rotation: &Rotation) {
    println!("encrypted again: {}", rotation.resealed);
    for (server, pointer) in &rotation.unreadable {
        println!("no key opens: server `{}` at `{pointer}`", server.as_str());
    }
    if 0 < rotation.unreadable_outside {
        println!("no key opens: {} values outside the servers", rotation.unreadable_outside);
    }
    for server in &rotation.malformed {
        println!("not read: server `{}` is no configuration", server.as_str());
    }
}
