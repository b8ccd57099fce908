/** Which servers the reader wants to export now. It does not know how that is done. */
import { signal } from "@preact/signals";
import { whenForgotten } from "./forgetting.ts";

/** `names`: null for all servers. `isToCopy`: to copy them rather than to save a file. */
export type Wanted = { names: readonly string[] | null; isToCopy: boolean };

export const wanted = signal<Wanted | null>(null);

export function exportOf(names: readonly string[] | null, isToCopy = false): void {
  wanted.value = { names, isToCopy };
}

export function endExport(): void {
  wanted.value = null;
}

whenForgotten(endExport);

// The way back of the browser leads away from the dialog, as from every other one.
addEventListener("hashchange", endExport);
