/**
 * The pasted text and what the reader chose of it. It outlives the screen, never leaves the tab's memory, and each
 * server in it is saved by a commit of its own.
 */
import { computed, signal } from "@preact/signals";
import type { Result } from "../api/problem.ts";
import { put, serverSchema } from "../api/servers.ts";
import { type Edit, type Entry, type Outcome, entriesOf, isUnsaved } from "../model/paste-entries.ts";
import { type Pasted, parsePaste } from "../model/paste.ts";
import { noteOwnWrite, servers } from "./live.ts";
import { pending } from "./pending.ts";

export const pastedText = signal("");

const edits = signal<ReadonlyMap<string, Edit>>(new Map());

/** Null until the service has sent it; without it nothing can be judged. */
const schema = signal<unknown>(null);

export const schemaFault = signal(false);

const NOTHING: Pasted = { drafts: [], fault: null };

const pasted = computed(() => (schema.value === null ? NOTHING : parsePaste(pastedText.value, schema.value)));

/** Why something in the text is no server. */
export const pasteFault = computed(() => pasted.value.fault);

export const pasteEntries = computed(() => entriesOf(pasted.value.drafts, edits.value, (name) => servers.value.has(name)));

export async function loadSchema(): Promise<void> {
  try {
    schema.value = await pending("Reading the schema", serverSchema());
    schemaFault.value = false;
  } catch {
    schemaFault.value = true;
  }
}

/** Takes what the reader did to an entry; what was said of it before holds no longer. */
export function editEntry(key: string, change: Edit): void {
  const { outcome, ...before } = edits.value.get(key) ?? {};
  edits.value = new Map(edits.value).set(key, { ...before, ...change });
}

/** Empties the field, and gives a way to undo it. */
export function clearPasted(): () => void {
  const before = { text: pastedText.value, edits: edits.value };
  pastedText.value = "";
  edits.value = new Map();
  return () => {
    // What was typed since then goes before.
    if (pastedText.value !== "") return;
    pastedText.value = before.text;
    edits.value = before.edits;
  };
}

/** Saves the chosen entries, one after the other. A name that is taken meanwhile is never overwritten. */
export async function saveChosen(): Promise<void> {
  for (const { key } of pasteEntries.value.filter((entry) => entry.isChosen)) {
    // What is saved first can take the name of a later one.
    const entry = pasteEntries.value.find((own) => own.key === key);
    if (entry === undefined || !entry.isChosen) continue;
    const outcome = entry.nameError === null ? await save(entry) : refused(entry.nameError);
    editEntry(key, { name: entry.name, outcome });
  }
}

async function save(entry: Entry): Promise<Outcome> {
  const result = await put(entry.name, entry.config, { ifNoneMatch: "*" });
  if (!("ok" in result)) return refusal(entry.name, result);
  noteOwnWrite(entry.name, { over: null, etag: result.ok.etag }, result.ok);
  return { kind: "saved", name: entry.name };
}

function refusal(name: string, result: Exclude<Result<never>, { ok: never }>): Outcome {
  if ("offline" in result) return refused("The service can't be reached. Nothing is lost: try again when it is back.");
  const { status, detail, title, errors } = result.problem;
  if (status === 412) return refused(`There is a server named ${name} already. Choose another name.`);
  return { kind: "refused", message: detail || title, findings: errors ?? [] };
}

function refused(message: string): Outcome {
  return { kind: "refused", message, findings: [] };
}

addEventListener("beforeunload", (event) => {
  if (isUnsaved(pastedText.value, pasteEntries.value, pasteFault.value)) event.preventDefault();
});
