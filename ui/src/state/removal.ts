/**
 * Removing a server with a way back: nothing is sent until the word about it has left the screen. A tab that is closed
 * before leaves the server in place.
 */
import { signal } from "@preact/signals";
import { type Problem, isOf } from "../api/problem.ts";
import { remove } from "../api/servers.ts";
import { noteOwnWrite } from "./live.ts";
import { pending } from "./pending.ts";
import { toast } from "./toasts.ts";

/** Servers that are about to be removed; the list no longer shows them. */
export const leaving = signal<ReadonlySet<string>>(new Set());

const UNDO_MS = 6_000;

/** Removes a server in a while, in the state that the reader saw. */
export function removeLater(name: string, etag: string): void {
  if (leaving.value.has(name)) return;
  leaving.value = new Set([...leaving.value, name]);
  const send = () => void removeNow(name, etag);
  toast({
    text: `${name} will be removed`,
    kind: "done",
    untilMs: UNDO_MS,
    actions: [
      { label: "Undo", run: () => stay(name) },
      { label: "Remove now", run: send },
    ],
    onGone: send,
  });
}

async function removeNow(name: string, etag: string): Promise<void> {
  const result = await pending(`Removing ${name}`, remove(name, etag));
  const isGone = "ok" in result || ("problem" in result && isOf(result.problem, "unknown-server"));
  // Where somebody else was faster, the stream says who.
  if ("ok" in result) noteOwnWrite(name, { over: etag, etag: null });
  stay(name);
  if (isGone) toast({ text: `${name} was removed`, kind: "done" });
  else if ("offline" in result) toast({ text: `The service can't be reached, so ${name} may still be there.`, kind: "failed" });
  else toast({ text: `${name} was not removed: ${reason(result.problem)}`, kind: "failed" });
}

function reason({ status, detail, title }: Problem): string {
  return status === 412 ? "somebody else has changed it meanwhile." : detail || title;
}

function stay(name: string): void {
  leaving.value = new Set([...leaving.value].filter((other) => other !== name));
}
