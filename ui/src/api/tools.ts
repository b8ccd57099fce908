/** What a server offers to call, who may call it, and calling it, as the API has it. It keeps nothing. */
import { parseAnswer } from "../json/read.ts";
import { type Json, type JsonObject, isObject } from "../json/value.ts";
import type { ToolRules } from "../model/tool-rules.ts";
import { GET, PATCH, POST, answered, body, waiting } from "./client.ts";
import { type Described, read } from "./instances.ts";
import type { Result } from "./problem.ts";
import type { components } from "./schema.d.ts";

type Schemas = components["schemas"];

export type ListedTool = Described<Schemas["ListedTool"]>;
export type ToolDrift = Described<Schemas["ToolDrift"]>;
export type ToolListing = Omit<Described<Schemas["ToolListing"]>, "tools"> & { tools: ListedTool[] };

export type { ToolRules } from "../model/tool-rules.ts";

/** The part of a run policy that is about tools, and the tag of the whole. */
export type ToolPolicy = { rules: ToolRules; etag: string };

const POLICY = "/api/instances/{name}/policy";

/** As long as a server may take to be started and to answer. */
const PATIENCE_MS = 600_000;

/** The tools that a server listed last. `isAsked`: a running server is asked again first. */
export function toolsOf(name: string, isAsked = false): Promise<Result<ToolListing>> {
  const query = isAsked ? { refresh: true } : {};
  return answered(GET("/api/instances/{name}/tools", { params: { path: { name }, query }, parseAs: "text" }), (_, text) => read<ToolListing>(text));
}

/** Accepts the tools that were shown with this fingerprint, and no others. */
export function acceptTools(name: string, fingerprint: string): Promise<Result<ToolListing>> {
  const asked = body(new Map([["fingerprint", fingerprint]]));
  const request = POST("/api/instances/{name}/tools/acceptance", { params: { path: { name } }, body: asked, parseAs: "text" });
  return answered(request, (_, text) => read<ToolListing>(text));
}

export function toolPolicyOf(name: string): Promise<Result<ToolPolicy>> {
  return answered(GET(POLICY, { params: { path: { name } }, parseAs: "text" }), (_, text) => policyOf(text));
}

/** Chooses which tools are offered, where the policy is still as it was shown; the rest of it stays. */
export function setToolRules(name: string, rules: ToolRules, ifMatch: string): Promise<Result<ToolPolicy>> {
  const members: [string, Json][] = [["allow", rules.allow], ["deny", rules.deny], ["pinned", rules.pinned]];
  const change: JsonObject = new Map([["tools", new Map(members)]]);
  const params = { path: { name }, header: { "If-Match": ifMatch } };
  return answered(PATCH(POLICY, { params, body: body(change), parseAs: "text" }), (_, text) => policyOf(text));
}

/** Calls a tool; its result as it came. Where `signal` is aborted the call is given up. */
export function callTool(name: string, tool: string, args: JsonObject, signal: AbortSignal): Promise<Result<JsonObject>> {
  const asked = body(new Map([["arguments", args]]));
  const params = { path: { name, tool } };
  const request = POST("/api/instances/{name}/tools/{tool}/call", { params, body: asked, parseAs: "text", ...waiting(PATIENCE_MS, signal) });
  return answered(request, (_, text) => {
    const answer = parseAnswer(text);
    const result = isObject(answer) ? answer.get("result") : undefined;
    return isObject(result) ? result : new Map();
  });
}

function policyOf(text: string): ToolPolicy {
  const { policy, etag } = read<{ policy: { tools?: Partial<ToolRules> | null }; etag: string }>(text);
  const { allow = null, deny = [], pinned = false } = policy.tools ?? {};
  return { rules: { allow, deny, pinned }, etag };
}
