/**
 * Which members belong to which transport, and what becomes of a draft when another one is chosen: what only the
 * old one has is put away, not thrown away, until the draft is saved.
 */
import type { Json, JsonObject } from "../../json/value.ts";
import { type Transport, transportOf } from "../../model/summary.ts";

/** What was put away: members, and the words that said which transport it was. */
export type PutAway = { members: JsonObject; words: Map<Transport, JsonObject> };

export const NOTHING_PUT_AWAY: PutAway = { members: new Map(), words: new Map() };

const OF_COMMANDS = ["command", "args", "env", "cwd"];
const OF_URLS = ["url", "headers", "auth", "authentication"];
const WORDS = ["transport", "type"];
const OF_BOTH = ["description", "icon", "enabled", "timeout", "sse_read_timeout", "keep_alive", "include_tags", "exclude_tags"];

/** Which parts of the form are shown: those of the transport, and of a server that has both, both. */
export function partsShown(config: JsonObject): { command: boolean; url: boolean } {
  const isStdio = transportOf(config) === "stdio";
  const has = (name: string) => (config.get(name) ?? null) !== null;
  return { command: isStdio || OF_COMMANDS.some(has), url: !isStdio || OF_URLS.some(has) };
}

/** The members that the form has no field for. */
export function otherMembers(config: JsonObject): string[] {
  const known = new Set([...OF_COMMANDS, ...OF_URLS, ...WORDS, ...OF_BOTH]);
  return [...config.keys()].filter((name) => !known.has(name));
}

/** The draft with another transport, and what is put away now. */
export function withTransport(config: JsonObject, to: Transport, away: PutAway): { config: JsonObject; away: PutAway } {
  const from = transportOf(config);
  if (from === to) return { config, away };
  const members = new Map(away.members);
  const words = new Map(away.words).set(from, only(config, WORDS));
  const leaving = to === "stdio" ? OF_URLS : OF_COMMANDS;
  const next = without(config, WORDS);
  for (const name of leaving) move(name, next, members);
  for (const name of to === "stdio" ? OF_COMMANDS : OF_URLS) move(name, members, next, !next.has(name));
  for (const [name, word] of words.get(to) ?? defaultWords(to)) next.set(name, word);
  return { config: next, away: { members, words } };
}

function defaultWords(to: Transport): [string, Json][] {
  return to === "stdio" ? [] : [["transport", to]];
}

function move(name: string, from: JsonObject, to: JsonObject, isWanted = true): void {
  const value = from.get(name);
  if (value !== undefined && isWanted) to.set(name, value);
  from.delete(name);
}

function only(config: JsonObject, names: string[]): JsonObject {
  return new Map([...config].filter(([name]) => names.includes(name)));
}

function without(config: JsonObject, names: string[]): JsonObject {
  return new Map([...config].filter(([name]) => !names.includes(name)));
}
