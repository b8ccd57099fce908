/**
 * `args`, `env` and `headers` as rows of a form. Rows can hold what JSON can't: a name twice, a line that is not
 * filled in yet. It does not know what is secret, and how rows look.
 */
import { type Json, type JsonObject, equal, isObject } from "../../json/value.ts";
import type { Finding } from "../../model/check.ts";
import { editor } from "../../texts-editing.ts";

/**
 * A row; `id` stays its own while rows come and go, so that the field that is typed in stays the same one. `isGone`: it was
 * removed or cleared, and keeps its place until the draft is saved, so that nothing moves under the pointer.
 */
export type Row = { id: number; name: string; value: Json; isGone?: boolean };

/** The rows that show this object or array. */
export function rowsOf(value: Json | undefined): Row[] {
  if (isObject(value)) return [...value].map(([name, member], id) => ({ id, name, value: member }));
  if (Array.isArray(value)) return value.map((element, id) => ({ id, name: "", value: element }));
  return [];
}

/** The rows and some new ones: behind all, or behind the row of this index. */
export function withRows(rows: Row[], entries: [string, Json][], behind = rows.length - 1): Row[] {
  const free = rows.reduce((most, { id }) => Math.max(most, id + 1), 0);
  const added = entries.map(([name, value], index) => ({ id: free + index, name, value }));
  return rows.toSpliced(behind + 1, 0, ...added);
}

/** The object that these rows mean; of a name that is used twice the first row counts until one of them is changed. */
export function objectOf(rows: Row[]): JsonObject {
  const members: JsonObject = new Map();
  for (const row of rows) {
    if (row.isGone !== true && !isBlank(row) && !members.has(row.name)) members.set(row.name, row.value);
  }
  return members;
}

/** The array that these rows mean. */
export function arrayOf(rows: Row[]): Json[] {
  return rows.filter(({ isGone }) => isGone !== true).map(({ value }) => value);
}

/** The rows, and for each of these names without one a row that is gone, in the order in which they are stored. */
export function withGone(rows: Row[], names: string[], storedOrder: string[]): Row[] {
  let all = rows;
  for (const name of names) {
    if (all.some((row) => row.name === name)) continue;
    const before = new Set(storedOrder.slice(0, storedOrder.indexOf(name)));
    const behind = all.findLastIndex((row) => before.has(row.name));
    all = withRows(all, [[name, ""]], behind).map((row, index) => (index === behind + 1 ? { ...row, isGone: true } : row));
  }
  return all;
}

/** Whether the rows at this place are elements, which have no names. */
export function isList(at: string): boolean {
  return at === "/args" || at.endsWith("_tags") || at.endsWith("/scopes");
}

/** The rows that were there, or new ones where the draft was changed by other means than these rows. */
export function followed(rows: Row[] | undefined, value: Json | undefined): Row[] {
  if (rows === undefined) return rowsOf(value);
  const isArray = Array.isArray(value);
  if (isArray || isObject(value)) return equal(isArray ? arrayOf(rows) : objectOf(rows), value) ? rows : rowsOf(value);
  return rows.every((row) => row.isGone === true || isBlank(row)) ? rows : [];
}

/** What is wrong with rows that no object can say. */
export function rowFaults(member: string, rows: Row[]): Finding[] {
  const seen = new Map<string, number>();
  const faults: Finding[] = [];
  for (const [index, row] of rows.entries()) {
    if (row.isGone === true || isBlank(row)) continue;
    const first = seen.get(row.name);
    if (row.name === "") {
      faults.push({ pointer: rowPointer(member, index), message: editor.nameNeeded });
    } else if (first !== undefined) {
      const message = editor.nameTwice(row.name, first + 1);
      faults.push({ pointer: rowPointer(member, index), message });
    } else {
      seen.set(row.name, index);
    }
  }
  return faults;
}

/** Where findings about a row itself are put: `/env/#2`, by its number, since its name may be nobody's. */
export function rowPointer(member: string, index: number): string {
  return `${member}/#${index + 1}`;
}

function isBlank({ name, value }: Row): boolean {
  return name === "" && value === "";
}
