/** What documentation puts where a reader's own value belongs. A guess: it warns, and never refuses. */
import { get, pointer } from "../json/pointer.ts";
import { type JsonObject } from "../json/value.ts";
import type { Finding } from "./check.ts";
import { telltaleArguments } from "./command-line.ts";
import { isMask, secretLeaves } from "./secrets.ts";

/** Whether a value looks like one that was meant to be replaced. */
export function isPlaceholder(text: string): boolean {
  return PATTERNS.some((pattern) => pattern.test(text));
}

// Each takes time in proportion to the text: no part of a pattern can take what its neighbour could.
const PATTERNS = [
  /\$\{input:[^{}]{0,99}\}/,
  /\{\{[^{}]{0,99}\}\}/,
  /<(?=[^<>\n]{0,99}[A-Za-z])[^<>\n]{1,99}>/,
  /\[[A-Z][A-Z _-]{0,99}\]/,
  /\b(your[-_ ]?|my[-_ ])([A-Za-z0-9]+[-_ ]){0,9}(key|token|secret|password|pat|id|name|value|credentials?|account|org|url|host|here)/i,
  /\b(insert|enter|replace|add|put)[-_ ]([A-Za-z0-9]+[-_ ]){0,9}(here|me|this|key|token)\b/i,
  /(^|[-_ ])(changeme|change[-_ ]me|placeholder|todo|fixme|here)$/i,
  /^(\w{2,10}[-_])?(x{4,}|\.{3,}|…)$/i,
  /(x{6}|\.\.\.|…)$/,
  /\/(path|absolute)\/(to|of)\b|^\/Users\/(you|username|yourname)\b/i,
];

/** Where a configuration seems to wait for the reader's own values, or has secrets where they are not kept. */
export function warnings(config: JsonObject): Finding[] {
  const found: Finding[] = [];
  const warn = (at: string, message: string) => found.push({ pointer: at, message });
  for (const at of secretLeaves(config)) {
    const value = get(config, at);
    if (typeof value !== "string" || at === "/url" || isMask(value)) continue;
    if (value.startsWith("gAAAAA")) warn(at, ENCRYPTED);
    else if (isPlaceholder(value)) warn(at, PLACEHOLDER);
  }
  const url = config.get("url");
  if (typeof url === "string" && isPlaceholder(url)) warn("/url", PLACEHOLDER);
  const args = config.get("args");
  const words = Array.isArray(args) ? args : [];
  const telltale = telltaleArguments(words.map((word) => (typeof word === "string" ? word : "")));
  words.forEach((word, index) => {
    if (typeof word !== "string") return;
    if (isPlaceholder(word)) warn(pointer("args", index), PLACEHOLDER);
    else if (telltale.includes(index)) warn(pointer("args", index), IN_THE_CLEAR);
  });
  return found;
}

const PLACEHOLDER = "This looks like a placeholder: put the real value in its place.";

const ENCRYPTED = "This looks like the encrypted value of some settings file. It is taken only where its key is known: else enter the secret itself.";

const IN_THE_CLEAR = "This looks like a secret. Arguments are stored and shown in the clear: better give it as a variable.";
