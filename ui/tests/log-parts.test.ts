import assert from "node:assert/strict";
import test from "node:test";
import { type Part, joined, searched } from "../src/screens/running/log-parts.ts";

function lines(from: number, ...texts: string[]): Part {
  return texts.map((text, index) => ({ at_ms: from + index, text }));
}

function texts(parts: readonly Part[]): string[][] {
  return parts.map((part) => part.map(({ text }) => text));
}

test("what comes later goes on, and another program begins behind what is there", () => {
  let parts = joined([], lines(1, "a", "b"), true);
  parts = joined(parts, lines(3, "c"), false);
  assert.deepEqual(texts(parts), [["a", "b", "c"]]);
  parts = joined(parts, lines(10, "a"), true);
  assert.deepEqual(texts(parts), [["a", "b", "c"], ["a"]]);
});

test("the log of the same program read again is not doubled", () => {
  const parts = joined(joined([], lines(0, "x"), true), lines(5, "a", "b"), true);
  assert.deepEqual(texts(joined(parts, lines(5, "a", "b", "c"), true)), [["x"], ["a", "b", "c"]]);
});

test("of many lines the newest are kept, whole programs go first", () => {
  const many = (from: number, number: number) => lines(from, ...Array.from({ length: number }, (_, index) => String(index)));
  const parts = joined(joined([], many(0, 50), true), many(1_000, 1_990), true);
  assert.deepEqual(parts.map((part) => [part.length, part[0]?.text]), [[10, "40"], [1_990, "0"]]);
  assert.deepEqual(joined(parts, many(9_000, 2_500), true).map((part) => [part.length, part[0]?.text]), [[2_000, "500"]]);
});

test("a search leaves the lines that have each word, and no empty program", () => {
  const parts = [lines(1, "Opened the file", "closed"), lines(5, "nothing"), lines(9, "file is CLOSED")];
  assert.deepEqual(texts(searched(parts, " FILE  o")), [["Opened the file"], ["file is CLOSED"]]);
  assert.deepEqual(texts(searched(parts, "closed")), [["closed"], ["file is CLOSED"]]);
  assert.deepEqual(searched(parts, "closed nothing"), []);
  assert.equal(searched(parts, " "), parts);
});
