/** What can be asked of a running server, or of one that should run: where it is shown, and in the menu of its row. */
import { probe, restart } from "../../api/instances.ts";
import type { InstanceStatus } from "../../api/events.ts";
import type { Result } from "../../api/problem.ts";
import { may } from "../../api/session.ts";
import { isRunner } from "../../state/instances.ts";
import { pending } from "../../state/pending.ts";
import { toast } from "../../state/toasts.ts";
import { statusTexts as texts } from "../../texts-running.ts";
import { whyNot } from "../editor/why-not.ts";

/** `run` says itself what has come of it. */
export type Action = { label: string; isUrgent: boolean; run: () => Promise<void> };

/** What can be asked of it now. A reader who may not, and a service that does not run it, can ask for nothing. */
export function actionsOn(name: string, { state }: Pick<InstanceStatus, "state">): Action[] {
  if (may("write") !== true || isRunner.value === false) return [];
  const startAgain = (label: string, done: string, isUrgent = false): Action => ({
    label, isUrgent,
    run: () => ask(name, texts.starting(name), restart(name), () => toast({ text: done, kind: "done" })),
  });
  const check = async () =>
    ask(name, texts.checking(name), probe(name), ({ ok, ms, fault }) =>
      toast(ok ? { text: texts.answeredIn(name, ms), kind: "done" } : { text: texts.checkFailed(name, fault?.message ?? ""), kind: "failed" }),
    );
  if (state === "error") return [startAgain(texts.retryNow, texts.tried(name), true)];
  if (state === "idle") return [startAgain(texts.start, texts.started(name))];
  return state === "running" ? [{ label: texts.checkNow, isUrgent: false, run: check }, startAgain(texts.restart, texts.restarted(name))] : [];
}

async function ask<T>(name: string, what: string, asked: Promise<Result<T>>, done: (answer: T) => void): Promise<void> {
  const answer = await pending(what, asked);
  if ("ok" in answer) done(answer.ok);
  else toast({ text: texts.notDone(name, whyNot(answer, "run")), kind: "failed" });
}
