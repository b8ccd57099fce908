/** The formats of other clients by the names that people know, in groups. It does not know what they look like. */
import type { Format, WrittenFormat } from "../api/import.ts";

export type Group = "terminal" | "editors" | "apps" | "others";

/** Each format: its name, and its group. */
const FORMATS: Record<Format, { name: string; group: Group }> = {
  "amazon-q": { name: "Amazon Q CLI", group: "terminal" },
  "claude-code": { name: "Claude Code (.mcp.json)", group: "terminal" },
  "claude-home": { name: "Claude Code (~/.claude.json)", group: "terminal" },
  "claude-add": { name: "Claude Code (claude mcp add)", group: "terminal" },
  codex: { name: "Codex", group: "terminal" },
  gemini: { name: "Gemini CLI", group: "terminal" },
  copilot: { name: "GitHub Copilot CLI", group: "terminal" },
  opencode: { name: "opencode", group: "terminal" },
  "openhands-cli": { name: "OpenHands CLI", group: "terminal" },
  "openhands-toml": { name: "OpenHands (config.toml)", group: "terminal" },
  warp: { name: "Warp", group: "terminal" },
  cline: { name: "Cline", group: "editors" },
  continue: { name: "Continue", group: "editors" },
  cursor: { name: "Cursor", group: "editors" },
  junie: { name: "JetBrains Junie", group: "editors" },
  kiro: { name: "Kiro", group: "editors" },
  roo: { name: "Roo Code", group: "editors" },
  vscode: { name: "VS Code (mcp.json)", group: "editors" },
  "vscode-settings": { name: "VS Code (settings.json)", group: "editors" },
  windsurf: { name: "Windsurf", group: "editors" },
  zed: { name: "Zed", group: "editors" },
  "claude-desktop": { name: "Claude Desktop", group: "apps" },
  goose: { name: "Goose", group: "apps" },
  librechat: { name: "LibreChat", group: "apps" },
  "lm-studio": { name: "LM Studio", group: "apps" },
  plain: { name: "mcpServers (JSON)", group: "others" },
  links: { name: "Install links", group: "others" },
  lines: { name: "Command lines and URLs", group: "others" },
  "server-json": { name: "server.json of a registry", group: "others" },
};

const GROUPS: readonly Group[] = ["editors", "terminal", "apps", "others"];

export function nameOf(format: Format): string {
  return FORMATS[format].name;
}

/** Whether this word names a format. */
export function isFormat(word: string): word is Format {
  return Object.hasOwn(FORMATS, word);
}

/** Whether servers can be written in it. */
export function isWritten(format: Format): format is WrittenFormat {
  return !Object.hasOwn(READ_ONLY, format);
}

const READ_ONLY = { lines: true, "server-json": true } satisfies Record<Exclude<Format, WrittenFormat>, true>;

/** The formats by group, in the order in which they are offered. */
export function grouped(isOffered: (format: Format) => boolean): [Group, Format[]][] {
  const offered = Object.keys(FORMATS).filter(isFormat).filter(isOffered);
  return GROUPS.map((group): [Group, Format[]] => [group, offered.filter((format) => FORMATS[format].group === group)]).filter(([, formats]) => formats.length > 0);
}
