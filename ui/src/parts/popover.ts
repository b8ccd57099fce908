/** What a button opens below itself. The browser puts it above everything and closes it when left. */
import type { RefObject } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

export type Popover = {
  opener: RefObject<HTMLButtonElement | null>;
  popover: RefObject<HTMLDivElement | null>;
  isOpen: boolean;
  setOpen: (isOpen: boolean) => void;
  /** Closes it, and gives the focus back to the button. */
  close: () => void;
  /** For the popover: a click elsewhere has closed it. */
  onToggle: (event: Event) => void;
};

/** `first`: what gets the focus in it. `size`: with this its size changes. Closed it is not rendered: each of hundreds of rows may have one. */
export function usePopover(first: (popover: HTMLDivElement) => HTMLElement | null, size?: unknown): Popover {
  const opener = useRef<HTMLButtonElement>(null);
  const popover = useRef<HTMLDivElement>(null);
  const [isOpen, setOpen] = useState(false);

  useLayoutEffect(() => {
    const [element, button] = [popover.current, opener.current];
    if (element === null || button === null) return;
    element.showPopover();
    place(element, button);
    first(element)?.focus();
  }, [isOpen]);
  useLayoutEffect(() => {
    if (popover.current !== null && opener.current !== null) place(popover.current, opener.current);
  }, [size]);

  const close = () => {
    setOpen(false);
    opener.current?.focus();
  };
  const onToggle = (event: Event) => {
    if ((event as ToggleEvent).newState === "closed") setOpen(false);
  };
  return { opener, popover, isOpen, setOpen, close, onToggle };
}

/** Below the button, or above it where there is no room. */
function place(element: HTMLElement, button: HTMLElement): void {
  const [anchor, own] = [button.getBoundingClientRect(), element.getBoundingClientRect()];
  const hasRoomBelow = anchor.bottom + own.height + 8 < innerHeight;
  const top = hasRoomBelow ? anchor.bottom + 4 : Math.max(4, anchor.top - own.height - 4);
  element.style.top = `${top}px`;
  element.style.left = `${Math.max(4, anchor.right - own.width)}px`;
}
