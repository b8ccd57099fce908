/** A button that opens a small panel below it. The browser puts it above everything and closes it when left. */
import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Icon } from "./Icon.tsx";
import { place } from "./Menu.tsx";

export type PanelProps = {
  /** What is on the button. */
  text: string;
  /** What the panel is called. */
  label: string;
  onOpen?: () => void;
  /** Draws the content; `close` gives the focus back to the button. */
  children: (close: () => void) => ComponentChildren;
};

export function Panel({ text, label, onOpen, children }: PanelProps) {
  const id = useId();
  const opener = useRef<HTMLButtonElement>(null);
  const panel = useRef<HTMLDivElement>(null);
  const [isOpen, setOpen] = useState(false);

  useLayoutEffect(() => {
    const [element, button] = [panel.current, opener.current];
    if (element === null || button === null) return;
    element.showPopover();
    place(element, button);
    element.focus();
  }, [isOpen]);

  const close = () => {
    setOpen(false);
    opener.current?.focus();
  };

  return (
    <>
      <button
        type="button"
        class="button quiet panel-opener"
        ref={opener}
        aria-haspopup="dialog"
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        aria-label={`${label}: ${text}`}
        onClick={() => {
          if (!isOpen) onOpen?.();
          setOpen(!isOpen);
        }}
      >
        <span class="panel-text" dir="auto">
          {text}
        </span>
        <Icon name="down" />
      </button>
      {isOpen && (
        <div
          class="panel"
          id={id}
          ref={panel}
          role="dialog"
          aria-label={label}
          tabIndex={-1}
          popover="auto"
          onKeyDown={(event) => {
            if (event.key !== "Escape") return;
            event.preventDefault();
            event.stopPropagation();
            close();
          }}
          onFocusOut={({ relatedTarget }) => {
            if (relatedTarget instanceof Node && !panel.current?.contains(relatedTarget)) setOpen(false);
          }}
          onToggle={(event) => {
            // Closed by the browser: a click elsewhere.
            if ((event as ToggleEvent).newState === "closed") setOpen(false);
          }}
        >
          {children(close)}
        </div>
      )}
    </>
  );
}
