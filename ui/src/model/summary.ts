/** A server in a few words, as the list shows it. */
import type { JsonObject } from "../json/value.ts";
import { shellLine } from "./command-line.ts";
import { destination } from "./destination.ts";

export type Transport = "stdio" | "http" | "sse";

/** What people call them. */
export const TRANSPORT_NAMES: Record<Transport, string> = { stdio: "stdio", http: "HTTP", sse: "SSE" };

/** How a server is spoken to: what is started is stdio, and what is called is HTTP unless it says SSE. */
export function transportOf(config: JsonObject): Transport {
  const hasCommand = (config.get("command") ?? null) !== null;
  const hasUrl = (config.get("url") ?? null) !== null;
  const word = config.get("transport") ?? config.get("type");
  if (hasCommand || (!hasUrl && (word === "stdio" || word === undefined))) return "stdio";
  return word === "sse" ? "sse" : "http";
}

/** The command with its arguments as they are, or the host of the URL. `withoutSuspects` comes first where that may be too much. */
export function target(config: JsonObject): string {
  return inWords(config, (_, words) => words);
}

/** The same without what every such command says: that `npx` asks no question. */
export function shortTarget(config: JsonObject): string {
  return inWords(config, withoutConsent);
}

const CONSENT = ["-y", "--yes"];

/** Only before the package: what comes behind it is for the program. */
function withoutConsent(command: string, words: string[]): string[] {
  if (!/(^|[\\/])npx(\.cmd)?$/.test(command)) return words;
  const isForProgram = (index: number) => words.slice(0, index + 1).some((word) => !word.startsWith("-"));
  return words.filter((word, index) => !CONSENT.includes(word) || isForProgram(index));
}

function inWords(config: JsonObject, chosen: (command: string, words: string[]) => string[]): string {
  const to = destination(config);
  switch (to.kind) {
    case "none":
      return "";
    case "remote":
      return to.scheme === "" || isDefaultPort(to.scheme, to.port) ? to.host : `${to.host}:${to.port}`;
    case "command": {
      const args = config.get("args");
      const words = (Array.isArray(args) ? args : []).filter((word) => typeof word === "string");
      return [to.command, shellLine(chosen(to.command, words))].filter((part) => part !== "").join(" ");
    }
  }
}

function isDefaultPort(scheme: string, port: string): boolean {
  return port === "" || port === { http: "80", https: "443", ws: "80", wss: "443" }[scheme];
}
