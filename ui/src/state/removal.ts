/**
 * Removing a server with a way back. For a while it only looks removed; then the removal is sent, under the tag of the state
 * that the reader saw. Leaving the page sends it too, so that nothing is forgotten.
 */
import { computed, effect, signal } from "@preact/signals";
import { isOf } from "../api/problem.ts";
import { remove } from "../api/servers.ts";
import { bulk as texts } from "../texts.ts";
import { mode, whyNoWrite } from "./access.ts";
import { each, reasonOf, report } from "./bulk.ts";
import { Countdown } from "./countdown.ts";
import { connection, isListed, noteOwnWrite, servers } from "./live.ts";
import { pending } from "./pending.ts";
import { focusRow } from "./row-focus.ts";
import { toast } from "./toasts.ts";

/**
 * `countdown` is shared by the servers that are removed together. `isByPointer`: the focus that the way back gets at first is
 * not somebody who is at it.
 */
export type Leaving = { etag: string; countdown: Countdown; isByPointer: boolean; isSent: boolean };

/** Servers that are about to be removed, the last one last. */
export const leaving = signal<ReadonlyMap<string, Leaving>>(new Map());

/** The last of several servers that are removed together and can still be kept. */
export const leavingTogether = computed<{ names: string[]; countdown: Countdown } | null>(() => {
  const last = [...leaving.value.values()].findLast(({ countdown, isSent }) => !isSent && togetherWith(countdown, leaving.value).length > 1);
  return last === undefined ? null : { names: togetherWith(last.countdown, leaving.value), countdown: last.countdown };
});

/** What was done last, for who does not see it. */
export const announcement = signal("");

const UNDO_MS = 10_000;

/** Removes a server in a while, in the state that the reader saw. */
export function removeLater(name: string, etag: string, isByPointer: boolean): void {
  if (begin([{ name, etag }], isByPointer)) focusRow(name);
}

/** Removes several servers in a while, with one way back for all. */
export function removeTogether(states: readonly { name: string; etag: string }[]): void {
  const [first] = states;
  if (begin(states, true) && first !== undefined && states.length === 1) focusRow(first.name);
}

function begin(states: readonly { name: string; etag: string }[], isByPointer: boolean): boolean {
  const own = states.filter(({ name }) => !leaving.peek().has(name));
  const [first] = own;
  if (first === undefined) return false;
  const countdown = new Countdown(UNDO_MS, () => void removeNow(...togetherWith(countdown, leaving.peek())));
  const next = new Map(leaving.peek());
  for (const { name, etag } of own) next.set(name, { etag, countdown, isByPointer, isSent: false });
  leaving.value = next;
  announcement.value = texts.announced(own.length === 1 ? first.name : texts.servers(own.length), UNDO_MS / 1000);
  return true;
}

/** The servers stay. */
export function undoRemoval(...names: string[]): void {
  const kept = names.filter((name) => leaving.peek().get(name)?.isSent === false);
  const [first] = kept;
  if (first === undefined) return;
  for (const name of kept) stay(name);
  focusRow(first);
  announcement.value = texts.stay(kept.length === 1 ? first : texts.servers(kept.length), kept.length);
}

/** Takes back the removal that was begun last, of those that still can be. */
export function undoLastRemoval(): void {
  const last = [...leaving.peek().values()].findLast(({ isSent }) => !isSent);
  if (last !== undefined) undoRemoval(...togetherWith(last.countdown, leaving.peek()));
}

/** Sends the removals. */
export async function removeNow(...names: string[]): Promise<void> {
  const own = names.filter((name) => leaving.peek().get(name)?.isSent === false);
  const [only] = own;
  if (only === undefined) return;
  for (const name of own) markSent(name);
  if (own.length === 1) {
    const why = await pending(texts.removing(only), send(only));
    if (why === null) toast({ text: texts.wasRemoved(only), kind: "done" });
    else if (why === texts.mayBeThere) toast({ text: texts.failure(only, why), kind: "failed" });
    else sayNotRemoved(only, why);
    return;
  }
  const failures = await pending(texts.removing(texts.servers(own.length)), each(own, send));
  report(texts.removed, own.length, failures, (again) => {
    removeTogether(again.flatMap((name) => servers.peek().get(name) ?? []));
  });
}

/** Its time is over. What it was counted down with may still be kept. */
function markSent(name: string): void {
  const begun = leaving.peek().get(name);
  if (begun === undefined) return;
  leaving.value = new Map(leaving.peek()).set(name, { ...begun, isSent: true });
  if (togetherWith(begun.countdown, leaving.peek()).length === 0) begun.countdown.cancel();
}

/** Why a server was not removed; null where it is gone. `isLeft`: the page is being left, and nobody will see the answer. */
async function send(name: string, isLeft = false): Promise<string | null> {
  const etag = leaving.peek().get(name)?.etag ?? null;
  const result = await remove(name, etag, isLeft);
  if ("ok" in result) noteOwnWrite(name, { over: etag, etag: null });
  stay(name);
  if ("ok" in result || ("problem" in result && isOf(result.problem, "unknown-server"))) return null;
  return "offline" in result ? texts.mayBeThere : reasonOf(result);
}

function sayNotRemoved(name: string, why: string): void {
  toast({ text: texts.notRemoved(name, why), kind: "failed" });
}

function stay(name: string): void {
  const rest = new Map(leaving.peek());
  const countdown = rest.get(name)?.countdown;
  rest.delete(name);
  leaving.value = rest;
  if (countdown !== undefined && togetherWith(countdown, rest).length === 0) countdown.cancel();
}

/** The servers that are counted down together and can still be kept. */
function togetherWith(countdown: Countdown, all: ReadonlyMap<string, Leaving>): string[] {
  return [...all].flatMap(([name, own]) => (own.countdown === countdown && !own.isSent ? [name] : []));
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
    if (server === undefined) toast({ text: texts.goneAlready(name), kind: "done" });
    else sayNotRemoved(name, server.etag === etag ? (whyNoWrite.peek() ?? "") : texts.changed);
  }
});

addEventListener("pagehide", () => {
  for (const [name, { isSent }] of leaving.peek()) {
    if (isSent) continue;
    markSent(name);
    void send(name, true);
  }
});

addEventListener("beforeunload", (event) => {
  // What could not be sent would be forgotten.
  const isWaiting = [...leaving.peek().values()].some(({ isSent }) => !isSent);
  if (isWaiting && connection.peek().state !== "live") event.preventDefault();
});
