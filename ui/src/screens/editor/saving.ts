/**
 * Saves a draft under the condition that nobody else has saved meanwhile. What comes back is what there is to say;
 * it does not know how that is shown.
 */
import { batch } from "@preact/signals";
import { type Problem, type Shown, put, readNamed } from "../../api/servers.ts";
import { isOf } from "../../api/problem.ts";
import { type JsonObject, equal } from "../../json/value.ts";
import { mergeThree } from "../../model/merge.ts";
import { type Draft, drafts, dropDraft, isLoose, putDraft } from "../../state/drafts.ts";
import { noteSaved } from "../../state/importing.ts";
import { noteOwnWrite } from "../../state/live.ts";
import { goInstead, route } from "../../state/route.ts";
import { editor } from "../../texts-editing.ts";
import { NAME_FIELD } from "./faults.ts";
import { carry, forget, memoryOf, remember } from "./memory.ts";
import { cancelTrial } from "./testing.ts";
import { savedTrial } from "./trial.ts";
import { followBase, mayBePlain, rowsFollowBase, withSentPlain } from "./plain-values.ts";
import { hasChanges } from "./raw.ts";
import type { Failure } from "./why-not.ts";

export type Saving =
  | { kind: "saved"; name: string }
  | { kind: "unchanged" }
  /** Somebody else was faster. */
  | { kind: "overtaken" }
  /** The service named places that are wrong; the form's memory has them. */
  | { kind: "refused"; problem: Problem }
  | { kind: "failed"; failure: Failure };

export async function save(key: string): Promise<Saving> {
  const sent = drafts.peek().get(key);
  if (sent === undefined || (sent.base !== null && !hasChanges(sent))) return { kind: "unchanged" };
  const answer = await put(sent.name, sent.config, sent.base === null ? { ifNoneMatch: "*" } : { ifMatch: sent.base.etag });
  if ("ok" in answer) {
    batch(() => {
      noteSaved(sent.key);
      noteOwnWrite(answer.ok.name, { over: sent.base?.etag ?? null, etag: answer.ok.etag }, answer.ok);
      settle(sent, { ...answer.ok, config: withSentPlain(answer.ok.config, sent.config, sent.base?.config ?? new Map()) });
    });
    void showPlain(answer.ok, sent.config);
    return { kind: "saved", name: answer.ok.name };
  }
  if ("offline" in answer) {
    if (sent.base === null) remember(sent.key, { isUnanswered: true });
    return { kind: "failed", failure: answer };
  }
  const { problem } = answer;
  if (problem.status === 412) return sent.base === null ? refuse(sent, nameTaken(sent.key, problem)) : { kind: "overtaken" };
  if ((problem.errors ?? []).length > 0) return refuse(sent, problem);
  if (isOf(problem, "invalid-name")) return refuse(sent, { ...problem, errors: [{ pointer: NAME_FIELD, message: problem.detail }] });
  return { kind: "failed", failure: answer };
}

/** An answer to a write masks what is no secret by its name, too: the draft takes it in clear once that was read. */
async function showPlain(stored: Shown, sent: JsonObject): Promise<void> {
  if (!mayBePlain(sent)) return;
  const answer = await readNamed(stored.name);
  const draft = drafts.peek().get(stored.name);
  if (!("ok" in answer) || draft?.base?.etag !== answer.ok.etag) return;
  const { config } = answer.ok;
  if (equal(config, draft.base.config)) return;
  const before = draft.base;
  batch(() => {
    remember(draft.key, { rows: rowsFollowBase(memoryOf(draft.key).rows, before.config, config) });
    putDraft({ ...draft, base: { ...before, config }, config: followBase(draft.config, before.config, config) });
  });
}

/** What was stored becomes the base. What was typed meanwhile is kept as a change of it; a user who left needs no draft. */
function settle(sent: Draft, stored: Shown): void {
  const now = drafts.peek().get(sent.key);
  if (now === undefined) return;
  const { name, config, etag, needsReentry } = stored;
  const typedOn = !equal(now.config, sent.config) || now.rawText !== sent.rawText || isLoose(now);
  const isNeeded = typedOn || isShown(sent.key);
  batch(() => {
    if (isNeeded) {
      const settled = { ...now, key: name, name, isNew: false, base: { config, etag, needsReentry } };
      putDraft({ ...settled, ...(typedOn ? typedSince(sent, config, now) : { config, rawText: null }) });
      if (sent.key !== name) cancelTrial(sent.key);
      const trial = savedTrial(memoryOf(sent.key).trial, sent.config, etag);
      if (typedOn) carry(sent.key, name);
      else forget(sent.key);
      remember(name, { trial });
      if (sent.key !== name && isShown(sent.key)) goInstead({ screen: "editor", name });
    }
    if (!isNeeded || sent.key !== name) dropDraft(sent.key);
  });
}

/** Raw text stays exactly as it is: the user may be in the middle of a word. */
function typedSince(sent: Draft, stored: JsonObject, now: Draft): Pick<Draft, "config" | "rawText"> {
  if (now.rawText !== null) return { config: now.config, rawText: now.rawText };
  return { config: mergeThree(sent.config, stored, now.config, []).draft, rawText: null };
}

/** Whether the reader is at this draft. */
export function isShown(key: string): boolean {
  const shown = route.peek();
  return shown.screen === "new" ? shown.key === key : shown.screen === "editor" && shown.name === key && shown.view === undefined;
}

function refuse(sent: Draft, problem: Problem): Saving {
  remember(sent.key, { refused: { config: sent.config, findings: problem.errors ?? [] } });
  return { kind: "refused", problem };
}

function nameTaken(key: string, problem: Problem): Problem {
  const message = memoryOf(key).isUnanswered
    ? editor.nameTakenMaybe
    : editor.nameTaken;
  return { ...problem, errors: [{ pointer: NAME_FIELD, message }] };
}
