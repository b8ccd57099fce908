/** Places in the text: where a fault of it is, and the way of the cursor there. */
import type { Place } from "../../api/import.ts";
import { type Problem, isOf } from "../../api/problem.ts";

export type Spot = Pick<Place, "line" | "column">;

/** Why the text as a whole can't be read, and where; null where a problem is about something else. */
export function faultIn(problem: Problem): { message: string; place: Spot | null } | null {
  if (!isOf(problem, "unreadable-text")) return null;
  const [{ message, line, column } = { message: problem.detail }] = problem.errors ?? [];
  return { message, place: line === undefined || column === undefined ? null : { line, column } };
}

/** Puts the cursor at a place of the text, with the rest of its line chosen. Columns count characters. */
export function goTo(field: HTMLTextAreaElement | null, { line, column }: Spot): void {
  if (field === null) return;
  const lines = field.value.split("\n");
  const before = lines.slice(0, line - 1).reduce((sum, own) => sum + own.length + 1, 0);
  const own = lines[line - 1] ?? "";
  const start = before + [...own].slice(0, column - 1).join("").length;
  field.focus();
  // The browser scrolls to where the cursor is put, and not to what is chosen.
  field.setSelectionRange(start, start);
  field.blur();
  field.focus();
  field.setSelectionRange(start, Math.max(start, before + own.length));
}
