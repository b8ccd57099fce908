/**
 * Merges a draft with what somebody else has stored meanwhile. It changes drafts only: a user looks at the result
 * and saves it.
 */
import { batch, effect } from "@preact/signals";
import { readNamed } from "../../api/servers.ts";
import type { JsonObject } from "../../json/value.ts";
import { type Change, type Merged, mergeThree } from "../../model/merge.ts";
import { type Draft, drafts, dropDraft, putDraft, updateDraft } from "../../state/drafts.ts";
import { changedSince } from "../../state/live.ts";
import { carry, remember } from "./memory.ts";
import { rawFault } from "./raw.ts";
import { cancelTrial } from "./testing.ts";
import type { Failure } from "./why-not.ts";

/** What is stored now. */
export type Theirs = NonNullable<Draft["base"]>;

/** Both sides, and how far they go together. */
export type Dispute = { theirs: Theirs; merged: Merged };

export type Outcome =
  | { kind: "merged"; taken: Change[] }
  | { kind: "dispute"; dispute: Dispute }
  | { kind: "removed" }
  | { kind: "unparsable" }
  | { kind: "failed"; failure: Failure };

/** How long the stream may take to tell what a read has already shown. */
const PATIENCE_MS = 1_000;

/** Reads what is stored and compares it with base and draft, without changing the draft. */
export async function compare(key: string): Promise<Dispute | Exclude<Outcome, { kind: "merged" | "dispute" }>> {
  const before = drafts.peek().get(key);
  if (before === undefined || before.base === null) return { kind: "removed" };
  if (rawFault(before.rawText) !== null) return { kind: "unparsable" };
  const answer = await readNamed(before.name);
  if (!("ok" in answer)) {
    const isGone = "problem" in answer && answer.problem.status === 404;
    return isGone ? { kind: "removed" } : { kind: "failed", failure: answer };
  }
  const { config, etag, needsReentry } = answer.ok;
  const changed = await secretsChanged(before.name, before.base.etag, etag);
  // What was typed while the response was on its way is kept too.
  const draft = drafts.peek().get(key) ?? before;
  if (rawFault(draft.rawText) !== null) return { kind: "unparsable" };
  return { theirs: { config, etag, needsReentry }, merged: mergeThree(before.base.config, config, draft.config, changed) };
}

/** Takes over what does not overlap; what does is handed back for somebody to choose. */
export async function merge(key: string): Promise<Outcome> {
  const compared = await compare(key);
  if ("kind" in compared) return compared;
  if (compared.merged.conflicts.length > 0) return { kind: "dispute", dispute: compared };
  adopt(key, compared.theirs, compared.merged.draft);
  return { kind: "merged", taken: compared.merged.taken };
}

/** Makes what is stored the draft's base. */
export function adopt(key: string, theirs: Theirs, config: JsonObject): void {
  updateDraft(key, { base: theirs, config, rawText: null });
}

/** Goes on with a draft under another name; its base is what the draft was last compared with. */
export function moveDraft(key: string, to: string, base: Theirs): void {
  const draft = drafts.peek().get(key);
  if (draft === undefined) return;
  cancelTrial(key);
  batch(() => {
    putDraft({ ...draft, key: to, name: to, base });
    carry(key, to);
    dropDraft(key);
  });
}

/** Makes the draft one of a new server, because its own is gone. */
export function makeNew(key: string): void {
  updateDraft(key, { base: null, isNew: true });
  remember(key, { refused: null, said: null, wasSaveTried: false });
}

/** Which secrets changed on the way from one tag to another, if the stream has reported all of it. */
async function secretsChanged(name: string, from: string, to: string): Promise<string[] | "unknown"> {
  const isComplete = () => changedSince(name, from).current === to;
  if (from !== to && !isComplete()) await until(isComplete, PATIENCE_MS);
  if (from === to) return [];
  const { members } = changedSince(name, from);
  return members === null || members.includes("") || !isComplete() ? "unknown" : members;
}

function until(isSo: () => boolean, patience: number): Promise<void> {
  return new Promise((resolve) => {
    let stop: (() => void) | undefined;
    const done = () => {
      clearTimeout(timer);
      queueMicrotask(() => stop?.());
      resolve();
    };
    const timer = setTimeout(done, patience);
    stop = effect(() => {
      if (isSo()) done();
    });
  });
}
