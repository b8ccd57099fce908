/**
 * Removing a server with a way back. For a while it only looks removed; then the removal is sent, under the tag of the state
 * that the reader saw. Leaving the page sends it too, so that nothing is forgotten.
 */
import { effect, signal } from "@preact/signals";
import { type Problem, isOf } from "../api/problem.ts";
import { remove } from "../api/servers.ts";
import { mode, whyNoWrite } from "./access.ts";
import { Countdown } from "./countdown.ts";
import { connection, isListed, noteOwnWrite, servers } from "./live.ts";
import { pending } from "./pending.ts";
import { focusRow } from "./row-focus.ts";
import { toast } from "./toasts.ts";

/** `isByPointer`: the focus that the way back gets at first is not somebody who is at it. */
export type Leaving = { etag: string; countdown: Countdown; isByPointer: boolean; isSent: boolean };

/** Servers that are about to be removed, the last one last. */
export const leaving = signal<ReadonlyMap<string, Leaving>>(new Map());

/** What was done last, for who does not see it. */
export const announcement = signal("");

const UNDO_MS = 10_000;

/** Removes a server in a while, in the state that the reader saw. */
export function removeLater(name: string, etag: string, isByPointer: boolean): void {
  if (leaving.peek().has(name)) return;
  const countdown = new Countdown(UNDO_MS, () => void removeNow(name));
  leaving.value = new Map(leaving.peek()).set(name, { etag, countdown, isByPointer, isSent: false });
  focusRow(name);
  announcement.value = `${name} will be removed in ${UNDO_MS / 1000} seconds. Ctrl+Z undoes it.`;
}

/** The server stays. */
export function undoRemoval(name: string): void {
  if (leaving.peek().get(name)?.isSent !== false) return;
  stay(name);
  focusRow(name);
  announcement.value = `${name} stays.`;
}

/** Takes back the removal that was begun last, of those that still can be. */
export function undoLastRemoval(): void {
  const last = [...leaving.peek()].findLast(([, { isSent }]) => !isSent);
  if (last !== undefined) undoRemoval(last[0]);
}

/** Sends the removal. `isLeft`: the page is being left, and nobody will see the answer. */
export async function removeNow(name: string, isLeft = false): Promise<void> {
  const begun = leaving.peek().get(name);
  if (begun === undefined || begun.isSent) return;
  begun.countdown.cancel();
  leaving.value = new Map(leaving.peek()).set(name, { ...begun, isSent: true });
  const result = await pending(`Removing ${name}`, remove(name, begun.etag, isLeft));
  if ("ok" in result) noteOwnWrite(name, { over: begun.etag, etag: null });
  stay(name);
  if ("ok" in result || ("problem" in result && isOf(result.problem, "unknown-server"))) {
    toast({ text: `${name} was removed`, kind: "done" });
  } else if ("offline" in result) {
    toast({ text: `The service can't be reached, so ${name} may still be there.`, kind: "failed" });
  } else {
    sayNotRemoved(name, reason(result.problem));
  }
}

function reason({ status, detail, title }: Problem): string {
  return status === 412 ? CHANGED : detail || title;
}

const CHANGED = "somebody else has changed it meanwhile.";

function sayNotRemoved(name: string, why: string): void {
  toast({ text: `${name} was not removed: ${why}`, kind: "failed" });
}

function stay(name: string): void {
  const rest = new Map(leaving.peek());
  rest.get(name)?.countdown.cancel();
  rest.delete(name);
  leaving.value = rest;
}

// What the stream reports meanwhile takes precedence.
effect(() => {
  const [current, isViewOnly] = [servers.value, mode.value === "view"];
  if (!isListed.value) return;
  for (const [name, { etag, isSent }] of leaving.peek()) {
    if (isSent) continue;
    const server = current.get(name);
    if (server?.etag === etag && !isViewOnly) continue;
    stay(name);
    if (server === undefined) toast({ text: `${name} was removed already`, kind: "done" });
    else sayNotRemoved(name, server.etag === etag ? (whyNoWrite.peek() ?? "") : CHANGED);
  }
});

addEventListener("pagehide", () => {
  for (const name of leaving.peek().keys()) void removeNow(name, true);
});

addEventListener("beforeunload", (event) => {
  // What could not be sent would be forgotten.
  const isWaiting = [...leaving.peek().values()].some(({ isSent }) => !isSent);
  if (isWaiting && connection.peek().state !== "live") event.preventDefault();
});
