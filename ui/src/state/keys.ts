/**
 * The keyboard: one table of shortcuts, to which each screen adds its own while it is shown. Keys without a modifier can
 * be turned off, because they come in the way of speech control (WCAG 2.1.4).
 */
import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";

export type Shortcut = {
  /** `/`, `n`, `Escape`, `?`, or with Ctrl or Cmd: `Mod+S`. */
  keys: string;
  what: string;
  run: () => void;
  /** Also while a field has the focus. */
  whileTyping?: boolean;
  /** Where it means something; elsewhere the key is left to others. */
  when?: () => boolean;
};

/** Whether keys without a modifier do anything. */
export const singleKeys = signal(true);

/** All that holds now; the newest first. */
export const tables = signal<readonly (readonly Shortcut[])[]>([]);

/** Adds shortcuts while the component is mounted. */
export function useKeys(table: Shortcut[]): void {
  const current = useRef(table);
  current.current = table;
  const fingerprint = table.map(({ keys, what, whileTyping }) => `${keys}\n${what}\n${String(whileTyping)}`).join("\n\n");
  useEffect(() => {
    // What is run is looked up when it is run, so that it sees the newest state of its component.
    const own = current.current.map((shortcut, index): Shortcut => ({
      ...shortcut,
      run: () => current.current[index]?.run(),
      ...(shortcut.when && { when: () => current.current[index]?.when?.() === true }),
    }));
    tables.value = [own, ...tables.value];
    return () => {
      tables.value = tables.value.filter((other) => other !== own);
    };
  }, [fingerprint]);
}

addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || event.altKey) return;
  const target = event.target instanceof Element ? event.target : null;
  // A dialog or a menu has its own keys.
  if (document.querySelector("dialog[open]") !== null || target?.closest("[popover]")) return;
  const isTyping = target !== null && isEditable(target);
  const pressed = name(event);
  if (!singleKeys.value && isSingle(pressed)) return;
  for (const shortcut of tables.value.flat()) {
    if (shortcut.keys.toLowerCase() !== pressed.toLowerCase()) continue;
    if ((isTyping && shortcut.whileTyping !== true) || shortcut.when?.() === false) continue;
    event.preventDefault();
    shortcut.run();
    return;
  }
});

/** How a shortcut is written for people. */
export function spelled(keys: string): string[] {
  const mod = /mac|iphone|ipad/i.test(navigator.userAgent) ? "⌘" : "Ctrl";
  return keys.split("+").map((key) => (key === "Mod" ? mod : key === "Escape" ? "Esc" : key.length === 1 ? key.toLowerCase() : key));
}

function name(event: KeyboardEvent): string {
  const mod = event.ctrlKey || event.metaKey ? "Mod+" : "";
  return mod + event.key;
}

/** Whether it is one character alone, which is what speech control types. */
export function isSingle(keys: string): boolean {
  return keys.length === 1;
}

function isEditable(element: Element): boolean {
  if (element instanceof HTMLInputElement) return !["checkbox", "radio", "button"].includes(element.type);
  return element.matches("textarea, select, [contenteditable]");
}
