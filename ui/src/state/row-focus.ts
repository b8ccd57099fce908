/** Which row of the list is to get the focus once it is drawn. A user who does something else meanwhile is not disturbed. */
import { signal } from "@preact/signals";

export const wantedRow = signal<string | null>(null);

export function focusRow(name: string): void {
  wantedRow.value = name;
}

/** Gives the focus to the wanted row, if it is there. */
export function giveFocus(table: HTMLElement | null): void {
  const name = wantedRow.peek();
  const row = name === null ? null : table?.querySelector<HTMLElement>(`[data-row="${CSS.escape(name)}"]`);
  if (row === null || row === undefined) return;
  wantedRow.value = null;
  firstStop(row)?.focus();
}

/** The first element of a row that can have the focus: its way back, its link, or what else can be pressed in it. */
export function firstStop(row: HTMLElement): HTMLElement | null {
  for (const stop of ["[data-undo]", "a[data-server]", "button"]) {
    const found = row.querySelector<HTMLElement>(stop);
    if (found !== null) return found;
  }
  return null;
}

for (const move of ["pointerdown", "keydown"]) {
  addEventListener(move, () => (wantedRow.value = null), { capture: true, passive: true });
}
