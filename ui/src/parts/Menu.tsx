/** A button that opens a short list of things to do. */
import { useId, useRef } from "preact/hooks";
import { Icon } from "./Icon.tsx";
import { usePopover } from "./popover.ts";

/** `isByPointer`: whether it was chosen with a mouse or a finger rather than by a key or an assistive program. */
export type MenuItem = { label: string; run: (isByPointer: boolean) => void; kind?: "plain" | "danger" };

type Props = {
  label: string;
  /** What there is; or what finds that out when the menu is opened: it stays as it was then, so that nothing moves under the pointer. */
  items: MenuItem[] | (() => MenuItem[]);
  /** Whether all of it can be found by now. Until then it is looked up again. */
  isWhole?: boolean;
  /** The `data-focus` by which the button can be given the focus. */
  name?: string;
};

export function Menu({ label, items: given, isWhole = true, name }: Props) {
  const id = useId();
  const found = useRef<{ items: MenuItem[]; isWhole: boolean } | null>(null);
  const { opener, popover, isOpen, setOpen, close, onToggle } = usePopover((menu) => menu.querySelector("[role=menuitem]"), isWhole);
  if (!isOpen) found.current = null;
  else if (typeof given === "function" && found.current?.isWhole !== true) found.current = { items: given(), isWhole };
  const items = typeof given === "function" ? (found.current?.items ?? []) : given;

  const onKeyDown = (event: KeyboardEvent) => {
    const all = [...(popover.current?.querySelectorAll<HTMLElement>("[role=menuitem]") ?? [])];
    const at = all.indexOf(document.activeElement as HTMLElement);
    const to = target(event.key, at, all.length) ?? initial(event.key, at, items);
    if (to !== null) all[to]?.focus();
    else if (event.key === "Escape" || event.key === "Tab") close();
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
          ref={popover}
          role="menu"
          aria-label={label}
          popover="auto"
          onKeyDown={onKeyDown}
          onToggle={onToggle}
        >
          {items.map(({ label: text, run, kind = "plain" }) => (
            <button
              key={text}
              type="button"
              role="menuitem"
              tabIndex={-1}
              class={kind}
              onClick={(event) => {
                close();
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
