/** Short words about what was done. They leave by themselves, but wait while the reader is at them. */
import { signal } from "@preact/signals";
import { Countdown } from "./countdown.ts";

export type Action = { label: string; run: () => void };

export type Message = {
  text: string;
  /** What there is to say of single things, one a line. */
  details?: string[];
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

const countdowns = new Map<number, Countdown>();
let next = 1;

/** Shows a message. The function that is given back takes it away without a word to `onGone`. */
export function toast(message: Message): () => void {
  const id = next++;
  toasts.value = [...toasts.value, { ...message, id }];
  const left = message.untilMs ?? (message.kind === "failed" ? Number.POSITIVE_INFINITY : STAY_MS);
  countdowns.set(id, new Countdown(left, () => end(id)));
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

/** The reader is at one of them: all stay, so that none moves under the pointer. */
export function hold(): void {
  for (const countdown of countdowns.values()) countdown.hold();
}

/** The reader has left them. */
export function resume(): void {
  for (const countdown of countdowns.values()) countdown.resume();
}

function drop(id: number): Toast | undefined {
  const found = toasts.value.find((toast) => toast.id === id);
  countdowns.get(id)?.cancel();
  countdowns.delete(id);
  toasts.value = toasts.value.filter((toast) => toast.id !== id);
  return found;
}
