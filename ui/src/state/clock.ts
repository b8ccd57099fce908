/** What time it is, for whatever shows an age. It ticks each second while something does, and rests otherwise. */
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";

const ticks = signal(Date.now());
let watchers = 0;
let timer: number | undefined;

/** The time, read again each second. Components that read it must be drawn inside `useNow`. */
export function now(): number {
  return ticks.value;
}

/** The time for a component; while it is mounted, the clock runs. */
export function useNow(): number {
  useEffect(() => {
    watchers += 1;
    if (watchers === 1) {
      ticks.value = Date.now();
      timer = window.setInterval(() => (ticks.value = Date.now()), 1000);
    }
    return () => {
      watchers -= 1;
      if (watchers === 0) window.clearInterval(timer);
    };
  }, []);
  // A thing may be newer than the last tick.
  return ticks.value;
}

const STEPS: [number, string][] = [
  [60, "s"],
  [60, "min"],
  [24, "h"],
  [Number.POSITIVE_INFINITY, "d"],
];

/** "just now", "5 s ago", "3 min ago", "2 h ago", "4 d ago". */
export function ageText(milliseconds: number): string {
  let amount = Math.floor(milliseconds / 1000);
  if (amount < 1) return "just now";
  for (const [size, unit] of STEPS) {
    if (amount < size) return `${amount} ${unit} ago`;
    amount = Math.floor(amount / size);
  }
  return "long ago";
}
