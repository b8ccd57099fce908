/**
 * JSON values that lose nothing: numbers keep their spelling, objects their order. It does not know how they
 * are written as text, and what they are about.
 */

/** A number as it was written. */
export class JsonNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  valueOf(): number {
    return Number(this.text);
  }

  toString(): string {
    return this.text;
  }
}

/** An object; it keeps the order of its members. */
export type JsonObject = Map<string, Json>;

export type Json = null | boolean | string | JsonNumber | Json[] | JsonObject;

export function isObject(value: Json | undefined): value is JsonObject {
  return value instanceof Map;
}

/** Whether both are the same value. The order of members does not count, and numbers are equal by value. */
export function equal(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (a instanceof JsonNumber) return b instanceof JsonNumber && sameNumber(a, b);
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((element, index) => equal(element, b[index]));
  }
  if (isObject(a)) {
    return isObject(b) && a.size === b.size && [...a].every(([name, member]) => b.has(name) && equal(member, b.get(name)));
  }
  return false;
}

/** Doubles run integers above 2^53 together, so those are compared to the digit. */
function sameNumber(a: JsonNumber, b: JsonNumber): boolean {
  if (a.text === b.text) return true;
  if (isInteger(a) && isInteger(b)) return BigInt(a.text) === BigInt(b.text);
  return fitsDouble(a) && fitsDouble(b) && a.valueOf() === b.valueOf();
}

function isInteger(number: JsonNumber): boolean {
  return /^-?\d+$/.test(number.text);
}

/** Whether a double is anywhere near this number: not one too big, and no zero that was none. */
export function fitsDouble(number: JsonNumber): boolean {
  const value = number.valueOf();
  if (!Number.isFinite(value)) return false;
  const significand = number.text.split(/e/i)[0] ?? "";
  return value !== 0 || !/[1-9]/.test(significand);
}

/** Takes what `JSON.parse` could have made. */
export function fromPlain(value: unknown): Json {
  if (value === null || typeof value === "boolean" || typeof value === "string") return value;
  if (typeof value === "number" && Number.isFinite(value)) return new JsonNumber(String(value));
  if (Array.isArray(value)) return value.map(fromPlain);
  if (typeof value === "object") {
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    return new Map(members.map(([name, member]) => [name, fromPlain(member)]));
  }
  throw new TypeError(`JSON has no ${typeof value}`);
}

/** Makes what `JSON.parse` would have made: numbers become doubles. */
export function toPlain(value: Json): unknown {
  if (value instanceof JsonNumber) return value.valueOf();
  if (Array.isArray(value)) return value.map(toPlain);
  if (!isObject(value)) return value;
  // A member named `__proto__` is a member like any other, which only defining it makes it.
  const plain = {};
  for (const [name, member] of value) {
    Object.defineProperty(plain, name, { value: toPlain(member), enumerable: true, writable: true, configurable: true });
  }
  return plain;
}
