import assert from "node:assert/strict";
import test from "node:test";
import { hasReference } from "../src/model/references.ts";
import { type Trial, isOld, savedTrial } from "../src/screens/editor/trial.ts";
import { config } from "./configs.ts";

const RESULT = { ok: true, ms: 1, stages: [], server: null, protocol_version: null, tools: null, result: null };

test("what names a value elsewhere is seen wherever it is", () => {
  for (const text of ['{"url":"https://a.example/${A}"}', '{"args":["x","--key=${file:/a}"]}', '{"auth":{"headers":{"A":"Bearer ${A}"}}}']) {
    assert.equal(hasReference(config(text)), true, text);
  }
  assert.equal(hasReference(config('{"command":"x","env":{"A":"$HOME"},"timeout":3}')), false);
});

test("a test says something of its draft until that says something else", () => {
  const of = { config: config('{"command":"x","timeout":3}') };
  assert.equal(isOld(of, config('{"timeout":3.0,"command":"x"}'), null), false);
  assert.equal(isOld(of, config('{"command":"y","timeout":3}'), null), true);
  const stored = config('{"command":"x"}');
  assert.equal(isOld({ etag: '"1"' }, stored, '"1"'), false);
  assert.equal(isOld({ etag: '"1"' }, stored, null), true, "it says something else");
  assert.equal(isOld({ etag: '"1"' }, stored, '"2"'), true, "somebody else has stored another");
});

test("a test of what is saved then holds for what is stored, whose secrets are masked", () => {
  const typed = config('{"command":"x","env":{"TOKEN":"typed"}}');
  const trial: Trial = { state: "tested", of: { config: typed }, isSaved: false, result: RESULT };
  const saved = savedTrial(trial, typed, '"2"');
  assert.ok(saved?.state === "tested");
  assert.equal(isOld(saved.of, config('{"command":"x","env":{"TOKEN":"[REDACTED]"}}'), '"2"'), false);
  assert.equal(savedTrial(trial, config('{"command":"y"}'), '"2"'), trial);
  assert.equal(savedTrial(null, typed, '"2"'), null);
});
