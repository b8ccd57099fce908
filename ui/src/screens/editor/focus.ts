/** Where the focus goes once the page is redrawn: to a field that is not there yet, or to what is wrong. */
import { useLayoutEffect, useRef } from "preact/hooks";
import { pointer, steps } from "../../json/pointer.ts";

/** Gives a function that names, by its `data-focus`, the element to be focused after the next drawing. */
export function useFocusNext(): (name: string) => void {
  const wanted = useRef<string | null>(null);
  useLayoutEffect(() => {
    if (wanted.current === null) return;
    focusNamed(wanted.current);
    wanted.current = null;
  });
  return (name) => {
    wanted.current = name;
  };
}

/** Focuses what has this `data-focus`. */
export function focusNamed(name: string): void {
  document.querySelector<HTMLElement>(`[data-focus="${CSS.escape(name)}"]`)?.focus();
}

/** Focuses the field of a place, or the nearest one around it; false where the form has none. */
export function focusField(at: string): boolean {
  for (let names = steps(at); names.length > 0; names = names.slice(0, -1)) {
    const field = document.querySelector<HTMLElement>(`[data-at="${CSS.escape(pointer(...names))}"]`);
    if (field !== null) {
      field.focus();
      field.scrollIntoView({ block: "center" });
      return true;
    }
  }
  return false;
}
