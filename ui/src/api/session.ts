/**
 * Who the page is to the service. An API key that is typed lives in this module's memory and nowhere else. The key of a
 * session, which a link is exchanged for, is kept by `tabs.ts` for reloads and further tabs. It does not know what is
 * asked with the key.
 */
import { signal } from "@preact/signals";
import { urlOf } from "./place.ts";
import { isOf, problemOf } from "./problem.ts";
import { askTabs, forgetKey, listenToTabs, offerKey, storeKey, storedKey, tellEnded } from "./tabs.ts";
import { signIn as texts } from "../texts.ts";
import type { components } from "./schema.d.ts";

type Described = components["schemas"]["Session"];

export type Scope = Described["scopes"][number];

/** How the settings document may be used, and for people why not. */
export type DocumentAccess = Pick<Described["access"], "state" | "reason">;

/** What the service says of the key and of itself. `document`: where the settings are, for `admin` only. */
export type Caller = { name: string; expiresInSeconds: number | null; version: string; document: string | null };

export type Session = {
  /** `open`: the service asks for no key. */
  state: "unknown" | "signed-out" | "signed-in" | "open";
  /** What the key may do; null where the service has not said so yet. */
  scopes: Scope[] | null;
  /** How the document may be used, as the service said last when it was asked who the reader is. */
  access: DocumentAccess | null;
  /** Whose key it is; null where the service has not said so yet. */
  caller: Caller | null;
  /** Why the reader is asked to sign in, if there is something to say. */
  note: string | null;
  /** Whether the reader has signed out, here or in another tab: nobody is about to go on. A key that has ended is another thing. */
  hasLeft: boolean;
};

export const session = signal<Session>({ state: "unknown", scopes: null, access: null, caller: null, note: null, hasLeft: false });

/** Whether the service has refused this page because it does not know the page's origin. */
export const isForeignOrigin = signal(false);

/** What the service answers to some headers. `offline`: nothing that can be used. */
type Answer = Known | "refused" | "offline";

type Known = Pick<Session, "scopes" | "access" | "caller">;

const SESSION = "/api/session";

let key: string | null = null;
/** Whether the key is that of a session: such a one may be stored, handed on and ended. */
let isOfSession = false;
/** Scopes that the service has refused to this key. */
const refused = new Set<Scope>();

/**
 * Takes the one-time code out of the address and exchanges it for the key of a session. Without a code, or where it is
 * spent, goes on with the session of this tab or of another one, or sees whether the service asks for a key at all.
 */
export async function start(): Promise<void> {
  // The link may be opened in a tab that is here already; then only the fragment changes.
  addEventListener("hashchange", () => {
    if (location.hash.startsWith("#code=")) void enter();
  });
  listenToTabs({
    own: () => (isOfSession ? key : null),
    offered: (other) => {
      if (key === null && session.peek().state === "signed-out") void join(other);
    },
    ended: (other) => {
      if (key === other) signOut(texts.signedOutElsewhere, true);
    },
  });
  await enter();
}

async function enter(): Promise<void> {
  const code = takeCode();
  if (code !== null && (await join(await exchange(code)))) {
    if (key !== null) offerKey(key);
    return;
  }
  // A spent link takes nobody's key away.
  if (key !== null || (await join(storedKey()))) return;
  const handed = askTabs();
  const spent = isForeignOrigin.peek() ? texts.linkFromElsewhere : texts.spentLink;
  const note = code === null ? null : spent;
  const answer = await ask({});
  // If the service can't be reached, the stream reports that, and keeps trying.
  if (answer !== "refused") session.value = { state: "open", ...(answer === "offline" ? UNKNOWN : answer), note: null, hasLeft: false };
  else if (!(await join(await handed))) session.value = { state: "signed-out", ...UNKNOWN, note, hasLeft: false };
}

/** Goes on with the key of a session; false without one, or where the service refuses it. */
async function join(candidate: string | null): Promise<boolean> {
  if (candidate === null) return false;
  const answer = await ask(headersOf(candidate));
  if (answer === "refused") {
    forgetKey(candidate);
    return false;
  }
  // What could not be learned now is asked for again when the stream opens.
  take(candidate, answer === "offline" ? null : answer);
  isOfSession = true;
  storeKey(candidate);
  return true;
}

/** Tries a key; false where the service refuses it. Throws where the service can't be reached. */
export async function signIn(candidate: string): Promise<boolean> {
  const answer = await ask(headersOf(candidate));
  if (answer === "offline") throw new TypeError("the service can't be reached");
  if (answer === "refused") return false;
  take(candidate, answer);
  return true;
}

/** Asks again what the reader may do: a service that was away may have come back with other keys. */
export async function refreshSession(): Promise<void> {
  const headers = authHeaders();
  const answer = await ask(headers);
  // A refusal is met by the stream, and an answer that comes late says nothing of a newer key.
  if (typeof answer === "string" || JSON.stringify(headers) !== JSON.stringify(authHeaders())) return;
  refused.clear();
  session.value = { ...session.peek(), ...answer };
}

/** Ends the session, in every tab; or forgets the key that was typed. */
export async function leave(): Promise<void> {
  const [ended, wasOfSession] = [key, isOfSession];
  if (ended === null) return;
  signOut(texts.signedOut, true);
  if (!wasOfSession) return;
  tellEnded(ended);
  const note = await end(ended);
  if (note === null || session.peek().state !== "signed-out") return;
  session.value = { ...session.peek(), note };
}

/** Any 401 lands here. What was typed stays, unless the reader has left. */
export function signOut(why: string, hasLeft = false): void {
  // Without a key nothing is lost, and the reason for the loss of an earlier one is shown already.
  const note = key === null ? session.peek().note : why;
  if (key !== null) forgetKey(key);
  key = null;
  isOfSession = false;
  refused.clear();
  // What is below the dialog stays as it is until somebody signs in.
  session.value = { ...session.peek(), state: "signed-out", note, hasLeft: hasLeft || session.peek().hasLeft };
}

/** What each request of the page carries; nothing where the service asks for no key. */
export function authHeaders(): Record<string, string> {
  return key === null ? {} : headersOf(key);
}

/** Whether the reader has a scope; null where the service has not said so yet. */
export function may(scope: Scope): boolean | null {
  const { scopes } = session.value;
  if (refused.has(scope)) return false;
  return scopes === null ? null : scopes.includes(scope);
}

/** Remembers that the service has refused a scope to this key. */
export function noteRefused(scope: string): void {
  refused.add(scope as Scope);
  session.value = { ...session.value };
}

/** Remembers that the service has refused this page for its origin. */
export function noteForeignOrigin(): void {
  isForeignOrigin.value = true;
}

const UNKNOWN: Known = { scopes: null, access: null, caller: null };

function take(candidate: string, answer: Known | null): void {
  key = candidate;
  isOfSession = false;
  refused.clear();
  session.value = { state: "signed-in", ...(answer ?? UNKNOWN), note: null, hasLeft: false };
}

function headersOf(candidate: string): Record<string, string> {
  return { "X-Session-API-Key": candidate };
}

/** The code of the printed link, which leaves the address and the history at once. */
function takeCode(): string | null {
  const code = /^#code=(.+)$/.exec(location.hash)?.[1];
  if (code === undefined) return null;
  history.replaceState(null, "", `${location.pathname}${location.search}#/`);
  try {
    return decodeURIComponent(code);
  } catch {
    return code;
  }
}

/** The key that a code is good for; null where it is good for none. */
async function exchange(code: string): Promise<string | null> {
  try {
    const answer = await fetch(urlOf(SESSION), {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ code }),
      cache: "no-store",
    });
    if (answer.status === 403 && isOf(problemOf(answer, await answer.text()), "forbidden-origin")) noteForeignOrigin();
    if (!answer.ok) return null;
    return ((await answer.json()) as components["schemas"]["SessionKey"]).key;
  } catch {
    return null;
  }
}

/** Has the service end a session. Gives what is to be said of it where that may not have come off. */
async function end(ended: string): Promise<string | null> {
  try {
    const answer = await fetch(urlOf(SESSION), { method: "DELETE", headers: headersOf(ended), cache: "no-store" });
    // A key that is not known any more has ended.
    if (answer.ok || answer.status === 401) return null;
    return isOf(problemOf(answer, await answer.text()), "outcome-unknown") ? texts.notEnded : texts.notReached;
  } catch {
    return texts.notReached;
  }
}

async function ask(headers: Record<string, string>): Promise<Answer> {
  try {
    const answer = await fetch(urlOf(SESSION), { headers, cache: "no-store" });
    if (answer.status === 401) return "refused";
    if (!answer.ok) return "offline";
    const { scopes, access, name, version, expires_in, document = null } = (await answer.json()) as Described;
    return { scopes, access, caller: { name, version, document, expiresInSeconds: expires_in } };
  } catch {
    // A key with bytes that no header can carry is no key of the service.
    return navigator.onLine && !isSendable(headers) ? "refused" : "offline";
  }
}

function isSendable(headers: Record<string, string>): boolean {
  try {
    new Headers(headers);
    return true;
  } catch {
    return false;
  }
}
