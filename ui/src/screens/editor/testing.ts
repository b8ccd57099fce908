/**
 * Tests a draft: as it is, or by its name where it says what is stored, since that is what will be used. What comes of it is
 * remembered with the draft. A test ends with the stay at its draft.
 */
import { test } from "../../api/testing.ts";
import { isEnabled } from "../../model/enablement.ts";
import { type Draft, drafts } from "../../state/drafts.ts";
import { memoryOf, remember } from "./memory.ts";
import { hasChanges } from "./raw.ts";
import type { Subject } from "./trial.ts";

/** Tests the draft of this key; "refused" where the service named places that are wrong. */
export async function trial(key: string, isSaved: boolean): Promise<"done" | "refused"> {
  const draft = drafts.peek().get(key);
  if (draft === undefined) return "done";
  cancelTrial(key);
  const { target, of } = targetOf(draft);
  const abort = new AbortController();
  const own = { state: "running", since: Date.now(), isSaved, cancel: () => abort.abort() } as const;
  remember(key, { trial: own });
  const answer = await test(target, abort.signal);
  // Another one may have begun, or this one was given up.
  if (memoryOf(key).trial !== own) return "done";
  if ("ok" in answer) {
    remember(key, { trial: { state: "tested", of, isSaved, result: answer.ok } });
    return "done";
  }
  const errors = "problem" in answer ? (answer.problem.errors ?? []) : [];
  if (errors.length > 0) {
    remember(key, { trial: null, refused: { config: draft.config, findings: errors } });
    return "refused";
  }
  remember(key, { trial: { state: "failed", isSaved, failure: answer } });
  return "done";
}

/** Ends a test that is under way, here and at the service. */
export function cancelTrial(key: string): void {
  const { trial: own } = memoryOf(key);
  if (own?.state !== "running") return;
  remember(key, { trial: null });
  own.cancel();
}

/** Nothing that is disabled runs, but it can be tried. */
function targetOf({ base, name, config, ...rest }: Draft): { target: Parameters<typeof test>[0]; of: Subject } {
  const isStored = base !== null && base.isUnreadable !== true && !hasChanges({ base, name, config, ...rest });
  if (isStored && isEnabled(config) === true) return { target: { name }, of: { etag: base.etag } };
  return { target: base === null ? { config } : { config, name }, of: isStored ? { etag: base.etag } : { config } };
}
