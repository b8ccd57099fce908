//! `mcp-settings check`: whether the service would start and could do everything, without starting it. It reports
//! configuration, keys, settings file and permissions, and makes and changes nothing.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::ExitCode;

use crate::config::Flags;
use crate::downstream::Base;
use crate::service::{Service, ServiceError};

use super::assemble::{Resolved, Source, open_for_command};
use super::failure::Failure;
use super::report::Report;
use super::{gateways, log, static_servers};

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  mcp-settings check")]
pub(super) struct Arguments {
    #[command(flatten)]
    source: Source,
}

pub(super) fn run(arguments: Arguments) -> Result<ExitCode, Failure> {
    let Resolved { config, file, warnings } = arguments.source.resolve(Flags::default())?;
    log::targets(&config)?;
    let mut report = Report::default();
    let place =
        file.map_or_else(|| "no file; variables and defaults".to_owned(), |path| path.display().to_string());
    report.ok("configuration", &place);
    for warning in warnings {
        report.warning("configuration", &warning);
    }
    if let Some(path) = &config.static_servers {
        match static_servers::read(path) {
            Ok(file) => {
                report.ok("static servers", &format!("{} in `{}`", file.servers.len(), path.display()));
                for warning in file.warnings {
                    report.warning("static servers", &warning);
                }
            }
            Err(failure) => report.error("static servers", &failure.line()),
        }
    }
    if !config.downstream.is_empty() {
        match gateways::bases(&config.downstream) {
            Ok(bases) => {
                let texts: Vec<&str> = bases.iter().map(Base::as_str).collect();
                report.ok("gateways", &texts.join(", "));
            }
            Err(failure) => report.error("gateways", &failure.line()),
        }
    }
    let settings = config.settings.display();
    match fs::metadata(&config.settings) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            report.ok("settings file", &format!("`{settings}` is not there yet; the first write makes it"));
            return Ok(report.code());
        }
        Err(error) => report.error("settings file", &format!("`{settings}` can't be looked at: {error}")),
        Ok(metadata) if !metadata.is_file() => {
            report.error("settings file", &format!("`{settings}` is not a regular file"));
            return Ok(report.code());
        }
        Ok(metadata) => report.permissions(&config.settings, metadata.permissions().mode()),
    }
    match open_for_command(&config) {
        Err(failure) => report.error("keys", &failure.line()),
        Ok((service, _)) => {
            actix_web::rt::System::new().block_on(report.service(&service, &settings.to_string()));
        }
    }
    Ok(report.code())
}

impl Report {
    /// Others who can read the file see what is in clear in it; others who can write it can change every server.
    fn permissions(&mut self, settings: &Path, mode: u32) {
        if mode & 0o022 != 0 {
            self.error(
                "permissions",
                &format!("others may write `{}`: run `chmod go-w` on it", settings.display()),
            );
        } else if mode & 0o044 != 0 {
            self.warning(
                "permissions",
                &format!("others may read `{}`: run `chmod go-r` on it", settings.display()),
            );
        } else {
            self.ok("permissions", "nobody else may read or write the settings file");
        }
    }

    async fn service(&mut self, service: &Service, settings: &str) {
        match service.readiness().await {
            Err(error) => {
                return self.error("settings file", &format!("`{settings}` can't be used: {error}"));
            }
            Ok(reasons) if reasons.is_empty() => {
                self.ok("settings file", &format!("`{settings}` can be read and written"))
            }
            Ok(reasons) => {
                for reason in reasons {
                    self.error(reason.code(), &reason.detail());
                }
            }
        }
        match service.check_rotation().await {
            // Said already, or there is no secret yet for which a key would be needed.
            Err(ServiceError::KeyMissing | ServiceError::WrongKey) => {}
            Err(error) => {
                self.warning(
                    "values",
                    &Failure::new("a rotation of keys would be refused").because(error).line(),
                );
            }
            Ok(rotation) => {
                for (server, pointer) in &rotation.unreadable {
                    let server = server.as_str().escape_default();
                    self.error("values", &format!("no key opens `{pointer}` of the server `{server}`"));
                }
                if 0 < rotation.unreadable_outside {
                    let count = rotation.unreadable_outside;
                    self.error("values", &format!("no key opens {count} values outside the servers"));
                }
                for server in &rotation.malformed {
                    let server = server.as_str().escape_default();
                    self.warning("values", &format!("the server `{server}` is not a configuration"));
                }
                if 0 < rotation.resealed {
                    let count = rotation.resealed;
                    self.warning(
                        "values",
                        &format!("older keys encrypted {count} values: run `mcp-settings rotate-key`"),
                    );
                }
                if rotation.is_complete() && rotation.resealed == 0 {
                    self.ok("values", "the newest key opens every encrypted value");
                }
            }
        }
    }
}
