/**
 * A reader of JSON that passes over nothing in silence (RFC 8259): a name twice in one object, half of a
 * surrogate pair or too deep a value is a fault with its place. It does not know what a text is about, and
 * never quotes a value, because that could be a secret.
 */
import { type Json, JsonNumber, type JsonObject, fitsDouble } from "./value.ts";

/** Why a text is no JSON, and where: `at` counts UTF-16 units from 0, `line` and `column` from 1. */
export class JsonFault extends Error {
  readonly what: string;
  readonly at: number;
  readonly line: number;
  readonly column: number;

  constructor(what: string, text: string, at: number) {
    const before = text.slice(0, at).split(/\r\n|\r|\n/);
    const line = before.length;
    const column = (before[before.length - 1] ?? "").length + 1;
    super(`Line ${line}, column ${column}: ${what}.`);
    this.name = "JsonFault";
    this.what = what;
    this.at = at;
    this.line = line;
    this.column = column;
  }
}

type Rules = {
  /** How deep containers may be nested. */
  depth: number;
  /** Whether NUL and numbers that the service refuses are faults. */
  isForBody: boolean;
};

/** Reads what is to be sent: all limits of a request's body hold. */
export function parseJson(text: string): Json {
  return new Reader(text, { depth: 64, isForBody: true }).whole();
}

/** Reads what the service answers: a file may hold servers that it would not take in a body. */
export function parseAnswer(text: string): Json {
  return new Reader(text, { depth: 600, isForBody: false }).whole();
}

class Reader {
  private at = 0;
  private readonly text: string;
  private readonly rules: Rules;

  constructor(text: string, rules: Rules) {
    this.text = text;
    this.rules = rules;
  }

  whole(): Json {
    this.space();
    if (this.at === this.text.length) this.fail("there is nothing here");
    const value = this.value(1);
    this.space();
    if (this.at < this.text.length) this.fail("the value has ended, but more text follows");
    return value;
  }

  private value(depth: number): Json {
    switch (this.peek()) {
      case "{":
        return this.object(depth);
      case "[":
        return this.array(depth);
      case '"':
        return this.string();
      case "":
        return this.fail("the text ends where a value is expected");
      case "'":
        return this.fail("strings need double quotes");
      default:
        return this.wordOrNumber();
    }
  }

  private object(depth: number): JsonObject {
    this.open(depth);
    const members: JsonObject = new Map();
    while (!this.closes("}", members.size > 0)) {
      const start = this.at;
      if (this.peek() !== '"') this.fail("a member's name in double quotes is expected here");
      const name = this.string();
      if (members.has(name)) this.fail(`the name ${JSON.stringify(name)} is used twice in this object`, start);
      this.space();
      if (!this.skip(":")) this.fail("a colon is expected between name and value");
      this.space();
      members.set(name, this.value(depth + 1));
      this.space();
    }
    return members;
  }

  private array(depth: number): Json[] {
    this.open(depth);
    const elements: Json[] = [];
    while (!this.closes("]", elements.length > 0)) {
      elements.push(this.value(depth + 1));
      this.space();
    }
    return elements;
  }

  private open(depth: number): void {
    if (depth > this.rules.depth) this.fail(`it is nested more than ${this.rules.depth} levels deep`);
    this.at += 1;
    this.space();
  }

  /** Whether the container ends here; if not, the next part follows. */
  private closes(end: string, hasParts: boolean): boolean {
    if (this.skip(end)) return true;
    if (!hasParts) return false;
    if (!this.skip(",")) {
      const isOver = this.at === this.text.length;
      this.fail(isOver ? `the text ends before a closing ${end}` : `a comma or a closing ${end} is expected here`);
    }
    const comma = this.at - 1;
    this.space();
    if (this.peek() !== end) return false;
    return this.fail("no comma is allowed after the last part", comma);
  }

  private wordOrNumber(): Json {
    const start = this.at;
    const word = this.match(/[A-Za-z_$][\w$]*/y);
    if (word === "true") return true;
    if (word === "false") return false;
    if (word === "null") return null;
    if (word !== "") this.fail("only true, false and null are written without quotes", start);
    const text = this.match(/-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y);
    if (text === "" || /[\w.+-]/.test(this.peek())) this.fail("a value is expected here, and this is no value of JSON", start);
    const number = new JsonNumber(text);
    const isTaken = fitsDouble(number) && !/\d{309}/.test(text);
    if (this.rules.isForBody && !isTaken) this.fail("this number is too big or too small", start);
    return number;
  }

  private string(): string {
    const start = this.at;
    this.at += 1;
    let out = "";
    for (;;) {
      out += this.match(/[^"\\\u0000-\u001f]*/y);
      const next = this.peek();
      if (next === '"') break;
      if (next === "\\") out += this.escape();
      else if (next === "") this.fail("this string has no closing quote", start);
      else this.fail("this string has a line break or another control character; write it as an escape");
    }
    this.at += 1;
    if (/\p{Surrogate}/u.test(out)) this.fail("this string has half of a surrogate pair", start);
    if (this.rules.isForBody && out.includes("\0")) this.fail("the character NUL can't be stored", start);
    return out;
  }

  private escape(): string {
    const start = this.at;
    const hex = this.match(/\\u[0-9a-fA-F]{4}/y);
    if (hex !== "") return String.fromCharCode(parseInt(hex.slice(2), 16));
    const meaning = ESCAPES.get(this.text[start + 1] ?? "");
    if (meaning === undefined) this.fail("JSON has no such escape");
    this.at += 2;
    return meaning;
  }

  private space(): void {
    this.match(/[ \t\r\n]*/y);
  }

  private peek(): string {
    return this.text[this.at] ?? "";
  }

  private skip(character: string): boolean {
    if (this.peek() !== character) return false;
    this.at += 1;
    return true;
  }

  private match(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0] ?? "";
    this.at += found.length;
    return found;
  }

  private fail(what: string, at = this.at): never {
    throw new JsonFault(what, this.text, at);
  }
}

const ESCAPES = new Map(Object.entries({ '"': '"', "\\": "\\", "/": "/", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" }));
