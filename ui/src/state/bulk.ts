/**
 * One thing done to several servers: a guarded request for each, a few at a time, and one message about all. What was refused is
 * listed by name and reason, and can be tried again.
 */
import type { Result } from "../api/problem.ts";
import { setEnabled } from "../api/servers.ts";
import { isServerName } from "../model/name.ts";
import { bulk as texts, list } from "../texts.ts";
import { type LiveServer, noteOwnWrite, servers } from "./live.ts";
import { pending } from "./pending.ts";
import { toast } from "./toasts.ts";

const AT_ONCE = 6;

export type Failure = { name: string; why: string };

/** Does something for each name, a few at a time, and gives the failures. */
export async function each(names: readonly string[], task: (name: string) => Promise<string | null>): Promise<Failure[]> {
  const waiting = [...names];
  const failures: Failure[] = [];
  const work = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      const why = await task(name);
      if (why !== null) failures.push({ name, why });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return failures;
}

/** One message: how many were done, and which were not and why. */
export function report(done: (count: number) => string, count: number, failures: Failure[], retry: (names: string[]) => void): void {
  if (failures.length === 0) {
    toast({ text: done(count), kind: "done" });
    return;
  }
  const names = failures.map(({ name }) => name);
  toast({
    text: texts.failed(done(count - failures.length), failures.length),
    details: failures.map(({ name, why }) => texts.failure(name, why)),
    kind: "failed",
    action: { label: texts.retry, run: () => retry(names) },
  });
}

/** Turns servers on or off, each in the state that is shown. */
export async function enableAll(names: readonly string[], on: boolean): Promise<void> {
  const failures = await pending(texts.enabling(names.length, on), each(names, (name) => enable(servers.peek().get(name), on)));
  report((count) => texts.enabled(count, on), names.length, failures, (again) => void enableAll(again, on));
}

/** Why a server was not turned on or off; null where it was. */
async function enable(server: LiveServer | undefined, on: boolean): Promise<string | null> {
  if (server === undefined) return texts.gone;
  const { name, etag, config, enabled } = server;
  if (config === null) return list.invalidConfig;
  if (isServerName(name) !== null) return list.invalidName;
  if (enabled === on) return null;
  const result = await setEnabled(name, on, etag);
  if (!("ok" in result)) return reasonOf(result);
  noteOwnWrite(name, { over: etag, etag: result.ok.etag }, result.ok);
  return null;
}

/** Why something was not done, for people. */
export function reasonOf(result: Exclude<Result<unknown>, { ok: unknown }>): string {
  if ("offline" in result) return texts.offline;
  const { status, detail, title } = result.problem;
  return status === 412 ? texts.changed : detail || title;
}
