/**
 * Who the page is to the service. The key lives in this module's memory and nowhere else: not in storage, not in the
 * address, not in a field that a password manager keeps. It refuses to know what is asked with the key.
 */
import { signal } from "@preact/signals";

export type Scope = "read" | "write" | "reveal" | "admin";

export type Session = {
  /** `open`: the service asks for no key. */
  state: "unknown" | "signed-out" | "signed-in" | "open";
  /** What the key may do; null where nobody has told. */
  scopes: string[] | null;
  /** Why the reader is asked to sign in, if there is something to say. */
  note: string | null;
};

export const session = signal<Session>({ state: "unknown", scopes: null, note: null });

/** What one cheap question with these headers is answered. */
type Probe = "accepted" | "refused" | "offline";

const PROBE = "/api/settings/mcp-servers?limit=1";

let key: string | null = null;
/** Scopes that the service has refused to this key. */
const refused = new Set<Scope>();

/**
 * Takes the one-time code out of the address and exchanges it for a key; without one, or where it is spent, sees
 * whether the service asks for a key at all.
 */
export async function start(): Promise<void> {
  // The link may be opened in a tab that is here already; then only the fragment changes.
  addEventListener("hashchange", () => {
    if (location.hash.startsWith("#code=")) void enter();
  });
  await enter();
}

async function enter(): Promise<void> {
  const code = takeCode();
  if (code !== null && (await exchange(code))) return;
  // A spent link takes nobody's key away.
  if (key !== null) return;
  const note = code === null ? null : "The link was used already, or is older than a minute. Sign in with an API key.";
  const answer = await probe({});
  // Whoever can't reach the service is told so by the stream, which goes on trying.
  session.value =
    answer === "refused" ? { state: "signed-out", scopes: null, note } : { state: "open", scopes: null, note: null };
}

/** Tries a key; false where the service refuses it. Throws where the service can't be reached. */
export async function signIn(candidate: string): Promise<boolean> {
  const answer = await probe(headersOf(candidate));
  if (answer === "offline") throw new TypeError("the service can't be reached");
  if (answer === "refused") return false;
  take(candidate, null);
  return true;
}

/** Any 401 lands here. What was typed stays. */
export function signOut(why: string): void {
  // Whoever never had a key has lost none, and whoever lost it was told why.
  const note = key === null ? session.peek().note : why;
  key = null;
  refused.clear();
  session.value = { state: "signed-out", scopes: null, note };
}

/** What each request of the page carries; nothing where the service asks for no key. */
export function authHeaders(): Record<string, string> {
  return key === null ? {} : headersOf(key);
}

/** Whether the key has a scope; null where only the service knows. */
export function may(scope: Scope): boolean | null {
  const { state, scopes } = session.value;
  if (state === "open") return true;
  if (refused.has(scope)) return false;
  if (scopes === null) return null;
  return scopes.includes("admin") || scopes.includes(scope);
}

/** Remembers that the service has refused a scope to this key. */
export function noteRefused(scope: string): void {
  refused.add(scope as Scope);
  session.value = { ...session.value };
}

function take(candidate: string, scopes: string[] | null): void {
  key = candidate;
  refused.clear();
  session.value = { state: "signed-in", scopes, note: null };
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

async function exchange(code: string): Promise<boolean> {
  try {
    const answer = await fetch("/api/session", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ code }),
      cache: "no-store",
    });
    if (!answer.ok) return false;
    const told = (await answer.json()) as { key: string; scopes: string[] };
    take(told.key, told.scopes);
    return true;
  } catch {
    return false;
  }
}

async function probe(headers: Record<string, string>): Promise<Probe> {
  try {
    const answer = await fetch(PROBE, { headers, cache: "no-store" });
    await answer.body?.cancel();
    return answer.status === 401 ? "refused" : "accepted";
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
