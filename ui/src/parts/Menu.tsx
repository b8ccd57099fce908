/** A button that opens a short list of things to do. The browser puts it above everything and closes it when left. */
import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Icon } from "./Icon.tsx";

/** `isByPointer`: whether it was chosen with a mouse or a finger rather than by a key or an assistive program. */
export type MenuItem = { label: string; run: (isByPointer: boolean) => void; kind?: "plain" | "danger" };

/** `name`: the `data-focus` by which the button can be given the focus. */
export function Menu({ label, items, name }: { label: string; items: MenuItem[]; name?: string }) {
  const id = useId();
  const opener = useRef<HTMLButtonElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const [isOpen, setOpen] = useState(false);

  useLayoutEffect(() => {
    const element = list.current;
    const button = opener.current;
    // A closed menu is not rendered: each of hundreds of rows has one.
    if (element === null || button === null) return;
    element.showPopover();
    place(element, button);
    element.querySelector<HTMLElement>("[role=menuitem]")?.focus();
  }, [isOpen]);

  const close = (isFocusBack: boolean) => {
    setOpen(false);
    if (isFocusBack) opener.current?.focus();
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const all = [...(list.current?.querySelectorAll<HTMLElement>("[role=menuitem]") ?? [])];
    const at = all.indexOf(document.activeElement as HTMLElement);
    const to = target(event.key, at, all.length) ?? initial(event.key, at, items);
    if (to !== null) all[to]?.focus();
    else if (event.key === "Escape") close(true);
    else if (event.key === "Tab") close(true);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <>
      <button
        type="button"
        class="button quiet"
        ref={opener}
        data-focus={name}
        aria-label={label}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        onClick={() => setOpen(!isOpen)}
        onKeyDown={(event) => {
          if (event.key !== "ArrowDown") return;
          event.preventDefault();
          setOpen(true);
        }}
      >
        <Icon name="more" />
      </button>
      {isOpen && (
        <div
          class="menu"
          id={id}
          ref={list}
          role="menu"
          aria-label={label}
          popover="auto"
          onKeyDown={onKeyDown}
          onToggle={(event) => {
            // Closed by the browser: a click elsewhere.
            if ((event as ToggleEvent).newState === "closed") setOpen(false);
          }}
        >
          {items.map(({ label: text, run, kind = "plain" }) => (
            <button
              key={text}
              type="button"
              role="menuitem"
              tabIndex={-1}
              class={kind}
              onClick={(event) => {
                close(true);
                run(event.detail > 0);
              }}
            >
              {text}
            </button>
          ))}
        </div>
      )}
    </>
  );
}

/** Which item an arrow, Home or End leads to. */
function target(key: string, at: number, count: number): number | null {
  if (key === "ArrowDown") return (at + 1) % count;
  if (key === "ArrowUp") return (at - 1 + count) % count;
  if (key === "Home") return 0;
  return key === "End" ? count - 1 : null;
}

/** The next item that begins with a letter. */
function initial(key: string, at: number, items: MenuItem[]): number | null {
  if (key.length !== 1) return null;
  const order = items.map((_, index) => (at + 1 + index) % items.length);
  return order.find((index) => items[index]?.label.toLowerCase().startsWith(key.toLowerCase())) ?? null;
}

/** Below the button, or above it where there is no room. */
export function place(element: HTMLElement, button: HTMLElement): void {
  const [anchor, own] = [button.getBoundingClientRect(), element.getBoundingClientRect()];
  const hasRoomBelow = anchor.bottom + own.height + 8 < innerHeight;
  const top = hasRoomBelow ? anchor.bottom + 4 : Math.max(4, anchor.top - own.height - 4);
  element.style.top = `${top}px`;
  element.style.left = `${Math.max(4, anchor.right - own.width)}px`;
}
