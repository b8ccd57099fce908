/**
 * Secrets where nobody looks for them: `src/model/suspect.rs` in the page's language, on the same tables. They are
 * guessed by name and shape, warned of while a draft is typed, and not shown where the page only describes a server.
 */
import { get, pointer, set } from "../json/pointer.ts";
import { type Json, type JsonObject, isObject } from "../json/value.ts";
import { type Position, elementOf, kindOf, memberOf } from "./position.ts";
import { hasKnownPrefix, isRandomRun, isReference, isUuid } from "./secret-shapes.ts";
import { isMeasure, isPlace, isTellingName } from "./secret-words.ts";
import * as tables from "./secret-tables.generated.ts";
import { isUrlWithSecret, replaceParts, secretParts } from "./url-parts.ts";

/** Why a value seems to hold a secret. */
export type Reason = keyof typeof tables.PROPOSALS;

/** A value that seems to hold a secret: where it is, and why. */
export type Suspect = { pointer: string; reason: Reason };

/** What is shown in the place of a secret. */
const HIDDEN = "…";

/** The values of a configuration that seem to hold a secret and are not masked. */
export function suspects(config: JsonObject): Suspect[] {
  return inMembers(config, "root", "");
}

/** What is said about a suspect. */
export function warningOf({ reason }: Suspect): string {
  return `This looks like a secret, but it is stored and shown in clear. ${withoutMarks(tables.PROPOSALS[reason])}`;
}

/** A proposal of the service, without the marks that it has around code. */
export function withoutMarks(proposal: string): string {
  return proposal.replaceAll("`", "");
}

/** The configuration with nothing of the secrets at these places; the name before each stays, and the host of a URL. */
export function withoutSuspects(config: JsonObject, pointers: string[]): JsonObject {
  const hide = (shown: JsonObject, at: string): JsonObject => {
    const text = get(shown, at);
    const hidden = typeof text === "string" ? set(shown, at, hiddenText(text)) : shown;
    return isObject(hidden) ? hidden : shown;
  };
  return pointers.reduce(hide, config);
}

function hiddenText(text: string): string {
  const [, scheme, host] = /^([A-Za-z][A-Za-z0-9+.-]*:\/\/)@?([^/?#@]+)/.exec(replaceParts(text, "")) ?? [];
  if (scheme !== undefined && host !== undefined) return `${scheme}${host}/${HIDDEN}`;
  // `--api-key=value`, `API_KEY=value`, `Authorization: Bearer value`
  const [start, name] = /^-*([\w.-]+)(?:=|:\s*)/.exec(text) ?? [];
  return start !== undefined && name !== undefined && isTelling(name) ? start + HIDDEN : HIDDEN;
}

function inMembers(members: JsonObject, position: Position, at: string): Suspect[] {
  return [...members].flatMap(([name, value]) => {
    const [inner, place] = [memberOf(position, name), at + pointer(name)];
    if (Array.isArray(value) && (name === "args" || name === "command")) return inArguments(value, elementOf(inner), place);
    if (name === "command" && isPlain(value, inner)) return noted(new Scan().text(value), place);
    return inValue(value, inner, place);
  });
}

function inValue(value: Json, position: Position, at: string): Suspect[] {
  if (isObject(value)) return inMembers(value, position, at);
  if (Array.isArray(value)) return value.flatMap((element, index) => inValue(element, elementOf(position), at + pointer(index)));
  if (typeof value !== "string") return [];
  if (isPlain(value, position)) return noted(inProse(value), at);
  return kindOf(position, value) === "url" ? noted(inPath(value), at) : [];
}

function inArguments(elements: Json[], position: Position, at: string): Suspect[] {
  let scan = new Scan();
  return elements.flatMap((element, index) => {
    const place = at + pointer(index);
    if (isPlain(element, position)) return noted(scan.argument(element), place);
    scan = new Scan();
    return inValue(element, position, place);
  });
}

function isPlain(value: Json, position: Position): value is string {
  return typeof value === "string" && kindOf(position, value) === "plain";
}

function noted(reason: Reason | null, at: string): Suspect[] {
  return reason === null ? [] : [{ pointer: at, reason }];
}

/** Arguments, one after the other. */
class Scan {
  /** What the last argument announces: the value of a flag of a telling name, `NAME=value` or `Name: value`, `user:password`. */
  private next: "anything" | "secret" | "pair" | "user" = "anything";

  argument(text: string): Reason | null {
    const announced = this.next;
    this.next = "anything";
    const [isFlag, flag = "", rest] = /^--?([A-Za-z][A-Za-z0-9._-]*)(?:=([^]*))?$/.exec(text) ?? [];
    if (isFlag === undefined) {
      const isSecret = (announced === "secret" && isValue(text)) || (announced === "user" && hasPassword(text));
      return isSecret ? "telling-name" : this.text(text);
    }
    const isPair = tables.PAIR_FLAGS.includes(flag);
    const isUser = tables.USER_FLAGS.includes(flag);
    if (rest !== undefined) {
      const isSecret = !isPair && ((isTelling(flag) && isValue(rest)) || (isUser && hasPassword(rest)));
      return isSecret ? "telling-name" : this.text(rest);
    }
    if (isPair || isTelling(flag) || isUser) {
      this.next = isPair ? "pair" : isTelling(flag) ? "secret" : "user";
      return null;
    }
    // `-eNAME=value`, `-HName: value`
    return /^-[eH]/.test(text) ? inPair(text.slice(2)) : null;
  }

  /** A text that may be a pair, a URL, a token, or a command line with any of these in it. */
  text(whole: string): Reason | null {
    const text = whole.length > tables.LONGEST_ARGUMENT ? [...whole].slice(0, tables.LONGEST_ARGUMENT).join("") : whole;
    const found = inPair(text) ?? inWindowsFlag(text) ?? inFields(text) ?? inJson(text) ?? inUrl(text) ?? inToken(text);
    return found ?? (/\p{White_Space}/u.test(text) ? inLine(text) : null);
  }
}

/** A line of a shell. */
function inLine(text: string): Reason | null {
  const words = text.split(/[\p{White_Space}"'`;|&()]/u).filter((word) => word !== "");
  const scan = new Scan();
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? "";
    if (!word.endsWith(":") || !isTelling(word.slice(0, -1))) {
      const found = scan.argument(word);
      if (found !== null) return found;
      continue;
    }
    // `Authorization: Bearer value`
    index += isScheme(words[index + 1] ?? "") ? 2 : 1;
    if (isValue(words[index] ?? "")) return "telling-name";
  }
  return null;
}

function isScheme(word: string): boolean {
  return tables.SCHEMES.includes(word.toLowerCase());
}

/** A text for people, in which a name says nothing. */
function inProse(text: string): Reason | null {
  for (const word of text.split(/\p{White_Space}+/u)) {
    const found = (isUrlWithSecret(word) ? inUrl(word) : null) ?? (hasKnownPrefix(word) ? "token-shape" : null);
    if (found !== null) return found;
  }
  return null;
}

/** `NAME=value` and `Name: value` of a telling name. */
function inPair(text: string): Reason | null {
  const [, name = "", sign, value = ""] = /^([A-Za-z0-9._-]+)([=:])([^]*)$/.exec(text) ?? [];
  if (sign === undefined || (sign === ":" && value.startsWith("//"))) return null;
  return isTelling(name) && isValue(trimmed(value)) ? "telling-name" : null;
}

/** `/name:value` of a telling name, as programs of Windows have their flags. */
function inWindowsFlag(text: string): Reason | null {
  return text.startsWith("/") && text.includes(":") ? inPair(text.slice(1)) : null;
}

/** `name=value;name=value`, as a connection to a database is written. */
function inFields(text: string): Reason | null {
  if (!text.includes(";")) return null;
  return text.split(";").some((field) => inPair(trimmed(field)) !== null) ? "telling-name" : null;
}

/** JSON with a text under a telling name. It is not parsed: a part of it, or what is nearly JSON, holds its secret too. */
function inJson(text: string): Reason | null {
  if (!/^\p{White_Space}*[{[]/u.test(text)) return null;
  // What is escaped ends no text.
  const parts = text.replaceAll("\\\\", "").replaceAll('\\"', "").split('"');
  const isMember = (name: string, index: number) =>
    trimmed(parts[index + 1] ?? "") === ":" && isTelling(name) && isValue(trimmed(parts[index + 2] ?? ""));
  return parts.some(isMember) ? "telling-name" : null;
}

/** `user:password`: what has letters and digits behind the colon is no group of the system. */
function hasPassword(text: string): boolean {
  const [, password = ""] = /^[^:]*:([^]*)$/.exec(text) ?? [];
  return isValue(password) && /[0-9]/.test(password) && /[A-Za-z]/.test(password);
}

function trimmed(text: string): string {
  return text.replace(/^\p{White_Space}+|\p{White_Space}+$/gu, "");
}

/** A URL with secret parts, or with a path that looks like one. */
function inUrl(text: string): Reason | null {
  if (isUrlWithSecret(text)) {
    const parts = secretParts(text).map(({ start, end }) => text.slice(start, end));
    return parts.some((part) => !isReference(part) && !part.includes("${")) ? "url-part" : null;
  }
  return inPath(text);
}

function inPath(url: string): Reason | null {
  const [, path = ""] = /:\/\/[^/]*(\/[^?#]*)/.exec(url) ?? [];
  const isSecret = (segment: string) => {
    // A commit or a digest is public.
    const isPinned = segment.includes("@") || /^[0-9a-f]{40}$/i.test(segment);
    return !isPinned && (hasKnownPrefix(segment) || isUuid(segment) || isRandomRun(segment));
  };
  return path.split("/").some(isSecret) ? "url-path" : null;
}

function inToken(text: string): Reason | null {
  if (hasKnownPrefix(text)) return "token-shape";
  return !/sha256:|[@/\\]/.test(text) && !isUuid(text) && isRandomRun(text) ? "token-shape" : null;
}

/** Whether a name says that a secret follows. One that measures, counts or says where something is does not. */
function isTelling(name: string): boolean {
  return isTellingName(name) && !isMeasure(name) && !isPlace(name);
}

/** Whether a text can be a secret: not a reference, a path, another flag, or a word for a kind. */
function isValue(text: string): boolean {
  return text !== "" && !/^([/~-]|\.\.?\/)/.test(text) && !isReference(text) && !text.includes("${") && !tables.KINDS.includes(text.toLowerCase());
}
