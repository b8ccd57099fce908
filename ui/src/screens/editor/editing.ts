/**
 * What every field of a form needs: the draft, what is wrong with it, and how it is changed. Changes go to the
 * newest draft, not to the one that was drawn.
 */
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { set } from "../../json/pointer.ts";
import { type Json, type JsonObject, isObject } from "../../json/value.ts";
import type { Advice } from "../../model/advice.ts";
import { type Suspect, warningOf } from "../../model/suspects.ts";
import { type Draft, drafts, updateDraft } from "../../state/drafts.ts";
import type { Fault } from "./faults.ts";
import { type Memory, memoryOf, remember } from "./memory.ts";
import type { Stored } from "./secret-choice.ts";

export type Editing = {
  draft: Draft;
  stored: Stored;
  memory: Memory;
  /** The faults to be shown now. */
  faults: Fault[];
  /** What the draft would store in clear although it looks like a secret. */
  suspects: Suspect[];
  advice: Advice[];
  /** The secrets that may not be kept, and why. */
  unbound: { pointers: string[]; why: string } | null;
};

const Context = createContext<Editing | null>(null);

export const EditingProvider = Context.Provider;

export function useEditing(): Editing {
  const editing = useContext(Context);
  if (editing === null) throw new Error("a field is used outside an editor");
  return editing;
}

/** Puts a value at a place of the draft, or removes what is there. */
export function setMember(key: string, at: string, value: Json | undefined): void {
  const draft = drafts.peek().get(key);
  if (draft === undefined) return;
  const config = set(draft.config, at, value);
  if (isObject(config)) updateDraft(key, { config });
}

export function setConfig(key: string, config: JsonObject): void {
  updateDraft(key, { config });
}

/** Notes that a field was left, so that what is wrong with it may be said. */
export function leave(key: string, at: string): void {
  const { touched } = memoryOf(key);
  if (!touched.has(at)) remember(key, { touched: new Set(touched).add(at) });
}

/** What is wrong at a place, its parts included; null where nothing is. */
export function messageAt(faults: Fault[], at: string): string | null {
  const said = faults.filter(({ pointer }) => pointer === at || pointer.startsWith(`${at}/`)).map(({ message }) => message);
  return said.length === 0 ? null : said.join(" ");
}

/** What is said of suspects and of advice at a place, its parts included; null if there is nothing. */
export function warningAt({ suspects, advice }: Pick<Editing, "suspects" | "advice">, at: string): string | null {
  const isHere = ({ pointer }: { pointer: string }) => pointer === at || pointer.startsWith(`${at}/`);
  const said = [...suspects.filter(isHere).map(warningOf), ...advice.filter(isHere).map(({ proposal }) => proposal)];
  return said.length === 0 ? null : [...new Set(said)].join(" ");
}
