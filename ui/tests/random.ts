/** Generated values for tests that try a law on many of them. One seed gives the same values everywhere. */
import { type Json, JsonNumber, type JsonObject } from "../src/json/value.ts";

/** A source of choices (mulberry32). */
export class Random {
  private state: number;

  constructor(seed: number) {
    this.state = seed;
  }

  /** From 0 up to, not including, this. */
  below(bound: number): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound;
  }

  chance(percent: number): boolean {
    return this.below(100) < percent;
  }

  pick<T>(choices: readonly T[]): T {
    const chosen = choices[this.below(choices.length)];
    if (chosen === undefined) throw new Error("nothing to choose from");
    return chosen;
  }

  json(depth = 3): Json {
    switch (this.below(depth > 0 ? 8 : 5)) {
      case 0:
        return null;
      case 1:
        return this.chance(50);
      case 2:
      case 3:
        return this.text();
      case 4:
        return new JsonNumber(this.pick(NUMBERS));
      case 5:
        return Array.from({ length: this.below(4) }, () => this.json(depth - 1));
      default:
        return this.object(depth - 1);
    }
  }

  object(depth = 2): JsonObject {
    return new Map(Array.from({ length: this.below(5) }, () => [this.pick(NAMES), this.json(depth)]));
  }

  text(): string {
    return Array.from({ length: this.below(6) }, () => this.pick(PIECES)).join("");
  }

  /** The same parts in another order. */
  shuffled<T>(parts: readonly T[]): T[] {
    return [...parts].map((part) => ({ part, key: this.below(1 << 30) })).sort((a, b) => a.key - b.key).map(({ part }) => part);
  }
}

/** Tries a claim on this many generated cases; a failure names its seed. */
export function forAll(count: number, claim: (random: Random) => void): void {
  for (let seed = 1; seed <= count; seed++) {
    try {
      claim(new Random(seed));
    } catch (error) {
      throw new Error(`with seed ${seed}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
  }
}

const NUMBERS = ["0", "-0", "1", "1.0", "1e0", "-2.50", "1E+2", "0.1", "9007199254740992", "9007199254740993", "123456789012345678901234567890"];

const NAMES = ["", "a", "b", "a/b", "~", "~1", "__proto__", "constructor", "0", "é", "😀", 'q"q', "with space", "\u0001"];

const PIECES = ["a", "B", " ", '"', "\\", "/", "\n", "\u0001", "\u2028", "é", "😀", "</script>", "\u007f", "{", "1"];
