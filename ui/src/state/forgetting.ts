/**
 * What was typed and what is shown is for who is there: it is forgotten when the reader signs out, and when somebody else signs in after
 * a key has ended. One who comes back with the same key goes on. It does not know what there is to forget.
 */
import { batch, effect, signal, untracked } from "@preact/signals";
import { session } from "../api/session.ts";

/** How often all was forgotten: what began before belongs to nobody who is here now. */
export const timesForgotten = signal(0);

const forgetters: (() => void)[] = [];

/** Has this called when all is to be forgotten. */
export function whenForgotten(forget: () => void): void {
  forgetters.push(forget);
}

/** Whose key was known last. */
let last: string | null = null;

effect(() => {
  const { state, caller, hasLeft } = session.value;
  if (hasLeft) untracked(forget);
  if (caller === null || state === "signed-out") return;
  if (last !== null && last !== caller.name && !hasLeft) untracked(forget);
  last = caller.name;
});

function forget(): void {
  batch(() => {
    timesForgotten.value += 1;
    for (const own of forgetters) own();
  });
}
