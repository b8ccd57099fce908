/**
 * How servers run, as the API has it: one function for each thing that can be asked or done. It does not know what is shown, and
 * keeps nothing.
 */
import { parseAnswer } from "../json/read.ts";
import { DELETE, GET, POST, answered, body } from "./client.ts";
import { type StreamOptions, openBlocks } from "./events.ts";
import type { Result } from "./problem.ts";
import type { components } from "./schema.d.ts";

type Schemas = components["schemas"];

/** The members that the API describes. A later version may send more. */
export type Described<T> = { [Name in keyof T as string extends Name ? never : Name]: T[Name] };

export type Fault = Described<Schemas["InstanceFault"]>;
export type InstanceEvent = Described<Schemas["InstanceEvent"]>;
export type Instance = Described<Schemas["Instance"]>;
export type Probed = Described<Schemas["ProbeResult"]>;
export type LogLine = Described<Schemas["LogLine"]>;
export type Launch = Described<Schemas["LaunchApproval"]>;
export type LaunchVariable = Described<Schemas["LaunchVariable"]>;

const ITEM = "/api/instances/{name}";
const APPROVAL = "/api/instances/{name}/approval";

/** One instance with what happened to it. */
export function instanceOf(name: string): Promise<Result<Instance>> {
  return answered(GET(ITEM, { params: { path: { name } }, parseAs: "text" }), (_, text) => read<Instance>(text));
}

/** Probes what runs. */
export function probe(name: string): Promise<Result<Probed>> {
  return answered(POST("/api/instances/{name}/probe", { params: { path: { name } }, parseAs: "text" }), (_, text) => read<Probed>(text));
}

/** Starts it, again where it runs, and now where it would be tried later. */
export function restart(name: string): Promise<Result<Instance>> {
  return answered(POST("/api/instances/{name}/restart", { params: { path: { name } }, parseAs: "text" }), (_, text) => read<Instance>(text));
}

/** What would be executed. `isInClear`: with the values of all variables; the service audits that. */
export function launchOf(name: string, isInClear = false): Promise<Result<Launch>> {
  const header = isInClear ? ({ "X-Expose-Secrets": "plaintext" } as const) : {};
  return answered(GET(APPROVAL, { params: { path: { name }, header }, parseAs: "text" }), (_, text) => read<Launch>(text));
}

/** Approves what was shown with this id, and nothing else. */
export function approve(name: string, launch: string): Promise<Result<Launch>> {
  const request = POST(APPROVAL, { params: { path: { name } }, body: body(new Map([["launch", launch]])), parseAs: "text" });
  return answered(request, (_, text) => read<Launch>(text));
}

/** Nothing of this name is approved any more. */
export function withdraw(name: string): Promise<Result<null>> {
  return answered(DELETE(APPROVAL, { params: { path: { name } } }), () => null);
}

/** What its program writes to stderr: what is kept of it, then each line as it comes, until the program ends. Throws as `openEvents` does. */
export async function* followLog(name: string, options: StreamOptions): AsyncGenerator<LogLine> {
  for await (const fields of openBlocks(`/api/instances/${encodeURIComponent(name)}/log?follow=true`, options)) {
    const data = fields.get("data");
    if (fields.get("event") === "line" && data !== undefined) yield JSON.parse(data) as LogLine;
  }
}

/** What is no JSON throws as the page's own reader does. No number in these answers has a spelling to be kept. */
export function read<T>(text: string): T {
  parseAnswer(text);
  return JSON.parse(text) as T;
}
