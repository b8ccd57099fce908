/** A button that opens a small panel below it. */
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { Icon } from "./Icon.tsx";
import { usePopover } from "./popover.ts";

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
  const { opener, popover, isOpen, setOpen, close, onToggle } = usePopover((panel) => panel);

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
          ref={popover}
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
            if (relatedTarget instanceof Node && !popover.current?.contains(relatedTarget)) setOpen(false);
          }}
          onToggle={onToggle}
        >
          {children(close)}
        </div>
      )}
    </>
  );
}
