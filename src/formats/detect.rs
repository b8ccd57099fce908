//! Which format a text is in, by the name of its file and by members that only one client has. Where several fit equally
//! well none is guessed: the text is read as what says of no client that it is its own.

use crate::json::{Json, Object};

use super::client::FileSyntax;
use super::clients;
use super::format::Format;
use super::server_json;
use super::source::{Source, Syntax};

/// A format and what else fits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::formats) struct Detected {
    pub(in crate::formats) format: Format,
    pub(in crate::formats) also_fits: Vec<Format>,
}

/// What a path ends with in one client only, and how much that says.
const FILES: [(&str, Format, u32); 38] = [
    ("claude_desktop_config.json", Format::ClaudeDesktop, SURE),
    (".claude.json", Format::ClaudeHome, SURE),
    (".cursor/mcp.json", Format::Cursor, SURE),
    (".vscode/mcp.json", Format::Vscode, SURE),
    ("Code/User/mcp.json", Format::Vscode, SURE),
    ("cline_mcp_settings.json", Format::Cline, SURE),
    (".roo/mcp.json", Format::Roo, SURE),
    ("rooveterinaryinc.roo-cline/settings/mcp_settings.json", Format::Roo, SURE),
    ("mcp_settings.json", Format::Roo, LIKELY),
    ("mcp_config.json", Format::Windsurf, LIKELY),
    (".gemini/settings.json", Format::Gemini, SURE),
    (".qwen/settings.json", Format::Gemini, SURE),
    ("gemini-extension.json", Format::Gemini, SURE),
    (".zed/settings.json", Format::Zed, SURE),
    (".config/zed/settings.json", Format::Zed, SURE),
    (".vscode/settings.json", Format::VscodeSettings, SURE),
    ("opencode.json", Format::Opencode, SURE),
    ("opencode.jsonc", Format::Opencode, SURE),
    (".lmstudio/mcp.json", Format::LmStudio, SURE),
    (".amazonq/mcp.json", Format::AmazonQ, SURE),
    ("amazonq/mcp.json", Format::AmazonQ, SURE),
    (".kiro/settings/mcp.json", Format::Kiro, SURE),
    ("settings/mcp.json", Format::Kiro, WEAK),
    ("mcp-config.json", Format::Copilot, LIKELY),
    (".github/mcp.json", Format::Copilot, SURE),
    (".junie/mcp/mcp.json", Format::Junie, SURE),
    (".warp/.mcp.json", Format::Warp, SURE),
    (".openhands/mcp.json", Format::OpenhandsCli, SURE),
    (".mcp.json", Format::ClaudeCode, LIKELY),
    (".mcp.json", Format::Copilot, WEAK),
    (".mcp.json", Format::Warp, WEAK),
    ("mcp.json", Format::Cursor, WEAK),
    ("mcp.json", Format::LmStudio, WEAK),
    ("mcp.json", Format::Roo, WEAK),
    ("mcp.json", Format::AmazonQ, WEAK),
    ("mcp.json", Format::Kiro, WEAK),
    ("mcp.json", Format::Junie, WEAK),
    ("settings.json", Format::Gemini, LIKELY),
];

const SURE: u32 = 100;
const LIKELY: u32 = 10;
const WEAK: u32 = 1;

/// The clients that have `mcpServers` in JSON.
const USUAL: [Format; 14] = [
    Format::ClaudeCode,
    Format::ClaudeDesktop,
    Format::Cursor,
    Format::Cline,
    Format::Roo,
    Format::Windsurf,
    Format::Gemini,
    Format::LmStudio,
    Format::AmazonQ,
    Format::Kiro,
    Format::Copilot,
    Format::Junie,
    Format::Warp,
    Format::OpenhandsCli,
];

/// Members of entries that only one client has.
const MEMBERS: [(&str, Format, u32); 30] = [
    ("headersHelper", Format::ClaudeCode, 8),
    ("alwaysLoad", Format::ClaudeCode, 8),
    ("envFile", Format::Cursor, 5),
    ("auth.CLIENT_ID", Format::Cursor, 12),
    ("autoApprove", Format::Cline, 2),
    ("autoApprove", Format::Kiro, 2),
    ("transportType", Format::Cline, 6),
    ("type=streamableHttp", Format::Cline, 6),
    ("oauthClient", Format::Cline, 8),
    ("transport.type", Format::Cline, 8),
    ("remoteConfigured", Format::Cline, 6),
    ("alwaysAllow", Format::Roo, 4),
    ("alwaysAllow", Format::Windsurf, 1),
    ("watchPaths", Format::Roo, 8),
    ("type=streamable-http", Format::Roo, 4),
    ("disabledTools", Format::Roo, 1),
    ("disabledTools", Format::Windsurf, 1),
    ("disabledTools", Format::Kiro, 2),
    ("serverUrl", Format::Windsurf, 8),
    ("httpUrl", Format::Gemini, 8),
    ("trust", Format::Gemini, 4),
    ("includeTools", Format::Gemini, 6),
    ("excludeTools", Format::Gemini, 6),
    ("authProviderType", Format::Gemini, 8),
    ("oauthScopes", Format::AmazonQ, 3),
    ("oauthScopes", Format::Kiro, 3),
    ("type=local", Format::Copilot, 6),
    ("tools", Format::Copilot, 6),
    ("working_directory", Format::Warp, 8),
    ("start_on_launch", Format::Warp, 8),
];

/// Members of a file beside its servers that only one client has.
const SISTERS: [(&str, Format, u32); 10] = [
    ("globalShortcut", Format::ClaudeDesktop, 8),
    ("preferences", Format::ClaudeDesktop, 4),
    ("mcp", Format::Gemini, 8),
    ("selectedAuthType", Format::Gemini, 8),
    ("security", Format::Gemini, 2),
    ("useLegacyMcpJson", Format::AmazonQ, 12),
    ("allowedTools", Format::AmazonQ, 4),
    ("numStartups", Format::ClaudeHome, 12),
    ("powers", Format::Kiro, 4),
    ("ui", Format::Gemini, 1),
];

/// What a score must be at least to be believed.
const ENOUGH: u32 = 4;

/// Which format a text that was read is in.
pub(in crate::formats) fn detect(source: &Source, file: Option<&str>) -> Detected {
    let sure = |format| Detected { format, also_fits: Vec::new() };
    let Json::Object(root) = &source.root else { return sure(Format::Plain) };
    let has = |name: &str| root.get(name).is_some_and(|value| value.as_object().is_some());
    match source.syntax {
        // A list of this name is another client's.
        Syntax::Toml if root.get("mcp_servers").is_some_and(|list| list.as_array().is_some()) => {
            return sure(Format::Plain);
        }
        Syntax::Toml if has("mcp_servers") || !has("mcp") => return sure(Format::Codex),
        Syntax::Toml => return sure(Format::OpenhandsToml),
        Syntax::Yaml if has("extensions") => return sure(Format::Goose),
        Syntax::Yaml if root.get("mcpServers").is_some_and(|list| list.as_array().is_some()) => {
            return sure(Format::Continue);
        }
        Syntax::Yaml if has("mcpServers") => return sure(Format::Librechat),
        Syntax::Yaml | Syntax::Line => return sure(Format::Plain),
        Syntax::Json => {}
    }
    if server_json::is_one(root) {
        return sure(Format::ServerJson);
    }
    if has("context_servers") {
        return sure(Format::Zed);
    }
    if clients::has_lists(root) {
        return sure(Format::OpenhandsToml);
    }
    let mcp = root.get("mcp").and_then(Json::as_object);
    if mcp.is_some_and(|mcp| mcp.contains("servers")) || has("mcp.servers") || has("amp.mcpServers") {
        return sure(Format::VscodeSettings);
    }
    if let Some(servers) = mcp.filter(|_| !root.contains("mcpServers")) {
        let is_typed = |value: &Json| {
            let word = value.get("type").and_then(Json::as_str);
            word.is_some_and(|word| word == "local" || word == "remote")
        };
        let is_named = scores_of_file(file).iter().any(|(format, _)| *format == Format::Opencode);
        if is_named || servers.iter().any(|(_, value)| is_typed(value)) {
            return sure(Format::Opencode);
        }
    }
    if has("servers") && !root.contains("mcpServers") {
        return sure(Format::Vscode);
    }
    if root.get("mcpServers").is_some_and(|list| list.as_array().is_some()) {
        return sure(Format::Continue);
    }
    let projects = root.get("projects").and_then(Json::as_object);
    if projects.is_some_and(|projects| {
        projects
            .iter()
            .any(|(_, project)| project.as_object().is_some_and(|project| project.contains("mcpServers")))
    }) {
        return sure(Format::ClaudeHome);
    }
    if !has("mcpServers") {
        return sure(named(file).unwrap_or(Format::Plain));
    }
    usual(root, file)
}

/// The client whose file has this name and nobody else's.
fn named(file: Option<&str>) -> Option<Format> {
    scores_of_file(file).into_iter().find(|(_, score)| *score == SURE).map(|(format, _)| format)
}

fn scores_of_file(file: Option<&str>) -> Vec<(Format, u32)> {
    let Some(file) = file else { return Vec::new() };
    let path = file.replace('\\', "/");
    let ends =
        |end: &str| path.strip_suffix(end).is_some_and(|before| before.is_empty() || before.ends_with('/'));
    FILES.iter().filter(|(end, _, _)| ends(end)).map(|(_, format, score)| (*format, *score)).collect()
}

/// Among the clients that have `mcpServers`, by their signs.
fn usual(root: &Object, file: Option<&str>) -> Detected {
    let mut scores: Vec<(Format, u32)> = USUAL.iter().map(|format| (*format, 0)).collect();
    scores.push((Format::ClaudeHome, 0));
    let mut add = |format, score| {
        if let Some((_, own)) = scores.iter_mut().find(|(own, _)| *own == format) {
            *own += score;
        }
    };
    scores_of_file(file).into_iter().for_each(|(format, score)| add(format, score));
    SISTERS
        .iter()
        .filter(|(name, _, _)| root.contains(name))
        .for_each(|(_, format, score)| add(*format, *score));
    let entries = root.get("mcpServers").and_then(Json::as_object);
    let entries: Vec<&Object> =
        entries.into_iter().flat_map(Object::iter).filter_map(|(_, entry)| entry.as_object()).collect();
    for (sign, format, score) in MEMBERS {
        if entries.iter().any(|entry| has_sign(entry, sign, format)) {
            add(format, score);
        }
    }
    // In this order, so that of equals the more usual one comes first.
    scores.sort_by_key(|(_, score)| std::cmp::Reverse(*score));
    let (format, best) = scores[0];
    let is_alone = scores[1].1 < best;
    if best < ENOUGH || !is_alone {
        let fits = scores.iter().filter(|(_, score)| 0 < *score || best == 0);
        let fits = fits.map(|(format, _)| *format).filter(|format| *format != Format::ClaudeHome);
        return Detected { format: Format::Plain, also_fits: fits.collect() };
    }
    let others = scores[1..].iter().filter(|(_, score)| 0 < *score && best < SURE);
    Detected { format, also_fits: others.map(|(format, _)| *format).collect() }
}

/// `member`, `member.inner`, or `member=text`.
fn has_sign(entry: &Object, sign: &str, format: Format) -> bool {
    if let Some((name, text)) = sign.split_once('=') {
        return entry.get(name).and_then(Json::as_str) == Some(text);
    }
    if let Some((name, inner)) = sign.split_once('.') {
        return entry.get(name).and_then(Json::as_object).is_some_and(|object| object.contains(inner));
    }
    // An object of this name is ours.
    let is_list =
        format != Format::Copilot || entry.get(sign).is_some_and(|value| value.as_array().is_some());
    entry.contains(sign) && is_list
}

/// The syntax that a file's name says.
pub(in crate::formats) fn syntax_of(file: Option<&str>) -> Option<FileSyntax> {
    let (_, end) = file?.rsplit_once('.')?;
    match end.to_ascii_lowercase().as_str() {
        "json" | "jsonc" | "json5" | "code-workspace" => Some(FileSyntax::Json),
        "toml" => Some(FileSyntax::Toml),
        "yaml" | "yml" => Some(FileSyntax::Yaml),
        _ => None,
    }
}

/// Whether the text of a format is lines.
pub(in crate::formats) fn is_lines(format: Format) -> bool {
    format.file().is_none()
}

/// The syntax that a format has, where it has only one.
pub(in crate::formats) fn syntax(format: Format) -> Option<FileSyntax> {
    match format {
        Format::Plain | Format::Continue => None,
        format => Some(clients::of(format).syntax),
    }
}
