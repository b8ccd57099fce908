/** What documentation puts where a reader's own value belongs. A guess: it warns, and never refuses. */
import { get, pointer } from "../json/pointer.ts";
import type { Json, JsonObject } from "../json/value.ts";
import type { Finding } from "./check.ts";
import { isMask } from "./masks.ts";
import { secretLeaves } from "./secrets.ts";
import { suspects, warningOf } from "./suspects.ts";

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
  const inClear = new Map(suspects(config).map((suspect) => [suspect.pointer, warningOf(suspect)]));
  const warnInClear = (at: string, value: Json | undefined) => {
    const warning = typeof value === "string" && isPlaceholder(value) ? PLACEHOLDER : inClear.get(at);
    inClear.delete(at);
    if (warning !== undefined) warn(at, warning);
  };
  warnInClear("/url", config.get("url"));
  const args = config.get("args");
  if (Array.isArray(args)) for (const [index, word] of args.entries()) warnInClear(pointer("args", index), word);
  return [...found, ...[...inClear].map(([at, message]) => ({ pointer: at, message }))];
}

const PLACEHOLDER = "This looks like a placeholder: put the real value in its place.";

const ENCRYPTED = "This looks like the encrypted value of some settings file. It is taken only where its key is known: else enter the secret itself.";
