/**
 * The servers of a pasted text as the reader sees them: what was found, with the names and choices made since,
 * and what became of each. It does not know requests and screens.
 */
import type { JsonObject } from "../json/value.ts";
import { writeJson } from "../json/write.ts";
import type { Finding } from "./check.ts";
import { isServerName } from "./name.ts";
import type { PastedDraft } from "./paste.ts";
import { freeName } from "./suggest-name.ts";

/** What became of an entry that was sent. */
export type Outcome = { kind: "saved"; name: string } | { kind: "refused"; message: string; findings: Finding[] };

/** What the reader did to an entry. */
export type Edit = { name?: string; isChosen?: boolean; outcome?: Outcome };

/** One entry of the list. */
export type Entry = {
  /** The same as long as the text says the same of this server. */
  key: string;
  name: string;
  nameError: string | null;
  nameNote: string | null;
  config: JsonObject;
  findings: Finding[];
  notes: Finding[];
  isChosen: boolean;
  outcome: Outcome | null;
};

/** The entries in the order of the text. `isTaken` says which names the store has. */
export function entriesOf(drafts: PastedDraft[], edits: ReadonlyMap<string, Edit>, isTaken: (name: string) => boolean): Entry[] {
  const keys = drafts.map(keyOf);
  const edited = keys.map((key, index) => {
    const repeated = keys.slice(0, index).filter((other) => other === key).length;
    const unique = repeated === 0 ? key : `${key}\n${repeated}`;
    return { key: unique, edit: edits.get(unique) ?? {} };
  });
  // Names that were typed go before names that are offered.
  const used = new Set(edited.flatMap(({ edit }) => edit.name ?? []));
  return drafts.map((draft, index) => {
    const { key, edit } = edited[index] ?? { key: "", edit: {} };
    const saved = edit.outcome?.kind === "saved" ? edit.outcome.name : null;
    const isSaved = saved !== null;
    const given = saved ?? edit.name;
    const name = given ?? freeName(draft.name, (name) => isTaken(name) || used.has(name));
    if (given === undefined) used.add(name);
    const sameNames = edited.filter(({ edit: other }) => other.name === name && other.outcome?.kind !== "saved").length;
    return {
      key,
      name,
      nameError: isSaved ? null : (isServerName(name) ?? (isTaken(name) || sameNames > 1 ? taken(name) : null)),
      nameNote: edit.name !== undefined || isSaved ? null : (draft.nameFault ?? (name === draft.name ? null : `${taken(draft.name)} Another name is offered.`)),
      config: draft.config,
      findings: draft.findings,
      notes: draft.notes,
      isChosen: !isSaved && (edit.isChosen ?? draft.findings.length === 0),
      outcome: edit.outcome ?? null,
    };
  });
}

/** Whether the text holds anything that is not stored. */
export function isUnsaved(text: string, entries: Entry[], fault: string | null): boolean {
  const isStored = entries.length > 0 && fault === null && entries.every((entry) => entry.outcome?.kind === "saved");
  return text.trim() !== "" && !isStored;
}

/** What was done, in a sentence. */
export function outcomeText(entries: Entry[]): string {
  const count = (kind: Outcome["kind"]) => entries.filter((entry) => entry.outcome?.kind === kind).length;
  const [saved, refused] = [count("saved"), count("refused")];
  const servers = (number: number) => (number === 1 ? "1 server was" : `${number} servers were`);
  return [saved > 0 ? `${servers(saved)} saved.` : "", refused > 0 ? `${servers(refused)} refused.` : ""].filter((part) => part !== "").join(" ");
}

function keyOf(draft: PastedDraft): string {
  return `${draft.name}\n${writeJson(draft.config)}`;
}

function taken(name: string): string {
  return `There is a server named ${name} already.`;
}
