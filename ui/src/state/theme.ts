/** Light, dark, or as the system has it. The browser remembers it. */
import { effect, signal } from "@preact/signals";
import { remembered, remember } from "./remembered.ts";

export type Theme = "system" | "light" | "dark";

const THEMES: readonly string[] = ["system", "light", "dark"] satisfies Theme[];

const before = remembered("theme");

export const theme = signal<Theme>(before !== null && THEMES.includes(before) ? (before as Theme) : "system");

effect(() => {
  if (theme.value === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme.value;
});

/** Chooses a theme, for this tab and those that are opened later. */
export function chooseTheme(chosen: Theme): void {
  theme.value = chosen;
  remember("theme", chosen);
}
