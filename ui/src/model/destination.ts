/**
 * Law L7 as the page foresees it: a kept secret does not follow its server to a new destination. The verdict is
 * the service's or a stricter one, never a laxer.
 */
import { get } from "../json/pointer.ts";
import type { Json, JsonObject } from "../json/value.ts";
import { writeJson } from "../json/write.ts";
import { EXTENSIONS } from "./position.ts";
import { HARMLESS } from "./secret-tables.generated.ts";
import { isPlainAt, keptSecrets } from "./secrets.ts";
import { isAmbiguous, replaceParts } from "./url-parts.ts";

/** Where the secrets of a server go. */
export type Destination =
  | { kind: "command"; command: string }
  | { kind: "remote"; scheme: string; host: string; port: string }
  | { kind: "none" };

const DEFAULT_PORTS = new Map(Object.entries({ http: "80", https: "443", ws: "80", wss: "443", ftp: "21" }));

/**
 * Where a server's secrets go. A URL that clients don't take apart alike has no scheme; all of it but its
 * secret parts is given as the host.
 */
export function destination(config: JsonObject): Destination {
  const command = present(config, "command");
  if (command !== undefined) return { kind: "command", command: textOf(command) };
  const url = present(config, "url");
  if (url === undefined) return { kind: "none" };
  const text = textOf(url);
  return origin(text) ?? { kind: "remote", scheme: "", host: replaceParts(text, "…"), port: "" };
}

/**
 * The secrets that the draft keeps but may not, and why, in words. `mayReveal` says whether the key may see
 * secrets: under one that may not, kept secrets survive harmless changes only.
 */
export function unboundSecrets(
  base: JsonObject,
  draft: JsonObject,
  mayReveal = true,
): { pointers: string[]; why: string } | null {
  const why = movement(base, draft) ?? (mayReveal ? null : harm(base, draft));
  if (why === null) return null;
  // What is kept for other clients is never given to the server.
  const isItsOwn = (at: string) => !at.startsWith(`/${EXTENSIONS}/`);
  const pointers = keptSecrets(draft).filter((at) => isItsOwn(at) && get(base, at) !== undefined);
  return pointers.length > 0 ? { pointers, why } : null;
}

/** The masks of the draft in places where the base has no secret: the service could restore nothing there. */
export function masksOfNothing(base: JsonObject | null, draft: JsonObject): string[] {
  const own = new Set(base === null ? [] : keptSecrets(base));
  return keptSecrets(draft).filter((at) => !own.has(at) && (base === null || !isPlainAt(base, at)));
}

/** How the destination changed, in words. */
function movement(base: JsonObject, draft: JsonObject): string | null {
  const [from, to] = [destination(base), destination(draft)];
  if (from.kind !== to.kind) return `the server is now ${KINDS[to.kind]}, and was ${KINDS[from.kind]}`;
  if (!sameText(present(base, "command"), present(draft, "command"))) return "the command changed";
  const [before, after] = [urlOf(base), urlOf(draft)];
  if (before === after) return null;
  const [here, there] = [origin(before), origin(after)];
  if (here === null || there === null) return "the URL changed";
  for (const part of ["scheme", "host", "port"] as const) {
    if (here[part] !== there[part]) return `the ${part} changed from ${here[part]} to ${there[part]}`;
  }
  return null;
}

const KINDS = { command: "a command", remote: "a URL", none: "neither a command nor a URL" } as const;

/** What changed beside the members that anyone may change. */
function harm(base: JsonObject, draft: JsonObject): string | null {
  const names = new Set([...base.keys(), ...draft.keys()]);
  const own = (config: JsonObject, name: string) => (isNothing(config, name) ? undefined : config.get(name));
  const changed = [...names].filter((name) => !HARMLESS.includes(name) && !sameText(own(base, name), own(draft, name)));
  if (changed.length === 0) return null;
  return `this API key may not see secrets, so it can't keep them while ${changed.join(", ")} changes`;
}

/** Whether a member says what its absence says. */
function isNothing(config: JsonObject, name: string): boolean {
  const value = config.get(name);
  if (value === null || value === undefined) return true;
  if (name === "args") return Array.isArray(value) && value.length === 0;
  if (name === "env" || name === "headers") return value instanceof Map && value.size === 0;
  return name === "transport" && value === "stdio" && present(config, "command") !== undefined;
}

/** Scheme, host and port as browsers read them; null where clients differ over them. */
function origin(url: string | undefined): { kind: "remote"; scheme: string; host: string; port: string } | null {
  if (url === undefined || isAmbiguous(url) || !URL.canParse(url)) return null;
  const { protocol, hostname, port } = new URL(url);
  const scheme = protocol.slice(0, -1);
  if (hostname === "") return null;
  return { kind: "remote", scheme, host: hostname, port: port || (DEFAULT_PORTS.get(scheme) ?? "") };
}

function urlOf(config: JsonObject): string | undefined {
  const url = config.get("url");
  return typeof url === "string" ? url : undefined;
}

function present(config: JsonObject, name: string): Json | undefined {
  return config.get(name) ?? undefined;
}

function textOf(value: Json): string {
  return typeof value === "string" ? value : writeJson(value);
}

/** Stricter than by value, since the service distinguishes `1` from `1.0`. */
function sameText(a: Json | undefined, b: Json | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a === b || sortedText(a) === sortedText(b);
}

function sortedText(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(sortedText).join()}]`;
  if (!(value instanceof Map)) return writeJson(value);
  const members = [...value].map(([name, member]) => `${JSON.stringify(name)}:${sortedText(member)}`);
  return `{${members.sort().join()}}`;
}
