import assert from "node:assert/strict";
import test from "node:test";
import { problemOf } from "../src/api/problem.ts";
import { writeJson } from "../src/json/write.ts";

test("a problem keeps what the page needs, and its numbers their spelling", () => {
  const text = `{"type":"/problems/precondition-failed","title":"t","status":412,"detail":"d","current_etag":"\\"x\\"",
    "current":{"timeout":30.0},"changed":["/timeout"],"errors":[{"pointer":"/a","message":"m"},{"pointer":1}]}`;
  const { current, ...problem } = problemOf(new Response(text, { status: 412, headers: { "Retry-After": "3" } }), text);
  assert.equal(writeJson(current ?? null), '{"timeout":30.0}');
  assert.deepEqual(problem, {
    type: "/problems/precondition-failed",
    title: "t",
    status: 412,
    detail: "d",
    current_etag: '"x"',
    changed: ["/timeout"],
    errors: [{ pointer: "/a", message: "m" }],
    retryAfter: 3,
  });
});

test("an answer that is no problem of the service is one all the same", () => {
  for (const text of ["", "<html>", "[]", "{}"]) {
    const problem = problemOf(new Response(text, { status: 502 }), text);
    assert.deepEqual(problem, { type: "about:blank", title: "The service answered 502", status: 502, detail: "" });
  }
});
