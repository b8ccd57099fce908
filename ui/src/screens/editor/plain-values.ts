/**
 * Variables and headers whose names say that they are no secret. The service shows them in clear where it is asked to, but
 * not in what it answers to a write. It does not know which names these are.
 */
import { get, pointer, set } from "../../json/pointer.ts";
import { type Json, type JsonObject, isObject } from "../../json/value.ts";
import { isMasked } from "../../model/masks.ts";
import { isOnlyReferences, isPlainAt } from "../../model/secrets.ts";
import type { Row } from "./entries.ts";

const MEMBERS = ["env", "headers"];

/** The places of all variables and headers. */
function places(config: JsonObject): string[] {
  return MEMBERS.flatMap((member) => {
    const entries = config.get(member);
    return isObject(entries) ? [...entries.keys()].map((name) => pointer(member, name)) : [];
  });
}

/** Whether anything was sent there that the service may show in clear from now on. */
export function mayBePlain(sent: JsonObject): boolean {
  return places(sent).some((at) => !isMasked(get(sent, at)));
}

/** What was answered to a write, with the plain values that were sent: those that were shown in clear before. */
export function withSentPlain(answer: JsonObject, sent: JsonObject, before: JsonObject): JsonObject {
  return replaced(answer, (at, value) => (isMasked(value) && isPlainName(before, at) ? get(sent, at) : undefined));
}

/** Whether it was shown in clear for its name's sake, and not because it was a reference. */
function isPlainName(before: JsonObject, at: string): boolean {
  return isPlainAt(before, at) && !isOnlyReferences(get(before, at));
}

/** A draft whose base is shown in clear now: what was not changed follows it. */
export function followBase(draft: JsonObject, before: JsonObject, base: JsonObject): JsonObject {
  return replaced(draft, (at, value) => (value === get(before, at) ? get(base, at) : undefined));
}

/** The same of the rows in which it is typed, so that what no configuration holds yet stays in them. */
export function rowsFollowBase(rows: ReadonlyMap<string, Row[]>, before: JsonObject, base: JsonObject): ReadonlyMap<string, Row[]> {
  const follow = (member: string, row: Row): Row => {
    const at = member + pointer(row.name);
    return row.value === get(before, at) ? { ...row, value: get(base, at) ?? row.value } : row;
  };
  return new Map([...rows].map(([at, own]) => [at, MEMBERS.includes(at.slice(1)) ? own.map((row) => follow(at, row)) : own]));
}

function replaced(config: JsonObject, by: (at: string, value: Json | undefined) => Json | undefined): JsonObject {
  return places(config).reduce((all, at) => {
    const value = by(at, get(config, at));
    const next = value === undefined ? all : set(all, at, value);
    return isObject(next) ? next : all;
  }, config);
}
