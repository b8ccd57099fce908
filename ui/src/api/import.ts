/**
 * The servers of other clients' files and command lines: read, stored and written by the API. It keeps nothing, and does not know
 * what a text of a format looks like.
 */
import { get, pointer } from "../json/pointer.ts";
import { parseAnswer } from "../json/read.ts";
import { type Json, type JsonObject, fromPlain, isObject } from "../json/value.ts";
import { GET, POST, answered, body, waiting } from "./client.ts";
import { type Described, read } from "./instances.ts";
import type { Result } from "./problem.ts";
import type { components } from "./schema.d.ts";
import type { Suspect } from "./servers.ts";

type Schemas = components["schemas"];

/** The formats that are read. */
export type Format = Schemas["ClientFormat"];

/** Those in which servers are written. */
export type WrittenFormat = components["parameters"]["ExportFormat"];

/** What becomes of a server of the text. */
export type Action = NonNullable<Schemas["ImportedServer"]["action"]>;

/** Where something is in the text. Lines and columns count from 1. */
export type Place = Described<Schemas["TextPlace"]>;

/** A value that has to be entered before its server can be stored. */
export type Input = Described<Schemas["ImportInput"]>;

/** How the text differs from what is stored, in one member. Secrets are masked. */
export type Difference = { pointer: string; change: Schemas["ImportDifference"]["change"]; before?: Json; after?: Json };

/** A server of the text, and what there is under its name. */
export type FoundServer = Omit<Described<Schemas["ImportedServer"]>, "config" | "difference" | "findings" | "needs_choice"> & {
  config: JsonObject;
  /** Empty where nothing of this name is stored otherwise. */
  difference: Difference[];
  findings: Suspect[];
};

/** What is in a text: servers, entries that can't become one, and what is no server. */
export type Found = Omit<Described<Schemas["ImportResult"]>, "servers" | "is_dry_run"> & { servers: FoundServer[] };

/** A text, and what is known of it. */
export type Text = { text: string; format: Format | null; file: string | null };

/** What is to become of a server, under the state that the reader has seen. */
export type Choice = Partial<Schemas["ImportChoice"]>;

/** How secrets are written: as references, as placeholders, or in clear, which the service audits. */
export type Secrets = NonNullable<components["parameters"]["ExportSecrets"]>;

/** Servers in the form of a client. */
export type Exported = Described<Schemas["ExportResult"]>;

/** A long text takes longer than other requests. */
const PATIENCE_MS = 60_000;

/** Says what a text holds; nothing is stored. */
export function readServers(text: Text, signal: AbortSignal): Promise<Result<Found>> {
  const asked = { params: { query: { dry_run: true } }, body: body(fromPlain(given(text))), parseAs: "text" } as const;
  return answered(POST("/api/import", { ...asked, ...waiting(PATIENCE_MS, signal) }), (_, answer) => foundOf(answer));
}

/**
 * The configuration of one server as the text has it, with what was entered for it, its values in clear: what the reader has typed, and
 * nothing that is stored. Null where the text has no such server.
 */
export function readWhole(text: Text, name: string, inputs: Record<string, string>): Promise<Result<JsonObject | null>> {
  const whole = { ...given(text), in_clear: true, choices: { [name]: { inputs } } };
  const asked = { params: { query: { dry_run: true } }, body: body(fromPlain(whole)), parseAs: "text" } as const;
  return answered(POST("/api/import", { ...asked, ...waiting(PATIENCE_MS) }), (_, answer) => foundOf(answer).servers.find((server) => server.name === name)?.config ?? null);
}

/** Stores the servers of a text in one commit, or none of them. */
export function importServers(text: Text, choices: Record<string, Choice>, skipsRefused: boolean): Promise<Result<Found>> {
  const asked = body(fromPlain({ ...given(text), choices, skip_refused: skipsRefused }));
  return answered(POST("/api/import", { body: asked, parseAs: "text", ...waiting(PATIENCE_MS) }), (_, answer) => foundOf(answer));
}

/** Servers for a client; all of them without names. */
export function exportServers(format: WrittenFormat, secrets: Secrets, names: readonly string[] | null, signal: AbortSignal): Promise<Result<Exported>> {
  const query = { format, secrets, ...(names !== null && { names: names.join(",") }) };
  return answered(GET("/api/export", { params: { query }, parseAs: "text", ...waiting(PATIENCE_MS, signal) }), (_, answer) => read<Exported>(answer));
}

function given({ text, format, file }: Text): { text: string; format: Format | undefined; file: string | undefined } {
  return { text, format: format ?? undefined, file: file ?? undefined };
}

/** The configurations and values of servers are read without loss, all else as it is. */
function foundOf(answer: string): Found {
  const whole = parseAnswer(answer);
  const plain = JSON.parse(answer) as Found;
  const servers = plain.servers.map((server, index): FoundServer => {
    const at = (...names: (string | number)[]) => get(whole, pointer("servers", index, ...names));
    const config = at("config");
    const difference = (server.difference ?? []).map((one, row): Difference => {
      const [before, after] = [at("difference", row, "before"), at("difference", row, "after")];
      return { pointer: one.pointer, change: one.change, ...(before !== undefined && { before }), ...(after !== undefined && { after }) };
    });
    return { ...server, config: isObject(config) ? config : new Map(), difference };
  });
  return { ...plain, servers };
}
