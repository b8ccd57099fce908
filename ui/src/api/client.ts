/**
 * The generated client of the API, with three things of its own: bodies go through lossless JSON, every request carries
 * the key, and what a 401 and a 403 say of the key is remembered. It does not know what the answers mean.
 */
import createClient from "openapi-fetch";
import { JsonFault } from "../json/read.ts";
import { writeJson } from "../json/write.ts";
import type { Json } from "../json/value.ts";
import { type Problem, type Result, isFromBetween, isOf, problemOf } from "./problem.ts";
import { base } from "./place.ts";
import type { paths } from "./schema.d.ts";
import { problems, signIn } from "../texts.ts";
import { authHeaders, noteForeignOrigin, noteRefused, signOut } from "./session.ts";

/** The text of each answer, because the client reads it as `JSON.parse` does, which loses the spelling of numbers. */
const texts = new WeakMap<Response, string>();

/** After this long an answer counts as lost. The service gives up a write long before. */
const PATIENCE_MS = 30_000;

/** Waits longer than for other answers, and no longer than the reader. What the service does for it ends with the wait. */
export function waiting(patienceMs: number, ...signals: AbortSignal[]): { fetch: (request: Request) => Promise<Response> } {
  return { fetch: (request) => fetch(request, { signal: AbortSignal.any([...signals, AbortSignal.timeout(patienceMs)]) }) };
}

const client = createClient<paths>({
  baseUrl: base,
  fetch: (request: Request) => fetch(request, { signal: AbortSignal.timeout(PATIENCE_MS) }),
  // Whatever is asked is asked now: the page keeps tags itself.
  cache: "no-store",
  bodySerializer: (value: unknown) => writeJson(value as Json),
});

client.use({
  onRequest: ({ request }) => {
    for (const [name, value] of Object.entries(authHeaders())) request.headers.set(name, value);
    return request;
  },
  onResponse: async ({ response }) => {
    texts.set(response, await response.clone().text());
    return undefined;
  },
});

export const { GET, PUT, PATCH, DELETE, POST } = client;

/** The body of a request: what the types of the document can't say of lossless JSON. */
export function body(value: Json): never {
  return value as never;
}

/** Waits for an answer, and reads it: what `read` makes of a success, else the problem. */
export async function answered<T>(
  request: Promise<{ response: Response }>,
  read: (response: Response, text: string) => T,
): Promise<Result<T>> {
  const key = authHeaders();
  let response: Response;
  try {
    ({ response } = await request);
  } catch {
    return { offline: true };
  }
  const text = texts.get(response) ?? "";
  if (response.ok || response.status === 304) return readable(response, () => read(response, text));
  if (isFromBetween(response)) return { offline: true };
  const problem = problemOf(response, text);
  noteRefusal(problem, key);
  return { problem };
}

/** Something between the page and the service may answer in its place. */
function readable<T>(response: Response, read: () => T): Result<T> {
  try {
    return { ok: read() };
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    return { problem: { type: "about:blank", status: response.status, ...problems.unreadableAnswer } };
  }
}

/** What a refusal says of the key that was sent. An answer that comes late says nothing of a newer key. */
function noteRefusal(problem: Problem, sent: Record<string, string>): void {
  const isCurrent = JSON.stringify(sent) === JSON.stringify(authHeaders());
  if (!isCurrent) return;
  if (problem.status === 401) signOut(signIn.keyEnded);
  if (isOf(problem, "forbidden-origin")) noteForeignOrigin();
  if (isOf(problem, "insufficient-scope") && problem.required_scope) noteRefused(problem.required_scope);
}
