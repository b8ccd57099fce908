/**
 * Saves a draft under the condition that nobody else has saved meanwhile. What comes back is what there is to say;
 * it refuses to know how that is shown.
 */
import { batch } from "@preact/signals";
import { type Problem, type Shown, put } from "../../api/servers.ts";
import { isOf } from "../../api/problem.ts";
import { equal } from "../../json/value.ts";
import { mergeThree } from "../../model/merge.ts";
import { type Draft, drafts, dropDraft, putDraft, updateDraft } from "../../state/drafts.ts";
import { noteOwnWrite } from "../../state/live.ts";
import { go, route } from "../../state/route.ts";
import { NAME_FIELD } from "./faults.ts";
import { forget, remember } from "./memory.ts";
import { adopt } from "./merging.ts";
import { hasChanges } from "./raw.ts";
import type { Failure } from "./why-not.ts";

export type Saving =
  | { kind: "saved"; name: string }
  | { kind: "unchanged" }
  /** Somebody else was faster. */
  | { kind: "overtaken" }
  /** The service named places that are wrong; they stand in the form's memory. */
  | { kind: "refused"; problem: Problem }
  | { kind: "failed"; failure: Failure };

export async function save(key: string): Promise<Saving> {
  const sent = drafts.peek().get(key);
  if (sent === undefined || (sent.base !== null && !hasChanges(sent))) return { kind: "unchanged" };
  const answer = await put(sent.name, sent.config, sent.base === null ? { ifNoneMatch: "*" } : { ifMatch: sent.base.etag });
  if ("ok" in answer) {
    batch(() => {
      noteOwnWrite(answer.ok.name, answer.ok.etag, answer.ok);
      settle(sent, answer.ok);
    });
    return { kind: "saved", name: answer.ok.name };
  }
  if ("offline" in answer) return { kind: "failed", failure: answer };
  const { problem } = answer;
  if (problem.status === 412) return sent.base === null ? refuse(sent, nameTaken(problem)) : { kind: "overtaken" };
  if ((problem.errors ?? []).length > 0) return refuse(sent, problem);
  if (isOf(problem, "invalid-name")) return refuse(sent, { ...problem, errors: [{ pointer: NAME_FIELD, message: problem.detail }] });
  return { kind: "failed", failure: answer };
}

/** What was stored becomes the base. Whoever typed on meanwhile keeps that as a change of it. */
function settle(sent: Draft, stored: Shown): void {
  const { name, config, etag, needsReentry } = stored;
  const now = drafts.peek().get(sent.key) ?? sent;
  const typedOn = !equal(now.config, sent.config);
  const next = typedOn ? mergeThree(sent.config, config, now.config, []).draft : config;
  if (sent.key === name) {
    batch(() => {
      updateDraft(name, { isNew: false, copyOf: null });
      adopt(name, { config, etag, needsReentry }, next);
      if (!typedOn) forget(name);
    });
    return;
  }
  batch(() => {
    putDraft({ ...now, key: name, name, isNew: false, copyOf: null, base: { config, etag, needsReentry }, config: next, rawText: null });
    if (isShown(sent.key)) go({ screen: "editor", name });
    dropDraft(sent.key);
  });
}

function isShown(key: string): boolean {
  const shown = route.peek();
  return shown.screen === "new" ? shown.key === key : shown.screen === "editor" && shown.name === key;
}

function refuse(sent: Draft, problem: Problem): Saving {
  remember(sent.key, { refused: { config: sent.config, findings: problem.errors ?? [] } });
  return { kind: "refused", problem };
}

function nameTaken(problem: Problem): Problem {
  return { ...problem, errors: [{ pointer: NAME_FIELD, message: "There is a server of this name already. Choose another." }] };
}
