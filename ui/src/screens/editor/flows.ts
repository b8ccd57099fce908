/**
 * What happens when somebody saves, merges, renames or gives up: the steps in their order, over requests and dialogs.
 * Each takes the draft's key and looks at the newest draft.
 */
import { batch } from "@preact/signals";
import type { JsonObject } from "../../json/value.ts";
import type { Change } from "../../model/merge.ts";
import type { Shown } from "../../api/servers.ts";
import { type Draft, drafts, dropDraft } from "../../state/drafts.ts";
import { pending } from "../../state/pending.ts";
import { removeLater } from "../../state/removal.ts";
import { go } from "../../state/route.ts";
import { toast } from "../../state/toasts.ts";
import { conflict, editor } from "../../texts-editing.ts";
import { NAME_FIELD, labelOf } from "./faults.ts";
import { judge, whyNoSave } from "./judging.ts";
import { memoryOf, remember } from "./memory.ts";
import { type Dispute, type Outcome, type Theirs, adopt, compare, merge, moveDraft, makeNew } from "./merging.ts";
import { hasChanges } from "./raw.ts";
import { isShown, save } from "./saving.ts";
import { trial } from "./testing.ts";
import { type Failure, whyNot } from "./why-not.ts";

/** Saves the draft; false where something has to be looked at first. */
export async function trySave(key: string, schema: unknown): Promise<boolean> {
  return (await attempt(key, schema)) !== "look";
}

/** Saves the draft, and tests what is stored then; false where something has to be looked at first. */
export async function saveAndTest(key: string, schema: unknown): Promise<boolean> {
  const saved = await attempt(key, schema, false);
  if (typeof saved === "string") return saved !== "look";
  if (!isShown(saved.as)) return true;
  return tryTest(saved.as, schema, true);
}

/** Tests the draft as it is, or what is stored where it says nothing else; false where something has to be looked at first. */
export async function tryTest(key: string, schema: unknown, isSaved = false): Promise<boolean> {
  const draft = drafts.peek().get(key);
  if (draft === undefined) return true;
  remember(key, { said: null });
  // It needs no name.
  if (judge(draft, memoryOf(key), schema).all.some(({ hinders, pointer }) => hinders && pointer !== NAME_FIELD)) {
    remember(key, { wasSaveTried: true });
    return false;
  }
  const tried = await trial(key, isSaved);
  if (tried === "refused") remember(key, { wasSaveTried: true });
  return tried !== "refused";
}

/** What came of saving: under which name it is stored, whether there is something to look at first, or neither. */
async function attempt(key: string, schema: unknown, saysUnchanged = true): Promise<{ as: string } | "look" | "not"> {
  const draft = drafts.peek().get(key);
  if (draft === undefined || memoryOf(key).isSaving) return "not";
  const hindrance = whyNoSave();
  if (hindrance !== null) {
    say(key, "danger", hindrance);
    return "not";
  }
  remember(key, { wasSaveTried: true, said: null });
  if (judge(draft, memoryOf(key), schema).all.some(({ hinders }) => hinders)) return "look";
  remember(key, { isSaving: true });
  const saving = await pending(editor.saving(draft.name), save(key));
  remember(key, { isSaving: false });
  const isDone = saving.kind === "saved" || saving.kind === "unchanged";
  if (!isDone && !isShown(key)) {
    sayNotSaved(draft);
    return "not";
  }
  switch (saving.kind) {
    case "saved":
      toast({ text: editor.wasSaved(saving.name), kind: "done" });
      return { as: saving.name };
    case "unchanged":
      if (saysUnchanged) toast({ text: editor.nothingChanged, kind: "done" });
      return { as: draft.name };
    case "overtaken":
      await tryMerge(key);
      return "not";
    case "refused":
      return "look";
    case "failed":
      sayFailure(key, saving.failure, "save");
      return "not";
  }
}

/** Merges what others have stored into the draft, or asks where both sides changed the same. */
export async function tryMerge(key: string): Promise<void> {
  const outcome = await pending(conflict.merging, merge(key));
  if (outcome.kind === "merged") sayMerged(key, conflict.merged, outcome.taken);
  else report(key, outcome);
}

/** Shows both sides, and changes nothing. */
export async function view(key: string): Promise<void> {
  const compared = await pending(conflict.comparing, compare(key));
  if ("kind" in compared) report(key, compared);
  else remember(key, { dialog: { kind: "dispute", dispute: compared } });
}

export function takeChoices(key: string, { theirs, merged }: Dispute, config: JsonObject): void {
  const isOverlapping = merged.conflicts.length > 0;
  batch(() => {
    adopt(key, theirs, config);
    remember(key, { dialog: null });
    const text = isOverlapping ? conflict.mergedChosen : conflict.merged;
    sayMerged(key, text, merged.taken);
  });
}

/** Saves the draft over what somebody else has stored; if there is something newer still, that is said in turn. */
export async function overwrite(key: string, { theirs }: Dispute, schema: unknown): Promise<boolean> {
  const draft = drafts.peek().get(key);
  if (draft === undefined) return true;
  batch(() => {
    adopt(key, theirs, draft.config);
    remember(key, { dialog: null });
  });
  return trySave(key, schema);
}

/** Goes on with the draft under the name that somebody else gave the server. */
export async function follow(key: string, to: string): Promise<void> {
  const base = drafts.peek().get(key)?.base;
  if (base === null || base === undefined) return;
  if (drafts.peek().has(to)) {
    say(key, "danger", editor.draftExists(to));
    return;
  }
  move(key, to, base);
  await tryMerge(to);
}

/** Goes on after the reader has renamed the server. */
export function renamed(key: string, { name, etag, needsReentry }: Shown): void {
  const base = drafts.peek().get(key)?.base;
  remember(key, { dialog: null });
  // The configuration is what it was, and what is known of it is more than the answer shows.
  if (base !== null && base !== undefined) move(key, name, { config: base.config, etag, needsReentry });
}

/** Saves the draft of a removed server as a new one. */
export function saveAsNew(key: string, schema: unknown): Promise<boolean> {
  makeNew(key);
  return trySave(key, schema);
}

/** Throws the draft away; asks first where something would be lost. */
export function tryDiscard(key: string): void {
  const draft = drafts.peek().get(key);
  if (draft !== undefined && hasChanges(draft)) remember(key, { dialog: { kind: "discard" } });
  else discard(key);
}

export function discard(key: string): void {
  batch(() => {
    go({ screen: "list" });
    dropDraft(key);
  });
}

export function removeServer(key: string, isByPointer: boolean): void {
  const draft = drafts.peek().get(key);
  if (draft === undefined || draft.base === null) return;
  const hindrance = whyNoSave();
  if (hindrance !== null) {
    say(key, "danger", hindrance);
    return;
  }
  removeLater(draft.name, draft.base.etag, isByPointer);
  go({ screen: "list" });
}

function move(key: string, to: string, base: Theirs): void {
  batch(() => {
    moveDraft(key, to, base);
    go({ screen: "editor", name: to });
  });
}

function report(key: string, outcome: Exclude<Outcome, { kind: "merged" }>): void {
  switch (outcome.kind) {
    case "dispute":
      remember(key, { dialog: outcome });
      return;
    case "removed":
      say(key, "danger", conflict.gone);
      return;
    case "unparsable":
      say(key, "danger", conflict.unparsable);
      return;
    case "failed":
      sayFailure(key, outcome.failure, "read");
  }
}

function sayMerged(key: string, text: string, taken: Change[]): void {
  const names = taken.map(({ pointer }) => labelOf(pointer));
  const draft = drafts.peek().get(key);
  const isToSave = draft !== undefined && hasChanges(draft);
  const parts = [names.length === 0 ? "" : conflict.taken(names), isToSave ? conflict.toSave : conflict.nothingToSave];
  say(key, "calm", text, parts.filter((part) => part !== "").join(" "));
}

/** Says it where the reader is now; in the editor, saving again says why. */
function sayNotSaved({ key, name, isNew }: Draft): void {
  const action = { label: editor.openDraft, run: () => go(isNew ? { screen: "new", key } : { screen: "editor", name: key }) };
  toast({ text: editor.wasNotSaved(name), kind: "failed", action });
}

function sayFailure(key: string, failure: Failure, what: "save" | "read"): void {
  remember(key, { said: { tone: "danger", text: whyNot(failure, what), more: null, offlineSince: "offline" in failure ? Date.now() : null } });
}

function say(key: string, tone: "calm" | "danger", text: string, more: string | null = null): void {
  remember(key, { said: { tone, text, more, offlineSince: null } });
}
