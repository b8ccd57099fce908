/**
 * The secret parts of a URL: its userinfo, and query values of telling names, as `src/model/url_parts.rs` has
 * them. Works on the text, because it must agree with the service on texts that are hardly URLs.
 */
import { isTellingInUrl } from "./secret-words.ts";

/** Where a secret part begins and ends. */
export type Part = { start: number; end: number };

/** Whether clients disagree about where the parts of such a URL begin and end. The service takes none. */
export function isAmbiguous(url: string): boolean {
  return /[\\\p{Cc}\p{White_Space}]/u.test(url);
}

/** The secret parts in the order in which they stand; of an ambiguous URL all of it. */
export function secretParts(url: string): Part[] {
  if (isAmbiguous(url)) return [{ start: 0, end: url.length }];
  const beforeFragment = url.includes("#") ? url.indexOf("#") : url.length;
  const mark = url.slice(0, beforeFragment).indexOf("?");
  const parts = userinfo(url.slice(0, mark < 0 ? beforeFragment : mark));
  if (mark < 0) return parts;
  let at = mark + 1;
  for (const pair of url.slice(at, beforeFragment).split("&")) {
    const sign = pair.indexOf("=");
    const end = at + pair.length;
    if (sign >= 0 && sign + 1 < pair.length && isTellingInUrl(percentDecoded(pair.slice(0, sign)))) {
      parts.push({ start: at + sign + 1, end });
    }
    at = end + 1;
  }
  return parts;
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

/** Up to the last `@`, since a careless client leaves one in a password; after any number of slashes, as browsers read it. */
function userinfo(url: string): Part[] {
  const scheme = /^[A-Za-z][A-Za-z0-9+.-]*:/.exec(url)?.[0] ?? "";
  const slashes = /^\/*/.exec(url.slice(scheme.length))?.[0] ?? "";
  const start = scheme.length + slashes.length;
  const authority = url.slice(start).split("/")[0] ?? "";
  const length = authority.lastIndexOf("@");
  return length > 0 ? [{ start, end: start + length }] : [];
}

/** What stands behind percent signs. Bytes that are no UTF-8 become replacement characters, as in the service. */
export function percentDecoded(text: string): string {
  if (!text.includes("%")) return text;
  const bytes: number[] = [];
  for (const piece of text.match(/%[0-9a-fA-F]{2}|[^%]+|%/g) ?? []) {
    if (piece.length === 3 && piece.startsWith("%")) bytes.push(parseInt(piece.slice(1), 16));
    else bytes.push(...new TextEncoder().encode(piece));
  }
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(new Uint8Array(bytes));
}
