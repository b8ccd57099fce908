/**
 * One instance in full, for as long as it is looked at: asked for at first, and again each time that the stream says something of
 * it. Never more than one question at a time, and none without a reason.
 */
import { useEffect, useRef, useState } from "preact/hooks";
import { type Instance, instanceOf } from "../../api/instances.ts";
import type { Problem } from "../../api/problem.ts";
import { statusOf } from "../../state/instances.ts";

export type Watched = {
  instance: Instance | null;
  /** When it was as shown. */
  readAt: number;
  /** Why it can't be had, where nothing is shown. */
  problem: Problem | null;
  refresh: () => void;
};

export function useInstance(name: string): Watched {
  const status = statusOf(name);
  const [known, setKnown] = useState<{ instance: Instance; readAt: number } | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const asking = useRef({ isBusy: false, isWanted: false, isHere: true });

  async function ask(): Promise<void> {
    const own = asking.current;
    own.isWanted = true;
    if (own.isBusy) return;
    own.isBusy = true;
    while (own.isWanted && own.isHere) {
      own.isWanted = false;
      const answer = await instanceOf(name);
      if (!own.isHere) break;
      if ("ok" in answer) setKnown({ instance: answer.ok, readAt: Date.now() });
      setProblem("problem" in answer ? answer.problem : null);
    }
    own.isBusy = false;
  }

  useEffect(() => void ask(), [status]);
  useEffect(
    () => () => {
      asking.current.isHere = false;
    },
    [],
  );
  return { instance: known?.instance ?? null, readAt: known?.readAt ?? 0, problem, refresh: () => void ask() };
}
