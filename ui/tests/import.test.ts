import assert from "node:assert/strict";
import test from "node:test";
import type { Found, FoundServer } from "../src/api/import.ts";
import { type Edit, type Entry, aboutOf, choicesOf, entriesOf, errorsIn, isIncomplete, leavesOf, leftOpen, mergedInto, stored, undecided } from "../src/model/import.ts";
import { config } from "./configs.ts";

function server(name: string, about: Partial<FoundServer> = {}): FoundServer {
  return {
    name, place: { at: `/mcpServers/${name}`, pointer: `/mcpServers/${name}`, line: 1, column: 1 }, client: "cursor", config: config('{"command":"x"}'), kept: [], references: [],
    inputs: [], findings: [], stored: "new", difference: [], action: null, ...about,
  };
}

const found = (...servers: FoundServer[]): Found => ({ format: "cursor", also_fits: [], servers, refused: [], ignored: [], notes: [] });

const none = () => false;

function after(servers: FoundServer[], edits: Record<string, Edit> = {}, isTaken: (name: string) => boolean = none): Entry[] {
  return entriesOf(found(...servers), new Map(Object.entries(edits)), isTaken);
}

test("what is new is added, what is the same is left, and for what differs a choice is needed", () => {
  const entries = after([server("a"), server("b", { stored: "same", etag: '"1"' }), server("c", { stored: "differs", etag: '"2"' })]);
  assert.deepEqual(entries.map(({ action }) => action), ["add", "skip", null]);
  assert.deepEqual([stored(entries).length, undecided(entries).map(({ name }) => name)], [1, ["c"]]);
  assert.deepEqual(choicesOf(entries), { a: { action: "add" }, b: { action: "skip" } });
});

test("a choice is of the state that was shown, and says so to the service", () => {
  const differs = (etag: string) => server("c", { stored: "differs", etag });
  const edits: Record<string, Edit> = { c: { action: "replace", over: '"2"' } };
  assert.deepEqual(choicesOf(after([differs('"2"')], edits)), { c: { action: "replace", if_match: '"2"' } });
  assert.equal(after([differs('"2"')], edits)[0]?.isAskedAgain, false);
  assert.deepEqual(after([differs('"3"')], edits).map(({ action, isAskedAgain }) => [action, isAskedAgain]), [[null, true]]);
  // It was new when it was chosen to be added, and is stored by now.
  assert.equal(after([differs('"3"')], { c: { action: "add", over: null } })[0]?.action, null);
});

test("what was chosen whatever is stored stays chosen", () => {
  const states = [server("c"), server("c", { stored: "differs", etag: '"2"' }), server("c", { stored: "same", etag: '"3"' })];
  for (const state of states) for (const over of [null, '"1"']) {
    const [skipped] = after([state], { c: { action: "skip", over } });
    const [renamed] = after([state], { c: { action: "rename", over, name: "typed" } });
    assert.deepEqual([skipped?.action, renamed?.action, renamed?.name], ["skip", "rename", "typed"]);
  }
});

test("what was not entered is left open in a draft, with what is around it", () => {
  const inputs = [
    { id: "key", pointers: ["/env/KEY", "/args/0"], is_secret: true },
    { id: "region", pointers: ["/env/REGION"], is_secret: false, default: "eu" },
    { id: "gone", pointers: ["/env/GONE"], is_secret: false },
  ];
  const [entry] = after([server("a", { inputs })]);
  const open = leftOpen(entry?.answers ?? [], config('{"args":["--key="],"env":{"KEY":"","REGION":"eu"}}'));
  assert.deepEqual([...open], [["/env/KEY", ""], ["/args/0", "--key="]]);
});

test("a text is merged into what is stored member by member", () => {
  const merged = mergedInto(config('{"command":"a","env":{"A":"1","B":"2"},"cwd":"/x"}'), config('{"command":"b","env":{"B":"3","C":{"d":null}},"cwd":null}'));
  assert.deepEqual(merged, config('{"command":"b","env":{"A":"1","B":"3","C":{}}}'));
});

test("another name is offered that neither the store nor the text has, and a typed one is judged", () => {
  const isTaken = (name: string) => ["web", "web-2"].includes(name);
  const servers = [server("web", { stored: "differs", etag: '"1"' }), server("web-3")];
  const edit: Edit = { action: "rename", over: '"1"' };
  const [offered] = after(servers, { web: edit }, isTaken);
  assert.deepEqual([offered?.name, offered?.nameError], ["web-4", null]);
  for (const [name, error] of [["web-2", /already/], ["web-3", /already/], ["a b", /White space/], ["", /needed/], ["fine", /^$/]] as const) {
    const entries = after(servers, { web: { ...edit, name } }, isTaken);
    assert.match(entries[0]?.nameError ?? "", error, name);
    assert.equal(entries[1]?.nameError, null);
    if (name === "fine") assert.deepEqual(choicesOf(entries)["web"], { action: "rename", name: "fine" });
  }
  // The name of a server that is skipped is free.
  assert.equal(after(servers, { web: { ...edit, name: "web-3" }, "web-3": { action: "skip" } }, isTaken)[0]?.nameError, null);
});

test("what a text asks for has to be entered, unless it has a default or its server is skipped", () => {
  const inputs = [
    { id: "key", pointers: ["/env/KEY"], is_secret: true },
    { id: "region", pointers: ["/args/1"], is_secret: false, default: "eu", choices: ["eu", "us"] },
  ];
  const [open] = after([server("a", { inputs })]);
  assert.deepEqual(open?.answers.map(({ value, isMissing }) => [value, isMissing]), [["", true], ["eu", false]]);
  assert.ok(open !== undefined && isIncomplete(open));
  const entered = after([server("a", { inputs })], { a: { inputs: new Map([["key", "k"]]) } });
  assert.ok(entered.every((entry) => !isIncomplete(entry)));
  assert.deepEqual(choicesOf(entered), { a: { action: "add", inputs: { key: "k", region: "eu" } } });
  const skipped = after([server("a", { inputs })], { a: { action: "skip" } });
  assert.ok(skipped.every((entry) => !isIncomplete(entry)));
  assert.deepEqual(choicesOf(skipped), { a: { action: "skip" } });
});

test("what no server may be is left out where that is asked, unless something was chosen for it", () => {
  const errors = [{ pointer: "/servers/1/config/command", message: "no" }];
  const servers = [server("a"), server("b", { errors })];
  const of = (edits: Record<string, Edit>, leavesOut: boolean) => entriesOf(found(...servers), new Map(Object.entries(edits)), none, leavesOut);
  const words = (entries: Entry[]) => entries.map(({ action, isFaulty }) => [action, isFaulty]);
  assert.deepEqual(words(of({}, false)), [["add", false], ["add", true]]);
  assert.deepEqual(words(of({}, true)), [["add", false], ["skip", true]]);
  assert.deepEqual(words(of({ b: { action: "add" } }, true)), [["add", false], ["add", false]]);
});

test("an error is said of the server and the field that it is about, and not where a value is asked for", () => {
  const inputs = [{ id: "/env/A", pointers: ["/env/A"], is_secret: true }];
  const errors = ["/servers/0/config/env/A", "/servers/0/config/url", "/choices/a~1b/if_match"].map((pointer) => ({ pointer, message: "no" }));
  const own = server("a/b", { inputs, errors });
  assert.deepEqual(errorsIn(own), [{ at: "/url", message: "no" }]);
  const about = (pointer: string) => aboutOf(found(own), pointer);
  assert.deepEqual(about("/servers/0/config/url"), { name: "a/b", at: "/url" });
  assert.deepEqual(about("/choices/a~1b/inputs/x"), { name: "a/b", at: "" });
  assert.deepEqual(about("/refused/0"), { name: null, at: "" });
});

test("what is only on one side of a difference is shown leaf by leaf", () => {
  const headers = config('{"A":"1","B":{"C":["x"]},"D":{}}');
  const leaves = leavesOf([
    { pointer: "/headers", change: "removed", before: headers },
    { pointer: "/env", change: "added", after: config('{"a/b":"1"}') },
    { pointer: "/auth", change: "changed", before: "oauth", after: config('{"strategy":"none"}') },
  ]);
  assert.deepEqual(leaves.map(({ pointer, change }) => `${change} ${pointer}`), [
    "removed /headers/A", "removed /headers/B/C", "removed /headers/D", "added /env/a~1b", "changed /auth",
  ]);
});
