/**
 * A server out of one line: an address, a command, or the command by which some client's own program adds a
 * server. Nothing is run.
 */
import { JsonFault, parseRelaxed } from "../json/read.ts";
import { type Json, JsonNumber, type JsonObject, isObject } from "../json/value.ts";
import type { Found } from "./paste-json.ts";
import { type ShellLine, parseShellLine } from "./rows.ts";
import { isLauncher } from "./suggest-name.ts";

/** What a line is, or why it is nothing. */
export type FoundInLine = Found | { fault: string };

export function serverInLine(line: string): FoundInLine {
  const address = line.trim();
  if (/^(https?|wss?):\/\/\S+$/i.test(address)) return { name: null, value: remote(address, null) };
  const parsed = parseShellLine(line);
  if ("message" in parsed) return { fault: parsed.message };
  const words = [parsed.command, ...parsed.args];
  const json = words.indexOf("--add-mcp");
  if (json >= 0) return fromJson(words[json + 1] ?? "", null);
  if (words[1] === "mcp" && words[2] === "add-json") return addJson(words.slice(3));
  if (words[1] === "mcp" && words[2] === "add") return addCommand(words.slice(3), parsed.env);
  if (!looksLikeCommand(parsed)) return { fault: UNKNOWN };
  return { name: null, value: local(parsed) };
}

const UNKNOWN = "This is neither JSON, nor a command or an address that is known here. Write the path of a program to have it treated as one.";

/** Words of a sentence are words of a shell too; a command has something that sentences don't have. */
function looksLikeCommand({ command, args, env }: ShellLine): boolean {
  return isLauncher(command) || /[\\/]|mcp|server/i.test(command) || env.length > 0 || args.some((word) => /^-/.test(word));
}

function local({ command, args, env }: ShellLine): JsonObject {
  const config: JsonObject = new Map<string, Json>([["command", command]]);
  if (args.length > 0) config.set("args", args);
  if (env.length > 0) config.set("env", new Map(env));
  return config;
}

/** Where an address ends in `/sse`, all clients use SSE unless they are configured otherwise. */
function remote(url: string, transport: string | null): JsonObject {
  const config: JsonObject = new Map<string, Json>([["url", url]]);
  const word = transport ?? (/\/sse\/?($|[?#])/.test(url) ? "sse" : null);
  if (word !== null) config.set("transport", word);
  return config;
}

function addJson(words: string[]): FoundInLine {
  const [name, text] = withoutFlags(words);
  if (name === undefined || text === undefined) return { fault: "Name and JSON of the server are missing." };
  return fromJson(text, name);
}

function fromJson(text: string, name: string | null): FoundInLine {
  try {
    const value = parseRelaxed(text);
    const own = isObject(value) ? value.get("name") : undefined;
    if (!isObject(value) || name !== null || typeof own !== "string") return { name, value };
    return { name: own, value: new Map([...value].filter(([member]) => member !== "name")) };
  } catch (fault) {
    if (fault instanceof JsonFault) return { fault: `In the JSON of this line: ${fault.message}` };
    throw fault;
  }
}

/** Flags of `mcp add` that take a value, in short and long. */
const FLAGS = new Map(
  Object.entries({ "-s": "scope", "-t": "transport", "-e": "env", "-H": "header", "-u": "url" }).concat(
    ["scope", "transport", "env", "header", "url", "timeout", "description", "callback-port", "client-id"].map((name) => [`--${name}`, name]),
  ),
);

/** `mcp add [flags] NAME [flags] (URL | COMMAND …)`; what follows a command, or `--`, is the command's own. */
function addCommand(words: string[], before: [string, string][]): FoundInLine {
  const flags: [string, string][] = [];
  const places: string[] = [];
  let command: string[] = [];
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? "";
    const [, long, inline] = /^(--[\w-]+)=([^]*)$/.exec(word) ?? [];
    const flag = FLAGS.get(long ?? word);
    if (word === "--") {
      command = words.slice(index + 1);
      break;
    }
    if (flag !== undefined) {
      if (inline === undefined) index += 1;
      flags.push([flag, inline ?? words[index] ?? ""]);
      // `--env A=1 B=2 NAME`: one flag may have several values.
      while (flag === "env" && /^[A-Za-z_]\w*=/.test(words[index + 1] ?? "")) flags.push([flag, words[++index] ?? ""]);
    } else if (!word.startsWith("-")) {
      places.push(word);
      if (places.length === 2 && !isAddress(word)) {
        command = words.slice(index);
        break;
      }
    }
  }
  const [name, target] = places;
  if (name === undefined) return { fault: "The name of the server is missing." };
  const flag = (wanted: string) => flags.find(([own]) => own === wanted)?.[1];
  const url = flag("url") ?? (target !== undefined && isAddress(target) ? target : undefined);
  const transport = flag("transport") ?? null;
  if (url === undefined && command.length === 0) return { fault: `The command or URL of ${name} is missing.` };
  const config = url === undefined ? started(command) : remote(url, transport);
  if (url === undefined && transport !== null) config.set("transport", transport);
  const env = [...before, ...pairs(flags, "env", "=")];
  if (env.length > 0) config.set("env", new Map(env));
  const headers = pairs(flags, "header", ":");
  if (headers.length > 0) config.set("headers", new Map(headers));
  const [described, timeout, client] = [flag("description"), flag("timeout"), flag("client-id")];
  if (described !== undefined) config.set("description", described);
  if (timeout !== undefined && /^(0|[1-9]\d{0,9})$/.test(timeout)) config.set("timeout", new JsonNumber(timeout));
  if (client !== undefined) config.set("auth", oauth(client));
  return { name, value: config };
}

function oauth(client: string): JsonObject {
  const authentication = new Map([["type", "oauth"], ["client_id", client]]);
  return new Map<string, Json>([["strategy", "oauth2"], ["authentication", authentication]]);
}

function started([command = "", ...args]: string[]): JsonObject {
  return local({ command, args, env: [] });
}

/** The values of a flag, taken apart at the first sign. */
function pairs(flags: [string, string][], wanted: string, sign: string): [string, string][] {
  const values = flags.flatMap(([own, value]) => (own === wanted ? [value] : []));
  return values.map((value) => {
    const at = value.indexOf(sign);
    return at < 0 ? [value, ""] : [value.slice(0, at).trim(), value.slice(at + 1).trim()];
  });
}

function isAddress(text: string): boolean {
  return /^(https?|wss?):\/\//i.test(text);
}

function withoutFlags(words: string[]): string[] {
  return words.filter((word, index) => !FLAGS.has(word) && !FLAGS.has(words[index - 1] ?? ""));
}
