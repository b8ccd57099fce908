/**
 * A three-way merge of configurations: objects by member, arrays and scalars whole. What both sides changed
 * to different things is a conflict, and keeps my value until somebody chooses. Masks hide values, so the caller
 * says which secrets were changed elsewhere.
 */
import { get, pointer, set } from "../json/pointer.ts";
import { type Json, type JsonObject, equal, isObject } from "../json/value.ts";
import { type Position, memberOf } from "./position.ts";
import { isPlainLeaf, secretLeavesAt, withOneMask } from "./secrets.ts";

/** One member in which the sides differ. Values may be secrets: `shown` makes them fit to be seen. */
export type Change = {
  pointer: string;
  base: Json | undefined;
  theirs: Json | undefined;
  mine: Json | undefined;
  /** Whether it is a secret, or holds one. */
  isSecret: boolean;
  /** Whether a secret changed elsewhere, or may have, which the masks don't tell. */
  theirsChangedSecret: boolean;
};

/** `taken`: only they changed it. `kept`: only I did. `conflicts`: both did, each to something else. */
export type Merged = { draft: JsonObject; taken: Change[]; kept: Change[]; conflicts: Change[] };

/** The secrets that are known to have changed elsewhere, or that nothing is known about any. */
export type SecretsChanged = string[] | "unknown";

export function mergeThree(base: JsonObject, theirs: JsonObject, mine: JsonObject, secretsChanged: SecretsChanged): Merged {
  const merge = new Merge(secretsChanged);
  const draft = merge.object(base, theirs, mine, "root", "");
  return { draft, taken: merge.taken, kept: merge.kept, conflicts: merge.conflicts };
}

/** The draft with a choice made for each conflict; one that is not chosen stays mine. */
export function choose(merged: Merged, choices: Map<string, "mine" | "theirs">): JsonObject {
  const theirs = merged.conflicts.filter((conflict) => choices.get(conflict.pointer) === "theirs");
  const draft = theirs.reduce<Json>((draft, conflict) => set(draft, conflict.pointer, conflict.theirs), merged.draft);
  return isObject(draft) ? draft : merged.draft;
}

class Merge {
  readonly taken: Change[] = [];
  readonly kept: Change[] = [];
  readonly conflicts: Change[] = [];
  private readonly secretsChanged: SecretsChanged;

  constructor(secretsChanged: SecretsChanged) {
    this.secretsChanged = secretsChanged;
  }

  /** Members come in my order, and then those of theirs that I have not. */
  object(base: JsonObject | null, theirs: JsonObject, mine: JsonObject, position: Position, at: string): JsonObject {
    const draft: JsonObject = new Map();
    for (const name of new Set([...mine.keys(), ...theirs.keys(), ...(base?.keys() ?? [])])) {
      const sides = { base: base?.get(name), theirs: theirs.get(name), mine: mine.get(name) };
      const value = this.member(sides, memberOf(position, name), at + pointer(name));
      if (value !== undefined) draft.set(name, value);
    }
    return draft;
  }

  private member(sides: Sides, position: Position, at: string): Json | undefined {
    const { base, theirs, mine } = sides;
    if (isObject(theirs) && isObject(mine) && mergesByMember(sides, position)) {
      return this.object(isObject(base) ? base : null, theirs, mine, position, at);
    }
    const leaves = (value: Json | undefined) => (value === undefined ? [] : secretLeavesAt(value, position, at));
    const inClear = (leaf: string) => theirs !== undefined && isPlainLeaf(get(theirs, leaf.slice(at.length)), leaf);
    const change: Change = {
      ...sides,
      pointer: at,
      isSecret: [base, theirs, mine].some((value) => leaves(value).length > 0),
      // What is in clear says itself whether it changed.
      theirsChangedSecret: base !== undefined && leaves(theirs).some((leaf) => !inClear(leaf) && this.changedElsewhere(leaf)),
    };
    const byThem = !isSame(base, theirs, position);
    if (isSame(base, mine, position)) {
      if (byThem || (change.theirsChangedSecret && this.secretsChanged !== "unknown")) this.taken.push(change);
      return theirs;
    }
    if (!byThem && !change.theirsChangedSecret) this.kept.push(change);
    // Masks look alike whatever is behind them, so where a secret changed, nothing is the same by its looks.
    else if (change.theirsChangedSecret || !isSame(theirs, mine, position)) this.conflicts.push(change);
    return mine;
  }

  private changedElsewhere(leaf: string): boolean {
    const isBelow = (one: string, other: string) => one === other || one.startsWith(`${other}/`);
    const changed = this.secretsChanged;
    return changed === "unknown" || changed.some((at) => isBelow(leaf, at) || isBelow(at, leaf));
  }
}

type Sides = { base: Json | undefined; theirs: Json | undefined; mine: Json | undefined };

/** The members of `auth` belong to its strategy: those of two strategies make no third. */
function mergesByMember({ base, theirs, mine }: Sides, position: Position): boolean {
  if (position !== "auth") return true;
  const strategy = (value: Json | undefined) => (isObject(value) ? value.get("strategy") : undefined);
  return equal(strategy(theirs), strategy(mine)) && (!isObject(base) || equal(strategy(base), strategy(mine)));
}

/** Equal, with each mask of a secret like any other. */
function isSame(one: Json | undefined, other: Json | undefined, position: Position): boolean {
  if (one === undefined || other === undefined) return one === other;
  return equal(withOneMask(one, position), withOneMask(other, position));
}
