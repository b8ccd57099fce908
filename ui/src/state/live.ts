/**
 * What the store holds, as far as the page knows: the one truth that all screens read. It follows the stream while the
 * reader is signed in, and says how well it knows.
 */
import { computed, effect, signal, untracked } from "@preact/signals";
import type { Access, StreamEvent } from "../api/events.ts";
import { type Problem, isOf, problemFrom } from "../api/problem.ts";
import { type Row, list, read } from "../api/servers.ts";
import { authHeaders, refreshSession, session, signOut } from "../api/session.ts";
import { isEnabled } from "../model/enablement.ts";
import { signIn } from "../texts.ts";
import { CatchUp } from "./catch-up.ts";
import { History, type Since } from "./history.ts";
import { takeStatuses } from "./instances.ts";
import { forgetOrigins, takeOrigins } from "./origins.ts";
import { type Following, follow } from "./stream.ts";

export { now } from "./clock.ts";

export type LiveServer = Row & {
  /** When it was last changed, in Unix milliseconds; null where the service saw no change. */
  changedAt: number | null;
  /** The API key's name, "you", or null for another program. */
  changedBy: string | null;
};

export type Connection = {
  /** `stale`: what is shown may be old, and is being fetched. */
  state: "connecting" | "live" | "offline" | "stale";
  since: number;
};

export const connection = signal<Connection>({ state: "connecting", since: Date.now() });

type DocumentState = { access: Access | "unreadable" | "unknown"; reason: string | null };

/** How the document may be used; `unknown` until the service has said so. */
export const documentState = signal<DocumentState>({ access: "unknown", reason: null });

/** Why the list can't be had, in full. */
export const listProblem = signal<Problem | null>(null);

/** Sorted by name. */
export const servers = signal<Map<string, LiveServer>>(new Map());

/** Whether the list was ever had. */
export const isListed = signal(false);

/** Servers that somebody else has changed just now. */
export const freshNames = signal<ReadonlySet<string>>(new Set());

const FRESH_MS = 2_500;

const rows = new Map<string, Row>();
/** The last change of each server; `etag` is what it led to, null if that is not known. */
const changes = new Map<string, { at: number; by: string | null; etag: string | null }>();
const history = new History();
/** Rises with each thing that is learnt, for what is computed from the history. */
const learnt = signal(0);

let isOpen = false;
/** What the document is while it can be read. */
let readableAs: DocumentState = documentState.peek();
let following: Following | null = null;

const catchUp = new CatchUp({ list, read }, {
  listed: (found, isOvertaken) => {
    const names = new Set(found.map((row) => row.name));
    for (const name of [...rows.keys()]) if (!names.has(name) && !isOvertaken(name)) rows.delete(name);
    // A state that is known already stays as it is, so that nothing is drawn again for it.
    for (const row of found) if (!isOvertaken(row.name) && rows.get(row.name)?.etag !== row.etag) take(row);
    listProblem.value = null;
    isListed.value = true;
    publish();
    // A list came: the document is readable again.
    if (!isOpen) following?.hurry();
  },
  found: (name, row) => {
    if (row === null) rows.delete(name);
    else rows.set(name, row);
    publish();
  },
  has: (name, etag) => rows.get(name)?.etag === etag,
  failed: (problem) => {
    if (problem !== null) complain(problem);
    if (isOpen) enter("stale");
  },
  settled: () => {
    // Also if the list has not changed: then `listed` is not called.
    listProblem.value = null;
    if (documentState.peek().access === "unreadable") documentState.value = readableAs;
    if (isOpen) enter("live");
  },
});

/** What happened to a server since a tag: which members changed elsewhere, and by whom. */
export function changedSince(name: string, etag: string): Since {
  void learnt.value;
  return history.since(name, etag, servers.value.get(name)?.etag ?? null);
}

/** A row of the list. A change that led elsewhere is not its last one. */
function take(row: Row): void {
  rows.set(row.name, row);
  const known = changes.get(row.name)?.etag ?? row.etag;
  if (known !== row.etag) changes.delete(row.name);
}

/** From which state to which this page has written a server; null for one in which it does not exist. */
export type Written = { over: string | null; etag: string | null };

/** What this page wrote is nobody else's change. With the answer at hand nothing is asked again. */
export function noteOwnWrite(name: string, { over, etag }: Written, answer?: Pick<Row, "config" | "needsReentry" | "findings">): void {
  // An answer that is slower than the stream may be older than what is known.
  const isNewest = history.noteOwn(name, etag, over);
  if (isNewest && etag !== null) {
    if (answer !== undefined) {
      catchUp.known(name);
      rows.set(name, { name, etag, ...answer, enabled: answer.config === null ? null : isEnabled(answer.config) });
    }
    if (etag !== over) changes.set(name, { at: Date.now(), by: "you", etag });
  } else if (isNewest && etag === null) {
    catchUp.known(name);
    rows.delete(name);
  }
  learnt.value += 1;
  publish();
}

function onEvent(event: StreamEvent): void {
  if (event.type === "document") {
    documentState.value = event.data;
    if (event.data.access !== "unreadable") readableAs = event.data;
    catchUp.wantList();
    return;
  }
  if (event.type === "instances") {
    takeStatuses(event.data, isSilent);
    isSilent = false;
    return;
  }
  if (event.type === "origins") {
    takeOrigins(event.data);
    return;
  }
  if (event.type === "opened") {
    isOpen = true;
    isSilent = true;
    forgetOrigins();
    documentState.value = event.data;
    readableAs = event.data;
    // A service that was away may know other keys, and other scopes of this one.
    if (wasAway || session.peek().scopes === null) void refreshSession();
    wasAway = false;
    listProblem.value = null;
    for (const { name, at_ms, by } of event.data.recent) {
      const before = changes.get(name);
      const isOwn = before?.by === "you" && before.at >= at_ms;
      changes.set(name, { at: at_ms, by: isOwn ? "you" : called(by), etag: null });
    }
    if (isFresh) catchUp.beganAt(event.data.etag);
    else catchUp.resume();
    isFresh = false;
    publish();
    return;
  }
  const change = { ...event.data, by: called(event.data.by) };
  const isOwn = history.note(change);
  changes.set(change.name, { at: change.at_ms, by: isOwn ? "you" : change.by, etag: change.new_etag });
  if (change.new_etag !== null && !isOwn && rows.get(change.name)?.etag !== change.new_etag) freshen(change.name);
  catchUp.changed(change.name, change.new_etag);
  learnt.value += 1;
}

/** Without keys everyone has one name to the service, which says nothing of who it was. */
function called(by: string | null): string | null {
  return by !== null && session.peek().state === "open" ? "somebody" : by;
}

/** Whether the next stream starts afresh rather than where the last one ended. */
let isFresh = true;
/** Whether this stream has said nothing of instances yet: what it says first is of all. */
let isSilent = true;
/** Whether the stream was lost since the service last said who the reader is. */
let wasAway = false;

function begin(): () => void {
  isFresh = true;
  isOpen = false;
  wasAway = false;
  history.forget();
  enter("connecting");
  const { access } = session.peek();
  if (access !== null) {
    documentState.value = { access: access.state, reason: access.reason };
    if (access.state !== "unreadable") readableAs = documentState.peek();
  }
  // Asked for at once, beside the stream: where it is older than the stream's beginning, it is asked for again.
  catchUp.wantList();
  const stream = follow({
    event: onEvent,
    gone: () => {
      isFresh = true;
      isOpen = false;
      history.forget();
      enter("stale");
      catchUp.wantList();
    },
    lost: (attempts) => {
      isOpen = false;
      wasAway = true;
      // A service that restarts is back within the first wait.
      if (attempts > 1) enter("offline");
      else enter(isListed.peek() ? "stale" : "connecting");
    },
    refused: (refusal, sent) => {
      isOpen = false;
      if (refusal.status === 401) {
        if (JSON.stringify(sent) === JSON.stringify(authHeaders())) signOut(signIn.keyEnded);
        return;
      }
      // The list says why in full; it is asked for when the document is readable again, too.
      enter("stale");
      complain(problemFrom(refusal.status, refusal.problem));
    },
  });
  following = stream;
  return () => {
    stream.stop();
    following = null;
    catchUp.stop();
  };
}

const isIn = computed(() => session.value.state === "signed-in" || session.value.state === "open");

effect(() => {
  if (!isIn.value) return undefined;
  return untracked(begin);
});

function complain(problem: Problem): void {
  listProblem.value = problem;
  const isAboutDocument = isOf(problem, "document-unreadable") || isOf(problem, "document-vanished");
  // While the stream is open it says so itself, and this answer may be older than its last word.
  if (isAboutDocument && !isOpen) documentState.value = { access: "unreadable", reason: problem.detail };
}

function enter(state: Connection["state"]): void {
  if (connection.peek().state !== state) connection.value = { state, since: Date.now() };
}

function freshen(name: string): void {
  freshNames.value = new Set([...freshNames.peek(), name]);
  window.setTimeout(() => {
    freshNames.value = new Set([...freshNames.peek()].filter((other) => other !== name));
  }, FRESH_MS);
}

function publish(): void {
  const sorted = [...rows].sort(([a], [b]) => (a < b ? -1 : 1));
  servers.value = new Map(sorted.map(([name, row]) => [name, live(name, row)]));
}

/** What was published of each row, so that a server that did not change stays the same object. */
const published = new WeakMap<Row, LiveServer>();

function live(name: string, row: Row): LiveServer {
  const change = changes.get(name);
  const [changedAt, changedBy] = [change?.at ?? null, change?.by ?? null];
  const before = published.get(row);
  if (before?.changedAt === changedAt && before.changedBy === changedBy) return before;
  const now: LiveServer = { ...row, changedAt, changedBy };
  published.set(row, now);
  return now;
}
