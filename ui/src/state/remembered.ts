/** How the reader wants the page to look, kept in the browser from one visit to the next. Nothing else is kept here. */

const PREFIX = "mcp-settings:";

type Choice = "theme" | "sort";

/** What was chosen before; null where nothing was, or the browser keeps nothing. */
export function remembered(choice: Choice): string | null {
  try {
    return localStorage.getItem(PREFIX + choice);
  } catch {
    return null;
  }
}

/** Keeps a choice, where the browser does. */
export function remember(choice: Choice, value: string): void {
  try {
    localStorage.setItem(PREFIX + choice, value);
  } catch {
    // Then it lasts as long as the tab.
  }
}
