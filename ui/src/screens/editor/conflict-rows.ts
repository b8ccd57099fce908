/**
 * What the three-way view says about each member. A secret never shows more than that it is set, new, or was
 * changed elsewhere.
 */
import { set } from "../../json/pointer.ts";
import { type Json, type JsonObject, equal, isObject } from "../../json/value.ts";
import { writeJson } from "../../json/write.ts";
import type { Change, Merged } from "../../model/merge.ts";
import { isMask } from "../../model/masks.ts";
import { shown } from "../../model/secrets.ts";
import { memberName } from "./banner-text.ts";

/** Longer values are easier to compare one part a line. */
const LONGEST_LINE = 60;

export type ConflictRow = { pointer: string; member: string; before: string; theirs: string; mine: string };

export function conflictRow(change: Change): ConflictRow {
  const { pointer, base, theirs, mine } = change;
  return {
    pointer,
    member: memberName(pointer),
    before: said(change, base, false),
    theirs: said(change, theirs, true),
    mine: said(change, mine, false),
  };
}

function said(change: Change, value: Json | undefined, isTheirs: boolean): string {
  if (value === undefined) return "absent";
  if (change.isSecret && typeof value === "string" && value !== "") {
    const isElsewhere = isTheirs && change.theirsChangedSecret;
    if (isMask(value)) return isElsewhere ? "changed elsewhere" : "set";
    // A URL with a secret in it says where it leads all the same.
    return textOf(change.pointer, value) + (isElsewhere ? ", its secret changed elsewhere" : "");
  }
  return textOf(change.pointer, value);
}

/** The text of a value at its place, with words in the place of secrets. */
function textOf(pointer: string, value: Json): string {
  const nothing: JsonObject = new Map();
  const whole = set(nothing, pointer, value);
  const part = isObject(whole) ? shown(whole, pointer) : undefined;
  if (part === undefined) return "absent";
  if (typeof part === "string") return part || "empty";
  const line = writeJson(part);
  return line.length <= LONGEST_LINE ? line : writeJson(part, 1);
}

/** What they changed and an overwriting loses. A secret that the draft keeps stays as they set it. */
export function lost({ taken, conflicts }: Merged): ConflictRow[] {
  return [...conflicts, ...taken].filter(({ theirs, mine }) => !equal(theirs, mine)).map(conflictRow);
}
