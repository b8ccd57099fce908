//! The clients, one file each: what the table of `client.rs` says of it, and what only it does.

mod amazon;
mod claude_code;
mod claude_desktop;
mod cline;
mod codex;
mod continue_yaml;
mod copilot;
mod cursor;
mod gemini;
mod goose;
mod junie;
mod librechat;
mod opencode;
mod openhands;
mod plain;
mod roo;
mod vscode;
mod warp;
mod windsurf;
mod zed;

pub(in crate::formats) use openhands::has_lists;
pub(in crate::formats) use plain::{is_other_map, looks_like_server};

use super::client::Client;
use super::format::Format;

/// The client whose words a format is in; that of a template or of lines says nothing itself.
pub(in crate::formats) fn of(format: Format) -> &'static Client {
    match format {
        Format::ClaudeDesktop => &claude_desktop::CLIENT,
        Format::ClaudeCode => &claude_code::CLIENT,
        Format::ClaudeHome => &claude_code::HOME,
        Format::ClaudeAdd => &claude_code::ADD,
        Format::Cursor => &cursor::CLIENT,
        Format::Vscode => &vscode::CLIENT,
        Format::VscodeSettings => &vscode::SETTINGS,
        Format::Cline => &cline::CLIENT,
        Format::Roo => &roo::CLIENT,
        Format::Windsurf => &windsurf::CLIENT,
        Format::Gemini => &gemini::CLIENT,
        Format::Zed => &zed::CLIENT,
        Format::Codex => &codex::CLIENT,
        Format::Goose => &goose::CLIENT,
        Format::Opencode => &opencode::CLIENT,
        Format::Continue => &continue_yaml::CLIENT,
        Format::LmStudio => &cursor::LM_STUDIO,
        Format::AmazonQ => &amazon::Q,
        Format::Kiro => &amazon::KIRO,
        Format::Copilot => &copilot::CLIENT,
        Format::Junie => &junie::CLIENT,
        Format::Warp => &warp::CLIENT,
        Format::Librechat => &librechat::CLIENT,
        Format::OpenhandsToml => &openhands::TOML,
        Format::OpenhandsCli => &openhands::CLI,
        Format::ServerJson | Format::Links | Format::Lines | Format::Plain => &plain::CLIENT,
    }
}
