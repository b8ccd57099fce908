import assert from "node:assert/strict";
import test from "node:test";
import { type Arrangement, arranged, iconText } from "../src/screens/list/arranged.ts";
import type { LiveServer } from "../src/state/live.ts";
import { config } from "./configs.ts";

function server(name: string, text: string | null, more: Partial<LiveServer> = {}): LiveServer {
  return { name, config: text === null ? null : config(text), etag: name, enabled: true, needsReentry: [], changedAt: null, changedBy: null, ...more };
}

const SERVERS = [
  server("tool-10", '{"command":"uvx","args":["ten"]}', { changedAt: 5 }),
  server("tool-9", '{"url":"https://b.example/mcp"}', { enabled: false, changedAt: 9 }),
  server("Alpha", '{"url":"https://a.example/sse","transport":"sse","description":"Finds birds"}', { needsReentry: ["/headers/X"] }),
  server("broken", null, { enabled: null }),
];

function names(part: Partial<Arrangement>): string[] {
  const all: Arrangement = { search: "", filter: "all", sort: "name", isDescending: false, ...part };
  return arranged(SERVERS, all).map(({ name }) => name);
}

test("servers are sorted by what people read, and equal ones by name", () => {
  assert.deepEqual(names({}), ["Alpha", "broken", "tool-9", "tool-10"]);
  assert.deepEqual(names({ isDescending: true }), ["tool-10", "tool-9", "broken", "Alpha"]);
  assert.deepEqual(names({ sort: "transport" }), ["tool-9", "broken", "Alpha", "tool-10"]);
  assert.deepEqual(names({ sort: "changed" }), ["tool-9", "tool-10", "Alpha", "broken"]);
  assert.deepEqual(names({ sort: "changed", isDescending: true }), ["Alpha", "broken", "tool-10", "tool-9"]);
});

test("a server is found by all words that were typed, wherever they are", () => {
  assert.deepEqual(names({ search: "TOOL" }), ["tool-9", "tool-10"]);
  assert.deepEqual(names({ search: " birds  alpha " }), ["Alpha"]);
  assert.deepEqual(names({ search: "a.example" }), ["Alpha"]);
  assert.deepEqual(names({ search: "ten" }), ["tool-10"]);
  assert.deepEqual(names({ search: "birds ten" }), []);
});

test("a filter shows what it says", () => {
  assert.deepEqual(names({ filter: "enabled" }), ["Alpha", "tool-10"]);
  assert.deepEqual(names({ filter: "disabled" }), ["broken", "tool-9"]);
  assert.deepEqual(names({ filter: "stdio" }), ["tool-10"]);
  assert.deepEqual(names({ filter: "remote" }), ["Alpha", "tool-9"]);
  assert.deepEqual(names({ filter: "attention" }), ["Alpha", "broken"]);
});

test("an icon is shown where it is text, and short", () => {
  const table: [string, string][] = [["🐦", "🐦"], ["👩‍👩‍👧‍👦", "👩‍👩‍👧‍👦"], [" ab ", "ab"], ["abc", ""], ["https://x.example/i.png", ""], ["e\u0301".repeat(2), "e\u0301".repeat(2)], [`a${"\u0301".repeat(99)}`, ""]];
  for (const [icon, report] of table) assert.equal(iconText(server("x", JSON.stringify({ icon }))), report, icon);
  assert.equal(iconText(server("x", '{"icon":7}')), "");
  assert.equal(iconText(server("x", null)), "");
});
