/**
 * The servers as the API has them: one function for each thing that can be done, each answered with what is stored then.
 * Tags come from bodies: a proxy that compresses changes the header `ETag`. It does not know what is shown, and keeps
 * nothing.
 */
import { get } from "../json/pointer.ts";
import { parseAnswer } from "../json/read.ts";
import { type Json, type JsonObject, isObject } from "../json/value.ts";
import { isServerName } from "../model/name.ts";
import { DELETE, GET, PATCH, POST, PUT, answered, body } from "./client.ts";
import { urlOf } from "./place.ts";
import type { Result } from "./problem.ts";

export type { Finding, Problem, Result } from "./problem.ts";

/** One server, its secrets masked. */
export type Shown = { name: string; config: JsonObject; etag: string; needsReentry: string[]; findings?: Suspect[] };

/** A value that looks like a secret, in a place that is not masked, and what can be done about it. */
export type Suspect = { pointer: string; proposal: string };

/** One server of the list. `config` and `enabled` are null where a stored server can't be read. */
export type Row = {
  name: string;
  config: JsonObject | null;
  etag: string;
  enabled: boolean | null;
  needsReentry: string[];
  findings?: Suspect[];
};

/** Under which condition a server is written. */
export type Guard = { ifMatch: string } | { ifNoneMatch: "*" } | null;

const COLLECTION = "/api/settings/mcp-servers";
const ITEM = "/api/settings/mcp-servers/{name}";

/** All servers; "unchanged" where the collection still has this tag. */
export function list(etag?: string): Promise<Result<{ rows: Row[]; etag: string } | "unchanged">> {
  const header = etag === undefined ? {} : { "If-None-Match": etag };
  const request = GET(COLLECTION, { params: { query: { view: "full" }, header }, parseAs: "text" });
  return answered(request, (response, text) => (response.status === 304 ? "unchanged" : listOf(text)));
}

/** One server as it is now. */
export function read(name: string): Promise<Result<Shown>> {
  return answered(GET(ITEM, { params: { path: { name } }, parseAs: "text" }), (_, text) => shownOf(text));
}

/** The same with each value in clear whose name says that it is no secret (`LOG_LEVEL`), unless it looks like one. */
export function readNamed(name: string): Promise<Result<Shown>> {
  const header = { "X-Expose-Secrets": "named" } as const;
  return answered(GET(ITEM, { params: { path: { name }, header }, parseAs: "text" }), (_, text) => shownOf(text));
}

/** The secret at one place, in clear. The service audits it. Nothing else of the answer is handed on. */
export function reveal(name: string, pointer: string): Promise<Result<string>> {
  const header = { "X-Expose-Secrets": "plaintext" } as const;
  return answered(GET(ITEM, { params: { path: { name }, header }, parseAs: "text" }), (_, text) => {
    const leaf = get(shownOf(text).config, pointer);
    return typeof leaf === "string" ? leaf : String(leaf ?? "");
  });
}

/** Creates or replaces a server. */
export function put(name: string, config: JsonObject, guard: Guard): Promise<Result<Shown & { created: boolean }>> {
  const request = PUT(ITEM, { params: { path: { name }, header: condition(guard) }, body: body(config), parseAs: "text" });
  return answered(request, (response, text) => ({ ...shownOf(text), created: response.status === 201 }));
}

/** Turns a server on or off. */
export function setEnabled(name: string, enabled: boolean, ifMatch: string): Promise<Result<Shown>> {
  const change: JsonObject = new Map([["enabled", enabled]]);
  const params = { path: { name }, header: { "If-Match": ifMatch } };
  return answered(PATCH(ITEM, { params, body: body(change), parseAs: "text" }), (_, text) => shownOf(text));
}

/** Deletes a server, also one whose name could not be given here. `keepalive`: although the page is being left. */
export function remove(name: string, ifMatch: string | null, keepalive = false): Promise<Result<null>> {
  const header = ifMatch === null ? {} : { "If-Match": ifMatch };
  const request =
    isServerName(name) === null
      ? DELETE(ITEM, { params: { path: { name }, header }, keepalive })
      : DELETE("/api/settings/mcp/{settings_key}", { params: { path: { settings_key: name }, header }, keepalive });
  return answered(request, () => null);
}

/** Gives a server another name. One that can't be read is answered with an empty configuration. */
export async function rename(name: string, to: string, ifMatch: string): Promise<Result<Shown>> {
  const params = { path: { name }, header: { "If-Match": ifMatch } };
  const request = POST("/api/settings/mcp-servers/{name}/rename", { params, body: { to }, bodySerializer: JSON.stringify, parseAs: "text" });
  const renamed = await answered(request, (response, text) => (response.status === 204 ? null : shownOf(text)));
  if (!("ok" in renamed)) return renamed;
  return renamed.ok === null ? unreadable(to) : { ok: renamed.ok };
}

/** Stores a copy of a server under another name, its secrets with it. */
export function copy(name: string, to: string, ifMatch: string): Promise<Result<Shown>> {
  const params = { path: { name }, header: { "If-Match": ifMatch } };
  const request = POST("/api/settings/mcp-servers/{name}/copy", { params, body: { to }, bodySerializer: JSON.stringify, parseAs: "text" });
  return answered(request, (_, text) => shownOf(text));
}

/** A server that can't be read: only the list has its tag in a body. */
async function unreadable(name: string): Promise<Result<Shown>> {
  const listed = await list();
  if (!("ok" in listed)) return listed;
  const row = listed.ok === "unchanged" ? undefined : listed.ok.rows.find((other) => other.name === name);
  return { ok: { name, config: new Map(), etag: row?.etag ?? "", needsReentry: [] } };
}

let schema: Promise<unknown> | null = null;

/** The JSON Schema of a configuration. Asked for once; throws where it can't be had. */
export function serverSchema(): Promise<unknown> {
  schema ??= fetch(urlOf("/schemas/mcp-server.json")).then((answer) => {
    if (!answer.ok) throw new TypeError(`the schema was answered ${answer.status}`);
    return answer.json();
  });
  schema.catch(() => {
    schema = null;
  });
  return schema;
}

function condition(guard: Guard): { "If-Match"?: string; "If-None-Match"?: string } {
  if (guard === null) return {};
  return "ifMatch" in guard ? { "If-Match": guard.ifMatch } : { "If-None-Match": guard.ifNoneMatch };
}

function shownOf(text: string): Shown {
  const fields = objectOf(parseAnswer(text));
  const config = fields.get("config");
  return {
    name: String(fields.get("name") ?? ""),
    config: isObject(config) ? config : new Map(),
    etag: String(fields.get("etag") ?? ""),
    needsReentry: wordsOf(fields.get("needs_reentry")),
    findings: suspectsOf(fields.get("findings")),
  };
}

function listOf(text: string): { rows: Row[]; etag: string } {
  const fields = objectOf(parseAnswer(text));
  const servers = fields.get("servers");
  const rows = Array.isArray(servers) ? servers.map((server) => rowOf(objectOf(server))) : [];
  return { rows, etag: String(fields.get("etag") ?? "") };
}

function rowOf(fields: JsonObject): Row {
  const [config, enabled] = [fields.get("config"), fields.get("enabled")];
  return {
    name: String(fields.get("name") ?? ""),
    config: isObject(config) ? config : null,
    etag: String(fields.get("etag") ?? ""),
    enabled: typeof enabled === "boolean" ? enabled : null,
    needsReentry: wordsOf(fields.get("needs_reentry")),
    findings: suspectsOf(fields.get("findings")),
  };
}

function suspectsOf(fields: Json | undefined): Suspect[] {
  const findings = Array.isArray(fields) ? fields.map(objectOf) : [];
  return findings.map((finding) => ({ pointer: String(finding.get("pointer")), proposal: String(finding.get("proposal")) }));
}

function objectOf(value: Json): JsonObject {
  return isObject(value) ? value : new Map();
}

function wordsOf(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter((word) => typeof word === "string") : [];
}
