import assert from "node:assert/strict";
import test from "node:test";
import type { ServerChange } from "../src/api/events.ts";
import { History } from "../src/state/history.ts";

function change(old_etag: string | null, new_etag: string | null, members: string[] = [], by: string | null = "other"): ServerChange {
  const kind = old_etag === null ? "created" : new_etag === null ? "removed" : "changed";
  return { name: "a", change: kind, old_etag, new_etag, members, by, at_ms: 7, more: 0, collection_etag: "c" };
}

function after(...changes: ServerChange[]): History {
  const history = new History();
  for (const one of changes) history.note(one);
  return history;
}

test("members that changed since a tag are those of every step behind it, each once", () => {
  const history = after(change("1", "2", ["/url"]), change("2", "3", ["/env/A", "/url"]), change("3", "4", ["/timeout"]));
  assert.deepEqual(history.since("a", "2", null).members, ["/env/A", "/url", "/timeout"]);
  assert.deepEqual(history.since("a", "1", null).members, ["/url", "/env/A", "/timeout"]);
  assert.deepEqual(history.since("a", "4", null), { members: [], at_ms: null, by: null, removed: false, renamedTo: null, current: "4" });
});

test("a chain that does not lead from the tag says that something changed, and not what", () => {
  const history = after(change("2", "3", ["/url"]));
  const { members, current, by, at_ms } = history.since("a", "1", null);
  assert.deepEqual([members, current, by, at_ms], [null, "3", "other", 7]);
  history.forget();
  assert.deepEqual(history.since("a", "1", "9").members, null);
  assert.deepEqual(history.since("a", "9", "9").members, []);
});

test("a state that comes back is no change", () => {
  const history = after(change("1", "2", ["/url"]), change("2", "1", ["/url"]));
  assert.deepEqual(history.since("a", "1", null).members, []);
  history.note(change("1", "3", ["/env"]));
  // It was there twice; the last time counts.
  assert.deepEqual(history.since("a", "1", null).members, ["/env"]);
});

test("a removed server is said to be removed, and where it went", () => {
  const renamed = after({ ...change("1", null), renamed_to: "b" });
  assert.deepEqual(renamed.since("a", "1", null), { members: [], at_ms: 7, by: "other", removed: true, renamedTo: "b", current: null });
  const created = after(change("1", null), change(null, "2"));
  assert.deepEqual([created.since("a", "1", null).removed, created.since("a", "1", null).current], [false, "2"]);
});

test("own writes are distinguished from those of others, whether the answer or the event comes first", () => {
  const answerFirst = new History();
  answerFirst.noteOwn("a", "2", "1");
  assert.equal(answerFirst.note(change("1", "2")), true);
  assert.equal(answerFirst.since("a", "1", null).by, "you");
  // Somebody else puts the same state back later.
  assert.equal(answerFirst.note(change("2", "3")), false);
  assert.equal(answerFirst.note(change("3", "2")), false);
  assert.equal(answerFirst.since("a", "1", null).by, "other");

  const eventFirst = after(change("1", "2"));
  assert.equal(eventFirst.since("a", "1", null).by, "other");
  eventFirst.noteOwn("a", "2", "1");
  assert.equal(eventFirst.since("a", "1", null).by, "you");
  assert.equal(eventFirst.note(change("2", "1")), false);
});

test("an answer that comes after somebody else's next change is no news", () => {
  assert.equal(new History().noteOwn("a", "2", "1"), true);
  assert.equal(after(change("1", "2")).noteOwn("a", "2", "1"), true);
  const overtaken = after(change("1", "2"), change("2", null));
  assert.equal(overtaken.noteOwn("a", "2", "1"), false);
  assert.equal(overtaken.since("a", "2", null).removed, true);
});

test("a state that others had led to before is our own where we lead back to it", () => {
  const history = after(change("0", "1"), change("1", "2"));
  assert.equal(history.noteOwn("a", "1", "2"), true);
  assert.equal(history.note(change("2", "1")), true);
  assert.equal(history.since("a", "0", null).by, "you");
});

test("a write that changed nothing claims nobody's next change", () => {
  const history = after(change("0", "1"));
  assert.equal(history.noteOwn("a", "1", "1"), true);
  history.note(change("1", "2"));
  assert.equal(history.note(change("2", "1")), false);
  assert.equal(history.noteOwn("a", "2", "2"), false);
});
