/** Puts what was taken out of a pasted text into a draft, in a way that one button undoes. */
import { batch } from "@preact/signals";
import { get, set } from "../../json/pointer.ts";
import { type Json, type JsonObject, equal, isObject } from "../../json/value.ts";
import { moveToEnv } from "../../model/move-to-env.ts";
import { drafts, updateDraft } from "../../state/drafts.ts";
import { editor } from "../../texts-editing.ts";
import { type Row, arrayOf, followed, objectOf, withRows } from "./entries.ts";
import { memoryOf, remember } from "./memory.ts";
import { type Taken, takenAmongHeaders, takenAmongVariables, takenAsWords } from "./taken.ts";

/** Takes a text apart that was pasted into a row of variables or headers. */
export function pasteIntoPairs(key: string, member: string, text: string, isName: boolean, index: number): boolean {
  const taken = member === "/env" ? takenAmongVariables(text, isName) : takenAmongHeaders(text, isName);
  return taken !== null && put(key, member, taken, { member, index });
}

/** Takes a text apart that was pasted as the command, or, with an index, into that row of the arguments. */
export function pasteWords(key: string, text: string, index: number | null): boolean {
  const command = drafts.peek().get(key)?.config.get("command");
  const taken = takenAsWords(text, typeof command === "string" ? command : "", index === null);
  if (taken === null) return false;
  const member = index === null ? "/command" : "/args";
  return put(key, member, taken, index === null ? null : { member, index });
}

/** Moves the secret of an argument to the environment, where it is encrypted. */
export function moveArgument(key: string, index: number): void {
  const draft = drafts.peek().get(key);
  const move = draft === undefined ? null : moveToEnv(draft.config, index);
  if (draft === undefined || move === null) return;
  const memory = memoryOf(key);
  const rowsAt = (at: string) => followed(memory.rows.get(at), get(draft.config, at));
  let seen = -1;
  const args = rowsAt("/args").map((row) => {
    if (row.isGone !== true) seen += 1;
    return row.isGone !== true && seen === index ? { ...row, value: move.argument } : row;
  });
  const env = withRows(rowsAt("/env"), [[move.name, move.value]]);
  apply(key, "/args", editor.moved(move.name), new Map([["/args", args], ["/env", env]]));
}

/** Whether what was pasted last can still be undone: nobody has changed it since. */
export function canUndo(key: string): boolean {
  const config = drafts.value.get(key)?.config;
  const { pasted } = memoryOf(key);
  return config !== undefined && pasted !== null && pasted.after.every(([at, value]) => equal(get(config, at), value));
}

export function undoPaste(key: string): void {
  const { pasted, rows } = memoryOf(key);
  const draft = drafts.peek().get(key);
  if (pasted === null || draft === undefined) return;
  batch(() => {
    updateDraft(key, { config: pasted.before.reduce((config, [at, value]) => placed(config, at, value), draft.config) });
    remember(key, { pasted: null, rows: new Map([...rows, ...pasted.rows]) });
  });
}

/** The row that was pasted into is the first to be filled, where it is empty. */
function put(key: string, member: string, taken: Taken, into: { member: string; index: number } | null): boolean {
  const draft = drafts.peek().get(key);
  if (draft === undefined) return false;
  const memory = memoryOf(key);
  const pairs = member === "/command" || member === "/args" ? "/env" : member;
  const rowsAt = (at: string) => followed(memory.rows.get(at), get(draft.config, at));
  const next = new Map<string, Row[]>();
  if (taken.entries.length > 0) next.set(pairs, filled(rowsAt(pairs), taken.entries, into?.member === pairs ? into.index : null));
  if (taken.args.length > 0) {
    const words = taken.args.map((word): [string, Json] => ["", word]);
    // A whole line brings all arguments that it has.
    const old = into === null ? [] : rowsAt("/args");
    next.set("/args", filled(old, words, into?.member === "/args" ? into.index : null));
  }
  const isReplacing = into === null && taken.args.length > 0 && arrayOf(rowsAt("/args")).length > 0;
  apply(key, member, isReplacing ? `${taken.said} ${editor.argumentsGone}` : taken.said, next, taken.command);
  return true;
}

/** Changes rows, and the command, in a way that can be undone at this member. */
function apply(key: string, member: string, said: string, next: ReadonlyMap<string, Row[]>, command: string | null = null): void {
  const draft = drafts.peek().get(key);
  if (draft === undefined) return;
  const memory = memoryOf(key);
  const touched = [...next.keys(), ...(command === null ? [] : ["/command"])];
  let config = draft.config;
  for (const [at, rows] of next) config = placed(config, at, at === "/args" ? arrayOf(rows) : objectOf(rows));
  if (command !== null) config = placed(config, "/command", command);
  batch(() => {
    updateDraft(key, { config });
    remember(key, {
      rows: new Map([...memory.rows, ...next]),
      pasted: {
        member,
        said,
        before: touched.map((at) => [at, get(draft.config, at)]),
        after: touched.map((at) => [at, get(config, at)]),
        rows: new Map([...next.keys()].map((at) => [at, followed(memory.rows.get(at), get(draft.config, at))])),
      },
    });
  });
}

function filled(rows: Row[], entries: [string, Json][], index: number | null): Row[] {
  const here = index === null ? undefined : rows[index];
  if (index === null || here === undefined) return withRows(rows, entries);
  const isBlank = here.name === "" && here.value === "";
  const added = withRows(rows, entries, index);
  return isBlank ? added.toSpliced(index, 1) : added;
}

function placed(config: JsonObject, at: string, value: Json | undefined): JsonObject {
  const changed = set(config, at, value);
  return isObject(changed) ? changed : config;
}
