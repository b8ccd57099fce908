/**
 * Texts that the browser keeps for this page: for a tab, or from one visit to the next. Some browsers let a page keep
 * nothing; then there is nothing. It does not know what they say.
 */
import { base } from "./place.ts";

/** Where a text is kept: as long as the tab, or as long as the browser. */
export type Where = "tab" | "browser";

/** The name under which a tab keeps this. Other services may be at the same origin, under another path. */
export function nameHere(what: string): string {
  return `mcp-settings:${what}:${base}`;
}

/** The text under this name; null where none is kept. */
export function kept(where: Where, name: string): string | null {
  try {
    return storage(where).getItem(name);
  } catch {
    return null;
  }
}

/** Keeps a text, or with null nothing any more. */
export function keep(where: Where, name: string, text: string | null): void {
  try {
    if (text === null) storage(where).removeItem(name);
    else storage(where).setItem(name, text);
  } catch {
    // It lasts as long as the page then.
  }
}

function storage(where: Where): Storage {
  return where === "tab" ? sessionStorage : localStorage;
}
