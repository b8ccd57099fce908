/**
 * The text that servers are imported from, what the service has found in it, and what was chosen. It outlives the screen and never leaves
 * the tab's memory; the service stores nothing of it before the reader says so.
 */
import { computed, effect, signal, untracked } from "@preact/signals";
import { type Action, type Format, type Found, type Text, importServers, readServers, readWhole } from "../api/import.ts";
import { type Failure, type Problem, type Result, isOf, problemIn } from "../api/problem.ts";
import { session } from "../api/session.ts";
import type { JsonObject } from "../json/value.ts";
import { type Edit, type Entry, choicesOf, entriesOf, inputsOf, stored } from "../model/import.ts";
import { importing as texts } from "../texts-import.ts";
import { mode } from "./access.ts";
import { timesForgotten, whenForgotten } from "./forgetting.ts";
import { noteOwnWrite, servers } from "./live.ts";
import { pending } from "./pending.ts";
import { go, route } from "./route.ts";
import { toast } from "./toasts.ts";

const NOTHING: Text = { text: "", format: null, file: null };

/** What is imported from. */
export const source = signal<Text>(NOTHING);

/** What was found in it; the last answer, while a newer one is on its way. */
export const found = signal<Found | null>(null);

/** Why nothing can be read. */
const unread = signal<Problem | null>(null);

/** Why nothing was stored. It stays while others go on changing what is stored, until the reader does something about it. */
const notStored = signal<Problem | null>(null);

/** Why nothing can be read, or why nothing was stored. */
export const refusal = computed(() => notStored.value ?? unread.value);

/** Whether what was found is not of this text yet. */
export const isReading = signal(false);

/** Whether the entries that can't become servers are left out. */
export const skipsRefused = signal(false);

/** Under which name each server was stored, by its name in the text. */
export const outcome = signal<ReadonlyMap<string, string> | null>(null);

/** Whether what was chosen is being stored. */
export const isImporting = signal(false);

/**
 * Where the answer to an import did not come: `away`: the service can't be asked what is stored now; `maybe`: that is shown; `stored`: all of
 * it is stored as it was chosen.
 */
export const lost = signal<"away" | "maybe" | "stored" | null>(null);

const edits = signal<ReadonlyMap<string, Edit>>(new Map());

export const entries = computed(() => (found.value === null ? [] : entriesOf(found.value, edits.value, (name) => servers.value.has(name), skipsRefused.value)));

/** How many entries can't be imported as they are: those that are no servers, and those that no server may be. */
export const unfit = computed(() => (found.value?.refused.length ?? 0) + entries.value.filter(({ isFaulty }) => isFaulty).length);

/** A pause in typing. */
const PAUSE_MS = 300;

let timer = 0;
let request = new AbortController();

/** Takes what was changed in the text, or something else that is known of it; nothing while what was sent is being stored. */
export function setSource(change: Partial<Text>): void {
  if (isImporting.peek()) return;
  if (outcome.peek() !== null) forgetChoices();
  outcome.value = null;
  notStored.value = null;
  lost.value = null;
  source.value = { ...source.peek(), ...change };
  readSoon();
}

/** Takes another text in the place of all. A file's name says something of its format. */
export function replaceSource(text: string, file: string | null = null): void {
  if (isImporting.peek()) return;
  forgetChoices();
  setSource({ text, file, format: null });
}

function forgetChoices(): void {
  opened.clear();
  edits.value = new Map();
  skipsRefused.value = false;
}

/** What a way back leads to: the text and what was chosen for it, as long as that may be brought back. */
type Before = { text: Text; edits: ReadonlyMap<string, Edit>; skipsRefused: boolean };

let before: Before | null = null;

/** Puts another text in the place of this one, and gives a way to undo that: it says whether the text came back. */
export function exchangeSource(text: string, file: string | null = null): () => boolean {
  const own: Before = { text: source.peek(), edits: edits.peek(), skipsRefused: skipsRefused.peek() };
  before = own;
  replaceSource(text, file);
  return () => {
    // What was typed since then goes before.
    if (isImporting.peek() || before !== own || source.peek().text !== text) return false;
    before = null;
    setSource(own.text);
    edits.value = own.edits;
    skipsRefused.value = own.skipsRefused;
    return true;
  };
}

/** Takes what the reader did to an entry; a choice is one of the difference that is shown. */
export function editEntry(name: string, change: Edit): void {
  const server = found.peek()?.servers.find((own) => own.name === name);
  const over = change.action === undefined ? {} : { over: server?.etag ?? null };
  edits.value = new Map(edits.peek()).set(name, { ...edits.peek().get(name), ...change, ...over });
  notStored.value = null;
  lost.value = null;
}

/** Takes one value that was asked for. */
export function enterInput(name: string, id: string, value: string): void {
  const before = edits.peek().get(name)?.inputs ?? new Map<string, string>();
  editEntry(name, { inputs: new Map(before).set(id, value) });
}

/** Chooses the same for all these entries. */
export function chooseForAll(names: readonly string[], action: Action): void {
  for (const name of names) editEntry(name, { action });
}

export function readAgain(): Promise<void> {
  window.clearTimeout(timer);
  return read();
}

function readSoon(): void {
  window.clearTimeout(timer);
  request.abort();
  isReading.value = source.peek().text.trim() !== "";
  if (isReading.peek()) timer = window.setTimeout(() => void read(), PAUSE_MS);
  else [found.value, unread.value] = [null, null];
}

async function read(): Promise<void> {
  request.abort();
  request = new AbortController();
  const { signal } = request;
  isReading.value = true;
  const answer = await pending(texts.reading, readServers(source.peek(), signal));
  if (signal.aborted) return;
  isReading.value = false;
  found.value = "ok" in answer ? answer.ok : null;
  unread.value = "ok" in answer ? null : problemIn(answer);
  if ("ok" in answer && lost.peek() !== null) judgeLost(answer.ok);
}

/** Stores what was chosen: all of it, or nothing. Gives whether that was done; a reader who has left the screen gets a message. */
export async function importChosen(): Promise<boolean> {
  const chosen = entries.peek();
  const since = timesForgotten.peek();
  isImporting.value = true;
  const answer = await pending(texts.importing(stored(chosen).length), importServers(source.peek(), choicesOf(chosen), skipsRefused.peek()));
  if (timesForgotten.peek() !== since) return false;
  isImporting.value = false;
  if ("ok" in answer) settle(answer.ok);
  else await explain(answer, stored(chosen));
  if (route.peek().screen !== "import") report();
  return outcome.peek() !== null;
}

function settle({ servers: all }: Found): void {
  const done = all.filter(({ stored_as }) => stored_as !== undefined);
  for (const { name, stored_as = name, etag = null, etag_after, action } of done) {
    if (etag_after !== undefined) noteOwnWrite(stored_as, { over: action === "rename" ? null : etag, etag: etag_after });
  }
  end(new Map(done.map(({ name, stored_as = name }) => [name, stored_as])));
}

function end(names: ReadonlyMap<string, string>): void {
  // What was entered is stored now, and is kept nowhere else.
  edits.value = new Map([...edits.peek()].map(([name, { inputs, ...edit }]) => [name, edit]));
  [notStored.value, unanswered] = [null, []];
  outcome.value = names;
}

/** Why it was not done; where no answer came, what is stored now says whether it was. */
async function explain(failure: Failure, sent: readonly Entry[]): Promise<void> {
  const problem = problemIn(failure);
  const isLost = "offline" in failure || isOf(problem, "outcome-unknown");
  if (isLost) [unanswered, lost.value] = [sent, "away"];
  if (isLost || isOvertaken(problem)) await read();
  if (!isLost) notStored.value = problem;
}

/** What was sent last, and not answered. */
let unanswered: readonly Entry[] = [];

/** Looks whether what was not answered is stored now. */
function judgeLost({ servers: all }: Found): void {
  const now = new Map(all.map((server) => [server.name, server.stored]));
  const isStored = ({ server, action }: Entry) => action !== "rename" && now.get(server.name) === "same";
  lost.value = unanswered.every(isStored) ? "stored" : "maybe";
  if (lost.peek() === "stored") end(new Map(unanswered.map(({ server: { name } }) => [name, name] as const)));
}

/** Says what came of an import to who is elsewhere. */
function report(): void {
  const { value: names } = outcome;
  if (names !== null) {
    toast({ text: texts.done(names.size), kind: "done" });
    leaveOutcome();
    return;
  }
  const problem = notStored.peek();
  const why = problem === null ? "" : refusalText(problem);
  const text = lost.peek() === null ? texts.notImported(why) : texts.lostElsewhere;
  toast({ text, kind: "failed", action: { label: texts.openAgain, run: () => go({ screen: "import" }) } });
}

/** Whether what is stored now is not what was shown. */
export function isOvertaken({ status }: Problem): boolean {
  return status === 409 || status === 412;
}

/** Why nothing was stored. */
export function refusalText(problem: Problem): string {
  return isOvertaken(problem) ? texts.overtaken : `${problem.title}. ${problem.detail}`;
}

/** The reader goes, and has seen what was imported: a text of which nothing is left to import goes, too. */
export function leaveOutcome(): void {
  if (outcome.peek() === null || found.peek() === null) return;
  const isLeft = (name: string, state: string) => !outcome.peek()?.has(name) && state !== "same";
  const isAll = found.peek()?.refused.length === 0 && !found.peek()?.servers.some((own) => isLeft(own.name, own.stored));
  if (isAll) {
    replaceSource("");
    return;
  }
  forgetChoices();
  [outcome.value, lost.value] = [null, null];
}

/** One server of the text with its secrets in clear and with what was entered, for a draft of it; what was not is empty. */
export function wholeOf({ server, answers }: Entry): Promise<Result<JsonObject | null>> {
  return readWhole(source.peek(), server.name, inputsOf(answers));
}

/** The names of the entries that were opened as drafts, by the keys of these. */
const opened = new Map<string, string>();

/** Notes that an entry can be saved by its draft. */
export function noteOpened(draftKey: string, name: string): void {
  opened.set(draftKey, name);
}

/** The draft of an entry, if it was opened as one. */
export function draftKeyOf(name: string): string | undefined {
  return [...opened].findLast(([, own]) => own === name)?.[0];
}

/** A draft was saved: the entry that it was made of is not imported, too. */
export function noteSaved(draftKey: string): void {
  const name = opened.get(draftKey);
  if (name !== undefined && outcome.peek() === null) editEntry(name, { action: "skip" });
  opened.delete(draftKey);
}

/** The formats that the reader may mean: what was taken, and what else fits. */
export const fitting = computed<readonly Format[]>(() => (found.value === null ? [] : [found.value.format, ...found.value.also_fits]));

// What is stored under the names of the text is shown: where somebody else changes it, it is looked up again.
effect(() => {
  const now = servers.value;
  untracked(() => {
    if (found.peek() === null || outcome.peek() !== null || isReading.peek() || isImporting.peek() || mode.peek() !== "edit") return;
    const isOld = found.peek()?.servers.some(({ name, etag }) => (now.get(name)?.etag ?? null) !== (etag ?? null));
    if (isOld === true) readSoon();
  });
});

// Who has signed in again goes on where the key had ended.
effect(() => {
  if (session.value.state !== "signed-in") return;
  untracked(() => {
    if (unread.peek()?.status === 401) void readAgain();
  });
});

addEventListener("beforeunload", (event) => {
  if (source.peek().text.trim() !== "" && outcome.peek() === null) event.preventDefault();
});

whenForgotten(() => {
  isImporting.value = false;
  [before, unanswered] = [null, []];
  replaceSource("");
});
