/** The servers that the reader has selected in the list. It does not know what is done with them. */
import { computed, signal } from "@preact/signals";
import { servers } from "./live.ts";
import { leaving } from "./removal.ts";

const chosen = signal<ReadonlySet<string>>(new Set());

/** Where a range begins: what was selected or not last. */
let anchor: string | null = null;

/** Those that are still there, and stay. */
export const selection = computed<ReadonlySet<string>>(() => {
  const isThere = (name: string) => servers.value.has(name) && !leaving.value.has(name);
  return new Set([...chosen.value].filter(isThere));
});

/** `through`: all names in their order; what is between the last one and this is selected alike. */
export function select(name: string, isSelected: boolean, through?: readonly string[]): void {
  const names = through === undefined || anchor === null ? [name] : between(through, anchor, name);
  anchor = name;
  selectAll(names, isSelected);
}

export function selectAll(names: readonly string[], isSelected: boolean): void {
  const next = new Set(selection.peek());
  for (const name of names) {
    if (isSelected) next.add(name);
    else next.delete(name);
  }
  chosen.value = next;
}

export function clearSelection(): void {
  anchor = null;
  chosen.value = new Set();
}

function between(names: readonly string[], from: string, to: string): readonly string[] {
  const [a, b] = [names.indexOf(from), names.indexOf(to)];
  return a < 0 || b < 0 ? [to] : names.slice(Math.min(a, b), Math.max(a, b) + 1);
}
