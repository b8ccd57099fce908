/**
 * What the reader has typed and not saved. It is never lost while the tab lives, and never leaves it. A draft is the
 * configuration as it will be stored; the form and the raw text are two views on it.
 */
import { signal } from "@preact/signals";
import { kept, nameHere } from "../api/kept.ts";
import { type Problem, problemIn } from "../api/problem.ts";
import { readNamed } from "../api/servers.ts";
import { type JsonObject, equal } from "../json/value.ts";

export type Draft = {
  /** The server's name, or `new:1` for one that is not stored yet. */
  key: string;
  name: string;
  isNew: boolean;
  /** The stored state that was begun with; null for a new one. */
  base: Base | null;
  config: JsonObject;
  /** Raw text that is being edited, or can't be parsed. */
  rawText: string | null;
  mode: "form" | "raw";
};

/** `isUnreadable`: what is stored makes no sense, so nothing of it can be kept; it is only known by its tag. */
export type Base = { config: JsonObject; etag: string; needsReentry: string[]; isUnreadable?: true };

export const drafts = signal<Map<string, Draft>>(new Map());

/** What a new draft begins with. */
const EMPTY: JsonObject = new Map([["command", ""]]);

/** Drafts whose form holds typed text that the configuration can't: the editor knows which. */
export const looseDrafts = signal<ReadonlySet<string>>(new Set());

/** A reload begins with a higher number, so that no old address leads to another draft. */
let next = Date.now();

/** Where drafts outlive a reload of their tab; `kept-drafts.ts` says which do. */
export const KEPT_DRAFTS = nameHere("drafts");

/**
 * The draft of a stored server: the one that was begun, else one of its current state. One that is no longer awaited
 * is not kept, because it would be old when somebody comes back.
 */
export async function openDraft(name: string, isWanted: () => boolean): Promise<Draft | Problem> {
  const begun = drafts.value.get(name);
  if (begun !== undefined) return begun;
  const result = await readNamed(name);
  if (!("ok" in result)) return problemIn(result);
  const meanwhile = drafts.value.get(name);
  if (meanwhile !== undefined) return meanwhile;
  const { config, etag, needsReentry } = result.ok;
  const draft: Draft = { key: name, name, isNew: false, base: { config, etag, needsReentry }, config, rawText: null, mode: "form" };
  return isWanted() ? keep(draft) : draft;
}

/** A draft that replaces a stored server whose configuration makes no sense. */
export function replacingDraft(name: string, etag: string): void {
  const base: Base = { config: EMPTY, etag, needsReentry: [], isUnreadable: true };
  keep({ key: name, name, isNew: false, base, config: EMPTY, rawText: null, mode: "raw" });
}

/** A draft of a server that is not stored yet. */
export function newDraft(from?: { name: string; config: JsonObject }): Draft {
  return keep({
    key: `new:${next++}`,
    name: from?.name ?? "",
    isNew: true,
    base: null,
    config: from?.config ?? EMPTY,
    rawText: null,
    mode: "form",
  });
}

/** Keeps a draft under its key: one that goes on under another name. */
export function putDraft(draft: Draft): void {
  keep(draft);
}

export function updateDraft(key: string, change: Partial<Draft>): void {
  const draft = drafts.value.get(key);
  if (draft !== undefined) keep({ ...draft, ...change, key });
}

export function dropDraft(key: string): void {
  const rest = new Map(drafts.value);
  rest.delete(key);
  drafts.value = rest;
}

/** The drafts of this tab before it was reloaded, as a text; null where there were none, or the browser keeps nothing. */
export function storedDrafts(): string | null {
  return kept("tab", KEPT_DRAFTS);
}

/** Whether anything was typed that is not stored. */
export function isDirty(draft: Draft): boolean {
  if (draft.rawText !== null || isLoose(draft)) return true;
  if (draft.base !== null) return !equal(draft.config, draft.base.config);
  return draft.name !== "" || !equal(draft.config, EMPTY);
}

/** Whether something was typed that its configuration can't hold. */
export function isLoose(draft: Draft): boolean {
  return looseDrafts.value.has(draft.key);
}

/** Whether there is another draft of this name: that of a server which exists, or is gone. */
export function isWaiting(name: string, ownKey: string): boolean {
  const other = name === ownKey ? undefined : drafts.value.get(name);
  return other !== undefined && isDirty(other);
}

/** What is said of such a name. */
export const NAME_WAITS = "A draft of this name is waiting. Save or discard that one first.";

function keep(draft: Draft): Draft {
  drafts.value = new Map(drafts.value).set(draft.key, draft);
  return draft;
}

addEventListener("beforeunload", (event) => {
  if ([...drafts.value.values()].some(isDirty)) event.preventDefault();
});
