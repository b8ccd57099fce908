/**
 * JSON Pointers (RFC 6901): made, taken apart, followed, and set in a tree that is never changed in place.
 */
import { type Json, type JsonObject, isObject } from "./value.ts";

/** The pointer that these names and indexes lead along. */
export function pointer(...names: (string | number)[]): string {
  return names.map((name) => `/${String(name).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

/** The names along a pointer. */
export function steps(pointer: string): string[] {
  const [, ...names] = pointer.split("/");
  return names.map((name) => name.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** What a pointer leads to; undefined where it leads nowhere. */
export function get(root: Json, pointer: string): Json | undefined {
  let value: Json | undefined = root;
  for (const name of steps(pointer)) {
    if (Array.isArray(value)) {
      value = isIndex(name) ? value[Number(name)] : undefined;
    } else if (isObject(value)) {
      value = value.get(name);
    } else {
      return undefined;
    }
  }
  return value;
}

/**
 * A tree in which this place has this value, or is gone where that is undefined. Objects that are missing on
 * the way are made. In an array, an index of its length or `-` appends, and an element that goes lets the
 * others move up.
 */
export function set(root: Json, pointer: string, value: Json | undefined): Json {
  return place(root, steps(pointer), value) ?? null;
}

function place(at: Json | undefined, names: string[], value: Json | undefined): Json | undefined {
  const [name, ...rest] = names;
  if (name === undefined) return value;
  if (Array.isArray(at)) {
    const index = name === "-" ? at.length : isIndex(name) ? Number(name) : NaN;
    if (!(index <= at.length)) return at;
    const placed = place(at[index], rest, value);
    return placed === undefined ? at.filter((_, own) => own !== index) : [...at.slice(0, index), placed, ...at.slice(index + 1)];
  }
  const members: JsonObject = isObject(at) ? new Map(at) : new Map();
  if (value === undefined && !members.has(name)) return at;
  const placed = place(members.get(name), rest, value);
  if (placed === undefined) members.delete(name);
  else members.set(name, placed);
  return members;
}

function isIndex(name: string): boolean {
  return /^(0|[1-9]\d*)$/.test(name);
}
