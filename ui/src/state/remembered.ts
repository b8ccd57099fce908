/** How the reader wants the page to look, and for which client servers were exported last, kept in the browser from one visit to the next. Nothing else is kept here. */
import { keep, kept } from "../api/kept.ts";

const PREFIX = "mcp-settings:";

type Choice = "theme" | "sort" | "client";

/** What was chosen before; null where nothing was, or the browser keeps nothing. */
export function remembered(choice: Choice): string | null {
  return kept("browser", PREFIX + choice);
}

/** Keeps a choice, where the browser does. */
export function remember(choice: Choice, value: string): void {
  keep("browser", PREFIX + choice, value);
}
