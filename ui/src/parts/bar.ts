/** A bar that stays at the bottom of the window: messages are shown above it. */
import type { RefObject } from "preact";
import { useLayoutEffect } from "preact/hooks";

/** Gives the height of the bar, while it is shown, to the style of the messages. */
export function useBar(bar: RefObject<HTMLElement | null>, isShown: boolean): void {
  useLayoutEffect(() => {
    const { style } = document.documentElement;
    const measured = new ResizeObserver(() => style.setProperty("--bar", `${bar.current?.offsetHeight ?? 0}px`));
    if (bar.current !== null) measured.observe(bar.current);
    return () => {
      measured.disconnect();
      style.removeProperty("--bar");
    };
  }, [isShown]);
}
