import assert from "node:assert/strict";
import test from "node:test";
import { type Place, steady } from "../src/screens/list/places.ts";
import type { LiveServer } from "../src/state/live.ts";

const server = (name: string, etag = "1"): LiveServer => ({
  name, etag, config: new Map(), enabled: true, needsReentry: [], changedAt: null, changedBy: null,
});
const places = (...names: string[]): Place[] => names.map((name) => ({ server: server(name), isGone: false }));

test("places stay in their order, show what is there now, and new ones come behind them", () => {
  const all = new Map([server("a"), server("c", "2"), server("n")].map((own) => [own.name, own]));
  const found = [server("a"), server("n")];
  const now = steady(places("a", "b", "c"), found, all);
  assert.deepEqual(now.map(({ server: { name, etag }, isGone }) => [name, etag, isGone]), [
    ["a", "1", false],
    ["b", "1", true],
    // It no longer passes the filter.
    ["c", "2", false],
    ["n", "1", false],
  ]);
  assert.deepEqual(steady(now, found, all).map(({ server: own }) => own.name), ["a", "b", "c", "n"]);
});
