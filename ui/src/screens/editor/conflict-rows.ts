/**
 * What the three-way view says about each member. A secret never shows more than that it is set, new, or was
 * changed elsewhere.
 */
import { set } from "../../json/pointer.ts";
import { type Json, type JsonObject, equal, isObject } from "../../json/value.ts";
import { writeJson } from "../../json/write.ts";
import { seenJson, seenText } from "../../model/characters.ts";
import type { Change, Merged } from "../../model/merge.ts";
import { isMask } from "../../model/masks.ts";
import { isOnlyReferences, isPlainAt, shown, shownByService } from "../../model/secrets.ts";
import { conflict } from "../../texts-editing.ts";
import { labelOf } from "./faults.ts";

/** Longer values are easier to compare one part a line. */
const LONGEST_LINE = 60;

export type ConflictRow = { pointer: string; member: string; before: string; theirs: string; mine: string };

export function conflictRow(change: Change): ConflictRow {
  const { pointer, base, theirs, mine } = change;
  return {
    pointer,
    member: labelOf(pointer),
    before: said(change, base, "before"),
    theirs: said(change, theirs, "theirs"),
    mine: said(change, mine, "mine"),
  };
}

function said(change: Change, value: Json | undefined, side: "before" | "theirs" | "mine"): string {
  if (value === undefined) return conflict.absent;
  const isInClear = side !== "mine" || isPlain(change) || isOnlyReferences(value);
  if (change.isSecret && typeof value === "string" && value !== "") {
    const isElsewhere = side === "theirs" && change.theirsChangedSecret;
    if (isMask(value)) return isElsewhere ? conflict.changedElsewhere : conflict.set;
    // A URL with a secret in it says where it leads all the same.
    return textOf(change.pointer, value, isInClear) + (isElsewhere ? conflict.secretChanged : "");
  }
  return textOf(change.pointer, value, isInClear);
}

/** Whether the service shows what is stored at this place in clear: then what is typed there is no secret either. */
function isPlain({ pointer, base, theirs }: Change): boolean {
  return [base, theirs].some((value) => {
    const whole = value === undefined ? undefined : set(new Map(), pointer, value);
    return isObject(whole) && isPlainAt(whole, pointer) && !isOnlyReferences(value);
  });
}

/** The text of a value at its place, with words in the place of secrets. */
function textOf(pointer: string, value: Json, isInClear: boolean): string {
  const nothing: JsonObject = new Map();
  const whole = set(nothing, pointer, value);
  const part = isObject(whole) ? (isInClear ? shownByService(whole, pointer) : shown(whole, pointer)) : undefined;
  if (part === undefined) return conflict.absent;
  if (typeof part === "string") return part === "" ? conflict.empty : seenText(part);
  const line = writeJson(part);
  return seenJson(line.length <= LONGEST_LINE ? line : writeJson(part, 1));
}

/** What they changed and an overwriting loses. A secret that the draft keeps stays as they set it. */
export function lost({ taken, conflicts }: Merged): ConflictRow[] {
  return [...conflicts, ...taken].filter(({ theirs, mine }) => !equal(theirs, mine)).map(conflictRow);
}
