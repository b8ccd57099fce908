/** Names to offer for servers that come without one, or with one that is taken or not legal. */
import type { JsonObject } from "../json/value.ts";
import { destination } from "./destination.ts";
import { isServerName } from "./name.ts";

/** A legal name as near to this text as can be. */
export function legalName(text: string): string {
  const name = text.trim().replace(/[^A-Za-z0-9_.@:+-]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 128);
  return isServerName(name) === null ? name : "server";
}

/** This name, or the first of name-2, name-3 … that is free. */
export function freeName(name: string, isTaken: (name: string) => boolean): string {
  for (let number = 1; ; number++) {
    const suffix = number === 1 ? "" : `-${number}`;
    const candidate = name.slice(0, 128 - suffix.length) + suffix;
    if (!isTaken(candidate)) return candidate;
  }
}

/** What a server might be called: after its package, image or script, or its host. */
export function nameFor(config: JsonObject): string {
  const to = destination(config);
  if (to.kind === "none") return "server";
  if (to.kind === "remote") return legalName(hostName(to.host));
  const args = config.get("args");
  const words = Array.isArray(args) ? args.filter((word) => typeof word === "string") : [];
  return legalName(programName(to.command, words));
}

/** Flags of the usual launchers that take a value. */
const FLAGS_WITH_VALUE = new Set([
  ...["-p", "--package", "--from", "--with", "--python", "-c", "--call", "--directory", "--project", "-e", "--env", "-v", "--volume"],
  ...["--mount", "--name", "--network", "--env-file", "-w", "--workdir", "-u", "--user", "--entrypoint", "--add-host", "-l", "--label"],
]);

/** Words that come before what is run, by launcher. */
const LAUNCHERS: ReadonlyMap<string, string[]> = new Map(
  Object.entries({
    npx: [],
    bunx: [],
    uvx: [],
    pipx: ["run"],
    pnpm: ["dlx", "exec"],
    yarn: ["dlx"],
    npm: ["exec", "x"],
    bun: ["x", "run"],
    uv: ["run", "tool"],
    docker: ["run", "container"],
    podman: ["run", "container"],
    node: [],
    deno: ["run"],
    python: [],
    python3: [],
    cmd: ["/c", "/C", "npx"],
  }),
);

/** Whether this is a program that runs others. */
export function isLauncher(command: string): boolean {
  return LAUNCHERS.has(baseName(command));
}

function programName(command: string, args: string[]): string {
  const launcher = baseName(command);
  const verbs = LAUNCHERS.get(launcher);
  if (verbs === undefined) return launcher;
  const module = /^python3?$/.test(launcher) ? args[args.indexOf("-m") + 1] : undefined;
  if (module !== undefined && args.includes("-m")) return packageName(module);
  for (let index = 0; index < args.length; index++) {
    const word = args[index] ?? "";
    if (FLAGS_WITH_VALUE.has(word)) index += 1;
    else if (!word.startsWith("-") && !verbs.includes(word)) return packageName(word, args.slice(index + 1));
  }
  return launcher;
}

/** Of `@scope/server-name@1.2` the name; of a path the most telling part of it. */
function packageName(word: string, rest: string[] = []): string {
  const url = rest.find((other) => /^https?:\/\//.test(other));
  if (/^mcp-remote(@|$)/.test(word) && url !== undefined) return hostName(new URL(url).hostname);
  const parts = word.replace(/(?<=.)@[^/]*$/, "").replace(/:[\w.-]+$/, "").split(/[/\\]/).filter((part) => part !== "");
  const telling = parts.map(bareName).filter((part) => part !== "");
  return telling.at(-1) ?? "server";
}

/** A part of a package's name or path without what every server's has. */
function bareName(part: string): string {
  const name = part.replace(/^@/, "").replace(/\.(js|mjs|cjs|ts|py|jar|exe|sh)$/, "");
  const bare = name.replace(/^(mcp[-_]?server|server|mcp)([-_]|$)/i, "").replace(/(^|[-_])(mcp[-_]?server|mcp|server)$/i, "");
  return /^(index|main|build|dist|src|bin|latest|\.+)$/i.test(bare) ? "" : bare;
}

function baseName(path: string): string {
  return (path.split(/[/\\]/).at(-1) ?? path).replace(/\.(exe|cmd)$/i, "");
}

/** Of `mcp.example.com` the `example`. */
function hostName(host: string): string {
  const labels = host.replace(/^\[|\]$/g, "").split(".");
  if (labels.length < 2 || /^[\d.:]+$/.test(host)) return host;
  const telling = labels.slice(0, -1).filter((label) => !/^(www|mcp|api|server|co|com)$/.test(label));
  return telling.at(-1) ?? labels[0] ?? host;
}
