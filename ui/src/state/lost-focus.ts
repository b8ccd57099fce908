/**
 * Catches the focus where what had it is taken away: it goes to what is near, and never falls to the body, from where a
 * keyboard would begin at the top again. Code that knows a better place sets the focus itself, which takes precedence.
 */
import { firstStop } from "./row-focus.ts";

/** The element that had the focus last, and its place. */
let last: { element: Element; around: Element[]; row: number } | null = null;

const STOPS = "button, a[href], input:not(:disabled), textarea:not(:disabled), select:not(:disabled), [tabindex='0']";

addEventListener("focusin", ({ target }) => {
  if (!(target instanceof Element)) return;
  const around: Element[] = [];
  for (let element = target.parentElement; element !== null; element = element.parentElement) around.push(element);
  const row = target.closest("[data-row]");
  last = { element: target, around, row: row === null ? -1 : rowsIn(row.parentElement).indexOf(row as HTMLElement) };
});

addEventListener("focusout", ({ target, relatedTarget }) => {
  // Left, not lost: somebody clicked beside it. What is being taken away is not connected a moment later.
  queueMicrotask(() => {
    if (relatedTarget === null && last?.element === target && (target as Element).isConnected) last = null;
  });
});

new MutationObserver(() => {
  if (last === null || last.element.isConnected || document.activeElement !== document.body) return;
  const lost = last;
  last = null;
  near(lost)?.focus();
}).observe(document.documentElement, { childList: true, subtree: true });

function near({ around, row }: { around: Element[]; row: number }): HTMLElement | null {
  const dialog = [...document.querySelectorAll("dialog[open]")].at(-1);
  if (dialog !== undefined) return dialog.querySelector<HTMLElement>(STOPS);
  const still = around.find((element) => element.isConnected && document.body !== element);
  if (row >= 0) {
    const rows = rowsIn(still?.closest("tbody") ?? document.querySelector("tbody"));
    const neighbour = rows[Math.min(row, rows.length - 1)];
    if (neighbour !== undefined) return firstStop(neighbour);
  }
  // Not farther than the part of the screen that it was in: the heading says where one is.
  const part = still?.closest<HTMLElement>("[data-row], .rows, .field, [role=radiogroup], .import-entry, [role=tabpanel], .toasts");
  return part?.querySelector<HTMLElement>(STOPS) ?? document.querySelector<HTMLElement>("main h1");
}

function rowsIn(body: Element | null | undefined): HTMLElement[] {
  return [...(body?.querySelectorAll<HTMLElement>("[data-row]") ?? [])];
}
