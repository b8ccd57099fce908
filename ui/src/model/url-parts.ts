/**
 * The secret parts of a URL: its userinfo, and values of telling names in its query, its fragment and the parameters
 * of its path, as `src/model/url_parts.rs` has them. Works on the text, because it must agree with the service on texts that are hardly URLs.
 */
import { isTellingInUrl } from "./secret-words.ts";

/** Where a secret part begins and ends. */
export type Part = { start: number; end: number };

/** Whether clients disagree about where the parts of such a URL begin and end. The service takes none. */
export function isAmbiguous(url: string): boolean {
  return /[\\\p{Cc}\p{White_Space}]/u.test(url);
}

/** Whether a URL says how its host is reached. What begins with a reference to a variable may get its scheme from there. */
export function hasScheme(url: string): boolean {
  return /^([$%{]|[A-Za-z][A-Za-z0-9+.-]*:\/\/|https?:)/i.test(url);
}

/** The beginning of a URL that says who is spoken to; all of a text that does not say where it ends. */
export function authority(url: string): string {
  return /^[A-Za-z][A-Za-z0-9+.-]*:\/\/[^/?#]*/.exec(url)?.[0] ?? url;
}

/** The URL that one without a scheme seems to mean, without what could be secret in it; null where it names no host. */
export function withScheme(url: string): string | null {
  const [whole = ""] = url.replace(/^\/+/, "").split(/[?#]/);
  const [own] = userinfo(whole);
  const bare = own === undefined ? whole : whole.slice(own.end + 1);
  const [host = ""] = bare.split(/[/:]/);
  const isLocal = host === "localhost" || host.startsWith("127.") || bare.startsWith("[::1]");
  const isMeant = isLocal || host.includes(".") || bare.includes(":");
  const proposal = `${isLocal ? "http" : "https"}://${bare}`;
  return isMeant && URL.canParse(proposal) ? proposal : null;
}

/** Whether a text that need not be a URL is one with secret parts. What holds white space is treated as prose. */
export function isUrlWithSecret(text: string): boolean {
  return /^[A-Za-z][A-Za-z0-9+.-]*:\/\//.test(text) && !isAmbiguous(text) && secretParts(text).length > 0;
}

/** The secret parts, in the order of the URL; of an ambiguous URL all of it. */
export function secretParts(url: string): Part[] {
  if (isAmbiguous(url)) return [{ start: 0, end: url.length }];
  const found = userinfo(url);
  const start = found[0]?.end ?? 0;
  const fragment = indexOrEnd(url, "#", start, url.length);
  const query = indexOrEnd(url, "?", start, fragment);
  found.push(...namedValues(url, start, query, "/"));
  found.push(...namedValues(url, Math.min(query + 1, fragment), fragment, "&"));
  found.push(...namedValues(url, Math.min(fragment + 1, url.length), url.length, "&"));
  return found;
}

function indexOrEnd(text: string, mark: string, start: number, end: number): number {
  const index = text.slice(start, end).indexOf(mark);
  return index < 0 ? end : start + index;
}

/** The values of telling names in a component; in the path those of `;parameters`. */
function namedValues(url: string, start: number, end: number, separator: "/" | "&"): Part[] {
  let at = start;
  return url
    .slice(start, end)
    .split(separator)
    .flatMap((piece) => {
      const value = valueIn(piece, separator === "/");
      const part = { start: at + (value ?? 0), end: at + piece.length };
      at += piece.length + 1;
      return value === null ? [] : [part];
    });
}

/** Where the value of the first telling name in a piece begins. It is the rest of the piece, separators too. */
function valueIn(piece: string, isPath: boolean): number | null {
  let at = 0;
  for (const [index, pair] of piece.split(/[;?]/).entries()) {
    const sign = pair.indexOf("=");
    const value = at + sign + 1;
    const isPair = sign >= 0 && (!isPath || index > 0);
    if (isPair && value < piece.length && isTellingInUrl(percentDecoded(pair.slice(0, sign)))) return value;
    at += pair.length + 1;
  }
  return null;
}

/** The URL with something else in the place of each secret part. */
export function replaceParts(url: string, replacement: string): string {
  let out = "";
  let at = 0;
  for (const { start, end } of secretParts(url)) {
    out += url.slice(at, start) + replacement;
    at = end;
  }
  return out + url.slice(at);
}

/**
 * Up to the last `@`, since a careless client leaves one in a password, and `/`, `?` and `#` too, if the
 * text before them can't be a host and a port; after any number of slashes, as browsers read it.
 */
function userinfo(url: string): Part[] {
  const scheme = /^[A-Za-z][A-Za-z0-9+.-]*:/.exec(url)?.[0] ?? "";
  const slashes = /^\/*/.exec(url.slice(scheme.length))?.[0] ?? "";
  const start = scheme.length + slashes.length;
  const rest = url.slice(start);
  const authority = rest.split(/[/?#]/)[0] ?? "";
  let length = authority.lastIndexOf("@");
  if (length < 0 && !isHostAndPort(authority)) length = rest.lastIndexOf("@");
  return length > 0 ? [{ start, end: start + length }] : [];
}

/** Whether the part behind a colon is a port, or is empty. */
function isHostAndPort(authority: string): boolean {
  const behindHost = authority.slice(authority.lastIndexOf("]") + 1);
  const colon = behindHost.indexOf(":");
  const port = colon < 0 ? "" : behindHost.slice(colon + 1);
  return port === "" || (/^[0-9]+$/.test(port) && Number(port) <= 65535);
}

/** The text with its percent-encoding undone. Bytes that are no UTF-8 become replacement characters, as in the service. */
export function percentDecoded(text: string): string {
  if (!text.includes("%")) return text;
  const bytes: number[] = [];
  for (const piece of text.match(/%[0-9a-fA-F]{2}|[^%]+|%/g) ?? []) {
    if (piece.length === 3 && piece.startsWith("%")) bytes.push(parseInt(piece.slice(1), 16));
    else bytes.push(...new TextEncoder().encode(piece));
  }
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(new Uint8Array(bytes));
}
