/**
 * Where the servers are in the JSON of some client's document: under which member, by name or in a list. It
 * does not know what a server's members mean.
 */
import { JsonFault, parseRelaxed } from "../json/read.ts";
import { type Json, type JsonObject, isObject } from "../json/value.ts";
import { looksLikeServer } from "./foreign.ts";

/** One server as it was found; null where it has no name. A value that is not an object is reported later. */
export type Found = { name: string | null; value: Json };

/** Members that hold servers by name, or documents that do; the first that leads to servers is taken. */
const HOLDERS = ["mcpServers", "mcp.servers", "servers", "context_servers", "mcp_servers", "mcp_config", "mcp", "agent_settings"];

/** OpenHands' lists, by the transport that their members have. */
const LISTS = new Map(Object.entries({ stdio_servers: "stdio", shttp_servers: "http", sse_servers: "sse" }));

/**
 * Reads text that is JSON, or the inner part of a JSON object as manuals show it: `"name": {…}`. Throws a
 * `JsonFault` whose place is in the text.
 */
export function readPastedJson(text: string): Json {
  const isInner = /^"[^"\n]*"\s*:/.test(afterComments(text));
  if (!isInner) return parseRelaxed(text);
  try {
    return parseRelaxed(`{${text}}`);
  } catch (fault) {
    // Some manuals leave out only the opening brace.
    const braces = text.trimEnd().endsWith("}") ? tryParse(`{${text}`) : undefined;
    if (braces !== undefined) return braces;
    if (fault instanceof JsonFault) throw new JsonFault(fault.what, text, Math.min(fault.at - 1, text.length));
    throw fault;
  }
}

/** The text behind the white space and comments that it begins with. */
export function afterComments(text: string): string {
  return text.replace(/^(?:\s|\/\/[^\n]*(?:\n|$)|\/\*(?:(?!\*\/)[^])*\*\/)*/, "");
}

/** The servers in a document; none where nothing in it looks like one. */
export function serversIn(root: Json): Found[] {
  if (Array.isArray(root)) return root.some(looksLikeServer) ? root.map(named) : [];
  if (!isObject(root)) return [];
  if (looksLikeServer(root)) return [named(root)];
  const lists = [...LISTS].flatMap(([name, transport]) => listed(root.get(name), transport));
  if (lists.length > 0) return lists;
  for (const holder of HOLDERS) {
    const held = root.get(holder);
    if (held === undefined) continue;
    const found = isHolderOfServers(held) ? byName(held) : serversIn(held);
    if (found.length > 0) return found;
  }
  return isHolderOfServers(root) ? byName(root) : [];
}

/** Whether these members are servers: one that looks like it speaks for the others, which may be broken. */
function isHolderOfServers(value: Json): value is JsonObject {
  return isObject(value) && !looksLikeServer(value) && [...value.values()].some((member) => looksLikeServer(member));
}

function byName(servers: JsonObject): Found[] {
  return [...servers].map(([name, value]) => ({ name, value: withoutName(value, name) }));
}

/** A member `name` of a server is its name, where nothing else is. */
function named(value: Json): Found {
  const name = isObject(value) ? value.get("name") : undefined;
  return typeof name === "string" ? { name, value: withoutName(value, name) } : { name: null, value };
}

function withoutName(value: Json, name: string): Json {
  if (!isObject(value) || value.get("name") !== name) return value;
  const rest = new Map(value);
  rest.delete("name");
  return rest;
}

function listed(list: Json | undefined, transport: string): Found[] {
  if (!Array.isArray(list)) return [];
  return list.map((entry) => {
    if (typeof entry === "string") return { name: null, value: new Map([["url", entry], ["transport", transport]]) };
    const { name, value } = named(entry);
    return { name, value: isObject(value) ? ofList(value, transport) : value };
  });
}

/** In these lists `api_key` is a bearer token. */
function ofList(value: JsonObject, transport: string): JsonObject {
  const server = new Map(value);
  if (!server.has("transport") && !server.has("type")) server.set("transport", transport);
  const key = server.get("api_key");
  if (key === null) server.delete("api_key");
  if (typeof key === "string" && !server.has("auth")) {
    server.delete("api_key");
    server.set("auth", new Map([["strategy", "bearer"], ["value", key]]));
  }
  return server;
}

function tryParse(text: string): Json | undefined {
  try {
    return parseRelaxed(text);
  } catch (fault) {
    if (fault instanceof JsonFault) return undefined;
    throw fault;
  }
}
