import assert from "node:assert/strict";
import test from "node:test";
import type { Format } from "../src/api/import.ts";
import { grouped, isFormat, isWritten, nameOf } from "../src/model/formats.ts";

test("each format is offered once, under a name of its own, and only those are written that can be", () => {
  const [read, written] = [grouped(() => true), grouped(isWritten)].map((groups) => groups.flatMap(([, formats]) => formats)) as [Format[], Format[]];
  assert.equal(new Set(read.map(nameOf)).size, read.length);
  assert.deepEqual(read.filter((format) => !written.includes(format)).sort(), ["lines", "server-json"]);
  assert.ok(!grouped((format) => format !== "cursor").flatMap(([, formats]) => formats).includes("cursor"));
  assert.deepEqual([isFormat("cursor"), isFormat("toString"), isFormat("")], [true, false, false]);
});
