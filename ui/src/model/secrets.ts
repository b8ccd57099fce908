/**
 * Where the secrets of a configuration are, which of them a draft keeps, and how one is shown without them.
 * In a draft a mask means "keep", another text "replace", and nothing "clear".
 */
import { get, pointer, steps } from "../json/pointer.ts";
import { type Json, JsonNumber, type JsonObject, isObject } from "../json/value.ts";
import { type Position, elementOf, kindOf, masksBooleans, masksNumbers, memberOf } from "./position.ts";
import { isMask, looksMasked } from "./masks.ts";
import { MASK, REFERENCE_SCHEMES } from "./secret-tables.generated.ts";
import { percentDecoded, replaceParts, secretParts } from "./url-parts.ts";

/** How many secrets can be used, and how many have to be entered again. */
export type SecretsState = { set: number; needsReentry: number };

/** Whether the service masks the value at this place; if there is no value, whether it would mask a text. */
export function isSecretAt(config: JsonObject, at: string): boolean {
  const value = get(config, at);
  const position = positionOf(config, at);
  if (value === undefined || value === "") return kindOf(position, "text") === "secret";
  return isSecretLeaf(value, position);
}

/** The pointers of all leaves that the service masks. */
export function secretLeaves(config: JsonObject): string[] {
  return secretLeavesAt(config, "root", "");
}

/** The same for the part of a configuration at this position and place. */
export function secretLeavesAt(value: Json, position: Position, at: string): string[] {
  if (Array.isArray(value)) {
    const inner = elementOf(position);
    return value.flatMap((element, index) => secretLeavesAt(element, inner, at + pointer(index)));
  }
  if (isObject(value)) {
    return [...value].flatMap(([name, member]) => secretLeavesAt(member, memberOf(position, name), at + pointer(name)));
  }
  return isSecretLeaf(value, position) ? [at] : [];
}

/** The pointers of the secrets that the draft keeps: masks, and URLs with masked parts. */
export function keptSecrets(draft: JsonObject): string[] {
  return secretLeaves(draft).filter((at) => {
    const value = get(draft, at);
    return typeof value === "string" && isKept(value, positionOf(draft, at));
  });
}

/** Whether what the service shows at this place is in clear where it masks what is secret: a variable or header of a plain name, or a reference. */
export function isPlainAt(fromService: JsonObject, at: string): boolean {
  return isPlainLeaf(get(fromService, at), at);
}

/** The same of the value itself. */
export function isPlainLeaf(value: Json | undefined, at: string): boolean {
  const [member, , ...deeper] = steps(at);
  const isPlace = member === "auth" || ((member === "env" || member === "headers") && deeper.length === 0);
  return isPlace && typeof value === "string" && value !== "" && !isMask(value);
}

/** Whether a text is nothing but references to what the service keeps elsewhere: what is typed in its place may be a secret. */
export function isOnlyReferences(value: Json | undefined): boolean {
  return typeof value === "string" && ONLY_REFERENCES.test(value);
}

const ONLY_REFERENCES = new RegExp(`^[ \\t]*(?:(?:${REFERENCE_SCHEMES.join("|")})[ \\t]+)?(?:\\$\\{[^{}]+\\}[ \\t]*)+$`, "i");

/** The pointers of secrets that are masks of others: neither a secret, nor the mask of the stored one. */
export function foreignMasks(draft: JsonObject): string[] {
  const isForeign = (text: string) => !isMask(text) && !isMask(percentDecoded(text)) && looksMasked(text);
  return secretLeaves(draft).filter((at) => {
    const value = get(draft, at);
    if (typeof value !== "string") return false;
    const parts = positionOf(draft, at) === "url" ? secretParts(value).map(({ start, end }) => value.slice(start, end)) : [value];
    return parts.some(isForeign);
  });
}

export function secretsState(config: JsonObject, needsReentry: string[]): SecretsState {
  const set = secretLeaves(config).filter((at) => !needsReentry.includes(at));
  return { set: set.length, needsReentry: needsReentry.length };
}

/**
 * A part of a configuration as it may be shown: of each secret only whether it is kept or new. `at` says where
 * the part is; the empty pointer is the whole.
 */
export function shown(config: JsonObject, at = ""): Json | undefined {
  const value = get(config, at);
  return value === undefined ? undefined : shownAt(value, positionOf(config, at), false);
}

/** The same of what the service has shown: what it did not mask is no secret. */
export function shownByService(config: JsonObject, at = ""): Json | undefined {
  const value = get(config, at);
  return value === undefined ? undefined : shownAt(value, positionOf(config, at), true);
}

/** The same value, in which each mask of a secret has the same spelling. */
export function withOneMask(value: Json, position: Position): Json {
  return mapSecrets(value, position, (secret) => (typeof secret === "string" && isMask(secret) ? MASK : secret));
}

function shownAt(value: Json, position: Position, isFromService: boolean): Json {
  return mapSecrets(value, position, (secret, position) => {
    const isMasked = typeof secret === "string" && isKept(secret, position);
    if (isFromService && !isMasked && typeof secret === "string" && kindOf(position, secret) === "secret") return secret;
    const word = isMasked ? "set" : "new value";
    return typeof secret === "string" && kindOf(position, secret) === "url" ? replaceParts(secret, `(${word})`) : word;
  });
}

/** The value with something else in the place of each secret leaf. */
function mapSecrets(value: Json, position: Position, replacement: (secret: Json, position: Position) => Json): Json {
  if (Array.isArray(value)) return value.map((element) => mapSecrets(element, elementOf(position), replacement));
  if (isObject(value)) {
    return new Map([...value].map(([name, member]) => [name, mapSecrets(member, memberOf(position, name), replacement)]));
  }
  return isSecretLeaf(value, position) ? replacement(value, position) : value;
}

function isSecretLeaf(value: Json, position: Position): boolean {
  if (typeof value === "string") {
    const kind = kindOf(position, value);
    return kind === "secret" || (kind === "url" && secretParts(value).length > 0);
  }
  if (typeof value === "boolean") return masksBooleans(position);
  return value instanceof JsonNumber && masksNumbers(position);
}

function isKept(text: string, position: Position): boolean {
  return kindOf(position, text) === "url" ? keepsPart(text) : isMask(text);
}

/** Whether a secret part of this URL is a mask, also one that was percent-encoded. */
export function keepsPart(url: string): boolean {
  const parts = secretParts(url).map(({ start, end }) => url.slice(start, end));
  return parts.some((part) => isMask(part) || isMask(percentDecoded(part)));
}

function positionOf(config: JsonObject, at: string): Position {
  let position: Position = "root";
  let value: Json | undefined = config;
  for (const name of steps(at)) {
    position = Array.isArray(value) ? elementOf(position) : memberOf(position, name);
    value = value === undefined ? undefined : get(value, pointer(name));
  }
  return position;
}
