import assert from "node:assert/strict";
import test from "node:test";
import { writeJson } from "../src/json/write.ts";
import { masksOfNothing } from "../src/model/destination.ts";
import { mergeThree } from "../src/model/merge.ts";
import { isOnlyReferences, isPlainAt, keptSecrets, shownByService } from "../src/model/secrets.ts";
import { conflictRow } from "../src/screens/editor/conflict-rows.ts";
import { followBase, mayBePlain, rowsFollowBase, withSentPlain } from "../src/screens/editor/plain-values.ts";
import { config } from "./configs.ts";

const M = "[REDACTED]";

test("an answer to a write keeps in clear what was shown so before, and nothing else", () => {
  const answer = config(`{"command":"x","env":{"LOG":"${M}","TOKEN":"${M}"},"headers":{"Accept":"${M}"},"x_env":{"LOG":"${M}"}}`);
  const sent = config('{"command":"x","env":{"LOG":"info","TOKEN":"typed"},"headers":{"Accept":"a/b"},"x_env":{"LOG":"typed"}}');
  const before = config(`{"command":"x","env":{"LOG":"debug","TOKEN":"${M}"}}`);
  assert.equal(
    writeJson(withSentPlain(answer, sent, before)),
    `{"command":"x","env":{"LOG":"info","TOKEN":"${M}"},"headers":{"Accept":"${M}"},"x_env":{"LOG":"${M}"}}`,
  );
});

test("it is asked for again only where something was sent that may be shown", () => {
  assert.equal(mayBePlain(config('{"command":"x"}')), false);
  assert.equal(mayBePlain(config(`{"env":{"TOKEN":"${M}"},"args":["a"]}`)), false);
  assert.equal(mayBePlain(config(`{"env":{"TOKEN":"${M}","LOG":"info"}}`)), true);
  assert.equal(mayBePlain(config('{"headers":{"Accept":"a"}}')), true);
});

test("a draft follows its base where it is shown in clear, and keeps what was typed", () => {
  const before = config(`{"env":{"LOG":"${M}","MODE":"${M}","TOKEN":"${M}"}}`);
  const base = config(`{"env":{"LOG":"info","MODE":"fast","TOKEN":"${M}"}}`);
  const draft = config(`{"env":{"LOG":"${M}","MODE":"slow","TOKEN":"typed"},"timeout":1}`);
  assert.equal(writeJson(followBase(draft, before, base)), '{"env":{"LOG":"info","MODE":"slow","TOKEN":"typed"},"timeout":1}');
});

test("rows follow too, and keep what no configuration can hold", () => {
  const before = config(`{"env":{"LOG":"${M}","TOKEN":"${M}"}}`);
  const base = config(`{"env":{"LOG":"info","TOKEN":"${M}"}}`);
  const rows = [{ id: 0, name: "LOG", value: M }, { id: 1, name: "TOKEN", value: "typed" }, { id: 2, name: "", value: "" }];
  const followed = rowsFollowBase(new Map([["/env", rows], ["/args", []]]), before, base);
  assert.deepEqual(followed.get("/env"), [{ id: 0, name: "LOG", value: "info" }, ...rows.slice(1)]);
});

test("a mask in the place of a value in clear keeps it", () => {
  const base = config('{"command":"x","env":{"LOG":"info"}}');
  assert.deepEqual(masksOfNothing(base, config(`{"command":"x","env":{"LOG":"${M}","OTHER":"${M}"}}`)), ["/env/OTHER"]);
});

test("values in clear are merged by what they say, and compared in clear", () => {
  const [base, theirs] = [config('{"env":{"LOG":"debug"}}'), config('{"env":{"LOG":"info"}}')];
  assert.deepEqual(mergeThree(base, theirs, theirs, ["/env/LOG"]).conflicts, []);
  assert.equal(mergeThree(base, theirs, base, "unknown").taken.length, 1);
  const [conflict] = mergeThree(base, theirs, config('{"env":{"LOG":"trace"}}'), ["/env/LOG"]).conflicts;
  assert.ok(conflict !== undefined);
  const { before, theirs: their, mine } = conflictRow(conflict);
  assert.deepEqual([before, their, mine], ["debug", "info", "trace"]);
});

test("what is typed in the place of a masked value is not shown in a conflict", () => {
  const [base, theirs] = [config(`{"env":{"LOG":"${M}"}}`), config(`{"env":{"LOG":"${M}"}}`)];
  const [conflict] = mergeThree(base, theirs, config('{"env":{"LOG":"typed"}}'), ["/env/LOG"]).conflicts;
  assert.ok(conflict !== undefined);
  assert.equal(conflictRow(conflict).mine, "new value");
});

test("a reference is shown and sent back, and what is typed in its place is a secret", () => {
  const reference = "Bearer ${MCP_SECRET_X}";
  const before = config(`{"url":"https://h/","headers":{"A":"${reference}"},"auth":{"strategy":"bearer","value":"\${env:MCP_SECRET_X}"}}`);
  // The service shows it, and nothing that is kept is bound to where it goes.
  assert.deepEqual(keptSecrets(before), []);
  assert.equal(writeJson(shownByService(before) ?? null), writeJson(before));
  assert.ok(isPlainAt(before, "/headers/A") && isPlainAt(before, "/auth/value"));
  // A write of something else in its place is answered with a mask, and stays one.
  const answer = config(`{"url":"https://h/","headers":{"A":"${M}"},"auth":{"strategy":"bearer","value":"\${env:MCP_SECRET_X}"}}`);
  const sent = config('{"url":"https://h/","headers":{"A":"typed"},"auth":{"strategy":"bearer","value":"${env:MCP_SECRET_X}"}}');
  assert.equal(writeJson(withSentPlain(answer, sent, before)), writeJson(answer));
  const [conflict] = mergeThree(before, config(`{"url":"https://h/","headers":{"A":"\${MCP_SECRET_Y}"}}`), sent, ["/headers/A"]).conflicts;
  assert.ok(conflict !== undefined);
  assert.deepEqual(Object.values(conflictRow(conflict)).filter((said) => said === "typed"), []);
});

test("only references are treated as such", () => {
  for (const text of ["${A}", "Bearer ${A}", " token ${env:A}${B} ", "${file:/run/secrets/a}"]) assert.ok(isOnlyReferences(text), text);
  for (const text of ["", "x ${A}", "${A}x", "Bearer", "Bearer ", "${}", "$A", "Bearer Bearer ${A}", "${A"]) assert.ok(!isOnlyReferences(text), text);
});
