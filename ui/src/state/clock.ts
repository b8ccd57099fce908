/** What time it is, for whatever shows an age. It ticks each second while something does, and rests otherwise. */
import { type ReadonlySignal, computed, signal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";

const ticks = signal(Date.now());
let watchers = 0;
let timer: number | undefined;

const TICK_MS = 1_000;
/** What comes once a second comes a little later than the clock would tick. */
const SLACK_MS = 200;

/** The time, read again each second. Components that read it must be drawn inside `useNow`. */
export function now(): number {
  return ticks.value;
}

/** The time for a component; while it is mounted, the clock runs. */
export function useNow(): number {
  useClock();
  // A thing may be newer than the last tick.
  return ticks.value;
}

/** A text that changes with the time, for as long as `inputs` are the same. Only where it differs anything is drawn. */
export function useTimeText(text: (now: number) => string, inputs: readonly unknown[]): ReadonlySignal<string> {
  useClock();
  return useMemo(() => computed(() => text(ticks.value)), inputs);
}

/** While the component is mounted, the clock runs. */
function useClock(): void {
  useEffect(() => {
    watchers += 1;
    if (watchers === 1) tick(TICK_MS);
    return () => {
      watchers -= 1;
      if (watchers === 0) window.clearTimeout(timer);
    };
  }, []);
}

/** Something else is drawn now: times are drawn with it, and not once more a moment later. */
export function tickAlong(): void {
  if (watchers > 0) tick(TICK_MS + SLACK_MS);
}

function tick(wait: number): void {
  ticks.value = Date.now();
  window.clearTimeout(timer);
  timer = window.setTimeout(() => tick(TICK_MS), wait);
}

const STEPS: [number, string][] = [
  [60, "s"],
  [60, "min"],
  [24, "h"],
  [Number.POSITIVE_INFINITY, "d"],
];

/** "just now", "5 s ago", "3 min ago", "2 h ago", "4 d ago". */
export function ageText(milliseconds: number): string {
  return milliseconds < 1000 ? "just now" : `${spanText(milliseconds)} ago`;
}

/** "0 s", "5 s", "3 min", "2 h", "4 d". */
export function spanText(milliseconds: number): string {
  let amount = Math.max(0, Math.floor(milliseconds / 1000));
  for (const [size, unit] of STEPS) {
    if (amount < size) return `${amount} ${unit}`;
    amount = Math.floor(amount / size);
  }
  return "";
}
