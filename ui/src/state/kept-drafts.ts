/**
 * Drafts over a reload: they are in `sessionStorage`, as long as no secret was typed into them. What was is only in memory,
 * because a browser may write this storage to disk. Signed out, nothing stays there, and no secret in memory.
 */
import { effect } from "@preact/signals";
import { keep } from "../api/kept.ts";
import { session } from "../api/session.ts";
import { get } from "../json/pointer.ts";
import { parseJson } from "../json/read.ts";
import { type Json, type JsonObject, equal, isObject } from "../json/value.ts";
import { writeJson } from "../json/write.ts";
import { isMasked } from "../model/masks.ts";
import { secretLeaves } from "../model/secrets.ts";
import { suspects } from "../model/suspects.ts";
import { whenForgotten } from "./forgetting.ts";
import { type Draft, KEPT_DRAFTS, drafts, isDirty, isLoose, storedDrafts } from "./drafts.ts";

/** Whether nothing of it would be lost, and no secret kept, by storing its configuration. */
export function isStorable(draft: Draft): boolean {
  const { config, base, rawText } = draft;
  if (rawText !== null || isLoose(draft) || base?.isUnreadable === true) return false;
  const isNew = (at: string) => base === null || !equal(get(config, at), get(base.config, at));
  const isTyped = (at: string) => isNew(at) && !isMasked(get(config, at));
  return !secretLeaves(config).some(isTyped) && !suspects(config).some(({ pointer }) => isNew(pointer));
}

/** Drafts as one text. */
export function writeDrafts(all: Iterable<Draft>): string {
  return writeJson([...all].map(({ key, name, isNew, base, config }) => {
    const begun: Json = base && new Map<string, Json>([["config", base.config], ["etag", base.etag], ["needsReentry", base.needsReentry]]);
    return new Map<string, Json>([["key", key], ["name", name], ["isNew", isNew], ["base", begun], ["config", config]]);
  }));
}

/** The drafts of such a text; none of one that this build has not written. */
export function readDrafts(text: string): Draft[] {
  try {
    const all = parseJson(text);
    const read = Array.isArray(all) ? all.map(readDraft) : [];
    return read.filter((draft) => draft !== null);
  } catch {
    return [];
  }
}

function readDraft(value: Json): Draft | null {
  if (!isObject(value)) return null;
  const [key, name, isNew, config] = ["key", "name", "isNew", "config"].map((member) => value.get(member));
  const base = readBase(value.get("base"));
  if (typeof key !== "string" || typeof name !== "string" || typeof isNew !== "boolean" || !isObject(config)) return null;
  if (base === undefined || isNew !== (base === null)) return null;
  return { key, name, isNew, base, config, rawText: null, mode: "form" };
}

function readBase(value: Json | undefined): { config: JsonObject; etag: string; needsReentry: string[] } | null | undefined {
  if (value === null) return null;
  if (!isObject(value)) return undefined;
  const [config, etag, places] = ["config", "etag", "needsReentry"].map((member) => value.get(member));
  if (!isObject(config) || typeof etag !== "string" || !Array.isArray(places)) return undefined;
  return { config, etag, needsReentry: places.filter((place) => typeof place === "string") };
}

function restore(): void {
  const text = storedDrafts();
  if (text === null) return;
  const restored = readDrafts(text).filter(({ key }) => !drafts.peek().has(key));
  drafts.value = new Map([...drafts.peek(), ...restored.map((draft) => [draft.key, draft] as const)]);
}

restore();

// What may hold a secret stays in no memory that somebody else could look into.
whenForgotten(() => {
  drafts.value = new Map([...drafts.peek()].filter(([, draft]) => !isDirty(draft) || isStorable(draft)));
});

effect(() => {
  const { state } = session.value;
  const storable = [...drafts.value.values()].filter((draft) => isDirty(draft) && isStorable(draft));
  // Who the reader is may not be known yet.
  if (state !== "unknown") keep("tab", KEPT_DRAFTS, state === "signed-out" || storable.length === 0 ? null : writeDrafts(storable));
});
