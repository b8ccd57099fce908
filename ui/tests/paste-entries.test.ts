import assert from "node:assert/strict";
import test from "node:test";
import { type Edit, type Entry, entriesOf, isUnsaved, outcomeText } from "../src/model/paste-entries.ts";
import type { PastedDraft } from "../src/model/paste.ts";
import { config } from "./configs.ts";

const draft = (name: string, text = '{"command":"x"}', findings: PastedDraft["findings"] = []): PastedDraft => ({
  name,
  config: config(text),
  findings,
  notes: [],
  nameFault: null,
});

const none = () => false;

/** The entries after an edit of one of them. */
function after(drafts: PastedDraft[], edits: [number, Edit][], isTaken: (name: string) => boolean = none): Entry[] {
  const keys = entriesOf(drafts, new Map(), none).map((entry) => entry.key);
  return entriesOf(drafts, new Map(edits.map(([index, edit]) => [keys[index] ?? "", edit])), isTaken);
}

test("a name that the store has is never offered, and that is said", () => {
  const [web, other] = after([draft("web"), draft("other")], [], (name) => name === "web" || name === "web-2");
  assert.deepEqual([web?.name, web?.nameError], ["web-3", null]);
  assert.match(web?.nameNote ?? "", /named web already/);
  assert.deepEqual([other?.name, other?.nameNote], ["other", null]);
});

test("a typed name is kept, and reported if it is not legal", () => {
  const drafts = [draft("a"), draft("b")];
  for (const [name, error] of [["web", /already/], ["a b", /White space/], ["", /needed/], ["fine", /^$/]] as const) {
    const [entry] = after(drafts, [[0, { name }]], (own) => own === "web");
    assert.equal(entry?.name, name);
    assert.match(entry?.nameError ?? "", error);
  }
  const [one, two] = after(drafts, [[0, { name: "same" }], [1, { name: "same" }]]);
  assert.match(`${one?.nameError}${two?.nameError}`, /already.*already/);
  assert.deepEqual(after(drafts, [[1, { name: "a" }]]).map((entry) => entry.name), ["a-2", "a"]);
});

test("what has a finding is not chosen by itself, and what is saved is not chosen at all", () => {
  const drafts = [draft("a"), draft("b", '{"args":1}', [{ pointer: "/args", message: "no" }]), draft("c")];
  assert.deepEqual(after(drafts, []).map((entry) => entry.isChosen), [true, false, true]);
  const edits: [number, Edit][] = [[0, { isChosen: false }], [1, { isChosen: true }], [2, { isChosen: true, outcome: { kind: "saved", name: "c" } }]];
  assert.deepEqual(after(drafts, edits).map((entry) => entry.isChosen), [false, true, false]);
});

test("a saved entry keeps its name although the store now has it", () => {
  const [entry] = after([draft("a")], [[0, { outcome: { kind: "saved", name: "a" } }]], (name) => name === "a");
  assert.deepEqual([entry?.name, entry?.nameError, entry?.nameNote], ["a", null, null]);
});

test("choices stay with their server while the rest of the text changes", () => {
  const [a, b] = [draft("a"), draft("b", '{"command":"y"}')];
  const key = entriesOf([a, b], new Map(), none)[1]?.key ?? "";
  const edits = new Map<string, Edit>([[key, { name: "renamed" }]]);
  assert.deepEqual(entriesOf([draft("new"), b], edits, none).map((entry) => entry.name), ["new", "renamed"]);
  assert.deepEqual(entriesOf([a, draft("b", '{"command":"z"}')], edits, none).map((entry) => entry.name), ["a", "b"]);
  const twins = entriesOf([a, a], new Map(), none);
  assert.notEqual(twins[0]?.key, twins[1]?.key);
});

test("only what is not stored is worth a warning", () => {
  const saved = after([draft("a")], [[0, { outcome: { kind: "saved", name: "a" } }]]);
  const refused = after([draft("a")], [[0, { outcome: { kind: "refused", message: "no", findings: [] } }]]);
  assert.deepEqual([isUnsaved(" ", [], null), isUnsaved("x", saved, null)], [false, false]);
  assert.deepEqual([isUnsaved("x", [], null), isUnsaved("x", refused, null), isUnsaved("x", saved, "a fault")], [true, true, true]);
  assert.equal(outcomeText(saved.concat(saved, refused)), "2 servers were saved. 1 server was refused.");
});
