/** Where the short words about what was done are shown, and read aloud. */
import { useLayoutEffect, useRef } from "preact/hooks";
import { end, hold, resume, take, toasts } from "../state/toasts.ts";
import { shell } from "../texts.ts";
import { Button } from "./Button.tsx";

export function Toasts() {
  const region = useRef<HTMLElement>(null);
  const number = toasts.value.length;
  useLayoutEffect(() => {
    if (number === 0) return undefined;
    const show = () => showField(region.current);
    show();
    addEventListener("focusin", show);
    return () => removeEventListener("focusin", show);
  }, [number]);
  return (
    <section ref={region} class="toasts" aria-label={shell.messages} aria-live="polite">
      {toasts.value.map(({ id, text, details = [], kind, action, actions = action ? [action] : [] }) => (
        <div
          key={id}
          class={`toast ${kind}`}
          role={kind === "failed" ? "alert" : "status"}
          onMouseEnter={hold}
          onMouseLeave={resume}
          onFocusIn={hold}
          onFocusOut={resume}
        >
          <div class="toast-text">
            <p dir="auto">{text}</p>
            {details.length > 0 && (
              <ul>
                {details.map((detail) => (
                  <li key={detail} dir="auto">
                    {detail}
                  </li>
                ))}
              </ul>
            )}
          </div>
          {actions.map((one) => (
            <Button key={one.label} kind="quiet" onPress={() => take(id, one)}>
              {one.label}
            </Button>
          ))}
          <Button kind="quiet" icon="close" label={shell.closeMessage(text)} onPress={() => end(id)}>
            {""}
          </Button>
        </div>
      ))}
    </section>
  );
}

const APART = 8;

/** What is being typed is never below a message: it is scrolled above. */
function showField(region: HTMLElement | null): void {
  const field = document.activeElement;
  if (region === null || !field?.matches("input, textarea, select") || field.closest("dialog") !== null) return;
  const own = field.getBoundingClientRect();
  const covers = [...region.children].map((toast) => toast.getBoundingClientRect()).filter((toast) => toast.right > own.left && toast.left < own.right);
  const top = Math.min(...covers.map((toast) => toast.top));
  if (own.bottom + APART > top && own.top < innerHeight) scrollerOf(field).scrollBy(0, own.bottom + APART - top);
}

function scrollerOf(element: Element): Element {
  for (let around = element.parentElement; around !== null; around = around.parentElement) {
    if (around.scrollHeight > around.clientHeight && /auto|scroll/.test(getComputedStyle(around).overflowY)) return around;
  }
  return document.documentElement;
}
