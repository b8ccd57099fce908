/**
 * What a secret looks like when no name says so: `src/model/secret_shapes.rs` in the page's language, on the same
 * tables.
 */
import * as tables from "./secret-tables.generated.ts";

/** Whether a value is one token that begins as well-known tokens do. */
export function hasKnownPrefix(text: string): boolean {
  const isToken = (rest: string) => rest.length >= tables.SHORTEST_REST && /^[\w.=+/-]+$/.test(rest) && /[0-9]/.test(rest);
  return text.startsWith("-----BEGIN ") || tables.TOKEN_PREFIXES.some((prefix) => text.startsWith(prefix) && isToken(text.slice(prefix.length)));
}

/** Whether a value is one token that is hardly text, and most of it one run of letters and digits, of both. */
export function isRandomRun(token: string): boolean {
  const isRun = (run: string) => run.length >= tables.SHORTEST_RANDOM_RUN && /[0-9]/.test(run) && /[A-Za-z]/.test(run);
  return isRandom(token) && token.split(/[^A-Za-z0-9]/).some(isRun);
}

function isRandom(token: string): boolean {
  return !/\p{White_Space}/u.test(token) && [...token].length >= tables.SHORTEST_TOKEN && entropy(token) >= tables.LEAST_ENTROPY;
}

/** Whether a value is in the form of a UUID. */
export function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}

/** Whether a value is a name in the place of a value: `$TOKEN`, `${env:TOKEN}`, `{{token}}`, `%TOKEN%`. */
export function isReference(text: string): boolean {
  const bare = text.split(/\p{White_Space}/u).at(-1) ?? "";
  return REFERENCES.some((pattern) => pattern.test(bare));
}

const REFERENCES = [/^\$\w+$/, /^\$\{[^]*\}$/, /^\$\([^]*\)$/, /^\{[^]*\}$/, /^%\w+%$/, /^<[^]*>$/];

/** Shannon's entropy of a text. Bits for each character. */
function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  const length = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return [...counts.values()].reduce((sum, count) => sum - (count / length) * Math.log2(count / length), 0);
}
