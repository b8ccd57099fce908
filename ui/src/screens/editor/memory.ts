/**
 * What a form remembers beside its draft: rows that JSON can't hold, what was put away, which fields were left.
 * It stays in memory as long as the draft does, so that going back to the list loses nothing.
 */
import { effect, signal } from "@preact/signals";
import type { JsonObject, Json } from "../../json/value.ts";
import type { Finding } from "../../model/check.ts";
import { drafts } from "../../state/drafts.ts";
import { whenForgotten } from "../../state/forgetting.ts";
import type { OtherKinds } from "./auth-kinds.ts";
import type { TypedAuth } from "./custom-auth.ts";
import type { Row } from "./entries.ts";
import type { Dispute } from "./merging.ts";
import type { Trial } from "./trial.ts";
import { NOTHING_PUT_AWAY, type PutAway } from "./transports.ts";

export type Memory = {
  rows: ReadonlyMap<string, Row[]>;
  replacing: ReadonlySet<string>;
  putAway: PutAway;
  otherKinds: OtherKinds;
  /** Null unless authentication is edited as JSON. */
  customAuth: TypedAuth | null;
  touched: ReadonlySet<string>;
  /** Where the text that it was made of has a placeholder, with what is there as long as nothing was entered. */
  leftOpen: ReadonlyMap<string, Json>;
  wasSaveTried: boolean;
  refused: { config: JsonObject; findings: Finding[] } | null;
  pasted: Pasted | null;
  /** What is open above the form. */
  dialog: { kind: "dispute"; dispute: Dispute } | { kind: "rename" } | { kind: "copy" } | { kind: "discard" } | null;
  /** The last word about an attempt to save or merge. */
  said: { tone: "calm" | "danger"; text: string; more: string | null; offlineSince: number | null } | null;
  isSaving: boolean;
  /** The last test of it, which may be under way. */
  trial: Trial | null;
  /** Whether an attempt to create it got no answer: it may have been made. */
  isUnanswered: boolean;
};

/** What was taken out of a pasted text last, and how the draft was before and after it. */
export type Pasted = { member: string; said: string; before: [string, Json | undefined][]; after: [string, Json | undefined][]; rows: ReadonlyMap<string, Row[]> };

const EMPTY: Memory = {
  rows: new Map(),
  replacing: new Set(),
  putAway: NOTHING_PUT_AWAY,
  otherKinds: new Map(),
  customAuth: null,
  touched: new Set(),
  leftOpen: new Map(),
  wasSaveTried: false,
  refused: null,
  pasted: null,
  dialog: null,
  said: null,
  isSaving: false,
  trial: null,
  isUnanswered: false,
};

const memories = signal<ReadonlyMap<string, Memory>>(new Map());

/** What is remembered of this draft. */
export function memoryOf(key: string): Memory {
  return memories.value.get(key) ?? EMPTY;
}

export function remember(key: string, change: Partial<Memory>): void {
  // An answer can come after its draft was given up.
  if (!drafts.peek().has(key)) return;
  memories.value = new Map(memories.peek()).set(key, { ...(memories.peek().get(key) ?? EMPTY), ...change });
}

/** Forgets all that is the form's own: after saving, or where the draft became another. */
export function forget(key: string): void {
  const left = new Map(memories.peek());
  if (left.delete(key)) memories.value = left;
}

/** Hands what is remembered to the draft's new key. */
export function carry(from: string, to: string): void {
  const memory = memories.peek().get(from);
  if (memory !== undefined && from !== to) memories.value = new Map(memories.peek()).set(to, memory);
}

// A draft that is gone is remembered by nothing.
effect(() => {
  const kept = drafts.value;
  const left = new Map([...memories.peek()].filter(([key]) => kept.has(key)));
  if (left.size < memories.peek().size) memories.value = left;
});

// Rows, and what was put away, may hold secrets that the configuration of the draft does not have.
whenForgotten(() => {
  memories.value = new Map();
});
