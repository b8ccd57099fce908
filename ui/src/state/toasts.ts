/** Short words about what was done. They leave by themselves, but wait while the reader is at them. */
import { signal } from "@preact/signals";

export type Action = { label: string; run: () => void };

export type Message = {
  text: string;
  kind: "done" | "failed";
  action?: Action;
  actions?: Action[];
  /** How long it stays; a failure stays until it is closed. */
  untilMs?: number;
  /** Called when it leaves, however it does, unless one of its actions was taken. */
  onGone?: () => void;
};

export type Toast = Message & { id: number };

const STAY_MS = 6_000;

export const toasts = signal<Toast[]>([]);

type Clock = { timer: number | undefined; left: number; since: number };

const clocks = new Map<number, Clock>();
let next = 1;

/** Shows a message. The function that is given back takes it away without a word to `onGone`. */
export function toast(message: Message): () => void {
  const id = next++;
  toasts.value = [...toasts.value, { ...message, id }];
  const left = message.untilMs ?? (message.kind === "failed" ? Number.POSITIVE_INFINITY : STAY_MS);
  clocks.set(id, { timer: undefined, left, since: 0 });
  resume(id);
  return () => {
    drop(id);
  };
}

/** Its time is over, or it was closed. */
export function end(id: number): void {
  const message = drop(id);
  message?.onGone?.();
}

/** One of its actions is taken. */
export function take(id: number, action: Action): void {
  if (drop(id) !== undefined) action.run();
}

/** The reader is at it. */
export function hold(id: number): void {
  const clock = clocks.get(id);
  if (clock?.timer === undefined) return;
  window.clearTimeout(clock.timer);
  clock.timer = undefined;
  clock.left -= Date.now() - clock.since;
}

/** The reader has left it. */
export function resume(id: number): void {
  const clock = clocks.get(id);
  if (clock === undefined || clock.timer !== undefined || clock.left === Number.POSITIVE_INFINITY) return;
  clock.since = Date.now();
  clock.timer = window.setTimeout(() => end(id), Math.max(clock.left, 0));
}

function drop(id: number): Toast | undefined {
  const found = toasts.value.find((toast) => toast.id === id);
  window.clearTimeout(clocks.get(id)?.timer);
  clocks.delete(id);
  toasts.value = toasts.value.filter((toast) => toast.id !== id);
  return found;
}
