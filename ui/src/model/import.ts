/**
 * The servers of a text as the reader sees them: what would become of each, what was chosen instead, what is missing. The service has read
 * the text; nothing of it is read here. It does not know requests and screens.
 */
import type { Action, Choice, Difference, Found, FoundServer, Input } from "../api/import.ts";
import { get, pointer, steps } from "../json/pointer.ts";
import { type Json, type JsonObject, isObject } from "../json/value.ts";
import { isServerName } from "./name.ts";
import { freeName } from "./suggest-name.ts";

/** What the reader did to an entry. `over`: the tag of what was stored then: a choice is of the difference that was shown. */
export type Edit = { action?: Action; over?: string | null; name?: string; inputs?: ReadonlyMap<string, string> };

/** What was typed or chosen for an input, and whether that is missing. */
export type Answer = { input: Input; value: string; isMissing: boolean };

/** One entry of the list. */
export type Entry = {
  server: FoundServer;
  /** Whether it can't become a server as it is, and nothing was chosen for it. */
  isFaulty: boolean;
  /** What can be chosen, the usual first. */
  actions: readonly Action[];
  /** Null: a choice is needed. */
  action: Action | null;
  /** Whether something was chosen that is no choice any more, because what is stored is another state by now. */
  isAskedAgain: boolean;
  /** The name under which it is to be stored. */
  name: string;
  nameError: string | null;
  answers: Answer[];
};

/** What can be chosen for a server that is not stored yet, is stored as it is here, or is stored otherwise. */
const ACTIONS: Record<FoundServer["stored"], readonly Action[]> = {
  new: ["add", "rename", "skip"],
  same: ["skip", "rename"],
  differs: ["replace", "merge", "rename", "skip"],
};

/** What is done where nothing was chosen. */
const USUAL: Record<FoundServer["stored"], Action | null> = { new: "add", same: "skip", differs: null };

/**
 * The entries in the order of the text. `isTaken` says which names the store has. With `leavesOut` an entry that can't become a server is
 * skipped, unless the reader has chosen something for it.
 */
export function entriesOf(found: Found, edits: ReadonlyMap<string, Edit>, isTaken: (name: string) => boolean, leavesOut = false): Entry[] {
  const chosen = found.servers.map((server) => {
    const edit = edits.get(server.name) ?? {};
    const isOfThis = edit.action !== undefined && holds(server, edit.action, edit.over ?? null);
    const usual = leavesOut && isFaulty(server) ? "skip" : USUAL[server.stored];
    return { server, edit, isChosen: isOfThis, action: isOfThis ? (edit.action ?? null) : usual };
  });
  const offered = new Set(found.servers.map(({ name }) => name));
  const names = chosen.map(({ server, edit, action }) => {
    if (action !== "rename") return server.name;
    return edit.name ?? freeName(server.name, (name) => isTaken(name) || offered.has(name));
  });
  const used = names.filter((_, index) => chosen[index]?.action !== "skip");
  return chosen.map(({ server, edit, isChosen, action }, index) => {
    const name = names[index] ?? server.name;
    return {
      server,
      isFaulty: isFaulty(server) && !isChosen,
      actions: ACTIONS[server.stored],
      action,
      isAskedAgain: edit.action !== undefined && !isChosen,
      name,
      nameError: action === "rename" ? nameError(name, isTaken(name) || used.filter((other) => other === name).length > 1) : null,
      answers: server.inputs.map((input) => {
        const value = edit.inputs?.get(input.id) ?? input.default ?? "";
        return { input, value, isMissing: action !== null && action !== "skip" && value === "" };
      }),
    };
  });
}

/** Whether a choice that was made over this tag is still one. What replaces or merges is chosen for the difference that was shown. */
function holds({ stored, etag }: FoundServer, action: Action, over: string | null): boolean {
  if (!ACTIONS[stored].includes(action)) return false;
  return action === "skip" || action === "rename" || over === (etag ?? null);
}

function nameError(name: string, isTaken: boolean): string | null {
  return isServerName(name) ?? (isTaken ? `There is a server named ${name} already.` : null);
}

/** Whether a server would be refused for what the text says of it. One that is stored is judged by what is chosen for it. */
function isFaulty(server: FoundServer): boolean {
  return server.stored === "new" && errorsIn(server).length > 0;
}

/** The entries that would be stored. */
export function stored(entries: readonly Entry[]): Entry[] {
  return entries.filter(({ action }) => action !== null && action !== "skip");
}

/** The entries that differ from what is stored, and for which nothing was chosen. */
export function undecided(entries: readonly Entry[]): Entry[] {
  return entries.filter(({ action }) => action === null);
}

/** Whether something must be typed before this entry can be stored. */
export function isIncomplete({ nameError, answers }: Entry): boolean {
  return nameError !== null || answers.some(({ isMissing }) => isMissing);
}

/** What was entered, by the ids of the inputs. */
export function inputsOf(answers: readonly Answer[]): Record<string, string> {
  return Object.fromEntries(answers.map(({ input, value }) => [input.id, value]));
}

/** Where a configuration in which these were entered has nothing yet that the text asks for, with what is there around it. */
export function leftOpen(answers: readonly Answer[], config: JsonObject): Map<string, Json> {
  const places = answers.filter(({ value }) => value === "").flatMap(({ input }) => input.pointers);
  return new Map(places.flatMap((at): [string, Json][] => {
    const value = get(config, at);
    return value === undefined ? [] : [[at, value]];
  }));
}

/** What merging a text into what is stored would come to (RFC 7396 §2). */
export function mergedInto(stored: JsonObject, text: JsonObject): JsonObject {
  const merged = new Map(stored);
  for (const [name, value] of text) {
    const before = merged.get(name);
    if (value === null) merged.delete(name);
    else merged.set(name, isObject(value) ? mergedInto(isObject(before) ? before : new Map(), value) : value);
  }
  return merged;
}

/** The differences of a server leaf by leaf: what is only on one side is there with all that is in it. */
export function leavesOf(difference: readonly Difference[]): Difference[] {
  return difference.flatMap((one) => {
    const { pointer: at, change, before, after } = one;
    const only = change === "added" ? after : before;
    if (change === "changed" || !isObject(only) || only.size === 0) return [one];
    const inner = [...only].map(([name, value]): Difference => {
      return { pointer: at + pointer(name), change, ...(change === "added" ? { after: value } : { before: value }) };
    });
    return leavesOf(inner);
  });
}

/** Why a server would be refused as it is, by the places of its configuration. What is to be entered first is no reason. */
export function errorsIn({ inputs, errors = [] }: FoundServer): { at: string; message: string }[] {
  const asked = new Set(inputs.flatMap(({ pointers }) => pointers));
  return errors.flatMap(({ pointer: place, message }) => {
    const [, , at] = IN_CONFIG.exec(place) ?? [];
    return at === undefined || asked.has(at) ? [] : [{ at, message }];
  });
}

const IN_CONFIG = /^\/servers\/(\d+)\/config(.*)$/;

/** What a place of a request or an answer is about: the server by its name, and the place in its configuration. */
export function aboutOf(found: Found | null, place: string): { name: string | null; at: string } {
  const [, index, at = ""] = IN_CONFIG.exec(place) ?? [];
  const server = index === undefined ? undefined : found?.servers[Number(index)];
  if (server !== undefined) return { name: server.name, at };
  const [member, name] = steps(place);
  return { name: member === "choices" ? (name ?? null) : null, at: "" };
}

/** What the service is asked to do, by the names of the text. */
export function choicesOf(entries: readonly Entry[]): Record<string, Choice> {
  return Object.fromEntries(entries.flatMap(({ server, action, name, answers }): [string, Choice][] => {
    if (action === null) return [];
    if (action === "skip") return [[server.name, { action }]];
    const choice: Choice = { action };
    if (action === "rename") choice.name = name;
    if ((action === "replace" || action === "merge") && server.etag !== undefined) choice.if_match = server.etag;
    if (answers.length > 0) choice.inputs = inputsOf(answers);
    return [[server.name, choice]];
  }));
}
