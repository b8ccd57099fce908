/**
 * Members that other clients' documents have, in this service's words. What surely means the same is
 * translated; everything else is kept as it is, and reported. It knows no names of servers, and judges nothing.
 */
import { pointer } from "../json/pointer.ts";
import { type Json, JsonNumber, type JsonObject, isObject } from "../json/value.ts";
import type { Finding } from "./check.ts";
import { KNOWN_MEMBERS } from "./secret-tables.generated.ts";

/** A configuration in our form, and notes about the translation. */
export type Translated = { config: JsonObject; notes: Finding[] };

/** Other words for our members. */
const SYNONYMS = new Map(
  Object.entries({
    serverUrl: "url",
    httpUrl: "url",
    cmd: "command",
    environment: "env",
    envs: "env",
    http_headers: "headers",
    workingDirectory: "cwd",
    working_directory: "cwd",
    transportType: "transport",
    transport_type: "transport",
    isActive: "enabled",
    type: "transport",
  }),
);

/** Other words for the transports, in lower case and without `-` and `_`. */
const TRANSPORTS = new Map(
  Object.entries({ stdio: "stdio", local: "stdio", http: "http", shttp: "http", streamablehttp: "streamable-http", sse: "sse" }),
);

/** Whether a value has what makes a server: something to start or to call. */
export function looksLikeServer(value: Json | undefined): boolean {
  return isObject(value) && ["command", "url", "serverUrl", "httpUrl", "cmd"].some((name) => value.has(name));
}

export function translate(pasted: JsonObject): Translated {
  const translation = new Translation();
  for (const [name, value] of pasted) translation.member(name, value, pasted);
  translation.splitCommand();
  translation.textsOf("env");
  translation.textsOf("headers");
  return translation;
}

class Translation {
  readonly config: JsonObject = new Map();
  readonly notes: Finding[] = [];

  member(name: string, value: Json, pasted: JsonObject): void {
    if (name === "disabled" && typeof value === "boolean" && !pasted.has("enabled")) {
      // The absence of `enabled` says what `disabled: false` says.
      if (value) this.config.set("enabled", false);
      return;
    }
    if (name === "disabled") this.tell(name, "Not clear: keep either enabled or disabled, with true or false.");
    const own = SYNONYMS.get(name);
    const member = own ?? name;
    const put = member === "transport" ? transportWord(value) : value;
    if (own === undefined || this.canTake(own, put, pasted)) {
      this.config.set(member, put);
      if (name === "httpUrl" && !["type", "transport"].some((other) => pasted.has(other))) this.config.set("transport", "http");
    } else if (own !== "transport" || put !== transportWord(pasted.get(own) ?? null)) {
      // The member in our own word says something else, or says the same of `transport` and is enough.
      this.config.set(name, value);
    }
    if (this.config.has(name) && !KNOWN_MEMBERS.includes(name)) this.tell(name, UNKNOWN);
    if ((name === "timeout" || name === "sse_read_timeout") && value instanceof JsonNumber && value.valueOf() >= 1000) {
      this.tell(name, "This is long if it counts seconds; some clients count milliseconds.");
    }
  }

  /** Whether a foreign member may become this one: no other says the same, and it holds what ours would. */
  private canTake(own: string, value: Json, pasted: JsonObject): boolean {
    if (pasted.has(own) || this.config.has(own)) return false;
    switch (own) {
      case "env":
      case "headers":
        return isObject(value);
      case "enabled":
        return typeof value === "boolean";
      case "command":
        return typeof value === "string" || Array.isArray(value);
      case "transport":
        return typeof value === "string" && [...TRANSPORTS.values()].includes(value);
      default:
        return typeof value === "string";
    }
  }

  /** Some clients write the command with its arguments as a list, or as an object. */
  splitCommand(): void {
    const command = this.config.get("command");
    if (Array.isArray(command) && !this.config.has("args")) {
      const [program, ...args] = command;
      if (program !== undefined && command.every((word) => typeof word === "string")) {
        this.config.set("command", program);
        if (args.length > 0) this.config.set("args", args);
      }
    }
    if (isObject(command) && typeof command.get("path") === "string") this.flattenCommand(command);
    if (typeof command === "string" && /\s/.test(command) && !this.config.has("args")) {
      this.tell("command", "This command holds white space. If these are arguments, they belong into the arguments.");
    }
  }

  private flattenCommand(command: JsonObject): void {
    const names = new Map(Object.entries({ path: "command", args: "args", env: "env" }));
    const isTaken = (name: string) => name !== "path" && this.config.has(names.get(name) ?? "");
    if ([...command.keys()].some((name) => !names.has(name) || isTaken(name))) return;
    for (const [name, value] of command) {
      if (value !== null) this.config.set(names.get(name) ?? name, value);
    }
  }

  /** A variable or header is text, however it was written. */
  textsOf(member: string): void {
    const texts = this.config.get(member);
    if (!isObject(texts)) return;
    const asText = (value: Json) => (value instanceof JsonNumber || typeof value === "boolean" ? String(value) : value);
    this.config.set(member, new Map([...texts].map(([name, value]) => [name, asText(value)])));
  }

  private tell(name: string, message: string): void {
    this.notes.push({ pointer: pointer(name), message });
  }
}

const UNKNOWN = "This member is not known here. It is kept, but newer OpenHands files take none that are unknown.";

function transportWord(value: Json): Json {
  return typeof value === "string" ? (TRANSPORTS.get(value.toLowerCase().replace(/[-_]/g, "")) ?? value) : value;
}
