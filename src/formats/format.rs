//! The formats that are read and written: their names, and under which name a server keeps what only a client
//! understands. It does not know what a text of a format looks like.

use std::fmt;
use std::str::FromStr;

/// A form in which some client, or some program's command line, writes down servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// `claude_desktop_config.json`
    ClaudeDesktop,
    /// `.mcp.json` of Claude Code.
    ClaudeCode,
    /// `~/.claude.json` of Claude Code: several maps in one file.
    ClaudeHome,
    /// Lines with `claude mcp add` and `claude mcp add-json`.
    ClaudeAdd,
    /// `mcp.json` of Cursor.
    Cursor,
    /// `mcp.json` of VS Code.
    Vscode,
    /// `settings.json` of VS Code.
    VscodeSettings,
    /// `cline_mcp_settings.json`
    Cline,
    /// `mcp.json` and `mcp_settings.json` of Roo Code.
    Roo,
    /// `mcp_config.json` of Windsurf.
    Windsurf,
    /// `settings.json` of Gemini CLI.
    Gemini,
    /// `settings.json` of Zed.
    Zed,
    /// `config.toml` of Codex.
    Codex,
    /// `config.yaml` of Goose.
    Goose,
    /// `opencode.json` and `opencode.jsonc`
    Opencode,
    /// `config.yaml` of Continue.
    Continue,
    /// `mcp.json` of LM Studio.
    LmStudio,
    /// `mcp.json` and the agents of Amazon Q CLI.
    AmazonQ,
    /// `mcp.json` of Kiro.
    Kiro,
    /// `mcp-config.json` of GitHub Copilot CLI, and the text field of its coding agent.
    Copilot,
    /// `mcp.json` of Junie.
    Junie,
    /// `.mcp.json` of Warp.
    Warp,
    /// `librechat.yaml`
    Librechat,
    /// `[mcp]` in the old `config.toml` of OpenHands.
    OpenhandsToml,
    /// `mcp.json` of OpenHands CLI.
    OpenhandsCli,
    /// `server.json` of the registry, a template with choices.
    ServerJson,
    /// Install links.
    Links,
    /// Addresses and command lines of several programs.
    Lines,
    /// A map, a list or one entry that says of no client that it is its own.
    Plain,
}

/// A word that names no format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is not the name of a format")]
pub struct UnknownFormat;

/// Each format with its name and the name of its bag.
const NAMES: [(Format, &str, &str); 29] = [
    (Format::ClaudeDesktop, "claude-desktop", "claude-desktop"),
    (Format::ClaudeCode, "claude-code", "claude-code"),
    (Format::ClaudeHome, "claude-home", "claude-code"),
    (Format::ClaudeAdd, "claude-add", "claude-code"),
    (Format::Cursor, "cursor", "cursor"),
    (Format::Vscode, "vscode", "vscode"),
    (Format::VscodeSettings, "vscode-settings", "vscode"),
    (Format::Cline, "cline", "cline"),
    (Format::Roo, "roo", "roo"),
    (Format::Windsurf, "windsurf", "windsurf"),
    (Format::Gemini, "gemini", "gemini"),
    (Format::Zed, "zed", "zed"),
    (Format::Codex, "codex", "codex"),
    (Format::Goose, "goose", "goose"),
    (Format::Opencode, "opencode", "opencode"),
    (Format::Continue, "continue", "continue"),
    (Format::LmStudio, "lm-studio", "lm-studio"),
    (Format::AmazonQ, "amazon-q", "amazon-q"),
    (Format::Kiro, "kiro", "kiro"),
    (Format::Copilot, "copilot", "copilot"),
    (Format::Junie, "junie", "junie"),
    (Format::Warp, "warp", "warp"),
    (Format::Librechat, "librechat", "librechat"),
    (Format::OpenhandsToml, "openhands-toml", "openhands"),
    (Format::OpenhandsCli, "openhands-cli", "openhands"),
    (Format::ServerJson, "server-json", "server-json"),
    (Format::Links, "links", "links"),
    (Format::Lines, "lines", "lines"),
    (Format::Plain, "plain", "plain"),
];

impl Format {
    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        NAMES.iter().map(|(format, _, _)| *format)
    }

    /// The name by which a caller asks for it.
    pub fn as_str(self) -> &'static str {
        self.row().1
    }

    /// The member of `extensions` that holds what only this client understands.
    pub fn bag(self) -> &'static str {
        self.row().2
    }

    /// The usual name of the client's file; none where servers are lines.
    pub fn file(self) -> Option<&'static str> {
        Some(match self {
            Self::ClaudeDesktop => "claude_desktop_config.json",
            Self::ClaudeCode | Self::Warp => ".mcp.json",
            Self::ClaudeHome => ".claude.json",
            Self::ClaudeAdd | Self::Links | Self::Lines => return None,
            Self::Cursor
            | Self::Vscode
            | Self::Roo
            | Self::LmStudio
            | Self::AmazonQ
            | Self::Kiro
            | Self::Junie
            | Self::OpenhandsCli
            | Self::Plain => "mcp.json",
            Self::VscodeSettings | Self::Gemini | Self::Zed => "settings.json",
            Self::Cline => "cline_mcp_settings.json",
            Self::Windsurf => "mcp_config.json",
            Self::Codex | Self::OpenhandsToml => "config.toml",
            Self::Goose | Self::Continue => "config.yaml",
            Self::Opencode => "opencode.json",
            Self::Copilot => "mcp-config.json",
            Self::Librechat => "librechat.yaml",
            Self::ServerJson => "server.json",
        })
    }

    /// The media type of its texts.
    pub fn media_type(self) -> &'static str {
        match self.file().and_then(|file| file.rsplit_once('.')) {
            Some((_, "json")) => "application/json",
            Some((_, "toml")) => "application/toml",
            Some((_, "yaml")) => "application/yaml",
            _ => "text/plain",
        }
    }

    /// Whether servers are written in it. A template and free lines are read only.
    pub fn is_written(self) -> bool {
        !matches!(self, Self::ServerJson | Self::Lines)
    }

    fn row(self) -> &'static (Self, &'static str, &'static str) {
        let mut rows = NAMES.iter();
        rows.find(|(format, _, _)| *format == self).expect("the table has a row for each format")
    }
}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(text: &str) -> Result<Self, UnknownFormat> {
        Self::all().find(|format| format.as_str() == text).ok_or(UnknownFormat)
    }
}

impl fmt::Display for Format {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}
