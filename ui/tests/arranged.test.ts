import assert from "node:assert/strict";
import test from "node:test";
import { EVERYTHING, type Finding, findingOf, queryOf, toggled } from "../src/model/finding.ts";
import { type Order, arranged, counted, iconText } from "../src/screens/list/arranged.ts";
import type { InstanceStatus } from "../src/api/events.ts";
import type { LiveServer } from "../src/state/live.ts";
import { config } from "./configs.ts";
import { NO_ORIGINS, type Origins } from "../src/state/origins.ts";
import { status } from "./statuses.ts";

function server(name: string, text: string | null, more: Partial<LiveServer> = {}): LiveServer {
  return { name, config: text === null ? null : config(text), etag: name, enabled: true, needsReentry: [], changedAt: null, changedBy: null, ...more };
}

const SERVERS = [
  server("tool-10", '{"command":"uvx","args":["ten"]}', { changedAt: 5 }),
  server("tool-9", '{"url":"https://b.example/mcp"}', { enabled: false, changedAt: 9, findings: [{ pointer: "/url", proposal: "" }] }),
  server("Alpha", '{"url":"https://a.example/sse","transport":"sse","description":"Finds birds"}', { needsReentry: ["/headers/X"] }),
  server("broken", null, { enabled: null }),
];

function names({ sort = "name", isDescending = false, ...looked }: Partial<Order & Finding>): string[] {
  return arranged(SERVERS, { sort, isDescending, finding: { ...EVERYTHING, ...looked } }).map(({ name }) => name);
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

test("a filter shows what it says, any of a group and all groups together", () => {
  assert.deepEqual(names({ state: ["enabled"] }), ["Alpha", "tool-10"]);
  assert.deepEqual(names({ state: ["disabled"] }), ["broken", "tool-9"]);
  assert.deepEqual(names({ state: ["enabled", "disabled"] }), names({}));
  assert.deepEqual(names({ transport: ["stdio"] }), ["tool-10"]);
  assert.deepEqual(names({ transport: ["http", "sse"] }), ["Alpha", "tool-9"]);
  assert.deepEqual(names({ attention: ["reentry"] }), ["Alpha"]);
  assert.deepEqual(names({ attention: ["invalid", "findings"] }), ["broken", "tool-9"]);
  assert.deepEqual(names({ transport: ["http", "sse"], state: ["enabled"], search: "birds" }), ["Alpha"]);
  assert.deepEqual(names({ transport: ["stdio"], state: ["disabled"] }), []);
});

test("a filter says how many it would show beside the words and the other groups", () => {
  const counts = (finding: Partial<Finding>) =>
    Object.fromEntries(counted(SERVERS, { ...EVERYTHING, ...finding }).map(({ value, count, all }) => [value, [count, all]]));
  assert.deepEqual(counts({}), {
    stdio: [1, 1], http: [1, 1], sse: [1, 1], enabled: [2, 2], disabled: [2, 2], running: [0, 0], settings: [4, 4], registered: [0, 0], catalog: [0, 0], static: [0, 0], approval: [0, 0], failing: [0, 0], reentry: [1, 1], findings: [1, 1], invalid: [1, 1],
  });
  const some = counts({ transport: ["http"], search: "tool" });
  assert.deepEqual([some["stdio"], some["http"], some["sse"]], [[1, 1], [1, 1], [0, 1]]);
  assert.deepEqual([some["enabled"], some["disabled"]], [[0, 2], [1, 2]]);
});

test("a server is found by where it came from, and one of a file hides it", () => {
  const stored = { provider_id: null, leaving: false, gateways: [] };
  const origins: Origins = {
    stored: new Map([
      ["tool-9", { name: "tool-9", source: "registered", ...stored }],
      ["tool-10", { name: "tool-10", source: "catalog", ...stored }],
    ]),
    fixed: [{ name: "tool-10", url: "http://h", shadows: true }, { name: "else", url: "http://h", shadows: false }],
  };
  const around = { statuses: new Map(), origins };
  const found = (origin: Finding["origin"]) =>
    arranged(SERVERS, { sort: "name", isDescending: false, finding: { ...EVERYTHING, origin } }, new Set(), around).map(({ name }) => name);
  assert.deepEqual(found(["settings"]), ["Alpha", "broken"]);
  assert.deepEqual(found(["registered"]), ["tool-9"]);
  assert.deepEqual(found(["static", "registered"]), ["tool-9", "tool-10"]);
  assert.deepEqual(found(["catalog"]), []);
});

test("a server is found by how it runs", () => {
  const statuses = new Map<string, InstanceStatus>([
    ["tool-9", status({ name: "tool-9", state: "running", health: "healthy" })],
    ["tool-10", status({ name: "tool-10", state: "running", health: "degraded" })],
    ["Alpha", status({ name: "Alpha", state: "unapproved", reason: "no-approval" })],
    ["broken", status({ name: "broken", state: "error", health: "unhealthy" })],
  ]);
  const found = (looked: Partial<Finding>) =>
    arranged(SERVERS, { sort: "name", isDescending: false, finding: { ...EVERYTHING, ...looked } }, new Set(), { statuses, origins: NO_ORIGINS }).map(({ name }) => name);
  assert.deepEqual(found({ running: ["running"] }), ["tool-9", "tool-10"]);
  assert.deepEqual(found({ attention: ["failing"] }), ["broken", "tool-10"]);
  assert.deepEqual(found({ attention: ["approval", "failing"] }), ["Alpha", "broken", "tool-10"]);
  assert.deepEqual(found({ running: ["running"], attention: ["failing"] }), ["tool-10"]);
  const counts = Object.fromEntries(counted(SERVERS, EVERYTHING, { statuses, origins: NO_ORIGINS }).map(({ value, all }) => [value, all]));
  assert.deepEqual([counts["running"], counts["approval"], counts["failing"]], [2, 1, 2]);
  // What is known of a server changes while its configuration stays.
  statuses.set("tool-10", status({ name: "tool-10", state: "running", health: "healthy" }));
  assert.deepEqual(found({ attention: ["failing"] }), ["broken"]);
});

test("what is looked for is an address and back", () => {
  assert.equal(queryOf(EVERYTHING), "");
  const turned = toggled(toggled(toggled({ ...EVERYTHING, search: "a b&c=ä?#/" }, "transport", "sse"), "transport", "stdio"), "attention", "invalid");
  assert.equal(queryOf(turned), "?q=a%20b%26c%3D%C3%A4%3F%23%2F&transport=stdio,sse&attention=invalid");
  assert.deepEqual(findingOf(`#/${queryOf(turned)}`), turned);
  assert.deepEqual(toggled(turned, "transport", "stdio").transport, ["sse"]);
  assert.deepEqual(findingOf("#/"), EVERYTHING);
  assert.deepEqual(findingOf("#/?state=on,enabled,enabled&transport=&else=1&q"), { ...EVERYTHING, state: ["enabled"] });
});

test("an icon is shown where it is text, and short", () => {
  const table: [string, string][] = [["🐦", "🐦"], ["👩‍👩‍👧‍👦", "👩‍👩‍👧‍👦"], [" ab ", "ab"], ["abc", ""], ["https://x.example/i.png", ""], ["e\u0301".repeat(2), "e\u0301".repeat(2)], [`a${"\u0301".repeat(99)}`, ""]];
  for (const [icon, report] of table) assert.equal(iconText(server("x", JSON.stringify({ icon }))), report, icon);
  assert.equal(iconText(server("x", '{"icon":7}')), "");
  assert.equal(iconText(server("x", null)), "");
});
